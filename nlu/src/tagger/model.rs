//! What was learnt, small enough for a file: the chain, the network, and of the sparse weights those that matter.

use std::collections::BTreeMap;

use models::sequence::{Network, Place, Shape};
use models::{ModelError, States, f16};
use serde::{Deserialize, Serialize};

use super::Name;
use super::chain::{self, Chain};
use super::features::Lists;

/// Weights below it decide nothing.
const LEAST: f32 = 0.02;
/// Of more weights, the largest are kept: 4 bytes each.
const MOST: usize = 800_000;

/// Weights of features by their numbers; rows of different lengths, one after the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sparse {
    /// Ascending.
    features: Vec<u32>,
    /// Where each row ends.
    ends: Vec<u32>,
    labels: Vec<u16>,
    weights: Vec<f16>,
}

impl Sparse {
    /// `rows` are features, ascending, and their weights for all labels.
    pub fn new<'a>(rows: impl Iterator<Item = (u32, &'a [f32])> + Clone) -> Sparse {
        let mut sizes: Vec<f32> =
            rows.clone().flat_map(|(_, w)| w.iter().map(|w| w.abs())).filter(|w| *w >= LEAST).collect();
        let mut least = LEAST;
        if sizes.len() > MOST {
            least = *sizes.select_nth_unstable_by(MOST, |a, b| b.total_cmp(a)).1;
        }
        let mut sparse = Sparse::default();
        for (feature, weights) in rows {
            let before = sparse.labels.len();
            for (label, w) in weights.iter().enumerate().filter(|(_, w)| w.abs() > least) {
                sparse.labels.push(label as u16);
                sparse.weights.push(f16::from_f32(*w));
            }
            if sparse.labels.len() > before {
                sparse.features.push(feature);
                sparse.ends.push(sparse.labels.len() as u32);
            }
        }
        sparse
    }

    pub fn add(&self, features: &[u32], scores: &mut [f32]) {
        for row in features.iter().filter_map(|f| self.features.binary_search(f).ok()) {
            let start = row.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
            for i in start..self.ends[row] as usize {
                scores[usize::from(self.labels[i])] += self.weights[i].to_f32();
            }
        }
    }

    fn is_sound(&self, labels: usize) -> bool {
        self.features.is_sorted_by(|a, b| a < b)
            && self.ends.len() == self.features.len()
            && self.ends.is_sorted()
            && self.ends.last().map_or(0, |e| *e as usize) == self.labels.len()
            && self.weights.len() == self.labels.len()
            && self.labels.iter().all(|l| usize::from(*l) < labels)
            && self.weights.iter().all(|w| w.is_finite())
    }
}

pub struct Model {
    pub chain: Chain,
    pub sparse: Sparse,
    pub network: Network,
}

impl Model {
    /// Units × labels.
    pub fn scores(&self, states: &States, places: &[Place], features: &[Vec<u32>]) -> Result<Vec<f32>, ModelError> {
        let mut scores = self.network.scores(&[(states, places)])?;
        for (features, out) in features.iter().zip(scores.chunks_exact_mut(self.chain.labels())) {
            self.sparse.add(features, out);
        }
        Ok(scores)
    }
}

/// What stands before the numbers in a file, as JSON.
#[derive(Serialize, Deserialize)]
pub struct Header {
    pub kinds: Vec<Vec<Name>>,
    /// Written in lower case -> the value that is meant.
    pub synonyms: BTreeMap<String, String>,
    pub lists: Lists,
    shape: Shape,
    chain: Chain,
    features: usize,
    weights: usize,
    numbers: usize,
}

pub fn write(
    model: &Model,
    kinds: &[Vec<Name>],
    synonyms: &BTreeMap<String, String>,
    lists: &Lists,
) -> Result<Vec<u8>, ModelError> {
    let numbers = model.network.numbers()?;
    let header = Header {
        kinds: kinds.to_vec(),
        synonyms: synonyms.clone(),
        lists: lists.clone(),
        shape: model.network.shape(),
        chain: model.chain.clone(),
        features: model.sparse.features.len(),
        weights: model.sparse.weights.len(),
        numbers: numbers.len(),
    };
    let header = serde_json::to_vec(&header).map_err(|e| ModelError::Failed(e.to_string()))?;
    let mut bytes = (header.len() as u32).to_le_bytes().to_vec();
    bytes.extend(header);
    let sparse = &model.sparse;
    sparse.features.iter().chain(&sparse.ends).for_each(|v| bytes.extend(v.to_le_bytes()));
    sparse.labels.iter().for_each(|v| bytes.extend(v.to_le_bytes()));
    sparse.weights.iter().chain(&numbers).for_each(|v| bytes.extend(v.to_le_bytes()));
    Ok(bytes)
}

/// The reason why not is a part of a sentence.
pub fn read(bytes: &[u8]) -> Result<(Header, Model), String> {
    let cut = || "the entity part is cut off".to_owned();
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(cut)?;
    let (header, mut rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(cut)?;
    let header: Header = serde_json::from_slice(header).map_err(|e| e.to_string())?;
    let mut take = |count: usize, size: usize| -> Result<&[u8], String> {
        let (part, after) = count.checked_mul(size).and_then(|n| rest.split_at_checked(n)).ok_or_else(cut)?;
        rest = after;
        Ok(part)
    };
    let long = |b: &[u8]| b.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)).collect::<Vec<u32>>();
    let short = |b: &[u8]| b.as_chunks::<2>().0.iter().map(|b| u16::from_le_bytes(*b)).collect::<Vec<u16>>();
    let half = |b: &[u8]| b.as_chunks::<2>().0.iter().map(|b| f16::from_le_bytes(*b)).collect::<Vec<f16>>();
    let sparse = Sparse {
        features: long(take(header.features, 4)?),
        ends: long(take(header.features, 4)?),
        labels: short(take(header.weights, 2)?),
        weights: half(take(header.weights, 2)?),
    };
    let numbers = half(take(header.numbers, 2)?);
    let labels = header.chain.labels();
    let sound = !header.kinds.is_empty()
        && header.kinds.iter().all(|k| !k.is_empty())
        && header.chain.is_sound(header.kinds.len())
        && header.shape.labels == labels
        && sparse.is_sound(labels)
        && rest.is_empty();
    if !sound {
        return Err("the parts for entities do not fit together".to_owned());
    }
    let network = Network::from_numbers(header.shape, &numbers).map_err(|e| e.to_string())?;
    let model = Model { chain: header.chain.clone(), sparse, network };
    Ok((header, model))
}

/// Entities of the most probable row of labels, with their probabilities.
pub fn decode(chain: &Chain, scores: &[f32]) -> Vec<(chain::Span, f32)> {
    let spans = chain::spans(&chain.best(scores));
    if spans.is_empty() {
        return Vec::new();
    }
    let table = chain.table();
    let sums = chain.sums(scores, &table);
    spans.into_iter().map(|span| (span, sums.probability(&span, &table))).collect()
}
