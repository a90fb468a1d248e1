//! Which order does the customer mean? By button, number, position, product, day or state.

use super::Step;
use super::consent::{agrees, refuses};
use crate::action::ActionError;
use crate::conversation::Button;
use crate::facts::{Order, period};
use crate::hear::Input;
use crate::work::Work;
use nlu::understanding::EntityKind;
use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Picked {
    One(Box<Order>),
    /// What was said fits several.
    Several(Vec<Order>),
    /// A number that this customer has no order under, whoever else may have.
    NotYours(String),
    /// No order was named.
    Nothing,
}

/// `offered` are the ids of the last list shown; `current` is the order that is talked about, if any.
pub(crate) async fn pick(
    work: &mut Work<'_>,
    input: &Input,
    orders: &[Order],
    offered: &[String],
    current: Option<&str>,
) -> Result<Picked, ActionError> {
    if let Some(number) = number(input) {
        return by_number(work, &number, orders).await;
    }
    let shown: Vec<&Order> = offered.iter().filter_map(|id| orders.iter().find(|o| o.id == *id)).collect();
    let pool: Vec<&Order> = if shown.is_empty() { orders.iter().collect() } else { shown };
    let said = input.text.to_lowercase();
    // "Not the first one, the second": what is not meant names nothing.
    let text = input.meant.to_lowercase();
    if let Some(current) = current {
        // A correction names another one; everything else is about the order at hand.
        if !corrects(&said) {
            return Ok(Picked::Nothing);
        }
        if other(&said) {
            let rest: Vec<&Order> = pool.into_iter().filter(|o| o.id != current).collect();
            return Ok(one_of(rest));
        }
    }
    if input.payload.is_some() {
        return Ok(Picked::Nothing);
    }
    if let Some((from, to)) = period(&text, work.turn.now) {
        let then: Vec<&Order> =
            orders.iter().filter(|o| (from..to).contains(&o.created_at) && Some(o.id.as_str()) != current).collect();
        if !then.is_empty() {
            return Ok(one_of(then));
        }
    }
    let named = by_product(input, &text, orders);
    if !named.is_empty() {
        let in_pool: Vec<&Order> = named
            .iter()
            .copied()
            .filter(|o| pool.iter().any(|p| p.id == o.id) && Some(o.id.as_str()) != current)
            .collect();
        return Ok(one_of(if in_pool.is_empty() { named } else { in_pool }));
    }
    if let Some(position) = position(&text, pool.len()) {
        return Ok(Picked::One(Box::new(pool[position].clone())));
    }
    let state = by_state(&text, &pool);
    if !state.is_empty() {
        return Ok(one_of(state));
    }
    Ok(Picked::Nothing)
}

/// Does this answer "which order?": a number or a product of ours with hardly a word around it?
pub(super) fn names_order(input: &Input) -> bool {
    if input.payload.is_some() || input.question {
        return false;
    }
    let mut rest = input.text.clone();
    let mut named: Vec<_> =
        input.entities.iter().filter(|e| matches!(e.kind, EntityKind::OrderNumber | EntityKind::Product)).collect();
    named.sort_by_key(|e| std::cmp::Reverse(e.start));
    for entity in &named {
        if entity.start <= entity.end && rest.get(entity.start..entity.end).is_some() {
            rest.replace_range(entity.start..entity.end, "");
        }
    }
    let other_wish = crate::policy::ACTIONS.contains(&input.intent.as_str()) && input.intent != "order_status";
    let around = rest
        .chars()
        .filter(|c| c.is_alphanumeric())
        .map(|c| if crate::facts::is_han(c) { 2 } else { 1 })
        .sum::<usize>();
    !named.is_empty() && (around == 0 || (around <= 24 && !other_wish))
}

/// "Do you mean KF…?", when the number that was named is unknown and only one order is left.
pub(super) fn mean_this(work: &mut Work<'_>, order: &Order) -> Step {
    let (_, buttons) = choices(work, std::slice::from_ref(order));
    work.ask("mean_this_order", json!({ "order": work.order_facts(order) }), buttons);
    Step::Ask
}

pub(super) fn says_this(input: &Input) -> bool {
    match &input.payload {
        Some(payload) => payload.intent == "affirm" && payload.slots.is_empty(),
        None => agrees(&input.text),
    }
}

pub(super) fn refuses_this(work: &Work<'_>, input: &Input) -> bool {
    input.entities.is_empty() && refuses(work, input)
}

fn one_of(mut orders: Vec<&Order>) -> Picked {
    match orders.len() {
        0 => Picked::Nothing,
        1 => Picked::One(Box::new(orders.remove(0).clone())),
        _ => Picked::Several(orders.into_iter().cloned().collect()),
    }
}

fn number(input: &Input) -> Option<String> {
    let pressed = input.slot("order").map(str::to_owned);
    let typed = || input.entity(EntityKind::OrderNumber).and_then(|e| e.text()).map(str::to_owned);
    let number = pressed.or_else(typed)?.trim().to_uppercase();
    // It goes into another system's URL: only what an order number looks like.
    let plausible =
        (3..=40).contains(&number.len()) && number.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    plausible.then_some(number)
}

async fn by_number(work: &mut Work<'_>, number: &str, orders: &[Order]) -> Result<Picked, ActionError> {
    if let Some(order) = orders.iter().find(|o| o.id.eq_ignore_ascii_case(number)) {
        return Ok(Picked::One(Box::new(order.clone())));
    }
    let ending: Vec<&Order> = orders.iter().filter(|o| number.len() >= 4 && o.id.ends_with(number)).collect();
    if !ending.is_empty() {
        return Ok(one_of(ending));
    }
    // Older than the list? The order system only answers for this customer's own.
    match work.order(number).await {
        Ok(order) => Ok(Picked::One(Box::new(order))),
        Err(ActionError::Refused { .. }) => Ok(Picked::NotYours(number.to_owned())),
        Err(error) => Err(error),
    }
}

