//! The public help centre, rendered here so that search engines and browsers without scripts read it too: index,
//! categories, articles, search, sitemap.xml and robots.txt. It shows what is published and valid today.

mod pages;

use super::articles::{ArticlePage, article_page};
use crate::app::App;
use crate::articles::today;
use crate::content;
use crate::error::Result;
use crate::guard::text;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use kg::{Language, Text};
use knowledge::Article;
use maud::Markup;
use pages::{Frame, Hit, Link};
use serde::Deserialize;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// Scripts only from here; whatever an article holds, it is not run.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' https: data:; connect-src 'self' ws: wss:; frame-ancestors 'self'; base-uri 'self'; form-action 'self'";
const HITS: usize = 12;
const RELATED: usize = 8;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/help", get(index))
        .route("/help/", get(index))
        .route("/help/search", get(search))
        .route("/help/category/{category}", get(category))
        .route("/help/{slug}", get(article))
        .route("/help/{slug}/", get(|Path(slug): Path<String>| async move { Redirect::permanent(&address(&slug)) }))
        .route("/sitemap.xml", get(sitemap))
        .route("/robots.txt", get(robots))
}

/// `help.yml` of the content: names that the business chose.
#[derive(Debug, Clone, Deserialize)]
struct Names {
    name: Text,
    shop: Text,
    shop_url: String,
    /// In the order in which they are shown.
    #[serde(default)]
    categories: Vec<Category>,
}

#[derive(Debug, Clone, Deserialize)]
struct Category {
    slug: String,
    zh: String,
    en: String,
}

impl Names {
    async fn of(app: &App) -> Result<Names> {
        Ok(serde_yaml_ng::from_str(&content::help(&app.store).await?).map_err(anyhow::Error::from)?)
    }

    /// Categories that nobody has named are called by their slug.
    fn category(&self, slug: &str, language: Language) -> String {
        let named = self.categories.iter().find(|c| c.slug == slug).map(|c| language.pick(&c.zh, &c.en));
        named.filter(|n| !n.is_empty()).cloned().unwrap_or_else(|| {
            let words = slug.replace('-', " ");
            let mut letters = words.chars();
            letters.next().map_or(String::new(), |c| c.to_uppercase().chain(letters).collect())
        })
    }
}

/// What an import makes of a category's names -> the category.
pub async fn category_names(app: &App) -> Result<HashMap<String, String>> {
    let names = Names::of(app).await?.categories.into_iter();
    Ok(names.flat_map(|c| [c.zh, c.en].map(|name| (knowledge::import::named(&name), c.slug.clone()))).collect())
}

#[derive(Deserialize)]
struct Asked {
    lang: Option<String>,
    q: Option<String>,
}

impl Asked {
    fn language(&self, headers: &HeaderMap) -> Language {
        let asked = self.lang.as_deref().and_then(Language::parse);
        asked.or_else(|| super::accept_language(headers)).unwrap_or(Language::Zh)
    }
}

/// What is published and valid today, in the order of its categories.
async fn articles(app: &App) -> Result<Vec<(Article, i64)>> {
    let today = today(&app.config, app.clock.now())?;
    let all = app.store.articles().await?.into_iter();
    Ok(all.filter(|s| s.content.valid_on(&today)).map(|s| (s.article, s.updated_at)).collect())
}

/// Its title in the language, or in the one that it has.
fn link(article: &Article, language: Language) -> Option<Link> {
    let (known, text) = article.versions.get_key_value(&language).or_else(|| article.versions.iter().next())?;
    let href = format!("{}?lang={}", address(&article.slug), language.code());
    Some(Link { href, title: text.title.clone(), foreign: *known != language })
}

fn address(slug: &str) -> String {
    format!("/help/{slug}")
}

/// The address that others reach us by: the configured one, else the one that was asked.
fn origin(app: &App, headers: &HeaderMap) -> String {
    match app.config.server.public_url.trim_end_matches('/') {
        "" => {
            let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or("localhost");
            let plain = host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
            format!("http://{}", if plain { host } else { "localhost" })
        }
        url => url.to_owned(),
    }
}

fn page(status: StatusCode, language: Language, markup: Markup) -> Response {
    let mut response =
        (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], markup.into_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.code()));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    response
}

async fn index(State(app): State<Arc<App>>, Query(asked): Query<Asked>, headers: HeaderMap) -> Result<Response> {
    let language = asked.language(&headers);
    let names = Names::of(&app).await?;
    let mut groups: Vec<(String, String, Vec<Link>)> = Vec::new();
    for (article, _) in articles(&app).await? {
        let Some(link) = link(&article, language) else { continue };
        match groups.iter_mut().find(|g| g.0 == article.category) {
            Some(group) => group.2.push(link),
            None => groups.push((article.category.clone(), names.category(&article.category, language), vec![link])),
        }
    }
    // As the business lists them; what it has not named comes last.
    groups.sort_by_key(|g| names.categories.iter().position(|c| c.slug == g.0).unwrap_or(usize::MAX));
    let frame = Frame::new(&names, language, "/help/", &origin(&app, &headers));
    Ok(page(StatusCode::OK, language, pages::index(&frame, &groups)))
}

