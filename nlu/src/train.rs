//! From examples to an `IntentModel`, and what can be said about how good it is.

use std::collections::BTreeMap;

use kg::Language;
use models::head::{self, HeadError, HeldOut};
use models::{Embedder, Embedding, Kind, ModelError};
use serde::{Deserialize, Serialize};

use crate::intent::{Bounds, Evidence, IntentModel, decide, features};
use crate::names;
use crate::ngrams::Ngrams;
use crate::sentiment::{MoodHead, MoodReport};
use crate::tagger::{EntityReport, Tagger, TaggerOptions};
use crate::training::{TrainingData, TrainingDataError};
use crate::understanding::{FALLBACK, Mood};
use crate::{language, text};

/// Examples of moods that come with the program; editors may pass their own.
const MOODS: &str = include_str!("../../knowledge/content/mood.yml");

#[derive(Debug, Clone)]
pub struct TrainOptions {
    /// Examples of moods: intents named `happy`, `calm`, `annoyed`, `angry`. `None`: those that come with Kefu.
    pub mood: Option<TrainingData>,
    /// Examples that are not learnt from: confidence and thresholds are fitted to them, and the report is about them. `None`:
    /// parts of the examples that are held back in turn, which says too much when the encoder was tuned on them. Examples of
    /// `nlu_fallback` were not tuned on; those of the training data are held back in turn in any case.
    pub validation: Option<TrainingData>,
    /// Share of rightly recognised utterances that the threshold may turn into "unknown".
    pub false_rejects: f32,
    /// Share of the out-of-scope examples that must be found, in place of `false_rejects`: as few rightly recognised
    /// utterances as possible are lost for it.
    pub unknown_recall: Option<f32>,
    /// The same data, options and seed give the same model.
    pub seed: u64,
    pub head: head::TrainOptions,
    pub entities: TaggerOptions,
}

/// Weight of the squared weights against the summed loss of all examples: a prior that counts for less the more
/// examples there are. Chosen on held-back examples of our own content and the validation parts of public sets.
const PRIOR: f32 = 0.12;
/// Length of the n-grams' vector against the embedding, chosen likewise.
const NGRAMS: f32 = 0.5;
/// So many examples are judged in two parts instead of four, and fitted with fewer steps.
const MANY: usize = 6_000;

