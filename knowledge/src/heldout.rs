//! Questions with a known answer, asked of an index that has not seen them: what the shares in `fuse` were chosen by.

use crate::calibrate::Sample;
use crate::fuse::Candidate;
use crate::search::{Part, find};
use crate::segment::{Record, VersionVectors};
use crate::snapshot::{Known, segment};
use crate::{KnowledgeError, Mode, Query};
use kg::Language;
use std::borrow::Cow;
use std::sync::Arc;

/// More would only make loading slower.
const QUESTIONS: usize = 400;
/// Of a larger base only so many articles are looked at.
const ARTICLES: usize = 5_000;

type Articles<'a> = &'a [(Arc<Record>, Vec<VersionVectors>)];

/// What a base's own calibration is fitted on.
pub fn samples(dimension: usize, articles: Articles<'_>, known: &[Known]) -> Result<Vec<Sample>, KnowledgeError> {
    let mut samples = Vec::new();
    ask(dimension, articles, known, &mut |candidates, _, gold| {
        samples.extend(candidates.iter().take(3).enumerate().map(|(i, candidate)| Sample {
            features: candidate.features(),
            right: Some(candidate.article) == gold,
            first: i == 0,
            answerable: gold.is_some(),
        }));
    })?;
    Ok(samples)
}

/// First every question is taken out of the index and each second one asked (customers who use none of the listed words),
/// then half of them are put back and the others asked (customers who come close); and the shipped questions to articles that are there.
/// `heard` gets what was found, best first, the language of the question and the number of its article. Deterministic.
pub fn ask(
    dimension: usize,
    articles: Articles<'_>,
    known: &[Known],
    heard: &mut dyn FnMut(Vec<Candidate>, Language, Option<u32>),
) -> Result<(), KnowledgeError> {
    let step = articles.len().div_ceil(ARTICLES).max(1);
    let mut articles: Cow<'_, [_]> = match step {
        1 => articles.into(),
        _ => articles.iter().step_by(step).cloned().collect(),
    };
    // The order decides which questions are asked.
    if !articles.is_sorted_by(|a, b| a.0.id <= b.0.id) {
        articles.to_mut().sort_by(|a, b| a.0.id.cmp(&b.0.id));
    }
    let asks = articles.iter().flat_map(|(_, vectors)| vectors);
    let questions: usize = asks.map(|v| v.asks.len().saturating_sub(1)).sum();
    let stride = questions.div_ceil(QUESTIONS).max(1);
    let without: [fn(usize) -> bool; 2] = [|ask| ask == 0, |ask| ask % 2 == 1 || ask == 0];
    let asked: [fn(usize) -> bool; 2] = [|ask| ask % 2 == 1, |ask| ask % 2 == 0 && ask > 0];
    for turn in 0..2 {
        let part = segment(dimension, &articles, known, &without[turn])?;
        let mut search = |text: &str, embedding: &[f32], language, gold| {
            let query = Query { text, embedding, language, limit: 3 };
            if let Some(found) = find(&[Part { segment: &part, hidden: None }], &query, Mode::Hybrid) {
                heard(found.candidates, language, gold);
            }
        };
        let mut count = turn;
        for (article, (record, vectors)) in articles.iter().enumerate() {
            for (version, vectors) in record.versions.iter().zip(vectors) {
                let asks = version.asks().zip(&vectors.asks).enumerate();
                for (_, (text, embedding)) in asks.filter(|(i, _)| asked[turn](*i)) {
                    count += 1;
                    if count % stride == 0 {
                        search(text, embedding, version.language, Some(article as u32));
                    }
                }
            }
        }
        for k in known.iter().skip(turn).step_by(2) {
            let Some(slug) = &k.slug else {
                search(&k.text, &k.embedding, k.language, None);
                continue;
            };
            if let Ok(article) = articles.binary_search_by(|(record, _)| record.id.as_str().cmp(slug)) {
                search(&k.text, &k.embedding, k.language, Some(article as u32));
            }
        }
    }
    Ok(())
}
