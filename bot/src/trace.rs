//! How a decision came about: what the "try the bot" page shows and what the store keeps beside an answer.

use kg::Language;
use nlu::understanding::{Entity, Mood};
use serde::{Deserialize, Serialize};
use std::time::Instant;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Trace {
    pub steps: Vec<Step>,
    pub intent: String,
    pub confidence: f32,
    /// The five best intents.
    pub ranking: Vec<(String, f32)>,
    pub entities: Vec<Entity>,
    pub language: Option<Language>,
    pub mood: Option<Mood>,
    pub passages: Vec<PassageSeen>,
    /// Name of the policy rule that decided.
    pub rule: String,
    pub actions: Vec<ActionCalled>,
}

/// One of the seven steps of a reply, with the time it took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub name: String,
    pub detail: String,
    pub ms: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PassageSeen {
    pub slug: String,
    pub title: String,
    pub score: f32,
    pub bm25: f32,
    pub cosine: f32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionCalled {
    pub name: String,
    /// `ok`, `refused: order_shipped`, `unavailable`, `unknown`.
    pub result: String,
}

impl Trace {
    pub(crate) fn step(&mut self, name: &str, detail: impl Into<String>, since: Instant) {
        self.steps.push(Step {
            name: name.to_owned(),
            detail: detail.into(),
            ms: since.elapsed().as_secs_f64() * 1000.0,
        });
    }
}
