//! Adam (Kingma and Ba 2015) over the parameters of an adapter.

use super::layer::{DeltaGradient, LayerGradient};
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
        let rate = rate * (1.0 - SQUARE.powi(self.steps)).sqrt() / (1.0 - MEAN.powi(self.steps));
        let mut moments = self.moments.iter_mut();
        for (deltas, gradient) in adapter.layers.iter_mut().flatten().zip(gradients) {
            for (delta, gradient) in deltas.parts_mut().into_iter().zip(parts(gradient)) {
                let (Some(down), Some(up)) = (moments.next(), moments.next()) else { return };
                let change = |moments: &mut Moments, gradient: &[f32]| -> Vec<f32> {
                    moments.mean.resize(gradient.len(), 0.0);
                    moments.square.resize(gradient.len(), 0.0);
                    let moved = moments.mean.iter_mut().zip(&mut moments.square).zip(gradient);
                    moved
                        .map(|((m, s), g)| {
                            let g = g * clip;
                            *m = MEAN * *m + (1.0 - MEAN) * g;
                            *s = SQUARE * *s + (1.0 - SQUARE) * g * g;
                            -rate * *m / (s.sqrt() + LEAST)
                        })
                        .collect()
                };
                let (down, up) = (change(down, &gradient.down), change(up, &gradient.up));
                Delta::add(delta, &down, &up);
            }
        }
    }
}
