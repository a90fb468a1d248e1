//! The draft of intents and examples that editors change. Customers notice nothing before it is trained and published.

use super::Body;
use crate::app::App;
use crate::error::{Error, ErrorBody, Result};
use crate::guard::staff::{Can, Edit};
use crate::store::training::{Saved, StoredIntent};
use crate::training::{self, Changed, Kind};
use axum::Json;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    // As many and as long examples as one intent may have are taken in one piece.
    let body = DefaultBodyLimit::max(EXAMPLES * (EXAMPLE_CHARS * 4 + 4));
    OpenApiRouter::new()
        .routes(routes!(save, delete))
        .layer(body)
        .routes(routes!(intents))
        .routes(routes!(rename))
        .routes(routes!(change))
        .routes(routes!(move_examples))
}

pub const EXAMPLES: usize = 5_000;
pub const EXAMPLE_CHARS: usize = 500;
pub const NAME_CHARS: usize = 64;

#[derive(Serialize, ToSchema)]
pub struct IntentList {
    pub intents: Vec<IntentView>,
    /// Published intents that the draft has no more.
    pub deleted: Vec<String>,
    /// Changes with every change of the draft; discarding and importing want it back.
    pub stamp: String,
}

#[derive(Serialize, ToSchema)]
pub struct IntentView {
    pub name: String,
    /// Example utterances in Rasa's notation: `where is [KF2026110017](order_number)`.
    pub examples: Vec<String>,
    /// Send it back with a change; it is refused when somebody else changed the intent meanwhile.
    pub revision: i64,
    pub updated_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_by: Option<String>,
    /// new, changed or same, against what is published
    pub change: &'static str,
    /// Those of `examples` that are not published.
    pub added: Vec<String>,
    /// Published examples that the draft has no more.
    pub removed: Vec<String>,
}

fn view(intent: StoredIntent, changed: Option<Changed>) -> IntentView {
    let change = match changed.as_ref().map(|c| c.kind) {
        None => "same",
        Some(Kind::New) => "new",
        Some(_) => "changed",
    };
    let (added, removed) = changed.map(|c| (c.added, c.removed)).unwrap_or_default();
    IntentView {
        name: intent.name,
        examples: intent.examples,
        revision: intent.revision,
        updated_at: intent.updated_at,
        updated_by: intent.updated_by,
        change,
        added,
        removed,
    }
}

/// The draft: all intents with their examples, and what differs from what is published.
#[utoipa::path(get, path = "/api/v1/staff/intents", tag = "staff", responses((status = 200, body = IntentList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn intents(State(app): State<Arc<App>>, _: Can<Edit>) -> Result<Json<IntentList>> {
    let mut changes = training::changes(&app.store.draft().await?, app.store.published_head().await?.as_ref())?;
    let intents = app.store.intents().await?;
    Ok(Json(IntentList {
        stamp: app.store.draft_stamp().await?,
        intents: intents
            .into_iter()
            .map(|i| {
                let changed = changes.remove(&i.name);
                view(i, changed)
            })
            .collect(),
        deleted: changes.into_keys().collect(),
    }))
}

async fn one(app: &App, name: &str) -> Result<Json<IntentView>> {
    let mut changes = training::changes(&app.store.draft().await?, app.store.published_head().await?.as_ref())?;
    let intent = app.store.intent(name).await?.ok_or_else(Error::not_found)?;
    Ok(Json(view(intent, changes.remove(name))))
}

/// Rasa's names, and names in any script.
pub fn is_name(name: &str) -> bool {
    let count = name.chars().count();
    (1..=NAME_CHARS).contains(&count) && name.chars().all(|c| c.is_alphanumeric() || "_-+./".contains(c))
}

pub fn check_name(name: &str) -> Result<()> {
    if is_name(name) {
        return Ok(());
    }
    Err(Error::invalid(
        format!("意图名只能用字母、汉字、数字和 _ - + . /，最多 {NAME_CHARS} 个字符，不能有空格。"),
        format!("An intent's name has letters, digits and _ - + . / only, at most {NAME_CHARS} characters, no blanks."),
    ))
}

