//! A linear classifier on embeddings: multinomial logistic regression with a calibrated confidence.
//!
//! Sentence vectors of e5 all point the same way, so the training mean is subtracted first. The temperature is fitted
//! on predictions for examples that were held out, so that 0.8 means right in four of five cases. Behind the embedding
//! a vector may carry other features (word and character n-grams, say) with a weight of their own.

use candle_core::{Device, Tensor};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

mod compact;
mod lbfgs;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrainOptions {
    /// Weight of the squared weights against the mean loss of an example.
    pub l2: f32,
    /// Every class counts the same, however many examples it has.
    pub balanced: bool,
    /// Leading numbers of a vector that are its embedding; 0 for all of them.
    pub dense: usize,
    /// How long the rest is on average against the embedding, after centring.
    pub rest: f32,
    /// Part of a label that is spread over all classes.
    pub smoothing: f32,
    /// So many of the last examples are always learnt from and never held out.
    pub always: usize,
    /// Parts that are held out in turn to fit the temperature; below 2 nothing is fitted.
    pub folds: usize,
    pub seed: u64,
    /// Upper bound of the steps of one fit.
    pub iterations: usize,
}

impl Default for TrainOptions {
    fn default() -> Self {
        TrainOptions {
            l2: 1e-4,
            balanced: true,
            dense: 0,
            rest: 1.0,
            smoothing: 0.0,
            always: 0,
            folds: 4,
            seed: 7,
            iterations: 100,
        }
    }
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum HeadError {
    #[error("there is nothing to train on: {examples} examples, {classes} classes")]
    Empty { examples: usize, classes: usize },
    #[error("{examples} examples have {labels} labels")]
    Lengths { examples: usize, labels: usize },
    #[error("example {0} has a label that is no class")]
    Label(usize),
    #[error("example {0} has another number of dimensions than the first or is not a number")]
    Vector(usize),
    #[error("the arithmetic failed: {0}")]
    Arithmetic(String),
}

impl From<candle_core::Error> for HeadError {
    fn from(e: candle_core::Error) -> Self {
        HeadError::Arithmetic(e.to_string().lines().next().unwrap_or_default().to_owned())
    }
}

/// Serialised as part of a model file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearHead {
    /// Numbers of the embedding, and of the rest.
    dense: usize,
    rest: usize,
    #[serde(with = "compact")]
    mean: Vec<f32>,
    /// What the centred embedding and the centred rest are divided by.
    spread: [f32; 2],
    /// Classes × (dense + rest).
    #[serde(with = "compact")]
    weights: Vec<f32>,
    #[serde(with = "compact")]
    bias: Vec<f32>,
    temperature: f32,
    /// Directions of the classes' mean embeddings, classes × dense.
    #[serde(with = "compact")]
    centroids: Vec<f32>,
}

impl LinearHead {
    pub fn classes(&self) -> usize {
        self.bias.len()
    }

    /// Numbers of a vector: embedding and rest.
    pub fn dimension(&self) -> usize {
        self.dense + self.rest
    }

    pub fn temperature(&self) -> f32 {
        self.temperature
    }

    /// True when the parts fit together; ask after reading a head from a file.
    pub fn is_sound(&self) -> bool {
        let classes = self.bias.len();
        let numbers = [&self.mean, &self.weights, &self.bias, &self.centroids];
        classes > 0
            && self.dense > 0
            && self.mean.len() == self.dimension()
            && self.weights.len() == classes * self.dimension()
            && self.centroids.len() == classes * self.dense
            && self.spread.iter().all(|s| *s > 0.0)
            && self.temperature > 0.0
            && numbers.iter().all(|v| v.iter().all(|x| x.is_finite()))
    }

    fn centred(&self, vector: &[f32]) -> Vec<f32> {
        let mut out: Vec<f32> = vector.iter().zip(&self.mean).map(|(v, m)| v - m).collect();
        scale(&mut out, self.dense, self.spread);
        out
    }

    fn logits(&self, centred: &[f32]) -> Vec<f32> {
        let rows = self.weights.chunks_exact(self.dimension());
        rows.zip(&self.bias).map(|(row, b)| dot(row, centred) + b).collect()
    }

    /// Calibrated probability of each class; they sum to one.
    pub fn predict(&self, vector: &[f32]) -> Vec<f32> {
        let mut p = self.logits(&self.centred(vector));
        p.iter_mut().for_each(|l| *l /= self.temperature);
        softmax(&mut p);
        p
    }

