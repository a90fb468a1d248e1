//! Articles from elsewhere: first as a preview that stores nothing, then as drafts. And everything out again.

use super::Body;
use super::article_views::{ArticleContent, ArticleVersion, draft, versions_of};
use super::help;
use crate::app::App;
use crate::crawl;
use crate::error::{Error, ErrorBody, LANGUAGE, Result};
use crate::guard::staff::{Can, Edit};
use crate::store::articles::{Changed, Content, NewDraft, Version};
use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRequest, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use kg::Language;
use knowledge::Article;
use knowledge::import::{self, File, Said};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What may be sent at once, before base64.
const UPLOAD_MB: usize = 32;
const NOTES: usize = 500;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    // Read to its end also when it is too large: who is cut off while he sends never sees the reason.
    let body = DefaultBodyLimit::max(8 * UPLOAD_MB * 1024 * 1024);
    OpenApiRouter::new().routes(routes!(preview)).routes(routes!(take)).layer(body).routes(routes!(export))
}

#[derive(Deserialize, ToSchema)]
pub struct ArticleImport {
    /// Markdown with front matter, CSV, XLSX, HTML, DOCX, PDF, JSON of Zendesk's or Chatwoot's help centre, JSON lines;
    /// or zip archives of them.
    #[serde(default)]
    pub files: Vec<ImportFile>,
    /// A site instead of files: its pages are fetched by its sitemap, within its robots.txt.
    pub url: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub struct ImportFile {
    pub name: String,
    /// base64
    pub data: String,
}

#[derive(Serialize, ToSchema)]
pub struct ArticleImportView {
    pub articles: Vec<ImportedArticle>,
    pub files: Vec<ReadFile>,
    /// What was not taken, or not as it stands.
    pub notes: Vec<ReadNote>,
    /// Further notes, which are not listed.
    pub more_notes: usize,
}

#[derive(Serialize, ToSchema)]
pub struct ImportedArticle {
    pub slug: String,
    pub category: String,
    pub versions: BTreeMap<String, ArticleVersion>,
    /// Where each version stood.
    pub sources: Vec<String>,
    /// new; changed: there is an article of this slug that says something else; same: it says just this; draft: somebody
    /// has an unfinished draft of it.
    pub state: String,
}

#[derive(Serialize, ToSchema)]
pub struct ReadFile {
    pub name: String,
    /// Texts (an article in one language) taken from it.
    pub taken: usize,
    /// Why nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct ReadNote {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// 0 when it concerns the whole file
    pub line: usize,
    pub text: String,
}

fn said(text: Said) -> String {
    match LANGUAGE.try_with(|l| *l) {
        Ok(Language::Zh) => text.zh,
        _ => text.en,
    }
}

fn too_large() -> Error {
    Error::client(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        format!("上传的文件太大，合计最多 {UPLOAD_MB} MB。请分批导入。"),
        format!("The files are too large: at most {UPLOAD_MB} MB together. Import in parts."),
    )
}

async fn body<T: serde::de::DeserializeOwned>(request: Request) -> Result<T> {
    match Body::<T>::from_request(request, &()).await {
        Ok(Body(body)) => Ok(body),
        Err(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(too_large()),
        Err(e) => Err(e),
    }
}

/// Reads files or a site and shows which articles would come of them; nothing is stored.
#[utoipa::path(post, operation_id = "preview_article_import", path = "/api/v1/staff/article-import", tag = "staff", request_body = ArticleImport,
    responses((status = 200, body = ArticleImportView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 413, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn preview(State(app): State<Arc<App>>, _: Can<Edit>, request: Request) -> Result<Json<ArticleImportView>> {
    let request: ArticleImport = body(request).await?;
    let (files, notes) = match &request.url {
        Some(url) => {
            let crawled = crawl::crawl(url, app.config.knowledge.import_private).await?;
            (crawled.pages, crawled.notes)
        }
        None => (decoded(request.files)?, Vec::new()),
    };
    if files.is_empty() && notes.is_empty() {
        return Err(Error::invalid("请选择要导入的文件，或填写网站地址。", "Choose files to import, or name a site."));
    }
    // Seconds of computing for a large book: not on a thread that serves.
    let reading = tokio::task::spawn_blocking(move || import::read(files));
    let mut read = reading.await.map_err(anyhow::Error::from)?;
    read.notes.splice(0..0, notes);
    let more_notes = read.more_notes + read.notes.len().saturating_sub(NOTES);
    read.notes.truncate(NOTES);
    let known = Known::of(&app).await?;
    // A file says 服务 or Service where the shop's category is `service`.
    let categories: HashMap<String, String> = help::category_names(&app).await?;
    let shown = |found: import::Imported| ImportedArticle {
        state: known.state(&found.article).to_owned(),
        versions: versions_of(&found.article),
        slug: found.article.slug,
        category: categories.get(&found.article.category).cloned().unwrap_or(found.article.category),
        sources: found.sources,
    };
    Ok(Json(ArticleImportView {
        articles: read.articles.into_iter().map(shown).collect(),
        files: read
            .files
            .into_iter()
            .map(|f| ReadFile { name: f.file, taken: f.taken, reason: f.reason.map(said) })
            .collect(),
        notes: read.notes.into_iter().map(|n| ReadNote { file: n.file, line: n.line, text: said(n.text) }).collect(),
        more_notes,
    }))
}

fn decoded(files: Vec<ImportFile>) -> Result<Vec<File>> {
    let mut all = Vec::new();
    for file in files {
        let bytes = BASE64.decode(file.data.as_bytes()).map_err(|_| {
            Error::invalid(
                format!("文件 {} 没有完整传到，请再上传一次。", file.name),
                format!("The file {} did not arrive whole; please send it again.", file.name),
            )
        })?;
        all.push(File { name: file.name, bytes });
    }
    if all.iter().map(|f| f.bytes.len()).sum::<usize>() > UPLOAD_MB * 1024 * 1024 {
        return Err(too_large());
    }
    Ok(all)
}

/// What there is already, by slug.
struct Known {
    published: HashMap<String, (Content, i64)>,
    open: HashMap<String, Version>,
}

impl Known {
    async fn of(app: &App) -> Result<Known> {
        let published = app.store.articles().await?;
        let open = app.store.open_versions().await?;
        Ok(Known {
            published: published.into_iter().map(|p| (p.article.slug.clone(), (p.content, p.revision))).collect(),
            open: open.into_iter().rev().map(|v| (v.slug.clone(), v)).collect(),
        })
    }

    fn state(&self, article: &Article) -> &'static str {
        if self.open.contains_key(&article.slug) {
            return "draft";
        }
        let Some((content, _)) = self.published.get(&article.slug) else { return "new" };
        let known = &content.article.versions;
        let same = article.versions.iter().all(|(language, text)| known.get(language) == Some(text));
        if same { "same" } else { "changed" }
    }
}

#[derive(Deserialize, ToSchema)]
pub struct TakeArticles {
    /// As the preview showed them, those that are wanted.
    pub articles: Vec<TakenArticle>,
    /// Put the text in the place of drafts that are being written; without it those articles are left out.
    #[serde(default)]
    pub over_drafts: bool,
}

#[derive(Deserialize, ToSchema)]
pub struct TakenArticle {
    pub slug: String,
    pub category: String,
    pub versions: BTreeMap<String, ArticleVersion>,
    #[serde(default)]
    pub sources: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct TakenView {
    /// Slugs that became drafts.
    pub taken: Vec<String>,
    pub left_out: Vec<LeftOut>,
}

#[derive(Serialize, ToSchema)]
pub struct LeftOut {
    pub slug: String,
    pub reason: String,
}

/// Makes drafts; nothing is published by it. An article that exists keeps its other languages.
#[utoipa::path(post, operation_id = "take_article_import", path = "/api/v1/staff/article-import/drafts", tag = "staff", request_body = TakeArticles,
    responses((status = 200, body = TakenView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 413, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn take(State(app): State<Arc<App>>, who: Can<Edit>, request: Request) -> Result<Json<TakenView>> {
    let request: TakeArticles = body(request).await?;
    if request.articles.len() > import::MAX_ARTICLES {
        return Err(too_large());
    }
    let known = Known::of(&app).await?;
    let (mut taken, mut left_out) = (Vec::new(), Vec::new());
    for article in request.articles {
        let slug = article.slug.clone();
        match draft_of(&app, article, &known, request.over_drafts, &who.agent.id).await {
            Ok(None) => taken.push(slug),
            Ok(Some(reason)) => left_out.push(LeftOut { slug, reason: said(reason) }),
            Err(e) if e.status().is_client_error() => left_out.push(LeftOut { slug, reason: e.to_string() }),
            Err(e) => return Err(e),
        }
    }
    Ok(Json(TakenView { taken, left_out }))
}

/// `Some`: why it was left out.
async fn draft_of(app: &App, article: TakenArticle, known: &Known, over: bool, by: &str) -> Result<Option<Said>> {
    let reason = |zh: &str, en: &str| Ok(Some(Said { zh: zh.to_owned(), en: en.to_owned() }));
    let open = known.open.get(&article.slug);
    if open.is_some() && !over {
        return reason("有人正在写这篇文章的草稿", "somebody is writing a draft of it");
    }
    let base = known.published.get(&article.slug);
    let mut versions = base.map(|(content, _)| versions_of(&content.article)).unwrap_or_default();
    versions.extend(article.versions);
    let sent = ArticleContent {
        // Where it was filed by an editor it stays.
        category: base.map_or(article.category, |(content, _)| content.article.category.clone()),
        versions,
        valid_from: base.and_then(|b| b.0.valid_from.clone()),
        valid_until: base.and_then(|b| b.0.valid_until.clone()),
        still_right: Vec::new(),
        out_of_date: Vec::new(),
        changed: BTreeMap::new(),
    };
    let content = draft(&article.slug, sent, base.map(|b| &b.0), app.clock.now())?;
    let sources: String = article.sources.join(", ").chars().filter(|c| !c.is_control()).take(300).collect();
    let note = said(Said { zh: format!("导入自 {sources}"), en: format!("Imported from {sources}") });
    let new = NewDraft {
        content: &content,
        based_on: base.map_or(0, |b| b.1),
        over: open.map(|v| (v.number, v.revision)),
        note: &note,
        gap: None,
        by,
    };
    match app.store.save_draft(&new).await? {
        Changed::Yes(_) => Ok(None),
        Changed::Stale | Changed::Behind => reason("别人刚刚改过这篇文章", "somebody else has changed it meanwhile"),
    }
}

#[derive(Deserialize)]
struct ExportQuery {
    format: Option<String>,
}

#[derive(Serialize)]
struct ExportLine<'a> {
    id: String,
    slug: &'a str,
    lang: &'a str,
    title: &'a str,
    similar_questions: &'a [String],
    text: &'a str,
    category: &'a str,
}

/// Everything that is published: a zip of Markdown files with front matter, or JSON lines as `kefu index` reads them.
#[utoipa::path(get, operation_id = "export_articles", path = "/api/v1/staff/article-export", tag = "staff",
    params(("format" = Option<String>, Query, description = "markdown (a zip archive, by default) or jsonl")),
    responses((status = 200, body = String, content_type = "application/zip"), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn export(State(app): State<Arc<App>>, _: Can<Edit>, Query(q): Query<ExportQuery>) -> Result<Response> {
    let articles = app.store.articles().await?;
    let internal = |e: anyhow::Error| Error::Internal(e);
    match q.format.as_deref().unwrap_or("markdown") {
        "jsonl" => {
            let mut lines = String::new();
            for a in &articles {
                for (language, text) in &a.article.versions {
                    let line = ExportLine {
                        id: format!("{}.{}", a.article.slug, language.code()),
                        slug: &a.article.slug,
                        lang: language.code(),
                        title: &text.title,
                        similar_questions: &text.questions,
                        text: &text.body,
                        category: &a.article.category,
                    };
                    lines.push_str(&serde_json::to_string(&line).map_err(|e| internal(e.into()))?);
                    lines.push('\n');
                }
            }
            Ok(download("application/jsonl; charset=utf-8", "articles.jsonl", lines.into_bytes()))
        }
        "markdown" => {
            let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            for a in &articles {
                for (path, text) in a.article.to_files().map_err(|e| internal(e.into()))? {
                    let options = zip::write::SimpleFileOptions::default();
                    archive.start_file(path.to_string_lossy(), options).map_err(|e| internal(e.into()))?;
                    archive.write_all(text.as_bytes()).map_err(|e| internal(e.into()))?;
                }
            }
            let bytes = archive.finish().map_err(|e| internal(e.into()))?.into_inner();
            Ok(download("application/zip", "articles.zip", bytes))
        }
        _ => Err(Error::invalid("format 是 markdown 或 jsonl。", "format is markdown or jsonl.")),
    }
}

fn download(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, bytes).into_response()
}
