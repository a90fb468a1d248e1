//! Help for agents: ready replies to the customer's last message, each with its source.

use crate::answer::fit;
use crate::conversation::{Citation, Conversation, Message, Millis, Sender, Turn};
use crate::evidence::{graph_citation, look};
use crate::hear::hear;
use crate::reply::Bot;
use crate::work::Work;
use nlu::understanding::EntityKind;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    pub text: String,
    pub citations: Vec<Citation>,
    /// 0..1, comparable within one list.
    pub score: f32,
}

/// How many are worth an agent's glance.
const SUGGESTIONS: usize = 4;
/// How far back the customer's last words are looked for.
const BACK: usize = 20;

/// Best first; empty when the customer said nothing yet or nothing fits. Only reads; never fails.
pub async fn suggest(bot: &Bot, conversation: &Conversation, history: &[Message], now: Millis) -> Vec<Suggestion> {
    let parts = bot.parts();
    let mut end = history.len();
    // "A person, please" says nothing about the matter: then what was said before it counts.
    let (turn, heard) = loop {
        let Some(at) = history[..end]
            .iter()
            .rposition(|m| m.sender == Sender::Customer && !m.text.trim().is_empty())
            .filter(|at| at + BACK >= history.len())
        else {
            return Vec::new();
        };
        let turn = Turn { conversation, history: &history[..at], said: &history[at..=at], now, agents_present: true };
        match hear(&parts.nlu, &parts.policy, &turn).await {
            Ok(heard) if heard.all.intent == "talk_to_human" => end = at,
            Ok(heard) => break (turn, heard),
            Err(error) => {
                tracing::warn!(%error, "no suggestions");
                return Vec::new();
            }
        }
    };
    let language = heard.language.unwrap_or(conversation.language);
    let found = look(parts, &heard.all, language, &conversation.dialog.topics);
    let mut suggestions = Vec::new();
    if let Some(order) = about_order(bot, &turn, &heard.all, language).await {
        suggestions.push(order);
    }
    if let Some(answer) = found.graph.filter(|_| found.named) {
        suggestions.push(Suggestion {
            citations: vec![graph_citation(&answer, language)],
            text: answer.text,
            score: heard.all.confidence.max(0.5),
        });
    }
    let floor = parts.knowledge.thresholds().floor / 2.0;
    suggestions.extend(found.passages.into_iter().filter(|p| p.score >= floor).map(|p| Suggestion {
        text: fit(&p.text, parts.policy.answer_length),
        citations: vec![p.citation],
        score: p.score,
    }));
    suggestions.sort_by(|a, b| b.score.total_cmp(&a.score));
    suggestions.truncate(SUGGESTIONS);
    suggestions
}

/// The order that the customer names, or the one under way when orders are talked about.
async fn about_order(
    bot: &Bot,
    turn: &Turn<'_>,
    input: &crate::hear::Input,
    language: crate::conversation::Language,
) -> Option<Suggestion> {
    if !turn.conversation.customer.signed_in {
        return None;
    }
    let number = input.entity(EntityKind::OrderNumber).and_then(|e| e.text()).map(str::to_uppercase);
    let chance: f32 = crate::policy::ACTIONS.iter().map(|a| input.chance(a)).sum();
    if number.is_none() && chance < bot.parts().policy.action_confidence {
        return None;
    }
    let mut work = Work::new(bot.parts(), turn, language, 0);
    let orders = work.orders().await.ok()?;
    let order = match &number {
        Some(number) => orders.iter().find(|o| o.id == *number)?,
        None => orders
            .iter()
            .find(|o| !matches!(o.status.as_str(), "delivered" | "cancelled" | "refunded"))
            .or(orders.first())?,
    };
    let text = work.text("copilot_order", json!({ "order": work.order_facts(order) }));
    let score = if number.is_some() { 0.95 } else { chance.min(0.9) };
    Some(Suggestion { text, citations: Vec::new(), score })
}
