//! A complaint: hear it out once, then a human takes it.

use super::{Step, interrupts};
use crate::conversation::Reason;
use crate::facts::clean;
use crate::hear::Input;
use crate::work::Work;
use nlu::understanding::EntityKind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Complaint {
    pub what: String,
    pub order: Option<String>,
}

/// Less than this says that one is unhappy, not why.
const DETAILED: usize = 14;

impl Complaint {
    pub(super) fn slots(&self) -> Map<String, Value> {
        let mut slots = Map::new();
        if !self.what.is_empty() {
            slots.insert("complaint".into(), json!(self.what));
        }
        if let Some(order) = &self.order {
            slots.insert("order".into(), json!(order));
        }
        slots
    }

    fn take(&mut self, input: &Input) {
        if input.payload.is_none() && input.words {
            self.what = clean(&[self.what.as_str(), " ", &input.text].concat());
        }
        // Only a number to look at for the agent: it is not read here.
        if let Some(order) = input.entity(EntityKind::OrderNumber).and_then(|e| e.text()) {
            self.order = Some(clean(order));
        }
    }

    pub(super) fn begin(&mut self, work: &mut Work<'_>, input: &Input) -> Step {
        self.take(input);
        // A Chinese character says about as much as two Latin letters.
        let weight: usize = self.what.chars().map(|c| if crate::facts::is_han(c) { 2 } else { 1 }).sum();
        if weight >= 2 * DETAILED {
            return self.hand_over(work);
        }
        self.ask(work)
    }

    pub(super) fn ask(&mut self, work: &mut Work<'_>) -> Step {
        let human = work.button("button_human", "/talk_to_human");
        work.ask("ask_complaint", json!({}), vec![human]);
        Step::Ask
    }

    pub(super) fn hear(&mut self, work: &mut Work<'_>, input: &Input) -> Step {
        if interrupts(work, input, &["complaint"]) || !input.words {
            return Step::NotAnAnswer;
        }
        self.take(input);
        self.hand_over(work)
    }

    fn hand_over(&mut self, work: &mut Work<'_>) -> Step {
        work.say("complaint_taken", json!({}));
        Step::Handoff(Reason::Complaint)
    }
}
