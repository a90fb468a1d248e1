//! The knowledge graph for editors: nodes and edges.

use super::Body;
use super::graph_ask::ChangeView;
use crate::app::App;
use crate::error::{Error, ErrorBody, Result};
use crate::graph;
use crate::guard::staff::{Can, Edit};
use crate::store::graph::{ChangeRow, GraphChange, StoredGraph, edge_key};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use kg::{Edge, EdgeKind, EdgeProps, GraphDocument, Node, NodeKind};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(nodes))
        .routes(routes!(node, save_node, delete_node))
        .routes(routes!(save_edge, delete_edge))
}

const PAGE: usize = 200;
pub const CHANGES: i64 = 50;

#[derive(Deserialize, IntoParams)]
struct NodeQuery {
    /// A part of a name, an alias or the id, in any language.
    #[serde(default)]
    q: String,
    /// Only nodes of this kind.
    #[serde(default)]
    kind: String,
    /// Of the nodes found, from here on.
    #[serde(default)]
    from: usize,
    /// At most 200, which is also the default.
    #[serde(default)]
    limit: usize,
}

#[derive(Serialize, ToSchema)]
pub struct NodeList {
    /// The number of the last change.
    pub version: i64,
    pub found: usize,
    pub nodes: Vec<NodeRow>,
    /// How many nodes there are of each kind, whatever was searched for.
    pub kinds: BTreeMap<String, usize>,
    pub edges: usize,
}

/// A node as it stands in a list or in the picture.
#[derive(Serialize, ToSchema)]
pub struct NodeRow {
    #[schema(example = "product:m2-headphones")]
    pub id: String,
    pub kind: String,
    pub zh: String,
    pub en: String,
    /// Edges that leave it or lead to it.
    pub edges: usize,
    /// Minor units of CNY.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub struct NodeView {
    /// As in the content files: id, kind, name, aliases, text, price, attributes, rule, measure, article.
    #[schema(value_type = Object)]
    pub node: Node,
    /// Send it back with a change; it is refused when somebody else changed the node meanwhile.
    pub revision: i64,
    /// Who changed it last; nothing when it came from files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<ChangeView>,
    /// Edges that leave it, and edges that lead to it.
    pub edges: Vec<EdgeView>,
    /// The nodes at the other ends of `edges`.
    pub neighbours: Vec<NodeRow>,
}

#[derive(Serialize, ToSchema)]
pub struct EdgeView {
    pub from: String,
    pub kind: String,
    pub to: String,
    /// `stock` on ships_from, `days` (from, to) on serves.
    #[schema(value_type = Object)]
    pub props: EdgeProps,
    pub revision: i64,
}

fn row(node: &Node, edges: usize) -> NodeRow {
    NodeRow {
        id: node.id.clone(),
        kind: node.kind.code().to_owned(),
        zh: node.name.zh.clone(),
        en: node.name.en.clone(),
        edges,
        price: node.price,
    }
}

fn degrees(document: &GraphDocument) -> HashMap<&str, usize> {
    let mut degrees: HashMap<&str, usize> = HashMap::new();
    for edge in &document.edges {
        *degrees.entry(&edge.from).or_default() += 1;
        *degrees.entry(&edge.to).or_default() += 1;
    }
    degrees
}

fn kind_of(code: &str) -> Result<NodeKind> {
    NodeKind::ALL.iter().copied().find(|kind| kind.code() == code).ok_or_else(|| {
        let all: Vec<&str> = NodeKind::ALL.iter().map(|kind| kind.code()).collect();
        let all = all.join(", ");
        Error::invalid(
            format!("没有 `{code}` 这种节点，只有：{all}。"),
            format!("There is no kind `{code}`, only: {all}."),
        )
    })
}

