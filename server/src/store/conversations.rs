//! Conversations. Who holds one changes only through `change_holder`, called only by `desk`.

use super::{Store, Write};
use crate::error::Result;
use bot::conversation::{AgentId, Holder, Language, Millis, TicketId};
use bot::dialog::DialogState;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Conversation {
    pub id: String,
    pub customer_id: String,
    pub channel: String,
    pub external_id: Option<String>,
    language: String,
    holder_kind: String,
    holder_id: Option<String>,
    pub epoch: i64,
    dialog: String,
    pub last_seq: i64,
    pub customer_seq: i64,
    pub answered_seq: i64,
    pub read_seq: i64,
    handed_off: i64,
    rating_wanted: i64,
    pub rating: Option<i64>,
    pub rating_comment: Option<String>,
    pub created_at: Millis,
    pub updated_at: Millis,
    pub closed_at: Option<Millis>,
}

const COLUMNS: &str = "id, customer_id, channel, external_id, language, holder_kind, holder_id, epoch, dialog, last_seq, \
     customer_seq, answered_seq, read_seq, handed_off, rating_wanted, rating, rating_comment, created_at, updated_at, closed_at";

/// `SELECT`s and `RETURNING`s name the columns in one order; the text is built from constants only.
macro_rules! sql {
    ($before:literal, $after:literal) => {
        sqlx::AssertSqlSafe(format!(concat!($before, "{}", $after), COLUMNS))
    };
}

impl Conversation {
    pub fn language(&self) -> Language {
        Language::parse(&self.language).unwrap_or(Language::Zh)
    }

    pub fn holder(&self) -> Holder {
        let id = || self.holder_id.clone().unwrap_or_default();
        match self.holder_kind.as_str() {
            "queue" => Holder::Queue(TicketId(id())),
            "agent" => Holder::Agent(AgentId(id())),
            "nobody" => Holder::Nobody,
            _ => Holder::Bot,
        }
    }

    pub fn holder_kind(&self) -> &str {
        &self.holder_kind
    }

    /// A state written by another version that cannot be read starts afresh: the customer is asked again.
    pub fn dialog(&self) -> DialogState {
        serde_json::from_str(&self.dialog).unwrap_or_default()
    }

    pub fn rating_wanted(&self) -> bool {
        self.rating_wanted == 1
    }

    pub fn handed_off(&self) -> bool {
        self.handed_off == 1
    }
}

pub fn holder_columns(holder: &Holder) -> (&'static str, Option<&str>) {
    match holder {
        Holder::Bot => ("bot", None),
        Holder::Queue(t) => ("queue", Some(&t.0)),
        Holder::Agent(a) => ("agent", Some(&a.0)),
        Holder::Nobody => ("nobody", None),
    }
}

