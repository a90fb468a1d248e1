//! Questions that the graph answers: typed walks whose path is the explanation and the citation.

mod ask;
mod compare;
mod cues;
mod explain;
mod filter;
mod list;
mod numbers;
mod offer;
mod read;
mod relation;
mod rulebook;
mod rules;
mod ruling;
mod say;
mod sheet;
mod shipping;
mod spec;
mod vocabulary;

pub use read::{Question, understand, unknown};
pub use sheet::{Sheet, sheet};

/// The policy on a topic that decides for a thing when nothing special is the case.
pub fn ruling_on<'g>(graph: &'g Graph, id: &str, topic: &str) -> Option<&'g Node> {
    Some(ruling::rulings(graph, graph.node(id)?, topic).into_iter().next()?.policy)
}

use serde::{Deserialize, Serialize};

use crate::{EdgeKind, Graph, Language, Mention, Node, NodeKind, Verdict};
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
    /// Maker, successor, what an accessory fits, carriers and warehouses.
    Relation,
    /// What cannot be returned at all, who pays the postage.
    Rules,
    PriceProtection,
}

/// What is true by the graph, apart from the words that say it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Finding {
    /// Where the question is one of yes or no.
    pub verdict: Option<Verdict>,
    /// The nodes that the question asks for: what is listed, the better one, or the subject.
    pub nodes: Vec<String>,
    pub count: Option<usize>,
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
    #[serde(default)]
    pub finding: Finding,
}

impl GraphAnswer {
    fn decided(mut self, verdict: Verdict) -> GraphAnswer {
        self.finding.verdict = Some(verdict);
        self
    }

    fn found<'g>(mut self, nodes: impl IntoIterator<Item = &'g Node>) -> GraphAnswer {
        self.finding.nodes = nodes.into_iter().map(|node| node.id.clone()).collect();
        self
    }

    fn counted(mut self, count: usize) -> GraphAnswer {
        self.finding.count = Some(count);
        self
    }
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

/// Answers a question from its own words; `None` when the graph does not know, or when the text says anything that it
/// does not know: it never guesses.
pub fn ask(graph: &Graph, text: &str, language: Language) -> Option<GraphAnswer> {
    let question = understand(graph, text, language)?;
    let answers = question.topics.iter();
    answers.filter_map(|topic| answer(graph, *topic, &question.text, &question.mentions, language)).next()
}

/// Answers a question whose topic is known. `None` when the graph does not know.
pub fn answer(
    graph: &Graph,
    topic: Topic,
    text: &str,
    mentions: &[Mention],
    language: Language,
) -> Option<GraphAnswer> {
    let ask = Ask::new(graph, text, mentions, language);
    // Reasons are policies; why one thing costs more than another is in no graph.
    let reasons = matches!(topic, Topic::Return | Topic::Warranty | Topic::Shipping | Topic::PriceProtection);
    let policy = topic == Topic::Explain && ask.others.iter().any(|node| node.kind == NodeKind::Policy);
    if ask.why() && !reasons && !policy {
        return None;
    }
    // What holds somewhere else is not known.
    let placeless = matches!(topic, Topic::Return | Topic::Warranty | Topic::Price | Topic::Spec | Topic::Compare);
    if placeless && !ask.places.is_empty() {
        return None;
    }
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
        Topic::Relation => relation::relation(&ask),
        Topic::Rules => rulebook::rulebook(&ask),
        Topic::PriceProtection => explain::price_protection(&ask),
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

    pub fn nodes(&self) -> impl Iterator<Item = &'g Node> {
        self.0.iter().map(|(node, _)| *node)
    }

    /// Another start beside the first.
    pub fn also(mut self, start: &'g Node) -> Path<'g> {
        self.0.push((start, None));
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
        let subject = self.0.first().map(|(node, _)| node.id.clone()).unwrap_or_default();
        GraphAnswer {
            text: if ask.zh() { say::spaced(&text) } else { text },
            title: names.join(" → "),
            node: subject.clone(),
            finding: Finding { nodes: vec![subject], ..Finding::default() },
            article: self.0.iter().rev().find_map(|(node, _)| node.article.clone()),
            steps,
            choices: Vec::new(),
        }
    }
}
