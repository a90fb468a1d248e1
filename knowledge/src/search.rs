//! One search over the parts of a base: which articles are in the running, what speaks for each, and which piece of it
//! answers.

use crate::fuse::{self, Candidate, Evidence, OTHER_LANGUAGE, words_share};
use crate::segment::Segment;
use crate::tokens;
use crate::vectors::Question;
use crate::words::{Statistics, WordQuery};
use crate::{Mode, Query};
use kg::Language;
use std::collections::{HashMap, HashSet};

/// Of so many the overlap is measured, which only the calibration looks at.
const MEASURED: usize = 24;

/// A segment, and the articles in it that are out of date or deleted.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    pub segment: &'a Segment,
    pub hidden: Option<&'a HashSet<u32>>,
}

pub struct Found<'a> {
    parts: Vec<Part<'a>>,
    /// Best first.
    pub candidates: Vec<Candidate>,
    question: Option<Question>,
    /// Of each part, by version.
    hits: Vec<HashMap<u32, Vec<(u32, f32)>>>,
}

/// `None` for a text without letters or digits.
pub fn find<'a>(parts: &[Part<'a>], query: &Query<'_>, mode: Mode) -> Option<Found<'a>> {
    let text = tokens::searchable(query.text);
    if !text.chars().any(char::is_alphanumeric) || query.limit == 0 {
        return None;
    }
    let centres = &parts.first()?.segment.centres;
    let written = written(&text, query.language);
    let question = Question::new(centres, query.embedding, written);
    let question = question.filter(|_| mode.meaning());
    let terms = if mode.words() { tokens::terms(&text) } else { Vec::new() };
    let (queries, hits) = word_hits(parts, &terms);
    let mut candidates = Vec::new();
    for (part, Part { segment, hidden }) in parts.iter().enumerate() {
        let mut articles = question.as_ref().map_or_else(Vec::new, |q| segment.near(q));
        articles.extend(hits[part].keys().map(|v| segment.versions[*v as usize].article));
        articles.sort_unstable();
        articles.dedup();
        articles.retain(|a| hidden.is_none_or(|h| !h.contains(a)));
        for article in articles {
            let best = segment.versions_of(article as usize).filter_map(|version| {
                let evidence = evidence(segment, version, question.as_ref(), &hits[part])?;
                let away = if segment.versions[version].language == query.language { 0.0 } else { OTHER_LANGUAGE };
                Some((version, evidence, evidence.fused(mode, segment.versions[version].language) - away))
            });
            let Some((version, evidence, fused)) = best.reduce(|a, b| if b.2 > a.2 { b } else { a }) else {
                continue;
            };
            candidates.push(Candidate {
                part,
                article,
                version: version as u32,
                cosine: evidence.cosine(),
                words: evidence.words,
                overlap: 0.0,
                fused,
                margin: 0.0,
            });
        }
    }
    let mut candidates = fuse::rank(candidates);
    for candidate in candidates.iter_mut().take(MEASURED.max(query.limit)) {
        let segment = parts[candidate.part].segment;
        let version = &segment.versions[candidate.version as usize];
        let record = segment.records.get(candidate.article as usize);
        let at = candidate.version as usize - segment.versions_of(candidate.article as usize).start;
        if let (Some(record), Some(query)) = (record, queries.get(&version.language))
            && let Some(held) = record.versions.get(at)
        {
            candidate.overlap = query.overlap(held.texts());
        }
    }
    Some(Found { parts: parts.to_vec(), candidates, question, hits })
}

/// What it is written in, not what it is answered in: the middle of the vectors depends on it.
fn written(text: &str, asked: Language) -> Language {
    match text.chars().any(tokens::is_han) {
        true => Language::Zh,
        false if text.chars().any(|c| c.is_ascii_alphabetic()) => Language::En,
        false => asked,
    }
}

type Hits = HashMap<u32, Vec<(u32, f32)>>;

fn word_hits(parts: &[Part<'_>], terms: &[String]) -> (HashMap<Language, WordQuery>, Vec<Hits>) {
    let mut queries = HashMap::new();
    let mut hits: Vec<Hits> = parts.iter().map(|_| Hits::new()).collect();
    for language in Language::ALL {
        let indexes = parts.iter().filter_map(|p| p.segment.words.get(&language)).map(|w| &w.index).collect();
        let statistics = Statistics(indexes);
        let searched = statistics.query(terms).and_then(|query| {
            for (part, hits) in parts.iter().zip(&mut hits) {
                let Some(words) = part.segment.words.get(&language) else { continue };
                for (document, score) in words.index.search(&query, &statistics)? {
                    if let Some((version, piece)) = words.places.get(document as usize) {
                        hits.entry(*version).or_default().push((*piece, score));
                    }
                }
            }
            Ok(query)
        });
        match searched {
            Ok(query) => drop(queries.insert(language, query)),
            // Nothing that a customer can cause; meaning alone still finds articles.
            Err(error) => tracing::error!(%error, "word search failed"),
        }
    }
    (queries, hits)
}

/// `None` when nothing at all speaks for the version.
fn evidence(segment: &Segment, version: usize, question: Option<&Question>, hits: &Hits) -> Option<Evidence> {
    let words = hits.get(&(version as u32)).map_or(0.0, |h| h.iter().fold(0.0f32, |m, (_, w)| m.max(*w)));
    let Some(question) = question else {
        return (words > 0.0).then_some(Evidence { ask: -1.0, passage: -1.0, whole: -1.0, words });
    };
    let v = &segment.versions[version];
    let best = |rows: std::ops::Range<usize>| rows.fold(-1.0f32, |m, row| m.max(segment.vectors.cosine(question, row)));
    let whole = segment.whole(v.article as usize, question);
    Some(Evidence { ask: best(v.asks()), passage: best(v.pieces()), whole, words })
}

impl Found<'_> {
    /// The version shown is in the asked language, if the article has one, whichever matched.
    pub fn shown(&self, candidate: &Candidate, language: Language) -> usize {
        let segment = self.parts[candidate.part].segment;
        let mut versions = segment.versions_of(candidate.article as usize);
        let matched = candidate.version as usize;
        if segment.versions[matched].language == language {
            return matched;
        }
        versions.find(|v| segment.versions[*v].language == language).unwrap_or(matched)
    }

    pub fn best_piece(&self, candidate: &Candidate, version: usize) -> usize {
        let segment = self.parts[candidate.part].segment;
        let v = &segment.versions[version];
        let mut scores = vec![0.0f32; usize::from(v.pieces)];
        if let Some(question) = &self.question {
            for (score, row) in scores.iter_mut().zip(v.pieces()) {
                *score = segment.vectors.cosine(question, row);
            }
            let nearest = v.asks().map(|row| (row, segment.vectors.cosine(question, row)));
            if let Some((ask, cosine)) = nearest.max_by(|a, b| a.1.total_cmp(&b.1))
                && scores.len() > 1
            {
                // The piece that answers the nearest question best.
                let near = |row: usize| segment.vectors.between(ask, row);
                let row = v.pieces().max_by(|a, b| near(*a).total_cmp(&near(*b)));
                if let Some(row) = row {
                    scores[row - v.pieces().start] += 0.5 * cosine.max(0.0);
                }
            }
        }
        for (piece, words) in self.hits[candidate.part].get(&(version as u32)).into_iter().flatten() {
            if let Some(score) = scores.get_mut(*piece as usize) {
                *score += words_share(v.language) * words.min(1.0);
            }
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
}
