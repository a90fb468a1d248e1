//! Return, exchange or refund of a delivered order.

use super::cancel_order::{listed_reason, reason_buttons, reason_of};
use super::consent::{Consent, calls_off, consent, refuses, settles};
use super::pick::{Picked, choices, ids, mean_this, names_order, pick, refuses_this, says_this};
use super::{Step, explain_again, interrupts, reading_failed, sign_in_first};
use crate::conversation::{Answer, Reason};
use crate::evidence::{PolicyFound, policy_of, products_named};
use crate::facts::{Item, Order, days_end};
use crate::hear::Input;
use crate::work::{Work, Written};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Return,
    Exchange,
    Refund,
}

impl Kind {
    pub(super) fn intent(self) -> &'static str {
        match self {
            Kind::Return => "request_return",
            Kind::Exchange => "request_exchange",
            Kind::Refund => "request_refund",
        }
    }

    fn code(self) -> &'static str {
        match self {
            Kind::Return => "return",
            Kind::Exchange => "exchange",
            Kind::Refund => "refund",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AfterSales {
    pub kind: Kind,
    #[serde(default)]
    pub order: Option<String>,
    #[serde(default)]
    pub offered: Vec<String>,
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub stage: Stage,
    #[serde(default)]
    pub question: u32,
    /// The number that was named is unknown: even a single order is no answer before it is named.
    #[serde(default)]
    pub unsure: bool,
    /// The policy for this order was told already.
    #[serde(default)]
    pub told: Option<String>,
    /// Products that the customer named: of several things in an order, these are meant.
    #[serde(default)]
    pub named: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    #[default]
    Order,
    Reason,
    Confirm,
}

const YES: &[&str] = &["确认提交", "提交", "提交吧", "submit", "submit it", "yes submit it"];
/// Where the graph knows no rule: the legal period.
const DAYS: u16 = 7;
const REASONS: &[&str] = &["quality", "damaged", "wrong_item", "not_as_described", "changed_mind"];

impl AfterSales {
    pub(super) fn of(kind: Kind) -> Self {
        Self {
            kind,
            order: None,
            offered: Vec::new(),
            reason: None,
            stage: Stage::Order,
            question: 0,
            unsure: false,
            told: None,
            named: Vec::new(),
        }
    }

    /// Questions about returns are answered in between; a changed wish (exchange instead of return) changes the kind.
    fn own(&self) -> [&'static str; 3] {
        ["request_return", "request_exchange", "request_refund"]
    }

    pub(super) fn slots(&self) -> Map<String, Value> {
        let mut slots = Map::new();
        slots.insert("kind".into(), json!(self.kind.code()));
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
            return sign_in_first(work, self.kind.intent());
        }
        let Ok(orders) = work.orders().await else { return reading_failed(work) };
        self.named = products_named(work.parts, &input.meant);
        match pick(work, input, &orders, &[], None).await {
            Err(_) => reading_failed(work),
            Ok(Picked::One(order)) => self.choose(work, &order),
            Ok(Picked::NotYours(number)) => {
                work.say("order_not_found", json!({ "number": number }));
                self.unsure = true;
                self.among(work, &orders)
            }
            Ok(Picked::Several(some)) if some.iter().any(returnable) => self.among(work, &some),
            Ok(_) => self.among(work, &orders),
        }
    }

    fn among(&mut self, work: &mut Work<'_>, orders: &[Order]) -> Step {
        let arrived: Vec<Order> = orders.iter().filter(|o| returnable(o)).cloned().collect();
        match arrived.as_slice() {
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
                self.offered = ids(&arrived, work.parts.policy.orders_offered);
                let (list, buttons) = choices(work, &arrived);
                work.ask("which_order_return", json!({ "orders": list, "kind": self.kind.code() }), buttons);
                Step::Ask
            }
        }
    }

    fn choose(&mut self, work: &mut Work<'_>, order: &Order) -> Step {
        self.unsure = false;
        let facts = work.order_facts(order);
        let kind = self.kind.code();
        if !returnable(order) {
            work.try_note(format!("{} {}: not possible ({})", self.kind.intent(), order.id, order.status));
            let mut buttons = Vec::new();
            if order.changeable() {
                // Nothing was sent yet: cancelling gives the money back.
                buttons
                    .push(work.button("button_cancel_order", format!("/cancel_order{}", json!({ "order": order.id }))));
            }
            let human = work.human_button();
            buttons.push(human);
            if order.changeable() {
                work.yes = None;
            }
            work.ask("return_not_possible", json!({ "order": facts, "kind": kind }), buttons);
            return Step::Done;
        }
        if self.order.as_deref() != Some(order.id.as_str()) {
            self.order = Some(order.id.clone());
            self.told = None;
        }
        // The policy for what was bought comes first, with its source; the shop has the last word when it is asked.
        if self.told.is_none() {
            let items: Vec<&Item> = meant(&self.named, order);
            let about = Order { items: items.iter().map(|i| (*i).clone()).collect(), ..order.clone() };
            let facts = work.order_facts(&about);
            let policies: Vec<PolicyFound> =
                items.iter().take(3).filter_map(|i| policy_of(work.parts, &i.product_id, work.language)).collect();
            self.told = Some(order.id.clone());
            let excluded = !items.is_empty() && policies.len() == items.len() && policies.iter().all(|p| p.excluded);
            for policy in policies.iter().take(1) {
                work.say.push(Answer {
                    text: policy.text.clone(),
                    buttons: Vec::new(),
                    citations: vec![policy.citation.clone()],
                });
            }
            if excluded {
                work.try_note(format!("{} {}: the policy excludes it", self.kind.intent(), order.id));
                let human = work.human_button();
                work.ask("return_excluded", json!({ "order": facts, "kind": kind }), vec![human]);
                return Step::Done;
            }
            let days = policies.iter().filter_map(|p| p.days).max().unwrap_or(DAYS);
            let last = order.delivered_at.and_then(|at| days_end(at, days));
            if last.is_some_and(|last| work.turn.now >= last) {
                work.try_note(format!("{} {}: {days} days are over", self.kind.intent(), order.id));
                let human = work.human_button();
                work.ask("return_too_late", json!({ "order": facts, "kind": kind, "days": days }), vec![human]);
                return Step::Done;
            }
        }
        if self.reason.is_none() {
            self.stage = Stage::Reason;
            let buttons = reason_buttons(work, REASONS);
            work.ask("ask_return_reason", json!({ "order": facts, "kind": kind }), buttons);
        } else {
            self.stage = Stage::Confirm;
            work.asked += 1;
            self.question = work.asked;
            let buttons = vec![
                work.button("button_confirm", format!("/affirm{}", json!({ "question": self.question }))),
                work.button("button_not_now", format!("/deny{}", json!({ "question": self.question }))),
            ];
            work.ask("confirm_return", json!({ "order": facts, "kind": kind, "reason": self.reason }), buttons);
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
        let named_reason =
            self.stage == Stage::Reason && (listed_reason(work, input, REASONS).is_some() || explains(input));
        if self.stage == Stage::Confirm && input.payload.is_none() && calls_off(&input.text) {
            work.say("stopped", json!({}));
            return Step::Done;
        }
        let chooses = self.order.is_none() && names_order(input);
        let settles = self.stage == Stage::Confirm && settles(work, input, self.question, YES);
        if !named_reason && !settles && !chooses && interrupts(work, input, &self.own()) {
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
        let changed = self.changes_kind(work, input);
        match pick(work, input, &orders, &self.offered, self.order.as_deref()).await {
            Err(_) => return reading_failed(work),
            Ok(Picked::One(order)) if self.order.as_deref() != Some(order.id.as_str()) => {
                return self.choose(work, &order);
            }
            Ok(Picked::Several(some)) if some.iter().any(returnable) => {
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
        if changed {
            return self.ask(work).await;
        }
        let order = match self.find(work, &orders).await {
            Ok(Some(order)) => order,
            Ok(None) => return Step::NotAnAnswer,
            Err(step) => return step,
        };
        // "I want to return the bra" names a thing of the order; it is no reason.
        if self.stage == Stage::Reason && !named_reason && self.names_item(work, input, &order) {
            self.told = None;
            return self.choose(work, &order);
        }
        match self.stage {
            Stage::Order => Step::NotAnAnswer,
            Stage::Reason if !named_reason && refuses(work, input) => self.let_go(work, &order),
            Stage::Reason => match reason_of(work, input, REASONS) {
                Some(reason) => {
                    self.reason = Some(reason);
                    self.choose(work, &order)
                }
                None => Step::NotAnAnswer,
            },
            Stage::Confirm => match consent(work, input, self.question, YES) {
                Consent::Yes(seq) => self.write(work, &order, seq).await,
                Consent::No => self.let_go(work, &order),
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

    fn names_item(&mut self, work: &Work<'_>, input: &Input, order: &Order) -> bool {
        let named = products_named(work.parts, &input.meant);
        let some = order.items.iter().filter(|i| named.contains(&i.product_id)).count();
        let wishes = self.own().contains(&input.intent.as_str());
        if order.items.len() < 2 || some == 0 || !wishes || named == self.named {
            return false;
        }
        self.named = named;
        true
    }

    /// "Exchange it instead".
    fn changes_kind(&mut self, work: &Work<'_>, input: &Input) -> bool {
        let floor = work.parts.policy.interrupt_confidence;
        let wanted = [Kind::Return, Kind::Exchange, Kind::Refund]
            .into_iter()
            .find(|k| *k != self.kind && input.is(k.intent(), floor));
        if let Some(kind) = wanted {
            self.kind = kind;
        }
        wanted.is_some()
    }

    fn let_go(&self, work: &mut Work<'_>, order: &Order) -> Step {
        work.say("return_dropped", json!({ "order": work.order_facts(order), "kind": self.kind.code() }));
        Step::Done
    }

    async fn write(&mut self, work: &mut Work<'_>, order: &Order, seq: i64) -> Step {
        let kind = self.kind.code();
        let slots = json!({ "order": order.id, "kind": kind, "reason": self.reason.clone().unwrap_or_default() });
        let facts = work.order_facts(order);
        let requested = |found: &Order| {
            matches!(found.status.as_str(), "return_requested" | "refunded")
                && found.after_sales.as_ref().is_some_and(|r| r.kind == kind)
        };
        match work.write("request_return", &order.id, slots, seq, requested).await {
            Written::Done(found) => {
                let number = found.after_sales.as_ref().map(|r| r.id.clone()).unwrap_or_default();
                work.say("return_done", json!({ "order": work.order_facts(&found), "kind": kind, "number": number }));
                Step::Done
            }
            Written::Refused(code) => {
                let human = work.human_button();
                let key = match code.as_str() {
                    "return_window_over" => "return_window_over",
                    "already_requested" => "return_already",
                    "not_returnable" => "return_excluded",
                    _ => "refused",
                };
                work.ask(key, json!({ "order": facts, "code": code, "kind": kind }), vec![human]);
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

/// "There is something wrong with it" sounds like a complaint, but tells why; who wants to complain says so.
fn explains(input: &Input) -> bool {
    let text = input.text.to_lowercase();
    let wants = ["投诉", "举报", "complain", "report you"].iter().any(|w| text.contains(w));
    input.payload.is_none() && input.intent == "complaint" && !input.question && !wants
}

/// The items that were named, or all.
fn meant<'o>(named: &[String], order: &'o Order) -> Vec<&'o Item> {
    let some: Vec<&Item> = order.items.iter().filter(|i| named.contains(&i.product_id)).collect();
    if some.is_empty() { order.items.iter().collect() } else { some }
}

fn returnable(order: &Order) -> bool {
    order.status == "delivered"
}
