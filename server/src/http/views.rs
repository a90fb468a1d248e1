//! The shapes that go out, for customers and for staff.

use crate::app::App;
use crate::error::Result;
use crate::guard::staff::{Console, Permission};
use crate::hub::Typist;
use crate::store::conversations::Conversation;
use crate::store::messages::{Message, MessageKind};
use crate::store::tickets::Ticket;
use bot::conversation::{Customer, Holder, Sender};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SenderView {
    /// customer, bot, agent or system
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ButtonView {
    pub title: String,
    /// Sent back as the message's `payload` when the button is pressed.
    pub payload: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CitationView {
    /// Slug of the article, or `graph:<node>`.
    pub article: String,
    pub title: String,
    pub url: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MessageView {
    pub id: String,
    pub conversation: String,
    pub seq: i64,
    pub sender: SenderView,
    /// text, note (staff only), event or rating
    pub kind: &'static str,
    pub text: String,
    pub at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    pub buttons: Vec<ButtonView>,
    pub citations: Vec<CitationView>,
    /// What happened, when `kind` is event: `{"type": "queued" | "agent_joined" | …}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub event: Option<Value>,
}

impl From<&bot::conversation::Citation> for CitationView {
    fn from(c: &bot::conversation::Citation) -> Self {
        CitationView { article: c.article.clone(), title: c.title.clone(), url: c.url.clone() }
    }
}

impl From<&Message> for MessageView {
    fn from(m: &Message) -> Self {
        let (kind, id) = crate::store::messages::sender_columns(&m.sender);
        // The sender's own id comes back without our prefix, and only to where it came from.
        let client_id = match &m.sender {
            Sender::Customer => m.client_id.strip_prefix("c:").map(str::to_owned),
            Sender::Agent(a) => m.client_id.strip_prefix(&format!("a:{}:", a.0)).map(str::to_owned),
            _ => None,
        };
        MessageView {
            id: m.id.clone(),
            conversation: m.conversation.clone(),
            seq: m.seq,
            sender: SenderView { kind, id: id.map(str::to_owned), name: m.sender_name.clone() },
            kind: m.kind.as_str(),
            text: m.text.clone(),
            at: m.at,
            client_id,
            buttons: m
                .extra
                .buttons
                .iter()
                .map(|b| ButtonView { title: b.title.clone(), payload: b.payload.clone() })
                .collect(),
            citations: m.extra.citations.iter().map(CitationView::from).collect(),
            event: m.extra.event.clone(),
        }
    }
}

/// Notes are for staff only.
pub fn for_customer(messages: &[Message]) -> Vec<MessageView> {
    messages.iter().filter(|m| m.kind != MessageKind::Note).map(MessageView::from).collect()
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QueueView {
    /// 1 is next.
    pub position: usize,
    /// From how long recent chats took; null while too little was measured or nobody is present.
    pub wait_seconds: Option<i64>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NameView {
    pub name: String,
}

/// A conversation as its customer sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChatView {
    pub id: String,
    pub language: String,
    /// bot, queue, agent or nobody
    pub holder: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<NameView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueView>,
    pub rating_wanted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<i64>,
    pub last_seq: i64,
}

pub async fn chat_view(app: &App, c: &Conversation) -> Result<ChatView> {
    let (mut agent, mut queue) = (None, None);
    match c.holder() {
        Holder::Agent(id) => agent = app.store.agent(&id.0).await?.map(|a| NameView { name: a.name }),
        Holder::Queue(id) => {
            if let Some(t) = app.store.ticket(&id.0).await? {
                let position = app.store.queue_position(&t).await?;
                queue =
                    Some(QueueView { position, wait_seconds: app.wait_estimate(position).await?.map(|ms| ms / 1000) });
            }
        }
        Holder::Bot | Holder::Nobody => {}
    }
    Ok(ChatView {
        id: c.id.clone(),
        language: c.language().code().to_owned(),
        holder: c.holder_kind().to_owned(),
        agent,
        queue,
        rating_wanted: c.rating_wanted(),
        rating: c.rating,
        last_seq: c.last_seq,
    })
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerView {
    pub id: String,
    pub name: Option<String>,
    pub tier: Option<String>,
    pub signed_in: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl From<&Customer> for CustomerView {
    fn from(c: &Customer) -> Self {
        CustomerView {
            id: c.id.0.clone(),
            name: c.name.clone(),
            tier: c.tier.clone(),
            signed_in: c.signed_in,
            email: c.email.clone(),
            phone: c.phone.clone(),
        }
    }
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AgentName {
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeftMessageView {
    pub contact: String,
    pub text: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TicketView {
    pub id: String,
    pub conversation: String,
    pub reason: String,
    /// 1 urgent … 4 low
    pub priority: i64,
    /// waiting, assigned or closed
    pub status: String,
    pub created_at: i64,
    pub deadline: i64,
    pub language: String,
    pub summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    pub customer: CustomerView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_left: Option<LeftMessageView>,
    /// In the queue; 1 is next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<usize>,
}

pub async fn ticket_view(app: &App, t: &Ticket, position: Option<usize>) -> Result<TicketView> {
    let customer = match app.store.conversation(&t.conversation_id).await? {
        Some(c) => app.store.customer(&c.customer_id).await?,
        None => None,
    };
    let agent = match &t.agent_id {
        Some(id) => app.store.agent(id).await?.map(|a| AgentName { id: a.id, name: a.name }),
        None => None,
    };
    Ok(TicketView {
        id: t.id.clone(),
        conversation: t.conversation_id.clone(),
        reason: t.reason.clone(),
        priority: t.priority,
        status: t.status.clone(),
        created_at: t.created_at,
        deadline: t.deadline,
        language: t.language.clone(),
        summary: t.summary.clone(),
        intent: t.intent.clone(),
        customer: customer.as_ref().map_or_else(nobody, CustomerView::from),
        agent,
        message_left: t.message_left().map(|m| LeftMessageView { contact: m.contact, text: m.text }),
        position,
    })
}

fn nobody() -> CustomerView {
    CustomerView { id: String::new(), name: None, tier: None, signed_in: false, email: None, phone: None }
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QueueList {
    pub tickets: Vec<TicketView>,
}

pub async fn queue_list(app: &App) -> Result<QueueList> {
    let mut tickets = Vec::new();
    for (n, t) in app.store.waiting_tickets().await?.iter().enumerate() {
        tickets.push(ticket_view(app, t, Some(n + 1)).await?);
    }
    Ok(QueueList { tickets })
}

/// One line of the console's lists.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConversationRow {
    pub id: String,
    pub customer: CustomerView,
    pub holder: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentName>,
    pub language: String,
    pub channel: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message: Option<String>,
    pub last_at: i64,
    pub last_seq: i64,
    /// Messages of the customer that no agent has opened yet.
    pub unread: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketView>,
}

pub async fn conversation_row(app: &App, c: &Conversation) -> Result<ConversationRow> {
    let customer = app.store.customer(&c.customer_id).await?;
    let agent = match c.holder() {
        Holder::Agent(id) => app.store.agent(&id.0).await?.map(|a| AgentName { id: a.id, name: a.name }),
        _ => None,
    };
    let ticket = match app.store.ticket_of(&c.id).await? {
        Some(t) if t.status != "closed" => Some(ticket_view(app, &t, None).await?),
        _ => None,
    };
    Ok(ConversationRow {
        id: c.id.clone(),
        customer: customer.as_ref().map_or_else(nobody, CustomerView::from),
        holder: c.holder_kind().to_owned(),
        agent,
        language: c.language().code().to_owned(),
        channel: c.channel.clone(),
        last_message: app.store.last_text(&c.id).await?.map(|t| t.chars().take(120).collect()),
        last_at: c.updated_at,
        last_seq: c.last_seq,
        unread: app.store.unread(&c.id, c.read_seq).await?,
        rating: c.rating,
        ticket,
    })
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AgentView {
    pub id: String,
    pub name: String,
    pub role: String,
    pub language: String,
    /// online, away or offline
    pub presence: String,
    /// Conversations that this agent holds.
    pub open: i64,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AgentList {
    pub agents: Vec<AgentView>,
}

pub async fn agent_list(app: &App) -> Result<AgentList> {
    let open = app.store.open_tickets_by_agent().await?;
    let now = app.clock.now();
    let agents = app.store.agents().await?;
    Ok(AgentList {
        agents: agents
            .into_iter()
            .filter(|a| Console::allows(&a.role))
            .map(|a| AgentView {
                presence: app.presence.of(&a.id, now).to_owned(),
                open: open.iter().find(|(id, _)| *id == a.id).map_or(0, |o| o.1),
                id: a.id,
                name: a.name,
                role: a.role,
                language: a.language,
            })
            .collect(),
    })
}

pub fn typist_view(who: Typist, name: Option<String>) -> SenderView {
    let kind = match who {
        Typist::Customer => "customer",
        Typist::Bot => "bot",
        Typist::Agent => "agent",
    };
    SenderView { kind, id: None, name }
}
