//! What the shop's API says when it does not do what was asked: a status and `{code, message, fields?}`.

use super::store::StoreError;
use crate::orders::wire::{ErrorBody, FieldProblem};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    body: ErrorBody,
}

impl ApiError {
    pub fn new(status: StatusCode, code: &str, message: &str) -> Self {
        let body = ErrorBody { code: code.to_owned(), message: message.to_owned(), fields: Vec::new() };
        Self { status, body }
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is no such thing here.")
    }

    pub fn invalid(code: &str, problems: Vec<(&str, &str)>) -> Self {
        let mut error = Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, "");
        let sentences: Vec<String> = problems.iter().map(|(field, problem)| format!("{field} {problem}")).collect();
        error.body.message = sentences.join("; ");
        error.body.fields = problems
            .into_iter()
            .map(|(field, problem)| FieldProblem { field: field.to_owned(), problem: problem.to_owned() })
            .collect();
        error
    }

    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The shop could not do this now.")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the demo shop's store failed");
        Self::internal()
    }
}
