//! Step four, "search / graph": what the knowledge base and the graph know about a question.

use crate::conversation::{Citation, Language};
use crate::hear::Input;
use crate::policy::is_question_intent;
use crate::reply::BotParts;
use crate::subject::may_be_inherited;
use kg::{GraphAnswer, Mention, NodeKind, Topic, Verdict};
use knowledge::{Passage, Query};

/// A bare product name in a longer text says little about what is asked; the intent's own rank must support the topic.
const TOPIC_CHANCE: f32 = 0.15;

#[derive(Debug, Default)]
pub(crate) struct Found {
    pub passages: Vec<Passage>,
    pub graph: Option<GraphAnswer>,
    /// The graph answer is about a thing that the text names and a topic the intents support.
    pub named: bool,
    /// Products and categories named in the text.
    pub nodes: Vec<String>,
}

fn topic_of(intent: &str) -> Option<Topic> {
    Some(match intent {
        "ask_return_policy" => Topic::Return,
        "ask_warranty" => Topic::Warranty,
        "ask_price" => Topic::Price,
        "ask_stock" => Topic::Stock,
        "ask_product_spec" => Topic::Spec,
        "ask_compare" => Topic::Compare,
        "ask_recommend" => Topic::List,
        _ => return None,
    })
}

/// Shipping questions are the graph's when they name a thing or a place, else an article's.
fn topic_if_named(intent: &str) -> Option<Topic> {
    match intent {
        "ask_delivery_time" | "ask_shipping_fee" => Some(Topic::Shipping),
        "request_return" | "ask_exchange" => Some(Topic::Return),
        "ask_repair" => Some(Topic::Warranty),
        other => topic_of(other),
    }
}

pub(crate) fn look(parts: &BotParts, input: &Input, language: Language, remembered: &[String]) -> Found {
    let graph = parts.graph.get();
    let mentions = match input.slot("node").filter(|id| graph.node(id).is_some()) {
        Some(node) => vec![Mention { node: node.to_owned(), start: 0, end: 0, surface: String::new(), exact: true }],
        None => graph.link(&input.meant),
    };
    let goods = |m: &&Mention| {
        graph
            .node(&m.node)
            .is_some_and(|n| matches!(n.kind, NodeKind::Product | NodeKind::Variant | NodeKind::Category))
    };
    let nodes: Vec<String> = mentions.iter().filter(goods).map(|m| m.node.clone()).collect();
    let mut found = Found { nodes, ..Found::default() };

    // A question that the graph understands to the last word needs no intent.
    let chosen = input.payload.is_some() || input.slot("node").is_some();
    // A place alone ("can you ship to the USA") is told more about by articles.
    let place = |m: &Mention| graph.node(&m.node).is_some_and(|n| matches!(n.kind, NodeKind::City | NodeKind::Region));
    let only_place = !mentions.is_empty() && mentions.iter().all(place);
    if let Some(answer) = (!chosen && !only_place).then(|| kg::query::ask(&graph, &input.meant, language)).flatten() {
        found.graph = Some(answer);
        found.named = true;
    } else if names_a_stranger(&graph, &input.meant, &mentions) {
        // "M9 耳机": what holds for headphones says nothing about a model that is not there.
    } else if !found.nodes.is_empty() {
        let ranked = std::iter::once((input.intent.as_str(), input.confidence))
            .chain(input.ranking.iter().map(|(n, c)| (n.as_str(), *c)));
        let mut topics: Vec<Topic> = Vec::new();
        for (intent, chance) in ranked.take(5) {
            if let Some(topic) = topic_if_named(intent).filter(|t| chance >= TOPIC_CHANCE && !topics.contains(t)) {
                topics.push(topic);
            }
        }
        found.graph =
            topics.into_iter().find_map(|topic| kg::query::answer(&graph, topic, &input.meant, &mentions, language));
        found.named = found.graph.is_some();
    } else if let Some(topic) = topic_of(&input.intent) {
        // "那保修多久？": the thing was named before.
        let aspects: Vec<(usize, usize)> = graph.link_aspects(&input.text).iter().map(|m| (m.start, m.end)).collect();
        let borrows = may_be_inherited(&input.text, &aspects);
        let before: Vec<Mention> = remembered
            .iter()
            .filter(|_| borrows)
            .map(|node| Mention { node: node.clone(), start: 0, end: 0, surface: String::new(), exact: true })
            .collect();
        let all: Vec<Mention> = mentions.iter().cloned().chain(before).collect();
        if !all.is_empty() || topic == Topic::List {
            found.graph = kg::query::answer(&graph, topic, &input.text, &all, language);
        }
    }
    if input.words && (input.payload.is_none() || is_question_intent(&input.intent)) {
        let none: &[f32] = &[];
        let embedding = input.embedding.as_deref().unwrap_or(none);
        found.passages = parts.knowledge.search(&Query { text: &input.meant, embedding, language, limit: 5 });
    }
    found
}

/// The text names a model that the graph does not know.
fn names_a_stranger(graph: &kg::Graph, text: &str, mentions: &[Mention]) -> bool {
    let model = |word: &String| {
        let letters = word.chars().take_while(char::is_ascii_alphabetic).count();
        let digits = word.len() - letters;
        (1..=2).contains(&letters)
            && (1..=2).contains(&digits)
            && word.chars().skip(letters).all(|c| c.is_ascii_digit())
    };
    kg::query::unknown(graph, text, mentions).iter().any(model)
}

/// Graph answers cite their path; where an article says more, that article is opened.
pub(crate) fn graph_citation(answer: &GraphAnswer, language: Language) -> Citation {
    let code = language.code();
    match &answer.article {
        Some(slug) => {
            Citation { article: slug.clone(), title: answer.title.clone(), url: format!("/help/{slug}?lang={code}") }
        }
        None => Citation {
            article: format!("graph:{}", answer.node),
            title: answer.title.clone(),
            url: format!("/help/graph/{}?lang={code}", answer.node),
        },
    }
}

pub(crate) struct PolicyFound {
    pub text: String,
    pub citation: Citation,
    /// The policy says that it cannot be returned at all.
    pub excluded: bool,
    /// Days after delivery within which it holds.
    pub days: Option<u16>,
}

/// Products and categories that a text names.
pub(crate) fn products_named(parts: &BotParts, text: &str) -> Vec<String> {
    let graph = parts.graph.get();
    let mut named: Vec<String> = Vec::new();
    for mention in graph.link(text) {
        match graph.node(&mention.node).map(|n| n.kind) {
            Some(NodeKind::Category) => named.extend(graph.products_of(&mention.node).iter().map(|n| n.id.clone())),
            Some(NodeKind::Product) => named.push(mention.node),
            _ => {}
        }
    }
    named
}

/// Which return policy applies to a product, by the graph.
pub(crate) fn policy_of(parts: &BotParts, product: &str, language: Language) -> Option<PolicyFound> {
    let graph = parts.graph.get();
    graph.node(product)?;
    let mention = Mention { node: product.to_owned(), start: 0, end: 0, surface: String::new(), exact: true };
    let answer = kg::query::answer(&graph, Topic::Return, "", &[mention], language)?;
    let rule = answer
        .steps
        .iter()
        .filter_map(|s| graph.node(&s.node))
        .find_map(|n| n.rule.as_ref().filter(|r| r.topic == "return"));
    let excluded = rule.is_some_and(|r| r.verdict == Verdict::No);
    let days = rule.and_then(|r| r.days);
    Some(PolicyFound { days, citation: graph_citation(&answer, language), text: answer.text, excluded })
}
