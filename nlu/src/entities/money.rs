//! Amounts of money -> minor units and currency. One end of a range (100-200 元) is no amount.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::json;

use super::Found;
use super::numbers::{self, CHINESE, DECIMAL, ENGLISH, in_range};
use crate::text::latin_pattern;
use crate::understanding::EntityKind;

/// 1.299,00 and 5,50, as the countries of the euro write it.
const COMMA: &str = r"\d{1,3}(?:\.\d{3})+,\d{2}|\d{1,9},\d{2}";

static SIGN_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(
        r"(?i)(\b(?:hk|us|nt|au|ca|sg)\$|\b(?:usd|rmb|cny|eur|gbp|hkd|jpy|aud|cad|sgd)|人民币|[¥$€£])\s?({DECIMAL})(?:\s?(万|千|k\b|w\b))?(?:\s?(?:元|块钱?))?"
    ))
});
static EURO: LazyLock<Regex> =
    LazyLock::new(|| latin_pattern(&format!(r"(?i)(?:€\s?({COMMA})|({COMMA})\s?(?:€|euros?\b|eur\b|欧元))")));
static UNIT_LAST: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(
        r"(?i)(\d(?:[十百千万]\d)+[十百千万]?|{DECIMAL}|{CHINESE}|\b{ENGLISH}\s)\s?(万|千|k |k|w)?\s?(块钱|块|元钱|元|圆|人民币|美元|美金|刀|欧元|英镑|港币|港元|日元|rmb\b|cny\b|yuan\b|usd\b|us dollars?\b|dollars?\b|bucks?\b|eur\b|euros?\b|gbp\b|pounds?\b|quid\b|hkd\b|hk dollars?\b|jpy\b|yen\b|aud\b|cad\b|sgd\b|¥|\$|€|£)"
    ))
});
/// Behind 块 and 元: 五, 5毛, 二毛五, 零五毛, 5角2分.
static FRACTION: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        r"^(零)?([0-9一二两三四五六七八九])(?:(毛|角)钱?(?:([0-9一二两三四五六七八九])分?)?|([0-9一二三四五六七八九])|(分))?",
    )
});
static DIMES: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        "([0-9一二两三四五六七八九])(?:毛钱|毛([0-9一二三四五六七八九])|毛|角钱|角([0-9一二三四五六七八九])分)",
    )
});
static CENTS: LazyLock<Regex> =
    LazyLock::new(|| latin_pattern(&format!(r"(?i)\b(\d{{1,3}}|{ENGLISH})(?:\s?¢|\s?cents?\b)")));
/// A bare number where a price stands: 预算1.5k, 退我两百五.
static BARE_ZH: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(
        "(?:花|付|卖|价格?|原价|现价|到手价?|总共|一共|便宜|降到|涨到|降|涨|退我|退了|退款|退还|退|预算|要价|报价|售价|单价|标价|运费|押金|定金|差价|收|扣|少|给|补)(?:了|我)*(?:大概|大约|差不多|约|是|为|才|只要|要|在|有|:)*\\s?({DECIMAL}|{CHINESE})\\s?(k|K|千|万|w)?(?:左右|上下|以内|吧|了|就|行|的|吗|啊|呢|[,，.。!?;、 ]|$)"
    ))
});
static BARE_EN: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(
        r"(?i)\b(?:costs?|paid|pay|spent|spend|charged|price(?:d)?|budget|worth|refund(?:ed)?)(?: me| you| was| is| of| at| only| about| around| just| over| under| roughly| up to)*\s({DECIMAL})(k)?(?:[.,;!?)]?$|[.,;!?)]\s|\s(?:for|in|and|but|on|at|to|instead|so|total|altogether|already|please)\b)"
    ))
});

pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    for m in SIGN_FIRST.captures_iter(text) {
        let (Some(whole), Some(sign), Some(number)) = (m.get(0), m.get(1), m.get(2)) else { continue };
        if text[number.end()..].starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let currency = currency(sign.as_str());
        let amount = minor(number.as_str(), scale(m.get(3).map_or("", |s| s.as_str())));
        push(text, found, whole.start(), whole.end(), amount, currency);
    }
    for m in EURO.captures_iter(text) {
        let (Some(whole), Some(number)) = (m.get(0), m.get(1).or(m.get(2))) else { continue };
        if text[..number.start()].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '.' || c == ',')
            || text[number.end()..].starts_with(|c: char| c.is_ascii_digit())
        {
            continue;
        }
        let number = number.as_str().replace('.', "").replace(',', ".");
        push(text, found, whole.start(), whole.end(), minor(&number, 1), "EUR");
    }
    for m in UNIT_LAST.captures_iter(text) {
        let (Some(whole), Some(number), Some(unit)) = (m.get(0), m.get(1), m.get(3)) else { continue };
        let digits = number.as_str().trim();
        // 1万2千 is read as 一万二千.
        let mixed = digits.contains(['十', '百', '千', '万']);
        let ascii = digits.starts_with(|c: char| c.is_ascii_digit()) && !mixed;
        // "20 $30": the sign belongs to what follows.
        if ascii && starts_inside_word(text, whole.start())
            || matches!(unit.as_str(), "¥" | "$" | "€" | "£")
                && text[unit.end()..].trim_start().starts_with(|c: char| c.is_ascii_digit())
        {
            continue;
        }
        let scaled = scale(m.get(2).map_or("", |s| s.as_str()));
        let whole_number = |n: Option<u64>| n.and_then(|n| i64::try_from(n).ok()?.checked_mul(100 * scaled));
        let amount = if ascii {
            minor(digits, scaled)
        } else if digits.is_ascii() {
            whole_number(numbers::english(digits))
        } else {
            whole_number(numbers::exact(digits))
        };
        let Some(mut amount) = amount else { continue };
        let mut end = unit.end();
        if matches!(unit.as_str(), "块" | "元")
            && let Some((length, cents)) = fraction(&text[end..], unit.as_str() == "元")
        {
            amount += cents;
            end += length;
        }
        if unit.as_str() == "块" && end == unit.end() && is_pieces(text, amount, end) {
            continue;
        }
        push(text, found, whole.start(), end, Some(amount), currency(unit.as_str()));
    }
    for m in DIMES.captures_iter(text) {
        let (Some(whole), Some(dimes)) = (m.get(0), m.get(1).and_then(|d| small(d.as_str()))) else { continue };
        let cents = m.get(2).or(m.get(3)).and_then(|c| small(c.as_str())).unwrap_or_default();
        // 羊毛, 三毛 (a person), 五毛巾: a bare 毛 needs an end.
        let bare = whole.as_str().ends_with('毛')
            && text[whole.end()..].starts_with(|c: char| c.is_alphanumeric() && !"的吧吗呢了也都就".contains(c));
        let joined = text[..whole.start()].ends_with(|c: char| c.is_ascii_digit() || "十百千万块元.点".contains(c));
        if !bare && !joined {
            push(text, found, whole.start(), whole.end(), Some(dimes * 10 + cents), "CNY");
        }
    }
    for m in CENTS.captures_iter(text) {
        let (Some(whole), Some(number)) = (m.get(0), m.get(1)) else { continue };
        let amount = numbers::english(number.as_str()).and_then(|n| i64::try_from(n).ok());
        if !text[..whole.start()].ends_with(['.', ',', '-']) {
            push(text, found, whole.start(), whole.end(), amount, "USD");
        }
    }
    bare(text, found);
}

