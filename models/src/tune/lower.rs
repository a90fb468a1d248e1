//! The layers that stay as they are: what comes out of them is computed once for each text.

use candle_core::Result;
use half::f16;

use crate::bert::Bert;
use crate::tokens::Tokens;

/// Numbers that are kept at most, two bytes each.
const ROOM: usize = 300_000_000;

pub struct Lower<'a> {
    bert: &'a Bert,
    layers: usize,
    tokens: &'a [Tokens],
    kept: Vec<Option<Vec<f16>>>,
    room: usize,
}

impl<'a> Lower<'a> {
    pub fn new(bert: &'a Bert, layers: usize, tokens: &'a [Tokens]) -> Lower<'a> {
        Lower { bert, layers, tokens, kept: vec![None; tokens.len()], room: ROOM }
    }

    /// Tokens × hidden of each text.
    pub fn rows(&mut self, texts: &[usize]) -> Result<Vec<Vec<f32>>> {
        let mut missing: Vec<usize> = texts.iter().copied().filter(|&t| self.kept[t].is_none()).collect();
        missing.sort_unstable_by_key(|&t| (self.tokens[t].len(), t));
        missing.dedup();
        let asked: Vec<&[u32]> = missing.iter().map(|&t| self.tokens[t].0.as_slice()).collect();
        let fresh = self.bert.states(&asked, self.layers)?;
        let mut rest = fresh.as_slice();
        for &text in &missing {
            let (own, others) = rest.split_at(self.tokens[text].len() * self.bert.hidden);
            self.kept[text] = Some(own.iter().map(|v| f16::from_f32(*v)).collect());
            rest = others;
        }
        let floats = |text: &usize| self.kept[*text].iter().flatten().map(|v| v.to_f32()).collect();
        let rows = texts.iter().map(floats).collect();
        // One after the other until the room is used up: later ones are computed each time.
        for text in missing {
            let size = self.kept[text].as_ref().map_or(0, Vec::len);
            if self.layers == 0 || size > self.room {
                self.kept[text] = None;
            } else {
                self.room -= size;
            }
        }
        Ok(rows)
    }
}
