//! Joining meaning and words into one order of articles.
//!
//! Score of an article = centred cosine + a smaller share of normalised BM25. (Adding up ranks, "RRF", forgets how
//! sure each side is.)

use crate::Mode;
use crate::calibrate::FEATURES;
use kg::Language;

/// These were chosen on questions held out of the articles' own lists (`eval::held_out`) and on the validation part of a
/// public set of long answers.
/// Share of BM25. English words are stems of whole words and say less than the meaning; Chinese pairs of characters match
/// what is written differently.
pub fn words_share(language: Language) -> f32 {
    match language {
        Language::Zh => 0.4,
        Language::En => 0.2,
    }
}

/// Shares in the cosine: the nearest title or question, the article as a whole (both languages); the nearest
/// passage has the rest. Passages guide best: the nearest of six short questions is often near by accident.
const ASK: f32 = 0.1;
const WHOLE: f32 = 0.2;
/// From here on a question counts as the same question in other words, and adds to the cosine.
const PARAPHRASE: f32 = 0.65;
/// An article found only through its other language must be this much better.
pub const OTHER_LANGUAGE: f32 = 0.02;

/// What speaks for one language version of an article.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Best of its title and questions, against the customer's question.
    pub ask: f32,
    /// Best of its passages.
    pub passage: f32,
    /// The middle of the article in all its languages.
    pub whole: f32,
    /// Best of its passages' normalised BM25.
    pub words: f32,
}

impl Evidence {
    /// Between -1 and 1; 0 when there was no embedding to compare.
    pub fn cosine(&self) -> f32 {
        if self.ask <= -1.0 || self.passage <= -1.0 {
            return self.ask.max(self.passage).max(0.0);
        }
        let joined = ASK * self.ask + WHOLE * self.whole + (1.0 - ASK - WHOLE) * self.passage;
        (joined + (self.ask - PARAPHRASE).max(0.0)).min(1.0)
    }

    pub fn fused(&self, mode: Mode, language: Language) -> f32 {
        match mode {
            Mode::Hybrid => self.cosine() + words_share(language) * self.words.min(1.0),
            Mode::Bm25 => self.words,
            Mode::Dense => self.cosine(),
        }
    }
}

/// One article in the running, with what the calibration looks at.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    /// Which segment it is in.
    pub part: usize,
    pub article: u32,
    /// The language version that matched.
    pub version: u32,
    pub cosine: f32,
    pub words: f32,
    pub overlap: f32,
    pub fused: f32,
    /// Ahead of the next article (positive), or behind the best one (negative).
    pub margin: f32,
}

impl Candidate {
    pub fn features(&self) -> [f64; FEATURES] {
        [self.cosine, self.words.min(1.0), self.margin.clamp(-1.0, 1.0), self.overlap].map(f64::from)
    }
}

/// Best first (ties by article number, so that every node orders alike), with margins.
pub fn rank(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.sort_by(|a, b| b.fused.total_cmp(&a.fused).then((a.part, a.article).cmp(&(b.part, b.article))));
    let best = candidates.first().map_or(0.0, |c| c.fused);
    let second = candidates.get(1).map_or(0.0, |c| c.fused);
    for (i, candidate) in candidates.iter_mut().enumerate() {
        candidate.margin = candidate.fused - if i == 0 { second } else { best };
    }
    candidates
}
