//! YAML -> `TrainingData`.

use std::collections::BTreeMap;

use serde_yaml_ng::{Mapping, Value};

use super::{Example, IntentExamples, TrainingData, TrainingDataError, Warning, annotation};

/// Parts of a Rasa project that may share a file with the examples; they are not ours to read.
const OTHER_SECTIONS: &[&str] = &[
    "version",
    "stories",
    "rules",
    "responses",
    "intents",
    "entities",
    "slots",
    "forms",
    "actions",
    "session_config",
    "e2e_actions",
    "e2e_tests",
    "recipe",
    "language",
    "pipeline",
    "policies",
    "config",
    "assistant_id",
    "templates",
    "flows",
];

struct Parser<'a> {
    file: &'a str,
    source: &'a str,
    data: TrainingData,
}

pub(super) fn parse(file: &str, source: &str) -> Result<TrainingData, TrainingDataError> {
    let mut parser = Parser { file, source, data: TrainingData::default() };
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let root: Value = serde_yaml_ng::from_str(source).map_err(|e| TrainingDataError::Format {
        file: file.to_owned(),
        line: e.location().map_or(0, |l| l.line()),
        text: e.to_string(),
    })?;
    match root {
        Value::Null => {}
        Value::Mapping(root) => parser.root(&root)?,
        _ => return Err(parser.error("", "expected sections such as `nlu:` at the top")),
    }
    Ok(parser.data)
}

impl Parser<'_> {
    /// serde gives no positions of values: the line is found again by its text.
    fn line_of(&self, needle: &str) -> usize {
        let needle = needle.trim();
        if needle.is_empty() {
            return 0;
        }
        let mut lines = self.source.lines();
        let first = needle.lines().next().unwrap_or(needle);
        lines.position(|l| l.contains(first)).map_or(0, |at| at + 1)
    }

    fn error(&self, near: &str, text: &str) -> TrainingDataError {
        TrainingDataError::Format { file: self.file.to_owned(), line: self.line_of(near), text: text.to_owned() }
    }

    fn warn(&mut self, near: &str, text: String) {
        let line = self.line_of(near);
        self.data.warnings.push(Warning { file: self.file.to_owned(), line, text });
    }

    fn root(&mut self, root: &Mapping) -> Result<(), TrainingDataError> {
        if let Some(version) = root.get("version") {
            let version = scalar(version).unwrap_or_default();
            if !(version.starts_with("2.") || version.starts_with("3.")) {
                self.warn("version", format!("version {version} is not known; read as 3.1"));
            }
        }
        for key in root.keys() {
            let key = scalar(key).unwrap_or_default();
            if key != "nlu" && !OTHER_SECTIONS.contains(&key.as_str()) {
                self.warn(&key, format!("unknown section `{key}`, ignored"));
            }
        }
        let items = match root.get("nlu") {
            None | Some(Value::Null) => return Ok(()),
            Some(Value::Sequence(items)) => items,
            Some(_) => return Err(self.error("nlu:", "`nlu` must be a list of intents, synonyms, regexes or lookups")),
        };
        for item in items {
            let Some(item) = item.as_mapping() else {
                return Err(self.error(
                    &scalar(item).unwrap_or_default(),
                    "an item of `nlu` must start with intent:, synonym:, regex: or lookup:",
                ));
            };
            self.item(item)?;
        }
        Ok(())
    }

    fn item(&mut self, item: &Mapping) -> Result<(), TrainingDataError> {
        let kind = ["intent", "synonym", "regex", "lookup"].into_iter().find(|k| item.contains_key(*k));
        let Some(kind) = kind else {
            let first = item.keys().next().and_then(scalar).unwrap_or_default();
            self.warn(
                &format!("{first}:"),
                format!("item with `{first}:` is not an intent, synonym, regex or lookup; ignored"),
            );
            return Ok(());
        };
        let name = item.get(kind).and_then(scalar).unwrap_or_default().trim().to_owned();
        let near = format!("{kind}: {name}");
        if name.is_empty() {
            return Err(self.error(&format!("{kind}:"), &format!("{kind} without a name")));
        }
        for key in item.keys() {
            let key = scalar(key).unwrap_or_default();
            if key != kind && key != "examples" && key != "metadata" {
                self.warn(&near, format!("unknown key `{key}` in {kind} {name}, ignored"));
            }
        }
        let examples = match item.get("examples") {
            None | Some(Value::Null) => {
                self.warn(&near, format!("{kind} {name} has no examples"));
                return Ok(());
            }
            Some(Value::String(block)) => self.block(block, &near),
            Some(Value::Sequence(list)) => self.list(list, &near)?,
            Some(_) => {
                return Err(self.error(&near, &format!("examples of {kind} {name} must be a text block or a list")));
            }
        };
        if kind != "intent" {
            let values = examples.into_iter().map(|(text, _)| text).collect::<Vec<_>>();
            let target: &mut BTreeMap<String, Vec<String>> = match kind {
                "synonym" => &mut self.data.synonyms,
                "regex" => &mut self.data.regexes,
                _ => &mut self.data.lookups,
            };
            target.entry(name).or_default().extend(values);
            return Ok(());
        }
        let mut intent = IntentExamples { name, examples: Vec::new(), metadata: item.get("metadata").cloned() };
        for (line, metadata) in examples {
            let (text, entities) =
                annotation::parse(&line).map_err(|e| self.error(&line, &format!("entity annotation: {e}")))?;
            if text.is_empty() {
                continue;
            }
            intent.examples.push(Example { text, entities, metadata });
        }
        self.data.merge(TrainingData { intents: vec![intent], ..TrainingData::default() });
        Ok(())
    }

    /// `examples: |` with one `- example` a line.
    fn block(&mut self, block: &str, near: &str) -> Vec<(String, Option<Value>)> {
        let mut found = Vec::new();
        for line in block.lines() {
            let trimmed = line.trim();
            match trimmed.strip_prefix('-') {
                Some(example) if !example.trim().is_empty() => found.push((example.trim().to_owned(), None)),
                Some(_) => {}
                None if trimmed.is_empty() || trimmed.starts_with('#') => {}
                None => {
                    let line = if self.line_of(trimmed) > 0 { trimmed } else { near };
                    self.warn(line, format!("example line must start with `-`, ignored: {trimmed}"));
                }
            }
        }
        found
    }

    /// The long form: `- text: …` with metadata; plain strings are accepted too.
    fn list(&mut self, list: &[Value], near: &str) -> Result<Vec<(String, Option<Value>)>, TrainingDataError> {
        let mut found = Vec::new();
        for value in list {
            let (text, metadata) = match value {
                Value::Mapping(entry) => {
                    let Some(text) = entry.get("text").and_then(scalar) else {
                        return Err(self.error(near, "an example in the long form needs `text:`"));
                    };
                    for key in entry.keys() {
                        let key = scalar(key).unwrap_or_default();
                        if !["text", "metadata", "intent", "entities"].contains(&key.as_str()) {
                            self.warn(&text, format!("unknown key `{key}` in an example, ignored"));
                        }
                    }
                    (text, entry.get("metadata").cloned())
                }
                other => match scalar(other) {
                    Some(text) => (text, None),
                    None => return Err(self.error(near, "an example must be a text or a mapping with `text:`")),
                },
            };
            let text = text.trim();
            let text = text.strip_prefix("- ").unwrap_or(text).trim();
            if !text.is_empty() {
                found.push((text.to_owned(), metadata));
            }
        }
        Ok(found)
    }
}

/// YAML turns `yes`, `12` and `1.5` into other types; as an example or a name they are texts.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}
