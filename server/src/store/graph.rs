//! The knowledge graph, piece by piece, and every change that was made to it.

use super::Store;
use crate::error::{Error, Result};
use bot::conversation::Millis;
use kg::{Edge, GraphDocument, Node};
use std::collections::{HashMap, HashSet};

/// The graph as it is stored.
#[derive(Debug, Clone)]
pub struct StoredGraph {
    /// The number of the last change.
    pub version: i64,
    pub document: GraphDocument,
    /// By node id, and by `edge_key`: the change that wrote it last.
    revisions: HashMap<String, i64>,
}

impl StoredGraph {
    pub fn revision(&self, key: &str) -> Option<i64> {
        self.revisions.get(key).copied()
    }
}

/// `product:m2 is_a category:headphones`
pub fn edge_key(edge: &Edge) -> String {
    format!("{} {} {}", edge.from, edge.kind, edge.to)
}

/// What a change takes away and what it puts there; a node that is changed is in both.
#[derive(Debug, Clone, Default)]
pub struct GraphChange {
    pub action: &'static str,
    pub subject: String,
    pub before: GraphDocument,
    pub after: GraphDocument,
}

impl GraphChange {
    pub fn is_empty(&self) -> bool {
        self.before == self.after
    }

    /// The document after this change.
    pub fn applied(&self, document: &GraphDocument) -> GraphDocument {
        // What is changed keeps its place: the order of edges is the order in which answers name things.
        let mut nodes: HashMap<&str, &Node> = self.after.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        let mut edges: HashMap<String, &Edge> = self.after.edges.iter().map(|edge| (edge_key(edge), edge)).collect();
        let old_nodes: HashSet<&str> = self.before.nodes.iter().map(|node| node.id.as_str()).collect();
        let old_edges: HashSet<String> = self.before.edges.iter().map(edge_key).collect();
        let mut document = GraphDocument {
            nodes: document
                .nodes
                .iter()
                .filter_map(|node| match old_nodes.contains(node.id.as_str()) {
                    true => nodes.remove(node.id.as_str()).cloned(),
                    false => Some(node.clone()),
                })
                .collect(),
            edges: document
                .edges
                .iter()
                .filter_map(|edge| match edge_key(edge) {
                    key if old_edges.contains(&key) => edges.remove(&key).cloned(),
                    _ => Some(edge.clone()),
                })
                .collect(),
        };
        document.nodes.extend(self.after.nodes.iter().filter(|node| nodes.contains_key(node.id.as_str())).cloned());
        document.edges.extend(self.after.edges.iter().filter(|edge| edges.contains_key(&edge_key(edge))).cloned());
        document
    }
}

/// A change without what it changed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ChangeRow {
    pub version: i64,
    pub at: Millis,
    /// The colleague's name.
    pub who: Option<String>,
    pub action: String,
    pub subject: String,
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    Ok(serde_json::from_str(text).map_err(anyhow::Error::from)?)
}

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    Ok(serde_json::to_string(value).map_err(anyhow::Error::from)?)
}

impl Store {
    pub async fn graph_version(&self) -> Result<i64> {
        let (version,): (i64,) =
            sqlx::query_as("SELECT COALESCE(MAX(version), 0) FROM graph_changes").fetch_one(self.pool()).await?;
        Ok(version)
    }

    pub async fn graph(&self) -> Result<GraphDocument> {
        Ok(self.stored_graph().await?.document)
    }

    pub async fn stored_graph(&self) -> Result<StoredGraph> {
        loop {
            let version = self.graph_version().await?;
            let nodes: Vec<(String, i64)> =
                sqlx::query_as("SELECT content, revision FROM graph_nodes ORDER BY kind, id")
                    .fetch_all(self.pool())
                    .await?;
            let edges: Vec<(String, i64)> =
                sqlx::query_as("SELECT content, revision FROM graph_edges ORDER BY position")
                    .fetch_all(self.pool())
                    .await?;
            // Read in several statements: only what did not change meanwhile belongs together.
            if self.graph_version().await? != version {
                continue;
            }
            let mut document = GraphDocument::default();
            let mut revisions = HashMap::with_capacity(nodes.len() + edges.len());
            for (content, revision) in nodes {
                let node: Node = parse(&content)?;
                revisions.insert(node.id.clone(), revision);
                document.nodes.push(node);
            }
            for (content, revision) in edges {
                let edge: Edge = parse(&content)?;
                revisions.insert(edge_key(&edge), revision);
                document.edges.push(edge);
            }
            return Ok(StoredGraph { version, document, revisions });
        }
    }

