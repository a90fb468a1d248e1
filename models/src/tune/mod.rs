//! Tuning of the encoder: low-rank deltas of its linears (LoRA, Hu et al. 2021), trained with the supervised contrastive
//! loss (Khosla et al. 2020) so that texts of one intent, and the two sides of a paraphrase, lie together; for
//! entities with a softmax over the labels of each piece. The deltas are an `Adapter`, a file of a few MB that is added to the weights when the encoder is opened.
//!
//! Forward and backward pass are written out: candle's own backward pass would also compute the gradients of the
//! frozen weights, which are two thirds of the work.

mod adam;
mod layer;
mod loss;
mod lower;
mod sampler;
mod teacher;

use std::ops::Range;
use std::path::Path;

use candle_core::{Device, Result, Tensor};

pub use sampler::{Material, Source, Span, Text};

use crate::adapter::{Adaptation, Adapter};
use crate::bert::Bert;
use crate::encoder::{Encoder, Reading};
use crate::{ModelError, Precision, tokens::Tokens};
use adam::Adam;
use layer::{LayerGradient, Run};
use lower::Lower;
use sampler::Sampler;
use teacher::Teacher;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TuneOptions {
    pub rank: usize,
    /// Layers below stay as they are.
    pub first_layer: usize,
    pub steps: usize,
    /// Texts in a step; fewer where they are long.
    pub batch: usize,
    pub rate: f32,
    /// Steps over which the rate grows from nothing.
    pub warm_up: usize,
    /// What cosines are divided by.
    pub temperature: f32,
    /// How much of the deltas is kept in the end. Weights half way between the plain and the tuned ones know new
    /// intents better than either end (Wortsman et al. 2022).
    pub keep: f32,
    /// Tokens of a text that are looked at.
    pub length: usize,
    pub seed: u64,
}

impl Default for TuneOptions {
    fn default() -> TuneOptions {
        TuneOptions {
            rank: 16,
            first_layer: 0,
            steps: 500,
            batch: 64,
            rate: 1.5e-3,
            warm_up: 60,
            temperature: 0.05,
            keep: 0.5,
            length: 48,
            seed: 7,
        }
    }
}

/// What a step did, for a progress bar.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub step: usize,
    pub loss: f32,
}

/// Tokens of each text, and where in the text each of them comes from.
struct Read {
    tokens: Vec<Tokens>,
    spans: Vec<Vec<Range<usize>>>,
}

/// Tokens of a step, about.
const STEP_TOKENS: usize = 1280;
const LEAST_TEXTS: usize = 16;

impl Read {
    /// Texts in a step: what long ones say is no more worth than what short ones say, but costs more.
    fn batch(&self, options: &TuneOptions) -> usize {
        let mean = self.tokens.iter().map(|t| t.len()).sum::<usize>() / self.tokens.len().max(1);
        options.batch.min((STEP_TOKENS / mean.max(1)).max(LEAST_TEXTS))
    }
}

