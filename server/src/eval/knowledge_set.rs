//! `kefu eval knowledge`: an index folder on questions whose articles are known.

use crate::config::Config;
use crate::offline::{index, say, search};
use anyhow::Context;
use knowledge::{Index, Mode, Query};
use models::{Embedder, Embedding, Kind};
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// In bytes.
const LONGEST_LINE: usize = 1 << 20;
const DEPTH: usize = 10;

#[derive(clap::Args)]
pub struct Options {
    /// Folder that `kefu index` wrote.
    #[arg(long, value_name = "DIR")]
    index: PathBuf,
    /// Questions, one JSON a line: {"query":…} with "doc_id" or "doc_ids":[…], or without either when nothing in the
    /// index answers it.
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    /// Prints JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Another place of the encoder that the index was built with.
    #[arg(long, value_name = "DIR")]
    encoder: Option<PathBuf>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(u64),
}

#[derive(Deserialize)]
struct Line {
    query: String,
    #[serde(default)]
    doc_id: Option<Id>,
    #[serde(default)]
    doc_ids: Option<Vec<Id>>,
    #[serde(default)]
    split: String,
}

#[derive(Debug, Clone)]
pub struct Asked {
    pub query: String,
    /// Any of these is right; none: it has no answer.
    pub right: Vec<String>,
    pub split: String,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct Figures {
    #[serde(rename = "hit@1")]
    pub hit_1: f32,
    #[serde(rename = "hit@5")]
    pub hit_5: f32,
    #[serde(rename = "hit@10")]
    pub hit_10: f32,
    #[serde(rename = "mrr@10")]
    pub mrr_10: f32,
}

#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub queries: usize,
    pub answerable: usize,
    /// Of the hybrid search.
    #[serde(flatten)]
    pub hybrid: Figures,
    /// Answerable, but the best score lies below the floor.
    pub refused_answerable: usize,
    pub unanswerable: usize,
    /// Unanswerable, and the best score lies below the floor.
    pub refused_unanswerable: usize,
    pub floor: f32,
    /// Words alone, and meaning alone.
    pub bm25: Figures,
    pub dense: Figures,
}

pub fn read(path: &Path) -> anyhow::Result<Vec<Asked>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut asked = Vec::new();
    for (n, line) in bytes.split(|b| *b == b'\n').enumerate() {
        let place = || format!("{}:{}", path.display(), n + 1);
        anyhow::ensure!(line.len() <= LONGEST_LINE, "{}: the line has more than {LONGEST_LINE} bytes", place());
        let line = if n == 0 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        let line = std::str::from_utf8(line).with_context(place)?;
        if line.trim().is_empty() {
            continue;
        }
        let read: Line = serde_json::from_str(line).with_context(place)?;
        let ids = read.doc_id.into_iter().chain(read.doc_ids.into_iter().flatten());
        let text = |id| match id {
            Id::Text(text) => text,
            Id::Number(n) => n.to_string(),
        };
        asked.push(Asked { query: read.query, right: ids.map(text).collect(), split: read.split });
    }
    anyhow::ensure!(!asked.is_empty(), "{}: there are no questions in this file", path.display());
    Ok(asked)
}

pub async fn embed(embedder: &Embedder, asked: &[Asked]) -> anyhow::Result<Vec<Embedding>> {
    let texts: Vec<String> = asked.iter().map(|a| a.query.clone()).collect();
    Ok(embedder.embed_all(&texts, Kind::Query, &|_| {}).await?)
}

/// One mode: figures over the answerable, and the best score of every question.
fn measure(index: &Index, asked: &[Asked], embeddings: &[Embedding], mode: Mode) -> (Figures, Vec<f32>) {
    let mut figures = Figures::default();
    let mut best = Vec::with_capacity(asked.len());
    for (asked, embedding) in asked.iter().zip(embeddings) {
        let language = search::language(&asked.query);
        let query = Query { text: &asked.query, embedding, language, limit: DEPTH };
        let hits = index.search(&query, mode);
        best.push(hits.first().map_or(0.0, |h| h.score));
        if let Some(place) = hits.iter().position(|h| asked.right.contains(&h.id)) {
            figures.hit_1 += f32::from(u8::from(place == 0));
            figures.hit_5 += f32::from(u8::from(place < 5));
            figures.hit_10 += 1.0;
            figures.mrr_10 += 1.0 / (place as f32 + 1.0);
        }
    }
    let answerable = asked.iter().filter(|a| !a.right.is_empty()).count().max(1) as f32;
    for figure in [&mut figures.hit_1, &mut figures.hit_5, &mut figures.hit_10, &mut figures.mrr_10] {
        *figure /= answerable;
    }
    (figures, best)
}

pub fn report(index: &Index, asked: &[Asked], embeddings: &[Embedding]) -> Report {
    let (hybrid, best) = measure(index, asked, embeddings, Mode::Hybrid);
    let floor = index.thresholds().floor;
    let refused = |answerable: bool| {
        asked.iter().zip(&best).filter(|(a, score)| a.right.is_empty() != answerable && **score < floor).count()
    };
    let answerable = asked.iter().filter(|a| !a.right.is_empty()).count();
    Report {
        queries: asked.len(),
        answerable,
        hybrid,
        refused_answerable: refused(true),
        unanswerable: asked.len() - answerable,
        refused_unanswerable: refused(false),
        floor,
        bm25: measure(index, asked, embeddings, Mode::Bm25).0,
        dense: measure(index, asked, embeddings, Mode::Dense).0,
    }
}

pub async fn run(mut config: Config, options: &Options) -> anyhow::Result<()> {
    let asked = read(&options.queries)?;
    let (index, embedder) = index::open(&mut config, &options.index, options.encoder.as_deref())?;
    let embeddings = embed(&embedder, &asked).await?;
    let report = report(&index, &asked, &embeddings);
    let text = match options.json {
        true => serde_json::to_string_pretty(&report)? + "\n",
        false => shown(&report)?,
    };
    say(text.as_bytes())?;
    Ok(())
}

fn shown(r: &Report) -> anyhow::Result<String> {
    let mut text = String::new();
    if r.answerable > 0 {
        writeln!(text, "{} answerable questions", r.answerable)?;
        writeln!(text, "{:<8} {:>7} {:>7} {:>7} {:>7}", "", "hit@1", "hit@5", "hit@10", "MRR@10")?;
        let modes = [("hybrid", &r.hybrid), ("bm25", &r.bm25), ("dense", &r.dense)];
        for (name, f) in modes {
            writeln!(text, "{name:<8} {:>7.3} {:>7.3} {:>7.3} {:>7.3}", f.hit_1, f.hit_5, f.hit_10, f.mrr_10)?;
        }
    }
    for (what, refused, of) in [
        ("answerable, but refused", r.refused_answerable, r.answerable),
        ("without an answer, and refused", r.refused_unanswerable, r.unanswerable),
    ] {
        if of > 0 {
            let share = refused as f64 / of as f64;
            writeln!(text, "{what}: {refused} of {of} ({share:.3}), score below {:.2}", r.floor)?;
        }
    }
    Ok(text)
}
