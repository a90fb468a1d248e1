//! today, last Friday, next Wednesday, in 3 days, Nov 25, 25 November 2026, the day after tomorrow.

use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use regex::Regex;

use super::{
    Direction, Finder, day_near, day_of_month, days, directed_year, end_of_month, full_year, months, weekday_of_week,
    working_days,
};
use crate::entities::numbers;
use crate::text::latin_pattern;

pub(super) const MONTH: &str = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
pub(super) const N: &str = r"\d{1,3}|a couple of|couple of|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty";

static WORD: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        r"(?i)\b(?:(?:the )?day after (?:tomorrow|tmrw?)|(?:the )?day before yesterday|today|tonight|tomorrow|tomorow|tommorow|tommorrow|tmrw?|2moro|yesterday|last night|this (?:morning|afternoon|evening)|(?:by|before) (?:noon|midnight)|by (?:the )?end of (?:the )?day|end of (?:the|this) month|end of (?:next|last) month|(?:start|beginning) of (?:the |this |next )month|end of (?:the|this) year)\b",
    )
});
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(
        r"(?i)^\s+(?:on\s+)?(?:tomorrow|tmrw?|mon|tue|wed|thu|fri|sat|sun|next|the\s+\d|\d|{MONTH})"
    ))
});
static WEEKDAY: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        r"(?i)\b(?:(next|last|this|coming|on|by|until|since|before|every|each)\s+(?:week(?:'s)?\s+|the\s+)?)?(mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|mon|tues?|wed|thurs?|thu|fri|sat|sun)\b(\s+(?:last|next)\s+week)?",
    )
});
const UNIT: &str = "business days?|working days?|days?|weeks?|fortnights?|months?|years?";
/// "Within 7 days" is a rule, not a date.
static AHEAD: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(r"(?i)\bin\s+(?:about |around )?({N})\s+({UNIT})(?:'? time)?\b( and a half)?"))
});
static AGO: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(
        r"(?i)\b(half an?|{N})\s+({UNIT})( and a half)?\s+(ago|from now|from today|from tomorrow|later|before today)\b"
    ))
});
static MONTH_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(r"(?i)\b({MONTH})\.?\s+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}})\b)?"))
});
static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(r"(?i)\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({MONTH})\b\.?(?:,?\s+(\d{{4}})\b)?"))
});
static ORDINAL: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        r"(?i)\b(on|by|before|until|till|since|after|from|around)\s+the\s+((\d{1,2})(?:st|nd|rd|th)(?: of (this|next|last) month)?)\b",
    )
});
static OF_MONTH: LazyLock<Regex> =
    LazyLock::new(|| latin_pattern(r"(?i)\b(\d{1,2})(?:st|nd|rd|th) of (this|next|last) month\b"));
static DID: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        r"(?i)\b(?:ordered|bought|placed|paid|received|got|arrived|came|shipped|returned|(?:was|were) delivered)\b[^.,;?!\n]{0,24}$",
    )
});
/// N days before or after a day that has a name.
static FROM_DAY: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(r"(?i)\b({N})\s+(days?|weeks?)\s+(before|after)\s+(yesterday|today|tomorrow)\b"))
});
/// What was done in the past, somewhere before "on the 3rd".
static DONE: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        r"(?i)\b(?:ordered|bought|placed|paid|received|got|delivered on|arrived|shipped on|returned|since|was|were)\b",
    )
});

