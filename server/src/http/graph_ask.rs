//! The knowledge graph for editors: a question put to it, what was changed, and taking the last change back.

use super::Body;
use super::graph::CHANGES;
use crate::app::App;
use crate::error::{Error, ErrorBody, LANGUAGE, Result};
use crate::graph;
use crate::guard::staff::{Can, Edit};
use crate::store::graph::{ChangeRow, GraphChange, StoredGraph};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use kg::Language;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const QUESTION_CHARS: usize = 300;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(ask)).routes(routes!(history)).routes(routes!(undo))
}

#[derive(Deserialize, ToSchema)]
pub struct GraphQuestion {
    pub text: String,
    /// zh or en; as the page's language when absent
    #[serde(default)]
    pub language: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct GraphReply {
    /// Absent when the graph does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The path that proves it.
    pub steps: Vec<StepView>,
    /// The nodes that the question asks for.
    pub nodes: Vec<String>,
    /// yes, no or depends
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// Things that the question names.
    pub named: Vec<String>,
    /// Words that the graph does not know; because of them it does not answer.
    pub unknown: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct StepView {
    pub node: String,
    pub name: String,
    /// How the step before leads to it; absent where a path starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge: Option<String>,
}

/// Puts a customer's question to the graph alone, without the bot.
#[utoipa::path(post, operation_id = "ask_graph", path = "/api/v1/staff/graph/ask", tag = "staff", request_body = GraphQuestion,
    responses((status = 200, body = GraphReply), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn ask(
    State(app): State<Arc<App>>,
    _: Can<Edit>,
    Body(question): Body<GraphQuestion>,
) -> Result<Json<GraphReply>> {
    let text = question.text.trim();
    if text.is_empty() || text.chars().count() > QUESTION_CHARS {
        return Err(Error::invalid(
            format!("请写一个问题，最多 {QUESTION_CHARS} 字。"),
            format!("Write a question of at most {QUESTION_CHARS} characters."),
        ));
    }
    let page = LANGUAGE.try_with(|l| *l).unwrap_or(Language::En);
    let language = question.language.as_deref().and_then(Language::parse).unwrap_or(page);
    let graph = app.graph.get();
    let answer = kg::query::ask(&graph, text, language);
    let mentions = graph.link(text);
    let unknown = if answer.is_some() { Vec::new() } else { kg::query::unknown(&graph, text, &mentions) };
    let mut named: Vec<String> = mentions.into_iter().map(|mention| mention.node).collect();
    named.dedup();
    let steps = answer.iter().flat_map(|answer| &answer.steps);
    Ok(Json(GraphReply {
        steps: steps
            .map(|step| StepView {
                node: step.node.clone(),
                name: step.name.clone(),
                edge: step.edge.map(|edge| edge.code().to_owned()),
            })
            .collect(),
        nodes: answer.as_ref().map(|answer| answer.finding.nodes.clone()).unwrap_or_default(),
        verdict: answer.as_ref().and_then(|answer| answer.finding.verdict).map(|verdict| verdict.code().to_owned()),
        text: answer.map(|answer| answer.text),
        named,
        unknown,
    }))
}

#[derive(Serialize, ToSchema)]
pub struct ChangeView {
    pub version: i64,
    pub at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// save_node, delete_node, save_edge, delete_edge, import or undo
    pub action: String,
    pub subject: String,
}

impl From<ChangeRow> for ChangeView {
    fn from(r: ChangeRow) -> Self {
        ChangeView { version: r.version, at: r.at, who: r.who, action: r.action, subject: r.subject }
    }
}

#[derive(Deserialize, IntoParams)]
struct HistoryQuery {
    /// Only changes before this one.
    #[serde(default)]
    before: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub struct GraphHistory {
    /// The newest first, 50 at a time.
    pub changes: Vec<ChangeView>,
}

/// What was changed, by whom and when.
#[utoipa::path(get, operation_id = "graph_history", path = "/api/v1/staff/graph/history", tag = "staff", params(HistoryQuery),
    responses((status = 200, body = GraphHistory), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn history(
    State(app): State<Arc<App>>,
    _: Can<Edit>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<GraphHistory>> {
    let changes = app.store.graph_changes(query.before.unwrap_or(i64::MAX), CHANGES).await?;
    Ok(Json(GraphHistory { changes: changes.into_iter().map(ChangeView::from).collect() }))
}

#[derive(Deserialize, ToSchema)]
pub struct UndoRequest {
    /// The change to take back; it must be the last one.
    pub version: i64,
}

/// Takes the last change back, as a change of its own.
#[utoipa::path(post, operation_id = "undo_graph", path = "/api/v1/staff/graph/undo", tag = "staff", request_body = UndoRequest,
    responses((status = 200, body = GraphHistory), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn undo(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Body(request): Body<UndoRequest>,
) -> Result<Json<GraphHistory>> {
    let (before, after) = app.store.graph_change(request.version).await?;
    let make = |stored: &StoredGraph| {
        if stored.version != request.version {
            return Err(Error::client(
                StatusCode::CONFLICT,
                "not_the_last",
                "这之后又有新的修改，不能直接撤销。请先看最新的修改记录。",
                "There are later changes, so this one cannot be taken back. Look at the latest changes first.",
            ));
        }
        Ok(GraphChange {
            action: "undo",
            subject: request.version.to_string(),
            before: after.clone(),
            after: before.clone(),
        })
    };
    graph::change(&app, &who.agent.id, make).await?;
    let changes = app.store.graph_changes(i64::MAX, CHANGES).await?;
    Ok(Json(GraphHistory { changes: changes.into_iter().map(ChangeView::from).collect() }))
}
