//! Amounts and durations inside a question, and the small words around them.

use crate::{Mention, normal};

const BELOW_AFTER: [&str; 11] =
    ["以下", "以内", "之内", "之下", "内", "封顶", "or less", "or under", "or below", "max", "tops"];
const BELOW_BEFORE: [&str; 24] = [
    "lighter than",
    "smaller than",
    "quieter than",
    "shorter than",
    "低于",
    "不超过",
    "不到",
    "小于",
    "少于",
    "最多",
    "便宜于",
    "不高于",
    "under",
    "below",
    "less than",
    "cheaper than",
    "up to",
    "at most",
    "max",
    "maximum",
    "within",
    "no more than",
    "not more than",
    "budget of",
];
const ABOVE_AFTER: [&str; 7] = ["以上", "之上", "起", "or more", "or above", "and up", "and above"];
const ABOVE_BEFORE: [&str; 17] = [
    "heavier than",
    "longer than",
    "bigger than",
    "larger than",
    "louder than",
    "高于",
    "超过",
    "大于",
    "多于",
    "最少",
    "至少",
    "over",
    "above",
    "more than",
    "at least",
    "from",
    "minimum",
];
const AROUND_AFTER: [&str; 3] = ["左右", "上下", "or so"];
const AROUND_BEFORE: [&str; 6] = ["大概", "大约", "around", "about", "roughly", "approximately"];
const CURRENCY: [&str; 9] = ["元", "块钱", "块", "人民币", "rmb", "yuan", "cny", "¥", "￥"];

/// Bounds of a price in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Bounds {
    pub low: Option<i64>,
    pub high: Option<i64>,
}

impl Bounds {
    pub fn contains(self, price: i64) -> bool {
        self.low.is_none_or(|low| price >= low) && self.high.is_none_or(|high| price <= high)
    }
}

/// How customers write the units of attributes, and what one of them is in the unit that the graph uses.
const UNITS: [(&str, &str, f64); 46] = [
    ("公斤", "g", 1000.0),
    ("千克", "g", 1000.0),
    ("kilograms", "g", 1000.0),
    ("kilogram", "g", 1000.0),
    ("kilos", "g", 1000.0),
    ("kilo", "g", 1000.0),
    ("kg", "g", 1000.0),
    ("斤", "g", 500.0),
    ("克", "g", 1.0),
    ("grams", "g", 1.0),
    ("gram", "g", 1.0),
    ("g", "g", 1.0),
    ("个小时", "hours", 1.0),
    ("小时", "hours", 1.0),
    ("hours", "hours", 1.0),
    ("hour", "hours", 1.0),
    ("hrs", "hours", 1.0),
    ("h", "hours", 1.0),
    ("分钟", "minutes", 1.0),
    ("minutes", "minutes", 1.0),
    ("英寸", "inches", 1.0),
    ("寸", "inches", 1.0),
    ("inches", "inches", 1.0),
    ("inch", "inches", 1.0),
    ("毫安时", "mAh", 1.0),
    ("毫安", "mAh", 1.0),
    ("mah", "mAh", 1.0),
    ("毫升", "ml", 1.0),
    ("ml", "ml", 1.0),
    ("升", "L", 1.0),
    ("litres", "L", 1.0),
    ("liters", "L", 1.0),
    ("l", "L", 1.0),
    ("分贝", "dB", 1.0),
    ("decibels", "dB", 1.0),
    ("db", "dB", 1.0),
    ("瓦", "W", 1.0),
    ("watts", "W", 1.0),
    ("w", "W", 1.0),
    ("hz", "Hz", 1.0),
    ("tb", "GB", 1024.0),
    ("t", "GB", 1024.0),
    ("gb", "GB", 1.0),
    ("平方米", "m²", 1.0),
    ("平米", "m²", 1.0),
    ("平", "m²", 1.0),
];

/// What a question asks of an attribute in numbers: "超过30小时", "under 200 g", "32 GB".
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Limit {
    /// The English unit of the attribute's measure.
    pub unit: &'static str,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// "More than 30" is not 30.
    pub strict: bool,
}

impl Limit {
    /// "16G" of memory are no grams.
    pub fn is_in(&self, unit: &str) -> bool {
        self.unit == unit || self.unit == "g" && unit == "GB"
    }

    pub fn contains(&self, value: f64) -> bool {
        let low = self.low.is_none_or(|low| if self.strict { value > low } else { value >= low });
        low && self.high.is_none_or(|high| if self.strict { value < high } else { value <= high })
    }
}

