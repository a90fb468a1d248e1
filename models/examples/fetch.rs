//! Fetches and prepares the encoder into the cache: `cargo run --release -p models --example fetch [LANGUAGE…]`.

use models::{testing, weights};

fn main() {
    let mut languages: Vec<String> = std::env::args().skip(1).collect();
    if languages.is_empty() {
        languages = vec!["zh".into(), "en".into()];
    }
    if let Err(e) = weights::fetch(&testing::cache_dir(), &languages, &mut |step| eprintln!("{step:?}")) {
        eprintln!("{e}");
        std::process::exit(1);
    }
}