    /// Fits the temperature to examples that the head has not learnt from, where there are some. What is said about each.
    pub fn calibrate<V: AsRef<[f32]> + Sync>(&mut self, vectors: &[V], labels: &[usize]) -> Vec<HeldOut> {
        let fits = |v: &V| v.as_ref().len() == self.dimension();
        if vectors.len() != labels.len() || labels.iter().any(|l| *l >= self.classes()) || !vectors.iter().all(fits) {
            return Vec::new();
        }
        let logits: Vec<Vec<f32>> = vectors.par_iter().map(|v| self.logits(&self.centred(v.as_ref()))).collect();
        let judged: Vec<usize> = (0..labels.len()).collect();
        if !judged.is_empty() {
            self.temperature = temperature(&logits, labels, &judged);
        }
        let one = |v: &V| HeldOut { probabilities: self.predict(v.as_ref()), closeness: self.closeness(v.as_ref()) };
        vectors.par_iter().map(one).collect()
    }

    /// Cosine of the embedding to the mean of each class, -1 to 1: low for all classes when the text is about none.
    pub fn closeness(&self, vector: &[f32]) -> Vec<f32> {
        let centred = &self.centred(vector)[..self.dense];
        let length = dot(centred, centred).sqrt().max(f32::MIN_POSITIVE);
        self.centroids.chunks_exact(self.dense).map(|c| dot(c, centred) / length).collect()
    }
}

fn scale(centred: &mut [f32], dense: usize, spread: [f32; 2]) {
    let (embedding, rest) = centred.split_at_mut(dense);
    embedding.iter_mut().for_each(|v| *v /= spread[0]);
    rest.iter_mut().for_each(|v| *v /= spread[1]);
}

/// What was said about each example by a head that had not seen it, in the order of the examples.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOut {
    /// Calibrated probabilities of the classes.
    pub probabilities: Vec<f32>,
    /// Cosines to the classes' means.
    pub closeness: Vec<f32>,
}

impl HeldOut {
    /// What it would be at a temperature that is so many times as high.
    pub fn warmer(mut self, times: f32) -> HeldOut {
        self.probabilities.iter_mut().for_each(|p| *p = p.max(f32::MIN_POSITIVE).ln() / times);
        softmax(&mut self.probabilities);
        self
    }
}

pub fn train<V: AsRef<[f32]> + Sync>(
    vectors: &[V],
    labels: &[usize],
    classes: usize,
    options: &TrainOptions,
) -> Result<LinearHead, HeadError> {
    Ok(train_with_held_out(vectors, labels, classes, options)?.0)
}

/// Also returns the held-out predictions that the temperature was fitted on, for choosing thresholds; none when
/// `options.folds` is below 2.
pub fn train_with_held_out<V: AsRef<[f32]> + Sync>(
    vectors: &[V],
    labels: &[usize],
    classes: usize,
    options: &TrainOptions,
) -> Result<(LinearHead, Vec<HeldOut>), HeadError> {
    let mut random = options.seed;
    let keys: Vec<u64> = labels.iter().map(|_| split_mix(&mut random)).collect();
    train_by_keys(vectors, labels, &keys, classes, options)
}

/// The same; `keys`, such as hashes of the texts, say what is held out together, so that one more example does not deal
/// the others anew.
pub fn train_by_keys<V: AsRef<[f32]> + Sync>(
    vectors: &[V],
    labels: &[usize],
    keys: &[u64],
    classes: usize,
    options: &TrainOptions,
) -> Result<(LinearHead, Vec<HeldOut>), HeadError> {
    check(vectors, labels, classes)?;
    if keys.len() != labels.len() {
        return Err(HeadError::Lengths { examples: keys.len(), labels: labels.len() });
    }
    let rows: Vec<&[f32]> = vectors.iter().map(AsRef::as_ref).collect();
    let all: Vec<usize> = (0..rows.len()).collect();
    let mut head = fit(&rows, labels, classes, options, &all)?;
    if options.folds < 2 {
        return Ok((head, Vec::new()));
    }
    let fold = folds(labels, keys, classes, options);
    let mut logits: Vec<Vec<f32>> = vec![Vec::new(); rows.len()];
    let mut closeness = logits.clone();
    for k in 0..options.folds {
        let (held, used): (Vec<usize>, Vec<usize>) = all.iter().partition(|&&i| fold[i] == Some(k));
        if held.is_empty() {
            continue;
        }
        let part = fit(&rows, labels, classes, options, &used)?;
        for i in held {
            logits[i] = part.logits(&part.centred(rows[i]));
            closeness[i] = part.closeness(rows[i]);
        }
    }
    // An only example of its class is never held out; it speaks for itself then and is left out of the fit.
    let judged: Vec<usize> = all.iter().copied().filter(|&i| fold[i].is_some()).collect();
    head.temperature = temperature(&logits, labels, &judged);
    let held_out = all.iter().map(|&i| {
        if fold[i].is_none() {
            return HeldOut { probabilities: head.predict(rows[i]), closeness: head.closeness(rows[i]) };
        }
        let mut probabilities: Vec<f32> = logits[i].iter().map(|l| l / head.temperature).collect();
        softmax(&mut probabilities);
        HeldOut { probabilities, closeness: std::mem::take(&mut closeness[i]) }
    });
    let held_out = held_out.collect();
    Ok((head, held_out))
}

