//! Articles for the staff: the list, one article, drafts, and publishing a change in one step.

use super::Body;
use super::article_views::{self, ArticleContent, ArticleVersion, ArticleView, VersionHead, VersionView};
use crate::app::App;
use crate::articles::{take_up, today};
use crate::error::{Error, ErrorBody, Result};
use crate::guard::staff::{Can, Edit, Staff};
use crate::guard::text;
use crate::store::articles::{Changed, NewDraft, StoredArticle, Version};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use kg::Language;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Longest note of an author or reviewer, in characters.
pub const NOTE: usize = 1_000;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(read, save, delete))
        .routes(routes!(save_draft))
        .routes(routes!(discard))
        .routes(routes!(markdown))
}

#[derive(Deserialize)]
struct ListQuery {
    q: Option<String>,
    category: Option<String>,
    language: Option<String>,
    state: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct EditorList {
    pub articles: Vec<EditorRow>,
    pub categories: Vec<String>,
    /// How many articles there are of each state, whatever is asked for.
    pub counts: BTreeMap<String, usize>,
}

#[derive(Serialize, ToSchema)]
pub struct EditorRow {
    pub slug: String,
    pub category: String,
    pub languages: Vec<String>,
    /// Language -> title.
    pub titles: BTreeMap<String, String>,
    pub updated_at: i64,
    /// Number of the published version; 0 when there is none.
    pub revision: i64,
    /// Published, and today is one of its days.
    pub live: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    /// Languages whose text has not followed a change of another.
    pub out_of_date: Vec<String>,
    /// What applies: published, unpublished, scheduled, expired, out_of_date, draft, review, rejected, deleted.
    pub states: Vec<String>,
    /// Drafts and what waits for a review, newest first.
    pub open: Vec<VersionHead>,
}

fn row(
    published: Option<&StoredArticle>,
    last: Option<&Version>,
    open: Vec<VersionHead>,
    today: &str,
) -> Option<EditorRow> {
    let content = published.map(|p| &p.content).or(last.map(|v| &v.content))?;
    let mut states: Vec<&str> = match published {
        Some(_) if content.valid_from.as_deref().is_some_and(|from| today < from) => vec!["published", "scheduled"],
        Some(_) if content.valid_until.as_deref().is_some_and(|until| until < today) => vec!["published", "expired"],
        Some(_) => vec!["published"],
        None if open.is_empty() => vec!["deleted"],
        None => vec!["unpublished"],
    };
    if published.is_some() && !content.out_of_date.is_empty() {
        states.push("out_of_date");
    }
    for state in ["draft", "review", "rejected"] {
        if open.iter().any(|v| v.state == state) {
            states.push(state);
        }
    }
    let versions = &content.article.versions;
    Some(EditorRow {
        slug: content.article.slug.clone(),
        category: content.article.category.clone(),
        languages: versions.keys().map(|l| l.code().to_owned()).collect(),
        titles: versions.iter().map(|(l, v)| (l.code().to_owned(), v.title.clone())).collect(),
        updated_at: published.map_or(last.map_or(0, |v| v.updated_at), |p| p.updated_at),
        revision: published.map_or(0, |p| p.revision),
        live: published.is_some() && content.valid_on(today),
        valid_from: content.valid_from.clone(),
        valid_until: content.valid_until.clone(),
        out_of_date: content.out_of_date.iter().map(|l| l.code().to_owned()).collect(),
        states: states.into_iter().map(str::to_owned).collect(),
        open,
    })
}

/// All articles for the editors' table, drafts of new ones and deleted ones among them.
#[utoipa::path(get, operation_id = "staff_articles", path = "/api/v1/staff/articles", tag = "staff",
    params(("q" = Option<String>, Query), ("category" = Option<String>, Query), ("language" = Option<String>, Query, description = "Only articles that have this version"),
        ("state" = Option<String>, Query, description = "published, unpublished, scheduled, expired, out_of_date, draft, review, rejected or deleted; without it all that are not deleted")),
    responses((status = 200, body = EditorList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn list(State(app): State<Arc<App>>, who: Can<Staff>, Query(q): Query<ListQuery>) -> Result<Json<EditorList>> {
    let today = today(&app.config, app.clock.now())?;
    let published = app.store.articles().await?;
    let serves: HashMap<&str, i64> = published.iter().map(|p| (p.article.slug.as_str(), p.revision)).collect();
    let (open, deleted) = (app.store.open_versions().await?, app.store.deleted_articles().await?);
    let mut of: HashMap<&str, Vec<&Version>> = HashMap::new();
    for v in &open {
        of.entry(&v.slug).or_default().push(v);
    }
    let heads = |slug: &str| -> Vec<VersionHead> {
        let number = serves.get(slug).copied().unwrap_or(0);
        of.get(slug).into_iter().flatten().map(|v| VersionHead::of(v, number, &who.agent.id)).collect()
    };
    let fresh: BTreeMap<&str, &Version> =
        open.iter().rev().filter(|v| !serves.contains_key(v.slug.as_str())).map(|v| (v.slug.as_str(), v)).collect();
    let only = q.language.as_deref().and_then(Language::parse);
    let has = |content: &crate::store::articles::Content| {
        super::articles::matches(&content.article, q.q.as_deref(), q.category.as_deref())
            && only.is_none_or(|l| content.article.versions.contains_key(&l))
    };
    let mut all: Vec<(bool, EditorRow)> = Vec::new();
    let mut put = |shown: bool, row: Option<EditorRow>| all.extend(row.map(|r| (shown, r)));
    for v in fresh.values() {
        put(has(&v.content), row(None, Some(v), heads(&v.slug), &today));
    }
    for p in &published {
        // Somebody looks for the new words of a draft, too.
        let shown = has(&p.content) || of.get(p.article.slug.as_str()).into_iter().flatten().any(|v| has(&v.content));
        put(shown, row(Some(p), None, heads(&p.article.slug), &today));
    }
    for v in deleted.iter().filter(|v| !fresh.contains_key(v.slug.as_str())) {
        put(has(&v.content), row(None, Some(v), Vec::new(), &today));
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for state in all.iter().flat_map(|(_, r)| &r.states) {
        *counts.entry(state.clone()).or_default() += 1;
    }
    let categories: BTreeSet<String> = all.iter().map(|(_, r)| r.category.clone()).collect();
    let wanted = |r: &EditorRow| match q.state.as_deref().filter(|s| !s.is_empty()) {
        Some(state) => r.states.iter().any(|s| s == state),
        None => r.states != ["deleted"],
    };
    let articles = all.into_iter().filter(|(shown, r)| *shown && wanted(r)).map(|(_, r)| r).collect();
    Ok(Json(EditorList { articles, categories: categories.into_iter().collect(), counts }))
}

async fn view(app: &App, slug: &str, me: &str) -> Result<ArticleView> {
    let published = app.store.article(slug).await?;
    let number = published.as_ref().map_or(0, |p| p.revision);
    let versions = app.store.versions(slug).await?;
    let open = versions.iter().filter(|v| v.is_open()).map(|v| VersionHead::of(v, number, me)).collect();
    match (&published, versions.first()) {
        (Some(p), _) => Ok(ArticleView::of(p, open, &today(&app.config, app.clock.now())?)),
        (None, Some(last)) => Ok(ArticleView::unpublished(last, open)),
        (None, None) => Err(Error::not_found()),
    }
}

/// One article as editors see it: what is published, and which drafts there are.
#[utoipa::path(get, operation_id = "staff_article", path = "/api/v1/staff/articles/{slug}", tag = "staff", params(("slug" = String, Path)),
    responses((status = 200, body = ArticleView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn read(State(app): State<Arc<App>>, who: Can<Staff>, Path(slug): Path<String>) -> Result<Json<ArticleView>> {
    Ok(Json(view(&app, &slug, &who.agent.id).await?))
}

#[derive(Deserialize, ToSchema)]
pub struct SaveArticle {
    /// Only when creating: lower-case letters, digits and hyphens.
    pub slug: Option<String>,
    pub category: String,
    pub versions: BTreeMap<String, ArticleVersion>,
    pub valid_from: Option<String>,
    pub valid_until: Option<String>,
    /// Languages that are right although another has changed.
    #[serde(default)]
    pub still_right: Vec<String>,
    /// The revision that the editor started from; not when creating.
    pub revision: Option<i64>,
}

pub fn needs_review() -> Error {
    Error::client(
        StatusCode::FORBIDDEN,
        "needs_review",
        "发布前需要另一位同事审核，请提交审核。",
        "A colleague must review this before it is published; please submit it for review.",
    )
}

pub fn stale() -> Error {
    Error::client(
        StatusCode::CONFLICT,
        "stale_revision",
        "别人刚刚改过这篇文章，您的内容没有丢失；请合并后再保存。",
        "Somebody else has changed this article meanwhile. Nothing of yours is lost: merge, then save again.",
    )
}

async fn publish_now(app: &App, slug: &str, request: SaveArticle, by: &str) -> Result<Json<ArticleView>> {
    if !app.config.knowledge.self_approval {
        return Err(needs_review());
    }
    let revision = request.revision.unwrap_or(0);
    let base = match revision {
        0 => None,
        n => app.store.version(slug, n).await?.map(|v| v.content),
    };
    let sent = ArticleContent {
        category: request.category,
        versions: request.versions,
        valid_from: request.valid_from,
        valid_until: request.valid_until,
        still_right: request.still_right,
        out_of_date: Vec::new(),
        changed: BTreeMap::new(),
    };
    let content = article_views::draft(slug, sent, base.as_ref(), app.clock.now())?;
    article_views::finished(&content)?;
    match app.store.publish_now(&content, revision, by).await? {
        Changed::Yes(_) => {}
        Changed::Stale | Changed::Behind => return Err(stale()),
    }
    take_up(app, slug).await?;
    Ok(Json(view(app, slug, by).await?))
}

fn exists() -> Error {
    Error::client(StatusCode::CONFLICT, "exists", "已有同名文章。", "There is an article of this name already.")
}

/// Publishes a new article in one step; the bot knows it when this returns.
#[utoipa::path(post, path = "/api/v1/staff/articles", tag = "staff", request_body = SaveArticle,
    responses((status = 200, body = ArticleView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn create(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Body(request): Body<SaveArticle>,
) -> Result<Json<ArticleView>> {
    let slug = request.slug.clone().unwrap_or_default();
    if app.store.article(&slug).await?.is_some() {
        return Err(exists());
    }
    publish_now(&app, &slug, SaveArticle { revision: None, ..request }, &who.agent.id).await
}

/// Publishes a change in one step, as a version of its own; the bot knows it when this returns.
#[utoipa::path(put, path = "/api/v1/staff/articles/{slug}", tag = "staff", params(("slug" = String, Path)), request_body = SaveArticle,
    responses((status = 200, body = ArticleView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn save(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Path(slug): Path<String>,
    Body(request): Body<SaveArticle>,
) -> Result<Json<ArticleView>> {
    app.store.article(&slug).await?.ok_or_else(Error::not_found)?;
    if request.revision.is_none_or(|r| r < 1) {
        return Err(Error::invalid("缺少 revision。", "`revision` is missing."));
    }
    publish_now(&app, &slug, request, &who.agent.id).await
}

/// Takes an article out of service, in all its languages; its versions are kept.
#[utoipa::path(delete, path = "/api/v1/staff/articles/{slug}", tag = "staff", params(("slug" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn delete(State(app): State<Arc<App>>, who: Can<Edit>, Path(slug): Path<String>) -> Result<StatusCode> {
    if !app.store.delete_article(&slug, &who.agent.id).await? {
        return Err(Error::not_found());
    }
    take_up(&app, &slug).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
pub struct DraftRequest {
    pub content: ArticleContent,
    /// The draft that is saved; without it a new one is begun.
    pub number: Option<i64>,
    /// The draft's revision that the editor has seen.
    pub revision: Option<i64>,
    /// The published version that the text takes into account; 0 for a new article.
    #[serde(default)]
    pub based_on: i64,
    /// What the author says about the change.
    #[serde(default)]
    pub note: String,
    /// The gap that it is to close, when it is begun.
    pub gap: Option<String>,
}

pub fn note(note: &str) -> Result<String> {
    match note.trim() {
        "" => Ok(String::new()),
        note => text::clean(note, NOTE),
    }
}

/// Keeps a draft, finished or not. Nobody but editors sees it.
#[utoipa::path(put, path = "/api/v1/staff/articles/{slug}/draft", tag = "staff", params(("slug" = String, Path)), request_body = DraftRequest,
    responses((status = 200, body = VersionView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn save_draft(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Path(slug): Path<String>,
    Body(request): Body<DraftRequest>,
) -> Result<Json<VersionView>> {
    let me = who.agent.id.as_str();
    let published = app.store.article(&slug).await?.map_or(0, |p| p.revision);
    let over = match (request.number, request.revision) {
        (None, _) => None,
        (Some(number), Some(revision)) => Some((number, revision)),
        (Some(_), None) => return Err(Error::invalid("缺少 revision。", "`revision` is missing.")),
    };
    if over.is_none() && request.based_on == 0 && !app.store.versions(&slug).await?.is_empty() && published > 0 {
        return Err(exists());
    }
    let base = match request.based_on {
        0 => None,
        n => Some(app.store.version(&slug, n).await?.ok_or_else(Error::not_found)?.content),
    };
    let content = article_views::draft(&slug, request.content, base.as_ref(), app.clock.now())?;
    if request.gap.as_ref().is_some_and(|g| g.len() > 100 || g.contains('\0')) {
        return Err(Error::not_found());
    }
    let draft = NewDraft {
        content: &content,
        based_on: request.based_on,
        over,
        note: &note(&request.note)?,
        gap: request.gap.as_deref(),
        by: me,
    };
    match app.store.save_draft(&draft).await? {
        Changed::Yes(number) => {
            let version = app.store.version(&slug, number).await?.ok_or_else(Error::not_found)?;
            Ok(Json(VersionView::of(&version, published, me)))
        }
        Changed::Stale | Changed::Behind => Err(stale()),
    }
}

#[derive(Deserialize)]
struct Seen {
    revision: i64,
}

/// Throws a draft away.
#[utoipa::path(delete, operation_id = "discard_draft", path = "/api/v1/staff/articles/{slug}/versions/{number}", tag = "staff",
    params(("slug" = String, Path), ("number" = i64, Path), ("revision" = i64, Query)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn discard(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Path((slug, number)): Path<(String, i64)>,
    Query(seen): Query<Seen>,
) -> Result<StatusCode> {
    match app.store.discard_draft(&slug, number, seen.revision, &who.agent.id).await? {
        Changed::Yes(_) => Ok(StatusCode::NO_CONTENT),
        Changed::Stale | Changed::Behind => Err(stale()),
    }
}

#[derive(Deserialize, ToSchema)]
pub struct MarkdownRequest {
    pub body: String,
}

#[derive(Serialize, ToSchema)]
pub struct MarkdownResponse {
    /// As customers will see it: whatever could run is text.
    pub body_html: String,
}

/// Markdown as the help centre and the widget show it, for the live preview.
#[utoipa::path(post, path = "/api/v1/staff/markdown", tag = "staff", request_body = MarkdownRequest,
    responses((status = 200, body = MarkdownResponse), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn markdown(_: State<Arc<App>>, _: Can<Edit>, Body(request): Body<MarkdownRequest>) -> Json<MarkdownResponse> {
    Json(MarkdownResponse { body_html: knowledge::body_html(&request.body) })
}
