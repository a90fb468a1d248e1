//! A Unigram model for the tokenizers crate that holds its pieces in one sorted blob.
//!
//! The crate's own Unigram keeps a hash map for every node of its trie, which comes to 1.2 KB a piece and seconds of
//! loading. Sorted pieces need the bytes, an offset and a score, load as fast as they can be read, and give the same
//! best path: a piece's number is its rank, and walking a text narrows a range of ranks byte by byte.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use tokenizers::models::unigram::UnigramTrainer;
use tokenizers::{Model, Token};

/// What a character outside the vocabulary costs more than the rarest piece.
const UNKNOWN_PENALTY: f64 = 10.0;

#[derive(Debug, Clone)]
pub struct SortedUnigram {
    blob: Vec<u8>,
    /// Where each piece starts in `blob`, and one more for the end.
    offsets: Vec<u32>,
    scores: Vec<f64>,
    /// Ranks of the pieces that start with each byte: `first[b]..first[b + 1]`.
    first: Vec<u32>,
    unknown: u32,
    unknown_score: f64,
}

#[derive(Debug, Clone, Copy)]
struct Best {
    score: f64,
    start: usize,
    id: u32,
}

impl SortedUnigram {
    /// `lowest` is the score of the rarest piece of the vocabulary that these pieces were cut from: an unknown
    /// character must cost the same after the cut as before it. The reason why not is a sentence.
    pub fn new(blob: Vec<u8>, offsets: Vec<u32>, scores: Vec<f64>, unknown: u32, lowest: f64) -> Result<Self, String> {
        if offsets.len() != scores.len() + 1
            || (unknown as usize) >= scores.len()
            || offsets[0] != 0
            || offsets[scores.len()] as usize != blob.len()
            || offsets.windows(2).any(|w| w[0] >= w[1])
        {
            return Err("lengths of the vocabulary do not fit together".into());
        }
        let pieces = || offsets.windows(2).map(|w| &blob[w[0] as usize..w[1] as usize]);
        if pieces().any(|piece| std::str::from_utf8(piece).is_err()) {
            return Err("a piece of the vocabulary is not UTF-8".into());
        }
        if !pieces().zip(pieces().skip(1)).all(|(a, b)| a < b) {
            return Err("the vocabulary is not sorted".into());
        }
        if scores.iter().any(|s| !s.is_finite()) || !lowest.is_finite() {
            return Err("a score of the vocabulary is not a number".into());
        }
        let mut first = vec![0u32; 257];
        for piece in pieces() {
            first[usize::from(piece[0]) + 1] += 1;
        }
        for b in 1..257 {
            first[b] += first[b - 1];
        }
        Ok(SortedUnigram { blob, offsets, scores, first, unknown, unknown_score: lowest - UNKNOWN_PENALTY })
    }

    fn piece(&self, rank: usize) -> &[u8] {
        &self.blob[self.offsets[rank] as usize..self.offsets[rank + 1] as usize]
    }

