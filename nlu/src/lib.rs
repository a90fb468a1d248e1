//! Text -> Understanding: intent, entities, language, sentiment.
//!
//! `Nlu` is what a server holds: one encoder call for each utterance, one model that can be swapped while it runs.
//! Models come from `train`, examples from `TrainingData`.

mod address;
mod clauses;
mod compare;
mod dates;
mod entities;
mod intent;
mod language;
mod mood;
mod names;
mod negation;
mod ngrams;
mod reading;
mod sentiment;
mod tagger;
mod text;
mod train;
mod training;
mod tuning;
pub mod understanding;

use std::sync::{Arc, PoisonError, RwLock};

use models::{Embedder, Embedding, Kind, ModelError};

pub use compare::{NearDuplicate, Reading, near_duplicates, read_all};
pub use entities::extract;
pub use intent::{Guess, IntentModel, ModelFileError};
pub use language::detect as detect_language;
pub use mood::{MoodCourse, repeats};
pub use sentiment::MoodReport;
pub use tagger::{EntityReport, EntityScore, Mark, Name, Tagged, Tagger, TaggerOptions, mark, score};
pub use text::for_encoder;
pub use train::{Confusion, HeldOutReading, IntentScore, TrainError, TrainOptions, TrainReport, train};
pub use training::{
    Annotation, Example, FileKind, FileReport, Import, ImportError, IntentExamples, Note, Origin, Source, Taken,
    TrainingData, TrainingDataError, Warning,
};
pub use tuning::tune;
pub use understanding::{Clause, Entity, EntityKind, FALLBACK, Mood, Rejected, Sentiment, Understanding};

/// Reads utterances.
pub struct Nlu {
    embedder: Embedder,
    model: RwLock<Arc<IntentModel>>,
    graph: kg::Shared,
}

impl Nlu {
    pub fn new(embedder: Embedder, model: IntentModel, graph: kg::Shared) -> Nlu {
        entities::warm_up();
        Nlu { embedder, model: RwLock::new(Arc::new(model)), graph }
    }

    pub fn model(&self) -> Arc<IntentModel> {
        self.model.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes another model; utterances being read finish with the old one.
    pub fn swap(&self, model: IntentModel) {
        *self.model.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(model);
    }

    pub fn embedder(&self) -> &Embedder {
        &self.embedder
    }

    /// `now` in epoch milliseconds: what "tomorrow" is counted from. Any text is fine, also none.
    pub async fn understand(&self, text: &str, now: i64) -> Result<Understanding, ModelError> {
        let model = self.model();
        let products: Vec<kg::Mention> = self
            .graph
            .get()
            .link(text::head(text, entities::MAX_BYTES))
            .into_iter()
            .filter(|m| m.node.starts_with("product:"))
            .collect();
        let entities = extract(text, &products, now);
        let language = language::detect(text);
        let encoded = text::for_encoder(text);
        // Marks, digits and emoji alone have no intent, and the encoder would invent one.
        if !encoded.chars().any(char::is_alphabetic) {
            return Ok(Understanding {
                text: text.to_owned(),
                intent: FALLBACK.to_owned(),
                confidence: 0.0,
                outside: 1.0,
                ranking: Vec::new(),
                entities,
                tagged: Vec::new(),
                language,
                sentiment: sentiment::judge(text, None),
                embedding: Embedding::from(vec![0.0; self.embedder.dimension()]),
                clauses: Vec::new(),
                aside: None,
                rejected: Vec::new(),
            });
        }
        let tagged = match model.tagger().filter(|tagger| tagger.fits(&self.embedder)) {
            // The vector of this pass is remembered: what follows does not compute it again.
            Some(tagger) => tagger.find(text, &self.embedder.read(&encoded, Kind::Query).await?.1)?,
            None => Vec::new(),
        };
        reading::read(&self.embedder, &model, text, reading::Found { entities, tagged, language }).await
    }
}
