//! `kefu eval sets`: understanding measured on public data sets. Every figure says what it was trained on. Thresholds
//! come from validation parts; what is measured with few examples uses adapters that never saw the labels.

use crate::config::Config;
use crate::eval::data_sets::{DataSets, Row};
use crate::eval::material::reviews;
use crate::eval::svm::Baseline;
use clap::Args;
use models::{Adaptation, Embedder, EmbedderOptions, Embedding, Kind};
use nlu::{Example, FALLBACK, IntentModel, TrainOptions, TrainingData};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

#[derive(Args)]
pub struct Options {
    /// Folder with the data sets, each in a folder of its name.
    #[arg(long, default_value = "../shared/data")]
    data: PathBuf,
    /// Folder with the adapters that did not see one set: without-NAME.safetensors.
    #[arg(long, default_value = "models/weights")]
    adapters: PathBuf,
    /// Only these sets.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Figure {
    set: &'static str,
    what: String,
    value: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<f32>,
}

struct Bench<'a> {
    config: &'a Config,
    options: &'a Options,
    sets: DataSets,
    figures: Vec<Figure>,
}

/// Share of in-scope utterances that a threshold may lose for CLINC150's figure, chosen on its validation part.
const CLINC_FALSE_REJECTS: f32 = 0.004;
const SEEDS: u64 = 5;

pub async fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    let sets = DataSets::open(&options.data)?;
    let mut bench = Bench { config, options, sets, figures: Vec::new() };
    let service = bench.embedder(Adaptation::Service)?;
    if bench.wanted("clinc150") {
        bench.clinc(&service).await?;
        bench.few("clinc150", "clinc150/all.jsonl", 0.93).await?;
    }
    if bench.wanted("hwu64") {
        let (train, test) =
            (bench.sets.split("hwu64/all.jsonl", "train")?, bench.sets.split("hwu64/all.jsonl", "test")?);
        let right = bench.accuracy(&service, &train, &test).await?;
        bench.add("hwu64", "full, accuracy", right, Some(0.92));
        bench.few("hwu64", "hwu64/all.jsonl", 0.86).await?;
    }
    if bench.wanted("xsid") {
        let rows = bench.sets.rows("xsid/all.jsonl")?;
        let part = |lang: &str, split: &str| -> Vec<Row> {
            rows.iter().filter(|r| r.lang == lang && r.split == split).cloned().collect()
        };
        for (from, to, target) in [("zh", "zh", Some(0.955)), ("en", "zh", Some(0.88)), ("en", "en", None)] {
            let right = bench.accuracy(&service, &part(from, "valid"), &part(to, "test")).await?;
            bench.add("xsid", format!("{from} to {to}, accuracy"), right, target);
        }
    }
    if bench.wanted("multidogo") {
        bench.multidogo(&service).await?;
    }
    if bench.wanted("jd_utterances") {
        let file = "jd_utterances/chitchat_vs_business.jsonl";
        let (train, test) = (bench.sets.split(file, "train")?, bench.sets.split(file, "test")?);
        let right = bench.accuracy(&service, &train, &test).await?;
        bench.add("jd_utterances", "business or chit-chat, accuracy", right, None);
    }
    if bench.wanted("eprstmt") && bench.sets.has("zh_reviews") {
        bench.sentiment(&service).await?;
    }
    if options.json {
        println!("{}", serde_json::to_string_pretty(&bench.figures)?);
    } else {
        for f in &bench.figures {
            let target = f.target.map_or(String::new(), |t| {
                format!("  (to reach {t:.3}{})", if f.value >= t { "" } else { ": missed" })
            });
            println!("{:<16} {:<54} {:.4}{target}", f.set, f.what, f.value);
        }
    }
    Ok(())
}

fn data(rows: &[Row]) -> TrainingData {
    let mut intents: BTreeMap<&str, Vec<Example>> = BTreeMap::new();
    for row in rows {
        let label = if row.label == "oos" { FALLBACK } else { row.label.as_str() };
        intents.entry(label).or_default().push(Example { text: row.text.clone(), ..Example::default() });
    }
    let mut data = TrainingData::default();
    intents.into_iter().for_each(|(name, examples)| data.set_intent(name, examples));
    data
}

async fn vectors(embedder: &Embedder, rows: &[Row]) -> anyhow::Result<Vec<Embedding>> {
    let texts: Vec<String> = rows.iter().map(|row| nlu::for_encoder(&row.text).into_owned()).collect();
    Ok(embedder.embed_all(&texts, Kind::Query, &|_| ()).await?)
}

fn share(part: usize, of: usize) -> f32 {
    part as f32 / of.max(1) as f32
}

