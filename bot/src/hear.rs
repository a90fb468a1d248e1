//! Step one, "understand": all unanswered messages of a turn become what the customer wants.

use crate::conversation::{Message, Turn};
use crate::dialog::{DialogState, agrees, position};
use crate::policy::{ACTIONS, PolicyConfig, is_talk};
use kg::Language;
use models::{Embedding, ModelError};
use nlu::understanding::{Clause, Entity, EntityKind, FALLBACK, Mood, Sentiment, Understanding};
use serde_json::{Map, Value};

/// How many of the unanswered messages are looked at: the newest.
const MESSAGES: usize = 8;
/// How many different wishes of one turn are answered.
const WISHES: usize = 4;

/// A pressed button: `/intent` or `/intent{"slot":"value"}`. It comes from outside, so it is only ever a wish:
/// what it names is looked up for this customer like anything that is typed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Payload {
    pub intent: String,
    pub slots: Map<String, Value>,
}

impl Payload {
    pub fn parse(raw: &str) -> Option<Payload> {
        let raw = raw.trim().strip_prefix('/')?;
        if raw.len() > 4000 {
            return None;
        }
        let (intent, slots) = match raw.find('{') {
            Some(at) => (&raw[..at], serde_json::from_str::<Map<String, Value>>(&raw[at..]).ok()?),
            None => (raw, Map::new()),
        };
        let intent = intent.trim();
        let named = !intent.is_empty() && intent.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        named.then(|| Payload { intent: intent.to_owned(), slots })
    }
}

/// One message as it was said, for what must be exact (a confirmation).
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub text: String,
    pub payload: Option<Payload>,
    pub seq: i64,
    /// Intent of this part alone.
    pub intent: String,
    pub confidence: f32,
}

/// One wish or one answer of the customer.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub text: String,
    /// The text without what it says is not wanted: which order, which product.
    pub meant: String,
    /// Intents that it says are not wanted.
    pub rejected: Vec<String>,
    pub parts: Vec<Part>,
    pub payload: Option<Payload>,
    pub intent: String,
    pub confidence: f32,
    pub ranking: Vec<(String, f32)>,
    pub entities: Vec<Entity>,
    pub embedding: Option<Embedding>,
    /// Letters or digits, not only emoji and punctuation.
    pub words: bool,
    /// Written in a script of neither Chinese nor English.
    pub foreign: bool,
    /// Reads like a question.
    pub question: bool,
}

impl Input {
    pub fn is(&self, intent: &str, floor: f32) -> bool {
        self.intent == intent && self.confidence >= floor
    }

    /// A text slot of the payload, cleaned and bounded.
    pub fn slot(&self, name: &str) -> Option<&str> {
        let text = self.payload.as_ref()?.slots.get(name)?.as_str()?.trim();
        (!text.is_empty() && text.len() <= 400).then_some(text)
    }

    pub fn entity(&self, kind: EntityKind) -> Option<&Entity> {
        self.entities.iter().find(|e| e.kind == kind)
    }

    /// The intent's confidence in the ranking, also when another intent won.
    pub fn chance(&self, intent: &str) -> f32 {
        self.ranking.iter().find(|(name, _)| name == intent).map_or(0.0, |(_, c)| *c)
    }

    /// One of its clauses, as if said alone. The parts stay what was said: half a message is no clear yes.
    fn clause(&self, clause: &Clause) -> Input {
        let mut input = self.cut(clause.start, clause.end);
        input.intent.clone_from(&clause.intent);
        input.confidence = clause.confidence;
        input.ranking.clone_from(&clause.ranking);
        input.embedding = Some(clause.embedding.clone());
        // What "it" points back to stands outside.
        let outside = clause.entities.iter().filter(|e| e.end <= clause.start || e.start >= clause.end);
        input.entities.extend(outside.map(|e| Entity { start: 0, end: 0, ..e.clone() }));
        input
    }

    /// What stands around an aside: it answers something, and is no wish.
    fn around(&self, start: usize, end: usize) -> Input {
        let (before, after) = (self.cut(0, start), self.cut(end, self.text.len()));
        let joined = [before.text.as_str(), &after.text].join("\n").trim().to_owned();
        let shift = if before.text.is_empty() { 0 } else { before.text.len() + 1 };
        let moved = after.entities.iter().map(|e| Entity { start: e.start + shift, end: e.end + shift, ..e.clone() });
        Input {
            entities: before.entities.iter().cloned().chain(moved).collect(),
            words: has_words(&joined),
            question: is_question(&joined),
            meant: joined.clone(),
            text: joined,
            intent: FALLBACK.to_owned(),
            confidence: 0.0,
            ranking: Vec::new(),
            ..self.clone()
        }
    }

