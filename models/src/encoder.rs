//! A sentence encoder: tokens in, normalised vectors out. The thread of the batcher owns it.

use std::path::Path;
use std::sync::Arc;

use candle_core::{Device, Tensor};

use crate::loaded::{Loaded, Network, open};
use crate::tokens::{TextTokenizer, Tokens};
use crate::{Embedding, Kind, ModelError};

/// What turns texts into tokens and knows the encoder's facts; shared by all callers.
pub struct Reading {
    tokenizer: TextTokenizer,
    query_prefix: String,
    passage_prefix: String,
    pub dimension: usize,
    pub id: String,
}

impl Reading {
    pub fn tokens(&self, text: &str, kind: Kind) -> Result<Tokens, ModelError> {
        let prefix = match kind {
            Kind::Query => &self.query_prefix,
            Kind::Passage => &self.passage_prefix,
        };
        self.tokenizer.tokens(&format!("{prefix}{text}")).map_err(ModelError::Failed)
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
    pub fn open(dir: &Path) -> Result<(Encoder, Arc<Reading>), ModelError> {
        let Loaded { network, tokenizer, dimension, query_prefix, passage_prefix, id } = open(dir)?;
        let reading = Reading { tokenizer, query_prefix, passage_prefix, dimension, id };
        Ok((Encoder { network, dimension }, Arc::new(reading)))
    }

    /// One vector per text, in their order.
    pub fn encode(&self, texts: &[Tokens]) -> Result<Vec<Embedding>, ModelError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&i| texts[i].len());
        let sorted: Vec<&[u32]> = order.iter().map(|&i| texts[i].0.as_slice()).collect();
        let vectors = match &self.network {
            Network::Own(bert) => bert.forward(&sorted)?,
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
                // The length of the sum does not matter: vectors are normalised below.
                last.broadcast_mul(&mask.unsqueeze(2)?)?.sum(1)?.to_vec2()?
            }
        };
        let mut out: Vec<Option<Embedding>> = vec![None; texts.len()];
        for (&i, vector) in order.iter().zip(vectors) {
            out[i] = Some(normalised(vector, self.dimension)?);
        }
        out.into_iter().map(|v| v.ok_or_else(|| ModelError::Failed("a text got no vector".into()))).collect()
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