/// Trains an adapter for the encoder in `dir`; with a `base`, upon the encoder that has it, and the answer holds both.
/// Deterministic for the same seed and number of threads. `keep_on` is asked after every step.
pub fn tune(
    dir: &Path,
    base: &Adaptation,
    material: &Material,
    options: &TuneOptions,
    keep_on: &mut dyn FnMut(Step) -> bool,
) -> std::result::Result<Adapter, ModelError> {
    let base = base.load()?;
    let (encoder, reading) = Encoder::open_adapted(dir, base.as_ref(), Precision::F32)?;
    let bert = encoder.own().ok_or_else(|| {
        ModelError::Failed("only the prepared encoder can be tuned, not another BERT-family model".into())
    })?;
    let mut adapter = Adapter::new(bert, options.rank, options.first_layer, options.seed);
    let read = tokenise(&reading, material, options.length)?;
    let mut sampler = Sampler::new(material, read.batch(options), options.seed)
        .ok_or_else(|| ModelError::Failed("there is nothing to tune on".into()))?;
    let mut lower = Lower::new(bert, options.first_layer.min(bert.layers.len()), &read.tokens);
    let mut teacher = Teacher::new(bert.hidden, material, &read, options.temperature);
    let mut adam = Adam::new(&adapter);
    for step in 0..options.steps {
        let batch = sampler.next();
        let rows = lower.rows(&batch.texts)?;
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|&i| rows[i].len());
        let lengths: Vec<usize> = order.iter().map(|&i| rows[i].len() / bert.hidden).collect();
        let x: Vec<f32> = order.iter().flat_map(|&i| rows[i].iter().copied()).collect();
        let x = Tensor::from_vec(x, (lengths.iter().sum::<usize>(), bert.hidden), &Device::Cpu)?;
        let rate = rate(step, options);
        let labels: Vec<usize> = order.iter().map(|&i| batch.labels[i]).collect();
        let (loss, gradient) =
            gradient(bert, &adapter, x, &lengths, |rows| teacher.slopes(batch.source, rows, &labels, &lengths))?;
        adam.step(&mut adapter, &gradient, rate);
        teacher.step(batch.source, rate);
        if !keep_on(Step { step: step + 1, loss }) {
            break;
        }
    }
    adapter.scale(options.keep)?;
    match base {
        Some(base) => Ok(base.joined(&adapter)?),
        None => Ok(adapter),
    }
}

/// Grows from nothing, then falls along half a cosine.
fn rate(step: usize, options: &TuneOptions) -> f32 {
    let warm = (step + 1) as f32 / options.warm_up.max(1) as f32;
    if warm < 1.0 {
        return options.rate * warm;
    }
    let rest = (options.steps - options.warm_up.min(options.steps)).max(1) as f32;
    let gone = (step + 1 - options.warm_up) as f32 / rest;
    options.rate * 0.5 * (1.0 + (std::f32::consts::PI * gone.min(1.0)).cos())
}

fn tokenise(reading: &Reading, material: &Material, length: usize) -> std::result::Result<Read, ModelError> {
    let length = length.max(3);
    let mut read = Read { tokens: Vec::new(), spans: Vec::new() };
    for text in &material.texts {
        let (mut tokens, mut spans) = reading.spanned(&text.text, text.kind)?;
        if let Some(last) = tokens.0.last().copied().filter(|_| tokens.0.len() > length) {
            tokens.0.truncate(length - 1);
            spans.truncate(length - 1);
            tokens.0.push(last);
            spans.push(0..0);
        }
        read.tokens.push(tokens);
        read.spans.push(spans);
    }
    Ok(read)
}

/// Loss of the batch and gradient of the adapter's parameters. `x` is what the lowest layer with deltas sees, texts sorted
/// by their `lengths`; `loss` gets the last layer's rows, and returns the loss and its slope at each.
fn gradient(
    bert: &Bert,
    adapter: &Adapter,
    mut x: Tensor,
    lengths: &[usize],
    loss: impl FnOnce(&[f32]) -> (f32, Vec<f32>),
) -> Result<(f32, Vec<LayerGradient>)> {
    let lowest = adapter.layers.iter().position(Option::is_some).unwrap_or(bert.layers.len());
    let runs = Run::of(lengths);
    let mut saved = Vec::new();
    for (i, layer) in bert.layers.iter().enumerate().skip(lowest) {
        let delta = adapter.layers.get(i).and_then(Option::as_ref);
        let (y, kept) = layer::forward(bert, layer, delta, &x, &runs)?;
        saved.push(kept);
        x = y;
    }
    let rows: Vec<f32> = x.flatten_all()?.to_vec1()?;
    let (loss, slopes) = loss(&rows);
    let mut slope = Tensor::from_vec(slopes, x.shape(), x.device())?;
    let mut gradients: Vec<LayerGradient> = Vec::new();
    for i in (lowest..bert.layers.len()).rev() {
        let Some(kept) = saved.pop() else { break };
        let delta = adapter.layers[i].as_ref();
        let (below, gradient) = layer::backward(bert, &bert.layers[i], delta, kept, slope, i > lowest)?;
        gradients.push(gradient);
        let Some(below) = below else { break };
        slope = below;
    }
    gradients.reverse();
    Ok((loss, gradients))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
