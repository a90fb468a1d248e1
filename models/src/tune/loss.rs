//! Losses over a batch of sentence vectors, and their slopes at the encoder's last layer.

/// Sentence vectors: the mean of a text's rows, normalised.
pub struct Pooled {
    hidden: usize,
    /// Texts × hidden.
    pub units: Vec<f32>,
    norms: Vec<f32>,
    lengths: Vec<usize>,
}

impl Pooled {
    /// `rows` are the last layer's vectors, token by token.
    pub fn of(rows: &[f32], hidden: usize, lengths: &[usize]) -> Pooled {
        let mut units = vec![0f32; lengths.len() * hidden];
        let mut norms = vec![0f32; lengths.len()];
        let mut at = 0;
        for ((unit, &length), norm) in units.chunks_exact_mut(hidden).zip(lengths).zip(&mut norms) {
            for row in rows[at * hidden..(at + length) * hidden].chunks_exact(hidden) {
                unit.iter_mut().zip(row).for_each(|(u, v)| *u += v / length as f32);
            }
            at += length;
            *norm = unit.iter().map(|u| u * u).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
            unit.iter_mut().for_each(|u| *u /= *norm);
        }
        Pooled { hidden, units, norms, lengths: lengths.to_vec() }
    }

    /// From slopes at the sentence vectors to slopes at every row.
    pub fn rows(&self, slopes: &[f32]) -> Vec<f32> {
        let mut out = Vec::with_capacity(self.lengths.iter().sum::<usize>() * self.hidden);
        let texts = slopes.chunks_exact(self.hidden).zip(self.units.chunks_exact(self.hidden));
        for (((slope, unit), &length), norm) in texts.zip(&self.lengths).zip(&self.norms) {
            // Through the normalisation: what goes along the vector has no effect.
            let along: f32 = slope.iter().zip(unit).map(|(s, u)| s * u).sum();
            let row: Vec<f32> = slope.iter().zip(unit).map(|(s, u)| (s - along * u) / norm / length as f32).collect();
            (0..length).for_each(|_| out.extend_from_slice(&row));
        }
        out
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The supervised contrastive loss; its slope is added to `slopes`. Texts whose class no other text of the batch has are
/// negatives for the others.
pub fn contrastive(units: &[f32], hidden: usize, classes: &[usize], temperature: f32, slopes: &mut [f32]) -> f32 {
    let n = classes.len();
    let row = |i: usize| &units[i * hidden..(i + 1) * hidden];
    let mut similar = vec![0f32; n * n];
    for i in 0..n {
        for j in 0..i {
            let s = dot(row(i), row(j)) / temperature;
            similar[i * n + j] = s;
            similar[j * n + i] = s;
        }
    }
    let anchors = (0..n).filter(|&i| (0..n).any(|j| j != i && classes[j] == classes[i])).count().max(1) as f32;
    let mut loss = 0f32;
    for i in 0..n {
        let same: Vec<usize> = (0..n).filter(|&j| j != i && classes[j] == classes[i]).collect();
        if same.is_empty() {
            continue;
        }
        let s = &similar[i * n..(i + 1) * n];
        let highest = (0..n).filter(|&j| j != i).map(|j| s[j]).fold(f32::NEG_INFINITY, f32::max);
        let sum: f32 = (0..n).filter(|&j| j != i).map(|j| (s[j] - highest).exp()).sum();
        let share = 1.0 / same.len() as f32;
        loss -= same.iter().map(|&j| s[j] - highest - sum.ln()).sum::<f32>() * share / anchors;
        for j in (0..n).filter(|&j| j != i) {
            let expected = (s[j] - highest).exp() / sum;
            let wanted = if classes[j] == classes[i] { share } else { 0.0 };
            let g = (expected - wanted) / temperature / anchors;
            for d in 0..hidden {
                slopes[i * hidden + d] += g * units[j * hidden + d];
                slopes[j * hidden + d] += g * units[i * hidden + d];
            }
        }
    }
    loss
}

/// Replaces scores by their softmax; returns the logarithm of one.
fn log_softmax_at(scores: &mut [f32], at: usize) -> f32 {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let chosen = scores[at] - highest;
    let mut sum = 0f32;
    for s in scores.iter_mut() {
        *s = (*s - highest).exp();
        sum += *s;
    }
    scores.iter_mut().for_each(|s| *s /= sum);
    chosen - sum.ln()
}

/// A softmax over all classes, linear in the rows: one weight row for each class.
pub struct Classifier {
    hidden: usize,
    /// Classes × hidden.
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
}

/// Slopes of a classifier's parameters.
pub struct ClassifierSlopes {
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
}

impl Classifier {
    pub fn zero(classes: usize, hidden: usize) -> Classifier {
        Classifier { hidden, weights: vec![0.0; classes * hidden], bias: vec![0.0; classes] }
    }

    /// Slopes that begin at nothing.
    pub fn slopes(&self) -> ClassifierSlopes {
        ClassifierSlopes { weights: vec![0.0; self.weights.len()], bias: vec![0.0; self.bias.len()] }
    }

    /// The cross entropy of a row against its class, multiplied by `share`; its slopes are added.
    pub fn loss(&self, row: &[f32], class: usize, share: f32, slope: &mut [f32], own: &mut ClassifierSlopes) -> f32 {
        let h = self.hidden;
        let mut scores: Vec<f32> = self.weights.chunks_exact(h).zip(&self.bias).map(|(w, b)| dot(row, w) + b).collect();
        let loss = -log_softmax_at(&mut scores, class) * share;
        scores[class] -= 1.0;
        for (c, g) in scores.iter().map(|s| s * share).enumerate().filter(|(_, g)| g.abs() > 1e-9) {
            slope.iter_mut().zip(&self.weights[c * h..(c + 1) * h]).for_each(|(s, w)| *s += g * w);
            own.weights[c * h..(c + 1) * h].iter_mut().zip(row).for_each(|(s, r)| *s += g * r);
            own.bias[c] += g;
        }
        loss
    }
}
