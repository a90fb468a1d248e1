//! Articles: read by everybody, edited by editors.

use super::Body;
use crate::app::App;
use crate::error::{Error, ErrorBody, Result};
use crate::guard::staff::{Can, Edit, Staff};
use crate::store::content::StoredArticle;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use kg::Language;
use knowledge::{Article, ArticleText};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(read))
        .routes(routes!(list))
        .routes(routes!(staff_list, create))
        .routes(routes!(staff_read, save, delete))
}

#[derive(Serialize, ToSchema)]
pub struct ArticlePage {
    pub slug: String,
    /// The language of this version; another than asked when there is no version in the asked one.
    pub language: String,
    pub title: String,
    /// Safe HTML made from the article's Markdown.
    pub body_html: String,
    pub category: String,
    /// Languages in which the article exists.
    pub languages: Vec<String>,
}

#[derive(Deserialize)]
struct ReadQuery {
    language: Option<String>,
    q: Option<String>,
    category: Option<String>,
}

fn language(q: &ReadQuery, headers: &HeaderMap) -> Language {
    q.language.as_deref().and_then(Language::parse).or_else(|| super::accept_language(headers)).unwrap_or(Language::Zh)
}

/// What the graph knows about one node, as a page: the citation of an answer that no article explains further.
fn graph_page(app: &App, slug: &str, node: &str, language: Language) -> Result<ArticlePage> {
    let sheet = kg::query::sheet(&app.graph.get(), node, language).ok_or_else(Error::not_found)?;
    // Written as Markdown, so that names from the graph are escaped in the one place that does it.
    let mut body = String::new();
    if !sheet.above.is_empty() {
        body.push_str(&format!("{}\n\n", sheet.above.join(" → ")));
    }
    for paragraph in &sheet.paragraphs {
        body.push_str(&format!("{paragraph}\n\n"));
    }
    for (label, value) in &sheet.facts {
        body.push_str(&format!("- {label}: {value}\n"));
    }
    for member in &sheet.members {
        body.push_str(&format!("- {member}\n"));
    }
    Ok(ArticlePage {
        slug: slug.to_owned(),
        language: language.code().to_owned(),
        title: sheet.title,
        body_html: knowledge::body_html(&body),
        category: "products".to_owned(),
        languages: Language::ALL.iter().map(|l| l.code().to_owned()).collect(),
    })
}

/// One article of the help centre, or (`graph:<node>`) what the graph knows about a product, category or policy.
#[utoipa::path(get, path = "/api/v1/articles/{slug}", tag = "knowledge", params(("slug" = String, Path), ("language" = Option<String>, Query, description = "zh or en")),
    responses((status = 200, body = ArticlePage), (status = 404, body = ErrorBody)))]
async fn read(
    State(app): State<Arc<App>>,
    Path(slug): Path<String>,
    Query(q): Query<ReadQuery>,
    headers: HeaderMap,
) -> Result<Json<ArticlePage>> {
    let wanted = language(&q, &headers);
    if let Some(node) = slug.strip_prefix("graph:") {
        return graph_page(&app, &slug, node, wanted).map(Json);
    }
    let article = app.store.article(&slug).await?.ok_or_else(Error::not_found)?.article;
    let (language, text) = article
        .versions
        .get_key_value(&wanted)
        .or_else(|| article.versions.iter().next())
        .ok_or_else(Error::not_found)?;
    Ok(Json(ArticlePage {
        slug: article.slug.clone(),
        language: language.code().to_owned(),
        title: text.title.clone(),
        body_html: knowledge::body_html(&text.body),
        category: article.category.clone(),
        languages: article.versions.keys().map(|l| l.code().to_owned()).collect(),
    }))
}

#[derive(Serialize, ToSchema)]
pub struct ArticleTitles {
    pub articles: Vec<ArticleTitle>,
}

#[derive(Serialize, ToSchema)]
pub struct ArticleTitle {
    pub slug: String,
    pub title: String,
    pub category: String,
}

fn matches(a: &Article, q: &ReadQuery) -> bool {
    let text = q.q.as_deref().unwrap_or("").trim().to_lowercase();
    q.category.as_deref().is_none_or(|c| c.is_empty() || a.category == c)
        && (text.is_empty()
            || a.slug.contains(&text)
            || a.versions.values().any(|v| {
                v.title.to_lowercase().contains(&text)
                    || v.body.to_lowercase().contains(&text)
                    || v.questions.iter().any(|x| x.to_lowercase().contains(&text))
            }))
}

