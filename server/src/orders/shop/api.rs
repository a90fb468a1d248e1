//! The shop's HTTP API: each route with its documentation.

use super::error::ApiError;
use super::input::{self, Fields, ListFilter};
use super::rules::{self, Refusal};
use super::shipping;
use super::store::{Change, Store, Write, Written};
use super::{Clock, seed};
use crate::orders::wire::*;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(Clone)]
pub struct Shop {
    pub store: Store,
    pub clock: Clock,
}

type Pairs = Result<Query<Vec<(String, String)>>, QueryRejection>;

/// The routes under `/v1`, all of which need the API key.
pub fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new()
        .routes(routes!(list_orders))
        .routes(routes!(get_order))
        .routes(routes!(change_address))
        .routes(routes!(cancel_order))
        .routes(routes!(request_return))
        .routes(routes!(set_status))
        .routes(routes!(get_tracking))
        .routes(routes!(get_events))
        .routes(routes!(list_customers))
        .routes(routes!(get_customer))
        .routes(routes!(list_products))
}

fn pairs(query: Pairs) -> Result<Vec<(String, String)>, ApiError> {
    query
        .map(|Query(pairs)| pairs)
        .map_err(|_| ApiError::new(StatusCode::BAD_REQUEST, "bad_query", "The query string could not be read."))
}

/// `customer_id` of the query, which any route on an order takes.
fn asker(query: Pairs) -> Result<Option<String>, ApiError> {
    Ok(pairs(query)?.into_iter().rfind(|(name, _)| name == "customer_id").map(|(_, value)| value))
}

/// The `{id}` of a path. What cannot be an id of ours is not even looked up: 404.
struct Id(String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(id) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| ApiError::not_found())?;
        let good = (1..=40).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if good { Ok(Self(id)) } else { Err(ApiError::not_found()) }
    }
}

async fn find(shop: &Shop, id: &str, asker: Option<&str>) -> Result<Order, ApiError> {
    let order = shop.store.order(id).await?;
    order.filter(|o| asker.is_none_or(|a| a == o.customer_id)).ok_or_else(ApiError::not_found)
}

/// Orders, newest first.
#[utoipa::path(get, path = "/v1/orders", tag = "orders", params(
    ("customer_id" = Option<String>, Query, description = "Only this customer's orders"),
    ("status" = Option<String>, Query, description = "Only orders in one of these statuses; repeated, or joined by commas", example = "pending,paid"),
    ("limit" = Option<i64>, Query, description = "At most so many (1 to 100, default 20)"),
), responses((status = 200, body = OrderList), (status = 401, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn list_orders(State(shop): State<Shop>, query: Pairs) -> Result<Json<OrderList>, ApiError> {
    let filter = ListFilter::from_pairs(pairs(query)?)?;
    let orders = shop.store.orders(filter.customer.as_deref(), &filter.statuses, filter.limit).await?;
    Ok(Json(OrderList { orders }))
}

/// One order.
#[utoipa::path(get, path = "/v1/orders/{id}", tag = "orders",
    params(("id" = String, Path, example = "KF2026110017"),
        ("customer_id" = Option<String>, Query, description = "404 unless it is this customer's order")),
    responses((status = 200, body = Order), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn get_order(State(shop): State<Shop>, Id(id): Id, query: Pairs) -> Result<Response, ApiError> {
    let order = find(&shop, &id, asker(query)?.as_deref()).await?;
    let etag = [(header::ETAG, format!("\"{}\"", order.version))];
    Ok((etag, Json(order)).into_response())
}

/// Send the parcel to another address, while it is pending or paid.
#[utoipa::path(put, path = "/v1/orders/{id}/address", tag = "changes", request_body = Address,
    params(("id" = String, Path, example = "KF2026110017"),
        ("customer_id" = Option<String>, Query, description = "404 unless it is this customer's order"),
        ("Idempotency-Key" = String, Header), ("If-Match" = Option<String>, Header, description = "The order's version")),
    responses((status = 200, body = Order), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody, description = "order_packed, order_shipped, order_cancelled"),
        (status = 412, body = ErrorBody), (status = 413, body = ErrorBody),
        (status = 422, body = ErrorBody, description = "invalid_address, idempotency_key_reused")))]
