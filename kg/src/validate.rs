//! What must hold before a graph may answer anybody.

use std::collections::{HashMap, HashSet};

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use crate::error::{Problem, Trouble};
use crate::{Edge, EdgeKind, GraphDocument, Language, Node, NodeKind, Value};

const LONGEST_NAME: usize = 120;
/// Edges that must lead somewhere: walking along them has to end.
const ACYCLIC: [EdgeKind; 4] = [EdgeKind::IsA, EdgeKind::PartOf, EdgeKind::Except, EdgeKind::SucceededBy];

pub(crate) fn problems(document: &GraphDocument) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut nodes: HashMap<&str, &Node> = HashMap::with_capacity(document.nodes.len());
    for node in &document.nodes {
        if nodes.insert(&node.id, node).is_some() {
            found.push(Trouble::DuplicateId { id: node.id.clone() });
        }
    }
    for node in &document.nodes {
        check_node(node, &nodes, &mut found);
    }
    let mut seen = HashSet::new();
    for edge in &document.edges {
        if !seen.insert((&edge.from, edge.kind, &edge.to)) {
            found.push(Trouble::DuplicateEdge { from: edge.from.clone(), edge: edge.kind, to: edge.to.clone() });
        }
        check_edge(edge, &nodes, &mut found);
    }
    for kind in ACYCLIC {
        check_cycles(document, kind, &mut found);
    }
    found.into_iter().map(|trouble| Problem { place: None, trouble }).collect()
}

fn check_node(node: &Node, nodes: &HashMap<&str, &Node>, found: &mut Vec<Trouble>) {
    let id = &node.id;
    let mut wrong = |message: String| found.push(Trouble::Property { id: id.clone(), message });
    let sold = matches!(node.kind, NodeKind::Product | NodeKind::Variant);
    if node.price.is_some() && !sold {
        wrong(format!("a {} has no price", node.kind));
    }
    if node.price.is_some_and(|price| price < 0) {
        wrong("the price is below zero".into());
    }
    if !node.attributes.is_empty() && !sold {
        wrong(format!("a {} has no attributes", node.kind));
    }
    for (key, value) in &node.attributes {
        if nodes.get(format!("attribute:{key}").as_str()).is_none_or(|n| n.kind != NodeKind::Attribute) {
            wrong(format!("there is no node `attribute:{key}` for its attribute `{key}`"));
        }
        let empty = match value {
            Value::Flag(_) => false,
            Value::Number(number) => !number.is_finite(),
            Value::Same(text) => text.trim().is_empty(),
            Value::Text(text) => text.zh.trim().is_empty() || text.en.trim().is_empty(),
            Value::Ranked { rank, zh, en } => !rank.is_finite() || zh.trim().is_empty() || en.trim().is_empty(),
        };
        if empty {
            wrong(format!("the attribute `{key}` has no value in both languages"));
        }
    }
    if node.rule.is_some() != (node.kind == NodeKind::Policy) {
        wrong("a policy has a `rule`, and nothing else has".into());
    }
    if node.kind == NodeKind::Policy && node.text.is_none() {
        wrong("a policy has a `text` that customers are told".into());
    }
    if node.measure.is_some() && node.kind != NodeKind::Attribute {
        wrong("only an attribute has a `measure`".into());
    }
    if node.text.as_ref().is_some_and(|text| text.zh.trim().is_empty() || text.en.trim().is_empty()) {
        wrong("its `text` is not there in both languages".into());
    }
    if node.aliases.iter().any(|alias| alias.trim().is_empty() || alias.chars().count() > LONGEST_NAME) {
        wrong(format!("an alias is empty or longer than {LONGEST_NAME} characters"));
    }
    if Language::ALL.iter().any(|language| node.name(*language).chars().count() > LONGEST_NAME) {
        wrong(format!("its name is longer than {LONGEST_NAME} characters"));
    }
    let slug = id.strip_prefix(node.kind.code()).and_then(|rest| rest.strip_prefix(':'));
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if slug.is_none_or(|slug| slug.is_empty() || !slug.chars().all(good)) {
        found.push(Trouble::BadId { id: id.clone(), kind: node.kind });
    }
    for language in Language::ALL {
        if node.name(language).trim().is_empty() {
            found.push(Trouble::MissingName { id: id.clone(), language });
        }
    }
}

