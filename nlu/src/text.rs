//! Text as the extractors see it: full-width characters folded, invisible ones dropped, offsets kept.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// Folded text with a way back to the byte offsets of the original.
pub(crate) struct Folded {
    pub text: String,
    /// For each byte of `text`: where the original character starts and ends.
    origin: Vec<(u32, u32)>,
}

impl Folded {
    pub fn new(original: &str) -> Folded {
        let mut text = String::with_capacity(original.len());
        let mut origin = Vec::with_capacity(original.len());
        let spoken = spoken_numbers(original);
        let mut spoken = spoken.iter().peekable();
        for (at, c) in original.char_indices() {
            let Some(mut folded) = fold(c) else { continue };
            while spoken.next_if(|run| run.end <= at).is_some() {}
            if spoken.peek().is_some_and(|run| run.contains(&at)) {
                folded = spoken_digit(folded).unwrap_or(folded);
            }
            let span = (at as u32, (at + c.len_utf8()) as u32);
            text.push(folded);
            origin.extend(std::iter::repeat_n(span, folded.len_utf8()));
        }
        Folded { text, origin }
    }

    /// Offsets in the original of a non-empty span of `text`.
    pub fn span(&self, start: usize, end: usize) -> (usize, usize) {
        let from = self.origin.get(start).map_or(0, |o| o.0 as usize);
        let to = self.origin.get(end.saturating_sub(1)).map_or(from, |o| o.1 as usize);
        (from, to.max(from))
    }
}

/// Phones and order numbers are also written as they are read out: 幺三八零零…; shorter runs belong to dates and prices.
const SPOKEN: usize = 8;

/// Runs of at least `SPOKEN` Chinese digits, single blanks and hyphens between them allowed.
fn spoken_numbers(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut runs = Vec::new();
    let (mut start, mut end, mut count) = (0, 0, 0);
    for (at, c) in text.char_indices().chain([(text.len(), '\0')]) {
        if spoken_digit(c).is_some() {
            start = if count == 0 { at } else { start };
            end = at + c.len_utf8();
            count += 1;
        } else if count > 0 && !(matches!(c, ' ' | '-') && at == end) {
            if count >= SPOKEN {
                runs.push(start..end);
            }
            count = 0;
        }
    }
    runs
}

fn spoken_digit(c: char) -> Option<char> {
    "零一二三四五六七八九"
        .chars()
        .position(|d| d == c)
        .or(match c {
            '〇' => Some(0),
            '幺' => Some(1),
            _ => None,
        })
        .and_then(|d| char::from_digit(d as u32, 10))
}

/// FNV-1a: a number for a text that is the same everywhere and for ever.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3))
}

pub(crate) fn fold(c: char) -> Option<char> {
    Some(match c {
        // Bold, double-struck and other mathematical digits, as profiles and phishing write them.
        '\u{1d7ce}'..='\u{1d7ff}' => char::from_digit((c as u32 - 0x1d7ce) % 10, 10).unwrap_or(c),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\t' | '\r' => ' ',
        '￥' => '¥',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}' => {
            return None;
        }
        c if c.is_control() && c != '\n' => ' ',
        c => c,
    })
}

/// The first `limit` bytes or a little less, cut on a character boundary.
pub(crate) fn head(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let mut end = limit;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The first `limit` characters.
pub(crate) fn head_chars(text: &str, limit: usize) -> &str {
    match text.char_indices().nth(limit) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

static MARKUP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?is)<script\b[^<>]*>.*?</script\s*>|<style\b[^<>]*>.*?</style\s*>|<!--.*?-->|</?[a-z][a-z0-9]*(?:\s[^<>]*|/)?>",
        r"|&(?:[a-z]{2,8}|#[0-9]{1,6}|#x[0-9a-f]{1,6});",
    ))
});

/// Without HTML tags and entities: pasted markup is neither English nor an intent.
pub(crate) fn without_markup(text: &str) -> Cow<'_, str> {
    if text.contains(['<', '&']) { MARKUP.replace_all(text, " ") } else { Cow::Borrowed(text) }
}

/// What the encoder gets: no markup, and order numbers, phones and long digit runs say nothing about the intent but cost
/// tokens and pull short texts apart, so they become short stand-ins. The same is done to training examples.
pub fn for_encoder(text: &str) -> Cow<'_, str> {
    let text = head_chars(text.trim(), 2000);
    if text.bytes().filter(u8::is_ascii_digit).count() < 6 && text.is_ascii() && !text.contains(['<', '&']) {
        return Cow::Borrowed(text);
    }
    let folded = Folded::new(without_markup(text).trim()).text;
    let mut out = String::with_capacity(folded.len());
    let mut digits = String::new();
    for c in folded.chars().chain(std::iter::once('\0')) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if digits.len() >= 6 {
            out.push_str("12345");
        } else {
            out.push_str(&digits);
        }
        digits.clear();
        if c != '\0' {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{2fa1f}' | '\u{f900}'..='\u{faff}')
}

/// For the crate's own constant patterns.
pub(crate) fn pattern(source: &str) -> Regex {
    // Of digits and blanks, folding has left the plain ones; the Unicode classes make a pattern many times larger.
    let source = source.replace(r"\d", "[0-9]").replace(r"\s", "[ \n\r\t]");
    Regex::new(&source).expect("the crate's own patterns are valid")
}

/// As `pattern`, for English words and numbers that may stand right beside Chinese: there `\b` is an edge too.
pub(crate) fn latin_pattern(source: &str) -> Regex {
    pattern(&source.replace(r"\b", r"(?-u:\b)"))
}

/// No letter or digit of the Latin script directly on either side.
pub(crate) fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let joins = |c: char| c.is_ascii_alphanumeric();
    !text[..start].chars().next_back().is_some_and(joins) && !text[end..].chars().next().is_some_and(joins)
}

/// No digit directly on either side.
pub(crate) fn digits_alone(text: &str, start: usize, end: usize) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    !text[..start].chars().next_back().is_some_and(digit) && !text[end..].chars().next().is_some_and(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_and_finds_the_way_back() {
        let original = "订单ＫＦ\u{200b}２０";
        let folded = Folded::new(original);
        assert_eq!(folded.text, "订单KF20");
        let start = folded.text.find("KF").unwrap_or_default();
        let (from, to) = folded.span(start, folded.text.len());
        assert_eq!(&original[from..to], "ＫＦ\u{200b}２０");
    }

    #[test]
    fn encoder_text_is_bounded_and_without_long_numbers() {
        assert_eq!(for_encoder("  hi  "), "hi");
        assert_eq!(for_encoder("where is KF2026110017"), "where is KF12345");
        assert_eq!(for_encoder(&"好".repeat(5000)).chars().count(), 2000);
        assert_eq!(for_encoder("5号能到吗"), "5号能到吗");
    }

    #[test]
    fn markup_does_not_reach_the_encoder() {
        assert_eq!(for_encoder("<b>转人工</b>"), "转人工");
        assert_eq!(for_encoder("<img src=x onerror=\"a()\"> 转人工&nbsp;"), "转人工");
        assert_eq!(for_encoder("<script>alert(1)</script>退款"), "退款");
        assert_eq!(for_encoder("price < 100 & weight > 5"), "price < 100 & weight > 5");
        assert_eq!(for_encoder("I <3 you, A&B; ok"), "I <3 you, A&B; ok");
        assert_eq!(for_encoder("<退货>"), "<退货>");
    }
}
