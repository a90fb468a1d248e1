//! The agents' console: queue, conversations, and everything an agent does in one.

use super::Body;
use super::views::*;
use crate::app::App;
use crate::error::{Error, ErrorBody, Result};
use crate::guard::staff::{Can, Console, Permission};
use crate::guard::text;
use crate::hub::{Event, Typist};
use crate::store::conversations::Scope;
use crate::store::messages::MessageKind;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use bot::conversation::{Conversation, ConversationId, Sender};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(queue))
        .routes(routes!(conversations))
        .routes(routes!(conversation))
        .routes(routes!(messages, say))
        .routes(routes!(accept))
        .routes(routes!(take_over))
        .routes(routes!(transfer))
        .routes(routes!(return_to_bot))
        .routes(routes!(close))
        .routes(routes!(typing))
        .routes(routes!(suggestions))
        .routes(routes!(orders))
        .routes(routes!(agents))
}

const MESSAGES: i64 = 500;
const ROWS: i64 = 50;
/// Agents paste order tables; customers' limits are not theirs.
const AGENT_TEXT: usize = 8_000;

/// Everybody who waits for a human, next first.
#[utoipa::path(get, path = "/api/v1/staff/queue", tag = "staff", responses((status = 200, body = QueueList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn queue(State(app): State<Arc<App>>, _: Can<Console>) -> Result<Json<QueueList>> {
    Ok(Json(queue_list(&app).await?))
}

