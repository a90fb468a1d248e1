//! The shared handle: search reads a snapshot, edits swap in the next one.

use crate::calibrate::{Calibration, Thresholds};
use crate::heldout;
use crate::snapshot::{OutOfScope, Prepared, PreparedVersion, Snapshot};
use crate::{Article, Citation, KnowledgeError, Passage, Query};
use kg::Language;
use models::{Embedder, Kind};
use serde::Deserialize;
use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

const OUT_OF_SCOPE: &str = include_str!("../content/calibration/out_of_scope.jsonl");

pub struct Knowledge {
    embedder: Embedder,
    out_of_scope: Arc<Vec<OutOfScope>>,
    /// Locked only as long as it takes to copy or replace the pointer.
    current: RwLock<Arc<Snapshot>>,
    /// One edit at a time: each builds on the one before.
    editing: tokio::sync::Mutex<()>,
}

/// Bulk embedding tells how far it is with this: texts done so far.
pub type Progress<'a> = &'a (dyn Fn(usize) + Sync);

impl Knowledge {
    /// Embeds, indexes and calibrates. `progress` is told how many texts are embedded, of `text_count`.
    pub async fn build(
        embedder: &Embedder,
        articles: &[Article],
        progress: Progress<'_>,
    ) -> Result<Knowledge, KnowledgeError> {
        let out_of_scope = Arc::new(embed_out_of_scope(embedder).await?);
        let prepared = prepare(embedder, articles, progress).await?;
        let snapshot = assemble(embedder.dimension(), prepared, out_of_scope.clone(), None).await?;
        Ok(Knowledge {
            embedder: embedder.clone(),
            out_of_scope,
            current: RwLock::new(Arc::new(snapshot)),
            editing: tokio::sync::Mutex::new(()),
        })
    }

    /// How many texts `build` embeds, for a progress bar's length.
    pub fn text_count(articles: &[Article]) -> usize {
        articles.iter().flat_map(Prepared::texts).map(|(_, pieces, asks)| pieces.len() + asks.len()).sum()
    }

    /// Each article at most once, best first, at most `query.limit`. Nothing for a text without letters or digits.
    pub fn search(&self, query: &Query<'_>) -> Vec<Passage> {
        self.snapshot().search(query)
    }

    pub fn thresholds(&self) -> Thresholds {
        self.snapshot().calibration.thresholds
    }

    /// The article's beginning, for a customer who picked it by its title.
    pub fn lead(&self, slug: &str, language: Language) -> Option<Passage> {
        self.snapshot().lead(slug, language)
    }

    /// In the asked language, else in the one the article has.
    pub fn citation(&self, slug: &str, language: Language) -> Option<Citation> {
        self.lead(slug, language).map(|p| p.citation)
    }

    pub fn article(&self, slug: &str) -> Option<Article> {
        let snapshot = self.snapshot();
        snapshot.find(slug).map(|i| snapshot.prepared[i].article.clone())
    }

    /// Articles, and entries (passages, titles and questions) that a search compares with.
    pub fn size(&self) -> (usize, usize) {
        let snapshot = self.snapshot();
        (snapshot.prepared.len(), snapshot.entries())
    }

    /// All articles at once, calibrated anew.
    pub async fn replace(&self, articles: &[Article]) -> Result<(), KnowledgeError> {
        let _editing = self.editing.lock().await;
        let prepared = prepare(&self.embedder, articles, &|_| {}).await?;
        self.swap(prepared, None).await
    }

    /// Adds or replaces one article; it is found as soon as this returns.
    pub async fn upsert(&self, article: Article) -> Result<(), KnowledgeError> {
        let _editing = self.editing.lock().await;
        let mut new = prepare(&self.embedder, std::slice::from_ref(&article), &|_| {}).await?;
        let snapshot = self.snapshot();
        let kept = snapshot.prepared.iter().filter(|p| p.article.slug != article.slug);
        new.extend(kept.cloned());
        self.swap(new, Some(snapshot.calibration)).await
    }