pub(super) fn find(finder: &mut Finder<'_>) {
    let (text, today) = (finder.text, finder.today);
    let mut push = |start, end, date, confidence| finder.day(start, end, date, confidence);
    for m in WORD.find_iter(text) {
        let word = m.as_str().to_ascii_lowercase();
        let date = match word.as_str() {
            w if w.contains("day after") => days(today, 2),
            w if w.contains("day before") => days(today, -2),
            "yesterday" | "last night" => days(today, -1),
            "today" | "tonight" | "by noon" | "before noon" | "by midnight" | "before midnight" => Some(today),
            w if w.starts_with("this ") || w.ends_with(" day") => Some(today),
            w if w.contains("next month") => {
                if w.starts_with("end") {
                    end_of_month(today, 1)
                } else {
                    day_of_month(today, 1, 1)
                }
            }
            "end of last month" => end_of_month(today, -1),
            w if w.starts_with("start") || w.starts_with("beginning") => day_of_month(today, 0, 1),
            w if w.ends_with("month") => end_of_month(today, 0),
            w if w.ends_with("year") => Date::new(today.year(), 12, 31).ok(),
            _ => days(today, 1),
        };
        // "By noon tomorrow" has its own day.
        let named = word.ends_with("noon") && NAMED.is_match(&text[m.end()..]);
        if !named {
            push(m.start(), m.end(), date, 0.95);
        }
    }
    for m in FROM_DAY.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        let from = match m[4].to_ascii_lowercase().as_str() {
            "yesterday" => -1,
            "tomorrow" => 1,
            _ => 0,
        };
        let unit = if m[2].to_ascii_lowercase().starts_with("week") { 7 } else { 1 };
        let sign = if m[3].eq_ignore_ascii_case("before") { -1 } else { 1 };
        let count = numbers::english(&m[1]).and_then(|n| i64::try_from(n).ok());
        push(whole.start(), whole.end(), count.and_then(|n| days(today, from + sign * unit * n)), 0.9);
    }
    for m in WEEKDAY.captures_iter(text) {
        let (Some(whole), Some(name)) = (m.get(0), m.get(2)) else { continue };
        let lower = name.as_str().to_ascii_lowercase();
        let before = m.get(1).map(|b| b.as_str().to_ascii_lowercase());
        let week = m.get(3).map(|w| w.as_str().trim().to_ascii_lowercase());
        // "sat", "sun" and "wed" are also words: alone they need a word before them.
        if !lower.contains("day") && before.is_none() && week.is_none() || lower.ends_with("days") {
            continue;
        }
        if matches!(before.as_deref(), Some("every" | "each")) || text[..whole.start()].ends_with("every ") {
            continue;
        }
        let Some(weekday) = weekday(&lower) else { continue };
        let date = match (before.as_deref(), week.as_deref()) {
            (_, Some("next week")) | (Some("next"), _) => weekday_of_week(today, 1, weekday),
            (_, Some("last week")) => weekday_of_week(today, -1, weekday),
            (Some("last" | "since"), _) => {
                (1..=7).filter_map(|back| days(today, -back)).find(|d| d.weekday() == weekday)
            }
            (Some("this"), _) => weekday_of_week(today, 0, weekday),
            _ => (0..7).filter_map(|ahead| days(today, ahead)).find(|d| d.weekday() == weekday),
        };
        let preposition = before.as_deref().is_some_and(|b| matches!(b, "on" | "by" | "until" | "since" | "before"));
        push(if preposition { name.start() } else { whole.start() }, whole.end(), date, 0.9);
    }
    for (pattern, half) in [(&AHEAD, 3), (&AGO, 3)] {
        for m in pattern.captures_iter(text) {
            let Some(whole) = m.get(0) else { continue };
            let (half_only, more) = (m[1].to_ascii_lowercase().starts_with("half"), m.get(half).is_some());
            let count = if half_only { Some(0) } else { numbers::english(&m[1]).and_then(|n| i64::try_from(n).ok()) };
            let Some(count) = count else { continue };
            let word = m.get(4).map_or(String::new(), |w| w.as_str().to_ascii_lowercase());
            let sign = if word == "ago" || word == "before today" { -1 } else { 1 };
            let from = if word == "from tomorrow" { days(today, 1).unwrap_or(today) } else { today };
            let unit = m[2].to_ascii_lowercase();
            let parts = half_only || more;
            let date = if unit.starts_with("week") {
                days(from, (7 * count + if parts { 3 } else { 0 }) * sign)
            } else if unit.starts_with("fortnight") {
                days(from, 14 * count * sign)
            } else if unit.starts_with("month") {
                months(from, count * sign).and_then(|d| days(d, if parts { 15 * sign } else { 0 }))
            } else if unit.starts_with("year") {
                months(from, (12 * count + if parts { 6 } else { 0 }) * sign)
            } else if unit.starts_with("day") {
                days(from, count * sign).filter(|_| !half_only)
            } else {
                working_days(from, count * sign)
            };
            push(whole.start(), whole.end(), date, 0.9);
        }
    }
    for m in MONTH_FIRST.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        push(
            whole.start(),
            whole.end(),
            civil((today, was_done(text, whole.start())), &m[1], &m[2], m.get(3).map(|y| y.as_str())),
            0.95,
        );
    }
    for m in DAY_FIRST.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        // "The first 2 may be broken", "10 march".
        let verb = m[2] == *"may" && text[whole.end()..].trim_start().starts_with(|c: char| c.is_ascii_lowercase());
        if verb || text[..whole.start()].ends_with(['.', '$', '#', '-']) {
            continue;
        }
        push(
            whole.start(),
            whole.end(),
            civil((today, was_done(text, whole.start())), &m[2], &m[1], m.get(3).map(|y| y.as_str())),
            0.95,
        );
    }
    for m in OF_MONTH.captures_iter(text) {
        let (Some(whole), Ok(number)) = (m.get(0), m[1].parse::<i8>()) else { continue };
        let shift = match m[2].to_ascii_lowercase().as_str() {
            "next" => 1,
            "last" => -1,
            _ => 0,
        };
        push(whole.start(), whole.end(), day_of_month(today, shift, number), 0.95);
    }
    for m in ORDINAL.captures_iter(text) {
        let (Some(whole), Some(day), Ok(number)) = (m.get(0), m.get(2), m[3].parse::<i8>()) else { continue };
        // "On the 3rd floor" is a place.
        if ["floor", "attempt", "time", "try", "day", "item", "one", "order", "page"]
            .iter()
            .any(|w| text[whole.end()..].trim_start().to_ascii_lowercase().starts_with(w))
        {
            continue;
        }
        let direction = match m[1].to_ascii_lowercase().as_str() {
            "since" => Some(Direction::Past),
            "by" | "until" | "till" | "before" => Some(Direction::Future),
            "on" | "from" | "after" | "around" if DONE.is_match(&text[..whole.start()]) => Some(Direction::Past),
            _ => None,
        };
        push(day.start(), day.end(), day_near(today, number, direction), 0.7);
    }
}

pub(super) fn month_number(name: &str) -> Option<i8> {
    let name = name.to_ascii_lowercase();
    let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    i8::try_from(names.iter().position(|n| name.starts_with(n))? + 1).ok()
}

/// "I got it on March 8th": what was done lies behind us.
fn was_done(text: &str, at: usize) -> bool {
    DID.is_match(&text[..at])
}

fn civil((today, done): (Date, bool), month: &str, day: &str, year: Option<&str>) -> Option<Date> {
    let (month, day) = (month_number(month)?, day.parse().ok()?);
    match year {
        Some(year) => Date::new(full_year(year)?, month, day).ok(),
        None => directed_year(today, month, day, Some(Direction::Past).filter(|_| done)),
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name.get(..3)? {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        _ => Weekday::Sunday,
    })
}
