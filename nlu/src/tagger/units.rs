//! A text as a row of units: a character of a script without spaces, a word, a run of digits, or a mark. Entities begin
//! and end between units.

use models::sequence::Place;

use crate::text;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Character,
    Word,
    Digits,
    Mark,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Byte range in the text.
    pub start: usize,
    pub end: usize,
    /// Folded, in lower case.
    pub form: String,
    pub class: Class,
    /// It began with a capital letter.
    pub capital: bool,
    /// White space before it.
    pub apart: bool,
}

/// The kind of a place that the encoder did not see.
const UNSEEN: u8 = 7;

fn class(c: char) -> Class {
    let written_apart = text::is_han(c) || matches!(c, '\u{3040}'..='\u{30ff}' | '\u{e00}'..='\u{eff}');
    match c {
        _ if written_apart => Class::Character,
        c if c.is_numeric() => Class::Digits,
        c if c.is_alphabetic() || matches!(c, '\u{300}'..='\u{36f}') => Class::Word,
        _ => Class::Mark,
    }
}

pub fn units(text: &str) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut apart = true;
    for (at, c) in text.char_indices() {
        let Some(folded) = text::fold(c) else { continue };
        if folded.is_whitespace() {
            apart = true;
            continue;
        }
        let (class, end) = (class(folded), at + c.len_utf8());
        match units.last_mut() {
            Some(unit) if !apart && unit.class == class && matches!(class, Class::Word | Class::Digits) => {
                unit.form.extend(folded.to_lowercase());
                unit.end = end;
            }
            _ => {
                let form = folded.to_lowercase().collect();
                units.push(Unit { start: at, end, form, class, capital: folded.is_uppercase(), apart });
            }
        }
        apart = false;
    }
    units
}

/// Which pieces of the encoder each unit lies in, and how. `spans` are the pieces' byte ranges in the same text, in order.
pub fn places(units: &[Unit], spans: &[std::ops::Range<usize>]) -> Vec<Place> {
    let mut from = 0;
    let place = |unit: &Unit| {
        while spans.get(from).is_some_and(|s| s.end <= unit.start) {
            from += 1;
        }
        let inside = spans[from..].iter().take_while(|s| s.start < unit.end).count();
        if inside == 0 {
            return Place { pieces: None, kind: UNSEEN };
        }
        let (first, last) = (&spans[from], &spans[from + inside - 1]);
        let kind = match (first.start < unit.start, last.end > unit.end) {
            _ if inside > 1 => 4,
            (false, false) => 0,
            (false, true) => 1,
            (true, true) => 2,
            (true, false) => 3,
        };
        Place { pieces: Some((from as u32, (from + inside - 1) as u32)), kind }
    };
    units.iter().map(place).collect()
}

/// The places of `units`, from those of what the encoder read: the same text without markup, with short stand-ins for long
/// numbers. What was not read has no pieces.
pub fn aligned(units: &[Unit], read: &[Unit], places: &[Place]) -> Vec<Place> {
    let mut at = 0;
    let place = |unit: &Unit| {
        let same = |read: &Unit| read.form == unit.form || (read.class == Class::Digits && unit.class == Class::Digits);
        match (read.get(at), places.get(at)) {
            (Some(other), Some(place)) if same(other) => {
                at += 1;
                *place
            }
            _ => Place { pieces: None, kind: UNSEEN },
        }
    };
    units.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(text: &str) -> Vec<String> {
        units(text).into_iter().map(|u| u.form).collect()
    }

    #[test]
    fn characters_words_numbers_and_marks() {
        assert_eq!(forms("我要退iPhone15，谢谢"), ["我", "要", "退", "iphone", "15", ",", "谢", "谢"]);
        assert_eq!(forms("From New York, 3 p.m."), ["from", "new", "york", ",", "3", "p", ".", "m", "."]);
        assert_eq!(forms("ＡＢ１２\u{200b}ｃ"), ["ab", "12", "c"]);
        assert_eq!(forms("  café naïve "), ["café", "naïve"]);
        assert!(forms(" \u{200b}\t").is_empty());
        for unit in units("🙂好 ＫＦ\u{200b}2 e\u{301}a") {
            assert!("🙂好 ＫＦ\u{200b}2 e\u{301}a".get(unit.start..unit.end).is_some());
        }
    }

    #[test]
    fn units_know_their_pieces() {
        let units = units("退货 cancelled");
        // One piece for both characters, two for the word.
        let kinds: Vec<_> = places(&units, &[0..6, 7..13, 13..16]).iter().map(|p| (p.pieces, p.kind)).collect();
        assert_eq!(kinds, [(Some((0, 0)), 1), (Some((0, 0)), 3), (Some((1, 2)), 4)]);
        assert!(places(&units, &[]).iter().all(|p| p.pieces.is_none() && p.kind == UNSEEN));
    }

    #[test]
    fn what_the_encoder_did_not_read_has_no_place() {
        let (text, read) = (units("<b>单</b>号1234567890吗"), units(" 单 号12345吗"));
        let places = places(&read, &[1..4, 5..8, 8..13, 13..16]);
        let seen: Vec<_> =
            text.iter().zip(aligned(&text, &read, &places)).filter(|(_, p)| p.pieces.is_some()).collect();
        let seen: Vec<_> = seen.iter().map(|(u, p)| (u.form.as_str(), p.pieces.unwrap_or_default().0)).collect();
        assert_eq!(seen, [("单", 0), ("号", 1), ("1234567890", 2), ("吗", 3)]);
    }
}
