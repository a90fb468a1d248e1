//! A customer with a conversation of their own, over the chat API.

use super::{Reply, http, unique, until};
use reqwest::Method;
use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub struct Customer {
    pub base: String,
    pub token: String,
    /// The conversation.
    pub id: String,
    pub session: Value,
    /// Last seq that this customer has seen.
    pub seen: i64,
}

impl Customer {
    pub async fn visitor(base: &str, language: &str) -> Customer {
        Customer::session(base, json!({"language": language})).await
    }

    pub async fn signed_in(base: &str, token: &str, language: &str) -> Customer {
        Customer::session(base, json!({"customer_token": token, "language": language})).await
    }

    pub async fn session(base: &str, request: Value) -> Customer {
        let session = Reply::of(http().post(format!("{base}/api/v1/chat/session")).json(&request)).await.ok();
        Customer::of(base, session)
    }

    /// From the answer to a request for a session.
    pub fn of(base: &str, session: Value) -> Customer {
        Customer {
            base: base.to_owned(),
            token: session["token"].as_str().unwrap().to_owned(),
            id: session["conversation"]["id"].as_str().unwrap().to_owned(),
            seen: session["conversation"]["last_seq"].as_i64().unwrap(),
            session,
        }
    }

    /// The same customer on a server that has started again on another port.
    pub fn moved_to(mut self, base: &str) -> Customer {
        base.clone_into(&mut self.base);
        self
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        http()
            .request(method, format!("{}/api/v1/chat/conversations/{}{path}", self.base, self.id))
            .bearer_auth(&self.token)
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        Reply::of(self.request(Method::POST, path).json(body)).await
    }

    pub async fn send(&self, client_id: &str, text: &str) -> Reply {
        self.post("/messages", &json!({"client_id": client_id, "text": text})).await
    }

    /// Says it and returns its seq.
    pub async fn say(&self, text: &str) -> i64 {
        let reply = self.send(&unique("m"), text).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.body["seq"].as_i64().unwrap()
    }

    /// Conversation and messages after `after`, waiting up to `wait` seconds for something new.
    pub async fn poll(&self, after: i64, wait: u64) -> Value {
        Reply::of(self.request(Method::GET, &format!("/messages?after={after}&wait={wait}"))).await.ok()
    }

    pub async fn messages(&self, after: i64) -> Vec<Value> {
        self.poll(after, 0).await["messages"].as_array().unwrap().clone()
    }

    pub async fn conversation(&self) -> Value {
        self.poll(i64::MAX, 0).await["conversation"].clone()
    }

    /// Everything after `seq` as soon as the bot has said something there.
    pub async fn answer_to(&mut self, seq: i64) -> Vec<Value> {
        let messages = until("the bot's answer", async || {
            let messages = self.poll(seq, 5).await["messages"].as_array().unwrap().clone();
            messages.iter().any(|m| m["sender"]["kind"] == "bot").then_some(messages)
        })
        .await;
        self.seen = messages.last().unwrap()["seq"].as_i64().unwrap();
        messages
    }

    pub async fn ask(&mut self, text: &str) -> Vec<Value> {
        let seq = self.say(text).await;
        self.answer_to(seq).await
    }

    /// Presses a button that the bot offered.
    pub async fn press(&mut self, title: &str, payload: &str) -> Vec<Value> {
        let reply =
            self.post("/messages", &json!({"client_id": unique("b"), "text": title, "payload": payload})).await.ok();
        self.answer_to(reply["seq"].as_i64().unwrap()).await
    }

    /// Waits until something of this type has happened after `seq`.
    pub async fn event(&self, after: i64, kind: &str) -> Value {
        until(&format!("the event {kind}"), async || {
            let messages = self.poll(after, 2).await["messages"].as_array().unwrap().clone();
            messages.into_iter().find(|m| m["event"]["type"] == kind)
        })
        .await
    }

    pub async fn holder(&self) -> String {
        self.conversation().await["holder"].as_str().unwrap().to_owned()
    }

    pub fn socket_url(&self, after: i64) -> String {
        let ws = self.base.replacen("http", "ws", 1);
        format!("{ws}/api/v1/chat/ws?token={}&conversation={}&after={after}", self.token, self.id)
    }
}

/// What the bot said, in one piece.
pub fn texts(messages: &[Value]) -> String {
    let said = |m: &&Value| m["sender"]["kind"].as_str().is_none_or(|k| k == "bot");
    messages.iter().filter(said).filter_map(|m| m["text"].as_str()).collect::<Vec<_>>().join("\n")
}
