//! Articles -> passages with citations.
//!
//! `Knowledge` is one shared handle: `search` reads an immutable snapshot, edits build the next one and swap it
//! in, so a reader never waits and an edited article is found as soon as the edit returns.
//!
//! A search joins meaning (`vectors`: centred cosine of e5) and words (`words`: tantivy BM25) per article
//! (`fuse`), and turns what it saw into a probability that the article answers (`calibrate`).
//!
//! Chinese is indexed as pairs of characters and single characters, without a word dictionary. Measured on the
//! demo shop's articles, each question searched by words alone in an index that does not hold it (594 questions):
//! pairs and singles hit@1 .519, MRR .658; jieba's search mode .455 and .595, with single characters added .480
//! and .627. jieba also costs 33 MB of memory and 0.1 s at start, so it is not used.

mod article;
mod calibrate;
pub mod eval;
mod folder;
mod fuse;
mod heldout;
pub mod import;
mod lines;
mod live;
mod markdown;
pub mod scale;
mod search;
mod segment;
mod snapshot;
mod tokens;
mod vectors;
mod words;

pub use article::{Article, ArticleText};
pub use calibrate::{Calibration, Sample, Thresholds};
pub use folder::{Build, Description, Hit, Index};
pub use lines::ArticleFile;
pub use live::{Change, Knowledge};
pub use markdown::body_html;

use kg::Language;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Where an answer comes from. `article` is the article's slug, or `graph:<node id>` for an answer from the graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    pub article: String,
    /// The article's title, or the path through the graph ("M2 耳机 → 耳机 → 七天无理由退货").
    pub title: String,
    pub url: String,
}

/// What a customer wants to know.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    pub text: &'a str,
    /// `Kind::Query` embedding of the text; empty when there is none: then words alone decide, with less certainty.
    pub embedding: &'a [f32],
    /// The language to be answered in.
    pub language: Language,
    pub limit: usize,
}

/// What a search looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Meaning and words.
    #[default]
    Hybrid,
    /// Words alone.
    Bm25,
    /// Meaning alone.
    Dense,
}

/// The best piece of one article for a query; a search returns each article at most once, best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    pub citation: Citation,
    pub category: String,
    /// Plain text with line breaks, at most about 350 Chinese characters or 180 English words.
    pub text: String,
    /// The asked language where the article has it, else the one it has.
    pub language: Language,
    /// Calibrated probability that this article answers the question; compare with `Knowledge::thresholds`.
    pub score: f32,
    /// Share of what a perfect word match would reach, 0..1.
    pub bm25: f32,
    /// Centred cosine, -1..1.
    pub cosine: f32,
}

#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    #[error("{file}:{line}: {message}")]
    Article { file: String, line: usize, message: String },
    #[error("{file}: {message}")]
    File { file: String, message: String },
    #[error("the search index: {0}")]
    Index(#[from] tantivy::TantivyError),
    #[error("the search index is damaged: {0}; `kefu index` builds it again")]
    Damaged(String),
    #[error("there is no index in {path}; `kefu index --articles FILE.jsonl --out {path}` makes one", path = .0.display())]
    NoIndex(std::path::PathBuf),
    #[error(transparent)]
    Model(#[from] models::ModelError),
    #[error("rebuilding the search index was interrupted")]
    Interrupted,
}

impl KnowledgeError {
    fn article(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self::Article { file: file.to_owned(), line, message: message.into() }
    }

    fn file(file: &Path, error: &std::io::Error) -> Self {
        Self::File { file: file.display().to_string(), message: error.to_string() }
    }
}
