//! The state of a live base: one large segment, a small one with what changed since, and what that hides in the large
//! one. Built once and never changed; an edit makes the next one.

use crate::calibrate::Calibration;
use crate::markdown;
use crate::search::{Found, Part, find};
use crate::segment::{Record, RecordVersion, Segment, VersionVectors};
use crate::vectors::Gathering;
use crate::{Article, Citation, KnowledgeError, Mode, Passage, Query};
use kg::Language;
use models::{Embedding, Kind};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A base with fewer entries is built anew at every edit: tens of milliseconds.
const SMALL: usize = 3_000;

/// An article with its embeddings: kept between snapshots, so that an edit embeds only what it changed.
pub struct Prepared {
    pub article: Article,
    pub record: Arc<Record>,
    pub vectors: Vec<VersionVectors>,
}

/// A question with its embedding; without a slug, no article of a shop answers it.
pub struct Known {
    pub text: String,
    pub slug: Option<String>,
    pub language: Language,
    pub embedding: Embedding,
}

/// Articles by slug, and the segment of them in the same order.
struct Layer {
    prepared: Vec<Arc<Prepared>>,
    segment: Segment,
}

pub struct Snapshot {
    main: Arc<Layer>,
    /// In place of what it changes.
    fresh: Option<Layer>,
    /// Articles of `main` that were changed or deleted.
    hidden: HashSet<u32>,
    pub calibration: Calibration,
}

impl Layer {
    fn build(mut prepared: Vec<Arc<Prepared>>, build: impl Fn(&[Parts]) -> Built) -> Result<Layer, KnowledgeError> {
        prepared.sort_by(|a, b| a.article.slug.cmp(&b.article.slug));
        let parts: Vec<Parts> = prepared.iter().map(|p| (p.record.clone(), p.vectors.clone())).collect();
        let segment = build(&parts)?;
        Ok(Layer { prepared, segment })
    }

    fn find(&self, slug: &str) -> Option<usize> {
        self.prepared.binary_search_by(|p| p.article.slug.as_str().cmp(slug)).ok()
    }
}

type Parts = (Arc<Record>, Vec<VersionVectors>);
type Built = Result<Segment, KnowledgeError>;

/// A segment whose middle is that of its own articles. `background` are texts that only tell where the middle is: a shop
/// with three articles needs one too.
pub fn segment(
    dimension: usize,
    articles: &[Parts],
    background: &[Known],
    keep: &dyn Fn(usize) -> bool,
) -> Result<Segment, KnowledgeError> {
    let mut gathering = Gathering::new(dimension);
    for (record, vectors) in articles {
        for (version, vectors) in record.versions.iter().zip(vectors) {
            vectors.pieces.iter().for_each(|e| gathering.add(version.language, Kind::Passage, e));
            let asks = vectors.asks.iter().enumerate().filter(|(i, _)| keep(*i));
            asks.for_each(|(_, e)| gathering.add(version.language, Kind::Query, e));
        }
    }
    background.iter().for_each(|o| gathering.add_background(o.language, Kind::Query, &o.embedding));
    Segment::build(Arc::new(gathering.centres()), articles, keep)
}

impl Snapshot {
    pub fn build(
        dimension: usize,
        prepared: Vec<Arc<Prepared>>,
        background: &[Known],
        calibration: Calibration,
    ) -> Result<Snapshot, KnowledgeError> {
        let main = Layer::build(prepared, |parts| segment(dimension, parts, background, &|_| true))?;
        Ok(Snapshot { main: Arc::new(main), fresh: None, hidden: HashSet::new(), calibration })
    }

    /// The next state: `changed` in place of what they replace, without `removed`.
    pub fn after(
        &self,
        changed: Vec<Arc<Prepared>>,
        removed: &[String],
        background: &[Known],
    ) -> Result<Snapshot, KnowledgeError> {
        let gone: HashSet<&str> =
            changed.iter().map(|p| p.article.slug.as_str()).chain(removed.iter().map(String::as_str)).collect();
        let keeps = |p: &&Arc<Prepared>| !gone.contains(p.article.slug.as_str());
        if self.size().1 <= SMALL {
            let all = self.articles().filter(keeps).cloned().chain(changed.iter().cloned()).collect();
            return Self::build(self.dimension(), all, background, self.calibration);
        }
        let mut hidden = self.hidden.clone();
        hidden.extend(gone.iter().filter_map(|slug| self.main.find(slug)).map(|at| at as u32));
        let mut fresh: Vec<Arc<Prepared>> =
            self.fresh.iter().flat_map(|l| &l.prepared).filter(keeps).cloned().collect();
        fresh.extend(changed.iter().cloned());
        let centres = &self.main.segment.centres;
        let fresh = match fresh.is_empty() {
            true => None,
            false => Some(Layer::build(fresh, |parts| Segment::build(centres.clone(), parts, &|_| true))?),
        };
        Ok(Snapshot { main: self.main.clone(), fresh, hidden, calibration: self.calibration })
    }

    pub fn dimension(&self) -> usize {
        self.main.segment.centres.dimension()
    }

