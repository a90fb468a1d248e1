//! Entities: order numbers, phones, e-mail, money, quantities, dates, products, addresses; overlaps resolved.

mod email;
mod money;
pub(crate) mod numbers;
mod order_number;
mod phone;
mod quantity;

use serde_json::Value;

use crate::text::{Folded, head};
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

/// All entities of `text`, in order, without overlaps. `products` are names found by the graph, `now` is epoch
/// milliseconds.
pub fn extract(text: &str, products: &[kg::Mention], now: i64) -> Vec<Entity> {
    let text = head(text, MAX_BYTES);
    let folded = Folded::new(text);
    let mut found = Vec::new();
    order_number::find(&folded.text, &mut found);
    email::find(&folded.text, &mut found);
    phone::find(&folded.text, &mut found);
    // An address takes in the phone of its recipient, but never an order number.
    let mut fixed = resolve(found.clone());
    fixed.sort_by_key(|f| f.start);
    address::find(&folded.text, &fixed, &mut found);
    money::find(&folded.text, &mut found);
    dates::find(&folded.text, now, &mut found);
    quantity::find(&folded.text, &mut found);

    let mut entities: Vec<Entity> = resolve(found)
        .into_iter()
        .map(|f| {
            let (start, end) = folded.span(f.start, f.end);
            Entity { kind: f.kind, start, end, value: f.value, confidence: f.confidence }
        })
        .collect();
    for mention in products.iter().filter(|m| m.end <= text.len() && m.start < m.end) {
        // A name may have a number inside: 四件套, "200元礼品卡"; what it contains is no entity of its own.
        let weak = |e: &Entity| matches!(e.kind, EntityKind::Money | EntityKind::Date | EntityKind::Quantity);
        let inside = |e: &Entity| {
            mention.start <= e.start && e.end <= mention.end && mention.end - mention.start > e.end - e.start
        };
        let free = |e: &Entity| {
            mention.end <= e.start || e.end <= mention.start || weak(e) && inside(e) || e.kind == EntityKind::Quantity
        };
        if !entities.iter().all(free) {
            continue;
        }
        entities.retain(|e| mention.end <= e.start || e.end <= mention.start);
        entities.push(Entity {
            kind: EntityKind::Product,
            start: mention.start,
            end: mention.end,
            value: Value::from(mention.node.as_str()),
            confidence: if mention.exact { 0.9 } else { 0.7 },
        });
        if let Some(count) = quantity::before_product(text, mention.start)
            && entities.iter().all(|e| count.end <= e.start || e.end <= count.start)
        {
            let Found { kind, start, end, value, confidence } = count;
            entities.push(Entity { kind, start, end, value, confidence });
        }
    }
    entities.sort_by_key(|e| e.start);
    entities.truncate(MAX_ENTITIES);
    entities
}

/// Builds the patterns and the table of places now and not while the first customer waits.
pub(crate) fn warm_up() {
    for text in ["地址：北京市朝阳区建国路88号，张三 13800138000", "12 Elm Road, Boston, MA 02110"] {
        extract(text, &[], 0);
    }
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
        EntityKind::Quantity => 6,
        EntityKind::Product => 7,
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

#[cfg(test)]
mod tests;