    fn rank(&self, piece: &[u8]) -> Option<u32> {
        let (mut low, mut high) = (0, self.scores.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.piece(middle).cmp(piece) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle as u32),
            }
        }
        None
    }

    /// Calls `found` with length and rank of every piece that `text` starts with, shortest first.
    fn prefixes(&self, text: &[u8], mut found: impl FnMut(usize, usize)) {
        let Some(&byte) = text.first() else { return };
        let mut low = self.first[usize::from(byte)] as usize;
        let mut high = self.first[usize::from(byte) + 1] as usize;
        for depth in 1..=text.len() {
            if low >= high {
                return;
            }
            // All pieces of the range share `depth` bytes with the text; the one that ends there sorts first.
            if self.piece(low).len() == depth {
                found(depth, low);
                low += 1;
            }
            let Some(&next) = text.get(depth) else { return };
            let start = self.partition(low, high, |piece| piece[depth] < next);
            high = self.partition(start, high, |piece| piece[depth] <= next);
            low = start;
        }
    }

    fn partition(&self, mut low: usize, mut high: usize, before: impl Fn(&[u8]) -> bool) -> usize {
        while low < high {
            let middle = low.midpoint(high);
            if before(self.piece(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The most probable cut of `text` into pieces as (start, end, id); neighbouring unknown characters are one.
    fn cut(&self, text: &str) -> Vec<(usize, usize, u32)> {
        let bytes = text.as_bytes();
        let mut best: Vec<Option<Best>> = vec![None; bytes.len() + 1];
        for (start, c) in text.char_indices() {
            // Every character is reachable: as a piece or as an unknown.
            let so_far = best[start].map_or(0.0, |b| b.score);
            let mut offer = |length: usize, score: f64, id: u32| {
                let slot = &mut best[start + length];
                if slot.is_none_or(|b| score > b.score) {
                    *slot = Some(Best { score, start, id });
                }
            };
            let mut single = false;
            self.prefixes(&bytes[start..], |length, rank| {
                single |= length == c.len_utf8();
                offer(length, self.scores[rank] + so_far, rank as u32);
            });
            if !single {
                offer(c.len_utf8(), self.unknown_score + so_far, self.unknown);
            }
        }
        let mut pieces: Vec<(usize, usize, u32)> = Vec::new();
        let mut end = bytes.len();
        while end > 0 {
            let Some(step) = best[end] else { break };
            match pieces.last_mut() {
                Some((start, _, id)) if *id == self.unknown && step.id == self.unknown => *start = step.start,
                _ => pieces.push((step.start, end, step.id)),
            }
            end = step.start;
        }
        pieces.reverse();
        pieces
    }
}

impl Model for SortedUnigram {
    type Trainer = UnigramTrainer;

    fn tokenize(&self, text: &str) -> tokenizers::Result<Vec<Token>> {
        let token = |(start, end, id): (usize, usize, u32)| Token::new(id, text[start..end].to_owned(), (start, end));
        Ok(self.cut(text).into_iter().map(token).collect())
    }

    fn token_to_id(&self, token: &str) -> Option<u32> {
        self.rank(token.as_bytes())
    }

    fn id_to_token(&self, id: u32) -> Option<String> {
        let known = (id as usize) < self.scores.len();
        known.then(|| String::from_utf8_lossy(self.piece(id as usize)).into_owned())
    }

    fn get_vocab(&self) -> HashMap<String, u32> {
        (0..self.scores.len() as u32).filter_map(|id| Some((self.id_to_token(id)?, id))).collect()
    }

    fn get_vocab_size(&self) -> usize {
        self.scores.len()
    }

    fn save(&self, _: &Path, _: Option<&str>) -> tokenizers::Result<Vec<PathBuf>> {
        Err("a prepared vocabulary is written when it is cut, never saved again".into())
    }

    fn get_trainer(&self) -> UnigramTrainer {
        UnigramTrainer::default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokenizers::models::unigram::Unigram;

    fn pair(pieces: &[(&str, f64)]) -> (Unigram, SortedUnigram) {
        let theirs: Vec<(String, f64)> = pieces.iter().map(|(p, s)| ((*p).to_owned(), *s)).collect();
        let unknown = theirs.iter().position(|(p, _)| p == "<unk>").unwrap();
        let lowest = theirs.iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
        let mut sorted = theirs.clone();
        sorted.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
        let mut offsets = vec![0u32];
        let mut blob = Vec::new();
        for (piece, _) in &sorted {
            blob.extend_from_slice(piece.as_bytes());
            offsets.push(blob.len() as u32);
        }
        let rank = sorted.iter().position(|(p, _)| p == "<unk>").unwrap() as u32;
        let ours = SortedUnigram::new(blob, offsets, sorted.iter().map(|p| p.1).collect(), rank, lowest).unwrap();
        (Unigram::from(theirs, Some(unknown), false).unwrap(), ours)
    }

    #[test]
    fn cuts_like_the_crates_own_unigram() {
        let pieces = [
            ("<unk>", 0.0),
            ("a", -1.0),
            ("b", -1.5),
            ("ab", -2.0),
            ("abc", -2.1),
            ("bc", -3.0),
            ("c", -4.0),
            ("退", -3.0),
            ("退货", -3.5),
            ("货", -3.2),
            ("▁", -0.5),
            ("▁a", -1.2),
            ("abab", -4.0),
        ];
        let (theirs, ours) = pair(&pieces);
        for text in
            ["", "a", "ab", "abcab", "ababab", "▁abc", "x", "xx", "axyb", "退货吗退", "▁退x货", "c🙂🙂c", "ééab"]
        {
            let expected = theirs.tokenize(text).unwrap();
            let got = ours.tokenize(text).unwrap();
            let cuts = |tokens: &[Token]| tokens.iter().map(|t| (t.value.clone(), t.offsets)).collect::<Vec<_>>();
            assert_eq!(cuts(&got), cuts(&expected), "{text}");
        }
        for (piece, _) in pieces {
            assert_eq!(ours.id_to_token(ours.token_to_id(piece).unwrap()).unwrap(), piece);
        }
        assert_eq!(ours.token_to_id("zz"), None);
        assert_eq!(ours.id_to_token(99), None);
    }

    #[test]
    fn a_damaged_vocabulary_is_refused() {
        let new = |blob: &[u8], offsets: &[u32], scores: &[f64]| {
            SortedUnigram::new(blob.to_vec(), offsets.to_vec(), scores.to_vec(), 0, -20.0)
        };
        assert!(new(b"ab", &[0, 1, 2], &[-1.0, -2.0]).is_ok());
        assert!(new(b"ba", &[0, 1, 2], &[-1.0, -2.0]).is_err(), "not sorted");
        assert!(new(b"ab", &[0, 1], &[-1.0, -2.0]).is_err(), "an offset is missing");
        assert!(new(b"ab", &[0, 1, 9], &[-1.0, -2.0]).is_err(), "an offset is too large");
        assert!(new(b"ab", &[0, 1, 2], &[-1.0, f64::NAN]).is_err(), "a score is not a number");
        assert!(new(b"a\xff", &[0, 1, 2], &[-1.0, -2.0]).is_err(), "not UTF-8");
        assert!(new(b"", &[0], &[]).is_err(), "empty");
    }
}
