//! Questions that the graph answers: typed walks whose path is the explanation and the citation.

use serde::{Deserialize, Serialize};

use crate::{EdgeKind, Graph, Language, Mention};

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Return,
    Warranty,
    Price,
    Stock,
    Shipping,
    Spec,
    Compare,
    List,
    /// What a thing is: an order state, a policy, a carrier.
    Explain,
}

/// An answer that is in the graph, word by word or number by number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphAnswer {
    pub text: String,
    /// The path, readable: `M2 耳机 → 耳机 → 七天无理由退货`.
    pub title: String,
    /// The node that the answer is about.
    pub node: String,
    /// Slug of an article that says more.
    pub article: Option<String>,
    pub steps: Vec<Step>,
    /// Not empty when the question fits several things: `text` then asks which one is meant.
    pub choices: Vec<Choice>,
}

/// One node of the path, and the edge that leads to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub node: String,
    pub name: String,
    /// `None` for the start of the path.
    pub edge: Option<EdgeKind>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub node: String,
    /// Its name in the language of the answer.
    pub title: String,
}

/// `None` when the graph does not know: it never guesses.
pub fn answer(
    graph: &Graph,
    topic: Topic,
    text: &str,
    mentions: &[Mention],
    language: Language,
) -> Option<GraphAnswer> {
    let _ = (graph, topic, text, mentions, language);
    None
}
