//! The console's WebSocket: tells what is new. Everything is done over HTTP; a socket that lagged says `resync` and
//! the page reads again.

use super::views::{
    AgentList, ConversationRow, MessageView, QueueList, SenderView, agent_list, conversation_row, queue_list,
    typist_view,
};
use crate::app::App;
use crate::error::Result;
use crate::guard::staff::{Can, Console};
use crate::hub::{Event, Typist};
use crate::store::staff::Agent;
use axum::extract::State;
use axum::extract::ws::{Message as Frame, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;

const IDLE: Duration = Duration::from_secs(90);
/// Conversations whose last told seq is remembered; beyond it the page reads again.
const REMEMBER: usize = 5_000;

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum In {
    Ping,
    Typing { conversation: String, on: bool },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Out {
    Message { conversation: String, message: Box<MessageView> },
    Conversation { conversation: Box<ConversationRow> },
    Queue(QueueList),
    Presence(AgentList),
    Typing { conversation: String, sender: SenderView, on: bool },
    Resync,
    Pong,
}

pub async fn connect(State(app): State<Arc<App>>, who: Can<Console>, upgrade: WebSocketUpgrade) -> Result<Response> {
    let lifecycle = app.lifecycle.clone();
    Ok(upgrade.max_message_size(16 * 1024).on_upgrade(move |socket| async move {
        let served = lifecycle.spawn(async move {
            let id = who.agent.id.clone();
            app.presence.connected(&id);
            app.hub.publish(Event::Presence);
            let mut session =
                Session { app: app.clone(), agent: who.agent, told: HashMap::new(), started: app.clock.now() };
            if let Err(e) = session.serve(socket).await {
                tracing::debug!(error = %e, "a console's socket ended");
            }
            app.presence.disconnected(&id, app.clock.now());
            app.hub.publish(Event::Presence);
        });
        let _ = served.await;
    }))
}

struct Session {
    app: Arc<App>,
    agent: Agent,
    /// Conversation -> last seq that this socket was told.
    told: HashMap<String, i64>,
    started: i64,
}

type Sink = futures_util::stream::SplitSink<WebSocket, Frame>;

async fn tell(sink: &mut Sink, out: &Out) -> anyhow::Result<()> {
    sink.send(Frame::Text(serde_json::to_string(out)?.into())).await?;
    Ok(())
}

impl Session {
    async fn serve(&mut self, socket: WebSocket) -> anyhow::Result<()> {
        let (mut sink, mut stream) = socket.split();
        let mut events = self.app.hub.subscribe();
        let stopping = self.app.lifecycle.stopping();
        tell(&mut sink, &Out::Queue(queue_list(&self.app).await?)).await?;
        tell(&mut sink, &Out::Presence(agent_list(&self.app).await?)).await?;
        loop {
            tokio::select! {
                frame = tokio::time::timeout(IDLE, stream.next()) => match frame {
                    Err(_) | Ok(None) => return Ok(()),
                    Ok(Some(frame)) => match frame? {
                        Frame::Text(text) => self.receive(&mut sink, &text).await?,
                        Frame::Close(_) => return Ok(()),
                        _ => {}
                    },
                },
                event = events.recv() => match event {
                    Ok(Event::Conversation(id)) => self.conversation(&mut sink, id).await?,
                    Ok(Event::Queue) => tell(&mut sink, &Out::Queue(queue_list(&self.app).await?)).await?,
                    Ok(Event::Presence) => tell(&mut sink, &Out::Presence(agent_list(&self.app).await?)).await?,
                    Ok(Event::Typing { conversation, who, name, on }) if who != Typist::Agent => {
                        tell(&mut sink, &Out::Typing { conversation, sender: typist_view(who, name), on }).await?;
                    }
                    Ok(Event::Typing { .. }) => {}
                    Err(RecvError::Lagged(_)) => {
                        self.told.clear();
                        tell(&mut sink, &Out::Resync).await?;
                    }
                    Err(RecvError::Closed) => return Ok(()),
                },
                () = stopping.cancelled() => {
                    sink.send(Frame::Close(None)).await?;
                    return Ok(());
                }
            }
        }
    }

    async fn conversation(&mut self, sink: &mut Sink, id: String) -> anyhow::Result<()> {
        let Some(c) = self.app.store.conversation(&id).await? else { return Ok(()) };
        if self.told.len() > REMEMBER {
            self.told.clear();
        }
        // The first time, what was said since this socket opened; the page has read the rest.
        let after = self.told.get(&id).copied();
        let messages = match after {
            Some(after) => self.app.store.messages_after(&id, after, 200).await?,
            None => self.app.store.last_messages(&id, 20).await?.into_iter().filter(|m| m.at >= self.started).collect(),
        };
        self.told.insert(id.clone(), c.last_seq);
        for m in &messages {
            tell(sink, &Out::Message { conversation: id.clone(), message: Box::new(MessageView::from(m)) }).await?;
        }
        tell(sink, &Out::Conversation { conversation: Box::new(conversation_row(&self.app, &c).await?) }).await
    }

    async fn receive(&mut self, sink: &mut Sink, text: &str) -> anyhow::Result<()> {
        match serde_json::from_str::<In>(text) {
            Ok(In::Ping) => tell(sink, &Out::Pong).await,
            Ok(In::Typing { conversation, on }) => {
                let name = Some(self.agent.name.clone());
                self.app.hub.publish(Event::Typing { conversation, who: Typist::Agent, name, on });
                Ok(())
            }
            // A console of another version says something new: not worth losing the connection.
            Err(_) => Ok(()),
        }
    }
}
