//! From a draft over the review to what serves; the history of an article, what differs, and merging two people's changes.

use super::Body;
use super::article_edit::{NOTE, needs_review, note, stale};
use super::article_views::{self, ArticleContent, ArticleVersion, VersionHead, VersionView};
use crate::app::App;
use crate::articles::diff::{self, Piece};
use crate::articles::merge::{self, Merged};
use crate::articles::take_up;
use crate::error::{Error, ErrorBody, Result};
use crate::guard::staff::{Can, Edit, Staff};
use crate::store::articles::{Changed, Content, Version};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use kg::Language;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(versions))
        .routes(routes!(version))
        .routes(routes!(differences))
        .routes(routes!(merging))
        .routes(routes!(decide))
}

#[derive(Serialize, ToSchema)]
pub struct VersionList {
    /// Newest first.
    pub versions: Vec<VersionHead>,
    /// Who did what, newest first.
    pub log: Vec<LogLine>,
}

#[derive(Serialize, ToSchema)]
pub struct LogLine {
    pub at: i64,
    pub who: String,
    /// publish_article, delete_article, begin_article_draft, move_article_version, discard_article_draft
    pub action: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// draft, review, rejected
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Published by whoever wrote it.
    pub own: bool,
}

async fn published(app: &App, slug: &str) -> Result<i64> {
    Ok(app.store.article(slug).await?.map_or(0, |p| p.revision))
}

async fn found(app: &App, slug: &str, number: i64) -> Result<Version> {
    app.store.version(slug, number).await?.ok_or_else(Error::not_found)
}

