//! JSON lines: `{"text","label"}` with optional `lang` and `entities:[{start,end,entity,value}]`. Offsets count characters
//! (Unicode scalar values), as in Rasa and in Python.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    Annotation, Example, IntentExamples, MAX_EXAMPLE_CHARS, Note, Origin, TrainingData, Warning, bad_name, intent_name,
    note, too_long,
};

/// An example of the greatest length with many entities has less.
const MAX_LINE: usize = 256 * 1024;
/// After so many broken lines the file is not what it should be.
const MAX_PROBLEMS: usize = 20;
const ENTITY_KEYS: [&str; 6] = ["start", "end", "entity", "value", "role", "group"];

#[derive(Default)]
pub(super) struct Lines {
    pub data: TrainingData,
    /// Lines that cannot be read. With one of them nothing of the file should be used.
    pub problems: Vec<Warning>,
    /// `lang` -> examples.
    pub languages: BTreeMap<String, usize>,
}

struct Reader {
    file: Arc<str>,
    found: Lines,
    places: HashMap<String, usize>,
    /// Unknown key -> line where it is first seen, and how often.
    unknown: BTreeMap<String, (usize, usize)>,
}

pub(super) fn parse(file: &str, bytes: &[u8]) -> Lines {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader =
        Reader { file: file.into(), found: Lines::default(), places: HashMap::new(), unknown: BTreeMap::new() };
    for (at, line) in bytes.split(|b| *b == b'\n').enumerate().map(|(i, l)| (i + 1, l)) {
        if let Err(text) = reader.line(at, line) {
            reader.found.problems.push(Warning::new(file, at, text));
            if reader.found.problems.len() >= MAX_PROBLEMS {
                let text = note("错误太多，其余各行没有再检查", "too many errors; the rest was not looked at");
                reader.found.problems.push(Warning::new(file, at + 1, text));
                break;
            }
        }
    }
    for (key, (line, count)) in &reader.unknown {
        let text = note(
            format!("不认识的键 `{key}`，未采用（共 {count} 行）"),
            format!("unknown key `{key}`, ignored (in {count} lines)"),
        );
        reader.found.data.warnings.push(Warning::new(file, *line, text));
    }
    reader.found
}

/// The position of the first byte that is no UTF-8, as a sentence.
pub(super) fn not_utf8(at: usize) -> Note {
    note(
        format!("第 {at} 个字节不是 UTF-8；请把文件另存为 UTF-8（GBK 文件可用 iconv -f GB18030 -t UTF-8）"),
        format!("byte {at} is not UTF-8; save the file as UTF-8 (iconv -f GB18030 -t UTF-8 for a GBK file)"),
    )
}

impl Reader {
    fn line(&mut self, at: usize, line: &[u8]) -> Result<(), Note> {
        if line.len() > MAX_LINE {
            let length = line.len();
            return Err(note(
                format!("这一行有 {length} 字节，最多 {MAX_LINE}；JSONL 每行一个例句"),
                format!("a line of {length} bytes, at most {MAX_LINE}; JSON lines have one example a line"),
            ));
        }
        let line = std::str::from_utf8(line).map_err(|e| not_utf8(e.valid_up_to() + 1))?.trim();
        if line.is_empty() {
            return Ok(());
        }
        let value: Value = serde_json::from_str(line)
            .map_err(|e| note(format!("不是正确的 JSON：{e}"), format!("this is not valid JSON: {e}")))?;
        let Value::Object(record) = value else {
            return Err(note(
                "每行应该是 {\"text\":…,\"label\":…} 这样的对象",
                "a line must be an object such as {\"text\":…,\"label\":…}",
            ));
        };
        let text = string(&record, "text")?.ok_or_else(|| missing("text"))?;
        let label = match string(&record, "label")? {
            Some(label) => label,
            None => string(&record, "intent")?.ok_or_else(|| missing("label"))?,
        };
        let label = intent_name(label);
        if let Some(text) = bad_name(label) {
            return Err(text);
        }
        if text.trim().is_empty() {
            return Err(note("text 是空的", "the text is empty"));
        }
        let chars = text.chars().count();
        if chars > MAX_EXAMPLE_CHARS {
            return Err(too_long(chars));
        }
        let entities = match record.get("entities") {
            Some(list) => entities(text, list, &mut |key| self.count(key, at))?,
            None => Vec::new(),
        };
        if let Some(language) = string(&record, "lang")? {
            *self.found.languages.entry(language.to_owned()).or_default() += 1;
        }
        for key in record.keys().filter(|k| !["text", "label", "intent", "lang", "entities"].contains(&k.as_str())) {
            self.count(key, at);
        }
        let place = match self.places.get(label) {
            Some(&place) => place,
            None => {
                self.places.insert(label.to_owned(), self.found.data.intents.len());
                let intent = IntentExamples { name: label.to_owned(), ..IntentExamples::default() };
                self.found.data.intents.push(intent);
                self.found.data.intents.len() - 1
            }
        };
        let origin = Origin { file: self.file.clone(), line: at };
        let example = Example { text: text.to_owned(), entities, metadata: None, origin };
        self.found.data.intents[place].examples.push(example);
        Ok(())
    }

