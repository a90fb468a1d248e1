//! The customer's WebSocket. It subscribes first, then reads everything after the customer's last seq: nothing
//! falls in between, and after a lag it simply reads again.

use super::chat::{SendRequest, caller, own, say};
use super::views::{MessageView, SenderView, chat_view, for_customer, typist_view};
use crate::app::App;
use crate::error::{Error, Result};
use crate::hub::{Event, Typist};
use axum::extract::ws::{Message as Frame, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bot::conversation::Customer;
use futures_util::{SinkExt, StreamExt};
use kg::Language;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;

/// A frame larger than this is no message of a customer.
const FRAME: usize = 128 * 1024;
/// Silence longer than this is a dead connection: clients ping every 20 s or so.
const IDLE: Duration = Duration::from_secs(90);
/// Position and estimate are told again at least this often while somebody waits.
const QUEUE_NEWS: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
pub struct Open {
    token: String,
    conversation: String,
    #[serde(default)]
    after: i64,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum In {
    Send(SendRequest),
    Typing { on: bool },
    Ping,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Out<'a> {
    Message {
        message: MessageView,
    },
    Conversation {
        conversation: super::views::ChatView,
    },
    Typing {
        sender: SenderView,
        on: bool,
    },
    Ack {
        client_id: &'a str,
        seq: i64,
    },
    Error {
        code: &'a str,
        message: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        client_id: Option<&'a str>,
    },
    Pong,
}

pub async fn connect(
    State(app): State<Arc<App>>,
    Query(open): Query<Open>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    let customer = caller(&app, &open.token).await?.0;
    own(&app, &customer, &open.conversation).await?;
    let language = super::accept_language(&headers).unwrap_or(Language::Zh);
    let lifecycle = app.lifecycle.clone();
    Ok(upgrade.max_message_size(FRAME).on_upgrade(move |socket| async move {
        // Through the lifecycle, so that a stop waits for what this socket has accepted.
        let served = lifecycle.spawn(async move {
            let mut session = Session { app, customer, id: open.conversation, after: open.after, language };
            if let Err(e) = session.serve(socket).await {
                tracing::debug!(error = %e, "a customer's socket ended");
            }
        });
        let _ = served.await;
    }))
}

struct Session {
    app: Arc<App>,
    customer: Customer,
    id: String,
    after: i64,
    language: Language,
}

type Sink = futures_util::stream::SplitSink<WebSocket, Frame>;

async fn tell(sink: &mut Sink, out: &Out<'_>) -> anyhow::Result<()> {
    sink.send(Frame::Text(serde_json::to_string(out)?.into())).await?;
    Ok(())
}

impl Session {
    async fn serve(&mut self, socket: WebSocket) -> anyhow::Result<()> {
        let (mut sink, mut stream) = socket.split();
        let mut events = self.app.hub.subscribe();
        let stopping = self.app.lifecycle.stopping();
        metrics::gauge!("kefu_sockets", "side" => "customer").increment(1.0);
        let _gauge = Gauge;
        let mut waiting = self.news(&mut sink).await?;
        let mut queue_news = tokio::time::interval(QUEUE_NEWS);
        queue_news.reset();
        loop {
            tokio::select! {
                frame = tokio::time::timeout(IDLE, stream.next()) => match frame {
                    Err(_) | Ok(None) => return Ok(()),
                    Ok(Some(frame)) => match frame? {
                        Frame::Text(text) => self.receive(&mut sink, &text).await?,
                        Frame::Close(_) => return Ok(()),
                        Frame::Binary(_) => self.refuse(&mut sink, &Error::invalid("只接受文本帧。", "Only text frames are taken."), None).await?,
                        Frame::Ping(_) | Frame::Pong(_) => {}
                    },
                },
                event = events.recv() => match event {
                    Ok(Event::Conversation(id)) if id == self.id => waiting = self.news(&mut sink).await?,
                    Ok(Event::Queue) if waiting => waiting = self.news(&mut sink).await?,
                    Ok(Event::Typing { conversation, who, name, on }) if conversation == self.id && who != Typist::Customer => {
                        tell(&mut sink, &Out::Typing { sender: typist_view(who, name), on }).await?;
                    }
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => waiting = self.news(&mut sink).await?,
                    Err(RecvError::Closed) => return Ok(()),
                },
                _ = queue_news.tick(), if waiting => waiting = self.news(&mut sink).await?,
                () = stopping.cancelled() => {
                    sink.send(Frame::Close(None)).await?;
                    return Ok(());
                }
            }
        }
    }

    /// Everything after what was told last, and the conversation as it stands. `true` while the customer waits.
    async fn news(&mut self, sink: &mut Sink) -> anyhow::Result<bool> {
        loop {
            let messages = self.app.store.messages_after(&self.id, self.after, 200).await?;
            let Some(last) = messages.last() else { break };
            self.after = last.seq;
            for message in for_customer(&messages) {
                tell(sink, &Out::Message { message }).await?;
            }
        }
        let conversation = own(&self.app, &self.customer, &self.id).await?;
        let view = chat_view(&self.app, &conversation).await?;
        let waiting = view.queue.is_some();
        tell(sink, &Out::Conversation { conversation: view }).await?;
        Ok(waiting)
    }

    async fn receive(&mut self, sink: &mut Sink, text: &str) -> anyhow::Result<()> {
        match serde_json::from_str::<In>(text) {
            Err(e) => {
                let e = Error::client(
                    axum::http::StatusCode::BAD_REQUEST,
                    "bad_json",
                    format!("消息格式不对：{e}"),
                    format!("The frame is not understood: {e}"),
                );
                self.refuse(sink, &e, None).await
            }
            Ok(In::Ping) => tell(sink, &Out::Pong).await,
            Ok(In::Typing { on }) => {
                self.app.hub.publish(Event::Typing {
                    conversation: self.id.clone(),
                    who: Typist::Customer,
                    name: None,
                    on,
                });
                Ok(())
            }
            Ok(In::Send(request)) => {
                let client_id = request.client_id.clone();
                let conversation = own(&self.app, &self.customer, &self.id).await?;
                match say(&self.app, &self.customer, &conversation, request).await {
                    Ok(said) => tell(sink, &Out::Ack { client_id: &client_id, seq: said.message.seq }).await,
                    Err(e) => self.refuse(sink, &e, Some(&client_id)).await,
                }
            }
        }
    }

    async fn refuse(&self, sink: &mut Sink, e: &Error, client_id: Option<&str>) -> anyhow::Result<()> {
        if !matches!(e, Error::Client { .. }) {
            tracing::error!(error = %e, "a customer's message failed");
        }
        tell(sink, &Out::Error { code: e.code(), message: e.message(self.language), client_id }).await
    }
}

/// Counts down when the socket ends, however it ends.
struct Gauge;

impl Drop for Gauge {
    fn drop(&mut self) {
        metrics::gauge!("kefu_sockets", "side" => "customer").decrement(1.0);
    }
}
