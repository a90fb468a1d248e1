//! Entities: order numbers, phones, e-mail, money, dates, products, addresses; overlaps resolved.

pub(crate) mod money;
pub(crate) mod numbers;

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::text::{Folded, digits_alone, head, pattern, stands_alone};
use crate::understanding::{Entity, EntityKind};
use crate::{address, dates};

/// Nobody writes an address behind 16 kB of text; beyond it only time is lost.
pub(crate) const MAX_BYTES: usize = 16 * 1024;
/// A bound on what one message can put into a trace or a packet.
const MAX_ENTITIES: usize = 64;

/// An entity in folded text, before overlaps are resolved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub kind: EntityKind,
    pub start: usize,
    pub end: usize,
    pub value: Value,
    pub confidence: f32,
}

static KF: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)k\s?f\s?[-#:_.]?\s?(\d(?:[ -]{0,2}\d){9,})"));
static ORDER_WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(订单编号|订单号码|订单号|订单|单号|order\s*(?:number|num|no\.?|id)?)\s*(?:是|为|is|[:：#(（])?\s*[:#]?\s*(\d{10,20})",
    )
});
static BARE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(20\d{8})\s*[.。!,，]?\s*$"));
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}")
});
static MOBILE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\(?(?:\+|00)?86\)?[ -]?)?(1[3-9]\d)[ -]?(\d{4})[ -]?(\d{4})"));
static LANDLINE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\(?(0(?:10|2\d|[3-9]\d{2}))\)?[ -]?([2-8]\d{6,7})"));
static SERVICE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b([48]00)-?(\d{3})-?(\d{4})\b"));
static INTERNATIONAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:\+|\b00)([1-9](?:[ .()-]{0,2}\d){6,14})"));
static NANP: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\b1[ .-])?\(?([2-9]\d{2})\)?[ .-]\s?([2-9]\d{2})[ .-](\d{4})\b"));

/// All entities of `text`, in order, without overlaps. `products` are names found by the graph, `now` is epoch
/// milliseconds.
pub fn extract(text: &str, products: &[kg::Mention], now: i64) -> Vec<Entity> {
    let text = head(text, MAX_BYTES);
    let folded = Folded::new(text);
    let mut found = Vec::new();
    order_numbers(&folded.text, &mut found);
    emails(&folded.text, &mut found);
    phones(&folded.text, &mut found);
    // An address takes in the phone of its recipient, but never an order number.
    let mut fixed = resolve(found.clone());
    fixed.sort_by_key(|f| f.start);
    address::find(&folded.text, &fixed, &mut found);
    money::find(&folded.text, &mut found);
    dates::find(&folded.text, now, &mut found);

    let mut entities: Vec<Entity> = resolve(found)
        .into_iter()
        .map(|f| {
            let (start, end) = folded.span(f.start, f.end);
            Entity { kind: f.kind, start, end, value: f.value, confidence: f.confidence }
        })
        .collect();
    for mention in products.iter().filter(|m| m.end <= text.len() && m.start < m.end) {
        if entities.iter().all(|e| mention.end <= e.start || e.end <= mention.start) {
            entities.push(Entity {
                kind: EntityKind::Product,
                start: mention.start,
                end: mention.end,
                value: Value::from(mention.node.as_str()),
                confidence: 0.9,
            });
        }
    }
    entities.sort_by_key(|e| e.start);
    entities.truncate(MAX_ENTITIES);
    entities
}

/// What is surest goes first; among equals the longest, then the first.
fn resolve(mut found: Vec<Found>) -> Vec<Found> {
    let rank = |kind: EntityKind| match kind {
        EntityKind::Address => 0,
        EntityKind::OrderNumber => 1,
        EntityKind::Email => 2,
        EntityKind::Phone => 3,
        EntityKind::Money => 4,
        EntityKind::Date => 5,
        EntityKind::Product => 6,
    };
    found.retain(|f| f.start < f.end);
    found.sort_by_key(|f| (rank(f.kind), std::cmp::Reverse(f.end - f.start), f.start));
    let mut kept: Vec<Found> = Vec::new();
    for candidate in found {
        if kept.iter().all(|k| candidate.end <= k.start || k.end <= candidate.start) {
            kept.push(candidate);
        }
        if kept.len() >= MAX_ENTITIES {
            break;
        }
    }
    kept
}

