//! What a text means, from the intent model's view of the whole, of its parts and of what it says is not wanted: all of it in
//! one batch of the encoder, and no more than the text alone where there is nothing to cut.

use std::ops::Range;
use std::sync::LazyLock;

use kg::Language;
use models::{Embedder, Embedding, Kind, ModelError};
use regex::Regex;

use crate::clauses::{self, Bounds};
use crate::intent::{Guess, IntentModel};
use crate::negation::{self, Denial};
use crate::tagger::Tagged;
use crate::text;
use crate::understanding::{Clause, Entity, EntityKind, FALLBACK, Rejected, Understanding};

/// From here on, what is denied is one of our intents.
const KNOWN: f32 = 0.3;

/// What was found in the text without the intent model.
pub(crate) struct Found {
    pub entities: Vec<Entity>,
    pub tagged: Vec<Tagged>,
    pub language: Option<Language>,
}

/// One text with its vector and what the model says of it.
struct Seen {
    guess: Guess,
    embedding: Embedding,
}

pub(crate) async fn read(
    embedder: &Embedder,
    model: &IntentModel,
    text: &str,
    found: Found,
) -> Result<Understanding, ModelError> {
    let denials = negation::find(text);
    let denied: Vec<Range<usize>> = denials.iter().map(|d| d.span.clone()).collect();
    let segments = clauses::segments(text, &denied);
    let kept = if denials.is_empty() { String::new() } else { negation::without(text, &denied) };

    let mut texts = vec![text.to_owned(), kept.clone()];
    texts.extend(denials.iter().map(|d| text[d.thing.clone()].to_owned()));
    texts.extend(segments.iter().map(|s| clauses::said(text, &s.range, &denied)));
    let sentences = clauses::sentences(&segments);
    let span = |s: &(usize, usize)| segments[s.0].range.start..segments[s.1].range.end;
    texts.extend(sentences.iter().map(|s| clauses::said(text, &span(s), &denied)));
    let mut seen = look(embedder, model, &texts).await?.into_iter();
    let none = || Seen { guess: Guess::none(), embedding: Embedding::from(vec![0.0; embedder.dimension()]) };
    let whole = seen.next().flatten().unwrap_or_else(none);
    let rest = seen.next().flatten().filter(|_| clauses::weight(&kept) >= 4);
    let things: Vec<Option<Seen>> = seen.by_ref().take(denials.len()).collect();
    let parts: Vec<Seen> = seen.by_ref().take(segments.len()).map(|s| s.unwrap_or_else(none)).collect();
    let whole_sentences: Vec<Option<Seen>> = seen.collect();

    let sentiment = model.sentiment(text, &whole.embedding);
    let rejected = rejected(text, &denials, &things, rest.as_ref());
    let spans: Vec<Range<usize>> = rejected.iter().map(|r| r.start..r.end).collect();
    let wanted_at = |start: usize, end: usize| !spans.iter().any(|s| s.start <= start && end <= s.end);
    let entities: Vec<Entity> = found.entities.into_iter().filter(|e| wanted_at(e.start, e.end)).collect();
    let tagged = found.tagged.into_iter().filter(|t| wanted_at(t.start, t.end)).collect();

    let guesses: Vec<Guess> = parts.iter().map(|p| p.guess.clone()).collect();
    let bounds = Bounds::default();
    let groups = clauses::join(text, &segments, &guesses, &whole.guess, &bounds);
    let aside = if groups.is_empty() { clauses::aside(text, &segments, &guesses, &bounds) } else { None };
    let aside = aside.map(|i| clause(&segments[i].range, &parts[i], text, &entities));
    // A clause that is a sentence is understood better as one: "The price dropped, do I get the difference?"
    let read = |g: &clauses::Group| {
        let at = sentences.iter().position(|s| *s == g.segments);
        let sentence = at.and_then(|i| whole_sentences[i].as_ref());
        sentence.filter(|s| s.guess.intent != FALLBACK).unwrap_or(&parts[g.lead])
    };
    let clauses = groups.iter().map(|g| clause(&g.range, read(g), text, &entities)).collect();

    let main = if rejected.is_empty() { whole } else { wanted(whole, rest, &rejected) };
    Ok(Understanding {
        text: text.to_owned(),
        intent: main.guess.intent,
        confidence: main.guess.confidence,
        outside: main.guess.outside,
        ranking: main.guess.ranking,
        entities,
        tagged,
        language: found.language,
        sentiment,
        embedding: main.embedding,
        clauses,
        aside,
        rejected,
    })
}

