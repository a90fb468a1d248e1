//! Whole Rasa projects and loose files -> `TrainingData`, and for each file what was taken and what was not, and why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::markdown::LookupFile;
use super::sources::Source;
use super::{
    MAX_WARNINGS, Note, TrainingData, TrainingDataError, Warning, duplicates, jsonl, markdown, note, parse, rasa_json,
};

/// What an import found. A file with problems gave nothing at all; who trains should stop there.
#[derive(Debug, Clone, Default)]
pub struct Import {
    pub data: TrainingData,
    pub files: Vec<FileReport>,
    /// What JSON lines say about their language: code -> examples.
    pub languages: BTreeMap<String, usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    pub file: String,
    pub kind: FileKind,
    pub lines: usize,
    pub taken: Taken,
    /// Why nothing, or not everything, was taken of a file that is in order.
    pub reason: Option<Note>,
    /// Lines that were not used; the rest of the file was.
    pub warnings: Vec<Warning>,
    /// Why a file that should have been read could not be.
    pub problems: Vec<Warning>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub intents: usize,
    pub examples: usize,
    /// Marked in the examples.
    pub entities: usize,
    pub synonyms: usize,
    pub regexes: usize,
    pub lookups: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    NluYaml,
    NluMarkdown,
    NluJson,
    Jsonl,
    /// A lookup table that another file names.
    Lookup,
    Stories,
    Rules,
    Domain,
    Responses,
    Config,
    Tests,
    Actions,
    Other,
}

impl FileKind {
    /// Why nothing is taken of such a file; `None` for training data.
    pub fn reason(self) -> Option<Note> {
        Some(match self {
            FileKind::NluYaml | FileKind::NluMarkdown | FileKind::NluJson | FileKind::Jsonl | FileKind::Lookup => {
                return None;
            }
            FileKind::Stories => note(
                "故事没有采用：Kefu 的对话流程由 bot/src/dialog 与 policy.yml 决定",
                "stories are not taken: in Kefu dialogs and policy.yml decide what comes next",
            ),
            FileKind::Rules => {
                note("规则没有采用：Kefu 的规则在 policy.yml 里", "rules are not taken: Kefu's own are in policy.yml")
            }
            FileKind::Domain => note(
                "域文件没有采用：意图来自例句，回答来自文章和 responses.yml",
                "the domain is not taken: intents come from examples, answers from articles and responses.yml",
            ),
            FileKind::Responses => note(
                "回复没有采用：请写成文章，或写进 responses.yml",
                "responses are not taken: write them as articles or into responses.yml",
            ),
            FileKind::Config => note(
                "配置没有采用：Kefu 的编码器和分类器不需要流水线配置",
                "configuration is not taken: Kefu's encoder and head need no pipeline",
            ),
            FileKind::Tests => note(
                "测试对话没有采用：它们不是训练例句",
                "test conversations are not taken: they are no training examples",
            ),
            FileKind::Actions => note(
                "自定义动作的代码没有采用：请实现 bot::action::Action",
                "the code of custom actions is not taken: implement bot::action::Action",
            ),
            FileKind::Other => note("没有训练数据", "there is no training data in it"),
        })
    }
}

impl Import {
    pub fn problems(&self) -> impl Iterator<Item = &Warning> {
        self.files.iter().flat_map(|f| &f.problems)
    }
}

/// What one file gave.
struct Read {
    kind: FileKind,
    data: TrainingData,
    lookups: Vec<LookupFile>,
    languages: BTreeMap<String, usize>,
    problems: Vec<Warning>,
    reason: Option<Note>,
}

impl Read {
    fn of(kind: FileKind) -> Read {
        let (data, lookups, languages, problems) = Default::default();
        Read { kind, data, lookups, languages, problems, reason: kind.reason() }
    }

    fn data(kind: FileKind, found: Result<(TrainingData, Vec<LookupFile>), TrainingDataError>) -> Read {
        let mut read = Read::of(kind);
        match found {
            Ok(found) => (read.data, read.lookups) = found,
            Err(TrainingDataError::Format(problem)) => read.problems.push(problem),
            Err(TrainingDataError::Read { file, source }) => {
                let text = note(format!("读不出来：{source}"), source.to_string());
                read.problems.push(Warning::new(&file, 0, text));
            }
        }
        read
    }

    fn broken(kind: FileKind, file: &str, line: usize, text: Note) -> Read {
        Read { problems: vec![Warning::new(file, line, text)], ..Read::of(kind) }
    }
}

