//! Whatever is typed: nothing panics, spans lie on characters and apart, and a value read again is the same value.
#![allow(clippy::unwrap_used)]

use nlu::{Entity, EntityKind, extract};
use serde_json::Value;

/// Sunday 2026-11-22, 14:30 in Shanghai.
const NOW: i64 = 1_795_329_000_000;

/// SplitMix64: the same texts on every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

const PIECES: &[&str] = &[
    "KF2026110017",
    "13912345678",
    "+86 139-1234-5678",
    "幺三九一二三四五六七八",
    "010-62345678转8001",
    "+44 20 7946 0958",
    "zhang@qq.com",
    "john at example dot com",
    "¥1,299.00",
    "三百五十块",
    "9块9",
    "$20",
    "一百",
    "1.5k",
    "€1.299,00",
    "5毛",
    "twenty-five dollars",
    "两双",
    "半打",
    "x2",
    "2 pairs of",
    "half a dozen",
    "第三件",
    "明天",
    "下周三",
    "上个月15号",
    "11月5号到8号",
    "2026-11-05",
    "11/05",
    "last week",
    "Nov 5 to Nov 12",
    "in two weeks",
    "国庆假期",
    "浙江省",
    "南京市",
    "鼓楼区",
    "中山路1号",
    "沪",
    "内蒙",
    "Room 502, No. 8 Zhongshan Road, ",
    "Gulou District, Nanjing",
    "London NW1 6XE",
    "收件人：",
    "张三",
    "地址：",
    "改到",
    "，",
    "。",
    ",",
    " ",
    "\n",
    "\t",
    "\0",
    "\u{7f}",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "👨‍👩‍👧",
    "🇨🇳",
    "مرحبا",
    "שלום",
    "é",
    "ß",
    "ﬁ",
    "İ",
    "ｋｆ２０２６",
    "𝟏𝟑𝟗",
    "①",
    "～",
    "—",
    "到",
    "-",
    ".",
    "0",
    "1",
    "万",
    "十",
    "a",
    "号",
    "(",
    ")",
    "¥",
    "@",
    "#",
    "%",
    "/",
    "月",
    "日",
    "年",
    "the",
    "of",
    "and",
    "between",
];

fn check(text: &str) -> Vec<Entity> {
    let found = extract(text, &[], NOW);
    let mut end = 0;
    for entity in &found {
        assert!(text.get(entity.start..entity.end).is_some_and(|t| !t.is_empty()), "{text:?} {entity:?}");
        assert!(entity.start >= end, "{text:?}: {entity:?} overlaps the one before");
        assert!((0.0..=1.0).contains(&entity.confidence), "{text:?} {entity:?}");
        end = entity.end;
    }
    found
}

/// The value as one would write it.
fn written(entity: &Entity) -> Option<String> {
    let value = &entity.value;
    Some(match entity.kind {
        EntityKind::OrderNumber => format!("订单号{}", entity.text()?),
        EntityKind::Phone | EntityKind::Email => entity.text()?.to_owned(),
        EntityKind::Date => match (value.as_str(), value["from"].as_str(), value["to"].as_str()) {
            (Some(day), ..) => day.to_owned(),
            (_, Some(from), Some(to)) if from < to => format!("{from} to {to}"),
            _ => return None,
        },
        EntityKind::Money => {
            let (amount, currency) = (value["amount"].as_i64()?, value["currency"].as_str()?);
            if currency == "TWD" {
                return None;
            }
            let (whole, cents) = if currency == "JPY" { (amount, 0) } else { (amount / 100, amount % 100) };
            if whole >= 1_000_000_000_000 {
                return None;
            }
            format!("{currency} {whole}.{cents:02}")
        }
        EntityKind::Quantity => match value["unit"].as_str() {
            Some("cup" | "barrel") => return None,
            Some("box") => format!("{} boxes", value["amount"]),
            Some("copy") => format!("{} copies", value["amount"]),
            Some(unit) => format!("{} {unit}s", value["amount"]),
            None => format!("qty {}", value["amount"]),
        },
        EntityKind::Address | EntityKind::Product => return None,
    })
}

