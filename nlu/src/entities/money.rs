//! Amounts of money -> minor units and currency.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::json;

use super::Found;
use super::numbers;
use crate::text::pattern;
use crate::understanding::EntityKind;

const NUMBER: &str = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,12}(?:\.\d{1,2})?";

static SIGN_FIRST: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)(hk\$|us\$|usd|rmb|cny|eur|gbp|hkd|[¥$€£])\s?({NUMBER})\s?(万|千|k\b)?")));
static UNIT_LAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)({NUMBER}|[零〇一二两俩三四五六七八九十百千万]+)\s?(万|千|k )?\s?(块钱|块|元钱|元|圆|人民币|美元|美金|刀|欧元|英镑|港币|港元|rmb\b|cny\b|yuan\b|usd\b|us dollars?\b|dollars?\b|bucks?\b|eur\b|euros?\b|gbp\b|pounds?\b|quid\b|€|£)(?:([0-9一二三四五六七八九])(?:毛|角)?)?"
    ))
});

pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    for m in SIGN_FIRST.captures_iter(text) {
        let (Some(whole), Some(sign), Some(number)) = (m.get(0), m.get(1), m.get(2)) else { continue };
        if starts_inside_word(text, whole.start()) || text[number.end()..].starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let Some(amount) = minor(number.as_str(), scale(m.get(3).map_or("", |s| s.as_str()))) else { continue };
        push(found, whole.start(), whole.end(), amount, currency(sign.as_str()));
    }
    for m in UNIT_LAST.captures_iter(text) {
        let (Some(whole), Some(number), Some(unit)) = (m.get(0), m.get(1), m.get(3)) else { continue };
        let ascii = number.as_str().starts_with(|c: char| c.is_ascii_digit());
        if ascii && starts_inside_word(text, whole.start()) {
            continue;
        }
        let digits = number.as_str();
        let scaled = scale(m.get(2).map_or("", |s| s.as_str()));
        let amount = if ascii {
            minor(digits, scaled)
        } else {
            numbers::chinese(digits).and_then(|n| i64::try_from(n).ok()?.checked_mul(100 * scaled))
        };
        let Some(mut amount) = amount else { continue };
        let mut end = whole.end();
        if let Some(tenths) = m.get(4) {
            // 9块9, 三块五; but not the first digit of something longer, nor "199元2件".
            let next = text[tenths.end()..].chars().next();
            let piece = next.is_some_and(|c| c.is_ascii_digit() || "件个张条只台双盒瓶元块折年月天号".contains(c));
            match numbers::chinese(tenths.as_str()) {
                Some(value) if unit.as_str() == "块" && !piece => amount += value as i64 * 10,
                _ => end = unit.end(),
            }
        }
        if unit.as_str() == "块" && end == unit.end() && is_pieces(text, amount, end) {
            continue;
        }
        push(found, whole.start(), end, amount, currency(unit.as_str()));
    }
}

/// "两块手表" are pieces and "一块发货" means "together": a small number before 块 needs a clear end.
fn is_pieces(text: &str, amount: i64, end: usize) -> bool {
    amount < 1000
        && text[end..].chars().next().is_some_and(|c| c.is_alphanumeric() && !"的吧吗呢了多以都还包".contains(c))
        || (amount == 100 && !text[end..].starts_with(|c: char| c.is_ascii_punctuation()))
}

fn starts_inside_word(text: &str, start: usize) -> bool {
    text[..start].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric() || c == '.' || c == ',')
        && text[start..].starts_with(|c: char| c.is_ascii_alphanumeric())
}

fn push(found: &mut Vec<Found>, start: usize, end: usize, amount: i64, currency: &str) {
    let value = json!({ "amount": amount, "currency": currency });
    found.push(Found { kind: EntityKind::Money, start, end, value, confidence: 0.95 });
}

fn scale(text: &str) -> i64 {
    match text.trim() {
        "万" => 10_000,
        "千" | "k" | "K" => 1000,
        _ => 1,
    }
}

fn minor(number: &str, scale: i64) -> Option<i64> {
    let clean: String = number.chars().filter(|c| *c != ',').collect();
    let (whole, fraction) = clean.split_once('.').unwrap_or((&clean, ""));
    let cents: i64 = match fraction.len() {
        0 => 0,
        1 => fraction.parse::<i64>().ok()? * 10,
        _ => fraction.get(..2)?.parse().ok()?,
    };
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents)?.checked_mul(scale)
}

fn currency(text: &str) -> &'static str {
    match text.to_ascii_lowercase().as_str() {
        "$" | "us$" | "usd" | "dollar" | "dollars" | "us dollar" | "us dollars" | "buck" | "bucks" | "美元"
        | "美金" | "刀" => "USD",
        "€" | "eur" | "euro" | "euros" | "欧元" => "EUR",
        "£" | "gbp" | "pound" | "pounds" | "quid" | "英镑" => "GBP",
        "hk$" | "hkd" | "港币" | "港元" => "HKD",
        _ => "CNY",
    }
}
