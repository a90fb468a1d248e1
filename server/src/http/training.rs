//! Training a candidate from the draft, looking at it, publishing or discarding it.

use super::Body;
use crate::app::App;
use crate::error::{Error, ErrorBody, LANGUAGE, Result};
use crate::guard::staff::{Can, Edit};
use crate::guard::text;
use crate::parsed::ParseResponse;
use crate::store::training::{Draft, Head};
use crate::training;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use kg::Language;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(train, status))
        .routes(routes!(report))
        .routes(routes!(publish))
        .routes(routes!(discard))
        .routes(routes!(try_both))
}

#[derive(Serialize, ToSchema)]
pub struct TrainingView {
    /// idle, running or failed
    pub state: &'static str,
    /// embedding, fitting or comparing; the candidate can be published while it is still being compared
    pub stage: &'static str,
    pub done: usize,
    pub total: usize,
    /// Why the last training failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The head that answers customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<HeadView>,
    /// Trained and neither published nor discarded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate: Option<HeadView>,
}

#[derive(Serialize, ToSchema)]
pub struct HeadView {
    pub id: String,
    pub trained_at: i64,
    /// Who trained or published it; nobody when it was the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Has it learnt what the draft says now?
    pub is_draft: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
}

fn head_view(head: Head, draft: &Draft) -> HeadView {
    let report: serde_json::Value = serde_json::from_str(&head.report).unwrap_or_default();
    let learnt: Option<Draft> = head.examples.as_deref().and_then(|e| serde_json::from_str(e).ok());
    HeadView {
        id: head.id,
        trained_at: head.trained_at,
        by: head.made_by,
        is_draft: learnt.as_ref() == Some(draft),
        accuracy: report["accuracy"].as_f64(),
    }
}

async fn view(app: &App) -> Result<TrainingView> {
    let t = app.training.state();
    let draft = app.store.draft().await?;
    let language = LANGUAGE.try_with(|l| *l).unwrap_or(Language::En);
    Ok(TrainingView {
        state: if t.running {
            "running"
        } else if t.error.is_some() {
            "failed"
        } else {
            "idle"
        },
        stage: t.stage.as_str(),
        done: t.done,
        total: t.total,
        error: t.error.map(|(zh, en)| if language == Language::Zh { zh } else { en }),
        published: app.store.published_head().await?.map(|h| head_view(h, &draft)),
        candidate: app.store.candidate_head().await?.map(|h| head_view(h, &draft)),
    })
}

/// Trains a candidate on the draft, in the background; the server goes on answering with what is published.
#[utoipa::path(post, path = "/api/v1/staff/train", tag = "staff", responses((status = 202, body = TrainingView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn train(State(app): State<Arc<App>>, who: Can<Edit>) -> Result<(StatusCode, Json<TrainingView>)> {
    if !training::start(&app, &who.agent.id) {
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

/// How far the training is, what is published and what could be.
#[utoipa::path(get, operation_id = "training", path = "/api/v1/staff/train", tag = "staff", responses((status = 200, body = TrainingView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn status(State(app): State<Arc<App>>, _: Can<Edit>) -> Result<Json<TrainingView>> {
    Ok(Json(view(&app).await?))
}

#[derive(Deserialize)]
struct Which {
    head: String,
}

