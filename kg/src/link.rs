//! Finds the things of the graph in what a customer wrote.

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::{Deserialize, Serialize};

use crate::Node;
use crate::normal::Normal;

/// A node named in a text. Several mentions have the same span when a name fits several nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// Id of the node.
    pub node: String,
    /// Byte offsets into the text, on character boundaries.
    pub start: usize,
    pub end: usize,
    /// The text between them.
    pub surface: String,
}

/// Names of longer words may be torn apart by a blank ("head phones"), those of short ones not ("size M 2 pieces").
const TEARABLE: usize = 4;
/// A name of one character says nothing.
const SHORTEST: usize = 2;

/// The names of some nodes, ready to be found.
pub(crate) struct Linker {
    automaton: Option<AhoCorasick>,
    patterns: Vec<Pattern>,
}

struct Pattern {
    letters: usize,
    seams: Vec<bool>,
    /// Positions of the nodes in the document.
    nodes: Vec<usize>,
}

/// Nodes named at one place of a text.
pub(crate) struct Hit<'a> {
    pub nodes: &'a [usize],
    pub start: usize,
    pub end: usize,
}

impl Linker {
    pub fn new<'a>(nodes: impl Iterator<Item = (usize, &'a Node)>) -> Linker {
        let mut known: HashMap<String, Pattern> = HashMap::new();
        let mut add = |name: &str, node: usize| {
            let normal = Normal::new(name);
            if normal.len() < SHORTEST {
                return;
            }
            let seams = normal.seams();
            let letters = normal.len();
            let pattern = known.entry(normal.text).or_insert_with(|| Pattern {
                letters,
                seams: vec![false; letters],
                nodes: Vec::new(),
            });
            pattern.seams.iter_mut().zip(seams).for_each(|(known, new)| *known |= new);
            if !pattern.nodes.contains(&node) {
                pattern.nodes.push(node);
            }
        };
        for (at, node) in nodes {
            for name in [node.name.zh.as_str(), &node.name.en].into_iter().chain(node.aliases.iter()) {
                add(name, at);
                if let Some(singular) = singular(name) {
                    add(&singular, at);
                }
            }
        }
        let (texts, patterns): (Vec<String>, Vec<Pattern>) = known.into_iter().unzip();
        // Building fails only beyond 2^31 patterns or so; a linker without names finds nothing, which is safe.
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&texts).ok();
        Linker { automaton, patterns }
    }

    /// The longest names that do not overlap, in the order of the text.
    pub fn find(&self, text: &Normal) -> Vec<Hit<'_>> {
        let Some(automaton) = &self.automaton else {
            return Vec::new();
        };
        let mut found: Vec<(Range<usize>, &Pattern)> = Vec::new();
        for hit in automaton.find_overlapping_iter(&text.text) {
            let Some(pattern) = self.patterns.get(hit.pattern().as_usize()) else {
                continue;
            };
            let Some(letters) = text.letters(hit.range()).filter(|letters| letters.len() == pattern.letters) else {
                continue;
            };
            if pattern.letters < TEARABLE && text.blanks(&letters).any(|at| pattern.seams.get(at) == Some(&false)) {
                continue;
            }
            if let Some(letters) = text.whole_words(letters) {
                found.push((letters, pattern));
            }
        }
        found.sort_by_key(|(letters, _)| (std::cmp::Reverse(letters.len()), letters.start));
        let mut taken = vec![false; text.len()];
        found.retain(|(letters, _)| match taken.get_mut(letters.clone()) {
            Some(places) if !places.contains(&true) => {
                places.fill(true);
                true
            }
            _ => false,
        });
        found.sort_by_key(|(letters, _)| letters.start);
        let hits = found.into_iter().filter_map(|(letters, pattern)| {
            let (start, end) = text.span(&letters)?;
            Some(Hit { nodes: &pattern.nodes, start, end })
        });
        hits.collect()
    }
}

/// English names stand in the plural, and customers often write one of them.
fn singular(name: &str) -> Option<String> {
    let last = name.rsplit([' ', '-']).next()?;
    if !name.is_ascii() || last.len() < 4 || last.ends_with("ss") {
        return None;
    }
    if let Some(stem) = name.strip_suffix("ies") {
        return Some(format!("{stem}y"));
    }
    for ending in ["ches", "shes", "xes", "sses"] {
        if name.ends_with(ending) {
            return name.strip_suffix("es").map(str::to_owned);
        }
    }
    name.strip_suffix('s').map(str::to_owned)
}
