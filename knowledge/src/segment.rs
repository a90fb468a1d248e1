//! A part of a base that never changes: what a search reads of some articles. In memory for the live base, in files for
//! an index folder; a search cannot tell them apart.

use crate::markdown::Piece;
use crate::vectors::{Centres, Packed, Question, Vectors};
use crate::words::{WordIndex, WordWriter};
use crate::{KnowledgeError, Mode};
use kg::Language;
use models::{Embedding, Kind};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::sync::Arc;
use tantivy::directory::OwnedBytes;

/// What a base holds of one article, without its vectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub category: String,
    pub versions: Vec<RecordVersion>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordVersion {
    pub language: Language,
    /// May be empty where there are questions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Ways customers ask for it, without the title.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<Piece>,
}

impl RecordVersion {
    /// The title first, then the questions.
    pub fn asks(&self) -> impl Iterator<Item = &str> {
        let title = Some(self.title.as_str()).filter(|t| !t.is_empty());
        title.into_iter().chain(self.questions.iter().map(String::as_str))
    }

    /// A passage as the encoder reads it.
    pub fn passage_text(&self, piece: &Piece) -> String {
        let above = [Some(self.title.as_str()).filter(|t| !t.is_empty()), piece.heading.as_deref()];
        above.into_iter().flatten().chain([piece.text.as_str()]).collect::<Vec<_>>().join("\n")
    }

    /// Everything that stands in it, for words.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let pieces = self.pieces.iter().flat_map(|p| p.heading.as_deref().into_iter().chain([p.text.as_str()]));
        self.asks().chain(pieces)
    }
}

/// The vectors of one version: of its passages, and of its title and questions.
#[derive(Clone, Default)]
pub struct VersionVectors {
    pub pieces: Vec<Embedding>,
    pub asks: Vec<Embedding>,
}

/// Where a version lies among the rows: passages first, then title and questions.
#[derive(Debug, Clone, Copy)]
pub struct Version {
    pub article: u32,
    pub language: Language,
    pub start: u32,
    pub pieces: u16,
    pub asks: u16,
}

/// How a version is written: article, start, pieces, asks and language (0 Chinese, 1 English).
const VERSION_BYTES: usize = 13;

impl Version {
    pub fn pieces(&self) -> Range<usize> {
        self.start as usize..self.start as usize + usize::from(self.pieces)
    }

    pub fn asks(&self) -> Range<usize> {
        let end = self.pieces().end;
        end..end + usize::from(self.asks)
    }

    pub fn rows(&self) -> Range<usize> {
        self.start as usize..self.asks().end
    }

    pub fn to_bytes(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(VERSION_BYTES);
        out.extend(self.article.to_le_bytes());
        out.extend(self.start.to_le_bytes());
        out.extend(self.pieces.to_le_bytes());
        out.extend(self.asks.to_le_bytes());
        out.push(u8::from(self.language == Language::En));
        out
    }

    /// Every version of a file, in their order; the rows must follow one another.
    pub fn read_all(bytes: &[u8], rows: usize) -> Result<Vec<Version>, KnowledgeError> {
        let damaged = || KnowledgeError::Damaged("the list of versions does not fit the rest".into());
        if !bytes.len().is_multiple_of(VERSION_BYTES) {
            return Err(damaged());
        }
        let mut versions: Vec<Version> = Vec::with_capacity(bytes.len() / VERSION_BYTES);
        let mut end = 0;
        for b in bytes.chunks_exact(VERSION_BYTES) {
            let version = Version {
                article: u32::from_le_bytes([b[0], b[1], b[2], b[3]]),
                start: u32::from_le_bytes([b[4], b[5], b[6], b[7]]),
                pieces: u16::from_le_bytes([b[8], b[9]]),
                asks: u16::from_le_bytes([b[10], b[11]]),
                language: if b[12] == 0 { Language::Zh } else { Language::En },
            };
            let before = versions.last().map_or(0, |v| v.article + 1);
            let first = versions.is_empty() && version.article == 0;
            if version.start as usize != end || !(first || (before.max(1) - 1..=before).contains(&version.article)) {
                return Err(damaged());
            }
            end = version.rows().end;
            versions.push(version);
        }
        if end != rows { Err(damaged()) } else { Ok(versions) }
    }
}

/// The words of one language, and where each document of the index stands: version and piece.
pub struct Words {
    pub index: WordIndex,
    pub places: Vec<(u32, u32)>,
}

pub enum Records {
    Memory(Vec<Arc<Record>>),
    /// One JSON a line; where each begins, and the end.
    File {
        lines: OwnedBytes,
        starts: OwnedBytes,
    },
}

impl Records {
    pub fn len(&self) -> usize {
        match self {
            Records::Memory(records) => records.len(),
            Records::File { starts, .. } => (starts.len() / 8).saturating_sub(1),
        }
    }

    /// `None` only where a file is damaged.
    pub fn get(&self, article: usize) -> Option<Arc<Record>> {
        match self {
            Records::Memory(records) => records.get(article).cloned(),
            Records::File { lines, starts } => {
                let at = |i: usize| {
                    let bytes = starts.get(8 * i..8 * i + 8)?.try_into().ok()?;
                    usize::try_from(u64::from_le_bytes(bytes)).ok()
                };
                let line = lines.get(at(article)?..at(article + 1)?)?;
                serde_json::from_slice(line).ok().map(Arc::new)
            }
        }
    }
}

pub struct Segment {
    pub centres: Arc<Centres>,
    /// By article.
    pub versions: Vec<Version>,
    pub vectors: Vectors,
    pub words: HashMap<Language, Words>,
    pub records: Records,
    /// First version of each article, and the number of versions.
    first: Vec<u32>,
    /// 1 / the length of the sum of an article's rows.
    wholes: Vec<f32>,
}