/// Nodes of the graph by kind and name, a page at a time.
#[utoipa::path(get, operation_id = "graph_nodes", path = "/api/v1/staff/graph/nodes", tag = "staff", params(NodeQuery),
    responses((status = 200, body = NodeList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn nodes(State(app): State<Arc<App>>, _: Can<Edit>, Query(query): Query<NodeQuery>) -> Result<Json<NodeList>> {
    let kind = Some(query.kind.as_str()).filter(|kind| !kind.is_empty()).map(kind_of).transpose()?;
    let wanted = query.q.trim().to_lowercase();
    let stored = app.store.stored_graph().await?;
    let degrees = degrees(&stored.document);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for node in &stored.document.nodes {
        *kinds.entry(node.kind.code().to_owned()).or_default() += 1;
    }
    let fits = |node: &&Node| {
        let names = [node.id.as_str(), &node.name.zh, &node.name.en];
        kind.is_none_or(|kind| node.kind == kind)
            && names.into_iter().chain(node.aliases.iter()).any(|name| name.to_lowercase().contains(&wanted))
    };
    let mut found: Vec<&Node> = stored.document.nodes.iter().filter(fits).collect();
    // Products first, as kinds are declared.
    found.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
    let limit = if query.limit == 0 { PAGE } else { query.limit.min(PAGE) };
    let page = found.iter().skip(query.from).take(limit);
    Ok(Json(NodeList {
        version: stored.version,
        found: found.len(),
        nodes: page.map(|node| row(node, degrees.get(node.id.as_str()).copied().unwrap_or_default())).collect(),
        kinds,
        edges: stored.document.edges.len(),
    }))
}

async fn view(app: &App, id: &str) -> Result<Json<NodeView>> {
    let stored = app.store.stored_graph().await?;
    let node = find(&stored, id).ok_or_else(Error::not_found)?.clone();
    let revision = stored.revision(id).unwrap_or_default();
    let changed = app.store.graph_change_row(revision).await?.map(ChangeView::from);
    let degrees = degrees(&stored.document);
    let touching: Vec<&Edge> = stored.document.edges.iter().filter(|e| e.from == id || e.to == id).collect();
    let mut ends: Vec<&str> =
        touching.iter().map(|e| if e.from == id { e.to.as_str() } else { e.from.as_str() }).collect();
    ends.sort_unstable();
    ends.dedup();
    let neighbours = ends.into_iter().filter_map(|end| find(&stored, end));
    let neighbours = neighbours.map(|n| row(n, degrees.get(n.id.as_str()).copied().unwrap_or_default())).collect();
    let edge = |edge: &Edge| EdgeView {
        from: edge.from.clone(),
        kind: edge.kind.code().to_owned(),
        to: edge.to.clone(),
        props: edge.props.clone(),
        revision: stored.revision(&edge_key(edge)).unwrap_or_default(),
    };
    let edges = touching.into_iter().map(edge).collect();
    Ok(Json(NodeView { node, revision, changed, edges, neighbours }))
}

fn find<'s>(stored: &'s StoredGraph, id: &str) -> Option<&'s Node> {
    stored.document.nodes.iter().find(|node| node.id == id)
}

