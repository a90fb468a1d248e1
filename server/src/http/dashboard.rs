//! The supervisors' live figures.

use crate::app::App;
use crate::error::{ErrorBody, Result};
use crate::guard::staff::{Can, Supervise};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(dashboard))
}

#[derive(Serialize, ToSchema)]
pub struct Dashboard {
    /// Conversations that are not closed.
    pub open: i64,
    pub waiting: i64,
    pub with_agents: i64,
    pub with_bot: i64,
    pub closed_today: i64,
    /// Closed today without a human.
    pub resolved_by_bot_today: i64,
    pub handoffs_today: i64,
    /// From a customer's message to the bot's stored answer, today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_reply_ms: Option<i64>,
    /// Mean rating today, 1..5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csat_today: Option<f64>,
    /// Why humans were needed today.
    pub reasons: BTreeMap<String, i64>,
    pub intents: Vec<IntentCount>,
    /// Questions without an answer, newest first: gaps for the editors.
    pub unanswered: Vec<Unanswered>,
    pub per_hour: Vec<Hour>,
}

#[derive(Serialize, ToSchema)]
pub struct IntentCount {
    pub name: String,
    pub count: i64,
}

#[derive(Serialize, ToSchema)]
pub struct Unanswered {
    pub text: String,
    pub at: i64,
    pub conversation: String,
}

#[derive(Serialize, ToSchema)]
pub struct Hour {
    pub hour_ms: i64,
    pub messages: i64,
    pub handoffs: i64,
}

/// Midnight in the shop's time zone (China has one and no daylight saving).
fn today(now: i64) -> i64 {
    const DAY: i64 = 86_400_000;
    const OFFSET: i64 = 8 * 3_600_000;
    (now + OFFSET) / DAY * DAY - OFFSET
}

/// Live figures of today.
#[utoipa::path(get, path = "/api/v1/staff/dashboard", tag = "staff", responses((status = 200, body = Dashboard), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn dashboard(State(app): State<Arc<App>>, _: Can<Supervise>) -> Result<Json<Dashboard>> {
    let now = app.clock.now();
    let f = app.store.figures(today(now)).await?;
    let holders = |kind: &str| f.holders.iter().find(|(k, _)| k == kind).map_or(0, |h| h.1);
    let open = holders("bot") + holders("queue") + holders("agent");
    let csat = (!f.ratings.is_empty()).then(|| f.ratings.iter().sum::<i64>() as f64 / f.ratings.len() as f64);
    Ok(Json(Dashboard {
        open,
        waiting: f.waiting,
        with_agents: holders("agent"),
        with_bot: holders("bot"),
        closed_today: f.closed_since,
        resolved_by_bot_today: f.resolved_by_bot_since,
        handoffs_today: f.handoffs_since,
        median_reply_ms: f.reply_ms.get(f.reply_ms.len() / 2).copied(),
        csat_today: csat,
        reasons: f.reasons.into_iter().collect(),
        intents: f.intents.into_iter().take(15).map(|(name, count)| IntentCount { name, count }).collect(),
        unanswered: app
            .store
            .gaps(20)
            .await?
            .into_iter()
            .map(|(text, at, conversation)| Unanswered { text, at, conversation })
            .collect(),
        per_hour: app
            .store
            .per_hour(now - 24 * 3_600_000)
            .await?
            .into_iter()
            .map(|(hour_ms, messages, handoffs)| Hour { hour_ms, messages, handoffs })
            .collect(),
    }))
}
