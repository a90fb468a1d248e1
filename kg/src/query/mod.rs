//! Questions that the graph answers: typed walks whose path is the explanation and the citation.

mod ask;
mod compare;
mod explain;
mod list;
mod numbers;
mod offer;
mod rules;
mod ruling;
mod say;
mod sheet;
mod shipping;
mod spec;

pub use sheet::{Sheet, sheet};

use serde::{Deserialize, Serialize};

use crate::{EdgeKind, Graph, Language, Mention, Node};
use ask::Ask;

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
    let ask = Ask::new(graph, text, mentions, language);
    match topic {
        Topic::Return => ask.each_subject(rules::returns),
        Topic::Warranty => ask.each_subject(rules::warranty),
        Topic::Price => offer::price(&ask),
        Topic::Stock => offer::stock(&ask),
        Topic::Shipping => shipping::shipping(&ask),
        Topic::Spec => spec::spec(&ask),
        Topic::Compare => compare::compare(&ask),
        Topic::List => list::list(&ask),
        Topic::Explain => explain::explain(&ask),
    }
}

/// A walk through the graph, as it becomes a citation.
#[derive(Clone, Default)]
pub(crate) struct Path<'g>(Vec<(&'g Node, Option<EdgeKind>)>);

impl<'g> Path<'g> {
    pub fn from(start: &'g Node) -> Path<'g> {
        Path(vec![(start, None)])
    }

    pub fn then(mut self, edge: EdgeKind, node: &'g Node) -> Path<'g> {
        self.0.push((node, Some(edge)));
        self
    }

    pub fn answer(self, ask: &Ask<'g>, text: String) -> GraphAnswer {
        let step = |(node, edge): &(&Node, Option<EdgeKind>)| Step {
            node: node.id.clone(),
            name: node.name(ask.language).to_owned(),
            edge: *edge,
        };
        let steps: Vec<Step> = self.0.iter().map(step).collect();
        let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
        GraphAnswer {
            text: if ask.zh() { say::spaced(&text) } else { text },
            title: names.join(" → "),
            node: self.0.first().map(|(node, _)| node.id.clone()).unwrap_or_default(),
            article: self.0.iter().rev().find_map(|(node, _)| node.article.clone()),
            steps,
            choices: Vec::new(),
        }
    }
}
