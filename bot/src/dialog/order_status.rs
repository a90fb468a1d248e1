//! How is my order? Reads one order and explains its state and what comes next.

use super::pick::{Picked, choices, ids, pick};
use super::{Step, interrupts, reading_failed, sign_in_first};
use crate::facts::Order;
use crate::hear::Input;
use crate::work::Work;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrderStatus {
    pub offered: Vec<String>,
}

const OWN: &[&str] = &["order_status", "track_parcel"];

impl OrderStatus {
    pub(super) fn slots(&self) -> Map<String, Value> {
        Map::new()
    }

    pub(super) async fn begin(&mut self, work: &mut Work<'_>, input: &Input) -> Step {
        if !work.customer().signed_in {
            return sign_in_first(work, "order_status");
        }
        self.look(work, input).await
    }

    async fn look(&mut self, work: &mut Work<'_>, input: &Input) -> Step {
        let Ok(orders) = work.orders().await else { return reading_failed(work) };
        match pick(work, input, &orders, &self.offered, None).await {
            Err(_) => reading_failed(work),
            Ok(Picked::One(order)) => explain(work, &order),
            Ok(Picked::Several(some)) => self.which(work, &some),
            Ok(Picked::NotYours(number)) => {
                work.say("order_not_found", json!({ "number": number }));
                if orders.is_empty() { Step::Done } else { self.which(work, &orders) }
            }
            Ok(Picked::Nothing) if self.offered.is_empty() => self.open_one(work, &orders, wants_list(&input.text)),
            Ok(Picked::Nothing) => Step::NotAnAnswer,
        }
    }

    /// Nobody asks after an order that arrived long ago: the only one under way is the one that is meant.
    fn open_one(&mut self, work: &mut Work<'_>, orders: &[Order], list: bool) -> Step {
        let mut sent = orders.iter().filter(|o| o.status == "shipped");
        if let (Some(one), None, false) = (sent.next(), sent.next(), list) {
            let step = explain(work, one);
            mention_others(work, orders, one);
            return step;
        }
        let open: Vec<&Order> =
            orders.iter().filter(|o| !matches!(o.status.as_str(), "delivered" | "cancelled" | "refunded")).collect();
        match (orders, open.as_slice()) {
            ([], _) => {
                work.say("no_orders", json!({}));
                Step::Done
            }
            ([one], _) => explain(work, one),
            (_, [one]) => explain(work, one),
            _ => self.which(work, orders),
        }
    }

    fn which(&mut self, work: &mut Work<'_>, orders: &[Order]) -> Step {
        self.offered = ids(orders, work.parts.policy.orders_offered);
        let (list, buttons) = choices(work, orders);
        work.ask("which_order", json!({ "orders": list }), buttons);
        Step::Ask
    }

    pub(super) async fn ask(&mut self, work: &mut Work<'_>) -> Step {
        let Ok(orders) = work.orders().await else { return reading_failed(work) };
        self.which(work, &orders)
    }

    pub(super) async fn hear(&mut self, work: &mut Work<'_>, input: &Input) -> Step {
        if interrupts(work, input, OWN) {
            return Step::NotAnAnswer;
        }
        self.look(work, input).await
    }
}

/// "All my orders" is a list, even when only one of them is under way.
fn wants_list(text: &str) -> bool {
    let text = text.to_lowercase();
    ["哪些", "所有", "全部", "列表", "orders"].iter().any(|w| text.contains(w))
}

/// After one order was taken for the one that is meant: the others can be asked for.
pub(super) fn mention_others(work: &mut Work<'_>, orders: &[Order], told: &Order) {
    let done = |o: &Order| matches!(o.status.as_str(), "delivered" | "cancelled" | "refunded");
    if orders.iter().any(|o| o.id != told.id && !done(o)) {
        let hint = work.text("other_orders", json!({}));
        if let Some(last) = work.say.last_mut() {
            last.text = format!("{}\n{hint}", last.text);
        }
    }
}

pub(super) fn explain(work: &mut Work<'_>, order: &Order) -> Step {
    let with = json!({ "order": order.id });
    let mut buttons = Vec::new();
    if order.changeable() {
        buttons.push(work.button("button_change_address", format!("/change_address{with}")));
        buttons.push(work.button("button_cancel_order", format!("/cancel_order{with}")));
    }
    if order.sent() && order.tracking_number.is_some() {
        buttons.push(work.button("button_track", format!("/track_parcel{with}")));
    }
    if order.status == "delivered" {
        buttons.push(work.button("button_return", format!("/request_return{with}")));
    }
    work.ask("order_state", json!({ "order": work.order_facts(order) }), buttons);
    Step::Done
}
