//! Articles out of other people's files: Markdown with front matter, tables of questions and answers, web pages,
//! other help centres' JSON, DOCX and PDF. Nothing here reads a disk or a network, and nothing is stored: the result is
//! what could be taken, and for each file what could not, and why.

mod docx;
mod front_matter;
mod help_centres;
mod html;
mod join;
mod lines;
mod pdf;
mod plain;
mod sitemap;
mod table;

pub use join::named;
pub use sitemap::{Sitemap, sitemap};

use crate::Article;
use kg::Language;
use std::io::Read as _;

/// Articles of one import; more are a migration, which is better done in parts.
pub const MAX_ARTICLES: usize = 5_000;
/// What archives may unpack to.
const MAX_UNPACKED: u64 = 200 * 1024 * 1024;
const MAX_FILES: usize = 10_000;
const MAX_NOTES: usize = 500;

/// A file as it was sent, or a page as it was fetched; the name may be a path or an address.
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A sentence for editors, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub zh: String,
    pub en: String,
}

pub(crate) fn said(zh: impl Into<String>, en: impl Into<String>) -> Said {
    Said { zh: zh.into(), en: en.into() }
}

/// What was not taken, or not as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub file: String,
    /// 0 when it concerns the whole file.
    pub line: usize,
    pub text: Said,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    pub file: String,
    /// Texts (an article in one language) that were taken.
    pub taken: usize,
    /// Why nothing was taken.
    pub reason: Option<Said>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    pub article: Article,
    /// Where each version stood, as `file` or `file:line`.
    pub sources: Vec<String>,
}

#[derive(Debug, Default)]
pub struct Import {
    pub articles: Vec<Imported>,
    pub files: Vec<FileReport>,
    pub notes: Vec<Note>,
    /// Notes beyond those listed.
    pub more_notes: usize,
}

/// One article in one language, as a reader found it.
#[derive(Debug, Default, Clone, PartialEq)]
struct Found {
    source: String,
    /// What the file calls it; texts of the same name in other languages are the same article.
    key: Option<String>,
    slug: Option<String>,
    language: Option<Language>,
    title: String,
    /// Markdown.
    body: String,
    questions: Vec<String>,
    category: String,
}

/// What one file gave.
#[derive(Default)]
struct Taken {
    found: Vec<Found>,
    notes: Vec<Note>,
    reason: Option<Said>,
}

impl Taken {
    fn nothing(reason: Said) -> Taken {
        Taken { reason: Some(reason), ..Taken::default() }
    }

    fn note(&mut self, file: &str, line: usize, text: Said) {
        self.notes.push(Note { file: file.to_owned(), line, text });
    }
}

/// Reads files of any of the known formats, told apart by what is in them first and by their names second.
pub fn read(files: Vec<File>) -> Import {
    let mut import = Import::default();
    let mut found = Vec::new();
    let mut budget = Budget { bytes: MAX_UNPACKED, files: MAX_FILES };
    let mut zendesk = help_centres::Names::default();
    let mut all = Vec::new();
    for file in files {
        if is_archive(&file) {
            match unpack(&file, &mut budget) {
                Ok(inside) => all.extend(inside),
                Err(reason) => {
                    import.files.push(FileReport { file: file.name, taken: 0, reason: Some(reason) });
                }
            }
        } else {
            all.push(file);
        }
    }
    // Names of sections come in files of their own, which may stand behind the articles that use them.
    all.iter().for_each(|file| zendesk.learn(&file.bytes));
    for file in all {
        let taken = one(&file, &zendesk);
        import.files.push(FileReport { file: file.name, taken: taken.found.len(), reason: taken.reason });
        import.notes.extend(taken.notes);
        found.extend(taken.found);
    }
    let (articles, notes) = join::articles(found);
    // A text that the joining left out was not taken after all.
    for file in import.files.iter_mut().filter(|f| f.taken > 0) {
        let of = |source: &str| {
            source == file.file || source.strip_prefix(&file.file).is_some_and(|r| r.starts_with([':', '#', ' ']))
        };
        file.taken = articles.iter().flat_map(|a| &a.sources).filter(|s| of(s)).count();
    }
    import.articles = articles;
    import.notes.extend(notes);
    import.more_notes = import.notes.len().saturating_sub(MAX_NOTES);
    import.notes.truncate(MAX_NOTES);
    import
}

