//! What an order state, a policy or a carrier is.

use super::ask::Ask;
use super::cues::NEXT;
use super::{GraphAnswer, Path, rules, ruling, say};
use crate::{EdgeKind, Node, NodeKind, Verdict};

/// A customer follows no longer list of steps.
const MOST_STEPS: usize = 6;

pub(crate) fn explain(ask: &Ask<'_>) -> Option<GraphAnswer> {
    let node = ask.others.first().or(ask.brands.first()).copied()?;
    if node.kind == NodeKind::Policy {
        return policy(ask, node);
    }
    if node.kind == NodeKind::OrderState && ask.cues.has(NEXT) {
        return next(ask, node);
    }
    let told = node.text.as_ref()?.get(ask.language);
    Some(Path::from(node).answer(ask, told.to_owned()))
}

/// What an order becomes after a state.
fn next<'g>(ask: &Ask<'g>, state: &'g Node) -> Option<GraphAnswer> {
    let after: Vec<&Node> = ask.graph.outgoing(&state.id, EdgeKind::Next).into_iter().map(|(node, _)| node).collect();
    let first = after.first()?;
    let list = say::list(ask, after.iter().map(|node| node.name(ask.language).to_owned()));
    let (name, told) = (state.name(ask.language), if after.len() == 1 { ask.text_of(first) } else { "" });
    let text = ask.say(format!("“{name}”之后是：{list}。{told}"), format!("After “{name}” comes: {list}. {told}"));
    Some(Path::from(state).then(EdgeKind::Next, first).answer(ask, text.trim_end().to_owned()).found(after))
}

/// Whether the difference is paid back when a price falls: for a thing, or in general.
pub(crate) fn price_protection<'g>(ask: &Ask<'g>) -> Option<GraphAnswer> {
    if let Some(named) = ask.others.iter().find(|node| node.rule.as_ref().is_some_and(|r| r.topic == PRICE_PROTECTION))
        && ask.products.is_empty()
        && ask.categories.is_empty()
    {
        return policy(ask, named);
    }
    if ask.products.is_empty() && ask.categories.is_empty() && ask.doubtful.is_empty() {
        return None;
    }
    ask.each_subject(|ask, subject| {
        let ruling = ruling::rulings(ask.graph, subject, PRICE_PROTECTION).into_iter().next()?;
        let verdict = ruling.policy.rule.as_ref()?.verdict;
        let thing = say::thing(ask, subject);
        let told = ask.text_of(ruling.policy);
        let text = match verdict {
            Verdict::No if ask.why() => rules::because(ask, &ruling),
            Verdict::No => ask.say(
                format!("抱歉，{thing}不参加价格保护。{told}"),
                format!("Sorry, there is no price protection on {thing}. {told}"),
            ),
            _ => ask.say(
                format!("可以的，{thing}参加价格保护。{told}"),
                format!("Yes, {thing} has price protection. {told}"),
            ),
        };
        Some(ruling.path.answer(ask, text).decided(verdict))
    })
}

const PRICE_PROTECTION: &str = "price_protection";

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
    let verdict = policy.rule.as_ref()?.verdict;
    Some(path.answer(ask, text).decided(verdict))
}
