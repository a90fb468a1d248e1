//! The real encoder for the tests of all crates: one for each test process.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use candle_core::safetensors::SliceSafetensors;
use candle_core::{Device, Tensor};
use serde_json::json;

use crate::adapter::Adaptation;
use crate::prune::{CONFIG, PreparedConfig, RULES, TENSORS, TokenizerRules};
use crate::{Embedder, EmbedderOptions, Precision, q4, weights};

/// Where `make weights` puts things: `KEFU_CACHE`, or `kefu` in the user's cache folder.
pub fn cache_dir() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).map(PathBuf::from);
    from("KEFU_CACHE")
        .or_else(|| Some(from("XDG_CACHE_HOME")?.join("kefu")))
        .or_else(|| Some(from("HOME")?.join(".cache").join("kefu")))
        .unwrap_or_else(|| PathBuf::from(".kefu-cache"))
}

/// The prepared encoder for Chinese and English.
///
/// # Panics
/// When the weights are not there; the message says how to get them.
pub fn embedder() -> Embedder {
    static EMBEDDER: OnceLock<Embedder> = OnceLock::new();
    let start = || {
        let cache = cache_dir();
        let encoder = weights::prepared_dir(&cache, &["zh", "en"]);
        let options = EmbedderOptions {
            encoder,
            adaptation: Adaptation::Service,
            cache: vec![cache.join("test-embeddings.bin")],
            queue: 1024,
            threads: 2,
            precision: Precision::Auto,
        };
        match Embedder::start(&options) {
            Ok(embedder) => embedder,
            Err(e) => panic!("tests need the encoder: {e}"),
        }
    };
    EMBEDDER.get_or_init(start).clone()
}

/// Writes a prepared encoder in the usual form (config.json, tokenizer.json, model.safetensors), for comparisons with
/// candle-transformers.
pub fn write_usual_form(prepared: &Path, to: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let config: PreparedConfig = serde_json::from_slice(&std::fs::read(prepared.join(CONFIG))?)?;
    let file = std::fs::read(prepared.join(TENSORS))?;
    let file = SliceSafetensors::new(&file)?;
    let (hidden, inner) = (config.hidden, config.intermediate);
    let floats = |name: &str, shape: &[usize]| -> Result<Tensor, Box<dyn std::error::Error>> {
        let count = shape.iter().product();
        let data = file.get(name)?.data();
        let mut values = vec![0f32; count];
        if data.len() == count * 4 {
            values
                .iter_mut()
                .zip(data.chunks_exact(4))
                .for_each(|(v, b)| *v = f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        } else {
            q4::dequantise(data, &mut values);
        }
        Ok(Tensor::from_vec(values, shape, &Device::Cpu)?)
    };
    let mut tensors: HashMap<String, Tensor> = HashMap::new();
    let mut put = |ours: &str, theirs: String, shape: &[usize]| -> Result<(), Box<dyn std::error::Error>> {
        tensors.insert(theirs, floats(ours, shape)?);
        Ok(())
    };
    for (ours, theirs, rows) in
        [("words", "word", config.vocabulary), ("emb.pos", "position", config.positions), ("emb.type", "token_type", 2)]
    {
        put(ours, format!("embeddings.{theirs}_embeddings.weight"), &[rows, hidden])?;
    }
    let mut norms = vec![("emb.ln".to_owned(), "embeddings.LayerNorm".to_owned())];
    for i in 0..config.layers {
        let layer = format!("encoder.layer.{i}");
        for (ours, theirs, input, output) in [
            ("q", "attention.self.query", hidden, hidden),
            ("k", "attention.self.key", hidden, hidden),
            ("v", "attention.self.value", hidden, hidden),
            ("ao", "attention.output.dense", hidden, hidden),
            ("fi", "intermediate.dense", hidden, inner),
            ("fo", "output.dense", inner, hidden),
        ] {
            put(&format!("l{i}.{ours}.w"), format!("{layer}.{theirs}.weight"), &[output, input])?;
            put(&format!("l{i}.{ours}.b"), format!("{layer}.{theirs}.bias"), &[output])?;
        }
        norms.push((format!("l{i}.aln"), format!("{layer}.attention.output.LayerNorm")));
        norms.push((format!("l{i}.oln"), format!("{layer}.output.LayerNorm")));
    }
    for (ours, theirs) in norms {
        put(&format!("{ours}.w"), format!("{theirs}.weight"), &[hidden])?;
        put(&format!("{ours}.b"), format!("{theirs}.bias"), &[hidden])?;
    }
    candle_core::safetensors::save(&tensors, to.join("model.safetensors"))?;

    let offsets: Vec<u32> = file.load("pieces.offsets", &Device::Cpu)?.to_vec1()?;
    let scores: Vec<f64> = file.load("pieces.scores", &Device::Cpu)?.to_vec1()?;
    let blob = file.get("pieces.blob")?.data();
    let pieces = offsets.windows(2).map(|w| String::from_utf8_lossy(&blob[w[0] as usize..w[1] as usize]));
    let vocab: Vec<_> = pieces.zip(&scores).map(|(piece, score)| json!([piece, score])).collect();
    let rules: TokenizerRules = serde_json::from_slice(&std::fs::read(prepared.join(RULES))?)?;
    let pad =
        rules.added_tokens.as_array().and_then(|a| a.iter().find(|t| t["content"] == "<pad>")).map(|t| t["id"].clone());
    let tokenizer = json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": rules.added_tokens,
        "normalizer": rules.normalizer, "pre_tokenizer": rules.pre_tokenizer, "post_processor": rules.post_processor,
        "decoder": null, "model": {"type": "Unigram", "unk_id": config.unknown, "vocab": vocab},
    });
    std::fs::write(to.join("tokenizer.json"), serde_json::to_vec(&tokenizer)?)?;
    let config = json!({
        "_name_or_path": format!("intfloat/{}", config.name), "model_type": "bert", "vocab_size": config.vocabulary,
        "hidden_size": hidden, "num_hidden_layers": config.layers, "num_attention_heads": config.heads,
        "intermediate_size": inner, "hidden_act": "gelu", "hidden_dropout_prob": 0.0, "max_position_embeddings": config.positions,
        "type_vocab_size": 2, "initializer_range": 0.02, "layer_norm_eps": config.epsilon, "pad_token_id": pad,
        "position_embedding_type": "absolute", "use_cache": false, "classifier_dropout": null,
    });
    Ok(std::fs::write(to.join(CONFIG), serde_json::to_vec(&config)?)?)
}
