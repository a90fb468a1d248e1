//! Meaning search: cosines over centred embeddings, kept as bytes.
//!
//! e5's vectors all point into one narrow cone (cosines of .76-.89 between unrelated texts), and where in the
//! cone depends on the language and on question or passage. The mean of each such group is subtracted, from
//! the entries and from what customers ask, so that a cosine says how alike the topics are.
//!
//! A row is kept twice: as signed bytes with one factor (a cosine is off by less than .002) and as the signs alone. A
//! large base is searched by signs first (bits in common: 48 bytes a row), and the nearest are compared by bytes.

use crate::KnowledgeError;
use kg::Language;
use models::Kind;
use tantivy::directory::OwnedBytes;

/// A small group's mean is its topic, not its cone: it is pulled to the mean of all by this many virtual texts.
const PULL: f32 = 20.0;
/// Up to here every row is compared by bytes.
const EXACT_ROWS: usize = 40_000;
/// Above, the nearest by signs.
const NEAREST: usize = 1_500;
/// A question's components as whole numbers: products with bytes add up within 32 bits.
const FINE: f32 = 8_192.0;

/// Where the middle of each group lies; the same for all that is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Centres {
    dimension: usize,
    /// Language (Chinese, English) × kind (query, passage), one after the other.
    means: Vec<f32>,
}

/// Adds up the vectors of each group, for their means.
pub struct Gathering {
    dimension: usize,
    /// By group, of a base's own texts and of others that only tell where the middle is.
    own: Vec<f64>,
    others: Vec<f64>,
    counts: [[f64; 4]; 2],
}

impl Gathering {
    pub fn new(dimension: usize) -> Gathering {
        let none = vec![0.0; 4 * dimension];
        Gathering { dimension, own: none.clone(), others: none, counts: [[0.0; 4]; 2] }
    }

    pub fn add(&mut self, language: Language, kind: Kind, embedding: &[f32]) {
        self.sum(0, language, kind, embedding);
    }

    /// A text that is not in the base: a shop with three articles has no middle of its own, nor has a language in which
    /// nothing is written. What is in the base tells more than these.
    pub fn add_background(&mut self, language: Language, kind: Kind, embedding: &[f32]) {
        self.sum(1, language, kind, embedding);
    }

    fn sum(&mut self, whose: usize, language: Language, kind: Kind, embedding: &[f32]) {
        if embedding.len() != self.dimension {
            return;
        }
        let group = group(language, kind);
        self.counts[whose][group] += 1.0;
        let sums = if whose == 0 { &mut self.own } else { &mut self.others };
        for (sum, x) in sums[group * self.dimension..].iter_mut().zip(embedding) {
            *sum += f64::from(*x);
        }
    }

    pub fn centres(&self) -> Centres {
        let pull = f64::from(PULL);
        let mut means = vec![0.0f32; 4 * self.dimension];
        for i in 0..self.dimension {
            let sum = |whose: usize, groups: std::ops::Range<usize>| {
                let sums = if whose == 0 { &self.own } else { &self.others };
                let column: f64 = groups.clone().map(|g| sums[g * self.dimension + i]).sum();
                (column, self.counts[whose][groups].iter().sum::<f64>())
            };
            // A group's mean, pulled to that of its language, pulled to the others of that language, pulled to all.
            let toward = |(sum, count): (f64, f64), mean: f64| (sum + pull * mean) / (count + pull);
            let (own, others) = (sum(0, 0..4), sum(1, 0..4));
            let all = (own.0 + others.0) / (own.1 + others.1).max(1.0);
            for language in 0..2 {
                let both = 2 * language..2 * language + 2;
                let mean = toward(sum(0, both.clone()), toward(sum(1, both.clone()), all));
                for group in both {
                    means[group * self.dimension + i] = toward(sum(0, group..group + 1), mean) as f32;
                }
            }
        }
        Centres { dimension: self.dimension, means }
    }
}

fn group(language: Language, kind: Kind) -> usize {
    2 * usize::from(language == Language::En) + usize::from(kind == Kind::Passage)
}

impl Centres {
    pub fn from_floats(dimension: usize, means: Vec<f32>) -> Option<Centres> {
        (means.len() == 4 * dimension && means.iter().all(|m| m.is_finite())).then_some(Centres { dimension, means })
    }

    pub fn floats(&self) -> &[f32] {
        &self.means
    }

    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The embedding seen from its group's middle, of length 1.
    pub fn centred(&self, embedding: &[f32], language: Language, kind: Kind) -> Vec<f32> {
        let mean = &self.means[group(language, kind) * self.dimension..][..self.dimension];
        let mut out: Vec<f32> = mean.iter().zip(embedding).map(|(m, x)| x - m).collect();
        out.resize(self.dimension, 0.0);
        let length = out.iter().map(|x| x * x).sum::<f32>().sqrt();
        if length > 1e-6 {
            out.iter_mut().for_each(|x| *x /= length);
        }
        out
    }
}

