//! Order numbers: KF and ten digits, or 10 to 20 digits behind a word that says so.

use std::sync::LazyLock;

use regex::Regex;

use super::Found;
use crate::text::{digits_alone, pattern};
use crate::understanding::EntityKind;

/// O, I and L are typed for 0 and 1.
static KF: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)k\s?f\s?[-#:_.]?\s?(\d(?:[ -]{0,2}\d|[oil]){9,})"));
static WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(订单编号|订单号码|订单号|订单|单号|order\s*(?:number|num|no\.?|id)?)\s*(?:是|为|is|[:#(=]|no\.?)?\s*(?:[:#]|no\.?)?\s*(\d{10,20}|\d{2,8}(?:[ -]\d{2,8}){1,4})",
    )
});
static BARE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(20\d{8})\s*[.。!,，]?\s*$"));
/// A number of the carrier, not of the shop.
const CARRIER: &[&str] = &["快递", "运", "物流", "追踪", "包裹", "面"];

pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    let mut push = |start, end, digits: &str, confidence| {
        // The shop's numbers are KF and ten digits; people leave the letters out.
        let value = if digits.len() == 10 { format!("KF{digits}") } else { digits.to_owned() };
        found.push(Found { kind: EntityKind::OrderNumber, start, end, value: value.into(), confidence });
    };
    for m in KF.captures_iter(text) {
        let (Some(whole), Some(number)) = (m.get(0), m.get(1)) else { continue };
        if text[..whole.start()].ends_with(|c: char| c.is_ascii_alphanumeric()) {
            continue;
        }
        // Exactly ten digits; a following group is only taken when it belongs to the ten.
        let (mut digits, mut end) = (String::new(), number.start());
        for (at, c) in number.as_str().char_indices() {
            match c {
                '0'..='9' => digits.push(c),
                'o' | 'O' => digits.push('0'),
                'i' | 'I' | 'l' | 'L' => digits.push('1'),
                _ => continue,
            }
            end = number.start() + at + 1;
            if digits.len() == 10 {
                break;
            }
        }
        let written = text[number.start()..end].bytes().filter(u8::is_ascii_digit).count();
        let goes_on = text[end..].starts_with(|c: char| c.is_ascii_digit())
            || written < 10 && text[end..].starts_with(|c: char| c.is_ascii_alphabetic());
        if digits.len() == 10 && written >= 8 && !goes_on {
            let confidence = if written == 10 { 1.0 } else { 0.8 };
            push(whole.start(), end, &digits, confidence);
        }
    }
    for m in WORD.captures_iter(text) {
        let (Some(word), Some(number)) = (m.get(1), m.get(2)) else { continue };
        let before = &text[..word.start()];
        if word.as_str() == "单号" && CARRIER.iter().any(|w| before.ends_with(w)) {
            continue;
        }
        let digits: String = number.as_str().chars().filter(char::is_ascii_digit).collect();
        let grouped = digits.len() < number.as_str().len();
        // "订单13800138000" is more likely a phone than an order.
        let mobile = digits.len() == 11 && digits.starts_with('1') && matches!(word.as_str(), "订单" | "order");
        if !mobile && (!grouped || digits.len() == 10) && digits_alone(text, number.start(), number.end()) {
            push(number.start(), number.end(), &digits, 0.9);
        }
    }
    if let Some(number) = BARE.captures(text).and_then(|m| m.get(1)) {
        push(number.start(), number.end(), number.as_str(), 0.7);
    }
}
