//! Meaning search: exact cosine over centred embeddings.
//!
//! e5's vectors all point into one narrow cone (cosines of .76-.89 between unrelated texts), and where in the
//! cone depends on the language and on question or passage. The mean of each such group is subtracted, from
//! the entries and from what customers ask, so that a cosine says how alike the topics are.

use kg::Language;
use models::{Embedding, Kind};

/// A small group's mean is its topic, not its cone: it is pulled to the mean of all by this many virtual texts.
const PULL: f32 = 20.0;

pub struct Vectors {
    dimension: usize,
    /// Row after row, centred and of length 1; after the given rows one for each article, the middle of its own.
    rows: Vec<f32>,
    /// What is subtracted from a question in each language.
    question_centre: [Vec<f32>; 2],
}

/// What is placed in a row.
pub struct Row {
    /// Number of its article.
    pub article: usize,
    pub language: Language,
    pub kind: Kind,
    pub embedding: Embedding,
}

impl Vectors {
    /// `background` are texts that only tell where the middle is: a shop with three articles needs one too.
    pub fn build(dimension: usize, rows: &[Row], background: &[Row]) -> Vectors {
        let everything = || rows.iter().chain(background).filter(|r| r.embedding.len() == dimension);
        let all = mean(dimension, everything(), None, 0.0);
        let centre = |language, kind| {
            let group = everything().filter(move |r| r.language == language && r.kind == kind);
            mean(dimension, group, Some(&all), PULL)
        };
        let centres = Language::ALL.map(|l| [Kind::Query, Kind::Passage].map(|k| centre(l, k)));
        let mut flat = Vec::with_capacity(rows.len() * dimension);
        for row in rows {
            let of = &centres[slot(row.language)][usize::from(row.kind == Kind::Passage)];
            flat.extend(centred(&row.embedding, of));
        }
        let articles = rows.iter().map(|r| r.article + 1).max().unwrap_or(0);
        let mut wholes = vec![0.0f32; articles * dimension];
        for (row, vector) in rows.iter().zip(flat.chunks_exact(dimension.max(1))) {
            for (sum, x) in wholes[row.article * dimension..].iter_mut().zip(vector) {
                *sum += x;
            }
        }
        wholes.chunks_exact_mut(dimension.max(1)).for_each(normalise);
        flat.extend(wholes);
        let [[zh, _], [en, _]] = centres;
        Vectors { dimension, rows: flat, question_centre: [zh, en] }
    }

    /// One cosine per row, then one per article; empty when the embedding is not of this encoder (or was not computed).
    pub fn cosines(&self, question: &[f32], language: Language) -> Vec<f32> {
        if question.len() != self.dimension || question.is_empty() || question.iter().any(|x| !x.is_finite()) {
            return Vec::new();
        }
        let question = centred(question, &self.question_centre[slot(language)]);
        self.rows.chunks_exact(self.dimension).map(|row| dot(row, &question)).collect()
    }

    pub fn row(&self, at: usize) -> &[f32] {
        &self.rows[at * self.dimension..(at + 1) * self.dimension]
    }
}

fn slot(language: Language) -> usize {
    match language {
        Language::Zh => 0,
        Language::En => 1,
    }
}

fn mean<'a>(dimension: usize, rows: impl Iterator<Item = &'a Row>, toward: Option<&[f32]>, pull: f32) -> Vec<f32> {
    let mut sum = vec![0.0; dimension];
    let mut count = 0.0;
    if let Some(toward) = toward {
        for (s, t) in sum.iter_mut().zip(toward) {
            *s = t * pull;
        }
        count = pull;
    }
    for row in rows {
        for (s, x) in sum.iter_mut().zip(row.embedding.iter()) {
            *s += x;
        }
        count += 1.0;
    }
    if count > 0.0 {
        for s in &mut sum {
            *s /= count;
        }
    }
    sum
}

fn centred(embedding: &[f32], centre: &[f32]) -> Vec<f32> {
    let mut out: Vec<f32> =
        centre.iter().enumerate().map(|(i, c)| embedding.get(i).copied().unwrap_or(0.0) - c).collect();
    normalise(&mut out);
    out
}

fn normalise(x: &mut [f32]) {
    let length = dot(x, x).sqrt();
    if length > 1e-6 {
        for x in x {
            *x /= length;
        }
    }
}

/// Eight running sums, so that the compiler may use vector registers.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a8.remainder().iter().zip(b8.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a8.zip(b8) {
        for i in 0..8 {
            sums[i] += x[i] * y[i];
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(language: Language, x: [f32; 4]) -> Row {
        Row { article: 0, language, kind: Kind::Query, embedding: x.to_vec().into() }
    }

    #[test]
    fn centring_separates_what_the_cone_hides() {
        // Everything shares a large first component; only the small ones tell topics apart.
        let rows = [row(Language::Zh, [0.98, 0.2, 0.0, 0.0]), row(Language::Zh, [0.98, 0.0, 0.2, 0.0])];
        let background: Vec<Row> = (0..40).map(|_| row(Language::Zh, [0.98, 0.05, 0.05, 0.0])).collect();
        let vectors = Vectors::build(4, &rows, &background);
        let cosines = vectors.cosines(&[0.98, 0.18, 0.02, 0.0], Language::Zh);
        assert!(cosines[0] > 0.9, "{cosines:?}");
        assert!(cosines[1] < 0.0, "{cosines:?}");
    }

    #[test]
    fn a_foreign_embedding_is_no_embedding() {
        let vectors = Vectors::build(4, &[row(Language::En, [1.0, 0.0, 0.0, 0.0])], &[]);
        assert!(vectors.cosines(&[], Language::En).is_empty());
        assert!(vectors.cosines(&[1.0; 3], Language::En).is_empty());
        assert!(vectors.cosines(&[f32::NAN; 4], Language::En).is_empty());
        // A corpus of one text has no middle: no direction, but no NaN either.
        assert!(vectors.cosines(&[1.0, 0.0, 0.0, 0.0], Language::En)[0].is_finite());
    }
}
