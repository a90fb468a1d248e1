//! What the bot understood and decided, one row for each answer.

use super::{Store, Write};
use crate::error::Result;
use bot::conversation::Millis;

pub struct NewTurn<'a> {
    pub conversation: &'a str,
    pub seq: i64,
    pub text: &'a str,
    pub language: &'a str,
    pub intent: &'a str,
    pub confidence: f32,
    pub outcome: &'a str,
    pub reply_ms: Millis,
    pub trace: String,
}

impl Store {
    pub(crate) async fn insert_turn(&self, w: &mut Write, t: NewTurn<'_>) -> Result<()> {
        sqlx::query(
            "INSERT INTO turns (id, conversation_id, seq, at, text, language, intent, confidence, outcome, reply_ms, trace)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(self.clock.id())
        .bind(t.conversation)
        .bind(t.seq)
        .bind(self.clock.now())
        .bind(t.text)
        .bind(t.language)
        .bind(t.intent)
        .bind(f64::from(t.confidence))
        .bind(t.outcome)
        .bind(t.reply_ms)
        .bind(t.trace)
        .execute(w.conn())
        .await?;
        Ok(())
    }
}