async fn category(
    State(app): State<Arc<App>>,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response> {
    let language = asked.language(&headers);
    let names = Names::of(&app).await?;
    let of: Vec<Article> = articles(&app).await?.into_iter().map(|a| a.0).filter(|a| a.category == slug).collect();
    if of.is_empty() {
        return missing(&app, &names, language, &headers);
    }
    let path = format!("/help/category/{slug}");
    let frame = Frame::new(&names, language, &path, &origin(&app, &headers));
    let links: Vec<Link> = of.iter().filter_map(|a| link(a, language)).collect();
    let answers = of.iter().filter_map(|a| {
        let text = a.versions.get(&language)?;
        Some((text.title.clone(), knowledge::body_html(&text.body)))
    });
    let title = names.category(&slug, language);
    Ok(page(StatusCode::OK, language, pages::category(&frame, &title, &links, &answers.collect::<Vec<_>>())))
}

async fn article(
    State(app): State<Arc<App>>,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response> {
    let language = asked.language(&headers);
    let names = Names::of(&app).await?;
    let found: ArticlePage = match article_page(&app, &slug, language).await {
        Ok(found) => found,
        Err(e) if e.status() == StatusCode::NOT_FOUND => return missing(&app, &names, language, &headers),
        Err(e) => return Err(e),
    };
    let related: Vec<Link> = articles(&app)
        .await?
        .iter()
        .filter(|(a, _)| a.category == found.category && a.slug != slug)
        .filter_map(|(a, _)| link(a, language))
        .take(RELATED)
        .collect();
    let path = address(&slug);
    let frame = Frame::new(&names, language, &path, &origin(&app, &headers)).in_languages(&found.languages);
    let category = (found.category.clone(), names.category(&found.category, language));
    Ok(page(StatusCode::OK, language, pages::article(&frame, &found, &category, &related)))
}

async fn search(State(app): State<Arc<App>>, Query(asked): Query<Asked>, headers: HeaderMap) -> Result<Response> {
    let language = asked.language(&headers);
    let names = Names::of(&app).await?;
    let words: String = asked.q.as_deref().unwrap_or("").trim().chars().take(300).collect();
    let frame = Frame::new(&names, language, "/help/search", &origin(&app, &headers));
    let Ok(query) = text::clean(&words, app.config.chat.max_message_chars) else {
        return Ok(page(StatusCode::OK, language, pages::found(&frame, "", &[])));
    };
    app.limits.open.take("search", app.clock.now()).map_err(super::search::slow_down)?;
    let embedding = app.nlu.understand(&query, app.clock.now()).await?.embedding;
    let query = knowledge::Query { text: &query, embedding: &embedding, language, limit: HITS };
    // Everything that may help is listed; only the hopeless is left out.
    let floor = app.knowledge.thresholds().floor * 0.5;
    let hits: Vec<Hit> = app
        .knowledge
        .search(&query)
        .into_iter()
        .enumerate()
        .filter(|(at, p)| *at == 0 && p.bm25 > 0.2 || p.score >= floor)
        .map(|(_, p)| Hit {
            link: Link {
                href: format!("{}?lang={}", address(&p.citation.article), language.code()),
                title: p.citation.title,
                foreign: p.language != language,
            },
            category: names.category(&p.category, language),
            passage: p.text,
        })
        .collect();
    Ok(page(StatusCode::OK, language, pages::found(&frame, &words, &hits)))
}

fn missing(app: &App, names: &Names, language: Language, headers: &HeaderMap) -> Result<Response> {
    let frame = Frame::new(names, language, "/help/", &origin(app, headers));
    Ok(page(StatusCode::NOT_FOUND, language, pages::missing(&frame)))
}

/// sitemaps.org 0.9, with the other language of each page as `xhtml:link`.
async fn sitemap(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response> {
    let origin = origin(&app, &headers);
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n",
    );
    let mut add = |path: &str, languages: &[Language], changed: Option<i64>| {
        let at = |language: Language| format!("{origin}{path}?lang={}", language.code());
        for language in languages {
            let _ = write!(xml, "<url><loc>{}</loc>", at(*language));
            if let Some(day) = changed.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()) {
                let _ = write!(xml, "<lastmod>{}</lastmod>", day.strftime("%Y-%m-%d"));
            }
            for other in languages.iter().filter(|_| languages.len() > 1) {
                let tag = pages::tag(*other);
                let _ = write!(xml, "<xhtml:link rel=\"alternate\" hreflang=\"{tag}\" href=\"{}\"/>", at(*other));
            }
            xml.push_str("</url>\n");
        }
    };
    add("/help/", &Language::ALL, None);
    // A sitemap holds at most 50,000 addresses.
    for (article, changed) in articles(&app).await?.iter().take(20_000) {
        let languages: Vec<Language> = article.versions.keys().copied().collect();
        add(&address(&article.slug), &languages, Some(*changed));
    }
    xml.push_str("</urlset>\n");
    Ok(([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], xml).into_response())
}

async fn robots(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let origin = origin(&app, &headers);
    let text = format!(
        "User-agent: *\nAllow: /help/\nDisallow: /help/search\nDisallow: /staff\nDisallow: /api/\nDisallow: /webhooks/\nSitemap: {origin}/sitemap.xml\n"
    );
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
