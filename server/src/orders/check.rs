//! What an order system answers is bad until it has passed here; and the same for what is sent to it.

use super::wire::{Address, Bilingual, Order};
use sha2::{Digest, Sha256};

pub fn is_order_id(id: &str) -> bool {
    (4..=40).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

pub fn is_code(code: &str) -> bool {
    (1..=64).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// A message of the order system may be logged and shown to agents.
pub fn printable(message: &str) -> String {
    message.chars().filter(|c| !c.is_control()).take(300).collect()
}

pub fn is_short(text: &str) -> bool {
    text.len() <= 1000
}

pub fn is_bilingual(text: &Bilingual) -> bool {
    is_short(&text.zh) && is_short(&text.en)
}

pub fn is_sensible(order: &Order) -> bool {
    let texts = [&order.id, &order.customer_id, &order.currency].into_iter();
    let optional = [&order.carrier, &order.tracking_number, &order.warehouse].into_iter().flatten();
    let address = &order.address;
    !order.id.is_empty()
        && order.total >= 0
        && order.created_at > 0
        && order.version >= 0
        && order.items.len() <= 200
        && texts.chain(optional).all(|text| is_short(text))
        && Address::FIELDS.iter().all(|name| address.field(name).len() <= 1000)
        && order.items.iter().all(|i| {
            i.quantity > 0 && i.price >= 0 && is_short(&i.sku) && is_short(&i.product_id) && is_bilingual(&i.name)
        })
        && order.returning.as_ref().is_none_or(|r| [&r.id, &r.reason, &r.status].into_iter().all(|text| is_short(text)))
}

/// One turn may make several changes under one key: each needs its own. Whatever the key holds, a header can carry this.
pub fn header_key(what: &str, id: &str, key: &str) -> String {
    let plain = key.len() <= 100 && !key.is_empty() && key.bytes().all(|b| b.is_ascii_graphic());
    if plain {
        format!("{what}:{id}:{key}")
    } else {
        let digest: String = Sha256::digest(key).iter().map(|b| format!("{b:02x}")).collect();
        format!("{what}:{id}:sha256-{digest}")
    }
}
