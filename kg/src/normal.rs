//! Text as names are compared: without case, width, blanks, hyphens and quotes, in simplified characters.

use std::sync::LazyLock;

/// A normalised text that knows where each of its characters was.
pub(crate) struct Normal {
    pub text: String,
    letters: Vec<Letter>,
    /// Byte offset in `text` → index in `letters`.
    index: Vec<u32>,
}

struct Letter {
    value: char,
    start: usize,
    end: usize,
    /// Blanks or hyphens were dropped before it.
    gap: Gap,
    /// The characters right beside it in the original text.
    before: Option<char>,
    after: Option<char>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Joined,
    Blank,
}

impl Normal {
    pub fn new(original: &str) -> Normal {
        let mut normal = Normal { text: String::with_capacity(original.len()), letters: Vec::new(), index: Vec::new() };
        let mut gap = Gap::None;
        let mut before = None;
        let mut rest = original.char_indices().peekable();
        while let Some((start, original)) = rest.next() {
            let folded = fold(original);
            let after = rest.peek().map(|(_, next)| fold(*next));
            if folded.is_whitespace() {
                gap = Gap::Blank;
            } else if dropped(folded) {
                gap = if gap == Gap::Blank { gap } else { Gap::Joined };
            } else {
                let end = start + original.len_utf8();
                for value in folded.to_lowercase() {
                    let at = normal.letters.len() as u32;
                    normal.text.push(value);
                    normal.index.resize(normal.text.len(), at);
                    normal.letters.push(Letter { value, start, end, gap, before, after });
                    gap = Gap::None;
                }
            }
            before = Some(folded);
        }
        normal
    }

    pub fn len(&self) -> usize {
        self.letters.len()
    }

    /// Indices of the letters for a byte range of `text`.
    pub fn letters(&self, bytes: std::ops::Range<usize>) -> Option<std::ops::Range<usize>> {
        let last = bytes.end.checked_sub(1)?;
        let start = *self.index.get(bytes.start)? as usize;
        let end = *self.index.get(last)? as usize + 1;
        Some(start..end)
    }

    /// Byte offsets in the original text.
    pub fn span(&self, letters: &std::ops::Range<usize>) -> Option<(usize, usize)> {
        let first = self.letters.get(letters.start)?;
        let last = self.letters.get(letters.end.checked_sub(1)?)?;
        Some((first.start, last.end))
    }

    pub fn values(&self) -> Vec<char> {
        self.letters.iter().map(|letter| letter.value).collect()
    }

    /// The normalised text of some letters.
    pub fn slice(&self, letters: &std::ops::Range<usize>) -> String {
        self.letters.get(letters.clone()).unwrap_or_default().iter().map(|letter| letter.value).collect()
    }

    /// Runs of Latin letters and digits, cut at blanks; what a hyphen joins is one word.
    pub fn latin_words(&self) -> Vec<std::ops::Range<usize>> {
        let mut words: Vec<std::ops::Range<usize>> = Vec::new();
        let mut open = false;
        for (at, letter) in self.letters.iter().enumerate() {
            let latin = letter.value.is_ascii_alphanumeric();
            match words.last_mut() {
                Some(word) if latin && open && letter.gap != Gap::Blank => word.end = at + 1,
                _ if latin => words.push(at..at + 1),
                _ => {}
            }
            open = latin;
        }
        words
    }

    /// Where a blank lies inside a range: the indices of the letters after it.
    pub fn blanks(&self, letters: &std::ops::Range<usize>) -> impl Iterator<Item = usize> {
        let from = letters.start;
        (from + 1..letters.end)
            .filter(|at| self.letters.get(*at).is_some_and(|letter| letter.gap == Gap::Blank))
            .map(move |at| at - from)
    }

    /// A name may be separated here: it has a blank, a hyphen or a change of script before this letter.
    pub fn seams(&self) -> Vec<bool> {
        let mut previous: Option<char> = None;
        let seam = |letter: &Letter| {
            let changed = previous.is_some_and(|p| is_word(p) != is_word(letter.value));
            previous = Some(letter.value);
            changed || letter.gap != Gap::None
        };
        self.letters.iter().map(seam).collect()
    }

    /// Extends a Latin word by a plural ending, and tells whether the range is made of whole words.
    pub fn whole_words(&self, letters: std::ops::Range<usize>) -> Option<std::ops::Range<usize>> {
        let first = self.letters.get(letters.start)?;
        if is_word(first.value) && first.before.is_some_and(is_word) {
            return None;
        }
        if self.ends_word(letters.end) {
            return Some(letters);
        }
        let last = self.letters.get(letters.end.checked_sub(1)?)?;
        if !last.value.is_alphabetic() {
            return None;
        }
        [&['s'][..], &['e', 's']].iter().find_map(|ending| {
            let end = letters.end + ending.len();
            let added = self.letters.get(letters.end..end)?;
            let same = added.iter().zip(*ending).all(|(a, b)| a.value == *b && a.gap == Gap::None);
            (same && self.ends_word(end)).then_some(letters.start..end)
        })
    }

    fn ends_word(&self, end: usize) -> bool {
        end.checked_sub(1)
            .and_then(|last| self.letters.get(last))
            .is_some_and(|last| !is_word(last.value) || !last.after.is_some_and(is_word))
    }
}

/// Full-width forms to their usual ones, traditional characters to simplified ones.
pub(crate) fn fold(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{4e00}'..='\u{9fff}' => simplified(c),
        _ => c,
    }
}

/// Character by character, so that every offset stays what it was; words such as 著 that only a phrase tells apart are
/// no part of names.
fn simplified(c: char) -> char {
    static TABLE: LazyLock<Vec<char>> = LazyLock::new(|| {
        let all: String = ('\u{4e00}'..='\u{9fff}').collect();
        let one = |c: char| {
            let converted = fast2s::convert(c.encode_utf8(&mut [0; 4]));
            let mut letters = converted.chars();
            letters.next().filter(|_| letters.next().is_none()).unwrap_or(c)
        };
        all.chars().map(one).collect()
    });
    TABLE.get(c as usize - 0x4e00).copied().unwrap_or(c)
}

fn dropped(c: char) -> bool {
    matches!(
        c,
        '-' | '‐'
            | '‑'
            | '–'
            | '—'
            | '_'
            | '·'
            | '\''
            | '’'
            | '‘'
            | '"'
            | '“'
            | '”'
            | '《'
            | '》'
            | '「'
            | '」'
            | '\u{200b}'
            | '\u{200d}'
            | '\u{feff}'
            | '\u{fe0f}'
    )
}

/// Written with blanks between words, so that a name must not end inside one. Chinese is not.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() && !matches!(c as u32, 0x2e80..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_what_does_not_matter() {
        for (text, expected) in [
            ("Ｍ２　耳机", "m2耳机"),
            ("M-2 Headphones", "m2headphones"),
            ("《潮水之书》", "潮水之书"),
            ("藍牙耳機", "蓝牙耳机"),
            ("Men's", "mens"),
            ("", ""),
            (" \u{200b}- ", ""),
        ] {
            assert_eq!(Normal::new(text).text, expected, "{text}");
        }
    }

    #[test]
    fn keeps_positions() {
        let normal = Normal::new("我的 Ｍ２ 呢");
        let at = normal.text.find("m2").map(|at| normal.letters(at..at + 2));
        let letters = at.flatten().map(|l| normal.span(&l));
        assert_eq!(letters, Some(Some((7, 13))));
    }
}
