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
    /// How far outside all intents it seems, 0 to 1: what out-of-scope texts are ranked by.
    pub outside: f32,
    /// All intents, best first (the best guess stays first when `intent` is `FALLBACK`).
    pub ranking: Vec<(String, f32)>,
    /// Of built-in kinds, found by rules.
    pub entities: Vec<Entity>,
    /// Learnt from annotated examples.
    pub tagged: Vec<Tagged>,
    /// `None` when the text does not tell (a number, an emoji): then the conversation's language holds.
    pub language: Option<Language>,
    pub sentiment: Sentiment,
    /// `Kind::Query` embedding of the text, for search; of what is wanted only, when something else is rejected.
    pub embedding: Embedding,
    /// When one message holds several wishes with different intents: at least two, in their order. Else empty.
    pub clauses: Vec<Clause>,
    /// A question beside something that is no wish by itself: "江苏省南京市中山路1号，发票怎么开？". An open dialog takes the rest.
    pub aside: Option<Clause>,
    /// What the text says is not wanted ("不要退款，我要换货"); entities in it are left out.
    pub rejected: Vec<Rejected>,
}

impl Understanding {
    pub fn entity(&self, kind: EntityKind) -> Option<&Entity> {
        self.entities.iter().find(|e| e.kind == kind)
    }
}

impl Understanding {
    /// The text without what it rejects; as it is when it rejects nothing.
    pub fn wanted(&self) -> String {
        let spans: Vec<std::ops::Range<usize>> = self.rejected.iter().map(|r| r.start..r.end).collect();
        if spans.is_empty() { self.text.clone() } else { crate::negation::without(&self.text, &spans) }
    }
}

/// A part of a text that is a wish of its own.
#[derive(Debug, Clone)]
pub struct Clause {
    /// Byte offsets into the text, without the connective before it.
    pub start: usize,
    pub end: usize,
    pub intent: String,
    pub confidence: f32,
    pub ranking: Vec<(String, f32)>,
    /// Those that stand in the clause, and the order or product that "it" points back to. Offsets are those of the text.
    pub entities: Vec<Entity>,
    pub embedding: Embedding,
}

/// Byte offsets into the text; `intent` is what was rejected, if it is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    pub start: usize,
    pub end: usize,
    pub intent: Option<String>,
}

/// Byte offsets into the text, on character boundaries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    pub kind: EntityKind,
    pub start: usize,
    pub end: usize,
    /// Normalised: `+8613800138000` for a phone (`;ext=8001` behind it), the node id for a product, minor units and
    /// currency (`{"amount":12900,"currency":"CNY"}`) for money, fields for a quantity and an address. A date is
    /// `2026-11-23` ("明天"), `{"from":"2026-11-09","to":"2026-11-15"}` for several days ("上周"), and
    /// `{"date":"2026-11-05","or":"2027-05-11"}` where the text can be read in two ways ("11/05" in English).
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
    /// value: `{"amount":2,"unit":"pair"}`; the unit is `null` where none is said ("两个", "x2").
    Quantity,
    Product,
    /// value: `{"country","province","city","district","street","number","recipient"?,"phone"?,"postcode"?,"full"}`;
    /// `street` is the whole line with house and flat, `number` the house alone. When the places named do not fit
    /// together ("浙江省南京市"), `contradiction` has `{"readings":[{"province","city","district"}, …]}`, the reading of
    /// the fields first: somebody has to ask before it is used.
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
