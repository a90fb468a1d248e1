//! Gaps: what customers asked and got no good answer to, grouped by meaning, so that an editor can write the article that is
//! missing; and whether the base answers it by now.

pub mod cluster;
pub mod draft;

use crate::app::App;
use crate::guard::mask::mask;
use crate::store::gaps::{Gap, Miss};
use anyhow::Context;
use cluster::{ALIKE, Asked, Cluster, Space};
use kg::Language;
use knowledge::Query;
use models::Kind;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use utoipa::ToSchema;

pub const DAY: i64 = 86_400_000;
/// Questions that are looked at, the newest.
const QUESTIONS: i64 = 2_000;
/// Questions of articles of which the common part of all vectors is taken.
const BACKGROUND: usize = 2_000;
const LISTED: usize = 200;
const EXAMPLES: usize = 8;
const SHOWN: usize = 300;
/// A dismissed gap is shown again when it has grown to this many times what it was, and by at least three questions.
const GROWN: i64 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Open,
    /// An article has been begun.
    Drafted,
    /// That article is published, or the base answers it for another reason.
    Closed,
    Dismissed,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Example {
    /// Without what tells who it was.
    pub text: String,
    pub language: String,
    pub at: i64,
    pub conversation: String,
    /// unanswered, handoff, rated
    pub why: String,
    /// The base answers it now.
    pub answered: bool,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = GapView)]
pub struct Found {
    /// For deciding about it.
    pub id: String,
    #[schema(inline)]
    pub state: State,
    /// The most typical of its questions.
    pub question: String,
    pub language: String,
    pub count: usize,
    pub conversations: usize,
    /// How many of them were answered, but rated 1 or 2.
    pub rated: usize,
    pub last_at: i64,
    /// Questions of each day, the oldest first.
    pub per_day: Vec<usize>,
    /// The newest.
    pub examples: Vec<Example>,
    /// How many of `examples` the base answers now.
    pub answered_now: usize,
    /// The article that was begun, and the number of its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<i64>,
    /// Dismissed once, and grown since.
    pub grown: bool,
    #[serde(skip)]
    pub members: Vec<Miss>,
}

/// All gaps of the last days, the largest first.
pub async fn find(app: &App, days: i64) -> anyhow::Result<Vec<Found>> {
    let now = app.clock.now();
    let mut misses = app.store.misses(now - days * DAY, QUESTIONS).await?;
    misses.retain(|m| m.text.chars().any(char::is_alphabetic));
    if misses.is_empty() {
        return Ok(Vec::new());
    }
    let decisions = app.store.gap_decisions().await?;
    let background: Vec<(Language, String)> = app
        .store
        .articles()
        .await?
        .into_iter()
        .flat_map(|a| a.article.versions)
        .flat_map(|(language, v)| v.questions.into_iter().map(move |q| (language, q)))
        .take(BACKGROUND)
        .collect();
    let embed = async |texts: Vec<(Language, String)>| -> anyhow::Result<Vec<Asked>> {
        let (languages, texts): (Vec<Language>, Vec<String>) = texts.into_iter().unzip();
        let vectors = app.embedder.embed_all(&texts, Kind::Query, &|_| {}).await?;
        Ok(languages.into_iter().zip(vectors).collect())
    };
    let vectors = embed(misses.iter().map(|m| (language(m), m.text.clone())).collect()).await?;
    let known = embed(decisions.iter().map(|d| (written_in(&d.question), d.question.clone())).collect()).await?;
    let space = Space::new(&embed(background).await?);
    let knowledge = app.knowledge.clone();
    let work = move || {
        let clusters = space.cluster(&vectors, ALIKE);
        let mut decided = matched(&space, &clusters, &known);
        let mut found: Vec<Found> = clusters
            .iter()
            .enumerate()
            .map(|(n, cluster)| {
                let typical = space.typical(cluster, &vectors);
                let decision = decided.remove(&n).map(|d| &decisions[d]);
                gap(&knowledge, &misses, &vectors, cluster, typical, decision, (now, days))
            })
            .collect();
        found.sort_by_key(|g| std::cmp::Reverse((g.count, g.last_at)));
        found.truncate(LISTED);
        found
    };
    tokio::task::spawn_blocking(work).await.context("the gaps were not found")
}

