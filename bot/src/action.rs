//! What the bot can do, as contracts: the server implements `Action` for the connected order system.

use crate::conversation::Customer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub type Slots = Map<String, Value>;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ActionSpec {
    /// `list_orders`, `get_order`, `track_order`, `change_address`, `cancel_order`, `request_return`.
    pub name: String,
    /// Does it change anything? Then it needs the customer's confirmation and an idempotency key.
    pub writes: bool,
    /// Names of the slots that must be filled.
    pub required: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Outcome {
    /// What the order system answered, e.g. the order after the change, or `{"orders":[…]}`.
    pub facts: Value,
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum ActionError {
    /// The order system understood and said no (`order_shipped`, `not_found`, …): nothing was changed.
    #[error("refused: {code}: {message}")]
    Refused { code: String, message: String },
    /// Not reached, timed out before sending, or overloaded: nothing was changed.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Sent, but the answer was lost or made no sense: it may or may not have happened.
    #[error("unknown: {0}")]
    Unknown(String),
}

/// One thing an order system can do for one customer. Implementations live in `server::orders`.
/// The customer's identity comes from the conversation, never from slots: nobody reads another's order.
#[async_trait::async_trait]
pub trait Action: Send + Sync {
    fn spec(&self) -> &ActionSpec;
    /// `idempotency_key` is the same when the same turn runs again after a crash; a reading action ignores it.
    async fn run(&self, customer: &Customer, slots: &Slots, idempotency_key: &str) -> Result<Outcome, ActionError>;
}