fn by_product<'o>(input: &Input, text: &str, orders: &'o [Order]) -> Vec<&'o Order> {
    let nodes: Vec<&str> =
        input.entities.iter().filter(|e| e.kind == EntityKind::Product).filter_map(|e| e.text()).collect();
    let by_node: Vec<&Order> =
        orders.iter().filter(|o| o.items.iter().any(|i| nodes.contains(&i.product_id.as_str()))).collect();
    if !by_node.is_empty() {
        return by_node;
    }
    orders
        .iter()
        .filter(|o| {
            o.items.iter().any(|i| {
                [&i.name.zh, &i.name.en].iter().any(|name| {
                    let name = name.to_lowercase();
                    name.chars().count() >= 2 && text.contains(&name)
                })
            })
        })
        .collect()
}

const ORDINALS: &[(&str, usize)] = &[
    ("第一", 0),
    ("第二", 1),
    ("第三", 2),
    ("第四", 3),
    ("第五", 4),
    ("first", 0),
    ("second", 1),
    ("third", 2),
    ("fourth", 3),
    ("fifth", 4),
];
const NEWEST: &[&str] = &[
    "最近",
    "最新",
    "刚下",
    "刚买",
    "刚才那",
    "latest",
    "newest",
    "most recent",
    "last one",
    "just ordered",
    "just bought",
];
const OLDEST: &[&str] = &["最早", "最旧", "最后一个", "oldest", "earliest"];

/// "第二个", "2", "the second one", "最近那单": an index into a list of `len`.
pub(crate) fn position(text: &str, len: usize) -> Option<usize> {
    if len == 0 {
        return None;
    }
    let within = |i: usize| (i < len).then_some(i);
    if let Some((_, i)) = ORDINALS.iter().find(|(w, _)| text.contains(w)) {
        return within(*i);
    }
    if NEWEST.iter().any(|w| text.contains(w)) {
        return Some(0);
    }
    if OLDEST.iter().any(|w| text.contains(w)) {
        return Some(len - 1);
    }
    let rest = ["第", "个", "单", "条", "no.", "number", "#", "号", "option"]
        .iter()
        .fold(text.to_owned(), |t, w| t.replace(w, " "));
    let number: usize = rest.trim().trim_end_matches(['.', '。', '、']).parse().ok()?;
    number.checked_sub(1).and_then(within)
}

fn by_state<'o>(text: &str, orders: &[&'o Order]) -> Vec<&'o Order> {
    let states: &[&str] = if ["没发货", "未发货", "还没发", "not shipped", "unshipped", "hasn't shipped"]
        .iter()
        .any(|w| text.contains(w))
    {
        &["pending", "paid", "packed"]
    } else if ["没付款", "未付款", "unpaid", "not paid"].iter().any(|w| text.contains(w)) {
        &["pending"]
    } else if ["在路上", "已发货", "运输中", "on the way", "shipped"].iter().any(|w| text.contains(w)) {
        &["shipped"]
    } else if ["收到的", "已签收", "已收货", "delivered", "arrived"].iter().any(|w| text.contains(w)) {
        &["delivered"]
    } else {
        return Vec::new();
    };
    orders.iter().copied().filter(|o| states.contains(&o.status.as_str())).collect()
}

fn other(text: &str) -> bool {
    ["另一个", "另外一个", "另一单", "另外那", "换一个", "the other", "other one", "another one", "a different one"]
        .iter()
        .any(|w| text.contains(w))
}

pub(super) fn corrects(text: &str) -> bool {
    let negated = [
        "不是", "不对", "搞错", "弄错", "选错", "错了", "not that", "not this", "no,", "wrong", "i meant", "i mean",
        "instead", "而是", "换成",
    ];
    other(text) || negated.iter().any(|w| text.contains(w))
}

/// One button and one numbered line per order, so that it works where buttons cannot be shown.
pub(crate) fn choices(work: &Work<'_>, orders: &[Order]) -> (Vec<Value>, Vec<Button>) {
    let shown = orders.iter().take(work.parts.policy.orders_offered);
    shown
        .map(|order| {
            let facts = work.order_facts(order);
            let title = work.text("button_order", json!({ "order": facts }));
            let payload = format!("/order{}", json!({ "order": order.id }));
            (facts, Button { title, payload })
        })
        .unzip()
}

pub(crate) fn ids(orders: &[Order], limit: usize) -> Vec<String> {
    orders.iter().take(limit).map(|o| o.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_found_in_both_languages() {
        for (text, len, index) in [
            ("第二个", 3, Some(1)),
            ("第2个", 3, Some(1)),
            ("2", 3, Some(1)),
            ("the second one", 3, Some(1)),
            ("最近那单", 3, Some(0)),
            ("the latest", 3, Some(0)),
            ("最后一个", 3, Some(2)),
            ("第五个", 3, None),
            ("9", 3, None),
            ("0", 3, None),
            ("13800138000", 3, None),
            ("你好", 3, None),
            ("1", 0, None),
        ] {
            assert_eq!(position(text, len), index, "{text}");
        }
    }

    #[test]
    fn corrections_are_told_from_answers() {
        assert!(corrects("不是这个，是上周那单") && corrects("no, the other one") && other("no, the other one"));
        assert!(!corrects("浙江省杭州市文三路100号") && !corrects("the latest"));
    }
}
