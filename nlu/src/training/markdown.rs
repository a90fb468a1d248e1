//! Rasa's Markdown of before 2.0: `## intent:name`, `## synonym:value`, `## regex:name`, `## lookup:name`, each with a
//! list; a lookup may name a file instead.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::{
    Example, IntentExamples, MAX_EXAMPLE_CHARS, MAX_WARNINGS, Note, Origin, TrainingData, TrainingDataError, Warning,
    annotation, bad_name, intent_name, note, too_long,
};
use crate::text::pattern;

static COMMENT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?s)<!--.*?--!?>"));

/// A lookup table that stands in a file of its own, one value a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LookupFile {
    pub name: String,
    pub path: String,
    pub line: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Section {
    Intent,
    Synonym,
    Regex,
    Lookup,
    Other,
}

/// Does a file hold training data in this form? Stories and README files are Markdown, too.
pub(super) fn has_examples(source: &str) -> bool {
    source.lines().any(|l| heading(l).is_some_and(|(section, _)| section != Section::Other))
}

/// `## intent: greet` -> the section and its name.
fn heading(line: &str) -> Option<(Section, &str)> {
    let rest = line.trim().strip_prefix("##")?.trim_start_matches('#').trim();
    let (kind, name) = rest.split_once(':').unwrap_or((rest, ""));
    let section = match kind.trim() {
        "intent" => Section::Intent,
        "synonym" => Section::Synonym,
        "regex" => Section::Regex,
        "lookup" => Section::Lookup,
        _ => return Some((Section::Other, rest)),
    };
    Some((section, name.trim()))
}

pub(super) fn parse(file: &str, source: &str) -> Result<(TrainingData, Vec<LookupFile>), TrainingDataError> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let source: Cow<'_, str> = COMMENT.replace_all(source, |found: &regex::Captures<'_>| {
        "\n".repeat(found[0].bytes().filter(|b| *b == b'\n').count()) // line numbers stay right
    });
    let mut reader = Reader { file: file.into(), data: TrainingData::default(), files: Vec::new() };
    let mut intents: Vec<IntentExamples> = Vec::new();
    let (mut section, mut name, mut since, mut items) = (Section::Other, "", 0, 0);
    for (at, line) in source.lines().enumerate().map(|(i, l)| (i + 1, l.trim())) {
        if let Some((found, title)) = heading(line) {
            reader.end(section, name, since, items);
            (section, name, since, items) = (found, title, at, 0);
            if section == Section::Other {
                let text = note(
                    format!("不认识的段落“{name}”，未采用"),
                    format!("the section \"{name}\" is not an intent, synonym, regex or lookup; ignored"),
                );
                reader.warn(at, text);
            } else if let Some(text) = bad_name(name) {
                return Err(reader.error(at, text));
            }
            if section == Section::Intent {
                intents.push(IntentExamples { name: intent_name(name).to_owned(), ..IntentExamples::default() });
            }
            continue;
        }
        let item = line.strip_prefix(['-', '*', '+']).map(str::trim);
        match (section, item) {
            (Section::Other, _) | (_, Some("")) => {}
            (Section::Intent, Some(item)) => {
                if let (Some(intent), Some(example)) = (intents.last_mut(), reader.example(at, item)?) {
                    intent.examples.push(example);
                }
                items += 1;
            }
            (_, Some(item)) => {
                let target = match section {
                    Section::Synonym => &mut reader.data.synonyms,
                    Section::Regex => &mut reader.data.regexes,
                    _ => &mut reader.data.lookups,
                };
                target.entry(name.to_owned()).or_default().push(item.to_owned());
                items += 1;
            }
            (Section::Lookup, None) if !line.is_empty() => {
                reader.files.push(LookupFile { name: name.to_owned(), path: line.to_owned(), line: at });
                items += 1;
            }
            (_, None) if !line.is_empty() && !line.starts_with('#') => {
                let shown: String = line.chars().take(80).collect();
                let text = note(
                    format!("例句要以 `-` 开头，这一行未采用：{shown}"),
                    format!("an example must start with `-`, ignored: {shown}"),
                );
                reader.warn(at, text);
            }
            _ => {}
        }
    }
    reader.end(section, name, since, items);
    intents.retain(|i| !i.examples.is_empty());
    reader.data.merge(TrainingData { intents, ..TrainingData::default() });
    Ok((reader.data, reader.files))
}

struct Reader {
    file: Arc<str>,
    data: TrainingData,
    files: Vec<LookupFile>,
}

impl Reader {
    fn error(&self, line: usize, text: Note) -> TrainingDataError {
        TrainingDataError::Format(Warning::new(&self.file, line, text))
    }

    fn warn(&mut self, line: usize, text: Note) {
        if self.data.warnings.len() < MAX_WARNINGS {
            self.data.warnings.push(Warning::new(&self.file, line, text));
        }
    }

    fn end(&mut self, section: Section, name: &str, since: usize, items: usize) {
        if section != Section::Other && items == 0 {
            let text = note(format!("{name} 没有例句"), format!("{name} has no examples"));
            self.warn(since, text);
        }
    }

    fn example(&self, line: usize, item: &str) -> Result<Option<Example>, TrainingDataError> {
        let chars = item.chars().count();
        if chars > MAX_EXAMPLE_CHARS {
            return Err(self.error(line, too_long(chars)));
        }
        let (text, entities) = annotation::parse(item)
            .map_err(|e| self.error(line, note(format!("实体标注有误：{e}"), format!("entity annotation: {e}"))))?;
        let origin = Origin { file: self.file.clone(), line };
        Ok((!text.is_empty()).then_some(Example { text, entities, metadata: None, origin }))
    }
}
