//! Training examples: the Rasa NLU YAML format (3.1), read leniently and written back.
//!
//! What Rasa users have should load as it is: every form of entity annotation, the short and the long form of
//! `examples`, synonyms, regexes, lookups and retrieval intents. What is not understood is a warning with file
//! and line, never a silent loss; what is plainly broken is an error with file and line.

mod annotation;
mod parse;
mod write;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use annotation::Annotation;

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
}

impl Example {
    /// Parses the annotation marks of one example line.
    pub fn annotated(line: &str) -> Example {
        let (text, entities) = annotation::parse(line).unwrap_or_else(|_| (line.trim().to_owned(), Vec::new()));
        Example { text, entities, metadata: None }
    }

    /// The example as it stands in a file, with annotation marks.
    pub fn to_line(&self) -> String {
        annotation::write(&self.text, &self.entities)
    }
}

/// Something in a file that was not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Empty when it concerns several files.
    pub file: String,
    /// 1-based; 0 when it concerns the whole file.
    pub line: usize,
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.file.is_empty() {
            return f.write_str(&self.text);
        }
        write!(f, "{}:{}: {}", self.file, self.line, self.text)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TrainingDataError {
    #[error("{file}:{line}: {text}")]
    Format { file: String, line: usize, text: String },
    #[error("{file}: {source}")]
    Read { file: String, source: std::io::Error },
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
        all.warn_duplicates();
        Ok(all)
    }

    pub fn load_file(path: &Path) -> Result<TrainingData, TrainingDataError> {
        let file = path.display().to_string();
        let source =
            std::fs::read_to_string(path).map_err(|source| TrainingDataError::Read { file: file.clone(), source })?;
        Self::parse(&file, &source)
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
        for intent in other.intents {
            let mine = self.intent_mut(&intent.name);
            mine.examples.extend(intent.examples);
            mine.metadata = mine.metadata.take().or(intent.metadata);
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

    /// The same text under two intents teaches nothing and hides a mistake.
    fn warn_duplicates(&mut self) {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        let mut found = Vec::new();
        for intent in &self.intents {
            for example in &intent.examples {
                let key = example.text.trim().to_lowercase();
                match seen.get(key.as_str()) {
                    Some(other) if *other != intent.name => found.push(Warning {
                        file: String::new(),
                        line: 0,
                        text: format!("\"{}\" is an example of both {other} and {}", example.text, intent.name),
                    }),
                    Some(_) => {}
                    None => {
                        seen.insert(key, &intent.name);
                    }
                }
            }
        }
        self.warnings.extend(found);
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

#[cfg(test)]
mod tests;
