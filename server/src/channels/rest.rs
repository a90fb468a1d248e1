//! Rasa's REST channel: one message in, the bot's answers out when the turn is done.

use crate::app::App;
use crate::error::{Error, ErrorBody, Result};
use crate::guard::{identity, text};
use crate::http::Body;
use crate::http::chat::{SendRequest, say_within};
use crate::http::views::{ButtonView, CitationView};
use crate::hub::conversation_event;
use crate::store::messages::MessageKind;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use bot::conversation::{Customer, CustomerId, Holder, Language, Sender};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(webhook)).routes(routes!(status))
}

#[derive(Deserialize, ToSchema)]
pub struct RestMessage {
    /// The caller's name for this conversation.
    pub sender: String,
    pub message: String,
    #[serde(default)]
    pub metadata: Option<Metadata>,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Metadata {
    /// JWT signed by the business: who the customer is.
    pub customer_token: Option<String>,
    /// zh or en, for a conversation that starts now.
    pub language: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct RestAnswer {
    pub recipient_id: String,
    pub text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<ButtonView>,
    pub custom: Custom,
}

#[derive(Serialize, ToSchema)]
pub struct Custom {
    pub citations: Vec<CitationView>,
    pub intent: Option<String>,
    pub confidence: Option<f32>,
    /// bot, queue, agent or nobody: who answers from now on
    pub holder: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

#[derive(Deserialize)]
struct Access {
    token: Option<String>,
}

/// Is the channel there? As Rasa answers it.
#[utoipa::path(get, path = "/webhooks/rest/", tag = "channels", responses((status = 200, description = "`{\"status\":\"ok\"}`")))]
async fn status() -> Json<serde_json::Value> {
    Json(json!({"status": "ok"}))
}

/// Sends a customer's message and waits for the bot's answers.
#[utoipa::path(post, path = "/webhooks/rest/webhook", tag = "channels", params(("token" = Option<String>, Query, description = "When `rest.token` is configured")), request_body = RestMessage,
    responses((status = 200, body = Vec<RestAnswer>), (status = 401, body = ErrorBody), (status = 413, body = ErrorBody), (status = 422, body = ErrorBody), (status = 429, body = ErrorBody), (status = 504, body = ErrorBody)))]
async fn webhook(
    State(app): State<Arc<App>>,
    Query(access): Query<Access>,
    headers: HeaderMap,
    Body(m): Body<RestMessage>,
) -> Result<Json<Vec<RestAnswer>>> {
    let wanted = &app.config.rest.token.0;
    if !wanted.is_empty() && access.token.as_deref() != Some(wanted.as_str()) {
        return Err(Error::unauthorized());
    }
    if m.sender.is_empty() || m.sender.len() > 200 || m.sender.chars().any(char::is_control) {
        return Err(Error::invalid("sender 必须是 1 到 200 个字符。", "sender must have 1 to 200 characters."));
    }
    let metadata = m.metadata.unwrap_or_default();
    let customer = match &metadata.customer_token {
        Some(token) => identity::verify_customer(&app.store, token).await?,
        // The same sender without a token stays the same visitor, but is nobody's customer.
        None => Customer {
            id: CustomerId(format!("visitor:rest:{}", m.sender)),
            name: None,
            signed_in: false,
            tier: None,
            email: None,
            phone: None,
        },
    };
    app.store.upsert_customer(&customer).await?;
    let language = metadata.language.as_deref().and_then(Language::parse);
    let conversation = match app.store.conversation_by_external("rest", &m.sender, &customer.id.0).await? {
        Some(c) => c,
        None => {
            let language = language
                .or_else(|| crate::http::accept_language(&headers))
                .or_else(|| guess(&m.message))
                .unwrap_or(Language::En);
            app.store.create_conversation(&customer.id.0, "rest", Some(&m.sender), language).await?
        }
    };
    // Rasa's shorthand: `/intent{"slot":"value"}` is what a pressed button sends.
    let payload = text::payload(m.message.starts_with('/').then(|| m.message.clone()))?;
    let mut events = app.hub.subscribe();
    let request = SendRequest { client_id: app.clock.id(), text: m.message, payload };
    let said = say_within(&app, &app.limits.rest, &customer, &conversation, request).await?;
    let seq = said.message.seq;

    let deadline = tokio::time::sleep(Duration::from_millis(app.config.rest.wait_ms));
    tokio::pin!(deadline);
    let now = loop {
        let c = app.store.conversation(&conversation.id).await?.ok_or_else(Error::not_found)?;
        if c.answered_seq >= seq || !matches!(c.holder(), Holder::Bot) {
            break c;
        }
        tokio::select! {
            () = conversation_event(&mut events, &conversation.id) => {}
            // A hint may be lost; the store is the truth.
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = &mut deadline => {
                return Err(Error::client(StatusCode::GATEWAY_TIMEOUT, "still_working", "还在处理，消息没有丢失，请稍后再问。", "Still working on it; your message is not lost. Ask again in a moment."));
            }
        }
    };
    let ticket = match app.store.ticket_of(&now.id).await? {
        Some(t) if t.status != "closed" => Some(t.id),
        _ => None,
    };
    let messages = app.store.messages_after(&now.id, seq, 100).await?;
    let mut answers: Vec<RestAnswer> = messages
        .iter()
        .filter(|x| x.sender == Sender::Bot && x.kind == MessageKind::Text)
        .map(|x| RestAnswer {
            recipient_id: m.sender.clone(),
            text: x.text.clone(),
            buttons: x
                .extra
                .buttons
                .iter()
                .map(|b| ButtonView { title: b.title.clone(), payload: b.payload.clone() })
                .collect(),
            custom: Custom {
                citations: x.extra.citations.iter().map(CitationView::from).collect(),
                intent: x.extra.intent.clone(),
                confidence: x.extra.confidence,
                holder: now.holder_kind().to_owned(),
                ticket: ticket.clone(),
            },
        })
        .collect();
    if answers.is_empty() {
        // A human holds the conversation: the message has reached the console, the answer will come from there.
        let text = match (now.language(), now.holder()) {
            (Language::Zh, Holder::Agent(_)) => "您的消息已送达人工客服，请稍候。",
            (Language::En, Holder::Agent(_)) => "Your message has reached our agent; please wait a moment.",
            (Language::Zh, _) => "您的消息已记录，人工客服会尽快接入。",
            (Language::En, _) => "Your message was noted; an agent will be with you as soon as possible.",
        };
        answers.push(RestAnswer {
            recipient_id: m.sender,
            text: text.to_owned(),
            buttons: vec![],
            custom: Custom {
                citations: vec![],
                intent: None,
                confidence: None,
                holder: now.holder_kind().to_owned(),
                ticket,
            },
        });
    }
    Ok(Json(answers))
}

/// For a conversation whose caller names no language: does the first message have Chinese characters or
/// punctuation?
fn guess(message: &str) -> Option<Language> {
    let chinese = |c| matches!(c, '\u{3000}'..='\u{303F}' | '\u{3400}'..='\u{9FFF}' | '\u{FF00}'..='\u{FFEF}');
    message.chars().any(chinese).then_some(Language::Zh)
}
