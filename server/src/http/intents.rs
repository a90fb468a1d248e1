//! Intents and training.

use super::Body;
use crate::app::App;
use crate::error::{Error, ErrorBody, Result};
use crate::guard::staff::{Can, Edit};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(intents)).routes(routes!(save)).routes(routes!(train, training))
}

const EXAMPLES: usize = 5_000;
const EXAMPLE_CHARS: usize = 500;

#[derive(Serialize, ToSchema)]
pub struct IntentList {
    pub intents: Vec<IntentView>,
}

#[derive(Serialize, ToSchema)]
pub struct IntentView {
    pub name: String,
    /// Example utterances in Rasa's notation: `where is [KF2026110017](order_number)`.
    pub examples: Vec<String>,
}

/// All intents with their example utterances.
#[utoipa::path(get, path = "/api/v1/staff/intents", tag = "staff", responses((status = 200, body = IntentList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn intents(State(app): State<Arc<App>>, _: Can<Edit>) -> Result<Json<IntentList>> {
    let intents = app.store.intents().await?;
    Ok(Json(IntentList {
        intents: intents.into_iter().map(|(name, examples)| IntentView { name, examples }).collect(),
    }))
}

#[derive(Deserialize, ToSchema)]
pub struct ExamplesRequest {
    pub examples: Vec<String>,
}

/// Replaces an intent's examples. The bot learns them with the next training.
#[utoipa::path(put, operation_id = "save_intent", path = "/api/v1/staff/intents/{name}", tag = "staff", params(("name" = String, Path)), request_body = ExamplesRequest,
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn save(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Path(name): Path<String>,
    Body(request): Body<ExamplesRequest>,
) -> Result<StatusCode> {
    if name.is_empty()
        || name.len() > 64
        || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '/'))
    {
        return Err(Error::invalid(
            "意图名只能用小写字母、数字和下划线。",
            "An intent's name has only lower-case letters, digits and underscores.",
        ));
    }
    let examples: Vec<String> =
        request.examples.iter().map(|e| e.trim().to_owned()).filter(|e| !e.is_empty()).collect();
    if examples.len() < 2 || examples.len() > EXAMPLES {
        return Err(Error::invalid(
            format!("请写 2 到 {EXAMPLES} 条例句。"),
            format!("Write 2 to {EXAMPLES} examples."),
        ));
    }
    if let Some(bad) = examples.iter().find(|e| e.chars().count() > EXAMPLE_CHARS || e.contains('\n')) {
        let start: String = bad.chars().take(30).collect();
        return Err(Error::invalid(
            format!("例句“{start}…”太长或有换行，最多 {EXAMPLE_CHARS} 字。"),
            format!("The example “{start}…” is too long or has line breaks; at most {EXAMPLE_CHARS} characters."),
        ));
    }
    app.store.save_intent(&name, &examples).await?;
    app.store
        .audit(
            &format!("staff:{}", who.agent.id),
            "save_intent",
            &name,
            &serde_json::json!({"examples": examples.len()}),
        )
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
pub struct TrainingView {
    /// idle, running or failed
    pub state: String,
    pub done: usize,
    pub total: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub report: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trained_at: Option<i64>,
}

/// Trains the intent head on the stored examples and swaps it in; the server goes on answering.
#[utoipa::path(post, path = "/api/v1/staff/train", tag = "staff", responses((status = 202, body = TrainingView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn train(State(app): State<Arc<App>>, who: Can<Edit>) -> Result<(StatusCode, Json<TrainingView>)> {
    if !crate::content::start_training(&app) {
        return Err(Error::client(
            StatusCode::CONFLICT,
            "training",
            "正在训练中，请稍候。",
            "A training is under way already.",
        ));
    }
    app.store.audit(&format!("staff:{}", who.agent.id), "train", "intents", &serde_json::json!({})).await?;
    Ok((StatusCode::ACCEPTED, Json(view(&app).await?)))
}

/// How far the training is, and the last report.
#[utoipa::path(get, path = "/api/v1/staff/train", tag = "staff", responses((status = 200, body = TrainingView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn training(State(app): State<Arc<App>>, _: Can<Edit>) -> Result<Json<TrainingView>> {
    Ok(Json(view(&app).await?))
}

async fn view(app: &App) -> Result<TrainingView> {
    let head = app.store.head(crate::content::INTENT_HEAD).await?;
    let t = app.training.state();
    Ok(TrainingView {
        state: t.state.to_owned(),
        done: t.done,
        total: t.total,
        error: t.error,
        report: head.as_ref().and_then(|h| serde_json::from_str(&h.1).ok()),
        trained_at: head.map(|h| h.2),
    })
}
