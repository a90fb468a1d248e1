//! Everything the graph says about one node, for the page behind a citation.

use super::ask::Ask;
use super::{offer, rules, say};
use crate::{EdgeKind, Graph, Language, Node, NodeKind};

/// What a reader may look at when an answer came from the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub title: String,
    /// From the general to the particular: "数码电子", "影音", "耳机".
    pub above: Vec<String>,
    /// Label and value.
    pub facts: Vec<(String, String)>,
    /// Whole sentences: what the node says itself, its return and warranty rules.
    pub paragraphs: Vec<String>,
    /// For a category: the products in it.
    pub members: Vec<String>,
}

pub fn sheet(graph: &Graph, id: &str, language: Language) -> Option<Sheet> {
    let node = graph.node(id)?;
    let ask = Ask::new(graph, "", &[], language);
    let mut facts = Vec::new();
    let mut fact = |zh: &str, en: &str, value: String| facts.push((ask.say(zh, en), value));
    if let Some(price) = node.price {
        fact("价格", "Price", say::money(price));
    }
    for (brand, _) in graph.outgoing(id, EdgeKind::MadeBy) {
        fact("品牌", "Brand", brand.name(language).to_owned());
    }
    for (key, known) in &node.attributes {
        let Some(attribute) = graph.node(&format!("attribute:{key}")) else { continue };
        if let Some(value) = say::value(&ask, attribute, known) {
            facts.push((attribute.name(language).to_owned(), value));
        }
    }
    let mut paragraphs: Vec<String> = node.text.iter().map(|t| t.get(language).to_owned()).collect();
    if matches!(node.kind, NodeKind::Product | NodeKind::Category) {
        paragraphs
            .extend([rules::returns(&ask, node), rules::warranty(&ask, node)].into_iter().flatten().map(|a| a.text));
        if node.kind == NodeKind::Product {
            paragraphs.extend(offer::stock_of(&ask, node).map(|a| a.text));
        }
    }
    let members = match node.kind {
        NodeKind::Category => graph.products_of(id).iter().map(|p| p.name(language).to_owned()).collect(),
        _ => vec![],
    };
    Some(Sheet {
        title: node.name(language).to_owned(),
        above: above(graph, node, language),
        facts,
        paragraphs,
        members,
    })
}

fn above(graph: &Graph, node: &Node, language: Language) -> Vec<String> {
    let mut names = Vec::new();
    let mut at = node;
    // Categories form a tree without cycles (validated), a few levels deep.
    while let Some((parent, _)) = graph.outgoing(&at.id, EdgeKind::IsA).into_iter().next() {
        names.push(parent.name(language).to_owned());
        at = parent;
    }
    names.reverse();
    names
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::path::Path;

    #[test]
    fn a_product_and_a_category() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/content/graph");
        let graph = Graph::new(crate::load_dir(&dir).unwrap()).unwrap();
        let m2 = sheet(&graph, "product:m2-headphones", Language::En).unwrap();
        assert_eq!(m2.title, "M2 Headphones");
        assert!(m2.above.contains(&"Headphones".to_owned()), "{:?}", m2.above);
        assert!(m2.facts.contains(&("Price".to_owned(), "¥299.00".to_owned())), "{:?}", m2.facts);
        assert!(m2.facts.iter().any(|(_, v)| v.contains("IPX4")), "{:?}", m2.facts);
        assert!(m2.paragraphs.iter().any(|p| p.contains("7 days")), "{:?}", m2.paragraphs);
        let zh = sheet(&graph, "product:m2-headphones", Language::Zh).unwrap();
        assert!(zh.facts.iter().any(|(label, _)| label == "价格"));
        let phones = sheet(&graph, "category:phones", Language::Zh).unwrap();
        assert!(phones.members.len() >= 3);
        assert!(sheet(&graph, "product:none", Language::Zh).is_none());
    }
}
