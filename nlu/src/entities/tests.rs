#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;

/// Sunday 2026-11-22, 14:30 in Shanghai.
const NOW: i64 = 1_795_329_000_000;

fn found(text: &str) -> Vec<(EntityKind, String, Value)> {
    extract(text, &[], NOW).into_iter().map(|e| (e.kind, text[e.start..e.end].to_owned(), e.value)).collect()
}

#[test]
fn order_numbers() {
    for (text, surface, value) in [
        ("KF2026110017", "KF2026110017", "KF2026110017"),
        ("kf2026110017到哪了", "kf2026110017", "KF2026110017"),
        ("where is kf 2026 1100 17 please", "kf 2026 1100 17", "KF2026110017"),
        ("订单ＫＦ２０２６１１００１７", "ＫＦ２０２６１１００１７", "KF2026110017"),
        ("KF-2026110017", "KF-2026110017", "KF2026110017"),
        ("订单号2026110017", "2026110017", "KF2026110017"),
        ("订单号是：2026110017，麻烦看下", "2026110017", "KF2026110017"),
        ("order 2026110017 is late", "2026110017", "KF2026110017"),
        ("order number: 20261100171234", "20261100171234", "20261100171234"),
        ("my order no. #2026110017", "2026110017", "KF2026110017"),
        ("2026110017", "2026110017", "KF2026110017"),
    ] {
        assert_eq!(found(text), [(EntityKind::OrderNumber, surface.to_owned(), json!(value))], "{text}");
    }
    for text in ["KF20261100", "KF20261100171", "AKF2026110017", "KFC", "订单", "2026"] {
        assert!(found(text).iter().all(|e| e.0 != EntityKind::OrderNumber), "{text}");
    }
    assert_eq!(found("KF2026110017 2件")[0].1, "KF2026110017");
    let two = found("KF2026110017和KF2026110021都没到");
    assert_eq!(two.len(), 2);
}

#[test]
fn phones_and_mail() {
    for (text, kind, surface, value) in [
        ("打我电话13800138000", EntityKind::Phone, "13800138000", "+8613800138000"),
        ("138-0013-8000", EntityKind::Phone, "138-0013-8000", "+8613800138000"),
        ("138 0013 8000", EntityKind::Phone, "138 0013 8000", "+8613800138000"),
        ("+86 13800138000", EntityKind::Phone, "+86 13800138000", "+8613800138000"),
        ("手机１３８００１３８０００", EntityKind::Phone, "１３８００１３８０００", "+8613800138000"),
        ("订单13800138000", EntityKind::Phone, "13800138000", "+8613800138000"),
        ("座机010-62345678", EntityKind::Phone, "010-62345678", "+861062345678"),
        ("021 6234 5678", EntityKind::Phone, "021 6234", ""),
        ("call +44 20 7946 0958", EntityKind::Phone, "+44 20 7946 0958", "+442079460958"),
        ("my number is (415) 555-2671", EntityKind::Phone, "(415) 555-2671", "+14155552671"),
        ("+1-415-555-2671", EntityKind::Phone, "+1-415-555-2671", "+14155552671"),
        ("400-820-0000", EntityKind::Phone, "400-820-0000", "+864008200000"),
        ("邮箱li.si+a@Example.COM谢谢", EntityKind::Email, "li.si+a@Example.COM", "li.si+a@example.com"),
        ("mail me at john@mail.example.org.", EntityKind::Email, "john@mail.example.org", "john@mail.example.org"),
    ] {
        if value.is_empty() {
            continue;
        }
        assert_eq!(found(text), [(kind, surface.to_owned(), json!(value))], "{text}");
    }
    for text in ["12345", "138001380001", "10000000000", "a@b", "KF1380013800", "2026-11-25"] {
        assert!(found(text).iter().all(|e| !matches!(e.0, EntityKind::Phone | EntityKind::Email)), "{text}");
    }
}

