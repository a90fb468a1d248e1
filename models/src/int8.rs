//! Products with weights of 8 bits: a quarter of the memory of floats, and four times their speed where the processor
//! multiplies bytes (AVX-512 VNNI).
//!
//! Weights are bytes with one scale for each output. A row of inputs is cut into blocks of 128, each `low + scale · byte`:
//! one large number takes precision from its block only. Sums of products of bytes are exact, and what is done in
//! floats is done in the same order everywhere, so a row gives the same numbers alone, among others and on every
//! processor.
//!
//! The only file with unsafe code: loads, stores, and calls of functions that need what `Isa::detect` has seen.
#![allow(unsafe_code)]
#![allow(clippy::needless_range_loop)] // over lanes and rows of several arrays at once

use rayon::prelude::*;

/// Inputs that share a scale, and outputs that are finished together.
pub const BLOCK: usize = 128;
/// Outputs of one tile: two registers of 16.
const PANEL: usize = 32;
/// Four products of bytes are summed in one step.
const QUADS: usize = BLOCK / 4;
/// Rows of one tile.
const MOST_ROWS: usize = 8;

/// A block of inputs.
#[derive(Clone)]
pub struct Part {
    bytes: [u8; BLOCK],
    scale: f32,
    low: f32,
}

const EMPTY: Part = Part { bytes: [0; BLOCK], scale: 0.0, low: 0.0 };

impl Part {
    fn set(&mut self, values: &[f32; BLOCK]) {
        // In halves, so that the compiler may do many at once.
        let (mut low, mut high) = (*values, *values);
        let mut half = BLOCK / 2;
        while half > 0 {
            for i in 0..half {
                low[i] = if low[i + half] < low[i] { low[i + half] } else { low[i] };
                high[i] = if high[i + half] > high[i] { high[i + half] } else { high[i] };
            }
            half /= 2;
        }
        let (low, range) = (low[0], high[0] - low[0]);
        let steps = if range > 1e-30 { 255.0 / range } else { 0.0 };
        for i in 0..BLOCK {
            // Adding 1.5 · 2^23 rounds to an integer and leaves it in the low bits.
            self.bytes[i] = (values[i] - low).mul_add(steps, 12_582_912.0).to_bits() as u8;
        }
        self.low = low;
        self.scale = range / 255.0;
    }
}

/// Rows of `width` numbers, each as its blocks.
fn quantise(x: &[f32], width: usize, parts: &mut Vec<Part>) {
    parts.resize(x.len() / width * width.div_ceil(BLOCK), EMPTY);
    for (parts, row) in parts.chunks_exact_mut(width.div_ceil(BLOCK)).zip(x.chunks_exact(width)) {
        let (whole, rest) = row.as_chunks::<BLOCK>();
        whole.iter().zip(&mut *parts).for_each(|(values, part)| part.set(values));
        if let (Some(&last), Some(part)) = (rest.last(), parts.last_mut()) {
            let mut values = [last; BLOCK]; // the weights behind the end are zero
            values[..rest.len()].copy_from_slice(rest);
            part.set(&values);
        }
    }
}

/// 16 outputs × 4 inputs.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([i8; 64]);

/// 32 outputs × 128 inputs, and the sum of the weights of each output.
#[derive(Clone)]
struct Tile {
    lines: [[Line; 2]; QUADS],
    sums: [f32; PANEL],
}

/// A linear layer.
pub struct Weights {
    isa: Isa,
    input: usize,
    output: usize,
    /// Tiles of the first 32 outputs, then of the next.
    tiles: Vec<Tile>,
    /// By panel.
    scales: Vec<[f32; PANEL]>,
    biases: Vec<[f32; PANEL]>,
}

impl Weights {
    /// `weight` is input × output. None when this processor has nothing for it, or a weight is not a number.
    pub fn new(weight: &[f32], bias: &[f32], input: usize, output: usize) -> Option<Weights> {
        Weights::with(Isa::detect()?, weight, bias, input, output)
    }

