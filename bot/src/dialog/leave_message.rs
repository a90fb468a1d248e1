//! Nobody is present: take a message and a way to answer it.

use super::{Step, consent};
use crate::conversation::{LeftMessage, Reason};
use crate::facts::clean;
use crate::hear::Input;
use crate::policy::is_question_intent;
use crate::work::Work;
use nlu::understanding::EntityKind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeaveMessage {
    /// Why a human was wanted.
    pub reason: Reason,
    #[serde(default)]
    pub contact: String,
    #[serde(default)]
    pub text: String,
}

/// Width of a question that stands for itself: a Chinese character says about as much as two Latin letters.
const SHORT: usize = 48;

impl LeaveMessage {
    pub(super) fn of(reason: Reason) -> Self {
        Self { reason, contact: String::new(), text: String::new() }
    }

    pub(super) fn slots(&self) -> Map<String, Value> {
        let mut slots = Map::new();
        if !self.contact.is_empty() {
            slots.insert("contact".into(), json!(self.contact));
        }
        slots
    }

    pub(super) fn message(&self) -> Option<(Reason, LeftMessage)> {
        let complete = !self.contact.is_empty() && !self.text.is_empty();
        complete.then(|| (self.reason, LeftMessage { contact: self.contact.clone(), text: self.text.clone() }))
    }

    pub(super) fn begin(&mut self, work: &mut Work<'_>) -> Step {
        if self.contact.is_empty() {
            let customer = work.customer();
            let known = customer.phone.clone().or_else(|| customer.email.clone());
            // Only what the business vouches for; a visitor's own claim is asked for again.
            if let Some(contact) = known.filter(|_| customer.signed_in) {
                self.contact = clean(&contact);
            }
        }
        if self.text.is_empty() {
            work.ask("leave_message", json!({ "contact": self.contact }), Vec::new());
        } else {
            work.ask("leave_contact", json!({}), Vec::new());
        }
        Step::Ask
    }

    /// A goodbye, or a short clear question that the bot can answer now; everything longer is the message.
    fn is_something_else(&self, work: &Work<'_>, input: &Input) -> bool {
        let floor = work.parts.policy.end_confidence;
        let asks = work.customer().signed_in && ["order_status", "track_parcel"].iter().any(|i| input.is(i, floor));
        let sure = input.confidence >= work.parts.policy.interrupt_confidence;
        let names =
            input.entity(EntityKind::Product).is_some() && input.confidence >= work.parts.policy.topic_confidence;
        let knows = input.question && is_question_intent(&input.intent) && (sure || names);
        let short = input.text.chars().map(|c| if crate::facts::is_han(c) { 2 } else { 1 }).sum::<usize>() <= SHORT;
        input.is("goodbye", floor) || (short && (asks || knows))
    }

    pub(super) fn hear(&mut self, work: &mut Work<'_>, input: &Input) -> Step {
        let deny = input.payload.as_ref().is_some_and(|p| p.intent == "deny");
        if deny || (input.payload.is_none() && consent::refuses(work, input)) {
            work.say("leave_gave_up", json!({}));
            return Step::Done;
        }
        // A command that nobody knows is no message for a human.
        if input.text.trim_start().starts_with('/') {
            return Step::NotAnAnswer;
        }
        if input.payload.is_some() || !input.words || consent::is_stop(&input.text) {
            return Step::NotAnAnswer;
        }
        let contact_in = input.entity(EntityKind::Email).or(input.entity(EntityKind::Phone)).is_some();
        if !contact_in && self.is_something_else(work, input) {
            return Step::NotAnAnswer;
        }
        let contact = [EntityKind::Email, EntityKind::Phone]
            .into_iter()
            .find_map(|k| input.entity(k))
            .and_then(|e| e.text().map(|t| (e, t)));
        let mut rest = input.text.clone();
        if let Some((entity, value)) = contact {
            self.contact = clean(value);
            if entity.end <= rest.len() && rest.is_char_boundary(entity.start) && rest.is_char_boundary(entity.end) {
                rest.replace_range(entity.start..entity.end, "");
            }
        }
        // What is left beside the number may be the message itself.
        if self.text.is_empty() && rest.chars().filter(|c| c.is_alphanumeric()).count() >= 4 {
            self.text = input
                .text
                .chars()
                .filter(|c| !c.is_control() || *c == '\n')
                .take(2000)
                .collect::<String>()
                .trim()
                .to_owned();
        }
        if self.message().is_some() {
            work.say("message_taken", json!({ "contact": self.contact }));
            return Step::Handoff(self.reason);
        }
        self.begin(work)
    }
}