    fn count(&mut self, key: &str, at: usize) {
        if let Some(known) = self.unknown.get_mut(key) {
            known.1 += 1;
        } else if self.unknown.len() < 50 {
            self.unknown.insert(key.to_owned(), (at, 1));
        }
    }
}

fn missing(key: &str) -> Note {
    note(format!("缺少 `{key}`；每行要有 text 和 label"), format!("`{key}` is missing; a line needs text and label"))
}

fn string<'a>(record: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, Note> {
    match record.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(note(format!("`{key}` 应该是文本"), format!("`{key}` must be a text"))),
    }
}

/// Entities with offsets in characters; `unknown` hears keys that mean nothing here.
pub(super) fn entities(text: &str, list: &Value, unknown: &mut dyn FnMut(&str)) -> Result<Vec<Annotation>, Note> {
    let list = match list {
        Value::Null => return Ok(Vec::new()),
        Value::Array(list) => list,
        _ => return Err(note("entities 应该是列表", "entities must be a list")),
    };
    let mut bytes: Vec<usize> = Vec::new();
    let mut found = Vec::with_capacity(list.len());
    for entity in list {
        let Value::Object(entity) = entity else {
            return Err(note(
                "entities 的每一项应该是 {\"start\":…,\"end\":…,\"entity\":…}",
                "each of entities must be {\"start\":…,\"end\":…,\"entity\":…}",
            ));
        };
        if bytes.is_empty() {
            bytes = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        }
        let offset = |key: &str| {
            entity.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).ok_or_else(|| {
                note(
                    format!("实体的 `{key}` 应该是从 0 开始的字符位置"),
                    format!("`{key}` of an entity must be a position in characters, from 0"),
                )
            })
        };
        let (start, end) = (offset("start")?, offset("end")?);
        let last = bytes.len() - 1;
        if start >= end || end > last {
            return Err(note(
                format!("实体位置 {start}..{end} 不在文本内（{last} 个字符）；位置按字符计，不按字节"),
                format!(
                    "the entity at {start}..{end} is not inside the text of {last} characters; positions count \
                     characters, not bytes"
                ),
            ));
        }
        let (start, end) = (bytes[start], bytes[end]);
        let name = string(entity, "entity")?.map(str::trim).filter(|n| !n.is_empty());
        let name = name.ok_or_else(|| note("实体缺少 `entity`（名称）", "an entity needs `entity`, its name"))?;
        let value = match entity.get("value") {
            None | Some(Value::Null) => None,
            Some(Value::String(value)) => Some(value.clone()),
            Some(other) => Some(other.to_string()),
        };
        for key in entity.keys().filter(|k| !ENTITY_KEYS.contains(&k.as_str())) {
            unknown(key);
        }
        found.push(Annotation {
            start,
            end,
            entity: name.to_owned(),
            value: value.filter(|v| *v != text[start..end]),
            role: string(entity, "role")?.map(str::to_owned),
            group: string(entity, "group")?.map(str::to_owned),
        });
    }
    Ok(found)
}
