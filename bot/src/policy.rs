//! What the bot does with what it understood: ordered rules with names, and every threshold in one place.
//!
//! Rules are pure: they look at a `Situation` and answer with a `Move`. The first rule that answers decides, and its name
//! is in the trace. Changing what the bot does means changing this list or `policy.yml`.

use crate::conversation::Reason;
use crate::dialog::{declines, is_stop};
use crate::hear::Input;
use knowledge::Thresholds;
use nlu::understanding::{EntityKind, FALLBACK, Mood, Sentiment};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyConfig {
    /// Calibrated confidence from which an intent counts, by what a mistake would cost.
    pub human_confidence: f32,
    pub action_confidence: f32,
    pub talk_confidence: f32,
    pub topic_confidence: f32,
    /// How sure a question or another wish must be to interrupt a running dialog.
    pub interrupt_confidence: f32,
    /// What ends something must be clearer: "never mind" a dialog, "goodbye" a conversation.
    pub end_confidence: f32,
    /// Sentiment score from which `angry` goes to a human at once.
    pub angry_score: f32,
    /// So many annoyed turns in a row do the same.
    pub annoyed_turns: u8,
    /// Strain over the last turns (0..1, a running estimate) that does the same; asking again and no answer add to it.
    pub strained: f32,
    /// Passage score from which an article answers; without it, what the knowledge base calibrated as `sure`.
    pub article_floor: Option<f32>,
    /// An intent less likely than this makes the question a foreign one: an article that shares a word with it is no answer.
    pub shop_confidence: f32,
    /// The same when the intent is a question about the shop as well; without it, the calibrated `floor`.
    pub article_floor_agreed: Option<f32>,
    /// Passages from here are good enough to be offered as choices; without it, half the calibrated `floor`.
    pub choice_floor: Option<f32>,
    /// The same when no intent of ours was recognised; without it, the calibrated `floor`.
    pub choice_floor_unknown: Option<f32>,
    pub choices: usize,
    /// Turns in a row without understanding until a human is called.
    pub not_understood_turns: u8,
    /// Bad answers to one question until a dialog gives up.
    pub bad_answers: u8,
    /// Customer groups that come first, by the business's own names.
    pub vip_tiers: Vec<String>,
    pub vip_failures: u8,
    /// Article categories in which the answer to a question intent is expected: where search agrees, less is enough.
    pub topics: BTreeMap<String, Vec<String>>,
    /// Characters of one answer and of one message that are looked at.
    pub answer_length: usize,
    pub message_length: usize,
    pub orders_offered: usize,
}

impl Default for PolicyConfig {
    fn default() -> Self {
        Self {
            human_confidence: 0.45,
            action_confidence: 0.45,
            talk_confidence: 0.45,
            topic_confidence: 0.35,
            interrupt_confidence: 0.55,
            end_confidence: 0.8,
            angry_score: 0.75,
            annoyed_turns: 2,
            strained: 0.38,
            article_floor: None,
            shop_confidence: 0.15,
            article_floor_agreed: None,
            choice_floor: None,
            choice_floor_unknown: None,
            choices: 3,
            not_understood_turns: 2,
            bad_answers: 3,
            vip_tiers: vec!["vip".into(), "black".into()],
            vip_failures: 2,
            topics: BTreeMap::new(),
            answer_length: 420,
            message_length: 1000,
            orders_offered: 5,
        }
    }
}

impl PolicyConfig {
    pub fn parse(yaml: &str) -> Result<Self, PolicyError> {
        let config: Self = serde_yaml_ng::from_str(yaml)?;
        config.checked()
    }

