//! Chinese numerals (一百二十, 两千, 三百五) and English number words, as far as customers use them.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::latin_pattern;

/// Digits with or without thousands separators; at most two decimals.
pub(crate) const DECIMAL: &str = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,12}(?:\.\d{1,2})?";
/// A run of Chinese numerals.
pub(crate) const CHINESE: &str = "[零〇一二两三四五六七八九十百千万]+";
/// English number words: twenty-five, a hundred, two thousand five hundred and ten.
pub(crate) const ENGLISH: &str = concat!(
    r"(?:an?\s+(?:hundred|thousand)|",
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|",
    r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety))",
    r"(?:(?:\s+and\s+|[\s-]+)(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|",
    r"fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|",
    r"thousand))*"
);

/// The value of a run of Chinese numerals or ASCII digits; `None` when it is not one number ("两三百" is two).
pub(crate) fn chinese(text: &str) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return if text.len() <= 12 { text.parse().ok() } else { None };
    }
    let mut total: u64 = 0;
    let mut section: u64 = 0;
    let mut digit: Option<u64> = None;
    let mut last_unit: u64 = 0;
    let mut plain = String::new();
    let (mut units, mut pairs) = (false, false);
    for c in text.chars() {
        if let Some(value) = digit_of(c) {
            plain.push(char::from(b'0' + value as u8));
            if value == 0 {
                last_unit = 0;
            }
            pairs |= digit.is_some_and(|d| d > 0);
            digit = Some(value);
            continue;
        }
        units = true;
        let unit = match c {
            '十' | '拾' => 10,
            '百' | '佰' => 100,
            '千' | '仟' => 1000,
            '万' | '萬' => 10_000,
            _ => return None,
        };
        if unit == 10_000 {
            total = total.checked_add((section + digit.take().unwrap_or(0)).max(1).checked_mul(unit)?)?;
            section = 0;
        } else {
            let factor = match digit.take() {
                Some(d) => d,
                None if unit == 10 => 1,
                None => return None,
            };
            section = section.checked_add(factor * unit)?;
        }
        last_unit = unit;
    }
    if !units {
        // 一二三: digits read one by one.
        return if plain.len() <= 12 { plain.parse().ok() } else { None };
    }
    if pairs {
        return None;
    }
    if let Some(d) = digit {
        // 三百五 is 350, 三百零五 is 305, 一万二 is 12000.
        let factor = if last_unit >= 100 { last_unit / 10 } else { 1 };
        section = section.checked_add(d * factor)?;
    }
    total.checked_add(section)
}

/// As `chinese`, but 两三 and 五六 are a guess and no number.
pub(crate) fn exact(text: &str) -> Option<u64> {
    let guess = text.chars().count() == 2 && text.chars().all(|c| digit_of(c).is_some_and(|d| d > 0) && !c.is_ascii());
    if guess { None } else { chinese(text) }
}

fn digit_of(c: char) -> Option<u64> {
    Some(match c {
        '零' | '〇' => 0,
        '一' | '壹' | '幺' => 1,
        '二' | '两' | '贰' | '俩' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        c => u64::from(c.to_digit(10)?),
    })
}

/// `3`, `three`, `a`, `a couple of`, `two thousand five hundred`.
pub(crate) fn english(words: &str) -> Option<u64> {
    let words = words.to_ascii_lowercase();
    if words.bytes().all(|b| b.is_ascii_digit()) {
        return if words.len() <= 9 { words.parse().ok() } else { None };
    }
    match words.as_str() {
        "a" | "an" => return Some(1),
        "a couple of" | "couple of" | "both" => return Some(2),
        _ => {}
    }
    let (mut total, mut section, mut last) = (0u64, 0u64, u64::MAX);
    for word in words.split([' ', '-', '\n']).filter(|w| !w.is_empty() && *w != "and") {
        let value = match word {
            "hundred" => {
                section = section.max(1).checked_mul(100)?;
                100
            }
            "thousand" => {
                total = total.checked_add(section.max(1).checked_mul(1000)?)?;
                section = 0;
                1000
            }
            "a" | "an" => continue,
            word => {
                let value = small(word)?;
                // "two five" is no number; "twenty five" and "hundred five" are.
                if last < 20 || last < 100 && value >= 10 {
                    return None;
                }
                section = section.checked_add(value)?;
                value
            }
        };
        last = value;
    }
    (last != u64::MAX).then_some(total.checked_add(section)?)
}

