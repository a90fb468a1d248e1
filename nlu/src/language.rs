//! Chinese or English, or `None` where the text does not tell.

use std::sync::LazyLock;

use kg::Language;
use lingua::{LanguageDetector, LanguageDetectorBuilder};
use regex::Regex;

use crate::text::{Folded, head_chars, is_han, pattern, without_markup};

/// More of a text does not change the answer.
const MAX_CHARS: usize = 600;

/// Says nothing about the language: numbers of orders, addresses of pages and mails.
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)https?://[^\s\p{Han}]+|www\.[^\s\p{Han}]+|[^\s\p{Han}]+@[^\s\p{Han}]+\.[a-z0-9]+|\bk\s?f[\s\d-]{6,}|\b[a-z]*\d[a-z0-9-]*\b",
    )
});
static DETECTOR: LazyLock<LanguageDetector> = LazyLock::new(|| {
    LanguageDetectorBuilder::from_languages(&[lingua::Language::Chinese, lingua::Language::English]).build()
});

/// Understood in every language.
const ANYWHERE: &[&str] =
    &["ok", "okay", "hi", "hello", "bye", "vip", "app", "sku", "lol", "emm", "emmm", "hhh", "qq", "wifi"];

/// Words that English sentences are built with; names of brands and products seldom hold them.
const GRAMMAR_EN: &[&str] = &[
    "the", "an", "is", "are", "was", "am", "be", "do", "does", "did", "has", "have", "can", "could", "will", "would",
    "should", "what", "where", "when", "which", "who", "why", "how", "my", "your", "you", "we", "me", "it", "this",
    "that", "these", "to", "of", "in", "on", "for", "with", "from", "and", "or", "not", "please", "want", "need",
    "about", "there", "i'm", "what's", "where's", "don't", "it's", "i've", "any", "much", "many", "if",
];
static GRAMMAR_ZH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "[的了吗呢吧么嘛呀我你您他她请帮给把被怎哪谁啥几不没能会要想是有在这那还就都和跟对]|多少|多久|可以|支持|什么|为啥|一下",
    )
});

pub fn detect(text: &str) -> Option<Language> {
    let text = Folded::new(without_markup(head_chars(text, MAX_CHARS)).as_ref()).text;
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
        (han, _) => Some(mixed(&text, han, &words)),
    }
}

/// Names stay Latin in Chinese ("支持Apple Pay吗") and Chinese in English ("where is my 订单"): the language is the
/// one that the sentence is built with.
fn mixed(text: &str, han: usize, words: &[&str]) -> Language {
    let built_in_english = words.iter().filter(|w| GRAMMAR_EN.contains(&w.to_ascii_lowercase().as_str())).count();
    let built_in_chinese = GRAMMAR_ZH.is_match(text);
    // A Chinese word is one to two characters; what is clearly more decides.
    if built_in_english == 0 || han >= 2 * words.len() {
        return Language::Zh;
    }
    if built_in_chinese {
        return if words.len() > 2 * han && built_in_english > 1 { Language::En } else { Language::Zh };
    }
    if built_in_english > 1 || 2 * han <= words.len() {
        return Language::En;
    }
    match DETECTOR.detect_language_of(text) {
        Some(lingua::Language::English) => Language::En,
        _ => Language::Zh,
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
            ("支持Apple Pay吗", Some(Language::Zh)),
            ("iPhone 17 Pro Max 多少钱", Some(Language::Zh)),
            ("Skiff Pro Max Ultra Air 呢", Some(Language::Zh)),
            ("Visa Mastercard American Express 支持", Some(Language::Zh)),
            ("Do you have 耳机 in stock", Some(Language::En)),
            ("how much is shipping to 新疆", Some(Language::En)),
            ("<b>转人工</b>", Some(Language::Zh)),
            ("<img src=x> 转人工", Some(Language::Zh)),
            ("&lt;b&gt;&nbsp;好", Some(Language::Zh)),
            ("<img src=x>", None),
            ("看看https://example.com/item/why/is/it这个", Some(Language::Zh)),
            ("https://example.com/a转人工", Some(Language::Zh)),
            ("？？？", None),
            ("😀🎉", None),
        ] {
            assert_eq!(detect(text), language, "{text}");
        }
    }
}
