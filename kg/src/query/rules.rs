//! Can it be returned, is it under warranty: what policies say about a thing.

use super::ask::Ask;
use super::ruling::{self, Ruling};
use super::{GraphAnswer, numbers, say};
use crate::{EdgeKind, Node, Rule, Verdict};

pub(crate) fn returns<'g>(ask: &Ask<'g>, subject: &'g Node) -> Option<GraphAnswer> {
    let rulings = ruling::rulings(ask.graph, subject, "return");
    let base = rulings.first()?;
    let special = ruling::exception(ask.graph, &rulings, &ask.conditions);
    let ruling = special.as_ref().unwrap_or(base);
    let rule = ruling.policy.rule.as_ref()?;
    let thing = say::thing(ask, subject);
    let told = ask.text_of(ruling.policy);
    if let Some(text) = too_late(ask, &thing, rule) {
        return Some(ruling.path.clone().answer(ask, text));
    }
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
        (Verdict::Depends, _) if meets(ask, ruling.policy) => yes(ask, &thing, ruling),
        (Verdict::Depends, _) => ask.say(
            format!("{thing}能不能退，要看商品状态。{told}"),
            format!("Whether {thing} can be returned depends on the condition. {told}"),
        ),
    };
    Some(ruling.path.clone().answer(ask, text))
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
    Some(ruling.path.clone().answer(ask, text))
}
