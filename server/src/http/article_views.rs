//! Articles and their versions as the staff app sees and sends them.

use crate::articles::marks;
use crate::error::{Error, Result};
use crate::store::articles::{Content, StoredArticle, Version};
use kg::Language;
use knowledge::{Article, ArticleText};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

const TITLE: usize = 200;
const BODY: usize = 20_000;
const QUESTIONS: usize = 100;
const QUESTION: usize = 300;

#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ArticleVersion {
    pub title: String,
    /// Markdown
    pub body: String,
    /// Ways in which customers ask this.
    #[serde(default)]
    pub questions: Vec<String>,
}

/// What an article says, in all its languages.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ArticleContent {
    pub category: String,
    /// Language (zh, en) -> text.
    pub versions: BTreeMap<String, ArticleVersion>,
    /// First and last day on which it serves, `2026-11-22`, in the business's time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    /// Languages that are right although another has changed.
    #[serde(default)]
    pub still_right: Vec<String>,
    /// Languages whose text has not followed a change of another. Only in answers.
    #[serde(default)]
    pub out_of_date: Vec<String>,
    /// Language -> when its title or text last changed. Only in answers.
    #[serde(default)]
    pub changed: BTreeMap<String, i64>,
}

/// Language (zh, en) -> text.
pub fn versions_of(article: &Article) -> BTreeMap<String, ArticleVersion> {
    let version = |(language, text): (&Language, &ArticleText)| {
        let (title, body, questions) = (text.title.clone(), text.body.clone(), text.questions.clone());
        (language.code().to_owned(), ArticleVersion { title, body, questions })
    };
    article.versions.iter().map(version).collect()
}

