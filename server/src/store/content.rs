//! What content editors own: articles, graph, whole documents (and, in training.rs, examples). Seeded from files once; from
//! then on this is the truth.

use super::training::{Draft, insert_intent};
use super::{Store, Write};
use crate::error::Result;
use bot::conversation::Millis;
use kg::{Edge, GraphDocument, Node};
use knowledge::Article;

#[derive(Debug, Clone)]
pub struct StoredArticle {
    pub article: Article,
    pub revision: i64,
    pub updated_at: Millis,
}

#[derive(sqlx::FromRow)]
struct ArticleRow {
    content: String,
    revision: i64,
    updated_at: Millis,
}

impl TryFrom<ArticleRow> for StoredArticle {
    type Error = crate::error::Error;
    fn try_from(r: ArticleRow) -> Result<Self> {
        let article = serde_json::from_str(&r.content).map_err(anyhow::Error::from)?;
        Ok(StoredArticle { article, revision: r.revision, updated_at: r.updated_at })
    }
}

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    Ok(serde_json::to_string(value).map_err(anyhow::Error::from)?)
}

impl Store {
    pub async fn articles(&self) -> Result<Vec<StoredArticle>> {
        let rows: Vec<ArticleRow> =
            sqlx::query_as("SELECT content, revision, updated_at FROM articles ORDER BY category, slug")
                .fetch_all(self.pool())
                .await?;
        rows.into_iter().map(StoredArticle::try_from).collect()
    }

    pub async fn article(&self, slug: &str) -> Result<Option<StoredArticle>> {
        let row: Option<ArticleRow> =
            sqlx::query_as("SELECT content, revision, updated_at FROM articles WHERE slug = $1")
                .bind(slug)
                .fetch_optional(self.pool())
                .await?;
        row.map(StoredArticle::try_from).transpose()
    }

    /// `revision`: what the editor started from, 0 for a new article. `None`: somebody else saved meanwhile.
    pub async fn save_article(&self, a: &Article, revision: i64, by: Option<&str>) -> Result<Option<i64>> {
        let mut w = self.write().await?;
        let saved = self.save_article_in(&mut w, a, revision, by).await?;
        w.commit().await?;
        Ok(saved)
    }

    async fn save_article_in(
        &self,
        w: &mut Write,
        a: &Article,
        revision: i64,
        by: Option<&str>,
    ) -> Result<Option<i64>> {
        let row: Option<(i64,)> = sqlx::query_as(
            "INSERT INTO articles (slug, category, content, revision, updated_at, updated_by) VALUES ($1, $2, $3, 1, $4, $5)
             ON CONFLICT (slug) DO UPDATE SET category = excluded.category, content = excluded.content,
                 revision = articles.revision + 1, updated_at = excluded.updated_at, updated_by = excluded.updated_by
             WHERE articles.revision = $6 RETURNING revision",
        )
        .bind(&a.slug)
        .bind(&a.category)
        .bind(json(a)?)
        .bind(self.clock.now())
        .bind(by)
        .bind(revision)
        .fetch_optional(w.conn())
        .await?;
        Ok(row.map(|r| r.0))
    }

    pub async fn delete_article(&self, slug: &str) -> Result<bool> {
        let mut w = self.write().await?;
        let done = sqlx::query("DELETE FROM articles WHERE slug = $1").bind(slug).execute(w.conn()).await?;
        w.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    pub async fn graph(&self) -> Result<GraphDocument> {
        let nodes: Vec<(String,)> =
            sqlx::query_as("SELECT content FROM graph_nodes ORDER BY kind, id").fetch_all(self.pool()).await?;
        let edges: Vec<(String,)> =
            sqlx::query_as("SELECT content FROM graph_edges ORDER BY position").fetch_all(self.pool()).await?;
        let nodes: std::result::Result<Vec<Node>, _> = nodes.iter().map(|r| serde_json::from_str(&r.0)).collect();
        let edges: std::result::Result<Vec<Edge>, _> = edges.iter().map(|r| serde_json::from_str(&r.0)).collect();
        Ok(GraphDocument { nodes: nodes.map_err(anyhow::Error::from)?, edges: edges.map_err(anyhow::Error::from)? })
    }

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
            self.save_article_in(&mut w, a, 0, None).await?;
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
