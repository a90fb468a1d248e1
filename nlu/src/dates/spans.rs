//! Several days: 上周, 上个月, 10月份, 11月5号到8号, "last week", "in October", "Nov 5 to Nov 12".

use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use regex::Regex;

use super::en::{MONTH, N, month_number};
use super::{Dated, Finder, When, day_near, days, full_year, months, nearest_year, weekday_of_week};
use crate::entities::numbers;
use crate::text::{head_chars, latin_pattern};

static WEEK: LazyLock<Regex> =
    LazyLock::new(|| latin_pattern("(?:(上上|上|下下|下|这|本)一?个?(?:星期|礼拜|周)|周)(末)?|双休日"));
static MONTHS: LazyLock<Regex> = LazyLock::new(|| latin_pattern("(上上个?|上个?|这个?|本|当|下下个?|下个?)月份?"));
static YEARS: LazyLock<Regex> = LazyLock::new(|| latin_pattern("前年|去年|今年|明年"));
static YEAR_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        r"(去年|今年|明年|\d{4}年|[一二][零〇一二三四五六七八九]{3}年)的?(?:(\d{1,2}|[一二三四五六七八九十]{1,2})月份?)?",
    )
});
static MONTH_ONLY: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        "(\\d{1,2}|[一二三四五六七八九十]{1,2})月(份|的|买|下单|下的|购|生产|之?前|之?后|开始|到|能|那|有|[,，。?!]|$)",
    )
});
static TWO_DAYS: LazyLock<Regex> = LazyLock::new(|| latin_pattern("今明两天|明后两天|明后天"));
static RECENT: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(r"(?:最近|过去|近)的?(\d{1,3}|[一二两三四五六七八九十]{1,3}|半)(天|日|周|个?星期|个?礼拜|个月|年)")
});
static BEFORE_HOUR: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        "(?:中午|下午|晚上|早上|上午|傍晚|下班)(?:[0-9一二两三四五六七八九十]{1,2}点(?:半|钟)?)?(?:之前|以前|前)",
    )
});
/// 11月5号到8号, 5号到8号, 11月5-8号
static DAYS: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        r"(?:(\d{1,2}|[一二三四五六七八九十]{1,2})月)?(\d{1,2}|[一二三四五六七八九十]{1,3})[日号]?(?:到|至|-|~)(\d{1,2}|[一二三四五六七八九十]{1,3})[日号]",
    )
});
static EN_SPAN: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        r"(?i)\b(?:(the (week|month|year|weekend) before last)|(this|last|next|coming|past)\s+(week|month|year|weekend)|(the weekend))\b",
    )
});
static EN_RECENT: LazyLock<Regex> =
    LazyLock::new(|| latin_pattern(&format!(r"(?i)\b(?:the\s+)?(?:last|past)\s+({N})\s+(days|weeks|months|years)\b")));
static EN_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(
        r"(?i)\b(in|since|during|until|till|by|before|after|of|from|last|next|this|early|late|mid|all)\s+({MONTH})\b(?:,?\s+(\d{{4}})\b)?"
    ))
});
static EN_YEAR: LazyLock<Regex> =
    LazyLock::new(|| latin_pattern(r"(?i)\b(?:in|since|during|from|until|before)\s+((?:19|20)\d{2})\b"));
static MONTH_DAYS: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(
        r"(?i)\b({MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\s*(?:-|to|until|till|through)\s*(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?\b"
    ))
});
static DAYS_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(
        r"(?i)\b(\d{{1,2}})(?:st|nd|rd|th)?\s*(?:-|to|until|till|through)\s*(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({MONTH})\b"
    ))
});

pub(super) fn find(finder: &mut Finder<'_>) {
    chinese(finder);
    english(finder);
}

fn week(today: Date, shift: i64) -> (Option<Date>, Option<Date>) {
    (weekday_of_week(today, shift, Weekday::Monday), weekday_of_week(today, shift, Weekday::Sunday))
}

fn weekend(today: Date, shift: i64) -> (Option<Date>, Option<Date>) {
    (weekday_of_week(today, shift, Weekday::Saturday), weekday_of_week(today, shift, Weekday::Sunday))
}

fn month(first: Option<Date>) -> (Option<Date>, Option<Date>) {
    (first, first.map(Date::last_of_month))
}

fn year(year: i16) -> (Option<Date>, Option<Date>) {
    (Date::new(year, 1, 1).ok(), Date::new(year, 12, 31).ok())
}

fn shift_of(word: &str) -> i64 {
    match word.trim_end_matches('个') {
        "上上" => -2,
        "上" => -1,
        "下" => 1,
        "下下" => 2,
        _ => 0,
    }
}

fn small(text: &str) -> Option<i8> {
    numbers::chinese(text).and_then(|n| i8::try_from(n).ok()).filter(|n| (1..=31).contains(n))
}

