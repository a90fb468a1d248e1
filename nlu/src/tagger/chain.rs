//! The chain of a conditional random field: which label follows which, and the sums over all rows of labels.
//!
//! Labels are those of the scheme BIOES: 0 is outside, then four for each kind of entity.

use serde::{Deserialize, Serialize};

pub const BEGIN: usize = 0;
pub const INSIDE: usize = 1;
pub const END: usize = 2;
pub const SINGLE: usize = 3;

/// The label of a part of an entity of kind `kind`.
pub fn label(kind: usize, part: usize) -> usize {
    1 + 4 * kind + part
}

/// An entity closes with it, or it is outside.
fn closes(label: usize) -> bool {
    label == 0 || (label - 1) % 4 >= END
}

/// An entity begins with it, or it is outside.
fn opens(label: usize) -> bool {
    label == 0 || matches!((label - 1) % 4, BEGIN | SINGLE)
}

fn follows(a: usize, b: usize) -> bool {
    if closes(a) { opens(b) } else { b > 0 && (a - 1) / 4 == (b - 1) / 4 && matches!((b - 1) % 4, INSIDE | END) }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chain {
    labels: usize,
    /// Row: the label before, or `labels` for the beginning of the text; column: the label, or `labels` for its end.
    weights: Vec<f32>,
}

/// Kind, first and last unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    pub kind: usize,
    pub first: usize,
    pub last: usize,
}

/// The least probability that is told from none.
const LEAST: f32 = 1e-30;

/// Exponentials of a text's scores and the sums from both ends, each row scaled to a sum of one.
pub struct Sums {
    labels: usize,
    emitted: Vec<f32>,
    forward: Vec<f32>,
    backward: Vec<f32>,
    scale: Vec<f32>,
}

impl Chain {
    pub fn new(kinds: usize) -> Chain {
        let labels = 1 + 4 * kinds;
        Chain { labels, weights: vec![0.0; (labels + 1) * (labels + 1)] }
    }

    pub fn labels(&self) -> usize {
        self.labels
    }

    pub fn is_sound(&self, kinds: usize) -> bool {
        self.labels == 1 + 4 * kinds
            && self.weights.len() == (self.labels + 1) * (self.labels + 1)
            && self.weights.iter().all(|w| w.abs() < 50.0) // its exponential is a number
    }

    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    pub fn weights_mut(&mut self) -> &mut [f32] {
        &mut self.weights
    }

    fn allowed(&self, a: usize, b: usize) -> bool {
        match (a == self.labels, b == self.labels) {
            (true, true) => false,
            (true, false) => opens(b),
            (false, true) => closes(a),
            (false, false) => follows(a, b),
        }
    }

    /// Exponentials of the weights; what cannot follow has none.
    pub fn table(&self) -> Vec<f32> {
        let side = self.labels + 1;
        let one = |(i, w): (usize, &f32)| if self.allowed(i / side, i % side) { w.exp() } else { 0.0 };
        self.weights.iter().enumerate().map(one).collect()
    }

    /// `scores` is units × labels; `table` is this chain's.
    pub fn sums(&self, scores: &[f32], table: &[f32]) -> Sums {
        let (k, side) = (self.labels, self.labels + 1);
        let n = scores.len() / k;
        let mut emitted = Vec::with_capacity(n * k);
        for row in scores.chunks_exact(k) {
            let highest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            emitted.extend(row.iter().map(|s| (s - highest).exp().max(LEAST)));
        }
        let mut forward = vec![0f32; n * k];
        let mut backward = vec![0f32; n * k];
        let mut scale = vec![1f32; n + 1];
        for t in 0..n {
            let (before, now) = forward.split_at_mut(t * k);
            let now = &mut now[..k];
            if t == 0 {
                now.copy_from_slice(&table[k * side..][..k]);
            } else {
                for (a, &p) in before[(t - 1) * k..].iter().enumerate().filter(|(_, p)| **p > LEAST) {
                    add(now, &table[a * side..][..k], p);
                }
            }
            now.iter_mut().zip(&emitted[t * k..]).for_each(|(f, e)| *f *= e);
            scale[t] = now.iter().sum::<f32>().max(LEAST);
            now.iter_mut().for_each(|f| *f /= scale[t]);
        }
        if n > 0 {
            let end = |a: usize| table[a * side + k];
            scale[n] = (0..k).map(|a| forward[(n - 1) * k + a] * end(a)).sum::<f32>().max(LEAST);
            (0..k).for_each(|a| backward[(n - 1) * k + a] = end(a) / scale[n]);
        }
        let mut weighted = vec![0f32; k];
        for t in (0..n.saturating_sub(1)).rev() {
            let (now, after) = backward.split_at_mut((t + 1) * k);
            for ((w, e), b) in weighted.iter_mut().zip(&emitted[(t + 1) * k..]).zip(after.iter()) {
                *w = e * b / scale[t + 1];
            }
            for (a, out) in now[t * k..].iter_mut().enumerate() {
                *out = table[a * side..][..k].iter().zip(&weighted).map(|(t, w)| t * w).sum();
            }
        }
        Sums { labels: k, emitted, forward, backward, scale }
    }

