//! Change the delivery address of an order that has not been packed yet.

use super::address::{complete, corrected, named};
use super::consent::{Consent, calls_off, consent, settles};
use super::pick::{Picked, choices, ids, mean_this, names_order, pick, refuses_this, says_this};
use super::which_place::WhichPlace;
use super::{Step, explain_again, interrupts, reading_failed, sign_in_first};
use crate::conversation::Reason;
use crate::facts::{Address, Order};
use crate::hear::Input;
use crate::work::{Work, Written};
use nlu::understanding::EntityKind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangeAddress {
    pub order: Option<String>,
    pub offered: Vec<String>,
    /// Only what the customer said.
    pub address: Address,
    pub stage: Stage,
    /// Number of the open confirmation question.
    pub question: u32,
    /// The number that was named is unknown: even a single order is no answer before it is named.
    #[serde(default)]
    pub unsure: bool,
    /// The places named do not fit together; which of them is meant is the open question.
    #[serde(default)]
    pub which: Option<Box<WhichPlace>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    #[default]
    Order,
    Address,
    Confirm,
    /// The customer said no to the confirmation: the address noted so far is known to be wrong somewhere.
    Correct,
}

const OWN: &[&str] = &["change_address", "ask_order_change"];
const YES: &[&str] = &["确认修改", "确定修改", "改吧", "change it", "yes change it"];

impl ChangeAddress {
    pub(super) fn slots(&self) -> Map<String, Value> {
        let mut slots = Map::new();
        if let Some(order) = &self.order {
            slots.insert("order".into(), json!(order));
        }
        if !self.address.is_empty() {
            slots.insert("address".into(), json!(self.address));
        }
        slots
    }