fn reads_the_same(entity: &Entity) {
    if let Some(text) = written(entity) {
        let again: Vec<(EntityKind, Value)> = check(&text).into_iter().map(|e| (e.kind, e.value)).collect();
        assert_eq!(again, [(entity.kind, entity.value.clone())], "{text:?}");
    }
    // A Chinese address whose places fit together, as one line.
    let value = &entity.value;
    let chinese = value["city"].as_str().is_some_and(|c| c.ends_with(['市', '州', '盟']));
    if entity.kind == EntityKind::Address && chinese && value.get("contradiction").is_none() {
        let line = format!("地址：{}", value["full"].as_str().unwrap());
        let again = check(&line);
        let fields = |v: &Value| ["province", "city", "district", "street", "number"].map(|k| v[k].clone());
        let first = again.iter().find(|e| e.kind == EntityKind::Address);
        if !value["number"].as_str().unwrap_or_default().is_empty() {
            assert_eq!(first.map(|e| fields(&e.value)), Some(fields(value)), "{line}");
        }
    }
}

#[test]
fn any_characters() {
    let mut random = Random(7);
    for _ in 0..3000 {
        let length = random.below(60);
        // Half of the characters from anywhere, half from where digits, letters and Chinese are.
        let text: String = (0..length)
            .filter_map(|_| {
                let code = match random.below(4) {
                    0 => random.below(0x11_0000) as u32,
                    1 => random.below(0x3000) as u32,
                    2 => 0x4e00 + random.below(0x5200) as u32,
                    _ => random.below(0x80) as u32,
                };
                char::from_u32(code)
            })
            .collect();
        check(&text);
    }
}

#[test]
fn any_pieces() {
    let mut random = Random(11);
    for _ in 0..4000 {
        let text: String = (0..random.below(14)).map(|_| random.pick(PIECES)).collect();
        check(&text);
    }
}

#[test]
fn values_of_the_sentences_read_the_same() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/entities");
    for file in std::fs::read_dir(folder).unwrap() {
        for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            let sentence: Value = serde_json::from_str(line).unwrap();
            check(sentence["text"].as_str().unwrap()).iter().for_each(reads_the_same);
        }
    }
}

#[test]
fn a_megabyte() {
    let mut random = Random(13);
    let mixed: String = std::iter::repeat_with(|| random.pick(PIECES)).take(200_000).collect();
    let mut texts: Vec<String> = PIECES.iter().map(|piece| piece.repeat((1 << 20) / piece.len() + 1)).collect();
    texts.push(mixed);
    for text in &texts {
        check(text);
    }
}

#[test]
fn names_of_the_graph_in_any_text() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/content/graph");
    let graph = kg::Graph::new(kg::load_dir(&folder).unwrap()).unwrap();
    let names: Vec<&str> = graph.document().nodes.iter().flat_map(|n| [n.name.zh.as_str(), &n.name.en]).collect();
    let mut random = Random(17);
    for _ in 0..1500 {
        let mut text: Vec<char> = (0..random.below(6))
            .flat_map(|_| [random.pick(&names), random.pick(PIECES)])
            .flat_map(|piece| piece.chars().collect::<Vec<_>>())
            .collect();
        // A slip here and there.
        for _ in 0..random.below(4) {
            if text.len() > 1 {
                let at = random.below(text.len() - 1);
                text.swap(at, at + 1);
            }
        }
        let text: String = text.into_iter().collect();
        for mention in graph.link(&text) {
            assert_eq!(text.get(mention.start..mention.end), Some(mention.surface.as_str()), "{text:?}");
        }
    }
    let long = "吹疯机 headphnes m 2 ".repeat(50_000);
    assert!(graph.link(&long).iter().all(|m| long.get(m.start..m.end).is_some()));
}
