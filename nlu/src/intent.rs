//! The trained intent model: a head on embeddings, a threshold for "none of these", the mood head.

use std::sync::Arc;

use models::Embedding;
use models::head::LinearHead;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::ngrams::{Ngrams, PLACES};
use crate::sentiment::{self, MoodHead};
use crate::tagger::Tagger;
use crate::understanding::{FALLBACK, Sentiment};

/// Raised when a file of an older build cannot be read as it is.
const VERSION: u32 = 2;
const MAGIC: &[u8] = b"KEFU-NLU\n";

/// Trained weights and thresholds; immutable, replaced whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IntentModel {
    version: u32,
    /// `Embedder::id` of the encoder that made the training vectors.
    encoder: String,
    /// Class names of the head; `nlu_fallback` may be one of them.
    classes: Vec<String>,
    ngrams: Ngrams,
    head: LinearHead,
    /// Below one of these the answer is `nlu_fallback`.
    bounds: Bounds,
    mood: Option<MoodHead>,
    /// Entities learnt from annotated examples. In a file its bytes stand behind the rest.
    #[serde(skip)]
    tagger: Option<Arc<Tagger>>,
    #[serde(default)]
    tagger_bytes: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bounds {
    /// Least calibrated probability of the best intent.
    pub confidence: f32,
    /// Least share of the best intent against `nlu_fallback`, the two alone: by far the best sign of a question
    /// that is none of ours (AUROC .98 on held-back examples, against .95 of the confidence).
    pub inside: f32,
    /// Least cosine to the mean of the best intent's examples.
    pub closeness: f32,
}

/// The embedding, and the n-grams behind it.
pub(crate) fn features(ngrams: &Ngrams, text: &str, embedding: &[f32]) -> Vec<f32> {
    let mut row = Vec::with_capacity(embedding.len() + PLACES);
    row.extend_from_slice(embedding);
    row.extend(ngrams.vector(text));
    row
}

/// What the head says about one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// The best intent, or `FALLBACK`.
    pub intent: String,
    /// Calibrated probability of the best intent, also when it was rejected.
    pub confidence: f32,
    /// How far outside all intents the text seems, 0 to 1: what out-of-scope texts are ranked by.
    pub outside: f32,
    /// All intents, best first.
    pub ranking: Vec<(String, f32)>,
    /// Cosines to the means of the intents' examples.
    pub closeness: Vec<(String, f32)>,
}

impl Guess {
    pub(crate) fn none() -> Guess {
        Guess { intent: FALLBACK.to_owned(), confidence: 0.0, outside: 1.0, ranking: Vec::new(), closeness: Vec::new() }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    #[error("not an intent model, or damaged: {0}; `kefu train` makes a new one")]
    Damaged(String),
    #[error("the intent model has format {found}, this program reads {VERSION}; `kefu train` makes a new one")]
    Version { found: u32 },
    #[error(
        "the intent model was trained with the encoder {found}, but {expected} is in use; `kefu train` makes a new one"
    )]
    Encoder { found: String, expected: String },
}

impl IntentModel {
    pub(crate) fn new(
        encoder: &str,
        classes: Vec<String>,
        ngrams: Ngrams,
        head: LinearHead,
        bounds: Bounds,
        mood: Option<MoodHead>,
    ) -> IntentModel {
        let encoder = encoder.to_owned();
        IntentModel { version: VERSION, encoder, classes, ngrams, head, bounds, mood, tagger: None, tagger_bytes: 0 }
    }

    pub(crate) fn with_tagger(mut self, tagger: Tagger) -> IntentModel {
        self.tagger_bytes = tagger.to_bytes().len();
        self.tagger = Some(Arc::new(tagger));
        self
    }

    pub fn tagger(&self) -> Option<&Tagger> {
        self.tagger.as_deref()
    }

    pub fn encoder(&self) -> &str {
        &self.encoder
    }

    /// All intents it can answer, without `nlu_fallback`.
    pub fn intents(&self) -> impl Iterator<Item = &str> {
        self.classes.iter().map(String::as_str).filter(|c| *c != FALLBACK)
    }

    pub fn threshold(&self) -> f32 {
        self.bounds.confidence
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        // Only maps with odd keys can fail to serialise; there are none.
        bytes.extend(serde_json::to_vec(self).unwrap_or_default());
        bytes.extend(self.tagger.iter().flat_map(|t| t.to_bytes()));
        bytes
    }