/// Area under the curve of a score that should be higher for `positive`.
fn auroc(positive: &[f32], negative: &[f32]) -> f32 {
    let mut all: Vec<(f32, bool)> =
        positive.iter().map(|s| (*s, true)).chain(negative.iter().map(|s| (*s, false))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut area, mut at) = (0f64, 0f64, 0);
    while at < all.len() {
        let end = all[at..].iter().position(|s| s.0 > all[at].0).map_or(all.len(), |n| at + n);
        let ties = all[at..end].iter().filter(|s| !s.1).count() as f64;
        let hits = (end - at) as f64 - ties;
        area += hits * (below + ties / 2.0);
        below += ties;
        at = end;
    }
    (area / (positive.len().max(1) as f64 * negative.len().max(1) as f64)) as f32
}

impl Bench<'_> {
    fn wanted(&self, name: &str) -> bool {
        self.sets.has(name) && (self.options.only.is_empty() || self.options.only.iter().any(|n| n == name))
    }

    fn add(&mut self, set: &'static str, what: impl Into<String>, value: f32, target: Option<f32>) {
        self.figures.push(Figure { set, what: what.into(), value, target });
    }

    fn embedder(&self, adaptation: Adaptation) -> anyhow::Result<Embedder> {
        Ok(Embedder::start(&EmbedderOptions {
            encoder: crate::app::encoder_dir(self.config)?,
            adaptation,
            cache: vec![self.config.models.cache.join("eval-embeddings.bin")],
            queue: self.config.models.queue,
            threads: self.config.models.threads,
            precision: self.config.models.precision,
        })?)
    }

    async fn train(&self, embedder: &Embedder, rows: &[Row], options: &TrainOptions) -> anyhow::Result<IntentModel> {
        Ok(nlu::train(embedder, &data(rows), options, &|_, _| {}).await?.0)
    }

    /// Share of rows whose best guess is right.
    async fn right(&self, embedder: &Embedder, model: &IntentModel, rows: &[Row]) -> anyhow::Result<f32> {
        let vectors = vectors(embedder, rows).await?;
        let right = |(row, vector): &(&Row, &Embedding)| {
            model.guess(&row.text, vector).ranking.first().is_some_and(|best| best.0 == row.label)
        };
        Ok(share(rows.iter().zip(&vectors).filter(right).count(), rows.len()))
    }

    async fn accuracy(&self, embedder: &Embedder, train: &[Row], test: &[Row]) -> anyhow::Result<f32> {
        let model = self.train(embedder, train, &TrainOptions::default()).await?;
        self.right(embedder, &model, test).await
    }

    /// Trained on the training part and `oos_train`; judged on the test part and `oos_val`.
    async fn clinc(&mut self, embedder: &Embedder) -> anyhow::Result<()> {
        let file = "clinc150/all.jsonl";
        let train = self.sets.split(file, "train")?;
        let (outside, test): (Vec<Row>, Vec<Row>) = (
            self.sets.split(file, "val")?.into_iter().filter(|r| r.label == "oos").collect(),
            self.sets.split(file, "test")?.into_iter().filter(|r| r.label != "oos").collect(),
        );
        let options = TrainOptions { false_rejects: CLINC_FALSE_REJECTS, ..TrainOptions::default() };
        let model = self.train(embedder, &train, &options).await?;
        let best = self.right(embedder, &model, &test).await?;
        self.add("clinc150", "full, best guess in scope, accuracy", best, None);
        let inside = vectors(embedder, &test).await?;
        let inside: Vec<nlu::Guess> = test.iter().zip(&inside).map(|(r, v)| model.guess(&r.text, v)).collect();
        let foreign = vectors(embedder, &outside).await?;
        let foreign: Vec<nlu::Guess> = outside.iter().zip(&foreign).map(|(r, v)| model.guess(&r.text, v)).collect();
        let right = inside.iter().zip(&test).filter(|(g, r)| g.intent == r.label).count();
        self.add("clinc150", "full, accepted and right in scope, accuracy", share(right, test.len()), Some(0.965));
        let found = foreign.iter().filter(|g| g.intent == FALLBACK).count();
        self.add("clinc150", "full, out-of-scope recall (oos_val)", share(found, outside.len()), Some(0.60));
        let scores = |guesses: &[nlu::Guess]| guesses.iter().map(|g| g.outside).collect::<Vec<f32>>();
        self.add("clinc150", "full, out-of-scope AUROC", auroc(&scores(&foreign), &scores(&inside)), None);
        Ok(())
    }

    /// Ten examples of each intent, with an adapter that never saw the set.
    async fn few(&mut self, set: &'static str, file: &str, target: f32) -> anyhow::Result<()> {
        let adapter = self.options.adapters.join(format!("without-{set}.safetensors"));
        anyhow::ensure!(
            adapter.is_file(),
            "{} is missing; `kefu tune --without {set} --out …` trains it",
            adapter.display()
        );
        let embedder = self.embedder(Adaptation::File(adapter))?;
        let train: Vec<Row> = self.sets.split(file, "train")?.into_iter().filter(|r| r.label != "oos").collect();
        let test: Vec<Row> = self.sets.split(file, "test")?.into_iter().filter(|r| r.label != "oos").collect();
        let mut figures = Vec::new();
        for seed in 0..SEEDS {
            figures.push(self.accuracy(&embedder, &sample(&train, 10, seed), &test).await?);
        }
        let mean = figures.iter().sum::<f32>() / SEEDS as f32;
        self.add(set, format!("10 examples each, {SEEDS} seeds, accuracy"), mean, Some(target));
        Ok(())
    }

    /// Each domain for itself; a turn with two intents is a class of its own, for both.
    async fn multidogo(&mut self, embedder: &Embedder) -> anyhow::Result<()> {
        let rows = self.sets.rows("multidogo/turns.jsonl")?;
        let domains: std::collections::BTreeSet<&str> = rows.iter().map(|r| r.domain.as_str()).collect();
        let (mut ours, mut theirs, mut total) = (0.0, 0.0, 0.0);
        for domain in domains {
            let part = |split: &str| -> Vec<Row> {
                rows.iter().filter(|r| r.domain == domain && r.split == split).cloned().collect()
            };
            let (train, test) = (part("train"), part("test"));
            let right = self.accuracy(embedder, &train, &test).await?;
            let base = baseline(&train, &test);
            self.add("multidogo", format!("{domain}, accuracy"), right, None);
            ours += right * test.len() as f32;
            theirs += base * test.len() as f32;
            total += test.len() as f32;
        }
        self.add("multidogo", "all, TF-IDF and linear SVM, accuracy", theirs / total, None);
        self.add("multidogo", "all, accuracy", ours / total, Some(theirs / total + 0.02));
        Ok(())
    }

    /// Trained on four fifths of the reviews and eprstmt's small training part.
    async fn sentiment(&mut self, embedder: &Embedder) -> anyhow::Result<()> {
        let polarity = |mut row: Row| {
            row.label = if row.label.to_lowercase().starts_with("pos") { "positive" } else { "negative" }.into();
            row
        };
        let (train, test) = reviews(&self.sets)?;
        let file = "eprstmt/all.jsonl";
        let mut train: Vec<Row> = train.into_iter().map(polarity).collect();
        let test: Vec<Row> = test.into_iter().map(polarity).collect();
        train.extend(self.sets.split(file, "train_few_all")?.into_iter().map(polarity));
        let judged: Vec<Row> = self.sets.split(file, "test_public")?.into_iter().map(polarity).collect();
        let model = self.train(embedder, &train, &TrainOptions::default()).await?;
        let right = self.right(embedder, &model, &judged).await?;
        self.add("eprstmt", "positive or negative, accuracy", right, Some(0.86));
        let right = self.right(embedder, &model, &test).await?;
        self.add("zh_reviews", "positive or negative, accuracy", right, Some(0.86));
        Ok(())
    }
}

