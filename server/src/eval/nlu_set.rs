//! `kefu eval nlu`: a model folder on a test file.

use super::metrics::{self, EntityFigures, IntentFigures, Outcome, Span};
use crate::clock::Clock;
use crate::config::Config;
use crate::offline::progress::Progress;
use crate::offline::{column, folder, say, short, train};
use futures_util::future::join_all;
use nlu::{Example, FALLBACK};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

const BATCH: usize = 64;

#[derive(clap::Args)]
pub struct Options {
    /// Folder that `kefu train --out` wrote.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Test examples in any form that `kefu train --nlu` takes, such as JSON lines.
    #[arg(long, value_name = "FILE")]
    test: PathBuf,
    /// Prints JSON instead of tables.
    #[arg(long)]
    json: bool,
    /// Another BERT-family encoder; without it the one that the model was trained with.
    #[arg(long, value_name = "DIR")]
    encoder: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    intents: IntentFigures,
    /// When the test file has entities.
    #[serde(skip_serializing_if = "Option::is_none")]
    entities: Option<EntityFigures>,
}

pub async fn run(mut config: Config, options: &Options) -> anyhow::Result<()> {
    let import = train::import(std::slice::from_ref(&options.test))?;
    let (nlu, described) = folder::open(&mut config, &options.model, options.encoder.as_deref())?;
    let known: BTreeSet<&str> = described.intents.iter().map(String::as_str).chain([FALLBACK]).collect();
    for intent in import.data.intents.iter().filter(|i| !known.contains(i.name.as_str())) {
        if let Some(example) = intent.examples.first() {
            eprintln!("  warning: {}: the model does not know the intent {}", example.origin, intent.name);
        }
    }
    let tests: Vec<(&str, &Example)> =
        import.data.intents.iter().flat_map(|i| i.examples.iter().map(|e| (i.name.as_str(), e))).collect();
    let now = Clock::default().now();
    let progress = Progress::new("reading");
    let (mut outcomes, mut spans) = (Vec::with_capacity(tests.len()), Vec::with_capacity(tests.len()));
    for batch in tests.chunks(BATCH) {
        let read = join_all(batch.iter().map(|(_, example)| nlu.understand(&example.text, now))).await;
        for ((expected, example), understood) in batch.iter().zip(read) {
            let u = understood?;
            let mut found: Vec<Span> = u
                .entities
                .iter()
                .map(|e| (e.start, e.end, serde_json::to_value(e.kind).ok()))
                .filter_map(|(start, end, kind)| Some((start, end, kind?.as_str()?.to_owned())))
                .collect();
            let learnt = u.tagged.iter().map(|t| (t.start, t.end, t.entity.clone()));
            let learnt: Vec<Span> = learnt.filter(|span| !found.contains(span)).collect();
            found.extend(learnt);
            let wanted = example.entities.iter().map(|e| (e.start, e.end, e.entity.clone())).collect();
            spans.push((wanted, found));
            outcomes.push(Outcome {
                expected: (*expected).to_owned(),
                best: u.ranking.first().map_or(FALLBACK, |r| r.0.as_str()).to_owned(),
                answered: u.intent,
                confidence: u.confidence,
                outside: u.outside,
            });
        }
        progress.at(outcomes.len(), tests.len());
    }
    progress.finish();
    let entities = metrics::entities(&spans);
    let report = Report { intents: metrics::intents(&outcomes), entities: (entities.expected > 0).then_some(entities) };
    let text = if options.json { serde_json::to_string_pretty(&report)? + "\n" } else { shown(&report) };
    say(text.as_bytes())?;
    Ok(())
}

fn shown(report: &Report) -> String {
    let mut text = String::new();
    let mut line = |args: std::fmt::Arguments<'_>| {
        let _ = writeln!(text, "{args}"); // a String takes everything
    };
    let figures = &report.intents;
    line(format_args!(
        "{} examples, {} in scope, {} out of scope",
        figures.examples, figures.in_scope, figures.out_of_scope
    ));
    line(format_args!("accuracy, all                {:.3}", figures.accuracy));
    line(format_args!("accuracy, in scope           {:.3}", figures.accuracy_in_scope));
    line(format_args!("accuracy, before threshold   {:.3}", figures.accuracy_before_threshold));
    line(format_args!("macro-F1                     {:.3}", figures.macro_f1));
    line(format_args!("calibration error (ECE)      {:.3}", figures.ece));
    if let Some(oos) = &figures.oos {
        line(format_args!("out of scope: recall         {:.3}", oos.recall));
        line(format_args!("              precision      {:.3}", oos.precision));
        line(format_args!("              AUROC          {:.3}", oos.auroc));
    }
    let head = |what: &str| {
        format!("\n{} {:>8} {:>10} {:>7} {:>6}", column(what, 32), "examples", "precision", "recall", "F1")
    };
    if let Some(entities) = &report.entities {
        line(format_args!(
            "entities: F1 {:.3}, precision {:.3}, recall {:.3} ({} right of {} expected and {} found)",
            entities.f1, entities.precision, entities.recall, entities.right, entities.expected, entities.found
        ));
        if entities.other_labels > 0 {
            line(format_args!(
                "          {} more found, of kinds that the test file never marks: not counted",
                entities.other_labels
            ));
        }
        line(format_args!("{}", head("entity")));
        for r in &entities.labels {
            let name = column(&short(&r.name, 32), 32);
            line(format_args!("{name} {:>8} {:>10.3} {:>7.3} {:>6.3}", r.examples, r.precision, r.recall, r.f1));
        }
    }
    line(format_args!("{}", head("intent")));
    for r in &figures.intents {
        let name = column(&short(&r.name, 32), 32);
        line(format_args!("{name} {:>8} {:>10.3} {:>7.3} {:>6.3}", r.examples, r.precision, r.recall, r.f1));
    }
    if !figures.confusions.is_empty() {
        line(format_args!("\nmost frequent confusions (expected → answered)"));
        for (expected, answered, count) in figures.confusions.iter().take(15) {
            line(format_args!("  {expected} → {answered}  {count}×"));
        }
    }
    text
}
