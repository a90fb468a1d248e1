//! The knowledge graph as files: tables (CSV), schema.org (JSON-LD) and our own YAML; first a preview, then all of it or none.

use super::Body;
use super::import::UploadedFile;
use crate::app::App;
use crate::error::{Error, ErrorBody, LANGUAGE, Result};
use crate::graph;
use crate::guard::staff::{Can, Edit};
use crate::store::graph::{GraphChange, StoredGraph, edge_key};
use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRequest, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use kg::exchange::{Parts, Remark, edges_csv, nodes_csv, read_csv, read_jsonld, to_jsonld};
use kg::{Edge, Graph, GraphDocument, Language, Node};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What may be sent at once, before base64.
const UPLOAD_MB: usize = 16;
const REMARKS: usize = 200;
const LISTED: usize = 200;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    // Read to its end also when it is too large: who is cut off while he sends never sees the reason.
    let body = DefaultBodyLimit::max(4 * UPLOAD_MB * 1024 * 1024);
    OpenApiRouter::new().routes(routes!(import)).layer(body).routes(routes!(export)).routes(routes!(report))
}

#[derive(Deserialize, ToSchema)]
pub struct GraphImport {
    /// nodes.csv, edges.csv, *.jsonld or *.json (schema.org), *.yml (as exported).
    pub files: Vec<UploadedFile>,
    pub mode: GraphImportMode,
    /// From the preview; refused when the graph was changed since. Not for `preview`.
    #[serde(default)]
    pub version: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GraphImportMode {
    /// Changes nothing; tells what `merge` would do.
    Preview,
    /// Changes nothing; tells what `replace` would do.
    PreviewReplace,
    /// Adds what is new and changes what is there; nothing is deleted.
    Merge,
    /// The files take the graph's place.
    Replace,
}

#[derive(Default, Serialize, ToSchema)]
pub struct Difference {
    pub new: usize,
    pub changed: usize,
    pub same: usize,
    pub removed: usize,
}

#[derive(Serialize, ToSchema)]
pub struct GraphImportView {
    /// Whether the graph was changed.
    pub applied: bool,
    pub version: i64,
    pub nodes: Difference,
    pub edges: Difference,
    /// What is new, changed or removed: "+ id", "~ id", "- id"; the first 200.
    pub changes: Vec<String>,
    /// With any of these, nothing is taken.
    pub problems: Vec<RemarkView>,
    /// What was left out, or taken otherwise than it stands.
    pub notes: Vec<RemarkView>,
    /// Further problems and notes, which are not listed.
    pub more: usize,
}

#[derive(Serialize, ToSchema)]
pub struct RemarkView {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// 0 when it concerns the whole file
    pub line: usize,
    pub text: String,
}

fn remarks(all: &[Remark]) -> Vec<RemarkView> {
    let language = LANGUAGE.try_with(|l| *l).unwrap_or(Language::En);
    let view =
        |r: &Remark| RemarkView { file: r.file.clone(), line: r.line, text: language.pick(r.zh.clone(), r.en.clone()) };
    all.iter().take(REMARKS).map(view).collect()
}

fn too_large() -> Error {
    Error::client(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        format!("上传的文件太大，合计最多 {UPLOAD_MB} MB。"),
        format!("The files are too large: at most {UPLOAD_MB} MB together."),
    )
}

fn texts(files: Vec<UploadedFile>) -> Result<Vec<(String, String)>> {
    let mut total = 0;
    let mut read = Vec::new();
    for file in files {
        let name: String = file.name.chars().filter(|c| !c.is_control()).take(120).collect();
        let unreadable = || {
            Error::invalid(
                format!("文件 {name} 不是 UTF-8 文本。请用 UTF-8 编码另存后再上传。"),
                format!("The file {name} is no UTF-8 text. Save it with the encoding UTF-8 and send it again."),
            )
        };
        let data = BASE64.decode(file.data.as_bytes()).map_err(|_| unreadable())?;
        total += data.len();
        if total > UPLOAD_MB * 1024 * 1024 {
            return Err(too_large());
        }
        let text = String::from_utf8(data).map_err(|_| unreadable())?;
        if text.contains('\0') {
            return Err(unreadable());
        }
        read.push((name, text));
    }
    if read.is_empty() {
        return Err(Error::invalid("请选择文件。", "Choose a file."));
    }
    Ok(read)
}

fn read(files: &[(String, String)], graph: &Graph) -> Result<Parts> {
    let mut parts = Parts::default();
    for (name, text) in files {
        let ending = name.rsplit('.').next().unwrap_or_default().to_lowercase();
        match ending.as_str() {
            "csv" => parts.add(read_csv(name, text)),
            "json" | "jsonld" => parts.add(read_jsonld(name, text, graph)),
            "yml" | "yaml" => match GraphDocument::from_yaml(text) {
                Ok(document) => {
                    parts.document.nodes.extend(document.nodes);
                    parts.document.edges.extend(document.edges);
                }
                Err(e) => {
                    let said = e.to_string();
                    parts.problems.push(Remark { file: name.clone(), line: 0, zh: said.clone(), en: said });
                }
            },
            _ => {
                return Err(Error::invalid(
                    format!("不认识文件 {name}：可以是 .csv、.jsonld、.json、.yml。"),
                    format!("The file {name} is of no known kind: .csv, .jsonld, .json and .yml are."),
                ));
            }
        }
    }
    Ok(parts)
}

/// What the files make of the stored graph.
struct Plan {
    change: GraphChange,
    nodes: Difference,
    edges: Difference,
    changes: Vec<String>,
}

fn plan(stored: &StoredGraph, parts: &GraphDocument, replace: bool, subject: &str) -> Plan {
    let mut plan = Plan {
        change: GraphChange { action: "import", subject: subject.to_owned(), ..GraphChange::default() },
        nodes: Difference::default(),
        edges: Difference::default(),
        changes: Vec::new(),
    };
    let old: HashMap<&str, &Node> = stored.document.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    let mut kept: HashSet<String> = HashSet::new();
    for node in &parts.nodes {
        kept.insert(node.id.clone());
        match old.get(node.id.as_str()) {
            Some(known) if *known == node => plan.nodes.same += 1,
            known => {
                let sign = if known.is_some() { '~' } else { '+' };
                if known.is_some() {
                    plan.nodes.changed += 1
                } else {
                    plan.nodes.new += 1
                }
                plan.change.before.nodes.extend(known.map(|node| (*node).clone()));
                plan.change.after.nodes.push(node.clone());
                plan.changes.push(format!("{sign} {}", node.id));
            }
        }
    }
    let old: HashMap<String, &Edge> = stored.document.edges.iter().map(|edge| (edge_key(edge), edge)).collect();
    for edge in &parts.edges {
        let key = edge_key(edge);
        match old.get(&key) {
            Some(known) if *known == edge => plan.edges.same += 1,
            known => {
                let sign = if known.is_some() { '~' } else { '+' };
                if known.is_some() {
                    plan.edges.changed += 1
                } else {
                    plan.edges.new += 1
                }
                plan.change.before.edges.extend(known.map(|edge| (*edge).clone()));
                plan.change.after.edges.push(edge.clone());
                plan.changes.push(format!("{sign} {key}"));
            }
        }
        kept.insert(key);
    }
    if replace {
        for node in stored.document.nodes.iter().filter(|node| !kept.contains(&node.id)) {
            plan.nodes.removed += 1;
            plan.change.before.nodes.push(node.clone());
            plan.changes.push(format!("- {}", node.id));
        }
        for edge in stored.document.edges.iter().filter(|edge| !kept.contains(&edge_key(edge))) {
            plan.edges.removed += 1;
            plan.change.before.edges.push(edge.clone());
            plan.changes.push(format!("- {}", edge_key(edge)));
        }
    }
    plan
}

/// Twice in the files: which of them is meant is nobody's guess.
fn doubled(parts: &mut Parts) {
    let mut seen = HashSet::new();
    let nodes = parts.document.nodes.iter().map(|node| node.id.clone());
    let all: Vec<String> = nodes.chain(parts.document.edges.iter().map(edge_key)).collect();
    for key in all {
        if !seen.insert(key.clone()) {
            parts.problems.push(Remark {
                file: String::new(),
                line: 0,
                zh: format!("文件里有两处 {key}"),
                en: format!("{key} is in the files twice"),
            });
        }
    }
}

/// Reads files of nodes and edges: first as a preview with problems by file and line, then into the graph.
#[utoipa::path(post, operation_id = "import_graph", path = "/api/v1/staff/graph/import", tag = "staff", request_body = GraphImport,
    responses((status = 200, body = GraphImportView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 413, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn import(State(app): State<Arc<App>>, who: Can<Edit>, request: Request) -> Result<Json<GraphImportView>> {
    let Body(request) = match Body::<GraphImport>::from_request(request, &()).await {
        Err(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => return Err(too_large()),
        other => other?,
    };
    let files = texts(request.files)?;
    let subject = files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let replace = matches!(request.mode, GraphImportMode::Replace | GraphImportMode::PreviewReplace);
    let preview = matches!(request.mode, GraphImportMode::Preview | GraphImportMode::PreviewReplace);
    let stored = app.store.stored_graph().await?;
    let current = app.graph.get();
    let (base, name) = (stored.clone(), subject.clone());
    let (parts, plan_now) = graph::blocking(move || -> Result<(Parts, Plan)> {
        let mut parts = read(&files, &current)?;
        doubled(&mut parts);
        let plan = plan(&base, &parts.document, replace, &name);
        if parts.problems.is_empty()
            && let Err(kg::GraphError::Invalid(problems)) = Graph::new(plan.change.applied(&base.document))
        {
            let found: Vec<Remark> = problems.iter().map(|problem| parts.remark(&problem.trouble)).collect();
            parts.problems.extend(found);
        }
        Ok((parts, plan))
    })
    .await??;
    let mut version = stored.version;
    let applied = !preview && parts.problems.is_empty();
    if applied {
        let make = |stored: &StoredGraph| {
            if request.version != Some(stored.version) {
                return Err(Error::client(
                    StatusCode::CONFLICT,
                    "stale_revision",
                    "预览之后图谱又被修改过，没有导入。请重新预览。",
                    "The graph was changed since the preview; nothing was imported. Preview it again.",
                ));
            }
            Ok(plan(stored, &parts.document, replace, &subject).change)
        };
        version = graph::change(&app, &who.agent.id, make).await?;
    }
    let mut changes = plan_now.changes;
    changes.truncate(LISTED);
    Ok(Json(GraphImportView {
        applied,
        version,
        nodes: plan_now.nodes,
        edges: plan_now.edges,
        changes,
        more: parts.problems.len().saturating_sub(REMARKS) + parts.notes.len().saturating_sub(REMARKS),
        problems: remarks(&parts.problems),
        notes: remarks(&parts.notes),
    }))
}

#[derive(Deserialize, IntoParams)]
struct ExportQuery {
    /// nodes or edges (CSV), jsonld, yaml
    format: String,
}

/// The graph as a file.
#[utoipa::path(get, operation_id = "export_graph", path = "/api/v1/staff/graph/export", tag = "staff", params(ExportQuery),
    responses((status = 200, content_type = "text/csv", body = String), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn export(State(app): State<Arc<App>>, _: Can<Edit>, Query(query): Query<ExportQuery>) -> Result<Response> {
    let document = app.store.stored_graph().await?.document;
    let written =
        |text: std::result::Result<String, kg::GraphError>| text.map_err(|e| Error::from(anyhow::Error::from(e)));
    // Spreadsheets take a table for UTF-8 only with a mark.
    let (name, kind, text) = match query.format.as_str() {
        "nodes" => ("nodes.csv", "text/csv; charset=utf-8", format!("\u{feff}{}", written(nodes_csv(&document))?)),
        "edges" => ("edges.csv", "text/csv; charset=utf-8", format!("\u{feff}{}", written(edges_csv(&document))?)),
        "yaml" => ("graph.yml", "application/yaml", written(document.to_yaml())?),
        "jsonld" => {
            let graph = graph::checked(document)?;
            let text = serde_json::to_string_pretty(&to_jsonld(&graph).0).map_err(anyhow::Error::from)?;
            ("graph.jsonld", "application/ld+json", text)
        }
        _ => {
            return Err(Error::invalid(
                "format 只能是 nodes、edges、jsonld、yaml。",
                "format is nodes, edges, jsonld or yaml.",
            ));
        }
    };
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], text).into_response())
}

#[derive(Serialize, ToSchema)]
pub struct ExportReport {
    /// What schema.org has no words for.
    pub left_out: Vec<String>,
}

/// What the export as JSON-LD leaves out.
#[utoipa::path(get, operation_id = "graph_export_report", path = "/api/v1/staff/graph/export/report", tag = "staff",
    responses((status = 200, body = ExportReport), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn report(State(app): State<Arc<App>>, _: Can<Edit>) -> Result<Json<ExportReport>> {
    let (_, notes) = to_jsonld(&app.graph.get());
    Ok(Json(ExportReport { left_out: remarks(&notes).into_iter().map(|note| note.text).collect() }))
}