    fn cut(&self, start: usize, end: usize) -> Input {
        let text = self.text.get(start..end).unwrap_or_default();
        let start = start + text.len() - text.trim_start().len();
        let text = text.trim().to_owned();
        let moved = |e: &Entity| Entity { start: e.start - start, end: e.end - start, ..e.clone() };
        let inside = self.entities.iter().filter(|e| start <= e.start && e.end <= end);
        Input {
            entities: inside.map(moved).collect(),
            words: has_words(&text),
            question: is_question(&text),
            meant: text.clone(),
            text,
            ..self.clone()
        }
    }

    fn of(part: Part, understanding: Option<Understanding>) -> Input {
        let words = has_words(&part.text);
        let question = is_question(&part.text);
        let meant = understanding.as_ref().map_or_else(|| part.text.clone(), Understanding::wanted);
        let (ranking, entities, embedding, rejected) = match understanding {
            Some(u) => (u.ranking, u.entities, Some(u.embedding), u.rejected),
            None => (vec![(part.intent.clone(), part.confidence)], Vec::new(), None, Vec::new()),
        };
        Input {
            text: part.text.clone(),
            meant,
            rejected: rejected.into_iter().filter_map(|r| r.intent).collect(),
            payload: part.payload.clone(),
            intent: part.intent.clone(),
            confidence: part.confidence,
            ranking,
            entities,
            embedding,
            words,
            foreign: part.payload.is_none() && is_foreign(&part.text),
            question,
            parts: vec![part],
        }
    }
}

pub(crate) struct Heard {
    /// Everything together: what an open dialog hears.
    pub all: Input,
    /// The parts of a single message, when it says several things: wishes of their own, or an answer and a question.
    pub clauses: Vec<Input>,
    /// The separate wishes, greetings left out when there is more; never empty.
    pub wishes: Vec<Input>,
    pub language: Option<Language>,
    pub sentiment: Sentiment,
}

pub(crate) async fn hear(nlu: &nlu::Nlu, config: &PolicyConfig, turn: &Turn<'_>) -> Result<Heard, ModelError> {
    let skipped = turn.said.len().saturating_sub(MESSAGES);
    let said = &turn.said[skipped..];
    let seq = said.last().map_or(0, |m| m.seq);
    let mut sentiment = Sentiment { mood: Mood::Calm, score: 0.0 };
    let mut language = None;
    let mut inputs = Vec::new();
    let (mut parts, mut several) = (Vec::new(), Vec::new());
    for message in said {
        let text: String = message.text.chars().take(config.message_length).collect();
        let payload = payload_of(message);
        // What a button stands for is known; its title is only searched with when the payload names a question.
        let reads_text = payload.as_ref().is_none_or(|p| p.intent.starts_with("ask_")) && has_words(&text);
        let understanding = if reads_text { Some(nlu.understand(&text, turn.now).await?) } else { None };
        if let Some(u) = &understanding
            && payload.is_none()
        {
            if u.sentiment.mood > sentiment.mood
                || (u.sentiment.mood == sentiment.mood && u.sentiment.score > sentiment.score)
            {
                sentiment = u.sentiment;
            }
            language = u.language.or(language);
        }
        let (intent, confidence) = match (&payload, &understanding) {
            (Some(p), _) => (p.intent.clone(), 1.0),
            (None, Some(u)) => (u.intent.clone(), u.confidence),
            (None, None) => (FALLBACK.to_owned(), 0.0),
        };
        let (clauses, aside) = match &understanding {
            Some(u) if payload.is_none() => (u.clauses.clone(), u.aside.clone()),
            _ => (Vec::new(), None),
        };
        let input = Input::of(Part { text, payload, seq: message.seq, intent, confidence }, understanding);
        parts.push(match aside {
            Some(aside) => vec![input.around(aside.start, aside.end), input.clause(&aside)],
            None => clauses.iter().map(|c| input.clause(c)).collect(),
        });
        several.push(clauses.len() > 1);
        inputs.push(input);
    }
    let Some(first) = inputs.first().cloned() else {
        let nothing = Part { text: String::new(), payload: None, seq, intent: FALLBACK.to_owned(), confidence: 0.0 };
        let all = Input::of(nothing, None);
        return Ok(Heard { wishes: vec![all.clone()], all, clauses: Vec::new(), language, sentiment });
    };
    if inputs.len() == 1 {
        let clauses = parts.pop().unwrap_or_default();
        let wishes = if several == [true] { spoken(&clauses) } else { Vec::new() };
        // "Hello, …" and "…, thanks" are no wishes: then the whole is understood best.
        let wishes = if wishes.len() > 1 { wishes } else { vec![first.clone()] };
        return Ok(Heard { all: first, wishes, clauses, language, sentiment });
    }
    let all = join(nlu, config, turn, &inputs).await?;
    let single: Vec<Input> = inputs
        .iter()
        .zip(parts)
        .zip(several)
        .flat_map(|((input, parts), several)| if several { parts } else { vec![input.clone()] })
        .collect();
    let wishes = wishes(&single, &all);
    Ok(Heard { all, wishes, clauses: Vec::new(), language, sentiment })
}

