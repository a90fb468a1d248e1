//! A WebSocket that speaks JSON.

use super::{Customer, DEADLINE, Staff};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub struct Socket {
    pub stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    pub async fn connect(
        url: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Socket, tokio_tungstenite::tungstenite::Error> {
        let mut request = url.into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        Ok(Socket { stream: connect_async(request).await?.0 })
    }

    pub async fn of(customer: &Customer, after: i64) -> Socket {
        Socket::connect(&customer.socket_url(after), &[]).await.unwrap()
    }

    pub async fn of_staff(staff: &Staff) -> Socket {
        let url = format!("{}/api/v1/staff/ws", staff.base.replacen("http", "ws", 1));
        Socket::connect(&url, &[("cookie", &staff.cookie)]).await.unwrap()
    }

    pub async fn send(&mut self, frame: &Value) {
        self.stream.send(Message::text(frame.to_string())).await.unwrap();
    }

    pub async fn say(&mut self, client_id: &str, text: &str) {
        self.send(&json!({"type": "send", "client_id": client_id, "text": text})).await;
    }

    /// The next frame; `None` when the socket was closed.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            let frame = tokio::time::timeout(DEADLINE, self.stream.next()).await.expect("a frame in time");
            match frame {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(text.as_str()).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Reads until a frame fits.
    pub async fn find(&mut self, what: &str, mut fits: impl FnMut(&Value) -> bool) -> Value {
        let read = async {
            loop {
                let frame = self.next().await.unwrap_or_else(|| panic!("the socket closed before {what}"));
                if fits(&frame) {
                    return frame;
                }
            }
        };
        tokio::time::timeout(DEADLINE, read).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
    }

    pub async fn ack(&mut self, client_id: &str) -> i64 {
        let ack = self.find("the ack", |f| f["type"] == "ack" && f["client_id"] == client_id).await;
        ack["seq"].as_i64().unwrap()
    }

    pub async fn bot_says(&mut self) -> Value {
        self.find("the bot's message", |f| f["type"] == "message" && f["message"]["sender"]["kind"] == "bot").await["message"].clone()
    }

    /// The connection is cut as by a tunnel: no closing handshake.
    pub fn cut(self) {
        drop(self);
    }
}
