//! The demo shop's order system: an HTTP server with its own port, its own database and its own OpenAPI document at
//! `/openapi.json`. It knows nothing of Kefu, which reaches it only over HTTP.

mod api;
mod error;
pub mod faults;
mod input;
mod people;
mod rows;
mod rules;
mod seed;
mod shipping;
mod store;

use api::Shop;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use error::ApiError;
use faults::Faults;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use store::Store;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;

pub use super::wire::Product;
pub use store::StoreError;

/// Milliseconds since 1970-01-01 UTC.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

pub struct ShopOptions {
    /// The SQLite file; made, and filled with orders, if it is not there.
    pub database: PathBuf,
    /// Port 0 takes any free port.
    pub listen: SocketAddr,
    /// What callers must send as `X-Api-Key`; made by the caller.
    pub api_key: String,
    pub products: Vec<Product>,
    pub now: Clock,
    pub shutdown: CancellationToken,
    /// For tests: ways in which requests go wrong.
    pub faults: Option<Faults>,
}

#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    #[error("the demo shop needs at least one product")]
    NoProducts,
    #[error("the demo shop needs an API key of at least 16 characters")]
    WeakKey,
    #[error("the demo shop cannot listen on {address}: {error}")]
    Listen { address: SocketAddr, error: std::io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct RunningShop {
    pub addr: SocketAddr,
    /// Ends after `shutdown` when the open requests are answered and the database is closed.
    pub handle: JoinHandle<std::io::Result<()>>,
}

impl RunningShop {
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }
}

pub async fn start(options: ShopOptions) -> Result<RunningShop, ShopError> {
    if options.products.is_empty() {
        return Err(ShopError::NoProducts);
    }
    if options.api_key.len() < 16 {
        return Err(ShopError::WeakKey);
    }
    let listen_error = |error| ShopError::Listen { address: options.listen, error };
    let listener = TcpListener::bind(options.listen).await.map_err(listen_error)?;
    let addr = listener.local_addr().map_err(listen_error)?;

    let store = Store::open(&options.database).await?;
    store.set_products(&options.products).await?;
    let now = (options.now)();
    store.forget_old_keys(now).await?;
    if store.is_empty().await? {
        store.plant(&seed::seed(&options.products, now)).await?;
    }

    let app = router(Shop { store: store.clone(), clock: options.now }, &options.api_key, options.faults);
    let shutdown = options.shutdown;
    let serve = async move {
        let served = axum::serve(listener, app).with_graceful_shutdown(shutdown.cancelled_owned()).await;
        store.close().await;
        served
    };
    // The one task of the shop; the caller owns its handle and its end.
    #[allow(clippy::disallowed_methods)]
    let handle = tokio::spawn(serve);
    tracing::info!(%addr, "the demo shop is open");
    Ok(RunningShop { addr, handle })
}

fn router(shop: Shop, api_key: &str, faults: Option<Faults>) -> Router {
    let (mut v1, documented) = OpenApiRouter::new().merge(api::routes()).split_for_parts();
    if let Some(faults) = faults {
        v1 = v1.layer(middleware::from_fn_with_state(faults, faults::inject));
    }
    let key = Arc::new(<[u8; 32]>::from(Sha256::digest(api_key)));
    let v1 = v1.layer(middleware::from_fn_with_state(key, check_key)).layer(DefaultBodyLimit::max(input::MAX_BODY));
    let document = describe(documented);
    v1.route("/openapi.json", get(move || std::future::ready(Json(document.clone()))))
        .route("/healthz", get(healthz))
        .fallback(|| std::future::ready(ApiError::not_found()))
        .method_not_allowed_fallback(|| {
            std::future::ready(ApiError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This cannot be done here.",
            ))
        })
        .with_state(shop)
        .layer(CatchPanicLayer::custom(|_| ApiError::internal().into_response()))
}

/// Compares digests, and all of their bytes, so that the time taken tells nothing about the key.
async fn check_key(State(key): State<Arc<[u8; 32]>>, request: Request, next: Next) -> Response {
    let given = request.headers().get("x-api-key").map_or(&[][..], |value| value.as_bytes());
    let difference = Sha256::digest(given).iter().zip(key.iter()).fold(0, |all, (a, b)| all | (a ^ b));
    if std::hint::black_box(difference) == 0 {
        next.run(request).await
    } else {
        ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", "The header X-Api-Key is missing or wrong.")
            .into_response()
    }
}

async fn healthz(State(shop): State<Shop>) -> Result<Json<serde_json::Value>, ApiError> {
    shop.store.is_empty().await?;
    Ok(Json(json!({"status": "ok"})))
}

fn describe(routes: OpenApi) -> OpenApi {
    let info = InfoBuilder::new()
        .title("青舟商城 / Skiff Store: orders")
        .version("1")
        .description(Some(
            "Orders of the demo shop. Times are milliseconds since 1970 UTC, money is in minor units. A write needs an \
             `Idempotency-Key`: repeated with the same body it gets the first answer again, with the header \
             `Idempotent-Replay: true`; with another body it is refused with `idempotency_key_reused`.",
        ))
        .build();
    let mut document = OpenApiBuilder::new().info(info).build();
    document.merge(routes);
    document
        .components
        .get_or_insert_with(Components::new)
        .add_security_scheme("api_key", SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-Api-Key"))));
    document.security = Some(vec![SecurityRequirement::new("api_key", Vec::<String>::new())]);
    document
}