impl Default for TrainOptions {
    fn default() -> TrainOptions {
        let head = head::TrainOptions { balanced: false, rest: NGRAMS, ..head::TrainOptions::default() };
        TrainOptions {
            mood: None,
            validation: None,
            false_rejects: 0.03,
            unknown_recall: None,
            seed: 7,
            head,
            entities: TaggerOptions::default(),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error("there must be at least two intents with examples, found {0}")]
    TooFew(usize),
    #[error(transparent)]
    Data(#[from] TrainingDataError),
    #[error(transparent)]
    Encoder(#[from] ModelError),
    #[error(transparent)]
    Head(#[from] HeadError),
    #[error("training was interrupted")]
    Interrupted,
}

/// Measured on held-back examples: each was judged by a head that had not seen it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainReport {
    pub examples: usize,
    /// Share of in-scope examples whose best intent is right, before the threshold.
    pub accuracy: f32,
    /// The same per language code.
    pub accuracy_by_language: BTreeMap<String, f32>,
    /// Expected calibration error of the confidence, ten bins.
    pub ece: f32,
    pub threshold: f32,
    /// Share of out-of-scope examples answered "unknown"; 1 when there are none.
    pub unknown_recall: f32,
    /// Share of in-scope examples answered "unknown" although the best intent was right.
    pub false_rejects: f32,
    pub intents: Vec<IntentScore>,
    /// Pairs that are taken for each other, most frequent first.
    pub confusions: Vec<Confusion>,
    pub mood: MoodReport,
    /// Entities that are learnt from annotated examples; nothing when none are annotated.
    #[serde(default)]
    pub entities: EntityReport,
    pub warnings: Vec<String>,
    /// Every example as a head read it that had not seen it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held_out: Vec<HeldOutReading>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HeldOutReading {
    pub text: String,
    /// The intent that it is an example of.
    pub expected: String,
    pub read: String,
    pub confidence: f32,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct IntentScore {
    pub name: String,
    pub examples: usize,
    pub precision: f32,
    pub recall: f32,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Confusion {
    pub expected: String,
    pub predicted: String,
    pub count: usize,
    /// Up to three of the examples.
    pub examples: Vec<String>,
}

#[derive(Default)]
struct Set {
    classes: Vec<String>,
    texts: Vec<String>,
    labels: Vec<usize>,
    /// Names of intents with few examples, and their labels.
    names: Vec<(String, usize)>,
    moods: Vec<(String, Mood)>,
}

/// Texts and what the encoder made of them.
struct Read {
    set: Set,
    vectors: Vec<Embedding>,
    names: Vec<Embedding>,
}

/// `progress` hears (done, total) of the texts to encode; what was encoded before comes from the cache.
pub async fn train(
    embedder: &Embedder,
    data: &TrainingData,
    options: &TrainOptions,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<(IntentModel, TrainReport), TrainError> {
    let mut warnings: Vec<String> = data.warnings.iter().map(ToString::to_string).collect();
    let set = collect(data, options, &mut warnings)?;
    let validation = options.validation.as_ref().map(|data| known(data, &set.classes, &mut warnings));
    let mut texts: Vec<String> = set.texts.iter().map(|t| text::for_encoder(t).into_owned()).collect();
    let judged = validation.iter().flat_map(|v| &v.texts);
    texts.extend(judged.map(|t| text::for_encoder(t).into_owned()));
    let names = texts.len();
    texts.extend(set.names.iter().map(|(name, _)| name.clone()));
    texts.extend(set.moods.iter().map(|(t, _)| text::for_encoder(t).into_owned()));
    // First, because the texts that are read for it have their vectors from then on.
    let entities = TaggerOptions { seed: options.seed, ..options.entities };
    let learnt = Tagger::train(embedder, data, &entities, progress).await?;
    let total = texts.len();
    let mut vectors = embedder.embed_all(&texts, Kind::Query, &|done| progress(done, total)).await?;
    let mood_vectors = vectors.split_off(texts.len() - set.moods.len());
    let names = vectors.split_off(names);
    let validation = validation.map(|judged| (vectors.split_off(set.texts.len()), judged));
    let validation = validation.map(|(vectors, set)| Read { set, vectors, names: Vec::new() });
    let learnt_from = Read { set, vectors, names };

    // Seconds of arithmetic: off the threads that answer customers.
    let (encoder, goal) = (embedder.id().to_owned(), Goal::of(options));
    let mut head_options = options.head;
    head_options.dense = embedder.dimension();
    head_options.l2 = PRIOR / learnt_from.set.texts.len() as f32;
    head_options.seed = options.seed;
    if learnt_from.set.texts.len() >= MANY {
        head_options.folds = head_options.folds.min(2);
        head_options.iterations = head_options.iterations.min(60);
    }
    let (sent, received) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name("train-intents".into())
        .spawn(move || {
            let made = fit(&encoder, learnt_from, validation, &mood_vectors, &head_options, goal, warnings);
            sent.send(made).ok()
        })
        .map_err(|_| TrainError::Interrupted)?;
    let (mut model, mut report) = received.await.map_err(|_| TrainError::Interrupted)??;
    if let Some((tagger, entities, warnings)) = learnt {
        model = model.with_tagger(tagger);
        report.entities = entities;
        report.warnings.extend(warnings);
    }
    Ok((model, report))
}

fn collect(data: &TrainingData, options: &TrainOptions, warnings: &mut Vec<String>) -> Result<Set, TrainError> {
    let mut set = Set::default();
    let mut names: BTreeMap<usize, String> = names::names(data).into_iter().collect();
    for (place, intent) in data.intents.iter().enumerate().filter(|(_, i)| !i.examples.is_empty()) {
        if intent.examples.len() < 5 && intent.name != FALLBACK {
            warnings.push(format!("{} has only {} examples", intent.name, intent.examples.len()));
        }
        let label = set.classes.len();
        set.classes.push(intent.name.clone());
        set.names.extend(names.remove(&place).map(|name| (name, label)));
        for example in intent.examples.iter().filter(|e| e.text.chars().any(char::is_alphabetic)) {
            set.texts.push(example.text.clone());
            set.labels.push(label);
        }
    }
    let real = set.classes.iter().filter(|c| *c != FALLBACK).count();
    if real < 2 {
        return Err(TrainError::TooFew(real));
    }
    let own;
    let moods = match &options.mood {
        Some(moods) => moods,
        None => {
            own = TrainingData::parse("mood.yml", MOODS)?;
            &own
        }
    };
    for intent in &moods.intents {
        let mood = match intent.name.as_str() {
            "happy" => Mood::Happy,
            "calm" => Mood::Calm,
            "annoyed" => Mood::Annoyed,
            "angry" => Mood::Angry,
            other => {
                warnings.push(format!("{other} is no mood; known are happy, calm, annoyed, angry"));
                continue;
            }
        };
        set.moods.extend(intent.examples.iter().map(|e| (e.text.clone(), mood)));
    }
    Ok(set)
}

/// The examples whose intent is one of the classes.
fn known(data: &TrainingData, classes: &[String], warnings: &mut Vec<String>) -> Set {
    let mut set = Set { classes: classes.to_vec(), ..Set::default() };
    for intent in &data.intents {
        let Some(label) = classes.iter().position(|c| *c == intent.name) else {
            warnings.push(format!("{} is validated on, but has no examples to learn from", intent.name));
            continue;
        };
        for example in intent.examples.iter().filter(|e| e.text.chars().any(char::is_alphabetic)) {
            set.texts.push(example.text.clone());
            set.labels.push(label);
        }
    }
    set
}

fn fit(
    encoder: &str,
    Read { set, vectors, names }: Read,
    validation: Option<Read>,
    mood_vectors: &[Embedding],
    head_options: &head::TrainOptions,
    goal: Goal,
    mut warnings: Vec<String>,
) -> Result<(IntentModel, TrainReport), TrainError> {
    let ngrams = Ngrams::learn(set.texts.iter().map(String::as_str));
    let texts = set.texts.iter().chain(set.names.iter().map(|name| &name.0)).zip(vectors.iter().chain(&names));
    let rows: Vec<Vec<f32>> = texts.map(|(text, vector)| features(&ngrams, text, vector)).collect();
    let labels: Vec<usize> = set.labels.iter().copied().chain(set.names.iter().map(|name| name.1)).collect();
    let head_options = head::TrainOptions { always: set.names.len(), ..*head_options };
    let keys: Vec<u64> = set.texts.iter().chain(set.names.iter().map(|name| &name.0)).map(|t| text::hash(t)).collect();
    let (mut head, mut held) = head::train_by_keys(&rows, &labels, &keys, set.classes.len(), &head_options)?;
    held.truncate(set.texts.len());
    let judged = match validation {
        Some(Read { set: mut judged, vectors, .. }) if !judged.texts.is_empty() => {
            let rows = judged.texts.iter().zip(&vectors).map(|(text, vector)| features(&ngrams, text, vector));
            let before = head.temperature();
            let mut seen = head.calibrate(&rows.collect::<Vec<_>>(), &judged.labels);
            let outside = held.into_iter().zip(set.texts.iter().zip(&set.labels));
            for (held, (text, &label)) in outside.filter(|(_, (_, label))| set.classes[**label] == FALLBACK) {
                seen.push(held.warmer(head.temperature() / before));
                judged.texts.push(text.clone());
                judged.labels.push(label);
            }
            held = seen;
            Some(judged)
        }
        _ => None,
    };
    let judged = judged.as_ref().unwrap_or(&set);
    let bounds = choose_bounds(judged, &held, goal);
    let (mood, mood_report) = if set.moods.is_empty() {
        (None, MoodReport::default())
    } else {
        let (texts, moods): (Vec<String>, Vec<Mood>) = set.moods.iter().cloned().unzip();
        match MoodHead::train(&texts, mood_vectors, &moods) {
            Ok((head, report)) => (Some(head), report),
            Err(error) => {
                warnings.push(format!("moods are judged by words only: {error}"));
                (None, MoodReport::default())
            }
        }
    };
    let mut report = report(judged, &held, bounds);
    report.examples = set.texts.len();
    for score in &mut report.intents {
        score.examples = set.labels.iter().filter(|l| set.classes[**l] == score.name).count();
    }
    report.mood = mood_report;
    report.warnings = warnings;
    Ok((IntentModel::new(encoder, set.classes, ngrams, head, bounds, mood), report))
}

/// What bounds are chosen for.
#[derive(Clone, Copy)]
enum Goal {
    FalseRejects(f32),
    UnknownRecall(f32),
}

impl Goal {
    fn of(options: &TrainOptions) -> Goal {
        options.unknown_recall.map_or(Goal::FalseRejects(options.false_rejects), Goal::UnknownRecall)
    }

    /// The higher the better, of those that fulfil it. A wrong answer given up is worth a part of an out-of-scope question
    /// recognised: asking back helps there too.
    fn gain(self, right: (usize, usize), wrong: usize, outside: (usize, usize)) -> Option<i64> {
        let share = |allowed: f32, of: usize| (allowed * of as f32) as usize;
        match self {
            Goal::FalseRejects(allowed) => {
                (right.0 <= share(allowed, right.1)).then_some(4 * outside.0 as i64 + 2 * wrong as i64)
            }
            Goal::UnknownRecall(least) => {
                (outside.0 as f32 >= least * outside.1 as f32).then_some(1 + wrong as i64 - 1000 * right.0 as i64)
            }
        }
    }
}

/// The bounds that serve the goal best. Without out-of-scope examples and with `FalseRejects`: the confidence that loses
/// as many as are allowed.
fn choose_bounds(set: &Set, held: &[HeldOut], goal: Goal) -> Bounds {
    let (mut right, mut wrong, mut outside) = (Vec::new(), Vec::new(), Vec::new());
    for (h, &label) in held.iter().zip(&set.labels) {
        let Some(evidence) = Evidence::of(&set.classes, &h.probabilities, &h.closeness) else { continue };
        if set.classes[label] == FALLBACK {
            outside.push(evidence);
        } else if evidence.best == label {
            right.push(evidence);
        } else {
            wrong.push(evidence);
        }
    }
    let lost = |bounds: &Bounds, of: &[Evidence]| of.iter().filter(|e| !e.passes(bounds)).count();
    let mut best = (None, Bounds { confidence: 0.1, ..Bounds::default() });
    for confidence in (4..=50).step_by(2).map(|c| c as f32 / 100.0) {
        for inside in (0..=19).map(|i| i as f32 / 20.0) {
            for closeness in (0..=6).map(|c| c as f32 / 20.0) {
                let bounds = Bounds { confidence, inside, closeness };
                let lost_outside = (lost(&bounds, &outside), outside.len());
                let gain = goal.gain((lost(&bounds, &right), right.len()), lost(&bounds, &wrong), lost_outside);
                if gain.is_some_and(|gain| gain != 0) && gain > best.0 {
                    best = (gain, bounds);
                }
            }
        }
    }
    best.1
}

fn report(set: &Set, held: &[HeldOut], bounds: Bounds) -> TrainReport {
    let classes = set.classes.len();
    let mut table = vec![vec![0usize; classes]; classes];
    let mut samples: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
    let mut languages: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut bins = [(0usize, 0f64, 0usize); 10];
    let (mut inside, mut right, mut rejected, mut outside, mut unknown) = (0, 0, 0, 0, 0);
    let mut held_out = Vec::with_capacity(set.texts.len());
    for ((h, &label), text) in held.iter().zip(&set.labels).zip(&set.texts) {
        let guess = decide(&set.classes, &h.probabilities, &h.closeness, bounds);
        let Some((name, confidence)) = guess.ranking.first() else { continue };
        let Some(best) = set.classes.iter().position(|c| c == name) else { continue };
        held_out.push(HeldOutReading {
            text: text.clone(),
            expected: set.classes[label].clone(),
            read: guess.intent.clone(),
            confidence: *confidence,
        });
        if set.classes[label] == FALLBACK {
            outside += 1;
            unknown += usize::from(guess.intent == FALLBACK);
            continue;
        }
        inside += 1;
        table[label][best] += 1;
        let hit = best == label;
        right += usize::from(hit);
        rejected += usize::from(hit && guess.intent == FALLBACK);
        let language = language::detect(text).map_or("?", Language::code);
        let by = languages.entry(language.to_owned()).or_default();
        *by = (by.0 + usize::from(hit), by.1 + 1);
        let bin = &mut bins[((confidence * 10.0) as usize).min(9)];
        *bin = (bin.0 + 1, bin.1 + f64::from(*confidence), bin.2 + usize::from(hit));
        if !hit {
            samples.entry((label, best)).or_default().push(text.clone());
        }
    }
    let share = |part: usize, of: usize| if of == 0 { 1.0 } else { part as f32 / of as f32 };
    let mut confusions: Vec<Confusion> = samples
        .into_iter()
        .map(|((expected, predicted), texts)| Confusion {
            expected: set.classes[expected].clone(),
            predicted: set.classes[predicted].clone(),
            count: texts.len(),
            examples: texts.into_iter().take(3).collect(),
        })
        .collect();
    confusions.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.expected.cmp(&b.expected)));
    confusions.truncate(40);
    let error: f64 = bins
        .iter()
        .map(|(n, sum, hits)| (sum - *hits as f64).abs() / (inside.max(1) as f64) * f64::from(u8::from(*n > 0)))
        .sum();
    TrainReport {
        examples: set.texts.len(),
        accuracy: share(right, inside),
        accuracy_by_language: languages
            .into_iter()
            .filter(|(l, _)| l != "?")
            .map(|(l, (hit, of))| (l, share(hit, of)))
            .collect(),
        ece: error as f32,
        threshold: bounds.confidence,
        unknown_recall: share(unknown, outside),
        false_rejects: share(rejected, inside),
        intents: (0..classes)
            .filter(|c| set.classes[*c] != FALLBACK)
            .map(|c| IntentScore {
                name: set.classes[c].clone(),
                examples: set.labels.iter().filter(|l| **l == c).count(),
                precision: share(table[c][c], table.iter().map(|row| row[c]).sum()),
                recall: share(table[c][c], table[c].iter().sum()),
            })
            .collect(),
        confusions,
        mood: MoodReport::default(),
        entities: EntityReport::default(),
        warnings: Vec::new(),
        held_out,
    }
}
