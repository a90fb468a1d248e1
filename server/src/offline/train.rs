//! `kefu train --out`: files -> a model folder and a report.

use super::folder::{self, Description, Mode};
use super::progress::Progress;
use super::{column, short};
use crate::app;
use crate::clock::Clock;
use crate::config::Config;
use anyhow::Context;
use nlu::{FALLBACK, FileKind, HeldOutReading, Import, NearDuplicate, TrainOptions, TrainReport, TrainingData};
use serde::Serialize;
use serde_json::json;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// More are a mistake in the file (a column of ids as labels), and hours of arithmetic.
const MAX_INTENTS: usize = 3_000;
/// Messages of one kind that are printed; the report has the rest.
const PRINTED: usize = 20;
/// Vectors of examples are kept between trainings; beyond this size the file is begun anew.
const CACHE_BYTES: u64 = 1 << 30;
/// An example that a head which had not seen it read otherwise, and was this sure, may have the wrong label.
pub const SUSPICIOUS: f32 = 0.8;

#[derive(clap::Args)]
pub struct Options {
    /// Training data: Rasa NLU YAML (2.0, 3.x), Rasa's old Markdown or JSON, JSON lines, or a folder of such files (a
    /// Rasa project). May be given several times and take several values.
    ///
    /// JSON lines: {"text":…,"label":…} with optional "lang" and "entities":[{"start","end","entity","value"}], where
    /// start and end count characters (Unicode scalar values) as in Rasa, not bytes. The labels oos, out_of_scope and
    /// nlu_fallback mark texts that are none of the intents.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub nlu: Vec<PathBuf>,
    /// Trains offline and writes the model into this folder; no store is opened.
    #[arg(long, value_name = "DIR", requires = "nlu", conflicts_with = "data")]
    pub out: Option<PathBuf>,
    /// Without --out: the folder of the store.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// With --out: languages of the encoder, such as zh,en.
    #[arg(long, value_delimiter = ',', requires = "out")]
    languages: Vec<String>,
    /// With --out: what is trained.
    #[arg(long, value_enum, requires = "out")]
    mode: Option<Mode>,
    /// With --out: the same seed and the same examples give the same model, byte for byte.
    #[arg(long, value_name = "N", requires = "out")]
    seed: Option<u64>,
    /// With --out: examples that are not learnt from, in the same forms: confidence and thresholds are fitted to them, and
    /// the report is about them. With `--mode full` the only fair report.
    #[arg(long, value_name = "PATH", num_args = 1.., requires = "out")]
    validation: Vec<PathBuf>,
    /// With --out: another BERT-family encoder.
    #[arg(long, value_name = "DIR", requires = "out")]
    encoder: Option<PathBuf>,
}

