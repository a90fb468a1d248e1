//! What content editors own: graph and whole documents; articles and examples have files of their own. Seeded from files once;
//! from then on this is the truth.

use super::Store;
use super::training::{Draft, insert_intent};
use crate::error::Result;
use kg::GraphDocument;
use knowledge::Article;

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    Ok(serde_json::to_string(value).map_err(anyhow::Error::from)?)
}

impl Store {
    /// Everything of the first start in one transaction: all of it or none.
    pub async fn seed(
        &self,
        articles: &[Article],
        graph: &GraphDocument,
        draft: &Draft,
        documents: &[(String, String)],
    ) -> Result<()> {
        let mut w = self.write().await?;
        for a in articles {
            self.seed_article(&mut w, a).await?;
        }
        for node in &graph.nodes {
            let kind = serde_json::to_value(node.kind).map_err(anyhow::Error::from)?;
            sqlx::query("INSERT INTO graph_nodes (id, kind, content) VALUES ($1, $2, $3)")
                .bind(&node.id)
                .bind(kind.as_str().unwrap_or(""))
                .bind(json(node)?)
                .execute(w.conn())
                .await?;
        }
        for (position, edge) in graph.edges.iter().enumerate() {
            sqlx::query("INSERT INTO graph_edges (position, content) VALUES ($1, $2)")
                .bind(position as i64)
                .bind(json(edge)?)
                .execute(w.conn())
                .await?;
        }
        for (name, examples) in &draft.intents {
            insert_intent(&mut w, name, examples, self.clock.now(), None).await?;
        }
        self.save_lookups(&mut w, &draft.lookups).await?;
        for (name, content) in documents {
            sqlx::query("INSERT INTO documents (name, content, updated_at) VALUES ($1, $2, $3)")
                .bind(name)
                .bind(content)
                .bind(self.clock.now())
                .execute(w.conn())
                .await?;
        }
        sqlx::query("INSERT INTO settings (name, value) VALUES ('seeded', '1')").execute(w.conn()).await?;
        w.commit().await
    }

    pub async fn document(&self, name: &str) -> Result<Option<String>> {
        let row: Option<(String,)> = sqlx::query_as("SELECT content FROM documents WHERE name = $1")
            .bind(name)
            .fetch_optional(self.pool())
            .await?;
        Ok(row.map(|r| r.0))
    }

    pub async fn documents(&self) -> Result<Vec<(String, String)>> {
        Ok(sqlx::query_as("SELECT name, content FROM documents ORDER BY name").fetch_all(self.pool()).await?)
    }
}