    /// `encoder` is the id of the encoder in use: weights for another one would answer nonsense.
    pub fn from_bytes(bytes: &[u8], encoder: &str) -> Result<IntentModel, ModelFileError> {
        let damaged = |text: &str| ModelFileError::Damaged(text.to_owned());
        let json = bytes.strip_prefix(MAGIC).ok_or_else(|| damaged("it does not begin like one"))?;
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let version: Version = first(json).map_err(|e| damaged(&e.to_string()))?.0;
        if version.version != VERSION {
            return Err(ModelFileError::Version { found: version.version });
        }
        let (mut model, rest): (IntentModel, &[u8]) = first(json).map_err(|e| damaged(&e.to_string()))?;
        if model.encoder != encoder {
            return Err(ModelFileError::Encoder { found: model.encoder, expected: encoder.to_owned() });
        }
        let moods = model.mood.as_ref().is_none_or(|m| m.head.is_sound() && m.head.classes() == sentiment::MOODS.len());
        if !model.head.is_sound() || !model.ngrams.is_sound() || model.head.classes() != model.classes.len() || !moods {
            return Err(damaged("its parts do not fit together"));
        }
        if rest.len() != model.tagger_bytes {
            return Err(damaged("the part for entities is cut off"));
        }
        if !rest.is_empty() {
            model.tagger = Some(Arc::new(Tagger::from_bytes(rest).map_err(|e| damaged(&e))?));
        }
        Ok(model)
    }

    /// `embedding` is that of the text as a query.
    pub fn guess(&self, text: &str, embedding: &Embedding) -> Guess {
        if embedding.len() + PLACES != self.head.dimension() {
            // A model that was swapped in without `from_bytes`; better none than nonsense.
            return Guess::none();
        }
        let row = features(&self.ngrams, text, embedding);
        decide(&self.classes, &self.head.predict(&row), &self.head.closeness(&row), self.bounds)
    }

    pub(crate) fn sentiment(&self, text: &str, embedding: &Embedding) -> Sentiment {
        match &self.mood {
            Some(mood) if mood.head.dimension() == embedding.len() => mood.sentiment(text, embedding),
            _ => sentiment::judge(text, None),
        }
    }
}

/// The JSON value that `bytes` begin with, and what stands behind it.
fn first<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, &[u8]), serde_json::Error> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<T>();
    let value = values.next().unwrap_or_else(|| Err(serde::de::Error::custom("it is empty")))?;
    Ok((value, &bytes[values.byte_offset()..]))
}

/// What speaks for the best real intent of one vector.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence {
    pub best: usize,
    confidence: f32,
    inside: f32,
    closeness: f32,
}

impl Evidence {
    pub(crate) fn of(classes: &[String], probabilities: &[f32], closeness: &[f32]) -> Option<Evidence> {
        let fallback = classes.iter().position(|c| c == FALLBACK);
        let best = (0..classes.len().min(probabilities.len()))
            .filter(|c| Some(*c) != fallback)
            .max_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b]))?;
        let confidence = probabilities[best];
        let against = fallback.map_or(0.0, |f| probabilities[f]);
        let inside = if confidence > 0.0 { confidence / (confidence + against) } else { 0.0 };
        Some(Evidence { best, confidence, inside, closeness: closeness.get(best).copied().unwrap_or(1.0) })
    }

    /// The three signs in one number: their mean, the cosine taken from 0 to 1.
    fn outside(&self) -> f32 {
        1.0 - (self.confidence + self.inside + self.closeness.clamp(0.0, 1.0)) / 3.0
    }

    pub(crate) fn passes(&self, bounds: &Bounds) -> bool {
        self.confidence >= bounds.confidence && self.inside >= bounds.inside && self.closeness >= bounds.closeness
    }
}

/// The best real intent, unless too little speaks for it.
pub(crate) fn decide(classes: &[String], probabilities: &[f32], closeness: &[f32], bounds: Bounds) -> Guess {
    let mut order: Vec<usize> =
        (0..classes.len().min(probabilities.len())).filter(|c| classes[*c] != FALLBACK).collect();
    order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
    let ranking: Vec<(String, f32)> = order.iter().map(|i| (classes[*i].clone(), probabilities[*i])).collect();
    let evidence = Evidence::of(classes, probabilities, closeness);
    let intent = match evidence {
        Some(evidence) if evidence.passes(&bounds) => classes[evidence.best].clone(),
        _ => FALLBACK.to_owned(),
    };
    let outside = evidence.map_or(1.0, |e| e.outside());
    let closeness = classes.iter().cloned().zip(closeness.iter().copied()).collect();
    Guess { intent, confidence: ranking.first().map_or(0.0, |r| r.1), outside, ranking, closeness }
}