    /// Every article once.
    pub fn articles(&self) -> impl Iterator<Item = &Arc<Prepared>> {
        let old = self.main.prepared.iter().enumerate().filter(|(i, _)| !self.hidden.contains(&(*i as u32)));
        old.map(|(_, p)| p).chain(self.fresh.iter().flat_map(|l| &l.prepared))
    }

    /// Articles that do not lie in the large segment.
    pub fn apart(&self) -> usize {
        self.fresh.as_ref().map_or(0, |l| l.prepared.len()) + self.hidden.len()
    }

    pub fn find(&self, slug: &str) -> Option<&Arc<Prepared>> {
        let fresh = self.fresh.as_ref().and_then(|l| Some(&l.prepared[l.find(slug)?]));
        fresh.or_else(|| {
            let at = self.main.find(slug)?;
            (!self.hidden.contains(&(at as u32))).then(|| &self.main.prepared[at])
        })
    }

    /// Articles, and entries (passages, titles and questions) that a search compares with.
    pub fn size(&self) -> (usize, usize) {
        let fresh = self.fresh.as_ref().map_or((0, 0), |l| (l.prepared.len(), l.segment.vectors.len()));
        let hidden = self.hidden.iter().flat_map(|a| self.main.segment.versions_of(*a as usize));
        let hidden: usize = hidden.map(|v| self.main.segment.versions[v].rows().len()).sum();
        let main = (self.main.prepared.len() - self.hidden.len(), self.main.segment.vectors.len() - hidden);
        (main.0 + fresh.0, main.1 + fresh.1)
    }

    fn layers(&self) -> Vec<&Layer> {
        std::iter::once(&*self.main).chain(self.fresh.as_ref()).collect()
    }

    fn find_all(&self, query: &Query<'_>) -> Option<Found<'_>> {
        let mut parts = vec![Part { segment: &self.main.segment, hidden: Some(&self.hidden) }];
        parts.extend(self.fresh.iter().map(|l| Part { segment: &l.segment, hidden: None }));
        find(&parts, query, Mode::Hybrid)
    }

    pub fn search(&self, query: &Query<'_>) -> Vec<Passage> {
        let Some(found) = self.find_all(query) else {
            return Vec::new();
        };
        let layers = self.layers();
        // The confidence looks at one article and the next one; a later hit is never surer than an earlier one.
        let mut surest = 1.0f32;
        let passage = |candidate: &crate::fuse::Candidate| {
            let shown = found.shown(candidate, query.language);
            let piece = found.best_piece(candidate, shown);
            let layer = layers[candidate.part];
            let prepared = &layer.prepared[candidate.article as usize];
            let at = shown - layer.segment.versions_of(candidate.article as usize).start;
            let mut passage = prepared.passage(prepared.record.versions[at].language, piece)?;
            surest = surest.min(self.calibration.score(candidate));
            passage.score = surest;
            passage.bm25 = candidate.words.min(1.0);
            passage.cosine = candidate.cosine;
            Some(passage)
        };
        found.candidates.iter().take(query.limit).filter_map(passage).collect()
    }

    /// The first passage of an article, for a customer who picked it by its title.
    pub fn lead(&self, slug: &str, language: Language) -> Option<Passage> {
        let prepared = self.find(slug)?;
        let language = match prepared.article.versions.contains_key(&language) {
            true => language,
            false => *prepared.article.versions.keys().next()?,
        };
        prepared.passage(language, 0)
    }
}

impl Prepared {
    pub fn new(article: Article, record: Arc<Record>, vectors: Vec<VersionVectors>) -> Prepared {
        Prepared { article, record, vectors }
    }

    /// What a base holds of an article: its pieces under their title, and the ways it is asked for.
    pub fn record(article: &Article) -> Record {
        let version = |(language, text): (&Language, &crate::ArticleText)| RecordVersion {
            language: *language,
            title: text.title.clone(),
            questions: text.questions.iter().filter(|q| **q != text.title).cloned().collect(),
            pieces: markdown::pieces(&text.body, *language),
        };
        Record {
            id: article.slug.clone(),
            category: article.category.clone(),
            versions: article.versions.iter().map(version).collect(),
        }
    }

    fn passage(&self, language: Language, piece: usize) -> Option<Passage> {
        let version = self.record.versions.iter().find(|v| v.language == language)?;
        Some(Passage {
            citation: self.article.citation(language)?,
            category: self.article.category.clone(),
            text: version.pieces.get(piece)?.text.clone(),
            language,
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

/// What differs between two states: articles to bring `old` up to `new`.
pub fn difference(old: &Snapshot, new: &Snapshot) -> (Vec<Arc<Prepared>>, Vec<String>) {
    let before: HashMap<&str, &Arc<Prepared>> = old.articles().map(|p| (p.article.slug.as_str(), p)).collect();
    let now: HashSet<&str> = new.articles().map(|p| p.article.slug.as_str()).collect();
    let changed = new.articles().filter(|p| before.get(p.article.slug.as_str()).is_none_or(|b| !Arc::ptr_eq(b, p)));
    let removed = before.keys().filter(|slug| !now.contains(**slug)).map(|slug| (*slug).to_owned());
    (changed.cloned().collect(), removed.collect())
}
