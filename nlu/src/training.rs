//! Training examples: read from what people have (Rasa's YAML, Markdown and JSON, JSON lines), written as Rasa NLU
//! YAML 3.1.
//!
//! What Rasa users have should load as it is: every form of entity annotation, the short and the long form of
//! `examples`, synonyms, regexes, lookups and retrieval intents. What is not understood is a warning with file
//! and line, never a silent loss; what is plainly broken is an error with file and line.

mod annotation;
mod duplicates;
mod import;
mod jsonl;
mod markdown;
mod parse;
mod rasa_json;
mod sources;
mod write;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kg::Language;
use serde::{Deserialize, Serialize};

use crate::understanding::FALLBACK;

pub use annotation::Annotation;
pub use import::{FileKind, FileReport, Import, Taken};
pub use sources::{ImportError, Source};

/// Longer is no utterance but a damaged file.
const MAX_EXAMPLE_CHARS: usize = 10_000;
const MAX_NAME_CHARS: usize = 200;
/// Warnings that are kept of one file; a broken file of 200,000 lines must not become a report of that size.
const MAX_WARNINGS: usize = 200;

/// All examples of one or many files. Intents keep the order in which they were first seen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrainingData {
    pub intents: Vec<IntentExamples>,
    /// Canonical value -> what people write instead.
    pub synonyms: BTreeMap<String, Vec<String>>,
    /// Entity or feature name -> patterns.
    pub regexes: BTreeMap<String, Vec<String>>,
    /// Entity name -> its known values.
    pub lookups: BTreeMap<String, Vec<String>>,
    pub warnings: Vec<Warning>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct IntentExamples {
    /// `order_status`, or `faq/shipping` for a retrieval intent.
    pub name: String,
    pub examples: Vec<Example>,
    pub metadata: Option<serde_yaml_ng::Value>,
}

/// One utterance without its annotation marks; `entities` point into `text`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Example {
    pub text: String,
    pub entities: Vec<Annotation>,
    pub metadata: Option<serde_yaml_ng::Value>,
    pub origin: Origin,
}

/// File and line that an example was read from; empty for one that came from no file.
#[derive(Debug, Clone, Default, Eq)]
pub struct Origin {
    pub file: Arc<str>,
    /// 1-based; 0 when unknown.
    pub line: usize,
}

impl PartialEq for Origin {
    /// Where an example stands is no part of what it says.
    fn eq(&self, _: &Origin) -> bool {
        true
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

impl Example {
    /// Parses the annotation marks of one example line.
    pub fn annotated(line: &str) -> Example {
        let (text, entities) = annotation::parse(line).unwrap_or_else(|_| (line.trim().to_owned(), Vec::new()));
        Example { text, entities, ..Example::default() }
    }

    /// The example as it stands in a file, with annotation marks.
    pub fn to_line(&self) -> String {
        annotation::write(&self.text, &self.entities)
    }
}

/// Something in a file that was not used, or cannot be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Empty when it concerns several files.
    pub file: String,
    /// 1-based; 0 when it concerns the whole file.
    pub line: usize,
    pub text: String,
    /// The same in Chinese.
    #[serde(default)]
    pub zh: String,
}

impl Warning {
    fn new(file: &str, line: usize, note: Note) -> Warning {
        Warning { file: file.to_owned(), line, text: note.en, zh: note.zh }
    }

    pub fn in_language(&self, language: Language) -> String {
        let text = if language == Language::Zh && !self.zh.is_empty() { &self.zh } else { &self.text };
        match (self.file.as_str(), self.line) {
            ("", _) => text.clone(),
            (file, 0) => format!("{file}: {text}"),
            (file, line) => format!("{file}:{line}: {text}"),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::En))
    }
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub zh: String,
    pub en: String,
}

fn note(zh: impl Into<String>, en: impl Into<String>) -> Note {
    Note { zh: zh.into(), en: en.into() }
}

#[derive(Debug, thiserror::Error)]
pub enum TrainingDataError {
    #[error("{0}")]
    Format(Warning),
    #[error("{file}: {source}")]
    Read { file: String, source: std::io::Error },
}

/// Data sets and Rasa projects have several names for "none of the intents".
fn intent_name(name: &str) -> &str {
    match name.trim() {
        "oos" | "OOS" | "out_of_scope" | FALLBACK => FALLBACK,
        name => name,
    }
}

/// What is wrong with a name of an intent, if anything is.
fn bad_name(name: &str) -> Option<Note> {
    if name.is_empty() {
        return Some(note("意图名是空的", "the name of the intent is empty"));
    }
    if name.chars().count() > MAX_NAME_CHARS || name.chars().any(char::is_control) {
        return Some(note(
            format!("意图名最多 {MAX_NAME_CHARS} 个字符，且不能有换行等控制字符"),
            format!("the name of an intent has at most {MAX_NAME_CHARS} characters and no control characters"),
        ));
    }
    None
}