/// Titles of the help centre's articles.
#[utoipa::path(get, path = "/api/v1/articles", tag = "knowledge",
    params(("language" = Option<String>, Query), ("q" = Option<String>, Query, description = "Words that must occur"), ("category" = Option<String>, Query)),
    responses((status = 200, body = ArticleTitles)))]
async fn list(
    State(app): State<Arc<App>>,
    Query(q): Query<ReadQuery>,
    headers: HeaderMap,
) -> Result<Json<ArticleTitles>> {
    let wanted = language(&q, &headers);
    let articles = app
        .store
        .articles()
        .await?
        .into_iter()
        .filter(|s| matches(&s.article, &q))
        .filter_map(|s| {
            let text = s.article.versions.get(&wanted).or_else(|| s.article.versions.values().next())?;
            Some(ArticleTitle {
                title: text.title.clone(),
                slug: s.article.slug.clone(),
                category: s.article.category.clone(),
            })
        })
        .collect();
    Ok(Json(ArticleTitles { articles }))
}

#[derive(Serialize, ToSchema)]
pub struct EditorList {
    pub articles: Vec<EditorRow>,
    pub categories: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct EditorRow {
    pub slug: String,
    pub category: String,
    pub languages: Vec<String>,
    /// Language -> title.
    pub titles: BTreeMap<String, String>,
    pub updated_at: i64,
}

/// All articles for the editors' table.
#[utoipa::path(get, path = "/api/v1/staff/articles", tag = "staff",
    params(("q" = Option<String>, Query), ("category" = Option<String>, Query), ("language" = Option<String>, Query, description = "Only articles that have this version")),
    responses((status = 200, body = EditorList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn staff_list(
    State(app): State<Arc<App>>,
    _: Can<Staff>,
    Query(q): Query<ReadQuery>,
) -> Result<Json<EditorList>> {
    let all = app.store.articles().await?;
    let categories: BTreeSet<String> = all.iter().map(|s| s.article.category.clone()).collect();
    let only = q.language.as_deref().and_then(Language::parse);
    let articles = all
        .into_iter()
        .filter(|s| matches(&s.article, &q) && only.is_none_or(|l| s.article.versions.contains_key(&l)))
        .map(|s| EditorRow {
            languages: s.article.versions.keys().map(|l| l.code().to_owned()).collect(),
            titles: s.article.versions.iter().map(|(l, v)| (l.code().to_owned(), v.title.clone())).collect(),
            slug: s.article.slug,
            category: s.article.category,
            updated_at: s.updated_at,
        })
        .collect();
    Ok(Json(EditorList { articles, categories: categories.into_iter().collect() }))
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ArticleVersion {
    pub title: String,
    /// Markdown
    pub body: String,
    /// Ways in which customers ask this.
    #[serde(default)]
    pub questions: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct ArticleView {
    pub slug: String,
    pub category: String,
    /// Language (zh, en) -> text.
    pub versions: BTreeMap<String, ArticleVersion>,
    pub updated_at: i64,
    /// Send it back with a change; it is refused when somebody else saved meanwhile.
    pub revision: i64,
}

impl From<StoredArticle> for ArticleView {
    fn from(s: StoredArticle) -> Self {
        ArticleView {
            slug: s.article.slug,
            category: s.article.category,
            versions: s
                .article
                .versions
                .into_iter()
                .map(|(l, v)| {
                    (l.code().to_owned(), ArticleVersion { title: v.title, body: v.body, questions: v.questions })
                })
                .collect(),
            updated_at: s.updated_at,
            revision: s.revision,
        }
    }
}

/// One article as editors see it.
#[utoipa::path(get, path = "/api/v1/staff/articles/{slug}", tag = "staff", params(("slug" = String, Path)),
    responses((status = 200, body = ArticleView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn staff_read(State(app): State<Arc<App>>, _: Can<Staff>, Path(slug): Path<String>) -> Result<Json<ArticleView>> {
    Ok(Json(app.store.article(&slug).await?.ok_or_else(Error::not_found)?.into()))
}

#[derive(Deserialize, ToSchema)]
pub struct SaveArticle {
    /// Only when creating: lower-case letters, digits and hyphens.
    pub slug: Option<String>,
    pub category: String,
    pub versions: BTreeMap<String, ArticleVersion>,
    /// The revision that the editor started from; not when creating.
    pub revision: Option<i64>,
}

fn article(slug: &str, request: SaveArticle) -> Result<Article> {
    let plain = |s: &str| {
        !s.is_empty() && s.len() <= 80 && s.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    if !plain(slug) {
        return Err(Error::invalid(
            "slug 只能用小写字母、数字和连字符。",
            "A slug has only lower-case letters, digits and hyphens.",
        ));
    }
    if !plain(&request.category) {
        return Err(Error::invalid(
            "分类只能用小写字母、数字和连字符。",
            "A category has only lower-case letters, digits and hyphens.",
        ));
    }
    let mut versions = BTreeMap::new();
    for (code, v) in request.versions {
        let language = Language::parse(&code)
            .ok_or_else(|| Error::invalid(format!("没有语言 {code}。"), format!("There is no language {code}.")))?;
        let (title, body) = (v.title.trim().to_owned(), v.body.trim().to_owned());
        // An empty side of the editor is a version that does not exist.
        if title.is_empty() && body.is_empty() {
            continue;
        }
        if title.is_empty()
            || body.is_empty()
            || title.chars().count() > 200
            || body.chars().count() > 20_000
            || v.questions.len() > 100
        {
            return Err(Error::invalid(
                format!("{code} 版本需要标题（最多 200 字）和正文（最多 20000 字），相似问法最多 100 条。"),
                format!(
                    "The {code} version needs a title (at most 200 characters) and a body (at most 20,000); at most 100 questions."
                ),
            ));
        }
        let questions = v
            .questions
            .iter()
            .map(|q| q.trim().chars().take(300).collect::<String>())
            .filter(|q| !q.is_empty())
            .collect();
        versions.insert(language, ArticleText { title, body, questions });
    }
    if versions.is_empty() {
        return Err(Error::invalid("至少写一个语言版本。", "Write at least one language version."));
    }
    let article = Article { slug: slug.to_owned(), category: request.category, versions };
    article.validate().map_err(|e| Error::invalid(e.to_string(), e.to_string()))?;
    Ok(article)
}

async fn store(app: &App, a: Article, revision: i64, by: &str) -> Result<Json<ArticleView>> {
    if app.store.save_article(&a, revision, Some(by)).await?.is_none() {
        return Err(Error::client(
            StatusCode::CONFLICT,
            "stale_revision",
            "别人刚刚保存过这篇文章，请刷新后再改。",
            "Somebody else has saved this article meanwhile; reload it and edit again.",
        ));
    }
    app.store
        .audit(&format!("staff:{by}"), "save_article", &a.slug, &serde_json::json!({"revision": revision + 1}))
        .await?;
    let slug = a.slug.clone();
    app.knowledge.upsert(a).await.map_err(anyhow::Error::from)?;
    Ok(Json(app.store.article(&slug).await?.ok_or_else(Error::not_found)?.into()))
}

/// Publishes a new article; the bot knows it when this returns.
#[utoipa::path(post, path = "/api/v1/staff/articles", tag = "staff", request_body = SaveArticle,
    responses((status = 200, body = ArticleView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn create(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Body(request): Body<SaveArticle>,
) -> Result<Json<ArticleView>> {
    let slug = request.slug.clone().unwrap_or_default();
    let a = article(&slug, request)?;
    if app.store.article(&slug).await?.is_some() {
        return Err(Error::client(
            StatusCode::CONFLICT,
            "exists",
            "已有同名文章。",
            "There is an article of this name already.",
        ));
    }
    store(&app, a, 0, &who.agent.id).await
}

/// Publishes a change; the bot knows it when this returns.
#[utoipa::path(put, path = "/api/v1/staff/articles/{slug}", tag = "staff", params(("slug" = String, Path)), request_body = SaveArticle,
    responses((status = 200, body = ArticleView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn save(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Path(slug): Path<String>,
    Body(request): Body<SaveArticle>,
) -> Result<Json<ArticleView>> {
    app.store.article(&slug).await?.ok_or_else(Error::not_found)?;
    let revision = request.revision.ok_or_else(|| Error::invalid("缺少 revision。", "`revision` is missing."))?;
    let a = article(&slug, request)?;
    store(&app, a, revision, &who.agent.id).await
}

/// Deletes an article in all its languages.
#[utoipa::path(delete, path = "/api/v1/staff/articles/{slug}", tag = "staff", params(("slug" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn delete(State(app): State<Arc<App>>, who: Can<Edit>, Path(slug): Path<String>) -> Result<StatusCode> {
    if !app.store.delete_article(&slug).await? {
        return Err(Error::not_found());
    }
    app.store.audit(&format!("staff:{}", who.agent.id), "delete_article", &slug, &serde_json::json!({})).await?;
    app.knowledge.remove(&slug).await.map_err(anyhow::Error::from)?;
    Ok(StatusCode::NO_CONTENT)
}
