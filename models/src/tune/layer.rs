//! One layer of BERT with its deltas, forward and backward. Names follow `bert.rs`; a *slope* is the derivative of the
//! loss with respect to what its name says.

use candle_core::{D, Device, Result, Tensor};
use candle_nn::ops::softmax_last_dim;

use crate::adapter::{Delta, LayerDeltas};
use crate::bert::{Bert, Layer, Linear, Norm};
use crate::ops;

/// Texts of the same length that stand one after the other.
pub struct Run {
    pub start: usize,
    pub texts: usize,
    pub length: usize,
}

impl Run {
    /// Of the texts' lengths, sorted.
    pub fn of(lengths: &[usize]) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let mut total = 0;
        for &length in lengths {
            match runs.last_mut() {
                Some(run) if run.length == length => run.texts += 1,
                _ => runs.push(Run { start: total, texts: 1, length }),
            }
            total += length;
        }
        runs
    }
}

/// Gradients of the two halves of a delta, as they lie in memory.
#[derive(Default)]
pub struct DeltaGradient {
    pub down: Vec<f32>,
    pub up: Vec<f32>,
}

#[derive(Default)]
pub struct LayerGradient {
    pub qkv: DeltaGradient,
    pub output: DeltaGradient,
    pub up: DeltaGradient,
    pub down: DeltaGradient,
}

struct Attention {
    q: Tensor,
    k: Tensor,
    v: Tensor,
    weights: Tensor,
}

/// A layer norm's centred and scaled input, and the scales.
struct Normed {
    unit: Vec<f32>,
    scale: Vec<f32>,
}

/// What the backward pass needs of the forward pass.
pub struct Kept {
    x: Tensor,
    x_low: Option<Tensor>,
    attention: Vec<Attention>,
    attended: Tensor,
    attended_low: Option<Tensor>,
    attention_norm: Normed,
    h: Tensor,
    h_low: Option<Tensor>,
    before_gelu: Vec<f32>,
    inner: Tensor,
    inner_low: Option<Tensor>,
    output_norm: Normed,
}

fn floats(x: &Tensor) -> Result<Vec<f32>> {
    x.flatten_all()?.to_vec1()
}

/// The product with weight and delta, with the bias; also the product with the delta's first half.
fn linear(linear: &Linear, delta: Option<&Delta>, x: &Tensor) -> Result<(Tensor, Option<Tensor>)> {
    let plain = x.matmul(linear.weight()?)?.broadcast_add(&Tensor::from_slice(
        &linear.bias,
        linear.bias.len(),
        &Device::Cpu,
    )?)?;
    match delta {
        None => Ok((plain, None)),
        Some(delta) => {
            let low = x.matmul(&delta.down)?;
            Ok(((plain + low.matmul(&delta.up)?)?, Some(low)))
        }
    }
}

/// The slope of the input, and the delta's gradient.
fn linear_back(
    linear: &Linear,
    delta: Option<&Delta>,
    x: &Tensor,
    low: Option<&Tensor>,
    slope: &Tensor,
    needed: bool,
) -> Result<(Option<Tensor>, DeltaGradient)> {
    let mut below = if needed { Some(slope.matmul(&linear.weight()?.t()?)?) } else { None };
    let mut gradient = DeltaGradient::default();
    if let (Some(delta), Some(low)) = (delta, low) {
        let low_slope = slope.matmul(&delta.up.t()?)?;
        gradient.up = floats(&low.t()?.matmul(slope)?)?;
        gradient.down = floats(&x.t()?.matmul(&low_slope)?)?;
        if let Some(b) = below {
            below = Some((b + low_slope.matmul(&delta.down.t()?)?)?);
        }
    }
    Ok((below, gradient))
}

fn norm(x: &Tensor, norm: &Norm, epsilon: f32) -> Result<(Tensor, Normed)> {
    let mut unit = floats(x)?;
    let width = norm.weight.len();
    let mut out = vec![0f32; unit.len()];
    let mut scales = Vec::with_capacity(unit.len() / width);
    for (row, out) in unit.chunks_exact_mut(width).zip(out.chunks_exact_mut(width)) {
        let mean = row.iter().sum::<f32>() / width as f32;
        let variance = row.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / width as f32;
        let scale = 1.0 / (variance + epsilon).sqrt();
        for ((v, o), (w, s)) in row.iter_mut().zip(out).zip(norm.weight.iter().zip(&norm.shift)) {
            *v = (*v - mean) * scale;
            *o = *v * w + s;
        }
        scales.push(scale);
    }
    Ok((Tensor::from_vec(out, x.shape(), &Device::Cpu)?, Normed { unit, scale: scales }))
}

fn norm_back(kept: &Normed, norm: &Norm, slope: &Tensor) -> Result<Tensor> {
    let mut slopes = floats(slope)?;
    let width = norm.weight.len();
    for ((row, unit), scale) in slopes.chunks_exact_mut(width).zip(kept.unit.chunks_exact(width)).zip(&kept.scale) {
        row.iter_mut().zip(&norm.weight).for_each(|(s, w)| *s *= w);
        let mean = row.iter().sum::<f32>() / width as f32;
        let along = row.iter().zip(unit).map(|(s, u)| s * u).sum::<f32>() / width as f32;
        row.iter_mut().zip(unit).for_each(|(s, u)| *s = scale * (*s - mean - u * along));
    }
    Tensor::from_vec(slopes, slope.shape(), &Device::Cpu)
}