/// One node with everything that it is connected to.
#[utoipa::path(get, operation_id = "graph_node", path = "/api/v1/staff/graph/nodes/{id}", tag = "staff", params(("id" = String, Path)),
    responses((status = 200, body = NodeView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn node(State(app): State<Arc<App>>, _: Can<Edit>, Path(id): Path<String>) -> Result<Json<NodeView>> {
    view(&app, &id).await
}

/// Who was faster, and when; what to do.
async fn stale(app: &App, subject: &str, revision: Option<i64>) -> Error {
    let change = match revision {
        Some(version) => app.store.graph_change_row(version).await.ok().flatten(),
        // It is gone: the last change of this subject tells by whom.
        None => {
            let changes = app.store.graph_changes(i64::MAX, CHANGES).await.unwrap_or_default();
            changes.into_iter().find(|change| change.subject == subject)
        }
    };
    let (who_zh, who_en) = match &change {
        Some(ChangeRow { who: Some(who), at, .. }) => {
            let at = bot_time(*at);
            (format!("{who} 在 {at} "), format!("{who} ({at}) "))
        }
        _ => ("有人".to_owned(), "Somebody ".to_owned()),
    };
    let (zh, en) = match revision {
        Some(_) => (
            format!("{who_zh}修改过 {subject}，您的修改没有保存。请载入最新内容后再改。"),
            format!("{who_en}has changed {subject} meanwhile; yours was not saved. Load the latest and change that."),
        ),
        None => (
            format!("{who_zh}删除了 {subject}，您的修改没有保存。"),
            format!("{who_en}has deleted {subject} meanwhile; your change was not saved."),
        ),
    };
    Error::client(StatusCode::CONFLICT, "stale_revision", zh, en)
}

/// `2026-11-22 21:40` in UTC.
fn bot_time(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map(|t| t.strftime("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default()
}

/// A mark for a change that came too late; it becomes an error that says by whom.
const STALE: &str = "stale_revision";

async fn made(
    app: &App,
    by: &str,
    subject: &str,
    key: &str,
    make: impl Fn(&StoredGraph) -> Result<GraphChange>,
) -> Result<i64> {
    match graph::change(app, by, make).await {
        Err(e) if e.code() == STALE => {
            let stored = app.store.stored_graph().await?;
            Err(stale(app, subject, stored.revision(key)).await)
        }
        other => other,
    }
}

/// The revision that the caller saw is the one that is stored; `None` makes something new.
fn fresh(stored: Option<i64>, seen: Option<i64>, subject: &str) -> Result<()> {
    match (stored, seen) {
        (None, None) => Ok(()),
        (Some(stored), Some(seen)) if stored == seen => Ok(()),
        (Some(_), None) => Err(Error::client(
            StatusCode::CONFLICT,
            "exists",
            format!("已经有 {subject} 了。"),
            format!("There is {subject} already."),
        )),
        _ => Err(Error::client(StatusCode::CONFLICT, STALE, "已被修改。", "It was changed meanwhile.")),
    }
}

#[derive(Deserialize, ToSchema)]
pub struct NodeRequest {
    /// As it is read; its id is the one in the address.
    #[schema(value_type = Object)]
    pub node: serde_json::Value,
    /// What the change started from; absent for a new node.
    #[serde(default)]
    pub revision: Option<i64>,
}

/// Saves a node or makes a new one; it is in use at once. What would break the graph is refused, with node and field.
#[utoipa::path(put, operation_id = "save_graph_node", path = "/api/v1/staff/graph/nodes/{id}", tag = "staff", params(("id" = String, Path)), request_body = NodeRequest,
    responses((status = 200, body = NodeView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn save_node(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Path(id): Path<String>,
    Body(request): Body<NodeRequest>,
) -> Result<Json<NodeView>> {
    let node: Node = serde_json::from_value(request.node).map_err(|e| {
        Error::invalid(format!("节点 {id} 的内容不对：{e}"), format!("The node {id} is not as it should be: {e}"))
    })?;
    if node.id != id {
        return Err(Error::invalid(
            format!("编号不能改：地址里是 {id}，内容里是 {}。", node.id),
            format!("An id cannot be changed: {id} in the address, {} in the node.", node.id),
        ));
    }
    let make = |stored: &StoredGraph| {
        fresh(stored.revision(&id), request.revision, &id)?;
        Ok(GraphChange {
            action: "save_node",
            subject: id.clone(),
            before: GraphDocument { nodes: find(stored, &id).cloned().into_iter().collect(), edges: Vec::new() },
            after: GraphDocument { nodes: vec![node.clone()], edges: Vec::new() },
        })
    };
    made(&app, &who.agent.id, &id, &id, make).await?;
    view(&app, &id).await
}

#[derive(Deserialize, IntoParams)]
struct AtRevision {
    revision: i64,
}

/// Deletes a node and all edges at it.
#[utoipa::path(delete, operation_id = "delete_graph_node", path = "/api/v1/staff/graph/nodes/{id}", tag = "staff", params(("id" = String, Path), AtRevision),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn delete_node(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Path(id): Path<String>,
    Query(at): Query<AtRevision>,
) -> Result<StatusCode> {
    if app.store.stored_graph().await?.revision(&id).is_none() {
        return Err(Error::not_found());
    }
    let make = |stored: &StoredGraph| {
        fresh(stored.revision(&id), Some(at.revision), &id)?;
        let edges = stored.document.edges.iter().filter(|e| e.from == id || e.to == id).cloned().collect();
        Ok(GraphChange {
            action: "delete_node",
            subject: id.clone(),
            before: GraphDocument { nodes: find(stored, &id).cloned().into_iter().collect(), edges },
            after: GraphDocument::default(),
        })
    };
    made(&app, &who.agent.id, &id, &id, make).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
pub struct EdgeRequest {
    pub from: String,
    pub kind: String,
    pub to: String,
    /// `stock` on ships_from, `days` (from, to) on serves.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub props: serde_json::Value,
    /// What the change started from; absent for a new edge.
    #[serde(default)]
    pub revision: Option<i64>,
}

fn edge_kind(code: &str) -> Result<EdgeKind> {
    EdgeKind::ALL.iter().copied().find(|kind| kind.code() == code).ok_or_else(|| {
        let all: Vec<&str> = EdgeKind::ALL.iter().map(|kind| kind.code()).collect();
        let all = all.join(", ");
        Error::invalid(
            format!("没有 `{code}` 这种边，只有：{all}。"),
            format!("There is no kind of edge `{code}`, only: {all}."),
        )
    })
}

fn stored_edge(stored: &StoredGraph, key: &str) -> Vec<Edge> {
    stored.document.edges.iter().filter(|edge| edge_key(edge) == key).cloned().collect()
}

/// Saves the properties of an edge, or connects two nodes.
#[utoipa::path(put, operation_id = "save_graph_edge", path = "/api/v1/staff/graph/edges", tag = "staff", request_body = EdgeRequest,
    responses((status = 200, body = NodeView, description = "The node that the edge leaves"), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn save_edge(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Body(request): Body<EdgeRequest>,
) -> Result<Json<NodeView>> {
    let mut edge = Edge::new(request.from.trim(), edge_kind(&request.kind)?, request.to.trim());
    if !request.props.is_null() {
        edge.props = serde_json::from_value(request.props).map_err(|e| {
            Error::invalid(
                format!("边的属性不对：stock 是整数，days 是 [最少, 最多] 两个整数。{e}"),
                format!("The edge's properties are not as they should be: stock is a whole number, days are two: [from, to]. {e}"),
            )
        })?;
    }
    let key = edge_key(&edge);
    let make = |stored: &StoredGraph| {
        fresh(stored.revision(&key), request.revision, &key)?;
        Ok(GraphChange {
            action: "save_edge",
            subject: key.clone(),
            before: GraphDocument { nodes: Vec::new(), edges: stored_edge(stored, &key) },
            after: GraphDocument { nodes: Vec::new(), edges: vec![edge.clone()] },
        })
    };
    made(&app, &who.agent.id, &key, &key, make).await?;
    view(&app, &edge.from).await
}

#[derive(Deserialize, IntoParams)]
struct EdgeAt {
    from: String,
    kind: String,
    to: String,
    revision: i64,
}

/// Takes an edge away.
#[utoipa::path(delete, operation_id = "delete_graph_edge", path = "/api/v1/staff/graph/edges", tag = "staff", params(EdgeAt),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn delete_edge(State(app): State<Arc<App>>, who: Can<Edit>, Query(at): Query<EdgeAt>) -> Result<StatusCode> {
    let key = edge_key(&Edge::new(at.from.as_str(), edge_kind(&at.kind)?, at.to.as_str()));
    if app.store.stored_graph().await?.revision(&key).is_none() {
        return Err(Error::not_found());
    }
    let make = |stored: &StoredGraph| {
        fresh(stored.revision(&key), Some(at.revision), &key)?;
        Ok(GraphChange {
            action: "delete_edge",
            subject: key.clone(),
            before: GraphDocument { nodes: Vec::new(), edges: stored_edge(stored, &key) },
            after: GraphDocument::default(),
        })
    };
    made(&app, &who.agent.id, &key, &key, make).await?;
    Ok(StatusCode::NO_CONTENT)
}