impl Store {
    pub async fn create_conversation(
        &self,
        customer_id: &str,
        channel: &str,
        external_id: Option<&str>,
        language: Language,
    ) -> Result<Conversation> {
        let now = self.clock.now();
        let mut w = self.write().await?;
        let row = sqlx::query_as(sql!(
            "INSERT INTO conversations (id, customer_id, channel, external_id, language, holder_kind, epoch, dialog,
                 last_seq, customer_seq, answered_seq, read_seq, lease_until, handed_off, rating_wanted, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, 'bot', 1, '{{}}', 0, 0, 0, 0, 0, 0, 0, $6, $7) RETURNING ",
            ""
        ))
        .bind(self.clock.id())
        .bind(customer_id)
        .bind(channel)
        .bind(external_id)
        .bind(language.code())
        .bind(now)
        .bind(now)
        .fetch_one(w.conn())
        .await?;
        w.commit().await?;
        Ok(row)
    }

    pub async fn conversation(&self, id: &str) -> Result<Option<Conversation>> {
        Ok(sqlx::query_as(sql!("SELECT ", " FROM conversations WHERE id = $1"))
            .bind(id)
            .fetch_optional(self.pool())
            .await?)
    }

    /// The customer's newest conversation on this channel that is still open, or was closed after `closed_after` and
    /// still waits for its rating.
    pub async fn open_conversation(
        &self,
        customer_id: &str,
        channel: &str,
        closed_after: Millis,
    ) -> Result<Option<Conversation>> {
        Ok(sqlx::query_as(sql!(
            "SELECT ",
            " FROM conversations WHERE customer_id = $1 AND channel = $2
                AND (holder_kind <> 'nobody' OR (rating_wanted = 1 AND closed_at > $3))
              ORDER BY updated_at DESC LIMIT 1"
        ))
        .bind(customer_id)
        .bind(channel)
        .bind(closed_after)
        .fetch_optional(self.pool())
        .await?)
    }

    pub async fn conversation_by_external(
        &self,
        channel: &str,
        external_id: &str,
        customer_id: &str,
    ) -> Result<Option<Conversation>> {
        Ok(sqlx::query_as(sql!(
            "SELECT ",
            " FROM conversations WHERE channel = $1 AND external_id = $2 AND customer_id = $3 ORDER BY updated_at DESC LIMIT 1"
        ))
        .bind(channel)
        .bind(external_id)
        .bind(customer_id)
        .fetch_optional(self.pool())
        .await?)
    }

    /// For the console, newest first. `scope`: one agent's, bot, closed, or all that are open.
    pub async fn list_conversations(&self, scope: &Scope, before: Millis, limit: i64) -> Result<Vec<Conversation>> {
        let (condition, value) = match scope {
            Scope::Agent(id) => ("holder_kind = 'agent' AND holder_id = $3", id.as_str()),
            Scope::Holder(kind) => ("holder_kind = $3", *kind),
            Scope::Open => ("holder_kind <> $3", "nobody"),
        };
        // Conversations that were opened but never spoken in interest nobody.
        let sql = format!(
            "SELECT {COLUMNS} FROM conversations WHERE updated_at < $1 AND last_seq > 0 AND {condition} ORDER BY updated_at DESC LIMIT $2"
        );
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(before).bind(limit).bind(value).fetch_all(self.pool()).await?)
    }

    /// The one statement that changes who holds a conversation. `from`: the kinds it may be held by now;
    /// `expected`: also this very holder id. `None` when it was not so: somebody else was faster.
    pub(crate) async fn change_holder(
        &self,
        w: &mut Write,
        id: &str,
        from: &[&str],
        expected: Option<&str>,
        to: &Holder,
    ) -> Result<Option<Conversation>> {
        let (kind, holder_id) = holder_columns(to);
        let from = |n: usize| from.get(n).copied().unwrap_or("");
        let now = self.clock.now();
        let closed = matches!(to, Holder::Nobody);
        let human = i64::from(matches!(to, Holder::Queue(_) | Holder::Agent(_)));
        // Whoever takes over from the bot has everything so far in front of him, so nothing waits for the bot.
        let row = sqlx::query_as(sql!(
            "UPDATE conversations SET holder_kind = $1, holder_id = $2, epoch = epoch + 1, answered_seq = customer_seq,
                 lease_owner = NULL, lease_until = 0, updated_at = $3, closed_at = $4,
                 handed_off = CASE WHEN $5 = 1 THEN 1 ELSE handed_off END,
                 rating_wanted = CASE WHEN $6 = 1 THEN 1 ELSE 0 END
             WHERE id = $7 AND holder_kind IN ($8, $9, $10, $11) AND ($12 = '' OR holder_id = $13) RETURNING ",
            ""
        ))
        .bind(kind)
        .bind(holder_id)
        .bind(now)
        .bind(closed.then_some(now))
        .bind(human)
        .bind(i64::from(closed))
        .bind(id)
        .bind(from(0))
        .bind(from(1))
        .bind(from(2))
        .bind(from(3))
        .bind(expected.unwrap_or(""))
        .bind(expected.unwrap_or(""))
        .fetch_optional(w.conn())
        .await?;
        Ok(row)
    }

    pub(crate) async fn holder_in(&self, w: &mut Write, id: &str) -> Result<(String, Option<String>)> {
        Ok(sqlx::query_as("SELECT holder_kind, holder_id FROM conversations WHERE id = $1")
            .bind(id)
            .fetch_one(w.conn())
            .await?)
    }

    pub async fn reset_dialog(&self, w: &mut Write, id: &str) -> Result<()> {
        sqlx::query("UPDATE conversations SET dialog = '{}' WHERE id = $1").bind(id).execute(w.conn()).await?;
        Ok(())
    }

    /// One worker gets the turn. `None`: nothing to answer, not the bot's, or another worker has it.
    pub async fn take_turn(&self, id: &str, worker: &str, until: Millis) -> Result<Option<Conversation>> {
        let mut w = self.write().await?;
        let row = sqlx::query_as(sql!(
            "UPDATE conversations SET lease_owner = $1, lease_until = $2
             WHERE id = $3 AND holder_kind = 'bot' AND answered_seq < customer_seq AND lease_until < $4 RETURNING ",
            ""
        ))
        .bind(worker)
        .bind(until)
        .bind(id)
        .bind(self.clock.now())
        .fetch_optional(w.conn())
        .await?;
        w.commit().await?;
        Ok(row)
    }

    /// The turn's answer, if the worker still owns it and nobody took over meanwhile.
    pub(crate) async fn finish_turn(&self, w: &mut Write, turn: FinishedTurn<'_>) -> Result<bool> {
        let FinishedTurn { id, worker, epoch, answered, dialog, language } = turn;
        let dialog = serde_json::to_string(dialog).map_err(anyhow::Error::from)?;
        let done = sqlx::query(
            "UPDATE conversations SET answered_seq = $1, dialog = $2, language = $3, lease_owner = NULL, lease_until = 0
             WHERE id = $4 AND lease_owner = $5 AND epoch = $6 AND holder_kind = 'bot' AND answered_seq < $7",
        )
        .bind(answered)
        .bind(dialog)
        .bind(language.code())
        .bind(id)
        .bind(worker)
        .bind(epoch)
        .bind(answered)
        .execute(w.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    pub async fn drop_lease(&self, id: &str, worker: &str) -> Result<()> {
        let mut w = self.write().await?;
        sqlx::query("UPDATE conversations SET lease_owner = NULL, lease_until = 0 WHERE id = $1 AND lease_owner = $2")
            .bind(id)
            .bind(worker)
            .execute(w.conn())
            .await?;
        w.commit().await
    }

    /// At the start of the only node: whoever held a lease is dead.
    pub async fn drop_all_leases(&self) -> Result<()> {
        let mut w = self.write().await?;
        sqlx::query("UPDATE conversations SET lease_owner = NULL, lease_until = 0 WHERE lease_until > 0")
            .execute(w.conn())
            .await?;
        w.commit().await
    }

    /// What the sweeper hands to the workers again.
    pub async fn unanswered(&self, limit: i64) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "SELECT id FROM conversations WHERE holder_kind = 'bot' AND answered_seq < customer_seq AND lease_until < $1
             ORDER BY updated_at LIMIT $2",
        )
        .bind(self.clock.now())
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|r| r.0).collect())
    }

    pub async fn mark_read(&self, id: &str, seq: i64) -> Result<()> {
        let mut w = self.write().await?;
        sqlx::query("UPDATE conversations SET read_seq = $1 WHERE id = $2 AND read_seq < $3")
            .bind(seq)
            .bind(id)
            .bind(seq)
            .execute(w.conn())
            .await?;
        w.commit().await
    }

    /// `false` when no rating was asked for (or it is given already).
    pub(crate) async fn rate(&self, w: &mut Write, id: &str, score: i64, comment: Option<&str>) -> Result<bool> {
        let done = sqlx::query(
            "UPDATE conversations SET rating = $1, rating_comment = $2, rating_wanted = 0 WHERE id = $3 AND rating_wanted = 1",
        )
        .bind(score)
        .bind(comment)
        .bind(id)
        .execute(w.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

pub(crate) struct FinishedTurn<'a> {
    pub id: &'a str,
    pub worker: &'a str,
    pub epoch: i64,
    /// Seq of the last message that was answered.
    pub answered: i64,
    pub dialog: &'a DialogState,
    pub language: Language,
}

pub enum Scope {
    Agent(String),
    Holder(&'static str),
    Open,
}
