//! Replay before publishing: real and test questions are searched in the base that serves and in the one that would, and
//! the editor sees which answers change. Nothing is stored and nobody is served by the candidate.

use crate::app::App;
use crate::articles::diff::{self, Piece};
use crate::content;
use crate::guard::mask::mask;
use crate::store::articles::Content;
use kg::Language;
use knowledge::{Article, Knowledge, Passage, Query};
use models::{Embedding, Kind};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc};
use utoipa::ToSchema;

/// Most questions of customers that one replay asks.
pub const MOST: usize = 5_000;
/// Most questions that are known to belong to an article.
const LABELLED: usize = 5_000;
/// Changes that a report lists, of each kind.
const LISTED: usize = 300;
/// Questions searched between two looks at whether anybody still waits.
const CHUNK: usize = 64;
/// Of a long message the beginning is shown.
const SHOWN: usize = 300;

/// One at a time: it takes a core for seconds.
pub struct Replays(Arc<Semaphore>);

impl Default for Replays {
    fn default() -> Self {
        Replays(Arc::new(Semaphore::new(1)))
    }
}

impl Replays {
    pub fn begin(&self) -> Option<tokio::sync::OwnedSemaphorePermit> {
        self.0.clone().try_acquire_owned().ok()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ReplaySource)]
pub enum Source {
    /// Customers asked it.
    Asked,
    /// A test question, which says what should answer it.
    Test,
    /// One of an article's own similar questions.
    Article,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ReplayKind)]
pub enum What {
    /// Was answered, is not any more.
    Lost,
    /// Was not answered, is now.
    New,
    /// Another article answers.
    Other,
    /// The same article answers with another text.
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ReplayVerdict)]
pub enum Verdict {
    Better,
    Worse,
    /// Nobody has said what would be right.
    Open,
}

/// What answers a question.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ReplayAnswer)]
pub struct Answer {
    pub slug: String,
    pub title: String,
    pub passage: String,
    pub score: f32,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ReplayChange)]
pub struct Change {
    pub kind: What,
    pub verdict: Verdict,
    pub source: Source,
    /// Of a customer's message without what tells who it was.
    pub text: String,
    pub language: String,
    /// How often it was asked.
    pub times: usize,
    /// How the customer rated the conversation, 1..5; the lowest of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<i64>,
    /// The newest conversation in which it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// The article that should answer it; empty: none should.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// Absent: not answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Answer>,
    /// Where only the text is another: what differs in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<Piece>,
}