impl From<&Content> for ArticleContent {
    fn from(c: &Content) -> Self {
        let codes = |set: &BTreeSet<Language>| set.iter().map(|l| l.code().to_owned()).collect();
        ArticleContent {
            category: c.article.category.clone(),
            versions: versions_of(&c.article),
            valid_from: c.valid_from.clone(),
            valid_until: c.valid_until.clone(),
            still_right: codes(&c.still_right),
            out_of_date: codes(&c.out_of_date),
            changed: c.changed.iter().map(|(l, at)| (l.code().to_owned(), *at)).collect(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ArticleView {
    pub slug: String,
    /// What is published; of an article that never was, only the category.
    #[serde(flatten)]
    pub content: ArticleContent,
    pub updated_at: i64,
    /// Number of the version that is published, 0 when none is. Send it back with a change; it is refused when somebody else
    /// published meanwhile.
    pub revision: i64,
    /// Published, and today is one of its days.
    pub live: bool,
    /// Drafts and what waits for a review, newest first.
    pub open: Vec<VersionHead>,
}

impl ArticleView {
    pub fn of(stored: &StoredArticle, open: Vec<VersionHead>, today: &str) -> Self {
        ArticleView {
            slug: stored.article.slug.clone(),
            content: (&stored.content).into(),
            updated_at: stored.updated_at,
            revision: stored.revision,
            live: stored.content.valid_on(today),
            open,
        }
    }

    pub fn unpublished(version: &Version, open: Vec<VersionHead>) -> Self {
        let nothing = ArticleContent {
            category: version.content.article.category.clone(),
            versions: BTreeMap::new(),
            valid_from: None,
            valid_until: None,
            still_right: Vec::new(),
            out_of_date: Vec::new(),
            changed: BTreeMap::new(),
        };
        let (slug, updated_at) = (version.slug.clone(), version.updated_at);
        ArticleView { slug, content: nothing, updated_at, revision: 0, live: false, open }
    }
}

/// A version without its text.
#[derive(Clone, Serialize, ToSchema)]
pub struct VersionHead {
    pub slug: String,
    pub number: i64,
    /// draft, review, rejected, published, archived
    pub state: String,
    /// Language -> title.
    pub titles: BTreeMap<String, String>,
    pub category: String,
    /// The version that was published when this one was begun; 0: none.
    pub based_on: i64,
    /// Another version has been published since, so that this one must be merged first.
    pub behind: bool,
    /// Raised with every save; send it back.
    pub revision: i64,
    /// A colleague's name; nobody when it came from files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Who saved it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<String>,
    /// Has the caller written it?
    pub mine: bool,
    /// What the author says about the change.
    pub note: String,
    /// What the reviewer says.
    pub answer: String,
    /// The gap that it is to close.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<i64>,
}

impl VersionHead {
    /// `published`: number of the version that is published, 0 for none. `me`: an agent's id.
    pub fn of(v: &Version, published: i64, me: &str) -> Self {
        let titles = v.content.article.versions.iter().map(|(l, t)| (l.code().to_owned(), t.title.clone())).collect();
        VersionHead {
            slug: v.slug.clone(),
            number: v.number,
            state: v.state.clone(),
            titles,
            category: v.content.article.category.clone(),
            based_on: v.based_on,
            behind: v.is_open() && v.based_on != published,
            revision: v.revision,
            author: v.author_name.clone(),
            edited_by: v.editor_name.clone(),
            reviewer: v.reviewer_name.clone(),
            mine: v.author.as_deref() == Some(me),
            note: v.note.clone(),
            answer: v.answer.clone(),
            gap: v.gap.clone(),
            created_at: v.created_at,
            updated_at: v.updated_at,
            decided_at: v.decided_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct VersionView {
    #[serde(flatten)]
    pub head: VersionHead,
    pub content: ArticleContent,
}

impl VersionView {
    pub fn of(v: &Version, published: i64, me: &str) -> Self {
        VersionView { head: VersionHead::of(v, published, me), content: (&v.content).into() }
    }
}

/// Pages below /help/ that are no articles.
const RESERVED: [&str; 2] = ["search", "category"];

fn plain(s: &str) -> bool {
    (1..=80).contains(&s.len())
        && !s.starts_with('-')
        && s.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
}

fn day(day: Option<String>) -> Result<Option<String>> {
    let Some(day) = day.map(|d| d.trim().to_owned()).filter(|d| !d.is_empty()) else { return Ok(None) };
    match day.parse::<jiff::civil::Date>() {
        // Only one way of writing a day, so that days compare as texts.
        Ok(date) if date.to_string() == day => Ok(Some(day)),
        _ => Err(Error::invalid("日期要写成 2026-11-22 这样。", "Write a day like 2026-11-22.")),
    }
}

fn languages(codes: &[String]) -> Result<BTreeSet<Language>> {
    codes.iter().map(|code| language(code)).collect()
}

pub fn language(code: &str) -> Result<Language> {
    Language::ALL
        .into_iter()
        .find(|l| l.code() == code)
        .ok_or_else(|| Error::invalid(format!("没有语言 {code}。"), format!("There is no language {code}.")))
}

/// Bounded and well-formed, though perhaps not finished: what a draft may be. `base`: the version that it is based on.
pub fn draft(slug: &str, sent: ArticleContent, base: Option<&Content>, now: i64) -> Result<Content> {
    if !plain(slug) {
        return Err(Error::invalid(
            "slug 只能用小写字母、数字和连字符，最多 80 个。",
            "A slug has only lower-case letters, digits and hyphens, at most 80.",
        ));
    }
    if RESERVED.contains(&slug) {
        return Err(Error::invalid(
            format!("slug 不能是 {slug}：帮助中心自己要用这个地址。"),
            format!("The slug cannot be {slug}: the help centre uses that address itself."),
        ));
    }
    if !plain(&sent.category) {
        return Err(Error::invalid(
            "分类只能用小写字母、数字和连字符，最多 80 个。",
            "A category has only lower-case letters, digits and hyphens, at most 80.",
        ));
    }
    let mut versions = BTreeMap::new();
    for (code, v) in sent.versions {
        let language = language(&code)?;
        let (title, body) = (v.title.trim().to_owned(), v.body.trim_end().to_owned());
        if title.chars().count() > TITLE || body.chars().count() > BODY || v.questions.len() > QUESTIONS {
            return Err(Error::invalid(
                format!("{code} 版本的标题最多 {TITLE} 字，正文最多 {BODY} 字，相似问法最多 {QUESTIONS} 条。"),
                format!(
                    "The {code} version may have a title of {TITLE} characters, a text of {BODY} and {QUESTIONS} questions."
                ),
            ));
        }
        if [&title, &body].into_iter().chain(&v.questions).any(|t| t.contains('\0')) {
            return Err(Error::invalid("文字里有不能使用的字符。", "The text has a character that cannot be used."));
        }
        let questions: Vec<String> = v
            .questions
            .iter()
            .map(|q| q.trim().replace('\n', " ").chars().take(QUESTION).collect::<String>())
            .filter(|q| !q.is_empty())
            .collect();
        // An empty side of the editor is a version that does not exist.
        if !(title.is_empty() && body.trim().is_empty() && questions.is_empty()) {
            versions.insert(language, ArticleText { title: title.replace('\n', " "), body, questions });
        }
    }
    if versions.is_empty() {
        return Err(Error::invalid("至少写一个语言版本。", "Write at least one language version."));
    }
    let mut content = Content::of(Article { slug: slug.to_owned(), category: sent.category, versions });
    content.valid_from = day(sent.valid_from)?;
    content.valid_until = day(sent.valid_until)?;
    if let (Some(from), Some(until)) = (&content.valid_from, &content.valid_until)
        && from > until
    {
        return Err(Error::invalid(
            format!("生效日期 {from} 晚于失效日期 {until}。"),
            format!("It would begin on {from} and end before, on {until}."),
        ));
    }
    content.still_right = languages(&sent.still_right)?;
    marks::mark(base, &mut content, now);
    Ok(content)
}

/// What may be published.
pub fn finished(content: &Content) -> Result<()> {
    for (language, v) in &content.article.versions {
        if v.title.trim().is_empty() || v.body.trim().is_empty() {
            let code = language.code();
            return Err(Error::invalid(
                format!("{code} 版本的标题和正文都要写；不需要这个版本就全部清空。"),
                format!("The {code} version needs both a title and a text; clear it all if it is not wanted."),
            ));
        }
    }
    content.article.validate().map_err(|e| Error::invalid(format!("文章不能发布：{e}"), e.to_string()))
}
