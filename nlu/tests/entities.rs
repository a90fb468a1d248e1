//! Sentences written for the purpose, one file for each kind (`entities/*.jsonl`): every entity of a sentence is listed, so
//! that a file also tests what must not be found. `KEFU_ENTITIES` names another folder.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nlu::{Entity, EntityKind};
use serde::Deserialize;
use serde_json::Value;

/// Sunday 2026-11-22, 14:30 in Shanghai.
const NOW: i64 = 1_795_329_000_000;

#[derive(Deserialize)]
struct Sentence {
    lang: String,
    text: String,
    entities: Vec<Expected>,
}

/// Without `text` only the value counts (addresses), and an address is compared without its line.
#[derive(Deserialize)]
struct Expected {
    kind: Value,
    text: Option<String>,
    value: Value,
}

impl Expected {
    fn is(&self, found: &Entity, text: &str) -> bool {
        let mut value = found.value.clone();
        if let (EntityKind::Address, Some(fields)) = (found.kind, value.as_object_mut()) {
            fields.remove("full");
        }
        serde_json::json!(found.kind) == self.kind
            && value == self.value
            && self.text.as_deref().is_none_or(|wanted| Some(wanted) == text.get(found.start..found.end))
    }
}

fn graph() -> kg::Graph {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/content/graph");
    kg::Graph::new(kg::load_dir(&folder).unwrap()).unwrap()
}

#[test]
fn every_sentence() {
    let folder = std::env::var_os("KEFU_ENTITIES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/entities"), PathBuf::from);
    let graph = graph();
    // The first call builds the patterns.
    for text in ["地址：北京市朝阳区建国路88号", "12 Elm Road, Boston, MA 02110", "你好"] {
        graph.link(text);
        nlu::extract(text, &[], NOW);
    }
    let mut misses = Vec::new();
    let mut figures: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
    let (mut spent, mut slowest) = (Duration::ZERO, Duration::ZERO);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "jsonl"));
    files.sort();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        for (at, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            let sentence: Sentence = serde_json::from_str(line).unwrap_or_else(|e| panic!("{name}:{}: {e}", at + 1));
            let text = sentence.text.as_str();
            let start = Instant::now();
            let products: Vec<kg::Mention> =
                graph.link(text).into_iter().filter(|m| m.node.starts_with("product:")).collect();
            let found = nlu::extract(text, &products, NOW);
            let took = start.elapsed();
            spent += took;
            slowest = slowest.max(took);
            let right = found.len() == sentence.entities.len()
                && sentence.entities.iter().zip(&found).all(|(wanted, found)| wanted.is(found, text));
            let figure = figures.entry((name.clone(), sentence.lang)).or_default();
            figure.0 += usize::from(right);
            figure.1 += 1;
            if !right {
                let wanted: Vec<String> = sentence
                    .entities
                    .iter()
                    .map(|e| format!("{} {:?} {}", e.kind, e.text.as_deref().unwrap_or_default(), e.value))
                    .collect();
                let found: Vec<String> =
                    found.iter().map(|e| format!("{:?} {:?} {}", e.kind, &text[e.start..e.end], e.value)).collect();
                misses.push(format!(
                    "{name}:{} {text:?}\n    want {}\n    got  {}",
                    at + 1,
                    wanted.join("\n         "),
                    found.join("\n         ")
                ));
            }
        }
    }
    for miss in &misses {
        println!("{miss}");
    }
    for ((name, lang), (right, all)) in &figures {
        println!("{name} {lang}: {right} of {all}");
    }
    let all: usize = figures.values().map(|f| f.1).sum();
    println!("{all} sentences, {:.0} µs each, the slowest {:.0} µs", micros(spent) / all as f64, micros(slowest));
    assert!(misses.is_empty(), "{} of {all} sentences are wrong, see above", misses.len());
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