pub(super) fn import(files: Vec<Source>) -> Import {
    let mut all = Import::default();
    let mut tables: Vec<(usize, LookupFile)> = Vec::new();
    for source in &files {
        let mut read = read(source);
        if !read.problems.is_empty() {
            (read.data, read.lookups) = Default::default();
        }
        let more = read.data.warnings.len().saturating_sub(MAX_WARNINGS);
        read.data.warnings.truncate(MAX_WARNINGS);
        if more > 0 {
            let text = note(format!("还有 {more} 处未列出"), format!("{more} more are not listed"));
            read.data.warnings.push(Warning::new(&source.name, 0, text));
        }
        tables.extend(read.lookups.into_iter().map(|l| (all.files.len(), l)));
        all.files.push(FileReport {
            file: source.name.clone(),
            kind: read.kind,
            lines: source.bytes.iter().filter(|b| **b == b'\n').count()
                + usize::from(source.bytes.last().is_some_and(|b| *b != b'\n')),
            taken: taken(&read.data),
            reason: read.reason,
            warnings: read.data.warnings.clone(),
            problems: read.problems,
        });
        for (language, count) in read.languages {
            *all.languages.entry(language).or_default() += count;
        }
        all.data.merge(read.data);
    }
    for (at, table) in tables {
        take_table(&mut all, &files, at, table);
    }
    all.data.warnings.extend(duplicates::warnings(&all.data));
    all
}

fn taken(data: &TrainingData) -> Taken {
    let values = |map: &BTreeMap<String, Vec<String>>| map.values().map(Vec::len).sum();
    Taken {
        intents: data.intents.len(),
        examples: data.example_count(),
        entities: data.intents.iter().flat_map(|i| &i.examples).map(|e| e.entities.len()).sum(),
        synonyms: values(&data.synonyms),
        regexes: values(&data.regexes),
        lookups: values(&data.lookups),
    }
}

/// A lookup table in a file of its own: named from the project's root, or beside the file that names it.
fn take_table(all: &mut Import, files: &[Source], by: usize, table: LookupFile) {
    let wanted = table.path.replace('\\', "/");
    let wanted = wanted.trim_start_matches("./").trim_start_matches('/');
    let named = |s: &Source| {
        let name = s.name.replace('\\', "/");
        name == wanted || name.strip_suffix(wanted).is_some_and(|start| start.ends_with('/'))
    };
    let beside = |s: &Source| s.name.rsplit(['/', '\\']).next() == wanted.rsplit('/').next();
    let place = files.iter().position(named).or_else(|| files.iter().position(beside));
    let text = place.map(|at| std::str::from_utf8(&files[at].bytes));
    let (Some(at), Some(Ok(text))) = (place, text) else {
        let text = note(
            format!("词表文件 {} 不在所给的文件里，或不是 UTF-8 文本", table.path),
            format!("the lookup file {} is not among the files, or is not UTF-8 text", table.path),
        );
        let warning = Warning::new(&all.files[by].file, table.line, text);
        all.files[by].warnings.push(warning.clone());
        all.data.warnings.push(warning);
        return;
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let values: Vec<String> = text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect();
    let report = &mut all.files[at];
    (report.kind, report.reason, report.taken.lookups) = (FileKind::Lookup, None, values.len());
    report.problems.clear();
    all.data.lookups.entry(table.name).or_default().extend(values);
}

fn read(source: &Source) -> Read {
    let name = source.name.as_str();
    let lower = name.to_lowercase();
    let extension = lower.rsplit_once('.').map_or("", |(_, e)| e);
    let kind = match extension {
        "yml" | "yaml" => FileKind::NluYaml,
        "md" => FileKind::NluMarkdown,
        "json" => FileKind::NluJson,
        "jsonl" | "ndjson" => FileKind::Jsonl,
        "py" => return Read::of(FileKind::Actions),
        _ if !source.named => return Read::of(FileKind::Other),
        _ => guess(&source.bytes),
    };
    if source.bytes[..source.bytes.len().min(8192)].contains(&0) {
        let text =
            note("这是二进制文件（或 UTF-16），不是 UTF-8 文本", "this is a binary file (or UTF-16), no UTF-8 text");
        return Read::broken(kind, name, 1, text);
    }
    if kind == FileKind::Jsonl {
        return json_lines(source);
    }
    let text = match std::str::from_utf8(&source.bytes) {
        Ok(text) => text,
        // A README in another encoding stands in nobody's way.
        Err(_) if !source.named && !promises_examples(&source.bytes) => return Read::of(FileKind::Other),
        Err(e) => {
            let before = &source.bytes[..e.valid_up_to()];
            let line = before.iter().filter(|b| **b == b'\n').count() + 1;
            let column = before.iter().rev().take_while(|b| **b != b'\n').count() + 1;
            return Read::broken(kind, name, line, jsonl::not_utf8(column));
        }
    };
    let mut read = match kind {
        FileKind::NluMarkdown => read_markdown(name, text),
        FileKind::NluJson => read_json(source, text),
        _ => read_yaml(name, text),
    };
    let empty = read.kind.reason().is_some() && read.problems.is_empty();
    if source.named && empty {
        let text = note(
            "里面没有训练数据：需要 Rasa NLU 的 YAML、Markdown、JSON，或每行一个 {\"text\",\"label\"} 的 JSONL",
            "there is no training data in it: Rasa NLU YAML, Markdown or JSON is needed, or JSON lines with \
             {\"text\",\"label\"}",
        );
        read.problems.push(Warning::new(name, 0, text));
    }
    read
}

fn promises_examples(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    markdown::has_examples(&text) || text.contains("rasa_nlu_data") || text.lines().any(|l| section(l) == Some("nlu"))
}

/// The form of a file whose name does not tell, by how it begins.
fn guess(bytes: &[u8]) -> FileKind {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(64 * 1024)]);
    match start.trim_start_matches('\u{feff}').trim_start() {
        s if s.starts_with('{') && s.contains("rasa_nlu_data") => FileKind::NluJson,
        s if s.starts_with('{') => FileKind::Jsonl,
        s if markdown::has_examples(s) => FileKind::NluMarkdown,
        _ => FileKind::NluYaml,
    }
}

