//! The only file that changes a conversation: who says what in it, and who holds it.
//!
//! Each method is one transaction, then a hint to the hub. A change of holder raises the epoch, so that a bot
//! reply computed before it cannot be stored after it.

use crate::error::{Error, Result};
use crate::hub::{Event, Hub};
use crate::store::Store;
use crate::store::conversations::{Conversation, FinishedTurn};
use crate::store::messages::{Extra, Message, MessageKind, NewMessage};
use crate::store::staff::Agent;
use crate::store::tickets::{NewTicket, Ticket};
use crate::store::turns::NewTurn;
use axum::http::StatusCode;
use bot::conversation::{
    AgentId, Citation, Customer, Decision, Escalation, Holder, Language, Next, Reason, Sender, TicketId,
};
use handoff::{Rules, packet, route};
use nlu::understanding::Mood;
use serde_json::json;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::mpsc;

pub struct Desk {
    store: Store,
    hub: Hub,
    /// Hints for the workers; when it is full the sweeper finds the turn.
    turns: mpsc::Sender<String>,
    rules: RwLock<Arc<Rules>>,
}

/// What a customer's message became.
pub struct Said {
    pub message: Message,
    /// It had been stored before; nothing new happened.
    pub resent: bool,
}

/// A turn that a worker has computed.
pub struct Answered<'a> {
    pub conversation: &'a Conversation,
    pub customer: &'a Customer,
    pub worker: &'a str,
    /// The last message that the decision answers.
    pub seq: i64,
    pub said: &'a str,
    pub decision: &'a Decision,
    pub reply_ms: i64,
}

fn conflict(code: &'static str, zh: &str, en: &str) -> Error {
    Error::client(StatusCode::CONFLICT, code, zh, en)
}

fn event(w: &str, payload: serde_json::Value) -> Extra {
    let mut event = payload;
    event["type"] = json!(w);
    Extra { event: Some(event), ..Extra::default() }
}

impl Desk {
    pub fn new(store: Store, hub: Hub, turns: mpsc::Sender<String>, rules: Rules) -> Self {
        Desk { store, hub, turns, rules: RwLock::new(Arc::new(rules)) }
    }

