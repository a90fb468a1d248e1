//! The shared handle: search reads a snapshot, edits swap in the next one.

use crate::calibrate::{Calibration, Thresholds};
use crate::fuse::Candidate;
use crate::heldout;
use crate::segment::{Record, VersionVectors};
use crate::snapshot::{Known, Prepared, Snapshot, difference};
use crate::{Article, Citation, KnowledgeError, Passage, Query};
use kg::Language;
use models::{Embedder, Embedding, Kind};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// So many articles may lie apart from the large segment before they are brought together.
const APART: usize = 300;

pub struct Knowledge {
    pub(crate) embedder: Embedder,
    known: Arc<Vec<Known>>,
    state: Arc<State>,
}

struct State {
    /// Locked only as long as it takes to copy or replace the pointer.
    current: RwLock<Arc<Snapshot>>,
    /// One edit at a time: each builds on the one before.
    editing: tokio::sync::Mutex<()>,
    joining: AtomicBool,
}

/// Bulk embedding tells how far it is with this: texts done so far.
pub type Progress<'a> = &'a (dyn Fn(usize) + Sync);

/// One step of an edit.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Adds an article or replaces the one of its slug.
    Upsert(Article),
    /// By slug; one that is not there is no error.
    Remove(String),
}

impl Knowledge {
    /// Embeds and indexes. `progress` is told how many texts are embedded, of `text_count`.
    pub async fn build(
        embedder: &Embedder,
        articles: &[Article],
        progress: Progress<'_>,
    ) -> Result<Knowledge, KnowledgeError> {
        let known = Arc::new(known(embedder).await?);
        let prepared = prepare(embedder, articles, progress).await?;
        let snapshot = built(embedder.dimension(), prepared, known.clone()).await?;
        Ok(Self::with(embedder, known, snapshot))
    }

    fn with(embedder: &Embedder, known: Arc<Vec<Known>>, snapshot: Snapshot) -> Knowledge {
        let state = State {
            current: RwLock::new(Arc::new(snapshot)),
            editing: tokio::sync::Mutex::new(()),
            joining: AtomicBool::new(false),
        };
        Knowledge { embedder: embedder.clone(), known, state: Arc::new(state) }
    }

    /// How many texts `build` embeds, for a progress bar's length.
    pub fn text_count(articles: &[Article]) -> usize {
        let texts = |a: &Article| {
            let record = Prepared::record(a);
            record.versions.iter().map(|v| v.pieces.len() + v.asks().count()).sum::<usize>()
        };
        articles.iter().map(texts).sum()
    }

    /// Each article at most once, best first, at most `query.limit`. Nothing for a text without letters or digits.
    pub fn search(&self, query: &Query<'_>) -> Vec<Passage> {
        self.state.snapshot().search(query)
    }

    pub fn thresholds(&self) -> Thresholds {
        self.state.snapshot().calibration.thresholds
    }

    /// The article's beginning, for a customer who picked it by its title.
    pub fn lead(&self, slug: &str, language: Language) -> Option<Passage> {
        self.state.snapshot().lead(slug, language)
    }

    /// In the asked language, else in the one the article has.
    pub fn citation(&self, slug: &str, language: Language) -> Option<Citation> {
        self.lead(slug, language).map(|p| p.citation)
    }

    pub fn article(&self, slug: &str) -> Option<Article> {
        self.state.snapshot().find(slug).map(|p| p.article.clone())
    }

    /// Articles, and entries (passages, titles and questions) that a search compares with.
    pub fn size(&self) -> (usize, usize) {
        self.state.snapshot().size()
    }

    /// All articles at once.
    pub async fn replace(&self, articles: &[Article]) -> Result<(), KnowledgeError> {
        let _editing = self.state.editing.lock().await;
        let prepared = prepare(&self.embedder, articles, &|_| {}).await?;
        let next = built(self.embedder.dimension(), prepared, self.known.clone()).await?;
        self.state.swap(next);
        Ok(())
    }

    /// Adds or replaces one article; it is found as soon as this returns.
    pub async fn upsert(&self, article: Article) -> Result<(), KnowledgeError> {
        self.edit(vec![Change::Upsert(article)]).await
    }

    /// `false` when there is no such article.
    pub async fn remove(&self, slug: &str) -> Result<bool, KnowledgeError> {
        if self.state.snapshot().find(slug).is_none() {
            return Ok(false);
        }
        self.edit(vec![Change::Remove(slug.to_owned())]).await?;
        Ok(true)
    }

    /// See `heldout::ask`.
    pub(crate) fn ask_own(
        &self,
        heard: &mut dyn FnMut(Vec<Candidate>, Language, Option<u32>),
    ) -> Result<(), KnowledgeError> {
        let state = self.state.snapshot();
        let articles: Vec<_> = state.articles().map(|p| (p.record.clone(), p.vectors.clone())).collect();
        heldout::ask(self.embedder.dimension(), &articles, &self.known, heard)
    }

    async fn edit(&self, changes: Vec<Change>) -> Result<(), KnowledgeError> {
        {
            let _editing = self.state.editing.lock().await;
            let next = self.after(changes).await?;
            self.state.swap(next);
        }
        if self.state.snapshot().apart() > APART && !self.state.joining.swap(true, Ordering::AcqRel) {
            let (state, known) = (self.state.clone(), self.known.clone());
            // Runs on by itself: nobody waits for it, and if it fails the next edit tries again.
            drop(tokio::task::spawn_blocking(move || state.join(&known)));
        }
        Ok(())
    }

