//! The help centre's articles, for everybody.

use crate::app::App;
use crate::articles::today;
use crate::error::{Error, ErrorBody, Result};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use kg::Language;
use knowledge::Article;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(read)).routes(routes!(list))
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
    Ok(Json(article_page(&app, &slug, language(&q, &headers)).await?))
}

/// An article that is published and valid today, or what the graph knows, in this language or the one that it has.
pub async fn article_page(app: &App, slug: &str, wanted: Language) -> Result<ArticlePage> {
    if let Some(node) = slug.strip_prefix("graph:") {
        return graph_page(app, slug, node, wanted);
    }
    let today = today(&app.config, app.clock.now())?;
    let stored = app.store.article(slug).await?.filter(|s| s.content.valid_on(&today));
    let article = stored.ok_or_else(Error::not_found)?.article;
    let (language, text) = article
        .versions
        .get_key_value(&wanted)
        .or_else(|| article.versions.iter().next())
        .ok_or_else(Error::not_found)?;
    Ok(ArticlePage {
        slug: article.slug.clone(),
        language: language.code().to_owned(),
        title: text.title.clone(),
        body_html: knowledge::body_html(&text.body),
        category: article.category.clone(),
        languages: article.versions.keys().map(|l| l.code().to_owned()).collect(),
    })
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

/// Has the article these words, and is it of this category?
pub(super) fn matches(a: &Article, words: Option<&str>, category: Option<&str>) -> bool {
    let text = words.unwrap_or("").trim().to_lowercase();
    category.is_none_or(|c| c.is_empty() || a.category == c)
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
    let today = today(&app.config, app.clock.now())?;
    let articles = app
        .store
        .articles()
        .await?
        .into_iter()
        .filter(|s| s.content.valid_on(&today) && matches(&s.article, q.q.as_deref(), q.category.as_deref()))
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
