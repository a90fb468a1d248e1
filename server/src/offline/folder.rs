//! The folder that `kefu train --out` writes: the model, a report, and what it was made with. It is written whole or not
//! at all: first beside its place, then put there by one rename, so that whoever reads it, and whenever the process is
//! killed, there is the old model or the new one.

use super::place;
use crate::app;
use crate::config::Config;
use anyhow::Context;
use models::Embedder;
use nlu::{IntentModel, Nlu};
use serde::{Deserialize, Serialize};
use std::fs::{File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

pub const MODEL: &str = "intents.model";
pub const REPORT: &str = "report.json";
/// Only with `--mode full`.
pub const ADAPTER: &str = "adapter.safetensors";
pub const DESCRIPTION: &str = "model.json";
const FORMAT: u32 = 1;

/// How far the training goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A head on the encoder's vectors: seconds.
    #[default]
    Head,
    /// The encoder learns, too: an adapter of a few MB; minutes to hours.
    Full,
}

/// `model.json`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Description {
    pub kefu_model: u32,
    pub version: String,
    /// `Embedder::id`: the model fits this encoder only.
    pub encoder: String,
    /// Where it was, when it was not the packaged one.
    pub encoder_folder: Option<PathBuf>,
    pub languages: Vec<String>,
    pub mode: Mode,
    pub seed: u64,
    pub trained_at: String,
    pub examples: usize,
    pub intents: Vec<String>,
}

impl Description {
    pub fn new(config: &Config, embedder: &Embedder, mode: Mode, seed: u64, at: i64) -> anyhow::Result<Description> {
        let own = &config.models.encoder;
        Ok(Description {
            kefu_model: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            encoder: embedder.id().to_owned(),
            encoder_folder: if own.as_os_str().is_empty() { None } else { Some(std::fs::canonicalize(own)?) },
            languages: config.models.languages.clone(),
            mode,
            seed,
            trained_at: jiff::Timestamp::from_millisecond(at)?.to_string(),
            examples: 0,
            intents: Vec::new(),
        })
    }
}

pub fn check(to: &Path) -> anyhow::Result<()> {
    place::check(to, "a model", |dir| describe(dir).is_ok())
}

pub fn write(to: &Path, files: &[(&str, Vec<u8>)]) -> anyhow::Result<()> {
    // Through links, so that what they point to is replaced and not they.
    let to = &std::fs::canonicalize(to).unwrap_or_else(|_| to.to_owned());
    let context = || format!("the model cannot be written to {}; is the disk full?", to.display());
    let fresh = tempfile::Builder::new()
        .prefix(".kefu-model-")
        .permissions(Permissions::from_mode(0o777)) // less the umask, like any folder
        .tempdir_in(place::parent(to))
        .with_context(context)?;
    for (name, bytes) in files {
        let write = || -> std::io::Result<()> {
            let mut file = File::create(fresh.path().join(name))?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().with_context(context)?;
    }
    place::replace(fresh.path(), to).with_context(context)
}

fn describe(dir: &Path) -> anyhow::Result<Description> {
    let path = dir.join(DESCRIPTION);
    let bytes = std::fs::read(&path)
        .with_context(|| format!("there is no model in {}; `kefu train --nlu … --out {0}` makes one", dir.display()))?;
    let described: Description = serde_json::from_slice(&bytes)
        .with_context(|| format!("{} is damaged; `kefu train --out` makes a new model", path.display()))?;
    anyhow::ensure!(
        described.kefu_model == FORMAT,
        "{} is of the format {}, this program reads {FORMAT}; train it again",
        path.display(),
        described.kefu_model
    );
    Ok(described)
}

/// Which encoder a command should use: the one that is named, or the one that the model was trained with.
fn choose(config: &mut Config, described: &Description, encoder: Option<&Path>) {
    if let Some(dir) = encoder {
        config.models.encoder = dir.to_owned();
    } else if let Some(dir) = &described.encoder_folder {
        config.models.encoder = dir.clone();
    } else {
        config.models.encoder = PathBuf::new();
        config.models.languages = described.languages.clone();
    }
}

/// Everything that reads texts with the model in `dir`. There is no graph: products are known to a server only.
pub fn open(config: &mut Config, dir: &Path, encoder: Option<&Path>) -> anyhow::Result<(Nlu, Description)> {
    let described = describe(dir)?;
    choose(config, &described, encoder);
    // Texts of a batch wait for the encoder together, some of them in several parts.
    config.models.queue = config.models.queue.max(4096);
    let path = dir.join(MODEL);
    let bytes = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let adapter = dir.join(ADAPTER);
    if adapter.is_file() {
        config.models.adapter = adapter.display().to_string();
    }
    let embedder = app::start_embedder(config, Vec::new())?;
    let model = IntentModel::from_bytes(&bytes, embedder.id())
        .with_context(|| format!("{} (give the encoder of the training with --encoder)", path.display()))?;
    let graph = kg::Shared::new(kg::Graph::new(kg::GraphDocument::default())?);
    Ok((Nlu::new(embedder, model, graph), described))
}
