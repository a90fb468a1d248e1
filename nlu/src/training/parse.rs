//! Rasa NLU YAML (2.0, 3.x) -> `TrainingData`.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_yaml_ng::{Mapping, Value};

use super::{
    Example, IntentExamples, MAX_EXAMPLE_CHARS, MAX_WARNINGS, Note, Origin, TrainingData, TrainingDataError, Warning,
    annotation, bad_name, intent_name, note, too_long,
};

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

/// How many lines ahead an example is looked for.
const AHEAD: usize = 400;

struct Parser<'a> {
    file: Arc<str>,
    lines: Vec<&'a str>,
    /// Examples stand in the order in which they are read: the search for the next one begins here.
    next: usize,
    data: TrainingData,
}

pub(super) fn parse(file: &str, source: &str) -> Result<TrainingData, TrainingDataError> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut parser =
        Parser { file: file.into(), lines: source.lines().collect(), next: 0, data: TrainingData::default() };
    let root: Value = serde_yaml_ng::from_str(source).map_err(|e| {
        let line = e.location().map_or(0, |l| l.line());
        let text = note(format!("不是正确的 YAML：{e}"), format!("this is not valid YAML: {e}"));
        TrainingDataError::Format(Warning::new(file, line, text))
    })?;
    match root {
        Value::Null => {}
        Value::Mapping(root) => parser.root(&root)?,
        _ => {
            let text = note("文件开头应该是 `nlu:` 等段落", "expected sections such as `nlu:` at the top");
            return Err(parser.error("", text));
        }
    }
    Ok(parser.data)
}