fn json_lines(source: &Source) -> Read {
    let found = jsonl::parse(&source.name, &source.bytes);
    let mut read = Read::of(FileKind::Jsonl);
    (read.data, read.problems, read.languages) = (found.data, found.problems, found.languages);
    if source.named && read.data.intents.is_empty() && read.problems.is_empty() {
        let text = note("文件里没有例句", "there are no examples in the file");
        read.problems.push(Warning::new(&source.name, 0, text));
    }
    read
}

fn read_markdown(name: &str, text: &str) -> Read {
    if markdown::has_examples(text) {
        return Read::data(FileKind::NluMarkdown, markdown::parse(name, text));
    }
    // Stories: `* intent` under a heading, then `- action`.
    let story = text.lines().any(|l| l.starts_with("##")) && text.lines().any(|l| l.starts_with("* "));
    Read::of(match story {
        true if is_test(name) => FileKind::Tests,
        true => FileKind::Stories,
        false => FileKind::Other,
    })
}

fn read_json(source: &Source, text: &str) -> Read {
    match rasa_json::parse(&source.name, text) {
        Ok(Some(found)) => Read::data(FileKind::NluJson, Ok(found)),
        Ok(None) if text.lines().filter(|l| !l.trim().is_empty()).count() == 1 && text.contains("\"label\"") => {
            json_lines(source)
        }
        Ok(None) => Read::of(FileKind::Other),
        Err(problem) if text.contains("rasa_nlu_data") => Read::data(FileKind::NluJson, Err(problem)),
        // Many a file of JSON lines is called .json.
        Err(_) if text.lines().next().is_some_and(|l| serde_json::from_str::<serde_json::Value>(l).is_ok()) => {
            json_lines(source)
        }
        Err(problem) if source.named => Read::data(FileKind::NluJson, Err(problem)),
        Err(_) => Read::of(FileKind::Other),
    }
}

/// Only files with examples are parsed: a domain or a pipeline may hold what is no plain YAML.
fn read_yaml(name: &str, text: &str) -> Read {
    let sections: Vec<&str> = text.lines().filter_map(section).collect();
    if sections.contains(&"nlu") {
        let mut read = Read::data(FileKind::NluYaml, parse::parse(name, text).map(|data| (data, Vec::new())));
        let others: Vec<&str> = sections.iter().filter(|s| !["nlu", "version"].contains(s)).copied().collect();
        if !others.is_empty() {
            let list = others.join(", ");
            read.reason = Some(note(
                format!("只采用了 nlu 段落，没有采用：{list}"),
                format!("only the section nlu was taken, not: {list}"),
            ));
        }
        return read;
    }
    let has = |names: &[&str]| sections.iter().any(|s| names.contains(s));
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let kind = if has(&["stories", "e2e_tests"]) {
        if is_test(name) { FileKind::Tests } else { FileKind::Stories }
    } else if has(&["rules"]) {
        FileKind::Rules
    } else if has(&["intents", "slots", "actions", "forms", "entities", "session_config"]) {
        FileKind::Domain
    } else if has(&["responses", "templates"]) {
        FileKind::Responses
    } else if has(&["pipeline", "policies", "recipe", "language"])
        || ["endpoints", "credentials", "config"].iter().any(|c| file.starts_with(c))
    {
        FileKind::Config
    } else {
        FileKind::Other
    };
    Read::of(kind)
}

/// Rasa keeps test conversations in `tests/`, in files that begin with `test`.
fn is_test(name: &str) -> bool {
    let mut parts = name.rsplit(['/', '\\']);
    parts.next().is_some_and(|file| file.starts_with("test")) || parts.next().is_some_and(|dir| dir == "tests")
}

/// `nlu:` at the start of a line, quoted or not.
fn section(line: &str) -> Option<&str> {
    let line = line.trim_start_matches('\u{feff}');
    let (name, _) = line.split_once(':')?;
    let name = name.trim_end().trim_matches(['"', '\'']);
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    plain.then_some(name)
}
