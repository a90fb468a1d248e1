//! `Nlu` with the real encoder, trained on the real content, judged on questions that training never sees.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use kg::Language;
use nlu::{EntityKind, FALLBACK, IntentModel, ModelFileError, Mood, Nlu, TrainOptions, TrainReport, TrainingData};
use tokio::sync::OnceCell;

/// Sunday 2026-11-22, 14:30 in Shanghai.
const NOW: i64 = 1_795_329_000_000;

fn content() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/content")
}

fn graph() -> kg::Shared {
    let document = kg::load_dir(&content().join("graph")).unwrap();
    kg::Shared::new(kg::Graph::new(document).unwrap())
}

/// Bytes of a model trained once for all tests of this file.
async fn trained() -> &'static (Vec<u8>, TrainReport) {
    static TRAINED: OnceCell<(Vec<u8>, TrainReport)> = OnceCell::const_new();
    TRAINED
        .get_or_init(|| async {
            let data = TrainingData::load_dir(&content().join("intents")).unwrap();
            let start = Instant::now();
            let (model, report) =
                nlu::train(&models::testing::embedder(), &data, &TrainOptions::default(), &|_, _| {}).await.unwrap();
            eprintln!("trained on {} examples in {:.1?}", report.examples, start.elapsed());
            (model.to_bytes(), report)
        })
        .await
}

async fn nlu() -> Nlu {
    let embedder = models::testing::embedder();
    let model = IntentModel::from_bytes(&trained().await.0, embedder.id()).unwrap();
    Nlu::new(embedder, model, graph())
}

#[tokio::test(flavor = "multi_thread")]
async fn unseen_questions() {
    let nlu = nlu().await;
    let source = std::fs::read_to_string(content().join("eval/intents.jsonl")).unwrap();
    let mut tally: BTreeMap<String, [usize; 4]> = BTreeMap::new(); // in scope, right, right and accepted, accepted
    let (mut outside, mut unknown) = (BTreeMap::<String, usize>::new(), BTreeMap::<String, usize>::new());
    let mut misses = Vec::new();
    for line in source.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let [text, label, lang] = ["text", "label", "lang"].map(|k| row[k].as_str().unwrap().to_owned());
        let got = nlu.understand(&text, NOW).await.unwrap();
        if label == FALLBACK {
            *outside.entry(lang.clone()).or_default() += 1;
            if got.intent == FALLBACK {
                *unknown.entry(lang).or_default() += 1;
            } else {
                misses.push(format!("  outside  {text} -> {} {:.2}", got.intent, got.confidence));
            }
            continue;
        }
        let entry = tally.entry(lang).or_default();
        entry[0] += 1;
        let hit = got.ranking[0].0 == label;
        entry[1] += usize::from(hit);
        entry[2] += usize::from(hit && got.intent == label);
        entry[3] += usize::from(got.intent != FALLBACK);
        if !hit || got.intent == FALLBACK {
            misses.push(format!("  {label}  {text} -> {} {:.2} {}", got.ranking[0].0, got.confidence, got.intent));
        }
    }
    for miss in &misses {
        eprintln!("{miss}");
    }
    let sum = |at: usize| tally.values().map(|v| v[at]).sum::<usize>();
    let share = |part: usize, of: usize| part as f64 / of.max(1) as f64;
    for (lang, [of, right, kept, accepted]) in &tally {
        eprintln!(
            "{lang}: best intent right {:.3}, right and accepted {:.3}, precision of accepted {:.3}, out of scope found {:.3} of {}",
            share(*right, *of),
            share(*kept, *of),
            share(*kept, *accepted),
            share(unknown[lang], outside[lang]),
            outside[lang]
        );
    }
    let accuracy = share(sum(1), sum(0));
    let oos = share(unknown.values().sum(), outside.values().sum());
    let false_reject = share(sum(1) - sum(2), sum(1));
    eprintln!("all: accuracy {accuracy:.3}, out of scope {oos:.3}, right but rejected {false_reject:.3}, of {}", sum(0));
    assert!(accuracy > 0.5);
}

#[tokio::test(flavor = "multi_thread")]
async fn report_on_held_back_examples() {
    let report = &trained().await.1;
    eprintln!(
        "held back: accuracy {:.3} {:?}, ECE {:.3}, threshold {:.2}, unknown recall {:.3}, false rejects {:.3}, mood {:?}",
        report.accuracy,
        report.accuracy_by_language,
        report.ece,
        report.threshold,
        report.unknown_recall,
        report.false_rejects,
        report.mood
    );
    for c in report.confusions.iter().take(25) {
        eprintln!("  {} taken for {}: {} {:?}", c.expected, c.predicted, c.count, c.examples);
    }
    for intent in report.intents.iter().filter(|i| i.recall < 0.7 || i.precision < 0.7) {
        eprintln!("  weak: {intent:?}");
    }
    eprintln!("warnings: {:?}", report.warnings);
    assert!(report.intents.len() >= 45);
    assert!(report.warnings.is_empty(), "{:?}", report.warnings);
}
