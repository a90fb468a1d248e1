//! What a human needs to know to take over without asking again.

use crate::conversation::{Escalation, Reason};
use crate::dialog::DialogState;
use crate::facts::clean;
use crate::hear::Input;
use crate::work::Work;
use nlu::understanding::{EntityKind, FALLBACK, Mood};
use serde_json::{Map, Value, json};

pub(crate) fn code(reason: Reason) -> &'static str {
    match reason {
        Reason::Asked => "asked",
        Reason::NotUnderstood => "not_understood",
        Reason::DialogGaveUp => "dialog_gave_up",
        Reason::ActionFailed => "action_failed",
        Reason::ActionUnknown => "action_unknown",
        Reason::Angry => "angry",
        Reason::Complaint => "complaint",
        Reason::Vip => "vip",
        Reason::BotFailed => "bot_failed",
        Reason::TakenOver => "taken_over",
    }
}

pub(crate) fn escalation(
    work: &Work<'_>,
    state: &DialogState,
    input: Option<&Input>,
    reason: Reason,
    mood: Mood,
    suggested_reply: Option<String>,
) -> Escalation {
    let mut slots: Map<String, Value> = Map::new();
    for frame in &state.stack {
        slots.extend(frame.task.slots());
    }
    if let Some(number) = input.and_then(|i| i.entity(EntityKind::OrderNumber)).and_then(|e| e.text()) {
        slots.entry("order").or_insert_with(|| json!(clean(number)));
    }
    let open = state.stack.iter().rev().map(|f| f.task.intent()).find(|i| *i != "leave_message");
    let heard = input.map(|i| i.intent.clone()).filter(|i| i != FALLBACK);
    // "A person, please" right after a wish is still about that wish.
    let about_last = open.is_none() && heard.as_deref().is_none_or(|i| i == "talk_to_human");
    let last = state.last.as_ref().filter(|_| about_last);
    if let Some(last) = last {
        slots.extend(last.slots.clone());
    }
    let intent = open.map(str::to_owned).or(last.map(|l| l.intent.clone())).or(heard);
    let mut tried = state.tried.clone();
    tried.extend(work.tried.iter().cloned());
    let old = tried.len().saturating_sub(12);
    tried.drain(..old);
    Escalation {
        reason,
        summary: summary(work, reason, intent.as_deref(), &slots),
        confidence: input.map_or(0.0, |i| i.confidence),
        intent,
        slots,
        tried,
        mood,
        mood_curve: state.mood.curve.clone(),
        language: work.language,
        suggested_reply,
        message_left: None,
    }
}

/// Who wants what, why the bot stopped, and the customer's own last words.
fn summary(work: &Work<'_>, reason: Reason, intent: Option<&str>, slots: &Map<String, Value>) -> String {
    let customer = work.customer();
    let known = |key: &str| work.parts.responses.keys().any(|k| k == key);
    let wish =
        intent.map(|i| format!("wish_{i}")).filter(|k| known(k)).map(|k| work.text(&k, json!({}))).unwrap_or_default();
    let why = work.text(&format!("why_{}", code(reason)), json!({}));
    // Buttons say little; the last thing typed says most.
    let typed = work.turn.said.iter().rev().find(|m| m.payload.is_none()).or(work.turn.said.last());
    let words: String = typed.map(|m| clean(&m.text)).unwrap_or_default().chars().take(120).collect();
    work.text(
        "summary",
        json!({
            "name": customer.name.clone().unwrap_or_default(),
            "tier": customer.tier.clone().unwrap_or_default(),
            "signed_in": customer.signed_in,
            "wish": wish,
            "order": slots.get("order").and_then(Value::as_str).unwrap_or_default(),
            "why": why,
            "words": words,
        }),
    )
}
