//! Articles: the version that serves (`articles`) and all versions, drafts among them (`article_versions`). A published
//! version never changes; whatever is published next is a new one.

use super::{Store, Write};
use crate::error::{Error, Result};
use bot::conversation::Millis;
use kg::Language;
use knowledge::Article;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The setting that changes with every publishing, for the other nodes.
const STAMP: &str = "articles_stamp";

/// What a version says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    #[serde(flatten)]
    pub article: Article,
    /// First and last day on which it serves, `2026-11-22`, in the business's time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    /// When each language's title or text last changed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub changed: BTreeMap<Language, Millis>,
    /// Languages whose text has not followed a change of another.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub out_of_date: BTreeSet<Language>,
    /// Languages that the editor has looked at and found right although another has changed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub still_right: BTreeSet<Language>,
}

impl Content {
    pub fn of(article: Article) -> Content {
        Content {
            article,
            valid_from: None,
            valid_until: None,
            changed: BTreeMap::new(),
            out_of_date: BTreeSet::new(),
            still_right: BTreeSet::new(),
        }
    }

    /// `today`: `2026-11-22`. Days written so compare as texts.
    pub fn valid_on(&self, today: &str) -> bool {
        self.valid_from.as_deref().is_none_or(|from| from <= today)
            && self.valid_until.as_deref().is_none_or(|until| today <= until)
    }
}

/// The version that serves.
#[derive(Debug, Clone)]
pub struct StoredArticle {
    pub article: Article,
    pub content: Content,
    /// Number of the version.
    pub revision: i64,
    pub updated_at: Millis,
}

#[derive(sqlx::FromRow)]
struct ArticleRow {
    content: String,
    revision: i64,
    updated_at: Millis,
}

fn json<T: Serialize>(value: &T) -> Result<String> {
    Ok(serde_json::to_string(value).map_err(anyhow::Error::from)?)
}

fn parse(text: &str) -> Result<Content> {
    Ok(serde_json::from_str(text).map_err(anyhow::Error::from)?)
}

impl TryFrom<ArticleRow> for StoredArticle {
    type Error = Error;
    fn try_from(r: ArticleRow) -> Result<Self> {
        let content = parse(&r.content)?;
        Ok(StoredArticle { article: content.article.clone(), content, revision: r.revision, updated_at: r.updated_at })
    }
}

#[derive(Debug, Clone)]
pub struct Version {
    pub slug: String,
    pub number: i64,
    pub state: String,
    pub content: Content,
    pub based_on: i64,
    pub revision: i64,
    /// Agents' ids.
    pub author: Option<String>,
    pub edited_by: Option<String>,
    /// Colleagues' names.
    pub author_name: Option<String>,
    pub editor_name: Option<String>,
    pub reviewer_name: Option<String>,
    pub note: String,
    pub answer: String,
    pub gap: Option<String>,
    pub created_at: Millis,
    pub updated_at: Millis,
    pub decided_at: Option<Millis>,
}

impl Version {
    /// Can it still be changed?
    pub fn is_open(&self) -> bool {
        OPEN.contains(&self.state.as_str())
    }
}

pub const OPEN: [&str; 3] = ["draft", "review", "rejected"];

#[derive(sqlx::FromRow)]
struct VersionRow {
    slug: String,
    number: i64,
    state: String,
    content: String,
    based_on: i64,
    revision: i64,
    author: Option<String>,
    edited_by: Option<String>,
    author_name: Option<String>,
    editor_name: Option<String>,
    reviewer_name: Option<String>,
    note: String,
    answer: String,
    gap: Option<String>,
    created_at: Millis,
    updated_at: Millis,
    decided_at: Option<Millis>,
}

impl TryFrom<VersionRow> for Version {
    type Error = Error;
    fn try_from(r: VersionRow) -> Result<Self> {
        Ok(Version {
            content: parse(&r.content)?,
            slug: r.slug,
            number: r.number,
            state: r.state,
            based_on: r.based_on,
            revision: r.revision,
            author: r.author,
            edited_by: r.edited_by,
            author_name: r.author_name,
            editor_name: r.editor_name,
            reviewer_name: r.reviewer_name,
            note: r.note,
            answer: r.answer,
            gap: r.gap,
            created_at: r.created_at,
            updated_at: r.updated_at,
            decided_at: r.decided_at,
        })
    }
}

