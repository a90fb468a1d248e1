//! Content: seeds the store from files at the first start, exports it as files again, trains the intent head on it.

use crate::app::App;
use crate::config::Config;
use crate::store::Store;
use anyhow::Context;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use knowledge::Article;
use models::Embedder;
use nlu::{Example, IntentModel, TaggerOptions, TrainOptions, TrainReport, TrainingData};
use rust_embed::Embed;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub const INTENT_HEAD: &str = "intent";

/// Whole files that the store keeps as they are; name and file.
const DOCUMENTS: [(&str, &str); 4] =
    [("responses", "responses.yml"), ("policy", "policy.yml"), ("routing", "routing.yml"), ("mood", "mood.yml")];

/// The demo shop's content, built into the binary.
#[derive(Embed)]
#[folder = "../knowledge/content"]
struct BuiltIn;

/// The content folder as files: the configured one, or the built-in one unpacked into `scratch`.
struct Folder {
    path: PathBuf,
    unpacked: bool,
}

impl Folder {
    fn open(configured: &Path, scratch: &Path) -> anyhow::Result<Folder> {
        if !configured.as_os_str().is_empty() {
            anyhow::ensure!(configured.is_dir(), "content.directory {} is not a folder", configured.display());
            return Ok(Folder { path: configured.to_owned(), unpacked: false });
        }
        let path = scratch.join(format!(".content-{}", std::process::id()));
        let folder = Folder { path, unpacked: true };
        for name in BuiltIn::iter().filter(|n| !n.starts_with("eval/") && !n.starts_with("calibration/")) {
            let to = folder.path.join(name.as_ref());
            let data = BuiltIn::get(&name).context("built-in content")?.data;
            to.parent().map(std::fs::create_dir_all).transpose()?;
            std::fs::write(&to, data).with_context(|| format!("cannot write {}; is the disk full?", to.display()))?;
        }
        Ok(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.unpacked {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

pub struct Content {
    pub articles: Vec<Article>,
    pub graph: kg::GraphDocument,
    pub intents: TrainingData,
    pub documents: Vec<(String, String)>,
}

/// Reads and checks a content folder; the empty path means the built-in content.
pub fn load(directory: &Path, scratch: &Path) -> anyhow::Result<Content> {
    let folder = Folder::open(directory, scratch)?;
    let dir = &folder.path;
    let mut documents = Vec::new();
    for (name, file) in DOCUMENTS {
        let path = dir.join(file);
        match std::fs::read_to_string(&path) {
            Ok(text) => documents.push((name.to_owned(), text)),
            Err(_) if name == "mood" => {}
            Err(e) => return Err(e).with_context(|| format!("{} is missing from the content", path.display())),
        }
    }
    Ok(Content {
        articles: Article::load_dir(&dir.join("articles"))?,
        graph: kg::load_dir(&dir.join("graph"))?,
        intents: TrainingData::load_dir(&dir.join("intents"))?,
        documents,
    })
}

pub fn examples(data: &TrainingData) -> Vec<(String, Vec<String>)> {
    data.intents.iter().map(|i| (i.name.clone(), i.examples.iter().map(Example::to_line).collect())).collect()
}

pub async fn seed_if_new(store: &Store, config: &Config, progress: &(dyn Fn(&str) + Sync)) -> anyhow::Result<()> {
    if store.setting("seeded").await?.is_some() {
        return Ok(());
    }
    progress("filling the store with the first content");
    let content = load(&config.content.directory, &config.server.data)?;
    // A graph with errors must not get into the store.
    kg::Graph::new(content.graph.clone())?;
    store.seed(&content.articles, &content.graph, &examples(&content.intents), &content.documents).await?;
    Ok(())
}

pub async fn document(store: &Store, name: &str) -> anyhow::Result<String> {
    store.document(name).await?.with_context(|| format!("the store has no document `{name}`"))
}

/// A stored YAML document with what this version's own has and the stored one lacks: a store that was filled by an
/// earlier version must not leave the bot without a sentence or a threshold. `only_known` drops settings that this
/// version no longer has.
pub async fn completed(store: &Store, name: &str, file: &str, only_known: bool) -> anyhow::Result<String> {
    let stored = document(store, name).await?;
    let own = BuiltIn::get(file).context("built-in content")?.data;
    complete(&stored, std::str::from_utf8(&own)?, only_known).with_context(|| format!("the stored document `{name}`"))
}

fn complete(stored: &str, own: &str, only_known: bool) -> anyhow::Result<String> {
    let mut all: serde_yaml_ng::Mapping = serde_yaml_ng::from_str(own)?;
    for (key, value) in serde_yaml_ng::from_str::<serde_yaml_ng::Mapping>(stored)? {
        if !only_known || all.contains_key(&key) {
            all.insert(key, value);
        }
    }
    Ok(serde_yaml_ng::to_string(&all)?)
}

/// The stored examples as training data.
pub async fn training_data(store: &Store) -> anyhow::Result<TrainingData> {
    let mut data = TrainingData::default();
    for (name, lines) in store.intents().await? {
        data.set_intent(&name, lines.iter().map(|l| Example::annotated(l)).collect());
    }
    Ok(data)
}

/// What rules find in a shop's messages need not be learnt from its examples.
const SHOP: TaggerOptions = TaggerOptions { built_in: false, ..TaggerOptions::STANDARD };

async fn train_options(store: &Store) -> anyhow::Result<TrainOptions> {
    let mood = match store.document("mood").await? {
        Some(text) => Some(TrainingData::parse("mood.yml", &text)?),
        None => None,
    };
    Ok(TrainOptions { mood, entities: SHOP, ..TrainOptions::default() })
}

/// Trains on what the store has and keeps the head there; running servers on this store take it up by themselves.
pub async fn train(
    store: &Store,
    embedder: &Embedder,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> anyhow::Result<(IntentModel, TrainReport)> {
    let data = training_data(store).await?;
    let (model, report) = nlu::train(embedder, &data, &train_options(store).await?, progress).await?;
    store.save_head(INTENT_HEAD, &BASE64.encode(model.to_bytes()), &serde_json::to_string(&report)?).await?;
    Ok((model, report))
}

pub async fn load_or_train(
    store: &Store,
    embedder: &Embedder,
    progress: &(dyn Fn(&str) + Sync),
) -> anyhow::Result<IntentModel> {
    if let Some((content, _, _)) = store.head(INTENT_HEAD).await? {
        match BASE64
            .decode(content)
            .map_err(anyhow::Error::from)
            .and_then(|b| Ok(IntentModel::from_bytes(&b, embedder.id())?))
        {
            Ok(model) => return Ok(model),
            Err(e) => tracing::warn!(error = %e, "the stored intent head does not fit; training a new one"),
        }
    }
    progress("training the intent head");
    Ok(train(store, embedder, &|_, _| {}).await?.0)
}

#[derive(Default)]
pub struct Training(Mutex<State>);

#[derive(Clone)]
pub struct State {
    pub state: &'static str,
    pub done: usize,
    pub total: usize,
    pub error: Option<String>,
}

impl Default for State {
    fn default() -> Self {
        State { state: "idle", done: 0, total: 0, error: None }
    }
}

impl Training {
    pub fn state(&self) -> State {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, s: State) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = s;
    }

    /// `false` when one is under way.
    fn begin(&self) -> bool {
        let mut s = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if s.state == "running" {
            return false;
        }
        *s = State { state: "running", ..State::default() };
        true
    }
}

/// Starts a training in the background; `false` when one is under way.
pub fn start_training(app: &Arc<App>) -> bool {
    if !app.training.begin() {
        return false;
    }
    let app = app.clone();
    app.clone().lifecycle.spawn(async move {
        let report = |done, total| app.training.set(State { state: "running", done, total, error: None });
        match train(&app.store, &app.embedder, &report).await {
            Ok((model, _)) => {
                app.nlu.swap(model);
                app.training.set(State::default());
            }
            Err(e) => {
                tracing::error!(error = format!("{e:#}"), "training failed; the old head stays");
                app.training.set(State { state: "failed", done: 0, total: 0, error: Some(format!("{e:#}")) });
            }
        }
    });
    true
}

/// Takes up a head that another process trained (`kefu train`, another node).
pub async fn watch(app: Arc<App>) -> anyhow::Result<()> {
    let stopping = app.lifecycle.stopping();
    let mut tick = tokio::time::interval(Duration::from_secs(2));
    let mut running: Option<i64> = None;
    loop {
        tokio::select! {
            () = stopping.cancelled() => return Ok(()),
            _ = tick.tick() => {}
        }
        let Ok(newest) = app.store.head_time(INTENT_HEAD).await else { continue };
        if running.is_none() {
            running = newest;
        }
        if newest == running {
            continue;
        }
        let Ok(Some((content, _, at))) = app.store.head(INTENT_HEAD).await else { continue };
        running = Some(at);
        match BASE64
            .decode(content)
            .map_err(anyhow::Error::from)
            .and_then(|b| Ok(IntentModel::from_bytes(&b, app.embedder.id())?))
        {
            Ok(model) => {
                app.nlu.swap(model);
                tracing::info!("a newly trained intent head is in use");
            }
            Err(e) => tracing::error!(error = %e, "a newly trained intent head does not fit and was not taken up"),
        }
    }
}

/// Writes the store's content as the files that it was once seeded from.
pub async fn export(store: &Store, to: &Path) -> anyhow::Result<usize> {
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    for stored in store.articles().await? {
        for (path, text) in stored.article.to_files()? {
            files.push((Path::new("articles").join(path), text));
        }
    }
    files.push((PathBuf::from("graph/graph.yml"), store.graph().await?.to_yaml()?));
    for intent in &training_data(store).await?.intents {
        let name = intent.name.replace('/', "-");
        files.push((PathBuf::from(format!("intents/{name}.yml")), TrainingData::intent_yaml(intent)));
    }
    for (name, text) in store.documents().await? {
        files.push((PathBuf::from(format!("{name}.yml")), text));
    }
    for (path, text) in &files {
        let path = to.join(path);
        path.parent().map(std::fs::create_dir_all).transpose()?;
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(files.len())
}

/// Computes the embeddings of the built-in content once, into the cache that every server on this machine reads.
pub async fn prepare(config: &Config, progress: &(dyn Fn(&str) + Sync)) -> anyhow::Result<()> {
    let scratch = config.models.cache.join("scratch");
    std::fs::create_dir_all(&scratch)?;
    let content = load(&config.content.directory, &scratch)?;
    let embedder = crate::app::start_embedder(config, vec![crate::app::shared_embeddings(config)])?;
    progress(&format!("embedding {} articles", content.articles.len()));
    knowledge::Knowledge::build(&embedder, &content.articles, &|_| {}).await?;
    progress(&format!("embedding {} example utterances", content.intents.example_count()));
    let mood = match content.documents.iter().find(|d| d.0 == "mood") {
        Some((_, text)) => Some(TrainingData::parse("mood.yml", text)?),
        None => None,
    };
    let options = TrainOptions { mood, entities: SHOP, ..TrainOptions::default() };
    nlu::train(&embedder, &content.intents, &options, &|_, _| {}).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_older_document_is_completed() {
        let (stored, own) = ("hello: mine\ngone: 1\n", "hello: theirs\nnew: 2\n");
        let all: serde_yaml_ng::Value = serde_yaml_ng::from_str(&complete(stored, own, true).unwrap()).unwrap();
        assert_eq!((all["hello"].as_str(), all["new"].as_i64(), all.get("gone")), (Some("mine"), Some(2), None));
        assert!(complete(stored, own, false).unwrap().contains("gone"));
        assert!(complete("- a list", own, false).is_err());
    }
}
