//! Figures that are usual for intents and entities, as pure functions.

use nlu::FALLBACK;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// One test example and what was answered.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// `nlu_fallback` for out of scope.
    pub expected: String,
    /// After the threshold.
    pub answered: String,
    /// Before it.
    pub best: String,
    /// Of the best guess.
    pub confidence: f32,
    /// How far outside all intents it seems, 0 to 1.
    pub outside: f32,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct IntentFigures {
    pub examples: usize,
    pub in_scope: usize,
    pub out_of_scope: usize,
    /// Share of all examples with the right answer, out of scope included.
    pub accuracy: f64,
    /// Share of in-scope examples with the right answer; `nlu_fallback` is wrong there.
    pub accuracy_in_scope: f64,
    /// The same for the best guess, whatever the threshold.
    pub accuracy_before_threshold: f64,
    /// Mean F1 of the labels in the test file, `nlu_fallback` included when it is there.
    pub macro_f1: f64,
    /// Expected calibration error of the best guess's confidence on in-scope examples, ten bins.
    pub ece: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oos: Option<OutOfScope>,
    pub intents: Vec<IntentRow>,
    pub confusions: Vec<(String, String, usize)>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct OutOfScope {
    pub recall: f64,
    pub precision: f64,
    /// That an example out of scope seems farther outside than one in scope.
    pub auroc: f64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct IntentRow {
    pub name: String,
    pub examples: usize,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

fn f1(precision: f64, recall: f64) -> f64 {
    if precision + recall == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
}

pub fn intents(outcomes: &[Outcome]) -> IntentFigures {
    let (inside, outside): (Vec<&Outcome>, Vec<&Outcome>) = outcomes.iter().partition(|o| o.expected != FALLBACK);
    let right = |o: &&&Outcome| o.answered == o.expected;
    // expected, answered, right
    let mut counts: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    let mut confusions: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for o in outcomes {
        counts.entry(&o.expected).or_default().0 += 1;
        counts.entry(&o.answered).or_default().1 += 1;
        if o.answered == o.expected {
            counts.entry(&o.expected).or_default().2 += 1;
        } else {
            *confusions.entry((&o.expected, &o.answered)).or_default() += 1;
        }
    }
    let rows: Vec<IntentRow> = counts
        .iter()
        .filter(|(_, (expected, _, _))| *expected > 0)
        .map(|(name, &(expected, answered, right))| {
            let (precision, recall) = (share(right, answered), share(right, expected));
            IntentRow { name: (*name).to_owned(), examples: expected, precision, recall, f1: f1(precision, recall) }
        })
        .collect();
    let mut confusions: Vec<(String, String, usize)> =
        confusions.into_iter().map(|((a, b), n)| (a.to_owned(), b.to_owned(), n)).collect();
    confusions.sort_by_key(|c| std::cmp::Reverse(c.2));
    confusions.truncate(40);
    let refused = outcomes.iter().filter(|o| o.answered == FALLBACK).count();
    let found = outside.iter().filter(|o| o.answered == FALLBACK).count();
    IntentFigures {
        examples: outcomes.len(),
        in_scope: inside.len(),
        out_of_scope: outside.len(),
        accuracy: share(inside.iter().filter(right).count() + found, outcomes.len()),
        accuracy_in_scope: share(inside.iter().filter(right).count(), inside.len()),
        accuracy_before_threshold: share(inside.iter().filter(|o| o.best == o.expected).count(), inside.len()),
        macro_f1: if rows.is_empty() { 0.0 } else { rows.iter().map(|r| r.f1).sum::<f64>() / rows.len() as f64 },
        ece: calibration_error(&inside),
        oos: (!outside.is_empty()).then(|| OutOfScope {
            recall: share(found, outside.len()),
            precision: share(found, refused),
            auroc: auroc(
                &outside.iter().map(|o| o.outside).collect::<Vec<_>>(),
                &inside.iter().map(|o| o.outside).collect::<Vec<_>>(),
            ),
        }),
        intents: rows,
        confusions,
    }
}

fn calibration_error(outcomes: &[&Outcome]) -> f64 {
    let mut bins = [(0f64, 0f64); 10];
    for o in outcomes {
        let bin = &mut bins[((o.confidence * 10.0) as usize).min(9)];
        *bin = (bin.0 + f64::from(o.confidence), bin.1 + f64::from(u8::from(o.best == o.expected)));
    }
    bins.iter().map(|(sure, right)| (sure - right).abs()).sum::<f64>() / outcomes.len().max(1) as f64
}

/// The probability that one of `high` is above one of `low`; a tie counts half.
pub fn auroc(high: &[f32], low: &[f32]) -> f64 {
    if high.is_empty() || low.is_empty() {
        return 0.0;
    }
    let mut all: Vec<(f32, bool)> = high.iter().map(|s| (*s, true)).chain(low.iter().map(|s| (*s, false))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut sum, mut below) = (0f64, 0usize);
    for tie in all.chunk_by(|a, b| a.0 == b.0) {
        let (up, down) = (tie.iter().filter(|t| t.1).count(), tie.iter().filter(|t| !t.1).count());
        sum += up as f64 * (below as f64 + down as f64 / 2.0);
        below += down;
    }
    sum / (high.len() as f64 * low.len() as f64)
}

/// A span with its label, in bytes or characters, but the same on both sides.
pub type Span = (usize, usize, String);

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct EntityFigures {
    pub expected: usize,
    pub found: usize,
    /// Same start, end and label.
    pub right: usize,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
    /// Found with a label that the test file never uses: not counted as wrong.
    pub other_labels: usize,
    pub labels: Vec<IntentRow>,
}

/// Micro-averaged over all examples; each has the expected spans and the found ones.
pub fn entities(examples: &[(Vec<Span>, Vec<Span>)]) -> EntityFigures {
    let used: BTreeSet<&str> = examples.iter().flat_map(|(expected, _)| expected).map(|s| s.2.as_str()).collect();
    let mut counts: BTreeMap<&str, (usize, usize, usize)> = used.iter().map(|l| (*l, (0, 0, 0))).collect();
    let mut other_labels = 0;
    for (expected, found) in examples {
        let expected: HashSet<&Span> = expected.iter().collect();
        let found: HashSet<&Span> = found.iter().collect();
        for span in &expected {
            counts.entry(&span.2).or_default().0 += 1;
        }
        for span in found {
            if !used.contains(span.2.as_str()) {
                other_labels += 1;
                continue;
            }
            let count = counts.entry(&span.2).or_default();
            count.1 += 1;
            count.2 += usize::from(expected.contains(span));
        }
    }
    let total = counts.values().fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2));
    let (precision, recall) = (share(total.2, total.1), share(total.2, total.0));
    let labels = counts.iter().map(|(name, &(expected, found, right))| {
        let (precision, recall) = (share(right, found), share(right, expected));
        IntentRow { name: (*name).to_owned(), examples: expected, precision, recall, f1: f1(precision, recall) }
    });
    EntityFigures {
        expected: total.0,
        found: total.1,
        right: total.2,
        precision,
        recall,
        f1: f1(precision, recall),
        other_labels,
        labels: labels.collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn outcome(expected: &str, best: &str, confidence: f32) -> Outcome {
        let answered = if confidence < 0.5 { FALLBACK } else { best };
        let outside = 1.0 - confidence;
        Outcome { expected: expected.into(), answered: answered.into(), best: best.into(), confidence, outside }
    }

    #[test]
    fn intents_by_hand() {
        let figures = intents(&[
            outcome("a", "a", 0.9),
            outcome("a", "b", 0.7),
            outcome("b", "b", 0.4),
            outcome("b", "b", 0.8),
            outcome(FALLBACK, "a", 0.2),
            outcome(FALLBACK, "a", 0.6),
        ]);
        assert_eq!((figures.in_scope, figures.out_of_scope), (4, 2));
        assert!((figures.accuracy - 0.5).abs() < 1e-9, "a, b and one outside");
        assert!((figures.accuracy_in_scope - 0.5).abs() < 1e-9);
        assert!((figures.accuracy_before_threshold - 0.75).abs() < 1e-9);
        // a: 1 of 2 answered, 1 of 2 expected; b the same; outside 1 of 2 refused, 1 of 2 expected.
        assert!((figures.macro_f1 - 0.5).abs() < 1e-9, "{figures:?}");
        let oos = figures.oos.unwrap();
        assert!((oos.recall - 0.5).abs() < 1e-9 && (oos.precision - 0.5).abs() < 1e-9);
        // Pairs: .9, .7, .8 above both, .4 above one of two.
        assert!((oos.auroc - 7.0 / 8.0).abs() < 1e-9);
        // .9 right, .7 wrong, .4 right, .8 right: .1 + .7 + .6 + .2 over four.
        assert!((figures.ece - 0.4).abs() < 1e-6, "{}", figures.ece);
        assert_eq!(figures.confusions.len(), 3);
    }

    #[test]
    fn nothing_is_no_number_less() {
        let figures = intents(&[]);
        assert_eq!((figures.accuracy, figures.macro_f1, figures.ece), (0.0, 0.0, 0.0));
        assert!((auroc(&[0.5, 0.5], &[0.5]) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn entities_by_hand() {
        let span = |start, end, label: &str| (start, end, label.to_owned());
        let figures = entities(&[
            (vec![span(0, 2, "city"), span(3, 5, "city")], vec![span(0, 2, "city"), span(3, 6, "city")]),
            (vec![span(0, 1, "count")], vec![span(0, 1, "count"), span(4, 9, "phone"), span(2, 3, "count")]),
        ]);
        assert_eq!((figures.expected, figures.found, figures.right, figures.other_labels), (3, 4, 2, 1));
        assert!((figures.precision - 0.5).abs() < 1e-9 && (figures.recall - 2.0 / 3.0).abs() < 1e-9);
    }
}
