//! What comes in over HTTP is bad until it is checked here.

use super::error::ApiError;
use crate::orders::wire::{Address, CancelRequest, ReturnKind, ReturnRequest, Status, StatusRequest, text_problem};
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};
use std::time::Duration;

/// Far more than any request needs.
pub const MAX_BODY: usize = 16 * 1024;
const BODY_TIME: Duration = Duration::from_secs(10);
const MAX_KEY: usize = 200;

/// A request body that is a JSON object.
pub struct Fields(Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = tokio::time::timeout(BODY_TIME, Bytes::from_request(request, state))
            .await
            .map_err(|_| ApiError::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "The body did not arrive in time."))?
            .map_err(|rejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => {
                    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is larger than 16 KiB.")
                }
                _ => ApiError::new(StatusCode::BAD_REQUEST, "bad_body", "The body could not be read."),
            })?;
        match serde_json::from_slice(&body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(ApiError::invalid("invalid_request", vec![("body", "must be a JSON object")])),
            Err(_) => Err(ApiError::new(StatusCode::BAD_REQUEST, "invalid_json", "The body is not valid JSON.")),
        }
    }
}

impl Fields {
    /// A text without blanks around it; `Ok("")` when absent.
    fn text(&self, name: &str) -> Result<&str, &'static str> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(""),
            Some(Value::String(text)) => Ok(text.trim()),
            Some(_) => Err("must be a text"),
        }
    }

    fn required<'a>(&'a self, name: &'static str, problems: &mut Vec<(&'static str, &'static str)>) -> &'a str {
        let text = self.text(name).and_then(|text| match text_problem(text) {
            Some(problem) => Err(problem),
            None if text.is_empty() => Err("is required"),
            None => Ok(text),
        });
        text.unwrap_or_else(|problem| {
            problems.push((name, problem));
            ""
        })
    }

    pub fn address(&self) -> Result<Address, ApiError> {
        let mut address = Address::default();
        let mut problems = Vec::new();
        for name in Address::FIELDS {
            match (self.text(name), address.field_mut(name)) {
                (Ok(text), Some(field)) => *field = text.to_owned(),
                (Err(problem), _) => problems.push((name, problem)),
                (_, None) => {}
            }
        }
        for (name, problem) in address.problems() {
            if !problems.iter().any(|(known, _)| *known == name) {
                problems.push((name, problem));
            }
        }
        if problems.is_empty() { Ok(address) } else { Err(ApiError::invalid("invalid_address", problems)) }
    }

    pub fn cancel(&self) -> Result<CancelRequest, ApiError> {
        let mut problems = Vec::new();
        let reason = self.required("reason", &mut problems).to_owned();
        if problems.is_empty() {
            Ok(CancelRequest { reason })
        } else {
            Err(ApiError::invalid("invalid_request", problems))
        }
    }

    pub fn returning(&self) -> Result<ReturnRequest, ApiError> {
        let mut problems = Vec::new();
        let reason = self.required("reason", &mut problems).to_owned();
        let kind = self.text("kind").ok().and_then(ReturnKind::parse);
        match kind {
            Some(kind) if problems.is_empty() => Ok(ReturnRequest { kind, reason }),
            Some(_) => Err(ApiError::invalid("invalid_request", problems)),
            None => {
                problems.push(("kind", "must be return, exchange or refund"));
                Err(ApiError::invalid("invalid_request", problems))
            }
        }
    }

    pub fn status(&self) -> Result<StatusRequest, ApiError> {
        let status = self.text("status").ok().and_then(Status::parse);
        status
            .map(|status| StatusRequest { status })
            .ok_or_else(|| ApiError::invalid("invalid_request", vec![("status", "is not a status of an order")]))
    }
}

/// A write must carry a key, so that it can be repeated without harm.
pub fn idempotency_key(headers: &HeaderMap) -> Result<&str, ApiError> {
    let Some(key) = headers.get("idempotency-key") else {
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "idempotency_key_required",
            "A write needs the header Idempotency-Key.",
        ));
    };
    key.to_str().ok().filter(|k| !k.is_empty() && k.len() <= MAX_KEY).ok_or_else(|| {
        ApiError::invalid("invalid_request", vec![("Idempotency-Key", "must be 1 to 200 visible ASCII characters")])
    })
}

/// `If-Match: "3"` or `If-Match: 3`.
pub fn if_match(headers: &HeaderMap) -> Result<Option<i64>, ApiError> {
    let Some(value) = headers.get("if-match") else {
        return Ok(None);
    };
    let version = value.to_str().ok().and_then(|v| v.trim().trim_matches('"').parse().ok());
    version
        .map(Some)
        .ok_or_else(|| ApiError::invalid("invalid_request", vec![("If-Match", "must be the version of an order")]))
}

/// The filters of the order list.
#[derive(Debug, Default, PartialEq)]
pub struct ListFilter {
    pub customer: Option<String>,
    pub statuses: Vec<Status>,
    pub limit: i64,
}

pub const DEFAULT_LIMIT: i64 = 20;
pub const MAX_LIMIT: i64 = 100;

impl ListFilter {
    /// `status` may be repeated or hold several names joined by commas.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, ApiError> {
        let mut filter = Self { limit: DEFAULT_LIMIT, ..Self::default() };
        let mut problems = Vec::new();
        for (name, value) in pairs {
            match name.as_str() {
                "customer_id" => filter.customer = Some(value),
                "status" => {
                    for name in value.split(',').filter(|s| !s.is_empty()) {
                        match Status::parse(name) {
                            Some(status) if !filter.statuses.contains(&status) => filter.statuses.push(status),
                            Some(_) => {}
                            None => problems.push(("status", "is not a status of an order")),
                        }
                    }
                }
                "limit" => match value.parse() {
                    Ok(limit) if (1..=MAX_LIMIT).contains(&limit) => filter.limit = limit,
                    _ => problems.push(("limit", "must be a number from 1 to 100")),
                },
                _ => {}
            }
        }
        problems.dedup();
        if problems.is_empty() { Ok(filter) } else { Err(ApiError::invalid("invalid_request", problems)) }
    }
}
