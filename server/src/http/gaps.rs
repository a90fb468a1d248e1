//! What customers asked in vain, for the editors.

use super::Body;
use super::article_edit::stale;
use crate::app::App;
use crate::error::{Error, ErrorBody, LANGUAGE, Result};
use crate::gaps::{self, Found, State as GapState};
use crate::guard::mask::mask;
use crate::guard::staff::{Can, Edit};
use crate::store::articles::{Changed, NewDraft};
use crate::store::messages::MessageKind;
use axum::Json;
use axum::extract::{Path, Query, State};
use bot::conversation::Sender;
use kg::Language;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const DAYS: i64 = 30;
const MOST_DAYS: i64 = 180;
/// Messages of a conversation that are shown.
const MESSAGES: i64 = 200;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(decide)).routes(routes!(transcript))
}

#[derive(Deserialize)]
struct ListQuery {
    days: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub struct GapList {
    pub days: i64,
    /// The largest first.
    pub gaps: Vec<Found>,
}

fn days(days: Option<i64>) -> Result<i64> {
    let days = days.unwrap_or(DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Error::invalid(
            format!("天数是 1 到 {MOST_DAYS}。"),
            format!("The number of days is 1 to {MOST_DAYS}."),
        ));
    }
    Ok(days)
}

async fn find(app: &App, days: i64) -> Result<Vec<Found>> {
    // One at a time: it takes a core for a moment.
    let _turn = app.gaps.lock().await;
    Ok(gaps::find(app, days).await?)
}

/// Unanswered and badly rated questions of the last days, grouped by meaning.
#[utoipa::path(get, operation_id = "gaps", path = "/api/v1/staff/gaps", tag = "staff", params(("days" = Option<i64>, Query, description = "30 by default")),
    responses((status = 200, body = GapList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn list(State(app): State<Arc<App>>, _: Can<Edit>, Query(q): Query<ListQuery>) -> Result<Json<GapList>> {
    let days = days(q.days)?;
    Ok(Json(GapList { days, gaps: find(&app, days).await? }))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum GapStep {
    /// Not for the knowledge base. It stays dismissed unless it grows.
    Dismiss,
    /// Takes a decision back.
    Reopen,
    /// Begins a draft, filled with the customers' questions and a human agent's answer.
    Article,
}

#[derive(Deserialize, ToSchema)]
pub struct GapRequest {
    pub step: GapStep,
    /// As in the list that was looked at.
    pub days: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub struct GapDecided {
    /// The draft that was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// The conversation whose human answer it has been filled with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
}

/// Decides about a gap.
#[utoipa::path(post, operation_id = "decide_gap", path = "/api/v1/staff/gaps/{id}", tag = "staff", params(("id" = String, Path)), request_body = GapRequest,
    responses((status = 200, body = GapDecided), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn decide(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Path(id): Path<String>,
    Body(request): Body<GapRequest>,
) -> Result<Json<GapDecided>> {
    let me = who.agent.id.as_str();
    let mut decided = GapDecided { slug: None, number: None, conversation: None };
    if request.step == GapStep::Reopen {
        if !app.store.reopen_gap(&id, me).await? {
            return Err(Error::not_found());
        }
        return Ok(Json(decided));
    }
    let all = find(&app, days(request.days)?).await?;
    // The typical question may be another one since the list was shown.
    let gap = all.iter().find(|g| g.id == id).or_else(|| all.iter().find(|g| g.members.iter().any(|m| m.id == id)));
    let gap = gap.ok_or_else(Error::not_found)?;
    let known = gap.decided_at.map(|_| gap.id.as_str());
    let count = gap.count as i64;
    if request.step == GapStep::Dismiss {
        app.store.decide_gap(known, "dismissed", &gap.question, count, None, me).await?;
        return Ok(Json(decided));
    }
    if gap.state == GapState::Drafted {
        return Err(Error::client(
            axum::http::StatusCode::CONFLICT,
            "exists",
            "已经有人为这个缺口开始写文章了，请刷新。",
            "Somebody has begun an article for this gap already; please reload.",
        ));
    }
    let begun = gaps::draft::begin(&app, gap).await?;
    let slug = begun.content.article.slug.clone();
    let gap_id = app.store.decide_gap(known, "article", &gap.question, count, Some(&slug), me).await?;
    let language = LANGUAGE.try_with(|l| *l).unwrap_or(Language::En);
    let note =
        language.pick(format!("来自知识缺口：{} 个提问", gap.count), format!("From a gap: {} questions", gap.count));
    let draft = NewDraft { content: &begun.content, based_on: 0, over: None, note: &note, gap: Some(&gap_id), by: me };
    match app.store.save_draft(&draft).await? {
        Changed::Yes(number) => decided.number = Some(number),
        Changed::Stale | Changed::Behind => return Err(stale()),
    }
    (decided.slug, decided.conversation) = (Some(slug), begun.conversation);
    Ok(Json(decided))
}

#[derive(Serialize, ToSchema)]
pub struct Transcript {
    pub messages: Vec<Spoken>,
}

#[derive(Serialize, ToSchema)]
pub struct Spoken {
    pub seq: i64,
    /// customer, bot, agent
    pub sender: String,
    /// Without what tells who it was.
    pub text: String,
    pub at: i64,
}

/// What was said in a conversation, for editors: without names, notes and personal details.
#[utoipa::path(get, operation_id = "gap_conversation", path = "/api/v1/staff/gaps/conversations/{id}", tag = "staff", params(("id" = String, Path)),
    responses((status = 200, body = Transcript), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn transcript(State(app): State<Arc<App>>, _: Can<Edit>, Path(id): Path<String>) -> Result<Json<Transcript>> {
    let messages = app.store.messages_after(&id, 0, MESSAGES).await?;
    if messages.is_empty() {
        return Err(Error::not_found());
    }
    let spoken = messages.into_iter().filter(|m| m.kind == MessageKind::Text).filter_map(|m| {
        let sender = match m.sender {
            Sender::Customer => "customer",
            Sender::Bot => "bot",
            Sender::Agent(_) => "agent",
            Sender::System => return None,
        };
        Some(Spoken { seq: m.seq, sender: sender.to_owned(), text: mask(&m.text), at: m.at })
    });
    Ok(Json(Transcript { messages: spoken.collect() }))
}
