//! today, last Friday, next Wednesday, in 3 days, Nov 25, 25 November 2026, the day after tomorrow.

use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use regex::Regex;

use super::{Push, days, end_of_month, full_year, months, nearest_year, weekday_of_week};
use crate::entities::numbers;
use crate::text::pattern;

const MONTH: &str = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
const N: &str = r"\d{1,3}|a couple of|couple of|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty";

static WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(?:the )?day after (?:tomorrow|tmrw?)|(?:the )?day before yesterday|today|tonight|tomorrow|tomorow|tmrw?|2moro|yesterday|last night|end of (?:the|this) month|end of next month|end of (?:the|this) year)\b",
    )
});
static WEEKDAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(next|last|this|coming|on|by|until|since|before)\s+(?:week(?:'s)?\s+|the\s+)?)?(mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|mon|tues?|wed|thurs?|thu|fri|sat|sun)\b(\s+(?:last|next)\s+week)?",
    )
});
static AHEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)\b(?:in|within)\s+({N})\s+(business days?|working days?|days?|weeks?|months?)(?:'? time)?\b"
    ))
});
static AGO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)\b({N})\s+(business days?|working days?|days?|weeks?|months?)\s+(ago|from now|from today|later)\b"
    ))
});
static MONTH_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?i)\b({MONTH})\.?\s+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}})\b)?"))
});
static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?i)\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({MONTH})\b\.?(?:,?\s+(\d{{4}})\b)?"))
});
static ORDINAL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:on|by|before|until|since)\s+the\s+((\d{1,2})(?:st|nd|rd|th))\b"));
static FEAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(christmas eve|christmas|xmas|new year'?s eve|new year'?s day|valentine'?s day|halloween|black friday|singles'? day|double (?:11|eleven))\b",
    )
});

pub(super) fn find(text: &str, today: Date, push: &mut Push<'_>) {
    for m in WORD.find_iter(text) {
        let word = m.as_str().to_ascii_lowercase();
        let date = match word.as_str() {
            w if w.contains("day after") => days(today, 2),
            w if w.contains("day before") => days(today, -2),
            "yesterday" | "last night" => days(today, -1),
            "today" | "tonight" => Some(today),
            "end of next month" => end_of_month(today, 1),
            w if w.ends_with("month") => end_of_month(today, 0),
            w if w.ends_with("year") => Date::new(today.year(), 12, 31).ok(),
            _ => days(today, 1),
        };
        push(m.start(), m.end(), date, 0.95);
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
    for (pattern, sign) in [(&AHEAD, 1), (&AGO, 0)] {
        for m in pattern.captures_iter(text) {
            let Some(whole) = m.get(0) else { continue };
            let Some(count) = numbers::english(&m[1]).and_then(|n| i64::try_from(n).ok()) else { continue };
            let sign = match m.get(3) {
                Some(word) if word.as_str().eq_ignore_ascii_case("ago") => -1,
                _ if sign == 0 => 1,
                _ => sign,
            };
            let unit = m[2].to_ascii_lowercase();
            let date = if unit.starts_with("week") {
                days(today, 7 * count * sign)
            } else if unit.starts_with("month") {
                months(today, count * sign)
            } else {
                days(today, count * sign)
            };
            push(whole.start(), whole.end(), date, 0.9);
        }
    }
    for m in MONTH_FIRST.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        push(whole.start(), whole.end(), civil(today, &m[1], &m[2], m.get(3).map(|y| y.as_str())), 0.95);
    }
    for m in DAY_FIRST.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        push(whole.start(), whole.end(), civil(today, &m[2], &m[1], m.get(3).map(|y| y.as_str())), 0.95);
    }
    for m in ORDINAL.captures_iter(text) {
        let (Some(day), Ok(number)) = (m.get(1), m[2].parse::<i8>()) else { continue };
        push(day.start(), day.end(), super::day_of_month(today, 0, number), 0.7);
    }
    for m in FEAST.find_iter(text) {
        let name = m.as_str().to_ascii_lowercase();
        let date = match name.as_str() {
            "black friday" => black_friday(today),
            "christmas eve" => nearest_year(today, 12, 24),
            "christmas" | "xmas" => nearest_year(today, 12, 25),
            "halloween" => nearest_year(today, 10, 31),
            n if n.starts_with("new year") && n.ends_with("eve") => nearest_year(today, 12, 31),
            n if n.starts_with("new year") => nearest_year(today, 1, 1),
            n if n.starts_with("valentine") => nearest_year(today, 2, 14),
            _ => nearest_year(today, 11, 11),
        };
        push(m.start(), m.end(), date, 0.8);
    }
}

fn black_friday(today: Date) -> Option<Date> {
    let first = Date::new(today.year(), 11, 1).ok()?;
    let thursday = first.nth_weekday_of_month(4, Weekday::Thursday).ok()?;
    days(thursday, 1)
}

fn civil(today: Date, month: &str, day: &str, year: Option<&str>) -> Option<Date> {
    let month = month.to_ascii_lowercase();
    let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let month = i8::try_from(names.iter().position(|n| month.starts_with(n))? + 1).ok()?;
    let day = day.parse().ok()?;
    match year {
        Some(year) => Date::new(full_year(year)?, month, day).ok(),
        None => nearest_year(today, month, day),
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
