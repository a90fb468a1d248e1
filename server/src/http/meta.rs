//! Health, metrics and the description of this API.

use crate::app::App;
use crate::error::Result;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(metrics)).routes(routes!(openapi))
}

#[derive(Serialize, ToSchema)]
pub struct Health {
    /// ok, or failing
    pub status: &'static str,
    pub version: &'static str,
    /// ok or failing, for each part
    pub store: &'static str,
    pub encoder: &'static str,
    pub orders: &'static str,
    pub articles: usize,
}

/// 200 while this node can answer; 503 when the store or the encoder is gone.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = Health), (status = 503, body = Health)))]
async fn healthz(State(app): State<Arc<App>>) -> impl IntoResponse {
    let word = |ok: bool| if ok { "ok" } else { "failing" };
    let store = app.store.ping().await.is_ok();
    // An overloaded encoder is alive.
    let encoder = !matches!(
        app.embedder.embed("ok", models::Kind::Query).await,
        Err(models::ModelError::Stopped | models::ModelError::Missing(_))
    );
    let ok = store && encoder && !app.lifecycle.stopping().is_cancelled();
    let health = Health {
        status: word(ok),
        version: env!("CARGO_PKG_VERSION"),
        store: word(store),
        encoder: word(encoder),
        orders: if app.orders.is_some() { "connected" } else { "none" },
        articles: app.knowledge.size().0,
    };
    (if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(health))
}

/// For Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, body = String, content_type = "text/plain")))]
async fn metrics(State(app): State<Arc<App>>) -> Result<impl IntoResponse> {
    let waiting = app.store.waiting_tickets().await?.len();
    metrics::gauge!("kefu_queue_waiting").set(waiting as f64);
    metrics::gauge!("kefu_agents_present").set(app.presence.count(app.clock.now()) as f64);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.render()))
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "operations", responses((status = 200, description = "OpenAPI 3.1")))]
async fn openapi() -> impl IntoResponse {
    Json(super::openapi())
}