fn check_edge(edge: &Edge, nodes: &HashMap<&str, &Node>, found: &mut Vec<Trouble>) {
    let (from, to) = match (nodes.get(edge.from.as_str()), nodes.get(edge.to.as_str())) {
        (Some(from), Some(to)) => (from, to),
        (from, _) => {
            let missing = if from.is_none() { &edge.from } else { &edge.to };
            found.push(Trouble::UnknownNode {
                from: edge.from.clone(),
                edge: edge.kind,
                to: edge.to.clone(),
                missing: missing.clone(),
            });
            return;
        }
    };
    if !fits(edge.kind, from.kind, to.kind) {
        found.push(Trouble::WrongEnds {
            from: edge.from.clone(),
            edge: edge.kind,
            to: edge.to.clone(),
            from_kind: from.kind,
            to_kind: to.kind,
        });
    }
    let mut wrong = |message: &str| {
        let message = format!("{} `{}`: {message}", edge.kind, edge.to);
        found.push(Trouble::Property { id: edge.from.clone(), message });
    };
    if edge.props.stock.is_some() && edge.kind != EdgeKind::ShipsFrom {
        wrong("only ships_from has a `stock`");
    }
    match edge.props.days {
        Some(_) if edge.kind != EdgeKind::Serves => wrong("only serves has `days`"),
        Some(days) if days.min > days.max => wrong("`days` go from the smaller to the larger number"),
        None if edge.kind == EdgeKind::Serves => wrong("`days` are missing"),
        _ => {}
    }
}

fn fits(edge: EdgeKind, from: NodeKind, to: NodeKind) -> bool {
    use NodeKind::*;
    match edge {
        EdgeKind::IsA => matches!(from, Product | Category) && to == Category,
        EdgeKind::MadeBy => from == Product && to == Brand,
        EdgeKind::HasVariant => from == Product && to == Variant,
        EdgeKind::GovernedBy => matches!(from, Product | Variant | Category | Brand | Region | City) && to == Policy,
        EdgeKind::Except => from == Policy && to == Policy,
        EdgeKind::When | EdgeKind::Requires => from == Policy && to == Condition,
        EdgeKind::ExemptFrom => matches!(from, Product | Category) && to == Policy,
        EdgeKind::ShipsFrom => matches!(from, Product | Variant) && to == Warehouse,
        EdgeKind::Serves => from == Warehouse && matches!(to, City | Region),
        EdgeKind::PartOf => matches!(from, City | Region) && to == Region,
        EdgeKind::LocatedIn => from == Warehouse && to == City,
        EdgeKind::Uses => from == Warehouse && to == Carrier,
        EdgeKind::Next => from == to && matches!(from, OrderState | Step),
        EdgeKind::StartsWith => from == Policy && to == Step,
        EdgeKind::SucceededBy => from == Product && to == Product,
        EdgeKind::Fits => from == Product && matches!(to, Product | Category),
    }
}

fn check_cycles(document: &GraphDocument, kind: EdgeKind, found: &mut Vec<Trouble>) {
    let edges = document.edges.iter().filter(|edge| edge.kind == kind);
    let graph: DiGraphMap<&str, ()> = edges.map(|edge| (edge.from.as_str(), edge.to.as_str())).collect();
    for component in tarjan_scc(&graph) {
        let alone = component.len() == 1;
        let Some(&start) = component.first() else {
            continue;
        };
        if alone && !graph.contains_edge(start, start) {
            continue;
        }
        // Inside a strongly connected component every walk can go on; the first repeated node closes a circle.
        let mut path = vec![start];
        while let Some(next) = path.last().and_then(|at| graph.neighbors(at).find(|n| component.contains(n))) {
            let before = path.iter().position(|n| *n == next);
            path.push(next);
            if let Some(before) = before {
                path.drain(..before);
                break;
            }
        }
        found.push(Trouble::Cycle { edge: kind, path: path.into_iter().map(str::to_owned).collect() });
    }
}