    fn checked(self) -> Result<Self, PolicyError> {
        let shares = [
            ("human_confidence", self.human_confidence),
            ("action_confidence", self.action_confidence),
            ("talk_confidence", self.talk_confidence),
            ("topic_confidence", self.topic_confidence),
            ("interrupt_confidence", self.interrupt_confidence),
            ("end_confidence", self.end_confidence),
            ("angry_score", self.angry_score),
            ("strained", self.strained),
            ("shop_confidence", self.shop_confidence),
            ("article_floor", self.article_floor.unwrap_or_default()),
            ("article_floor_agreed", self.article_floor_agreed.unwrap_or_default()),
            ("choice_floor", self.choice_floor.unwrap_or_default()),
            ("choice_floor_unknown", self.choice_floor_unknown.unwrap_or_default()),
        ];
        for (name, value) in shares {
            if !(0.0..=1.0).contains(&value) {
                return Err(PolicyError::Value { name, value: value.to_string() });
            }
        }
        let counts = [
            ("annoyed_turns", usize::from(self.annoyed_turns)),
            ("choices", self.choices),
            ("not_understood_turns", usize::from(self.not_understood_turns)),
            ("bad_answers", usize::from(self.bad_answers)),
            ("vip_failures", usize::from(self.vip_failures)),
            ("answer_length", self.answer_length),
            ("message_length", self.message_length),
            ("orders_offered", self.orders_offered),
        ];
        for (name, value) in counts {
            if value == 0 {
                return Err(PolicyError::Value { name, value: value.to_string() });
            }
        }
        Ok(self)
    }

    /// Passage score from which an article is worth offering as a choice.
    pub(crate) fn choice_floor(&self, thresholds: Thresholds) -> f32 {
        self.choice_floor.unwrap_or(thresholds.floor / 2.0)
    }

    /// Do intent and article agree on what the question is about?
    pub(crate) fn agree(&self, intent: &str, confidence: f32, category: &str) -> bool {
        confidence >= self.topic_confidence && self.topics.get(intent).is_some_and(|c| c.iter().any(|c| c == category))
    }

    pub(crate) fn is_vip(&self, tier: Option<&str>) -> bool {
        tier.is_some_and(|t| self.vip_tiers.iter().any(|v| v.eq_ignore_ascii_case(t)))
    }
}

#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    #[error("policy: {0}")]
    Yaml(#[from] serde_yaml_ng::Error),
    #[error("policy: `{name}` cannot be {value}")]
    Value { name: &'static str, value: String },
}

/// What a business question is answered from.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Evidence {
    pub graph: bool,
    /// The graph answer is about something that this message itself names.
    pub graph_named: bool,
    /// Score of the best passage, 0 without any.
    pub best: f32,
    /// Score of the best passage of a category that the intent agrees with.
    pub agreed: f32,
}

pub(crate) struct Situation<'a> {
    pub config: &'a PolicyConfig,
    pub thresholds: Thresholds,
    pub input: &'a Input,
    pub sentiment: Sentiment,
    pub tier: Option<&'a str>,
    /// A dialog waits for an answer.
    pub dialog: bool,
    /// It does so with free text that a human will read (a complaint, a message): moods are expected there.
    pub dictating: bool,
    /// The open dialog has seen this input and it was no answer.
    pub declined: bool,
    /// Intent of the open dialog.
    pub dialog_intent: Option<&'a str>,
    /// The strain over the last turns is more than the bot should try.
    pub strained: bool,
    /// What the open dialog is about is said to be not wanted.
    pub rejects_dialog: bool,
    /// Annoyed turns in a row before this one; turns not understood in a row.
    pub annoyed: u8,
    pub not_understood: u8,
    pub evidence: Evidence,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Move {
    Escalate(Reason),
    /// Let the open dialog have the input.
    Resume,
    /// Drop the open dialog.
    Stop,
    /// Start the dialog of this intent.
    Begin(String),
    /// A response by name: greeting, thanks, …
    Talk(&'static str),
    Goodbye,
    /// Neither Chinese nor English: say what is spoken here.
    Languages,
    /// Show this article (a pressed choice).
    Show(String),
    FromGraph,
    /// From the best article, or from the best one that the intent agrees with.
    FromArticle {
        agreed: bool,
    },
    /// Nothing fits well, some things fit a little: ask which.
    Choices,
    /// The open dialog's question got an answer that is none.
    BadAnswer,
    DontKnow,
}

type Rule = (&'static str, fn(&Situation<'_>) -> Option<Move>);