fn one(file: &File, zendesk: &help_centres::Names) -> Taken {
    let (name, bytes) = (file.name.as_str(), file.bytes.as_slice());
    if bytes.is_empty() {
        return Taken::nothing(said("文件是空的", "the file is empty"));
    }
    let extension = name.rsplit(['/', '\\']).next().and_then(|n| n.rsplit_once('.')).map(|e| e.1.to_lowercase());
    if bytes.starts_with(b"%PDF-") {
        return pdf::read(name, bytes);
    }
    if bytes.starts_with(b"PK") {
        return match extension.as_deref() {
            Some("xlsx" | "xlsm") => table::workbook(name, bytes),
            _ => docx::read(name, bytes),
        };
    }
    if matches!(extension.as_deref(), Some("xls" | "ods")) {
        return table::workbook(name, bytes);
    }
    if extension.as_deref() == Some("doc") {
        return Taken::nothing(said(
            "旧的 .doc 格式读不了，请在 Word 里另存为 .docx",
            "the old .doc format cannot be read; save it as .docx",
        ));
    }
    let Some(text) = decoded(bytes) else {
        return Taken::nothing(said(
            "不是文本，也不是认识的格式（Markdown、CSV、XLSX、HTML、JSON、DOCX、PDF）",
            "neither text nor a known format (Markdown, CSV, XLSX, HTML, JSON, DOCX, PDF)",
        ));
    };
    let start = text.trim_start();
    match extension.as_deref() {
        Some("csv" | "tsv") => table::delimited(name, &text),
        Some("html" | "htm" | "xhtml") => html::read(name, &text),
        Some("md" | "markdown" | "mdx") => front_matter::read(name, &text),
        Some("jsonl" | "ndjson") => lines::read(name, &text),
        Some("json") => help_centres::read(name, &text, zendesk),
        Some("txt") => plain::read(name, &text),
        // Pages are fetched under addresses without an extension.
        _ if start.starts_with('<') => html::read(name, &text),
        _ if start.starts_with(['{', '[']) => help_centres::read(name, &text, zendesk),
        _ => Taken::nothing(said("不认识的文件类型", "an unknown kind of file")),
    }
}

struct Budget {
    bytes: u64,
    files: usize,
}

/// DOCX and XLSX are archives too, but what they hold is one document.
fn is_archive(file: &File) -> bool {
    file.bytes.starts_with(b"PK") && file.name.to_lowercase().ends_with(".zip")
}

fn unpack(file: &File, budget: &mut Budget) -> Result<Vec<File>, Said> {
    let broken = |e: String| {
        said(format!("压缩包打不开，可能不完整或有密码（{e}）"), format!("the archive cannot be opened: {e}"))
    };
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&file.bytes)).map_err(|e| broken(e.to_string()))?;
    let mut files = Vec::new();
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(|e| broken(e.to_string()))?;
        let name = entry.name().map_err(|e| broken(e.to_string()))?.into_owned();
        let hidden = name.split('/').any(|part| (part.starts_with('.') && part != "..") || part == "__MACOSX");
        if entry.is_dir() || hidden {
            continue;
        }
        if budget.files == 0 {
            return Err(said(
                format!("压缩包里超过 {MAX_FILES} 个文件，请分批导入"),
                format!("more than {MAX_FILES} files in the archive; import in parts"),
            ));
        }
        budget.files -= 1;
        // The size that the archive states may be a lie: no more than the budget is ever read.
        let mut bytes = Vec::new();
        entry.take(budget.bytes + 1).read_to_end(&mut bytes).map_err(|e| broken(e.to_string()))?;
        if bytes.len() as u64 > budget.bytes {
            let mb = MAX_UNPACKED / 1024 / 1024;
            return Err(said(
                format!("压缩包解开后超过 {mb} MB，请分批导入"),
                format!("the archive unpacks to more than {mb} MB; import in parts"),
            ));
        }
        budget.bytes -= bytes.len() as u64;
        files.push(File { name, bytes });
    }
    Ok(files)
}

/// UTF-8, UTF-16 with its mark, or GB 18030, which Chinese spreadsheets are often saved in; `None` for what is no text.
fn decoded(bytes: &[u8]) -> Option<String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        // The mark says which of the two it is.
        let (text, _, wrong) = encoding_rs::UTF_16LE.decode(bytes);
        return (!wrong).then(|| text.into_owned());
    }
    if bytes.contains(&0) {
        return None;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.replace("\r\n", "\n"));
    }
    let (text, _, wrong) = encoding_rs::GB18030.decode(bytes);
    (!wrong).then(|| text.replace("\r\n", "\n"))
}

#[cfg(test)]
mod tests;
