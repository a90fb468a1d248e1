//! Holidays and shopping days in both languages: 双十一, 国庆, 中秋, Christmas, Black Friday, Mother's Day.

use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use regex::Regex;

use super::{Finder, days};
use crate::text::{digits_alone, latin_pattern};

static ZH: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(concat!(
        "(今年|去年|明年|前年)?的?(双十一|双11|双十二|双12|11\\.11|12\\.12|6\\.18|618|国庆节?|十一|元旦|圣诞节?|平安夜|情人节|五一|劳动节|春节|过年|大年三十|除夕|元宵节?",
        "|清明节?|端午节?|七夕节?|中秋节?|重阳节?|妇女节|六一|儿童节|母亲节|父亲节|教师节|万圣节|感恩节|黑五|网一)(大促|活动|当天|那天|期间|假期|长假|黄金周|放假)?",
    ))
});
static EN: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(concat!(
        r"(?i)\b(christmas eve|christmas day|christmas|xmas|boxing day|new year'?s eve|new year'?s day|new year'?s|chinese new year|lunar new year|new year|spring festival|",
        r"valentine'?s day|valentine'?s|halloween|black friday|cyber monday|thanksgiving|easter|mother'?s day|father'?s day|singles'? day|double (?:11|12|eleven|twelve)|",
        r"national day|golden week|mid-autumn festival|mid-autumn|dragon boat festival|lantern festival|labou?r day|may day|children'?s day|independence day)\b(?: (last year|this year|next year|\d{4}))?",
    ))
});

pub(super) fn find(finder: &mut Finder<'_>) {
    let (text, today) = (finder.text, finder.today);
    for m in ZH.captures_iter(text) {
        let (Some(whole), Some(name)) = (m.get(0), m.get(2)) else { continue };
        let after = &text[whole.end()..];
        let tail = m.get(3).map(|t| t.as_str());
        let digits = name.as_str().starts_with(|c: char| c.is_ascii_digit());
        // 五一路 is a street, 圣诞树 a thing, ¥11.11 a price, 618 alone a number, 二十一 a larger one.
        if after.starts_with(|c: char| "路街村广大中小二三四五六七八九十百号件个块元月日点树老礼月".contains(c))
            || digits
                && (!digits_alone(text, whole.start(), whole.end())
                    || text[..whole.start()].ends_with(['.', '¥', '$', '€', '£']))
            || name.as_str() == "618" && tail.is_none()
            || text[..whole.start()].ends_with(|c: char| "一二三四五六七八九十百第星期周拜".contains(c))
            || name.as_str() == "十一" && !matches!(tail, Some("期间" | "假期" | "长假" | "黄金周" | "放假"))
        {
            continue;
        }
        let year = match m.get(1).map(|y| y.as_str()) {
            Some("今年") => Some(today.year()),
            Some("明年") => Some(today.year() + 1),
            Some("去年") => Some(today.year() - 1),
            Some("前年") => Some(today.year() - 2),
            _ => None,
        };
        let Some(feast) = feast(name.as_str()) else { continue };
        let Some(date) = when(feast, today, year) else { continue };
        let length = match feast {
            Feast::Fixed(10, 1) | Feast::Spring => 6,
            Feast::Fixed(5, 1) => 4,
            _ => 0,
        };
        let start = name.start().min(whole.start());
        match tail {
            Some("期间" | "假期" | "长假" | "黄金周" | "放假") if length > 0 => {
                finder.span(start, whole.end(), Some(date), days(date, length));
            }
            _ => finder.day(
                start,
                m.get(3).filter(|t| t.as_str() != "放假").map_or(name.end(), |t| t.end()),
                Some(date),
                0.8,
            ),
        }
    }
    for m in EN.captures_iter(text) {
        let (Some(whole), Some(name)) = (m.get(0), m.get(1)) else { continue };
        let after = text[whole.end()..].trim_start().to_ascii_lowercase();
        if ["tree", "card", "gift", "present", "egg", "decoration"].iter().any(|w| after.starts_with(w)) {
            continue;
        }
        let year = m.get(2).and_then(|y| match y.as_str().to_ascii_lowercase().as_str() {
            "last year" => Some(today.year() - 1),
            "this year" => Some(today.year()),
            "next year" => Some(today.year() + 1),
            digits => digits.parse().ok().filter(|y| (1970..=2100).contains(y)),
        });
        let lower = name.as_str().to_ascii_lowercase().replace('\'', "");
        let Some(feast) = feast(&lower) else { continue };
        let Some(date) = when(feast, today, year) else { continue };
        if lower == "golden week" {
            finder.span(whole.start(), whole.end(), Some(date), days(date, 6));
        } else {
            finder.day(whole.start(), whole.end(), Some(date), 0.8);
        }
    }
}

