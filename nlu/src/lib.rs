//! Text -> Understanding: intent, entities, language, sentiment.

pub mod understanding;

pub use understanding::{Entity, EntityKind, Sentiment, Understanding};
