//! Adam (Kingma and Ba 2015) over the parameters of an adapter and of the classifiers above it.

use super::layer::{DeltaGradient, LayerGradient};
use super::loss::{Classifier, ClassifierSlopes};
use crate::adapter::{Adapter, Delta};

const MEAN: f32 = 0.9;
const SQUARE: f32 = 0.999;
const LEAST: f32 = 1e-8;
/// Longest gradient that is taken as it is.
const CLIP: f32 = 1.0;

#[derive(Default)]
struct Moments {
    mean: Vec<f32>,
    square: Vec<f32>,
}

impl Moments {
    /// What is added to the parameters; `rate` is already corrected for the number of steps.
    fn change(&mut self, gradient: &[f32], clip: f32, rate: f32) -> Vec<f32> {
        self.mean.resize(gradient.len(), 0.0);
        self.square.resize(gradient.len(), 0.0);
        let moved = self.mean.iter_mut().zip(&mut self.square).zip(gradient);
        moved
            .map(|((m, s), g)| {
                let g = g * clip;
                *m = MEAN * *m + (1.0 - MEAN) * g;
                *s = SQUARE * *s + (1.0 - SQUARE) * g * g;
                -rate * *m / (s.sqrt() + LEAST)
            })
            .collect()
    }
}

fn corrected(rate: f32, steps: i32) -> f32 {
    rate * (1.0 - SQUARE.powi(steps)).sqrt() / (1.0 - MEAN.powi(steps))
}

pub struct Adam {
    moments: Vec<Moments>,
    steps: i32,
}

fn parts(gradient: &LayerGradient) -> [&DeltaGradient; 4] {
    [&gradient.qkv, &gradient.output, &gradient.up, &gradient.down]
}

impl Adam {
    pub fn new(adapter: &Adapter) -> Adam {
        let layers = adapter.layers.iter().flatten().count();
        Adam { moments: (0..layers * 8).map(|_| Moments::default()).collect(), steps: 0 }
    }

    pub fn step(&mut self, adapter: &mut Adapter, gradients: &[LayerGradient], rate: f32) {
        self.steps += 1;
        let squares: f32 =
            gradients.iter().flat_map(parts).flat_map(|g| g.down.iter().chain(&g.up)).map(|v| v * v).sum();
        let clip = (CLIP / squares.sqrt().max(f32::MIN_POSITIVE)).min(1.0);
        let rate = corrected(rate, self.steps);
        let mut moments = self.moments.iter_mut();
        for (deltas, gradient) in adapter.layers.iter_mut().flatten().zip(gradients) {
            for (delta, gradient) in deltas.parts_mut().into_iter().zip(parts(gradient)) {
                let (Some(down), Some(up)) = (moments.next(), moments.next()) else { return };
                let changes = (down.change(&gradient.down, clip, rate), up.change(&gradient.up, clip, rate));
                Delta::add(delta, &changes.0, &changes.1);
            }
        }
    }
}

/// The same for a classifier.
#[derive(Default)]
pub struct ClassifierAdam {
    weights: Moments,
    bias: Moments,
    steps: i32,
}

impl ClassifierAdam {
    pub fn step(&mut self, classifier: &mut Classifier, slopes: &ClassifierSlopes, rate: f32) {
        self.steps += 1;
        let rate = corrected(rate, self.steps);
        let add = |to: &mut [f32], change: Vec<f32>| to.iter_mut().zip(change).for_each(|(t, c)| *t += c);
        add(&mut classifier.weights, self.weights.change(&slopes.weights, 1.0, rate));
        add(&mut classifier.bias, self.bias.change(&slopes.bias, 1.0, rate));
    }
}
