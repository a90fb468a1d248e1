//! Articles as JSON lines, as `kefu index` reads them: checked as a whole before anything is embedded.

use crate::KnowledgeError;
use crate::markdown;
use crate::segment::{Record, RecordVersion};
use crate::tokens::is_han;
use kg::Language;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// In bytes; a longer article is a book, and a search result could not point into it.
pub const LONGEST: usize = 1 << 20;
const MAX_ID_CHARS: usize = 200;
/// Passages, and title and questions, of one article.
const MAX_PARTS: usize = 10_000;

#[derive(Deserialize)]
struct Line {
    #[serde(alias = "doc_id")]
    id: Option<Id>,
    title: Option<String>,
    question: Option<String>,
    #[serde(default)]
    similar_questions: Option<Vec<String>>,
    text: Option<String>,
    answer: Option<String>,
    #[serde(default)]
    answers: Option<Vec<String>>,
    lang: Option<String>,
    category: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(u64),
}

/// A file of articles that was read to its end and found in order.
pub struct ArticleFile {
    path: PathBuf,
    /// Articles that have several lines: a language each.
    several: HashMap<String, usize>,
    pub articles: usize,
    pub passages: usize,
    /// Passages, titles and questions.
    pub texts: usize,
}

impl ArticleFile {
    /// Reads the whole file; the first thing that is wrong is the error, with its line.
    pub fn check(path: &Path) -> Result<ArticleFile, KnowledgeError> {
        let mut seen: HashMap<String, (HashSet<Language>, usize)> = HashMap::new();
        let (mut passages, mut texts) = (0, 0);
        for record in lines(path)? {
            let (number, record) = record?;
            let version = &record.versions[0];
            let asks = version.asks().count();
            passages += version.pieces.len();
            texts += version.pieces.len() + asks;
            let (languages, first) = seen.entry(record.id.clone()).or_insert((HashSet::new(), number));
            if !languages.insert(version.language) {
                let message = format!(
                    "the id {:?} stands in line {first} already, in the same language; every article needs its own id",
                    short(&record.id)
                );
                return Err(error(path, number, message));
            }
        }
        if seen.is_empty() {
            return Err(error(path, 1, "there are no articles in this file"));
        }
        let articles = seen.len();
        let several = seen.into_iter().filter(|(_, (l, _))| l.len() > 1).map(|(id, (l, _))| (id, l.len())).collect();
        Ok(ArticleFile { path: path.to_owned(), several, articles, passages, texts })
    }

    /// The articles in the order of their last lines; versions of one article are brought together.
    pub fn records(&self) -> Result<impl Iterator<Item = Result<Record, KnowledgeError>>, KnowledgeError> {
        let mut open: HashMap<String, Record> = HashMap::new();
        let joined = move |read: Result<(usize, Record), KnowledgeError>| {
            let (_, record) = match read {
                Ok(read) => read,
                Err(e) => return Some(Err(e)),
            };
            let Some(lines) = self.several.get(&record.id) else {
                return Some(Ok(record));
            };
            let whole = match open.remove(&record.id) {
                Some(mut whole) => {
                    whole.versions.extend(record.versions);
                    whole.versions.sort_by_key(|v| v.language);
                    whole
                }
                None => record,
            };
            if whole.versions.len() == *lines {
                return Some(Ok(whole));
            }
            open.insert(whole.id.clone(), whole);
            None
        };
        Ok(lines(&self.path)?.filter_map(joined))
    }
}