    /// The most probable row of labels.
    pub fn best(&self, scores: &[f32]) -> Vec<usize> {
        let (k, side) = (self.labels, self.labels + 1);
        let n = scores.len() / k;
        if n == 0 {
            return Vec::new();
        }
        let weight = |a: usize, b: usize| {
            if self.allowed(a, b) { self.weights[a * side + b] } else { f32::NEG_INFINITY }
        };
        let table: Vec<f32> = (0..side * side).map(|i| weight(i / side, i % side)).collect();
        let mut value: Vec<f32> = (0..k).map(|b| table[k * side + b] + scores[b]).collect();
        let mut from = vec![0u16; n * k];
        for t in 1..n {
            let mut next = vec![f32::NEG_INFINITY; k];
            let from = &mut from[t * k..][..k];
            for (a, v) in value.iter().enumerate().filter(|(_, v)| v.is_finite()) {
                for ((b, x), w) in next.iter_mut().enumerate().zip(&table[a * side..]) {
                    if v + w > *x {
                        (*x, from[b]) = (v + w, a as u16);
                    }
                }
            }
            next.iter_mut().zip(&scores[t * k..]).for_each(|(x, s)| *x += s);
            value = next;
        }
        let last = |a: &usize| value[*a] + table[a * side + k];
        let mut at = (0..k).max_by(|a, b| last(a).total_cmp(&last(b))).unwrap_or(0);
        let mut row = vec![0; n];
        for t in (0..n).rev() {
            row[t] = at;
            at = usize::from(from[t * k + at]);
        }
        row
    }
}

impl Sums {
    /// Adds (expected − given) to the gradients of scores and weights.
    pub fn gradient(&self, given: &[usize], table: &[f32], scores: &mut [f32], weights: &mut [f32]) {
        let (k, side) = (self.labels, self.labels + 1);
        let n = given.len();
        for ((g, f), b) in scores.iter_mut().zip(&self.forward).zip(&self.backward) {
            *g += f * b;
        }
        for (t, &label) in given.iter().enumerate() {
            scores[t * k + label] -= 1.0;
        }
        if n == 0 {
            return;
        }
        let mut weighted = vec![0f32; k];
        for t in 0..n - 1 {
            let next = (t + 1) * k;
            for ((w, e), b) in weighted.iter_mut().zip(&self.emitted[next..]).zip(&self.backward[next..]) {
                *w = e * b / self.scale[t + 1];
            }
            for (a, &f) in self.forward[t * k..][..k].iter().enumerate().filter(|(_, f)| **f > 1e-6) {
                let out = weights[a * side..][..k].iter_mut();
                out.zip(&table[a * side..]).zip(&weighted).for_each(|((g, t), w)| *g += f * t * w);
            }
            weights[given[t] * side + given[t + 1]] -= 1.0;
        }
        for b in 0..k {
            weights[k * side + b] += self.forward[b] * self.backward[b];
            let last = (n - 1) * k + b;
            weights[b * side + k] += self.forward[last] * self.backward[last];
        }
        weights[k * side + given[0]] -= 1.0;
        weights[given[n - 1] * side + k] -= 1.0;
    }

    /// Probability that just these units are an entity of this kind.
    pub fn probability(&self, span: &Span, table: &[f32]) -> f32 {
        let (k, side) = (self.labels, self.labels + 1);
        let labels = row_of(span);
        let (Some(first), Some(last)) = (labels.first(), labels.last()) else { return 0.0 };
        let mut p = self.forward[span.first * k + first];
        for (i, pair) in labels.windows(2).enumerate() {
            let t = span.first + i + 1;
            p *= table[pair[0] * side + pair[1]] * self.emitted[t * k + pair[1]] / self.scale[t];
        }
        (p * self.backward[span.last * k + last]).clamp(0.0, 1.0)
    }
}

fn row_of(span: &Span) -> Vec<usize> {
    let n = span.last + 1 - span.first;
    let part = |i: usize| match i {
        0 if n == 1 => SINGLE,
        0 => BEGIN,
        i if i + 1 == n => END,
        _ => INSIDE,
    };
    (0..n).map(|i| label(span.kind, part(i))).collect()
}

