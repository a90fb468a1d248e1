//! Messages: append-only, numbered without gaps within their conversation.

use super::{Store, Write};
use crate::error::Result;
use bot::conversation::{self, AgentId, Button, Citation, MessageId, Millis, Sender};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Clone, sqlx::FromRow)]
struct Row {
    id: String,
    conversation_id: String,
    seq: i64,
    sender_kind: String,
    sender_id: Option<String>,
    sender_name: Option<String>,
    kind: String,
    text: String,
    payload: Option<String>,
    client_id: String,
    extra: String,
    at: Millis,
}

#[derive(Debug, Clone)]
pub struct Message {
    pub id: String,
    pub conversation: String,
    pub seq: i64,
    pub sender: Sender,
    pub sender_name: Option<String>,
    pub kind: MessageKind,
    pub text: String,
    pub payload: Option<String>,
    /// As stored: the sender's own id behind a prefix for the kind of sender.
    pub client_id: String,
    pub extra: Extra,
    pub at: Millis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    Text,
    /// Only staff see it.
    Note,
    /// Something happened (queued, agent joined, closed, order changed).
    Event,
    /// Asks for a rating.
    Rating,
}

impl MessageKind {
    pub fn as_str(self) -> &'static str {
        match self {
            MessageKind::Text => "text",
            MessageKind::Note => "note",
            MessageKind::Event => "event",
            MessageKind::Rating => "rating",
        }
    }

    fn parse(s: &str) -> Self {
        match s {
            "note" => MessageKind::Note,
            "event" => MessageKind::Event,
            "rating" => MessageKind::Rating,
            _ => MessageKind::Text,
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Extra {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Citation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
}

pub struct NewMessage<'a> {
    pub sender: &'a Sender,
    pub sender_name: Option<&'a str>,
    pub kind: MessageKind,
    pub text: &'a str,
    pub payload: Option<&'a str>,
    pub client_id: String,
    pub extra: Extra,
}

impl<'a> NewMessage<'a> {
    pub fn new(sender: &'a Sender, kind: MessageKind, text: &'a str, client_id: String) -> Self {
        NewMessage { sender, sender_name: None, kind, text, payload: None, client_id, extra: Extra::default() }
    }
}

impl From<Row> for Message {
    fn from(r: Row) -> Self {
        Message {
            sender: match r.sender_kind.as_str() {
                "customer" => Sender::Customer,
                "bot" => Sender::Bot,
                "agent" => Sender::Agent(AgentId(r.sender_id.unwrap_or_default())),
                _ => Sender::System,
            },
            kind: MessageKind::parse(&r.kind),
            extra: serde_json::from_str(&r.extra).unwrap_or_default(),
            id: r.id,
            conversation: r.conversation_id,
            seq: r.seq,
            sender_name: r.sender_name,
            text: r.text,
            payload: r.payload,
            client_id: r.client_id,
            at: r.at,
        }
    }
}

impl Message {
    /// For the bot: who said what.
    pub fn spoken(&self) -> conversation::Message {
        conversation::Message {
            id: MessageId(self.id.clone()),
            seq: self.seq,
            sender: self.sender.clone(),
            text: self.text.clone(),
            payload: self.payload.clone(),
            at: self.at,
        }
    }
}

pub fn sender_columns(sender: &Sender) -> (&'static str, Option<&str>) {
    match sender {
        Sender::Customer => ("customer", None),
        Sender::Bot => ("bot", None),
        Sender::Agent(a) => ("agent", Some(&a.0)),
        Sender::System => ("system", None),
    }
}

const COLUMNS: &str =
    "id, conversation_id, seq, sender_kind, sender_id, sender_name, kind, text, payload, client_id, extra, at";

impl Store {
    /// Numbers and stores a message. `None`: this client id was stored before; the caller drops the transaction.
    pub(crate) async fn append(&self, w: &mut Write, conversation: &str, m: NewMessage<'_>) -> Result<Option<Message>> {
        let now = self.clock.now();
        let (sender_kind, sender_id) = sender_columns(m.sender);
        let from_customer = i64::from(matches!(m.sender, Sender::Customer));
        let seq: Option<(i64,)> = sqlx::query_as(
            "UPDATE conversations SET last_seq = last_seq + 1, updated_at = $1,
                 customer_seq = CASE WHEN $2 = 1 THEN last_seq + 1 ELSE customer_seq END,
                 answered_seq = CASE WHEN $3 = 1 AND holder_kind IN ('queue', 'agent') THEN last_seq + 1 ELSE answered_seq END
             WHERE id = $4 RETURNING last_seq",
        )
        .bind(now)
        .bind(from_customer)
        .bind(from_customer)
        .bind(conversation)
        .fetch_optional(w.conn())
        .await?;
        let Some((seq,)) = seq else { return Err(crate::error::Error::not_found()) };
        let row = Row {
            id: self.clock.id(),
            conversation_id: conversation.to_owned(),
            seq,
            sender_kind: sender_kind.to_owned(),
            sender_id: sender_id.map(str::to_owned),
            sender_name: m.sender_name.map(str::to_owned),
            kind: m.kind.as_str().to_owned(),
            text: m.text.to_owned(),
            payload: m.payload.map(str::to_owned),
            client_id: m.client_id,
            extra: serde_json::to_string(&m.extra).map_err(anyhow::Error::from)?,
            at: now,
        };
        let done = sqlx::query(
            "INSERT INTO messages (id, conversation_id, seq, sender_kind, sender_id, sender_name, kind, text, payload, client_id, extra, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (conversation_id, client_id) DO NOTHING",
        )
        .bind(&row.id)
        .bind(&row.conversation_id)
        .bind(row.seq)
        .bind(&row.sender_kind)
        .bind(row.sender_id.as_deref())
        .bind(row.sender_name.as_deref())
        .bind(&row.kind)
        .bind(&row.text)
        .bind(row.payload.as_deref())
        .bind(&row.client_id)
        .bind(&row.extra)
        .bind(row.at)
        .execute(w.conn())
        .await?;
        Ok((done.rows_affected() == 1).then(|| row.into()))
    }

    pub async fn message_by_client_id(&self, conversation: &str, client_id: &str) -> Result<Option<Message>> {
        let sql = format!("SELECT {COLUMNS} FROM messages WHERE conversation_id = $1 AND client_id = $2");
        let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(conversation)
            .bind(client_id)
            .fetch_optional(self.pool())
            .await?;
        Ok(row.map(Message::from))
    }

    /// Oldest first, from `after` on.
    pub async fn messages_after(&self, conversation: &str, after: i64, limit: i64) -> Result<Vec<Message>> {
        let sql =
            format!("SELECT {COLUMNS} FROM messages WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3");
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(conversation)
            .bind(after)
            .bind(limit)
            .fetch_all(self.pool())
            .await?;
        Ok(rows.into_iter().map(Message::from).collect())
    }

    /// The last `limit` messages, oldest first.
    pub async fn last_messages(&self, conversation: &str, limit: i64) -> Result<Vec<Message>> {
        let sql = format!("SELECT {COLUMNS} FROM messages WHERE conversation_id = $1 ORDER BY seq DESC LIMIT $2");
        let rows: Vec<Row> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(conversation).bind(limit).fetch_all(self.pool()).await?;
        Ok(rows.into_iter().rev().map(Message::from).collect())
    }

    /// Messages of the customer that no agent has opened yet.
    pub async fn unread(&self, conversation: &str, read: i64) -> Result<i64> {
        let (n,): (i64,) = sqlx::query_as(
            "SELECT COUNT(*) FROM messages WHERE conversation_id = $1 AND seq > $2 AND sender_kind = 'customer'",
        )
        .bind(conversation)
        .bind(read)
        .fetch_one(self.pool())
        .await?;
        Ok(n)
    }

    pub async fn last_text(&self, conversation: &str) -> Result<Option<String>> {
        let row: Option<(String,)> = sqlx::query_as(
            "SELECT text FROM messages WHERE conversation_id = $1 AND kind = 'text' ORDER BY seq DESC LIMIT 1",
        )
        .bind(conversation)
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|r| r.0))
    }
}

impl Store {
    /// The last `limit` messages, oldest first, as this transaction sees them.
    pub(crate) async fn last_messages_in(&self, w: &mut Write, conversation: &str, limit: i64) -> Result<Vec<Message>> {
        let sql = format!("SELECT {COLUMNS} FROM messages WHERE conversation_id = $1 ORDER BY seq DESC LIMIT $2");
        let rows: Vec<Row> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(conversation).bind(limit).fetch_all(w.conn()).await?;
        Ok(rows.into_iter().rev().map(Message::from).collect())
    }
}
