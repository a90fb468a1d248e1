//! Names in texts.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::LazyLock;

use kg::{Graph, GraphDocument, load_dir};

static GRAPH: LazyLock<Graph> = LazyLock::new(|| {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/content/graph");
    Graph::new(load_dir(&dir).unwrap_or_else(|error| panic!("{error}"))).unwrap()
});

#[test]
fn finds_the_longest_names() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("M2 耳机能退吗", &[("product:m2-headphones", "M2 耳机")]),
        ("M2耳机能退吗", &[("product:m2-headphones", "M2耳机")]),
        ("Ｍ２耳机能退吗", &[("product:m2-headphones", "Ｍ２耳机")]),
        ("my m2 headphones", &[("product:m2-headphones", "m2 headphones")]),
        ("M2 HEADPHONE broke", &[("product:m2-headphones", "M2 HEADPHONE")]),
        ("the M-2?", &[("product:m2-headphones", "M-2")]),
        ("M2", &[("product:m2-headphones", "M2")]),
        ("M2Pro", &[("product:m2-pro-headphones", "M2Pro")]),
        ("M2 pro 耳机", &[("product:m2-pro-headphones", "M2 pro 耳机")]),
        ("M2 problem", &[("product:m2-headphones", "M2")]),
        ("M20", &[("product:m20-speaker", "M20")]),
        ("M200", &[]),
        ("XM2", &[]),
        ("size M 2 pieces", &[]),
        ("M 2 耳机", &[("product:m2-headphones", "M 2 耳机")]),
        ("我想买茶几", &[("product:tea-table", "茶几")]),
        ("有保温杯吗", &[("product:thermos-500", "保温杯")]),
        ("any phones?", &[("category:phones", "phones")]),
        ("a phone", &[("category:phones", "phone")]),
        ("microphone", &[]),
        ("cherry pie", &[("product:cherry-2kg", "cherry")]),
        ("M2和M3", &[("product:m2-headphones", "M2"), ("product:m3-headphones", "M3")]),
        ("寄到成都", &[("city:chengdu", "成都")]),
        ("上海南京路", &[("city:shanghai", "上海"), ("city:nanjing", "南京")]),
        ("成都仓", &[("warehouse:chengdu", "成都仓")]),
        ("head phones", &[("category:headphones", "head phones")]),
        ("七天无理由退货", &[("policy:return-seven-days", "七天无理由退货")]),
        ("青屿的音箱", &[("brand:qingyu", "青屿"), ("category:speakers", "音箱")]),
        ("你好", &[]),
        ("", &[]),
    ];
    for (text, expected) in cases {
        let found = GRAPH.link(text);
        let found: Vec<(&str, &str)> = found.iter().map(|m| (m.node.as_str(), m.surface.as_str())).collect();
        assert_eq!(&found, expected, "{text}");
    }
}

#[test]
fn a_name_of_several_nodes_is_several_mentions() {
    let found = GRAPH.link("沙发");
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|mention| (mention.start, mention.end) == (0, 6)));
}

#[test]
fn spans_are_the_surface() {
    for text in ["想问 Ｍ２－Pro　耳机 和 m3, 寄到 CHENGDU 多久🙂", "İM2 ﬁ M3 耳机"] {
        for mention in GRAPH.link(text) {
            assert_eq!(text.get(mention.start..mention.end), Some(mention.surface.as_str()));
        }
    }
}

#[test]
fn an_empty_graph_finds_nothing() {
    let graph = Graph::new(GraphDocument::default()).unwrap();
    assert!(graph.link("M2 耳机").is_empty());
}