/// Everything in the files, or the sentences that say why not: nothing is half trained.
pub fn import(paths: &[PathBuf]) -> anyhow::Result<Import> {
    let import = TrainingData::import(paths)?;
    let problems: Vec<String> = import.problems().map(ToString::to_string).collect();
    if !problems.is_empty() {
        for problem in problems.iter().take(PRINTED) {
            eprintln!("  {problem}");
        }
        anyhow::bail!("nothing was trained: {} in the training data (see above)", count(problems.len(), "error"));
    }
    for file in &import.files {
        if let (Some(reason), true) = (&file.reason, file.kind != FileKind::Other) {
            eprintln!("  {}: {}", file.file, reason.en);
        }
    }
    for warning in import.data.warnings.iter().take(PRINTED) {
        eprintln!("  warning: {warning}");
    }
    if import.data.warnings.len() > PRINTED {
        eprintln!("  … and {} more warnings", import.data.warnings.len() - PRINTED);
    }
    Ok(import)
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

pub async fn run(mut config: Config, options: &Options, out: &Path) -> anyhow::Result<()> {
    let started = std::time::Instant::now();
    let mode = options.mode.unwrap_or_default();
    folder::check(out)?;
    let import = import(&options.nlu)?;
    let intents = import.data.intents.len();
    anyhow::ensure!(
        intents <= MAX_INTENTS,
        "there are {intents} different labels, at most {MAX_INTENTS} are possible; is `label` the right column?"
    );
    if !options.languages.is_empty() {
        config.models.languages = options.languages.clone();
    }
    config.check()?;
    for (language, examples) in &import.languages {
        if !config.models.languages.iter().any(|l| l == language || l == "all") {
            eprintln!(
                "  warning: {} in {language:?}, which the encoder is not prepared for (--languages)",
                count(*examples, "example")
            );
        }
    }
    if let Some(encoder) = &options.encoder {
        config.models.encoder = encoder.clone();
    }
    let mut how = TrainOptions::default();
    how.seed = options.seed.unwrap_or(how.seed);
    if !options.validation.is_empty() {
        how.validation = Some(self::import(&options.validation)?.data);
    }
    let adapter = match mode {
        Mode::Head => None,
        Mode::Full => Some(super::tuning::adapter(&config, &config.models.adapter.parse()?, &import.data, how.seed)?),
    };
    // The encoder is opened with it as `kefu parse` will: from a file.
    let scratch = tempfile::tempdir()?;
    if let Some(bytes) = &adapter {
        let path = scratch.path().join(folder::ADAPTER);
        std::fs::write(&path, bytes)?;
        config.models.adapter = path.display().to_string();
    }
    let embedder = app::start_embedder(&config, vec![app::shared_embeddings(&config), cache(&config)])?;
    let progress = Progress::new("embedding");
    let (model, mut report) =
        nlu::train(&embedder, &import.data, &how, &|done, total| progress.at(done, total)).await?;
    progress.finish();
    let doubts = Doubts {
        suspicious: suspicious(&import.data, &std::mem::take(&mut report.held_out)),
        near_duplicates: nlu::near_duplicates(&embedder, &import.data).await?,
    };

    let mut described = Description::new(&config, &embedder, mode, how.seed, Clock::default().now())?;
    described.examples = report.examples;
    described.intents = model.intents().map(str::to_owned).collect();
    let full = json!({"training": report, "doubts": doubts, "files": import.files});
    let mut files = vec![
        (folder::MODEL, model.to_bytes()),
        (folder::REPORT, serde_json::to_vec_pretty(&full)?),
        (folder::DESCRIPTION, serde_json::to_vec_pretty(&described)?),
    ];
    files.extend(adapter.map(|bytes| (folder::ADAPTER, bytes)));
    folder::write(out, &files).context("the old model, if there was one, is untouched")?;
    let mut text = shown(&report, &doubts, import.data.intent(FALLBACK).map_or(0, |i| i.examples.len()));
    if mode == Mode::Full && options.validation.is_empty() {
        writeln!(
            text,
            "\nthe held-back figures are too good: the encoder was tuned on all examples; with --validation FILE they and \
             the thresholds are fair, and `kefu eval nlu` measures on others"
        )?;
    }
    writeln!(text, "\nmodel written to {} after {:.1} s", out.display(), started.elapsed().as_secs_f64())?;
    super::say(text.as_bytes())?;
    Ok(())
}

/// What an editor should look at.
#[derive(Serialize)]
struct Doubts {
    suspicious: Vec<Suspicious>,
    near_duplicates: Vec<NearDuplicate>,
}

#[derive(Serialize)]
struct Suspicious {
    place: String,
    text: String,
    label: String,
    /// How a head that had not seen it reads it.
    read: String,
    confidence: f32,
}

/// The surest first.
fn suspicious(data: &TrainingData, held_out: &[HeldOutReading]) -> Vec<Suspicious> {
    let mut found: Vec<Suspicious> = held_out
        .iter()
        .filter(|h| h.read != h.expected && h.read != FALLBACK && h.confidence >= SUSPICIOUS)
        .map(|h| {
            let example = data.intent(&h.expected).and_then(|i| i.examples.iter().find(|e| e.text == h.text));
            Suspicious {
                place: example.map(|e| e.origin.to_string()).unwrap_or_default(),
                text: h.text.clone(),
                label: h.expected.clone(),
                read: h.read.clone(),
                confidence: h.confidence,
            }
        })
        .collect();
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    found
}

fn cache(config: &Config) -> PathBuf {
    let path = config.models.cache.join("training-embeddings.bin");
    if std::fs::metadata(&path).is_ok_and(|m| m.len() > CACHE_BYTES) {
        let _ = std::fs::remove_file(&path);
    }
    path
}

/// The report as people read it.
fn shown(report: &TrainReport, doubts: &Doubts, outside: usize) -> String {
    let mut text = String::new();
    let mut line = |args: std::fmt::Arguments<'_>| {
        let _ = writeln!(text, "{args}"); // a String takes everything
    };
    line(format_args!(
        "trained on {} of {}{}",
        count(report.examples, "example"),
        count(report.intents.len(), "intent"),
        if outside > 0 { format!(" and {outside} out of scope") } else { String::new() }
    ));
    line(format_args!(
        "held back: accuracy {:.3}, calibration error {:.3}, threshold {:.2}, rightly read but refused {:.3}",
        report.accuracy, report.ece, report.threshold, report.false_rejects
    ));
    if outside > 0 {
        line(format_args!("           out of scope recognised {:.3}", report.unknown_recall));
    }
    for (language, accuracy) in &report.accuracy_by_language {
        line(format_args!("           {language}: accuracy {accuracy:.3}"));
    }
    line(format_args!("\n{} {:>8} {:>10} {:>7}", column("intent", 32), "examples", "precision", "recall"));
    for i in &report.intents {
        let name = column(&short(&i.name, 32), 32);
        line(format_args!("{name} {:>8} {:>10.2} {:>7.2}", i.examples, i.precision, i.recall));
    }
    if !report.confusions.is_empty() {
        line(format_args!("\nconfusable: examples of one intent that were read as another when held back"));
        for c in report.confusions.iter().take(PRINTED) {
            let samples: Vec<String> = c.examples.iter().map(|e| format!("\"{}\"", short(e, 40))).collect();
            line(format_args!("  {} → {}  {}×  {}", c.expected, c.predicted, c.count, samples.join(", ")));
        }
    }
    if !doubts.suspicious.is_empty() {
        line(format_args!("\nsuspicious labels: read with confidence as another intent when held back"));
        for s in doubts.suspicious.iter().take(PRINTED) {
            let text = short(&s.text, 50);
            line(format_args!("  {} \"{text}\" is {}, reads like {} ({:.2})", s.place, s.label, s.read, s.confidence));
        }
    }
    if !doubts.near_duplicates.is_empty() {
        line(format_args!("\nnearly the same under two intents"));
        for d in doubts.near_duplicates.iter().take(PRINTED) {
            let (one, other) = (short(&d.text, 40), short(&d.other_text, 40));
            line(format_args!("  \"{one}\" ({}) and \"{other}\" ({})", d.intent, d.other_intent));
        }
    }
    text
}
