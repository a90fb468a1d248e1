//! Entities that are learnt from annotated examples, in any language: a conditional random field over units of the text.
//!
//! What is said of a unit comes from two sides that are learnt together: a small network over the encoder's states of
//! the text's pieces (what it means here), and sparse features (what stands there, exactly). Both are needed: on a
//! held-back part of Chinese news the states alone reach an F1 of .68, the features alone .61, both .71 (3,000 sentences).

mod chain;
mod corpus;
mod features;
mod learn;
mod model;
mod score;
mod units;

use std::collections::BTreeMap;

use models::sequence::Place;
use models::{Embedder, Kind, ModelError, States};
use serde::{Deserialize, Serialize};

pub use score::{EntityReport, EntityScore, Mark, score};

use crate::text;
use crate::training::{Annotation, TrainingData};
use features::Lists;
use model::Model;

/// Characters of a text that are looked at, as many as the encoder gets.
const CHARACTERS: usize = 2000;

/// What an entity is called: Rasa's name, and where there are, role and group.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name {
    pub entity: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

impl Name {
    fn of(annotation: &Annotation) -> Name {
        Name { entity: annotation.entity.clone(), role: annotation.role.clone(), group: annotation.group.clone() }
    }

    /// As reports name it: `city`, `city:from`, `city:from#1`.
    pub fn label(&self) -> String {
        let part = |mark: char, part: &Option<String>| part.as_ref().map_or(String::new(), |p| format!("{mark}{p}"));
        format!("{}{}{}", self.entity, part(':', &self.role), part('#', &self.group))
    }
}

/// An entity that was learnt from examples. Byte offsets into the text, on character boundaries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tagged {
    pub entity: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    pub start: usize,
    pub end: usize,
    /// What stands there, or what it is a synonym of.
    pub value: String,
    pub confidence: f32,
}

impl Tagged {
    pub fn mark(&self) -> Mark {
        let name = Name { entity: self.entity.clone(), role: self.role.clone(), group: self.group.clone() };
        (self.start, self.end, name.label())
    }
}

/// How an annotated entity is compared with what was found.
pub fn mark(annotation: &Annotation) -> Mark {
    (annotation.start, annotation.end, Name::of(annotation).label())
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TaggerOptions {
    pub seed: u64,
    /// Also entities that are called like a built-in kind, which rules find: not needed where the rules' values are.
    pub built_in: bool,
    /// Texts that are learnt from at most; of more, some are taken.
    pub texts: usize,
    /// A part of the texts is held back first, to measure on. Not needed where a test set says more.
    pub measure: bool,
}

impl TaggerOptions {
    pub const STANDARD: TaggerOptions = TaggerOptions { seed: 7, built_in: true, texts: 12_000, measure: true };
}

impl Default for TaggerOptions {
    fn default() -> TaggerOptions {
        TaggerOptions::STANDARD
    }
}

/// Immutable; a part of an `IntentModel`.
pub struct Tagger {
    /// Usually one name each; several where one place has several entities.
    kinds: Vec<Vec<Name>>,
    /// Written in lower case -> the value that is meant.
    synonyms: BTreeMap<String, String>,
    lists: Lists,
    model: Model,
    /// As it stands in a file.
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Tagger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tagger").field("kinds", &self.kinds).finish_non_exhaustive()
    }
}

impl Tagger {
    /// Learns from the annotated examples; `None` when there are none. Seconds of arithmetic for some hundred
    /// examples, minutes for ten thousand: off the threads that answer customers.
    pub async fn train(
        embedder: &Embedder,
        data: &TrainingData,
        options: &TaggerOptions,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Option<(Tagger, EntityReport, Vec<String>)>, ModelError> {
        let Some(corpus) = corpus::collect(data, options) else { return Ok(None) };
        let texts: Vec<String> = corpus.texts.iter().map(|t| text::for_encoder(&t.text).into_owned()).collect();
        let total = texts.len();
        let states = embedder.states_all(&texts, Kind::Query, &|done| progress(done, total)).await?;
        let (options, (sent, received)) = (*options, tokio::sync::oneshot::channel());
        std::thread::Builder::new()
            .name("train-entities".into())
            .spawn(move || sent.send(learn::learn(corpus, &texts, states, &options)).ok())
            .map_err(|e| ModelError::Failed(e.to_string()))?;
        received.await.map_err(|_| ModelError::Stopped)?.map(Some)
    }

    fn new(
        kinds: Vec<Vec<Name>>,
        synonyms: BTreeMap<String, String>,
        lists: Lists,
        model: &Model,
    ) -> Result<Tagger, ModelError> {
        // Read back: what answers now is exactly what will answer when the file is opened.
        Tagger::from_bytes(&model::write(model, &kinds, &synonyms, &lists)?).map_err(ModelError::Failed)
    }

    pub fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The reason why not is a part of a sentence.
    pub fn from_bytes(bytes: &[u8]) -> Result<Tagger, String> {
        let (header, model) = model::read(bytes)?;
        let (kinds, synonyms, lists) = (header.kinds, header.synonyms, header.lists);
        Ok(Tagger { kinds, synonyms, lists, model, bytes: bytes.to_vec() })
    }

    /// Of states of another width it can make nothing.
    pub fn fits(&self, embedder: &Embedder) -> bool {
        self.model.network.shape().width == embedder.width()
    }

    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.kinds.iter().flatten()
    }

