//! Mood over the last turns: a running estimate, because one calm message between two cross ones calms nobody.
//!
//! Asking the same again and getting no answer count as well: who repeats a question is not served, however politely.

use serde::{Deserialize, Serialize};

use crate::text::is_han;
use crate::understanding::{Mood, Sentiment};

/// Levels are percent: 0 content, 100 furious. Whole numbers, so that what is stored is what was computed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MoodCourse {
    pub level: u8,
    /// The level after each of the last turns, oldest first.
    pub curve: Vec<u8>,
    /// How often in a row the same was asked again.
    pub repeats: u8,
    /// The last message itself added to the strain.
    pub rising: bool,
}

const TURNS: usize = 12;
/// Anger rises faster than it wears off.
const RISE: f32 = 0.6;
const FALL: f32 = 0.35;
const JOY: f32 = 0.8;
const REPEATED: f32 = 0.28;
const UNANSWERED: f32 = 0.12;
/// From here on the customer was not at ease before.
const UNEASY: u8 = 10;

impl MoodCourse {
    /// `repeated`: the same was said before; `unanswered`: the turn before this one got no answer.
    pub fn hear(&mut self, sentiment: Sentiment, repeated: bool, unanswered: bool) {
        self.repeats = if repeated { self.repeats.saturating_add(1) } else { 0 };
        let signs = REPEATED * f32::from(self.repeats.min(4)) + if unanswered { UNANSWERED } else { 0.0 };
        let target = match sentiment.mood {
            Mood::Happy => 0.0,
            _ => (sentiment.score + signs).min(1.0),
        };
        let level = f32::from(self.level) / 100.0;
        let before = self.level;
        let pace = match sentiment.mood {
            Mood::Happy => JOY,
            _ if target > level => RISE,
            _ => FALL,
        };
        // A single outburst is not averaged away.
        let next = match sentiment.mood {
            Mood::Angry => target.max(level),
            _ => level + pace * (target - level),
        };
        self.level = (next * 100.0).round().clamp(0.0, 100.0) as u8;
        self.curve.push(self.level);
        let old = self.curve.len().saturating_sub(TURNS);
        self.curve.drain(..old);
        // One cross message, or one question asked again, is no course yet.
        self.rising = before >= UNEASY && sentiment.mood >= Mood::Annoyed || self.repeats > 1;
    }

    /// More than the bot should try: the level is reached, and not only left over from before.
    pub fn strained(&self, level: f32) -> bool {
        self.rising && f32::from(self.level) >= level * 100.0
    }
}

/// Does the text say again what one of the texts `before` said?
pub fn repeats<'a>(text: &str, before: impl IntoIterator<Item = &'a str>) -> bool {
    let now = terms(text);
    // "是的", "ok" and numbers are said again without harm.
    if now.iter().map(|t| t.chars().map(|c| if is_han(c) { 2 } else { 1 }).sum::<usize>()).sum::<usize>() < 5 {
        return false;
    }
    before.into_iter().any(|earlier| {
        let then = terms(earlier);
        let common = now.iter().filter(|t| then.contains(t)).count();
        2 * common * 100 >= 55 * (now.len() + then.len())
    })
}

const EMPTY: &[&str] = &[
    "i", "it", "its", "is", "isnt", "my", "the", "a", "an", "can", "could", "do", "does", "you", "your", "to", "of",
    "and", "or", "me", "please", "be", "are", "was", "for", "in", "on", "at", "this", "that", "will", "would", "have",
    "has", "ok", "yes", "no", "not", "but", "so", "asked", "said", "ask", "say",
];

/// Pairs of Chinese characters and English words that carry meaning, each once.
fn terms(text: &str) -> Vec<String> {
    let lower: String = text.to_lowercase().chars().filter(|c| !matches!(c, '\'' | '’')).collect();
    let mut terms = Vec::new();
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        if word.chars().any(is_han) {
            let letters: Vec<char> = word.chars().collect();
            terms.extend(letters.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else if !EMPTY.contains(&word) && !word.chars().all(|c| c.is_ascii_digit()) {
            terms.push(word.to_owned());
        }
    }
    terms.sort();
    terms.dedup();
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALM: Sentiment = Sentiment { mood: Mood::Calm, score: 0.1 };
    const CROSS: Sentiment = Sentiment { mood: Mood::Annoyed, score: 0.5 };

    fn after(turns: &[(Sentiment, bool, bool)]) -> MoodCourse {
        let mut course = MoodCourse::default();
        turns.iter().for_each(|(s, r, u)| course.hear(*s, *r, *u));
        course
    }

    #[test]
    fn strain_gathers_and_wears_off() {
        let once = after(&[(CROSS, false, false)]);
        assert!(!once.strained(0.38));
        assert!(after(&[(CROSS, false, false), (CROSS, false, false)]).strained(0.38));
        assert!(after(&[(CROSS, false, false), (CALM, false, false), (CROSS, false, false)]).strained(0.38));
        assert!(!after(&[(CALM, false, false); 20]).strained(0.38));
        let joy = Sentiment { mood: Mood::Happy, score: 0.0 };
        assert!(after(&[(CROSS, false, false), (joy, false, false)]).level < once.level / 3);
        let long = after(&[(CROSS, true, true); 40]);
        assert!(long.curve.len() == TURNS && long.level <= 100 && long.strained(0.38));
        assert!(!after(&[(CROSS, false, false), (CROSS, false, false), (CALM, false, false)]).strained(0.1));
    }

    #[test]
    fn the_same_again_is_found_in_both_languages() {
        for (text, before) in [
            ("快递到底到哪了？？", "我的快递到哪了"),
            ("I asked where my parcel is", "where is my parcel"),
            ("WHEN WILL I BE REFUNDED!!!", "when will I be refunded"),
        ] {
            assert!(repeats(text, [before]), "{text}");
        }
        for (text, before) in [
            ("can I exchange it", "can I return it"),
            ("有没有白色", "有没有大一号的"),
            ("是的", "是的"),
            ("ok", "ok"),
            ("13800138000", "13800138000"),
            ("", ""),
        ] {
            assert!(!repeats(text, [before]), "{text}");
        }
    }
}
