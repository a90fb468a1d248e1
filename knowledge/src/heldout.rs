//! Questions with a known answer, asked of an index that has not seen them: what the calibration learns from.

use crate::calibrate::{Asked, Calibration, Sample};
use crate::snapshot::{OutOfScope, Prepared, Snapshot};
use crate::{KnowledgeError, Query, fuse};
use std::sync::Arc;

/// More would only make loading slower.
const QUESTIONS: usize = 400;

/// Fits the calibration on the articles' own questions. First every question is taken out of the index and each
/// second one asked (customers who use none of the listed words), then half of them are put back and the others
/// asked (customers who come close). Deterministic.
pub fn calibrate(
    dimension: usize,
    prepared: &[Arc<Prepared>],
    out_of_scope: &[OutOfScope],
) -> Result<Calibration, KnowledgeError> {
    let asks = prepared.iter().flat_map(|p| &p.versions);
    let questions: usize = asks.map(|v| v.asks.len().saturating_sub(1)).sum();
    let stride = questions.div_ceil(QUESTIONS).max(1);
    let mut samples = Vec::new();
    let without: [fn(usize) -> bool; 2] = [|ask| ask == 0, |ask| ask % 2 == 1 || ask == 0];
    let asked: [fn(usize) -> bool; 2] = [|ask| ask % 2 == 1, |ask| ask % 2 == 0 && ask > 0];
    for turn in 0..2 {
        let part =
            Snapshot::build_part(dimension, prepared.to_vec(), out_of_scope, Calibration::default(), &without[turn])?;
        let mut count = turn;
        for (article, p) in part.prepared.iter().enumerate() {
            for version in &p.versions {
                let asks = version.asks.iter().enumerate();
                for (_, (text, embedding)) in asks.filter(|(i, _)| asked[turn](*i)) {
                    count += 1;
                    if count % stride == 0 {
                        let language = version.language;
                        let query = Query { text, embedding, language, limit: 3 };
                        sample(&part, &query, Some(article), &mut samples);
                    }
                }
            }
        }
        for o in out_of_scope.iter().skip(turn).step_by(2) {
            let query = Query { text: &o.text, embedding: &o.embedding, language: o.language, limit: 3 };
            sample(&part, &query, None, &mut samples);
        }
    }
    Ok(Calibration::fit(&samples))
}

fn sample(part: &Snapshot, query: &Query<'_>, gold: Option<usize>, samples: &mut Vec<Sample>) {
    let candidates = part.ranked(query);
    for (i, candidate) in candidates.iter().take(3).enumerate() {
        samples.push(Sample {
            features: candidate.features(),
            right: Some(candidate.article) == gold,
            first: i == 0,
            asked: if gold.is_some() { Asked::HasAnswer } else { Asked::OutOfScope },
        });
    }
    if let Some(gold) = gold {
        let others = fuse::rank(candidates.into_iter().filter(|c| c.article != gold).collect());
        if let Some(candidate) = others.first() {
            let features = candidate.features();
            samples.push(Sample { features, right: false, first: true, asked: Asked::Hidden });
        }
    }
}
