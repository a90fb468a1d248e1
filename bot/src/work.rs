//! What one reply works with: sentences to say, buttons to offer, actions to run, and the trace of it all.

use crate::action::{Action, ActionError, Slots};
use crate::conversation::{Answer, Button, Change, Citation, Customer, Language, Turn};
use crate::facts::{Address, Order, day};
use crate::reply::BotParts;
use crate::trace::{ActionCalled, Trace};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

/// The connected order system's actions, by name.
#[derive(Clone, Default)]
pub struct Actions(BTreeMap<String, Arc<dyn Action>>);

impl Actions {
    pub fn new(actions: impl IntoIterator<Item = Arc<dyn Action>>) -> Self {
        Self(actions.into_iter().map(|a| (a.spec().name.clone(), a)).collect())
    }

    pub fn get(&self, name: &str) -> Option<&Arc<dyn Action>> {
        self.0.get(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl fmt::Debug for Actions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// How a writing action ended, after reading back.
pub(crate) enum Written {
    Done(Box<Order>),
    Refused(String),
    /// Nothing was changed.
    Unavailable,
    /// It may or may not have happened.
    Unknown,
}

pub(crate) struct Work<'a> {
    pub parts: &'a BotParts,
    pub turn: &'a Turn<'a>,
    pub language: Language,
    /// Seq of the newest message: picks variants of sentences.
    pub seq: i64,
    pub say: Vec<Answer>,
    pub trace: Trace,
    /// For the agent who may take over, oldest first.
    pub tried: Vec<String>,
    /// Counts confirmation questions, so that an old button cannot confirm a new question.
    pub asked: u32,
    /// Things that went wrong in this turn.
    pub failures: u8,
    /// What "yes" stands for when no dialog is open.
    pub yes: Option<String>,
    pub changed: Vec<Change>,
    orders: Option<Vec<Order>>,
}

impl<'a> Work<'a> {
    pub fn new(parts: &'a BotParts, turn: &'a Turn<'a>, language: Language, asked: u32) -> Self {
        Self {
            parts,
            turn,
            language,
            seq: turn.said.last().map_or(0, |m| m.seq),
            say: Vec::new(),
            trace: Trace::default(),
            tried: Vec::new(),
            asked,
            failures: 0,
            yes: None,
            changed: Vec::new(),
            orders: None,
        }
    }

    pub fn customer(&self) -> &Customer {
        &self.turn.conversation.customer
    }

    /// A response template in the customer's language.
    pub fn text(&self, key: &str, with: Value) -> String {
        match self.parts.responses.render(key, self.language, self.seq, &with) {
            Ok(text) => text,
            Err(error) => {
                tracing::error!(%error, key, "response missing");
                match self.language {
                    Language::Zh => "抱歉，我这边出了点问题。".to_owned(),
                    Language::En => "Sorry, something went wrong on my side.".to_owned(),
                }
            }
        }
    }

    pub fn say(&mut self, key: &str, with: Value) {
        let text = self.text(key, with);
        self.say_text(text, Vec::new());
    }

    pub fn ask(&mut self, key: &str, with: Value, buttons: Vec<Button>) {
        let text = self.text(key, with);
        self.say.push(Answer { text, buttons, citations: Vec::new() });
    }

    pub fn say_text(&mut self, text: String, citations: Vec<Citation>) {
        self.say.push(Answer { text, buttons: Vec::new(), citations });
    }

    pub fn button(&self, title_key: &str, payload: impl Into<String>) -> Button {
        Button { title: self.text(title_key, json!({})), payload: payload.into() }
    }

    /// "Talk to a person": pressed, or simply "yes".
    pub fn human_button(&mut self) -> Button {
        self.yes = Some("/talk_to_human".to_owned());
        self.button("button_human", "/talk_to_human")
    }

    pub fn try_note(&mut self, note: impl Into<String>) {
        self.tried.push(note.into());
    }

    pub fn status(&self, order: &Order) -> String {
        let key = format!("status_{}", order.status);
        if self.parts.responses.keys().any(|k| k == key) { self.text(&key, json!({})) } else { order.status.clone() }
    }

    /// What templates may say about an order.
    pub fn order_facts(&self, order: &Order) -> Value {
        let when = |at: Option<i64>| at.map(|at| day(at, self.language)).unwrap_or_default();
        json!({
            "id": order.id,
            "state": order.status,
            "status": self.status(order),
            "items": order.item_names(self.language),
            "total": crate::facts::money(order.total, &order.currency),
            "created": day(order.created_at, self.language),
            "shipped": when(order.shipped_at),
            "delivered": when(order.delivered_at),
            "promised": when(order.promised_at),
            "address": order.address.line(self.language),
            "carrier": order.carrier.clone().unwrap_or_default(),
            "tracking_number": order.tracking_number.clone().unwrap_or_default(),
            "after_sales": order.after_sales.as_ref().map(|r| r.kind.clone()).unwrap_or_default(),
        })
    }

    pub async fn run(&mut self, name: &str, slots: Value, key: &str) -> Result<Value, ActionError> {
        let since = Instant::now();
        let slots: Slots = match slots {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        let result = match self.parts.actions.get(name) {
            None => Err(ActionError::Unavailable(format!("no action {name}"))),
            Some(action) => match action.spec().required.iter().find(|slot| !slots.contains_key(*slot)) {
                Some(slot) => Err(ActionError::Unavailable(format!("{name} needs {slot}"))),
                None => action.run(self.customer(), &slots, key).await.map(|o| o.facts),
            },
        };
        let outcome = match &result {
            Ok(_) => "ok".to_owned(),
            Err(ActionError::Refused { code, .. }) => format!("refused: {code}"),
            Err(ActionError::Unavailable(_)) => "unavailable".to_owned(),
            Err(ActionError::Unknown(_)) => "unknown".to_owned(),
        };
        let about = slots.get("order").and_then(Value::as_str).map(|o| format!(" {o}")).unwrap_or_default();
        self.try_note(format!("{name}{about}: {outcome}"));
        self.trace.step("act", format!("{name}{about}: {outcome}"), since);
        self.trace.actions.push(ActionCalled { name: name.to_owned(), result: outcome });
        if result.is_err() {
            self.failures += 1;
        }
        result
    }

    /// The customer's orders, newest first; read once per turn.
    pub async fn orders(&mut self) -> Result<Vec<Order>, ActionError> {
        if let Some(orders) = &self.orders {
            return Ok(orders.clone());
        }
        let facts = self.run("list_orders", json!({}), "").await?;
        let orders =
            Order::read_list(&facts).ok_or_else(|| ActionError::Unknown("list_orders: no list of orders".into()))?;
        self.orders = Some(orders.clone());
        Ok(orders)
    }

    pub async fn order(&mut self, id: &str) -> Result<Order, ActionError> {
        let facts = self.run("get_order", json!({ "order": id }), "").await?;
        Order::read(&facts)
            .filter(|o| o.id.eq_ignore_ascii_case(id))
            .ok_or_else(|| ActionError::Unknown("get_order: not an order".into()))
    }

    /// Calls a writing action once, reads the order back and holds it against what was asked.
    ///
    /// `confirmed` is the seq of the message that said yes: the same turn run again after a crash has the same key.
    pub async fn write(
        &mut self,
        action: &str,
        order: &str,
        slots: Value,
        confirmed: i64,
        as_asked: impl Fn(&Order) -> bool,
    ) -> Written {
        let key = format!("{}:{confirmed}:{action}", self.turn.conversation.id);
        match self.run(action, slots, &key).await {
            Ok(_) => {}
            Err(ActionError::Refused { code, .. }) => return Written::Refused(code),
            Err(ActionError::Unavailable(_)) => return Written::Unavailable,
            Err(ActionError::Unknown(_)) => return Written::Unknown,
        }
        self.orders = None;
        match self.order(order).await {
            Ok(found) if as_asked(&found) => {
                self.changed.push(Change { action: action.to_owned(), order: found.id.clone() });
                Written::Done(Box::new(found))
            }
            Ok(_) => {
                self.try_note(format!("{action} {order}: read back, not as asked"));
                Written::Unknown
            }
            Err(_) => Written::Unknown,
        }
    }

    /// An address as templates show it.
    pub fn line(&self, address: &Address) -> String {
        address.line(self.language)
    }
}
