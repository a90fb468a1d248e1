//! English names with a slip of the finger: headphnes, mecanical keyboard, cahrger.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::normal::Normal;
use crate::words;

/// Names shorter than this have too many neighbours among ordinary words.
const SHORTEST: usize = 6;
const LONGEST: usize = 40;
/// From here on two slips are allowed.
const LONG: usize = 9;
const MOST_WORDS: usize = 5;

/// English names, to be found with one or two wrong letters.
#[derive(Default)]
pub(crate) struct Typos {
    /// First letter and length → names.
    names: HashMap<(u8, usize), Vec<Name>>,
    /// Words of the names themselves: where they stand alone they are no slip.
    vocabulary: HashSet<String>,
}

struct Name {
    letters: Vec<u8>,
    /// Which letters it has: two names with other letters need not be compared.
    bag: u64,
    pattern: usize,
}

impl Typos {
    pub fn add(&mut self, name: &str, pattern: usize) {
        let normal = Normal::new(name);
        for word in name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()) {
            let word = word.to_ascii_lowercase();
            if let Some(singular) = word.strip_suffix('s') {
                self.vocabulary.insert(singular.to_owned());
            }
            self.vocabulary.insert(word);
        }
        let letters = normal.text.as_bytes();
        let plain = letters.iter().all(u8::is_ascii_alphanumeric) && letters.iter().any(u8::is_ascii_alphabetic);
        if !plain || !(SHORTEST..=LONGEST).contains(&letters.len()) || words::is_common(&normal.text) {
            return;
        }
        let Some(first) = letters.first() else { return };
        let name = Name { letters: letters.to_vec(), bag: bag(letters), pattern };
        self.names.entry((*first, letters.len())).or_default().push(name);
    }

    /// The letters of the text, and the pattern that they nearly are. Two names equally near are none.
    pub fn find(&self, text: &Normal) -> Vec<(Range<usize>, usize)> {
        let words = text.latin_words();
        let mut found = Vec::new();
        for start in 0..words.len() {
            let mut unknown = false;
            for end in start..words.len().min(start + MOST_WORDS) {
                // Words follow each other with nothing but blanks between.
                if end > start && words[end - 1].end != words[end].start {
                    break;
                }
                unknown |= !self.is_word(&text.slice(&words[end]));
                let range = words[start].start..words[end].end;
                if !unknown || !(SHORTEST - 1..=LONGEST + 2).contains(&range.len()) {
                    continue;
                }
                if let Some(pattern) = self.nearest(text.slice(&range).as_bytes()) {
                    found.push((range, pattern));
                }
            }
        }
        found
    }

    fn is_word(&self, word: &str) -> bool {
        let known = |w: &str| self.vocabulary.contains(w) || words::is_common(w);
        // Numbers and one letter cannot be misspelt.
        word.len() < 2
            || !word.bytes().any(|b| b.is_ascii_alphabetic())
            || known(word)
            || ["s", "es", "ed", "d", "ing", "er", "ly"]
                .iter()
                .any(|e| word.strip_suffix(e).is_some_and(|stem| stem.len() > 2 && known(stem)))
    }

    fn nearest(&self, typed: &[u8]) -> Option<usize> {
        let first = *typed.first()?;
        let bag = bag(typed);
        let mut best: Option<(usize, usize)> = None;
        let mut tied = false;
        for length in typed.len().saturating_sub(2)..=typed.len() + 2 {
            let allowed = if length >= LONG { 2 } else { 1 };
            if length.abs_diff(typed.len()) > allowed {
                continue;
            }
            for name in self.names.get(&(first, length)).into_iter().flatten() {
                if (name.bag ^ bag).count_ones() as usize > 2 * allowed
                    || !same_digits(&name.letters, typed)
                    || only_the_end(&name.letters, typed)
                {
                    continue;
                }
                let Some(distance) = distance(&name.letters, typed, allowed).filter(|d| *d > 0) else { continue };
                match best {
                    Some((known, _)) if distance > known => {}
                    Some((known, pattern)) if distance == known => tied |= pattern != name.pattern,
                    _ => {
                        best = Some((distance, name.pattern));
                        tied = false;
                    }
                }
            }
        }
        best.filter(|_| !tied).map(|(_, pattern)| pattern)
    }
}

fn bag(letters: &[u8]) -> u64 {
    letters.iter().fold(0, |bag, letter| {
        bag | 1
            << match letter {
                b'a'..=b'z' => letter - b'a',
                b'0'..=b'9' => 26 + letter - b'0',
                _ => 63,
            }
    })
}

/// M2 and M3 are two products, never a slip.
fn same_digits(a: &[u8], b: &[u8]) -> bool {
    a.iter().filter(|c| c.is_ascii_digit()).eq(b.iter().filter(|c| c.is_ascii_digit()))
}

/// "Charged" is no misspelt "charger": another ending is another word. A last letter typed twice is a slip.
pub(crate) fn only_the_end(name: &[u8], typed: &[u8]) -> bool {
    let common = name.iter().zip(typed).take_while(|(a, b)| a == b).count();
    let (rest_name, rest_typed) = (name.len() - common, typed.len() - common);
    let doubled = rest_name == 0 && rest_typed == 1 && typed.last() == name.last();
    rest_name <= 1 && rest_typed <= 1 && !doubled || rest_name == 0 && !doubled || rest_typed == 0
}

/// Edits with neighbours swapped as one (optimal string alignment), or `None` when there are more than `allowed`.
pub(crate) fn distance(a: &[u8], b: &[u8], allowed: usize) -> Option<usize> {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut next = vec![i + 1; b.len() + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (row[j] + usize::from(x != y)).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            next[j + 1] = least;
        }
        if next.iter().min().is_some_and(|m| *m > allowed) {
            return None;
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().filter(|d| *d <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        for (a, b, expected) in [
            ("keyboard", "keybord", Some(1)),
            ("charger", "cahrger", Some(1)),
            ("keyboard", "keyboard", Some(0)),
            ("keyboard", "keypad", None),
            ("", "", Some(0)),
        ] {
            assert_eq!(distance(a.as_bytes(), b.as_bytes(), 2), expected, "{a} {b}");
        }
    }

    #[test]
    fn words_are_no_slips() {
        let mut typos = Typos::default();
        for (at, name) in ["charger", "M2 Headphones", "M3 Headphones", "mouse", "blender"].iter().enumerate() {
            typos.add(name, at);
        }
        let find = |text: &str| typos.find(&Normal::new(text)).into_iter().map(|(_, p)| p).collect::<Vec<_>>();
        assert_eq!(find("a cahrger"), [0]);
        assert_eq!(find("m2 headphnes"), [1]);
        assert_eq!(find("m3 headphnes"), [2]);
        for text in ["I was charged", "change it", "the house", "m4 headphnes", "blended", "", "headphnes"] {
            assert_eq!(find(text), [] as [usize; 0], "{text}");
        }
    }
}
