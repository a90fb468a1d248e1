//! From training data to texts with marked units.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::features::Lists;
use super::{Name, TaggerOptions};
use crate::training::{Annotation, TrainingData};
use crate::understanding::EntityKind;

/// Kinds of entities that are told apart; the time of learning and finding grows with their square.
const KINDS: usize = 100;
/// Texts without entities, for each with some: they teach what is none.
const PLAIN: usize = 2;

pub struct Corpus {
    pub kinds: Vec<Vec<Name>>,
    pub texts: Vec<Marked>,
    pub synonyms: BTreeMap<String, String>,
    pub lists: Lists,
    pub warnings: Vec<String>,
}

pub struct Marked {
    pub text: String,
    /// Byte range and number of the kind; not overlapping.
    pub spans: Vec<(usize, usize, usize)>,
}

/// A number for a text that does not depend on the others: the same choice when one is added.
fn number(text: &str, seed: u64) -> u64 {
    let mut state =
        text.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    super::learn::random(&mut state)
}

pub fn collect(data: &TrainingData, options: &TaggerOptions) -> Option<Corpus> {
    let mut warnings = Vec::new();
    let (mut marked, mut plain) = (Vec::new(), BTreeMap::new());
    let mut known = BTreeSet::new();
    for example in data.intents.iter().flat_map(|i| &i.examples) {
        let learnt = example.entities.iter().filter(|a| options.built_in || !EntityKind::is_name(&a.entity));
        let places = places(&example.text, learnt, &mut warnings);
        if !known.insert((&example.text, places.keys().copied().collect::<Vec<_>>())) {
            continue;
        }
        if places.is_empty() {
            plain.insert((number(&example.text, options.seed), &example.text), ());
        } else {
            marked.push((number(&example.text, options.seed), &example.text, places));
        }
    }
    if marked.is_empty() {
        return None;
    }
    marked.sort_by_key(|m| m.0);
    if marked.len() > options.texts {
        warnings.push(format!(
            "entities are learnt from {} of {} annotated examples: more would take too long",
            options.texts,
            marked.len()
        ));
        marked.truncate(options.texts);
    }
    let annotated: BTreeSet<&str> = marked.iter().map(|m| m.1.as_str()).collect();
    let room = (PLAIN * marked.len() + 30).min(options.texts.saturating_sub(marked.len()));
    let plain = plain.into_keys().filter(|(_, text)| !annotated.contains(text.as_str())).take(room);

    let mut counts: BTreeMap<&Vec<Name>, usize> = BTreeMap::new();
    marked.iter().flat_map(|m| m.2.values()).for_each(|names| *counts.entry(names).or_default() += 1);
    let mut ranked: Vec<(&Vec<Name>, usize)> = counts.into_iter().collect();
    ranked.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    for (names, _) in ranked.iter().skip(KINDS) {
        warnings.push(format!("entity {} is not learnt: there are more than {KINDS} kinds", names[0].label()));
    }
    ranked.truncate(KINDS);
    let mut kinds: Vec<Vec<Name>> = ranked.into_iter().map(|(names, _)| names.clone()).collect();
    kinds.sort();
    let numbers: HashMap<&Vec<Name>, usize> = kinds.iter().enumerate().map(|(i, k)| (k, i)).collect();

    let mut texts: Vec<Marked> = Vec::with_capacity(marked.len());
    for (_, text, places) in &marked {
        let spans = places.iter().filter_map(|((start, end), names)| Some((*start, *end, *numbers.get(names)?)));
        texts.push(Marked { text: (*text).clone(), spans: spans.collect() });
    }
    texts.extend(plain.map(|(_, text)| Marked { text: text.clone(), spans: Vec::new() }));
    let synonyms = synonyms(data);
    let lists = Lists::new(&lists(data), &data.regexes, &mut warnings);
    Some(Corpus { kinds, texts, synonyms, lists, warnings })
}

/// What stands where: names by place. Of places that overlap, the longest is taken.
fn places<'a>(
    text: &str,
    annotations: impl Iterator<Item = &'a Annotation>,
    warnings: &mut Vec<String>,
) -> BTreeMap<(usize, usize), Vec<Name>> {
    let mut places: BTreeMap<(usize, usize), Vec<Name>> = BTreeMap::new();
    let mut sorted: Vec<&Annotation> = annotations.collect();
    sorted.sort_by_key(|a| (std::cmp::Reverse(a.end.saturating_sub(a.start)), a.start));
    for a in sorted {
        let surface = text.get(a.start..a.end).unwrap_or_default();
        if surface.trim().is_empty() || a.entity.is_empty() {
            warnings.push(format!("entity {} has no text in \"{}\"", a.entity, crate::text::head_chars(text, 60)));
            continue;
        }
        let place = (a.start, a.end);
        if places.keys().any(|p| *p != place && p.0 < a.end && a.start < p.1) {
            warnings.push(format!("\"{surface}\" ({}) lies in a longer entity and is not learnt", a.entity));
            continue;
        }
        let names = places.entry(place).or_default();
        let name = Name::of(a);
        if !names.contains(&name) {
            names.push(name);
            names.sort();
        }
    }
    places
}

/// In lower case; the values of annotations count as synonyms of their texts.
fn synonyms(data: &TrainingData) -> BTreeMap<String, String> {
    let mut synonyms = BTreeMap::new();
    for example in data.intents.iter().flat_map(|i| &i.examples) {
        for a in &example.entities {
            if let (Some(value), Some(surface)) = (&a.value, example.text.get(a.start..a.end)) {
                synonyms.insert(surface.to_lowercase(), value.clone());
            }
        }
    }
    for (value, written) in &data.synonyms {
        synonyms.extend(written.iter().map(|w| (w.trim().to_lowercase(), value.clone())));
    }
    synonyms
}

/// Lookup tables, and each value's synonyms under its name.
fn lists(data: &TrainingData) -> BTreeMap<String, Vec<String>> {
    let mut lists = data.lookups.clone();
    let known: HashMap<String, String> = data
        .lookups
        .iter()
        .flat_map(|(list, values)| values.iter().map(|v| (v.to_lowercase(), list.clone())))
        .collect();
    for (value, written) in &data.synonyms {
        let list = known.get(&value.to_lowercase()).cloned().unwrap_or_else(|| format!("={value}"));
        let values = lists.entry(list).or_default();
        values.push(value.clone());
        values.extend(written.iter().cloned());
    }
    lists
}
