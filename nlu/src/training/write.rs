//! `TrainingData` -> YAML 3.1, in the form people edit: one `- example` a line.

use std::fmt::Write as _;

use serde_yaml_ng::{Mapping, Value};

use super::{IntentExamples, TrainingData};

pub(super) fn to_yaml(data: &TrainingData) -> String {
    let mut out = String::from("version: \"3.1\"\n\nnlu:\n");
    for intent in &data.intents {
        write_intent(&mut out, intent);
    }
    for (kind, sections) in [("synonym", &data.synonyms), ("regex", &data.regexes), ("lookup", &data.lookups)] {
        for (name, values) in sections {
            let _ = writeln!(out, "- {kind}: {}", scalar(name));
            examples(&mut out, values);
        }
    }
    if data.intents.is_empty() && data.synonyms.is_empty() && data.regexes.is_empty() && data.lookups.is_empty() {
        out.push_str("  []\n");
    }
    out
}

fn write_intent(out: &mut String, intent: &IntentExamples) {
    let _ = writeln!(out, "- intent: {}", scalar(&intent.name));
    if let Some(metadata) = &intent.metadata {
        let mut mapping = Mapping::new();
        mapping.insert("metadata".into(), metadata.clone());
        indented(out, &Value::Mapping(mapping));
    }
    if intent.examples.iter().all(|e| e.metadata.is_none()) {
        let lines: Vec<String> = intent.examples.iter().map(|e| e.to_line()).collect();
        return examples(out, &lines);
    }
    let list = intent
        .examples
        .iter()
        .map(|e| {
            let mut entry = Mapping::new();
            entry.insert("text".into(), e.to_line().into());
            if let Some(metadata) = &e.metadata {
                entry.insert("metadata".into(), metadata.clone());
            }
            Value::Mapping(entry)
        })
        .collect();
    let mut mapping = Mapping::new();
    mapping.insert("examples".into(), Value::Sequence(list));
    indented(out, &Value::Mapping(mapping));
}

/// The block form where every line survives it, else a quoted list.
fn examples(out: &mut String, lines: &[String]) {
    let plain = |l: &String| {
        !l.is_empty()
            && l.trim() == l
            && !l.contains(|c: char| c.is_control() || c == '\u{2028}' || c == '\u{2029}' || c == '\u{feff}')
    };
    if lines.iter().all(plain) && !lines.is_empty() {
        out.push_str("  examples: |\n");
        for line in lines {
            let _ = writeln!(out, "    - {line}");
        }
        return;
    }
    let list = lines.iter().map(|l| Value::from(l.as_str())).collect();
    let mut mapping = Mapping::new();
    mapping.insert("examples".into(), Value::Sequence(list));
    indented(out, &Value::Mapping(mapping));
}

fn indented(out: &mut String, value: &Value) {
    for line in serde_yaml_ng::to_string(value).unwrap_or_default().lines() {
        let _ = writeln!(out, "  {line}");
    }
}

fn scalar(text: &str) -> String {
    serde_yaml_ng::to_string(text).map_or_else(|_| format!("{text:?}"), |s| s.trim_end().to_owned())
}
