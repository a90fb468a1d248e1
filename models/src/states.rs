//! What the encoder thinks of each piece of a text: the input of sequence taggers.

use std::ops::Range;

use half::f16;

/// Pieces of one text and their states.
#[derive(Debug, Clone, PartialEq)]
pub struct States {
    /// Byte range of each piece, in order: never empty, on character boundaries, without white space around it.
    pub spans: Vec<Range<usize>>,
    /// Pieces × width: the states of some layers side by side.
    vectors: Vec<f16>,
    width: usize,
}

impl States {
    /// Takes the pieces that stand for something in the text; `states` has a row for every token.
    pub fn new(spans: Vec<Range<usize>>, states: &[f16], width: usize) -> States {
        let mut kept = States { spans: Vec::new(), vectors: Vec::new(), width };
        for (span, row) in spans.into_iter().zip(states.chunks_exact(width.max(1))) {
            if !span.is_empty() {
                kept.spans.push(span);
                kept.vectors.extend_from_slice(row);
            }
        }
        kept
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn row(&self, piece: usize) -> impl Iterator<Item = f32> + '_ {
        let start = (piece * self.width).min(self.vectors.len());
        self.vectors[start..(start + self.width).min(self.vectors.len())].iter().map(|v| v.to_f32())
    }
}
