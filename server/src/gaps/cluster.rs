//! Questions that mean the same, by average-link clustering over the encoder's vectors.

use kg::Language;
use models::Embedding;
use std::collections::HashMap;

/// A question's vector, with the language that it is in.
pub type Asked = (Language, Embedding);

/// Two groups are one when the mean cosine between their questions is at least this. Chosen on half of the demo shop's
/// articles, whose own questions in both languages are paraphrases of each other (`server/tests/gaps.rs`, which measures it
/// on the other half).
pub const ALIKE: f32 = 0.4;

/// A group of questions.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Places in the list that was given, in its order.
    pub members: Vec<usize>,
    /// Sum of the members' vectors, from which the corpus' mean was taken: its product with a vector, divided by the number of
    /// members, is the mean cosine.
    sum: Vec<f32>,
}

impl Cluster {
    fn likeness(&self, vector: &[f32]) -> f32 {
        dot(&self.sum, vector) / self.members.len() as f32
    }

    fn likeness_of(&self, other: &Cluster) -> f32 {
        dot(&self.sum, &other.sum) / (self.members.len() * other.members.len()) as f32
    }

    fn take(&mut self, other: Cluster) {
        self.members.extend(other.members);
        self.members.sort_unstable();
        add(&mut self.sum, &other.sum);
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn add(to: &mut [f32], by: &[f32]) {
    to.iter_mut().zip(by).for_each(|(t, b)| *t += b);
}

/// What all vectors of one language have in common says nothing about meaning, so it is taken away; then questions in two
/// languages are near each other, too.
pub struct Space {
    means: HashMap<Language, Vec<f32>>,
}

impl Space {
    /// `background`: many different questions.
    pub fn new(background: &[Asked]) -> Space {
        let mut sums: HashMap<Language, (Vec<f32>, f32)> = HashMap::new();
        for (language, vector) in background {
            let (sum, n) = sums.entry(*language).or_insert_with(|| (vec![0.0; vector.len()], 0.0));
            add(sum, vector);
            *n += 1.0;
        }
        let mean = |(sum, n): (Vec<f32>, f32)| sum.into_iter().map(|s| s / n).collect();
        Space { means: sums.into_iter().map(|(language, sum)| (language, mean(sum))).collect() }
    }

    fn place(&self, (language, vector): &Asked) -> Vec<f32> {
        let mut centred = vector.to_vec();
        if let Some(mean) = self.means.get(language) {
            centred.iter_mut().zip(mean).for_each(|(c, m)| *c -= m);
        }
        let length = dot(&centred, &centred).sqrt();
        if length > 0.0 {
            centred.iter_mut().for_each(|c| *c /= length);
        }
        centred
    }

    /// Each vector joins the group that it is most like, in the given order; then groups that are alike are joined until
    /// none are. Largest first. At most a few thousand vectors: each is compared with every group.
    pub fn cluster(&self, vectors: &[Asked], alike: f32) -> Vec<Cluster> {
        let mut clusters: Vec<Cluster> = Vec::new();
        for (place, vector) in vectors.iter().enumerate() {
            let vector = self.place(vector);
            let best = clusters.iter_mut().map(|c| (c.likeness(&vector), c)).max_by(|a, b| a.0.total_cmp(&b.0));
            let alone = Cluster { members: vec![place], sum: vector };
            match best {
                Some((likeness, cluster)) if likeness >= alike => cluster.take(alone),
                _ => clusters.push(alone),
            }
        }
        while join(&mut clusters, alike) {}
        clusters.sort_by(|a, b| b.members.len().cmp(&a.members.len()).then(a.members[0].cmp(&b.members[0])));
        clusters
    }

    /// The member that is most like all of them.
    pub fn typical(&self, cluster: &Cluster, vectors: &[Asked]) -> usize {
        let likeness = |place: &usize| cluster.likeness(&self.place(&vectors[*place]));
        let best = cluster.members.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        best.copied().unwrap_or_default()
    }

    /// How like the group a question is, to be compared with `ALIKE`.
    pub fn belongs(&self, cluster: &Cluster, vector: &Asked) -> f32 {
        cluster.likeness(&self.place(vector))
    }
}

/// Joins pairs of groups that are alike, the most alike first, each group at most once; `false`: there were none.
fn join(clusters: &mut Vec<Cluster>, alike: f32) -> bool {
    let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
    for (a, one) in clusters.iter().enumerate() {
        let others = clusters.iter().enumerate().skip(a + 1).map(|(b, other)| (one.likeness_of(other), a, b));
        pairs.extend(others.filter(|(likeness, ..)| *likeness >= alike));
    }
    pairs.sort_by(|x, y| y.0.total_cmp(&x.0));
    let mut left: Vec<Option<Cluster>> = clusters.drain(..).map(Some).collect();
    let mut joined: Vec<Cluster> = Vec::new();
    for (_, a, b) in &pairs {
        if left[*a].is_some() && left[*b].is_some() {
            let both = left[*a].take().zip(left[*b].take());
            joined.extend(both.map(|(mut one, other)| {
                one.take(other);
                one
            }));
        }
    }
    clusters.extend(left.into_iter().flatten());
    clusters.extend(joined);
    !pairs.is_empty()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(degrees: f32) -> Asked {
        let r = degrees.to_radians();
        (Language::Zh, vec![r.cos(), r.sin()].into())
    }

    fn clusters(degrees: &[f32], alike: f32) -> Vec<Vec<usize>> {
        let vectors: Vec<Asked> = degrees.iter().map(|d| at(*d)).collect();
        Space::new(&[]).cluster(&vectors, alike).into_iter().map(|c| c.members).collect()
    }

    #[test]
    fn what_is_near_is_one_group() {
        assert_eq!(clusters(&[0.0, 90.0, 5.0, 95.0, 2.0], 0.9), [vec![0, 2, 4], vec![1, 3]]);
        assert_eq!(clusters(&[], 0.9), Vec::<Vec<usize>>::new());
        // Two groups that grew towards each other are joined.
        assert_eq!(clusters(&[0.0, 40.0, 20.0], 0.85), [vec![0, 1, 2]]);
        // A chain is no group: its ends are not alike.
        assert!(clusters(&[0.0, 30.0, 60.0, 90.0], 0.85).len() > 1);
    }

    #[test]
    fn the_typical_one_is_in_the_middle() {
        let vectors: Vec<Asked> = [0.0, 10.0, 20.0].map(at).to_vec();
        let space = Space::new(&[]);
        let all = space.cluster(&vectors, 0.5);
        assert_eq!((all.len(), space.typical(&all[0], &vectors)), (1, 1));
    }
}
