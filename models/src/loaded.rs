//! Opens an encoder directory: the prepared form, or any BERT-family model in the usual form.

use std::path::Path;

use candle_core::safetensors::SliceSafetensors;
use candle_core::{DType, Device};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use serde_json::Value;

use crate::bert::{Bert, Layer, Linear, Norm};
use crate::prune::{CONFIG, PreparedConfig, RULES, TENSORS, sha256_hex};
use crate::tokens::TextTokenizer;
use crate::unigram::SortedUnigram;
use crate::{ModelError, q4};

pub enum Network {
    Own(Box<Bert>),
    Transformers { model: Box<BertModel>, pad: u32 },
}

pub type Finish<'a> = &'a mut dyn FnMut(usize, &mut Layer) -> Result<(), ModelError>;

pub struct Loaded {
    pub network: Network,
    pub tokenizer: TextTokenizer,
    pub dimension: usize,
    pub query_prefix: String,
    pub passage_prefix: String,
    /// Tells encoders apart that give different vectors for the same text.
    pub id: String,
}

fn missing(dir: &Path, file: &str, why: impl std::fmt::Display) -> ModelError {
    let path = dir.join(file);
    ModelError::Missing(format!(
        "the encoder file {} is missing or damaged ({why}); `make weights` fetches and prepares it again",
        path.display()
    ))
}

fn read(dir: &Path, file: &str) -> Result<Vec<u8>, ModelError> {
    std::fs::read(dir.join(file)).map_err(|e| missing(dir, file, e))
}

/// `finish` gets each layer of the prepared form as soon as it is read, so that all of them need not be in memory as
/// floats at the same time.
pub fn open(dir: &Path, finish: Finish<'_>) -> Result<Loaded, ModelError> {
    let config = read(dir, CONFIG)?;
    let value: Value = serde_json::from_slice(&config).map_err(|e| missing(dir, CONFIG, e))?;
    if value.get("kefu_format").is_some() {
        let config: PreparedConfig = serde_json::from_value(value).map_err(|e| missing(dir, CONFIG, e))?;
        open_prepared(dir, config, finish)
    } else {
        open_usual(dir, &config, &value)
    }
}

/// Tensors of the prepared file by name, each checked for its length.
struct Tensors<'a> {
    dir: &'a Path,
    file: SliceSafetensors<'a>,
}

impl Tensors<'_> {
    fn bytes(&self, name: &str, length: usize) -> Result<Vec<u8>, ModelError> {
        let view = self.file.get(name).map_err(|e| missing(self.dir, TENSORS, e))?;
        let data = view.data();
        if data.len() != length {
            return Err(missing(self.dir, TENSORS, format!("{name} has {} bytes, not {length}", data.len())));
        }
        Ok(data.to_vec())
    }

    fn floats(&self, name: &str, length: usize) -> Result<Vec<f32>, ModelError> {
        let bytes = self.bytes(name, length * 4)?;
        Ok(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
    }

    fn norm(&self, name: &str, hidden: usize) -> Result<Norm, ModelError> {
        let vector = |part: &str| self.floats(&format!("{name}.{part}"), hidden);
        Ok(Norm { weight: vector("w")?, shift: vector("b")? })
    }

    /// The linears `names` side by side, input × output; `scale` multiplies the first.
    fn linear(&self, names: &[String], input: usize, output: usize, scale: f32) -> Result<Linear, ModelError> {
        let width = names.len() * output;
        let mut weight = vec![0f32; input * width];
        let mut bias = Vec::with_capacity(width);
        let mut rows = vec![0f32; TURNED * input];
        let row_bytes = q4::row_bytes(input);
        for (i, name) in names.iter().enumerate() {
            let scale = if i == 0 { scale } else { 1.0 };
            let blocks = self.bytes(&format!("{name}.w"), output * row_bytes)?;
            bias.extend(self.floats(&format!("{name}.b"), output)?.iter().map(|b| b * scale));
            // Rows are stored by output. Some of them at once are turned, so that every write is of a few neighbours.
            for (part, blocks) in blocks.chunks(TURNED * row_bytes).enumerate() {
                let count = blocks.len() / row_bytes;
                q4::dequantise(blocks, &mut rows[..count * input]);
                let start = i * output + part * TURNED;
                for (k, out) in weight.chunks_exact_mut(width).enumerate() {
                    let out = &mut out[start..start + count];
                    out.iter_mut().enumerate().for_each(|(j, w)| *w = rows[j * input + k] * scale);
                }
            }
        }
        Linear::new(weight, bias, input, width).map_err(Into::into)
    }
}

/// Rows of a linear that are turned at once: a cache line of floats.
const TURNED: usize = 16;

