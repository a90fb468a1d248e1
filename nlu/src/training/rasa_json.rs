//! Rasa's JSON form of training data: `{"rasa_nlu_data": {"common_examples": […], …}}`.

use std::sync::Arc;

use serde_json::Value;

use super::markdown::LookupFile;
use super::{
    Example, MAX_EXAMPLE_CHARS, MAX_WARNINGS, Note, Origin, TrainingData, TrainingDataError, Warning, bad_name,
    intent_name, jsonl, note, too_long,
};

struct Reader<'a> {
    file: Arc<str>,
    lines: Vec<&'a str>,
    next: usize,
    data: TrainingData,
    files: Vec<LookupFile>,
}

/// `None` when it is JSON of another kind.
pub(super) fn parse(file: &str, source: &str) -> Result<Option<(TrainingData, Vec<LookupFile>)>, TrainingDataError> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let root: Value = serde_json::from_str(source).map_err(|e| {
        let text = note(format!("不是正确的 JSON：{e}"), format!("this is not valid JSON: {e}"));
        TrainingDataError::Format(Warning::new(file, e.line(), text))
    })?;
    let Some(root) = root.get("rasa_nlu_data") else { return Ok(None) };
    let (lines, files) = (source.lines().collect(), Vec::new());
    let mut reader = Reader { file: file.into(), lines, next: 0, data: TrainingData::default(), files };
    reader.read(root)?;
    Ok(Some((reader.data, reader.files)))
}

impl Reader<'_> {
    /// JSON values have no positions either; see the YAML reader.
    fn find(&mut self, needle: &str) -> usize {
        let quoted = Value::from(needle).to_string();
        let from = self.next.min(self.lines.len());
        match self.lines[from..].iter().take(400).position(|l| l.contains(&quoted) || l.contains(needle)) {
            Some(at) => {
                self.next = from + at; // several may share a line
                self.next + 1
            }
            None => 0,
        }
    }

    fn error(&self, line: usize, text: Note) -> TrainingDataError {
        TrainingDataError::Format(Warning::new(&self.file, line, text))
    }

    fn warn(&mut self, line: usize, text: Note) {
        if self.data.warnings.len() < MAX_WARNINGS {
            self.data.warnings.push(Warning::new(&self.file, line, text));
        }
    }

    fn read(&mut self, root: &Value) -> Result<(), TrainingDataError> {
        let empty = Vec::new();
        let list = |key: &str| root.get(key).and_then(Value::as_array).unwrap_or(&empty);
        for key in ["common_examples", "intent_examples", "entity_examples"] {
            for example in list(key) {
                self.example(example)?;
            }
        }
        for synonym in list("entity_synonyms") {
            let (value, others) = (text(synonym, "value"), strings(synonym.get("synonyms")));
            if !value.is_empty() {
                self.data.synonyms.entry(value).or_default().extend(others);
            }
        }
        for regex in list("regex_features") {
            let (name, pattern) = (text(regex, "name"), text(regex, "pattern"));
            if !name.is_empty() && !pattern.is_empty() {
                self.data.regexes.entry(name).or_default().push(pattern);
            }
        }
        for lookup in list("lookup_tables") {
            let name = text(lookup, "name");
            match lookup.get("elements") {
                Some(Value::String(path)) => {
                    let line = self.find(path);
                    self.files.push(LookupFile { name, path: path.clone(), line });
                }
                elements => self.data.lookups.entry(name).or_default().extend(strings(elements)),
            }
        }
        Ok(())
    }

    fn example(&mut self, example: &Value) -> Result<(), TrainingDataError> {
        let (said, name) = (text(example, "text"), text(example, "intent"));
        let line = self.find(&said);
        if said.trim().is_empty() {
            self.warn(line, note("没有文本的例句，未采用", "an example without text, ignored"));
            return Ok(());
        }
        if name.is_empty() {
            self.warn(line, note("没有意图的例句，未采用", "an example without an intent, ignored"));
            return Ok(());
        }
        let chars = said.chars().count();
        if chars > MAX_EXAMPLE_CHARS {
            return Err(self.error(line, too_long(chars)));
        }
        if let Some(text) = bad_name(&name) {
            return Err(self.error(line, text));
        }
        // Rasa writes `extractor` and `confidence` into exported examples: nothing is lost with them.
        let list = example.get("entities").unwrap_or(&Value::Null);
        let entities = jsonl::entities(&said, list, &mut |_| {}).map_err(|text| self.error(line, text))?;
        let origin = Origin { file: self.file.clone(), line };
        let example = Example { text: said, entities, metadata: None, origin };
        self.data.intent_mut(intent_name(&name)).examples.push(example);
        Ok(())
    }
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn strings(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