/// Numbers with a unit, where they stand with it, and the bound that the words around make of them.
fn measures(text: &str) -> Vec<(Limit, usize, usize)> {
    const STRICT: [&str; 11] =
        ["超过", "大于", "高于", "多于", "小于", "少于", "低于", "more than", "over", "less than", "under"];
    let read = numbers(text).into_iter().filter_map(|number| {
        let rest = text[number.end..].trim_start_matches([' ', '-']);
        let skipped = text.len() - number.end - rest.len();
        let fits = |unit: &&(&'static str, &'static str, f64)| {
            let latin = unit.0.is_ascii();
            rest.strip_prefix(unit.0)
                .is_some_and(|after| !latin || !after.starts_with(|c: char| c.is_ascii_alphanumeric()))
        };
        let (written, unit, times) = UNITS.iter().find(fits)?;
        let end = number.end + skipped + written.len();
        let (before, after) = (text[..number.start].trim_end(), text[end..].trim_start());
        let ends = |words: &[&str]| words.iter().any(|word| before.ends_with(word));
        let starts = |words: &[&str]| words.iter().any(|word| after.starts_with(word));
        let value = number.value * times;
        let strict = ends(&STRICT);
        let (low, high) = if ends(&BELOW_BEFORE) || starts(&BELOW_AFTER) {
            (None, Some(value))
        } else if ends(&ABOVE_BEFORE) || starts(&ABOVE_AFTER) {
            (Some(value), None)
        } else if ends(&AROUND_BEFORE) || starts(&AROUND_AFTER) {
            (Some(value * 0.8), Some(value * 1.2))
        } else {
            (Some(value), Some(value))
        };
        Some((Limit { unit, low, high, strict }, number.start, end))
    });
    read.collect()
}

pub(crate) fn limits(text: &str) -> Vec<Limit> {
    measures(&fold(text)).into_iter().map(|(limit, ..)| limit).collect()
}

/// Byte ranges of amounts, sizes and durations: what they are is known, whatever they belong to.
pub(crate) fn measured(text: &str) -> Vec<(usize, usize)> {
    let folded = fold(text);
    if folded.len() != text.len() {
        return Vec::new();
    }
    let mut found: Vec<(usize, usize)> = measures(&folded).into_iter().map(|(_, start, end)| (start, end)).collect();
    // Chinese numerals are parts of words ("下一代") and are looked at as such.
    let figures = numbers(&folded).into_iter().filter(|n| folded[n.start..].starts_with(|c: char| c.is_ascii_digit()));
    found.extend(figures.map(|number| (number.start, number.end)));
    found
}

struct Number {
    value: f64,
    start: usize,
    end: usize,
}

/// "2000元以下", "under ¥500", "1000到2000元", "between 100 and 200 yuan", "500 左右".
pub(crate) fn bounds(text: &str) -> Bounds {
    let text = fold(text);
    let mut numbers = numbers(&text);
    let sizes = measures(&text);
    numbers.retain(|number| sizes.iter().all(|(_, start, _)| *start != number.start));
    let mut bounds = Bounds::default();
    for (at, number) in numbers.iter().enumerate() {
        let Some(minor) = minor(number.value) else {
            continue;
        };
        let before = text[..number.start].trim_end_matches(['¥', '￥', ' ']);
        let after = text[number.end..].trim_start();
        let money = CURRENCY.iter().find_map(|unit| after.strip_prefix(unit));
        let priced = money.is_some() || text[..number.start].trim_end().ends_with(['¥', '￥']);
        let after = money.unwrap_or(after).trim_start();
        if let Some(next) = numbers.get(at + 1) {
            let between = text[number.end..next.start].trim().trim_matches(['¥', '￥', '元', '块', ' ']);
            if ["到", "至", "-", "~", "–", "to", "and"].contains(&between.trim()) {
                let high = self::minor(next.value);
                // "1-2千" counts the first in the unit of the second only by guessing; taken as written.
                return Bounds { low: Some(minor), high };
            }
        }
        let ends = |words: &[&str]| words.iter().any(|word| before.ends_with(word));
        let starts = |words: &[&str]| words.iter().any(|word| after.starts_with(word));
        if ends(&BELOW_BEFORE) || starts(&BELOW_AFTER) {
            bounds.high = Some(minor);
        } else if ends(&ABOVE_BEFORE) || starts(&ABOVE_AFTER) {
            bounds.low = Some(minor);
        } else if priced || ends(&AROUND_BEFORE) || starts(&AROUND_AFTER) {
            bounds = Bounds { low: Some(minor / 10 * 8), high: Some(minor / 10 * 12) };
        }
    }
    bounds
}

fn minor(value: f64) -> Option<i64> {
    (value.is_finite() && (0.0..1e12).contains(&value)).then(|| (value * 100.0).round() as i64)
}

