//! Content: seeds the store from files at the first start, exports it as files again, trains the intent head on it.

use crate::config::Config;
use crate::store::Store;
use crate::store::training::{Draft, LOOKUPS, NewHead};
use anyhow::Context;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use knowledge::Article;
use knowledge::eval::EvalQuery;
use models::Embedder;
use nlu::{Example, IntentModel, TaggerOptions, TrainOptions, TrainReport, TrainingData};
use rust_embed::Embed;
use std::path::{Path, PathBuf};

/// Whole files that the store keeps as they are; name and file.
const DOCUMENTS: [(&str, &str); 5] = [
    ("responses", "responses.yml"),
    ("policy", "policy.yml"),
    ("routing", "routing.yml"),
    ("mood", "mood.yml"),
    ("help", "help.yml"),
];
/// Those that a content folder may lack.
const OPTIONAL: [&str; 2] = ["mood", "help"];

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
            Err(_) if OPTIONAL.contains(&name) => {}
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

/// As the store keeps it: each intent's examples, and one YAML text with everything else.
pub fn draft(data: &TrainingData) -> Draft {
    let mut intents = examples(data);
    intents.sort_by(|a, b| a.0.cmp(&b.0));
    let rest = TrainingData { intents: Vec::new(), warnings: Vec::new(), ..data.clone() };
    let empty = rest == TrainingData::default();
    Draft { intents, lookups: if empty { String::new() } else { rest.to_yaml() } }
}

pub fn training_data_of(draft: &Draft) -> anyhow::Result<TrainingData> {
    let mut data = TrainingData::default();
    for (name, lines) in &draft.intents {
        data.set_intent(name, lines.iter().map(|l| Example::annotated(l)).collect());
    }
    if !draft.lookups.is_empty() {
        data.merge(TrainingData::parse("lookups.yml", &draft.lookups)?);
    }
    Ok(data)
}

pub async fn seed_if_new(store: &Store, config: &Config, progress: &(dyn Fn(&str) + Sync)) -> anyhow::Result<()> {
    if store.setting("seeded").await?.is_some() {
        return Ok(());
    }
    progress("filling the store with the first content");
    let content = load(&config.content.directory, &config.server.data)?;
    // A graph with errors must not get into the store.
    kg::Graph::new(content.graph.clone())?;
    store.seed(&content.articles, &content.graph, &draft(&content.intents), &content.documents).await?;
    Ok(())
}

/// Questions of which it is known which article answers them: those of the content folder, else the built-in ones.
pub fn test_questions(directory: &Path) -> anyhow::Result<Vec<EvalQuery>> {
    const FILE: &str = "eval/retrieval.jsonl";
    let own = directory.join(FILE);
    let text = if !directory.as_os_str().is_empty() && own.is_file() {
        std::fs::read_to_string(&own).with_context(|| format!("cannot read {}", own.display()))?
    } else {
        String::from_utf8(BuiltIn::get(FILE).context("built-in content")?.data.into_owned())?
    };
    Ok(knowledge::eval::parse(FILE, &text)?)
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

/// The help centre's names: the stored ones, completed by our own.
pub async fn help(store: &Store) -> anyhow::Result<String> {
    match store.document("help").await? {
        Some(_) => completed(store, "help", "help.yml", false).await,
        None => Ok(String::from_utf8(BuiltIn::get("help.yml").context("built-in content")?.data.into_owned())?),
    }
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

/// The draft as training data.
pub async fn training_data(store: &Store) -> anyhow::Result<TrainingData> {
    training_data_of(&store.draft().await?)
}

/// What rules find in a shop's messages need not be learnt from its examples.
const SHOP: TaggerOptions = TaggerOptions { built_in: false, ..TaggerOptions::STANDARD };

pub async fn train_options(store: &Store) -> anyhow::Result<TrainOptions> {
    let mood = match store.document("mood").await? {
        Some(text) => Some(TrainingData::parse("mood.yml", &text)?),
        None => None,
    };
    Ok(TrainOptions { mood, entities: SHOP, ..TrainOptions::default() })
}

/// Trains on the draft and publishes the head at once; running servers on this store take it up by themselves.
pub async fn train(
    store: &Store,
    embedder: &Embedder,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> anyhow::Result<(IntentModel, TrainReport)> {
    train_on(store, &store.draft().await?, embedder, progress).await
}

async fn train_on(
    store: &Store,
    draft: &Draft,
    embedder: &Embedder,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> anyhow::Result<(IntentModel, TrainReport)> {
    let options = train_options(store).await?;
    let (model, report) = nlu::train(embedder, &training_data_of(draft)?, &options, progress).await?;
    store.save_published(&TrainedHead::new(&model, &report)?.of(draft, None)).await?;
    Ok((model, report))
}

/// A model as the store keeps it.
pub struct TrainedHead {
    content: String,
    report: String,
    readings: String,
}

impl TrainedHead {
    pub fn new(model: &IntentModel, report: &TrainReport) -> anyhow::Result<TrainedHead> {
        let shown = TrainReport { held_out: Vec::new(), ..report.clone() };
        Ok(TrainedHead {
            content: BASE64.encode(model.to_bytes()),
            report: serde_json::to_string(&shown)?,
            readings: serde_json::to_string(&report.held_out)?,
        })
    }

    pub fn of<'a>(&'a self, draft: &'a Draft, by: Option<&'a str>) -> NewHead<'a> {
        NewHead { content: &self.content, report: &self.report, readings: &self.readings, examples: draft, by }
    }
}

/// The model of a stored head.
pub async fn stored_model(store: &Store, id: &str, encoder: &str) -> anyhow::Result<IntentModel> {
    let content = store.head_content(id).await?.with_context(|| format!("the head {id} is gone"))?;
    Ok(IntentModel::from_bytes(&BASE64.decode(content)?, encoder)?)
}

pub async fn load_or_train(
    store: &Store,
    embedder: &Embedder,
    progress: &(dyn Fn(&str) + Sync),
) -> anyhow::Result<IntentModel> {
    let mut learnt = None;
    if let Some(head) = store.published_head().await? {
        if head.examples.is_none() {
            store.set_head_examples(&head.id, &store.draft().await?).await?;
        }
        match stored_model(store, &head.id, embedder.id()).await {
            Ok(model) => return Ok(model),
            Err(e) => tracing::warn!(error = %e, "the stored intent head does not fit; training a new one"),
        }
        learnt = head.examples.and_then(|e| serde_json::from_str(&e).ok());
    }
    progress("training the intent head");
    // What editors have changed since and not published stays unpublished.
    let learnt = match learnt {
        Some(learnt) => learnt,
        None => store.draft().await?,
    };
    Ok(train_on(store, &learnt, embedder, &|_, _| {}).await?.0)
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
        let path = if name == LOOKUPS { format!("intents/_{name}.yml") } else { format!("{name}.yml") };
        files.push((PathBuf::from(path), text));
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
