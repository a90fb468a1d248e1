//! 今天, 下周三, 本月底, 3天后, 11月25号, 2026-11-25, 双十一.

use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use regex::Regex;

use super::{
    Direction, Finder, When, day_near, day_of_month, days, directed_year, end_of_month, full_year, months,
    nearest_year, weekday_of_week, working_days,
};
use crate::entities::numbers;
use crate::text::{digits_alone, head_chars, is_han, pattern};

const N: &str = r"\d{1,3}|[一二两三四五六七八九十]{1,3}";

static DAY_WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "大大后天|大后天|大前天|后天|前天|明天|昨天|今天|今日|明日|昨日|昨晚|今晚|明晚|今早|明早|明儿个?|今儿个?|昨儿个?|后儿|后日",
    )
});
static FULL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(\d{4}|\d{2})\s?(?:[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})|年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?[日号]?)")
});
/// 二〇二六年十一月五日
static WRITTEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"([一二][零〇一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]?")
});
static MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(今年|明年|去年)?的?(\d{1,2}|[一二三四五六七八九十]{1,2})\s?月份?\s?(\d{1,2}|[一二三四五六七八九十]{1,3})\s?[日号]?",
    )
});
static SLASH: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\d{1,2})/(\d{1,2})"));
static WEEKDAY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(上上|上|下下|下|这|本)?(?:一)?个?(?:星期|礼拜|周)([一二三四五六日天1-6])"));
static OFFSET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        "({N}|半)(个半月|个工作日|个礼拜|个星期|个月|工作日|星期|礼拜|天|日|周|年)(?:之后|以后|过后|后|之前|以前|前)"
    ))
});
static THIS_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!("(这个月|本月|当月|下个月|下月|上个月|上月)(?:的)?(?:(底|末|初|中旬|中)|({N})\\s?[日号])"))
});
static MONTH_END: LazyLock<Regex> = LazyLock::new(|| pattern("月底|月末|年底|年末"));
static NAMED_MONTH_END: LazyLock<Regex> =
    LazyLock::new(|| pattern("(\\d{1,2}|[一二三四五六七八九十]{1,2})月(底|末|初)"));
static DAY_ONLY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(\d{1,2}|[一二三四五六七八九十]{1,3})[号日](之前|以前|前|之后|以后|后|到|发|送|下单|下的单|买|收到|收的|付|签收|拍|订|晚上|早上|上午|下午|中午|就|的时候|那天|那单|能|可以|行吗|吧|$|[?,，。！!])",
    )
});
/// Before a day: 改到15号送, 等15号.
static UNTIL: LazyLock<Regex> = LazyLock::new(|| pattern("(?:^|[到在等于从自是,，。 ]|推迟|提前)$"));

pub(super) fn find(finder: &mut Finder<'_>) {
    let (text, today) = (finder.text, finder.today);
    let mut push = |start, end, date, confidence| finder.day(start, end, date, confidence);
    for m in DAY_WORD.find_iter(text) {
        let shift = match m.as_str() {
            "大前天" => -3,
            "前天" => -2,
            "昨天" | "昨日" | "昨晚" | "昨儿" | "昨儿个" => -1,
            "明天" | "明日" | "明晚" | "明早" | "明儿" | "明儿个" => 1,
            "后天" | "后日" | "后儿" => 2,
            "大后天" => 3,
            "大大后天" => 4,
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
    for m in WRITTEN.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        let year = numbers::chinese(&m[1]).and_then(|y| i16::try_from(y).ok());
        let date = year.zip(small(&m[2])).zip(small(&m[3])).and_then(|((y, m), d)| Date::new(y, m, d).ok());
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
            None => directed_year(today, month, day, Some(Direction::Past).filter(|_| done(&text[whole.end()..]))),
        };
        push(whole.start(), whole.end(), date, if marked { 0.95 } else { 0.8 });
    }
    let mut slashes = Vec::new();
    for m in SLASH.captures_iter(text) {
        let (Some(whole), Some(a), Some(b)) = (m.get(0), small(&m[1]), small(&m[2])) else { continue };
        if !whole_number(text, whole.start(), whole.end()) || whole.as_str() == "24/7" {
            continue;
        }
        // 11/25 and 25/11 are dates; 3/4 is as often a fraction: only beside a word that asks for a date.
        let before = text[..whole.start()].trim_end().to_ascii_lowercase();
        let after = text[whole.end()..].trim_start();
        let chinese = text.chars().any(is_han);
        let asked =
            ["on", "by", "before", "since", "until", "after", "from", "ordered", "在", "到", "于", "从", "日期"]
                .iter()
                .any(|w| before.ends_with(w))
                || ["下", "买", "到", "发", "之前", "前", "签收", "的", "那"].iter().any(|w| after.starts_with(w));
        let when = match (a, b) {
            (1..=12, 13..=31) => nearest_year(today, a, b).map(When::Day),
            (13..=31, 1..=12) => nearest_year(today, b, a).map(When::Day),
            (1..=12, 1..=12) if asked && (chinese || a == b) => nearest_year(today, a, b).map(When::Day),
            // Americans write the month first, Britons the day.
            (1..=12, 1..=12) if asked => {
                nearest_year(today, a, b).zip(nearest_year(today, b, a)).map(|(us, uk)| When::Either(us, uk))
            }
            _ => None,
        };
        if let Some(when) = when {
            slashes.push((whole.start(), whole.end(), when));
        }
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
            "六" | "6" => Weekday::Saturday,
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
            ("个半月", false) => months(today, count * sign).and_then(|d| days(d, 15 * sign)),
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
        let (Some(number), Some(word), Some(day)) = (m.get(1), m.get(2), small(&m[1])) else { continue };
        let lead = &text[..number.start()];
        // 建国路88号到… is a house; a day stands at the start, or after something that is no name of a road.
        let house =
            lead.ends_with(|c: char| c.is_ascii_alphanumeric() || "路街道巷弄里村楼座栋园区号月第-十".contains(c));
        let weak =
            matches!(word.as_str(), "" | "吧" | "," | "，" | "。" | "！" | "!" | "?" | "能" | "可以" | "行吗" | "就");
        if house
            || weak && !UNTIL.is_match(lead)
            || text[..number.start()].ends_with('到') && text[word.start()..].starts_with('到')
        {
            continue;
        }
        let after = crate::text::head_chars(&text[word.start()..], 8);
        let has = |words: &[&str]| words.iter().any(|w| after.contains(w));
        let direction = if has(&["下的单", "下单", "买", "付", "签收", "收到", "收的", "拍", "订", "那单", "发的"])
        {
            Some(Direction::Past)
        } else if has(&["前", "能", "送", "再", "可以"]) || lead.ends_with("等") {
            Some(Direction::Future)
        } else {
            None
        };
        let end = number.end() + '号'.len_utf8();
        push(number.start(), end, day_near(today, day, direction), 0.7);
    }
    for (start, end, when) in slashes {
        finder.add(start, end, when, 0.75);
    }
}

/// What follows a day was done on it.
fn done(after: &str) -> bool {
    let after = head_chars(after, 8);
    let words =
        ["下的单", "下单", "买", "付", "签收", "收到", "收的", "到的", "拍", "订", "那单", "发的", "申请的", "退的"];
    words.iter().any(|w| after.contains(w)) && !["可以", "能", "再", "要", "想"].iter().any(|w| after.contains(w))
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
