//! Learning: the network over the encoder's states, the weights of sparse features and the chain, all at once, by
//! stochastic gradient descent on the log-likelihood of the labels.

use std::collections::HashMap;

use models::sequence::{Network, Place, Shape, Step};
use models::{ModelError, States};

use super::chain::{self, Chain};
use super::corpus::{Corpus, Marked};
use super::features::Lists;
use super::model::{Model, Sparse, decode};
use super::score::{Mark, score};
use super::units::Unit;
use super::{EntityReport, Name, Tagger, TaggerOptions, seen};

/// Share of sparse features that are left out of each step: otherwise they know all by heart before the network
/// has learnt anything.
const DROP: f32 = 0.3;
/// Weights of sparse features while learning, at most: 8 bytes each.
const WEIGHTS: usize = 24_000_000;

/// One text, ready to learn from.
struct Text {
    states: States,
    places: Vec<Place>,
    /// Rows of weights of each unit's features.
    rows: Vec<Vec<u32>>,
    labels: Vec<usize>,
}

pub fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Steps of one weight are the smaller the more it has moved (AdaGrad).
struct Adaptive {
    weights: Vec<f32>,
    squares: Vec<f32>,
}

impl Adaptive {
    fn new(size: usize) -> Adaptive {
        Adaptive { weights: vec![0.0; size], squares: vec![0.0; size] }
    }

    fn step(&mut self, at: usize, gradient: &[f32], rate: f32) {
        let part = at..at + gradient.len();
        let weights = self.weights[part.clone()].iter_mut().zip(&mut self.squares[part]);
        for ((w, q), g) in weights.zip(gradient).filter(|(_, g)| g.abs() > 1e-7) {
            *q += g * g;
            *w -= rate * g / (q.sqrt() + 1e-6);
        }
    }
}

struct Learner {
    chain: Chain,
    chain_steps: Adaptive,
    /// The feature of each row of weights, ascending.
    features: Vec<u32>,
    sparse: Adaptive,
    network: Network,
    random: u64,
}

/// How long to learn, by the number of texts. Few examples hardly feel it: half or twice the rounds give the same on a
/// held-back part.
struct Course {
    epochs: usize,
    batch: usize,
    hidden: usize,
    /// A feature must be seen so often.
    rare: u32,
    /// Rounds over all texts after a part was measured on.
    last: usize,
}

fn course(texts: usize) -> Course {
    match texts {
        0..=60 => Course { epochs: 14, batch: 4, hidden: 64, rare: 1, last: 0 },
        61..=400 => Course { epochs: 10, batch: 4, hidden: 96, rare: 1, last: 0 },
        401..=2000 => Course { epochs: 8, batch: 8, hidden: 128, rare: 1, last: 1 },
        _ => Course { epochs: 6, batch: 16, hidden: 192, rare: 2, last: 1 },
    }
}

