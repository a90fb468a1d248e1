//! Cancel an order that has not been packed yet.

use super::consent::{Consent, consent, is_yes, refuses, settles};
use super::pick::{Picked, choices, ids, mean_this, names_order, pick, position, refuses_this, says_this};
use super::{Step, explain_again, interrupts, reading_failed, sign_in_first};
use crate::conversation::Reason;
use crate::facts::{Order, clean};
use crate::hear::Input;
use crate::work::{Work, Written};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CancelOrder {
    pub order: Option<String>,
    pub offered: Vec<String>,
    pub reason: Option<String>,
    pub stage: Stage,
    pub question: u32,
    /// The number that was named is unknown: even a single order is no answer before it is named.
    #[serde(default)]
    pub unsure: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    #[default]
    Order,
    Reason,
    Confirm,
}

const OWN: &[&str] = &["cancel_order"];
const YES: &[&str] = &["确认取消", "确定取消", "取消吧", "cancel it", "yes cancel it", "yes cancel the order"];
const REASONS: &[&str] = &["changed_mind", "wrong_choice", "cheaper_elsewhere", "too_slow"];

impl CancelOrder {
    pub(super) fn slots(&self) -> Map<String, Value> {
        let mut slots = Map::new();
        if let Some(order) = &self.order {
            slots.insert("order".into(), json!(order));
        }
        if let Some(reason) = &self.reason {
            slots.insert("reason".into(), json!(reason));
        }
        slots
    }

    pub(super) async fn begin(&mut self, work: &mut Work<'_>, input: &Input) -> Step {
        if !work.customer().signed_in {
            return sign_in_first(work, "cancel_order");
        }
        let Ok(orders) = work.orders().await else { return reading_failed(work) };
        match pick(work, input, &orders, &[], None).await {
            Err(_) => reading_failed(work),
            Ok(Picked::One(order)) => self.choose(work, &order),
            Ok(Picked::NotYours(number)) => {
                work.say("order_not_found", json!({ "number": number }));
                self.unsure = true;
                self.among(work, &orders)
            }
            Ok(Picked::Several(some)) if some.iter().any(Order::changeable) => self.among(work, &some),
            Ok(_) => self.among(work, &orders),
        }
    }

    fn among(&mut self, work: &mut Work<'_>, orders: &[Order]) -> Step {
        let open: Vec<Order> = orders.iter().filter(|o| o.changeable()).cloned().collect();
        match open.as_slice() {
            // The one that was meant is not there; the others are nobody's business now.
            [] if self.unsure => Step::Done,
            [] => match orders.first() {
                Some(newest) => self.choose(work, &newest.clone()),
                None => {
                    work.say("no_orders", json!({}));
                    Step::Done
                }
            },
            [one] if self.unsure => {
                self.stage = Stage::Order;
                self.offered = ids(std::slice::from_ref(one), 1);
                mean_this(work, one)
            }
            [one] => self.choose(work, &one.clone()),
            _ => {
                self.stage = Stage::Order;
                self.offered = ids(&open, work.parts.policy.orders_offered);
                let (list, buttons) = choices(work, &open);
                work.ask("which_order_cancel", json!({ "orders": list }), buttons);
                Step::Ask
            }
        }
    }

    fn choose(&mut self, work: &mut Work<'_>, order: &Order) -> Step {
        self.unsure = false;
        self.order = Some(order.id.clone());
        if !order.changeable() {
            return too_late(work, order);
        }
        let facts = work.order_facts(order);
        if self.reason.is_none() {
            self.stage = Stage::Reason;
            let buttons = reason_buttons(work, REASONS);
            work.ask("ask_cancel_reason", json!({ "order": facts }), buttons);
        } else {
            self.stage = Stage::Confirm;
            work.asked += 1;
            self.question = work.asked;
            let buttons = vec![
                work.button("button_confirm_cancel", format!("/affirm{}", json!({ "question": self.question }))),
                work.button("button_keep", format!("/deny{}", json!({ "question": self.question }))),
            ];
            work.ask("confirm_cancel", json!({ "order": facts, "reason": self.reason }), buttons);
        }
        Step::Ask
    }

    pub(super) async fn ask(&mut self, work: &mut Work<'_>) -> Step {
        let Ok(orders) = work.orders().await else { return reading_failed(work) };
        match self.find(work, &orders).await {
            Ok(Some(order)) => self.choose(work, &order),
            Ok(None) => self.among(work, &orders),
            Err(step) => step,
        }
    }

    async fn find(&self, work: &mut Work<'_>, orders: &[Order]) -> Result<Option<Order>, Step> {
        let Some(id) = &self.order else { return Ok(None) };
        if let Some(order) = orders.iter().find(|o| o.id == *id) {
            return Ok(Some(order.clone()));
        }
        work.order(id).await.map(Some).map_err(|_| reading_failed(work))
    }

