//! Help articles as editors own them: one Markdown file per language with a small YAML head.
//!
//! On disk: `<category>/<slug>.<zh|en>.md`. In the store: the same `Article`, as JSON.

use crate::KnowledgeError;
use kg::Language;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Longer bodies are refused: they are books, not answers, and a search result could not point into them.
pub const MAX_BODY_BYTES: usize = 100_000;
pub const MAX_QUESTIONS: usize = 100;
pub const MAX_LINE_CHARS: usize = 300;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    pub slug: String,
    pub category: String,
    pub versions: BTreeMap<Language, ArticleText>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleText {
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Ways customers ask for this article.
    #[serde(default)]
    pub questions: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    title: String,
    category: String,
    #[serde(default)]
    questions: Vec<String>,
}

impl Article {
    /// Reads one language version. Errors name `<slug>.<language>.md` and the line.
    pub fn parse_file(slug: &str, language: Language, text: &str) -> Result<Article, KnowledgeError> {
        let file = format!("{slug}.{}.md", language.code());
        parse(&file, slug, language, text)
    }

    /// Reads `<category>/<slug>.<zh|en>.md` below `dir`, ordered by slug. Other files directly in `dir`
    /// (an index, a readme) are not articles.
    pub fn load_dir(dir: &Path) -> Result<Vec<Article>, KnowledgeError> {
        let mut articles: BTreeMap<String, Article> = BTreeMap::new();
        for entry in list(dir)? {
            if entry.is_file() {
                if split_name(&entry).is_some() {
                    let message = "an article belongs in the folder of its category: <category>/<slug>.<zh|en>.md";
                    return Err(KnowledgeError::article(&entry.display().to_string(), 1, message));
                }
                continue;
            }
            for file in list(&entry)? {
                if file.extension().is_some_and(|e| e == "md") {
                    let article = load_file(&entry, &file)?;
                    merge(&mut articles, article, &file)?;
                }
            }
        }
        Ok(articles.into_values().collect())
    }

    /// The files this article is written as: path below the articles' folder, and content.
    pub fn to_files(&self) -> Result<Vec<(PathBuf, String)>, KnowledgeError> {
        self.versions
            .iter()
            .map(|(language, version)| {
                let head = FrontMatter {
                    title: version.title.clone(),
                    category: self.category.clone(),
                    questions: version.questions.clone(),
                };
                let yaml = serde_yaml_ng::to_string(&head)
                    .map_err(|e| KnowledgeError::article(&self.slug, 1, e.to_string()))?;
                let name = format!("{}.{}.md", self.slug, language.code());
                Ok((Path::new(&self.category).join(name), format!("---\n{yaml}---\n\n{}\n", version.body)))
            })
            .collect()
    }

    /// What an editor's form may bring: checked in the same way as a file.
    pub fn validate(&self) -> Result<(), KnowledgeError> {
        let fail = |message: String| Err(KnowledgeError::article(&self.slug, 1, message));
        if !is_name(&self.slug) {
            return fail(format!("slug `{}` must be 1-80 of a-z, 0-9 and -", shorten(&self.slug)));
        }
        if !is_name(&self.category) {
            return fail(format!("category `{}` must be 1-80 of a-z, 0-9 and -", shorten(&self.category)));
        }
        if self.versions.is_empty() {
            return fail("has no text in any language".into());
        }
        for (language, version) in &self.versions {
            if let Err(message) = version.check() {
                return fail(format!("{}: {message}", language.code()));
            }
        }
        Ok(())
    }
}

impl ArticleText {
    fn check(&self) -> Result<(), String> {
        if self.title.trim().is_empty() {
            return Err("`title` is empty".into());
        }
        if self.title.chars().count() > MAX_LINE_CHARS || self.title.contains('\n') {
            return Err(format!("`title` must be one line of at most {MAX_LINE_CHARS} characters"));
        }
        if self.questions.len() > MAX_QUESTIONS {
            return Err(format!("more than {MAX_QUESTIONS} `questions`"));
        }
        for (i, question) in self.questions.iter().enumerate() {
            if question.trim().is_empty() {
                return Err(format!("question {} is empty", i + 1));
            }
            if question.chars().count() > MAX_LINE_CHARS {
                return Err(format!("question {} has more than {MAX_LINE_CHARS} characters", i + 1));
            }
        }
        if self.body.trim().is_empty() {
            return Err("the text below the second `---` is empty".into());
        }
        if self.body.len() > MAX_BODY_BYTES {
            return Err(format!("the text has more than {MAX_BODY_BYTES} bytes"));
        }
        Ok(())
    }
}