/// Rows as they are written, in memory or to files.
#[derive(Default)]
pub struct Packed {
    pub bytes: Vec<u8>,
    pub factors: Vec<u8>,
    pub signs: Vec<u8>,
}

impl Packed {
    /// `row` is of length 1.
    pub fn push(&mut self, row: &[f32]) {
        let largest = row.iter().fold(0.0f32, |m, x| m.max(x.abs()));
        let factor = if largest > 0.0 { largest / 127.0 } else { 1.0 };
        self.bytes.extend(row.iter().map(|x| (x / factor).round() as i8 as u8));
        self.factors.extend(factor.to_le_bytes());
        for word in row.chunks(64) {
            let bits = word.iter().enumerate().fold(0u64, |bits, (i, x)| bits | u64::from(*x > 0.0) << i);
            self.signs.extend(bits.to_le_bytes());
        }
    }
}

pub struct Vectors {
    dimension: usize,
    words: usize,
    rows: usize,
    bytes: OwnedBytes,
    factors: OwnedBytes,
    signs: OwnedBytes,
}

/// A customer's question, ready to be compared.
pub struct Question {
    fine: Vec<i16>,
    signs: Vec<u64>,
    factor: f32,
}

impl Question {
    /// `None` when the embedding is not of this encoder (or was not computed).
    pub fn new(centres: &Centres, embedding: &[f32], language: Language) -> Option<Question> {
        if embedding.len() != centres.dimension || embedding.is_empty() || embedding.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let centred = centres.centred(embedding, language, Kind::Query);
        let word = |word: &[f32]| word.iter().enumerate().fold(0, |bits, (i, x)| bits | u64::from(*x > 0.0) << i);
        Some(Question {
            fine: centred.iter().map(|x| (x * FINE).round() as i16).collect(),
            signs: centred.chunks(64).map(word).collect(),
            factor: 1.0 / FINE,
        })
    }
}

impl Vectors {
    pub fn new(dimension: usize, packed: Packed) -> Vectors {
        let Packed { bytes, factors, signs } = packed;
        let rows = factors.len() / 4;
        Vectors {
            dimension,
            words: dimension.div_ceil(64),
            rows,
            bytes: OwnedBytes::new(bytes),
            factors: OwnedBytes::new(factors),
            signs: OwnedBytes::new(signs),
        }
    }

    /// From files; the sizes must agree.
    pub fn open(
        dimension: usize,
        rows: usize,
        bytes: OwnedBytes,
        factors: OwnedBytes,
        signs: OwnedBytes,
    ) -> Result<Vectors, KnowledgeError> {
        let words = dimension.div_ceil(64);
        if bytes.len() != rows * dimension || factors.len() != rows * 4 || signs.len() != rows * words * 8 {
            return Err(KnowledgeError::Damaged("the vectors do not have the described size".into()));
        }
        Ok(Vectors { dimension, words, rows, bytes, factors, signs })
    }

    pub fn len(&self) -> usize {
        self.rows
    }

    /// Bytes of all rows.
    pub fn size(&self) -> usize {
        self.bytes.len() + self.factors.len() + self.signs.len()
    }

    pub fn cosine(&self, question: &Question, row: usize) -> f32 {
        let bytes = &self.bytes[row * self.dimension..][..self.dimension];
        product(bytes, &question.fine) as f32 * question.factor * self.factor(row)
    }

    fn factor(&self, row: usize) -> f32 {
        let bytes = &self.factors[row * 4..][..4];
        f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    }

    /// Cosine of two rows.
    pub fn between(&self, a: usize, b: usize) -> f32 {
        let row = |at: usize| &self.bytes[at * self.dimension..][..self.dimension];
        let sum: i32 = row(a).iter().zip(row(b)).map(|(x, y)| i32::from(*x as i8) * i32::from(*y as i8)).sum();
        sum as f32 * self.factor(a) * self.factor(b)
    }

    /// Length of the sum of some rows, which are each of length 1.
    pub fn length_of_sum(&self, rows: impl Iterator<Item = usize>) -> f32 {
        let mut sum = vec![0.0f32; self.dimension];
        for row in rows {
            let factor = self.factor(row);
            for (s, x) in sum.iter_mut().zip(&self.bytes[row * self.dimension..][..self.dimension]) {
                *s += f32::from(*x as i8) * factor;
            }
        }
        sum.iter().map(|x| x * x).sum::<f32>().sqrt()
    }

    /// Every row is worth a comparison.
    pub fn is_small(&self) -> bool {
        self.rows <= EXACT_ROWS
    }