fn chinese(finder: &mut Finder<'_>) {
    let (text, today) = (finder.text, finder.today);
    let before = |at: usize| text[..at].chars().next_back();
    for m in WEEK.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        let end = m.get(2).is_some() || whole.as_str() == "双休日";
        // 下周三 is one day, 周边 and 周年 are none, 每周末 is every one.
        let other = text[whole.end()..].starts_with(|c: char| "一二三四五六日天几期边年围到1234567".contains(c));
        if !end && (m.get(1).is_none() || other) || before(whole.start()).is_some_and(|c| "每个一两三".contains(c))
        {
            continue;
        }
        let shift = m.get(1).map_or(0, |s| shift_of(s.as_str()));
        let (from, to) = if end { weekend(today, shift) } else { week(today, shift) };
        finder.span(whole.start(), whole.end(), from, to);
    }
    for m in MONTHS.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        if text[whole.end()..].starts_with(|c: char| "底末初饼".contains(c)) || before(whole.start()) == Some('以')
        {
            continue;
        }
        let (from, to) = month(months(today.first_of_month(), shift_of(&m[1])));
        finder.span(whole.start(), whole.end(), from, to);
    }
    for m in YEARS.find_iter(text) {
        let shift = match m.as_str() {
            "前年" => -2,
            "去年" => -1,
            "明年" => 1,
            _ => 0,
        };
        if before(m.start()) != Some('提') {
            let (from, to) = year(today.year() + shift);
            finder.span(m.start(), m.end(), from, to);
        }
    }
    for m in YEAR_MONTH.captures_iter(text) {
        let (Some(whole), Some(named)) = (m.get(0), m.get(1)) else { continue };
        let which = match named.as_str() {
            "去年" => Some(today.year() - 1),
            "今年" => Some(today.year()),
            "明年" => Some(today.year() + 1),
            digits => numbers::chinese(digits.trim_end_matches('年')).and_then(|y| full_year(&y.to_string())),
        };
        let Some(which) = which else { continue };
        if before(named.start()).is_some_and(|c| c.is_ascii_alphanumeric()) {
            continue;
        }
        match m.get(2) {
            Some(number) => {
                let (from, to) = month(small(number.as_str()).and_then(|n| Date::new(which, n, 1).ok()));
                finder.span(whole.start(), whole.end(), from, to);
            }
            None => {
                let (from, to) = year(which);
                finder.span(named.start(), named.end(), from, to);
            }
        }
    }
    for m in MONTH_ONLY.captures_iter(text) {
        let (Some(number), Some(tail)) = (m.get(1), m.get(2)) else { continue };
        if before(number.start())
            .is_some_and(|c| c.is_ascii_alphanumeric() || "个.-/一二三四五六七八九十百第年".contains(c))
        {
            continue;
        }
        let end = if tail.as_str() == "份" { tail.end() } else { tail.start() };
        let (from, to) = month(small(number.as_str()).and_then(|n| nearest_month(today, n)));
        finder.span(number.start(), end, from, to);
    }
    for m in TWO_DAYS.find_iter(text) {
        let first = if m.as_str().starts_with('今') { 0 } else { 1 };
        finder.span(m.start(), m.end(), days(today, first), days(today, first + 1));
    }
    for m in RECENT.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        let from = if &m[1] == "半" {
            match &m[2] {
                "个月" => days(today, -15),
                "年" => months(today, -6),
                _ => None,
            }
        } else {
            let count = numbers::exact(&m[1]).and_then(|n| i64::try_from(n).ok());
            count.and_then(|n| match &m[2] {
                "天" | "日" => days(today, -n),
                "个月" => months(today, -n),
                "年" => months(today, -12 * n),
                _ => days(today, -7 * n),
            })
        };
        finder.span(whole.start(), whole.end(), from, Some(today));
    }
    for m in BEFORE_HOUR.find_iter(text) {
        // 明天中午前 has its day, 每天中午前 has none.
        if !before(m.start()).is_some_and(|c| "天日号周一二三四五六末儿早晚每".contains(c)) {
            finder.day(m.start(), m.end(), Some(today), 0.6);
        }
    }
    for m in DAYS.captures_iter(text) {
        let (Some(whole), Some(first), Some(last)) = (m.get(0), small(&m[2]), small(&m[3])) else { continue };
        let house = before(whole.start()).is_some_and(|c| {
            c.is_ascii_alphanumeric() || "路街道巷弄里村楼座栋园区号月第-一二三四五六七八九十".contains(c)
        });
        let after = text[whole.end()..].chars().next();
        if house || after.is_some_and(|c| "楼院线店门房".contains(c)) {
            continue;
        }
        let from = match m.get(1) {
            Some(number) => small(number.as_str()).and_then(|n| nearest_year(today, n, first)),
            None => day_near(today, first, None),
        };
        let to = from.and_then(|f| Date::new(f.year(), f.month(), last).ok()).filter(|t| Some(*t) > from);
        finder.span(whole.start(), whole.end(), from, to);
    }
}

