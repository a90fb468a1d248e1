//! What an agent gets with a ticket, so that the customer never repeats a word.

use bot::conversation::{Citation, Escalation, Language, Message, Reason, Sender};
use nlu::understanding::Mood;
use serde::{Deserialize, Serialize};

/// Raised when a field changes its meaning; stored with every packet.
pub const VERSION: u32 = 1;
const LAST_MESSAGES: usize = 12;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Packet {
    pub version: u32,
    pub reason: Reason,
    pub summary: String,
    pub intent: Option<String>,
    pub confidence: f32,
    pub slots: serde_json::Map<String, serde_json::Value>,
    pub tried: Vec<String>,
    pub mood: Mood,
    /// Strain after each of the last turns in percent, oldest first.
    #[serde(default)]
    pub mood_curve: Vec<u8>,
    pub language: Language,
    pub last_messages: Vec<Line>,
    pub suggested_reply: Option<String>,
    /// Articles and graph answers that the customer has already been shown.
    pub passages: Vec<Citation>,
    /// The routing rule that matched.
    pub rule: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub sender: String,
    pub text: String,
}

/// `messages`: the conversation so far, oldest first, without internal notes.
pub fn packet(e: &Escalation, rule: &str, messages: &[Message], shown: Vec<Citation>) -> Packet {
    let from = messages.len().saturating_sub(LAST_MESSAGES);
    Packet {
        version: VERSION,
        reason: e.reason,
        summary: e.summary.clone(),
        intent: e.intent.clone(),
        confidence: e.confidence,
        slots: e.slots.clone(),
        tried: e.tried.clone(),
        mood: e.mood,
        mood_curve: e.mood_curve.clone(),
        language: e.language,
        last_messages: messages[from..]
            .iter()
            .map(|m| Line { sender: sender(&m.sender).to_owned(), text: clip(&m.text, 500) })
            .collect(),
        suggested_reply: e.suggested_reply.clone(),
        passages: shown,
        rule: rule.to_owned(),
    }
}

fn sender(s: &Sender) -> &'static str {
    match s {
        Sender::Customer => "customer",
        Sender::Bot => "bot",
        Sender::Agent(_) => "agent",
        Sender::System => "system",
    }
}

fn clip(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