    pub(super) async fn begin(&mut self, work: &mut Work<'_>, input: &Input) -> Step {
        if !work.customer().signed_in {
            return sign_in_first(work, "change_address");
        }
        let Ok(orders) = work.orders().await else { return reading_failed(work) };
        self.address.update(named(input));
        self.which = WhichPlace::of(input).map(Box::new);
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

    /// Which of these? Only those that can still be changed are offered.
    fn among(&mut self, work: &mut Work<'_>, orders: &[Order]) -> Step {
        let open: Vec<Order> = orders.iter().filter(|o| o.changeable()).cloned().collect();
        match open.as_slice() {
            // The one that was meant is not there; the others are nobody's business now.
            [] if self.unsure => Step::Done,
            [] => match orders.first() {
                Some(newest) => self.too_late(work, &newest.clone()),
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
                work.ask("which_order_address", json!({ "orders": list }), buttons);
                Step::Ask
            }
        }
    }

    fn choose(&mut self, work: &mut Work<'_>, order: &Order) -> Step {
        self.unsure = false;
        if !order.changeable() {
            return self.too_late(work, order);
        }
        self.order = Some(order.id.clone());
        self.next(work, order)
    }

    fn too_late(&mut self, work: &mut Work<'_>, order: &Order) -> Step {
        self.order = Some(order.id.clone());
        work.try_note(format!("change_address {}: too late ({})", order.id, order.status));
        let human = work.human_button();
        work.ask("address_too_late", json!({ "order": work.order_facts(order) }), vec![human]);
        Step::Done
    }

    /// Asks for what is missing, or for the confirmation.
    fn next(&mut self, work: &mut Work<'_>, order: &Order) -> Step {
        let facts = work.order_facts(order);
        self.stage = Stage::Address;
        if let Some(which) = &self.which {
            which.ask(work);
        } else if self.address.is_empty() {
            work.ask("ask_address", json!({ "order": facts }), Vec::new());
        } else if self.address.names_place() && self.address.city.is_empty() {
            work.ask("ask_city", json!({ "order": facts, "so_far": work.line(&self.address) }), Vec::new());
        } else if self.address.names_place() && self.address.street.is_empty() {
            work.ask("ask_street", json!({ "order": facts, "so_far": work.line(&self.address) }), Vec::new());
        } else {
            let wanted = self.address.over(&order.address);
            if wanted.same_as(&order.address) {
                work.ask("address_same", json!({ "order": facts }), Vec::new());
                self.address = Address::default();
                return Step::Ask;
            }
            if wanted.recipient.is_empty() || wanted.phone.is_empty() {
                work.ask("ask_recipient", json!({ "order": facts, "so_far": work.line(&wanted) }), Vec::new());
                return Step::Ask;
            }
            self.stage = Stage::Confirm;
            work.asked += 1;
            self.question = work.asked;
            let buttons = vec![
                work.button("button_confirm", format!("/affirm{}", json!({ "question": self.question }))),
                work.button("button_change", format!("/deny{}", json!({ "question": self.question }))),
            ];
            let new = work.line(&wanted);
            work.ask("confirm_address", json!({ "order": facts, "new": new }), buttons);
        }
        Step::Ask
    }

    pub(super) async fn ask(&mut self, work: &mut Work<'_>) -> Step {
        let Ok(orders) = work.orders().await else { return reading_failed(work) };
        match self.order.clone() {
            None => self.among(work, &orders),
            Some(id) => match self.fresh(work, &id, &orders).await {
                Ok(order) if self.stage == Stage::Correct && order.changeable() => self.ask_what_else(work, &order),
                Ok(order) => self.choose(work, &order),
                Err(step) => step,
            },
        }
    }

    fn ask_what_else(&mut self, work: &mut Work<'_>, order: &Order) -> Step {
        self.stage = Stage::Correct;
        work.ask("ask_what_else", json!({ "order": work.order_facts(order) }), Vec::new());
        Step::Ask
    }

    async fn fresh(&self, work: &mut Work<'_>, id: &str, orders: &[Order]) -> Result<Order, Step> {
        if let Some(order) = orders.iter().find(|o| o.id == id) {
            return Ok(order.clone());
        }
        work.order(id).await.map_err(|_| reading_failed(work))
    }

    pub(super) async fn hear(&mut self, work: &mut Work<'_>, input: &Input) -> Step {
        let said = named(input);
        let names_address = said.names_place() && (!said.city.is_empty() || !said.street.is_empty());
        if self.stage == Stage::Confirm && input.payload.is_none() && calls_off(&input.text) {
            work.say("stopped", json!({}));
            return Step::Done;
        }
        if self.settle_place(input) {
            return self.ask(work).await;
        }
        let chooses = self.order.is_none() && names_order(input);
        let settles = self.stage == Stage::Confirm && settles(work, input, self.question, YES);
        if !names_address && !settles && !chooses && interrupts(work, input, OWN) {
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
        let picked = match pick(work, input, &orders, &self.offered, self.order.as_deref()).await {
            Ok(picked) => picked,
            Err(_) => return reading_failed(work),
        };
        match picked {
            Picked::One(order) if self.order.as_deref() != Some(order.id.as_str()) => {
                self.address.update(said);
                return self.choose(work, &order);
            }
            Picked::Several(some) if some.iter().any(Order::changeable) => {
                self.order = None;
                return self.among(work, &some);
            }
            Picked::NotYours(number) => {
                work.say("order_not_found", json!({ "number": number }));
                self.order = None;
                self.unsure = true;
                return self.among(work, &orders);
            }
            _ => {}
        }
        let Some(id) = self.order.clone() else {
            if said.is_empty() {
                return Step::NotAnAnswer;
            }
            // The address came before the choice of the order: it is kept.
            self.address.update(said);
            return self.ask(work).await;
        };
        let order = match self.fresh(work, &id, &orders).await {
            Ok(order) => order,
            Err(step) => return step,
        };
        if self.stage == Stage::Confirm && said.is_empty() {
            return match consent(work, input, self.question, YES) {
                Consent::Yes(seq) => self.write(work, &order, seq).await,
                Consent::No if input.payload.is_none() && self.correct(&input.text, work.turn.now) => {
                    self.choose(work, &order)
                }
                Consent::Correction if self.correct(&input.text, work.turn.now) => self.choose(work, &order),
                Consent::No | Consent::Correction => self.ask_what_else(work, &order),
                Consent::Doubt => {
                    let before = work.say.len();
                    let step = self.choose(work, &order);
                    explain_again(work, before);
                    step
                }
                Consent::Unclear => Step::NotAnAnswer,
            };
        }
        if self.take(said, input, work.turn.now) { self.choose(work, &order) } else { Step::NotAnAnswer }
    }

    /// Places that contradict each other come up, or the question about them is answered.
    fn settle_place(&mut self, input: &Input) -> bool {
        if let Some(which) = WhichPlace::of(input) {
            self.address.update(named(input));
            self.which = Some(Box::new(which));
            self.stage = Stage::Address;
            return true;
        }
        // A whole new address, typed or by a button, answers as well.
        let Some(which) = self.which.take() else { return false };
        if input.payload.is_some() || input.entity(EntityKind::Address).is_some() {
            return false;
        }
        match which.chosen(&input.text) {
            Some(address) => {
                self.address.update(address);
                true
            }
            None => {
                self.which = Some(which);
                false
            }
        }
    }

    /// "No, it's number 89" says what is wrong and what is right.
    fn correct(&mut self, text: &str, now: i64) -> bool {
        let Some(found) = corrected(&self.address, text, now) else { return false };
        self.address.update(found);
        true
    }

    fn take(&mut self, mut said: Address, input: &Input, now: i64) -> bool {
        if self.stage == Stage::Correct && input.payload.is_none() && said.is_empty() {
            return self.correct(&input.text, now);
        }
        if input.payload.is_none()
            && input.entity(EntityKind::Address).is_none()
            && let Some(found) = complete(&self.address, &input.text, now)
        {
            let Address { recipient, phone, .. } = said;
            said = found;
            said.update(Address { recipient, phone, ..Address::default() });
        }
        if said.is_empty() {
            return false;
        }
        self.address.update(said);
        true
    }

    async fn write(&mut self, work: &mut Work<'_>, order: &Order, seq: i64) -> Step {
        let wanted = self.address.over(&order.address);
        let slots = json!({ "order": order.id, "address": wanted });
        let facts = work.order_facts(order);
        match work.write("change_address", &order.id, slots, seq, |found| found.address.same_as(&wanted)).await {
            Written::Done(found) => {
                work.say("address_done", json!({ "order": work.order_facts(&found) }));
                Step::Done
            }
            Written::Refused(code) => {
                let human = work.human_button();
                let key = match code.as_str() {
                    "order_packed" | "order_shipped" => "address_too_late_now",
                    "invalid_address" => "address_refused_invalid",
                    _ => "refused",
                };
                work.ask(key, json!({ "order": facts, "code": code }), vec![human]);
                if code == "invalid_address" {
                    self.stage = Stage::Address;
                    self.address = Address::default();
                    return Step::Ask;
                }
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
