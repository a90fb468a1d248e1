//! A sentence encoder: tokens in, normalised vectors out. The thread of the batcher owns it.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use candle_core::{Device, Tensor};
use half::f16;

use crate::adapter::{Adaptation, Adapter};
use crate::bert::{Bert, Layer};
use crate::loaded::{Loaded, Network, open};
use crate::tokens::{TextTokenizer, Tokens};
use crate::{Embedding, Kind, ModelError, Precision};

/// What turns texts into tokens and knows the encoder's facts; shared by all callers.
pub struct Reading {
    tokenizer: TextTokenizer,
    query_prefix: String,
    passage_prefix: String,
    pub dimension: usize,
    pub id: String,
}

impl Reading {
    fn prefix(&self, kind: Kind) -> &str {
        match kind {
            Kind::Query => &self.query_prefix,
            Kind::Passage => &self.passage_prefix,
        }
    }

    pub fn tokens(&self, text: &str, kind: Kind) -> Result<Tokens, ModelError> {
        let prefix = self.prefix(kind);
        self.tokenizer.tokens(&format!("{prefix}{text}")).map_err(ModelError::Failed)
    }

    /// Also where in `text` each token comes from; empty for those of the prefix and special ones.
    pub fn spanned(&self, text: &str, kind: Kind) -> Result<(Tokens, Vec<Range<usize>>), ModelError> {
        let prefix = self.prefix(kind);
        let (tokens, mut spans) =
            self.tokenizer.spanned(&format!("{prefix}{text}"), prefix.len()).map_err(ModelError::Failed)?;
        spans.iter_mut().for_each(|s| *s = s.start.saturating_sub(prefix.len())..s.end.saturating_sub(prefix.len()));
        Ok((tokens, spans))
    }

    pub fn pieces(&self, text: &str) -> Result<Vec<String>, ModelError> {
        self.tokenizer.pieces(text).map_err(ModelError::Failed)
    }
}

pub struct Encoder {
    network: Network,
    dimension: usize,
}

impl Encoder {
    /// Opens a directory: prepared by `weights::fetch`, or any BERT-family model with config.json, tokenizer.json and
    /// model.safetensors.
    pub fn open(dir: &Path, precision: Precision) -> Result<(Encoder, Arc<Reading>), ModelError> {
        Self::open_with(dir, &Adaptation::Plain, precision)
    }

    /// With low-rank deltas added to the weights.
    pub fn open_with(
        dir: &Path,
        adaptation: &Adaptation,
        precision: Precision,
    ) -> Result<(Encoder, Arc<Reading>), ModelError> {
        let adapter = adaptation.load()?;
        match Self::open_adapted(dir, adapter.as_ref(), precision) {
            // Another encoder is no reason to fail for what nobody asked for.
            Err(ModelError::Adapter(_)) if *adaptation == Adaptation::Service => Self::open(dir, precision),
            other => other,
        }
    }

    pub(crate) fn open_adapted(
        dir: &Path,
        adapter: Option<&Adapter>,
        precision: Precision,
    ) -> Result<(Encoder, Arc<Reading>), ModelError> {
        let mut bytes = false;
        let mut finish = |i, layer: &mut Layer| {
            if let Some(adapter) = adapter {
                adapter.merge_layer(i, layer)?;
            }
            bytes |= precision == Precision::Auto && layer.quantise()?;
            Ok(())
        };
        let Loaded { network, tokenizer, dimension, query_prefix, passage_prefix, mut id } = open(dir, &mut finish)?;
        if let Some(adapter) = adapter {
            match &network {
                Network::Own(bert) => adapter.check_layers(bert.layers.len())?,
                Network::Transformers { .. } => {
                    return Err(ModelError::Adapter("an adapter fits only the prepared encoder".into()));
                }
            }
            id = format!("{id}+{}", adapter.id()?);
        }
        if bytes {
            id += "-int8";
        }
        let reading = Reading { tokenizer, query_prefix, passage_prefix, dimension, id };
        Ok((Encoder { network, dimension }, Arc::new(reading)))
    }

    /// The network, when it is the prepared form.
    pub(crate) fn own(&self) -> Option<&Bert> {
        match &self.network {
            Network::Own(bert) => Some(bert),
            Network::Transformers { .. } => None,
        }
    }

    /// One vector per text, in their order.
    pub fn encode(&self, texts: &[Tokens]) -> Result<Vec<Embedding>, ModelError> {
        let texts: Vec<(&Tokens, Layers)> = texts.iter().map(|t| (t, Layers::NONE)).collect();
        Ok(self.read(&texts)?.into_iter().map(|reading| reading.0).collect())
    }