fn check<V: AsRef<[f32]>>(vectors: &[V], labels: &[usize], classes: usize) -> Result<(), HeadError> {
    let dimension = vectors.first().map_or(0, |v| v.as_ref().len());
    if vectors.is_empty() || classes == 0 || dimension == 0 {
        return Err(HeadError::Empty { examples: vectors.len(), classes });
    }
    if vectors.len() != labels.len() {
        return Err(HeadError::Lengths { examples: vectors.len(), labels: labels.len() });
    }
    if let Some(i) = labels.iter().position(|&l| l >= classes) {
        return Err(HeadError::Label(i));
    }
    let bad = |v: &V| v.as_ref().len() != dimension || v.as_ref().iter().any(|x| !x.is_finite());
    vectors.iter().position(bad).map_or(Ok(()), |i| Err(HeadError::Vector(i)))
}

/// The part that each example is held out with, by its key; None for an only example. No part has the whole of a class.
fn folds(labels: &[usize], keys: &[u64], classes: usize, options: &TrainOptions) -> Vec<Option<usize>> {
    let mut by_class: Vec<Vec<usize>> = vec![Vec::new(); classes];
    let judged = &labels[..labels.len().saturating_sub(options.always)];
    judged.iter().enumerate().for_each(|(i, &label)| by_class[label].push(i));
    let mut fold = vec![None; labels.len()];
    for members in by_class.iter().filter(|members| members.len() > 1) {
        let part = |i: usize| (split_mix(&mut (keys[i] ^ options.seed)) % options.folds as u64) as usize;
        members.iter().for_each(|&i| fold[i] = Some(part(i)));
        let first = fold[members[0]];
        if let Some(&last) =
            members.iter().max_by_key(|&&i| keys[i]).filter(|_| members.iter().all(|&i| fold[i] == first))
        {
            fold[last] = Some((part(last) + 1) % options.folds);
        }
    }
    fold
}

/// SplitMix64: the same numbers for the same seed, everywhere and for ever.
pub(crate) fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn fit(
    rows: &[&[f32]],
    labels: &[usize],
    classes: usize,
    options: &TrainOptions,
    used: &[usize],
) -> Result<LinearHead, HeadError> {
    let dimension = rows[0].len();
    let dense = if options.dense == 0 { dimension } else { options.dense.min(dimension) };
    let mut mean = vec![0f32; dimension];
    used.iter().for_each(|&i| add(&mut mean, rows[i], 1.0 / used.len() as f32));
    let mut centred = vec![0f32; used.len() * dimension];
    let mut squares = [0f64; 2];
    for (&i, out) in used.iter().zip(centred.chunks_exact_mut(dimension)) {
        out.iter_mut().zip(rows[i].iter().zip(&mean)).for_each(|(o, (v, m))| *o = v - m);
        let (embedding, rest) = out.split_at(dense);
        squares[0] += f64::from(dot(embedding, embedding));
        squares[1] += f64::from(dot(rest, rest));
    }
    let length = |squares: f64| ((squares / used.len() as f64).sqrt() as f32).max(1e-6);
    let spread = [length(squares[0]), length(squares[1]) / options.rest.max(1e-6)];
    centred.chunks_exact_mut(dimension).for_each(|row| scale(row, dense, spread));

    let mut count = vec![0f32; classes];
    used.iter().for_each(|&i| count[labels[i]] += 1.0);
    let present = count.iter().filter(|&&c| c > 0.0).count() as f32;
    let share = |label: usize| {
        if options.balanced { 1.0 / (present * count[label]) } else { 1.0 / used.len() as f32 }
    };
    let examples: Vec<(usize, f32)> = used.iter().map(|&i| (labels[i], share(labels[i]))).collect();

    let mut centroids = vec![0f32; classes * dense];
    for (example, vector) in examples.iter().zip(centred.chunks_exact(dimension)) {
        add(&mut centroids[example.0 * dense..][..dense], &vector[..dense], 1.0);
    }
    for centroid in centroids.chunks_exact_mut(dense) {
        let length = dot(centroid, centroid).sqrt().max(f32::MIN_POSITIVE);
        centroid.iter_mut().for_each(|v| *v /= length);
    }

    let size = classes * dimension;
    let vectors = Tensor::from_vec(centred, (used.len(), dimension), &Device::Cpu)?;
    let mut failed = None;
    let objective = |parameters: &[f32]| {
        loss(&vectors, &examples, parameters, classes, options).unwrap_or_else(|e| {
            failed = Some(e);
            (0.0, vec![0.0; parameters.len()]) // a gradient of zero ends the search
        })
    };
    let parameters = lbfgs::minimise(vec![0f32; size + classes], options.iterations, objective);
    if let Some(error) = failed {
        return Err(error.into());
    }
    Ok(LinearHead {
        dense,
        rest: dimension - dense,
        mean,
        spread,
        weights: parameters[..size].to_vec(),
        bias: parameters[size..].to_vec(),
        temperature: 1.0,
        centroids,
    })
}