    /// Makes the change number `base + 1`, with a line in the audit; `false` when somebody else has made that one.
    pub async fn change_graph(&self, base: i64, change: &GraphChange, by: &str) -> Result<bool> {
        let version = base + 1;
        let mut w = self.write().await?;
        let taken = sqlx::query(
            "INSERT INTO graph_changes (version, at, by_agent, action, subject, old_content, new_content)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (version) DO NOTHING",
        )
        .bind(version)
        .bind(self.clock.now())
        .bind(by)
        .bind(change.action)
        .bind(&change.subject)
        .bind(json(&change.before)?)
        .bind(json(&change.after)?)
        .execute(w.conn())
        .await?;
        if taken.rows_affected() == 0 {
            return Ok(false);
        }
        let kept: HashSet<&str> = change.after.nodes.iter().map(|node| node.id.as_str()).collect();
        for node in &change.before.nodes {
            if !kept.contains(node.id.as_str()) {
                sqlx::query("DELETE FROM graph_nodes WHERE id = $1").bind(&node.id).execute(w.conn()).await?;
            }
        }
        for node in &change.after.nodes {
            sqlx::query(
                "INSERT INTO graph_nodes (id, kind, content, revision) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, content = excluded.content, revision = excluded.revision",
            )
            .bind(&node.id)
            .bind(node.kind.code())
            .bind(json(node)?)
            .bind(version)
            .execute(w.conn())
            .await?;
        }
        let rows: Vec<(i64, String)> =
            sqlx::query_as("SELECT position, content FROM graph_edges ORDER BY position").fetch_all(w.conn()).await?;
        let mut next = rows.last().map_or(0, |(position, _)| position + 1);
        let mut positions = HashMap::with_capacity(rows.len());
        for (position, content) in rows {
            positions.insert(edge_key(&parse(&content)?), position);
        }
        let kept: HashSet<String> = change.after.edges.iter().map(edge_key).collect();
        for edge in &change.before.edges {
            let key = edge_key(edge);
            if !kept.contains(&key)
                && let Some(position) = positions.remove(&key)
            {
                sqlx::query("DELETE FROM graph_edges WHERE position = $1").bind(position).execute(w.conn()).await?;
            }
        }
        for edge in &change.after.edges {
            let position = positions.get(&edge_key(edge)).copied().unwrap_or_else(|| {
                next += 1;
                next - 1
            });
            sqlx::query(
                "INSERT INTO graph_edges (position, content, revision) VALUES ($1, $2, $3)
                 ON CONFLICT (position) DO UPDATE SET content = excluded.content, revision = excluded.revision",
            )
            .bind(position)
            .bind(json(edge)?)
            .bind(version)
            .execute(w.conn())
            .await?;
        }
        let detail = serde_json::json!({"version": version});
        self.audit_in(&mut w, &format!("staff:{by}"), &format!("graph_{}", change.action), &change.subject, &detail)
            .await?;
        w.commit().await?;
        Ok(true)
    }

    /// The newest first.
    pub async fn graph_changes(&self, before: i64, limit: i64) -> Result<Vec<ChangeRow>> {
        Ok(sqlx::query_as(
            "SELECT c.version, c.at, a.name AS who, c.action, c.subject FROM graph_changes c
             LEFT JOIN agents a ON a.id = c.by_agent WHERE c.version < $1 ORDER BY c.version DESC LIMIT $2",
        )
        .bind(before)
        .bind(limit)
        .fetch_all(self.pool())
        .await?)
    }

    pub async fn graph_change_row(&self, version: i64) -> Result<Option<ChangeRow>> {
        Ok(self.graph_changes(version + 1, 1).await?.into_iter().find(|row| row.version == version))
    }

    /// What a change took away and put there.
    pub async fn graph_change(&self, version: i64) -> Result<(GraphDocument, GraphDocument)> {
        let row: Option<(String, String)> =
            sqlx::query_as("SELECT old_content, new_content FROM graph_changes WHERE version = $1")
                .bind(version)
                .fetch_optional(self.pool())
                .await?;
        let (before, after) = row.ok_or_else(Error::not_found)?;
        Ok((parse(&before)?, parse(&after)?))
    }
}
