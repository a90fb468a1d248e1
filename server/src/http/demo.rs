//! What the demo shop's page needs: its customers (to sign in as one), products, and the customer's orders.

use super::chat::Caller;
use super::console::OrderList;
use crate::app::App;
use crate::error::{Error, ErrorBody, Result};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(demo)).routes(routes!(orders)).routes(routes!(products))
}

#[derive(Serialize, ToSchema)]
pub struct Demo {
    pub customers: Vec<DemoCustomer>,
}

#[derive(Clone, Serialize, ToSchema)]
pub struct DemoCustomer {
    pub id: String,
    pub name: String,
    pub tier: String,
    pub language: String,
    /// What the business's own login would hand to the widget.
    pub token: String,
}

/// The demo shop's customers with their tokens.
#[utoipa::path(get, path = "/api/v1/demo", tag = "demo", responses((status = 200, body = Demo), (status = 404, body = ErrorBody)))]
async fn demo(State(app): State<Arc<App>>) -> Result<Json<Demo>> {
    let demo = app.demo.get().ok_or_else(Error::not_found)?;
    Ok(Json(Demo { customers: demo.customers.clone() }))
}

/// The signed-in customer's orders.
#[utoipa::path(get, path = "/api/v1/demo/orders", tag = "demo", responses((status = 200, body = OrderList), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn orders(State(app): State<Arc<App>>, Caller(customer): Caller) -> Result<Json<OrderList>> {
    app.demo.get().ok_or_else(Error::not_found)?;
    Ok(Json(OrderList { orders: app.customer_orders(&customer).await? }))
}

#[derive(Serialize, ToSchema)]
pub struct ProductList {
    #[schema(value_type = Vec<Object>)]
    pub products: Vec<Value>,
}

/// The demo shop's products.
#[utoipa::path(get, path = "/api/v1/demo/products", tag = "demo", responses((status = 200, body = ProductList), (status = 404, body = ErrorBody)))]
async fn products(State(app): State<Arc<App>>) -> Result<Json<ProductList>> {
    let demo = app.demo.get().ok_or_else(Error::not_found)?;
    Ok(Json(ProductList { products: demo.products.clone() }))
}
