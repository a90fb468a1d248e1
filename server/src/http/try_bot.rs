//! "Try the bot": a conversation that is kept nowhere, with the trace of every decision. Orders are read for the chosen
//! demo customer but nothing is ever written.

use super::Body;
use super::views::{ButtonView, CitationView};
use crate::app::App;
use crate::error::{ErrorBody, Result};
use crate::guard::staff::{Can, Staff};
use crate::guard::text;
use axum::Json;
use axum::extract::State;
use bot::DialogState;
use bot::conversation::{
    Conversation, ConversationId, Customer, CustomerId, Holder, Message, MessageId, Next, Sender, Turn,
};
use kg::Language;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(try_bot))
}

const SESSIONS: usize = 200;
const HISTORY: usize = 60;

/// Trials under way, by session; the oldest goes when there are too many.
#[derive(Default)]
pub struct Trials(Mutex<HashMap<String, Trial>>);

#[derive(Clone)]
struct Trial {
    conversation: Conversation,
    history: Vec<Message>,
    seq: i64,
    owner: String,
    touched: i64,
}

#[derive(Deserialize, ToSchema)]
pub struct TryRequest {
    pub text: String,
    pub payload: Option<String>,
    pub language: Option<String>,
    /// From the answer before; without it a new trial starts.
    pub session: Option<String>,
    /// Id of a customer of the order system to speak as; without it a visitor.
    pub customer: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct TryResponse {
    pub session: String,
    pub answers: Vec<TryAnswer>,
    /// stay, handoff or done
    pub next: &'static str,
    /// Intent ranking, entities, passages with scores, the rule that decided, steps with their time.
    #[schema(value_type = Object)]
    pub trace: Value,
}

#[derive(Serialize, ToSchema)]
pub struct TryAnswer {
    pub text: String,
    pub buttons: Vec<ButtonView>,
    pub citations: Vec<CitationView>,
}

/// Says something to the bot and shows how it decided.
#[utoipa::path(post, path = "/api/v1/staff/try", tag = "staff", request_body = TryRequest,
    responses((status = 200, body = TryResponse), (status = 401, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn try_bot(
    State(app): State<Arc<App>>,
    who: Can<Staff>,
    Body(request): Body<TryRequest>,
) -> Result<Json<TryResponse>> {
    let now = app.clock.now();
    let said = text::clean(&request.text, app.config.chat.max_message_chars)?;
    let payload = text::payload(request.payload)?;
    let known = request.session.and_then(|id| {
        let trials = app.trials.0.lock().unwrap_or_else(PoisonError::into_inner);
        trials.get(&id).filter(|t| t.owner == who.agent.id).cloned()
    });
    let mut trial = match known {
        Some(t) => t,
        None => Trial {
            conversation: Conversation {
                id: ConversationId(app.clock.id()),
                channel: "try".to_owned(),
                customer: match &request.customer {
                    Some(id) => match app.store.customer(id).await? {
                        Some(c) => c,
                        None => named(id),
                    },
                    None => crate::guard::identity::new_visitor(&app.store),
                },
                language: request.language.as_deref().and_then(Language::parse).unwrap_or(Language::Zh),
                holder: Holder::Bot,
                epoch: 1,
                dialog: DialogState::default(),
            },
            history: vec![],
            seq: 0,
            owner: who.agent.id.clone(),
            touched: now,
        },
    };
    trial.seq += 1;
    let message = Message {
        id: MessageId(app.clock.id()),
        seq: trial.seq,
        sender: Sender::Customer,
        text: said,
        payload,
        at: now,
    };
    let turn = Turn {
        conversation: &trial.conversation,
        history: &trial.history,
        said: std::slice::from_ref(&message),
        now,
        agents_present: true,
    };
    let decision = app.try_bot().reply(turn).await;
    trial.history.push(message);
    for answer in &decision.say {
        trial.seq += 1;
        trial.history.push(Message {
            id: MessageId(app.clock.id()),
            seq: trial.seq,
            sender: Sender::Bot,
            text: answer.text.clone(),
            payload: None,
            at: now,
        });
    }
    let too_many = trial.history.len().saturating_sub(HISTORY);
    trial.history.drain(..too_many);
    trial.conversation.dialog = decision.dialog.clone();
    trial.conversation.language = decision.language;
    trial.touched = now;
    let session = trial.conversation.id.0.clone();
    {
        let mut trials = app.trials.0.lock().unwrap_or_else(PoisonError::into_inner);
        if trials.len() >= SESSIONS {
            let oldest = trials.iter().min_by_key(|(_, t)| t.touched).map(|(id, _)| id.clone());
            oldest.and_then(|id| trials.remove(&id));
        }
        trials.insert(session.clone(), trial);
    }
    Ok(Json(TryResponse {
        session,
        answers: decision
            .say
            .iter()
            .map(|a| TryAnswer {
                text: a.text.clone(),
                buttons: a
                    .buttons
                    .iter()
                    .map(|b| ButtonView { title: b.title.clone(), payload: b.payload.clone() })
                    .collect(),
                citations: a.citations.iter().map(CitationView::from).collect(),
            })
            .collect(),
        next: match decision.next {
            Next::Stay => "stay",
            Next::Handoff(_) => "handoff",
            Next::Done => "done",
        },
        trace: serde_json::to_value(&decision.trace).map_err(anyhow::Error::from)?,
    }))
}

fn named(id: &str) -> Customer {
    let id = CustomerId(id.chars().take(100).collect());
    Customer { id, name: None, signed_in: true, tier: None, email: None, phone: None }
}
