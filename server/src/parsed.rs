//! An understood utterance in the shape of Rasa's `/model/parse`: the server's answer and a line of `kefu parse`.
//!
//! As in Rasa, `nlu_fallback` is put before the ranking when no intent is sure enough, and the best guess follows it.
//! Rasa gives it a fixed confidence (its threshold); here it is what is left for "none of these", and never less than that
//! of the best guess, so that the ranking stays in order.

use nlu::{FALLBACK, Understanding};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Intents in a ranking, as in Rasa.
const RANKED: usize = 10;

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ParseResponse {
    pub text: String,
    pub intent: RankedIntent,
    /// The ten best; `nlu_fallback` before them when no intent is sure enough.
    pub intent_ranking: Vec<RankedIntent>,
    pub entities: Vec<ParsedEntity>,
    /// Not in Rasa: zh, en or null.
    pub language: Option<String>,
    /// Not in Rasa: happy, calm, annoyed or angry.
    pub mood: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RankedIntent {
    /// `nlu_fallback` below the threshold.
    pub name: String,
    pub confidence: f32,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ParsedEntity {
    pub entity: String,
    /// In characters, as in Rasa.
    pub start: usize,
    pub end: usize,
    #[schema(value_type = Object)]
    pub value: Value,
    pub confidence_entity: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    pub extractor: &'static str,
}

fn name<T: Serialize>(value: T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

impl ParseResponse {
    /// Nothing was understood: an answer in the same shape.
    pub fn nothing(text: String) -> ParseResponse {
        let intent = fallback(0.0);
        ParseResponse {
            intent_ranking: vec![intent.clone()],
            intent,
            text,
            entities: Vec::new(),
            language: None,
            mood: name(nlu::Mood::Calm),
        }
    }
}

fn fallback(best: f32) -> RankedIntent {
    RankedIntent { name: FALLBACK.to_owned(), confidence: best.max(1.0 - best) }
}

impl From<Understanding> for ParseResponse {
    fn from(u: Understanding) -> ParseResponse {
        let mut ranking: Vec<RankedIntent> =
            u.ranking.into_iter().take(RANKED).map(|(name, confidence)| RankedIntent { name, confidence }).collect();
        let intent = if u.intent == FALLBACK {
            ranking.insert(0, fallback(u.confidence));
            ranking[0].clone()
        } else {
            RankedIntent { name: u.intent, confidence: u.confidence }
        };
        let chars = |byte: usize| u.text.get(..byte).map_or(0, |t| t.chars().count());
        let by_rule = u.entities.into_iter().map(|e| ParsedEntity {
            entity: name(e.kind),
            start: chars(e.start),
            end: chars(e.end),
            value: e.value,
            confidence_entity: e.confidence,
            role: None,
            group: None,
            extractor: "kefu",
        });
        let mut entities: Vec<ParsedEntity> = by_rule.collect();
        for t in u.tagged {
            let (start, end) = (chars(t.start), chars(t.end));
            // Rules give the better value for the same.
            if entities.iter().any(|e| (e.start, e.end, &e.entity) == (start, end, &t.entity)) {
                continue;
            }
            entities.push(ParsedEntity {
                entity: t.entity,
                start,
                end,
                value: t.value.into(),
                confidence_entity: t.confidence,
                role: t.role,
                group: t.group,
                extractor: "tagger",
            });
        }
        ParseResponse {
            intent,
            intent_ranking: ranking,
            entities,
            language: u.language.map(|l| l.code().to_owned()),
            mood: name(u.sentiment.mood),
            text: u.text,
        }
    }
}
