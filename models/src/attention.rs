//! Multi-head attention of one text over itself, in floats.
//!
//! Keys and values of a head are copied into panels of 16 numbers side by side, so that both products run along memory.
#![allow(clippy::needless_range_loop)] // over lanes and rows of several arrays at once

use crate::ops::exp;

const LANES: usize = 16;
/// Queries that are answered together.
const ROWS: usize = 4;

/// Memory that the next text uses again.
#[derive(Default)]
pub struct Scratch {
    keys: Vec<[f32; LANES]>,
    values: Vec<[f32; LANES]>,
    scores: [Vec<[f32; LANES]>; ROWS],
}

/// `qkv` has queries, keys and values of each token side by side, `out` gets the heads' answers side by side.
pub fn attend(qkv: &[f32], heads: usize, hidden: usize, out: &mut [f32], scratch: &mut Scratch) {
    let (length, size) = (qkv.len() / (3 * hidden), hidden / heads);
    let Scratch { keys, values, scores } = scratch;
    let padded = length.next_multiple_of(LANES);
    let panels = size.div_ceil(LANES);
    keys.clear();
    keys.resize(padded / LANES * size, [0.0; LANES]);
    values.clear();
    values.resize(panels * length, [0.0; LANES]);
    scores.iter_mut().for_each(|s| s.resize(padded / LANES, [0.0; LANES]));
    for head in 0..heads {
        for (j, row) in qkv.chunks_exact(3 * hidden).enumerate() {
            let key = &row[hidden + head * size..][..size];
            let panel = &mut keys[j / LANES * size..][..size];
            panel.iter_mut().zip(key).for_each(|(lanes, k)| lanes[j % LANES] = *k);
            for (p, value) in row[2 * hidden + head * size..][..size].chunks(LANES).enumerate() {
                values[p * length + j][..value.len()].copy_from_slice(value);
            }
        }
        for first in (0..length).step_by(ROWS) {
            // The last group answers its last query again to be full.
            let place = |r: usize| (first + r).min(length - 1);
            let queries: [&[f32]; ROWS] = std::array::from_fn(|r| &qkv[place(r) * 3 * hidden + head * size..][..size]);
            for (p, panel) in keys.chunks_exact(size).enumerate() {
                let found = product(queries, panel);
                for (scores, found) in scores.iter_mut().zip(found) {
                    scores[p] = found;
                }
            }
            let sums: [f32; ROWS] = std::array::from_fn(|r| {
                scores[r].as_flattened_mut()[length..].fill(f32::NEG_INFINITY);
                exponents(&mut scores[r])
            });
            let weights: [&[f32]; ROWS] = std::array::from_fn(|r| &scores[r].as_flattened()[..length]);
            for (p, panel) in values.chunks_exact(length).enumerate() {
                let found = product(weights, panel);
                let width = LANES.min(size - p * LANES);
                for (r, found) in found.iter().enumerate().take(length - first) {
                    let out = &mut out[(first + r) * hidden + head * size + p * LANES..][..width];
                    out.iter_mut().zip(found).for_each(|(o, f)| *o = f / sums[r]);
                }
            }
        }
    }
}

/// e^(x - largest) in place of each x, and their sum.
fn exponents(x: &mut [[f32; LANES]]) -> f32 {
    let mut most = [f32::NEG_INFINITY; LANES];
    for lanes in &*x {
        for l in 0..LANES {
            most[l] = if lanes[l] > most[l] { lanes[l] } else { most[l] };
        }
    }
    let most = fold(most, |a, b| if b > a { b } else { a });
    let mut sums = [0f32; LANES];
    for lanes in x {
        for l in 0..LANES {
            lanes[l] = exp(lanes[l] - most);
            sums[l] += lanes[l];
        }
    }
    fold(sums, |a, b| a + b)
}

/// In halves: four steps instead of sixteen.
fn fold(mut lanes: [f32; LANES], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        for l in 0..half {
            lanes[l] = f(lanes[l], lanes[l + half]);
        }
        half /= 2;
    }
    lanes[0]
}

/// Rows times a matrix of 16 columns.
fn product(rows: [&[f32]; ROWS], panel: &[[f32; LANES]]) -> [[f32; LANES]; ROWS] {
    let rows = rows.map(|row| &row[..panel.len()]);
    let mut sums = [[0f32; LANES]; ROWS];
    for (i, lanes) in panel.iter().enumerate() {
        for r in 0..ROWS {
            for l in 0..LANES {
                sums[r][l] = rows[r][i].mul_add(lanes[l], sums[r][l]);
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, number by number.
    fn plain(qkv: &[f32], heads: usize, hidden: usize) -> Vec<f64> {
        let (length, size) = (qkv.len() / (3 * hidden), hidden / heads);
        let at = |token: usize, part: usize, i: usize| f64::from(qkv[token * 3 * hidden + part * hidden + i]);
        let mut out = vec![0.0; length * hidden];
        for (i, h) in (0..length).flat_map(|i| (0..heads).map(move |h| (i, h * size))) {
            let scores: Vec<f64> =
                (0..length).map(|j| (h..h + size).map(|d| at(i, 0, d) * at(j, 1, d)).sum::<f64>().exp()).collect();
            let total: f64 = scores.iter().sum();
            for d in h..h + size {
                out[i * hidden + d] = (0..length).map(|j| scores[j] / total * at(j, 2, d)).sum();
            }
        }
        out
    }

    #[test]
    fn it_is_the_weighted_mean_of_the_values() {
        let mut scratch = Scratch::default();
        for (length, heads, size) in [(1, 1, 1), (3, 2, 5), (4, 3, 16), (17, 2, 32), (64, 1, 24), (33, 4, 8)] {
            let hidden = heads * size;
            let qkv: Vec<f32> = (0..length * 3 * hidden).map(|i| ((i * 7919) % 1999) as f32 / 1000.0 - 1.0).collect();
            let mut out = vec![f32::NAN; length * hidden];
            attend(&qkv, heads, hidden, &mut out, &mut scratch);
            for (i, (a, b)) in out.iter().zip(plain(&qkv, heads, hidden)).enumerate() {
                assert!((f64::from(*a) - b).abs() < 1e-5, "{length} × {heads} × {size}, {i}: {a} {b}");
            }
        }
    }

    #[test]
    fn large_scores_do_not_overflow() {
        let qkv = [300.0f32, 300.0, 7.0, -300.0, -300.0, 9.0];
        let mut out = [0.0; 2];
        attend(&qkv, 1, 1, &mut out, &mut Scratch::default());
        assert_eq!(out, [7.0, 9.0]);
    }
}
