//! Replay of drafts, as a stream: how far it is, then what changes. Who closes the page ends it.

use super::Body;
use super::article_views;
use crate::app::App;
use crate::error::{Error, ErrorBody, LANGUAGE, Result};
use crate::guard::staff::{Can, Edit};
use crate::replay::{self, Event};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{self, Sse};
use futures_util::{Stream, StreamExt, stream};
use kg::Language;
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::mpsc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Drafts that are replayed together.
const TOGETHER: usize = 100;
/// Events that may wait for a slow page.
const WAITING: usize = 64;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(run))
}

#[derive(Deserialize, ToSchema)]
pub struct ReplayRequest {
    /// Drafts that would be published together.
    pub versions: Vec<VersionId>,
    /// How many of the customers' last different questions are asked; at most 5000, the configured number by default.
    pub questions: Option<usize>,
}

#[derive(Deserialize, ToSchema)]
pub struct VersionId {
    pub slug: String,
    pub number: i64,
}

/// Runs real and test questions against the base that serves and the one with these drafts. The answer is a stream of
/// server-sent events; the last one is the report, or why there is none.
#[utoipa::path(post, operation_id = "replay", path = "/api/v1/staff/replay", tag = "staff", request_body = ReplayRequest,
    responses((status = 200, body = Event, content_type = "text/event-stream"), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn run(
    State(app): State<Arc<App>>,
    _: Can<Edit>,
    Body(request): Body<ReplayRequest>,
) -> Result<Sse<impl Stream<Item = std::result::Result<sse::Event, Infallible>>>> {
    let wanted = request.questions.unwrap_or(app.config.knowledge.replay_questions);
    if request.versions.is_empty() || request.versions.len() > TOGETHER || wanted > replay::MOST {
        return Err(Error::invalid(
            format!("请给出 1 到 {TOGETHER} 份草稿，提问最多 {} 条。", replay::MOST),
            format!("Name 1 to {TOGETHER} drafts, and at most {} questions.", replay::MOST),
        ));
    }
    let mut drafts = Vec::new();
    for v in &request.versions {
        let version = app.store.version(&v.slug, v.number).await?.ok_or_else(Error::not_found)?;
        article_views::finished(&version.content)?;
        if drafts.iter().any(|d: &crate::store::articles::Content| d.article.slug == v.slug) {
            return Err(Error::invalid(
                "同一篇文章只能预演一份草稿。",
                "Replay only one draft of an article at a time.",
            ));
        }
        drafts.push(version.content);
    }
    let permit = app.replays.begin().ok_or_else(|| {
        Error::client(
            StatusCode::CONFLICT,
            "replaying",
            "另一次预演正在进行，请稍候再试。",
            "Another replay is under way; try again in a moment.",
        )
    })?;
    let language = LANGUAGE.try_with(|l| *l).unwrap_or(Language::En);
    let (events, mut received) = mpsc::channel(WAITING);
    app.clone().lifecycle.spawn(async move {
        let _permit = permit;
        let stopping = app.lifecycle.stopping();
        let ended = tokio::select! {
            ended = replay::run(&app, &drafts, wanted, &events) => ended,
            () = events.closed() => return,
            () = stopping.cancelled() => return,
        };
        let last = match ended {
            Ok(report) => Event::Report { report },
            Err(e) => {
                tracing::error!(error = format!("{e:#}"), "a replay failed");
                let message = language.pick(
                    "预演没有完成，线上内容不受影响；请再试一次。",
                    "The replay was not finished; what is published is not affected. Please try again.",
                );
                Event::Failed { message: message.to_owned() }
            }
        };
        let _ = events.send(last).await;
    });
    let events = stream::poll_fn(move |cx| received.poll_recv(cx));
    let events = events.map(|event| Ok(sse::Event::default().json_data(event).unwrap_or_default()));
    Ok(Sse::new(events))
}
