//! The customer's side over plain HTTP: session, messages with long-polling, rating.

use super::Body;
use super::views::{ChatView, CustomerView, MessageView, chat_view, for_customer};
use crate::app::App;
use crate::error::{Error, ErrorBody, Result};
use crate::guard::identity::{self, Audience};
use crate::guard::limits::Limiter;
use crate::guard::text;
use crate::hub::{Event, Typist, conversation_event};
use crate::store::conversations::Conversation;
use axum::Json;
use axum::extract::{FromRef, FromRequestParts, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use bot::conversation::Customer;
use kg::Language;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(session))
        .routes(routes!(messages, send))
        .routes(routes!(typing))
        .routes(routes!(rating))
        .routes(routes!(leave_queue))
}

const WAIT_SECONDS: u64 = 30;
const PAGE: i64 = 500;
/// A page that comes back within this time still asks for the rating.
const RATING_OPEN: i64 = 30 * 60_000;

#[derive(Debug, Deserialize, ToSchema)]
pub struct SessionRequest {
    /// JWT signed by the business with the inbox's key: who the customer is.
    pub customer_token: Option<String>,
    /// From an earlier answer: who this visitor was.
    pub visitor_token: Option<String>,
    /// zh or en; without it the Accept-Language header.
    pub language: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// Bearer token of everything below.
    pub token: String,
    /// For the browser to keep; only for visitors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visitor_token: Option<String>,
    pub customer: CustomerView,
    pub conversation: ChatView,
    pub messages: Vec<MessageView>,
}

/// Whoever a chat token vouches for.
pub struct Caller(pub Customer);

impl<S> FromRequestParts<S> for Caller
where
    Arc<App>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let app = Arc::<App>::from_ref(state);
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|v| v.to_str().ok()?.strip_prefix("Bearer "))
            .ok_or_else(Error::unauthorized)?;
        caller(&app, token).await
    }
}

pub async fn caller(app: &App, token: &str) -> Result<Caller> {
    let id = identity::verify(&app.secret, &Audience::Chat, token, app.clock.now())?;
    Ok(Caller(app.store.customer(&id).await?.ok_or_else(Error::unauthorized)?))
}

/// The caller's own conversation; anybody else's does not exist for them.
pub async fn own(app: &App, caller: &Customer, id: &str) -> Result<Conversation> {
    match app.store.conversation(id).await? {
        Some(c) if c.customer_id == caller.id.0 => Ok(c),
        _ => Err(Error::not_found()),
    }
}

/// Starts a chat, or resumes the open conversation.
#[utoipa::path(post, path = "/api/v1/chat/session", tag = "chat", request_body = SessionRequest,
    responses((status = 200, body = SessionView), (status = 401, body = ErrorBody, description = "The customer token is not valid")))]
async fn session(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(request): Body<SessionRequest>,
) -> Result<Json<SessionView>> {
    let now = app.clock.now();
    let expires = now + app.config.chat.session_hours * 3_600_000;
    let (customer, visitor) = match (&request.customer_token, &request.visitor_token) {
        (Some(token), _) => (identity::verify_customer(&app.store, token).await?, false),
        (None, Some(token)) => {
            // A visitor whose token has run out is simply a new visitor.
            let known = match identity::verify(&app.secret, &Audience::Visitor, token, now) {
                Ok(id) => app.store.customer(&id).await?,
                Err(_) => None,
            };
            (known.unwrap_or_else(|| identity::new_visitor(&app.store)), true)
        }
        (None, None) => (identity::new_visitor(&app.store), true),
    };
    app.limits.sessions.take(&customer.id.0, now).map_err(|_| Error::overloaded())?;
    app.store.upsert_customer(&customer).await?;
    let customer = app.store.customer(&customer.id.0).await?.ok_or_else(Error::not_found)?;
    let language = request
        .language
        .as_deref()
        .and_then(Language::parse)
        .or_else(|| super::accept_language(&headers))
        .unwrap_or(Language::Zh);
    let conversation = match app.store.open_conversation(&customer.id.0, "web", now - RATING_OPEN).await? {
        Some(c) => c,
        None => app.store.create_conversation(&customer.id.0, "web", None, language).await?,
    };
    let messages = app.store.last_messages(&conversation.id, PAGE).await?;
    Ok(Json(SessionView {
        token: identity::sign(&app.secret, &Audience::Chat, &customer.id.0, expires)?,
        visitor_token: visitor
            .then(|| identity::sign(&app.secret, &Audience::Visitor, &customer.id.0, expires))
            .transpose()?,
        customer: CustomerView::from(&customer),
        conversation: chat_view(&app, &conversation).await?,
        messages: for_customer(&messages),
    }))
}

#[derive(Debug, Deserialize)]
struct Since {
    #[serde(default)]
    after: i64,
    #[serde(default)]
    wait: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MessagesView {
    pub conversation: ChatView,
    pub messages: Vec<MessageView>,
}

/// Messages after `after`; with `wait`, the answer comes when there is something new (long polling).
#[utoipa::path(get, path = "/api/v1/chat/conversations/{id}/messages", tag = "chat",
    params(("id" = String, Path), ("after" = Option<i64>, Query, description = "Last seq that the caller has"), ("wait" = Option<u64>, Query, description = "Seconds to wait for something new, at most 30")),
    responses((status = 200, body = MessagesView), (status = 404, body = ErrorBody)))]
