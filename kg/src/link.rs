//! Finds the things of the graph in what a customer wrote.

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::{Deserialize, Serialize};

use crate::normal::Normal;
use crate::sound::{FOLLOWS, Sounds, is_han, typed};
use crate::typo::Typos;
use crate::{Node, NodeKind};

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
    /// As the name is written; otherwise misspelt, in pinyin or with other characters of the same sound.
    pub exact: bool,
}

/// Names of longer words may be torn apart by a blank ("head phones"), those of short ones not ("size M 2 pieces").
const TEARABLE: usize = 4;
/// A name of one letter says nothing; one of one Chinese character stands between small words ("的锅吗", "哪个重").
const SHORTEST: usize = 2;
const BEFORE_SHORT: &str = "的本口把双件种些个款更最比较太很有买卖还说";

/// From this length on a Chinese name is known with one inner character left out.
const SKIPPABLE: usize = 5;
/// Slips are looked for in what a person types, not in pages that are pasted.
const LONGEST_TYPED: usize = 2000;

/// The names of some nodes, ready to be found.
pub(crate) struct Linker {
    automaton: Option<AhoCorasick>,
    patterns: Vec<Pattern>,
    typos: Typos,
    sounds: Sounds,
}

struct Pattern {
    letters: usize,
    seams: Vec<bool>,
    /// Positions of the nodes in the document.
    nodes: Vec<usize>,
    /// The name itself, not its pinyin or what is left of it without a character.
    exact: bool,
    /// Initials and the like that fit several things say nothing.
    ambiguous: bool,
    /// Which name an inexact form belongs to.
    of: String,
}

/// Nodes named at one place of a text.
pub(crate) struct Hit<'a> {
    pub nodes: &'a [usize],
    pub start: usize,
    pub end: usize,
    pub exact: bool,
}

impl Linker {
    pub fn new<'a>(nodes: impl Iterator<Item = (usize, &'a Node)>) -> Linker {
        let mut names = Names::default();
        let mut typos = Typos::default();
        let mut sounds = Sounds::default();
        let nodes: Vec<(usize, &Node)> = nodes.collect();
        let brands: Vec<&str> = nodes
            .iter()
            .filter(|(_, node)| node.kind == NodeKind::Brand)
            .flat_map(|(_, node)| [node.name.zh.as_str(), &node.name.en])
            .collect();
        for (at, node) in &nodes {
            let names_of = [node.name.zh.as_str(), &node.name.en].into_iter().chain(node.aliases.iter());
            for name in names_of.flat_map(|name| [Some(name.to_owned()), singular(name)]).flatten() {
                names.add(&name, *at, None);
            }
        }
        for (at, node) in nodes {
            // Places, policies and attributes are named exactly or not at all: they decide what is promised.
            let forgiving =
                matches!(node.kind, NodeKind::Product | NodeKind::Variant | NodeKind::Category | NodeKind::Brand);
            for name in [node.name.zh.as_str(), &node.name.en].into_iter().chain(node.aliases.iter()) {
                let Some(pattern) = names.add(name, at, None).filter(|_| forgiving) else { continue };
                // "眠云 乳胶枕" is asked for as 乳胶枕, unless that is something else's name.
                let short = brands.iter().find_map(|brand| name.strip_prefix(brand)?.strip_prefix(' '));
                if let Some(short) = short.filter(|short| node.kind == NodeKind::Product && !names.knows(short)) {
                    names.add(short, at, None);
                }
                let forms = typed(name);
                for form in forms.whole.iter().chain(&forms.initials).cloned().chain(with_one_left_out(name)) {
                    names.add(&form, at, Some(name));
                }
                if name.is_ascii() {
                    typos.add(name, pattern);
                    if let Some(one) = singular(name)
                        && let Some(pattern) = names.add(&one, at, None)
                    {
                        typos.add(&one, pattern);
                    }
                } else {
                    sounds.add(&Normal::new(name).values(), pattern);
                }
            }
        }
        let Names { texts, patterns, .. } = names;
        // Building fails only beyond 2^31 patterns or so; a linker without names finds nothing, which is safe.
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&texts).ok();
        Linker { automaton, patterns, typos, sounds }
    }

    /// The longest names that do not overlap, in the order of the text.
    pub fn find(&self, text: &Normal) -> Vec<Hit<'_>> {
        let Some(automaton) = &self.automaton else {
            return Vec::new();
        };
        let values = text.values();
        let mut found: Vec<(Range<usize>, &Pattern, bool)> = Vec::new();
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
            if pattern.letters < SHORTEST && !stands_alone(&values, &letters) {
                continue;
            }
            if let Some(letters) = text.whole_words(letters) {
                found.push((letters, pattern, pattern.exact));
            }
        }
        found.retain(|(_, pattern, _)| !pattern.ambiguous);
        if text.len() <= LONGEST_TYPED {
            let exact: Vec<Range<usize>> = found.iter().filter(|f| f.2).map(|f| f.0.clone()).collect();
            let slips = self.sounds.find(&text.values()).into_iter().chain(self.typos.find(text));
            for (letters, pattern) in slips {
                // A slip may contain a name ("rice cookr"), but never takes a part of one.
                let whole = |name: &Range<usize>| {
                    name.end <= letters.start
                        || letters.end <= name.start
                        || letters.start <= name.start && name.end <= letters.end && name.len() < letters.len()
                };
                if let Some(pattern) = self.patterns.get(pattern).filter(|_| exact.iter().all(whole))
                    && let Some(letters) = text.whole_words(letters.clone())
                {
                    found.push((letters, pattern, false));
                }
            }
        }
        found.sort_by_key(|(letters, _, exact)| (std::cmp::Reverse(letters.len()), !exact, letters.start));
        let mut taken = vec![false; text.len()];
        found.retain(|(letters, ..)| match taken.get_mut(letters.clone()) {
            Some(places) if !places.contains(&true) => {
                places.fill(true);
                true
            }
            _ => false,
        });
        found.sort_by_key(|(letters, ..)| letters.start);
        let hits = found.into_iter().filter_map(|(letters, pattern, exact)| {
            let (start, end) = text.span(&letters)?;
            Some(Hit { nodes: &pattern.nodes, start, end, exact })
        });
        hits.collect()
    }
}

