//! What an order state, a policy or a carrier is.

use super::ask::Ask;
use super::{GraphAnswer, Path, ruling};
use crate::{EdgeKind, Node, NodeKind};

/// A customer follows no longer list of steps.
const MOST_STEPS: usize = 6;

pub(crate) fn explain(ask: &Ask<'_>) -> Option<GraphAnswer> {
    let node = ask.others.first().or(ask.brands.first()).copied()?;
    if node.kind == NodeKind::Policy {
        return policy(ask, node);
    }
    let told = node.text.as_ref()?.get(ask.language);
    Some(Path::from(node).answer(ask, told.to_owned()))
}

/// A policy as it holds for the thing that is named with it, or in general.
fn policy<'g>(ask: &Ask<'g>, policy: &'g Node) -> Option<GraphAnswer> {
    let topic = &policy.rule.as_ref()?.topic;
    let subject = ask.products.first().or(ask.categories.first());
    let (policy, mut path) = match subject {
        Some(subject) => {
            let ruling = ruling::rulings(ask.graph, subject, topic).into_iter().next()?;
            (ruling.policy, ruling.path)
        }
        None => (policy, Path::from(policy)),
    };
    let mut text = ask.text_of(policy).to_owned();
    let mut step = ask.graph.outgoing(&policy.id, EdgeKind::StartsWith).first().map(|(step, _)| *step);
    let mut edge = EdgeKind::StartsWith;
    let mut said = Vec::new();
    while let Some(node) = step.filter(|_| said.len() < MOST_STEPS) {
        said.push(format!("{}. {}", said.len() + 1, ask.text_of(node)));
        path = path.then(edge, node);
        edge = EdgeKind::Next;
        step = ask.graph.outgoing(&node.id, EdgeKind::Next).first().map(|(next, _)| *next);
    }
    if !said.is_empty() {
        text = format!("{text}\n{}", said.join("\n"));
    }
    Some(path.answer(ask, text))
}