fn small(word: &str) -> Option<u64> {
    const WORDS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let at = |words: &[&str]| words.iter().position(|w| *w == word).map(|n| n as u64);
    at(&WORDS).or_else(|| at(&TENS).map(|n| (n + 2) * 10))
}

static MORE: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(concat!(
        r"(?i)^\s?(?:元|块|k\b|件|个|双|盒)?\s?(?:-+|~+|到|至|或者?|to\s|or\s)\s?(?:rmb\s?|cny\s?|usd\s?|[a-z]{0,2}[¥$€£]\s?)?",
        r"(?:\d|[一二两三四五六七八九十百]|one\b|two\b|three\b|four\b|five\b|six\b|ten\b|twenty\b|thirty\b|fifty\b|a hundred\b)",
    ))
});
static LESS: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(concat!(
        r"(?i)(?:\d|[一二两三四五六七八九十百千万]|\b(?:one|two|three|four|five|ten|twenty|thirty|fifty|hundred))\s?(?:元|块|k|件|个|双|盒|yuan|dollars|rmb)?",
        r"\s?(?:-+|~+|到|至|或者?|\sto\s|\sor\s)\s?(?:[a-z]{0,2}[¥$€£])?$|\bbetween\s[^,.;!?]{1,24}\sand\s+(?:[a-z]{0,2}[¥$€£])?$",
    ))
});

/// One end of a range: 100-200 元, 三到五件, between $20 and $30.
pub(crate) fn in_range(text: &str, start: usize, end: usize) -> bool {
    let mut from = start.saturating_sub(48);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let (before, after) = (&text[from..start], crate::text::head(&text[end..], 32));
    let between = before.trim_end().to_ascii_lowercase().ends_with("between") && after.trim_start().starts_with("and ");
    between || MORE.is_match(after) || LESS.is_match(before)
}

#[cfg(test)]
mod tests {
    #[test]
    fn chinese() {
        for (text, value) in [
            ("十", 10),
            ("二十五", 25),
            ("两百", 200),
            ("二百", 200),
            ("三百五", 350),
            ("三百零五", 305),
            ("一千二百", 1200),
            ("一万二", 12000),
            ("一万零五百", 10500),
            ("十二", 12),
            ("一二三", 123),
            ("199", 199),
            ("3万", 30000),
            ("两千五", 2500),
            ("一百二十", 120),
            ("十万", 100_000),
        ] {
            assert_eq!(super::chinese(text), Some(value), "{text}");
        }
        for text in ["", "百", "块", "1234567890123", "两三百", "七八十"] {
            assert_eq!(super::chinese(text), None, "{text}");
        }
        assert_eq!(super::exact("两三"), None);
        assert_eq!(super::exact("12"), Some(12));
    }

    #[test]
    fn english() {
        for (text, value) in [
            ("a", 1),
            ("twelve", 12),
            ("twenty-five", 25),
            ("a hundred", 100),
            ("a hundred and twenty", 120),
            ("two thousand five hundred", 2500),
            ("nineteen hundred", 1900),
            ("42", 42),
        ] {
            assert_eq!(super::english(text), Some(value), "{text}");
        }
        for text in ["", "and", "two five", "ten twenty", "twenty ten", "many", "1234567890"] {
            assert_eq!(super::english(text), None, "{text}");
        }
    }

    #[test]
    fn ranges() {
        let within = |text: &str, number: &str| {
            let start = text.find(number).unwrap_or_default();
            super::in_range(text, start, start + number.len())
        };
        assert!(within("100-200元", "100") && within("100-200元", "200元"));
        assert!(within("三百到五百元", "三百") && within("三百到五百元", "五百元"));
        assert!(within("between $20 and $30", "$20") && within("between $20 and $30", "$30"));
        assert!(!within("KF2026110017 200元", "200元") && !within("退200元到账", "200元"));
    }
}
