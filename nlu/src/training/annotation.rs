//! Entity marks in example texts: `[Beijing](city)`, `[bj](city:Beijing)`, `[bj]{"entity":"city","role":"to"}` and
//! `[bj][{"entity":"city"},{"entity":"place"}]`.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

static MARK: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\[([^\]]+?)\](?:\(([^:)]+?)(?::([^)]+))?\)|\{([^}]+?)\}|\[(.*?)\])").ok());

/// Byte offsets into the text without marks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    pub start: usize,
    pub end: usize,
    pub entity: String,
    /// The canonical value, where it is not the text itself.
    pub value: Option<String>,
    pub role: Option<String>,
    pub group: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Attributes {
    entity: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

impl Attributes {
    fn at(self, start: usize, end: usize) -> Annotation {
        Annotation { start, end, entity: self.entity, value: self.value, role: self.role, group: self.group }
    }
}

/// Text without marks and the annotations, or the mark that could not be understood.
pub(super) fn parse(line: &str) -> Result<(String, Vec<Annotation>), String> {
    let line = line.trim();
    let Some(mark) = MARK.as_ref() else { return Ok((line.to_owned(), Vec::new())) };
    let mut text = String::with_capacity(line.len());
    let mut annotations = Vec::new();
    let mut done = 0;
    for found in mark.captures_iter(line) {
        let Some(whole) = found.get(0) else { continue };
        text.push_str(&line[done..whole.start()]);
        let start = text.len();
        text.push_str(&found[1]);
        let end = text.len();
        if let Some(entity) = found.get(2) {
            annotations.push(Annotation {
                start,
                end,
                entity: entity.as_str().trim().to_owned(),
                value: found.get(3).map(|v| v.as_str().to_owned()),
                ..Annotation::default()
            });
        } else if let Some(json) = found.get(4) {
            let json = format!("{{{}}}", json.as_str());
            let attributes: Attributes = serde_json::from_str(&json).map_err(|e| format!("{json}: {e}"))?;
            annotations.push(attributes.at(start, end));
        } else if let Some(json) = found.get(5) {
            let json = format!("[{}]", json.as_str());
            let list: Vec<Attributes> = serde_json::from_str(&json).map_err(|e| format!("{json}: {e}"))?;
            annotations.extend(list.into_iter().map(|a| a.at(start, end)));
        }
        done = whole.end();
    }
    text.push_str(&line[done..]);
    Ok((text, annotations))
}

pub(super) fn write(text: &str, annotations: &[Annotation]) -> String {
    let mut sorted: Vec<&Annotation> = annotations.iter().collect();
    sorted.sort_by_key(|a| (a.start, a.end));
    let mut out = String::with_capacity(text.len() + 16 * sorted.len());
    let mut done = 0;
    let mut rest = sorted.as_slice();
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|a| (a.start, a.end) == (first.start, first.end)).count();
        let (group, after) = rest.split_at(same);
        rest = after;
        let (Some(before), Some(surface)) = (text.get(done..first.start), text.get(first.start..first.end)) else {
            continue; // overlapping or off a character boundary: cannot be written as a mark
        };
        out.push_str(before);
        out.push('[');
        out.push_str(surface);
        out.push(']');
        out.push_str(&mark(group));
        done = first.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

fn mark(group: &[&Annotation]) -> String {
    let plain = |s: &str| !s.contains([':', ')', '\n']);
    if let [only] = group
        && only.role.is_none()
        && only.group.is_none()
        && plain(&only.entity)
        && only.value.as_deref().is_none_or(plain)
    {
        return match &only.value {
            Some(value) => format!("({}:{value})", only.entity),
            None => format!("({})", only.entity),
        };
    }
    let attributes: Vec<Attributes> = group
        .iter()
        .map(|a| Attributes {
            entity: a.entity.clone(),
            role: a.role.clone(),
            group: a.group.clone(),
            value: a.value.clone(),
        })
        .collect();
    match attributes.as_slice() {
        [one] => serde_json::to_string(one),
        many => serde_json::to_string(many),
    }
    .unwrap_or_default()
}
