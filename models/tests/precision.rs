//! Weights as bytes give nearly the vectors that floats give, and a text the same vector whatever stands beside it.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use models::{Encoder, Kind, Precision, testing, weights};

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, into) } else { into.push(path) }
    }
    into.sort();
}

/// From the demo content: what customers say, and beginnings of articles up to more than the encoder reads.
fn texts() -> Vec<(String, Kind)> {
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/content");
    let (mut intents, mut articles) = (Vec::new(), Vec::new());
    files(&content.join("intents"), &mut intents);
    files(&content.join("articles"), &mut articles);
    let read = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
    let said: Vec<String> = intents
        .iter()
        .flat_map(|path| {
            read(path).lines().filter_map(|l| l.trim().strip_prefix("- ").map(str::to_owned)).collect::<Vec<_>>()
        })
        .collect();
    let mut texts: Vec<(String, Kind)> =
        said.iter().step_by(said.len() / 300).map(|text| (text.clone(), Kind::Query)).collect();
    for (i, path) in articles.iter().enumerate().step_by(articles.len() / 40) {
        texts.push((read(path).chars().take(20 + i * 4).collect(), Kind::Passage));
    }
    texts.push((articles.iter().take(8).map(read).collect(), Kind::Passage));
    texts.extend(
        ["", " ", "🙂", "🙂👍🏽 👨‍👩‍👧 ❤️", "退", "M2", "#KF2026110017 ¥299.00 (20% off!)"]
            .map(|t| (t.to_owned(), Kind::Query)),
    );
    texts
}

#[test]
fn bytes_are_as_good_as_floats() {
    let dir = weights::prepared_dir(&testing::cache_dir(), &["zh", "en"]);
    let (bytes, reading) = Encoder::open(&dir, Precision::Auto).unwrap();
    let (floats, other) = Encoder::open(&dir, Precision::F32).unwrap();
    let texts = texts();
    assert!(texts.len() >= 300, "{}", texts.len());
    let tokens: Vec<_> = texts.iter().map(|(text, kind)| reading.tokens(text, *kind).unwrap()).collect();
    assert_eq!(tokens.iter().map(|t| t.len()).max(), Some(512));
    let mut together = Vec::new();
    tokens.chunks(32).for_each(|batch| together.extend(bytes.encode(batch).unwrap()));
    if reading.id == other.id {
        eprintln!("skipped in part: this processor works with floats only");
    } else {
        assert!(reading.id.starts_with(&other.id), "{} {}", reading.id, other.id);
        for (i, tokens) in tokens.iter().enumerate() {
            let alone = bytes.encode(std::slice::from_ref(tokens)).unwrap();
            assert!(alone[0] == together[i], "alone and in a batch: {}", texts[i].0);
        }
    }
    let mut worst = (1f32, 0);
    let mut sum = 0f32;
    for (batch, tokens) in tokens.chunks(32).enumerate() {
        for (i, expected) in floats.encode(tokens).unwrap().iter().enumerate() {
            let i = batch * 32 + i;
            let close = cosine(&together[i], expected);
            sum += close;
            worst = if close < worst.0 { (close, i) } else { worst };
        }
    }
    eprintln!(
        "{} texts, mean cosine {:.5}, lowest {:.5}: {}",
        texts.len(),
        sum / texts.len() as f32,
        worst.0,
        texts[worst.1].0
    );
    assert!(worst.0 >= 0.999, "{worst:?}: {}", texts[worst.1].0);
}
