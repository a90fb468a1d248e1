//! Cuts vocabulary and word table to the languages of a business and writes the directory that `encoder` loads.
//!
//! Why the tokens stay the same: the best path of a Unigram model over a text can only use pieces that occur in the
//! text. A text written with allowed characters never contains a piece with another character in it, so taking those
//! pieces away takes no path away. Only the price of an unknown character depends on the whole vocabulary (the lowest
//! score less a penalty), so the lowest score of the original is kept beside the pieces.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::ModelError;
use crate::languages::Languages;
use crate::q4;
use crate::source::Source;

/// Raised when the prepared files change, so that an older directory is never taken for a newer one.
pub const FORMAT: u32 = 1;
pub const CONFIG: &str = "config.json";
pub const RULES: &str = "tokenizer-rules.json";
pub const TENSORS: &str = "model.safetensors";

/// `config.json` of a prepared directory.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PreparedConfig {
    pub kefu_format: u32,
    pub name: String,
    pub languages: Vec<String>,
    pub vocabulary: usize,
    pub hidden: usize,
    pub layers: usize,
    pub heads: usize,
    pub intermediate: usize,
    pub positions: usize,
    pub epsilon: f64,
    pub unknown: u32,
    /// Score of the rarest piece of the uncut vocabulary.
    pub lowest_score: f64,
    pub query_prefix: String,
    pub passage_prefix: String,
    /// sha256 of the other files of the directory.
    pub sha256: HashMap<String, String>,
}

/// A row of the vocabulary in `tokenizer.json`.
#[derive(Deserialize)]
struct OriginalModel {
    unk_id: usize,
    vocab: Vec<(String, f64)>,
}

#[derive(Deserialize)]
struct OriginalTokenizer {
    normalizer: Value,
    pre_tokenizer: Value,
    post_processor: Value,
    added_tokens: Value,
    model: OriginalModel,
}

/// The rest of a tokenizer when its vocabulary is kept elsewhere.
#[derive(Serialize, Deserialize)]
pub struct TokenizerRules {
    pub normalizer: Value,
    pub pre_tokenizer: Value,
    pub post_processor: Value,
    pub added_tokens: Value,
}

pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Writes the prepared directory `to`; returns how many pieces it kept. `weights` and `tokenizer` are the contents
/// of the two packaged files.
pub fn prepare(
    name: &str,
    weights: &[u8],
    tokenizer: &[u8],
    languages: &Languages,
    to: &Path,
) -> Result<usize, ModelError> {
    let failed = |what: &str| ModelError::Failed(what.to_owned());
    let source = Source::parse(weights).ok_or_else(|| failed("the packaged weights are not in the expected layout"))?;
    let original: OriginalTokenizer = serde_json::from_slice(tokenizer)
        .map_err(|e| ModelError::Failed(format!("the packaged tokenizer cannot be read: {e}")))?;
    let vocab = &original.model.vocab;
    let special = |id: usize| id == original.model.unk_id || vocab[id].0.starts_with('<') && vocab[id].0.ends_with('>');
    let mut kept: Vec<usize> = (0..vocab.len()).filter(|&id| special(id) || languages.keeps(&vocab[id].0)).collect();
    kept.sort_by(|&a, &b| vocab[a].0.as_bytes().cmp(vocab[b].0.as_bytes()));

    let mut tensors = vocabulary_tensors(vocab, &kept)?;
    let row = q4::row_bytes(source.hidden);
    let words =
        source.tensors.get("emb.word").filter(|t| t.quantised).ok_or_else(|| failed("the word table is missing"))?;
    let mut table = Vec::with_capacity(kept.len() * row);
    for &id in &kept {
        let bytes = words.data.get(id * row..(id + 1) * row);
        table.extend_from_slice(bytes.ok_or_else(|| failed("the word table is too short"))?);
    }
    tensors.insert("words".into(), Tensor::from_vec(table, (kept.len(), row), &Device::Cpu)?);
    for (name, tensor) in &source.tensors {
        if name == "emb.word" {
            continue;
        }
        let stored = if tensor.quantised {
            Tensor::from_slice(tensor.data, tensor.data.len(), &Device::Cpu)?
        } else {
            let values: Vec<f32> =
                tensor.data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            Tensor::from_vec(values, tensor.elements, &Device::Cpu)?
        };
        tensors.insert(name.clone(), stored);
    }

    let rank = |piece: &str| kept.binary_search_by(|&id| vocab[id].0.as_bytes().cmp(piece.as_bytes()));
    let mut rules = TokenizerRules {
        normalizer: original.normalizer,
        pre_tokenizer: original.pre_tokenizer,
        post_processor: original.post_processor,
        added_tokens: original.added_tokens,
    };
    renumber(&mut rules, |piece| rank(piece).ok())
        .ok_or_else(|| failed("the packaged tokenizer names unknown tokens"))?;

    let io = |e: std::io::Error| ModelError::Failed(format!("{} cannot be written: {e}", to.display()));
    std::fs::create_dir_all(to).map_err(io)?;
    let rules = serde_json::to_vec(&rules).map_err(|e| ModelError::Failed(e.to_string()))?;
    std::fs::write(to.join(RULES), &rules).map_err(io)?;
    candle_core::safetensors::save(&tensors, to.join(TENSORS))?;
    let written = std::fs::read(to.join(TENSORS)).map_err(io)?;
    let config = PreparedConfig {
        kefu_format: FORMAT,
        name: name.to_owned(),
        languages: languages.codes().to_vec(),
        vocabulary: kept.len(),
        hidden: source.hidden,
        layers: source.layers,
        heads: source.heads,
        intermediate: source.intermediate,
        positions: source.positions,
        epsilon: source.epsilon,
        unknown: rank(&vocab[original.model.unk_id].0).map_err(|_| failed("the unknown token is missing"))? as u32,
        lowest_score: vocab.iter().map(|p| p.1).fold(f64::INFINITY, f64::min),
        query_prefix: "query: ".into(),
        passage_prefix: "passage: ".into(),
        sha256: [(RULES.to_owned(), sha256_hex(&rules)), (TENSORS.to_owned(), sha256_hex(&written))].into(),
    };
    let config = serde_json::to_vec_pretty(&config).map_err(|e| ModelError::Failed(e.to_string()))?;
    std::fs::write(to.join(CONFIG), config).map_err(io)?;
    Ok(kept.len())
}

fn vocabulary_tensors(vocab: &[(String, f64)], kept: &[usize]) -> Result<HashMap<String, Tensor>, ModelError> {
    let mut blob: Vec<u8> = Vec::new();
    let mut offsets: Vec<u32> = vec![0];
    let mut scores: Vec<f64> = Vec::with_capacity(kept.len());
    for &id in kept {
        blob.extend_from_slice(vocab[id].0.as_bytes());
        offsets.push(u32::try_from(blob.len()).map_err(|_| ModelError::Failed("the vocabulary is too large".into()))?);
        scores.push(vocab[id].1);
    }
    let (bytes, ends, pieces) = (blob.len(), offsets.len(), scores.len());
    Ok(HashMap::from([
        ("pieces.blob".to_owned(), Tensor::from_vec(blob, bytes, &Device::Cpu)?),
        ("pieces.offsets".to_owned(), Tensor::from_vec(offsets, ends, &Device::Cpu)?),
        ("pieces.scores".to_owned(), Tensor::from_vec(scores, pieces, &Device::Cpu)?),
    ]))
}

/// Puts the new number of every token that the rules name in place of the old one.
fn renumber(rules: &mut TokenizerRules, rank: impl Fn(&str) -> Option<usize>) -> Option<()> {
    for token in rules.added_tokens.as_array_mut()? {
        let id = rank(token.get("content")?.as_str()?)?;
        token["id"] = id.into();
    }
    for (name, special) in rules.post_processor.get_mut("special_tokens")?.as_object_mut()? {
        special["ids"] = vec![rank(name)?].into();
    }
    Some(())
}
