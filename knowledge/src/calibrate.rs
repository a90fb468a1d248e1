//! From evidence to a score: two logistic regressions, fitted by `kefu eval calibration` on bases of different kinds and
//! shipped as `calibration.json`. One says whether the base has an answer at all, one whether this article is it.
//!
//! The score joins them. Below the least evidence for an answer it stays under the floor; above, it rises from the floor with the
//! probability that the article is right. A base with enough questions of its own is asked them, each in an index that does
//! not hold it: from them it learns anew which article is right, and what else speaks for an answer there. (What the general
//! regression takes for answerable stays so: where a base's questions only repeat the titles, they would teach that real
//! customers' questions have no answer.)

use crate::fuse::Candidate;
use serde::{Deserialize, Serialize};

/// Cosine, words, overlap; for `right` the margin as well.
pub const FEATURES: usize = 4;

/// Where a score stops being worth showing, and where it may be given without asking back.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Below: say that there is no answer, or offer choices.
    pub floor: f32,
    /// From here: answer straight away.
    pub sure: f32,
}

/// One article offered for one question.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub features: [f64; FEATURES],
    pub right: bool,
    /// Offered first: only these decide about thresholds.
    pub first: bool,
    /// The base holds an answer.
    pub answerable: bool,
}

/// Weights and, last, the bias.
type Weights = [f64; FEATURES + 1];

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    answer: Weights,
    right: Weights,
    /// Log odds of `answer` from which a base is taken to have one.
    least: f64,
    /// The same by a base's own questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    own: Option<Own>,
    #[serde(flatten)]
    pub thresholds: Thresholds,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Own {
    answer: Weights,
    least: f64,
}

/// Where the score of the least evidence lies.
const FLOOR: f64 = 0.2;
/// Share of answerable questions that may be taken for unanswerable.
const LOST: f64 = 0.05;
/// Fewer own questions say nothing about the rare ones.
const MIN_OWN: usize = 60;
/// Keeps weights finite when yes and no can be told apart without error.
const RIDGE: f64 = 1e-4;

/// The shipped one.
impl Default for Calibration {
    fn default() -> Self {
        static SHIPPED: std::sync::LazyLock<Calibration> = std::sync::LazyLock::new(|| {
            let plain = Calibration {
                answer: [11.4, 2.4, 0.0, 4.4, -7.1],
                right: [3.8, 0.8, 7.2, 1.2, -4.6],
                least: 0.0,
                own: None,
                thresholds: Thresholds { floor: FLOOR as f32, sure: 0.7 },
            };
            serde_json::from_str(include_str!("calibration.json")).unwrap_or(plain)
        });
        *SHIPPED
    }
}

impl Calibration {
    pub fn score(&self, candidate: &Candidate) -> f32 {
        self.of(&candidate.features()) as f32
    }

    fn of(&self, features: &[f64; FEATURES]) -> f64 {
        let near = |answer: &Weights, least: f64| sigmoid(logit(features, answer)) / sigmoid(least);
        let general = near(&self.answer, self.least);
        let enough = self.own.map_or(general, |own| general.max(near(&own.answer, own.least)));
        if enough >= 1.0 {
            FLOOR + (1.0 - FLOOR) * sigmoid(logit(features, &self.right))
        } else {
            // As far below the floor as an answer is less likely than at the least evidence.
            FLOOR * enough
        }
    }

    /// For a base: `own` are its own questions, and questions that it does not answer.
    pub fn for_base(&self, own: &[Sample]) -> Calibration {
        let firsts: Vec<&Sample> = own.iter().filter(|s| s.first).collect();
        if firsts.iter().filter(|s| s.answerable).count() < MIN_OWN {
            return *self;
        }
        let mut fitted = *self;
        let cases: Vec<Case> = firsts.iter().map(|s| (s.features, s.answerable, 1.0)).collect();
        fitted.own = never_less(&cases, [true, true, false, true]).map(|answer| {
            let asked = firsts.iter().filter(|s| s.answerable);
            Own { answer, least: quantile(asked.map(|s| logit(&s.features, &answer)).collect(), LOST) }
        });
        if let Some(right) =
            never_less(&own.iter().map(|s| (s.features, s.right, 1.0)).collect::<Vec<Case>>(), [true; FEATURES])
        {
            fitted.right = right;
            fitted.thresholds.sure = fitted.sure(&[own.to_vec()]) as f32;
        }
        fitted
    }