impl Segment {
    pub fn new(
        centres: Arc<Centres>,
        versions: Vec<Version>,
        vectors: Vectors,
        words: HashMap<Language, Words>,
        records: Records,
    ) -> Segment {
        let mut first = Vec::with_capacity(records.len() + 1);
        for (i, version) in versions.iter().enumerate() {
            while first.len() <= version.article as usize {
                first.push(i as u32);
            }
        }
        first.resize(records.len() + 1, versions.len() as u32);
        let mut segment = Segment { centres, versions, vectors, words, records, first, wholes: Vec::new() };
        let whole = |article| {
            let rows = segment.rows_of(article);
            match rows.len() {
                0 | 1 => 1.0,
                _ => 1.0 / segment.vectors.length_of_sum(rows).max(1e-3),
            }
        };
        segment.wholes = (0..segment.records.len()).map(whole).collect();
        segment
    }

    /// Built in memory. `keep` says which asks (0 is the title) of every version are in.
    pub fn build(
        centres: Arc<Centres>,
        articles: &[(Arc<Record>, Vec<VersionVectors>)],
        keep: &dyn Fn(usize) -> bool,
    ) -> Result<Segment, KnowledgeError> {
        let mut packed = Packed::default();
        let mut versions = Vec::new();
        let mut words: HashMap<Language, (WordWriter, Vec<(u32, u32)>)> = HashMap::new();
        let mut row = 0u32;
        for (article, (record, vectors)) in articles.iter().enumerate() {
            for (version, vectors) in record.versions.iter().zip(vectors) {
                let language = version.language;
                let number = versions.len() as u32;
                for embedding in &vectors.pieces {
                    packed.push(&centres.centred(embedding, language, Kind::Passage));
                }
                let mut asks = Vec::new();
                for (_, (text, embedding)) in version.asks().zip(&vectors.asks).enumerate().filter(|(i, _)| keep(*i)) {
                    packed.push(&centres.centred(embedding, language, Kind::Query));
                    asks.push(text);
                }
                let placed = Version {
                    article: article as u32,
                    language,
                    start: row,
                    pieces: vectors.pieces.len() as u16,
                    asks: asks.len() as u16,
                };
                row = placed.rows().end as u32;
                versions.push(placed);
                let (writer, places) = match words.entry(language) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => new.insert((WordWriter::in_memory()?, Vec::new())),
                };
                for (piece, text) in documents(version, &asks) {
                    writer.add(&text)?;
                    places.push((number, piece));
                }
            }
        }
        let finish = |(language, (writer, places)): (Language, (WordWriter, Vec<_>))| {
            Ok((language, Words { index: writer.finish()?, places }))
        };
        let words = words.into_iter().map(finish).collect::<Result<_, KnowledgeError>>()?;
        let records = Records::Memory(articles.iter().map(|(record, _)| record.clone()).collect());
        let vectors = Vectors::new(centres.dimension(), packed);
        Ok(Segment::new(centres, versions, vectors, words, records))
    }

    pub fn articles(&self) -> usize {
        self.records.len()
    }

    pub fn versions_of(&self, article: usize) -> Range<usize> {
        self.first[article] as usize..self.first[article + 1] as usize
    }

    /// Versions of an article follow one another, and so do their rows.
    fn rows_of(&self, article: usize) -> Range<usize> {
        let versions = &self.versions[self.versions_of(article)];
        match (versions.first(), versions.last()) {
            (Some(first), Some(last)) => first.rows().start..last.rows().end,
            _ => 0..0,
        }
    }

    /// Cosine with the middle of the article in all its languages.
    pub fn whole(&self, article: usize, question: &Question) -> f32 {
        let sum: f32 = self.rows_of(article).map(|row| self.vectors.cosine(question, row)).sum();
        sum * self.wholes[article]
    }

    /// Articles that may be near in meaning: all of a small base, those with the nearest rows of a large one.
    pub fn near(&self, question: &Question) -> Vec<u32> {
        if self.vectors.is_small() {
            return (0..self.articles() as u32).collect();
        }
        let mut rows: Vec<(f32, u32)> = self
            .vectors
            .nearest_by_signs(question)
            .into_iter()
            .map(|row| (self.vectors.cosine(question, row as usize), row))
            .collect();
        rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut articles: Vec<u32> = rows.iter().take(NEAR).map(|(_, row)| self.article_of(*row)).collect();
        articles.sort_unstable();
        articles.dedup();
        articles
    }

    fn article_of(&self, row: u32) -> u32 {
        let at = self.versions.partition_point(|v| v.start <= row);
        self.versions[at.saturating_sub(1)].article
    }
}

/// Rows of a large base whose articles are compared in full.
const NEAR: usize = 200;

/// What is indexed for a version's words: each passage with the title and the questions, or these alone.
pub fn documents(version: &RecordVersion, asks: &[&str]) -> Vec<(u32, String)> {
    let above = asks.join("\n");
    let document = |(i, piece): (usize, &Piece)| {
        (i as u32, format!("{above}\n{}\n{}", piece.heading.as_deref().unwrap_or_default(), piece.text))
    };
    if version.pieces.is_empty() {
        return vec![(0, above)];
    }
    version.pieces.iter().enumerate().map(document).collect()
}

impl Mode {
    pub(crate) fn meaning(self) -> bool {
        self != Mode::Bm25
    }

    pub(crate) fn words(self) -> bool {
        self != Mode::Dense
    }
}