/// Rasa's REST channel sends the payload as the message itself.
fn payload_of(message: &Message) -> Option<Payload> {
    if let Some(raw) = &message.payload {
        return Payload::parse(raw);
    }
    // Typed by hand, only what some part of the bot knows is more than text.
    Payload::parse(&message.text).filter(|p| {
        let others = ["order", "inform", "reason", "address", "other", "article", "talk_to_human", "complaint"];
        let intent = p.intent.as_str();
        is_talk(intent) || intent.starts_with("ask_") || ACTIONS.contains(&intent) || others.contains(&intent)
    })
}

async fn join(nlu: &nlu::Nlu, config: &PolicyConfig, turn: &Turn<'_>, inputs: &[Input]) -> Result<Input, ModelError> {
    let typed: Vec<&str> = inputs.iter().filter(|i| i.payload.is_none() && i.words).map(|i| i.text.as_str()).collect();
    let text: String = typed.join("\n").chars().take(config.message_length).collect();
    let understanding = if text.is_empty() { None } else { Some(nlu.understand(&text, turn.now).await?) };
    let pressed = inputs.iter().rev().find(|i| i.payload.is_some());
    let parts: Vec<Part> = inputs.iter().flat_map(|i| i.parts.clone()).collect();
    let (intent, confidence) = match (pressed, &understanding) {
        (Some(p), _) => (p.intent.clone(), 1.0),
        (None, Some(u)) => (u.intent.clone(), u.confidence),
        (None, None) => (FALLBACK.to_owned(), 0.0),
    };
    let part = Part {
        text,
        payload: pressed.and_then(|p| p.payload.clone()),
        seq: inputs.last().map_or(0, |i| i.parts[0].seq),
        intent,
        confidence,
    };
    let mut all = Input::of(part, understanding);
    all.parts = parts;
    Ok(all)
}

/// The clauses that want something.
fn spoken(clauses: &[Input]) -> Vec<Input> {
    let wishes = clauses.iter().filter(|c| c.intent != FALLBACK && !is_talk(&c.intent));
    wishes.take(WISHES).cloned().collect()
}

/// "Hello" + "where is my parcel" is one wish; "I want to change" + "the address" is one wish as well.
fn wishes(inputs: &[Input], all: &Input) -> Vec<Input> {
    let mut clear: Vec<Input> = Vec::new();
    for input in inputs.iter().filter(|i| i.intent != FALLBACK && !is_talk(&i.intent)) {
        let number = |i: &Input| i.entity(EntityKind::OrderNumber).and_then(|e| e.text().map(str::to_owned));
        clear.retain(|c| c.intent != input.intent || (number(c).is_some() && number(c) != number(input)));
        clear.push(input.clone());
    }
    if clear.len() > 1 {
        let skipped = clear.len().saturating_sub(WISHES);
        return clear.split_off(skipped);
    }
    if let Some(one) = clear.pop() {
        // What the other messages add (an order number, an address) belongs to the one wish.
        let mut wish = all.clone();
        if !(all.intent == one.intent && all.confidence >= one.confidence) {
            wish.intent = one.intent;
            wish.confidence = one.confidence;
            wish.ranking = one.ranking;
            wish.embedding = one.embedding.or(wish.embedding);
            wish.text = one.text;
            wish.meant = one.meant;
            wish.entities = all.entities.clone();
        }
        if wish.payload.is_none() {
            wish.payload = one.payload;
        }
        return vec![wish];
    }
    let talk = inputs.iter().rev().find(|i| is_talk(&i.intent));
    match talk {
        Some(talk) if all.intent == FALLBACK || is_talk(&all.intent) => vec![talk.clone()],
        _ => vec![all.clone()],
    }
}

