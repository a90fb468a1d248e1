//! Entity F1 of public data sets: `cargo run --release --example entities -- SET`. With `val` it is measured on a ninth of
//! the training texts that is not learnt from: for choosing. With `full` the encoder is tuned on the training texts, too, as
//! `kefu train --mode full` does it.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Instant;

use models::{Adaptation, Embedder, EmbedderOptions, Precision, testing, weights};
use nlu::{Annotation, Example, IntentExamples, Tagger, TaggerOptions, TrainingData};

fn load(path: &Path, wanted: &[(&str, &str)]) -> Vec<Example> {
    let mut rows = Vec::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let v: serde_json::Value = serde_json::from_str(line).unwrap();
        if wanted.iter().any(|(key, value)| v[*key] != *value) {
            continue;
        }
        let text = v["text"].as_str().unwrap().to_owned();
        let bytes: Vec<usize> = text.char_indices().map(|c| c.0).chain([text.len()]).collect();
        let mut entities: Vec<Annotation> = Vec::new();
        let mut put = |entity: &str, start, end| {
            entities.push(Annotation { start, end, entity: entity.to_owned(), ..Annotation::default() });
        };
        for e in v["entities"].as_array().unwrap_or(&vec![]) {
            let e = e.as_array().unwrap();
            let at = |i: usize| bytes[e[i].as_u64().unwrap() as usize];
            put(e[0].as_str().unwrap(), at(e.len() - 2), at(e.len() - 1));
        }
        if let Some(tokens) = v["tokens"].as_array() {
            let mut at = 0;
            for (token, tag) in tokens.iter().zip(v["tags"].as_array().unwrap()) {
                let (token, tag) = (token.as_str().unwrap(), tag.as_str().unwrap());
                let start = at + text[at..].find(token).unwrap();
                at = start + token.len();
                if let Some(label) = tag.strip_prefix("B-") {
                    entities.push(Annotation { start, end: at, entity: label.to_owned(), ..Annotation::default() });
                } else if tag.starts_with("I-")
                    && let Some(last) = entities.last_mut()
                {
                    last.end = at;
                }
            }
        }
        if let Some(slots) = v["slots"].as_str() {
            let mut before = "O";
            let mut at = 0;
            for (token, slot) in text.split(' ').zip(slots.split(' ')) {
                match entities.last_mut() {
                    Some(last) if slot != "O" && slot == before => last.end = at + token.len(),
                    _ if slot != "O" => {
                        entities.push(Annotation {
                            start: at,
                            end: at + token.len(),
                            entity: slot.to_owned(),
                            ..Annotation::default()
                        });
                    }
                    _ => {}
                }
                before = slot;
                at += token.len() + 1;
            }
        }
        rows.push(Example { text, entities, ..Example::default() });
    }
    rows
}

fn tuned(data: &TrainingData) -> Embedder {
    let encoder = weights::prepared_dir(&testing::cache_dir(), &["zh", "en"]);
    let mut progress = |done: usize, steps: usize| {
        if done.is_multiple_of(50) {
            eprintln!("tuning: step {done} of {steps}");
        }
    };
    let adapter = nlu::tune(&encoder, &Adaptation::Service, data, 7, &mut progress).unwrap();
    let path = std::env::temp_dir().join(format!("kefu-entities-{}.safetensors", std::process::id()));
    std::fs::write(&path, adapter.to_bytes().unwrap()).unwrap();
    let options = EmbedderOptions {
        encoder,
        adaptation: Adaptation::File(path.clone()),
        cache: Vec::new(),
        queue: 1024,
        threads: 2,
        precision: Precision::Auto,
    };
    let embedder = Embedder::start(&options).unwrap();
    std::fs::remove_file(path).unwrap();
    embedder
}

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some(set) = args.first() else {
        println!("entities cluener2020|zh_address|xsid-zh|xsid-en|multidogo [val] [full] [training texts]");
        return;
    };
    let data = std::env::var_os("KEFU_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    let (mut train, mut test) = match set.as_str() {
        "xsid-en" | "xsid-zh" => {
            let part = |split| load(&data.join("xsid/all.jsonl"), &[("lang", &set[5..]), ("split", split)]);
            (part("valid"), part("test"))
        }
        "multidogo" => {
            let part = |split| load(&data.join("multidogo/turns.jsonl"), &[("split", split)]);
            (part("train"), part("test"))
        }
        // The copies of the others have no test part with labels: nothing is chosen on their `dev`.
        _ => (load(&data.join(set).join("train.jsonl"), &[]), load(&data.join(set).join("dev.jsonl"), &[])),
    };
    if args.iter().any(|a| a == "val") {
        let (held, used): (Vec<_>, Vec<_>) = train.into_iter().enumerate().partition(|(i, _)| i % 9 == 8);
        train = used.into_iter().map(|r| r.1).collect();
        test = held.into_iter().map(|r| r.1).collect();
    }
    train.truncate(args.iter().find_map(|a| a.parse().ok()).unwrap_or(usize::MAX));

    let intent = IntentExamples { name: "all".into(), examples: train, metadata: None };
    let data = TrainingData { intents: vec![intent], ..TrainingData::default() };
    let (start, read) = (Instant::now(), OnceLock::new());
    let embedder = if args.iter().any(|a| a == "full") { tuned(&data) } else { testing::embedder() };
    let progress = |done, all| {
        if done == all {
            let _ = read.set(start.elapsed().as_secs_f32());
        }
    };
    let options = TaggerOptions { measure: false, ..TaggerOptions::default() };
    let (tagger, _, warnings) = Tagger::train(&embedder, &data, &options, &progress).await.unwrap().unwrap();
    warnings.iter().take(5).for_each(|w| println!("{w}"));
    println!(
        "{} texts: read in {:.1} s, all in {:.1} s; {} KB",
        data.example_count(),
        read.get().unwrap(),
        start.elapsed().as_secs_f32(),
        tagger.to_bytes().len() / 1000,
    );
    let texts: Vec<String> = test.iter().map(|e| e.text.clone()).collect();
    let found = tagger.find_all(&embedder, &texts).await.unwrap();
    let found: Vec<Vec<nlu::Mark>> = found.iter().map(|f| f.iter().map(nlu::Tagged::mark).collect()).collect();
    let expected: Vec<Vec<nlu::Mark>> = test.iter().map(|e| e.entities.iter().map(nlu::mark).collect()).collect();
    let nlu::EntityReport { all, labels } = nlu::score(&expected, &found);
    for l in labels.iter().chain([&all]) {
        println!("{:24} {:6} P {:.3} R {:.3} F1 {:.4}", l.name, l.examples, l.precision, l.recall, l.f1);
    }
}