    fn with(isa: Isa, weight: &[f32], bias: &[f32], input: usize, output: usize) -> Option<Weights> {
        let whole = weight.len() == input * output && bias.len() == output && input * output > 0;
        if !whole || weight.iter().any(|w| !w.is_finite()) {
            return None;
        }
        let mut largest = vec![0f32; output];
        for row in weight.chunks_exact(output) {
            largest.iter_mut().zip(row).for_each(|(l, w)| *l = l.max(w.abs()));
        }
        let (panels, blocks) = (output.div_ceil(BLOCK) * (BLOCK / PANEL), input.div_ceil(BLOCK));
        let mut tiles = vec![Tile { lines: [[Line([0; 64]); 2]; QUADS], sums: [0.0; PANEL] }; panels * blocks];
        for (k, row) in weight.chunks_exact(output).enumerate() {
            for (n, (w, largest)) in row.iter().zip(&largest).enumerate() {
                let byte = if *largest > 0.0 { (w / largest * 127.0).round() } else { 0.0 };
                let tile = &mut tiles[n / PANEL * blocks + k / BLOCK];
                tile.lines[k % BLOCK / 4][n % PANEL / 16].0[n % 16 * 4 + k % 4] = byte as i8;
                tile.sums[n % PANEL] += byte;
            }
        }
        let mut scales = vec![[0.0; PANEL]; panels];
        let mut biases = scales.clone();
        for (n, (largest, bias)) in largest.iter().zip(bias).enumerate() {
            scales[n / PANEL][n % PANEL] = largest / 127.0;
            biases[n / PANEL][n % PANEL] = *bias;
        }
        Some(Weights { isa, input, output, tiles, scales, biases })
    }

    /// Rows of inputs, as `apply` wants them.
    pub fn quantise(&self, x: &[f32], parts: &mut Vec<Part>) {
        quantise(x, self.input, parts);
    }

    /// x · weight + bias.
    pub fn apply(&self, x: &[Part], out: &mut Vec<f32>) {
        let blocks = self.input.div_ceil(BLOCK);
        let rows = x.len() / blocks;
        out.resize(rows * self.output, 0.0);
        let work = |(x, out): (&[Part], &mut [f32])| {
            self.product(x, |row, column, tile| {
                let rows = out[row * self.output..].chunks_exact_mut(self.output);
                for (out, values) in rows.zip(tile) {
                    let end = self.output.min(column + BLOCK);
                    out[column..end].copy_from_slice(&values[..end - column]);
                }
            });
        };
        match share(rows) {
            Some(share) => x.par_chunks(share * blocks).zip(out.par_chunks_mut(share * self.output)).for_each(work),
            None => work((x, out)),
        }
    }

    /// f(x · weight + bias) for the next layer; `f` gets blocks of 128.
    pub fn apply_then(&self, x: &[Part], out: &mut Vec<Part>, f: impl Fn(&mut [f32; BLOCK]) + Sync) {
        let (blocks, width) = (self.input.div_ceil(BLOCK), self.output.div_ceil(BLOCK));
        let rows = x.len() / blocks;
        out.resize(rows * width, EMPTY);
        let work = |(x, out): (&[Part], &mut [Part])| {
            self.product(x, |row, column, tile| {
                for (i, values) in tile.iter_mut().enumerate() {
                    f(values);
                    out[(row + i) * width + column / BLOCK].set(values);
                }
            });
        };
        match share(rows) {
            Some(share) => x.par_chunks(share * blocks).zip(out.par_chunks_mut(share * width)).for_each(work),
            None => work((x, out)),
        }
    }

    /// `done` gets the number of the first row, that of the first output, and rows of 128 outputs.
    fn product(&self, x: &[Part], mut done: impl FnMut(usize, usize, &mut [[f32; BLOCK]])) {
        let blocks = self.input.div_ceil(BLOCK);
        let rows = x.len() / blocks;
        // Groups of nearly the same size: 14 rows are 7 and 7.
        let size = rows.div_ceil(rows.div_ceil(self.isa.rows()).max(1)).max(1);
        let mut tile = [[0f32; BLOCK]; MOST_ROWS];
        for column in (0..self.output).step_by(BLOCK) {
            for (group, x) in x.chunks(size * blocks).enumerate() {
                let tile = &mut tile[..x.len() / blocks];
                for offset in (0..BLOCK).step_by(PANEL) {
                    self.panel(x, (column + offset) / PANEL, offset, tile);
                }
                done(group * size, column, tile);
            }
        }
    }