pub fn forward(
    bert: &Bert,
    layer: &Layer,
    deltas: Option<&LayerDeltas>,
    x: &Tensor,
    runs: &[Run],
) -> Result<(Tensor, Kept)> {
    let (qkv, x_low) = linear(&layer.qkv, deltas.map(|d| &d.qkv), x)?;
    let mut attention = Vec::with_capacity(runs.len());
    let mut parts = Vec::with_capacity(runs.len());
    for run in runs {
        let (n, length, heads) = (run.texts, run.length, bert.heads);
        let part = qkv
            .narrow(0, run.start, n * length)?
            .reshape((n, length, 3, heads, bert.hidden / heads))?
            .permute((2, 0, 3, 1, 4))?
            .contiguous()?;
        let (q, k, v) = (part.get(0)?, part.get(1)?, part.get(2)?);
        let weights = softmax_last_dim(&q.matmul(&k.transpose(D::Minus1, D::Minus2)?)?)?;
        parts.push(weights.matmul(&v)?.transpose(1, 2)?.reshape((n * length, bert.hidden))?);
        attention.push(Attention { q, k, v, weights });
    }
    let attended = Tensor::cat(&parts, 0)?;
    let (joined, attended_low) = linear(&layer.output, deltas.map(|d| &d.output), &attended)?;
    let (h, attention_norm) = norm(&(joined + x)?, &layer.attention_norm, bert.epsilon)?;
    let (before, h_low) = linear(&layer.up, deltas.map(|d| &d.up), &h)?;
    let before_gelu = floats(&before)?;
    let inner: Vec<f32> = before_gelu.iter().map(|&z| z * ops::normal_cdf(z)).collect();
    let inner = Tensor::from_vec(inner, before.shape(), &Device::Cpu)?;
    let (joined, inner_low) = linear(&layer.down, deltas.map(|d| &d.down), &inner)?;
    let (y, output_norm) = norm(&(joined + &h)?, &layer.output_norm, bert.epsilon)?;
    let kept = Kept {
        x: x.clone(),
        x_low,
        attention,
        attended,
        attended_low,
        attention_norm,
        h,
        h_low,
        before_gelu,
        inner,
        inner_low,
        output_norm,
    };
    Ok((y, kept))
}

/// The slope of the layer's input (when `needed`), and the deltas' gradients.
pub fn backward(
    bert: &Bert,
    layer: &Layer,
    deltas: Option<&LayerDeltas>,
    kept: Kept,
    slope: Tensor,
    needed: bool,
) -> Result<(Option<Tensor>, LayerGradient)> {
    let mut gradient = LayerGradient::default();
    let missing = || candle_core::Error::Msg("a slope is missing".into());

    let slope = norm_back(&kept.output_norm, &layer.output_norm, &slope)?;
    let (inner, part) =
        linear_back(&layer.down, deltas.map(|d| &d.down), &kept.inner, kept.inner_low.as_ref(), &slope, true)?;
    gradient.down = part;
    let mut inner = floats(&inner.ok_or_else(missing)?)?;
    for (s, &z) in inner.iter_mut().zip(&kept.before_gelu) {
        *s *= ops::normal_cdf(z) + z * ops::normal_density(z);
    }
    let inner = Tensor::from_vec(inner, kept.inner.shape(), &Device::Cpu)?;
    let (h, part) = linear_back(&layer.up, deltas.map(|d| &d.up), &kept.h, kept.h_low.as_ref(), &inner, true)?;
    gradient.up = part;
    let slope = (h.ok_or_else(missing)? + slope)?;

    let slope = norm_back(&kept.attention_norm, &layer.attention_norm, &slope)?;
    let (attended, part) = linear_back(
        &layer.output,
        deltas.map(|d| &d.output),
        &kept.attended,
        kept.attended_low.as_ref(),
        &slope,
        true,
    )?;
    gradient.output = part;
    let attended = attended.ok_or_else(missing)?;
    let mut parts = Vec::with_capacity(kept.attention.len());
    let mut start = 0;
    for Attention { q, k, v, weights } in &kept.attention {
        let (n, heads, length, size) = q.dims4()?;
        let out =
            attended.narrow(0, start, n * length)?.reshape((n, length, heads, size))?.transpose(1, 2)?.contiguous()?;
        start += n * length;
        let v_slope = weights.t()?.matmul(&out)?;
        let mut scores = floats(&out.matmul(&v.t()?)?)?;
        let weight = floats(weights)?;
        for (s, w) in scores.chunks_exact_mut(length).zip(weight.chunks_exact(length)) {
            let along: f32 = s.iter().zip(w).map(|(s, w)| s * w).sum();
            s.iter_mut().zip(w).for_each(|(s, w)| *s = w * (*s - along));
        }
        let scores = Tensor::from_vec(scores, weights.shape(), &Device::Cpu)?;
        let (q_slope, k_slope) = (scores.matmul(k)?, scores.t()?.matmul(q)?);
        // Back to tokens × (3 · heads · size).
        let qkv = Tensor::stack(&[q_slope, k_slope, v_slope], 0)?.permute((1, 3, 0, 2, 4))?;
        parts.push(qkv.reshape((n * length, 3 * bert.hidden))?);
    }
    let qkv = Tensor::cat(&parts, 0)?;
    let (x, part) = linear_back(&layer.qkv, deltas.map(|d| &d.qkv), &kept.x, kept.x_low.as_ref(), &qkv, needed)?;
    gradient.qkv = part;
    let below = x.map(|x| x + slope).transpose()?;
    Ok((below, gradient))
}