/// The longest time that a text names, in days: "10天", "两个月", "3 years". Names of rules ("七天无理由") do not count.
pub(crate) fn duration(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 12] = [
        ("天", 1.0),
        ("个星期", 7.0),
        ("星期", 7.0),
        ("周", 7.0),
        ("个月", 30.0),
        ("年", 365.0),
        ("日", 1.0),
        ("day", 1.0),
        ("week", 7.0),
        ("month", 30.0),
        ("year", 365.0),
        ("个礼拜", 7.0),
    ];
    const NAMES: [&str; 6] = ["无理由", "包退", "return", "no-reason", "no reason", "退货"];
    let text = fold(text);
    let found = numbers(&text).into_iter().filter_map(|number| {
        let after = text[number.end..].trim_start_matches([' ', '-']);
        let (unit, days) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
        let rest = after[unit.len()..].trim_start_matches('s').trim_start();
        (!NAMES.iter().any(|name| rest.starts_with(name))).then_some(number.value * days)
    });
    found.max_by(f64::total_cmp)
}

/// "从成都发货", "ship from Chengdu": the place is where it comes from.
pub(crate) fn is_origin(text: &str, mention: &Mention) -> bool {
    let before = fold(text.get(..mention.start).unwrap_or_default());
    let after = fold(text.get(mention.end..).unwrap_or_default());
    let before = before.trim_end().trim_end_matches("the").trim_end();
    let from = ["从", "由", "自", "from", "in", "at"].iter().any(|word| before.ends_with(word));
    let arrives = ["arriv", "deliver", "be in", "reach"].iter().any(|word| before.contains(word));
    let from = from && !(arrives && ["in", "at"].iter().any(|word| before.ends_with(word)));
    let to = ["寄", "到", "送", "发往", "to"].iter().any(|word| after.trim_start().starts_with(word));
    (from && !to) || ["发货", "出货", "发的", "仓"].iter().any(|word| after.trim_start().starts_with(word))
}

/// "不带NFC", "without noise cancelling".
pub(crate) fn is_denied(text: &str, mention: &Mention) -> bool {
    let before = fold(text.get(..mention.start).unwrap_or_default());
    let before = before.trim_end();
    // "有没有" and "支不支持" ask, they do not deny.
    const ASKS: [&str; 8] = ["有没有", "能不能", "可不可以", "支不支持", "支持不支持", "带不带", "是不是", "要不要"];
    const DENIES: [&str; 31] = [
        "不带",
        "没有",
        "没",
        "无",
        "不支持",
        "不要",
        "不含",
        "不能",
        "不可以",
        "不需要",
        "不用",
        "不会",
        "不",
        "without",
        "without any",
        "without a",
        "no",
        "not",
        "not have",
        "dont have",
        "doesnt have",
        "dont support",
        "doesnt support",
        "dont need",
        "doesnt need",
        "lack",
        "lacks",
        "arent",
        "isnt",
        "cannot",
        "cant",
    ];
    let before = before.replace(['\'', '’'], "");
    !ASKS.iter().any(|word| before.ends_with(word))
        && DENIES.iter().any(|word| {
            let whole = word.is_ascii();
            before.strip_suffix(word).is_some_and(|rest| !whole || !rest.ends_with(|c: char| c.is_ascii_alphanumeric()))
        })
}

fn fold(text: &str) -> String {
    text.chars().map(normal::fold).flat_map(char::to_lowercase).collect()
}

/// Numbers that stand alone: not those of "M2" or "512GB".
fn numbers(text: &str) -> Vec<Number> {
    let mut found = Vec::new();
    let mut rest = text.char_indices().peekable();
    let mut before = ' ';
    while let Some((start, c)) = rest.next() {
        if c.is_ascii_digit() && !before.is_ascii_alphanumeric() {
            let mut digits = c.to_string();
            let mut end = start + 1;
            while let Some(&(at, next)) = rest.peek() {
                let digit_follows = text[at + next.len_utf8()..].starts_with(|c: char| c.is_ascii_digit());
                if !(next.is_ascii_digit() || (matches!(next, '.' | ',') && digit_follows)) {
                    break;
                }
                if next != ',' {
                    digits.push(next);
                }
                end = at + next.len_utf8();
                rest.next();
            }
            let (times, length) = multiplier(&text[end..]);
            end += length;
            let word_follows = text[end..].starts_with(|c: char| c.is_ascii_alphabetic());
            let unit = |u: &str| {
                text[end..].strip_prefix(u).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
            };
            let unit_follows = CURRENCY
                .iter()
                .chain(&["day", "days", "week", "weeks", "month", "months", "year", "years"])
                .copied()
                .chain(UNITS.iter().map(|(written, ..)| *written))
                .any(unit);
            if let Some(value) = digits.parse::<f64>().ok().filter(|_| !word_follows || unit_follows) {
                found.push(Number { value: value * times, start, end });
            }
            before = '0';
            continue;
        }
        if let Some((value, end)) = chinese(&text[start..]).filter(|_| !is_numeral(before)) {
            found.push(Number { value, start, end: start + end });
        } else if let Some((value, end)) = english(&text[start..]).filter(|_| !before.is_ascii_alphanumeric()) {
            found.push(Number { value, start, end: start + end });
        }
        before = c;
    }
    found
}