/// Whether a word of one character is no part of a longer one.
fn stands_alone(text: &[char], letters: &Range<usize>) -> bool {
    let before = letters.start.checked_sub(1).and_then(|at| text.get(at));
    let after = text.get(letters.end);
    before.is_none_or(|c| !is_han(*c) || BEFORE_SHORT.contains(*c))
        && after.is_none_or(|c| !is_han(*c) || FOLLOWS.contains(*c))
}

/// Normalised names and what they stand for.
#[derive(Default)]
struct Names {
    texts: Vec<String>,
    patterns: Vec<Pattern>,
    known: HashMap<String, usize>,
}

impl Names {
    fn knows(&self, name: &str) -> bool {
        self.known.contains_key(&Normal::new(name).text)
    }

    /// The number of the pattern; `of` is the name that an inexact form belongs to.
    fn add(&mut self, form: &str, node: usize, of: Option<&str>) -> Option<usize> {
        let normal = Normal::new(form);
        if normal.len() < SHORTEST && !normal.text.chars().all(is_han) || normal.len() == 0 {
            return None;
        }
        let (seams, letters, exact) = (normal.seams(), normal.len(), of.is_none());
        let of = of.unwrap_or_default();
        let at = *self.known.entry(normal.text).or_insert_with_key(|text| {
            let seams = vec![false; letters];
            self.texts.push(text.clone());
            self.patterns.push(Pattern {
                letters,
                seams,
                nodes: Vec::new(),
                exact,
                ambiguous: false,
                of: of.to_owned(),
            });
            self.patterns.len() - 1
        });
        let pattern = self.patterns.get_mut(at)?;
        // What is some node's own name is no other's pinyin.
        if exact && !pattern.exact {
            pattern.nodes.clear();
            pattern.ambiguous = false;
            pattern.exact = true;
        }
        if exact == pattern.exact {
            pattern.seams.iter_mut().zip(seams).for_each(|(known, new)| *known |= new);
            if !pattern.nodes.contains(&node) {
                pattern.ambiguous |= !exact && !pattern.nodes.is_empty() && pattern.of != of;
                pattern.nodes.push(node);
            }
        }
        Some(at)
    }
}

/// 扫地机人 for 扫地机器人.
fn with_one_left_out(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() < SKIPPABLE || !letters.iter().all(|c| is_han(*c)) {
        return Vec::new();
    }
    let without = |at: usize| letters.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, c)| c).collect();
    (1..letters.len() - 1).map(without).collect()
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
