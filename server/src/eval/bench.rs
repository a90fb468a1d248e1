//! Training and testing on rows of public data sets, for `kefu eval sets`.

use super::data_sets::{DataSets, Row};
use super::svm::Baseline;
use crate::config::Config;
use crate::offline::folder::Mode;
use crate::offline::tuning;
use models::{Adaptation, Embedder, EmbedderOptions, Embedding, Kind};
use nlu::{Example, FALLBACK, Guess, IntentModel, TrainOptions, TrainReport, TrainingData};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

#[derive(Serialize)]
pub struct Figure {
    pub set: &'static str,
    pub what: String,
    pub mode: Mode,
    pub value: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<f32>,
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mode = match self.mode {
            Mode::Head => "head",
            Mode::Full => "full",
        };
        write!(f, "{:<14} {mode} {:<54} {:.4}", self.set, self.what, self.value)?;
        match self.target {
            Some(target) if self.value >= target => write!(f, "  (to reach {target:.3})"),
            Some(target) => write!(f, "  (to reach {target:.3}: missed)"),
            None => Ok(()),
        }
    }
}

pub struct Bench<'a> {
    pub config: &'a Config,
    pub sets: DataSets,
    pub figures: Vec<Figure>,
    pub modes: Vec<Mode>,
    /// Folder with the adapters that did not see one set: without-NAME.safetensors.
    pub adapters: PathBuf,
    /// For adapters of `Mode::Full`.
    pub scratch: PathBuf,
    /// Each figure is shown as soon as it is measured.
    pub shown: bool,
}

/// A model and the encoder that it was trained with.
pub struct Trained {
    pub embedder: Embedder,
    pub model: IntentModel,
    pub report: TrainReport,
}

impl Bench<'_> {
    pub fn add(&mut self, set: &'static str, what: impl Into<String>, mode: Mode, value: f32, target: Option<f32>) {
        let figure = Figure { set, what: what.into(), mode, value, target };
        if self.shown {
            println!("{figure}");
        }
        self.figures.push(figure);
    }

    /// The adapter that never saw a set.
    pub fn without(&self, set: &str) -> anyhow::Result<Adaptation> {
        let adapter = self.adapters.join(format!("without-{set}.safetensors"));
        anyhow::ensure!(
            adapter.is_file(),
            "{} is missing; `kefu tune --without {set} --out …` trains it",
            adapter.display()
        );
        Ok(Adaptation::File(adapter))
    }

    fn embedder(&self, adaptation: Adaptation, cached: bool) -> anyhow::Result<Embedder> {
        let cache = self.config.models.cache.join("eval-embeddings.bin");
        Ok(Embedder::start(&EmbedderOptions {
            encoder: crate::app::encoder_dir(self.config)?,
            adaptation,
            cache: if cached { vec![cache] } else { Vec::new() },
            queue: self.config.models.queue,
            threads: self.config.models.threads,
            precision: self.config.models.precision,
        })?)
    }

    /// As `kefu train --out` does it in this mode.
    pub async fn train(
        &self,
        mode: Mode,
        base: Adaptation,
        rows: &[Row],
        options: &TrainOptions,
    ) -> anyhow::Result<Trained> {
        let data = data(rows);
        let embedder = match mode {
            Mode::Head => self.embedder(base, true)?,
            Mode::Full => {
                let path = self.scratch.join("adapter.safetensors");
                std::fs::write(&path, tuning::adapter(self.config, &base, &data, options.seed)?)?;
                self.embedder(Adaptation::File(path), false)?
            }
        };
        let (model, report) = nlu::train(&embedder, &data, options, &|_, _| {}).await?;
        Ok(Trained { embedder, model, report })
    }

    /// Share of test rows whose best guess is right.
    pub async fn accuracy(&self, mode: Mode, base: Adaptation, train: &[Row], test: &[Row]) -> anyhow::Result<f32> {
        self.train(mode, base, train, &TrainOptions::default()).await?.right(test).await
    }
}

impl Trained {
    pub async fn guesses(&self, rows: &[Row]) -> anyhow::Result<Vec<Guess>> {
        let texts: Vec<String> = rows.iter().map(|row| nlu::for_encoder(&row.text).into_owned()).collect();
        let vectors: Vec<Embedding> = self.embedder.embed_all(&texts, Kind::Query, &|_| ()).await?;
        Ok(rows.iter().zip(&vectors).map(|(row, vector)| self.model.guess(&row.text, vector)).collect())
    }

    /// Share of rows whose best guess is right.
    pub async fn right(&self, rows: &[Row]) -> anyhow::Result<f32> {
        let guesses = self.guesses(rows).await?;
        let right = |(row, guess): &(&Row, &Guess)| guess.ranking.first().is_some_and(|best| best.0 == row.label);
        Ok(share(rows.iter().zip(&guesses).filter(right).count(), rows.len()))
    }
}

pub fn data(rows: &[Row]) -> TrainingData {
    let mut intents: BTreeMap<&str, Vec<Example>> = BTreeMap::new();
    for row in rows {
        let label = if row.label == "oos" { FALLBACK } else { row.label.as_str() };
        intents.entry(label).or_default().push(Example { text: row.text.clone(), ..Example::default() });
    }
    let mut data = TrainingData::default();
    intents.into_iter().for_each(|(name, examples)| data.set_intent(name, examples));
    data
}

pub fn share(part: usize, of: usize) -> f32 {
    part as f32 / of.max(1) as f32
}

/// `count` rows of each label.
pub fn sample(rows: &[Row], count: usize, seed: u64) -> Vec<Row> {
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

/// Accuracy of TF-IDF and a linear support vector machine.
pub fn baseline(train: &[Row], test: &[Row]) -> f32 {
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
