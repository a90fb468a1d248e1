//! The types of a conversation: who speaks, who holds it, what one turn brings and what the bot decides.

use crate::dialog::DialogState;
use crate::trace::Trace;
pub use kg::Language;
pub use knowledge::Citation;
use nlu::understanding::Mood;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Milliseconds since 1970-01-01 UTC.
pub type Millis = i64;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl From<&str> for $name {
            fn from(s: &str) -> Self {
                Self(s.to_owned())
            }
        }
    )*};
}
id!(ConversationId, MessageId, CustomerId, AgentId, TicketId);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum Sender {
    Customer,
    Bot,
    Agent(AgentId),
    System,
}

/// Who answers the customer now. Changed only by the server's `desk`, together with the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum Holder {
    Bot,
    Queue(TicketId),
    Agent(AgentId),
    Nobody,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Customer {
    pub id: CustomerId,
    pub name: Option<String>,
    /// Vouched for by a token that the business signed; only then may orders be read or changed.
    pub signed_in: bool,
    /// The business's own name for a customer group, e.g. `vip`.
    pub tier: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Message {
    pub id: MessageId,
    pub seq: i64,
    pub sender: Sender,
    pub text: String,
    /// What a pressed button stands for: `/intent{"slot":"value"}` as in Rasa, or a dialog's own choice.
    pub payload: Option<String>,
    pub at: Millis,
}

#[derive(Debug, Clone)]
pub struct Conversation {
    pub id: ConversationId,
    pub channel: String,
    pub customer: Customer,
    /// The language the customer is answered in; a `Decision` may change it.
    pub language: Language,
    pub holder: Holder,
    pub epoch: i64,
    pub dialog: DialogState,
}

/// One turn: everything that the customer said since the bot's last answer.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    pub conversation: &'a Conversation,
    /// The last messages before `said`, oldest first.
    pub history: &'a [Message],
    /// The unanswered messages of the customer, oldest first; never empty.
    pub said: &'a [Message],
    pub now: Millis,
    /// Is a human there to take a hand-off? If not, the bot offers to take a message.
    pub agents_present: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub text: String,
    #[serde(default)]
    pub buttons: Vec<Button>,
    #[serde(default)]
    pub citations: Vec<Citation>,
}

/// A quick reply: shown as `title`; sent back as a message with `text = title` and this payload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Button {
    pub title: String,
    pub payload: String,
}

#[derive(Debug, Clone)]
pub struct Decision {
    pub say: Vec<Answer>,
    pub dialog: DialogState,
    pub language: Language,
    pub next: Next,
    /// Nothing in the knowledge base answered: goes to the editors' list of gaps.
    pub unanswered: bool,
    /// What was changed in the order system and read back: announced to the customer and audited.
    pub changed: Vec<Change>,
    pub trace: Trace,
}

/// One change that was made and verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Name of the action, e.g. `change_address`.
    pub action: String,
    pub order: String,
}

#[derive(Debug, Clone)]
pub enum Next {
    Stay,
    Handoff(Escalation),
    /// The customer said goodbye: ask for a rating and close.
    Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The customer asked for a human.
    Asked,
    /// The bot did not understand, or had no answer, twice in a row.
    NotUnderstood,
    /// A dialog gave up.
    DialogGaveUp,
    /// The order system failed or refused.
    ActionFailed,
    /// An action's result could not be read back: a human must check.
    ActionUnknown,
    Angry,
    Complaint,
    Vip,
    /// The bot itself failed (overload, missing model).
    BotFailed,
    /// An agent stepped in without being asked.
    TakenOver,
}

/// Why a human is needed and what is known: becomes a ticket and its packet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Escalation {
    pub reason: Reason,
    /// One or two sentences for the agent, in the conversation's language.
    pub summary: String,
    pub intent: Option<String>,
    pub confidence: f32,
    pub slots: serde_json::Map<String, serde_json::Value>,
    /// What the bot tried, oldest first ("search: 3 passages, best 0.42", "change_address: shop refused: shipped").
    pub tried: Vec<String>,
    pub mood: Mood,
    /// Strain after each of the last turns in percent, oldest first.
    pub mood_curve: Vec<u8>,
    pub language: Language,
    /// What an agent could answer first, if the bot has an idea.
    pub suggested_reply: Option<String>,
    /// Nobody is present: the customer left a message (and how to reach them) instead of waiting.
    pub message_left: Option<LeftMessage>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LeftMessage {
    pub contact: String,
    pub text: String,
}