/// `count` rows of each label.
fn sample(rows: &[Row], count: usize, seed: u64) -> Vec<Row> {
    use rand::seq::SliceRandom;
    use rand::{SeedableRng, rngs::StdRng};
    let mut random = StdRng::seed_from_u64(seed);
    let mut by_label: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    rows.iter().for_each(|row| by_label.entry(&row.label).or_default().push(row));
    let mut out = Vec::new();
    for (_, mut rows) in by_label {
        rows.shuffle(&mut random);
        out.extend(rows.into_iter().take(count).cloned());
    }
    out
}

fn baseline(train: &[Row], test: &[Row]) -> f32 {
    let mut names: HashMap<&str, usize> = HashMap::new();
    let labels: Vec<usize> = train
        .iter()
        .map(|row| {
            let next = names.len();
            *names.entry(row.label.as_str()).or_insert(next)
        })
        .collect();
    let texts: Vec<&str> = train.iter().map(|row| row.text.as_str()).collect();
    let model = Baseline::train(&texts, &labels, names.len());
    let right = test.iter().filter(|row| names.get(row.label.as_str()) == Some(&model.predict(&row.text))).count();
    share(right, test.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_counts_ties_half() {
        assert_eq!(auroc(&[0.9, 0.8], &[0.1, 0.2]), 1.0);
        assert_eq!(auroc(&[0.5], &[0.5]), 0.5);
        assert_eq!(auroc(&[0.1, 0.9], &[0.5]), 0.5);
    }

    #[test]
    fn samples_are_of_every_label_and_the_same_for_a_seed() {
        let row = |text: &str, label: &str| Row {
            text: text.into(),
            label: label.into(),
            lang: String::new(),
            split: String::new(),
            domain: String::new(),
            category: String::new(),
        };
        let rows: Vec<Row> = (0..20).map(|i| row(&i.to_string(), if i % 3 == 0 { "a" } else { "b" })).collect();
        let texts = |seed| sample(&rows, 4, seed).into_iter().map(|r| r.text).collect::<Vec<_>>();
        assert_eq!((texts(1).len(), texts(1) == texts(1), texts(1) == texts(2)), (8, true, false));
    }
}
