//! Which texts make a step: each step is of one source, chosen by weight.

use std::ops::Range;

use crate::Kind;
use crate::head::split_mix;

#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub text: String,
    pub kind: Kind,
}

/// Numbers are places in `Material::texts`.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// Texts by intent.
    Classes(Vec<Vec<usize>>),
    /// Two texts, and whether they mean the same.
    Pairs(Vec<(usize, usize, bool)>),
    /// Texts with their entities, in their order, not overlapping; texts without entities count, too.
    Spans(Vec<(usize, Vec<Span>)>),
}

/// An entity: byte range in the text, and number of its kind.
pub type Span = (Range<usize>, usize);

/// What to tune on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Material {
    pub texts: Vec<Text>,
    /// With how often each is taken against the others.
    pub sources: Vec<(Source, f32)>,
}

impl Material {
    pub fn add(&mut self, text: &str, kind: Kind) -> usize {
        self.texts.push(Text { text: text.to_owned(), kind });
        self.texts.len() - 1
    }
}

/// Texts of one step, and what is known of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Number of the source.
    pub source: usize,
    pub texts: Vec<usize>,
    /// Of sentences: classes in this batch. Of spans: the number of the text in the source.
    pub labels: Vec<usize>,
}

pub struct Sampler<'a> {
    material: &'a Material,
    batch: usize,
    random: u64,
    /// Of each source of spans: its texts in the order in which they come, the next one last.
    queues: Vec<Vec<usize>>,
}

impl<'a> Sampler<'a> {
    /// None when no source can give a batch with two texts of one class.
    pub fn new(material: &'a Material, batch: usize, seed: u64) -> Option<Sampler<'a>> {
        let usable = |source: &Source| match source {
            Source::Classes(classes) => classes.iter().filter(|c| c.len() > 1).count() > 1,
            Source::Pairs(pairs) => pairs.iter().any(|p| p.2),
            Source::Spans(texts) => texts.iter().any(|t| !t.1.is_empty()),
        };
        let usable = material.sources.iter().all(|(source, weight)| usable(source) && *weight > 0.0);
        let queues = vec![Vec::new(); material.sources.len()];
        let sampler = Sampler { material, batch: batch.max(4), random: seed, queues };
        (usable && !material.sources.is_empty()).then_some(sampler)
    }

    fn below(&mut self, n: usize) -> usize {
        (split_mix(&mut self.random) % n.max(1) as u64) as usize
    }

    /// The first `count` of a shuffled 0..n.
    fn choose(&mut self, n: usize, count: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..n).collect();
        for i in 0..count.min(n) {
            let j = i + self.below(n - i);
            all.swap(i, j);
        }
        all.truncate(count);
        all
    }

    pub fn next(&mut self) -> Batch {
        let total: f32 = self.material.sources.iter().map(|s| s.1).sum();
        let mut at = (self.below(1 << 24) as f32 / (1 << 24) as f32) * total;
        let mut source = 0;
        for (number, (_, weight)) in self.material.sources.iter().enumerate() {
            source = number;
            at -= weight;
            if at < 0.0 {
                break;
            }
        }
        let mut out = Batch { source, texts: Vec::with_capacity(self.batch), labels: Vec::with_capacity(self.batch) };
        let mut put = |text, label| {
            out.texts.push(text);
            out.labels.push(label);
        };
        let material = self.material;
        match &material.sources[source].0 {
            Source::Classes(classes) => {
                let groups = (self.batch / 2).min(classes.len());
                let each = (self.batch / groups).max(2);
                for class in self.choose(classes.len(), groups) {
                    let members = &classes[class];
                    self.choose(members.len(), each).into_iter().for_each(|i| put(members[i], class));
                }
            }
            Source::Pairs(pairs) => {
                for (class, i) in self.choose(pairs.len(), self.batch / 2).into_iter().enumerate() {
                    let (a, b, same) = pairs[i];
                    put(a, 2 * class);
                    put(b, if same { 2 * class } else { 2 * class + 1 });
                }
            }
            Source::Spans(texts) => {
                for _ in 0..self.batch.min(texts.len()) {
                    if self.queues[source].is_empty() {
                        self.queues[source] = self.choose(texts.len(), texts.len());
                    }
                    if let Some(i) = self.queues[source].pop() {
                        put(texts[i].0, i);
                    }
                }
            }
        }
        out
    }
}
