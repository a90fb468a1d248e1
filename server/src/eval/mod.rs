//! `kefu eval`: the shop's intents and retrieval on sets that nothing was trained or tuned on; models on test files. The dialogs are run by
//! `cargo test -p bot --test dialogs`; `make eval` does both.

mod bench;
mod calibration;
pub mod data_sets;
mod knowledge_set;
pub mod material;
mod metrics;
mod nlu_set;
pub mod public;
mod retrieval;
mod svm;

use crate::config::Config;
use crate::content;
use anyhow::Context;
use knowledge::Knowledge;
use nlu::{FALLBACK, Nlu, TrainOptions, TrainingData};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Without a subcommand: the demo shop's own sets.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Options {
    #[command(subcommand)]
    what: Option<What>,
    /// Folder with intents.jsonl and retrieval.jsonl.
    #[arg(long, default_value = "knowledge/content/eval")]
    sets: PathBuf,
    /// Prints JSON instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Subcommand)]
enum What {
    /// Measures a model folder (`kefu train --out`) on a test file.
    Nlu(nlu_set::Options),
    /// Measures an index folder (`kefu index`) on questions whose articles are known, and on questions without an answer.
    Knowledge(knowledge_set::Options),
    /// Fits the calibration of search scores on public data sets that retrieval is not tested with.
    Calibration(calibration::Options),
    /// Measures retrieval on public data sets: FAQs and long answers, in both languages.
    Retrieval(retrieval::Options),
    /// Measures understanding on public data sets: trains on their training parts, tests on their test parts.
    Sets(public::Options),
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<()> {
    match options.what {
        Some(What::Nlu(options)) => nlu_set::run(config, &options).await,
        Some(What::Knowledge(options)) => knowledge_set::run(config, &options).await,
        Some(What::Calibration(options)) => calibration::run(config, &options).await,
        Some(What::Retrieval(options)) => retrieval::run(config, &options).await,
        Some(What::Sets(options)) => public::run(&config, &options).await,
        None => shop(&config, &options.sets, options.json).await,
    }
}

#[derive(Deserialize)]
struct Utterance {
    text: String,
    label: String,
    lang: String,
}

#[derive(Default, Serialize)]
struct IntentFigures {
    /// Utterances with an intent, and how many got it (below the threshold counts as wrong).
    in_scope: usize,
    right: usize,
    /// Best guess right, whatever the confidence.
    best_guess_right: usize,
    out_of_scope: usize,
    refused: usize,
}

#[derive(Serialize)]
struct Report {
    intents: BTreeMap<String, IntentFigures>,
    wrong: Vec<String>,
    retrieval: serde_json::Value,
}

async fn shop(config: &Config, sets: &Path, json: bool) -> anyhow::Result<()> {
    let scratch = config.models.cache.join("scratch");
    std::fs::create_dir_all(&scratch)?;
    let content = content::load(&config.content.directory, &scratch)?;
    let embedder = crate::app::start_embedder(config, vec![crate::app::shared_embeddings(config)])?;
    let mood = match content.documents.iter().find(|d| d.0 == "mood") {
        Some((_, text)) => Some(TrainingData::parse("mood.yml", text)?),
        None => None,
    };
    let (model, _) =
        nlu::train(&embedder, &content.intents, &TrainOptions { mood, ..TrainOptions::default() }, &|_, _| {}).await?;
    let nlu = Nlu::new(embedder.clone(), model, kg::Shared::new(kg::Graph::new(content.graph)?));

    let path = sets.join("intents.jsonl");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut intents: BTreeMap<String, IntentFigures> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (n, line) in text.lines().filter(|l| !l.trim().is_empty()).enumerate() {
        let u: Utterance = serde_json::from_str(line).with_context(|| format!("{}:{}", path.display(), n + 1))?;
        let found = nlu.understand(&u.text, 0).await?;
        let figures = intents.entry(u.lang.clone()).or_default();
        if u.label == "oos" || u.label == FALLBACK {
            figures.out_of_scope += 1;
            figures.refused += usize::from(found.intent == FALLBACK);
        } else {
            figures.in_scope += 1;
            figures.right += usize::from(found.intent == u.label);
            figures.best_guess_right += usize::from(found.ranking.first().is_some_and(|r| r.0 == u.label));
            if found.intent != u.label {
                wrong.push(format!("{} | {} | {} ({:.2})", u.text, u.label, found.intent, found.confidence));
            }
        }
    }

    let knowledge = Knowledge::build(&embedder, &content.articles, &|_| {}).await?;
    let path = sets.join("retrieval.jsonl");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let queries = knowledge::eval::parse(&path.display().to_string(), &text)?;
    let retrieval = knowledge::eval::evaluate(&knowledge, &queries).await?;
    let report = Report { intents, wrong, retrieval: serde_json::to_value(&retrieval)? };
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
        return Ok(());
    }
    println!("intents (held-out set)      in scope   right  best guess right   out of scope  refused");
    for (lang, f) in &report.intents {
        let share =
            |n: usize, of: usize| if of == 0 { "–".to_owned() } else { format!("{:.3}", n as f64 / of as f64) };
        println!(
            "  {lang:<24} {:>10} {:>7} {:>17} {:>14} {:>8}",
            f.in_scope,
            share(f.right, f.in_scope),
            share(f.best_guess_right, f.in_scope),
            f.out_of_scope,
            share(f.refused, f.out_of_scope)
        );
    }
    println!("retrieval {}", serde_json::to_string_pretty(&report.retrieval)?);
    Ok(())
}
