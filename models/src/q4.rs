//! GGML's Q4_0 blocks: 32 weights in 18 bytes, a half-precision scale and 32 four-bit numbers.

use half::f16;

pub const BLOCK: usize = 32;
pub const BLOCK_BYTES: usize = 18;

/// Bytes of a row of `weights` weights; a row is whole blocks.
pub const fn row_bytes(weights: usize) -> usize {
    weights / BLOCK * BLOCK_BYTES
}

/// Writes the weights of `blocks` to `out`, 32 for every 18 bytes.
pub fn dequantise(blocks: &[u8], out: &mut [f32]) {
    debug_assert_eq!(blocks.len() / BLOCK_BYTES, out.len() / BLOCK);
    for (block, out) in blocks.chunks_exact(BLOCK_BYTES).zip(out.chunks_exact_mut(BLOCK)) {
        let scale = f16::from_le_bytes([block[0], block[1]]).to_f32();
        let (low, high) = out.split_at_mut(BLOCK / 2);
        for ((&byte, low), high) in block[2..].iter().zip(low).zip(high) {
            *low = f32::from(i16::from(byte & 15) - 8) * scale;
            *high = f32::from(i16::from(byte >> 4) - 8) * scale;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_scale_then_low_nibbles_then_high_nibbles() {
        let mut block = [0u8; BLOCK_BYTES];
        block[..2].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
        block[2] = 0x0f; // weight 0 = 15 - 8, weight 16 = 0 - 8
        block[17] = 0x91; // weight 15 = 1 - 8, weight 31 = 9 - 8
        let mut out = [0f32; BLOCK];
        dequantise(&block, &mut out);
        assert_eq!((out[0], out[16], out[15], out[31]), (3.5, -4.0, -3.5, 0.5));
    }
}