/// What is known of a head: precision and recall of each intent, confusions, near-duplicates, and what reads otherwise
/// than before.
#[utoipa::path(get, operation_id = "training_report", path = "/api/v1/staff/train/report", tag = "staff", params(("head" = String, Query, description = "published or candidate")),
    responses((status = 200, body = Object), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn report(
    State(app): State<Arc<App>>,
    _: Can<Edit>,
    Query(which): Query<Which>,
) -> Result<Json<serde_json::Value>> {
    let head = match which.head.as_str() {
        "candidate" => app.store.candidate_head().await?,
        _ => app.store.published_head().await?,
    };
    let head = head.ok_or_else(Error::not_found)?;
    Ok(Json(serde_json::from_str(&head.report).map_err(anyhow::Error::from)?))
}

fn not_the_candidate() -> Error {
    Error::client(
        StatusCode::CONFLICT,
        "stale_candidate",
        "这个候选模型已经被发布、放弃或重新训练过了，请刷新。",
        "This candidate has been published, discarded or trained anew meanwhile; please reload.",
    )
}

#[derive(Deserialize, ToSchema)]
pub struct PublishRequest {
    /// Id of the candidate that was looked at.
    pub candidate: String,
}

/// The candidate answers customers from now on, on every node.
#[utoipa::path(post, path = "/api/v1/staff/train/publish", tag = "staff", request_body = PublishRequest,
    responses((status = 200, body = TrainingView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn publish(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Body(request): Body<PublishRequest>,
) -> Result<Json<TrainingView>> {
    // Before it is the one that serves, so that nobody publishes what this encoder cannot use.
    let fits = training::candidate(&app).await.map_err(|e| {
        tracing::error!(error = format!("{e:#}"), "the candidate cannot be used");
        Error::client(
            StatusCode::CONFLICT,
            "unusable_candidate",
            "这个候选模型与当前语义模型不符，请重新训练。",
            "This candidate does not fit the encoder in use; please train again.",
        )
    })?;
    if fits.is_none() || !app.store.publish_head(&request.candidate, &who.agent.id).await? {
        return Err(not_the_candidate());
    }
    training::take_up(&app, &request.candidate).await?;
    Ok(Json(view(&app).await?))
}

#[derive(Deserialize, ToSchema)]
pub struct DiscardRequest {
    /// Id of the candidate to drop.
    #[serde(default)]
    pub candidate: Option<String>,
    /// The draft's stamp, to bring all examples back to what is published. At least one of the two must be given.
    #[serde(default)]
    pub draft: Option<String>,
}

/// Drops the candidate, or all changes of the draft since the last publishing.
#[utoipa::path(post, path = "/api/v1/staff/train/discard", tag = "staff", request_body = DiscardRequest,
    responses((status = 200, body = TrainingView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn discard(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Body(request): Body<DiscardRequest>,
) -> Result<Json<TrainingView>> {
    if request.candidate.is_none() && request.draft.is_none() {
        return Err(Error::invalid(
            "请说明放弃什么：候选模型或草稿。",
            "Say what to discard: the candidate or the draft.",
        ));
    }
    if let Some(stamp) = &request.draft {
        let examples = app.store.published_head().await?.and_then(|h| h.examples).ok_or_else(Error::not_found)?;
        let published: Draft = serde_json::from_str(&examples).map_err(anyhow::Error::from)?;
        if !app.store.replace_draft(&published, Some(stamp), Some(&who.agent.id), "discard").await? {
            return Err(draft_changed());
        }
    }
    if let Some(candidate) = &request.candidate
        && !app.store.discard_candidate(candidate, &who.agent.id).await?
    {
        return Err(not_the_candidate());
    }
    Ok(Json(view(&app).await?))
}

pub fn draft_changed() -> Error {
    Error::client(
        StatusCode::CONFLICT,
        "stale_draft",
        "草稿刚被其他人修改过，什么都没有改动。请刷新后再决定。",
        "Somebody has changed the draft meanwhile, so nothing was done. Reload and decide again.",
    )
}

#[derive(Deserialize, ToSchema)]
pub struct TryTextRequest {
    pub text: String,
}

#[derive(Serialize, ToSchema)]
pub struct TryTextResponse {
    pub published: ParseResponse,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate: Option<ParseResponse>,
}

/// What the published model and the candidate make of one utterance.
#[utoipa::path(post, path = "/api/v1/staff/train/try", tag = "staff", request_body = TryTextRequest,
    responses((status = 200, body = TryTextResponse), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn try_both(
    State(app): State<Arc<App>>,
    _: Can<Edit>,
    Body(request): Body<TryTextRequest>,
) -> Result<Json<TryTextResponse>> {
    let text = text::clean(&request.text, app.config.chat.max_message_chars)?;
    let now = app.clock.now();
    let published = app.nlu.understand(&text, now).await?.into();
    let candidate = match training::candidate(&app).await? {
        Some(nlu) => Some(nlu.understand(&text, now).await?.into()),
        None => None,
    };
    Ok(Json(TryTextResponse { published, candidate }))
}
