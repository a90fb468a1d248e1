//! Training: a candidate from the editors' draft, in the background; what it changes; and taking up what was published.
//!
//! The candidate is stored whole or not at all, and serves nobody before it is published. A process that dies while it
//! trains leaves the old head serving and the draft as it is.

use crate::app::App;
use crate::content::{self, TrainedHead};
use crate::guard::mask::mask;
use crate::offline::train::SUSPICIOUS;
use crate::store::training::{Draft, Head};
use nlu::{FALLBACK, HeldOutReading, IntentModel, NearDuplicate, Nlu, Reading, TrainError, TrainReport, TrainingData};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Changed readings that a comparison lists, of each kind.
const CHANGES: usize = 1_000;
const DOUBTS: usize = 200;
/// Of a long message the beginning is shown.
const SHOWN: usize = 300;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stage {
    #[default]
    Embedding,
    Fitting,
    Comparing,
}

impl Stage {
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Embedding => "embedding",
            Stage::Fitting => "fitting",
            Stage::Comparing => "comparing",
        }
    }
}

#[derive(Debug, Clone, Default)]
pub struct State {
    pub running: bool,
    pub stage: Stage,
    pub done: usize,
    pub total: usize,
    /// Why the last training failed, in Chinese and in English.
    pub error: Option<(String, String)>,
}

#[derive(Default)]
pub struct Training {
    state: Mutex<State>,
    /// The candidate's id and an understanding that uses it.
    candidate: Mutex<Option<(String, Arc<Nlu>)>>,
    /// Id of the head that serves here.
    serving: Mutex<Option<String>>,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Training {
    pub fn state(&self) -> State {
        locked(&self.state).clone()
    }

    fn step(&self, stage: Stage, done: usize, total: usize) {
        *locked(&self.state) = State { running: true, stage, done, total, error: None };
    }

    /// `false` when one is under way.
    fn begin(&self) -> bool {
        let mut state = locked(&self.state);
        if state.running {
            return false;
        }
        *state = State { running: true, ..State::default() };
        true
    }

    fn end(&self, error: Option<(String, String)>) {
        *locked(&self.state) = State { error, ..State::default() };
    }
}

/// Whatever ends the work, a panic too, it is not "running" for ever.
struct Ending<'a>(&'a Training);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if self.0.state().running {
            self.0
                .end(Some(("训练中断了，请重试。".to_owned(), "The training was interrupted; try again.".to_owned())));
        }
    }
}