#[derive(Deserialize)]
struct ListQuery {
    scope: Option<String>,
    before: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub struct ConversationList {
    pub conversations: Vec<ConversationRow>,
}

/// Conversations, most recent first, 50 at a time.
#[utoipa::path(get, path = "/api/v1/staff/conversations", tag = "staff",
    params(("scope" = Option<String>, Query, description = "mine, all (open), bot or closed"), ("before" = Option<i64>, Query, description = "`last_at` of the last row of the page before")),
    responses((status = 200, body = ConversationList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn conversations(
    State(app): State<Arc<App>>,
    who: Can<Console>,
    Query(q): Query<ListQuery>,
) -> Result<Json<ConversationList>> {
    let scope = match q.scope.as_deref().unwrap_or("mine") {
        "mine" => Scope::Agent(who.agent.id.clone()),
        "all" => Scope::Open,
        "bot" => Scope::Holder("bot"),
        "closed" => Scope::Holder("nobody"),
        _ => {
            return Err(Error::invalid(
                "scope 只能是 mine、all、bot 或 closed。",
                "scope must be mine, all, bot or closed.",
            ));
        }
    };
    let rows = app.store.list_conversations(&scope, q.before.unwrap_or(i64::MAX), ROWS).await?;
    let mut conversations = Vec::with_capacity(rows.len());
    for c in &rows {
        conversations.push(conversation_row(&app, c).await?);
    }
    Ok(Json(ConversationList { conversations }))
}

#[derive(Serialize, ToSchema)]
pub struct ConversationDetail {
    pub conversation: ConversationRow,
    pub epoch: i64,
    pub customer: CustomerView,
    pub messages: Vec<MessageView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packet: Option<PacketView>,
}

/// What the bot hands over, so that the customer repeats nothing.
#[derive(Serialize, ToSchema)]
pub struct PacketView {
    pub version: u32,
    pub reason: String,
    pub summary: String,
    pub intent: Option<String>,
    pub confidence: f32,
    #[schema(value_type = Object)]
    pub slots: Value,
    pub tried: Vec<String>,
    /// happy, calm, annoyed or angry
    pub mood: String,
    /// Strain after each of the last turns in percent, oldest first
    pub mood_curve: Vec<u32>,
    pub language: String,
    pub last_messages: Vec<PacketLine>,
    pub suggested_reply: Option<String>,
    pub passages: Vec<CitationView>,
    pub rule: String,
}

#[derive(Serialize, ToSchema)]
pub struct PacketLine {
    pub sender: String,
    pub text: String,
}

fn name<T: Serialize>(value: T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

impl From<handoff::Packet> for PacketView {
    fn from(p: handoff::Packet) -> Self {
        PacketView {
            version: p.version,
            reason: name(p.reason),
            summary: p.summary,
            intent: p.intent,
            confidence: p.confidence,
            slots: Value::Object(p.slots),
            tried: p.tried,
            mood: name(p.mood),
            mood_curve: p.mood_curve.into_iter().map(u32::from).collect(),
            language: p.language.code().to_owned(),
            last_messages: p.last_messages.into_iter().map(|l| PacketLine { sender: l.sender, text: l.text }).collect(),
            suggested_reply: p.suggested_reply,
            passages: p.passages.iter().map(CitationView::from).collect(),
            rule: p.rule,
        }
    }
}

/// One conversation with its messages, ticket and packet; marks it as read.
#[utoipa::path(get, path = "/api/v1/staff/conversations/{id}", tag = "staff", params(("id" = String, Path)),
    responses((status = 200, body = ConversationDetail), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn conversation(
    State(app): State<Arc<App>>,
    _: Can<Console>,
    Path(id): Path<String>,
) -> Result<Json<ConversationDetail>> {
    let c = app.store.conversation(&id).await?.ok_or_else(Error::not_found)?;
    let messages = app.store.last_messages(&id, MESSAGES).await?;
    app.store.mark_read(&id, c.last_seq).await?;
    let ticket = app.store.ticket_of(&id).await?;
    let mut row = conversation_row(&app, &c).await?;
    row.unread = 0;
    Ok(Json(ConversationDetail {
        epoch: c.epoch,
        customer: row.customer.clone(),
        conversation: row,
        messages: messages.iter().map(MessageView::from).collect(),
        packet: ticket.as_ref().and_then(|t| t.packet()).map(PacketView::from),
        ticket: match &ticket {
            Some(t) => Some(ticket_view(&app, t, None).await?),
            None => None,
        },
    }))
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    after: i64,
}

#[derive(Serialize, ToSchema)]
pub struct MessageList {
    pub messages: Vec<MessageView>,
}

/// Messages after `after`.
#[utoipa::path(get, operation_id = "staff_messages", path = "/api/v1/staff/conversations/{id}/messages", tag = "staff", params(("id" = String, Path), ("after" = Option<i64>, Query)),
    responses((status = 200, body = MessageList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn messages(
    State(app): State<Arc<App>>,
    _: Can<Console>,
    Path(id): Path<String>,
    Query(since): Query<Since>,
) -> Result<Json<MessageList>> {
    app.store.conversation(&id).await?.ok_or_else(Error::not_found)?;
    let messages = app.store.messages_after(&id, since.after, MESSAGES).await?;
    Ok(Json(MessageList { messages: messages.iter().map(MessageView::from).collect() }))
}

#[derive(Deserialize, ToSchema)]
pub struct SayRequest {
    /// Chosen by the sender; sending it again does nothing and returns the first message.
    pub client_id: String,
    pub text: String,
    /// For colleagues only.
    #[serde(default)]
    pub note: bool,
}

/// Writes to the customer (only whoever holds the conversation), or a note to colleagues.
#[utoipa::path(post, path = "/api/v1/staff/conversations/{id}/messages", tag = "staff", params(("id" = String, Path)), request_body = SayRequest,
    responses((status = 201, body = MessageView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn say(
    State(app): State<Arc<App>>,
    who: Can<Console>,
    Path(id): Path<String>,
    Body(request): Body<SayRequest>,
) -> Result<(StatusCode, Json<MessageView>)> {
    let client_id = text::client_id(&request.client_id)?;
    let clean = text::clean(&request.text, AGENT_TEXT)?;
    let message = app.desk.agent_says(&id, &who.agent, client_id, &clean, request.note).await?;
    Ok((StatusCode::CREATED, Json(MessageView::from(&message))))
}

/// Takes a ticket from the queue. Exactly one agent wins; the others get 409 `already_taken`.
#[utoipa::path(post, path = "/api/v1/staff/tickets/{id}/accept", tag = "staff", params(("id" = String, Path)),
    responses((status = 200, body = TicketView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn accept(State(app): State<Arc<App>>, who: Can<Console>, Path(id): Path<String>) -> Result<Json<TicketView>> {
    let ticket = app.desk.accept(&id, &who.agent).await?;
    Ok(Json(ticket_view(&app, &ticket, None).await?))
}

/// Takes over a conversation from the bot or the queue.
#[utoipa::path(post, path = "/api/v1/staff/conversations/{id}/take-over", tag = "staff", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn take_over(State(app): State<Arc<App>>, who: Can<Console>, Path(id): Path<String>) -> Result<StatusCode> {
    app.desk.take_over(&id, &who.agent).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
pub struct TransferRequest {
    /// Id of the agent; without it back into the queue.
    pub agent: Option<String>,
    pub note: Option<String>,
}

fn note(note: Option<String>) -> Result<Option<String>> {
    note.filter(|n| !n.trim().is_empty()).map(|n| text::clean(&n, AGENT_TEXT)).transpose()
}

/// Gives the conversation to another agent or back into the queue.
#[utoipa::path(post, path = "/api/v1/staff/conversations/{id}/transfer", tag = "staff", params(("id" = String, Path)), request_body = TransferRequest,
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn transfer(
    State(app): State<Arc<App>>,
    who: Can<Console>,
    Path(id): Path<String>,
    Body(request): Body<TransferRequest>,
) -> Result<StatusCode> {
    let to = match &request.agent {
        Some(agent) => {
            let agent = app.store.agent(agent).await?.ok_or_else(Error::not_found)?;
            if !Console::allows(&agent.role) {
                return Err(Error::invalid("该同事不接待客户。", "This colleague does not answer customers."));
            }
            Some(agent)
        }
        None => None,
    };
    app.desk.transfer(&id, &who.agent, to.as_ref(), note(request.note)?.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
pub struct NoteRequest {
    /// For colleagues.
    pub note: Option<String>,
}

/// Gives the conversation back to the bot.
#[utoipa::path(post, path = "/api/v1/staff/conversations/{id}/return", tag = "staff", params(("id" = String, Path)), request_body = NoteRequest,
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn return_to_bot(
    State(app): State<Arc<App>>,
    who: Can<Console>,
    Path(id): Path<String>,
    Body(request): Body<NoteRequest>,
) -> Result<StatusCode> {
    app.desk.return_to_bot(&id, &who.agent, note(request.note)?.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the conversation; the customer is asked for a rating.
#[utoipa::path(post, path = "/api/v1/staff/conversations/{id}/close", tag = "staff", params(("id" = String, Path)), request_body = NoteRequest,
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn close(
    State(app): State<Arc<App>>,
    who: Can<Console>,
    Path(id): Path<String>,
    Body(request): Body<NoteRequest>,
) -> Result<StatusCode> {
    app.desk.close(&id, &who.agent, note(request.note)?.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tells the customer that the agent is typing.
#[utoipa::path(post, operation_id = "staff_typing", path = "/api/v1/staff/conversations/{id}/typing", tag = "staff", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn typing(State(app): State<Arc<App>>, who: Can<Console>, Path(id): Path<String>) -> Result<StatusCode> {
    app.hub.publish(Event::Typing { conversation: id, who: Typist::Agent, name: Some(who.agent.name), on: true });
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
pub struct SuggestionList {
    pub suggestions: Vec<SuggestionView>,
}

#[derive(Serialize, ToSchema)]
pub struct SuggestionView {
    pub text: String,
    pub citations: Vec<CitationView>,
    /// 0..1
    pub score: f32,
}

/// What the bot would say to the customer's last message; the agent decides.
#[utoipa::path(get, path = "/api/v1/staff/conversations/{id}/suggestions", tag = "staff", params(("id" = String, Path)),
    responses((status = 200, body = SuggestionList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn suggestions(
    State(app): State<Arc<App>>,
    _: Can<Console>,
    Path(id): Path<String>,
) -> Result<Json<SuggestionList>> {
    let c = app.store.conversation(&id).await?.ok_or_else(Error::not_found)?;
    let customer = app.store.customer(&c.customer_id).await?.ok_or_else(Error::not_found)?;
    let messages = app.store.last_messages(&id, 30).await?;
    let spoken: Vec<_> = messages
        .iter()
        .filter(|m| m.kind == MessageKind::Text && m.sender != Sender::System)
        .map(|m| m.spoken())
        .collect();
    let conversation = Conversation {
        id: ConversationId(c.id.clone()),
        channel: c.channel.clone(),
        customer,
        language: c.language(),
        holder: c.holder(),
        epoch: c.epoch,
        dialog: c.dialog(),
    };
    let suggestions = bot::copilot::suggest(&app.bot(), &conversation, &spoken, app.clock.now()).await;
    Ok(Json(SuggestionList {
        suggestions: suggestions
            .into_iter()
            .map(|s| SuggestionView {
                text: s.text,
                citations: s.citations.iter().map(CitationView::from).collect(),
                score: s.score,
            })
            .collect(),
    }))
}

#[derive(Serialize, ToSchema)]
pub struct OrderList {
    /// In the order system's own shape.
    #[schema(value_type = Vec<Object>)]
    pub orders: Vec<Value>,
}

/// The customer's orders, newest first.
#[utoipa::path(get, operation_id = "conversation_orders", path = "/api/v1/staff/conversations/{id}/orders", tag = "staff", params(("id" = String, Path)),
    responses((status = 200, body = OrderList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 502, body = ErrorBody)))]
async fn orders(State(app): State<Arc<App>>, _: Can<Console>, Path(id): Path<String>) -> Result<Json<OrderList>> {
    let c = app.store.conversation(&id).await?.ok_or_else(Error::not_found)?;
    let customer = app.store.customer(&c.customer_id).await?.ok_or_else(Error::not_found)?;
    Ok(Json(OrderList { orders: app.customer_orders(&customer).await? }))
}

/// Colleagues, who is present, and how many conversations each holds.
#[utoipa::path(get, path = "/api/v1/staff/agents", tag = "staff", responses((status = 200, body = AgentList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn agents(State(app): State<Arc<App>>, _: Can<Console>) -> Result<Json<AgentList>> {
    Ok(Json(agent_list(&app).await?))
}
