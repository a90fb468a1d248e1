//! Staff sign in and out, and their own settings.

use super::Body;
use crate::app::App;
use crate::error::{Error, ErrorBody, Result};
use crate::guard::staff::{COOKIE, Can, Console, Permission, Staff, cookie, password_matches, token_hash};
use crate::hub::Event;
use crate::store::staff::Agent;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use kg::Language;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(login)).routes(routes!(logout)).routes(routes!(me, change_me))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    pub id: String,
    pub name: String,
    pub email: String,
    /// agent, editor, supervisor or admin
    pub role: String,
    pub language: String,
    /// online, away or offline
    pub presence: String,
}

fn me_view(app: &App, a: Agent) -> Me {
    let presence = app.presence.of(&a.id, app.clock.now()).to_owned();
    Me { id: a.id, name: a.name, email: a.email, role: a.role, language: a.language, presence }
}

#[derive(Deserialize, ToSchema)]
pub struct LoginRequest {
    pub email: String,
    pub password: String,
}

fn set_cookie(app: &App, token: &str, seconds: i64) -> [(header::HeaderName, String); 1] {
    let secure = if app.config.server.secure_cookies { "; Secure" } else { "" };
    [(header::SET_COOKIE, format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}"))]
}

/// Signs in; the session is an HttpOnly cookie.
#[utoipa::path(post, path = "/api/v1/staff/login", tag = "staff", request_body = LoginRequest,
    responses((status = 200, body = Me), (status = 401, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn login(State(app): State<Arc<App>>, Body(request): Body<LoginRequest>) -> Result<impl IntoResponse> {
    let now = app.clock.now();
    let email = request.email.trim().to_lowercase();
    let tried_too_often = || {
        Error::client(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_attempts",
            "尝试次数太多，请 15 分钟后再试。",
            "Too many attempts; try again in 15 minutes.",
        )
    };
    let key: String = email.chars().take(200).collect();
    app.limits.logins.take(&key, now).map_err(|_| tried_too_often())?;
    let agent = app.store.agent_by_email(&email).await?;
    let hash = agent.as_ref().map(|a| a.password_hash.clone());
    // argon2 takes its time by design; not on the threads that answer customers.
    let ok = tokio::task::spawn_blocking(move || password_matches(&request.password, hash.as_deref()))
        .await
        .map_err(anyhow::Error::from)?;
    let (true, Some(agent)) = (ok, agent) else {
        return Err(Error::client(
            StatusCode::UNAUTHORIZED,
            "wrong_login",
            "邮箱或密码不对。",
            "The e-mail address or the password is wrong.",
        ));
    };
    app.limits.logins.forget(&key);
    let token = app.clock.secret();
    let hours = app.config.staff.session_hours;
    app.store.create_staff_session(&token_hash(&token), &agent.id, now + hours * 3_600_000).await?;
    app.store.set_agent(&agent.id, None, Some("online")).await?;
    app.presence.heard(&agent.id, true, Console::allows(&agent.role), now);
    app.hub.publish(Event::Presence);
    app.store.audit(&format!("staff:{}", agent.id), "login", &agent.email, &serde_json::json!({})).await?;
    Ok((set_cookie(&app, &token, hours * 3600), Json(me_view(&app, agent))))
}

/// Ends the session.
#[utoipa::path(post, path = "/api/v1/staff/logout", tag = "staff", responses((status = 204), (status = 401, body = ErrorBody)))]
async fn logout(State(app): State<Arc<App>>, who: Can<Staff>, headers: HeaderMap) -> Result<impl IntoResponse> {
    if let Some(token) = cookie(&headers) {
        app.store.delete_staff_session(&token_hash(token)).await?;
    }
    app.presence.left(&who.agent.id);
    app.hub.publish(Event::Presence);
    Ok((StatusCode::NO_CONTENT, set_cookie(&app, "", 0)))
}

/// Who am I?
#[utoipa::path(get, path = "/api/v1/staff/me", tag = "staff", responses((status = 200, body = Me), (status = 401, body = ErrorBody)))]
async fn me(State(app): State<Arc<App>>, who: Can<Staff>) -> Result<Json<Me>> {
    Ok(Json(me_view(&app, who.agent)))
}

#[derive(Deserialize, ToSchema)]
pub struct MeChange {
    /// zh or en
    pub language: Option<String>,
    /// online, away or offline (no more new chats; those under way stay)
    pub presence: Option<String>,
}

/// Changes the caller's language or presence.
#[utoipa::path(patch, path = "/api/v1/staff/me", tag = "staff", request_body = MeChange,
    responses((status = 200, body = Me), (status = 401, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn change_me(State(app): State<Arc<App>>, who: Can<Staff>, Body(change): Body<MeChange>) -> Result<Json<Me>> {
    if change.language.as_deref().is_some_and(|l| Language::parse(l).is_none()) {
        return Err(Error::invalid("language 只能是 zh 或 en。", "language must be zh or en."));
    }
    if change.presence.as_deref().is_some_and(|p| !matches!(p, "online" | "away" | "offline")) {
        return Err(Error::invalid(
            "presence 只能是 online、away 或 offline。",
            "presence must be online, away or offline.",
        ));
    }
    let language = change.language.as_deref().and_then(Language::parse).map(Language::code);
    app.store.set_agent(&who.agent.id, language, change.presence.as_deref()).await?;
    let agent = app.store.agent(&who.agent.id).await?.ok_or_else(Error::not_found)?;
    app.presence.heard(&agent.id, agent.presence == "online", Console::allows(&agent.role), app.clock.now());
    app.hub.publish(Event::Presence);
    Ok(Json(me_view(&app, agent)))
}
