//! How Chinese is read out: names typed in pinyin (chuifengji, cfj) and with characters of the same sound (吹疯机).

use std::collections::HashMap;

use pinyin::{ToPinyin, ToPinyinMulti};

use crate::words;

/// Characters with several readings multiply; no name needs more than these.
const MOST_READINGS: usize = 8;
/// Shorter runs of letters are words of other languages too often.
const SHORTEST_PINYIN: usize = 5;
const SHORTEST_INITIALS: usize = 3;
/// Abbreviations that customers write for themselves.
const ABBREVIATIONS: &[&str] = &[
    "app", "asap", "bbs", "brb", "btw", "cny", "dhl", "dm", "ems", "faq", "fyi", "gbp", "gps", "hkd", "html", "jpg",
    "kfc", "lcd", "led", "lol", "nfc", "pdf", "pls", "png", "qq", "rmb", "sms", "sos", "ssd", "tks", "thx", "tmr",
    "ups", "usb", "usd", "wtf", "www", "xml", "xxl", "zzz",
];

/// The readings of a text without tones, each as the syllables of its Chinese characters; at most eight. Anything else
/// than Chinese has none.
pub fn readings(text: &str) -> Vec<Vec<&'static str>> {
    let mut all: Vec<Vec<&'static str>> = vec![Vec::new()];
    for c in text.chars() {
        let syllables = syllables(c);
        let Some(first) = syllables.first() else { return Vec::new() };
        let more = syllables.len() > 1 && all.len() * syllables.len() <= MOST_READINGS;
        let choices = if more { &syllables[..] } else { std::slice::from_ref(first) };
        all = choices
            .iter()
            .flat_map(|syllable| all.iter().map(move |known| known.iter().copied().chain([*syllable]).collect()))
            .collect();
    }
    all.retain(|reading| !reading.is_empty());
    all
}

/// The usual reading first.
fn syllables(c: char) -> Vec<&'static str> {
    let mut all: Vec<&'static str> = c.to_pinyin().map(|p| p.plain()).into_iter().collect();
    for other in c.to_pinyin_multi().into_iter().flatten() {
        if !all.contains(&other.plain()) {
            all.push(other.plain());
        }
    }
    all
}

/// A name as it is typed without Chinese characters: all of it in pinyin, and its initials.
pub(crate) struct Typed {
    pub whole: Vec<String>,
    pub initials: Vec<String>,
}

pub(crate) fn typed(name: &str) -> Typed {
    let mut typed = Typed { whole: Vec::new(), initials: Vec::new() };
    let han = name.chars().filter(|c| is_han(*c)).count();
    if han < 2 {
        return typed;
    }
    // Each character with what it may become; Latin letters and digits stay.
    let mut whole: Vec<String> = vec![String::new()];
    let mut initials: Vec<String> = vec![String::new()];
    for c in name.chars() {
        let syllables = if is_han(c) { syllables(c) } else { Vec::new() };
        let choices: Vec<String> = match syllables.len() {
            0 if c.is_ascii_alphanumeric() => vec![c.to_ascii_lowercase().to_string()],
            0 => continue,
            n if whole.len() * n <= MOST_READINGS => syllables.iter().map(|s| s.replace('ü', "v")).collect(),
            _ => syllables.iter().take(1).map(|s| s.replace('ü', "v")).collect(),
        };
        let join = |known: Vec<String>, part: &dyn Fn(&str) -> String| -> Vec<String> {
            let mut all: Vec<String> =
                choices.iter().flat_map(|c| known.iter().map(|k| k.clone() + &part(c)).collect::<Vec<_>>()).collect();
            all.sort();
            all.dedup();
            all
        };
        whole = join(whole, &str::to_owned);
        initials = join(initials, &|c| c.chars().next().map(String::from).unwrap_or_default());
    }
    whole.retain(|w| w.len() >= SHORTEST_PINYIN && !words::is_common(w));
    let digits = name.chars().any(|c| c.is_ascii_digit());
    if han >= 3 || digits {
        initials.retain(|w| {
            let letters = w.chars().filter(char::is_ascii_alphabetic).count();
            letters >= SHORTEST_INITIALS && !ABBREVIATIONS.contains(&w.as_str()) && !words::is_common(w)
        });
        typed.initials = initials;
    }
    typed.whole = whole;
    typed
}

pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}

/// Names by their sound. What is often confused sounds the same: zh and z, in and ing, n and l.
#[derive(Default)]
pub(crate) struct Sounds {
    /// A syllable or another character → its number.
    tokens: HashMap<String, u32>,
    names: HashMap<Vec<u32>, Vec<Sounding>>,
    lengths: Vec<usize>,
}

struct Sounding {
    letters: Vec<char>,
    pattern: usize,
}

/// With two characters almost any word has a homophone.
const SHORTEST_SOUND: usize = 3;
const LONGEST_SOUND: usize = 16;
/// What stands behind a noun.
pub(crate) const FOLLOWS: &str =
    "的有坏多怎吗呢吧了是不能在还和与跟要买退换发到没可会又也都就什哪几价漏保用太好声质颜尺噪续重防降功容刷屏充材";