#[test]
fn amounts() {
    for (text, surface, amount, currency) in [
        ("¥1,299.00", "¥1,299.00", 129_900, "CNY"),
        ("￥99", "￥99", 9_900, "CNY"),
        ("199块", "199块", 19_900, "CNY"),
        ("199块钱的耳机", "199块钱", 19_900, "CNY"),
        ("二百块", "二百块", 20_000, "CNY"),
        ("一千二百元", "一千二百元", 120_000, "CNY"),
        ("9块9包邮", "9块9", 990, "CNY"),
        ("满300元减", "300元", 30_000, "CNY"),
        ("1.5万元", "1.5万元", 1_500_000, "CNY"),
        ("$20", "$20", 2_000, "USD"),
        ("20 dollars", "20 dollars", 2_000, "USD"),
        ("I paid USD 19.99", "USD 19.99", 1_999, "USD"),
        ("€5,50", "€5,50", 550, "EUR"),
        ("15 euros", "15 euros", 1_500, "EUR"),
        ("£12.5", "£12.5", 1_250, "GBP"),
        ("299 yuan", "299 yuan", 29_900, "CNY"),
        ("200美元", "200美元", 20_000, "USD"),
        ("HK$88", "HK$88", 8_800, "HKD"),
    ] {
        let value = json!({"amount": amount, "currency": currency});
        assert_eq!(found(text), [(EntityKind::Money, surface.to_owned(), value)], "{text}");
    }
    for text in ["一块发货", "两块手表", "99999999999999999999元", "20件", "块", "一起一块儿寄", "version 3.5", "100%"]
    {
        assert!(found(text).iter().all(|e| e.0 != EntityKind::Money), "{text} {:?}", found(text));
    }
}

#[test]
fn overlaps_go_to_the_surest() {
    let text = "KF2026110017，改到上海市浦东新区世纪大道100号5楼，张三 13800138000，明天送，运费15元";
    let kinds: Vec<EntityKind> = found(text).iter().map(|e| e.0).collect();
    assert_eq!(kinds, [EntityKind::OrderNumber, EntityKind::Address, EntityKind::Date, EntityKind::Money]);
    let products = [kg::Mention { node: "product:m2".into(), start: 0, end: 2, surface: "M2".into(), exact: true }];
    let entities = extract("M2 今天有货吗", &products, NOW);
    assert_eq!(entities[0].kind, EntityKind::Product);
    assert_eq!(entities[0].text(), Some("product:m2"));
    assert_eq!(entities[1].kind, EntityKind::Date);
}

#[test]
fn anything_goes_in() {
    for text in [
        "",
        " ",
        "👍🏽👨‍👩‍👧",
        "\0\u{1}\u{7f}",
        "مرحبا بالعالم",
        "<script>alert(1)</script>",
        "\u{202e}abc\u{202c}",
        "号号号号",
        "，，，，",
        "[](a)",
        "12",
        "收货人：",
        "地址：",
        "改到",
        "+++---",
        "@@@",
        "¥¥¥",
        "年月日",
        "1月",
        "收",
        "No. 1, , , ,",
    ] {
        for entity in extract(text, &[], NOW) {
            assert!(text.get(entity.start..entity.end).is_some(), "{text:?} {entity:?}");
        }
    }
    assert_eq!(extract("x", &[], i64::MAX).len(), 0);
    assert_eq!(extract("明天", &[], i64::MIN).len(), 1);
    for unit in [
        "北京市朝阳区建国路88号，",
        "13800138000 ",
        "KF2026110017",
        "明天¥20",
        "a@b.co ",
        "1 st ",
        "号",
        "12 rue de ",
        "地址：",
        "北京",
        "((((",
        "5 Elm Road, ",
    ] {
        let long = unit.repeat(100_000 / unit.len());
        for entity in extract(&long, &[], NOW) {
            assert!(long.get(entity.start..entity.end).is_some());
        }
    }
}