impl Parser<'_> {
    /// serde gives no positions of values: the line of an example is found again by its text, onwards from the last.
    /// 0 when it is written in another way there (escapes).
    fn find(&mut self, needle: &str) -> usize {
        let needle = needle.trim().lines().next().unwrap_or_default().trim_end();
        let from = self.next.min(self.lines.len());
        let to = (from + AHEAD).min(self.lines.len());
        match self.lines[from..to].iter().position(|l| !needle.is_empty() && l.contains(needle)) {
            Some(at) => {
                self.next = from + at + 1;
                self.next
            }
            None => 0,
        }
    }

    /// For what is said once: the line anywhere in the file.
    fn line_of(&mut self, needle: &str) -> usize {
        match self.find(needle) {
            0 => {
                let first = needle.trim().lines().next().unwrap_or_default();
                let found = self.lines.iter().position(|l| !first.is_empty() && l.contains(first));
                found.map_or(0, |at| at + 1)
            }
            line => line,
        }
    }

    fn error(&mut self, near: &str, text: Note) -> TrainingDataError {
        let line = self.line_of(near);
        TrainingDataError::Format(Warning::new(&self.file, line, text))
    }

    fn warn(&mut self, near: &str, text: Note) {
        if self.data.warnings.len() < MAX_WARNINGS {
            let line = self.line_of(near);
            self.warn_at(line, text);
        }
    }

    fn warn_at(&mut self, line: usize, text: Note) {
        if self.data.warnings.len() < MAX_WARNINGS {
            self.data.warnings.push(Warning::new(&self.file, line, text));
        }
    }

    fn root(&mut self, root: &Mapping) -> Result<(), TrainingDataError> {
        if let Some(version) = root.get("version") {
            let version = scalar(version).unwrap_or_default();
            if !(version.starts_with("2.") || version.starts_with("3.")) {
                let text = note(
                    format!("不认识版本 {version}，按 3.1 读取"),
                    format!("version {version} is not known; read as 3.1"),
                );
                self.warn("version", text);
            }
        }
        for key in root.keys() {
            let key = scalar(key).unwrap_or_default();
            if key != "nlu" && !OTHER_SECTIONS.contains(&key.as_str()) {
                let text = note(format!("不认识的段落 `{key}`，未采用"), format!("unknown section `{key}`, ignored"));
                let line = self.lines.iter().position(|l| l.starts_with(&key)).map_or(0, |at| at + 1);
                self.warn_at(line, text);
            }
        }
        let items = match root.get("nlu") {
            None | Some(Value::Null) => return Ok(()),
            Some(Value::Sequence(items)) => items,
            Some(_) => {
                let text = note(
                    "`nlu` 应该是意图、同义词、正则或词表的列表",
                    "`nlu` must be a list of intents, synonyms, regexes or lookups",
                );
                return Err(self.error("nlu:", text));
            }
        };
        self.find("nlu:");
        let mut intents: Vec<IntentExamples> = Vec::new();
        for item in items {
            let Some(item) = item.as_mapping() else {
                let text = note(
                    "`nlu` 的每一项要以 intent:、synonym:、regex: 或 lookup: 开头",
                    "an item of `nlu` must start with intent:, synonym:, regex: or lookup:",
                );
                return Err(self.error(&scalar(item).unwrap_or_default(), text));
            };
            intents.extend(self.item(item)?);
        }
        self.data.merge(TrainingData { intents, ..TrainingData::default() });
        Ok(())
    }

    fn item(&mut self, item: &Mapping) -> Result<Option<IntentExamples>, TrainingDataError> {
        let kind = ["intent", "synonym", "regex", "lookup"].into_iter().find(|k| item.contains_key(*k));
        let Some(kind) = kind else {
            let first = item.keys().next().and_then(scalar).unwrap_or_default();
            let text = note(
                format!("`{first}:` 既不是意图，也不是同义词、正则或词表，未采用"),
                format!("item with `{first}:` is not an intent, synonym, regex or lookup; ignored"),
            );
            self.warn(&format!("{first}:"), text);
            return Ok(None);
        };
        let name = item.get(kind).and_then(scalar).unwrap_or_default().trim().to_owned();
        if name.is_empty() {
            let text = note(format!("{kind} 没有名字"), format!("{kind} without a name"));
            return Err(self.error(&format!("{kind}:"), text));
        }
        if kind == "intent"
            && let Some(text) = bad_name(&name)
        {
            return Err(self.error(&name, text));
        }
        let line = match self.find(&format!("{kind}: {name}")) {
            0 => self.find(&name), // quoted
            line => line,
        };
        for key in item.keys() {
            let key = scalar(key).unwrap_or_default();
            if key != kind && key != "examples" && key != "metadata" {
                let text = note(
                    format!("{kind} {name} 里不认识的键 `{key}`，未采用"),
                    format!("unknown key `{key}` in {kind} {name}, ignored"),
                );
                self.warn_at(line, text);
            }
        }
        let examples = match item.get("examples") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::String(block)) => self.block(block, line),
            Some(Value::Sequence(list)) => self.list(list, line)?,
            Some(_) => {
                let text = note(
                    format!("{kind} {name} 的 examples 应该是文本块或列表"),
                    format!("examples of {kind} {name} must be a text block or a list"),
                );
                return Err(TrainingDataError::Format(Warning::new(&self.file, line, text)));
            }
        };
        if examples.is_empty() {
            let text = note(format!("{kind} {name} 没有例句"), format!("{kind} {name} has no examples"));
            self.warn_at(line, text);
            return Ok(None);
        }
        if kind != "intent" {
            let values = examples.into_iter().map(|e| e.text).collect::<Vec<_>>();
            let target: &mut BTreeMap<String, Vec<String>> = match kind {
                "synonym" => &mut self.data.synonyms,
                "regex" => &mut self.data.regexes,
                _ => &mut self.data.lookups,
            };
            target.entry(name).or_default().extend(values);
            return Ok(None);
        }
        let name = intent_name(&name).to_owned();
        let mut intent = IntentExamples { name, examples: Vec::new(), metadata: item.get("metadata").cloned() };
        for line in examples {
            let at = |text: Note| TrainingDataError::Format(Warning::new(&self.file, line.at, text));
            let chars = line.text.chars().count();
            if chars > MAX_EXAMPLE_CHARS {
                return Err(at(too_long(chars)));
            }
            let (text, entities) = annotation::parse(&line.text)
                .map_err(|e| at(note(format!("实体标注有误：{e}"), format!("entity annotation: {e}"))))?;
            if !text.is_empty() {
                let origin = Origin { file: self.file.clone(), line: line.at };
                intent.examples.push(Example { text, entities, metadata: line.metadata, origin });
            }
        }
        Ok(Some(intent))
    }

    /// `examples: |` with one `- example` a line.
    fn block(&mut self, block: &str, near: usize) -> Vec<Line> {
        let mut found = Vec::new();
        for line in block.lines() {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let at = match self.find(trimmed) {
                0 => near,
                at => at,
            };
            match trimmed.strip_prefix('-').map(str::trim) {
                Some("") => {}
                Some(example) => found.push(Line { text: example.to_owned(), metadata: None, at }),
                None => {
                    let shown: String = trimmed.chars().take(80).collect();
                    let text = note(
                        format!("例句要以 `-` 开头，这一行未采用：{shown}"),
                        format!("example line must start with `-`, ignored: {shown}"),
                    );
                    self.warn_at(at, text);
                }
            }
        }
        found
    }

    /// The long form: `- text: …` with metadata; plain strings are accepted too.
    fn list(&mut self, list: &[Value], near: usize) -> Result<Vec<Line>, TrainingDataError> {
        let error = |file: &str, text| TrainingDataError::Format(Warning::new(file, near, text));
        let mut found = Vec::new();
        for value in list {
            let (text, metadata, keys) = match value {
                Value::Mapping(entry) => {
                    let Some(text) = entry.get("text").and_then(scalar) else {
                        let text = note("长格式的例句要有 `text:`", "an example in the long form needs `text:`");
                        return Err(error(&self.file, text));
                    };
                    (text, entry.get("metadata").cloned(), entry.keys().filter_map(scalar).collect())
                }
                other => match scalar(other) {
                    Some(text) => (text, None, Vec::new()),
                    None => {
                        let text = note(
                            "例句应该是文本，或带 `text:` 的映射",
                            "an example must be a text or a mapping with `text:`",
                        );
                        return Err(error(&self.file, text));
                    }
                },
            };
            let text = text.trim();
            let text = text.strip_prefix("- ").unwrap_or(text).trim();
            let at = match self.find(text) {
                0 => near,
                at => at,
            };
            for key in keys.iter().filter(|k| !["text", "metadata", "intent", "entities"].contains(&k.as_str())) {
                let text = note(
                    format!("例句里不认识的键 `{key}`，未采用"),
                    format!("unknown key `{key}` in an example, ignored"),
                );
                self.warn_at(at, text);
            }
            if !text.is_empty() {
                found.push(Line { text: text.to_owned(), metadata, at });
            }
        }
        Ok(found)
    }
}

struct Line {
    text: String,
    metadata: Option<Value>,
    at: usize,
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
