//! Questions without a good answer, and what editors have decided about them.

use super::Store;
use crate::error::Result;
use bot::conversation::Millis;

/// A question that found no answer, or one that did not please.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Miss {
    /// Of the turn.
    pub id: String,
    pub text: String,
    pub language: String,
    pub at: Millis,
    pub conversation: String,
    pub seq: i64,
    /// unanswered, handoff, rated
    pub why: String,
}

/// What was decided about questions like this one.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Gap {
    pub id: String,
    /// dismissed, article
    pub state: String,
    /// By which they are found again.
    pub question: String,
    /// How many questions it had then.
    pub count: i64,
    /// The article that was begun.
    pub slug: Option<String>,
    pub decided_by: Option<String>,
    pub decided_at: Millis,
    /// Number of the version that closes it: of the draft, or of what was published.
    pub version: Option<i64>,
    /// When that was published.
    pub published_at: Option<Millis>,
}

impl Store {
    /// Newest first. Pressed buttons are no questions.
    pub async fn misses(&self, since: Millis, limit: i64) -> Result<Vec<Miss>> {
        Ok(sqlx::query_as(
            "SELECT * FROM (
                 SELECT t.id, t.text, t.language, t.at, t.conversation_id AS conversation, t.seq, t.outcome AS why
                 FROM turns t WHERE t.at >= $1 AND t.text NOT LIKE '/%' AND (t.outcome = 'unanswered'
                     OR t.outcome = 'handoff' AND EXISTS (SELECT 1 FROM tickets k WHERE k.conversation_id = t.conversation_id
                         AND k.reason = 'not_understood' AND k.created_at BETWEEN t.at - 5000 AND t.at + 5000))
                 UNION ALL
                 SELECT t.id, t.text, t.language, t.at, t.conversation_id AS conversation, t.seq, 'rated' AS why
                 FROM turns t JOIN conversations c ON c.id = t.conversation_id
                 WHERE t.at >= $2 AND c.rating <= 2 AND t.outcome = 'answered' AND t.seq = (SELECT MAX(l.seq) FROM turns l
                     WHERE l.conversation_id = t.conversation_id AND l.outcome = 'answered' AND l.text NOT LIKE '/%'
                         AND l.trace NOT LIKE '%\"passages\":[]%')
             ) AS misses ORDER BY at DESC LIMIT $3",
        )
        .bind(since)
        .bind(since)
        .bind(limit)
        .fetch_all(self.pool())
        .await?)
    }

    pub async fn miss(&self, id: &str) -> Result<Option<Miss>> {
        Ok(sqlx::query_as(
            "SELECT id, text, language, at, conversation_id AS conversation, seq, outcome AS why FROM turns WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(self.pool())
        .await?)
    }

    pub async fn gap_decisions(&self) -> Result<Vec<Gap>> {
        Ok(sqlx::query_as(
            "SELECT g.id, g.state, g.question, g.count, g.slug, a.name AS decided_by, g.decided_at, v.number AS version, v.decided_at AS published_at
             FROM gaps g LEFT JOIN agents a ON a.id = g.decided_by
             LEFT JOIN article_versions v ON v.gap = g.id AND v.slug = g.slug
             ORDER BY g.decided_at DESC LIMIT 1000",
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// Decides about the gap `id`, or about a new one when there is none of this id; its id.
    pub async fn decide_gap(
        &self,
        id: Option<&str>,
        state: &str,
        question: &str,
        count: i64,
        slug: Option<&str>,
        by: &str,
    ) -> Result<String> {
        let mut w = self.write().await?;
        let id = id.map_or_else(|| self.clock.id(), str::to_owned);
        sqlx::query(
            "INSERT INTO gaps (id, state, question, count, slug, decided_by, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (id) DO UPDATE SET state = excluded.state, question = excluded.question, count = excluded.count,
                 slug = excluded.slug, decided_by = excluded.decided_by, decided_at = excluded.decided_at",
        )
        .bind(&id)
        .bind(state)
        .bind(question)
        .bind(count)
        .bind(slug)
        .bind(by)
        .bind(self.clock.now())
        .execute(w.conn())
        .await?;
        let detail = serde_json::json!({"state": state, "question": question, "slug": slug});
        self.audit_in(&mut w, &format!("staff:{by}"), "decide_gap", &id, &detail).await?;
        w.commit().await?;
        Ok(id)
    }

    /// The gap is open again.
    pub async fn reopen_gap(&self, id: &str, by: &str) -> Result<bool> {
        let mut w = self.write().await?;
        let done = sqlx::query("DELETE FROM gaps WHERE id = $1").bind(id).execute(w.conn()).await?;
        if done.rows_affected() != 1 {
            return Ok(false);
        }
        self.audit_in(&mut w, &format!("staff:{by}"), "reopen_gap", id, &serde_json::json!({})).await?;
        w.commit().await?;
        Ok(true)
    }

    /// What human agents wrote in a conversation after a message: (seq, text), in order.
    pub async fn agents_answers(&self, conversation: &str, after: i64) -> Result<Vec<(i64, String)>> {
        Ok(sqlx::query_as(
            "SELECT seq, text FROM messages WHERE conversation_id = $1 AND seq > $2 AND sender_kind = 'agent' AND kind = 'text'
             ORDER BY seq LIMIT 50",
        )
        .bind(conversation)
        .bind(after)
        .fetch_all(self.pool())
        .await?)
    }
}