/// Without a currency it is the shop's own.
fn bare(text: &str, found: &mut Vec<Found>) {
    for m in BARE_ZH.captures_iter(text) {
        let Some(number) = m.get(1) else { continue };
        let end = m.get(2).map_or(number.end(), |s| s.end());
        let ascii = number.as_str().starts_with(|c: char| c.is_ascii_digit());
        let scaled = scale(m.get(2).map_or("", |s| s.as_str()));
        let amount = if ascii {
            minor(number.as_str(), scaled)
        } else if number.as_str().contains(['百', '千', '万']) {
            numbers::exact(number.as_str()).and_then(|n| i64::try_from(n).ok()?.checked_mul(100 * scaled))
        } else {
            None
        };
        let amount = amount.filter(|a| (1_000..100_000_000).contains(a));
        push(text, found, number.start(), end, amount, "CNY");
    }
    for m in BARE_EN.captures_iter(text) {
        let Some(number) = m.get(1) else { continue };
        let end = m.get(2).map_or(number.end(), |s| s.end());
        let amount = minor(number.as_str(), if m.get(2).is_some() { 1000 } else { 1 });
        push(text, found, number.start(), end, amount.filter(|a| (1_000..100_000_000).contains(a)), "CNY");
    }
}

/// "两块手表" are pieces and "一块发货" means "together": a small number before 块 needs a clear end.
fn is_pieces(text: &str, amount: i64, end: usize) -> bool {
    amount < 1000
        && text[end..].chars().next().is_some_and(|c| c.is_alphanumeric() && !"的吧吗呢了多以都还包".contains(c))
        || (amount == 100 && !text[end..].starts_with(|c: char| c.is_ascii_punctuation()))
}

/// What stands behind 块 or 元, in cents, and how long it is; with 元 only when 角 or 毛 says so.
fn fraction(text: &str, named: bool) -> Option<(usize, i64)> {
    let m = FRACTION.captures(text)?;
    let (whole, first) = (m.get(0)?, m.get(2)?);
    let value = small(first.as_str())?;
    if m.get(6).is_some() {
        return Some((whole.end(), value));
    }
    if m.get(3).is_some() {
        // In "5毛3件" the 3 counts something.
        let cents = m.get(4).filter(|c| whole.as_str().ends_with('分') || !counts(&text[c.end()..]));
        let end = m.get(4).map_or(whole.end(), |c| if cents.is_some() { whole.end() } else { c.start() });
        return Some((end, value * 10 + cents.and_then(|c| small(c.as_str())).unwrap_or_default()));
    }
    if named || m.get(1).is_some() {
        return None;
    }
    // 9块9, 三块五, 一块二五; but not the first digit of something longer, nor "199块2件".
    if let Some(cents) = m.get(5) {
        let amount = value * 10 + small(cents.as_str())?;
        return (!counts(&text[whole.end()..])).then_some((whole.end(), amount));
    }
    (!counts(&text[first.end()..])).then_some((first.end(), value * 10))
}

fn counts(after: &str) -> bool {
    after.starts_with(|c: char| c.is_ascii_digit() || "件个张条只台双盒瓶元块折年月天号十百千万点".contains(c))
}

fn small(text: &str) -> Option<i64> {
    numbers::chinese(text).and_then(|n| i64::try_from(n).ok())
}

fn starts_inside_word(text: &str, start: usize) -> bool {
    text[..start].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric() || c == '.' || c == ',')
        && text[start..].starts_with(|c: char| c.is_ascii_alphanumeric())
}

fn push(text: &str, found: &mut Vec<Found>, start: usize, end: usize, amount: Option<i64>, currency: &str) {
    let Some(amount) = amount else { return };
    if in_range(text, start, end) {
        return;
    }
    // The yen has no smaller unit.
    let amount = if currency == "JPY" { amount / 100 } else { amount };
    let value = json!({ "amount": amount, "currency": currency });
    found.push(Found { kind: EntityKind::Money, start, end, value, confidence: 0.95 });
}

fn scale(text: &str) -> i64 {
    match text.trim() {
        "万" | "w" | "W" => 10_000,
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
        "hk$" | "hkd" | "hk dollar" | "hk dollars" | "港币" | "港元" => "HKD",
        "jpy" | "yen" | "日元" => "JPY",
        "nt$" => "TWD",
        "au$" | "aud" => "AUD",
        "ca$" | "cad" => "CAD",
        "sg$" | "sgd" => "SGD",
        _ => "CNY",
    }
}