    /// One vector per text, and of those that name layers the states of all their tokens, from the same pass.
    pub fn read(&self, texts: &[(&Tokens, Layers)]) -> Result<Vec<(Embedding, Vec<f16>)>, ModelError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&i| texts[i].0.len());
        let sorted: Vec<&[u32]> = order.iter().map(|&i| texts[i].0.0.as_slice()).collect();
        let wanted = texts.iter().fold(Layers::NONE, |all, (_, layers)| all.and(*layers));
        // Tokens × dimension of each layer that somebody wants; `starts` is where each sorted text begins there.
        let mut kept: Vec<(usize, Vec<f32>)> = Vec::new();
        let mut starts = Vec::with_capacity(sorted.len());
        let vectors = match &self.network {
            Network::Own(bert) => {
                let mut start = 0;
                for text in &sorted {
                    starts.push(start);
                    start += text.len();
                }
                bert.forward(&sorted, |layer, states| {
                    if wanted.contains(layer) {
                        kept.push((layer, states.to_vec()));
                    }
                })?
            }
            Network::Transformers { model, pad } => {
                let length = sorted.last().map_or(0, |t| t.len());
                let mut ids = Vec::with_capacity(sorted.len() * length);
                let mut mask = Vec::with_capacity(sorted.len() * length);
                for text in &sorted {
                    ids.extend(text.iter().copied().chain(std::iter::repeat_n(*pad, length - text.len())));
                    mask.extend((0..length).map(|i| if i < text.len() { 1f32 } else { 0. }));
                }
                let shape = (sorted.len(), length);
                let ids = Tensor::from_vec(ids, shape, &Device::Cpu)?;
                let mask = Tensor::from_vec(mask, shape, &Device::Cpu)?;
                let last = model.forward(&ids, &ids.zeros_like()?, Some(&mask))?;
                starts.extend((0..sorted.len()).map(|i| i * length));
                if wanted != Layers::NONE {
                    kept.push((0, last.flatten_all()?.to_vec1()?));
                }
                // The length of the sum does not matter: vectors are normalised below.
                last.broadcast_mul(&mask.unsqueeze(2)?)?.sum(1)?.to_vec2()?
            }
        };
        let mut out: Vec<Option<(Embedding, Vec<f16>)>> = vec![None; texts.len()];
        for ((&i, vector), start) in order.iter().zip(vectors).zip(starts) {
            let (tokens, layers) = texts[i];
            let mut states = Vec::new();
            for token in (start..start + tokens.len()).take_while(|_| layers != Layers::NONE) {
                for (_, rows) in kept.iter().filter(|(layer, _)| layers.contains(*layer)) {
                    let row = &rows[token * self.dimension..][..self.dimension];
                    states.extend(row.iter().map(|v| f16::from_f32(*v)));
                }
            }
            out[i] = Some((normalised(vector, self.dimension)?, states));
        }
        out.into_iter().map(|v| v.ok_or_else(|| ModelError::Failed("a text got no vector".into()))).collect()
    }

    /// Layers whose states taggers read: one of the middle and the last, which know more of words and more of the text.
    /// Of a network whose inner layers cannot be seen, the last one (it counts as layer 0 then).
    pub fn telling(&self) -> Layers {
        match &self.network {
            Network::Own(bert) => Layers::telling(bert.layers.len()),
            Network::Transformers { .. } => Layers::NONE.with(0),
        }
    }
}

/// Some of the encoder's layers, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layers(u64);

impl Layers {
    pub const NONE: Layers = Layers(0);

    pub fn with(self, layer: usize) -> Layers {
        Layers(self.0 | 1u64.checked_shl(layer as u32).unwrap_or(0))
    }

    fn telling(count: usize) -> Layers {
        Layers::NONE.with(count * 2 / 3 - 1).with(count - 1)
    }

    fn and(self, other: Layers) -> Layers {
        Layers(self.0 | other.0)
    }

    fn contains(self, layer: usize) -> bool {
        1u64.checked_shl(layer as u32).is_some_and(|bit| self.0 & bit != 0)
    }

    pub fn count(self) -> usize {
        self.0.count_ones() as usize
    }
}

fn normalised(mut vector: Vec<f32>, dimension: usize) -> Result<Embedding, ModelError> {
    let norm = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
    if vector.len() != dimension || !norm.is_finite() || norm == 0.0 {
        return Err(ModelError::Failed(
            "the encoder gave a vector that is not a number; its weights are damaged".into(),
        ));
    }
    vector.iter_mut().for_each(|v| *v /= norm);
    Ok(vector.into())
}
