//! E-mail addresses, also with "(at)", "dot" and a full-width stop.

use std::sync::LazyLock;

use regex::Regex;

use super::Found;
use crate::text::latin_pattern;
use crate::understanding::EntityKind;

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        r"([A-Za-z0-9][A-Za-z0-9._%+-]{0,63})@([A-Za-z0-9-]{1,63}(?:[.。][A-Za-z0-9-]{1,63}){0,4}[.。][A-Za-z]{2,24})",
    )
});
/// zhang (at) qq.com, john [at] example [dot] com, zhang @ qq.com
static MASKED: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(concat!(
        r"([A-Za-z0-9][A-Za-z0-9._%+-]{0,63})(?i:\s?[\[({]\s?(?:at|@)\s?[\])}]\s?|\s@\s)",
        r"((?:[A-Za-z0-9-]{1,63}(?:\.|(?i:\s?[\[({]\s?dot\s?[\])}]\s?))){1,5}[A-Za-z]{2,24})",
    ))
});
/// john at example dot com
static SPOKEN: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        r"([A-Za-z0-9][A-Za-z0-9._%+-]{0,63}) (?i:at) ([A-Za-z0-9-]{1,63}(?: (?i:dot) [A-Za-z0-9-]{1,63}){0,4} (?i:dot) [A-Za-z]{2,24})\b",
    )
});
static DOT: LazyLock<Regex> = LazyLock::new(|| latin_pattern(r"(?i)。|\s?[\[({]\s?dot\s?[\])}]\s?| dot "));

pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    for (pattern, confidence) in [(&EMAIL, 1.0), (&MASKED, 0.8), (&SPOKEN, 0.8)] {
        for m in pattern.captures_iter(text) {
            let (Some(whole), Some(local), Some(domain)) = (m.get(0), m.get(1), m.get(2)) else { continue };
            let local = local.as_str();
            // Two dots together or one at the end are refused by every mail server.
            if local.contains("..") || local.ends_with('.') || domain.as_str().starts_with('-') {
                continue;
            }
            let domain = DOT.replace_all(domain.as_str(), ".").to_ascii_lowercase();
            found.push(Found {
                kind: EntityKind::Email,
                start: whole.start(),
                end: whole.end(),
                value: format!("{local}@{domain}").into(),
                confidence,
            });
        }
    }
}