    /// `false` when there is no such article.
    pub async fn remove(&self, slug: &str) -> Result<bool, KnowledgeError> {
        let _editing = self.editing.lock().await;
        let snapshot = self.snapshot();
        if snapshot.find(slug).is_none() {
            return Ok(false);
        }
        let kept = snapshot.prepared.iter().filter(|p| p.article.slug != slug).cloned().collect();
        self.swap(kept, Some(snapshot.calibration)).await?;
        Ok(true)
    }

    pub(crate) fn embedder(&self) -> &Embedder {
        &self.embedder
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        // A pointer cannot be half written: a poisoned lock still holds a whole snapshot.
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn swap(&self, prepared: Vec<Arc<Prepared>>, calibration: Option<Calibration>) -> Result<(), KnowledgeError> {
        let next = assemble(self.embedder.dimension(), prepared, self.out_of_scope.clone(), calibration).await?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(())
    }
}

/// Off the async threads: indexing takes tens of milliseconds.
async fn assemble(
    dimension: usize,
    prepared: Vec<Arc<Prepared>>,
    out_of_scope: Arc<Vec<OutOfScope>>,
    calibration: Option<Calibration>,
) -> Result<Snapshot, KnowledgeError> {
    let work = move || {
        let calibration = match calibration {
            Some(known) => known,
            None => heldout::calibrate(dimension, &prepared, &out_of_scope)?,
        };
        Snapshot::build(dimension, prepared, &out_of_scope, calibration)
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| KnowledgeError::Interrupted)?
}

/// Two calls to the encoder for all articles together, so that its batches are full.
async fn prepare(
    embedder: &Embedder,
    articles: &[Article],
    progress: Progress<'_>,
) -> Result<Vec<Arc<Prepared>>, KnowledgeError> {
    let mut slugs = HashSet::new();
    for article in articles {
        article.validate()?;
        if !slugs.insert(&article.slug) {
            return Err(KnowledgeError::article(&article.slug, 1, "two articles have this slug"));
        }
    }
    let texts: Vec<_> = articles.iter().map(Prepared::texts).collect();
    let (mut passages, mut questions) = (Vec::new(), Vec::new());
    for (_, pieces, asks) in texts.iter().flatten() {
        passages.extend(pieces.iter().map(|p| Prepared::passage_text(&asks[0], p)));
        questions.extend(asks.iter().cloned());
    }
    let questions = embedder.embed_all(&questions, Kind::Query, progress).await?;
    let done = questions.len();
    let passages = embedder.embed_all(&passages, Kind::Passage, &|n| progress(done + n)).await?;
    let (mut questions, mut passages) = (questions.into_iter(), passages.into_iter());
    let mut prepared = Vec::with_capacity(articles.len());
    for (article, texts) in articles.iter().zip(texts) {
        let versions = texts
            .into_iter()
            .map(|(language, pieces, asks)| PreparedVersion {
                language,
                pieces: pieces.into_iter().zip(passages.by_ref()).collect(),
                asks: asks.into_iter().zip(questions.by_ref()).collect(),
            })
            .collect();
        prepared.push(Arc::new(Prepared { article: article.clone(), versions }));
    }
    Ok(prepared)
}

#[derive(Deserialize)]
struct OutOfScopeLine {
    query: String,
    lang: Language,
}

async fn embed_out_of_scope(embedder: &Embedder) -> Result<Vec<OutOfScope>, KnowledgeError> {
    let mut lines: Vec<OutOfScopeLine> = Vec::new();
    for (n, line) in OUT_OF_SCOPE.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let parsed = serde_json::from_str(line)
            .map_err(|e| KnowledgeError::article("content/calibration/out_of_scope.jsonl", n + 1, e.to_string()))?;
        lines.push(parsed);
    }
    let texts: Vec<String> = lines.iter().map(|l| l.query.clone()).collect();
    let embeddings = embedder.embed_all(&texts, Kind::Query, &|_| {}).await?;
    let join = |(line, embedding): (OutOfScopeLine, _)| OutOfScope { text: line.query, language: line.lang, embedding };
    Ok(lines.into_iter().zip(embeddings).map(join).collect())
}