fn open_prepared(dir: &Path, config: PreparedConfig, finish: Finish<'_>) -> Result<Loaded, ModelError> {
    if config.kefu_format != crate::prune::FORMAT {
        return Err(missing(dir, CONFIG, "it was prepared by another version"));
    }
    let (hidden, inner) = (config.hidden, config.intermediate);
    let sane = config.heads > 0
        && hidden > 0
        && hidden.is_multiple_of(config.heads)
        && hidden.is_multiple_of(q4::BLOCK)
        && inner.is_multiple_of(q4::BLOCK)
        && config.positions >= 2
        && [hidden, inner, config.layers, config.positions].iter().all(|&n| n < 1 << 16)
        && config.vocabulary < 1 << 24;
    if !sane {
        return Err(missing(dir, CONFIG, "its sizes cannot be"));
    }
    let checked = |file: &str| -> Result<Vec<u8>, ModelError> {
        let bytes = read(dir, file)?;
        match config.sha256.get(file) {
            Some(expected) if *expected == sha256_hex(&bytes) => Ok(bytes),
            _ => Err(missing(dir, file, "its sha256 is not the one in config.json")),
        }
    };
    let rules = checked(RULES)?;
    let file = checked(TENSORS)?;
    let tensors = Tensors { dir, file: SliceSafetensors::new(&file).map_err(|e| missing(dir, TENSORS, e))? };

    let offsets = tensors.bytes("pieces.offsets", (config.vocabulary + 1) * 4)?;
    let offsets: Vec<u32> = offsets.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    let scores = tensors.bytes("pieces.scores", config.vocabulary * 8)?;
    let scores = scores.chunks_exact(8).map(|b| f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]));
    let blob = tensors.bytes("pieces.blob", offsets.last().map_or(0, |&end| end as usize))?;
    let model = SortedUnigram::new(blob, offsets, scores.collect(), config.unknown, config.lowest_score)
        .map_err(|e| missing(dir, TENSORS, e))?;
    let tokenizer = TextTokenizer::pruned(model, &rules, config.positions).map_err(|e| missing(dir, RULES, e))?;

    let scale = 1.0 / ((hidden / config.heads) as f32).sqrt();
    let mut layers = Vec::with_capacity(config.layers);
    for i in 0..config.layers {
        let name = |part: &str| format!("l{i}.{part}");
        let mut layer = Layer {
            qkv: tensors.linear(&[name("q"), name("k"), name("v")], hidden, hidden, scale)?,
            output: tensors.linear(&[name("ao")], hidden, hidden, 1.0)?,
            attention_norm: tensors.norm(&name("aln"), hidden)?,
            up: tensors.linear(&[name("fi")], hidden, inner, 1.0)?,
            down: tensors.linear(&[name("fo")], inner, hidden, 1.0)?,
            output_norm: tensors.norm(&name("oln"), hidden)?,
        };
        finish(i, &mut layer)?;
        layers.push(layer);
    }
    let mut positions = tensors.floats("emb.pos", config.positions * hidden)?;
    let types = tensors.floats("emb.type", 2 * hidden)?;
    for row in positions.chunks_exact_mut(hidden) {
        row.iter_mut().zip(&types[..hidden]).for_each(|(p, t)| *p += t); // every token has type 0
    }
    let words = tensors.bytes("words", config.vocabulary * q4::row_bytes(hidden))?;
    let bert = Bert {
        words,
        positions,
        norm: tensors.norm("emb.ln", hidden)?,
        layers,
        hidden,
        heads: config.heads,
        epsilon: config.epsilon as f32,
    };
    let id = sha256_hex(format!("{:?}", config.sha256.get(TENSORS)).as_bytes());
    Ok(Loaded {
        network: Network::Own(Box::new(bert)),
        tokenizer,
        dimension: hidden,
        query_prefix: config.query_prefix,
        passage_prefix: config.passage_prefix,
        id: format!("{}-{}-{}", config.name, config.languages.join("+"), &id[..12]),
    })
}

fn open_usual(dir: &Path, config_bytes: &[u8], value: &Value) -> Result<Loaded, ModelError> {
    // Relatives such as XLM-R number their positions differently: they would load, and be wrong.
    if let Some(other) = value.get("model_type").and_then(Value::as_str).filter(|t| *t != "bert") {
        let path = dir.join(CONFIG);
        return Err(ModelError::Missing(format!(
            "{} is of a model of the type \"{other}\"; the encoder must be of the type \"bert\"",
            path.display()
        )));
    }
    let weights_file = "model.safetensors";
    let config: Config = serde_json::from_slice(config_bytes).map_err(|e| missing(dir, CONFIG, e))?;
    let weights = read(dir, weights_file)?;
    let id = sha256_hex(format!("{}{}", sha256_hex(&weights), sha256_hex(&read(dir, "tokenizer.json")?)).as_bytes());
    let builder = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu)
        .map_err(|e| missing(dir, weights_file, e))?;
    let model = BertModel::load(builder, &config).map_err(|e| missing(dir, weights_file, e))?;
    let tokenizer = TextTokenizer::whole(&dir.join("tokenizer.json"), config.max_position_embeddings)
        .map_err(|e| missing(dir, "tokenizer.json", e))?;
    // e5 models were trained with prefixes; their name is the only sign of it.
    let label = value.get("_name_or_path").and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let folder = dir.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    let e5 = label.contains("e5") || folder.contains("e5");
    let prefix = |p: &str| if e5 { p.to_owned() } else { String::new() };
    Ok(Loaded {
        network: Network::Transformers { model: Box::new(model), pad: config.pad_token_id as u32 },
        tokenizer,
        dimension: config.hidden_size,
        query_prefix: prefix("query: "),
        passage_prefix: prefix("passage: "),
        id: format!("{folder}-{}", &id[..12]),
    })
}

#[cfg(test)]
#[path = "loaded_tests.rs"]
mod tests;
