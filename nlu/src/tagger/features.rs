//! What can be said of a unit without the encoder: what stands there and around it, its shape, and the lists it is in.

use std::collections::{BTreeMap, HashMap};

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use super::units::{Class, Unit};

/// Mixes a part into a feature's number.
fn mix(hash: u64, part: u64) -> u64 {
    let h = (hash ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    h ^ (h >> 29)
}

fn form(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3))
}

/// Values from lookup tables and synonyms, as rows of units, and patterns: signs of an entity, no more.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Lists {
    /// Number of a row of units -> lists that it is in.
    rows: HashMap<u64, Vec<u16>>,
    longest: usize,
    patterns: Vec<Regex>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    rows: BTreeMap<u64, Vec<u16>>,
    patterns: Vec<String>,
}

impl From<Stored> for Lists {
    fn from(stored: Stored) -> Lists {
        let patterns = stored.patterns.iter().filter_map(|p| pattern(p)).collect();
        Lists { rows: stored.rows.into_iter().collect(), longest: LONGEST, patterns }
    }
}

impl From<Lists> for Stored {
    fn from(lists: Lists) -> Stored {
        let patterns = lists.patterns.iter().map(|p| p.as_str().to_owned()).collect();
        Stored { rows: lists.rows.into_iter().collect(), patterns }
    }
}

/// Units of the longest value of a list that is looked for.
const LONGEST: usize = 12;
const PATTERNS: usize = 200;

fn pattern(source: &str) -> Option<Regex> {
    RegexBuilder::new(source).case_insensitive(true).size_limit(1 << 20).build().ok()
}

impl Lists {
    /// Patterns that cannot be read, such as those with look-ahead, are named in `warnings`.
    pub fn new(
        lists: &BTreeMap<String, Vec<String>>,
        patterns: &BTreeMap<String, Vec<String>>,
        warnings: &mut Vec<String>,
    ) -> Lists {
        let mut all = Lists { longest: LONGEST, ..Lists::default() };
        for (list, values) in lists.values().enumerate().take(usize::from(u16::MAX)) {
            for value in values {
                let units = super::units::units(value);
                if units.is_empty() || units.len() > LONGEST {
                    continue;
                }
                let row = all.rows.entry(units.iter().fold(1, |h, u| mix(h, form(&u.form)))).or_default();
                if !row.contains(&(list as u16)) {
                    row.push(list as u16);
                }
            }
        }
        for (name, sources) in patterns {
            for source in sources {
                match pattern(source) {
                    Some(pattern) if all.patterns.len() < PATTERNS => all.patterns.push(pattern),
                    _ => warnings.push(format!("the pattern {source} of {name} is not used for entities")),
                }
            }
        }
        all
    }

    fn mark(&self, text: &str, units: &[Unit], forms: &[u64], features: &mut [Vec<u32>]) {
        let mut put = |range: std::ops::Range<usize>, sign: u64| {
            let (first, last) = (range.start, range.end.saturating_sub(1));
            for i in range {
                features[i].push(mix(mix(LIST, sign), u64::from(i > first) + 2 * u64::from(i < last)) as u32);
            }
        };
        for start in 0..if self.rows.is_empty() { 0 } else { forms.len() } {
            // The longest value that begins here.
            let mut key = 1;
            let mut found: Option<(usize, &[u16])> = None;
            for (i, form) in forms[start..].iter().take(self.longest).enumerate() {
                key = mix(key, *form);
                if let Some(lists) = self.rows.get(&key) {
                    found = Some((i + 1, lists));
                }
            }
            if let Some((length, lists)) = found {
                lists.iter().for_each(|list| put(start..start + length, u64::from(*list)));
            }
        }
        for (number, pattern) in self.patterns.iter().enumerate() {
            for hit in pattern.find_iter(text).filter(|hit| !hit.is_empty()) {
                let first = units.partition_point(|u| u.end <= hit.start());
                let last = units.partition_point(|u| u.start < hit.end());
                put(first..last, 1 << 20 | number as u64);
            }
        }
    }
}

const LIST: u64 = 900;

fn shape(unit: Option<&Unit>) -> u64 {
    let Some(unit) = unit else { return 0 };
    match unit.class {
        Class::Character => 1,
        Class::Digits => 10 + unit.form.len().min(12) as u64,
        Class::Word => 30 + u64::from(unit.capital) + 2 * (unit.form.chars().count().min(4) as u64),
        Class::Mark => 2,
    }
}

/// Numbers of the features of each unit. Equal numbers of different features are rare and harmless.
pub fn features(text: &str, units: &[Unit], lists: &Lists) -> Vec<Vec<u32>> {
    let forms: Vec<u64> = units.iter().map(|u| form(&u.form)).collect();
    let mut all = Vec::with_capacity(units.len());
    for (i, unit) in units.iter().enumerate() {
        let at = |step: isize| i.checked_add_signed(step).and_then(|i| forms.get(i)).copied().unwrap_or(7);
        let near = |step: isize| i.checked_add_signed(step).and_then(|i| units.get(i));
        let mut out = Vec::with_capacity(28);
        let mut put = |name: u64, parts: &[u64]| out.push(parts.iter().fold(mix(0, name), |h, p| mix(h, *p)) as u32);
        for step in -2..=2 {
            put(10 + (step + 2) as u64, &[at(step)]);
            put(20 + (step + 2) as u64, &[shape(near(step))]);
        }
        for step in -2..=1 {
            put(30 + (step + 2) as u64, &[at(step), at(step + 1)]);
        }
        put(34, &[at(-1), at(1)]);
        for step in -2..=0 {
            put(40 + (step + 2) as u64, &[at(step), at(step + 1), at(step + 2)]);
        }
        put(50, &[shape(near(-1)), shape(near(0)), shape(near(1))]);
        if unit.class == Class::Word {
            let letters: Vec<char> = unit.form.chars().collect();
            for n in 2..=3.min(letters.len()) {
                put(60 + n as u64, &letters[..n].iter().map(|c| *c as u64).collect::<Vec<_>>());
                put(70 + n as u64, &letters[letters.len() - n..].iter().map(|c| *c as u64).collect::<Vec<_>>());
            }
        }
        all.push(out);
    }
    lists.mark(text, units, &forms, &mut all);
    all
}
