//! From evidence to probability: a logistic regression on four features, fitted when the articles are loaded.
//!
//! Yes-cases: questions from the articles' own lists, each searched in an index that does not hold it.
//! No-cases: questions no shop article answers (`content/calibration/out_of_scope.jsonl`). Article questions
//! searched while their article is hidden (close in topic, still without an answer) raise `sure` only: they
//! say how easily a neighbour is taken for the answer, not how often customers ask what is not there.

use crate::fuse::Candidate;
use serde::{Deserialize, Serialize};

/// Where a calibrated score stops being worth showing, and where it may be given without asking back.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Below: say that there is no answer, or offer choices.
    pub floor: f32,
    /// From here: answer straight away.
    pub sure: f32,
}

/// One article offered for one question, and whether it was the right one.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub features: [f64; 4],
    pub right: bool,
    /// Offered first: only these decide about thresholds.
    pub first: bool,
    pub asked: Asked,
}

/// What is known about the question of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    HasAnswer,
    OutOfScope,
    /// Its article was taken out of the running.
    Hidden,
}

/// A hidden article's question counts less: a neighbouring article sometimes does answer it.
const HIDDEN_WEIGHT: f64 = 0.3;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// Four features and the bias.
    weights: [f64; 5],
    pub thresholds: Thresholds,
}

/// Fitted on the demo shop's articles; serves where there are too few articles to fit on.
impl Default for Calibration {
    fn default() -> Self {
        Calibration { weights: [6.1, 0.0, 8.6, 1.9, -3.7], thresholds: Thresholds { floor: 0.18, sure: 0.84 } }
    }
}

const MIN_SAMPLES: usize = 60;
/// Keeps weights finite when yes and no can be told apart without error.
const RIDGE: f64 = 0.02;

impl Calibration {
    pub fn confidence(&self, candidate: &Candidate) -> f32 {
        sigmoid(self.logit(&candidate.features())) as f32
    }

    fn logit(&self, features: &[f64; 4]) -> f64 {
        features.iter().zip(&self.weights).map(|(x, w)| x * w).sum::<f64>() + self.weights[4]
    }

    /// Deterministic: the same samples give the same weights.
    pub fn fit(samples: &[Sample]) -> Calibration {
        let seen: Vec<Sample> = samples.iter().filter(|s| s.asked != Asked::Hidden).copied().collect();
        let rights = seen.iter().filter(|s| s.right).count();
        let wrongs = seen.len() - rights;
        if seen.len() < MIN_SAMPLES || rights < MIN_SAMPLES / 4 || wrongs < MIN_SAMPLES / 4 {
            return Calibration::default();
        }
        // More evidence never makes an article less likely: where features overlap and a weight would turn
        // negative, the feature is left out and the others are fitted again.
        let mut used = [true; 5];
        let weights = loop {
            let Some(weights) = newton(&seen, used) else {
                return Calibration::default();
            };
            let worst = (0..4).filter(|i| weights[*i] < 0.0).min_by(|a, b| weights[*a].total_cmp(&weights[*b]));
            match worst {
                Some(feature) => used[feature] = false,
                None => break weights,
            }
        };
        let mut fitted = Calibration { weights, ..Calibration::default() };
        fitted.thresholds = fitted.choose(samples);
        fitted
    }

    /// `floor` keeps 93 of 100 right answers: what lies between it and `sure` is offered as a choice, so a wrong
    /// one does little harm. From `sure` on, 9 of 10 are right, where an article that answers as well as the
    /// expected one counts as wrong: in truth more are.
    fn choose(&self, samples: &[Sample]) -> Thresholds {
        let score = |s: &Sample| sigmoid(self.logit(&s.features));
        let mut firsts: Vec<(f64, &Sample)> = samples.iter().filter(|s| s.first).map(|s| (score(s), s)).collect();
        firsts.sort_by(|a, b| b.0.total_cmp(&a.0));
        let rights = firsts.iter().filter(|(_, s)| s.right).count() as f64;
        let (mut right, mut all) = (0.0, 0.0);
        let (mut floor, mut sure) = (None, 0.9);
        for (score, sample) in firsts {
            all += if sample.asked == Asked::Hidden { HIDDEN_WEIGHT } else { 1.0 };
            right += f64::from(u8::from(sample.right));
            if right >= 0.93 * rights {
                floor = floor.or(Some(score));
            }
            if right / all >= 0.9 {
                sure = score;
            }
        }
        let floor = floor.unwrap_or(0.2);
        let floor = floor.clamp(0.05, 0.6);
        Thresholds { floor: floor as f32, sure: sure.clamp(floor + 0.1, 0.95) as f32 }
    }
}

