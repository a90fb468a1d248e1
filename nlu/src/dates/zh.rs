//! 今天, 下周三, 本月底, 3天后, 11月25号, 2026-11-25, 双十一.

use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use regex::Regex;

use super::{Push, day_of_month, days, end_of_month, full_year, months, nearest_year, weekday_of_week};
use crate::entities::numbers;
use crate::text::{digits_alone, pattern};

const N: &str = r"\d{1,3}|[一二两三四五六七八九十]{1,3}";

static DAY_WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern("大后天|大前天|后天|前天|明天|昨天|今天|今日|明日|昨日|昨晚|今晚|明晚|今早|明早|明儿|今儿|后日")
});
static FULL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(\d{4}|\d{2})\s?(?:[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})|年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?[日号]?)")
});
static MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(今年|明年|去年)?的?(\d{1,2}|[一二三四五六七八九十]{1,2})\s?月份?\s?(\d{1,2}|[一二三四五六七八九十]{1,3})\s?[日号]?",
    )
});
static SLASH: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\d{1,2})/(\d{1,2})"));
static WEEKDAY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(上上|上|下下|下|这|本)?(?:一)?个?(?:星期|礼拜|周)([一二三四五六日天末1-6])"));
static OFFSET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        "({N}|半)(个工作日|个礼拜|个星期|个月|工作日|星期|礼拜|天|日|周|年)(?:之后|以后|过后|后|之前|以前|前)"
    ))
});
static THIS_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!("(这个月|本月|当月|下个月|下月|上个月|上月)(?:的)?(?:(底|末|初|中旬|中)|({N})\\s?[日号])"))
});
static MONTH_END: LazyLock<Regex> = LazyLock::new(|| pattern("月底|月末|年底|年末"));
static NAMED_MONTH_END: LazyLock<Regex> =
    LazyLock::new(|| pattern("(\\d{1,2}|[一二三四五六七八九十]{1,2})月(底|末|初)"));
static DAY_ONLY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(\d{1,2})[号日](?:之前|前|到|发|送|下单|下的单|买|收到|付|签收|晚上|早上|上午|下午|中午|就|的时候|那天)")
});
static FEAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "(今年|去年|明年)?的?(双十一|双11|双十二|双12|国庆节?|元旦|圣诞节?|情人节|五一|劳动节|春节|除夕|618(?:大促|活动|期间|当天|那天))",
    )
});

