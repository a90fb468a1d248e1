//! Accuracy and cost of a head on CLINC150 with ten examples for each intent:
//! `cargo run --release -p models --example few_shot -- DIR_OF_DATA_SETS`.

use std::collections::BTreeMap;
use std::time::Instant;

use models::head::{TrainOptions, train_with_held_out};
use models::{Kind, testing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = std::env::args().nth(1).unwrap_or_else(|| "../shared/data".into());
    let file = std::fs::read_to_string(format!("{dir}/clinc150/all.jsonl"))?;
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    let mut train: Vec<(String, usize)> = Vec::new();
    let mut test: Vec<(String, usize)> = Vec::new();
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for line in file.lines() {
        let row: serde_json::Value = serde_json::from_str(line)?;
        let get = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        if row["oos"] == true {
            continue;
        }
        let next = names.len();
        let label = *names.entry(get("label")).or_insert(next);
        let count = counts.entry(label).or_default();
        match get("split").as_str() {
            // Neighbours in the file are paraphrases of each other.
            "train" => {
                if count.is_multiple_of(10) {
                    train.push((get("text"), label));
                }
                *count += 1;
            }
            "test" => test.push((get("text"), label)),
            _ => {}
        }
    }
    let embedder = testing::embedder();
    let split = |rows: Vec<(String, usize)>| -> (Vec<String>, Vec<usize>) { rows.into_iter().unzip() };
    let ((texts, labels), (test, truth)) = (split(train), split(test));
    let start = Instant::now();
    let vectors = embedder.embed_all(&texts, Kind::Query, &|_| ()).await?;
    let asked = embedder.embed_all(&test, Kind::Query, &|_| ()).await?;
    println!("{} + {} texts, {} classes, embedded in {:?}", texts.len(), test.len(), names.len(), start.elapsed());
    for l2 in [1e-3, 5e-4, 2e-4, 1e-4, 5e-5, 2e-5] {
        let start = Instant::now();
        let (head, held) =
            train_with_held_out(&vectors, &labels, names.len(), &TrainOptions { l2, ..Default::default() })?;
        let took = start.elapsed();
        let best = |p: &[f32]| (0..p.len()).max_by(|&a, &b| p[a].total_cmp(&p[b])).unwrap_or(0);
        let (mut right, mut sure) = (0, 0.0);
        for (v, label) in asked.iter().zip(&truth) {
            let p = head.predict(v);
            right += usize::from(best(&p) == *label);
            sure += p[best(&p)];
        }
        let held_right = held.iter().zip(&labels).filter(|(h, l)| best(&h.probabilities) == **l).count();
        println!(
            "l2 {l2}: accuracy {:.4}, mean confidence {:.4}, held out {:.4}, temperature {:.2}, {took:?}",
            right as f64 / truth.len() as f64,
            sure / truth.len() as f32,
            held_right as f64 / labels.len() as f64,
            head.temperature()
        );
    }
    Ok(())
}
