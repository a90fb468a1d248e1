//! Which texts make a step: each step is of one source, chosen by weight.

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
}

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

pub struct Sampler<'a> {
    material: &'a Material,
    batch: usize,
    random: u64,
}

impl<'a> Sampler<'a> {
    /// None when no source can give a batch with two texts of one class.
    pub fn new(material: &'a Material, batch: usize, seed: u64) -> Option<Sampler<'a>> {
        let usable = |source: &Source| match source {
            Source::Classes(classes) => classes.iter().filter(|c| c.len() > 1).count() > 1,
            Source::Pairs(pairs) => pairs.iter().any(|p| p.2),
        };
        let usable = material.sources.iter().all(|(source, weight)| usable(source) && *weight > 0.0);
        (usable && !material.sources.is_empty()).then_some(Sampler { material, batch: batch.max(4), random: seed })
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

    /// Texts with their class in this batch.
    pub fn next(&mut self) -> Vec<(usize, usize)> {
        let total: f32 = self.material.sources.iter().map(|s| s.1).sum();
        let mut at = (self.below(1 << 24) as f32 / (1 << 24) as f32) * total;
        let mut chosen = &self.material.sources[0].0;
        for (source, weight) in &self.material.sources {
            chosen = source;
            at -= weight;
            if at < 0.0 {
                break;
            }
        }
        match chosen {
            Source::Classes(classes) => {
                let groups = (self.batch / 2).min(classes.len());
                let each = (self.batch / groups).max(2);
                let mut out = Vec::with_capacity(self.batch);
                for class in self.choose(classes.len(), groups) {
                    let members = &classes[class];
                    for i in self.choose(members.len(), each) {
                        out.push((members[i], class));
                    }
                }
                out
            }
            Source::Pairs(pairs) => {
                let mut out = Vec::with_capacity(self.batch);
                for (class, i) in self.choose(pairs.len(), self.batch / 2).into_iter().enumerate() {
                    let (a, b, same) = pairs[i];
                    out.push((a, 2 * class));
                    out.push((b, if same { 2 * class } else { 2 * class + 1 }));
                }
                out
            }
        }
    }
}
