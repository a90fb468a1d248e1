//! Text -> search terms, the same for the index and for what customers type.
//!
//! Latin words and numbers: lower case, width folded, English stemmed. Chinese: every pair of neighbouring
//! characters and every single character. A word dictionary (jieba) was measured against this; the numbers
//! are in the crate's documentation.

use frostem::{Algorithm, Stemmer};

/// What is looked at of a text that a customer sent: people put the question first or last.
const HEAD_CHARS: usize = 2_000;
const TAIL_CHARS: usize = 2_000;

/// Words that say nothing about the topic. Single Chinese characters only; pairs carry enough by themselves.
const STOP_ZH: &str = "的了吗呢啊吧呀哦嘛么哈是在有和与也都就还我你您他她它们这那个请把被给让会能要不";
const STOP_EN: &[&str] = &[
    "a", "an", "the", "is", "are", "was", "were", "be", "been", "am", "do", "does", "did", "i", "me", "my", "you",
    "your", "we", "us", "our", "it", "its", "they", "them", "this", "that", "these", "those", "to", "of", "in", "on",
    "at", "for", "with", "by", "as", "and", "or", "but", "if", "so", "can", "could", "will", "would", "should",
    "shall", "may", "might", "have", "has", "had", "there", "here", "what", "which", "who", "please", "just", "some",
    "any", "s", "t", "m", "re", "ve", "ll", "d",
];

/// Search terms in order, repeats kept.
pub fn terms(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    visit(text, &mut |term| out.push(term.to_owned()));
    out
}

/// The same, without a copy of each.
pub fn visit(text: &str, take: &mut dyn FnMut(&str)) {
    let stemmer = Stemmer::new(Algorithm::English);
    let mut word = String::new();
    let mut pair = String::new();
    let mut before: Option<char> = None;
    for c in text.chars().map(fold) {
        if is_han(c) {
            end_word(&mut word, &stemmer, take);
            if let Some(b) = before {
                pair.clear();
                pair.push(b);
                pair.push(c);
                take(&pair);
            }
            if !STOP_ZH.contains(c) {
                take(c.encode_utf8(&mut [0; 4]));
            }
            before = Some(c);
            continue;
        }
        before = None;
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        } else if !matches!(c, '\'' | '’') {
            end_word(&mut word, &stemmer, take);
        }
    }
    end_word(&mut word, &stemmer, take);
}

fn end_word(word: &mut String, stemmer: &Stemmer, take: &mut dyn FnMut(&str)) {
    // Beyond 40 characters it is a token or a key, not a word that an article holds.
    if !word.is_empty() && word.len() <= 40 && !STOP_EN.contains(&word.as_str()) {
        if word.bytes().all(|b| b.is_ascii_lowercase()) {
            take(&stemmer.stem(word));
        } else {
            take(word);
        }
    }
    word.clear();
}

/// The part of a customer's text that is searched for.
pub fn searchable(text: &str) -> std::borrow::Cow<'_, str> {
    if text.len() <= HEAD_CHARS + TAIL_CHARS {
        return text.into();
    }
    let head: String = text.chars().take(HEAD_CHARS).collect();
    let rest = &text[head.len()..];
    let tail_start = rest.char_indices().rev().nth(TAIL_CHARS - 1).map_or(0, |(i, _)| i);
    format!("{head} {}", &rest[tail_start..]).into()
}

/// Full-width letters, digits and signs ("Ｍ２") become their usual forms.
fn fold(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    }
}

pub fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_english_and_mixed() {
        assert_eq!(terms("怎么退货"), ["怎", "怎么", "么退", "退", "退货", "货"]);
        assert_eq!(terms("Refunds, REFUNDED & refunding?"), ["refund", "refund", "refund"]);
        assert_eq!(terms("Ｍ２耳机 KF2026110017"), ["m2", "耳", "耳机", "机", "kf2026110017"]);
        assert_eq!(terms("I don't know what to do"), ["dont", "know"]);
        assert_eq!(terms("7天无理由"), ["7", "天", "天无", "无", "无理", "理", "理由", "由"]);
    }

    #[test]
    fn nothing_to_search_for() {
        for text in ["", "  ", "的", "?!…—", "😀🎉", "\u{0}\u{1}", "the of and", &"x".repeat(5_000)] {
            assert!(terms(text).is_empty(), "{text:?}");
        }
        // Punctuation and blanks part words and pairs.
        assert_eq!(terms("退 货"), ["退", "货"]);
        assert_eq!(terms("退\u{200b}货"), ["退", "货"]);
    }

    #[test]
    fn a_wall_of_text_is_cut_in_the_middle() {
        let wall = format!("开头{}结尾", "水".repeat(50_000));
        let cut = searchable(&wall);
        assert!(cut.starts_with("开头") && cut.ends_with("结尾"));
        assert!(cut.chars().count() <= HEAD_CHARS + TAIL_CHARS + 1);
        assert_eq!(searchable("短"), "短");
        let bytes = "字".repeat(1_500);
        assert_eq!(terms(&searchable(&bytes)).len(), terms(&bytes).len());
    }
}