macro_rules! versions {
    ($rest:literal) => {
        concat!(
            "SELECT v.slug, v.number, v.state, v.content, v.based_on, v.revision, v.author, v.edited_by, a.name AS author_name,
                 e.name AS editor_name, r.name AS reviewer_name, v.note, v.answer, v.gap, v.created_at, v.updated_at, v.decided_at
             FROM article_versions v LEFT JOIN agents a ON a.id = v.author LEFT JOIN agents e ON e.id = v.edited_by
             LEFT JOIN agents r ON r.id = v.reviewer ",
            $rest
        )
    };
}

/// A draft to be saved.
pub struct NewDraft<'a> {
    pub content: &'a Content,
    pub based_on: i64,
    /// The open version that is saved, and its revision that the editor has seen; `None`: a new one.
    pub over: Option<(i64, i64)>,
    pub note: &'a str,
    pub gap: Option<&'a str>,
    /// An agent's id.
    pub by: &'a str,
}

/// How an attempt to change a version ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Changed {
    /// Number of the version.
    Yes(i64),
    /// Somebody else saved, published or discarded it meanwhile.
    Stale,
    /// Another version serves than the one that this was begun on.
    Behind,
}

impl Store {
    /// All that are published, also those outside of their dates.
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

    /// Changes with everything that is published or deleted, on any node.
    pub async fn articles_stamp(&self) -> Result<Option<String>> {
        self.setting(STAMP).await
    }

    /// Newest first.
    pub async fn versions(&self, slug: &str) -> Result<Vec<Version>> {
        let rows: Vec<VersionRow> = sqlx::query_as(versions!("WHERE v.slug = $1 ORDER BY v.number DESC LIMIT 500"))
            .bind(slug)
            .fetch_all(self.pool())
            .await?;
        rows.into_iter().map(Version::try_from).collect()
    }

    pub async fn version(&self, slug: &str, number: i64) -> Result<Option<Version>> {
        let row: Option<VersionRow> = sqlx::query_as(versions!("WHERE v.slug = $1 AND v.number = $2"))
            .bind(slug)
            .bind(number)
            .fetch_optional(self.pool())
            .await?;
        row.map(Version::try_from).transpose()
    }

    /// Drafts and what waits for a review, of all articles, newest first.
    pub async fn open_versions(&self) -> Result<Vec<Version>> {
        let rows: Vec<VersionRow> = sqlx::query_as(versions!(
            "WHERE v.state IN ('draft', 'review', 'rejected') ORDER BY v.updated_at DESC LIMIT 2000"
        ))
        .fetch_all(self.pool())
        .await?;
        rows.into_iter().map(Version::try_from).collect()
    }