/// In this order; the first that answers decides.
const RULES: &[Rule] = &[
    ("asks_for_human", asks_for_human),
    ("vip", vip),
    ("angry", angry),
    ("annoyed_again", annoyed_again),
    ("asked_again", asked_again),
    ("not_wanted", not_wanted),
    ("running_dialog", running_dialog),
    ("stop", stop),
    ("chosen_article", chosen_article),
    ("foreign", foreign),
    ("action", action),
    ("complaint", complaint),
    ("graph", graph),
    ("goodbye", goodbye),
    ("small_talk", small_talk),
    ("article", article),
    ("no_words", no_words),
    ("bad_answer", bad_answer),
    ("not_understood_again", not_understood_again),
    ("choices", choices),
    ("unknown", unknown),
];

pub(crate) fn decide(s: &Situation<'_>) -> (&'static str, Move) {
    RULES.iter().find_map(|(name, rule)| rule(s).map(|m| (*name, m))).unwrap_or(("unknown", Move::DontKnow))
}

pub(crate) const ACTIONS: &[&str] = &[
    "order_status",
    "track_parcel",
    "change_address",
    "cancel_order",
    "request_return",
    "request_refund",
    "request_exchange",
];

const TALK: &[(&str, &str)] = &[
    ("greet", "greet"),
    ("thanks", "thanks"),
    ("small_talk", "small_talk"),
    ("ask_capabilities", "capabilities"),
    ("affirm", "nothing_to_confirm"),
    ("deny", "nothing_to_deny"),
    ("stop", "nothing_to_stop"),
];

/// Questions about the shop and its products; their names all begin alike.
pub(crate) fn is_question_intent(intent: &str) -> bool {
    intent.starts_with("ask_") && intent != "ask_capabilities"
}

pub(crate) fn is_talk(intent: &str) -> bool {
    intent == "goodbye" || TALK.iter().any(|(name, _)| *name == intent)
}

fn asks_for_human(s: &Situation<'_>) -> Option<Move> {
    // "Yes, phone is …" sounds a little like "call me": a dialog hears what it may have asked for.
    let value = s.input.entity(EntityKind::Phone).or(s.input.entity(EntityKind::Address)).is_some();
    if s.dialog && !s.declined && value && !s.input.is("talk_to_human", s.config.end_confidence) {
        return None;
    }
    ((s.declined || !s.dictating) && s.input.is("talk_to_human", s.config.human_confidence))
        .then_some(Move::Escalate(Reason::Asked))
}

fn angry(s: &Situation<'_>) -> Option<Move> {
    let furious = s.sentiment.mood == Mood::Angry && s.sentiment.score >= s.config.angry_score;
    (furious && !s.dictating).then_some(Move::Escalate(Reason::Angry))
}

fn annoyed_again(s: &Situation<'_>) -> Option<Move> {
    let now = s.sentiment.mood >= Mood::Annoyed;
    // "Too slow" may be the very answer that a dialog asked for.
    let answer = s.dialog && !s.declined;
    let again = s.annoyed + 1 >= s.config.annoyed_turns || s.strained;
    (now && !answer && again && !s.dictating).then_some(Move::Escalate(Reason::Angry))
}

/// The same question for the third time, politely: the answers do not help.
fn asked_again(s: &Situation<'_>) -> Option<Move> {
    let answer = s.dialog && !s.declined;
    (s.strained && !answer && !s.dictating).then_some(Move::Escalate(Reason::NotUnderstood))
}

/// "I don't want a refund", and nothing else.
fn not_wanted(s: &Situation<'_>) -> Option<Move> {
    if s.input.rejected.is_empty() || s.input.intent != FALLBACK || s.input.payload.is_some() || s.dictating {
        return None;
    }
    match s.dialog {
        true => s.rejects_dialog.then_some(Move::Stop),
        false => (!declines(&s.input.text)).then_some(Move::Talk("not_wanted")),
    }
}

fn vip(s: &Situation<'_>) -> Option<Move> {
    let complains = s.input.is("complaint", s.config.action_confidence);
    // "Poor quality" may be the very answer that a dialog asked for.
    let answer = s.dialog && !s.declined;
    (s.config.is_vip(s.tier) && complains && !answer && !s.dictating).then_some(Move::Escalate(Reason::Vip))
}

fn running_dialog(s: &Situation<'_>) -> Option<Move> {
    (s.dialog && !s.declined).then_some(Move::Resume)
}

