//! Figures for the dashboard and the gap list, computed from what is stored.

use super::Store;
use crate::error::Result;
use bot::conversation::Millis;

#[derive(Debug, Default)]
pub struct Figures {
    pub holders: Vec<(String, i64)>,
    pub waiting: i64,
    pub closed_since: i64,
    pub resolved_by_bot_since: i64,
    pub handoffs_since: i64,
    pub reply_ms: Vec<i64>,
    pub ratings: Vec<i64>,
    pub reasons: Vec<(String, i64)>,
    pub intents: Vec<(String, i64)>,
}

impl Store {
    pub async fn figures(&self, since: Millis) -> Result<Figures> {
        let pool = self.pool();
        let count = async |sql: &'static str| -> Result<i64> {
            let (n,): (i64,) = sqlx::query_as(sql).bind(since).fetch_one(pool).await?;
            Ok(n)
        };
        let ints = async |sql: &'static str| -> Result<Vec<i64>> {
            let rows: Vec<(i64,)> = sqlx::query_as(sql).bind(since).fetch_all(pool).await?;
            Ok(rows.into_iter().map(|r| r.0).collect())
        };
        let groups = async |sql: &'static str| -> Result<Vec<(String, i64)>> {
            Ok(sqlx::query_as(sql).bind(since).fetch_all(pool).await?)
        };
        Ok(Figures {
            holders: sqlx::query_as(
                "SELECT holder_kind, COUNT(*) FROM conversations WHERE last_seq > 0 GROUP BY holder_kind",
            )
            .fetch_all(pool)
            .await?,
            waiting: count("SELECT COUNT(*) FROM tickets WHERE status = 'waiting' AND created_at >= $1 - 2592000000")
                .await?,
            closed_since: count("SELECT COUNT(*) FROM conversations WHERE closed_at >= $1").await?,
            resolved_by_bot_since: count("SELECT COUNT(*) FROM conversations WHERE closed_at >= $1 AND handed_off = 0")
                .await?,
            handoffs_since: count("SELECT COUNT(*) FROM tickets WHERE created_at >= $1").await?,
            reply_ms: ints("SELECT reply_ms FROM turns WHERE at >= $1 ORDER BY reply_ms").await?,
            ratings: ints("SELECT rating FROM conversations WHERE rating IS NOT NULL AND updated_at >= $1").await?,
            reasons: groups(
                "SELECT reason, COUNT(*) FROM tickets WHERE created_at >= $1 GROUP BY reason ORDER BY COUNT(*) DESC",
            )
            .await?,
            intents: groups("SELECT intent, COUNT(*) FROM turns WHERE at >= $1 GROUP BY intent ORDER BY COUNT(*) DESC")
                .await?,
        })
    }

    /// Questions that the bot could not answer (pressed buttons are none), newest first: (text, at, conversation).
    pub async fn gaps(&self, limit: i64) -> Result<Vec<(String, i64, String)>> {
        Ok(sqlx::query_as(
            "SELECT text, at, conversation_id FROM turns WHERE outcome = 'unanswered' AND text NOT LIKE '/%' ORDER BY at DESC LIMIT $1",
        )
        .bind(limit)
        .fetch_all(self.pool())
        .await?)
    }

    /// (hour, messages, hand-offs) for each hour since `since` in which something happened.
    pub async fn per_hour(&self, since: Millis) -> Result<Vec<(i64, i64, i64)>> {
        let messages: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT at / 3600000, COUNT(*) FROM messages WHERE at >= $1 AND sender_kind = 'customer' GROUP BY at / 3600000",
        )
        .bind(since)
        .fetch_all(self.pool())
        .await?;
        let handoffs: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT created_at / 3600000, COUNT(*) FROM tickets WHERE created_at >= $1 GROUP BY created_at / 3600000",
        )
        .bind(since)
        .fetch_all(self.pool())
        .await?;
        let mut hours = std::collections::BTreeMap::<i64, (i64, i64)>::new();
        for (hour, n) in messages {
            hours.entry(hour).or_default().0 = n;
        }
        for (hour, n) in handoffs {
            hours.entry(hour).or_default().1 = n;
        }
        Ok(hours.into_iter().map(|(hour, (m, h))| (hour * 3_600_000, m, h)).collect())
    }
}
