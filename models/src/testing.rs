//! The real encoder for the tests of all crates: one for each test process.

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::{Embedder, EmbedderOptions, weights};

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
            cache: vec![cache.join("test-embeddings.bin")],
            queue: 1024,
            threads: 2,
        };
        match Embedder::start(&options) {
            Ok(embedder) => embedder,
            Err(e) => panic!("tests need the encoder: {e}"),
        }
    };
    EMBEDDER.get_or_init(start).clone()
}