fn error(path: &Path, line: usize, message: impl Into<String>) -> KnowledgeError {
    KnowledgeError::article(&path.display().to_string(), line, message)
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Every line that is not blank, with its number.
fn lines(path: &Path) -> Result<impl Iterator<Item = Result<(usize, Record), KnowledgeError>>, KnowledgeError> {
    let file = File::open(path).map_err(|e| KnowledgeError::file(path, &e))?;
    let path = path.to_owned();
    let mut input = BufReader::with_capacity(1 << 16, file);
    let mut number = 0;
    Ok(std::iter::from_fn(move || {
        loop {
            number += 1;
            return match next(&mut input) {
                Ok(None) => None,
                Ok(Some(bytes)) => match read(&bytes, number) {
                    Ok(None) => continue,
                    Ok(Some(record)) => Some(Ok((number, record))),
                    Err(message) => Some(Err(error(&path, number, message))),
                },
                Err(e) => Some(Err(KnowledgeError::file(&path, &e))),
            };
        }
    })
    .fuse())
}

/// A line with its end; of one that is too long no more than is needed to see that.
fn next(input: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let limit = LONGEST as u64 + 2;
    let read = std::io::Read::take(&mut *input, limit).read_until(b'\n', &mut line)?;
    Ok((read > 0).then_some(line))
}

fn read(bytes: &[u8], number: usize) -> Result<Option<Record>, String> {
    let bytes = if number == 1 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
    if bytes.len() > LONGEST + 1 {
        return Err(format!("the line has more than {LONGEST} bytes; split the article"));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|e| format!("byte {} is not UTF-8 (iconv -f GB18030 -t UTF-8 converts GBK)", e.valid_up_to() + 1))?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let line: Line = serde_json::from_str(text).map_err(|e| match e.is_data() {
        true => format!("{e}; an article is {{\"id\":…, \"title\":…, \"question\":…, \"text\":…}}"),
        false => format!("not one JSON object: {e}"),
    })?;
    line.record().map(Some)
}

impl Line {
    fn record(self) -> Result<Record, String> {
        let id = match self.id {
            Some(Id::Text(text)) => text.trim().to_owned(),
            Some(Id::Number(n)) => n.to_string(),
            None => return Err("`id` is missing".into()),
        };
        if id.is_empty() || id.chars().count() > MAX_ID_CHARS || id.chars().any(char::is_control) {
            return Err(format!("`id` must be 1 to {MAX_ID_CHARS} characters without control characters"));
        }
        let one_line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut asks: Vec<String> = [self.title, self.question].into_iter().flatten().map(one_line).collect();
        asks.extend(self.similar_questions.into_iter().flatten().map(one_line));
        asks.retain(|ask| !ask.is_empty());
        let mut seen = HashSet::new();
        asks.retain(|ask| seen.insert(ask.clone()));
        let bodies = [self.text, self.answer].into_iter().flatten().chain(self.answers.into_iter().flatten());
        let body = bodies.collect::<Vec<String>>().join("\n");
        let language = language(self.lang.as_deref(), &asks, &body);
        let pieces = markdown::plain_pieces(&body, language);
        if asks.is_empty() && pieces.is_empty() {
            return Err("there is neither a title or question nor a text".into());
        }
        if pieces.len() > MAX_PARTS || asks.len() > MAX_PARTS {
            return Err(format!("more than {MAX_PARTS} passages or questions; split the article"));
        }
        let title = if asks.is_empty() { String::new() } else { asks.remove(0) };
        let version = RecordVersion { language, title, questions: asks, pieces };
        Ok(Record { id, category: self.category.unwrap_or_default(), versions: vec![version] })
    }
}

/// As it is marked (`zh`, `zh-CN`, `en`, `en_US`, …), else by its script.
fn language(marked: Option<&str>, asks: &[String], body: &str) -> Language {
    let marked = marked.and_then(|m| Language::parse(m.split(['-', '_']).next().unwrap_or_default()));
    marked.unwrap_or_else(|| {
        let han = asks.iter().map(String::as_str).chain([body]).any(|t| t.chars().any(is_han));
        if han { Language::Zh } else { Language::En }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn file(content: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.jsonl");
        std::fs::write(&path, content).unwrap();
        (dir, path)
    }

    #[track_caller]
    fn refused(content: impl AsRef<[u8]>, line: usize, words: &str) {
        let (_dir, path) = file(content);
        let error = ArticleFile::check(&path).err().unwrap().to_string();
        assert!(error.contains(&format!("a.jsonl:{line}: ")) && error.contains(words), "{error}");
    }

    #[test]
    fn versions_of_one_article_are_brought_together() {
        let (_dir, path) = file(
            "\u{feff}{\"id\":\"a\",\"question\":\"怎么退货\",\"answer\":\"七天内。\"}\n\n\
             {\"id\":7,\"text\":\"only text\",\"label\":1}\n\
             {\"id\":\"a\",\"title\":\"Returns\",\"answers\":[\"Seven days.\",\"Free.\"],\"lang\":\"en-GB\"}",
        );
        let checked = ArticleFile::check(&path).unwrap();
        assert_eq!((checked.articles, checked.passages, checked.texts), (2, 3, 5));
        let records: Vec<Record> = checked.records().unwrap().map(Result::unwrap).collect();
        assert_eq!(records.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["7", "a"]);
        assert_eq!(records[1].versions.len(), 2);
        assert_eq!(records[1].versions[0].title, "怎么退货");
        assert_eq!(records[1].versions[1].pieces[0].text, "Seven days.\nFree.");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let good = "{\"id\":\"a\",\"text\":\"x\"}\n";
        refused("", 1, "no articles");
        refused("\n  \n", 1, "no articles");
        refused(format!("{good}{{\"id\":\"b\"}}\n"), 2, "neither");
        refused(format!("{good}{{\"text\":\"b\"}}\n"), 2, "`id` is missing");
        refused(format!("{good}{good}"), 2, "line 1 already");
        refused(format!("{good}[1]\n"), 2, "");
        refused(format!("{good}{{\"id\":\"b\",\"text\":3}}\n"), 2, "string");
        refused(format!("{good}{{\"id\":\"b\",\n"), 2, "JSON");
        refused([good.as_bytes(), b"{\"id\":\"\xb2\xe9\"}\n"].concat(), 2, "UTF-8");
        refused(format!("{good}{{\"id\":\"b\",\"text\":\"{}\"}}\n", "x".repeat(LONGEST)), 2, "split the article");
    }
}
