//! BERT's forward pass over a ragged batch: the linears see all tokens of all texts in one matrix, and attention sees
//! texts of equal length together. So nothing is padded, and a text gets the same vector alone and in a batch.

use candle_core::{D, Device, Result, Tensor};
use candle_nn::ops::softmax_last_dim;

use crate::ops::{Bias, BiasGelu, BiasResidualNorm, normalise};
use crate::q4;

pub struct Linear {
    /// Input × output: the product runs over it without copying it first, three times faster for a short text.
    weight: Tensor,
    bias: Vec<f32>,
}

impl Linear {
    /// `weight` is input × output.
    pub fn new(weight: Vec<f32>, bias: Vec<f32>, input: usize, output: usize) -> Result<Self> {
        let weight = Tensor::from_vec(weight, (input, output), &Device::Cpu)?;
        Ok(Linear { weight, bias })
    }

    /// Without the bias, which goes into the next step.
    fn product(&self, x: &Tensor) -> Result<Tensor> {
        x.matmul(&self.weight)
    }
}

pub struct Norm {
    pub weight: Vec<f32>,
    pub shift: Vec<f32>,
}

pub struct Layer {
    /// Queries (already divided by the root of the head's size), keys and values side by side.
    pub qkv: Linear,
    pub output: Linear,
    pub attention_norm: Norm,
    pub up: Linear,
    pub down: Linear,
    pub output_norm: Norm,
}

pub struct Bert {
    /// Q4_0 rows; only the rows of the tokens at hand are ever made floats.
    pub words: Vec<u8>,
    /// Position plus token type, row by row.
    pub positions: Vec<f32>,
    pub norm: Norm,
    pub layers: Vec<Layer>,
    pub hidden: usize,
    pub heads: usize,
    pub epsilon: f32,
}

/// Texts of the same length that stand one after the other.
struct Run {
    start: usize,
    texts: usize,
    length: usize,
}

impl Bert {
    /// Mean of the last layer over the tokens of each text. Texts must be sorted by length to be fast. `keep` sees the
    /// output of each layer, tokens × hidden, counted from 0.
    pub fn forward(
        &self,
        texts: &[&[u32]],
        mut keep: impl FnMut(usize, &Tensor) -> Result<()>,
    ) -> Result<Vec<Vec<f32>>> {
        let mut runs: Vec<Run> = Vec::new();
        let mut total = 0;
        for text in texts {
            match runs.last_mut() {
                Some(run) if run.length == text.len() => run.texts += 1,
                _ => runs.push(Run { start: total, texts: 1, length: text.len() }),
            }
            total += text.len();
        }
        let mut x = self.embed(texts, total)?;
        for (i, layer) in self.layers.iter().enumerate() {
            x = self.layer(layer, &x, &runs)?;
            keep(i, &x)?;
        }
        let rows: Vec<f32> = x.flatten_all()?.to_vec1()?;
        let mut at = 0;
        let mean = |text: &&[u32]| {
            let mut sum = vec![0f32; self.hidden];
            for row in rows[at * self.hidden..(at + text.len()) * self.hidden].chunks_exact(self.hidden) {
                sum.iter_mut().zip(row).for_each(|(s, v)| *s += v);
            }
            at += text.len();
            sum.iter_mut().for_each(|s| *s /= text.len() as f32);
            sum
        };
        Ok(texts.iter().map(mean).collect())
    }

    fn embed(&self, texts: &[&[u32]], total: usize) -> Result<Tensor> {
        let mut rows = vec![0f32; total * self.hidden];
        let row_bytes = q4::row_bytes(self.hidden);
        let ids = texts.iter().flat_map(|text| text.iter().enumerate());
        for ((position, &id), out) in ids.zip(rows.chunks_exact_mut(self.hidden)) {
            let at = id as usize * row_bytes;
            let (Some(word), Some(place)) = (
                self.words.get(at..at + row_bytes),
                self.positions.get(position * self.hidden..(position + 1) * self.hidden),
            ) else {
                candle_core::bail!("token {id} at position {position} is outside the model");
            };
            q4::dequantise(word, out);
            out.iter_mut().zip(place).for_each(|(o, p)| *o += p);
            normalise(out, &self.norm.weight, &self.norm.shift, self.epsilon);
        }
        Tensor::from_vec(rows, (total, self.hidden), &Device::Cpu)
    }

    /// x + linear(input), normalised.
    fn join(&self, linear: &Linear, input: &Tensor, x: &Tensor, norm: &Norm) -> Result<Tensor> {
        let joined = linear.product(input)?;
        let (bias, weight, shift) = (&linear.bias, &norm.weight, &norm.shift);
        joined.inplace_op2(x, &BiasResidualNorm { bias, weight, shift, epsilon: self.epsilon })?;
        Ok(joined)
    }

    fn layer(&self, layer: &Layer, x: &Tensor, runs: &[Run]) -> Result<Tensor> {
        let qkv = layer.qkv.product(x)?;
        qkv.inplace_op1(&Bias(&layer.qkv.bias))?;
        let attended = runs.iter().map(|run| self.attend(&qkv, run)).collect::<Result<Vec<_>>>()?;
        let attended = if attended.len() == 1 { attended[0].clone() } else { Tensor::cat(&attended, 0)? };
        let x = self.join(&layer.output, &attended, x, &layer.attention_norm)?;
        let inner = layer.up.product(&x)?;
        inner.inplace_op1(&BiasGelu(&layer.up.bias))?;
        self.join(&layer.down, &inner, &x, &layer.output_norm)
    }

    fn attend(&self, qkv: &Tensor, run: &Run) -> Result<Tensor> {
        let (n, length, heads) = (run.texts, run.length, self.heads);
        let qkv = qkv
            .narrow(0, run.start, n * length)?
            .reshape((n, length, 3, heads, self.hidden / heads))?
            .permute((2, 0, 3, 1, 4))?
            .contiguous()?;
        let (q, k, v) = (qkv.get(0)?, qkv.get(1)?, qkv.get(2)?);
        let weights = softmax_last_dim(&q.matmul(&k.transpose(D::Minus1, D::Minus2)?)?)?;
        weights.matmul(&v)?.transpose(1, 2)?.reshape((n * length, self.hidden))
    }
}