async fn messages(
    State(app): State<Arc<App>>,
    Caller(customer): Caller,
    Path(id): Path<String>,
    Query(since): Query<Since>,
) -> Result<Json<MessagesView>> {
    let mut events = app.hub.subscribe();
    let mut conversation = own(&app, &customer, &id).await?;
    // Notes are none of the customer's: they neither end the wait nor show that they are there.
    let mut messages = for_customer(&app.store.messages_after(&id, since.after, PAGE).await?);
    let epoch = conversation.epoch;
    if messages.is_empty() && since.wait > 0 {
        let stopping = app.lifecycle.stopping();
        let deadline = tokio::time::sleep(Duration::from_secs(since.wait.min(WAIT_SECONDS)));
        tokio::pin!(deadline);
        while messages.is_empty() && conversation.epoch == epoch {
            tokio::select! {
                () = conversation_event(&mut events, &id) => {}
                () = &mut deadline => break,
                () = stopping.cancelled() => break,
            }
            messages = for_customer(&app.store.messages_after(&id, since.after, PAGE).await?);
            conversation = own(&app, &customer, &id).await?;
        }
    }
    Ok(Json(MessagesView { conversation: chat_view(&app, &conversation).await?, messages }))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SendRequest {
    /// Chosen by the sender; sending it again does nothing and returns the first message.
    pub client_id: String,
    pub text: String,
    /// Of the button that was pressed, if one was.
    pub payload: Option<String>,
}

/// Checks a customer's message and gives it to the desk; used by HTTP and WebSocket alike.
pub async fn say(
    app: &App,
    customer: &Customer,
    conversation: &Conversation,
    m: SendRequest,
) -> Result<crate::desk::Said> {
    say_within(app, &app.limits.messages, customer, conversation, m).await
}

/// The same with another channel's limit.
pub async fn say_within(
    app: &App,
    limit: &Limiter,
    customer: &Customer,
    conversation: &Conversation,
    m: SendRequest,
) -> Result<crate::desk::Said> {
    let client_id = text::client_id(&m.client_id)?;
    limit.take(&customer.id.0, app.clock.now()).map_err(|ms| {
        let seconds = (ms + 999) / 1000;
        Error::client(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limited",
            format!("您发得太快了，请 {seconds} 秒后再发；这条消息没有发出。"),
            format!("You are sending too fast; wait {seconds} s and send this message again."),
        )
    })?;
    let clean = text::clean(&m.text, app.config.chat.max_message_chars)?;
    let payload = text::payload(m.payload)?;
    app.desk.customer_says(conversation, client_id, &clean, payload.as_deref()).await
}

/// Sends a message. 201: stored; 200: this client_id was stored before.
#[utoipa::path(post, path = "/api/v1/chat/conversations/{id}/messages", tag = "chat", params(("id" = String, Path)), request_body = SendRequest,
    responses((status = 201, body = MessageView), (status = 200, body = MessageView, description = "Sent before"), (status = 404, body = ErrorBody),
        (status = 413, body = ErrorBody), (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn send(
    State(app): State<Arc<App>>,
    Caller(customer): Caller,
    Path(id): Path<String>,
    Body(request): Body<SendRequest>,
) -> Result<(StatusCode, Json<MessageView>)> {
    let conversation = own(&app, &customer, &id).await?;
    let said = say(&app, &customer, &conversation, request).await?;
    let status = if said.resent { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(MessageView::from(&said.message))))
}

/// Tells the agent that the customer is typing.
#[utoipa::path(post, path = "/api/v1/chat/conversations/{id}/typing", tag = "chat", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ErrorBody)))]
async fn typing(State(app): State<Arc<App>>, Caller(customer): Caller, Path(id): Path<String>) -> Result<StatusCode> {
    own(&app, &customer, &id).await?;
    app.hub.publish(Event::Typing { conversation: id, who: Typist::Customer, name: None, on: true });
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct RatingRequest {
    /// 1 (bad) to 5 (very good)
    pub score: i64,
    pub comment: Option<String>,
}

/// The customer's rating, once the conversation asks for it.
#[utoipa::path(post, path = "/api/v1/chat/conversations/{id}/rating", tag = "chat", params(("id" = String, Path)), request_body = RatingRequest,
    responses((status = 204), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn rating(
    State(app): State<Arc<App>>,
    Caller(customer): Caller,
    Path(id): Path<String>,
    Body(request): Body<RatingRequest>,
) -> Result<StatusCode> {
    own(&app, &customer, &id).await?;
    if !(1..=5).contains(&request.score) {
        return Err(Error::invalid("评分是 1 到 5。", "The score is 1 to 5."));
    }
    let comment = match request.comment.as_deref().map(str::trim) {
        None | Some("") => None,
        Some(c) => Some(text::clean(c, 1_000)?),
    };
    app.desk.rate(&id, request.score, comment.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The customer no longer wants to wait for a human; the bot goes on.
#[utoipa::path(post, path = "/api/v1/chat/conversations/{id}/leave-queue", tag = "chat", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn leave_queue(
    State(app): State<Arc<App>>,
    Caller(customer): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    own(&app, &customer, &id).await?;
    app.desk.leave_queue(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}