fn order_numbers(text: &str, found: &mut Vec<Found>) {
    let mut push = |start, end, digits: &str, confidence| {
        // The shop's numbers are KF and ten digits; people leave the letters out.
        let value = if digits.len() == 10 { format!("KF{digits}") } else { digits.to_owned() };
        found.push(Found { kind: EntityKind::OrderNumber, start, end, value: value.into(), confidence });
    };
    for m in KF.captures_iter(text) {
        let (Some(whole), Some(number)) = (m.get(0), m.get(1)) else { continue };
        let before = text[..whole.start()].chars().next_back();
        if before.is_some_and(|c| c.is_ascii_alphanumeric()) {
            continue;
        }
        // Exactly ten digits; a following group is only taken when it belongs to the ten.
        let (mut count, mut end) = (0, number.start());
        for (at, c) in number.as_str().char_indices() {
            if c.is_ascii_digit() {
                count += 1;
                if count == 10 {
                    end = number.start() + at + 1;
                    break;
                }
            }
        }
        if count == 10 && digits_alone(text, whole.start(), end) {
            let digits: String = text[number.start()..end].chars().filter(char::is_ascii_digit).collect();
            push(whole.start(), end, &digits, 1.0);
        }
    }
    for m in ORDER_WORD.captures_iter(text) {
        let (Some(word), Some(number)) = (m.get(1), m.get(2)) else { continue };
        let digits = number.as_str();
        // "订单13800138000" is more likely a phone than an order.
        let mobile = digits.len() == 11 && digits.starts_with('1') && matches!(word.as_str(), "订单" | "order");
        if !mobile && digits_alone(text, number.start(), number.end()) {
            push(number.start(), number.end(), digits, 0.9);
        }
    }
    if let Some(number) = BARE.captures(text).and_then(|m| m.get(1)) {
        push(number.start(), number.end(), number.as_str(), 0.7);
    }
}

fn emails(text: &str, found: &mut Vec<Found>) {
    for m in EMAIL.find_iter(text) {
        let Some((local, domain)) = m.as_str().rsplit_once('@') else { continue };
        let value = format!("{local}@{}", domain.to_ascii_lowercase());
        found.push(Found {
            kind: EntityKind::Email,
            start: m.start(),
            end: m.end(),
            value: value.into(),
            confidence: 1.0,
        });
    }
}

fn phones(text: &str, found: &mut Vec<Found>) {
    let mut push = |start, end, value: String, confidence| {
        found.push(Found { kind: EntityKind::Phone, start, end, value: value.into(), confidence });
    };
    for m in MOBILE.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        if stands_alone(text, whole.start(), whole.end()) {
            push(whole.start(), whole.end(), format!("+86{}{}{}", &m[1], &m[2], &m[3]), 1.0);
        }
    }
    for m in LANDLINE.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        let digits = m[1].len() + m[2].len();
        if (11..=12).contains(&digits) && stands_alone(text, whole.start(), whole.end()) {
            push(whole.start(), whole.end(), format!("+86{}{}", &m[1][1..], &m[2]), 0.9);
        }
    }
    for m in SERVICE.captures_iter(text) {
        if let Some(whole) = m.get(0) {
            push(whole.start(), whole.end(), format!("+86{}{}{}", &m[1], &m[2], &m[3]), 0.9);
        }
    }
    for m in INTERNATIONAL.captures_iter(text) {
        let (Some(whole), Some(number)) = (m.get(0), m.get(1)) else { continue };
        let digits: String = number.as_str().chars().filter(char::is_ascii_digit).collect();
        if (8..=15).contains(&digits.len()) && digits_alone(text, whole.start(), whole.end()) {
            push(whole.start(), whole.end(), format!("+{digits}"), 0.95);
        }
    }
    for m in NANP.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        if stands_alone(text, whole.start(), whole.end()) {
            push(whole.start(), whole.end(), format!("+1{}{}{}", &m[1], &m[2], &m[3]), 0.7);
        }
    }
}

#[cfg(test)]
mod tests;
