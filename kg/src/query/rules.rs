//! Can it be returned, is it under warranty: what policies say about a thing.

use super::ask::Ask;
use super::ruling::{self, Ruling};
use super::{GraphAnswer, numbers, say};
use crate::{EdgeKind, Node, NodeKind, Rule, Verdict};

pub(crate) fn returns<'g>(ask: &Ask<'g>, subject: &'g Node) -> Option<GraphAnswer> {
    let rulings = ruling::rulings(ask.graph, subject, "return");
    let base = rulings.first()?;
    let special = ruling::exception(ask.graph, &rulings, &ask.conditions);
    let ruling = special.as_ref().unwrap_or(base);
    let rule = ruling.policy.rule.as_ref()?;
    let thing = say::thing(ask, subject);
    let told = ask.text_of(ruling.policy);
    if let Some(text) = too_late(ask, &thing, rule) {
        return Some(ruling.path.clone().answer(ask, text).decided(Verdict::No));
    }
    if ask.why() && rule.verdict == Verdict::No {
        return Some(ruling.path.clone().answer(ask, because(ask, ruling)).decided(Verdict::No));
    }
    let mut verdict = rule.verdict;
    let text = match (rule.verdict, special.is_some()) {
        (Verdict::Yes, false) => yes(ask, &thing, ruling),
        (Verdict::Yes, true) => ask.say(format!("可以的。{told}"), format!("Yes. {told}")),
        (Verdict::No, false) => ask.say(
            format!("抱歉，{thing}不支持无理由退货。{told}"),
            format!("Sorry, {thing} cannot be returned without a reason. {told}"),
        ),
        (Verdict::No, true) => ask.say(
            format!("抱歉，这种情况下{thing}不能退货。{told}"),
            format!("Sorry, in this case {thing} cannot be returned. {told}"),
        ),
        (Verdict::Depends, _) if meets(ask, ruling.policy) => {
            verdict = Verdict::Yes;
            yes(ask, &thing, ruling)
        }
        (Verdict::Depends, _) => ask.say(
            format!("{thing}能不能退，要看商品状态。{told}"),
            format!("Whether {thing} can be returned depends on the condition. {told}"),
        ),
    };
    Some(ruling.path.clone().answer(ask, text).decided(verdict))
}

/// The path as a reason.
pub(crate) fn because(ask: &Ask<'_>, ruling: &Ruling<'_>) -> String {
    let group = |node: &&Node| matches!(node.kind, NodeKind::Category | NodeKind::Brand);
    let start = ruling.path.nodes().take(1);
    let names: Vec<&str> =
        start.chain(ruling.path.nodes().skip(1).filter(group).take(1)).map(|node| node.name(ask.language)).collect();
    let told = ask.text_of(ruling.policy);
    let policy = ruling.policy.name(ask.language);
    match names.as_slice() {
        [thing, group] => ask.say(
            format!("因为{thing}属于{group}，适用“{policy}”：{told}"),
            format!("Because {thing} belongs to {group}, where “{policy}” applies: {told}"),
        ),
        [thing, ..] => ask.say(
            format!("因为{thing}适用“{policy}”：{told}"),
            format!("Because “{policy}” applies to {thing}: {told}"),
        ),
        [] => told.to_owned(),
    }
}

fn yes(ask: &Ask<'_>, thing: &str, ruling: &Ruling<'_>) -> String {
    let told = ask.text_of(ruling.policy);
    let needs = requirements(ask, ruling.policy);
    ask.say(format!("可以的，{thing}支持退货。{told}{needs}"), format!("Yes, {thing} can be returned. {told}{needs}"))
}

fn requirements(ask: &Ask<'_>, policy: &Node) -> String {
    let needed = ask.graph.outgoing(&policy.id, EdgeKind::Requires);
    let names: Vec<&str> = needed.iter().map(|(condition, _)| condition.name(ask.language)).collect();
    if names.is_empty() {
        return String::new();
    }
    ask.say(
        format!("退货前请确认：{}。", names.join("；")),
        format!(
            " Before you send it back, please check that {}.",
            say::list(ask, names.iter().map(|name| (*name).to_owned()))
        ),
    )
}

/// The customer says himself that what the policy asks for is so.
fn meets(ask: &Ask<'_>, policy: &Node) -> bool {
    let needed = ask.graph.outgoing(&policy.id, EdgeKind::Requires);
    !needed.is_empty() && needed.iter().all(|(needed, _)| ask.conditions.iter().any(|named| named.id == needed.id))
}

fn too_late(ask: &Ask<'_>, thing: &str, rule: &Rule) -> Option<String> {
    let limit = rule.days.filter(|_| rule.verdict != Verdict::No)?;
    let asked = numbers::duration(ask.text)?;
    (asked > f64::from(limit)).then(|| {
        ask.say(
            format!("{thing}的退货期限是签收后 {limit} 天，超过期限就不能退货了。"),
            format!(
                "The time limit for returning {thing} is {limit} days after delivery; later a return is not possible."
            ),
        )
    })
}

pub(crate) fn warranty<'g>(ask: &Ask<'g>, subject: &'g Node) -> Option<GraphAnswer> {
    let rulings = ruling::rulings(ask.graph, subject, "warranty");
    let base = rulings.first()?;
    let special = ruling::exception(ask.graph, &rulings[..1], &ask.conditions);
    let ruling = special.as_ref().unwrap_or(base);
    let rule = ruling.policy.rule.as_ref()?;
    let thing = say::thing(ask, subject);
    let told = ask.text_of(ruling.policy);
    let text = match (rule.verdict, rule.months) {
        (Verdict::No, _) if special.is_some() => {
            ask.say(format!("抱歉，这种情况不在保修范围内。{told}"), format!("Sorry, this is not covered. {told}"))
        }
        (Verdict::No, _) => {
            ask.say(format!("抱歉，{thing}不设保修。{told}"), format!("Sorry, there is no warranty on {thing}. {told}"))
        }
        (_, Some(months)) => {
            let long = say::months(ask, months);
            let over = numbers::duration(ask.text).is_some_and(|asked| asked > f64::from(months) * 31.0);
            let late = if over {
                ask.say("超过这个时间就不再免费保修。", " After that, repairs are no longer free of charge.")
            } else {
                String::new()
            };
            ask.say(
                format!("{thing}的保修期是 {long}。{late}{told}"),
                format!("The warranty on {thing} lasts {long}.{late} {told}"),
            )
        }
        (_, None) => told.to_owned(),
    };
    // Past its end the warranty is no longer one.
    let over = rule.months.is_some_and(|m| numbers::duration(ask.text).is_some_and(|d| d > f64::from(m) * 31.0));
    let verdict = if over { Verdict::No } else { rule.verdict };
    let text = if ask.why() && rule.verdict != Verdict::No {
        let reason = because(ask, ruling);
        ask.say(format!("{text}{reason}"), format!("{text} {reason}"))
    } else {
        text
    };
    Some(ruling.path.clone().answer(ask, text).decided(verdict))
}