    /// `bases`: samples of several bases, each of which counts the same. Deterministic.
    pub fn fit(bases: &[Vec<Sample>]) -> Option<Calibration> {
        let firsts = |base: &[Sample]| base.iter().filter(|s| s.first).copied().collect::<Vec<Sample>>();
        let cases = |wanted: &dyn Fn(&[Sample]) -> Vec<Sample>, yes: fn(&Sample) -> bool| {
            let of = |base: &Vec<Sample>| {
                let samples = wanted(base);
                let weight = 1.0 / samples.len().max(1) as f64;
                samples.into_iter().map(move |s| (s.features, yes(&s), weight)).collect::<Vec<Case>>()
            };
            bases.iter().flat_map(of).collect::<Vec<Case>>()
        };
        // The margin tells which article is right, not whether there is one.
        let answer = newton(&cases(&firsts, |s| s.answerable), [true, true, false, true])?;
        let right = newton(&cases(&<[Sample]>::to_vec, |s| s.right), [true; FEATURES])?;
        let evidence = |base: &Vec<Sample>| {
            let answerable = base.iter().filter(|s| s.first && s.answerable);
            quantile(answerable.map(|s| logit(&s.features, &answer)).collect(), LOST)
        };
        let least = quantile(bases.iter().map(evidence).collect(), 0.5);
        let thresholds = Thresholds { floor: FLOOR as f32, sure: 1.0 };
        let mut fitted = Calibration { answer, right, least, own: None, thresholds };
        fitted.thresholds.sure = fitted.sure(bases) as f32;
        Some(fitted)
    }

    /// From where on 9 of 10 first articles are right, in the middle of all bases.
    fn sure(&self, bases: &[Vec<Sample>]) -> f64 {
        let one = |base: &Vec<Sample>| {
            let mut firsts: Vec<(f64, bool)> =
                base.iter().filter(|s| s.first).map(|s| (self.of(&s.features), s.right)).collect();
            firsts.sort_by(|a, b| b.0.total_cmp(&a.0));
            let (mut right, mut sure) = (0.0, 0.95);
            for (i, (score, is_right)) in firsts.iter().enumerate() {
                right += f64::from(u8::from(*is_right));
                if right >= 0.9 * (i as f64 + 1.0) {
                    sure = *score;
                }
            }
            sure
        };
        quantile(bases.iter().map(one).collect(), 0.5)
    }
}

/// More evidence never makes an article less likely: where features overlap and a weight would turn negative, the feature is
/// left out and the others are fitted again.
fn never_less(cases: &[Case], mut used: [bool; FEATURES]) -> Option<Weights> {
    loop {
        let weights = newton(cases, used)?;
        let worst = (0..FEATURES).filter(|i| weights[*i] < 0.0).min_by(|a, b| weights[*a].total_cmp(&weights[*b]));
        match worst {
            Some(feature) => used[feature] = false,
            None => return Some(weights),
        }
    }
}

fn logit(features: &[f64; FEATURES], weights: &Weights) -> f64 {
    features.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>() + weights[FEATURES]
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Below it lies this share; 0 of nothing.
fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get((values.len() as f64 * share) as usize).copied().unwrap_or(0.0)
}

/// Features, yes or no, and how much it counts.
type Case = ([f64; FEATURES], bool, f64);

/// Newton's method; the same cases give the same weights to the last bit.
fn newton(cases: &[Case], used: [bool; FEATURES]) -> Option<Weights> {
    const N: usize = FEATURES + 1;
    let mut weights = [0.0f64; N];
    let total: f64 = cases.iter().map(|c| c.2).sum();
    for _ in 0..40 {
        let mut gradient = [0.0; N];
        let mut hessian = [[0.0; N]; N];
        for (features, yes, count) in cases {
            let mut x = [1.0; N];
            for ((x, f), used) in x.iter_mut().zip(features).zip(used) {
                *x = f * f64::from(u8::from(used));
            }
            let p = sigmoid(x.iter().zip(&weights).map(|(x, w)| x * w).sum());
            let (miss, curve) = (count * (p - f64::from(u8::from(*yes))), count * p * (1.0 - p));
            for i in 0..N {
                gradient[i] += miss * x[i];
                for j in 0..N {
                    hessian[i][j] += curve * x[i] * x[j];
                }
            }
        }
        for i in 0..N {
            let ridge = if i == FEATURES { 1e-9 } else { RIDGE * total };
            gradient[i] += ridge * weights[i];
            hessian[i][i] += ridge;
        }
        let Some(step) = solve(hessian, gradient) else {
            break;
        };
        let largest = step.iter().fold(0.0f64, |m, s| m.max(s.abs()));
        for (w, s) in weights.iter_mut().zip(&step) {
            // A full step from far away overshoots.
            *w -= s * (4.0 / largest.max(4.0));
        }
        if largest < 1e-9 {
            break;
        }
    }
    weights.iter().all(|w| w.is_finite()).then_some(weights)
}