    /// Entities of `text`, in their order, not overlapping (but one place may have several). `states` are those of
    /// `text::for_encoder(text)`.
    pub fn find(&self, text: &str, states: &States) -> Result<Vec<Tagged>, ModelError> {
        let (units, places, features) = seen(text, &text::for_encoder(text), states, &self.lists);
        let scores = self.model.scores(states, &places, &features)?;
        let mut found = Vec::new();
        for (span, confidence) in model::decode(&self.model.chain, &scores) {
            let (start, end) = (units[span.first].start, units[span.last].end);
            let Some(surface) = text.get(start..end) else { continue };
            let value = self.synonyms.get(&surface.to_lowercase()).cloned().unwrap_or_else(|| surface.to_owned());
            found.extend(self.kinds[span.kind].iter().map(|name| Tagged {
                entity: name.entity.clone(),
                role: name.role.clone(),
                group: name.group.clone(),
                start,
                end,
                value: value.clone(),
                confidence,
            }));
        }
        Ok(found)
    }

    /// Many texts at once, behind all who wait.
    pub async fn find_all(&self, embedder: &Embedder, texts: &[String]) -> Result<Vec<Vec<Tagged>>, ModelError> {
        let encoded: Vec<String> = texts.iter().map(|t| text::for_encoder(t).into_owned()).collect();
        let states = embedder.states_all(&encoded, Kind::Query, &|_| ()).await?;
        texts.iter().zip(&states).map(|(text, states)| self.find(text, states)).collect()
    }
}

/// The texts that entities are learnt from as the encoder gets them, with the byte ranges of the entities there and the
/// numbers of their kinds.
pub(crate) fn marked(data: &TrainingData, seed: u64) -> Vec<(String, Vec<models::tune::Span>)> {
    let options = TaggerOptions { seed, ..TaggerOptions::STANDARD };
    let Some(corpus) = corpus::collect(data, &options) else { return Vec::new() };
    let mut out = Vec::with_capacity(corpus.texts.len());
    for text in &corpus.texts {
        let encoded = text::for_encoder(&text.text).into_owned();
        let (units, read) = (units::units(&text.text), units::units(&encoded));
        // Which unit of the encoded text each unit is.
        let own: Vec<Place> = (0..read.len()).map(|i| Place { pieces: Some((i as u32, i as u32)), kind: 0 }).collect();
        let places = units::aligned(&units, &read, &own);
        let range = |&(start, end, kind): &(usize, usize, usize)| {
            let inside = units.iter().zip(&places).filter(|(unit, _)| start < unit.end && unit.start < end);
            let mut seen = inside.filter_map(|(_, place)| read.get(place.pieces?.0 as usize));
            let first = seen.next()?;
            Some((first.start..seen.next_back().unwrap_or(first).end, kind))
        };
        let mut spans: Vec<models::tune::Span> = text.spans.iter().filter_map(range).collect();
        spans.sort_by_key(|s| s.0.start);
        out.push((encoded, spans));
    }
    out
}

/// The units of a text that the encoder saw (markup it did not), where it saw them, and their features. `encoded` is
/// what it got.
fn seen(text: &str, encoded: &str, states: &States, lists: &Lists) -> (Vec<units::Unit>, Vec<Place>, Vec<Vec<u32>>) {
    let text = text::head_chars(text, CHARACTERS);
    let units = units::units(text);
    let read = units::units(encoded);
    let places = units::aligned(&units, &read, &units::places(&read, &states.spans));
    let seen = units.into_iter().zip(places).filter(|(_, place)| place.pieces.is_some());
    let (units, places): (Vec<units::Unit>, Vec<Place>) = seen.unzip();
    let features = features::features(text, &units, lists);
    (units, places, features)
}
