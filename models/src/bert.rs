//! BERT's forward pass over a ragged batch: the linears see all tokens of all texts in one matrix, attention sees one text
//! after the other. So nothing is padded.

use candle_core::{Device, Result, Storage, Tensor, bail};
use rayon::prelude::*;

use crate::attention::{Scratch, attend};
use crate::ops::{coarse_gelu, gelu, normalise};
use crate::{int8, q4};

pub struct Linear {
    weight: Weight,
    pub bias: Vec<f32>,
}

enum Weight {
    /// Input × output: the product runs over it without copying it first, three times faster for a short text.
    Floats(Tensor),
    Bytes(int8::Weights),
}

impl Linear {
    /// `weight` is input × output.
    pub fn new(weight: Vec<f32>, bias: Vec<f32>, input: usize, output: usize) -> Result<Self> {
        let weight = Weight::Floats(Tensor::from_vec(weight, (input, output), &Device::Cpu)?);
        Ok(Linear { weight, bias })
    }

    /// Input × output, as long as they are floats.
    pub fn weight(&self) -> Result<&Tensor> {
        match &self.weight {
            Weight::Floats(weight) => Ok(weight),
            Weight::Bytes(_) => bail!("the encoder was opened with its weights as bytes"),
        }
    }

    /// Adds to the weights.
    pub fn change(&mut self, by: &Tensor) -> Result<()> {
        self.weight = Weight::Floats((self.weight()? + by)?);
        Ok(())
    }

    /// Puts bytes in the place of floats; false where this processor has no instructions for it.
    pub fn quantise(&mut self) -> Result<bool> {
        if let Weight::Floats(weight) = &self.weight {
            let (input, output) = weight.dims2()?;
            let weight = with_floats(weight, |w| int8::Weights::new(w, &self.bias, input, output))?;
            let Some(weight) = weight else { return Ok(false) };
            self.weight = Weight::Bytes(weight);
        }
        Ok(true)
    }

    /// x · weight + bias, row by row.
    fn apply(&self, x: &[f32], parts: &mut Vec<int8::Part>, out: &mut Vec<f32>) -> Result<()> {
        match &self.weight {
            Weight::Floats(weight) => {
                let input = weight.dims2()?.0;
                let product = Tensor::from_slice(x, (x.len() / input, input), &Device::Cpu)?.matmul(weight)?;
                out.clear();
                with_floats(&product, |rows| {
                    for row in rows.chunks_exact(self.bias.len()) {
                        out.extend(row.iter().zip(&self.bias).map(|(y, b)| y + b));
                    }
                })
            }
            Weight::Bytes(weight) => {
                weight.quantise(x, parts);
                weight.apply(parts, out);
                Ok(())
            }
        }
    }
}

