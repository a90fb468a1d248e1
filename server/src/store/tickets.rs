//! Tickets: requests for a human.

use super::{Store, Write};
use crate::error::Result;
use bot::conversation::{LeftMessage, Millis};
use handoff::Packet;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Ticket {
    pub id: String,
    pub conversation_id: String,
    pub status: String,
    pub reason: String,
    pub priority: i64,
    pub language: String,
    pub summary: String,
    pub intent: Option<String>,
    packet: String,
    message_left: Option<String>,
    pub agent_id: Option<String>,
    pub created_at: Millis,
    pub deadline: Millis,
    pub accepted_at: Option<Millis>,
    pub closed_at: Option<Millis>,
}

const COLUMNS: &str = "id, conversation_id, status, reason, priority, language, summary, intent, packet, message_left, \
     agent_id, created_at, deadline, accepted_at, closed_at";

impl Ticket {
    pub fn packet(&self) -> Option<Packet> {
        serde_json::from_str(&self.packet).ok()
    }

    pub fn message_left(&self) -> Option<LeftMessage> {
        serde_json::from_str(self.message_left.as_deref()?).ok()
    }
}

pub struct NewTicket<'a> {
    pub id: &'a str,
    pub conversation: &'a str,
    pub priority: u8,
    pub deadline: Millis,
    pub packet: &'a Packet,
    pub message_left: Option<&'a LeftMessage>,
    /// Set when a human took the conversation over without a queue.
    pub agent: Option<&'a str>,
}

macro_rules! sql {
    ($before:literal, $after:literal) => {
        sqlx::AssertSqlSafe(format!(concat!($before, "{}", $after), COLUMNS))
    };
}

impl Store {
    pub(crate) async fn insert_ticket(&self, w: &mut Write, t: NewTicket<'_>) -> Result<()> {
        let now = self.clock.now();
        let reason = serde_json::to_value(t.packet.reason).map_err(anyhow::Error::from)?;
        sqlx::query(
            "INSERT INTO tickets (id, conversation_id, status, reason, priority, language, summary, intent, packet,
                 message_left, agent_id, created_at, deadline, accepted_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        )
        .bind(t.id)
        .bind(t.conversation)
        .bind(if t.agent.is_some() { "assigned" } else { "waiting" })
        .bind(reason.as_str().unwrap_or("asked"))
        .bind(i64::from(t.priority))
        .bind(t.packet.language.code())
        .bind(&t.packet.summary)
        .bind(t.packet.intent.as_deref())
        .bind(serde_json::to_string(t.packet).map_err(anyhow::Error::from)?)
        .bind(t.message_left.map(serde_json::to_string).transpose().map_err(anyhow::Error::from)?)
        .bind(t.agent)
        .bind(now)
        .bind(t.deadline)
        .bind(t.agent.map(|_| now))
        .execute(w.conn())
        .await?;
        Ok(())
    }

    /// Exactly one agent wins.
    pub(crate) async fn claim_ticket(&self, w: &mut Write, id: &str, agent: &str) -> Result<Option<Ticket>> {
        Ok(sqlx::query_as(sql!(
            "UPDATE tickets SET status = 'assigned', agent_id = $1, accepted_at = $2 WHERE id = $3 AND status = 'waiting' RETURNING ",
            ""
        ))
        .bind(agent)
        .bind(self.clock.now())
        .bind(id)
        .fetch_optional(w.conn())
        .await?)
    }

    /// Gives the conversation's open ticket to another agent, or (`None`) back to the queue.
    pub(crate) async fn hand_ticket(
        &self,
        w: &mut Write,
        conversation: &str,
        agent: Option<&str>,
    ) -> Result<Option<Ticket>> {
        Ok(sqlx::query_as(sql!(
            "UPDATE tickets SET status = $1, agent_id = $2 WHERE conversation_id = $3 AND status <> 'closed' RETURNING ",
            ""
        ))
        .bind(if agent.is_some() { "assigned" } else { "waiting" })
        .bind(agent)
        .bind(conversation)
        .fetch_optional(w.conn())
        .await?)
    }

    pub(crate) async fn close_tickets(&self, w: &mut Write, conversation: &str) -> Result<()> {
        sqlx::query(
            "UPDATE tickets SET status = 'closed', closed_at = $1 WHERE conversation_id = $2 AND status <> 'closed'",
        )
        .bind(self.clock.now())
        .bind(conversation)
        .execute(w.conn())
        .await?;
        Ok(())
    }

    pub async fn ticket(&self, id: &str) -> Result<Option<Ticket>> {
        Ok(sqlx::query_as(sql!("SELECT ", " FROM tickets WHERE id = $1")).bind(id).fetch_optional(self.pool()).await?)
    }

    /// The conversation's open ticket, else its last.
    pub async fn ticket_of(&self, conversation: &str) -> Result<Option<Ticket>> {
        Ok(sqlx::query_as(sql!(
            "SELECT ",
            " FROM tickets WHERE conversation_id = $1 ORDER BY CASE WHEN status = 'closed' THEN 1 ELSE 0 END, created_at DESC LIMIT 1"
        ))
        .bind(conversation)
        .fetch_optional(self.pool())
        .await?)
    }

    /// Everybody who waits, in the queue's order.
    pub async fn waiting_tickets(&self) -> Result<Vec<Ticket>> {
        let mut waiting: Vec<Ticket> = sqlx::query_as(sql!(
            "SELECT ",
            " FROM tickets WHERE status = 'waiting' ORDER BY priority, created_at, id LIMIT 1000"
        ))
        .fetch_all(self.pool())
        .await?;
        handoff::queue::order(&mut waiting, |t| handoff::queue::Key {
            message_left: t.message_left.is_some(),
            priority: t.priority,
            created_at: t.created_at,
            id: t.id.clone(),
        });
        Ok(waiting)
    }

    /// How many in front of this ticket wait live (a message that was left keeps nobody waiting).
    pub async fn queue_position(&self, t: &Ticket) -> Result<usize> {
        let (ahead,): (i64,) = sqlx::query_as(
            "SELECT COUNT(*) FROM tickets WHERE status = 'waiting' AND message_left IS NULL AND id <> $1
               AND (priority < $2 OR (priority = $3 AND created_at < $4) OR (priority = $5 AND created_at = $6 AND id < $7))",
        )
        .bind(&t.id)
        .bind(t.priority)
        .bind(t.priority)
        .bind(t.created_at)
        .bind(t.priority)
        .bind(t.created_at)
        .bind(&t.id)
        .fetch_one(self.pool())
        .await?;
        Ok(ahead as usize + 1)
    }

    /// How long the last finished chats took, for the waiting estimate.
    pub async fn recent_handle_ms(&self, limit: i64) -> Result<Vec<Millis>> {
        let rows: Vec<(i64,)> = sqlx::query_as(
            "SELECT closed_at - accepted_at FROM tickets WHERE status = 'closed' AND accepted_at IS NOT NULL
             ORDER BY closed_at DESC LIMIT $1",
        )
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|r| r.0).collect())
    }

    pub async fn open_tickets_by_agent(&self) -> Result<Vec<(String, i64)>> {
        Ok(sqlx::query_as("SELECT agent_id, COUNT(*) FROM tickets WHERE status = 'assigned' AND agent_id IS NOT NULL GROUP BY agent_id")
            .fetch_all(self.pool())
            .await?)
    }
}
