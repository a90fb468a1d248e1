//! Phones: Chinese mobiles, landlines and service numbers, international numbers -> `+` and digits as in E.164, with
//! `;ext=` as in RFC 3966.

use std::sync::LazyLock;

use regex::Regex;

use super::Found;
use crate::text::{digits_alone, latin_pattern, stands_alone};
use crate::understanding::EntityKind;

static MOBILE: LazyLock<Regex> =
    LazyLock::new(|| latin_pattern(r"(?:\(?(?:\+|00)?86\)?[ -]{0,2})?(1[3-9]\d(?:[ .-]?\d){8})"));
static LANDLINE: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(concat!(
        r"(?:\(?(?:\+|00)86\)?[ -]?\(?0?|\(?0)(10|2[0-57-9]|[3-9]\d{2})\)?[ -]{0,3}([2-8]\d{2,3})[ -]?(\d{4})",
        r"(?:(?i:\s?(?:转|分机号?|ext\.?|extension|x|#|;ext=)\s?|-)(\d{1,5}))?",
    ))
});
static SERVICE: LazyLock<Regex> = LazyLock::new(|| latin_pattern(r"([48]00(?:[ -]?\d){7})"));
static INTERNATIONAL: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        r"(?:\(?\+|00)\s?([1-9](?:[ .()-]{0,3}\d){6,14})(?:(?i:\s?(?:ext\.?|extension|x|;ext=)\s?)(\d{1,5}))?",
    )
});
static NANP: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        r"(?:1[ .-])?\(?([2-9]\d{2})\)?[ .-]\s?([2-9]\d{2})[ .-](\d{4})(?:(?i:\s?(?:ext\.?|extension|x)\s?)(\d{1,5}))?",
    )
});
/// Calling codes of the ITU with one and two digits; those with three begin with one of `THREE`.
const TWO: &[u8] = &[
    20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61, 62,
    63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
];
const THREE: &[u8] = &[21, 22, 23, 24, 25, 26, 29, 35, 37, 38, 42, 50, 59, 67, 68, 69, 80, 85, 87, 88, 96, 97, 99];
/// Numbers of other things, named right before them.
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        r"(?i)(?:QQ号?码?|群号?|验证码|序列号|单号|卡号|账号|密码|编码|IMEI|\bSN|serial (?:number|no\.?)|tracking (?:number|no\.?|id)|code|version|固件|型号)\s*(?:是|为|is|:|：|#)?\s*$",
    )
});

pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    let mut push = |start, end, value: String, confidence| {
        let mut from = usize::saturating_sub(start, 48);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        if !OTHER.is_match(&text[from..start]) {
            found.push(Found { kind: EntityKind::Phone, start, end, value: value.into(), confidence });
        }
    };
    for m in MOBILE.captures_iter(text) {
        let (Some(whole), Some(number)) = (m.get(0), m.get(1)) else { continue };
        if stands_alone(text, whole.start(), whole.end()) && groups(number.as_str()) <= 4 && !goes_on(text, whole.end())
        {
            push(whole.start(), whole.end(), format!("+86{}", digits(number.as_str())), 1.0);
        }
    }
    for m in LANDLINE.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        let local = m[2].len() + m[3].len();
        // Eight digits in the large cities, seven or eight elsewhere.
        let long = local == 8 || m[1].len() == 3;
        let extension = m.get(4).map(|e| format!(";ext={}", e.as_str())).unwrap_or_default();
        if long && stands_alone(text, whole.start(), whole.end()) {
            push(whole.start(), whole.end(), format!("+86{}{}{}{extension}", &m[1], &m[2], &m[3]), 0.9);
        }
    }
    for m in SERVICE.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        if stands_alone(text, whole.start(), whole.end()) && groups(whole.as_str()) <= 3 && !goes_on(text, whole.end())
        {
            push(whole.start(), whole.end(), format!("+86{}", digits(whole.as_str())), 0.9);
        }
    }
    for m in INTERNATIONAL.captures_iter(text) {
        let (Some(whole), Some(number)) = (m.get(0), m.get(1)) else { continue };
        let Some((length, value)) = international(number.as_str()) else { continue };
        let cut = length < number.as_str().len();
        let end = if cut { number.start() + length } else { whole.end() };
        let extension = m.get(2).filter(|_| !cut).map(|e| format!(";ext={}", e.as_str())).unwrap_or_default();
        if digits_alone(text, whole.start(), end) {
            push(whole.start(), end, format!("+{value}{extension}"), 0.95);
        }
    }
    for m in NANP.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        let joined = text[..whole.start()].ends_with(['.', '-']) || goes_on(text, whole.end());
        if stands_alone(text, whole.start(), whole.end()) && !joined {
            let extension = m.get(4).map(|e| format!(";ext={}", e.as_str())).unwrap_or_default();
            push(whole.start(), whole.end(), format!("+1{}{}{}{extension}", &m[1], &m[2], &m[3]), 0.7);
        }
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn groups(text: &str) -> usize {
    text.split(|c: char| !c.is_ascii_digit()).filter(|g| !g.is_empty()).count()
}

/// A longer number with separators, a version or an IP address.
fn goes_on(text: &str, end: usize) -> bool {
    let mut after = text[end..].chars();
    matches!(after.next(), Some('.' | '-')) && after.next().is_some_and(|c| c.is_ascii_digit())
}

/// How much of `text`, which starts with a calling code, is the number, and its digits.
fn international(text: &str) -> Option<(usize, String)> {
    // +44 (0)20 …: the 0 is only dialled inside the country.
    let (head, tail) = text.split_once("(0)").unwrap_or((text, ""));
    let all = digits(head) + &digits(tail);
    let two = all.get(..2)?.parse::<u8>().ok()?;
    if !matches!(all.as_bytes().first(), Some(b'1' | b'7')) && !TWO.contains(&two) && !THREE.contains(&two) {
        return None;
    }
    // What is known to be longer than a number of that country does not belong to it: "+1 415 555 2671 2 pairs".
    let most = match (all.as_bytes().first()?, two) {
        (b'1', _) => 11,
        (b'7', _) => 11,
        (_, 86) if matches!(all.as_bytes().get(2..4)?, [b'1', b'3'..=b'9']) => 13,
        (_, 86) => 12,
        _ => 13,
    };
    let least = if most == 11 { 11 } else { 8 };
    if all.len() < least {
        return None;
    }
    if all.len() <= most {
        return (two != 86 || all.len() >= 11).then_some((text.len(), all));
    }
    let (mut count, mut end) = (0, 0);
    let skipped = text.find("(0)").map(|at| at + 1);
    for (at, c) in text.char_indices() {
        if c.is_ascii_digit() && Some(at) != skipped {
            count += 1;
            end = at + 1;
        }
        if count == most {
            break;
        }
    }
    (!text[end..].starts_with(|c: char| c.is_ascii_digit())).then(|| (end, all[..most].to_owned()))
}