async fn change_address(
    State(shop): State<Shop>,
    Id(id): Id,
    query: Pairs,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, ApiError> {
    let address = fields.address()?;
    write(&shop, "address", &id, query, &headers, &address, |order, _| {
        rules::may_change_address(order)?;
        Ok(Change {
            kind: "address_changed",
            data: json!({"old": order.address, "new": address}),
            order: Order { address: address.clone(), ..order.clone() },
            scan: None,
        })
    })
    .await
}

/// Cancel an order, while it is pending or paid.
#[utoipa::path(post, path = "/v1/orders/{id}/cancel", tag = "changes", request_body = CancelRequest,
    params(("id" = String, Path, example = "KF2026110017"),
        ("customer_id" = Option<String>, Query, description = "404 unless it is this customer's order"),
        ("Idempotency-Key" = String, Header), ("If-Match" = Option<String>, Header, description = "The order's version")),
    responses((status = 200, body = Order), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody, description = "order_packed, order_shipped, not_cancellable"),
        (status = 412, body = ErrorBody), (status = 413, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn cancel_order(
    State(shop): State<Shop>,
    Id(id): Id,
    query: Pairs,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, ApiError> {
    let request = fields.cancel()?;
    write(&shop, "cancel", &id, query, &headers, &request, |order, _| {
        rules::may_cancel(order)?;
        Ok(Change {
            kind: "cancelled",
            data: json!({"reason": request.reason}),
            order: Order { status: Status::Cancelled, ..order.clone() },
            scan: None,
        })
    })
    .await
}

/// Ask to return or exchange a delivered order, or for its money, within 7 days.
#[utoipa::path(post, path = "/v1/orders/{id}/returns", tag = "changes", request_body = ReturnRequest,
    params(("id" = String, Path, example = "KF2026110017"),
        ("customer_id" = Option<String>, Query, description = "404 unless it is this customer's order"),
        ("Idempotency-Key" = String, Header), ("If-Match" = Option<String>, Header, description = "The order's version")),
    responses((status = 200, body = Order), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "not_delivered, return_window_over, already_requested, not_returnable"),
        (status = 412, body = ErrorBody), (status = 413, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn request_return(
    State(shop): State<Shop>,
    Id(id): Id,
    query: Pairs,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, ApiError> {
    let request = fields.returning()?;
    write(&shop, "returns", &id, query, &headers, &request, |order, now| {
        rules::may_return(order, now)?;
        let returning = Return {
            id: format!("RT{}", order.id.trim_start_matches("KF")),
            kind: request.kind,
            reason: request.reason.clone(),
            status: "requested".to_owned(),
        };
        Ok(Change {
            kind: "return_requested",
            data: json!({"return": returning}),
            order: Order { status: Status::ReturnRequested, returning: Some(returning), ..order.clone() },
            scan: None,
        })
    })
    .await
}

/// What the warehouse and the carrier report: paid, packed, shipped, delivered, refunded.
#[utoipa::path(post, path = "/v1/orders/{id}/status", tag = "fulfilment", request_body = StatusRequest,
    params(("id" = String, Path, example = "KF2026110017"), ("Idempotency-Key" = String, Header),
        ("If-Match" = Option<String>, Header, description = "The order's version")),
    responses((status = 200, body = Order), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody, description = "wrong_status"),
        (status = 412, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn set_status(
    State(shop): State<Shop>,
    Id(id): Id,
    query: Pairs,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, ApiError> {
    let request = fields.status()?;
    write(&shop, "status", &id, query, &headers, &request, |order, now| moved(order, request.status, now)).await
}

fn moved(order: &Order, to: Status, now: i64) -> Result<Change, Refusal> {
    rules::may_move(order, to)?;
    let mut new = Order { status: to, ..order.clone() };
    let mut scan = None;
    let person = seed::person(&order.customer_id);
    match (to, person) {
        (Status::Paid, _) => {
            new.paid_at = Some(now);
            new.promised_at = Some(now + 4 * rules::DAY);
            new.warehouse = person.map(|p| shipping::name_in(&shipping::warehouse(p), p.language));
        }
        (Status::Shipped, Some(person)) => {
            let carrier = shipping::carrier(person.is_domestic(), 0);
            new.shipped_at = Some(now);
            new.carrier = Some(carrier.name_in(person.language).to_owned());
            new.tracking_number = Some(format!("{}{}00", carrier.prefix, order.id.trim_start_matches("KF")));
            scan = Some(shipping::live_scan(false, now, shipping::warehouse(person)));
        }
        (Status::Delivered, Some(person)) => {
            new.delivered_at = Some(now);
            scan = Some(shipping::live_scan(true, now, person.city()));
        }
        (Status::Refunded, _) => {
            if let Some(returning) = &mut new.returning {
                returning.status = "refunded".to_owned();
            }
        }
        _ => {}
    }
    Ok(Change { order: new, kind: to.name(), data: json!({}), scan })
}

/// Where the parcel is.
#[utoipa::path(get, path = "/v1/orders/{id}/tracking", tag = "orders",
    params(("id" = String, Path, example = "KF2026110017"),
        ("customer_id" = Option<String>, Query, description = "404 unless it is this customer's order")),
    responses((status = 200, body = Tracking), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "not_shipped")))]
async fn get_tracking(State(shop): State<Shop>, Id(id): Id, query: Pairs) -> Result<Json<Tracking>, ApiError> {
    let order = find(&shop, &id, asker(query)?.as_deref()).await?;
    let tracking = shop.store.tracking(&order, (shop.clock)()).await?;
    tracking
        .map(Json)
        .ok_or_else(|| ApiError::new(StatusCode::CONFLICT, "not_shipped", "The parcel has not been sent yet."))
}

/// Every change of an order, oldest first.
#[utoipa::path(get, path = "/v1/orders/{id}/events", tag = "orders",
    params(("id" = String, Path, example = "KF2026110017"),
        ("customer_id" = Option<String>, Query, description = "404 unless it is this customer's order")),
    responses((status = 200, body = OrderEventList), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn get_events(State(shop): State<Shop>, Id(id): Id, query: Pairs) -> Result<Json<OrderEventList>, ApiError> {
    let order = find(&shop, &id, asker(query)?.as_deref()).await?;
    Ok(Json(OrderEventList { events: shop.store.events(&order.id).await? }))
}

/// The shop's customers.
#[utoipa::path(get, path = "/v1/customers", tag = "customers",
    responses((status = 200, body = CustomerList), (status = 401, body = ErrorBody)))]
async fn list_customers(State(shop): State<Shop>) -> Result<Json<CustomerList>, ApiError> {
    Ok(Json(CustomerList { customers: shop.store.customers().await? }))
}

/// One customer.
#[utoipa::path(get, path = "/v1/customers/{id}", tag = "customers", params(("id" = String, Path, example = "C1001")),
    responses((status = 200, body = ShopCustomer), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn get_customer(State(shop): State<Shop>, Id(id): Id) -> Result<Json<ShopCustomer>, ApiError> {
    shop.store.customer(&id).await?.map(Json).ok_or_else(ApiError::not_found)
}

/// What the shop sells.
#[utoipa::path(get, path = "/v1/products", tag = "products",
    responses((status = 200, body = ProductList), (status = 401, body = ErrorBody)))]
async fn list_products(State(shop): State<Shop>) -> Result<Json<ProductList>, ApiError> {
    Ok(Json(ProductList { products: shop.store.products().await? }))
}

async fn write<T: Serialize>(
    shop: &Shop,
    what: &str,
    id: &str,
    query: Pairs,
    headers: &HeaderMap,
    request: &T,
    change: impl FnOnce(&Order, i64) -> Result<Change, Refusal>,
) -> Result<Response, ApiError> {
    let key = input::idempotency_key(headers)?;
    let version = input::if_match(headers)?;
    let customer = asker(query)?;
    let now = (shop.clock)();
    let request_hash = fingerprint(what, id, request).ok_or_else(ApiError::internal)?;
    let write = Write { order: id, customer: customer.as_deref(), key, request_hash: &request_hash, version, now };
    match shop.store.write(write, |order| change(order, now)).await? {
        Written::Answer { status, body, replayed } => {
            let status = StatusCode::from_u16(status).map_err(|_| ApiError::internal())?;
            let mut response = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
            if replayed {
                let yes = axum::http::HeaderValue::from_static("true");
                response.headers_mut().insert("idempotent-replay", yes);
            }
            Ok(response)
        }
        Written::KeyReused => Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request.",
        )),
        Written::NotFound => Err(ApiError::not_found()),
        Written::Stale => Err(ApiError::new(
            StatusCode::PRECONDITION_FAILED,
            "version_changed",
            "The order was changed in the meantime.",
        )),
    }
}

/// Of what a request means, not of its bytes: blanks and the order of keys do not make it another request.
fn fingerprint<T: Serialize>(what: &str, id: &str, request: &T) -> Option<String> {
    let body = serde_json::to_vec(request).ok()?;
    let mut hash = Sha256::new();
    hash.update(format!("{what} {id} "));
    hash.update(body);
    Some(hash.finalize().iter().map(|b| format!("{b:02x}")).collect())
}