/// Trimmed, each once, none empty.
fn cleaned(examples: &[String]) -> Result<Vec<String>> {
    let mut seen = HashSet::new();
    let examples: Vec<String> =
        examples.iter().map(|e| e.trim().to_owned()).filter(|e| !e.is_empty() && seen.insert(e.clone())).collect();
    if let Some(bad) = examples.iter().find(|e| e.chars().count() > EXAMPLE_CHARS || e.contains(char::is_control)) {
        let start: String = bad.chars().filter(|c| !c.is_control()).take(30).collect();
        return Err(Error::invalid(
            format!("例句“{start}…”太长或有换行，最多 {EXAMPLE_CHARS} 字。"),
            format!("The example “{start}…” is too long or has line breaks; at most {EXAMPLE_CHARS} characters."),
        ));
    }
    Ok(examples)
}

/// Who was faster, and what to do.
async fn stale(app: &App, name: &str) -> Error {
    let (zh, en) = match app.store.intent(name).await {
        Ok(Some(StoredIntent { updated_by: Some(who), .. })) => (
            format!("{who} 刚刚修改过意图 {name}，您的修改没有保存。请载入最新内容后再改。"),
            format!(
                "{who} has changed the intent {name} meanwhile; yours was not saved. Load the latest and change that."
            ),
        ),
        Ok(Some(_)) => (
            format!("意图 {name} 刚被修改过，您的修改没有保存。请载入最新内容后再改。"),
            format!("The intent {name} was changed meanwhile; yours was not saved. Load the latest and change that."),
        ),
        _ => (
            format!("意图 {name} 已经不在了：有人删除了它或改了名。"),
            format!("The intent {name} is gone: somebody has deleted or renamed it."),
        ),
    };
    Error::client(StatusCode::CONFLICT, "stale_revision", zh, en)
}

fn exists(name: &str) -> Error {
    Error::client(
        StatusCode::CONFLICT,
        "exists",
        format!("已经有名为 {name} 的意图。"),
        format!("There is an intent {name} already."),
    )
}

async fn saved(app: &App, done: Saved, name: &str, new_name: &str) -> Result<Json<IntentView>> {
    match done {
        Saved::Yes => one(app, new_name).await,
        Saved::Stale => Err(stale(app, name).await),
        Saved::Exists => Err(exists(new_name)),
    }
}

#[derive(Deserialize, ToSchema)]
pub struct ExamplesRequest {
    pub examples: Vec<String>,
    /// What the change started from; 0 makes a new intent.
    pub revision: i64,
}

