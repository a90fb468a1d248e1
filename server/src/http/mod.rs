//! HTTP and WebSocket. One file per screen or client; what they share is `views` (the shapes that go out).

pub mod article_edit;
pub mod article_import;
pub mod article_versions;
pub mod article_views;
pub mod articles;
pub mod chat;
pub mod chat_socket;
pub mod console;
pub mod console_socket;
pub mod dashboard;
pub mod demo;
pub mod gaps;
pub mod graph;
pub mod graph_ask;
pub mod graph_files;
pub mod help;
pub mod import;
pub mod intents;
pub mod login;
pub mod meta;
pub mod pages;
pub mod replay;
pub mod search;
pub mod training;
pub mod try_bot;
pub mod views;

use crate::app::App;
use crate::error::{Error, LANGUAGE, Result};
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use kg::Language;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// Largest request body; a message is at most 20,000 characters and an article a few times that.
const BODY: usize = 512 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Kefu",
        description = "Customer service: the bot answers first, a human takes over. Times are milliseconds since 1970 UTC, money is in minor units. Every error is `{code, message}`; `message` follows Accept-Language (zh or en)."
    ),
    tags(
        (name = "chat", description = "For the widget and apps: a customer's conversation. Bearer token from `POST /api/v1/chat/session`."),
        (name = "channels", description = "Other ways in, in the shapes that their users know."),
        (name = "knowledge", description = "Articles and search."),
        (name = "staff", description = "The staff app. Session cookie; writes need the header `X-Kefu-Csrf: 1`."),
        (name = "operations", description = "Health, metrics, this document."),
        (name = "demo", description = "Only with `kefu serve --demo`.")
    )
)]
struct Api;

fn api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Api::openapi())
        .merge(chat::routes())
        .merge(articles::routes())
        .merge(article_import::routes())
        .merge(article_edit::routes())
        .merge(article_versions::routes())
        .merge(replay::routes())
        .merge(gaps::routes())
        .merge(search::routes())
        .merge(login::routes())
        .merge(console::routes())
        .merge(dashboard::routes())
        .merge(graph::routes())
        .merge(graph_ask::routes())
        .merge(graph_files::routes())
        .merge(intents::routes())
        .merge(training::routes())
        .merge(import::routes())
        .merge(try_bot::routes())
        .merge(demo::routes())
        .merge(meta::routes())
        .merge(crate::channels::rest::routes())
}

/// The OpenAPI document, as served and as committed for the UI's generated client.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = api().split_for_parts().1;
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.info.license =
        Some(utoipa::openapi::info::LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build());
    document
}

pub fn router(app: Arc<App>) -> Router {
    let (routes, _) = api().split_for_parts();
    routes
        .route("/api/v1/chat/ws", axum::routing::get(chat_socket::connect))
        .route("/api/v1/staff/ws", axum::routing::get(console_socket::connect))
        .merge(help::routes())
        .fallback(pages::page)
        .layer(DefaultBodyLimit::max(BODY))
        .layer(from_fn_with_state(app.clone(), measure))
        .layer(from_fn(speak))
        .layer(from_fn(headers))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CompressionLayer::new())
        .with_state(app)
}

/// Errors speak the caller's language; wrong methods and bad bodies get the one error shape too.
async fn speak(request: Request, next: Next) -> Response {
    let language = accept_language(request.headers()).unwrap_or(Language::En);
    let api = ["/api/", "/webhooks/", "/model/"].iter().any(|start| request.uri().path().starts_with(start));
    // No id has a NUL in it, and PostgreSQL does not even take one as a question.
    let nul = request.uri().path_and_query().is_some_and(|p| p.as_str().contains("%00"));
    LANGUAGE
        .scope(language, async {
            if nul {
                return Error::not_found().into_response();
            }
            let response = next.run(request).await;
            let json = response
                .headers()
                .get(header::CONTENT_TYPE)
                .is_some_and(|t| t.as_bytes().starts_with(b"application/json"));
            match response.status() {
                StatusCode::METHOD_NOT_ALLOWED if !json => Error::client(
                    StatusCode::METHOD_NOT_ALLOWED,
                    "method_not_allowed",
                    "这个地址不支持该方法。",
                    "This address does not take that method.",
                )
                .into_response(),
                StatusCode::PAYLOAD_TOO_LARGE if !json => too_large().into_response(),
                // What the framework refuses: a query or path that does not parse, an upgrade that is none.
                status if api && !json && status.is_client_error() => Error::client(
                    status,
                    "bad_request",
                    "请求的地址、参数或请求头不对，请对照 /docs。",
                    "The request's address, parameters or headers are wrong; see /docs.",
                )
                .into_response(),
                _ => response,
            }
        })
        .await
}

fn too_large() -> Error {
    Error::client(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        format!("请求太大，最多 {} KB。", BODY / 1024),
        format!("The request is too large: at most {} KB.", BODY / 1024),
    )
}

pub fn accept_language(headers: &HeaderMap) -> Option<Language> {
    let header = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    header.split(',').find_map(|part| Language::parse(part.split(';').next()?.trim()))
}

async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let h = response.headers_mut();
    h.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    h.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

async fn measure(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let started = app.clock.now();
    let method = request.method().as_str().to_owned();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!("kefu_http_requests_total", "method" => method, "status" => status).increment(1);
    if response.status().is_server_error() {
        tracing::warn!(status = response.status().as_u16(), ms = app.clock.now() - started, "server error");
    }
    response
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    Error::Internal(anyhow::anyhow!("a handler panicked")).into_response()
}

/// JSON bodies: what is wrong with them is said in our error shape.
pub struct Body<T>(pub T);

impl<T, S> FromRequest<S> for Body<T>
where
    T: serde::de::DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Body(value)),
            Err(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(too_large()),
            Err(e) => {
                let code = if e.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE { "not_json" } else { "bad_json" };
                Err(Error::client(
                    e.status(),
                    code,
                    format!("请求体不是所需的 JSON：{}", e.body_text()),
                    format!("The body is not the JSON that is wanted here: {}", e.body_text()),
                ))
            }
        }
    }
}