/// Which decision is about which group: the likest, each at most once.
fn matched(space: &Space, clusters: &[Cluster], known: &[Asked]) -> HashMap<usize, usize> {
    let mut best: HashMap<usize, (f32, usize)> = HashMap::new();
    for (d, vector) in known.iter().enumerate() {
        let likeness = |c: &Cluster| space.belongs(c, vector);
        let nearest = clusters.iter().enumerate().map(|(n, c)| (likeness(c), n)).max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((likeness, n)) = nearest
            && likeness >= ALIKE
            && best.get(&n).is_none_or(|(known, _)| likeness > *known)
        {
            best.insert(n, (likeness, d));
        }
    }
    best.into_iter().map(|(n, (_, d))| (n, d)).collect()
}

fn gap(
    knowledge: &knowledge::Knowledge,
    misses: &[Miss],
    vectors: &[Asked],
    cluster: &Cluster,
    typical: usize,
    decision: Option<&Gap>,
    (now, days): (i64, i64),
) -> Found {
    let of = |place: &usize| &misses[*place];
    // Below `sure` the bot answers only when other evidence agrees, which a search alone does not see.
    let sure = knowledge.thresholds().sure;
    let answered = |place: usize| {
        let (m, v) = (&misses[place], &vectors[place].1);
        let query = Query { text: &m.text, embedding: v, language: language(m), limit: 1 };
        knowledge.search(&query).first().is_some_and(|p| p.score >= sure)
    };
    // The newest, each wording once.
    let mut seen = BTreeSet::new();
    let examples: Vec<Example> = cluster
        .members
        .iter()
        .filter(|p| seen.insert(of(p).text.trim().to_lowercase()))
        .take(EXAMPLES)
        .map(|&place| {
            let m = &misses[place];
            Example {
                text: shown(&m.text),
                language: m.language.clone(),
                at: m.at,
                conversation: m.conversation.clone(),
                why: m.why.clone(),
                answered: answered(place),
            }
        })
        .collect();
    let mut per_day = vec![0; days as usize];
    for m in cluster.members.iter().map(of) {
        let ago = ((now - m.at) / DAY).clamp(0, days - 1);
        per_day[(days - 1 - ago) as usize] += 1;
    }
    let count = cluster.members.len();
    let answered_now = examples.iter().filter(|e| e.answered).count();
    let rated = cluster.members.iter().filter(|p| of(p).why == "rated").count();
    let grown =
        decision.is_some_and(|d| d.state == "dismissed" && (count as i64) >= (d.count * GROWN).max(d.count + 3));
    let state = match decision {
        Some(d) if d.state == "dismissed" && !grown => State::Dismissed,
        Some(d) if d.published_at.is_some() => State::Closed,
        Some(d) if d.version.is_some() => State::Drafted,
        // A badly rated answer is found by the search as well as before.
        _ if rated == 0 && answered_now == examples.len() => State::Closed,
        _ => State::Open,
    };
    // An article that was thrown away leaves the gap as it was.
    let article = decision.filter(|d| d.version.is_some());
    Found {
        id: decision.map_or_else(|| misses[typical].id.clone(), |d| d.id.clone()),
        state,
        question: shown(&misses[typical].text),
        language: misses[typical].language.clone(),
        count,
        conversations: cluster.members.iter().map(|p| of(p).conversation.as_str()).collect::<BTreeSet<_>>().len(),
        rated,
        last_at: cluster.members.iter().map(|p| of(p).at).max().unwrap_or_default(),
        per_day,
        examples,
        answered_now,
        slug: article.and_then(|d| d.slug.clone()),
        version: article.and_then(|d| d.version),
        decided_by: decision.and_then(|d| d.decided_by.clone()),
        decided_at: decision.map(|d| d.decided_at),
        grown,
        members: cluster.members.iter().map(|p| of(p).clone()).collect(),
    }
}

fn language(m: &Miss) -> Language {
    Language::parse(&m.language).unwrap_or(Language::Zh)
}

/// Of a text of which nothing else is known.
fn written_in(text: &str) -> Language {
    if text.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c)) { Language::Zh } else { Language::En }
}

fn shown(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    mask(&line.chars().take(SHOWN).collect::<String>())
}
