//! What the bot is trained on and what came of it: the draft that editors change, and trained heads, the last published
//! of which serves.

use super::{Store, Write};
use crate::error::{Error, Result};
use bot::conversation::Millis;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The document with synonyms, regexes and lookups, in Rasa's YAML.
pub const LOOKUPS: &str = "lookups";
/// Kinds of heads.
pub const PUBLISHED: &str = "intent";
const CANDIDATE: &str = "intent_candidate";

/// What a training learns from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Name and examples in Rasa's notation, in the order of the names.
    pub intents: Vec<(String, Vec<String>)>,
    #[serde(default)]
    pub lookups: String,
}

#[derive(Debug, Clone)]
pub struct StoredIntent {
    pub name: String,
    pub examples: Vec<String>,
    pub revision: i64,
    pub updated_at: Millis,
    /// The colleague's name.
    pub updated_by: Option<String>,
}

#[derive(sqlx::FromRow)]
struct IntentRow {
    name: String,
    examples: String,
    revision: i64,
    updated_at: Millis,
    updated_by: Option<String>,
}

impl TryFrom<IntentRow> for StoredIntent {
    type Error = Error;
    fn try_from(r: IntentRow) -> Result<Self> {
        Ok(StoredIntent {
            examples: parse(&r.examples)?,
            name: r.name,
            revision: r.revision,
            updated_at: r.updated_at,
            updated_by: r.updated_by,
        })
    }
}

/// A trained head without its weights.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Head {
    pub id: String,
    pub report: String,
    pub trained_at: Millis,
    pub examples: Option<String>,
    pub readings: Option<String>,
    /// The colleague's name.
    pub made_by: Option<String>,
}

pub struct NewHead<'a> {
    /// base64
    pub content: &'a str,
    pub report: &'a str,
    pub examples: &'a Draft,
    pub readings: &'a str,
    /// An agent's id.
    pub by: Option<&'a str>,
}

/// How an attempt to change one intent ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Saved {
    Yes,
    /// Changed or deleted since the caller read it.
    Stale,
    /// The new name is taken.
    Exists,
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    Ok(serde_json::from_str(text).map_err(anyhow::Error::from)?)
}

fn json<T: Serialize>(value: &T) -> Result<String> {
    Ok(serde_json::to_string(value).map_err(anyhow::Error::from)?)
}

/// Changes with every change of the draft.
fn stamp(rows: &mut [(String, i64)], lookups: &str) -> Result<String> {
    rows.sort();
    let digest = Sha256::digest(format!("{}\n{lookups}", json(&rows)?));
    Ok(digest.iter().take(8).map(|b| format!("{b:02x}")).collect())
}

impl Store {
    pub async fn intents(&self) -> Result<Vec<StoredIntent>> {
        let rows: Vec<IntentRow> = sqlx::query_as(
            "SELECT i.name, i.examples, i.revision, i.updated_at, a.name AS updated_by
             FROM intents i LEFT JOIN agents a ON a.id = i.updated_by ORDER BY i.name",
        )
        .fetch_all(self.pool())
        .await?;
        rows.into_iter().map(StoredIntent::try_from).collect()
    }

    pub async fn intent(&self, name: &str) -> Result<Option<StoredIntent>> {
        let row: Option<IntentRow> = sqlx::query_as(
            "SELECT i.name, i.examples, i.revision, i.updated_at, a.name AS updated_by
             FROM intents i LEFT JOIN agents a ON a.id = i.updated_by WHERE i.name = $1",
        )
        .bind(name)
        .fetch_optional(self.pool())
        .await?;
        row.map(StoredIntent::try_from).transpose()
    }

