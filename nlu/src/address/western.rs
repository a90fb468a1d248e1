//! Western addresses: "221B Baker Street, London NW1 6XE, UK", "1600 Amphitheatre Pkwy, Mountain View, CA 94043".

use std::sync::LazyLock;

use regex::Regex;

use super::countries::{country, state};
use super::{Address, Fields, names, pinyin};
use crate::entities::Found;
use crate::text::pattern;
use crate::understanding::EntityKind;

static STREET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:no\.?\s*)?(\d{1,6}[a-z]?(?:[-/]\d{1,5}[a-z]?)?),?\s+((?:[\p{L}\d'’.-]+\s+){1,4}?)",
        r"(street|str|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|square|sq|terrace|parkway|pkwy|",
        r"way|highway|hwy|crescent|close|row|gardens|grove|mews|quay|walk|circle|cir|trail|plaza|broadway|alley|parade|hill|lu|jie|dajie|dadao|xiang|hutong)\b\.?",
        r"(?:\s+(?:north|south|east|west|nw|ne|sw|se|n|s|e|w)\b)?",
    ))
});
static HOUSE: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9]{1,6}[A-Za-z]?(?:[-/][0-9]{1,5}[A-Za-z]?)?"));
static BOX: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bp\.?\s?o\.?\s?box\s+\d{1,6}\b"));
static EUROPEAN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\b\p{Lu}[\p{L}-]*(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|laan|straat|gatan)\s+\d{1,4}[a-z]?\b",
        r"|\b\p{Lu}[\p{L}-]{1,24} (?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|Straat|Laan)\s+\d{1,4}[a-z]?\b",
        r"|\b\d{1,4},?\s+(?i:rue|avenue|boulevard|place|quai|via|viale|piazza|calle)\s+(?:(?i:de la|de l'|de|du|des|del|della|d')\s*)?\p{L}[\p{L}' -]{1,40}",
    ))
});
static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:apt|apartment|suite|ste|unit|flat|floor|room|rm|building|bldg|block|tower)(?:\.?\s*#?\s*[a-z]?\d[a-z0-9-]{0,5}|\.?\s+#?[a-z0-9-]{1,6})|#\s*[a-z0-9-]{1,6}|\d{1,3}(?:st|nd|rd|th)\s+(?:floor|fl))\b",
    )
});
static TRIGGER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:\b(?:ship|shipped|deliver|delivered|send|sent|post|change|changed|update|updated|switch|move|moved|redirect)\b[^,\n]{0,40}?\bto|\baddress\s*(?:is|to|:|should be)?|\blive at|\bnew address[^,\n]{0,12})\s*[:,]?\s*$",
    )
});
static TO: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^.*\b(?:to|is|at|address|for)\s*[:,]?\s+"));
static US: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(.*?)\s*\b([a-z]{2}|[a-z]+(?: [a-z]+)?)\s+(\d{5}(?:-\d{4})?)$"));
static UK: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^(.*?)\s*\b([a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2})$"));
static CANADA: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^(.*?)\s*\b([a-z]\d[a-z]\s?\d[a-z]\d)$"));
static AUSTRALIA: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(.*?)\s*\b(nsw|vic|qld|wa|sa|tas|act|nt)\s+(\d{4})$"));
static CODE_FIRST: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(\d{4,6}|\d{4}\s?[A-Z]{2})\s+(\p{L}[\p{L} .'-]*)$"));
static CODE_LAST: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(\p{L}[\p{L} .'-]*?)\s+(\d{4,6})$"));
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^\s*(?:name|recipient|attn|attention|address|street|city|phone|tel|mobile|zip|postcode)\s*[:.]\s*")
});

#[derive(Clone, Copy)]
struct Piece<'a> {
    start: usize,
    end: usize,
    text: &'a str,
}

pub(super) fn find(text: &str, fixed: &[Found]) -> Option<Address> {
    let pieces = pieces(text, fixed);
    let (at, from, to) = pieces.iter().enumerate().take(40).find_map(|(at, piece)| {
        let (from, to) = street_in(piece.text)?;
        Some((at, from, to))
    })?;
    let piece = pieces[at];
    let street = &piece.text[from..to];
    let mut reading = Reading {
        start: piece.start + from,
        end: piece.start + to,
        fields: Fields {
            street: street.trim().trim_end_matches(',').to_owned(),
            number: if BOX.is_match(street) {
                String::new()
            } else {
                HOUSE.find(street).map_or(String::new(), |m| m.as_str().to_owned())
            },
            ..Fields::default()
        },
        localities: Vec::new(),
        score: 2,
    };
    if street
        .split_whitespace()
        .skip(1)
        .all(|w| w.chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit()))
    {
        reading.score += 1;
    }
    let lead = &text[..reading.start];
    if TRIGGER.is_match(&lead[lead.len() - lead.len().min(120).min(lead.len())..].replace('\n', " ")) {
        reading.score += 1;
    }
    reading.before(&pieces[..at], &piece, from);
    reading.rest_of_street(&piece, to);
    for next in pieces.iter().skip(at + 1).take(7) {
        if !reading.after(next) {
            break;
        }
    }
    reading.finish(text, fixed)
}