    fn panel(&self, x: &[Part], panel: usize, offset: usize, out: &mut [[f32; BLOCK]]) {
        let blocks = self.input.div_ceil(BLOCK);
        let tiles = &self.tiles[panel * blocks..(panel + 1) * blocks];
        let finish = [&self.scales[panel], &self.biases[panel]];
        match out.len() {
            1 => self.isa.tile::<1>(x, tiles, finish, offset, out),
            2 => self.isa.tile::<2>(x, tiles, finish, offset, out),
            3 => self.isa.tile::<3>(x, tiles, finish, offset, out),
            4 => self.isa.tile::<4>(x, tiles, finish, offset, out),
            5 => self.isa.tile::<5>(x, tiles, finish, offset, out),
            6 => self.isa.tile::<6>(x, tiles, finish, offset, out),
            7 => self.isa.tile::<7>(x, tiles, finish, offset, out),
            _ => self.isa.tile::<8>(x, tiles, finish, offset, out),
        }
    }
}

/// Rows for each thread; None when there is one thread.
fn share(rows: usize) -> Option<usize> {
    let threads = rayon::current_num_threads();
    (threads > 1 && rows > 1).then(|| rows.div_ceil(threads))
}

/// What the processor has.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Isa {
    #[cfg(target_arch = "x86_64")]
    Vnni,
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Isa {
    fn all() -> Vec<Isa> {
        let mut found = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vnni") {
                found.push(Isa::Vnni);
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                found.push(Isa::Avx2);
            }
        }
        found
    }

    fn detect() -> Option<Isa> {
        Isa::all().first().copied()
    }

    /// Rows of a tile whose sums fit into the registers.
    fn rows(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Isa::Vnni => MOST_ROWS,
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => 3,
        }
    }

    /// Columns `offset..offset + 32` of `out`, from R rows of inputs.
    fn tile<const R: usize>(
        self,
        x: &[Part],
        tiles: &[Tile],
        finish: [&[f32; PANEL]; 2],
        offset: usize,
        out: &mut [[f32; BLOCK]],
    ) {
        assert!(x.len() == R * tiles.len() && out.len() == R && offset + PANEL <= BLOCK);
        match self {
            // SAFETY: an `Isa` is made only where the processor has been seen to have it; lengths are checked above.
            #[cfg(target_arch = "x86_64")]
            Isa::Vnni => unsafe { x86::vnni::<R>(x, tiles, finish, offset, out) },
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { x86::avx2::<R>(x, tiles, finish, offset, out) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{BLOCK, Line, PANEL, Part, QUADS, Tile};
    use std::arch::x86_64::*;

    fn quad(part: &Part, i: usize) -> i32 {
        let quads: &[[u8; 4]; QUADS] = part.bytes.as_chunks::<4>().0.try_into().unwrap_or_else(|_| unreachable!());
        i32::from_ne_bytes(quads[i])
    }

    #[target_feature(enable = "avx512f,avx512vnni")]
    pub fn vnni<const R: usize>(
        x: &[Part],
        tiles: &[Tile],
        [scales, biases]: [&[f32; PANEL]; 2],
        offset: usize,
        out: &mut [[f32; BLOCK]],
    ) {
        // SAFETY: a line has 64 bytes; `floats` are given 16 numbers or more.
        let line = |l: &Line| unsafe { _mm512_loadu_si512(l.0.as_ptr().cast()) };
        let floats = |f: &[f32]| unsafe { _mm512_loadu_ps(f[..16].as_ptr()) };
        let mut y = [[_mm512_setzero_ps(); 2]; R];
        for (b, tile) in tiles.iter().enumerate() {
            let x: [&Part; R] = std::array::from_fn(|r| &x[r * tiles.len() + b]);
            let mut sums = [[_mm512_setzero_si512(); 2]; R];
            for (i, [first, second]) in tile.lines.iter().enumerate() {
                let (first, second) = (line(first), line(second));
                for r in 0..R {
                    let bytes = _mm512_set1_epi32(quad(x[r], i));
                    sums[r][0] = _mm512_dpbusd_epi32(sums[r][0], bytes, first);
                    sums[r][1] = _mm512_dpbusd_epi32(sums[r][1], bytes, second);
                }
            }
            for r in 0..R {
                let (scale, low) = (_mm512_set1_ps(x[r].scale), _mm512_set1_ps(x[r].low));
                for h in 0..2 {
                    y[r][h] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[r][h]), scale, y[r][h]);
                    y[r][h] = _mm512_fmadd_ps(low, floats(&tile.sums[h * 16..]), y[r][h]);
                }
            }
        }
        for (out, y) in out.iter_mut().zip(y) {
            for h in 0..2 {
                let value = _mm512_fmadd_ps(y[h], floats(&scales[h * 16..]), floats(&biases[h * 16..]));
                let out = &mut out[offset + h * 16..][..16];
                // SAFETY: `out` has 16 numbers.
                unsafe { _mm512_storeu_ps(out.as_mut_ptr(), value) };
            }
        }
    }

    /// Products in 16 bits, summed by twos in 32: exact as well, where sums of bytes in 16 bits would overflow.
    #[target_feature(enable = "avx2,fma")]
    pub fn avx2<const R: usize>(
        x: &[Part],
        tiles: &[Tile],
        [scales, biases]: [&[f32; PANEL]; 2],
        offset: usize,
        out: &mut [[f32; BLOCK]],
    ) {
        // SAFETY: `bytes` is given 16 bytes, `floats` 8 numbers or more.
        let bytes = |b: &[i8]| unsafe { _mm_loadu_si128(b[..16].as_ptr().cast()) };
        let floats = |f: &[f32]| unsafe { _mm256_loadu_ps(f[..8].as_ptr()) };
        for h in 0..2 {
            let mut y = [[_mm256_setzero_ps(); 2]; R];
            for (b, tile) in tiles.iter().enumerate() {
                let x: [&Part; R] = std::array::from_fn(|r| &x[r * tiles.len() + b]);
                // Of 4 outputs each; every sum is in two halves side by side.
                let mut sums = [[_mm256_setzero_si256(); 4]; R];
                for (i, lines) in tile.lines.iter().enumerate() {
                    let mut quads = [_mm256_setzero_si256(); R];
                    for r in 0..R {
                        quads[r] = _mm256_cvtepu8_epi16(_mm_set1_epi32(quad(x[r], i)));
                    }
                    for q in 0..4 {
                        let weights = _mm256_cvtepi8_epi16(bytes(&lines[h].0[q * 16..]));
                        for r in 0..R {
                            sums[r][q] = _mm256_add_epi32(sums[r][q], _mm256_madd_epi16(quads[r], weights));
                        }
                    }
                }
                for r in 0..R {
                    let (scale, low) = (_mm256_set1_ps(x[r].scale), _mm256_set1_ps(x[r].low));
                    for q in 0..2 {
                        let sum = _mm256_hadd_epi32(sums[r][2 * q], sums[r][2 * q + 1]);
                        let sum = _mm256_cvtepi32_ps(_mm256_permute4x64_epi64::<0b11_01_10_00>(sum));
                        y[r][q] = _mm256_fmadd_ps(sum, scale, y[r][q]);
                        y[r][q] = _mm256_fmadd_ps(low, floats(&tile.sums[h * 16 + q * 8..]), y[r][q]);
                    }
                }
            }
            for (out, y) in out.iter_mut().zip(y) {
                for q in 0..2 {
                    let at = h * 16 + q * 8;
                    let value = _mm256_fmadd_ps(y[q], floats(&scales[at..]), floats(&biases[at..]));
                    let out = &mut out[offset + at..][..8];
                    // SAFETY: `out` has 8 numbers.
                    unsafe { _mm256_storeu_ps(out.as_mut_ptr(), value) };
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "int8_tests.rs"]
mod tests;