fn nearest_month(today: Date, number: i8) -> Option<Date> {
    nearest_year(today, number, 15).map(Date::first_of_month)
}

fn english(finder: &mut Finder<'_>) {
    let (text, today) = (finder.text, finder.today);
    for m in EN_SPAN.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        let word = m.get(3).map_or(String::new(), |w| w.as_str().to_ascii_lowercase());
        let shift = match word.as_str() {
            "last" => -1,
            "next" => 1,
            _ if m.get(1).is_some() => -2,
            _ => 0,
        };
        let unit = m.get(2).or(m.get(4)).map_or("weekend".to_owned(), |u| u.as_str().to_ascii_lowercase());
        let (from, to) = match (word.as_str(), unit.as_str()) {
            ("past", "week") => (days(today, -7), Some(today)),
            ("past", "month") => (months(today, -1), Some(today)),
            ("past", "year") => (months(today, -12), Some(today)),
            ("coming", "week") => week(today, 1),
            (_, "week") => week(today, shift),
            (_, "month") => month(months(today.first_of_month(), shift)),
            (_, "year") => year(today.year() + shift as i16),
            _ => weekend(today, shift),
        };
        finder.span(whole.start(), whole.end(), from, to);
    }
    for m in EN_RECENT.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        let count = numbers::english(&m[1]).and_then(|n| i64::try_from(n).ok());
        let from = count.and_then(|n| match m[2].to_ascii_lowercase().as_str() {
            "days" => days(today, -n),
            "weeks" => days(today, -7 * n),
            "months" => months(today, -n),
            _ => months(today, -12 * n),
        });
        finder.span(whole.start(), whole.end(), from, Some(today));
    }
    for m in EN_MONTH.captures_iter(text) {
        let (Some(whole), Some(word), Some(name)) = (m.get(0), m.get(1), m.get(2)) else { continue };
        let word = word.as_str().to_ascii_lowercase();
        let Some(number) = month_number(name.as_str()) else { continue };
        let first = match m.get(3).and_then(|y| full_year(y.as_str())) {
            Some(year) => Date::new(year, number, 1).ok(),
            None => match word.as_str() {
                "last" | "since" => past_month(today, number),
                "next" => past_month(today, number).and_then(|d| months(d, 12)),
                _ => nearest_month(today, number),
            },
        };
        let start = if matches!(word.as_str(), "last" | "next" | "this") { whole.start() } else { name.start() };
        let (from, to) = month(first);
        finder.span(start, whole.end(), from, to);
    }
    for m in EN_YEAR.captures_iter(text) {
        let Some(number) = m.get(1) else { continue };
        let (from, to) = full_year(number.as_str()).map_or((None, None), year);
        finder.span(number.start(), number.end(), from, to);
    }
    for (pattern, name, first, last) in [(&MONTH_DAYS, 1, 2, 3), (&DAYS_MONTH, 3, 1, 2)] {
        for m in pattern.captures_iter(text) {
            let Some(whole) = m.get(0) else { continue };
            let from = month_number(&m[name]).zip(small(&m[first])).and_then(|(n, d)| nearest_year(today, n, d));
            let to = from.zip(small(&m[last])).and_then(|(f, d)| Date::new(f.year(), f.month(), d).ok());
            finder.span(whole.start(), whole.end(), from, to.filter(|t| Some(*t) > from));
        }
    }
}

/// The last time that month began.
fn past_month(today: Date, number: i8) -> Option<Date> {
    let this = Date::new(today.year(), number, 1).ok()?;
    if this < today { Some(this) } else { months(this, -12) }
}

/// "Nov 5 to Nov 12" is one thing; 周一到周五 is every week.
pub(super) fn join(text: &str, dates: &mut Vec<Dated>) {
    let mut at = 0;
    while at + 1 < dates.len() {
        let (first, second) = (&dates[at], &dates[at + 1]);
        let between = text[first.end..second.start].trim().to_ascii_lowercase();
        let lead = text[..first.start].trim_end().to_ascii_lowercase();
        let joined = matches!(between.as_str(), "到" | "至" | "-" | "~" | "to" | "until" | "till" | "through" | "thru")
            || between == "and" && lead.ends_with("between")
            || matches!(between.as_str(), "和" | "与") && text[second.end..].starts_with("之间");
        let weekday = |d: &Dated| {
            let words = head_chars(&text[d.start..d.end], 3).to_lowercase();
            words.starts_with(['周', '星', '礼'])
                || ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].contains(&words.as_str())
        };
        if !joined {
            at += 1;
        } else if weekday(first) && weekday(second) {
            dates.drain(at..at + 2);
        } else if let (When::Day(from), When::Day(to)) = (first.when, second.when)
            && from < to
        {
            let confidence = first.confidence.min(second.confidence);
            let span = Dated { start: first.start, end: second.end, when: When::Span(from, to), confidence };
            dates.splice(at..at + 2, [span]);
            at += 1;
        } else {
            at += 1;
        }
    }
}