    pub(super) async fn hear(&mut self, work: &mut Work<'_>, input: &Input) -> Step {
        let named_reason = self.stage == Stage::Reason && listed_reason(work, input, REASONS).is_some();
        let chooses = self.order.is_none() && names_order(input);
        let settles = self.stage == Stage::Confirm && settles(work, input, self.question, YES);
        if !named_reason && !settles && !chooses && interrupts(work, input, OWN) {
            return Step::NotAnAnswer;
        }
        let Ok(orders) = work.orders().await else { return reading_failed(work) };
        if self.unsure && self.order.is_none() && self.offered.len() == 1 {
            if says_this(input)
                && let Some(order) = orders.iter().find(|o| self.offered.contains(&o.id))
            {
                return self.choose(work, &order.clone());
            }
            if refuses_this(work, input) {
                work.say("stopped", json!({}));
                return Step::Done;
            }
        }
        match pick(work, input, &orders, &self.offered, self.order.as_deref()).await {
            Err(_) => return reading_failed(work),
            Ok(Picked::One(order)) if self.order.as_deref() != Some(order.id.as_str()) => {
                return self.choose(work, &order);
            }
            Ok(Picked::Several(some)) if some.iter().any(Order::changeable) => {
                self.order = None;
                return self.among(work, &some);
            }
            Ok(Picked::NotYours(number)) => {
                work.say("order_not_found", json!({ "number": number }));
                self.order = None;
                self.unsure = true;
                return self.among(work, &orders);
            }
            Ok(_) => {}
        }
        let order = match self.find(work, &orders).await {
            Ok(Some(order)) => order,
            Ok(None) => return Step::NotAnAnswer,
            Err(step) => return step,
        };
        match self.stage {
            Stage::Order => Step::NotAnAnswer,
            Stage::Reason if !named_reason && refuses(work, input) => self.keep(work, &order),
            Stage::Reason => match reason_of(work, input, REASONS) {
                Some(reason) => {
                    self.reason = Some(reason);
                    self.choose(work, &order)
                }
                None => Step::NotAnAnswer,
            },
            Stage::Confirm => match consent(work, input, self.question, YES) {
                Consent::Yes(seq) => self.write(work, &order, seq).await,
                Consent::No => self.keep(work, &order),
                // What exactly is different, only the customer knows: back to the question before.
                Consent::Correction => {
                    self.reason = None;
                    let before = work.say.len();
                    let step = self.choose(work, &order);
                    explain_again(work, before);
                    step
                }
                Consent::Doubt => {
                    let before = work.say.len();
                    let step = self.choose(work, &order);
                    explain_again(work, before);
                    step
                }
                Consent::Unclear => Step::NotAnAnswer,
            },
        }
    }

    fn keep(&self, work: &mut Work<'_>, order: &Order) -> Step {
        work.say("order_kept", json!({ "order": work.order_facts(order) }));
        Step::Done
    }

    async fn write(&mut self, work: &mut Work<'_>, order: &Order, seq: i64) -> Step {
        let slots = json!({ "order": order.id, "reason": self.reason.clone().unwrap_or_default() });
        let facts = work.order_facts(order);
        let cancelled = |found: &Order| matches!(found.status.as_str(), "cancelled" | "refunded");
        match work.write("cancel_order", &order.id, slots, seq, cancelled).await {
            Written::Done(found) => {
                work.say("cancel_done", json!({ "order": work.order_facts(&found), "was": order.status }));
                Step::Done
            }
            Written::Refused(code) => {
                let human = work.human_button();
                let key = match code.as_str() {
                    "order_packed" | "order_shipped" | "not_cancellable" => "cancel_too_late_now",
                    _ => "refused",
                };
                work.ask(key, json!({ "order": facts, "code": code }), vec![human]);
                Step::Done
            }
            Written::Unavailable => {
                work.say("write_unavailable", json!({ "order": facts }));
                Step::Handoff(Reason::ActionFailed)
            }
            Written::Unknown => {
                work.say("write_unknown", json!({ "order": facts }));
                Step::Handoff(Reason::ActionUnknown)
            }
        }
    }
}

fn too_late(work: &mut Work<'_>, order: &Order) -> Step {
    work.try_note(format!("cancel_order {}: too late ({})", order.id, order.status));
    let human = work.human_button();
    work.ask("cancel_too_late", json!({ "order": work.order_facts(order) }), vec![human]);
    Step::Done
}

pub(super) fn reason_buttons(work: &Work<'_>, reasons: &[&str]) -> Vec<crate::conversation::Button> {
    reasons.iter().map(|r| work.button(&format!("reason_{r}"), format!("/inform{}", json!({ "reason": r })))).collect()
}

/// A pressed reason, or one from the list by its number or its words.
pub(super) fn listed_reason(work: &Work<'_>, input: &Input, reasons: &[&str]) -> Option<String> {
    let label = |code: &str| work.text(&format!("reason_{code}"), json!({}));
    if let Some(pressed) = input.slot("reason") {
        return reasons.iter().find(|r| **r == pressed).map(|r| label(r));
    }
    let text = input.text.trim().to_lowercase();
    if let Some(at) = position(&text, reasons.len()).filter(|_| text.chars().count() <= 16) {
        return reasons.get(at).map(|r| label(r));
    }
    let says = |label: &String| {
        let label = label.to_lowercase();
        label == text || (!input.question && text.contains(&label))
    };
    reasons.iter().map(|r| label(r)).find(says)
}

/// The same, or the customer's own words.
pub(super) fn reason_of(work: &Work<'_>, input: &Input, reasons: &[&str]) -> Option<String> {
    let listed = listed_reason(work, input, reasons);
    if listed.is_some() || !input.words {
        return listed;
    }
    if let Some(pressed) = input.slot("reason") {
        return Some(clean(pressed));
    }
    let text = clean(&input.text);
    let says = input.payload.is_none() && text.chars().count() >= 2 && !input.question && !is_yes(&text);
    says.then_some(text)
}