    fn rules(&self) -> Arc<Rules> {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn changed(&self, conversation: &str) {
        self.hub.publish(Event::Conversation(conversation.to_owned()));
    }

    pub fn wake_bot(&self, conversation: &str) {
        let _ = self.turns.try_send(conversation.to_owned());
    }

    async fn system(&self, w: &mut crate::store::Write, conversation: &str, text: &str, extra: Extra) -> Result<()> {
        let client_id = format!("s:{}", self.store.clock.id());
        let m = NewMessage { extra, ..NewMessage::new(&Sender::System, MessageKind::Event, text, client_id) };
        self.store.append(w, conversation, m).await.map(|_| ())
    }

    /// A customer speaks. `client_id` is the sender's own: sent twice, it is stored once.
    pub async fn customer_says(
        &self,
        conversation: &Conversation,
        client_id: &str,
        text: &str,
        payload: Option<&str>,
    ) -> Result<Said> {
        let client_id = format!("c:{client_id}");
        // Cheap way out for a resend; the unique index below decides when two come at once.
        if let Some(message) = self.store.message_by_client_id(&conversation.id, &client_id).await? {
            return Ok(Said { message, resent: true });
        }
        let mut w = self.store.write().await?;
        // Who writes into a closed conversation opens it again, with the bot.
        self.store.change_holder(&mut w, &conversation.id, &["nobody"], None, &Holder::Bot).await?;
        let m =
            NewMessage { payload, ..NewMessage::new(&Sender::Customer, MessageKind::Text, text, client_id.clone()) };
        let Some(message) = self.store.append(&mut w, &conversation.id, m).await? else {
            drop(w);
            let message =
                self.store.message_by_client_id(&conversation.id, &client_id).await?.ok_or_else(Error::not_found)?;
            return Ok(Said { message, resent: true });
        };
        w.commit().await?;
        metrics::counter!("kefu_messages_total", "channel" => conversation.channel.clone(), "direction" => "in", "actor" => "customer").increment(1);
        self.changed(&conversation.id);
        self.wake_bot(&conversation.id);
        Ok(Said { message, resent: false })
    }

    /// Stores the bot's decision. `false`: the lease or the epoch was lost, so it is dropped; somebody else speaks now.
    pub async fn bot_answers(&self, a: Answered<'_>) -> Result<bool> {
        let Answered { conversation, customer, decision, .. } = a;
        let id = &conversation.id;
        let mut w = self.store.write().await?;
        let turn = FinishedTurn {
            id,
            worker: a.worker,
            epoch: conversation.epoch,
            answered: a.seq,
            dialog: &decision.dialog,
            language: decision.language,
        };
        if !self.store.finish_turn(&mut w, turn).await? {
            return Ok(false);
        }
        let trace = &decision.trace;
        for (n, answer) in decision.say.iter().enumerate() {
            let extra = Extra {
                buttons: answer.buttons.clone(),
                citations: answer.citations.clone(),
                event: None,
                intent: Some(trace.intent.clone()),
                confidence: Some(trace.confidence),
            };
            // The id names the turn: even a turn that ran twice could not be stored twice.
            let client_id = format!("b:{}:{n}", a.seq);
            let m = NewMessage { extra, ..NewMessage::new(&Sender::Bot, MessageKind::Text, &answer.text, client_id) };
            self.store.append(&mut w, id, m).await?;
        }
        for change in &decision.changed {
            let text = decision
                .language
                .pick(format!("订单 {} 已更新", change.order), format!("Order {} was updated", change.order));
            self.system(
                &mut w,
                id,
                &text,
                event("order_changed", json!({"order": change.order, "action": change.action})),
            )
            .await?;
            let actor = format!("customer:{}", customer.id);
            self.store
                .audit_in(&mut w, &actor, &change.action, &change.order, &json!({"conversation": id, "seq": a.seq}))
                .await?;
        }
        let outcome = match &decision.next {
            Next::Stay if decision.unanswered => "unanswered",
            Next::Stay => "answered",
            Next::Done => "done",
            Next::Handoff(_) => "handoff",
        };
        self.store
            .insert_turn(
                &mut w,
                NewTurn {
                    conversation: id,
                    seq: a.seq,
                    text: a.said,
                    language: decision.language.code(),
                    intent: &trace.intent,
                    confidence: trace.confidence,
                    outcome,
                    reply_ms: a.reply_ms,
                    trace: serde_json::to_string(trace).map_err(anyhow::Error::from)?,
                },
            )
            .await?;
        let mut queue_changed = false;
        match &decision.next {
            Next::Stay => {}
            Next::Done => self.close_in(&mut w, id, decision.language, json!({"by": "bot"})).await?,
            Next::Handoff(escalation) => {
                self.escalate_in(&mut w, conversation, customer, escalation, decision.language).await?;
                queue_changed = true;
            }
        }
        w.commit().await?;
        self.changed(id);
        if queue_changed {
            self.hub.publish(Event::Queue);
        }
        Ok(true)
    }

    async fn escalate_in(
        &self,
        w: &mut crate::store::Write,
        c: &Conversation,
        customer: &Customer,
        e: &Escalation,
        language: Language,
    ) -> Result<()> {
        let routing = route(e, customer, &self.rules(), self.store.clock.now());
        let messages = self.store.last_messages_in(w, &c.id, 40).await?;
        let mut shown: Vec<Citation> = Vec::new();
        for citation in messages.iter().flat_map(|m| &m.extra.citations) {
            if !shown.contains(citation) {
                shown.push(citation.clone());
            }
        }
        let spoken: Vec<_> = messages.iter().filter(|m| m.kind == MessageKind::Text).map(Message::spoken).collect();
        let packet = packet::packet(e, &routing.rule, &spoken, shown);
        let id = self.store.clock.id();
        let ticket = NewTicket {
            id: &id,
            conversation: &c.id,
            priority: routing.priority.number(),
            deadline: routing.deadline,
            packet: &packet,
            message_left: e.message_left.as_ref(),
            agent: None,
        };
        self.store.insert_ticket(w, ticket).await?;
        metrics::counter!("kefu_handoffs_total", "reason" => reason_name(e.reason)).increment(1);
        if e.message_left.is_some() {
            // Nobody waits: the bot stays with the customer, an agent will take the conversation up later.
            let text = language.pick("留言已登记", "Message recorded");
            return self.system(w, &c.id, text, event("message_left", json!({"ticket": id}))).await;
        }
        let holder = Holder::Queue(TicketId(id.clone()));
        self.store.change_holder(w, &c.id, &["bot"], None, &holder).await?.ok_or_else(gone)?;
        let text = language.pick("正在为您转接人工客服", "Connecting you to a human agent");
        self.system(w, &c.id, text, event("queued", json!({"ticket": id}))).await
    }

    async fn close_in(
        &self,
        w: &mut crate::store::Write,
        id: &str,
        language: Language,
        by: serde_json::Value,
    ) -> Result<()> {
        self.store.close_tickets(w, id).await?;
        self.store.change_holder(w, id, &["bot", "queue", "agent"], None, &Holder::Nobody).await?.ok_or_else(gone)?;
        self.store.reset_dialog(w, id).await?;
        let (closed, rate) = language.pick(
            ("本次会话已结束", "请为本次服务打分"),
            ("This conversation was closed", "How did we do? Please rate this conversation"),
        );
        self.system(w, id, closed, event("closed", by)).await?;
        let client_id = format!("s:{}", self.store.clock.id());
        let m = NewMessage::new(&Sender::System, MessageKind::Rating, rate, client_id);
        self.store.append(w, id, m).await.map(|_| ())
    }

    /// Exactly one agent gets the ticket; the others hear `already_taken`.
    pub async fn accept(&self, ticket: &str, agent: &Agent) -> Result<Ticket> {
        let mut w = self.store.write().await?;
        let Some(t) = self.store.claim_ticket(&mut w, ticket, &agent.id).await? else {
            drop(w);
            return Err(match self.store.ticket(ticket).await? {
                Some(_) => {
                    conflict("already_taken", "这个工单已经有人处理了。", "Somebody else has taken this ticket.")
                }
                None => Error::not_found(),
            });
        };
        let holder = Holder::Agent(AgentId(agent.id.clone()));
        let c = self
            .store
            .change_holder(&mut w, &t.conversation_id, &["queue", "bot", "nobody"], None, &holder)
            .await?
            .ok_or_else(gone)?;
        self.joined(&mut w, &c, agent, "agent_joined").await?;
        w.commit().await?;
        metrics::histogram!("kefu_queue_wait_seconds")
            .record((t.accepted_at.unwrap_or(t.created_at) - t.created_at) as f64 / 1000.0);
        self.changed(&t.conversation_id);
        self.hub.publish(Event::Queue);
        Ok(t)
    }

    async fn joined(&self, w: &mut crate::store::Write, c: &Conversation, agent: &Agent, what: &str) -> Result<()> {
        let text = c
            .language()
            .pick(format!("客服 {} 为您服务", agent.name), format!("{} has joined the conversation", agent.name));
        self.system(w, &c.id, &text, event(what, json!({"agent": {"id": agent.id, "name": agent.name}}))).await
    }

    /// An agent takes a conversation that the bot (or the queue, or nobody) holds.
    pub async fn take_over(&self, conversation: &str, agent: &Agent) -> Result<()> {
        let before = self.store.conversation(conversation).await?.ok_or_else(Error::not_found)?;
        if let Holder::Queue(ticket) = before.holder() {
            return self.accept(&ticket.0, agent).await.map(|_| ());
        }
        let holder = Holder::Agent(AgentId(agent.id.clone()));
        let mut w = self.store.write().await?;
        let Some(c) = self.store.change_holder(&mut w, conversation, &["bot", "nobody"], None, &holder).await? else {
            return Err(conflict(
                "already_taken",
                "这个会话已经有人在处理了。",
                "Somebody else is handling this conversation.",
            ));
        };
        if self.store.hand_ticket(&mut w, conversation, Some(&agent.id)).await?.is_none() {
            let escalation = taken_over(&c);
            let spoken: Vec<_> = self.store.last_messages_in(&mut w, conversation, 40).await?;
            let spoken: Vec<_> = spoken.iter().filter(|m| m.kind == MessageKind::Text).map(Message::spoken).collect();
            let packet = packet::packet(&escalation, "taken over by an agent", &spoken, vec![]);
            let id = self.store.clock.id();
            let ticket = NewTicket {
                id: &id,
                conversation,
                priority: 3,
                deadline: self.store.clock.now(),
                packet: &packet,
                message_left: None,
                agent: Some(&agent.id),
            };
            self.store.insert_ticket(&mut w, ticket).await?;
        }
        self.joined(&mut w, &c, agent, "agent_joined").await?;
        w.commit().await?;
        self.changed(conversation);
        self.hub.publish(Event::Queue);
        Ok(())
    }

    /// An agent writes to the customer, or a note to colleagues.
    pub async fn agent_says(
        &self,
        conversation: &str,
        agent: &Agent,
        client_id: &str,
        text: &str,
        note: bool,
    ) -> Result<Message> {
        let client_id = format!("a:{}:{client_id}", agent.id);
        if let Some(m) = self.store.message_by_client_id(conversation, &client_id).await? {
            return Ok(m);
        }
        let mut w = self.store.write().await?;
        let kind = if note { MessageKind::Note } else { MessageKind::Text };
        let sender = Sender::Agent(AgentId(agent.id.clone()));
        let m =
            NewMessage { sender_name: Some(&agent.name), ..NewMessage::new(&sender, kind, text, client_id.clone()) };
        let Some(message) = self.store.append(&mut w, conversation, m).await? else {
            drop(w);
            return self.store.message_by_client_id(conversation, &client_id).await?.ok_or_else(Error::not_found);
        };
        // Read after the write, in the same transaction: only who holds the conversation speaks in it.
        let holder = self.store.holder_in(&mut w, conversation).await?;
        if !note && holder != ("agent".to_owned(), Some(agent.id.clone())) {
            return Err(conflict(
                "not_yours",
                "请先接手这个会话再回复。",
                "Take this conversation over before you reply in it.",
            ));
        }
        w.commit().await?;
        metrics::counter!("kefu_messages_total", "channel" => "console", "direction" => "out", "actor" => "agent")
            .increment(1);
        self.changed(conversation);
        Ok(message)
    }

    /// To another agent, or (`to` is `None`) back into the queue.
    pub async fn transfer(
        &self,
        conversation: &str,
        agent: &Agent,
        to: Option<&Agent>,
        note: Option<&str>,
    ) -> Result<()> {
        let mut w = self.store.write().await?;
        let ticket = self.store.hand_ticket(&mut w, conversation, to.map(|a| a.id.as_str())).await?.ok_or_else(gone)?;
        let holder = match to {
            Some(a) => Holder::Agent(AgentId(a.id.clone())),
            None => Holder::Queue(TicketId(ticket.id.clone())),
        };
        let c = self
            .store
            .change_holder(&mut w, conversation, &["agent"], mine(agent), &holder)
            .await?
            .ok_or_else(not_yours)?;
        self.note_in(&mut w, conversation, agent, note).await?;
        match to {
            Some(a) => self.joined(&mut w, &c, a, "transferred").await?,
            None => {
                let text = c.language().pick("正在为您转接其他客服", "Connecting you to another agent");
                self.system(&mut w, conversation, text, event("queued", json!({"ticket": ticket.id}))).await?;
            }
        }
        w.commit().await?;
        self.changed(conversation);
        self.hub.publish(Event::Queue);
        Ok(())
    }

    /// The bot goes on.
    pub async fn return_to_bot(&self, conversation: &str, agent: &Agent, note: Option<&str>) -> Result<()> {
        let mut w = self.store.write().await?;
        self.store.close_tickets(&mut w, conversation).await?;
        let c = self
            .store
            .change_holder(&mut w, conversation, &["agent"], mine(agent), &Holder::Bot)
            .await?
            .ok_or_else(not_yours)?;
        self.store.reset_dialog(&mut w, conversation).await?;
        self.note_in(&mut w, conversation, agent, note).await?;
        let text = c.language().pick("智能助手继续为您服务", "The assistant is back with you");
        self.system(&mut w, conversation, text, event("returned", json!({}))).await?;
        w.commit().await?;
        self.changed(conversation);
        self.hub.publish(Event::Queue);
        Ok(())
    }

    /// Ends the conversation and asks the customer for a rating.
    pub async fn close(&self, conversation: &str, agent: &Agent, note: Option<&str>) -> Result<()> {
        let before = self.store.conversation(conversation).await?.ok_or_else(Error::not_found)?;
        if matches!(before.holder(), Holder::Nobody) {
            return Err(conflict("closed", "会话已经结束了。", "This conversation is closed already."));
        }
        if matches!(before.holder(), Holder::Agent(a) if a.0 != agent.id) && mine(agent).is_some() {
            return Err(not_yours());
        }
        let mut w = self.store.write().await?;
        // The note first: a transaction starts with a write, and a note on a closed conversation would be odd.
        self.note_in(&mut w, conversation, agent, note).await?;
        self.close_in(&mut w, conversation, before.language(), json!({"by": "agent"})).await?;
        w.commit().await?;
        self.changed(conversation);
        self.hub.publish(Event::Queue);
        Ok(())
    }

    async fn note_in(
        &self,
        w: &mut crate::store::Write,
        conversation: &str,
        agent: &Agent,
        note: Option<&str>,
    ) -> Result<()> {
        let Some(text) = note.filter(|n| !n.is_empty()) else { return Ok(()) };
        let sender = Sender::Agent(AgentId(agent.id.clone()));
        let client_id = format!("s:{}", self.store.clock.id());
        let m = NewMessage {
            sender_name: Some(&agent.name),
            ..NewMessage::new(&sender, MessageKind::Note, text, client_id)
        };
        self.store.append(w, conversation, m).await.map(|_| ())
    }

    /// The customer no longer wants to wait; the bot goes on.
    pub async fn leave_queue(&self, conversation: &str) -> Result<()> {
        let mut w = self.store.write().await?;
        let c = self
            .store
            .change_holder(&mut w, conversation, &["queue"], None, &Holder::Bot)
            .await?
            .ok_or_else(|| conflict("not_waiting", "您现在没有在排队。", "You are not waiting in the queue."))?;
        self.store.close_tickets(&mut w, conversation).await?;
        self.store.reset_dialog(&mut w, conversation).await?;
        let text = c
            .language()
            .pick("您已退出排队，智能助手继续为您服务", "You left the queue; the assistant is back with you");
        self.system(&mut w, conversation, text, event("returned", json!({}))).await?;
        w.commit().await?;
        self.changed(conversation);
        self.hub.publish(Event::Queue);
        Ok(())
    }

    pub async fn rate(&self, conversation: &str, score: i64, comment: Option<&str>) -> Result<()> {
        let mut w = self.store.write().await?;
        if !self.store.rate(&mut w, conversation, score, comment).await? {
            return Err(conflict(
                "no_rating_wanted",
                "现在不需要评分，或已经评过了。",
                "No rating is wanted now, or it was given already.",
            ));
        }
        self.system(
            &mut w,
            conversation,
            &"★".repeat(score.clamp(1, 5) as usize),
            event("rated", json!({"score": score, "comment": comment})),
        )
        .await?;
        w.commit().await?;
        self.changed(conversation);
        Ok(())
    }
}

/// Supervisors act on any agent's conversation; others only on their own.
fn mine(agent: &Agent) -> Option<&str> {
    (!matches!(agent.role.as_str(), "supervisor" | "admin")).then_some(agent.id.as_str())
}

fn not_yours() -> Error {
    conflict("not_yours", "这个会话不在您手上。", "This conversation is not yours.")
}

fn gone() -> Error {
    conflict("changed", "会话状态刚刚变了，请刷新后再试。", "The conversation has just changed; refresh and try again.")
}

fn reason_name(reason: Reason) -> String {
    serde_json::to_value(reason).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The packet of a conversation that nobody escalated: an agent chose to step in.
fn taken_over(c: &Conversation) -> Escalation {
    let summary = c
        .language()
        .pick("客服主动接手了与智能助手的会话。", "An agent stepped into the conversation with the assistant.");
    Escalation {
        reason: Reason::TakenOver,
        summary: summary.to_owned(),
        intent: None,
        confidence: 0.0,
        slots: serde_json::Map::new(),
        tried: vec![],
        mood: Mood::Calm,
        mood_curve: Vec::new(),
        language: c.language(),
        suggested_reply: None,
        message_left: None,
    }
}