#[derive(Clone, Copy)]
enum Feast {
    Fixed(i8, i8),
    /// The nth weekday of a month, and days after it.
    Nth(i8, i8, Weekday, i64),
    Spring,
    /// Days from the first day of the lunar year.
    FromSpring(i64),
    Table(&'static [(i16, i8, i8)]),
    Easter,
}

fn feast(name: &str) -> Option<Feast> {
    use Feast::{Easter, Fixed, FromSpring, Nth, Spring, Table};
    Some(match name.trim_end_matches('节') {
        "双十一" | "双11" | "11.11" | "singles day" | "double 11" | "double eleven" => Fixed(11, 11),
        "双十二" | "双12" | "12.12" | "double 12" | "double twelve" => Fixed(12, 12),
        "618" | "6.18" => Fixed(6, 18),
        "国庆" | "十一" | "national day" | "golden week" => Fixed(10, 1),
        "元旦" | "new years day" | "new years" | "new year" => Fixed(1, 1),
        "圣诞" | "christmas" | "christmas day" | "xmas" => Fixed(12, 25),
        "平安夜" | "christmas eve" => Fixed(12, 24),
        "boxing day" => Fixed(12, 26),
        "new years eve" => Fixed(12, 31),
        "情人" | "valentines day" | "valentines" => Fixed(2, 14),
        "五一" | "劳动" | "may day" | "labour day" | "labor day" => Fixed(5, 1),
        "六一" | "儿童" | "childrens day" => Fixed(6, 1),
        "妇女" => Fixed(3, 8),
        "教师" => Fixed(9, 10),
        "万圣" | "halloween" => Fixed(10, 31),
        "independence day" => Fixed(7, 4),
        "春" | "过年" | "chinese new year" | "lunar new year" | "spring festival" => Spring,
        "除夕" | "大年三十" => FromSpring(-1),
        "元宵" | "lantern festival" => FromSpring(14),
        "清明" => Table(QINGMING),
        "端午" | "dragon boat festival" => Table(DRAGON_BOAT),
        "七夕" => Table(QIXI),
        "中秋" | "mid-autumn festival" | "mid-autumn" => Table(MID_AUTUMN),
        "重阳" => Table(CHONGYANG),
        "母亲" | "mothers day" => Nth(5, 2, Weekday::Sunday, 0),
        "父亲" | "fathers day" => Nth(6, 3, Weekday::Sunday, 0),
        "感恩" | "thanksgiving" => Nth(11, 4, Weekday::Thursday, 0),
        "黑五" | "black friday" => Nth(11, 4, Weekday::Thursday, 1),
        "网一" | "cyber monday" => Nth(11, 4, Weekday::Thursday, 4),
        "easter" => Easter,
        _ => return None,
    })
}

/// In a year, or in the one that brings it nearest to today.
fn when(feast: Feast, today: Date, year: Option<i16>) -> Option<Date> {
    match year {
        Some(year) => in_year(feast, year),
        None => (today.year().checked_sub(1)?..=today.year().checked_add(1)?)
            .filter_map(|year| in_year(feast, year))
            .min_by_key(|d| today.until(*d).map_or(i32::MAX, |s| s.get_days().abs())),
    }
}

fn in_year(feast: Feast, year: i16) -> Option<Date> {
    match feast {
        Feast::Fixed(month, day) => Date::new(year, month, day).ok(),
        Feast::Nth(month, nth, weekday, after) => {
            days(Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, weekday).ok()?, after)
        }
        Feast::Spring => table(SPRING, year),
        Feast::FromSpring(shift) => days(table(SPRING, year)?, shift),
        Feast::Table(rows) => table(rows, year),
        Feast::Easter => easter(year),
    }
}

fn table(rows: &[(i16, i8, i8)], year: i16) -> Option<Date> {
    rows.iter().find(|(y, ..)| *y == year).and_then(|(y, m, d)| Date::new(*y, *m, *d).ok())
}

/// The Gregorian computus (Meeus, Jones, Butcher).
fn easter(year: i16) -> Option<Date> {
    let year = i32::from(year);
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let sum = h + l - 7 * ((a + 11 * h + 22 * l) / 451) + 114;
    Date::new(i16::try_from(year).ok()?, i8::try_from(sum / 31).ok()?, i8::try_from(sum % 31 + 1).ok()?).ok()
}

/// Lunar feasts in tables; the lunar calendar is astronomy and not worth its code here.
const SPRING: &[(i16, i8, i8)] = &[
    (2025, 1, 29),
    (2026, 2, 17),
    (2027, 2, 6),
    (2028, 1, 26),
    (2029, 2, 13),
    (2030, 2, 3),
    (2031, 1, 23),
    (2032, 2, 11),
    (2033, 1, 31),
    (2034, 2, 19),
    (2035, 2, 8),
    (2036, 1, 28),
];
const QINGMING: &[(i16, i8, i8)] =
    &[(2025, 4, 4), (2026, 4, 5), (2027, 4, 5), (2028, 4, 4), (2029, 4, 4), (2030, 4, 5)];
const DRAGON_BOAT: &[(i16, i8, i8)] =
    &[(2025, 5, 31), (2026, 6, 19), (2027, 6, 9), (2028, 5, 28), (2029, 6, 16), (2030, 6, 5)];
const QIXI: &[(i16, i8, i8)] =
    &[(2025, 8, 29), (2026, 8, 19), (2027, 8, 8), (2028, 8, 26), (2029, 8, 16), (2030, 8, 5)];
const MID_AUTUMN: &[(i16, i8, i8)] =
    &[(2025, 10, 6), (2026, 9, 25), (2027, 9, 15), (2028, 10, 3), (2029, 9, 22), (2030, 9, 12)];
const CHONGYANG: &[(i16, i8, i8)] =
    &[(2025, 10, 29), (2026, 10, 18), (2027, 10, 8), (2028, 10, 26), (2029, 10, 16), (2030, 10, 5)];

#[cfg(test)]
mod tests {
    #[test]
    fn easter_moves() {
        for (year, month, day) in [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28)] {
            assert_eq!(super::easter(year), jiff::civil::Date::new(year, month, day).ok());
        }
    }
}