fn street_in(piece: &str) -> Option<(usize, usize)> {
    if let Some(m) = EUROPEAN.find(piece).or_else(|| BOX.find(piece)) {
        return Some((m.start(), m.end()));
    }
    // The last match: in "2 pairs to 5 Elm Road" the street is the second.
    let m = STREET.captures_iter(piece).last()?;
    let whole = m.get(0)?;
    let words = m.get(2)?.as_str().trim();
    // "20 way" and "3 st" name nothing, "10 days on the way" is no street.
    let talk = words.split_whitespace().any(|w| {
        matches!(
            w.to_ascii_lowercase().as_str(),
            "days"
                | "day"
                | "is"
                | "on"
                | "the"
                | "in"
                | "more"
                | "for"
                | "my"
                | "to"
                | "a"
                | "and"
                | "items"
                | "weeks"
                | "hours"
                | "by"
                | "any"
        )
    });
    (!words.is_empty() && !talk).then(|| (whole.start(), whole.end()))
}

struct Reading {
    start: usize,
    end: usize,
    fields: Fields,
    /// Words that are places, in the order written.
    localities: Vec<String>,
    score: i32,
}

impl Reading {
    fn before(&mut self, pieces: &[Piece<'_>], own: &Piece<'_>, from: usize) {
        let mut lead = Vec::new();
        let head = own.text[..from].trim().trim_end_matches(',');
        if !head.is_empty() {
            lead.push((own.start, head));
        }
        lead.extend(pieces.iter().rev().take(3).map(|p| (p.start, p.text)));
        for (start, text) in lead {
            let bare = LABEL.replace(text, "");
            let bare = TO.replace(bare.trim(), "").trim().to_owned();
            if UNIT.is_match(&bare) {
                self.fields.street = format!("{bare}, {}", self.fields.street);
                self.start = start + text.len() - bare.len();
            } else if names::is_western(&bare) && self.fields.recipient.is_none() {
                self.start = start + (text.len() - bare.len());
                self.fields.recipient = Some(bare);
                self.score += 1;
            } else if !LABEL.is_match(text) {
                break;
            }
        }
    }

    /// What stands behind the street in the same piece: a unit, or the town without a comma.
    fn rest_of_street(&mut self, piece: &Piece<'_>, to: usize) {
        let mut at = to;
        loop {
            let rest = &piece.text[at..];
            let trimmed = rest.trim_start();
            at += rest.len() - trimmed.len();
            match UNIT.find(trimmed) {
                Some(unit) => {
                    self.fields.street = format!("{} {}", self.fields.street, unit.as_str());
                    at += unit.end();
                    self.end = piece.start + at;
                }
                None => break,
            }
        }
        if at < piece.text.len() {
            self.after(&Piece { start: piece.start + at, end: piece.end, text: &piece.text[at..] });
        }
    }

    /// Takes one more piece, or says that the address has ended.
    fn after(&mut self, piece: &Piece<'_>) -> bool {
        let text = without_talk(piece.text).trim_end_matches('.');
        let cut = piece.end - (piece.text.len() - text.len());
        let bare = LABEL.replace(text, "");
        let bare = bare.trim();
        if bare.is_empty() {
            return true;
        }
        if bare.len() > 48 || bare.split_whitespace().count() > 6 {
            return false;
        }
        let taken = if UNIT.is_match(bare) {
            self.fields.street = format!("{}, {bare}", self.fields.street);
            true
        } else if let Some(code) = country(bare) {
            self.fields.country = code.to_owned();
            self.score += 1;
            true
        } else {
            self.postal(bare) || self.place(bare)
        };
        if taken {
            self.end = cut.max(self.end);
        }
        taken
    }

    fn postal(&mut self, text: &str) -> bool {
        if self.fields.postcode.is_some() {
            return false;
        }
        let upper = |s: &str| s.to_ascii_uppercase();
        if let Some(m) = US.captures(text)
            && let Some(state) = state(&m[2])
        {
            self.locality(&m[1]);
            self.fields.province = state.to_owned();
            self.fields.postcode = Some(m[3].to_owned());
            self.country_is("US");
        } else if let Some(m) = AUSTRALIA.captures(text) {
            self.locality(&m[1]);
            self.fields.province = upper(&m[2]);
            self.fields.postcode = Some(m[3].to_owned());
            self.country_is("AU");
        } else if let Some(m) = CANADA.captures(text) {
            let place = m[1].trim();
            match place
                .rsplit_once(' ')
                .filter(|(_, p)| p.len() == 2)
                .or(Some(("", place)).filter(|(_, p)| p.len() == 2))
            {
                Some((city, province)) => {
                    self.locality(city);
                    self.fields.province = upper(province);
                }
                None => self.locality(place),
            }
            self.fields.postcode = Some(upper(&m[2]));
            self.country_is("CA");
        } else if let Some(m) = UK.captures(text) {
            self.locality(&m[1]);
            self.fields.postcode = Some(upper(&m[2]));
            self.country_is("GB");
        } else if let Some(m) = CODE_FIRST.captures(text) {
            self.fields.postcode = Some(m[1].to_owned());
            self.locality(&m[2]);
        } else if let Some(m) = CODE_LAST.captures(text) {
            if let Some(code) = country(&m[1]) {
                self.country_is(code);
                self.locality(&m[1]);
            } else {
                self.locality(&m[1]);
            }
            self.fields.postcode = Some(m[2].to_owned());
        } else if (5..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) {
            self.fields.postcode = Some(text.to_owned());
        } else {
            return false;
        }
        self.score += 1;
        true
    }

    fn place(&mut self, text: &str) -> bool {
        if let Some(state) = state(text).filter(|_| self.fields.province.is_empty() && !self.localities.is_empty()) {
            self.fields.province = state.to_owned();
            self.country_is("US");
            self.score += 1;
            return true;
        }
        // A town is one to four words; talk is lower case or has other marks.
        let words = text.split_whitespace().count();
        // "Dublin 2", "Paris 16" have a number behind them.
        let bare = text.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
        let named = (text.len() - bare.len() <= 3 && !bare.is_empty())
            && bare
                .split_whitespace()
                .all(|w| w.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '\'' | '-' | '’')));
        let upper = text.split_whitespace().next().and_then(|w| w.chars().next()).is_some_and(char::is_uppercase);
        if named
            && (1..=4).contains(&words)
            && (upper || self.localities.is_empty() && words <= 2 && !is_talk(text))
            && self.localities.len() < 3
        {
            self.locality(text);
            return true;
        }
        false
    }

    fn locality(&mut self, text: &str) {
        let text = text.trim().trim_end_matches(',');
        if !text.is_empty() {
            self.localities.push(text.to_owned());
            self.score += 1;
        }
    }

    fn country_is(&mut self, code: &str) {
        if self.fields.country.is_empty() {
            self.fields.country = code.to_owned();
        }
    }

    fn finish(mut self, text: &str, fixed: &[Found]) -> Option<Address> {
        let chinese =
            matches!(self.fields.country.as_str(), "" | "CN") && pinyin::place(&mut self.fields, &self.localities);
        if chinese {
            self.score += 1;
        } else if let Some(city) = self.localities.pop() {
            self.fields.city = city;
            self.fields.district = self.localities.join(", ");
        }
        if let Some(phone) = fixed.iter().find(|f| f.kind == EntityKind::Phone) {
            self.fields.phone = phone.value.as_str().map(str::to_owned);
            self.start = self.start.min(phone.start);
            self.end = self.end.max(phone.end);
            self.score += 1;
        }
        // A town or a code must stand with the street: "see you at 5 Elm Road" is talk.
        let placed = !self.fields.city.is_empty() || self.fields.postcode.is_some() || !self.fields.country.is_empty();
        let asked = text.trim_end().ends_with('?') && self.fields.postcode.is_none();
        if self.score < if placed { 4 } else { 5 } || asked && self.score < 6 {
            return None;
        }
        let f = &mut self.fields;
        let province = if f.province == f.city { "" } else { f.province.as_str() };
        let tail = [province, f.postcode.as_deref().unwrap_or_default()].join(" ");
        f.full = [f.street.as_str(), &f.district, &f.city, tail.trim(), &f.country]
            .into_iter()
            .filter(|p| !p.is_empty())
            .collect::<Vec<_>>()
            .join(", ");
        let confidence = if placed && f.postcode.is_some() { 0.95 } else { 0.8 };
        Some((self.start, self.end, self.fields, confidence))
    }
}