/// Replaces an intent's examples in the draft, or makes a new intent.
#[utoipa::path(put, operation_id = "save_intent", path = "/api/v1/staff/intents/{name}", tag = "staff", params(("name" = String, Path)), request_body = ExamplesRequest,
    responses((status = 200, body = IntentView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn save(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Path(name): Path<String>,
    Body(request): Body<ExamplesRequest>,
) -> Result<Json<IntentView>> {
    check_name(&name)?;
    let examples = cleaned(&request.examples)?;
    if examples.len() < 2 || examples.len() > EXAMPLES {
        return Err(Error::invalid(
            format!("请写 2 到 {EXAMPLES} 条不同的例句。"),
            format!("Write 2 to {EXAMPLES} different examples."),
        ));
    }
    let done = app.store.save_intent(&name, &examples, request.revision, &who.agent.id).await?;
    saved(&app, done, &name, &name).await
}

#[derive(Deserialize)]
struct AtRevision {
    revision: i64,
}

/// Takes an intent out of the draft; the bot knows it until the next publishing.
#[utoipa::path(delete, operation_id = "delete_intent", path = "/api/v1/staff/intents/{name}", tag = "staff", params(("name" = String, Path), ("revision" = i64, Query)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn delete(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Path(name): Path<String>,
    Query(at): Query<AtRevision>,
) -> Result<StatusCode> {
    app.store.intent(&name).await?.ok_or_else(Error::not_found)?;
    match app.store.delete_intent(&name, at.revision, &who.agent.id).await? {
        Saved::Yes => Ok(StatusCode::NO_CONTENT),
        _ => Err(stale(&app, &name).await),
    }
}

#[derive(Deserialize, ToSchema)]
pub struct RenameRequest {
    pub to: String,
    pub revision: i64,
}

/// Gives an intent of the draft another name.
#[utoipa::path(post, operation_id = "rename_intent", path = "/api/v1/staff/intents/{name}/rename", tag = "staff", params(("name" = String, Path)), request_body = RenameRequest,
    responses((status = 200, body = IntentView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn rename(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Path(name): Path<String>,
    Body(request): Body<RenameRequest>,
) -> Result<Json<IntentView>> {
    let to = request.to.trim();
    check_name(to)?;
    app.store.intent(&name).await?.ok_or_else(Error::not_found)?;
    if to == name {
        return one(&app, &name).await;
    }
    let done = app.store.rename_intent(&name, to, request.revision, &who.agent.id).await?;
    saved(&app, done, &name, to).await
}

#[derive(Deserialize, ToSchema)]
pub struct ChangeRequest {
    #[serde(default)]
    pub add: Vec<String>,
    /// They must be there; what is added takes the place of the last of them.
    #[serde(default)]
    pub remove: Vec<String>,
}

/// Adds single examples to an intent or takes them away; two editors who add different ones do not disturb each other.
#[utoipa::path(post, operation_id = "change_examples", path = "/api/v1/staff/intents/{name}/examples", tag = "staff", params(("name" = String, Path)), request_body = ChangeRequest,
    responses((status = 200, body = IntentView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn change(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Path(name): Path<String>,
    Body(request): Body<ChangeRequest>,
) -> Result<Json<IntentView>> {
    let add = cleaned(&request.add)?;
    if add.is_empty() && request.remove.is_empty() {
        return Err(Error::invalid("请写一条例句。", "Write an example."));
    }
    let intent = app.store.intent(&name).await?.ok_or_else(Error::not_found)?;
    if intent.examples.len() + add.len() > EXAMPLES + request.remove.len() {
        return Err(too_many());
    }
    if !app.store.change_examples(&name, &request.remove, &add, &who.agent.id).await? {
        return Err(stale(&app, &name).await);
    }
    one(&app, &name).await
}

fn too_many() -> Error {
    Error::invalid(format!("一个意图最多 {EXAMPLES} 条例句。"), format!("An intent has at most {EXAMPLES} examples."))
}

#[derive(Deserialize, ToSchema)]
pub struct MoveRequest {
    pub from: String,
    pub to: String,
    pub examples: Vec<String>,
}

/// Moves examples of the draft from one intent to another.
#[utoipa::path(post, operation_id = "move_examples", path = "/api/v1/staff/train/move", tag = "staff", request_body = MoveRequest,
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn move_examples(
    State(app): State<Arc<App>>,
    who: Can<Edit>,
    Body(request): Body<MoveRequest>,
) -> Result<StatusCode> {
    let MoveRequest { from, to, examples } = request;
    if from == to || examples.is_empty() {
        return Err(Error::invalid("请选择例句和另一个意图。", "Choose examples and another intent."));
    }
    app.store.intent(&from).await?.ok_or_else(Error::not_found)?;
    let target = app.store.intent(&to).await?.ok_or_else(Error::not_found)?;
    if target.examples.len() + examples.len() > EXAMPLES {
        return Err(too_many());
    }
    if !app.store.move_examples(&from, &to, &examples, &who.agent.id).await? {
        return Err(stale(&app, &from).await);
    }
    Ok(StatusCode::NO_CONTENT)
}