fn stop(s: &Situation<'_>) -> Option<Move> {
    // "Please do not cancel it" is no wish to cancel.
    if !s.dialog && s.input.payload.is_none() && declines(&s.input.text) {
        return Some(Move::Talk("nothing_to_stop"));
    }
    (s.dialog && (s.input.is("stop", s.config.end_confidence) || is_stop(&s.input.text))).then_some(Move::Stop)
}

fn chosen_article(s: &Situation<'_>) -> Option<Move> {
    s.input.slot("article").filter(|_| s.input.intent == "article").map(|slug| Move::Show(slug.to_owned()))
}

fn foreign(s: &Situation<'_>) -> Option<Move> {
    if !s.input.foreign || s.dialog {
        return None;
    }
    not_understood_again(s).or(Some(Move::Languages))
}

fn action(s: &Situation<'_>) -> Option<Move> {
    let floor = if s.dialog { s.config.interrupt_confidence } else { s.config.action_confidence };
    let wanted = ACTIONS.iter().find(|a| s.input.is(a, floor))?;
    (s.dialog_intent != Some(wanted)).then(|| Move::Begin((*wanted).to_owned()))
}

fn complaint(s: &Situation<'_>) -> Option<Move> {
    let floor = if s.dialog { s.config.interrupt_confidence } else { s.config.action_confidence };
    (s.input.is("complaint", floor) && s.dialog_intent != Some("complaint"))
        .then(|| Move::Begin("complaint".to_owned()))
}

fn graph(s: &Situation<'_>) -> Option<Move> {
    let sure = is_question_intent(&s.input.intent) && s.input.confidence >= s.config.topic_confidence;
    (s.evidence.graph && (sure || s.evidence.graph_named)).then_some(Move::FromGraph)
}

fn goodbye(s: &Situation<'_>) -> Option<Move> {
    s.input.is("goodbye", s.config.end_confidence).then_some(Move::Goodbye)
}

/// Chat is answered as chat unless an article is clearly about it ("do you ship on holidays, by the way").
fn small_talk(s: &Situation<'_>) -> Option<Move> {
    let (intent, key) = TALK.iter().find(|(name, _)| s.input.is(name, s.config.talk_confidence))?;
    let answer_to_question = s.dialog && matches!(*intent, "affirm" | "deny");
    (!answer_to_question).then_some(Move::Talk(key))
}

fn article(s: &Situation<'_>) -> Option<Move> {
    let sure = about_the_shop(s) && s.evidence.best >= article_floor(s);
    let agreed = s.evidence.agreed >= s.config.article_floor_agreed.unwrap_or(s.thresholds.floor);
    // Inside a dialog, a doubtful hit is more likely a clumsy answer than a question.
    let asked = !s.dialog || s.input.question || (agreed && s.input.confidence >= s.config.interrupt_confidence);
    if !(asked && s.input.words) {
        return None;
    }
    if sure { Some(Move::FromArticle { agreed: false }) } else { agreed.then_some(Move::FromArticle { agreed: true }) }
}

fn no_words(s: &Situation<'_>) -> Option<Move> {
    (!s.input.words && !s.dialog).then_some(Move::Talk("no_words"))
}

fn bad_answer(s: &Situation<'_>) -> Option<Move> {
    s.dialog.then_some(Move::BadAnswer)
}

fn not_understood_again(s: &Situation<'_>) -> Option<Move> {
    (s.not_understood + 1 >= s.config.not_understood_turns).then_some(Move::Escalate(Reason::NotUnderstood))
}

fn choices(s: &Situation<'_>) -> Option<Move> {
    let wants_thing = THINGS.iter().any(|i| s.input.is(i, s.config.topic_confidence));
    let vague = about_the_shop(s) && !wants_thing;
    let floor = match s.input.intent.as_str() {
        _ if !vague => article_floor(s),
        // No intent of ours: the articles alone must say that it is about the shop.
        FALLBACK => {
            let floor = s.config.choice_floor_unknown.unwrap_or(s.thresholds.floor);
            s.config.choice_floor(s.thresholds).max(floor)
        }
        _ => s.config.choice_floor(s.thresholds),
    };
    (s.evidence.best >= floor).then_some(Move::Choices)
}

/// Whoever asks for a thing that the graph does not know is not helped by articles on other subjects.
const THINGS: &[&str] = &["ask_stock", "ask_price", "ask_recommend"];