fn parse(file: &str, slug: &str, language: Language, text: &str) -> Result<Article, KnowledgeError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let Some(rest) = text.strip_prefix("---\n") else {
        return Err(KnowledgeError::article(file, 1, "the first line must be `---`, then title, category, questions"));
    };
    let (head, body) = match rest.split_once("\n---\n") {
        Some(parts) => parts,
        None => match rest.strip_suffix("\n---") {
            Some(head) => (head, ""),
            None => {
                return Err(KnowledgeError::article(file, 1, "the head that starts here has no closing `---` line"));
            }
        },
    };
    let front: FrontMatter = serde_yaml_ng::from_str(head).map_err(|e| {
        // The head starts on the file's second line; without a location the fault is the head as a whole.
        let line = e.location().map_or(1, |l| l.line() + 1);
        KnowledgeError::article(file, line, e.to_string())
    })?;
    let version = ArticleText {
        title: front.title.trim().to_owned(),
        body: body.trim_matches('\n').trim_end().to_owned(),
        questions: front.questions.iter().map(|q| q.trim().to_owned()).collect(),
    };
    if let Err(message) = version.check() {
        let line = if message.contains("`title`") {
            line_of(head, |l| l.starts_with("title:"))
        } else if message.contains("below the second") {
            head.lines().count() + 2
        } else {
            line_of(head, |l| l.starts_with("questions:"))
        };
        return Err(KnowledgeError::article(file, line, message));
    }
    let article = Article { slug: slug.to_owned(), category: front.category, versions: [(language, version)].into() };
    match article.validate() {
        Err(KnowledgeError::Article { message, .. }) => {
            let line = line_of(head, |l| l.starts_with("category:"));
            Err(KnowledgeError::article(file, line, message))
        }
        Err(other) => Err(other),
        Ok(()) => Ok(article),
    }
}

/// Line in the file (the head starts on line 2).
fn line_of(head: &str, is: impl Fn(&str) -> bool) -> usize {
    head.lines().position(is).map_or(1, |n| n + 2)
}

fn load_file(folder: &Path, file: &Path) -> Result<Article, KnowledgeError> {
    let name = file.display().to_string();
    let Some((slug, language)) = split_name(file) else {
        return Err(KnowledgeError::article(&name, 1, "the file must be called <slug>.zh.md or <slug>.en.md"));
    };
    let text = std::fs::read_to_string(file).map_err(|e| KnowledgeError::file(file, &e))?;
    let article = parse(&name, &slug, language, &text)?;
    let folder = folder.file_name().unwrap_or_default().to_string_lossy();
    if article.category != folder {
        let message = format!("`category: {}` does not agree with the folder `{folder}`", article.category);
        let line = text.lines().position(|l| l.starts_with("category:")).map_or(1, |n| n + 1);
        return Err(KnowledgeError::article(&name, line, message));
    }
    Ok(article)
}

fn merge(articles: &mut BTreeMap<String, Article>, article: Article, file: &Path) -> Result<(), KnowledgeError> {
    let Some(known) = articles.get_mut(&article.slug) else {
        articles.insert(article.slug.clone(), article);
        return Ok(());
    };
    if known.category != article.category {
        let message = format!("slug `{}` is also used in category `{}`", article.slug, known.category);
        return Err(KnowledgeError::article(&file.display().to_string(), 1, message));
    }
    known.versions.extend(article.versions);
    Ok(())
}

fn split_name(file: &Path) -> Option<(String, Language)> {
    let stem = file.file_name()?.to_str()?.strip_suffix(".md")?;
    let (slug, code) = stem.rsplit_once('.')?;
    let language = Language::ALL.into_iter().find(|l| l.code() == code)?;
    Some((slug.to_owned(), language))
}

/// Sorted: loading the same folder twice gives the same order everywhere.
fn list(dir: &Path) -> Result<Vec<PathBuf>, KnowledgeError> {
    let entries = std::fs::read_dir(dir).map_err(|e| KnowledgeError::file(dir, &e))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|e| KnowledgeError::file(dir, &e))?.path());
    }
    paths.retain(|p| !p.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.')));
    paths.sort();
    Ok(paths)
}

fn is_name(name: &str) -> bool {
    (1..=80).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !name.starts_with('-')
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}