fn too_long(chars: usize) -> Note {
    note(
        format!("例句有 {chars} 个字符，最多 {MAX_EXAMPLE_CHARS} 个；请删去或拆开它"),
        format!("an example of {chars} characters; at most {MAX_EXAMPLE_CHARS} are allowed: delete or split it"),
    )
}

impl TrainingData {
    /// `file` is only for messages.
    pub fn parse(file: &str, source: &str) -> Result<TrainingData, TrainingDataError> {
        parse::parse(file, source)
    }

    /// Every `*.yml` and `*.yaml` below `dir`, in the order of their names.
    pub fn load_dir(dir: &Path) -> Result<TrainingData, TrainingDataError> {
        let mut all = TrainingData::default();
        let mut files = Vec::new();
        yaml_files(dir, 0, &mut files)?;
        files.sort();
        for path in files {
            all.merge(Self::load_file(&path)?);
        }
        all.warnings.extend(duplicates::warnings(&all));
        Ok(all)
    }

    pub fn load_file(path: &Path) -> Result<TrainingData, TrainingDataError> {
        let file = path.display().to_string();
        let source =
            std::fs::read_to_string(path).map_err(|source| TrainingDataError::Read { file: file.clone(), source })?;
        Self::parse(&file, &source)
    }

    /// Everything that can be taken from these files and folders (Rasa projects), and what became of each file.
    pub fn import(paths: &[PathBuf]) -> Result<Import, ImportError> {
        Ok(import::import(sources::walk(paths)?))
    }

    /// The same for files that are in memory already.
    pub fn import_sources(files: Vec<Source>) -> Import {
        import::import(files)
    }

    /// The same for a zip archive of files.
    pub fn import_zip(bytes: &[u8]) -> Result<Import, ImportError> {
        Ok(import::import(sources::unzip(bytes)?))
    }

    pub fn to_yaml(&self) -> String {
        write::to_yaml(self)
    }

    /// One intent as a file of its own.
    pub fn intent_yaml(intent: &IntentExamples) -> String {
        write::to_yaml(&TrainingData { intents: vec![intent.clone()], ..TrainingData::default() })
    }

    pub fn intent(&self, name: &str) -> Option<&IntentExamples> {
        self.intents.iter().find(|i| i.name == name)
    }

    /// Replaces the examples of one intent, or adds it; an empty list removes it.
    pub fn set_intent(&mut self, name: &str, examples: Vec<Example>) {
        if examples.is_empty() {
            self.intents.retain(|i| i.name != name);
        } else {
            let intent = self.intent_mut(name);
            intent.examples = examples;
        }
    }

    /// Adds everything in `other`; intents of the same name are joined.
    pub fn merge(&mut self, other: TrainingData) {
        let mut places: HashMap<String, usize> =
            self.intents.iter().enumerate().map(|(at, i)| (i.name.clone(), at)).collect();
        for intent in other.intents {
            match places.get(&intent.name) {
                Some(&at) => {
                    let mine = &mut self.intents[at];
                    mine.examples.extend(intent.examples);
                    mine.metadata = mine.metadata.take().or(intent.metadata);
                }
                None => {
                    places.insert(intent.name.clone(), self.intents.len());
                    self.intents.push(intent);
                }
            }
        }
        for (mine, others) in [
            (&mut self.synonyms, other.synonyms),
            (&mut self.regexes, other.regexes),
            (&mut self.lookups, other.lookups),
        ] {
            for (name, values) in others {
                mine.entry(name).or_default().extend(values);
            }
        }
        self.warnings.extend(other.warnings);
    }

    pub fn example_count(&self) -> usize {
        self.intents.iter().map(|i| i.examples.len()).sum()
    }

    fn intent_mut(&mut self, name: &str) -> &mut IntentExamples {
        let at = match self.intents.iter().position(|i| i.name == name) {
            Some(at) => at,
            None => {
                self.intents.push(IntentExamples { name: name.to_owned(), ..IntentExamples::default() });
                self.intents.len() - 1
            }
        };
        &mut self.intents[at]
    }
}

fn yaml_files(dir: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), TrainingDataError> {
    let error = |source| TrainingDataError::Read { file: dir.display().to_string(), source };
    for entry in std::fs::read_dir(dir).map_err(error)? {
        let path = entry.map_err(error)?.path();
        // A link cycle must not hang the start.
        if path.is_dir() && depth < 8 {
            yaml_files(&path, depth + 1, files)?;
        } else if path.extension().is_some_and(|e| e == "yml" || e == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}