pub(super) fn find(text: &str, today: Date, push: &mut Push<'_>) {
    for m in DAY_WORD.find_iter(text) {
        let shift = match m.as_str() {
            "大前天" => -3,
            "前天" => -2,
            "昨天" | "昨日" | "昨晚" => -1,
            "明天" | "明日" | "明晚" | "明早" | "明儿" => 1,
            "后天" | "后日" => 2,
            "大后天" => 3,
            _ => 0,
        };
        push(m.start(), m.end(), days(today, shift), 0.95);
    }
    for m in FULL.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        let (Some(month), Some(day)) = (m.get(2).or(m.get(4)), m.get(3).or(m.get(5))) else { continue };
        // Two digits are only a year before 年: 10-11-12 could be anything.
        if m[1].len() == 2 && m.get(4).is_none() || !whole_number(text, whole.start(), whole.end()) {
            continue;
        }
        let date = full_year(&m[1]).and_then(|y| civil(y, month.as_str(), day.as_str()));
        push(whole.start(), whole.end(), date, 1.0);
    }
    for m in MONTH_DAY.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        let end = text[whole.end()..].chars().next();
        let marked = whole.as_str().ends_with(['日', '号']);
        // 3月12个 or 3月5折 are no dates; without 日/号 nothing may follow that counts.
        if !digits_alone(text, whole.start(), whole.end())
            || !marked && end.is_some_and(|c| "个元块折件天月年%.".contains(c))
        {
            continue;
        }
        let (Some(month), Some(day)) = (small(&m[2]), small(&m[3])) else { continue };
        let year = match m.get(1).map(|y| y.as_str()) {
            Some("今年") => Some(today.year()),
            Some("明年") => Some(today.year() + 1),
            Some("去年") => Some(today.year() - 1),
            _ => None,
        };
        let date = match year {
            Some(year) => Date::new(year, month, day).ok(),
            None => nearest_year(today, month, day),
        };
        push(whole.start(), whole.end(), date, if marked { 0.95 } else { 0.8 });
    }
    for m in SLASH.captures_iter(text) {
        let (Some(whole), Some(a), Some(b)) = (m.get(0), small(&m[1]), small(&m[2])) else { continue };
        if !whole_number(text, whole.start(), whole.end()) {
            continue;
        }
        // 11/25 and 25/11 are dates; 3/4 is as often a fraction: only right after a word that asks for a date.
        let before = text[..whole.start()].trim_end().to_ascii_lowercase();
        let asked = ["on", "by", "before", "since", "until", "after", "在", "到", "于", "从"]
            .iter()
            .any(|w| before.ends_with(w));
        let date = match (a, b) {
            (1..=12, 13..=31) => nearest_year(today, a, b),
            (13..=31, 1..=12) => nearest_year(today, b, a),
            (1..=12, 1..=12) if asked => nearest_year(today, a, b),
            _ => None,
        };
        push(whole.start(), whole.end(), date, 0.75);
    }
    for m in WEEKDAY.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        // 一周一次, 周日用品, 3周年, 每周三: not one day.
        let before = text[..whole.start()].chars().next_back();
        let after = text[whole.end()..].chars().next();
        if before.is_some_and(|c| {
            "每一两二三四五六七八九十".contains(c) || c.is_ascii_digit() || m.get(1).is_none() && c == '个'
        }) || after.is_some_and(|c| "次用边年到".contains(c))
        {
            continue;
        }
        let shift = match m.get(1).map_or("", |s| s.as_str()) {
            "上上" => -2,
            "上" => -1,
            "下" => 1,
            "下下" => 2,
            _ => 0,
        };
        let weekday = match &m[2] {
            "一" | "1" => Weekday::Monday,
            "二" | "2" => Weekday::Tuesday,
            "三" | "3" => Weekday::Wednesday,
            "四" | "4" => Weekday::Thursday,
            "五" | "5" => Weekday::Friday,
            "六" | "6" | "末" => Weekday::Saturday,
            _ => Weekday::Sunday,
        };
        push(whole.start(), whole.end(), weekday_of_week(today, shift, weekday), 0.9);
    }
    for m in OFFSET.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        if !digits_alone(text, whole.start(), whole.end())
            || text[..whole.start()].ends_with(['-', '~', '到', '至', '第', '月', '近'])
        {
            continue;
        }
        let half = &m[1] == "半";
        let count = if half { Some(0) } else { numbers::chinese(&m[1]).and_then(|n| i64::try_from(n).ok()) };
        let Some(count) = count else { continue };
        let sign = if whole.as_str().ends_with('前') { -1 } else { 1 };
        let date = match (&m[2], half) {
            ("个月", true) => days(today, 15 * sign),
            ("年", true) => months(today, 6 * sign),
            (_, true) => None,
            ("个工作日" | "工作日", _) => working_days(today, count * sign),
            ("天" | "日", _) => days(today, count * sign),
            ("个月", _) => months(today, count * sign),
            ("年", _) => months(today, 12 * count * sign),
            _ => days(today, 7 * count * sign),
        };
        push(whole.start(), whole.end(), date, 0.9);
    }
    for m in THIS_MONTH.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        let shift = match &m[1] {
            "下个月" | "下月" => 1,
            "上个月" | "上月" => -1,
            _ => 0,
        };
        let date = match (m.get(2).map(|p| p.as_str()), m.get(3)) {
            (Some("底" | "末"), _) => end_of_month(today, shift),
            (Some("初"), _) => day_of_month(today, shift, 1),
            (Some(_), _) => day_of_month(today, shift, 15),
            (None, Some(day)) => small(day.as_str()).and_then(|d| day_of_month(today, shift, d)),
            _ => None,
        };
        push(whole.start(), whole.end(), date, 0.9);
    }
    for m in MONTH_END.find_iter(text) {
        let date =
            if m.as_str().starts_with('年') { Date::new(today.year(), 12, 31).ok() } else { end_of_month(today, 0) };
        push(m.start(), m.end(), date, 0.8);
    }
    for m in NAMED_MONTH_END.captures_iter(text) {
        let (Some(whole), Some(month)) = (m.get(0), small(&m[1])) else { continue };
        let Some(first) = nearest_year(today, month, 1) else { continue };
        let date = if &m[2] == "初" { first } else { first.last_of_month() };
        push(whole.start(), whole.end(), Some(date), 0.85);
    }
    for m in DAY_ONLY.captures_iter(text) {
        let (Some(number), Some(day)) = (m.get(1), small(&m[1])) else { continue };
        let before = text[..number.start()].chars().next_back();
        // 建国路88号到… is a house; a day stands at the start, or after something that is no name of a road.
        if before.is_some_and(|c| c.is_ascii_alphanumeric() || "路街道巷弄里村楼座栋园区号月第".contains(c))
        {
            continue;
        }
        let end = number.end() + '号'.len_utf8();
        let date = day_of_month(today, 0, day);
        push(number.start(), end, date, 0.7);
    }
    for m in FEAST.captures_iter(text) {
        let (Some(whole), Some(name)) = (m.get(0), m.get(2)) else { continue };
        let year = match m.get(1).map(|y| y.as_str()) {
            Some("今年") => Some(today.year()),
            Some("明年") => Some(today.year() + 1),
            Some("去年") => Some(today.year() - 1),
            _ => None,
        };
        push(name.start().min(whole.start()), whole.end(), feast(name.as_str(), today, year), 0.8);
    }
}

