//! What the business knows as a graph: products, policies, order states, places.
//!
//! A [`GraphDocument`] is what editors write and the store keeps; [`Graph`] is the same, validated and indexed;
//! [`Graph::link`] finds its nodes in a text, and [`query::answer`] walks it to a sentence and the path that proves it.

mod document;
mod error;
pub mod exchange;
mod graph;
mod link;
mod node;
mod normal;
pub mod query;
mod sound;
mod typo;
mod validate;
mod words;
mod yaml;

pub use document::{GraphDocument, load_dir};
pub use error::{GraphError, Place, Problem, Trouble};
pub use graph::{Graph, Shared};
pub use link::Mention;
pub use node::{
    Aliases, Better, Days, Edge, EdgeKind, EdgeProps, Measure, Node, NodeKind, Payer, Rule, Text, Value, Verdict,
};
pub use query::{Choice, Finding, GraphAnswer, Step, Topic};
pub use sound::readings;

use serde::{Deserialize, Serialize};

/// The languages that content is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    Zh,
    En,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::Zh, Language::En];

    pub fn code(self) -> &'static str {
        match self {
            Language::Zh => "zh",
            Language::En => "en",
        }
    }

    /// One of two texts, for the few that are too short for a table of their own.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    /// Accepts `zh`, `zh-CN`, `en_US`, … ; `None` for a language without content.
    pub fn parse(tag: &str) -> Option<Language> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "zh" => Some(Language::Zh),
            "en" => Some(Language::En),
            _ => None,
        }
    }
}