/// A full stop behind these ends no sentence.
fn is_short_form(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.len() == 1
        || matches!(
            word.as_str(),
            "st" | "ave"
                | "rd"
                | "blvd"
                | "dr"
                | "ln"
                | "ct"
                | "pl"
                | "sq"
                | "apt"
                | "ste"
                | "no"
                | "fl"
                | "rm"
                | "bldg"
                | "mt"
                | "ft"
                | "mr"
                | "mrs"
                | "ms"
                | "p.o"
                | "u.s"
                | "u.k"
                | "attn"
                | "tel"
                | "str"
                | "hwy"
                | "pkwy"
                | "cir"
        )
}

/// Without the "please" and "thanks" that people put behind an address.
fn without_talk(text: &str) -> &str {
    let mut text = text;
    while let Some((rest, last)) = text.rsplit_once(' ') {
        if !is_talk(last.trim_matches(['.', '!'])) {
            break;
        }
        text = rest.trim_end();
    }
    text
}

fn is_talk(text: &str) -> bool {
    text.split_whitespace().any(|w| {
        matches!(
            w.to_ascii_lowercase().as_str(),
            "please"
                | "pls"
                | "plz"
                | "thanks"
                | "thank"
                | "you"
                | "ok"
                | "instead"
                | "asap"
                | "cheers"
                | "now"
                | "and"
                | "my"
                | "phone"
                | "it"
                | "can"
                | "not"
        )
    })
}

