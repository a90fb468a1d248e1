//! Where is my parcel? The carrier's events in the customer's words.

use super::order_status::{explain, mention_others};
use super::pick::{Picked, choices, ids, pick};
use super::{Step, interrupts, reading_failed, sign_in_first};
use crate::action::ActionError;
use crate::facts::{Order, Tracking, day, day_time};
use crate::hear::Input;
use crate::work::Work;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrackParcel {
    pub offered: Vec<String>,
}

const OWN: &[&str] = &["order_status", "track_parcel"];
/// The newest events say where the parcel is; the whole list is on the carrier's page.
const EVENTS: usize = 3;

impl TrackParcel {
    pub(super) fn slots(&self) -> Map<String, Value> {
        Map::new()
    }

    pub(super) async fn begin(&mut self, work: &mut Work<'_>, input: &Input) -> Step {
        if !work.customer().signed_in {
            return sign_in_first(work, "track_parcel");
        }
        self.look(work, input).await
    }

    async fn look(&mut self, work: &mut Work<'_>, input: &Input) -> Step {
        let Ok(orders) = work.orders().await else { return reading_failed(work) };
        match pick(work, input, &orders, &self.offered, None).await {
            Err(_) => reading_failed(work),
            Ok(Picked::One(order)) => self.track(work, &order).await,
            Ok(Picked::Several(some)) => self.which(work, &some),
            Ok(Picked::NotYours(number)) => {
                work.say("order_not_found", json!({ "number": number }));
                if orders.is_empty() { Step::Done } else { self.which(work, &orders) }
            }
            Ok(Picked::Nothing) if self.offered.is_empty() => self.on_its_way(work, &orders).await,
            Ok(Picked::Nothing) => Step::NotAnAnswer,
        }
    }

    async fn on_its_way(&mut self, work: &mut Work<'_>, orders: &[Order]) -> Step {
        let shipped: Vec<Order> = orders.iter().filter(|o| o.status == "shipped").cloned().collect();
        match (shipped.as_slice(), orders.first()) {
            ([one], _) => {
                let step = self.track(work, one).await;
                if step == Step::Done {
                    mention_others(work, orders, one);
                }
                step
            }
            ([], Some(newest)) => self.track(work, &newest.clone()).await,
            ([], None) => {
                work.say("no_orders", json!({}));
                Step::Done
            }
            _ => self.which(work, &shipped),
        }
    }

    fn which(&mut self, work: &mut Work<'_>, orders: &[Order]) -> Step {
        self.offered = ids(orders, work.parts.policy.orders_offered);
        let (list, buttons) = choices(work, orders);
        work.ask("which_parcel", json!({ "orders": list }), buttons);
        Step::Ask
    }

    async fn track(&mut self, work: &mut Work<'_>, order: &Order) -> Step {
        // Nothing has left the warehouse: the order's state says more than an empty list of events.
        if !order.sent() && order.tracking_number.is_none() {
            return explain(work, order);
        }
        let facts = match work.run("track_order", json!({ "order": order.id }), "").await {
            Ok(facts) => facts,
            Err(ActionError::Refused { .. }) => return explain(work, order),
            Err(_) => return reading_failed(work),
        };
        let tracking: Tracking = serde_json::from_value(facts).unwrap_or_default();
        let language = work.language;
        let mut events: Vec<_> = tracking.events;
        events.sort_by_key(|e| std::cmp::Reverse(e.at));
        let lines: Vec<Value> = events
            .iter()
            .take(EVENTS)
            .map(|e| json!({ "at": day_time(e.at, language), "place": e.place.of(language), "text": e.text.of(language) }))
            .collect();
        let estimated = tracking.estimated_delivery.map(|at| day(at, language)).unwrap_or_default();
        work.say("parcel_state", json!({ "order": work.order_facts(order), "events": lines, "estimated": estimated }));
        Step::Done
    }

    pub(super) async fn ask(&mut self, work: &mut Work<'_>) -> Step {
        let Ok(orders) = work.orders().await else { return reading_failed(work) };
        let offered: Vec<Order> = orders.iter().filter(|o| self.offered.contains(&o.id)).cloned().collect();
        self.which(work, if offered.is_empty() { &orders } else { &offered })
    }

    pub(super) async fn hear(&mut self, work: &mut Work<'_>, input: &Input) -> Step {
        if interrupts(work, input, OWN) {
            return Step::NotAnAnswer;
        }
        self.look(work, input).await
    }
}
