//! The element-wise steps of BERT, each in one pass over the memory and written so that the compiler vectorises it.
//! Candle's own `gelu_erf` calls the C library for every number, which took a sixth of the encoder's time.

use candle_core::{CpuStorage, InplaceOp1, InplaceOp2, Layout, Result, bail};

fn floats<'a>(storage: &'a mut CpuStorage, layout: &Layout) -> Result<&'a mut [f32]> {
    let CpuStorage::F32(values) = storage else { bail!("floats expected") };
    let Some((from, to)) = layout.contiguous_offsets() else { bail!("contiguous memory expected") };
    Ok(&mut values[from..to])
}

/// x + bias, row by row.
pub struct Bias<'a>(pub &'a [f32]);

impl InplaceOp1 for Bias<'_> {
    fn name(&self) -> &'static str {
        "bias"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        for row in floats(storage, layout)?.chunks_exact_mut(self.0.len()) {
            row.iter_mut().zip(self.0).for_each(|(x, b)| *x += b);
        }
        Ok(())
    }
}

/// gelu(x + bias), row by row.
pub struct BiasGelu<'a>(pub &'a [f32]);

impl InplaceOp1 for BiasGelu<'_> {
    fn name(&self) -> &'static str {
        "bias-gelu"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        for row in floats(storage, layout)?.chunks_exact_mut(self.0.len()) {
            row.iter_mut().zip(self.0).for_each(|(x, b)| *x = gelu(*x + b));
        }
        Ok(())
    }
}

/// Layer norm of x + bias + residual, row by row.
pub struct BiasResidualNorm<'a> {
    pub bias: &'a [f32],
    pub weight: &'a [f32],
    pub shift: &'a [f32],
    pub epsilon: f32,
}

impl InplaceOp2 for BiasResidualNorm<'_> {
    fn name(&self) -> &'static str {
        "bias-residual-norm"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout, residual: &CpuStorage, place: &Layout) -> Result<()> {
        let CpuStorage::F32(residual) = residual else { bail!("floats expected") };
        let Some((from, to)) = place.contiguous_offsets() else { bail!("contiguous memory expected") };
        let width = self.bias.len();
        let rows = floats(storage, layout)?.chunks_exact_mut(width);
        for (row, residual) in rows.zip(residual[from..to].chunks_exact(width)) {
            row.iter_mut().zip(residual.iter().zip(self.bias)).for_each(|(x, (r, b))| *x += r + b);
            normalise(row, self.weight, self.shift, self.epsilon);
        }
        Ok(())
    }
}

/// Layer norm of one row.
pub fn normalise(row: &mut [f32], weight: &[f32], shift: &[f32], epsilon: f32) {
    let width = row.len() as f32;
    let mean = sum(row.iter().copied()) / width;
    let variance = sum(row.iter().map(|x| (x - mean) * (x - mean))) / width;
    let scale = 1.0 / (variance + epsilon).sqrt();
    for (x, (w, s)) in row.iter_mut().zip(weight.iter().zip(shift)) {
        *x = (*x - mean) * scale * w + s;
    }
}

/// In lanes: the compiler may not reorder a sum of floats by itself.
fn sum(values: impl ExactSizeIterator<Item = f32>) -> f32 {
    let mut lanes = [0f32; 16];
    for (i, v) in values.enumerate() {
        lanes[i % 16] += v;
    }
    lanes.iter().sum()
}

/// x · Φ(x) with the error function of Abramowitz and Stegun 7.1.26, right to 2e-7.
fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / 0.327_591_1_f32.mul_add(z, 1.0);
    let polynomial = 1.061_405_4_f32
        .mul_add(t, -1.453_152_1)
        .mul_add(t, 1.421_413_8)
        .mul_add(t, -0.284_496_72)
        .mul_add(t, 0.254_829_6);
    let erf = 1.0 - polynomial * t * exp(-z * z);
    0.5 * x * (1.0 + erf.copysign(x))
}

/// e^x for x ≤ 0, right to a few units in the last place; 0 below what a float can hold.
fn exp(x: f32) -> f32 {
    // 2^n · e^r: adding 1.5 · 2^23 rounds to the integer n and leaves it in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.max(-87.0);
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-0.693_359_4, x);
    let r = n.mul_add(2.121_944_4e-4, r);
    let e = 1.984_126_9e-4_f32
        .mul_add(r, 1.388_888_9e-3)
        .mul_add(r, 8.333_334e-3)
        .mul_add(r, 4.166_666_8e-2)
        .mul_add(r, 1.666_666_7e-1)
        .mul_add(r, 0.5)
        .mul_add(r, 1.0)
        .mul_add(r, 1.0);
    let power = (shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127)) << 23;
    e * f32::from_bits(power)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use candle_core::{Device, Tensor};

    fn spread(n: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * 7919) % 4001) as f32 / 200.0 - 10.0).collect()
    }

    fn close(a: &Tensor, b: &Tensor, tolerance: f32) {
        let (a, b): (Vec<f32>, Vec<f32>) =
            (a.flatten_all().unwrap().to_vec1().unwrap(), b.flatten_all().unwrap().to_vec1().unwrap());
        for (i, (x, y)) in a.iter().zip(&b).enumerate() {
            assert!((x - y).abs() <= tolerance, "{i}: {x} {y}");
        }
    }

    #[test]
    fn the_steps_are_those_of_candle() {
        let x = Tensor::from_vec(spread(5 * 384), (5, 384), &Device::Cpu).unwrap();
        let residual = (&x * 0.3).unwrap();
        let bias: Vec<f32> = spread(384).iter().map(|b| b * 0.1).collect();
        let b = Tensor::from_vec(bias.clone(), 384, &Device::Cpu).unwrap();

        let biased = x.broadcast_add(&b).unwrap();
        let ours = x.copy().unwrap();
        ours.inplace_op1(&Bias(&bias)).unwrap();
        close(&ours, &biased, 0.0);

        let ours = x.copy().unwrap();
        ours.inplace_op1(&BiasGelu(&bias)).unwrap();
        close(&ours, &biased.gelu_erf().unwrap(), 3e-6);

        let ours = x.copy().unwrap();
        let op = BiasResidualNorm { bias: &bias, weight: &bias, shift: &bias, epsilon: 1e-12 };
        ours.inplace_op2(&residual, &op).unwrap();
        let theirs = candle_nn::ops::layer_norm_slow(&(biased + residual).unwrap(), &b, &b, 1e-12).unwrap();
        close(&ours, &theirs, 2e-5);
    }

    #[test]
    fn exp_is_exp() {
        for i in 0..8_600 {
            let x = -(i as f32) / 100.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 4e-7, "{x}");
        }
        assert!(exp(-1e30) < 1e-37);
        assert_eq!(gelu(-40.0).abs(), 0.0);
        assert!(gelu(f32::NAN).is_nan());
    }
}
