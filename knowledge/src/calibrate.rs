//! From evidence to probability: a logistic regression on four features, fitted when the articles are loaded.
//!
//! Yes-cases: questions from the articles' own lists, each searched in an index that does not hold it.
//! No-cases: questions no shop article answers (`content/calibration/out_of_scope.jsonl`), and article
//! questions searched while their article is hidden: close in topic, still without an answer.

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
    pub weight: f64,
    /// Offered first: only these decide about thresholds.
    pub first: bool,
}

impl Sample {
    pub fn new(candidate: &Candidate, right: bool, first: bool, weight: f64) -> Sample {
        Sample { features: candidate.features(), right, weight, first }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// Four features and the bias.
    weights: [f64; 5],
    pub thresholds: Thresholds,
}

/// Fitted on the demo shop's articles; serves where there are too few articles to fit on.
impl Default for Calibration {
    fn default() -> Self {
        Calibration { weights: [8.0, 2.0, 5.0, 2.0, -5.0], thresholds: Thresholds { floor: 0.35, sure: 0.7 } }
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

    /// Newton's method; the same samples give the same weights to the last bit.
    pub fn fit(samples: &[Sample]) -> Calibration {
        let rights = samples.iter().filter(|s| s.right).count();
        if samples.len() < MIN_SAMPLES || rights < MIN_SAMPLES / 4 || samples.len() - rights < MIN_SAMPLES / 4 {
            return Calibration::default();
        }
        let mut weights = [0.0f64; 5];
        let total: f64 = samples.iter().map(|s| s.weight).sum();
        for _ in 0..40 {
            let mut gradient = [0.0; 5];
            let mut hessian = [[0.0; 5]; 5];
            for sample in samples {
                let f = &sample.features;
                let x = [f[0], f[1], f[2], f[3], 1.0];
                let p = sigmoid(x.iter().zip(&weights).map(|(x, w)| x * w).sum());
                let (miss, curve) = (sample.weight * (p - f64::from(sample.right)), sample.weight * p * (1.0 - p));
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
            let Some(step) = solve(hessian, gradient) else { break };
            let largest = step.iter().fold(0.0f64, |m, s| m.max(s.abs()));
            for (w, s) in weights.iter_mut().zip(&step) {
                // A full step from far away overshoots.
                *w -= s * (4.0 / largest.max(4.0));
            }
            if largest < 1e-9 {
                break;
            }
        }
        if weights.iter().any(|w| !w.is_finite()) {
            return Calibration::default();
        }
        let mut fitted = Calibration { weights, ..Calibration::default() };
        fitted.thresholds = fitted.choose(samples);
        fitted
    }

    /// `floor` lets through most right answers and few wrong ones; from `sure` on, 95 of 100 are right.
    fn choose(&self, samples: &[Sample]) -> Thresholds {
        let mut firsts: Vec<(f64, bool, f64)> =
            samples.iter().filter(|s| s.first).map(|s| (sigmoid(self.logit(&s.features)), s.right, s.weight)).collect();
        firsts.sort_by(|a, b| b.0.total_cmp(&a.0));
        let rights: f64 = firsts.iter().filter(|f| f.1).map(|f| f.2).sum();
        let wrongs: f64 = firsts.iter().filter(|f| !f.1).map(|f| f.2).sum();
        let (mut yes, mut no) = (0.0, 0.0);
        let (mut floor, mut gain, mut sure) = (0.5, f64::MIN, 0.9);
        for (score, right, weight) in firsts {
            if right { yes += weight } else { no += weight }
            let g = yes / rights.max(1e-9) - no / wrongs.max(1e-9);
            if g > gain {
                (floor, gain) = (score, g);
            }
            if yes / (yes + no) >= 0.95 {
                sure = score;
            }
        }
        let floor = floor.clamp(0.15, 0.6);
        Thresholds { floor: floor as f32, sure: sure.clamp(floor + 0.1, 0.95) as f32 }
    }
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
            for column in i..5 {
                a[row][column] -= factor * a[i][column];
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
        Sample { features: [cosine, cosine / 2.0, cosine - 0.4, 0.3], right, weight: 1.0, first: true }
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
        let separable: Vec<Sample> =
            (0..100).map(|i| sample(if i % 2 == 0 { 0.1 } else { 0.9 }, i % 2 == 1)).collect();
        assert!(Calibration::fit(&separable).weights.iter().all(|w| w.is_finite() && w.abs() < 100.0));
    }
}