fn feast(name: &str, today: Date, year: Option<i16>) -> Option<Date> {
    let (month, day) = match name {
        "双十一" | "双11" => (11, 11),
        "双十二" | "双12" => (12, 12),
        "元旦" => (1, 1),
        "情人节" => (2, 14),
        "五一" | "劳动节" => (5, 1),
        "春节" | "除夕" => return spring(today, year, name == "除夕"),
        n if n.starts_with("国庆") => (10, 1),
        n if n.starts_with("圣诞") => (12, 25),
        n if n.starts_with("618") => (6, 18),
        _ => return None,
    };
    match year {
        Some(year) => Date::new(year, month, day).ok(),
        None => nearest_year(today, month, day),
    }
}

/// The lunar calendar in a table: first day of the year.
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

fn spring(today: Date, year: Option<i16>, eve: bool) -> Option<Date> {
    let date = SPRING
        .iter()
        .filter(|(y, ..)| year.is_none_or(|year| year == *y))
        .filter_map(|(y, m, d)| Date::new(*y, *m, *d).ok())
        .min_by_key(|d| today.until(*d).map_or(i32::MAX, |s| s.get_days().abs()))?;
    if eve { days(date, -1) } else { Some(date) }
}

/// Public holidays move every year and are not known here: only weekends are skipped.
fn working_days(today: Date, count: i64) -> Option<Date> {
    let step = count.signum();
    let mut left = count.abs().min(400);
    let mut date = today;
    while left > 0 {
        date = days(date, step)?;
        if !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    Some(date)
}

fn civil(year: i16, month: &str, day: &str) -> Option<Date> {
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

fn small(text: &str) -> Option<i8> {
    numbers::chinese(text).and_then(|n| i8::try_from(n).ok()).filter(|n| (1..=31).contains(n))
}

/// Not a piece of a longer number, an IP address or a version.
fn whole_number(text: &str, start: usize, end: usize) -> bool {
    let joins = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-');
    let before = text[..start].chars().next_back().is_some_and(joins);
    let mut after = text[end..].chars();
    let next = after.next();
    let after = next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '/')
        || next.is_some_and(joins) && after.next().is_some_and(|c| c.is_ascii_digit());
    !before && !after
}