pub fn learn(
    corpus: Corpus,
    encoded: &[String],
    states: Vec<States>,
    options: &TaggerOptions,
) -> Result<(Tagger, EntityReport, Vec<String>), ModelError> {
    let Corpus { kinds, texts: marked, synonyms, lists, warnings } = corpus;
    let course = course(marked.len());
    let mut all = Vec::with_capacity(marked.len());
    let mut features = Vec::with_capacity(marked.len());
    let mut units = Vec::with_capacity(marked.len());
    for ((marked, encoded), states) in marked.iter().zip(encoded).zip(states) {
        let (text, numbers, of) = ready(marked, encoded, states, &lists);
        all.push(text);
        features.push(numbers);
        units.push(of);
    }
    let known = choose(&features, course.rare, 1 + 4 * kinds.len());
    for (text, features) in all.iter_mut().zip(features) {
        let row = |f: &u32| known.binary_search(f).ok().map(|row| row as u32);
        text.rows = features.iter().map(|f| f.iter().filter_map(row).collect()).collect();
    }

    let mut report = EntityReport::default();
    let whole: Vec<usize> = (0..all.len()).collect();
    let mut learner = Learner::new(&all, known, kinds.len(), &course, options.seed)?;
    // Every fifth text of few, every tenth of many: the order of texts is by chance.
    let every = if all.len() < 1000 { 5 } else { 10 };
    let (held, used): (Vec<usize>, Vec<usize>) = whole.iter().partition(|&&i| i % every == every - 1);
    if options.measure && !held.is_empty() {
        learner.rounds(&all, &used, course.epochs, course.batch, 1.0)?;
        report = measure(&learner, &held, &all, &marked, &units, &kinds)?;
        if course.last > 0 {
            // Texts that were measured on are still to be learnt from.
            learner.rounds(&all, &whole, course.last, course.batch, 0.3)?;
        } else {
            let known = std::mem::take(&mut learner.features);
            learner = Learner::new(&all, known, kinds.len(), &course, options.seed)?;
            learner.rounds(&all, &whole, course.epochs, course.batch, 1.0)?;
        }
    } else {
        learner.rounds(&all, &whole, course.epochs, course.batch, 1.0)?;
    }
    let tagger = Tagger::new(kinds, synonyms, lists, &learner.model()?)?;
    Ok((tagger, report, warnings))
}

/// A text without its rows, the numbers of its features, and its units.
fn ready(marked: &Marked, encoded: &str, states: States, lists: &Lists) -> (Text, Vec<Vec<u32>>, Vec<Unit>) {
    let (units, places, features) = seen(&marked.text, encoded, &states, lists);
    let mut spans: Vec<chain::Span> = Vec::new();
    for &(start, end, kind) in &marked.spans {
        // An entity that ends within a word is learnt with the whole word.
        let first = units.iter().position(|u| u.end > start);
        let last = units.iter().rposition(|u| u.start < end);
        if let (Some(first), Some(last)) = (first, last)
            && first <= last
            && spans.iter().all(|s| s.last < first || last < s.first)
        {
            spans.push(chain::Span { kind, first, last });
        }
    }
    let labels = chain::row(units.len(), &spans);
    (Text { states, places, rows: Vec::new(), labels }, features, units)
}

/// Features that are learnt, ascending.
fn choose(texts: &[Vec<Vec<u32>>], rare: u32, labels: usize) -> Vec<u32> {
    let mut counts: HashMap<u32, u32> = HashMap::new();
    texts.iter().flatten().flatten().for_each(|f| *counts.entry(*f).or_default() += 1);
    let mut least = rare;
    while counts.values().filter(|n| **n >= least).count() * labels > WEIGHTS {
        least += 1;
    }
    let mut known: Vec<u32> = counts.into_iter().filter(|(_, n)| *n >= least).map(|(f, _)| f).collect();
    known.sort_unstable();
    known
}

fn measure(
    learner: &Learner,
    held: &[usize],
    texts: &[Text],
    marked: &[Marked],
    units: &[Vec<Unit>],
    kinds: &[Vec<Name>],
) -> Result<EntityReport, ModelError> {
    let marks = |start: usize, end: usize, kind: usize| -> Vec<Mark> {
        kinds[kind].iter().map(|name| (start, end, name.label())).collect()
    };
    let model = learner.model()?;
    let (mut expected, mut found) = (Vec::new(), Vec::new());
    for &i in held {
        let text = &texts[i];
        let feature = |row: &u32| learner.features[*row as usize];
        let features: Vec<Vec<u32>> = text.rows.iter().map(|rows| rows.iter().map(feature).collect()).collect();
        let scores = model.scores(&text.states, &text.places, &features)?;
        let spans = decode(&model.chain, &scores);
        let place = |s: &chain::Span| marks(units[i][s.first].start, units[i][s.last].end, s.kind);
        found.push(spans.iter().flat_map(|(span, _)| place(span)).collect());
        expected.push(marked[i].spans.iter().flat_map(|&(start, end, kind)| marks(start, end, kind)).collect());
    }
    Ok(score(&expected, &found))
}

