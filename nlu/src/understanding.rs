//! What one utterance means, as far as it can be known without its conversation.

use kg::Language;
use models::Embedding;
use serde::{Deserialize, Serialize};

use crate::tagger::Tagged;

/// The name that Rasa gives to "none of the intents"; `POST /model/parse` answers the same.
pub const FALLBACK: &str = "nlu_fallback";

#[derive(Debug, Clone)]
pub struct Understanding {
    pub text: String,
    /// The best intent, or `FALLBACK` when its calibrated confidence is below the threshold.
    pub intent: String,
    /// Calibrated probability of the best intent, also when `intent` is `FALLBACK`.
    pub confidence: f32,
    /// All intents, best first (the best guess stays first when `intent` is `FALLBACK`).
    pub ranking: Vec<(String, f32)>,
    /// Of built-in kinds, found by rules.
    pub entities: Vec<Entity>,
    /// Learnt from annotated examples.
    pub tagged: Vec<Tagged>,
    /// `None` when the text does not tell (a number, an emoji): then the conversation's language holds.
    pub language: Option<Language>,
    pub sentiment: Sentiment,
    /// `Kind::Query` embedding of the text, for search.
    pub embedding: Embedding,
}

impl Understanding {
    pub fn entity(&self, kind: EntityKind) -> Option<&Entity> {
        self.entities.iter().find(|e| e.kind == kind)
    }
}

/// Byte offsets into the text, on character boundaries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    pub kind: EntityKind,
    pub start: usize,
    pub end: usize,
    /// Normalised: `2026-11-23` for "明天", `+8613800138000` for a phone, the node id for a product,
    /// minor units and currency (`{"amount":12900,"currency":"CNY"}`) for money, fields for an address.
    pub value: serde_json::Value,
    pub confidence: f32,
}

impl Entity {
    /// The value as plain text, if it is one.
    pub fn text(&self) -> Option<&str> {
        self.value.as_str()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    OrderNumber,
    Phone,
    Email,
    Date,
    Money,
    Product,
    /// value: `{"country","province","city","district","street","recipient"?,"phone"?,"postcode"?,"full"}`
    Address,
}

impl EntityKind {
    pub fn is_name(name: &str) -> bool {
        serde_json::from_value::<EntityKind>(name.into()).is_ok()
    }
}

/// From calm to angry; `score` in 0..1 where 1 is furious.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sentiment {
    pub mood: Mood,
    pub score: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mood {
    Happy,
    Calm,
    Annoyed,
    Angry,
}
