//! `kefu index`: articles as JSON lines -> an index folder for `kefu search` and `kefu eval knowledge`.

use super::place::{self, Unfinished};
use super::progress::Progress;
use crate::app;
use crate::clock::Clock;
use crate::config::Config;
use anyhow::Context;
use knowledge::{ArticleFile, Build, Description, Index};
use models::Embedder;
use std::path::{Path, PathBuf};

/// What the encoder has computed, beside the index: a build that was interrupted, or one of changed articles, computes
/// only what is new.
const EMBEDDINGS: &str = "embeddings.bin";

#[derive(clap::Args)]
pub struct Options {
    /// Articles, one JSON a line: {"id":…} with any of "title", "question", "similar_questions":[…], "text", "answer",
    /// "answers":[…], and optionally "lang". Two lines with one id and different languages are versions of one article.
    #[arg(long, value_name = "FILE")]
    articles: PathBuf,
    /// Folder of the index. An index that is there is replaced only by a whole new one.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Another BERT-family encoder.
    #[arg(long, value_name = "DIR")]
    encoder: Option<PathBuf>,
    /// Threads of the encoder.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

pub async fn run(mut config: Config, options: &Options) -> anyhow::Result<()> {
    let started = std::time::Instant::now();
    let out = &options.out;
    place::check(out, "an index", |dir| Description::read(dir).is_ok())?;
    let articles = ArticleFile::check(&options.articles).context("nothing was indexed")?;
    if let Some(encoder) = &options.encoder {
        config.models.encoder = encoder.clone();
    }
    if let Some(threads) = options.threads {
        config.models.threads = usize::from(threads);
    }
    let folder = Unfinished::open(out, EMBEDDINGS)?;
    let cache = folder.path().join(EMBEDDINGS);
    let known = out.join(EMBEDDINGS);
    if !cache.is_file() && known.is_file() {
        std::fs::copy(&known, &cache).with_context(|| format!("{} cannot be written", cache.display()))?;
    }
    let embedder = match app::start_embedder(&config, vec![cache]) {
        Ok(embedder) => embedder,
        Err(e) => {
            folder.discard();
            return Err(e);
        }
    };
    let own = &config.models.encoder;
    let build = Build {
        embedder: &embedder,
        articles: &articles,
        encoder_folder: if own.as_os_str().is_empty() { None } else { Some(std::fs::canonicalize(own)?) },
        languages: config.models.languages.clone(),
        built_at: jiff::Timestamp::from_millisecond(Clock::default().now())?.to_string(),
    };
    let progress = Progress::new("embedding");
    let described = build.write(folder.path(), &|done| progress.at(done, articles.texts)).await?;
    progress.finish();
    drop(embedder);
    folder.publish().context("the old index, if there was one, is untouched")?;
    let size = size(out)?;
    let text = format!(
        "{} articles, {} passages, {} entries indexed to {} after {:.1} s ({:.1} MB)\n",
        described.articles,
        described.passages,
        described.entries,
        out.display(),
        started.elapsed().as_secs_f64(),
        size as f64 / 1e6,
    );
    super::say(text.as_bytes())?;
    Ok(())
}

/// Bytes of the folder, without the embeddings that only a next build reads.
fn size(dir: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        if meta.is_dir() {
            bytes += size(&entry.path())?;
        } else if entry.file_name() != EMBEDDINGS {
            bytes += meta.len();
        }
    }
    Ok(bytes)
}

/// An index, and the encoder that it was built with.
pub fn open(config: &mut Config, dir: &Path, encoder: Option<&Path>) -> anyhow::Result<(Index, Embedder)> {
    let index = Index::open(dir)?;
    let described = &index.description;
    if let Some(dir) = encoder {
        config.models.encoder = dir.to_owned();
    } else if let Some(dir) = &described.encoder_folder {
        config.models.encoder = dir.clone();
    } else {
        config.models.encoder = PathBuf::new();
        config.models.languages = described.languages.clone();
    }
    // Texts of a batch wait for the encoder together.
    config.models.queue = config.models.queue.max(4096);
    let embedder = app::start_embedder(config, Vec::new())?;
    anyhow::ensure!(
        embedder.id() == described.encoder,
        "the index in {} was built with the encoder {}, this is {}; give the same with --encoder, or index again",
        dir.display(),
        described.encoder,
        embedder.id()
    );
    Ok((index, embedder))
}
