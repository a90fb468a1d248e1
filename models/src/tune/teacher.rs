//! What the encoder's last layer is taught: for each source of texts the losses, and the classifiers that stand above the
//! encoder while it learns and are thrown away afterwards.

use std::ops::Range;

use super::Read;
use super::adam::ClassifierAdam;
use super::loss::{Classifier, ClassifierSlopes, Pooled, contrastive};
use super::sampler::{Material, Source, Span};

/// Steps of classifiers against those of the adapter.
const FASTER: f32 = 4.0;

struct Head {
    classifier: Classifier,
    adam: ClassifierAdam,
    slopes: ClassifierSlopes,
}

impl Head {
    fn new(classifier: Classifier) -> Head {
        Head { slopes: classifier.slopes(), classifier, adam: ClassifierAdam::default() }
    }
}

/// A softmax over the labels of the first and the last character of each piece, which may have several.
struct Pieces {
    first: Head,
    last: Head,
    /// Of each text's pieces; none of those that stand for nothing in the text.
    labels: Vec<Vec<Option<(usize, usize)>>>,
}

pub struct Teacher {
    hidden: usize,
    temperature: f32,
    /// Of each source. None: texts of one class lie together.
    lessons: Vec<Option<Pieces>>,
}

impl Teacher {
    pub fn new(hidden: usize, material: &Material, read: &Read, temperature: f32) -> Teacher {
        let lesson = |(source, _): &(Source, f32)| match source {
            Source::Classes(_) | Source::Pairs(_) => None,
            Source::Spans(texts) => {
                let kinds = texts.iter().flat_map(|t| &t.1).map(|s| s.1 + 1).max().unwrap_or(0);
                let head = || Head::new(Classifier::zero(1 + 2 * kinds, hidden));
                let labels = texts.iter().map(|(text, spans)| pieces(&read.spans[*text], spans)).collect();
                Some(Pieces { first: head(), last: head(), labels })
            }
        };
        Teacher { hidden, temperature, lessons: material.sources.iter().map(lesson).collect() }
    }

    /// The loss of a batch from the source, and its slope at each row. `labels` are those of the batch, `lengths`
    /// the numbers of its texts' rows.
    pub fn slopes(&mut self, source: usize, rows: &[f32], labels: &[usize], lengths: &[usize]) -> (f32, Vec<f32>) {
        match &mut self.lessons[source] {
            None => {
                let pooled = Pooled::of(rows, self.hidden, lengths);
                let mut slopes = vec![0f32; pooled.units.len()];
                let loss = contrastive(&pooled.units, self.hidden, labels, self.temperature, &mut slopes);
                (loss, pooled.rows(&slopes))
            }
            Some(Pieces { first, last, labels: known }) => {
                let wanted: Vec<Option<(usize, usize)>> =
                    labels.iter().flat_map(|text| known[*text].iter().copied()).collect();
                let count = wanted.iter().flatten().count().max(1);
                let mut slopes = vec![0f32; rows.len()];
                let mut loss = 0.0;
                let h = self.hidden;
                for ((row, slope), wanted) in rows.chunks_exact(h).zip(slopes.chunks_exact_mut(h)).zip(wanted) {
                    let Some(wanted) = wanted else { continue };
                    for (head, label) in [(&mut *first, wanted.0), (&mut *last, wanted.1)] {
                        loss += head.classifier.loss(row, label, 0.5 / count as f32, slope, &mut head.slopes);
                    }
                }
                (loss, slopes)
            }
        }
    }

    /// The classifiers of the source learn from what `slopes` found.
    pub fn step(&mut self, source: usize, rate: f32) {
        let Some(Pieces { first, last, .. }) = &mut self.lessons[source] else { return };
        for head in [first, last] {
            let slopes = std::mem::replace(&mut head.slopes, head.classifier.slopes());
            head.adam.step(&mut head.classifier, &slopes, FASTER * rate);
        }
    }
}

/// The labels of each piece's first and last character: 0 outside; of each kind one for the character at its border, and
/// one for the others.
fn pieces(places: &[Range<usize>], spans: &[Span]) -> Vec<Option<(usize, usize)>> {
    let at = |byte: usize| spans.iter().find(|(range, _)| range.contains(&byte));
    let label = |place: &Range<usize>| {
        let (first, last) = (place.start, place.end - 1);
        let begin = at(first).map_or(0, |(range, kind)| 1 + 2 * kind + usize::from(range.start != first));
        let end = at(last).map_or(0, |(range, kind)| 1 + 2 * kind + usize::from(range.end != last + 1));
        (begin, end)
    };
    places.iter().map(|place| (!place.is_empty()).then(|| label(place))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_know_where_entities_begin_and_end() {
        // "at New York", pieces: prefix, at, New, Yo, rk
        let spans = [(3..11, 1)];
        let labels = pieces(&[0..0, 0..2, 3..6, 7..9, 9..11], &spans);
        assert_eq!(labels, [None, Some((0, 0)), Some((3, 4)), Some((4, 4)), Some((4, 3))]);
    }
}