    /// The rows with the most signs in common with the question, in no order: about `NEAREST`, ties included up to a
    /// bound.
    pub fn nearest_by_signs(&self, question: &Question) -> Vec<u32> {
        let mut far = vec![0u16; self.rows];
        let mut counts = vec![0u32; self.words * 64 + 1];
        if self.words == 6 && question.signs.len() == 6 {
            let q: [u64; 6] = std::array::from_fn(|i| question.signs[i]);
            for (far, row) in far.iter_mut().zip(self.signs.chunks_exact(48)) {
                let mut bits = 0;
                for (i, q) in q.iter().enumerate() {
                    bits += (word(row, i) ^ q).count_ones();
                }
                *far = bits as u16;
                counts[bits as usize] += 1;
            }
        } else {
            for (far, row) in far.iter_mut().zip(self.signs.chunks_exact((self.words * 8).max(1))) {
                let bits: u32 = question.signs.iter().enumerate().map(|(i, q)| (word(row, i) ^ q).count_ones()).sum();
                *far = bits as u16;
                counts[bits as usize] += 1;
            }
        }
        let mut seen = 0;
        let limit = counts.iter().position(|n| {
            seen += *n as usize;
            seen >= NEAREST
        });
        let limit = limit.unwrap_or(counts.len()) as u16;
        let near = far.iter().enumerate().filter(|(_, d)| **d <= limit).map(|(i, _)| i as u32);
        near.take(2 * NEAREST).collect()
    }
}

fn word(row: &[u8], at: usize) -> u64 {
    row.get(at * 8..at * 8 + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}

/// Sums of 32 bits cannot overflow (see `FINE`), and unchecked ones fill the vector registers.
fn product(bytes: &[u8], fine: &[i16]) -> i32 {
    bytes
        .iter()
        .zip(fine)
        .fold(0i32, |sum, (x, y)| sum.wrapping_add(i32::from(i16::from(*x as i8)).wrapping_mul(i32::from(*y))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn vectors(rows: &[[f32; 4]], background: &[[f32; 4]]) -> (Centres, Vectors) {
        let mut gathering = Gathering::new(4);
        rows.iter().chain(background).for_each(|r| gathering.add(Language::Zh, Kind::Query, r));
        let centres = gathering.centres();
        let mut packed = Packed::default();
        rows.iter().for_each(|r| packed.push(&centres.centred(r, Language::Zh, Kind::Query)));
        (centres.clone(), Vectors::new(4, packed))
    }

    #[test]
    fn centring_separates_what_the_cone_hides() {
        // Everything shares a large first component; only the small ones tell topics apart.
        let rows = [[0.98, 0.2, 0.0, 0.0], [0.98, 0.0, 0.2, 0.0]];
        let (centres, vectors) = vectors(&rows, &[[0.98, 0.05, 0.05, 0.0]; 40]);
        let question = Question::new(&centres, &[0.98, 0.18, 0.02, 0.0], Language::Zh).unwrap();
        assert!(vectors.cosine(&question, 0) > 0.9);
        assert!(vectors.cosine(&question, 1) < 0.0);
        assert!((vectors.between(0, 0) - 1.0).abs() < 0.02);
    }

    #[test]
    fn a_foreign_embedding_is_no_embedding() {
        let (centres, vectors) = vectors(&[[1.0, 0.0, 0.0, 0.0]], &[]);
        for wrong in [&[][..], &[1.0; 3], &[f32::NAN; 4]] {
            assert!(Question::new(&centres, wrong, Language::En).is_none());
        }
        // A corpus of one text has no middle: no direction, but no NaN either.
        let question = Question::new(&centres, &[1.0, 0.0, 0.0, 0.0], Language::En).unwrap();
        assert!(vectors.cosine(&question, 0).is_finite());
    }

    #[test]
    fn bytes_and_signs_agree_with_floats() {
        let random = |seed: u64| -> Vec<f32> {
            let mut x = seed;
            let mut next = || {
                x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (x >> 40) as f32 / (1 << 23) as f32 - 1.0
            };
            let mut v: Vec<f32> = (0..384).map(|_| next()).collect();
            let length = v.iter().map(|x| x * x).sum::<f32>().sqrt();
            v.iter_mut().for_each(|x| *x /= length);
            v
        };
        let rows: Vec<Vec<f32>> = (1..4_000).map(random).collect();
        let mut packed = Packed::default();
        rows.iter().for_each(|r| packed.push(r));
        let vectors = Vectors::new(384, packed);
        let centres = Centres::from_floats(384, vec![0.0; 4 * 384]).unwrap();
        let asked: Vec<f32> = rows[77].iter().zip(&rows[78]).map(|(a, b)| a + 0.6 * b).collect();
        let question = Question::new(&centres, &asked, Language::Zh).unwrap();
        let exact = |row: &[f32]| {
            let length = asked.iter().map(|x| x * x).sum::<f32>().sqrt();
            row.iter().zip(&asked).map(|(a, b)| a * b).sum::<f32>() / length
        };
        for (i, row) in rows.iter().enumerate() {
            assert!((vectors.cosine(&question, i) - exact(row)).abs() < 2e-3, "{i}");
        }
        let near = vectors.nearest_by_signs(&question);
        assert!((NEAREST..=2 * NEAREST).contains(&near.len()));
        assert!(near.contains(&77) && near.contains(&78));
    }
}
