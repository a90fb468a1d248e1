//! What customers asked, for looking at what a change of the base does.

use super::Store;
use crate::error::Result;
use bot::conversation::Millis;

/// A question that the bot looked an answer up for.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Asked {
    pub text: String,
    pub language: String,
    pub at: Millis,
    pub conversation: String,
    /// answered, unanswered, handoff, done
    pub outcome: String,
    /// Of the whole conversation, 1..5.
    pub rating: Option<i64>,
}

impl Store {
    /// The last questions that the knowledge base was searched for, newest first; pressed buttons are none.
    pub async fn asked(&self, limit: i64) -> Result<Vec<Asked>> {
        Ok(sqlx::query_as(
            "SELECT t.text, t.language, t.at, t.conversation_id AS conversation, t.outcome, c.rating
             FROM turns t JOIN conversations c ON c.id = t.conversation_id
             WHERE t.text NOT LIKE '/%' AND t.trace NOT LIKE '%\"passages\":[]%' ORDER BY t.at DESC LIMIT $1",
        )
        .bind(limit)
        .fetch_all(self.pool())
        .await?)
    }
}