/// "The second one", a typed title or "yes" after an answer with buttons is that button.
pub(crate) fn answer_to_offer(state: &DialogState, heard: &mut Heard) {
    if !state.stack.is_empty() || heard.all.payload.is_some() || heard.all.parts.len() != 1 {
        return;
    }
    let text = heard.all.text.trim().to_lowercase();
    let short = text.chars().count() <= 16;
    let by_title = state.offered.iter().find(|b| b.title.trim().to_lowercase() == text);
    let by_position = || position(&text, state.offered.len()).and_then(|i| state.offered.get(i)).filter(|_| short);
    let meant = match by_title.or_else(by_position) {
        Some(button) => Some(button.payload.clone()),
        None => state.yes.clone().filter(|_| agrees(&text)),
    };
    if let Some(payload) = meant.as_deref().and_then(Payload::parse) {
        heard.all.intent.clone_from(&payload.intent);
        heard.all.confidence = 1.0;
        heard.all.payload = Some(payload);
        heard.wishes = vec![heard.all.clone()];
    }
}

/// The language of the message; an address, a name or "OK" does not change the language of a conversation.
pub(crate) fn language_of(turn: &Turn<'_>, heard: &Heard) -> Language {
    let kept = turn.conversation.language;
    let open = turn.conversation.dialog.current().is_some();
    let all = &heard.all;
    if let Some(address) = all.entity(EntityKind::Address) {
        // "Please send it to 江苏省南京市…" is English.
        let around = all
            .text
            .get(..address.start)
            .zip(all.text.get(address.end..))
            .map(|(a, b)| format!("{a} {b}"))
            .unwrap_or_default();
        return nlu::detect_language(&around).unwrap_or(kept);
    }
    let only_data = open && all.text.chars().count() <= 3;
    let ok = matches!(all.text.trim().to_lowercase().trim_end_matches(['.', '!', '。', '！']), "ok" | "okay");
    heard.language.filter(|_| !(ok || only_data)).unwrap_or(kept)
}

pub(crate) fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// Most letters are neither Han nor Latin, or there is kana, which only Japanese has.
fn is_foreign(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let (mut all, mut other, mut kana) = (0usize, 0usize, 0usize);
    for letter in letters {
        let code = u32::from(letter);
        // Latin letters, their full-width forms and modifiers lie below the Greek block and in two later ones.
        let latin = code < 0x370 || (0x1e00..0x1f00).contains(&code) || (0xff21..=0xff5a).contains(&code);
        all += 1;
        kana += usize::from((0x3040..0x3100).contains(&code));
        other += usize::from(!(latin || crate::facts::is_han(letter)));
    }
    other * 2 > all || kana >= 2
}

const QUESTION_WORDS: &[&str] = &[
    "?",
    "？",
    "吗",
    "呢",
    "么",
    "多少",
    "多久",
    "几天",
    "几点",
    "哪",
    "谁",
    "何时",
    "怎样",
    "如何",
    "能不能",
    "可不可以",
    "是否",
    "有没有",
];
const QUESTION_STARTS: &[&str] = &[
    "what", "how", "when", "where", "which", "who", "why", "can", "could", "do", "does", "did", "is", "are", "will",
    "would", "may", "should",
];

pub(crate) fn is_question(text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    let first = lower.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    QUESTION_WORDS.iter().any(|w| lower.contains(w)) || QUESTION_STARTS.contains(&first)
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// An input as if understood so.
    pub fn input(text: &str, intent: &str, confidence: f32) -> Input {
        Input::of(Part { text: text.into(), payload: None, seq: 1, intent: intent.into(), confidence }, None)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn payloads_are_read_as_rasa_writes_them() {
        let p = Payload::parse(r#"/order{"order":"KF2026110017"}"#).unwrap();
        assert_eq!((p.intent.as_str(), p.slots["order"].as_str().unwrap()), ("order", "KF2026110017"));
        assert_eq!(Payload::parse("/affirm").unwrap().intent, "affirm");
        for bad in ["affirm", "/", "/{}", "/order{", "/order[1]", "/a b", "/order{\"a\":1}}", "/../etc"] {
            assert!(Payload::parse(bad).is_none(), "{bad}");
        }
        assert!(Payload::parse(&format!("/x{{\"a\":\"{}\"}}", "y".repeat(5000))).is_none());
    }

    #[test]
    fn questions_are_told_from_statements() {
        for q in ["M2 耳机能退吗", "how long does it take", "运费多少", "Can I return it"] {
            assert!(is_question(q), "{q}");
        }
        for s in ["浙江省杭州市西湖区文三路100号", "the second one", "是的"] {
            assert!(!is_question(s), "{s}");
        }
        assert!(!has_words("🙂🙂 !!"));
    }

    #[test]
    fn other_scripts_are_told_from_chinese_and_english() {
        for foreign in ["أين طلبي؟", "Где мой заказ?", "注文はどこですか", "주문이 어디에 있나요"]
        {
            assert!(is_foreign(foreign), "{foreign}");
        }
        for ours in ["我的订单", "where is it", "é à l'aise", "M2 耳机 Ω", "😀", ""] {
            assert!(!is_foreign(ours), "{ours}");
        }
    }
}