    /// A second base, with some changes and without touching this one.
    pub async fn candidate(&self, changes: Vec<Change>) -> Result<Knowledge, KnowledgeError> {
        let next = self.after(changes).await?;
        Ok(Self::with(&self.embedder, self.known.clone(), next))
    }

    /// Of several changes of one article the last one counts.
    async fn after(&self, changes: Vec<Change>) -> Result<Snapshot, KnowledgeError> {
        let (mut articles, mut removed): (Vec<Article>, Vec<String>) = (Vec::new(), Vec::new());
        for change in changes {
            match change {
                Change::Upsert(article) => {
                    removed.retain(|slug| *slug != article.slug);
                    articles.retain(|a| a.slug != article.slug);
                    articles.push(article);
                }
                Change::Remove(slug) => {
                    articles.retain(|a| a.slug != slug);
                    removed.push(slug);
                }
            }
        }
        let prepared = prepare(&self.embedder, &articles, &|_| {}).await?;
        let (state, known) = (self.state.snapshot(), self.known.clone());
        blocking(move || state.after(prepared, &removed, &known)).await
    }
}

impl State {
    fn snapshot(&self) -> Arc<Snapshot> {
        // A pointer cannot be half written: a poisoned lock still holds a whole snapshot.
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn swap(&self, next: Snapshot) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
    }

    /// Brings everything together in one segment, while edits go on; what they changed meanwhile is added at the end.
    fn join(&self, known: &[Known]) {
        let joined = || -> Result<(), KnowledgeError> {
            let old = self.snapshot();
            let all = old.articles().cloned().collect();
            let whole = Snapshot::build(old.dimension(), all, known, old.calibration)?;
            let _editing = self.editing.blocking_lock();
            let (changed, removed) = difference(&whole, &self.snapshot());
            let next =
                if changed.is_empty() && removed.is_empty() { whole } else { whole.after(changed, &removed, known)? };
            self.swap(next);
            Ok(())
        };
        if let Err(error) = joined() {
            tracing::error!(%error, "the parts of the search index could not be joined");
        }
        self.joining.store(false, Ordering::Release);
    }
}

/// Off the async threads: indexing takes tens of milliseconds.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, KnowledgeError> + Send + 'static,
) -> Result<T, KnowledgeError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| KnowledgeError::Interrupted)?
}

async fn built(
    dimension: usize,
    prepared: Vec<Arc<Prepared>>,
    known: Arc<Vec<Known>>,
) -> Result<Snapshot, KnowledgeError> {
    blocking(move || {
        let articles: Vec<_> = prepared.iter().map(|p| (p.record.clone(), p.vectors.clone())).collect();
        let own = heldout::samples(dimension, &articles, &known)?;
        Snapshot::build(dimension, prepared, &known, Calibration::default().for_base(&own))
    })
    .await
}

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
    let records: Vec<Arc<Record>> = articles.iter().map(Prepared::record).map(Arc::new).collect();
    let vectors = embed(embedder, &records, progress).await?;
    let prepared = articles.iter().zip(records).zip(vectors);
    Ok(prepared.map(|((article, record), vectors)| Arc::new(Prepared::new(article.clone(), record, vectors))).collect())
}

/// Two calls to the encoder for all articles together, so that its batches are full.
pub async fn embed(
    embedder: &Embedder,
    records: &[Arc<Record>],
    progress: Progress<'_>,
) -> Result<Vec<Vec<VersionVectors>>, KnowledgeError> {
    let (mut passages, mut questions) = (Vec::new(), Vec::new());
    for version in records.iter().flat_map(|r| &r.versions) {
        passages.extend(version.pieces.iter().map(|p| version.passage_text(p)));
        questions.extend(version.asks().map(str::to_owned));
    }
    let quiet: Progress<'_> = &|_| {};
    let heard = if questions.is_empty() { quiet } else { progress };
    let questions = embedder.embed_all(&questions, Kind::Query, heard).await?;
    let done = questions.len();
    let passages = embedder.embed_all(&passages, Kind::Passage, &|n| progress(done + n)).await?;
    let (mut questions, mut passages) = (questions.into_iter(), passages.into_iter());
    let mut take = |version: &crate::segment::RecordVersion| {
        let pieces: Vec<Embedding> = passages.by_ref().take(version.pieces.len()).collect();
        VersionVectors { pieces, asks: questions.by_ref().take(version.asks().count()).collect() }
    };
    Ok(records.iter().map(|record| record.versions.iter().map(&mut take).collect()).collect())
}

/// The shipped questions: those that no shop answers, and those to the demo shop's articles.
pub async fn known(embedder: &Embedder) -> Result<Vec<Known>, KnowledgeError> {
    let mut lines = Vec::new();
    for (file, text) in [
        ("out_of_scope.jsonl", include_str!("../content/calibration/out_of_scope.jsonl")),
        ("questions.jsonl", include_str!("../content/calibration/questions.jsonl")),
    ] {
        lines.extend(crate::eval::parse(&format!("content/calibration/{file}"), text)?);
    }
    let texts: Vec<String> = lines.iter().map(|l| l.query.clone()).collect();
    let embeddings = embedder.embed_all(&texts, Kind::Query, &|_| {}).await?;
    let join = |(line, embedding): (crate::eval::EvalQuery, _)| Known {
        text: line.query,
        slug: line.slug,
        language: line.lang,
        embedding,
    };
    Ok(lines.into_iter().zip(embeddings).map(join).collect())
}
