//! The built UI, embedded in the binary.

use crate::error::Error;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "ui/dist"]
struct Dist;

/// Which page answers which path; everything else is a file of the build.
fn page_of(path: &str) -> Option<&'static str> {
    match path {
        "" => Some("index.html"),
        "docs" => Some("docs.html"),
        "staff" => Some("staff.html"),
        _ if path.starts_with("staff/") => Some("staff.html"),
        _ => None,
    }
}

pub async fn page(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_matches('/');
    if path.starts_with("api/") || path.starts_with("webhooks/") {
        return Error::not_found().into_response();
    }
    let name = page_of(path).unwrap_or(path);
    let Some(file) = Dist::get(name) else {
        if page_of(path).is_some() {
            return (StatusCode::NOT_FOUND, "This build has no pages: run `make ui`, then build again.\n")
                .into_response();
        }
        return Error::not_found().into_response();
    };
    let tag =
        format!("\"{}\"", file.metadata.sha256_hash()[..8].iter().map(|b| format!("{b:02x}")).collect::<String>());
    // Names under assets/ change with their content; pages and the widget are asked for again each time.
    let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = if headers.get(header::IF_NONE_MATCH).is_some_and(|t| t.as_bytes() == tag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, file.metadata.mimetype().to_owned())], file.data.into_owned()).into_response()
    };
    let h = response.headers_mut();
    h.insert(header::CACHE_CONTROL, header::HeaderValue::from_static(cache));
    if let Ok(tag) = tag.parse() {
        h.insert(header::ETAG, tag);
    }
    if name == "widget.js" {
        // The one file that other sites include.
        h.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, header::HeaderValue::from_static("*"));
    } else if name.ends_with(".html") {
        // Scripts only from here: whatever a customer writes, it is not run. Ant Design styles inline.
        h.insert(
            header::CONTENT_SECURITY_POLICY,
            header::HeaderValue::from_static(
                "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'self'; base-uri 'self'; form-action 'self'",
            ),
        );
    }
    response
}