/// The labels of `units` units with these entities, which do not overlap.
pub fn row(units: usize, spans: &[Span]) -> Vec<usize> {
    let mut row = vec![0; units];
    for span in spans {
        row[span.first..=span.last].copy_from_slice(&row_of(span));
    }
    row
}

pub fn spans(row: &[usize]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut begun = None;
    for (i, &label) in row.iter().enumerate().filter(|(_, l)| **l > 0) {
        let (kind, part) = ((label - 1) / 4, (label - 1) % 4);
        match part {
            BEGIN => begun = Some((kind, i)),
            SINGLE => spans.push(Span { kind, first: i, last: i }),
            END => {
                if let Some((k, first)) = begun.take().filter(|b| b.0 == kind) {
                    spans.push(Span { kind: k, first, last: i });
                }
            }
            _ => {}
        }
    }
    spans
}

pub fn add(to: &mut [f32], from: &[f32], factor: f32) {
    to.iter_mut().zip(from).for_each(|(t, f)| *t = f.mul_add(factor, *t));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> (Chain, Vec<f32>, usize) {
        let mut chain = Chain::new(2);
        let mut state = 5u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        };
        chain.weights_mut().iter_mut().for_each(|w| *w = random());
        let units = 4;
        let scores = (0..units * chain.labels()).map(|_| 2.0 * random()).collect();
        (chain, scores, units)
    }

    /// All rows of labels that may be, with their scores.
    fn rows(chain: &Chain, scores: &[f32], units: usize) -> Vec<(Vec<usize>, f64)> {
        let k = chain.labels();
        let mut rows = Vec::new();
        for number in 0..k.pow(units as u32) {
            let row: Vec<usize> = (0..units).map(|t| number / k.pow(t as u32) % k).collect();
            let steps: Vec<usize> = std::iter::once(k).chain(row.iter().copied()).chain([k]).collect();
            if steps.windows(2).all(|s| chain.allowed(s[0], s[1])) {
                let weights: f32 = steps.windows(2).map(|s| chain.weights[s[0] * (k + 1) + s[1]]).sum();
                let emitted: f32 = row.iter().enumerate().map(|(t, l)| scores[t * k + l]).sum();
                rows.push((row, f64::from(weights + emitted)));
            }
        }
        rows
    }

    #[test]
    fn sums_are_those_over_all_rows() {
        let (chain, scores, units) = example();
        let k = chain.labels();
        let all = rows(&chain, &scores, units);
        let total: f64 = all.iter().map(|(_, s)| s.exp()).sum();
        let best = all.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|r| r.0.clone());
        assert_eq!(Some(chain.best(&scores)), best);

        let table = chain.table();
        let sums = chain.sums(&scores, &table);
        let given = &all[all.len() / 2].0;
        let (mut by_scores, mut by_weights) = (vec![0f32; scores.len()], vec![0f32; chain.weights.len()]);
        sums.gradient(given, &table, &mut by_scores, &mut by_weights);
        for t in 0..units {
            for label in 0..k {
                let p: f64 = all.iter().filter(|(row, _)| row[t] == label).map(|(_, s)| s.exp() / total).sum();
                let expected = p - f64::from(u8::from(given[t] == label));
                assert!((f64::from(by_scores[t * k + label]) - expected).abs() < 1e-4);
            }
        }
        for (i, g) in by_weights.iter().enumerate() {
            let times = |row: &[usize]| {
                let steps: Vec<usize> = std::iter::once(k).chain(row.iter().copied()).chain([k]).collect();
                steps.windows(2).filter(|s| s[0] * (k + 1) + s[1] == i).count() as f64
            };
            let expected: f64 = all.iter().map(|(row, s)| times(row) * s.exp() / total).sum::<f64>() - times(given);
            assert!((f64::from(*g) - expected).abs() < 1e-4, "{i}: {g} {expected}");
        }
        let span = Span { kind: 1, first: 1, last: 3 };
        let holds = |row: &[usize]| spans(row).contains(&span);
        let p: f64 = all.iter().filter(|(row, _)| holds(row)).map(|(_, s)| s.exp() / total).sum();
        assert!((f64::from(sums.probability(&span, &table)) - p).abs() < 1e-5);
    }

    #[test]
    fn rows_and_spans_are_each_others_reverse() {
        let given = [Span { kind: 0, first: 0, last: 0 }, Span { kind: 1, first: 1, last: 3 }];
        assert_eq!(spans(&row(5, &given)), given);
        assert!(spans(&[label(0, BEGIN), label(1, END), label(0, INSIDE)]).is_empty());
        let chain = Chain::new(1);
        assert!(chain.best(&[]).is_empty() && chain.is_sound(1) && !chain.is_sound(2));
        assert!(chain.best(&vec![f32::NAN; 3 * chain.labels()]).len() == 3);
    }
}
