//! Everything a search reads, built once and never changed.

use crate::calibrate::Calibration;
use crate::fuse::{self, Candidate, Evidence, OTHER_LANGUAGE, WORDS};
use crate::index::{Document, WordIndex, WordQuery};
use crate::markdown::{self, Piece};
use crate::vectors::{Row, Vectors, dot};
use crate::{Article, Citation, KnowledgeError, Passage, Query, tokens};
use kg::Language;
use models::{Embedding, Kind};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// An article with its embeddings: kept between snapshots, so that an edit embeds only what it changed.
pub struct Prepared {
    pub article: Article,
    pub versions: Vec<PreparedVersion>,
}

pub struct PreparedVersion {
    pub language: Language,
    pub pieces: Vec<(Piece, Embedding)>,
    /// The title first, then the questions that customers ask.
    pub asks: Vec<(String, Embedding)>,
}

/// Questions that no article of a shop answers, with embeddings.
pub struct OutOfScope {
    pub text: String,
    pub language: Language,
    pub embedding: Embedding,
}

pub struct Snapshot {
    /// By slug.
    pub prepared: Vec<Arc<Prepared>>,
    versions: Vec<Version>,
    vectors: Vectors,
    words: HashMap<Language, Words>,
    pub calibration: Calibration,
}

struct Version {
    article: usize,
    language: Language,
    /// Position in `Prepared::versions`.
    at: usize,
    /// Rows in `vectors`: pieces, then asks.
    pieces: Range<usize>,
    asks: Range<usize>,
    /// For each ask, the piece that answers it best.
    points_to: Vec<usize>,
}

/// (version, piece)
type Place = (usize, usize);

struct Words {
    index: WordIndex,
    /// Of each document.
    documents: Vec<Place>,
}

/// The word side of one search.
struct WordHits {
    queries: HashMap<Language, WordQuery>,
    /// Per version, the score of each piece that was hit.
    scores: HashMap<usize, Vec<(usize, f32)>>,
}

impl Snapshot {
    pub fn build(
        dimension: usize,
        prepared: Vec<Arc<Prepared>>,
        background: &[OutOfScope],
        calibration: Calibration,
    ) -> Result<Snapshot, KnowledgeError> {
        Self::build_part(dimension, prepared, background, calibration, &|_| true)
    }

    /// `keep` says which asks (0 is the title) of every version are in.
    pub fn build_part(
        dimension: usize,
        mut prepared: Vec<Arc<Prepared>>,
        background: &[OutOfScope],
        calibration: Calibration,
        keep: &dyn Fn(usize) -> bool,
    ) -> Result<Snapshot, KnowledgeError> {
        prepared.sort_by(|a, b| a.article.slug.cmp(&b.article.slug));
        let mut versions = Vec::new();
        let mut rows = Vec::new();
        let mut documents: HashMap<Language, (Vec<Document>, Vec<Place>)> = HashMap::new();
        for (article, p) in prepared.iter().enumerate() {
            for (at, version) in p.versions.iter().enumerate() {
                let language = version.language;
                let asks: Vec<&(String, Embedding)> =
                    version.asks.iter().enumerate().filter(|(i, _)| keep(*i)).map(|(_, ask)| ask).collect();
                let start = rows.len();
                for (_, embedding) in &version.pieces {
                    rows.push(Row { article, language, kind: Kind::Passage, embedding: embedding.clone() });
                }
                let middle = rows.len();
                for (_, embedding) in &asks {
                    rows.push(Row { article, language, kind: Kind::Query, embedding: embedding.clone() });
                }
                let title = asks.first().map_or("", |a| a.0.as_str());
                let questions: Vec<&str> = asks.iter().skip(1).map(|a| a.0.as_str()).collect();
                let questions = questions.join("\n");
                let (docs, places) = documents.entry(language).or_default();
                for (i, (piece, _)) in version.pieces.iter().enumerate() {
                    docs.push(Document {
                        version: versions.len(),
                        title: title.to_owned(),
                        questions: questions.clone(),
                        body: format!("{}\n{}", piece.heading.as_deref().unwrap_or_default(), piece.text),
                    });
                    places.push((versions.len(), i));
                }
                versions.push(Version {
                    article,
                    language,
                    at,
                    pieces: start..middle,
                    asks: middle..rows.len(),
                    points_to: Vec::new(),
                });
            }
        }
        let middle: Vec<Row> = background
            .iter()
            .map(|o| Row { article: 0, language: o.language, kind: Kind::Query, embedding: o.embedding.clone() })
            .collect();
        let vectors = Vectors::build(dimension, &rows, &middle);
        for version in &mut versions {
            let best = |ask: usize| {
                let nearest = |p: usize| dot(vectors.row(ask), vectors.row(p));
                let pieces = version.pieces.clone();
                pieces.max_by(|a, b| nearest(*a).total_cmp(&nearest(*b))).unwrap_or(version.pieces.start)
            };
            version.points_to = version.asks.clone().map(|ask| best(ask) - version.pieces.start).collect();
        }
        let mut words = HashMap::new();
        for (language, (docs, documents)) in documents {
            words.insert(language, Words { index: WordIndex::build(&docs)?, documents });
        }
        Ok(Snapshot { prepared, versions, vectors, words, calibration })
    }

