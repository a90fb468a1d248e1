//! `kefu search`: a question a line on standard input, the articles that answer it as JSON a line on standard output, in
//! their order.

use super::lines::{self, BATCH, ErrorLine, Line};
use super::{index, say};
use crate::config::Config;
use futures_util::future::try_join_all;
use kg::Language;
use knowledge::{Hit, Index, Mode, Query};
use models::{Embedder, Embedding, Kind};
use serde::Serialize;
use std::path::PathBuf;

const MOST: usize = 1_000;

#[derive(clap::Args)]
pub struct Options {
    /// Folder that `kefu index` wrote.
    #[arg(long, value_name = "DIR")]
    index: PathBuf,
    /// Articles in an answer, at most.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=MOST as i64))]
    limit: u16,
    /// What a search looks at.
    #[arg(long, value_enum, default_value_t)]
    mode: ModeName,
    /// Another place of the encoder that the index was built with.
    #[arg(long, value_name = "DIR")]
    encoder: Option<PathBuf>,
    /// Threads of the encoder.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
pub enum ModeName {
    /// Meaning and words.
    #[default]
    Hybrid,
    /// Words alone.
    Bm25,
    /// Meaning alone.
    Dense,
}

impl From<ModeName> for Mode {
    fn from(name: ModeName) -> Mode {
        match name {
            ModeName::Hybrid => Mode::Hybrid,
            ModeName::Bm25 => Mode::Bm25,
            ModeName::Dense => Mode::Dense,
        }
    }
}

#[derive(Serialize)]
struct Answer {
    query: String,
    hits: Vec<Hit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorLine>,
}

pub async fn run(mut config: Config, options: &Options) -> anyhow::Result<()> {
    if let Some(threads) = options.threads {
        config.models.threads = usize::from(threads);
    }
    let (index, embedder) = index::open(&mut config, &options.index, options.encoder.as_deref())?;
    let (mode, limit) = (Mode::from(options.mode), usize::from(options.limit));
    let mut input = lines::standard_input()?;
    let mut batch = Vec::with_capacity(BATCH);
    while input.lines.recv_many(&mut batch, BATCH).await > 0 {
        let embeddings = try_join_all(batch.iter().map(|line| embed(&embedder, line, mode))).await?;
        let mut out = Vec::new();
        for (line, embedding) in batch.drain(..).zip(embeddings) {
            let answer = answer(&index, line, &embedding, mode, limit);
            if let Some(error) = &answer.error {
                eprintln!("line {}: {}", error.line, error.message);
            }
            serde_json::to_writer(&mut out, &answer)?;
            out.push(b'\n');
        }
        if !say(&out)? {
            return Ok(()); // the thread that reads ends with the process
        }
    }
    input.end()
}

async fn embed(embedder: &Embedder, line: &Line, mode: Mode) -> anyhow::Result<Embedding> {
    match &line.text {
        Ok(text) if mode != Mode::Bm25 && !text.trim().is_empty() => Ok(embedder.embed(text, Kind::Query).await?),
        _ => Ok(Embedding::from([])),
    }
}

fn answer(index: &Index, line: Line, embedding: &[f32], mode: Mode, limit: usize) -> Answer {
    match line.text {
        Ok(query) => {
            let hits = index.search(&Query { text: &query, embedding, language: language(&query), limit }, mode);
            Answer { query, hits, error: None }
        }
        Err(e) => {
            let error = ErrorLine { code: e.code, line: line.number, message: e.message };
            Answer { query: e.start, hits: Vec::new(), error: Some(error) }
        }
    }
}

/// The language to answer in: that of the question.
pub fn language(text: &str) -> Language {
    nlu::detect_language(text).unwrap_or(Language::En)
}
