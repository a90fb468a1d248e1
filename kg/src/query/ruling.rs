//! Which policy holds for a thing: its own, its brand's, or the nearest category's, with what overrules them.

use std::collections::HashSet;

use super::Path;
use crate::{EdgeKind, Graph, Node, Verdict};

/// A policy and the way that leads to it.
#[derive(Clone)]
pub(crate) struct Ruling<'g> {
    pub policy: &'g Node,
    pub path: Path<'g>,
}

/// All policies on a topic that hold for a thing, the one that decides first.
pub(crate) fn rulings<'g>(graph: &'g Graph, start: &'g Node, topic: &str) -> Vec<Ruling<'g>> {
    let mut found = Vec::new();
    let mut exempt: HashSet<&str> = HashSet::new();
    for (depth, steps) in graph.above(&start.id, EdgeKind::IsA).into_iter().enumerate() {
        let mut path = Path::default();
        for (at, node) in steps.iter().enumerate() {
            path = if at == 0 { Path::from(node) } else { path.then(EdgeKind::IsA, node) };
            exempt.extend(graph.outgoing(&node.id, EdgeKind::ExemptFrom).iter().map(|(policy, _)| policy.id.as_str()));
        }
        let Some(last) = steps.last() else { continue };
        collect(graph, last, topic, &path, &exempt, &mut found);
        if depth == 0 {
            for (brand, _) in graph.outgoing(&start.id, EdgeKind::MadeBy) {
                let path = Path::from(start).then(EdgeKind::MadeBy, brand);
                collect(graph, brand, topic, &path, &exempt, &mut found);
            }
        }
    }
    found
}

fn collect<'g>(
    graph: &'g Graph,
    holder: &Node,
    topic: &str,
    path: &Path<'g>,
    exempt: &HashSet<&str>,
    found: &mut Vec<Ruling<'g>>,
) {
    for (policy, _) in graph.outgoing(&holder.id, EdgeKind::GovernedBy) {
        let about = policy.rule.as_ref().is_some_and(|rule| rule.topic == topic);
        if about && !exempt.contains(policy.id.as_str()) {
            found.push(Ruling { policy, path: path.clone().then(EdgeKind::GovernedBy, policy) });
        }
    }
}

/// The exception that holds in the conditions which the customer names; one in his favour comes first, then the nearest.
pub(crate) fn exception<'g>(graph: &'g Graph, rulings: &[Ruling<'g>], conditions: &[&Node]) -> Option<Ruling<'g>> {
    let mut found: Option<Ruling<'g>> = None;
    for ruling in rulings {
        for (policy, _) in graph.outgoing(&ruling.policy.id, EdgeKind::Except) {
            let when = graph.outgoing(&policy.id, EdgeKind::When);
            if !when.iter().any(|(needed, _)| conditions.iter().any(|named| named.id == needed.id)) {
                continue;
            }
            let favourable = policy.rule.as_ref().is_some_and(|rule| rule.verdict == Verdict::Yes);
            let ruling = || Ruling { policy, path: ruling.path.clone().then(EdgeKind::Except, policy) };
            if favourable {
                return Some(ruling());
            }
            found.get_or_insert_with(ruling);
        }
    }
    found
}
