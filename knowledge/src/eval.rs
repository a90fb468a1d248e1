//! How well a search finds the right article, and refuses what no article answers.

use crate::{Knowledge, KnowledgeError, Query};
use kg::Language;
use models::Kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One line of `content/eval/retrieval.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvalQuery {
    pub query: String,
    /// `None`: no article answers it.
    pub slug: Option<String>,
    pub lang: Language,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    pub queries: usize,
    pub answerable: usize,
    pub hit_1: f32,
    pub hit_3: f32,
    pub mrr_10: f32,
    /// Share of the unanswerable whose best score stays below the floor.
    pub refused_unanswerable: f32,
    /// Share of the answerable that are (wrongly) refused.
    pub refused_answerable: f32,
    /// Share of all queries that are answered at once (score from `sure` on), and how many of those are right.
    pub sure: f32,
    pub sure_right: f32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub all: Figures,
    pub by_language: BTreeMap<Language, Figures>,
    pub floor: f32,
    pub sure: f32,
    /// What went wrong, for a human to read: the query, what was wanted, what came first with which score.
    pub misses: Vec<Miss>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Miss {
    pub query: String,
    pub wanted: Option<String>,
    pub got: Option<String>,
    pub score: f32,
}

/// One JSON object a line; errors name the line.
pub fn parse(file: &str, text: &str) -> Result<Vec<EvalQuery>, KnowledgeError> {
    let lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
    lines
        .map(|(n, line)| serde_json::from_str(line).map_err(|e| KnowledgeError::article(file, n + 1, e.to_string())))
        .collect()
}

/// How well a base finds its own articles by their own questions, each asked of an index that does not hold it. What is
/// chosen by these figures has not seen a test set.
pub fn held_out(knowledge: &Knowledge) -> Result<BTreeMap<Language, Figures>, KnowledgeError> {
    let mut counts: BTreeMap<Language, Counts> = BTreeMap::new();
    knowledge.ask_own(&mut |candidates, language, gold| {
        let Some(gold) = gold else { return };
        let place = candidates.iter().take(10).position(|c| c.article == gold);
        let c = counts.entry(language).or_default();
        c.queries += 1.0;
        c.answerable += 1.0;
        c.hit_1 += f32::from(place == Some(0));
        c.hit_3 += f32::from(place.is_some_and(|p| p < 3));
        c.reciprocal += place.map_or(0.0, |p| 1.0 / (p as f32 + 1.0));
    })?;
    Ok(counts.into_iter().map(|(l, c)| (l, c.figures())).collect())
}

#[derive(Default)]
struct Counts {
    queries: f32,
    answerable: f32,
    hit_1: f32,
    hit_3: f32,
    reciprocal: f32,
    refused_right: f32,
    refused_wrong: f32,
    sure: f32,
    sure_right: f32,
}

pub async fn evaluate(knowledge: &Knowledge, queries: &[EvalQuery]) -> Result<Report, KnowledgeError> {
    let texts: Vec<String> = queries.iter().map(|q| q.query.clone()).collect();
    let embeddings = knowledge.embedder.embed_all(&texts, Kind::Query, &|_| {}).await?;
    let thresholds = knowledge.thresholds();
    let mut counts: BTreeMap<Option<Language>, Counts> = BTreeMap::new();
    let mut misses = Vec::new();
    for (asked, embedding) in queries.iter().zip(&embeddings) {
        let query = Query { text: &asked.query, embedding, language: asked.lang, limit: 10 };
        let found = knowledge.search(&query);
        let score = found.first().map_or(0.0, |p| p.score);
        let refused = score < thresholds.floor;
        let place = asked.slug.as_ref().and_then(|s| found.iter().position(|p| p.citation.article == *s));
        let right = if asked.slug.is_some() { place == Some(0) && !refused } else { refused };
        for key in [None, Some(asked.lang)] {
            let c = counts.entry(key).or_default();
            c.queries += 1.0;
            if asked.slug.is_some() {
                c.answerable += 1.0;
                c.hit_1 += f32::from(place == Some(0));
                c.hit_3 += f32::from(place.is_some_and(|p| p < 3));
                c.reciprocal += place.map_or(0.0, |p| 1.0 / (p as f32 + 1.0));
                c.refused_wrong += f32::from(refused);
            } else {
                c.refused_right += f32::from(refused);
            }
            if score >= thresholds.sure {
                c.sure += 1.0;
                c.sure_right += f32::from(place == Some(0));
            }
        }
        if !right {
            let got = found.first().map(|p| p.citation.article.clone());
            misses.push(Miss { query: asked.query.clone(), wanted: asked.slug.clone(), got, score });
        }
    }
    let all = counts.remove(&None).unwrap_or_default().figures();
    let by_language = counts.into_iter().filter_map(|(l, c)| Some((l?, c.figures()))).collect();
    Ok(Report { all, by_language, floor: thresholds.floor, sure: thresholds.sure, misses })
}

impl Counts {
    fn figures(&self) -> Figures {
        let share = |n: f32, of: f32| if of > 0.0 { n / of } else { 0.0 };
        Figures {
            queries: self.queries as usize,
            answerable: self.answerable as usize,
            hit_1: share(self.hit_1, self.answerable),
            hit_3: share(self.hit_3, self.answerable),
            mrr_10: share(self.reciprocal, self.answerable),
            refused_unanswerable: share(self.refused_right, self.queries - self.answerable),
            refused_answerable: share(self.refused_wrong, self.answerable),
            sure: share(self.sure, self.queries),
            sure_right: share(self.sure_right, self.sure),
        }
    }
}