/// What is known of a head: how good it is, and what it changes against the one that was published when it was trained.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct HeadReport {
    #[serde(flatten)]
    pub training: TrainReport,
    /// Examples that a head which had not seen them is sure belong elsewhere.
    #[serde(default)]
    pub suspicious: Vec<HeldOutReading>,
    #[serde(default)]
    pub duplicates: Vec<NearDuplicate>,
    /// `None`: not compared yet, or nothing to compare with.
    #[serde(default)]
    pub own: Option<Comparison>,
    #[serde(default)]
    pub questions: Option<Comparison>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Comparison {
    pub compared: usize,
    pub unchanged: usize,
    /// The first thousand, the most frequent or surest first.
    pub changed: Vec<Change>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Change {
    /// Of a customer's message without what tells who it was.
    pub text: String,
    /// For own examples: the intent that it is an example of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// How often it was asked.
    pub times: usize,
    pub before: Reading,
    pub after: Reading,
}

/// Starts a training in the background; `false` when one is under way.
pub fn start(app: &Arc<App>, by: &str) -> bool {
    if !app.training.begin() {
        return false;
    }
    let (app, by) = (app.clone(), by.to_owned());
    app.clone().lifecycle.spawn(async move {
        let ending = Ending(&app.training);
        let stopping = app.lifecycle.stopping();
        let ended = tokio::select! {
            ended = run(&app, &by) => ended,
            () = stopping.cancelled() => return,
        };
        match ended {
            Ok(()) => app.training.end(None),
            Err(e) => {
                tracing::error!(error = format!("{e:#}"), "training failed; the old head stays");
                app.training.end(Some(explained(&e)));
            }
        }
        drop(ending);
    });
    true
}

fn explained(error: &anyhow::Error) -> (String, String) {
    let en = format!("{error:#}");
    let zh = match error.downcast_ref::<TrainError>() {
        Some(TrainError::TooFew(found)) => format!("至少要有两个有例句的意图，现在有 {found} 个。"),
        Some(TrainError::Encoder(e)) => format!("语义模型没有算出例句的向量（{e}），请稍后再试。"),
        _ => format!("训练没有完成：{en}"),
    };
    (zh, en)
}

async fn run(app: &App, by: &str) -> anyhow::Result<()> {
    let draft = app.store.draft().await?;
    let data = content::training_data_of(&draft)?;
    let options = content::train_options(&app.store).await?;
    let progress = |done, total| {
        let stage = if done == total { Stage::Fitting } else { Stage::Embedding };
        app.training.step(stage, done, total);
    };
    let (model, report) = nlu::train(&app.embedder, &data, &options, &progress).await?;
    let head = TrainedHead::new(&model, &report)?;
    let id = app.store.save_candidate(&head.of(&draft, Some(by))).await?;
    // From here on it can be tried and published; what follows only tells more about it.
    app.training.step(Stage::Comparing, 0, 0);
    let candidate = Arc::new(Nlu::new(app.embedder.clone(), model, app.graph.clone()));
    *locked(&app.training.candidate) = Some((id.clone(), candidate.clone()));
    let report = compare(app, report, &data, &candidate.model()).await?;
    app.store.set_head_report(&id, &serde_json::to_string(&report)?).await?;
    Ok(())
}

async fn compare(
    app: &App,
    mut training: TrainReport,
    data: &TrainingData,
    candidate: &IntentModel,
) -> anyhow::Result<HeadReport> {
    let now_held_out = std::mem::take(&mut training.held_out);
    let published = app.store.published_head().await?;
    let before: Option<Vec<HeldOutReading>> =
        published.and_then(|p| p.readings).and_then(|r| serde_json::from_str(&r).ok());
    let suspicious = suspicious(&now_held_out);
    let own = before.map(|before| compare_own(&before, now_held_out));
    let duplicates = nlu::near_duplicates(&app.embedder, data).await?;
    let questions = compare_questions(app, candidate).await?;
    Ok(HeadReport { training, suspicious, duplicates, own, questions })
}

fn suspicious(held_out: &[HeldOutReading]) -> Vec<HeldOutReading> {
    let elsewhere = |h: &&HeldOutReading| h.read != h.expected && h.read != FALLBACK && h.confidence >= SUSPICIOUS;
    let mut found: Vec<HeldOutReading> = held_out.iter().filter(elsewhere).cloned().collect();
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    found.truncate(DOUBTS);
    found
}

/// Both readings are of heads that had not seen the example.
fn compare_own(before: &[HeldOutReading], after: Vec<HeldOutReading>) -> Comparison {
    let known: HashMap<&str, &HeldOutReading> = before.iter().map(|r| (r.text.as_str(), r)).collect();
    let mut comparison = Comparison::default();
    for now in after {
        let Some(then) = known.get(now.text.as_str()) else { continue };
        comparison.compared += 1;
        if then.read == now.read {
            comparison.unchanged += 1;
            continue;
        }
        comparison.changed.push(Change {
            text: now.text,
            expected: Some(now.expected),
            times: 1,
            before: Reading { intent: then.read.clone(), confidence: then.confidence },
            after: Reading { intent: now.read, confidence: now.confidence },
        });
    }
    listed(comparison)
}

async fn compare_questions(app: &App, candidate: &IntentModel) -> anyhow::Result<Option<Comparison>> {
    let wanted = app.config.training.questions;
    // Many are asked again and again.
    let asked = app.store.last_questions(5 * wanted as i64).await?;
    let (texts, times) = distinct(asked, wanted);
    if texts.is_empty() {
        return Ok(None);
    }
    let live = app.nlu.model();
    let progress = |done, total| app.training.step(Stage::Comparing, done, total);
    let read = nlu::read_all(&app.embedder, &[&live, candidate], &texts, &progress).await?;
    let [before, after] = read.as_slice() else { anyhow::bail!("two models give two readings") };
    let mut comparison = Comparison { compared: texts.len(), ..Comparison::default() };
    for (((text, times), before), after) in texts.iter().zip(times).zip(before).zip(after) {
        if before.intent == after.intent {
            comparison.unchanged += 1;
            continue;
        }
        let shown: String = text.chars().take(SHOWN).collect();
        comparison.changed.push(Change {
            text: mask(&shown),
            expected: None,
            times,
            before: before.clone(),
            after: after.clone(),
        });
    }
    Ok(Some(listed(comparison)))
}

/// Each text once, with how often it was asked; texts that differ in case and blanks are one.
fn distinct(asked: Vec<String>, most: usize) -> (Vec<String>, Vec<usize>) {
    let mut places: HashMap<String, usize> = HashMap::new();
    let (mut texts, mut times): (Vec<String>, Vec<usize>) = (Vec::new(), Vec::new());
    for text in asked {
        let key = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if !key.chars().any(char::is_alphabetic) {
            continue;
        }
        match places.get(&key) {
            Some(&place) => times[place] += 1,
            None if texts.len() < most => {
                places.insert(key, texts.len());
                texts.push(text);
                times.push(1);
            }
            None => {}
        }
    }
    (texts, times)
}

fn listed(mut comparison: Comparison) -> Comparison {
    comparison.changed.sort_by(|a, b| b.times.cmp(&a.times).then(b.after.confidence.total_cmp(&a.after.confidence)));
    comparison.changed.truncate(CHANGES);
    comparison
}

/// The candidate, ready to read texts; also one that another node trained.
pub async fn candidate(app: &App) -> anyhow::Result<Option<Arc<Nlu>>> {
    let Some(head) = app.store.candidate_head().await? else { return Ok(None) };
    if let Some((id, nlu)) = locked(&app.training.candidate).as_ref()
        && *id == head.id
    {
        return Ok(Some(nlu.clone()));
    }
    let model = content::stored_model(&app.store, &head.id, app.embedder.id()).await?;
    let nlu = Arc::new(Nlu::new(app.embedder.clone(), model, app.graph.clone()));
    *locked(&app.training.candidate) = Some((head.id, nlu.clone()));
    Ok(Some(nlu))
}

/// Serves with the published head at once, where this node has just published it.
pub async fn take_up(app: &App, id: &str) -> anyhow::Result<()> {
    let trained = locked(&app.training.candidate).take().filter(|(known, _)| known == id);
    let model = match trained {
        Some((_, nlu)) => IntentModel::clone(&nlu.model()),
        None => content::stored_model(&app.store, id, app.embedder.id()).await?,
    };
    *locked(&app.training.serving) = Some(id.to_owned());
    app.nlu.swap(model);
    Ok(())
}

/// Takes up a head that another process published (`kefu train`, another node).
pub async fn watch(app: Arc<App>) -> anyhow::Result<()> {
    let stopping = app.lifecycle.stopping();
    let mut tick = tokio::time::interval(Duration::from_secs(2));
    let mut refused: Option<String> = None;
    loop {
        tokio::select! {
            () = stopping.cancelled() => return Ok(()),
            _ = tick.tick() => {}
        }
        let Ok(Some(newest)) = app.store.published_id().await else { continue };
        // The first one found is the one that was loaded at the start.
        let serving = locked(&app.training.serving).get_or_insert(newest.clone()).clone();
        if serving == newest || refused.as_ref() == Some(&newest) {
            continue;
        }
        match take_up(&app, &newest).await {
            Ok(()) => tracing::info!("a newly published intent head is in use"),
            Err(e) => {
                tracing::error!(error = %e, "a newly published intent head does not fit and was not taken up");
                refused = Some(newest);
            }
        }
    }
}

/// Examples added and taken away since the last publishing, by intent; intents that are the same are left out.
pub fn changes(draft: &Draft, published: Option<&Head>) -> anyhow::Result<BTreeMap<String, Changed>> {
    let Some(examples) = published.and_then(|p| p.examples.as_deref()) else { return Ok(BTreeMap::new()) };
    let published: Draft = serde_json::from_str(examples)?;
    let old: BTreeMap<&str, &Vec<String>> = published.intents.iter().map(|(n, e)| (n.as_str(), e)).collect();
    let mut changes = BTreeMap::new();
    for (name, examples) in &draft.intents {
        let before = old.get(name.as_str());
        let had: std::collections::HashSet<&String> = before.into_iter().flat_map(|e| e.iter()).collect();
        let has: std::collections::HashSet<&String> = examples.iter().collect();
        let changed = Changed {
            added: has.difference(&had).map(|e| (*e).clone()).collect(),
            removed: had.difference(&has).map(|e| (*e).clone()).collect(),
            kind: if before.is_some() { Kind::Changed } else { Kind::New },
        };
        if before.is_none() || !changed.added.is_empty() || !changed.removed.is_empty() {
            changes.insert(name.clone(), changed);
        }
    }
    for (name, examples) in &published.intents {
        if !draft.intents.iter().any(|(n, _)| n == name) {
            let removed = examples.clone();
            changes.insert(name.clone(), Changed { added: Vec::new(), removed, kind: Kind::Deleted });
        }
    }
    Ok(changes)
}

pub struct Changed {
    pub added: Vec<String>,
    pub removed: Vec<String>,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    New,
    Changed,
    Deleted,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn questions_count_once() {
        let asked = ["怎么退货", "How  much?", "how much?", "怎么退货", "123", "怎么退货", "发票"].map(str::to_owned);
        let (texts, times) = distinct(asked.to_vec(), 2);
        assert_eq!((texts, times), (vec!["怎么退货".to_owned(), "How  much?".to_owned()], vec![3, 2]));
    }

    #[test]
    fn only_what_both_have_read_is_compared() {
        let reading = |text: &str, read: &str| HeldOutReading {
            text: text.into(),
            expected: "a".into(),
            read: read.into(),
            confidence: 0.5,
        };
        let before = [reading("x", "a"), reading("y", "b")];
        let c = compare_own(&before, vec![reading("x", "a"), reading("y", "a"), reading("new", "a")]);
        assert_eq!((c.compared, c.unchanged, c.changed.len()), (2, 1, 1));
        assert_eq!((c.changed[0].before.intent.as_str(), c.changed[0].after.intent.as_str()), ("b", "a"));
    }

    #[test]
    fn the_draft_against_what_is_published() {
        let draft = |intents: &[(&str, &[&str])]| Draft {
            intents: intents.iter().map(|(n, e)| ((*n).into(), e.iter().map(|e| (*e).into()).collect())).collect(),
            lookups: String::new(),
        };
        let published = draft(&[("a", &["1", "2"]), ("b", &["3"]), ("gone", &["4"])]);
        let head = Head {
            id: "x".into(),
            report: String::new(),
            trained_at: 0,
            examples: Some(serde_json::to_string(&published).unwrap()),
            readings: None,
            made_by: None,
        };
        let found = changes(&draft(&[("a", &["2", "5"]), ("b", &["3"]), ("new", &["6"])]), Some(&head)).unwrap();
        let of = |name: &str| (found[name].kind, found[name].added.len(), found[name].removed.len());
        assert_eq!(found.len(), 3);
        assert_eq!([of("a"), of("new"), of("gone")], [(Kind::Changed, 1, 1), (Kind::New, 1, 0), (Kind::Deleted, 0, 1)]);
    }
}