/// Loss and gradient; `examples` are labels and their parts of the mean loss.
fn loss(
    vectors: &Tensor,
    examples: &[(usize, f32)],
    parameters: &[f32],
    classes: usize,
    options: &TrainOptions,
) -> candle_core::Result<(f64, Vec<f32>)> {
    let dimension = vectors.dim(1)?;
    let (weights, bias) = parameters.split_at(classes * dimension);
    let matrix = Tensor::from_slice(weights, (classes, dimension), &Device::Cpu)?;
    let mut errors: Vec<f32> = vectors.matmul(&matrix.t()?)?.flatten_all()?.to_vec1()?;
    let (each, own) = (options.smoothing / classes as f32, 1.0 - options.smoothing);
    // From logits to the slope of the loss, in place.
    let losses: Vec<f64> = errors
        .par_chunks_mut(classes)
        .zip(examples)
        .map(|(row, &(label, share))| {
            row.iter_mut().zip(bias).for_each(|(l, b)| *l += b);
            let mean = if each > 0.0 { row.iter().sum::<f32>() } else { 0.0 };
            let raw = row[label];
            let log_sum = raw - log_softmax_at(row, label);
            let expected = own * raw + each * mean;
            row.iter_mut().for_each(|p| *p -= each);
            row[label] -= own;
            row.iter_mut().for_each(|p| *p *= share);
            f64::from(share) * f64::from(log_sum - expected)
        })
        .collect();
    let mut bias_slope = vec![0f32; classes];
    errors.chunks_exact(classes).for_each(|row| add(&mut bias_slope, row, 1.0));
    let errors = Tensor::from_vec(errors, (examples.len(), classes), &Device::Cpu)?;
    let mut gradient: Vec<f32> = errors.t()?.matmul(vectors)?.flatten_all()?.to_vec1()?;
    add(&mut gradient, weights, options.l2);
    gradient.extend(bias_slope);
    Ok((losses.iter().sum::<f64>() + 0.5 * f64::from(options.l2) * f64::from(dot(weights, weights)), gradient))
}

/// Replaces logits by probabilities; returns the logarithm of one of them.
fn log_softmax_at(logits: &mut [f32], at: usize) -> f32 {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let chosen = logits[at] - highest;
    let mut sum = 0f32;
    for l in logits.iter_mut() {
        *l = (*l - highest).exp();
        sum += *l;
    }
    logits.iter_mut().for_each(|p| *p /= sum);
    chosen - sum.ln()
}

fn softmax(logits: &mut [f32]) {
    if !logits.is_empty() {
        log_softmax_at(logits, 0);
    }
}

/// The temperature with the lowest loss on `judged`, by golden section over its logarithm.
fn temperature(logits: &[Vec<f32>], labels: &[usize], judged: &[usize]) -> f32 {
    if judged.is_empty() {
        return 1.0;
    }
    let loss = |log_t: f32| -> f64 {
        let t = log_t.exp();
        let one = |&i: &usize| {
            let mut scaled: Vec<f32> = logits[i].iter().map(|l| l / t).collect();
            f64::from(-log_softmax_at(&mut scaled, labels[i]))
        };
        judged.iter().map(one).sum()
    };
    let ratio = 0.618_034_f32;
    let (mut low, mut high) = ((0.05f32).ln(), (10f32).ln());
    while high - low > 0.01 {
        let (a, b) = (high - ratio * (high - low), low + ratio * (high - low));
        if loss(a) < loss(b) { high = b } else { low = a }
    }
    low.midpoint(high).exp()
}

/// In sixteen lanes, because the compiler may not reorder a sum of floats by itself.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0f32; 16];
    let (chunks_a, chunks_b) = (a.chunks_exact(16), b.chunks_exact(16));
    let rest: f32 = chunks_a.remainder().iter().zip(chunks_b.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in chunks_a.zip(chunks_b) {
        for (lane, (x, y)) in lanes.iter_mut().zip(x.iter().zip(y)) {
            *lane = x.mul_add(*y, *lane);
        }
    }
    lanes.iter().sum::<f32>() + rest
}

fn add(to: &mut [f32], from: &[f32], factor: f32) {
    to.iter_mut().zip(from).for_each(|(t, f)| *t = f.mul_add(factor, *t));
}

#[cfg(test)]
#[path = "head_tests.rs"]
mod tests;
