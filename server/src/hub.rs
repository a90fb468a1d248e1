//! Tells this node's sockets and waiting requests that something is new. A hint, never the truth: whoever hears
//! it reads the store, and whoever missed some (`Lagged`) reads everything again.

use serde::Serialize;
use tokio::sync::broadcast;

#[derive(Debug, Clone)]
pub enum Event {
    /// New messages, a new holder, a new rating: read the conversation again.
    Conversation(String),
    /// The queue's tickets or their order changed.
    Queue,
    /// Agents came, went or changed their presence.
    Presence,
    Typing {
        conversation: String,
        who: Typist,
        name: Option<String>,
        on: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Typist {
    Customer,
    Bot,
    Agent,
}

#[derive(Clone)]
pub struct Hub {
    events: broadcast::Sender<Event>,
}

impl Default for Hub {
    fn default() -> Self {
        Hub { events: broadcast::channel(4096).0 }
    }
}

impl Hub {
    pub fn publish(&self, event: Event) {
        // Nobody listening is fine.
        let _ = self.events.send(event);
    }

    /// Subscribe first, then read the store: nothing falls between the two.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }
}

/// Waits until something happens to this conversation; also returns after a lag, because then anything may have.
pub async fn conversation_event(events: &mut broadcast::Receiver<Event>, id: &str) {
    loop {
        match events.recv().await {
            Ok(Event::Conversation(c)) if c == id => return,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => return,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}