impl Learner {
    fn new(
        texts: &[Text],
        features: Vec<u32>,
        kinds: usize,
        course: &Course,
        seed: u64,
    ) -> Result<Learner, ModelError> {
        let chain = Chain::new(kinds);
        let labels = chain.labels();
        let width = texts.first().map_or(0, |t| t.states.width());
        let shape = Shape { width, hidden: course.hidden, labels };
        Ok(Learner {
            chain_steps: Adaptive::new(chain.weights().len()),
            sparse: Adaptive::new(features.len() * labels),
            network: Network::new(shape, texts.iter().map(|t| &t.states).take(1000), seed)?,
            chain,
            features,
            random: seed,
        })
    }

    /// `epochs` rounds over some of the texts; the rate falls from its `first` share to nothing.
    fn rounds(
        &mut self,
        texts: &[Text],
        used: &[usize],
        epochs: usize,
        batch: usize,
        first: f32,
    ) -> Result<(), ModelError> {
        let mut order = used.to_vec();
        let steps = epochs * order.len().div_ceil(batch);
        let mut done = 0;
        for _ in 0..epochs {
            for i in (1..order.len()).rev() {
                order.swap(i, (random(&mut self.random) % (i as u64 + 1)) as usize);
            }
            for batch in order.chunks(batch) {
                let batch: Vec<&Text> = batch.iter().map(|&i| &texts[i]).collect();
                self.step(&batch, first * (1.0 - done as f32 / steps as f32))?;
                done += 1;
            }
        }
        Ok(())
    }

    fn step(&mut self, batch: &[&Text], rate: f32) -> Result<(), ModelError> {
        let k = self.chain.labels();
        let bound = (f64::from(DROP) * f64::from(u32::MAX)) as u64;
        let mut state = self.random;
        let mut kept = |_: &u32| random(&mut state) >> 32 >= bound;
        let rows: Vec<Vec<u32>> =
            batch.iter().flat_map(|t| &t.rows).map(|r| r.iter().copied().filter(&mut kept).collect()).collect();
        self.random = state;
        let table = self.chain.table();
        let mut by_chain = vec![0f32; self.chain.weights().len()];
        let mut by_scores = vec![0f32; rows.len() * k];
        let (chain, weights) = (&self.chain, &self.sparse.weights);
        let gradient = |scores: &[f32]| {
            let mut scores = scores.to_vec();
            for (rows, out) in rows.iter().zip(scores.chunks_exact_mut(k)) {
                rows.iter().for_each(|r| chain::add(out, &weights[*r as usize * k..][..k], 1.0 / (1.0 - DROP)));
            }
            let mut at = 0;
            for text in batch {
                let part = at..at + text.labels.len() * k;
                at = part.end;
                let sums = chain.sums(&scores[part.clone()], &table);
                sums.gradient(&text.labels, &table, &mut by_scores[part], &mut by_chain);
            }
            by_scores.iter().map(|g| g / batch.len() as f32).collect()
        };
        let inputs: Vec<(&States, &[Place])> = batch.iter().map(|t| (&t.states, t.places.as_slice())).collect();
        let step = Step { rate: 1e-3 * rate, decay: 0.01, drop_input: 0.2, drop_hidden: 0.4 };
        self.network.learn(&inputs, &step, gradient)?;
        for (rows, gradient) in rows.iter().zip(by_scores.chunks_exact(k)) {
            rows.iter().for_each(|r| self.sparse.step(*r as usize * k, gradient, 0.1 * rate));
        }
        self.chain_steps.step(0, &by_chain, 0.1 * rate);
        self.chain.weights_mut().copy_from_slice(&self.chain_steps.weights);
        Ok(())
    }

    fn model(&self) -> Result<Model, ModelError> {
        let k = self.chain.labels();
        let rows = self.features.iter().copied().zip(self.sparse.weights.chunks_exact(k));
        let network = Network::from_numbers(self.network.shape(), &self.network.numbers()?)?;
        Ok(Model { chain: self.chain.clone(), sparse: Sparse::new(rows), network })
    }
}
