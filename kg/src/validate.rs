//! What must hold before a graph may answer anybody.

use std::collections::{HashMap, HashSet};

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use crate::error::{Problem, Trouble};
use crate::{Edge, EdgeKind, GraphDocument, Language, Node, NodeKind, Value};

const LONGEST_NAME: usize = 120;
const LONGEST_TEXT: usize = 2000;
const MOST_ALIASES: usize = 100;
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
    let mut wrong = |field: &str, zh: String, en: String| {
        found.push(Trouble::Property { id: id.clone(), field: field.to_owned(), zh, en });
    };
    let sold = matches!(node.kind, NodeKind::Product | NodeKind::Variant);
    let kind = node.kind;
    if node.price.is_some() && !sold {
        wrong("price", format!("{kind} 没有价格"), format!("a {kind} has no price"));
    }
    if node.price.is_some_and(|price| price < 0) {
        wrong("price", "价格小于零".into(), "the price is below zero".into());
    }
    if !node.attributes.is_empty() && !sold {
        wrong("attributes", format!("{kind} 没有属性值"), format!("a {kind} has no attributes"));
    }
    for (key, value) in &node.attributes {
        let field = format!("attributes.{key}");
        let known = nodes.get(format!("attribute:{key}").as_str()).filter(|n| n.kind == NodeKind::Attribute);
        if known.is_none() {
            wrong(
                &field,
                format!("属性 `{key}` 没有对应的节点 `attribute:{key}`"),
                format!("there is no node `attribute:{key}` for its attribute `{key}`"),
            );
        }
        let empty = match value {
            Value::Flag(_) => false,
            Value::Number(number) => !number.is_finite(),
            Value::Same(text) => text.trim().is_empty(),
            Value::Text(text) => text.zh.trim().is_empty() || text.en.trim().is_empty(),
            Value::Ranked { rank, zh, en } => !rank.is_finite() || zh.trim().is_empty() || en.trim().is_empty(),
        };
        if empty {
            wrong(
                &field,
                format!("属性 `{key}` 没有中英文都齐的值"),
                format!("the attribute `{key}` has no value in both languages"),
            );
        }
        let measure = known.and_then(|attribute| attribute.measure.as_ref());
        if measure.is_some_and(|measure| measure.unit.is_some()) && !matches!(value, Value::Number(_)) {
            wrong(
                &field,
                format!("属性 `{key}` 有单位，值必须是数字"),
                format!("the attribute `{key}` has a unit, so its value is a number"),
            );
        } else if measure.is_some_and(|measure| measure.better.is_some())
            && matches!(value, Value::Same(_) | Value::Text(_))
        {
            wrong(
                &field,
                format!("属性 `{key}` 可以比较，值必须是数字、是/否或带 rank 的文字"),
                format!(
                    "the attribute `{key}` is compared, so its value is a number, yes or no, or a text with a rank"
                ),
            );
        }
    }
    if node.rule.is_some() != (kind == NodeKind::Policy) {
        wrong("rule", "政策必须有 `rule`，其他节点没有".into(), "a policy has a `rule`, and nothing else has".into());
    }
    if kind == NodeKind::Policy && node.text.is_none() {
        wrong("text", "政策必须有告诉客户的 `text`".into(), "a policy has a `text` that customers are told".into());
    }
    if node.measure.is_some() && kind != NodeKind::Attribute {
        wrong("measure", "只有属性有 `measure`".into(), "only an attribute has a `measure`".into());
    }
    if node.text.as_ref().is_some_and(|text| text.zh.trim().is_empty() || text.en.trim().is_empty()) {
        wrong("text", "`text` 中英文没有写齐".into(), "its `text` is not there in both languages".into());
    }
    if node.text.as_ref().is_some_and(|text| [&text.zh, &text.en].iter().any(|t| t.chars().count() > LONGEST_TEXT)) {
        wrong(
            "text",
            format!("`text` 超过 {LONGEST_TEXT} 字"),
            format!("its `text` is longer than {LONGEST_TEXT} characters"),
        );
    }
    if node.aliases.iter().any(|alias| alias.trim().is_empty() || alias.chars().count() > LONGEST_NAME) {
        wrong(
            "aliases",
            format!("有别名是空的或超过 {LONGEST_NAME} 字"),
            format!("an alias is empty or longer than {LONGEST_NAME} characters"),
        );
    }
    if node.aliases.iter().count() > MOST_ALIASES {
        wrong("aliases", format!("别名超过 {MOST_ALIASES} 个"), format!("there are more than {MOST_ALIASES} aliases"));
    }
    if Language::ALL.iter().any(|language| node.name(*language).chars().count() > LONGEST_NAME) {
        wrong(
            "name",
            format!("名称超过 {LONGEST_NAME} 字"),
            format!("its name is longer than {LONGEST_NAME} characters"),
        );
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
    let mut wrong = |zh: &str, en: &str| {
        let (kind, to) = (edge.kind, &edge.to);
        let (zh, en) = (format!("{kind} `{to}`：{zh}"), format!("{kind} `{to}`: {en}"));
        found.push(Trouble::Property { id: edge.from.clone(), field: kind.code().to_owned(), zh, en });
    };
    if edge.props.stock.is_some() && edge.kind != EdgeKind::ShipsFrom {
        wrong("只有 ships_from 有 `stock`", "only ships_from has a `stock`");
    }
    match edge.props.days {
        Some(_) if edge.kind != EdgeKind::Serves => wrong("只有 serves 有 `days`", "only serves has `days`"),
        Some(days) if days.min > days.max => {
            wrong("`days` 要从小到大", "`days` go from the smaller to the larger number")
        }
        None if edge.kind == EdgeKind::Serves => wrong("缺少 `days`", "`days` are missing"),
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