/// Cut at commas, lines and things already found; each without spaces around it.
fn pieces<'a>(text: &'a str, fixed: &[Found]) -> Vec<Piece<'a>> {
    let mut found = Vec::new();
    let mut begin = 0;
    let mut push = |from: usize, to: usize| {
        let raw = &text[from..to];
        let trimmed = raw.trim();
        if !trimmed.is_empty() {
            let start = from + (raw.len() - raw.trim_start().len());
            found.push(Piece { start, end: start + trimmed.len(), text: trimmed });
        }
    };
    let mut at = 0;
    while at < text.len() {
        if let Some(f) = fixed.iter().find(|f| f.start == at && f.end > at && f.end <= text.len()) {
            push(begin, at);
            at = f.end;
            begin = at;
            continue;
        }
        let c = text[at..].chars().next().unwrap_or(' ');
        let end = at + c.len_utf8();
        // A full stop ends a sentence only before a space; "St. Anne's" and "Apt. 4" go on.
        let sentence = matches!(c, '!' | '?' | ';')
            || c == '.'
                && text[end..].starts_with(' ')
                && !is_short_form(text[..at].rsplit([' ', '\n', ',']).next().unwrap_or_default());
        if matches!(c, ',' | '\n' | '，') || sentence {
            push(begin, at);
            begin = end;
        }
        at = end;
    }
    push(begin, text.len());
    found
}