/// Gauss with pivoting.
fn solve<const N: usize>(mut a: [[f64; N]; N], mut b: [f64; N]) -> Option<[f64; N]> {
    for i in 0..N {
        let pivot = (i..N).max_by(|&x, &y| a[x][i].abs().total_cmp(&a[y][i].abs()))?;
        if a[pivot][i].abs() < 1e-12 {
            return None;
        }
        a.swap(i, pivot);
        b.swap(i, pivot);
        for row in i + 1..N {
            let factor = a[row][i] / a[i][i];
            let above = a[i];
            for (x, y) in a[row].iter_mut().zip(above).skip(i) {
                *x -= factor * y;
            }
            b[row] -= factor * b[i];
        }
    }
    let mut x = [0.0; N];
    for i in (0..N).rev() {
        let known: f64 = (i + 1..N).map(|j| a[i][j] * x[j]).sum();
        x[i] = (b[i] - known) / a[i][i];
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn candidate(cosine: f32) -> Candidate {
        Candidate { part: 0, article: 0, version: 0, cosine, words: 0.5, overlap: 0.5, fused: cosine, margin: 0.1 }
    }

    fn base(low: f32, high: f32) -> Vec<Sample> {
        let sample = |i: usize, answerable: bool| {
            let cosine = if answerable { high } else { low } + (i % 10) as f32 * 0.02;
            let features = candidate(cosine).features();
            Sample { features, right: answerable && !i.is_multiple_of(9), first: true, answerable }
        };
        (0..100).flat_map(|i| [sample(i, true), sample(i, false)]).collect()
    }

    #[test]
    fn more_evidence_scores_higher_and_foreign_questions_stay_below_the_floor() {
        let bases = [base(0.1, 0.5), base(0.15, 0.45), base(0.1, 0.6)];
        let fitted = Calibration::fit(&bases).unwrap();
        assert_eq!(Some(fitted), Calibration::fit(&bases));
        let scores: Vec<f32> = (0..20).map(|i| fitted.score(&candidate(i as f32 * 0.05))).collect();
        assert!(scores.windows(2).all(|w| w[0] <= w[1]), "{scores:?}");
        let t = fitted.thresholds;
        assert!(fitted.score(&candidate(0.15)) < t.floor && fitted.score(&candidate(0.6)) >= t.floor);
        assert!(t.floor <= t.sure && t.sure <= 1.0, "{t:?}");
    }

    #[test]
    fn own_questions_add_answers_and_never_take_one_away() {
        let general = Calibration::default();
        let own = |cosine: f32, count: usize| {
            let sample = |i: usize| {
                let answerable = i.is_multiple_of(2);
                let cosine = if answerable { cosine } else { cosine - 0.2 } + (i % 5) as f32 * 0.01;
                Sample { features: candidate(cosine).features(), right: answerable, first: true, answerable }
            };
            (0..count).map(sample).collect::<Vec<Sample>>()
        };
        assert_eq!(general.for_base(&own(0.05, 20)), general, "too few to tell");
        let floor = FLOOR as f32;
        let easy = general.for_base(&own(0.95, 300));
        for cosine in 0..20 {
            let candidate = candidate(cosine as f32 * 0.05);
            assert_eq!(easy.score(&candidate) >= floor, general.score(&candidate) >= floor, "{cosine}");
        }
        let hard = general.for_base(&own(0.1, 300));
        assert!(general.score(&candidate(0.12)) < floor && hard.score(&candidate(0.12)) >= floor);
    }

    #[test]
    fn the_shipped_file_is_read() {
        assert!(serde_json::from_str::<Calibration>(include_str!("calibration.json")).is_ok());
    }
}