    pub fn entries(&self) -> usize {
        self.versions.last().map_or(0, |v| v.asks.end)
    }

    pub fn search(&self, query: &Query<'_>) -> Vec<Passage> {
        let Some((candidates, cosines, hits)) = self.candidates(query) else {
            return Vec::new();
        };
        // The confidence looks at one article and the next one; a later hit is never surer than an earlier one.
        let mut surest = 1.0f32;
        candidates
            .iter()
            .take(query.limit)
            .filter_map(|candidate| {
                let shown = self.shown(candidate, query.language);
                let piece = self.best_piece(shown, &cosines, &hits);
                let mut passage = self.passage(shown, piece)?;
                surest = surest.min(self.calibration.confidence(candidate));
                passage.score = surest;
                passage.bm25 = candidate.words.min(1.0);
                passage.cosine = candidate.cosine;
                Some(passage)
            })
            .collect()
    }

    /// The first passage of an article, for a customer who picked it by its title.
    pub fn lead(&self, slug: &str, language: Language) -> Option<Passage> {
        let article = self.find(slug)?;
        let mine = || self.versions.iter().enumerate().filter(|(_, v)| v.article == article);
        let (version, _) = mine().find(|(_, v)| v.language == language).or_else(|| mine().next())?;
        self.passage(version, 0)
    }

    pub fn find(&self, slug: &str) -> Option<usize> {
        self.prepared.binary_search_by(|p| p.article.slug.as_str().cmp(slug)).ok()
    }

    /// All articles in their order, without the passages.
    pub fn ranked(&self, query: &Query<'_>) -> Vec<Candidate> {
        self.candidates(query).map(|(candidates, ..)| candidates).unwrap_or_default()
    }

    fn candidates(&self, query: &Query<'_>) -> Option<(Vec<Candidate>, Vec<f32>, WordHits)> {
        let text = tokens::searchable(query.text);
        let terms = tokens::terms(&text);
        if !text.chars().any(char::is_alphanumeric) || query.limit == 0 {
            return None;
        }
        // What it is written in, not what it is answered in: the middle of the vectors depends on it.
        let written = match text.chars().any(tokens::is_han) {
            true => Language::Zh,
            false if text.chars().any(|c| c.is_ascii_alphabetic()) => Language::En,
            false => query.language,
        };
        let cosines = self.vectors.cosines(query.embedding, written);
        let hits = self.word_hits(&terms);
        let best = |range: &Range<usize>| {
            cosines.get(range.clone()).unwrap_or_default().iter().fold(-1.0f32, |m, c| m.max(*c))
        };
        let mut per_article: Vec<Option<Candidate>> = vec![None; self.prepared.len()];
        for (at, version) in self.versions.iter().enumerate() {
            let words = hits.scores.get(&at).map_or(0.0, |s| s.iter().fold(0.0f32, |m, (_, w)| m.max(*w)));
            let evidence = Evidence {
                ask: best(&version.asks),
                passage: best(&version.pieces),
                whole: cosines.get(self.entries() + version.article).copied().unwrap_or(-1.0),
                words,
            };
            if cosines.is_empty() && words <= 0.0 {
                continue;
            }
            let away = if version.language == query.language { 0.0 } else { OTHER_LANGUAGE };
            let fused = evidence.fused() - away;
            let known = &mut per_article[version.article];
            if known.is_none_or(|k| fused > k.fused) {
                let overlap = match (self.words.get(&version.language), hits.queries.get(&version.language)) {
                    (Some(w), Some(q)) => w.index.overlap(q, at),
                    _ => 0.0,
                };
                let cosine = evidence.cosine();
                *known = Some(Candidate {
                    article: version.article,
                    version: at,
                    cosine,
                    words,
                    overlap,
                    fused,
                    margin: 0.0,
                });
            }
        }
        Some((fuse::rank(per_article.into_iter().flatten().collect()), cosines, hits))
    }