    /// The last version of each article that was published once and does not serve any more.
    pub async fn deleted_articles(&self) -> Result<Vec<Version>> {
        let rows: Vec<VersionRow> = sqlx::query_as(versions!(
            "WHERE v.state = 'archived' AND NOT EXISTS (SELECT 1 FROM article_versions n WHERE n.slug = v.slug
                 AND (n.number > v.number AND n.state = 'archived' OR n.state = 'published'))
             ORDER BY v.updated_at DESC LIMIT 500"
        ))
        .fetch_all(self.pool())
        .await?;
        rows.into_iter().map(Version::try_from).collect()
    }

    /// Keeps a draft; one that waited for a review or was rejected is a draft again.
    pub async fn save_draft(&self, d: &NewDraft<'_>) -> Result<Changed> {
        let mut w = self.write().await?;
        let slug = &d.content.article.slug;
        let number = match d.over {
            Some((number, revision)) => {
                let done = sqlx::query(
                    "UPDATE article_versions SET state = 'draft', content = $1, based_on = $2, note = $3, edited_by = $4,
                         updated_at = $5, revision = revision + 1
                     WHERE slug = $6 AND number = $7 AND revision = $8 AND state IN ('draft', 'review', 'rejected')",
                )
                .bind(json(d.content)?)
                .bind(d.based_on)
                .bind(d.note)
                .bind(d.by)
                .bind(self.clock.now())
                .bind(slug)
                .bind(number)
                .bind(revision)
                .execute(w.conn())
                .await?;
                if done.rows_affected() != 1 {
                    return Ok(Changed::Stale);
                }
                number
            }
            None => {
                let Some(number) = self.insert_version(&mut w, "draft", d).await? else { return Ok(Changed::Stale) };
                let detail = serde_json::json!({"version": number});
                self.audit_in(&mut w, &format!("staff:{}", d.by), "begin_article_draft", slug, &detail).await?;
                number
            }
        };
        w.commit().await?;
        Ok(Changed::Yes(number))
    }

    /// `None`: another draft took the number in the same moment.
    async fn insert_version(&self, w: &mut Write, state: &str, d: &NewDraft<'_>) -> Result<Option<i64>> {
        let by = Some(d.by).filter(|by| !by.is_empty());
        let now = self.clock.now();
        // A first revision is the time: a draft that took the number of a discarded one is not taken for that one.
        let row: Option<(i64,)> = sqlx::query_as(
            "INSERT INTO article_versions (slug, number, state, content, based_on, revision, author, edited_by, note, answer, gap, created_at, updated_at)
             SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, $11
             FROM article_versions WHERE slug = $12
             ON CONFLICT (slug, number) DO NOTHING RETURNING number",
        )
        .bind(&d.content.article.slug)
        .bind(state)
        .bind(json(d.content)?)
        .bind(d.based_on)
        .bind(now)
        .bind(by)
        .bind(by)
        .bind(d.note)
        .bind(d.gap)
        .bind(now)
        .bind(now)
        .bind(&d.content.article.slug)
        .fetch_optional(w.conn())
        .await?;
        Ok(row.map(|r| r.0))
    }

    /// A step of the workflow: submit, withdraw, reject. `answer` is the reviewer's word and makes `by` the reviewer.
    pub async fn move_version(
        &self,
        version: &Version,
        state: &str,
        note: Option<&str>,
        answer: Option<&str>,
        by: &str,
    ) -> Result<Changed> {
        let mut w = self.write().await?;
        let done = sqlx::query(
            "UPDATE article_versions SET state = $1, note = COALESCE($2, note), answer = COALESCE($3, answer),
                 reviewer = COALESCE($4, reviewer), updated_at = $5, revision = revision + 1
             WHERE slug = $6 AND number = $7 AND revision = $8 AND state IN ('draft', 'review', 'rejected')",
        )
        .bind(state)
        .bind(note)
        .bind(answer)
        .bind(answer.map(|_| by))
        .bind(self.clock.now())
        .bind(&version.slug)
        .bind(version.number)
        .bind(version.revision)
        .execute(w.conn())
        .await?;
        if done.rows_affected() != 1 {
            return Ok(Changed::Stale);
        }
        let detail = serde_json::json!({"version": version.number, "from": version.state, "to": state});
        self.audit_in(&mut w, &format!("staff:{by}"), "move_article_version", &version.slug, &detail).await?;
        w.commit().await?;
        Ok(Changed::Yes(version.number))
    }

    pub async fn discard_draft(&self, slug: &str, number: i64, revision: i64, by: &str) -> Result<Changed> {
        let mut w = self.write().await?;
        let row: Option<(String,)> = sqlx::query_as(
            "DELETE FROM article_versions WHERE slug = $1 AND number = $2 AND revision = $3
                 AND state IN ('draft', 'review', 'rejected') RETURNING content",
        )
        .bind(slug)
        .bind(number)
        .bind(revision)
        .fetch_optional(w.conn())
        .await?;
        let Some((content,)) = row else { return Ok(Changed::Stale) };
        // What somebody wrote is never gone without a trace.
        let detail = serde_json::json!({"version": number, "content": content});
        self.audit_in(&mut w, &format!("staff:{by}"), "discard_article_draft", slug, &detail).await?;
        w.commit().await?;
        Ok(Changed::Yes(number))
    }

    /// The version serves from now on; the one before it is archived.
    pub async fn publish_version(
        &self,
        slug: &str,
        number: i64,
        revision: i64,
        answer: &str,
        by: &str,
    ) -> Result<Changed> {
        let mut w = self.write().await?;
        let published = self.publish_in(&mut w, slug, number, Some(revision), answer, by).await?;
        if let Changed::Yes(_) = published {
            w.commit().await?;
        }
        Ok(published)
    }

    /// Writes a version and publishes it in one step. `revision`: the version that serves, 0 for a new article.
    pub async fn publish_now(&self, content: &Content, revision: i64, by: &str) -> Result<Changed> {
        let mut w = self.write().await?;
        let draft = NewDraft { content, based_on: revision, over: None, note: "", gap: None, by };
        let Some(number) = self.insert_version(&mut w, "draft", &draft).await? else { return Ok(Changed::Stale) };
        let published = self.publish_in(&mut w, &content.article.slug, number, None, "", by).await?;
        if let Changed::Yes(_) = published {
            w.commit().await?;
        }
        Ok(published)
    }

    async fn publish_in(
        &self,
        w: &mut Write,
        slug: &str,
        number: i64,
        revision: Option<i64>,
        answer: &str,
        by: &str,
    ) -> Result<Changed> {
        let now = self.clock.now();
        let row: Option<(String, i64, Option<String>, Option<String>)> = sqlx::query_as(
            "UPDATE article_versions SET state = 'published', reviewer = $1, answer = $2, decided_at = $3
             WHERE slug = $4 AND number = $5 AND ($6 < 0 OR revision = $7) AND state IN ('draft', 'review', 'rejected')
             RETURNING content, based_on, author, edited_by",
        )
        .bind(by)
        .bind(answer)
        .bind(now)
        .bind(slug)
        .bind(number)
        .bind(revision.unwrap_or(-1))
        .bind(revision.unwrap_or(-1))
        .fetch_optional(w.conn())
        .await?;
        let Some((content, based_on, author, edited_by)) = row else { return Ok(Changed::Stale) };
        let category = parse(&content)?.article.category;
        let serves = if based_on == 0 {
            sqlx::query(
                "INSERT INTO articles (slug, category, content, revision, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (slug) DO NOTHING",
            )
            .bind(slug)
            .bind(category)
            .bind(content)
            .bind(number)
            .bind(now)
            .bind(by)
            .execute(w.conn())
            .await?
        } else {
            sqlx::query(
                "UPDATE articles SET category = $1, content = $2, revision = $3, updated_at = $4, updated_by = $5
                 WHERE slug = $6 AND revision = $7",
            )
            .bind(category)
            .bind(content)
            .bind(number)
            .bind(now)
            .bind(by)
            .bind(slug)
            .bind(based_on)
            .execute(w.conn())
            .await?
        };
        if serves.rows_affected() != 1 {
            return Ok(Changed::Behind);
        }
        sqlx::query(
            "UPDATE article_versions SET state = 'archived' WHERE slug = $1 AND state = 'published' AND number <> $2",
        )
        .bind(slug)
        .bind(number)
        .execute(w.conn())
        .await?;
        self.stamp(w).await?;
        let alone = [&author, &edited_by].iter().any(|a| a.as_deref() == Some(by));
        let detail = serde_json::json!({"version": number, "based_on": based_on, "own": alone});
        self.audit_in(w, &format!("staff:{by}"), "publish_article", slug, &detail).await?;
        Ok(Changed::Yes(number))
    }

    async fn stamp(&self, w: &mut Write) -> Result<()> {
        sqlx::query("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
            .bind(STAMP)
            .bind(self.clock.id())
            .execute(w.conn())
            .await?;
        Ok(())
    }

    /// An article of the first start.
    pub(in crate::store) async fn seed_article(&self, w: &mut Write, article: &Article) -> Result<()> {
        let content = Content::of(article.clone());
        sqlx::query("INSERT INTO articles (slug, category, content, revision, updated_at) VALUES ($1, $2, $3, 1, $4)")
            .bind(&article.slug)
            .bind(&article.category)
            .bind(json(&content)?)
            .bind(self.clock.now())
            .execute(w.conn())
            .await?;
        let first = NewDraft { content: &content, based_on: 0, over: None, note: "", gap: None, by: "" };
        self.insert_version(w, "published", &first).await?;
        Ok(())
    }

    /// It serves no more; its versions are kept.
    pub async fn delete_article(&self, slug: &str, by: &str) -> Result<bool> {
        let mut w = self.write().await?;
        let done = sqlx::query("DELETE FROM articles WHERE slug = $1").bind(slug).execute(w.conn()).await?;
        if done.rows_affected() != 1 {
            return Ok(false);
        }
        sqlx::query(
            "UPDATE article_versions SET state = 'archived', updated_at = $1 WHERE slug = $2 AND state = 'published'",
        )
        .bind(self.clock.now())
        .bind(slug)
        .execute(w.conn())
        .await?;
        self.stamp(&mut w).await?;
        self.audit_in(&mut w, &format!("staff:{by}"), "delete_article", slug, &serde_json::json!({})).await?;
        w.commit().await?;
        Ok(true)
    }

    /// Who did what with an article, newest first: (at, name, action, detail).
    pub async fn article_audit(&self, slug: &str) -> Result<Vec<(Millis, String, String, String)>> {
        Ok(sqlx::query_as(
            "SELECT u.at, COALESCE(a.name, u.actor) AS who, u.action, u.detail
             FROM audit u LEFT JOIN agents a ON u.actor = 'staff:' || a.id
             WHERE u.subject = $1 AND u.action LIKE '%article%' ORDER BY u.at DESC, u.id DESC LIMIT 200",
        )
        .bind(slug)
        .fetch_all(self.pool())
        .await?)
    }
}
