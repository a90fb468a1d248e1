//! What the bot can do with orders. Who asks comes from the conversation, what is asked from the slots; both are
//! checked here before anything is sent.

use super::check::is_order_id;
use super::client::{OrderClient, not_found};
use super::wire::{Address, CancelRequest, MAX_TEXT, OrderList, ReturnKind, ReturnRequest, Status};
use bot::action::{Action, ActionError, ActionSpec, Outcome, Slots};
use bot::conversation::Customer;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// How many orders a customer can choose from in a chat.
const LISTED: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    ListOrders,
    GetOrder,
    TrackOrder,
    ChangeAddress,
    CancelOrder,
    RequestReturn,
}

impl Kind {
    const ALL: [Kind; 6] = [
        Kind::ListOrders,
        Kind::GetOrder,
        Kind::TrackOrder,
        Kind::ChangeAddress,
        Kind::CancelOrder,
        Kind::RequestReturn,
    ];

    fn spec(self) -> ActionSpec {
        let (name, writes, required): (_, _, &[&str]) = match self {
            Kind::ListOrders => ("list_orders", false, &[]),
            Kind::GetOrder => ("get_order", false, &["order"]),
            Kind::TrackOrder => ("track_order", false, &["order"]),
            Kind::ChangeAddress => ("change_address", true, &["order", "address"]),
            Kind::CancelOrder => ("cancel_order", true, &["order", "reason"]),
            Kind::RequestReturn => ("request_return", true, &["order", "kind", "reason"]),
        };
        ActionSpec { name: name.to_owned(), writes, required: required.iter().map(|s| (*s).to_owned()).collect() }
    }
}

struct OrderAction {
    kind: Kind,
    spec: ActionSpec,
    client: OrderClient,
}

/// All six, by name.
pub fn actions(client: &OrderClient) -> HashMap<String, Arc<dyn Action>> {
    Kind::ALL
        .into_iter()
        .map(|kind| {
            let spec = kind.spec();
            let name = spec.name.clone();
            (name, Arc::new(OrderAction { kind, spec, client: client.clone() }) as Arc<dyn Action>)
        })
        .collect()
}

#[async_trait::async_trait]
impl Action for OrderAction {
    fn spec(&self) -> &ActionSpec {
        &self.spec
    }

    async fn run(&self, customer: &Customer, slots: &Slots, idempotency_key: &str) -> Result<Outcome, ActionError> {
        if !customer.signed_in {
            return Err(refused("not_signed_in", "Only a signed-in customer's orders can be seen or changed."));
        }
        if self.spec.writes && idempotency_key.is_empty() {
            return Err(ActionError::Unavailable("a change needs an idempotency key".to_owned()));
        }
        let (client, who) = (&self.client, customer.id.0.as_str());
        match self.kind {
            Kind::ListOrders => {
                let orders = client.customer_orders(who, &statuses(slots)?, LISTED).await?;
                facts(&OrderList { orders })
            }
            Kind::GetOrder => facts(&client.order(who, &order_id(slots)?).await?),
            Kind::TrackOrder => facts(&client.tracking(who, &order_id(slots)?).await?),
            Kind::ChangeAddress => {
                let id = order_id(slots)?;
                let mut address = address_fields(slots)?;
                // Customers name a new place, seldom a new person.
                if address.recipient.is_empty() || address.phone.is_empty() || address.country.is_empty() {
                    let old = client.order(who, &id).await?.address;
                    for (field, old) in [
                        (&mut address.recipient, old.recipient),
                        (&mut address.phone, old.phone),
                        (&mut address.country, old.country),
                    ] {
                        if field.is_empty() {
                            *field = old;
                        }
                    }
                }
                let problems = address.problems();
                if !problems.is_empty() {
                    let text: Vec<String> = problems.iter().map(|(field, p)| format!("{field} {p}")).collect();
                    return Err(refused("invalid_address", &text.join("; ")));
                }
                facts(&client.change_address(who, &id, &address, idempotency_key).await?)
            }
            Kind::CancelOrder => {
                let request = CancelRequest { reason: reason(slots)? };
                facts(&client.cancel(who, &order_id(slots)?, &request, idempotency_key).await?)
            }
            Kind::RequestReturn => {
                let kind = slots
                    .get("kind")
                    .and_then(Value::as_str)
                    .and_then(ReturnKind::parse)
                    .ok_or_else(|| refused("invalid_request", "kind must be return, exchange or refund"))?;
                let request = ReturnRequest { kind, reason: reason(slots)? };
                facts(&client.request_return(who, &order_id(slots)?, &request, idempotency_key).await?)
            }
        }
    }
}

fn refused(code: &str, message: &str) -> ActionError {
    ActionError::Refused { code: code.to_owned(), message: message.to_owned() }
}

fn facts<T: Serialize>(value: &T) -> Result<Outcome, ActionError> {
    serde_json::to_value(value).map(|facts| Outcome { facts }).map_err(|e| ActionError::Unknown(e.to_string()))
}

/// What cannot be an order's number is not sent anywhere: there is no such order.
fn order_id(slots: &Slots) -> Result<String, ActionError> {
    let id = slots.get("order").and_then(Value::as_str).map(|s| s.trim().to_ascii_uppercase()).unwrap_or_default();
    if is_order_id(&id) { Ok(id) } else { Err(not_found()) }
}

/// People write line breaks and tabs; an order's fields are one line each.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A long story is cut short: the whole of it stands in the conversation, and no change should fail for it.
fn reason(slots: &Slots) -> Result<String, ActionError> {
    let reason = one_line(slots.get("reason").and_then(Value::as_str).unwrap_or_default());
    if reason.is_empty() {
        return Err(refused("invalid_request", "reason is required"));
    }
    if reason.chars().count() <= MAX_TEXT {
        return Ok(reason);
    }
    Ok(reason.chars().take(MAX_TEXT - 1).chain(['…']).collect())
}

fn statuses(slots: &Slots) -> Result<Vec<Status>, ActionError> {
    let names: Vec<&str> = match slots.get("status") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().map(|n| n.as_str().unwrap_or_default()).collect(),
        Some(_) => vec![""],
    };
    names
        .into_iter()
        .map(|name| Status::parse(name).ok_or_else(|| refused("invalid_request", "status is not a status of an order")))
        .collect()
}

fn address_fields(slots: &Slots) -> Result<Address, ActionError> {
    let Some(Value::Object(given)) = slots.get("address") else {
        return Err(refused("invalid_address", "address must be an object with the fields of an address"));
    };
    let mut address = Address::default();
    for name in Address::FIELDS {
        let value = match given.get(name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(value)) => one_line(value),
            Some(_) => {
                return Err(refused("invalid_address", &format!("{name} must be a text")));
            }
        };
        if let Some(field) = address.field_mut(name) {
            *field = value;
        }
    }
    Ok(address)
}