/// An article's history: every version, and who did what.
#[utoipa::path(get, operation_id = "article_versions", path = "/api/v1/staff/articles/{slug}/versions", tag = "staff", params(("slug" = String, Path)),
    responses((status = 200, body = VersionList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn versions(State(app): State<Arc<App>>, who: Can<Staff>, Path(slug): Path<String>) -> Result<Json<VersionList>> {
    let versions = app.store.versions(&slug).await?;
    if versions.is_empty() {
        return Err(Error::not_found());
    }
    let number = published(&app, &slug).await?;
    let log = app.store.article_audit(&slug).await?.into_iter().map(|(at, who, action, detail)| {
        let detail: serde_json::Value = serde_json::from_str(&detail).unwrap_or_default();
        LogLine {
            at,
            who,
            action,
            version: detail["version"].as_i64(),
            to: detail["to"].as_str().map(str::to_owned),
            own: detail["own"] == true,
        }
    });
    let heads = versions.iter().map(|v| VersionHead::of(v, number, &who.agent.id)).collect();
    Ok(Json(VersionList { versions: heads, log: log.collect() }))
}

/// One version with its text.
#[utoipa::path(get, operation_id = "article_version", path = "/api/v1/staff/articles/{slug}/versions/{number}", tag = "staff", params(("slug" = String, Path), ("number" = i64, Path)),
    responses((status = 200, body = VersionView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn version(
    State(app): State<Arc<App>>,
    who: Can<Staff>,
    Path((slug, number)): Path<(String, i64)>,
) -> Result<Json<VersionView>> {
    let version = found(&app, &slug, number).await?;
    Ok(Json(VersionView::of(&version, published(&app, &slug).await?, &who.agent.id)))
}

#[derive(Deserialize)]
struct DiffQuery {
    from: i64,
    to: i64,
}

#[derive(Serialize, ToSchema)]
pub struct DiffView {
    /// Only those that differ.
    pub fields: Vec<FieldDiff>,
}

#[derive(Serialize, ToSchema)]
pub struct FieldDiff {
    /// `category`, `valid_from`, `valid_until`, `zh.title`, `zh.body`, `zh.questions` and so on.
    pub field: String,
    pub pieces: Vec<Piece>,
}

fn diffs(from: Option<&Content>, to: &Content) -> Vec<FieldDiff> {
    let mut fields = Vec::new();
    let mut add = |field: String, of: &dyn Fn(&Content) -> String| {
        let (old, new) = (from.map(of).unwrap_or_default(), of(to));
        if old != new {
            fields.push(FieldDiff { field, pieces: diff::pieces(&old, &new) });
        }
    };
    add("category".into(), &|c| c.article.category.clone());
    add("valid_from".into(), &|c| c.valid_from.clone().unwrap_or_default());
    add("valid_until".into(), &|c| c.valid_until.clone().unwrap_or_default());
    for language in Language::ALL {
        let code = language.code();
        let text = |c: &Content| c.article.versions.get(&language).cloned();
        add(format!("{code}.title"), &|c| text(c).map(|t| t.title).unwrap_or_default());
        add(format!("{code}.body"), &|c| text(c).map(|t| t.body).unwrap_or_default());
        add(format!("{code}.questions"), &|c| text(c).map(|t| t.questions.join("\n")).unwrap_or_default());
    }
    fields
}

/// What differs between two versions, word by word. `from` 0 is nothing at all.
#[utoipa::path(get, operation_id = "article_diff", path = "/api/v1/staff/articles/{slug}/diff", tag = "staff", params(("slug" = String, Path), ("from" = i64, Query), ("to" = i64, Query)),
    responses((status = 200, body = DiffView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn differences(
    State(app): State<Arc<App>>,
    _: Can<Staff>,
    Path(slug): Path<String>,
    Query(q): Query<DiffQuery>,
) -> Result<Json<DiffView>> {
    let to = found(&app, &slug, q.to).await?.content;
    let from = match q.from {
        0 => None,
        n => Some(found(&app, &slug, n).await?.content),
    };
    Ok(Json(DiffView { fields: diffs(from.as_ref(), &to) }))
}

#[derive(Deserialize, ToSchema)]
pub struct MergeRequest {
    /// What the caller has written.
    pub mine: ArticleContent,
    /// What both started from: a version's number, or its text where it was a draft that is no more. Neither: nothing.
    pub base_number: Option<i64>,
    pub base: Option<ArticleContent>,
    /// Number of the version that somebody else made of it.
    pub theirs: i64,
}

#[derive(Serialize, ToSchema)]
pub struct MergeView {
    pub theirs: VersionHead,
    /// Fields that either has changed.
    pub fields: Vec<Merged>,
    /// How many places must be decided.
    pub conflicts: usize,
    /// `mine` with what came in and does not conflict; conflicts as the caller wrote them.
    pub content: ArticleContent,
}

/// Joins two people's changes of one article, and shows where they conflict. Nothing is stored.
#[utoipa::path(post, operation_id = "article_merge", path = "/api/v1/staff/articles/{slug}/merge", tag = "staff", params(("slug" = String, Path)), request_body = MergeRequest,
    responses((status = 200, body = MergeView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn merging(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Path(slug): Path<String>,
    Body(request): Body<MergeRequest>,
) -> Result<Json<MergeView>> {
    let now = app.clock.now();
    let theirs = found(&app, &slug, request.theirs).await?;
    let mine = article_views::draft(&slug, request.mine, None, now)?;
    let base = match (request.base_number, request.base) {
        (Some(n), _) if n > 0 => found(&app, &slug, n).await?.content,
        (_, Some(text)) => article_views::draft(&slug, text, None, now)?,
        // Two people made an article of the same name.
        _ => {
            let mut nothing = theirs.content.clone();
            nothing.article.versions.clear();
            nothing
        }
    };
    let fields = merge::merge(&base, &mine, &theirs.content);
    let conflicts = fields.iter().flat_map(|f| &f.parts).filter(|p| matches!(p, merge::Part::Conflict { .. })).count();
    let mut content = ArticleContent::from(&mine);
    for f in &fields {
        put(&mut content, &f.field, f.mine());
    }
    content.versions.retain(|_, v| !(v.title.is_empty() && v.body.is_empty() && v.questions.is_empty()));
    let head = VersionHead::of(&theirs, published(&app, &slug).await?, &who.agent.id);
    Ok(Json(MergeView { theirs: head, fields, conflicts, content }))
}

fn put(content: &mut ArticleContent, field: &str, text: String) {
    let day = |text: String| Some(text).filter(|t| !t.is_empty());
    match field.split_once('.') {
        None if field == "category" => content.category = text,
        None if field == "valid_from" => content.valid_from = day(text),
        None => content.valid_until = day(text),
        Some((language, part)) => {
            let empty = || ArticleVersion { title: String::new(), body: String::new(), questions: Vec::new() };
            let version = content.versions.entry(language.to_owned()).or_insert_with(empty);
            match part {
                "title" => version.title = text,
                "body" => version.body = text,
                _ => version.questions = text.lines().map(str::to_owned).collect(),
            }
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// The author asks for a review.
    Submit,
    /// The author takes it back.
    Withdraw,
    /// The reviewer sends it back, with a reason.
    Reject,
    /// It serves from now on.
    Publish,
}

#[derive(Deserialize, ToSchema)]
pub struct StepRequest {
    pub step: Step,
    /// The version's revision that was looked at.
    pub revision: i64,
    /// Of the author when it is submitted, else of the reviewer. A rejection needs one.
    #[serde(default)]
    pub note: String,
}

fn behind() -> Error {
    Error::client(
        StatusCode::CONFLICT,
        "needs_merge",
        "这个版本开始之后，已有别的版本发布了。请先合并，再发布。",
        "Another version has been published since this one was begun. Merge the two, then publish.",
    )
}

/// One step of the way from a draft to what serves.
#[utoipa::path(post, operation_id = "article_step", path = "/api/v1/staff/articles/{slug}/versions/{number}", tag = "staff", params(("slug" = String, Path), ("number" = i64, Path)), request_body = StepRequest,
    responses((status = 200, body = VersionView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn decide(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Path((slug, number)): Path<(String, i64)>,
    Body(request): Body<StepRequest>,
) -> Result<Json<VersionView>> {
    let me = who.agent.id.as_str();
    let version = found(&app, &slug, number).await?;
    if version.revision != request.revision || !version.is_open() {
        return Err(stale());
    }
    let said = note(&request.note)?;
    let own = [&version.author, &version.edited_by].iter().any(|a| a.as_deref() == Some(me));
    let wrong_state = || {
        Error::client(
            StatusCode::CONFLICT,
            "wrong_state",
            "这个版本不在待审核状态，请刷新。",
            "This version does not wait for a review; please reload.",
        )
    };
    let done = match request.step {
        Step::Submit => {
            article_views::finished(&version.content)?;
            let said = (!said.is_empty()).then_some(said.as_str());
            app.store.move_version(&version, "review", said, None, me).await?
        }
        Step::Withdraw if version.state != "review" => return Err(wrong_state()),
        Step::Withdraw => app.store.move_version(&version, "draft", None, None, me).await?,
        Step::Reject if version.state != "review" => return Err(wrong_state()),
        Step::Reject if said.is_empty() => {
            return Err(Error::invalid(
                format!("请写明退回的原因（最多 {NOTE} 字）。"),
                format!("Say why it goes back (at most {NOTE} characters)."),
            ));
        }
        Step::Reject => app.store.move_version(&version, "rejected", None, Some(&said), me).await?,
        Step::Publish => {
            article_views::finished(&version.content)?;
            if own && !app.config.knowledge.self_approval {
                return Err(needs_review());
            }
            let done = app.store.publish_version(&slug, number, version.revision, &said, me).await?;
            take_up(&app, &slug).await?;
            done
        }
    };
    match done {
        Changed::Yes(_) => {
            let version = found(&app, &slug, number).await?;
            Ok(Json(VersionView::of(&version, published(&app, &slug).await?, me)))
        }
        Changed::Stale => Err(stale()),
        Changed::Behind => Err(behind()),
    }
}