/// Newton's method; the same samples give the same weights to the last bit.
fn newton(samples: &[Sample], used: [bool; 5]) -> Option<[f64; 5]> {
    let mut weights = [0.0f64; 5];
    let total = samples.len() as f64;
    for _ in 0..40 {
        let mut gradient = [0.0; 5];
        let mut hessian = [[0.0; 5]; 5];
        for sample in samples {
            let f = &sample.features;
            let mut x = [f[0], f[1], f[2], f[3], 1.0];
            for (x, used) in x.iter_mut().zip(used) {
                *x *= f64::from(u8::from(used));
            }
            let p = sigmoid(x.iter().zip(&weights).map(|(x, w)| x * w).sum());
            let (miss, curve) = (p - f64::from(u8::from(sample.right)), p * (1.0 - p));
            for i in 0..5 {
                gradient[i] += miss * x[i];
                for j in 0..5 {
                    hessian[i][j] += curve * x[i] * x[j];
                }
            }
        }
        for i in 0..5 {
            let ridge = if i == 4 { 1e-9 } else { RIDGE * total / 100.0 };
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

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Gauss with pivoting.
fn solve(mut a: [[f64; 5]; 5], mut b: [f64; 5]) -> Option<[f64; 5]> {
    for i in 0..5 {
        let pivot = (i..5).max_by(|&x, &y| a[x][i].abs().total_cmp(&a[y][i].abs()))?;
        if a[pivot][i].abs() < 1e-12 {
            return None;
        }
        a.swap(i, pivot);
        b.swap(i, pivot);
        for row in i + 1..5 {
            let factor = a[row][i] / a[i][i];
            let above = a[i];
            for (x, y) in a[row].iter_mut().zip(above).skip(i) {
                *x -= factor * y;
            }
            b[row] -= factor * b[i];
        }
    }
    let mut x = [0.0; 5];
    for i in (0..5).rev() {
        let known: f64 = (i + 1..5).map(|j| a[i][j] * x[j]).sum();
        x[i] = (b[i] - known) / a[i][i];
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(cosine: f64, right: bool) -> Sample {
        Sample {
            features: [cosine, cosine / 2.0, cosine - 0.4, 0.3],
            right,
            first: true,
            asked: if right { Asked::HasAnswer } else { Asked::OutOfScope },
        }
    }

    #[test]
    fn learns_that_more_cosine_is_more_likely_right() {
        let mut samples = Vec::new();
        for i in 0..100 {
            let x = f64::from(i) / 100.0;
            samples.push(sample(0.2 + x * 0.4, i % 10 == 0));
            samples.push(sample(0.5 + x * 0.4, i % 10 != 0));
        }
        let fitted = Calibration::fit(&samples);
        assert_eq!(fitted, Calibration::fit(&samples));
        let p = |c| sigmoid(fitted.logit(&sample(c, true).features));
        assert!(p(0.2) < 0.2 && p(0.9) > 0.8, "{} {}", p(0.2), p(0.9));
        let t = fitted.thresholds;
        assert!(t.floor < t.sure && t.sure <= 0.95, "{t:?}");
    }

    #[test]
    fn too_little_to_fit_on_gives_the_shipped_weights() {
        assert_eq!(Calibration::fit(&[sample(0.5, true)]), Calibration::default());
        let separable: Vec<Sample> = (0..100).map(|i| sample(if i % 2 == 0 { 0.1 } else { 0.9 }, i % 2 == 1)).collect();
        assert!(Calibration::fit(&separable).weights.iter().all(|w| w.is_finite() && w.abs() < 100.0));
    }
}
