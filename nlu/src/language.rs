//! Chinese or English, or `None` where the text does not tell.

use std::sync::LazyLock;

use kg::Language;
use lingua::{LanguageDetector, LanguageDetectorBuilder};
use regex::Regex;

use crate::text::{Folded, head_chars, is_han, pattern};

/// More of a text does not change the answer.
const MAX_CHARS: usize = 600;

/// Says nothing about the language: numbers of orders, addresses of pages and mails.
static CODE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)https?://\S+|www\.\S+|\S+@\S+\.\w+|\bk\s?f[\s\d-]{6,}|\b[a-z]*\d[a-z0-9-]*\b"));
static DETECTOR: LazyLock<LanguageDetector> = LazyLock::new(|| {
    LanguageDetectorBuilder::from_languages(&[lingua::Language::Chinese, lingua::Language::English]).build()
});

/// Understood in every language.
const ANYWHERE: &[&str] =
    &["ok", "okay", "hi", "hello", "bye", "vip", "app", "sku", "lol", "emm", "emmm", "hhh", "qq", "wifi"];

pub fn detect(text: &str) -> Option<Language> {
    let text = Folded::new(head_chars(text, MAX_CHARS)).text;
    let text = CODE.replace_all(&text, " ");
    let han = text.chars().filter(|c| is_han(*c)).count();
    // Kana and Hangul beside Chinese characters: a language without content here.
    let other = text.chars().filter(|c| c.is_alphabetic() && !is_han(*c) && !is_latin(*c)).count();
    if other > han && other > 2 {
        return None;
    }
    let words: Vec<&str> =
        text.split(|c: char| !(is_latin(c) || c == '\'' || c == '’')).filter(|w| w.chars().count() >= 2).collect();
    match (han, words.len()) {
        (0, 0) => None,
        (0, _) => {
            let telling = words.iter().any(|w| !ANYWHERE.contains(&w.to_ascii_lowercase().as_str()));
            telling.then_some(Language::En)
        }
        (_, 0) => Some(Language::Zh),
        // A Chinese word is one to two characters; what is clearly more decides.
        (han, words) if han >= 2 * words => Some(Language::Zh),
        (han, words) if 2 * han <= words => Some(Language::En),
        _ => match DETECTOR.detect_language_of(text.as_ref()) {
            Some(lingua::Language::English) => Some(Language::En),
            _ => Some(Language::Zh),
        },
    }
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{24f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages() {
        for (text, language) in [
            ("我的订单到哪了", Some(Language::Zh)),
            ("where is my order", Some(Language::En)),
            ("我的order什么时候到", Some(Language::Zh)),
            ("where is my 订单", Some(Language::En)),
            ("Do the M2 耳机 support wireless charging?", Some(Language::En)),
            ("M2耳机支持无线充电吗", Some(Language::Zh)),
            ("請問可以退貨嗎", Some(Language::Zh)),
            ("KF2026110017", None),
            ("KF 2026 1100 17", None),
            ("订单KF2026110017", Some(Language::Zh)),
            ("13800138000", None),
            ("👍👍", None),
            ("", None),
            ("   ", None),
            ("???", None),
            ("ok", None),
            ("M2", None),
            ("thanks", Some(Language::En)),
            ("好", Some(Language::Zh)),
            ("a@b.com", None),
            ("https://example.com/a?b=c", None),
            ("帮我call一下客服", Some(Language::Zh)),
            ("ありがとうございます", None),
            ("yes please", Some(Language::En)),
        ] {
            assert_eq!(detect(text), language, "{text}");
        }
    }
}
