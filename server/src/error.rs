//! The server's one error: what a client is told, and nothing of the database or the model.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kg::Language;
use serde::Serialize;
use utoipa::ToSchema;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something the caller can mend. `code` is stable, `zh` and `en` are for people.
    #[error("{code}: {en}")]
    Client { status: StatusCode, code: &'static str, zh: String, en: String },
    #[error("database: {0}")]
    Database(sqlx::Error),
    #[error("{0:#}")]
    Internal(#[from] anyhow::Error),
}

/// Body of every error.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// Stable, for programs.
    #[schema(example = "not_found")]
    pub code: String,
    /// For people, in the language of the request's Accept-Language (zh or en).
    pub message: String,
}

impl Error {
    pub fn client(status: StatusCode, code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Error::Client { status, code, zh: zh.into(), en: en.into() }
    }

    /// Also for what exists but belongs to somebody else: nobody learns that it exists.
    pub fn not_found() -> Self {
        Self::client(StatusCode::NOT_FOUND, "not_found", "没有找到。", "Not found.")
    }

    pub fn unauthorized() -> Self {
        Self::client(StatusCode::UNAUTHORIZED, "unauthorized", "请先登录。", "Please sign in.")
    }

    pub fn forbidden() -> Self {
        Self::client(StatusCode::FORBIDDEN, "forbidden", "您的角色没有这项权限。", "Your role does not allow this.")
    }

    pub fn invalid(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::client(StatusCode::UNPROCESSABLE_ENTITY, "invalid", zh, en)
    }

    pub fn overloaded() -> Self {
        Self::client(
            StatusCode::TOO_MANY_REQUESTS,
            "overloaded",
            "现在请求太多，请稍后再试。",
            "Too many requests right now; please try again in a moment.",
        )
    }

    pub fn code(&self) -> &'static str {
        match self {
            Error::Client { code, .. } => code,
            Error::Database(e) if disk_full(e) => "storage_full",
            Error::Database(_) | Error::Internal(_) => "internal",
        }
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Error::Client { status, .. } => *status,
            Error::Database(e) if disk_full(e) => StatusCode::INSUFFICIENT_STORAGE,
            Error::Database(_) | Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub fn message(&self, language: Language) -> String {
        match (self, language) {
            (Error::Client { zh, .. }, Language::Zh) => zh.clone(),
            (Error::Client { en, .. }, Language::En) => en.clone(),
            (Error::Database(e), Language::Zh) if disk_full(e) => {
                "服务器存储空间已满，这次没有保存；请稍后再发一次。".to_owned()
            }
            (Error::Database(e), Language::En) if disk_full(e) => {
                "Our storage is full, so this was not saved; please send it again in a while.".to_owned()
            }
            (_, Language::Zh) => "服务器出错了，请稍后再试一次；重复发送不会产生两条。".to_owned(),
            (_, Language::En) => {
                "Something went wrong on our side. Please try again; sending twice does no harm.".to_owned()
            }
        }
    }
}

/// PostgreSQL's code for text that it cannot keep: a NUL character.
const NOT_IN_REPERTOIRE: &str = "22021";

impl From<sqlx::Error> for Error {
    fn from(e: sqlx::Error) -> Self {
        match e.as_database_error().and_then(|d| d.code()) {
            Some(code) if code == NOT_IN_REPERTOIRE => {
                Error::invalid("文字里有不能使用的字符。", "The text has a character that cannot be used.")
            }
            _ => Error::Database(e),
        }
    }
}

/// SQLite's SQLITE_FULL, PostgreSQL's disk_full.
fn disk_full(e: &sqlx::Error) -> bool {
    e.as_database_error().and_then(|d| d.code()).is_some_and(|c| c == "13" || c == "53100")
}

impl From<models::ModelError> for Error {
    fn from(e: models::ModelError) -> Self {
        match e {
            models::ModelError::Overloaded => Error::overloaded(),
            other => Error::Internal(other.into()),
        }
    }
}

tokio::task_local! {
    /// Set by `http::language` for the duration of a request.
    pub static LANGUAGE: Language;
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if !matches!(self, Error::Client { .. }) {
            tracing::error!(error = %self, "request failed");
        }
        let language = LANGUAGE.try_with(|l| *l).unwrap_or(Language::En);
        let body = ErrorBody { code: self.code().to_owned(), message: self.message(language) };
        (self.status(), Json(body)).into_response()
    }
}