#[derive(Debug, Default, Clone, Serialize, ToSchema)]
#[schema(as = ReplayReport)]
pub struct Report {
    /// Different questions, by where they come from.
    pub asked: usize,
    pub test: usize,
    pub article: usize,
    pub unchanged: usize,
    pub lost: usize,
    pub new: usize,
    pub other: usize,
    pub text: usize,
    pub better: usize,
    pub worse: usize,
    /// Right answers to questions of which the right one is known, before and after.
    pub labelled: usize,
    pub right_before: usize,
    pub right_after: usize,
    pub took_ms: i64,
    /// The most important first; at most 300 of a kind.
    pub changes: Vec<Change>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[schema(as = ReplayEvent)]
pub enum Event {
    Progress { stage: Stage, done: usize, total: usize },
    Report { report: Report },
    Failed { message: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ReplayStage)]
pub enum Stage {
    Building,
    Embedding,
    Searching,
}

struct Question {
    text: String,
    language: Language,
    source: Source,
    times: usize,
    rating: Option<i64>,
    conversation: Option<String>,
    /// `Some(None)`: no article answers it.
    expected: Option<Option<String>>,
}

/// Runs to the end and sends the report, or until nobody listens any more.
pub async fn run(app: &App, drafts: &[Content], wanted: usize, events: &mpsc::Sender<Event>) -> anyhow::Result<Report> {
    let started = app.clock.now();
    let tell = async |stage, done, total| drop(events.send(Event::Progress { stage, done, total }).await);
    tell(Stage::Building, 0, 0).await;
    let articles: Vec<Article> = drafts.iter().map(|c| c.article.clone()).collect();
    let changes = articles.iter().cloned().map(knowledge::Change::Upsert).collect();
    let candidate = Arc::new(app.knowledge.candidate(changes).await?);
    let questions = questions(app, &candidate, &articles, wanted).await?;

    let texts: Vec<String> = questions.iter().map(|q| q.text.clone()).collect();
    let total = texts.len();
    let progress = |done: usize| {
        // A full channel means that the page is slow to read: the next step will tell it.
        let _ = events.try_send(Event::Progress { stage: Stage::Embedding, done, total });
    };
    let vectors = app.embedder.embed_all(&texts, Kind::Query, &progress).await?;

    let mut report = Report::default();
    let mut todo = questions.into_iter().zip(vectors);
    let mut done = 0;
    loop {
        let chunk: Vec<(Question, Embedding)> = todo.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        done += chunk.len();
        let (live, candidate) = (app.knowledge.clone(), candidate.clone());
        let work = move || compared(&live, &candidate, chunk);
        for (question, before, after) in tokio::task::spawn_blocking(work).await? {
            count(&mut report, question, before, after);
        }
        tell(Stage::Searching, done, total).await;
    }
    listed(&mut report.changes);
    report.took_ms = app.clock.now() - started;
    Ok(report)
}

/// What both bases answer; nothing where the best is not good enough to be shown.
fn compared(
    live: &Knowledge,
    candidate: &Knowledge,
    chunk: Vec<(Question, Embedding)>,
) -> Vec<(Question, Option<Answer>, Option<Answer>)> {
    let best = |base: &Knowledge, q: &Question, v: &Embedding| {
        let query = Query { text: &q.text, embedding: v, language: q.language, limit: 1 };
        base.search(&query).into_iter().find(|p| p.score >= base.thresholds().floor).map(answer)
    };
    chunk
        .into_iter()
        .map(|(q, v)| {
            let (before, after) = (best(live, &q, &v), best(candidate, &q, &v));
            (q, before, after)
        })
        .collect()
}

fn answer(p: Passage) -> Answer {
    Answer { slug: p.citation.article, title: p.citation.title, passage: p.text, score: p.score }
}

fn count(report: &mut Report, q: Question, before: Option<Answer>, after: Option<Answer>) {
    match q.source {
        Source::Asked => report.asked += 1,
        Source::Test => report.test += 1,
        Source::Article => report.article += 1,
    }
    let right = |a: &Option<Answer>| q.expected.as_ref().map(|e| a.as_ref().map(|a| &a.slug) == e.as_ref());
    let (was, is) = (right(&before), right(&after));
    report.labelled += usize::from(was.is_some());
    report.right_before += usize::from(was == Some(true));
    report.right_after += usize::from(is == Some(true));
    let kind = match (&before, &after) {
        (Some(_), None) => What::Lost,
        (None, Some(_)) => What::New,
        (Some(b), Some(a)) if b.slug != a.slug => What::Other,
        (Some(b), Some(a)) if b.passage != a.passage || b.title != a.title => What::Text,
        _ => {
            report.unchanged += 1;
            return;
        }
    };
    let verdict = match (was, is, kind) {
        (Some(false), Some(true), _) => Verdict::Better,
        (Some(true), Some(false), _) => Verdict::Worse,
        (None, None, What::New) => Verdict::Better,
        (None, None, What::Lost) => Verdict::Worse,
        _ => Verdict::Open,
    };
    match kind {
        What::Lost => report.lost += 1,
        What::New => report.new += 1,
        What::Other => report.other += 1,
        What::Text => report.text += 1,
    }
    match verdict {
        Verdict::Better => report.better += 1,
        Verdict::Worse => report.worse += 1,
        Verdict::Open => {}
    }
    let shown: String = q.text.chars().take(SHOWN).collect();
    report.changes.push(Change {
        kind,
        verdict,
        source: q.source,
        text: if q.source == Source::Asked { mask(&shown) } else { shown },
        language: q.language.code().to_owned(),
        times: q.times,
        rating: q.rating,
        conversation: q.conversation,
        expected: q.expected.map(Option::unwrap_or_default),
        before,
        after,
        pieces: Vec::new(),
    });
}

/// What got worse first, then what is asked most.
fn listed(changes: &mut Vec<Change>) {
    let order = |c: &Change| (matches!(c.verdict, Verdict::Worse), c.source == Source::Asked, c.times);
    changes.sort_by_key(|c| std::cmp::Reverse(order(c)));
    let mut seen: HashMap<u8, usize> = HashMap::new();
    changes.retain(|c| {
        let n = seen.entry(c.kind as u8).or_default();
        *n += 1;
        *n <= LISTED
    });
    for c in changes.iter_mut().filter(|c| c.kind == What::Text) {
        if let (Some(before), Some(after)) = (&c.before, &c.after) {
            c.pieces = diff::pieces(&before.passage, &after.passage);
        }
    }
}

async fn questions(
    app: &App,
    candidate: &Knowledge,
    drafts: &[Article],
    wanted: usize,
) -> anyhow::Result<Vec<Question>> {
    // Many are asked again and again.
    let asked = app.store.asked(5 * wanted as i64).await?;
    let mut all: Vec<Question> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for a in asked {
        let key = key(&a.text);
        if !key.chars().any(char::is_alphabetic) {
            continue;
        }
        match places.get(&key) {
            Some(&place) => {
                let q = &mut all[place];
                q.times += 1;
                q.rating = [q.rating, a.rating].into_iter().flatten().min();
            }
            None if all.len() < wanted.min(MOST) => {
                places.insert(key, all.len());
                all.push(Question {
                    language: Language::parse(&a.language).unwrap_or(Language::Zh),
                    text: a.text,
                    source: Source::Asked,
                    times: 1,
                    rating: a.rating,
                    conversation: Some(a.conversation),
                    expected: None,
                });
            }
            None => {}
        }
    }
    let mut label = |text: String, language, source, expected: Option<String>| {
        if let Some(&place) = places.get(&key(&text)) {
            // Customers ask in these very words, too.
            all[place].expected.get_or_insert(expected);
        } else if all.len() < wanted.min(MOST) + LABELLED {
            places.insert(key(&text), all.len());
            let expected = Some(expected);
            all.push(Question { text, language, source, times: 1, rating: None, conversation: None, expected });
        }
    };
    // The drafts' own first: whatever is left out for lack of room, it is not these.
    let stored = app.store.articles().await?;
    // Those that serve after them, also of the drafts' articles: a question that an editor took out is still asked.
    for (n, article) in drafts.iter().chain(stored.iter().map(|s| &s.article)).enumerate() {
        for (language, text) in &article.versions {
            let title = (n < drafts.len()).then_some(&text.title);
            for question in title.into_iter().chain(&text.questions) {
                label(question.clone(), *language, Source::Article, Some(article.slug.clone()));
            }
        }
    }
    for test in content::test_questions(&app.config.content.directory)? {
        // Of a shop that has other articles these say nothing.
        let known = test.slug.as_ref().is_none_or(|s| candidate.citation(s, test.lang).is_some());
        if known {
            label(test.query, test.lang, Source::Test, test.slug);
        }
    }
    Ok(all)
}

/// Texts that differ in case and blanks are one.
fn key(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(slug: &str, passage: &str) -> Option<Answer> {
        Some(Answer { slug: slug.into(), title: "t".into(), passage: passage.into(), score: 0.9 })
    }

    fn question(expected: Option<Option<&str>>, times: usize) -> Question {
        Question {
            text: format!("怎么退货 {times}"),
            language: Language::Zh,
            source: if expected.is_some() { Source::Test } else { Source::Asked },
            times,
            rating: None,
            conversation: None,
            expected: expected.map(|e| e.map(str::to_owned)),
        }
    }

    fn report(of: Vec<(Question, Option<Answer>, Option<Answer>)>) -> Report {
        let mut report = Report::default();
        for (q, before, after) in of {
            count(&mut report, q, before, after);
        }
        listed(&mut report.changes);
        report
    }

    #[test]
    fn changes_are_told_apart() {
        let r = report(vec![
            (question(None, 1), answer("a", "x"), answer("a", "x")),
            (question(None, 2), None, None),
            (question(None, 3), answer("a", "x"), None),
            (question(None, 4), None, answer("a", "x")),
            (question(None, 5), answer("a", "x"), answer("b", "x")),
            (question(None, 6), answer("a", "x"), answer("a", "y")),
        ]);
        assert_eq!((r.asked, r.unchanged, r.lost, r.new, r.other, r.text), (6, 2, 1, 1, 1, 1));
        assert_eq!((r.better, r.worse), (1, 1));
        // The loss first, then the rest by how often it was asked.
        assert_eq!(r.changes.iter().map(|c| c.times).collect::<Vec<_>>(), [3, 6, 5, 4]);
    }

    #[test]
    fn labels_say_what_is_right() {
        let r = report(vec![
            (question(Some(Some("a")), 1), answer("b", "x"), answer("a", "x")),
            (question(Some(Some("a")), 1), answer("a", "x"), answer("b", "x")),
            // Neither is right: another wrong answer is not better.
            (question(Some(Some("a")), 1), answer("b", "x"), answer("c", "x")),
            // Nothing should answer this.
            (question(Some(None), 1), answer("b", "x"), None),
            (question(Some(None), 1), None, answer("b", "x")),
        ]);
        assert_eq!((r.labelled, r.right_before, r.right_after), (5, 2, 2));
        assert_eq!((r.better, r.worse, r.lost, r.new, r.other), (2, 2, 1, 1, 3));
        assert_eq!(r.changes[0].verdict, Verdict::Worse);
    }
}