/// Guesses for texts with letters; the only place that asks the encoder and the model.
async fn look(embedder: &Embedder, model: &IntentModel, texts: &[String]) -> Result<Vec<Option<Seen>>, ModelError> {
    let encoded: Vec<Option<String>> = texts
        .iter()
        .map(|t| text::for_encoder(t).into_owned())
        .map(|t| t.chars().any(char::is_alphabetic).then_some(t))
        .collect();
    let asked: Vec<String> = encoded.iter().flatten().cloned().collect();
    let mut vectors = embedder.embed_together(&asked, Kind::Query).await?.into_iter();
    let seen = encoded.iter().zip(texts).map(|(encoded, text)| {
        encoded.as_ref()?;
        let embedding = vectors.next()?;
        Some(Seen { guess: model.guess(text, &embedding), embedding })
    });
    Ok(seen.collect())
}

/// A denial counts when it denies something we know, or when what is wanted instead stands beside it.
fn rejected(text: &str, denials: &[Denial], things: &[Option<Seen>], rest: Option<&Seen>) -> Vec<Rejected> {
    let known = |denial: &Denial, seen: &Option<Seen>| {
        let guess = &seen.as_ref()?.guess;
        // "Not this one": which one it is, no intent.
        if POINTS.is_match(&text[denial.thing.clone()]) {
            return None;
        }
        (guess.intent != FALLBACK && guess.confidence >= KNOWN).then(|| guess.intent.clone())
    };
    denials
        .iter()
        .zip(things)
        .filter_map(|(denial, thing)| {
            let intent = known(denial, thing);
            let counts = intent.is_some() || (denial.contrast && rest.is_some());
            counts.then_some(Rejected { start: denial.span.start, end: denial.span.end, intent })
        })
        .collect()
}

/// What is left decides; when it says nothing, the whole does, unless it is the very thing that is rejected.
fn wanted(whole: Seen, rest: Option<Seen>, rejected: &[Rejected]) -> Seen {
    let out = |intent: &str| rejected.iter().any(|r| r.intent.as_deref() == Some(intent));
    match rest {
        // A thing is not wanted, not an intent: "not this one, the other"; search looks for the other.
        Some(rest) if rejected.iter().all(|r| r.intent.is_none()) => Seen { embedding: rest.embedding, ..whole },
        Some(rest) if rest.guess.intent != FALLBACK => rest,
        rest if out(&whole.guess.intent) => {
            let mut seen = rest.unwrap_or(whole);
            seen.guess.ranking.retain(|(name, _)| !out(name));
            seen.guess.intent = FALLBACK.to_owned();
            seen.guess.confidence = seen.guess.ranking.first().map_or(0.0, |r| r.1);
            seen
        }
        _ => whole,
    }
}

static POINTS: LazyLock<Regex> = LazyLock::new(|| {
    text::pattern(
        r"(?i)^(?:[这那]|它|该|此|第|上|下|另|(?:this|that|it|these|those|the (?:first|second|third|last|other|latest))\b)",
    )
});
static POINTS_BACK: LazyLock<Regex> = LazyLock::new(|| {
    text::pattern(
        r"(?i)它|这单|这个订单|该订单|这笔|那单|这个|\b(?:it|this order|that order|the order|the same order)\b",
    )
});

fn clause(range: &Range<usize>, seen: &Seen, text: &str, entities: &[Entity]) -> Clause {
    let inside = |e: &&Entity| range.start <= e.start && e.end <= range.end;
    let mut own: Vec<Entity> = entities.iter().filter(inside).cloned().collect();
    if POINTS_BACK.is_match(&text[range.clone()]) {
        for kind in [EntityKind::OrderNumber, EntityKind::Product] {
            let before = entities.iter().rev().find(|e| e.kind == kind && e.end <= range.start);
            if let Some(before) = before.filter(|_| own.iter().all(|e| e.kind != kind)) {
                own.push(before.clone());
            }
        }
    }
    Clause {
        start: range.start,
        end: range.end,
        intent: seen.guess.intent.clone(),
        confidence: seen.guess.confidence,
        ranking: seen.guess.ranking.clone(),
        entities: own,
        embedding: seen.embedding.clone(),
    }
}