    pub async fn draft(&self) -> Result<Draft> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT name, examples FROM intents ORDER BY name").fetch_all(self.pool()).await?;
        let mut intents: Vec<(String, Vec<String>)> =
            rows.into_iter().map(|(name, examples)| Ok((name, parse(&examples)?))).collect::<Result<_>>()?;
        // Databases sort by their own rules; two drafts are compared.
        intents.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Draft { intents, lookups: self.document(LOOKUPS).await?.unwrap_or_default() })
    }

    pub async fn draft_stamp(&self) -> Result<String> {
        let mut rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT name, revision FROM intents").fetch_all(self.pool()).await?;
        stamp(&mut rows, &self.document(LOOKUPS).await?.unwrap_or_default())
    }

    /// `revision`: what the editor started from, 0 for a new intent.
    pub async fn save_intent(&self, name: &str, examples: &[String], revision: i64, by: &str) -> Result<Saved> {
        let mut w = self.write().await?;
        let now = self.clock.now();
        let done = if revision == 0 {
            insert_intent(&mut w, name, examples, now, Some(by)).await?
        } else {
            let done = sqlx::query(
                "UPDATE intents SET examples = $1, revision = revision + 1, updated_at = $2, updated_by = $3
                 WHERE name = $4 AND revision = $5",
            )
            .bind(json(&examples)?)
            .bind(now)
            .bind(by)
            .bind(name)
            .bind(revision)
            .execute(w.conn())
            .await?;
            done.rows_affected() == 1
        };
        if !done {
            return Ok(if revision == 0 { Saved::Exists } else { Saved::Stale });
        }
        let detail = serde_json::json!({"examples": examples.len()});
        self.audit_in(&mut w, &format!("staff:{by}"), "save_intent", name, &detail).await?;
        w.commit().await?;
        Ok(Saved::Yes)
    }

    /// Takes examples away and puts others in their place; what the two edits of two editors do not both touch, both keep.
    /// `false`: no such intent, or one of `remove` is not there any more; then nothing is changed.
    pub async fn change_examples(&self, name: &str, remove: &[String], add: &[String], by: &str) -> Result<bool> {
        let mut w = self.write().await?;
        if !self.change_in(&mut w, name, remove, add, by).await? {
            return Ok(false);
        }
        let detail = serde_json::json!({"added": add.len(), "removed": remove.len()});
        self.audit_in(&mut w, &format!("staff:{by}"), "change_examples", name, &detail).await?;
        w.commit().await?;
        Ok(true)
    }

    /// As `change_examples`, from one intent to another in one step.
    pub async fn move_examples(&self, from: &str, to: &str, examples: &[String], by: &str) -> Result<bool> {
        let mut w = self.write().await?;
        if !self.change_in(&mut w, from, examples, &[], by).await?
            || !self.change_in(&mut w, to, &[], examples, by).await?
        {
            return Ok(false);
        }
        let detail = serde_json::json!({"to": to, "examples": examples.len()});
        self.audit_in(&mut w, &format!("staff:{by}"), "move_examples", from, &detail).await?;
        w.commit().await?;
        Ok(true)
    }

    async fn change_in(&self, w: &mut Write, name: &str, remove: &[String], add: &[String], by: &str) -> Result<bool> {
        let row: Option<(String,)> = sqlx::query_as(
            "UPDATE intents SET revision = revision + 1, updated_at = $1, updated_by = $2 WHERE name = $3 RETURNING examples",
        )
        .bind(self.clock.now())
        .bind(by)
        .bind(name)
        .fetch_optional(w.conn())
        .await?;
        let Some((examples,)) = row else { return Ok(false) };
        let mut examples: Vec<String> = parse(&examples)?;
        let mut at = examples.len();
        for gone in remove {
            let Some(place) = examples.iter().position(|e| e == gone) else { return Ok(false) };
            examples.remove(place);
            at = place;
        }
        let fresh: Vec<String> = add.iter().filter(|a| !examples.contains(a)).cloned().collect();
        let at = at.min(examples.len());
        examples.splice(at..at, fresh);
        sqlx::query("UPDATE intents SET examples = $1 WHERE name = $2")
            .bind(json(&examples)?)
            .bind(name)
            .execute(w.conn())
            .await?;
        Ok(true)
    }

    pub async fn rename_intent(&self, name: &str, to: &str, revision: i64, by: &str) -> Result<Saved> {
        let mut w = self.write().await?;
        let row: Option<(String,)> =
            sqlx::query_as("DELETE FROM intents WHERE name = $1 AND revision = $2 RETURNING examples")
                .bind(name)
                .bind(revision)
                .fetch_optional(w.conn())
                .await?;
        let Some((examples,)) = row else { return Ok(Saved::Stale) };
        let examples: Vec<String> = parse(&examples)?;
        if !insert_intent(&mut w, to, &examples, self.clock.now(), Some(by)).await? {
            return Ok(Saved::Exists);
        }
        self.audit_in(&mut w, &format!("staff:{by}"), "rename_intent", name, &serde_json::json!({"to": to})).await?;
        w.commit().await?;
        Ok(Saved::Yes)
    }

    pub async fn delete_intent(&self, name: &str, revision: i64, by: &str) -> Result<Saved> {
        let mut w = self.write().await?;
        let done = sqlx::query("DELETE FROM intents WHERE name = $1 AND revision = $2")
            .bind(name)
            .bind(revision)
            .execute(w.conn())
            .await?;
        if done.rows_affected() != 1 {
            return Ok(Saved::Stale);
        }
        self.audit_in(&mut w, &format!("staff:{by}"), "delete_intent", name, &serde_json::json!({})).await?;
        w.commit().await?;
        Ok(Saved::Yes)
    }

    /// Replaces the whole draft: an import, or back to what is published. `seen` is the `draft_stamp` that the caller
    /// looked at; `false`: somebody has changed the draft since. `None` asks for no such check.
    pub async fn replace_draft(
        &self,
        draft: &Draft,
        seen: Option<&str>,
        by: Option<&str>,
        action: &str,
    ) -> Result<bool> {
        let mut w = self.write().await?;
        let mut gone: Vec<(String, i64)> =
            sqlx::query_as("DELETE FROM intents RETURNING name, revision").fetch_all(w.conn()).await?;
        let before: Option<(String,)> = sqlx::query_as("DELETE FROM documents WHERE name = $1 RETURNING content")
            .bind(LOOKUPS)
            .fetch_optional(w.conn())
            .await?;
        if let Some(seen) = seen
            && stamp(&mut gone, &before.map(|r| r.0).unwrap_or_default())? != seen
        {
            return Ok(false);
        }
        let now = self.clock.now();
        for (name, examples) in &draft.intents {
            insert_intent(&mut w, name, examples, now, by).await?;
        }
        self.save_lookups(&mut w, &draft.lookups).await?;
        let actor = by.map_or_else(|| "command line".to_owned(), |by| format!("staff:{by}"));
        let detail = serde_json::json!({"intents": draft.intents.len()});
        self.audit_in(&mut w, &actor, action, "intents", &detail).await?;
        w.commit().await?;
        Ok(true)
    }

    pub(in crate::store) async fn save_lookups(&self, w: &mut Write, lookups: &str) -> Result<()> {
        if !lookups.is_empty() {
            sqlx::query("INSERT INTO documents (name, content, updated_at) VALUES ($1, $2, $3)")
                .bind(LOOKUPS)
                .bind(lookups)
                .bind(self.clock.now())
                .execute(w.conn())
                .await?;
        }
        Ok(())
    }

    /// The head that serves, or should. Newest first by time, then by id: two may share a millisecond.
    pub async fn published_head(&self) -> Result<Option<Head>> {
        self.newest_head(PUBLISHED).await
    }

    pub async fn candidate_head(&self) -> Result<Option<Head>> {
        self.newest_head(CANDIDATE).await
    }

    async fn newest_head(&self, kind: &str) -> Result<Option<Head>> {
        Ok(sqlx::query_as(
            "SELECT h.id, h.report, h.trained_at, h.examples, h.readings, a.name AS made_by
             FROM heads h LEFT JOIN agents a ON a.id = h.made_by WHERE h.kind = $1 ORDER BY h.trained_at DESC, h.id DESC LIMIT 1",
        )
        .bind(kind)
        .fetch_optional(self.pool())
        .await?)
    }

    pub async fn published_id(&self) -> Result<Option<String>> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT id FROM heads WHERE kind = $1 ORDER BY trained_at DESC, id DESC LIMIT 1")
                .bind(PUBLISHED)
                .fetch_optional(self.pool())
                .await?;
        Ok(row.map(|r| r.0))
    }

    /// The weights, in base64.
    pub async fn head_content(&self, id: &str) -> Result<Option<String>> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT content FROM heads WHERE id = $1").bind(id).fetch_optional(self.pool()).await?;
        Ok(row.map(|r| r.0))
    }

    /// A head that serves from now on. The last one before it is kept, so that a bad training can be taken back by hand.
    pub async fn save_published(&self, head: &NewHead<'_>) -> Result<String> {
        let mut w = self.write().await?;
        let id = self.insert_head(&mut w, PUBLISHED, head).await?;
        drop_old_heads(&mut w).await?;
        w.commit().await?;
        Ok(id)
    }

    /// A trained head that does not serve yet; it takes the place of the last one that was not published.
    pub async fn save_candidate(&self, head: &NewHead<'_>) -> Result<String> {
        let mut w = self.write().await?;
        sqlx::query("DELETE FROM heads WHERE kind = $1").bind(CANDIDATE).execute(w.conn()).await?;
        let id = self.insert_head(&mut w, CANDIDATE, head).await?;
        w.commit().await?;
        Ok(id)
    }

    async fn insert_head(&self, w: &mut Write, kind: &str, head: &NewHead<'_>) -> Result<String> {
        let id = self.clock.id();
        sqlx::query(
            "INSERT INTO heads (id, kind, content, report, trained_at, examples, readings, made_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&id)
        .bind(kind)
        .bind(head.content)
        .bind(head.report)
        .bind(self.clock.now())
        .bind(json(head.examples)?)
        .bind(head.readings)
        .bind(head.by)
        .execute(w.conn())
        .await?;
        Ok(id)
    }

    /// What was found out about a head after it was trained.
    pub async fn set_head_report(&self, id: &str, report: &str) -> Result<()> {
        let mut w = self.write().await?;
        sqlx::query("UPDATE heads SET report = $1 WHERE id = $2").bind(report).bind(id).execute(w.conn()).await?;
        w.commit().await
    }

    /// For heads of an earlier version, which did not say what they learnt from.
    pub async fn set_head_examples(&self, id: &str, examples: &Draft) -> Result<()> {
        let mut w = self.write().await?;
        sqlx::query("UPDATE heads SET examples = $1 WHERE id = $2 AND examples IS NULL")
            .bind(json(examples)?)
            .bind(id)
            .execute(w.conn())
            .await?;
        w.commit().await
    }

    /// The candidate becomes the head that serves; `false` when it is not the candidate any more.
    pub async fn publish_head(&self, id: &str, by: &str) -> Result<bool> {
        let mut w = self.write().await?;
        let done = sqlx::query("UPDATE heads SET kind = $1, trained_at = $2, made_by = $3 WHERE id = $4 AND kind = $5")
            .bind(PUBLISHED)
            .bind(self.clock.now())
            .bind(by)
            .bind(id)
            .bind(CANDIDATE)
            .execute(w.conn())
            .await?;
        if done.rows_affected() != 1 {
            return Ok(false);
        }
        drop_old_heads(&mut w).await?;
        self.audit_in(&mut w, &format!("staff:{by}"), "publish", "intents", &serde_json::json!({"head": id})).await?;
        w.commit().await?;
        Ok(true)
    }

    pub async fn discard_candidate(&self, id: &str, by: &str) -> Result<bool> {
        let mut w = self.write().await?;
        let done = sqlx::query("DELETE FROM heads WHERE id = $1 AND kind = $2")
            .bind(id)
            .bind(CANDIDATE)
            .execute(w.conn())
            .await?;
        if done.rows_affected() != 1 {
            return Ok(false);
        }
        self.audit_in(&mut w, &format!("staff:{by}"), "discard", "candidate", &serde_json::json!({"head": id})).await?;
        w.commit().await?;
        Ok(true)
    }

    /// What customers wrote last (not what they pressed), newest first.
    pub async fn last_questions(&self, limit: i64) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "SELECT text FROM messages WHERE sender_kind = 'customer' AND kind = 'text' AND payload IS NULL
             ORDER BY at DESC LIMIT $1",
        )
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|r| r.0).collect())
    }
}

/// `false`: the name is taken. A first revision is the time: an intent deleted and made anew is not taken for the old one.
pub(in crate::store) async fn insert_intent(
    w: &mut Write,
    name: &str,
    examples: &[String],
    now: Millis,
    by: Option<&str>,
) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO intents (name, examples, revision, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (name) DO NOTHING",
    )
    .bind(name)
    .bind(json(&examples)?)
    .bind(now)
    .bind(now)
    .bind(by)
    .execute(w.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

async fn drop_old_heads(w: &mut Write) -> Result<()> {
    sqlx::query(
        "DELETE FROM heads WHERE kind = $1 AND id NOT IN
         (SELECT id FROM heads WHERE kind = $2 ORDER BY trained_at DESC, id DESC LIMIT 2)",
    )
    .bind(PUBLISHED)
    .bind(PUBLISHED)
    .execute(w.conn())
    .await?;
    Ok(())
}
