//! Limited-memory BFGS with a backtracking line search: few evaluations for a smooth convex loss.

use std::collections::VecDeque;

/// Steps that the curvature is estimated from.
const MEMORY: usize = 8;
/// Done when the gradient is this small against the first one…
const GRADIENT: f64 = 2e-4;
/// …or a step gains less than this part of the loss.
const GAIN: f64 = 1e-6;

struct Step {
    moved: Vec<f32>,
    turned: Vec<f32>,
    /// 1 / (moved · turned)
    rho: f64,
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    // Short sums in single precision, their sum in double.
    a.chunks(256).zip(b.chunks(256)).map(|(a, b)| f64::from(super::dot(a, b))).sum()
}

pub fn minimise(mut at: Vec<f32>, iterations: usize, mut loss: impl FnMut(&[f32]) -> (f64, Vec<f32>)) -> Vec<f32> {
    let (mut value, mut gradient) = loss(&at);
    let first = dot(&gradient, &gradient).sqrt();
    let mut steps: VecDeque<Step> = VecDeque::new();
    for _ in 0..iterations {
        if dot(&gradient, &gradient).sqrt() <= GRADIENT * first {
            break;
        }
        let mut direction = direction(&gradient, &steps);
        let mut slope = dot(&direction, &gradient);
        if slope >= 0.0 {
            steps.clear(); // rounding spoilt the estimate; start again from the gradient
            direction = gradient.iter().map(|g| -g).collect();
            slope = -dot(&gradient, &gradient);
        }
        let mut length = if steps.is_empty() { (1.0 / first.max(1e-12)).min(10.0) } else { 1.0 };
        let mut found = None;
        for _ in 0..20 {
            let there: Vec<f32> = at.iter().zip(&direction).map(|(x, d)| x + length as f32 * d).collect();
            let (new_value, new_gradient) = loss(&there);
            if new_value <= value + 1e-4 * length * slope {
                found = Some((there, new_value, new_gradient));
                break;
            }
            length *= 0.5;
        }
        let Some((there, new_value, new_gradient)) = found else {
            break;
        };
        let moved: Vec<f32> = there.iter().zip(&at).map(|(a, b)| a - b).collect();
        let turned: Vec<f32> = new_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&moved, &turned);
        if curvature > 1e-12 {
            if steps.len() == MEMORY {
                steps.pop_front();
            }
            steps.push_back(Step { moved, turned, rho: 1.0 / curvature });
        }
        let gain = value - new_value;
        (at, value, gradient) = (there, new_value, new_gradient);
        if gain <= GAIN * value.abs() {
            break;
        }
    }
    at
}

/// Two-loop recursion: the gradient turned and scaled by what the last steps told of the curvature.
fn direction(gradient: &[f32], steps: &VecDeque<Step>) -> Vec<f32> {
    let mut q: Vec<f32> = gradient.iter().map(|g| -g).collect();
    let mut alphas = Vec::with_capacity(steps.len());
    for step in steps.iter().rev() {
        let alpha = step.rho * dot(&step.moved, &q);
        super::add(&mut q, &step.turned, -alpha as f32);
        alphas.push(alpha);
    }
    if let Some(last) = steps.back() {
        let scale = 1.0 / (last.rho * dot(&last.turned, &last.turned));
        q.iter_mut().for_each(|v| *v *= scale as f32);
    }
    for (step, alpha) in steps.iter().zip(alphas.iter().rev()) {
        let beta = step.rho * dot(&step.turned, &q);
        super::add(&mut q, &step.moved, (alpha - beta) as f32);
    }
    q
}
