#![allow(clippy::unwrap_used)]

use super::*;
use crate::text::Folded;

/// Sunday 2026-11-22, 14:30 in Shanghai.
const NOW: i64 = 1_795_329_000_000;

fn dates(text: &str) -> Vec<(String, String)> {
    let folded = Folded::new(text);
    let mut found = Vec::new();
    find(&folded.text, NOW, &mut found);
    found.sort_by_key(|f| (std::cmp::Reverse(f.end - f.start), f.start));
    let mut kept: Vec<Found> = Vec::new();
    for f in found {
        if kept.iter().all(|k| f.end <= k.start || k.end <= f.start) {
            kept.push(f);
        }
    }
    kept.sort_by_key(|f| f.start);
    kept.iter().map(|f| (folded.text[f.start..f.end].to_owned(), f.value.as_str().unwrap().to_owned())).collect()
}

#[test]
fn the_day_of_the_tests() {
    assert_eq!(today(NOW).to_string(), "2026-11-22");
    // 23:30 in London is already the next day in Shanghai.
    assert_eq!(today(1_795_329_000_000 + 10 * 3_600_000).to_string(), "2026-11-23");
}

#[test]
fn both_languages() {
    for (text, surface, date) in [
        ("今天能发货吗", "今天", "2026-11-22"),
        ("明天到吗", "明天", "2026-11-23"),
        ("后天下午送", "后天", "2026-11-24"),
        ("大后天送来", "大后天", "2026-11-25"),
        ("昨天下的单", "昨天", "2026-11-21"),
        ("前天买的", "前天", "2026-11-20"),
        ("下周三送", "下周三", "2026-11-25"),
        ("上周五下的单", "上周五", "2026-11-13"),
        ("周一能到不", "周一", "2026-11-16"),
        ("下个星期天", "下个星期天", "2026-11-29"),
        ("礼拜六在家", "礼拜六", "2026-11-21"),
        ("本月底之前", "本月底", "2026-11-30"),
        ("下个月5号", "下个月5号", "2026-12-05"),
        ("月底能到吗", "月底", "2026-11-30"),
        ("3天后再送", "3天后", "2026-11-25"),
        ("三天前签收的", "三天前", "2026-11-19"),
        ("两周后", "两周后", "2026-12-06"),
        ("5个工作日后", "5个工作日后", "2026-11-27"),
        ("十一月二十五号到", "十一月二十五号", "2026-11-25"),
        ("11月25号", "11月25号", "2026-11-25"),
        ("1月3日送", "1月3日", "2027-01-03"),
        ("2026-11-25到货", "2026-11-25", "2026-11-25"),
        ("2026年12月1日", "2026年12月1日", "2026-12-01"),
        ("２０２６／１２／０１", "2026/12/01", "2026-12-01"),
        ("双十一买的", "双十一", "2026-11-11"),
        ("去年双11买的", "去年双11", "2025-11-11"),
        ("25号前能到吗", "25号", "2026-11-25"),
        ("春节发货吗", "春节", "2027-02-06"),
        ("can it come today?", "today", "2026-11-22"),
        ("deliver it tomorrow pls", "tomorrow", "2026-11-23"),
        ("tmr is fine", "tmr", "2026-11-23"),
        ("the day after tomorrow", "the day after tomorrow", "2026-11-24"),
        ("I ordered last Friday", "last Friday", "2026-11-20"),
        ("next Wednesday works", "next Wednesday", "2026-11-25"),
        ("on Monday please", "Monday", "2026-11-23"),
        ("this Saturday", "this Saturday", "2026-11-21"),
        ("in 3 days", "in 3 days", "2026-11-25"),
        ("two weeks ago", "two weeks ago", "2026-11-08"),
        ("by Nov 25", "Nov 25", "2026-11-25"),
        ("November 25th, 2026", "November 25th, 2026", "2026-11-25"),
        ("25 November", "25 November", "2026-11-25"),
        ("the 3rd of January", "3rd of January", "2027-01-03"),
        ("before 11/25", "11/25", "2026-11-25"),
        ("before Christmas", "Christmas", "2026-12-25"),
        ("since the 12th", "12th", "2026-11-12"),
    ] {
        assert_eq!(dates(text), [(surface.to_owned(), date.to_owned())], "{text}");
    }
}

#[test]
fn not_a_date() {
    for text in [
        "七天无理由退货",
        "3-5个工作日",
        "每周三有活动吗",
        "三周年店庆",
        "10.1.2 固件",
        "1/2",
        "建国路88号",
        "满300减30",
        "尺码42号",
        "he sat down",
        "the sun is hot",
        "may I ask",
        "7 days return",
        "KF2026110017",
        "13800138000",
        "version 2.11.25.3",
        "2026-13-45",
        "99月99号",
        "周边商品",
        "一周年",
    ] {
        assert_eq!(dates(text), [], "{text}");
    }
}