impl Sounds {
    /// `letters` is a normalised name.
    pub fn add(&mut self, letters: &[char], pattern: usize) {
        let han = letters.iter().filter(|c| is_han(**c)).count();
        if han < 2 || !(SHORTEST_SOUND..=LONGEST_SOUND).contains(&letters.len()) {
            return;
        }
        let mut keys: Vec<Vec<u32>> = vec![Vec::new()];
        for c in letters {
            let choices: Vec<u32> = all_sounds(*c).into_iter().map(|s| self.token(s)).collect();
            let more = keys.len() * choices.len() <= MOST_READINGS;
            let choices = if more { &choices[..] } else { &choices[..1] };
            keys = choices
                .iter()
                .flat_map(|token| keys.iter().map(move |key| key.iter().copied().chain([*token]).collect()))
                .collect();
        }
        for key in keys {
            self.names.entry(key).or_default().push(Sounding { letters: letters.to_vec(), pattern });
        }
        if !self.lengths.contains(&letters.len()) {
            self.lengths.push(letters.len());
            self.lengths.sort_unstable();
        }
    }

    fn token(&mut self, sound: String) -> u32 {
        let next = self.tokens.len() as u32 + 1;
        *self.tokens.entry(sound).or_insert(next)
    }

    /// Names that sound like a part of the text without being written so: the letters, and the name's pattern.
    pub fn find(&self, text: &[char]) -> Vec<(std::ops::Range<usize>, usize)> {
        let tokens: Vec<u32> = text.iter().map(|c| self.tokens.get(&sound(*c)).copied().unwrap_or_default()).collect();
        let mut found = Vec::new();
        for start in 0..tokens.len() {
            for length in self.lengths.iter().take_while(|l| start + **l <= tokens.len()) {
                let range = start..start + length;
                let Some(names) = self.names.get(&tokens[range.clone()]) else { continue };
                for name in names {
                    let pairs = || name.letters.iter().zip(&text[range.clone()]);
                    let same = pairs().filter(|(a, b)| a == b).count();
                    let others_are_han = pairs().all(|(a, b)| a == b || is_han(*a) && is_han(*b));
                    // In 保温背心 there is no 保温杯: behind another last character the word must be over.
                    let over = name.letters.last() == text.get(range.end - 1)
                        || text.get(range.end).is_none_or(|c| !is_han(*c) || FOLLOWS.contains(*c));
                    if over && same < *length && same >= length.div_ceil(2) && others_are_han {
                        found.push((range.clone(), name.pattern));
                    }
                }
            }
        }
        found
    }
}

fn sound(c: char) -> String {
    match c.to_pinyin() {
        Some(pinyin) if is_han(c) => blurred(pinyin.plain()),
        _ => c.to_string(),
    }
}

fn all_sounds(c: char) -> Vec<String> {
    if !is_han(c) {
        return vec![c.to_string()];
    }
    let mut all: Vec<String> = syllables(c).into_iter().map(blurred).collect();
    if all.is_empty() {
        all.push(c.to_string());
    }
    all.dedup();
    all
}

fn blurred(syllable: &str) -> String {
    let mut text = syllable.replace('ü', "v");
    for (from, to) in [("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n")] {
        if let Some(rest) = text.strip_prefix(from) {
            text = format!("{to}{rest}");
        }
    }
    for (from, to) in [("ang", "an"), ("eng", "en"), ("ing", "in")] {
        if let Some(rest) = text.strip_suffix(from) {
            text = format!("{rest}{to}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_typed_in_pinyin() {
        let typed = typed("吹风机");
        assert!(typed.whole.contains(&"chuifengji".to_owned()) && typed.initials.contains(&"cfj".to_owned()));
        assert!(super::typed("M2 耳机").whole.contains(&"m2erji".to_owned()));
        // 乐 is read le and yue.
        assert!(super::typed("乐福鞋").whole.contains(&"lefuxie".to_owned()));
        assert!(super::typed("Pad").whole.is_empty());
    }

    #[test]
    fn readings_are_bounded() {
        assert!(readings("南京").contains(&vec!["nan", "jing"]));
        assert!(readings("重庆").contains(&vec!["chong", "qing"]));
        assert!(readings(&"重".repeat(40)).len() <= MOST_READINGS);
        assert!(readings("abc").is_empty() && readings("").is_empty());
    }

    #[test]
    fn what_sounds_alike_is_found() {
        let mut sounds = Sounds::default();
        sounds.add(&"吹风机".chars().collect::<Vec<_>>(), 7);
        let find = |text: &str| sounds.find(&text.chars().collect::<Vec<_>>());
        assert_eq!(find("我的吹疯机坏了"), [(2..5, 7)]);
        assert_eq!(find("我的吹风机坏了"), []);
        assert_eq!(find("炊疯鸡"), []);
    }
}
