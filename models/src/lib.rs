//! Neural models behind one async call each; the only crate that knows candle.
//!
//! `Embedder` is what the other crates hold: a cheap handle to one thread that owns one encoder, with a
//! cache of embeddings in front of it. `head` holds the small classifiers that are trained on embeddings.

use std::sync::Arc;

/// A sentence vector, L2-normalised, `Embedder::dimension()` long.
pub type Embedding = Arc<[f32]>;

/// e5 was trained with two prefixes: questions and utterances are `Query`, article passages are `Passage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Query,
    Passage,
}

#[derive(Debug, thiserror::Error)]
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
}
