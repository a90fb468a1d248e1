//! Words and parts of words as features beside the embedding: what stands in a text letter by letter, which a sentence
//! vector blurs. Each n-gram of words (1 to 3), of Chinese characters (1 to 3) and of letters (3 and 4) is weighted by
//! how rare it is and added to one of a fixed number of places with a sign, both from its hash (count sketch,
//! Charikar et al. 2002): a short dense vector whose products are those of the long sparse one, nearly.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Length of the vector.
pub(crate) const PLACES: usize = 512;
/// Characters of a text that count.
const LONGEST: usize = 600;

/// How rare each n-gram of the training texts is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ngrams {
    /// Sorted.
    hashes: Vec<u32>,
    rarity: Vec<f32>,
}

impl Ngrams {
    pub fn learn<'a>(texts: impl Iterator<Item = &'a str>) -> Ngrams {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        let mut total = 0f32;
        for text in texts {
            total += 1.0;
            for hash in hashes(text) {
                *counts.entry(hash).or_default() += 1;
            }
        }
        let rarity = counts.values().map(|count| ((1.0 + total) / (1.0 + *count as f32)).ln() + 1.0).collect();
        Ngrams { hashes: counts.into_keys().collect(), rarity }
    }

    pub fn is_sound(&self) -> bool {
        self.hashes.len() == self.rarity.len() && self.rarity.iter().all(|r| r.is_finite())
    }

    /// Of length one, or zero when no n-gram is known.
    pub fn vector(&self, text: &str) -> Vec<f32> {
        let mut out = vec![0f32; PLACES];
        let mut squares = 0f32;
        for hash in hashes(text) {
            let Ok(at) = self.hashes.binary_search(&hash) else { continue };
            let weight = self.rarity[at];
            squares += weight * weight;
            let sign = if hash >> 31 == 0 { 1.0 } else { -1.0 };
            out[hash as usize % PLACES] += sign * weight;
        }
        if squares > 0.0 {
            out.iter_mut().for_each(|v| *v /= squares.sqrt());
        }
        out
    }
}

/// FNV-1a, folded so that high and low bits are both good.
fn hash(kind: u8, parts: &[&str]) -> u32 {
    let mut h: u64 = 0xcbf2_9ce4_8422_2325;
    let mut byte = |b: u8| {
        h ^= u64::from(b);
        h = h.wrapping_mul(0x0100_0000_01b3);
    };
    byte(kind);
    for part in parts {
        part.bytes().for_each(&mut byte);
        byte(0);
    }
    (h ^ (h >> 32)) as u32
}

/// Every n-gram once.
fn hashes(text: &str) -> BTreeSet<u32> {
    let lower: String = text.chars().take(LONGEST).flat_map(char::to_lowercase).collect();
    let words = words(&lower);
    let mut out = BTreeSet::new();
    for n in 1..=3 {
        out.extend(words.windows(n).map(|w| hash(n as u8, w)));
    }
    for word in words.iter().filter(|w| w.len() > 2 && w.is_ascii()) {
        let marked = format!("<{word}>");
        for n in 3..=4 {
            out.extend(
                (0..(marked.len() + 1).saturating_sub(n)).filter_map(|i| Some(hash(b'c', &[marked.get(i..i + n)?]))),
            );
        }
    }
    out
}

/// Runs of letters and digits; every Chinese character and every mark for itself.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        let joins = (c.is_alphanumeric() || c == '\'') && !('\u{2e80}'..='\u{9fff}').contains(&c);
        if joins {
            start.get_or_insert(at);
            continue;
        }
        if let Some(from) = start.take() {
            words.push(&text[from..at]);
        }
        if !c.is_whitespace() {
            words.push(&text[at..at + c.len_utf8()]);
        }
    }
    if let Some(from) = start {
        words.push(&text[from..]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(x, y)| x * y).sum()
    }

    #[test]
    fn words_are_runs_of_letters_and_single_chinese_characters() {
        assert_eq!(words("don't 退M2耳机!"), ["don't", "退", "M2", "耳", "机", "!"]);
        assert!(words("  ").is_empty());
    }

    #[test]
    fn texts_that_share_words_are_closer() {
        let texts = [
            "where is my order",
            "where is the parcel",
            "cancel my order",
            "我的订单在哪里",
            "取消订单",
            "退款多久到账",
        ];
        let ngrams = Ngrams::learn(texts.into_iter());
        assert!(ngrams.is_sound());
        let v = |text: &str| ngrams.vector(text);
        assert!((dot(&v(texts[0]), &v(texts[0])) - 1.0).abs() < 0.3);
        assert!(dot(&v("where is my order?"), &v(texts[0])) > dot(&v("where is my order?"), &v(texts[1])));
        assert!(dot(&v("我想取消订单"), &v(texts[4])) > dot(&v("我想取消订单"), &v(texts[5])));
        assert_eq!(v("𓀀 xyzzy"), vec![0.0; PLACES]);
        assert_eq!(v(""), vec![0.0; PLACES]);
    }
}