/// Far from every intent: what is found for it shares words with it, hardly a subject.
fn about_the_shop(s: &Situation<'_>) -> bool {
    s.input.intent != FALLBACK || s.input.confidence >= s.config.shop_confidence
}

fn article_floor(s: &Situation<'_>) -> f32 {
    s.config.article_floor.unwrap_or(s.thresholds.sure)
}

fn unknown(_: &Situation<'_>) -> Option<Move> {
    Some(Move::DontKnow)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::hear::testing::input;

    fn situation<'a>(config: &'a PolicyConfig, input: &'a Input) -> Situation<'a> {
        Situation {
            config,
            thresholds: Thresholds { floor: 0.4, sure: 0.7 },
            input,
            sentiment: Sentiment { mood: Mood::Calm, score: 0.1 },
            tier: None,
            dialog: false,
            dictating: false,
            declined: false,
            dialog_intent: None,
            strained: false,
            rejects_dialog: false,
            annoyed: 0,
            not_understood: 0,
            evidence: Evidence::default(),
        }
    }

    #[test]
    fn a_wish_for_a_human_comes_before_everything() {
        let (config, input) = (PolicyConfig::default(), input("转人工", "talk_to_human", 0.9));
        let s = Situation {
            dialog: true,
            sentiment: Sentiment { mood: Mood::Angry, score: 0.99 },
            ..situation(&config, &input)
        };
        assert_eq!(decide(&s), ("asks_for_human", Move::Escalate(Reason::Asked)));
    }

    #[test]
    fn anger_is_expected_in_a_complaint() {
        let (config, input) = (PolicyConfig::default(), input("太过分了", "nlu_fallback", 0.2));
        let angry = Situation {
            sentiment: Sentiment { mood: Mood::Angry, score: 0.99 },
            dialog: true,
            ..situation(&config, &input)
        };
        assert_eq!(decide(&angry).1, Move::Escalate(Reason::Angry));
        assert_eq!(decide(&Situation { dictating: true, ..angry }).1, Move::Resume);
    }

    #[test]
    fn articles_answer_by_score_and_by_agreement() {
        let config = PolicyConfig::default();
        let (question, unsure) = (input("怎么开发票", "ask_invoice", 0.9), input("发票那个", "nlu_fallback", 0.2));
        let with = |input, best, agreed| {
            decide(&Situation {
                evidence: Evidence { best, agreed, ..Evidence::default() },
                ..situation(&config, input)
            })
            .1
        };
        assert_eq!(with(&question, 0.5, 0.5), Move::FromArticle { agreed: true });
        assert_eq!(with(&question, 0.5, 0.0), Move::Choices);
        assert_eq!(with(&unsure, 0.5, 0.0), Move::Choices);
        assert_eq!(with(&unsure, 0.8, 0.0), Move::FromArticle { agreed: false });
        assert_eq!(with(&unsure, 0.1, 0.0), Move::DontKnow);
    }

    #[test]
    fn the_second_time_unknown_goes_to_a_human() {
        let (config, input) = (PolicyConfig::default(), input("嗯哼", "nlu_fallback", 0.1));
        let s = Situation { not_understood: 1, ..situation(&config, &input) };
        assert_eq!(decide(&s).1, Move::Escalate(Reason::NotUnderstood));
    }

    #[test]
    fn important_customers_complain_to_a_human() {
        let (config, input) = (PolicyConfig::default(), input("我要投诉", "complaint", 0.9));
        assert_eq!(decide(&situation(&config, &input)).1, Move::Begin("complaint".into()));
        let s = Situation { tier: Some("Black"), ..situation(&config, &input) };
        assert_eq!(decide(&s).1, Move::Escalate(Reason::Vip));
    }

    #[test]
    fn wrong_thresholds_are_named() {
        assert!(PolicyConfig::parse("angry_score: 7\n").unwrap_err().to_string().contains("angry_score"));
        assert!(PolicyConfig::parse("bad_answers: 0\n").is_err() && PolicyConfig::parse("nonsense: 1\n").is_err());
        assert_eq!(PolicyConfig::parse("{}").unwrap(), PolicyConfig::default());
    }
}
