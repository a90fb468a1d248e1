//! Changes of the knowledge graph: each is made against the whole graph, refused with reasons, or in use on every node.

use crate::app::App;
use crate::error::{Error, LANGUAGE, Result};
use crate::store::graph::{GraphChange, StoredGraph};
use anyhow::Context;
use axum::http::StatusCode;
use kg::{Graph, GraphError, Language, Problem};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// Editors of two nodes who save at the same moment: the second tries again on what the first left.
const ATTEMPTS: usize = 5;
/// Problems that are told at once.
const TOLD: usize = 20;
pub const MOST_NODES: usize = 50_000;
pub const MOST_EDGES: usize = 200_000;

fn speaks() -> Language {
    LANGUAGE.try_with(|l| *l).unwrap_or(Language::En)
}

/// All that is wrong with a graph, each with its node and field.
pub fn refused(problems: &[Problem]) -> Error {
    let list = |language: Language| {
        let each = problems.iter().take(TOLD).map(|p| format!("{} [{}]", p.trouble.say(language), p.trouble.field()));
        each.collect::<Vec<_>>().join("\n")
    };
    let more = problems.len().saturating_sub(TOLD);
    let (zh_more, en_more) = match more {
        0 => (String::new(), String::new()),
        more => (format!("\n……还有 {more} 处"), format!("\n… and {more} more")),
    };
    Error::client(
        StatusCode::UNPROCESSABLE_ENTITY,
        "invalid_graph",
        format!("图谱这样会出错，没有保存：\n{}{zh_more}", list(Language::Zh)),
        format!("The graph would be wrong, so nothing was saved:\n{}{en_more}", list(Language::En)),
    )
}

/// A graph that may answer customers, or why not.
pub fn checked(document: kg::GraphDocument) -> Result<Graph> {
    if document.nodes.len() > MOST_NODES || document.edges.len() > MOST_EDGES {
        return Err(Error::invalid(
            format!("图谱最多 {MOST_NODES} 个节点、{MOST_EDGES} 条边。"),
            format!("A graph has at most {MOST_NODES} nodes and {MOST_EDGES} edges."),
        ));
    }
    match Graph::new(document) {
        Ok(graph) => Ok(graph),
        Err(GraphError::Invalid(problems)) => Err(refused(&problems)),
        Err(other) => Err(anyhow::Error::from(other).into()),
    }
}

/// Makes a change and uses it at once. `make` sees the graph as it is stored now and refuses what is out of date.
/// Returns the version; without a difference, the one before.
pub async fn change(app: &App, by: &str, make: impl Fn(&StoredGraph) -> Result<GraphChange>) -> Result<i64> {
    // Here one after the other; those of other nodes are noticed by their version.
    let _turn = app.graph_edits.lock().await;
    for _ in 0..ATTEMPTS {
        let stored = app.store.stored_graph().await?;
        let change = make(&stored)?;
        if change.is_empty() {
            return Ok(stored.version);
        }
        let document = change.applied(&stored.document);
        // Names are indexed for every graph: work for a thread of its own.
        let graph = blocking(move || checked(document)).await??;
        if app.store.change_graph(stored.version, &change, by).await? {
            let version = stored.version + 1;
            take_up(app, graph, version);
            return Ok(version);
        }
    }
    Err(Error::overloaded())
}

/// For work that takes a while; errors keep the caller's language.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let language = speaks();
    let run = move || LANGUAGE.sync_scope(language, work);
    Ok(tokio::task::spawn_blocking(run).await.context("the graph was not checked")?)
}

/// Two changes may be ready in the other order than they were made: the later one stays.
fn take_up(app: &App, graph: Graph, version: i64) {
    let mut current = app.graph_version.lock().unwrap_or_else(PoisonError::into_inner);
    if *current < version {
        *current = version;
        app.graph.set(graph);
    }
}

/// Takes up what another node changed.
pub async fn watch(app: Arc<App>) -> anyhow::Result<()> {
    let stopping = app.lifecycle.stopping();
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            () = stopping.cancelled() => return Ok(()),
            _ = tick.tick() => {}
        }
        let Ok(version) = app.store.graph_version().await else { continue };
        if version <= *app.graph_version.lock().unwrap_or_else(PoisonError::into_inner) {
            continue;
        }
        let Ok(stored) = app.store.stored_graph().await else { continue };
        match blocking(move || Graph::new(stored.document)).await {
            Ok(Ok(graph)) => take_up(&app, graph, stored.version),
            Ok(Err(e)) => tracing::error!(error = %e, "the stored graph cannot be used; the one before stays"),
            Err(e) => tracing::error!(error = %e, "the stored graph was not loaded"),
        }
    }
}