fn with_floats<T>(tensor: &Tensor, f: impl FnOnce(&[f32]) -> T) -> Result<T> {
    let (storage, layout) = tensor.storage_and_layout();
    let (Storage::Cpu(storage), Some((from, to))) = (&*storage, layout.contiguous_offsets()) else {
        bail!("contiguous numbers in memory expected");
    };
    Ok(f(&storage.as_slice::<f32>()?[from..to]))
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

impl Layer {
    /// See `Linear::quantise`.
    pub fn quantise(&mut self) -> Result<bool> {
        let linears = [&mut self.qkv, &mut self.output, &mut self.up, &mut self.down];
        linears.into_iter().try_fold(true, |all, linear| Ok(linear.quantise()? && all))
    }

    /// `rows.change` becomes down(gelu(up(x))).
    fn feed_forward(&self, x: &[f32], rows: &mut Rows) -> Result<()> {
        match (&self.up.weight, &self.down.weight) {
            // The numbers between the two become bytes while they are at hand.
            (Weight::Bytes(up), Weight::Bytes(down)) => {
                up.quantise(x, &mut rows.parts);
                up.apply_then(&rows.parts, &mut rows.inner_parts, |block| {
                    block.iter_mut().for_each(|v| *v = coarse_gelu(*v));
                });
                down.apply(&rows.inner_parts, &mut rows.change);
                Ok(())
            }
            _ => {
                self.up.apply(x, &mut rows.parts, &mut rows.inner)?;
                rows.inner.iter_mut().for_each(|v| *v = gelu(*v));
                self.down.apply(&rows.inner, &mut rows.parts, &mut rows.change)
            }
        }
    }
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

/// Memory that all layers use.
#[derive(Default)]
struct Rows {
    qkv: Vec<f32>,
    attended: Vec<f32>,
    inner: Vec<f32>,
    change: Vec<f32>,
    /// Inputs of a linear as bytes.
    parts: Vec<int8::Part>,
    inner_parts: Vec<int8::Part>,
}

impl Bert {
    /// Mean of the last layer over the tokens of each text. `keep` sees the output of each layer, tokens × hidden,
    /// counted from 0.
    pub fn forward(&self, texts: &[&[u32]], mut keep: impl FnMut(usize, &[f32])) -> Result<Vec<Vec<f32>>> {
        let mut x = self.embed(texts)?;
        let mut rows = Rows::default();
        for (i, layer) in self.layers.iter().enumerate() {
            self.layer(layer, texts, &mut x, &mut rows)?;
            keep(i, &x);
        }
        let mut at = 0;
        let mean = |text: &&[u32]| {
            let mut sum = vec![0f32; self.hidden];
            for row in x[at * self.hidden..(at + text.len()) * self.hidden].chunks_exact(self.hidden) {
                sum.iter_mut().zip(row).for_each(|(s, v)| *s += v);
            }
            at += text.len();
            sum.iter_mut().for_each(|s| *s /= text.len() as f32);
            sum
        };
        Ok(texts.iter().map(mean).collect())
    }

    /// What comes out of the first `layers` layers, tokens × hidden.
    pub fn states(&self, texts: &[&[u32]], layers: usize) -> Result<Vec<f32>> {
        let mut x = self.embed(texts)?;
        let mut rows = Rows::default();
        self.layers.iter().take(layers).try_for_each(|layer| self.layer(layer, texts, &mut x, &mut rows))?;
        Ok(x)
    }

    /// What the first layer sees.
    pub fn embed(&self, texts: &[&[u32]]) -> Result<Vec<f32>> {
        let mut rows = vec![0f32; texts.iter().map(|t| t.len()).sum::<usize>() * self.hidden];
        let row_bytes = q4::row_bytes(self.hidden);
        let ids = texts.iter().flat_map(|text| text.iter().enumerate());
        for ((position, &id), out) in ids.zip(rows.chunks_exact_mut(self.hidden)) {
            let at = id as usize * row_bytes;
            let (Some(word), Some(place)) = (
                self.words.get(at..at + row_bytes),
                self.positions.get(position * self.hidden..(position + 1) * self.hidden),
            ) else {
                bail!("token {id} at position {position} is outside the model");
            };
            q4::dequantise(word, out);
            out.iter_mut().zip(place).for_each(|(o, p)| *o += p);
            normalise(out, &self.norm.weight, &self.norm.shift, self.epsilon);
        }
        Ok(rows)
    }

    fn layer(&self, layer: &Layer, texts: &[&[u32]], x: &mut [f32], rows: &mut Rows) -> Result<()> {
        layer.qkv.apply(x, &mut rows.parts, &mut rows.qkv)?;
        rows.attended.resize(x.len(), 0.0);
        self.attend(texts, &rows.qkv, &mut rows.attended);
        layer.output.apply(&rows.attended, &mut rows.parts, &mut rows.change)?;
        self.join(x, &rows.change, &layer.attention_norm);
        layer.feed_forward(x, rows)?;
        self.join(x, &rows.change, &layer.output_norm);
        Ok(())
    }

    /// Texts are shared out among the threads.
    fn attend(&self, texts: &[&[u32]], mut qkv: &[f32], mut out: &mut [f32]) {
        let mut work = Vec::with_capacity(texts.len());
        for text in texts {
            let (input, output) =
                (qkv.split_at(text.len() * 3 * self.hidden), out.split_at_mut(text.len() * self.hidden));
            work.push((input.0, output.0));
            (qkv, out) = (input.1, output.1);
        }
        let one = |scratch: &mut Scratch, (input, output)| attend(input, self.heads, self.hidden, output, scratch);
        if rayon::current_num_threads() > 1 && texts.len() > 1 {
            work.into_par_iter().for_each_init(Scratch::default, one);
        } else {
            let mut scratch = Scratch::default();
            work.into_iter().for_each(|text| one(&mut scratch, text));
        }
    }

    /// x + change, normalised.
    fn join(&self, x: &mut [f32], change: &[f32], norm: &Norm) {
        for (row, change) in x.chunks_exact_mut(self.hidden).zip(change.chunks_exact(self.hidden)) {
            row.iter_mut().zip(change).for_each(|(x, c)| *x += c);
            normalise(row, &norm.weight, &norm.shift, self.epsilon);
        }
    }
}
