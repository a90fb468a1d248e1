//! The element-wise steps of BERT, written so that the compiler vectorises them. Candle's own `gelu_erf` calls the C
//! library for every number, which took a sixth of the encoder's time.

/// Layer norm of one row.
pub fn normalise(row: &mut [f32], weight: &[f32], shift: &[f32], epsilon: f32) {
    let width = row.len() as f32;
    let mean = sum(row, |x| x) / width;
    let variance = sum(row, |x| (x - mean) * (x - mean)) / width;
    let scale = 1.0 / (variance + epsilon).sqrt();
    for (x, (w, s)) in row.iter_mut().zip(weight.iter().zip(shift)) {
        *x = (*x - mean) * scale * w + s;
    }
}

/// In lanes: the compiler may not reorder a sum of floats by itself.
fn sum(values: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0f32; 16];
    let (chunks, rest) = values.as_chunks::<16>();
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, &v)| *lane += f(v));
    }
    lanes.iter().sum::<f32>() + rest.iter().map(|&v| f(v)).sum::<f32>()
}

/// x · Φ(x)
pub fn gelu(x: f32) -> f32 {
    x * normal_cdf(x)
}

/// The standard normal density.
pub fn normal_density(x: f32) -> f32 {
    0.398_942_3 * exp(-0.5 * x * x)
}

/// Φ(x) with the error function of Abramowitz and Stegun 7.1.26, right to 2e-7.
pub fn normal_cdf(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / 0.327_591_1_f32.mul_add(z, 1.0);
    let polynomial = 1.061_405_4_f32
        .mul_add(t, -1.453_152_1)
        .mul_add(t, 1.421_413_8)
        .mul_add(t, -0.284_496_72)
        .mul_add(t, 0.254_829_6);
    let erf = 1.0 - polynomial * t * exp(-z * z);
    0.5 * (1.0 + erf.copysign(x))
}

/// The same, right to 1e-5 of the larger of x and 1, in a third of the time: for numbers that become bytes.
pub fn coarse_gelu(x: f32) -> f32 {
    // (Φ(x) - ½) / x is even; least squares in x² on |x| ≤ 4.5, where all but 3.4e-6 of the distribution lies.
    let near = x.clamp(-4.5, 4.5);
    let t = (near * near).mul_add(2.0 / 20.25, -1.0);
    let polynomial = (-1.565_674_3e-3_f32)
        .mul_add(t, 4.655_315_5e-3)
        .mul_add(t, -6.682_833_7e-3)
        .mul_add(t, 1.014_046_8e-2)
        .mul_add(t, -1.815_923e-2)
        .mul_add(t, 2.862_396_3e-2)
        .mul_add(t, -4.029_579e-2)
        .mul_add(t, 5.467_185e-2)
        .mul_add(t, -7.718_337e-2)
        .mul_add(t, 0.156_905_3);
    x * near.mul_add(polynomial, 0.5)
}

/// e^x for x ≤ 0, right to a few units in the last place; 0 below what a float can hold.
pub fn exp(x: f32) -> f32 {
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

    fn close(a: &[f32], b: &Tensor, tolerance: f32) {
        let b: Vec<f32> = b.flatten_all().unwrap().to_vec1().unwrap();
        for (i, (x, y)) in a.iter().zip(&b).enumerate() {
            assert!((x - y).abs() <= tolerance, "{i}: {x} {y}");
        }
    }

    #[test]
    fn the_steps_are_those_of_candle() {
        for width in [384, 40] {
            let x = spread(5 * width);
            let theirs = Tensor::from_slice(&x, (5, width), &Device::Cpu).unwrap();
            let gelus: Vec<f32> = x.iter().map(|&v| gelu(v)).collect();
            close(&gelus, &theirs.gelu_erf().unwrap(), 3e-6);
            let gelus: Vec<f32> = x.iter().map(|&v| coarse_gelu(v)).collect();
            close(&gelus, &theirs.gelu_erf().unwrap(), 6e-5);

            let weight: Vec<f32> = spread(width).iter().map(|b| b * 0.1).collect();
            let w = Tensor::from_slice(&weight, width, &Device::Cpu).unwrap();
            let mut rows = x.clone();
            rows.chunks_exact_mut(width).for_each(|row| normalise(row, &weight, &weight, 1e-12));
            close(&rows, &candle_nn::ops::layer_norm_slow(&theirs, &w, &w, 1e-12).unwrap(), 2e-5);
        }
    }

    #[test]
    fn exp_is_exp() {
        for i in 0..8_600 {
            let x = -(i as f32) / 100.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 4e-7, "{x}");
        }
        assert!(exp(-1e30) < 1e-37);
        assert_eq!(gelu(-40.0).abs(), 0.0);
        assert!(coarse_gelu(-40.0).abs() < 4e-4);
        assert!(gelu(f32::NAN).is_nan() && coarse_gelu(f32::NAN).is_nan());
    }
}