    fn word_hits(&self, terms: &[String]) -> WordHits {
        let mut hits = WordHits { queries: HashMap::new(), scores: HashMap::new() };
        for (language, words) in &self.words {
            let query = words.index.query(terms);
            match words.index.search(&query) {
                Ok(found) => {
                    for (document, score) in found {
                        if let Some((version, piece)) = words.documents.get(document) {
                            hits.scores.entry(*version).or_default().push((*piece, score));
                        }
                    }
                }
                // In memory and read-only: nothing a customer can cause; meaning alone still finds articles.
                Err(error) => tracing::error!(%error, "word search failed"),
            }
            hits.queries.insert(*language, query);
        }
        hits
    }

    /// The version shown is in the asked language, if the article has one, whichever matched.
    fn shown(&self, candidate: &Candidate, language: Language) -> usize {
        let matched = &self.versions[candidate.version];
        if matched.language == language {
            return candidate.version;
        }
        self.versions
            .iter()
            .position(|v| v.article == candidate.article && v.language == language)
            .unwrap_or(candidate.version)
    }

    fn best_piece(&self, version: usize, cosines: &[f32], hits: &WordHits) -> usize {
        let v = &self.versions[version];
        let mut scores = vec![0.0f32; v.pieces.len()];
        if !cosines.is_empty() {
            for (score, row) in scores.iter_mut().zip(v.pieces.clone()) {
                *score = cosines[row];
            }
            if let Some((ask, best)) = v.asks.clone().map(|a| cosines[a]).enumerate().max_by(|a, b| a.1.total_cmp(&b.1))
            {
                scores[v.points_to[ask]] += 0.5 * best.max(0.0);
            }
        }
        for (piece, words) in hits.scores.get(&version).into_iter().flatten() {
            scores[*piece] += WORDS * words.min(1.0);
        }
        // The earlier one wins a tie: articles begin with the answer.
        let mut best = 0;
        for (i, score) in scores.iter().enumerate() {
            if *score > scores[best] {
                best = i;
            }
        }
        best
    }

    fn passage(&self, version: usize, piece: usize) -> Option<Passage> {
        let version = self.versions.get(version)?;
        let prepared = &self.prepared[version.article];
        let (piece, _) = prepared.versions[version.at].pieces.get(piece)?;
        Some(Passage {
            citation: prepared.article.citation(version.language)?,
            category: prepared.article.category.clone(),
            text: piece.text.clone(),
            language: version.language,
            score: 1.0,
            bm25: 0.0,
            cosine: 0.0,
        })
    }
}

impl Article {
    fn citation(&self, language: Language) -> Option<Citation> {
        let version = self.versions.get(&language)?;
        Some(Citation {
            article: self.slug.clone(),
            title: version.title.clone(),
            url: format!("/help/{}?lang={}", self.slug, language.code()),
        })
    }
}

impl Prepared {
    /// What is embedded for an article: its pieces under their title, and the ways it is asked for.
    pub fn texts(article: &Article) -> Vec<(Language, Vec<Piece>, Vec<String>)> {
        let version = |(language, text): (&Language, &crate::ArticleText)| {
            let mut asks = vec![text.title.clone()];
            asks.extend(text.questions.iter().filter(|q| **q != text.title).cloned());
            (*language, markdown::pieces(&text.body, *language), asks)
        };
        article.versions.iter().map(version).collect()
    }

    /// The passage as the encoder reads it.
    pub fn passage_text(title: &str, piece: &Piece) -> String {
        match &piece.heading {
            Some(heading) => format!("{title}\n{heading}\n{}", piece.text),
            None => format!("{title}\n{}", piece.text),
        }
    }
}