fn multiplier(rest: &str) -> (f64, usize) {
    let units = [("千", 1e3), ("万", 1e4), ("百", 1e2)];
    if let Some((unit, times)) = units.into_iter().find(|(unit, _)| rest.starts_with(unit)) {
        return (times, unit.len());
    }
    match rest.strip_prefix('k').filter(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic())) {
        Some(_) => (1e3, 1),
        None => (1.0, 0),
    }
}

fn digit(c: char) -> Option<f64> {
    let at = "零一二三四五六七八九".chars().position(|d| d == c);
    at.map(|at| at as f64).or(matches!(c, '两' | '俩').then_some(2.0))
}

fn is_numeral(c: char) -> bool {
    digit(c).is_some() || matches!(c, '十' | '百' | '千' | '万')
}

/// "两千五百", "十五", "三百": needs a unit or one digit before a time unit; returns value and length.
fn chinese(text: &str) -> Option<(f64, usize)> {
    let (mut total, mut section, mut last, mut end, mut unit) = (0.0, 0.0, None, 0, 1.0);
    for (at, c) in text.char_indices() {
        if let Some(value) = digit(c) {
            last = Some(value);
        } else {
            unit = match c {
                '十' => 10.0,
                '百' => 100.0,
                '千' => 1000.0,
                '万' => 10_000.0,
                _ => break,
            };
            if unit == 10_000.0 {
                total = (section + last.unwrap_or(0.0)) * unit;
                section = 0.0;
            } else {
                section += last.unwrap_or(1.0) * unit;
            }
            last = None;
        }
        end = at + c.len_utf8();
    }
    // "两千五" means two thousand five hundred.
    let tail = last.map(|last| if unit > 10.0 { last * unit / 10.0 } else { last });
    (end > 0).then_some((total + section + tail.unwrap_or(0.0), end))
}

fn english(text: &str) -> Option<(f64, usize)> {
    const WORDS: [(&str, f64); 12] = [
        ("one", 1.0),
        ("two", 2.0),
        ("three", 3.0),
        ("four", 4.0),
        ("five", 5.0),
        ("six", 6.0),
        ("seven", 7.0),
        ("eight", 8.0),
        ("nine", 9.0),
        ("ten", 10.0),
        ("a ", 1.0),
        ("twelve", 12.0),
    ];
    let (word, value) = WORDS.iter().find(|(word, _)| text.starts_with(word))?;
    let whole = word.ends_with(' ') || !text[word.len()..].starts_with(|c: char| c.is_ascii_alphanumeric());
    whole.then_some((*value, word.trim_end().len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_prices() {
        for (text, low, high) in [
            ("2000元以下的手机", None, Some(2000)),
            ("两千块以内的手机", None, Some(2000)),
            ("两千五以下的手机", None, Some(2500)),
            ("1.5k以下", None, Some(1500)),
            ("headphones under ¥500", None, Some(500)),
            ("phones under ¥2,000", None, Some(2000)),
            ("less than 300 yuan", None, Some(300)),
            ("1000到2000元的手机", Some(1000), Some(2000)),
            ("between ¥100 and ¥200", Some(100), Some(200)),
            ("3000元以上的手机", Some(3000), None),
            ("over 1000 RMB", Some(1000), None),
            ("500元左右", Some(400), Some(600)),
            ("M2 耳机", None, None),
            ("512GB 的手机", None, None),
            ("有什么手机", None, None),
        ] {
            let expected = Bounds { low: low.map(|v| v * 100), high: high.map(|v| v * 100) };
            assert_eq!(bounds(text), expected, "{text}");
        }
    }

    #[test]
    fn reads_durations() {
        for (text, days) in [
            ("买了10天还能退吗", Some(10.0)),
            ("M2 耳机能七天无理由退货吗", None),
            ("收到十五天了", Some(15.0)),
            ("用了两个月", Some(60.0)),
            ("买了三年了", Some(1095.0)),
            ("I bought it 3 weeks ago", Some(21.0)),
            ("after two years", Some(730.0)),
            ("after 10 days", Some(10.0)),
            ("is there a 7-day return", None),
            ("M2 多少钱", None),
        ] {
            assert_eq!(duration(text), days, "{text}");
        }
    }
}
