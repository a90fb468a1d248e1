//! Cutting the vocabulary to Chinese and English leaves the tokens of Chinese and English texts as they were.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use models::{Encoder, testing, weights};
use tokenizers::Tokenizer;

fn data() -> Option<PathBuf> {
    let dir = std::env::var_os("KEFU_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    dir.is_dir().then_some(dir)
}

/// Every `step`-th text of a file of JSON lines.
fn sentences(file: &Path, step: usize, into: &mut Vec<String>) {
    let lines = std::fs::read_to_string(file).unwrap_or_default();
    for line in lines.lines().step_by(step) {
        let Ok(row) = serde_json::from_str::<serde_json::Value>(line) else {
            continue;
        };
        let texts = ["text", "a", "b", "question", "answer", "query"].iter().filter_map(|k| row[*k].as_str());
        into.extend(texts.map(str::to_owned));
    }
}

fn other_script(c: char) -> bool {
    matches!(u32::from(c), 0x0100..=0x1fff | 0x3040..=0x318f | 0xac00..=0xd7ff)
}

#[test]
fn tokens_are_those_of_the_original() {
    let cache = testing::cache_dir();
    let (_, reading) = Encoder::open(&weights::prepared_dir(&cache, &["zh", "en"]), models::Precision::Auto).unwrap();
    let original = Tokenizer::from_file(cache.join("weights/tokenizer.json")).unwrap();
    let mut texts: Vec<String> = [
        "",
        " ",
        "  two  spaces\tand\na tab ",
        "ＦＵＬＬ width　１２３",
        "M2 耳机能七天无理由退货吗？",
        "café déjà-vu naïve Müller",
        "order #KF2026110017 costs ¥299.00 (20% off!)",
        "</s> <mask> in a text",
        "🙂👍🏽 👨‍👩‍👧 ❤️",
        "㊙️ ① ½ ™",
        "他說：「請退款。」",
        "\u{200b}zero\u{200d}width\u{feff}",
        "http://例子.公司/路径?q=1",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "𠮷野家在哪",
    ]
    .map(str::to_owned)
    .into();
    match data() {
        None => eprintln!("skipped in part: no data sets (KEFU_SHARED_DATA); only the texts written here are compared"),
        Some(dir) => {
            for (file, step) in [
                ("clinc150/all.jsonl", 12),
                ("hwu64/all.jsonl", 20),
                ("bitext_cs/all.jsonl", 20),
                ("bank_faq_en/docs.jsonl", 2),
                ("ecommerce_faq_en/docs.jsonl", 1),
                ("lcqmc/pairs_dev.jsonl", 10),
                ("afqmc/pairs_dev.jsonl", 5),
                ("oppo_xiaobu/pairs_dev.jsonl", 10),
                ("shop_faq_zh/docs.jsonl", 1),
                ("befaq_zh/docs.jsonl", 1),
                ("zh_address/dev.jsonl", 3),
                ("zh_reviews/online_shopping.jsonl", 10),
            ] {
                let before = texts.len();
                sentences(&dir.join(file), step, &mut texts);
                assert!(texts.len() > before, "{file} gave no sentences");
            }
            assert!(texts.len() >= 2000, "{} sentences", texts.len());
        }
    }
    let (mut compared, mut foreign) = (0, 0);
    for text in &texts {
        let ours = reading.pieces(text).unwrap();
        let theirs = original.encode(text.as_str(), true).unwrap().get_tokens().to_vec();
        if ours == theirs {
            compared += 1;
        } else {
            assert!(text.chars().any(other_script), "{text:?}\n{ours:?}\n{theirs:?}");
            foreign += 1;
        }
    }
    eprintln!("{compared} texts with the same tokens; {foreign} with words of another script have others");
    assert!(foreign * 200 < compared);
}
