//! Dialogs: small state machines with slots. Their state is plain data that the store keeps between turns.
//!
//! A dialog hears the customer's input and answers with a `Step`. `NotAnAnswer` gives the input back to the policy: it may
//! be a question (answered, then the dialog asks again), another wish (pushed on top) or a bad answer (counted).

mod address;
mod after_sales;
mod cancel_order;
mod change_address;
mod complaint;
mod consent;
mod leave_message;
mod order_status;
mod pick;
mod track_parcel;
mod which_place;

pub use after_sales::Kind;
use consent::is_yes;
pub(crate) use consent::{agrees, declines, is_stop};
pub(crate) use pick::position;

use crate::conversation::{Button, Reason};
use crate::hear::Input;
use crate::policy::{ACTIONS, is_question_intent};
use crate::work::Work;
use after_sales::AfterSales;
use cancel_order::CancelOrder;
use change_address::ChangeAddress;
use complaint::Complaint;
use leave_message::LeaveMessage;
use nlu::MoodCourse;
use nlu::understanding::{Entity, EntityKind};
use order_status::OrderStatus;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use track_parcel::TrackParcel;

/// How deep wishes may be nested; the oldest is forgotten.
const DEPTH: usize = 4;
/// Whoever writes ten wishes in a message gets a person for the rest.
const WAITING: usize = 4;

/// What the bot remembers of a conversation between two turns.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DialogState {
    /// Open dialogs, the current one last.
    pub stack: Vec<Frame>,
    /// Turns in a row that were not understood, and that were annoyed.
    pub not_understood: u8,
    pub annoyed: u8,
    /// Things that went wrong in this conversation.
    pub failures: u8,
    /// Graph nodes last talked about, for "and the warranty?".
    pub topics: Vec<String>,
    /// Buttons of the last answer outside a dialog: "the second one".
    pub offered: Vec<Button>,
    /// What a bare "yes" stands for outside a dialog.
    pub yes: Option<String>,
    /// What was tried so far, for the agent who may take over.
    pub tried: Vec<String>,
    /// Confirmation questions asked so far.
    pub asked: u32,
    /// The last wish that was dealt with, for the agent who may take over.
    pub last: Option<Wish>,
    /// Wishes of one message that wait until the dialog before them is finished.
    pub later: Vec<Later>,
    pub mood: MoodCourse,
}

/// A wish that was said and not begun yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Later {
    pub intent: String,
    pub text: String,
    pub entities: Vec<Entity>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    pub intent: String,
    pub slots: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    #[serde(flatten)]
    pub task: Task,
    #[serde(default)]
    pub bad_answers: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "dialog", rename_all = "snake_case")]
pub enum Task {
    OrderStatus(OrderStatus),
    TrackParcel(TrackParcel),
    ChangeAddress(ChangeAddress),
    CancelOrder(CancelOrder),
    AfterSales(AfterSales),
    Complaint(Complaint),
    LeaveMessage(LeaveMessage),
}

/// What a dialog wants after it heard something. What it says is in `Work` already.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// A question is open.
    Ask,
    Done,
    Handoff(Reason),
    NotAnAnswer,
}

impl DialogState {
    pub fn current(&self) -> Option<&Frame> {
        self.stack.last()
    }

    /// Not now, but not forgotten.
    pub(crate) fn postpone(&mut self, input: &Input) {
        let later = Later { intent: input.intent.clone(), text: input.text.clone(), entities: input.entities.clone() };
        if self.later.len() < WAITING && !self.later.contains(&later) {
            self.later.push(later);
        }
    }

    /// The same wish said again starts afresh instead of waiting twice.
    pub(crate) fn push(&mut self, task: Task) {
        self.stack.retain(|f| f.task.intent() != task.intent());
        if self.stack.len() == DEPTH {
            self.stack.remove(0);
        }
        self.stack.push(Frame { task, bad_answers: 0 });
    }
}

impl Task {
    /// The dialog of an intent, if it has one.
    pub(crate) fn of(intent: &str) -> Option<Task> {
        Some(match intent {
            "order_status" => Task::OrderStatus(OrderStatus::default()),
            "track_parcel" => Task::TrackParcel(TrackParcel::default()),
            "change_address" => Task::ChangeAddress(ChangeAddress::default()),
            "cancel_order" => Task::CancelOrder(CancelOrder::default()),
            "request_return" => Task::AfterSales(AfterSales::of(Kind::Return)),
            "request_refund" => Task::AfterSales(AfterSales::of(Kind::Refund)),
            "request_exchange" => Task::AfterSales(AfterSales::of(Kind::Exchange)),
            "complaint" => Task::Complaint(Complaint::default()),
            _ => return None,
        })
    }

    pub(crate) fn leave_message(reason: Reason) -> Task {
        Task::LeaveMessage(LeaveMessage::of(reason))
    }

    pub fn intent(&self) -> &'static str {
        match self {
            Task::OrderStatus(_) => "order_status",
            Task::TrackParcel(_) => "track_parcel",
            Task::ChangeAddress(_) => "change_address",
            Task::CancelOrder(_) => "cancel_order",
            Task::AfterSales(a) => a.kind.intent(),
            Task::Complaint(_) => "complaint",
            Task::LeaveMessage(_) => "leave_message",
        }
    }

    /// The open question is a list of orders to choose from.
    pub(crate) fn lists_orders(&self) -> bool {
        match self {
            Task::OrderStatus(_) | Task::TrackParcel(_) => true,
            Task::ChangeAddress(t) => t.order.is_none(),
            Task::CancelOrder(t) => t.order.is_none(),
            Task::AfterSales(t) => t.order.is_none(),
            Task::Complaint(_) | Task::LeaveMessage(_) => false,
        }
    }

    /// "I don't want a refund" in a dialog that is about one.
    pub(crate) fn rejected_by(&self, input: &Input) -> bool {
        // "I don't want to stop it": of whatever is open.
        input.rejected.iter().any(|r| r == self.intent() || crate::policy::is_talk(r))
    }

    /// Ends in a change of an order.
    pub(crate) fn writes(&self) -> bool {
        matches!(self, Task::ChangeAddress(_) | Task::CancelOrder(_) | Task::AfterSales(_))
    }

    /// Waits for free text that a human will read.
    pub(crate) fn dictating(&self) -> bool {
        matches!(self, Task::Complaint(_) | Task::LeaveMessage(_))
    }

    /// What is known, for the packet that an agent gets.
    pub fn slots(&self) -> Map<String, Value> {
        match self {
            Task::OrderStatus(t) => t.slots(),
            Task::TrackParcel(t) => t.slots(),
            Task::ChangeAddress(t) => t.slots(),
            Task::CancelOrder(t) => t.slots(),
            Task::AfterSales(t) => t.slots(),
            Task::Complaint(t) => t.slots(),
            Task::LeaveMessage(t) => t.slots(),
        }
    }

    pub(crate) fn left_message(&self) -> Option<(Reason, crate::conversation::LeftMessage)> {
        match self {
            Task::LeaveMessage(t) => t.message(),
            _ => None,
        }
    }

    pub(crate) async fn begin(&mut self, work: &mut Work<'_>, input: &Input) -> Step {
        match self {
            Task::OrderStatus(t) => t.begin(work, input).await,
            Task::TrackParcel(t) => t.begin(work, input).await,
            Task::ChangeAddress(t) => t.begin(work, input).await,
            Task::CancelOrder(t) => t.begin(work, input).await,
            Task::AfterSales(t) => t.begin(work, input).await,
            Task::Complaint(t) => t.begin(work, input),
            Task::LeaveMessage(t) => t.begin(work),
        }
    }

    pub(crate) async fn hear(&mut self, work: &mut Work<'_>, input: &Input) -> Step {
        match self {
            Task::OrderStatus(t) => t.hear(work, input).await,
            Task::TrackParcel(t) => t.hear(work, input).await,
            Task::ChangeAddress(t) => t.hear(work, input).await,
            Task::CancelOrder(t) => t.hear(work, input).await,
            Task::AfterSales(t) => t.hear(work, input).await,
            Task::Complaint(t) => t.hear(work, input),
            Task::LeaveMessage(t) => t.hear(work, input),
        }
    }

    /// Asks the open question again.
    pub(crate) async fn ask(&mut self, work: &mut Work<'_>) -> Step {
        match self {
            Task::OrderStatus(t) => t.ask(work).await,
            Task::TrackParcel(t) => t.ask(work).await,
            Task::ChangeAddress(t) => t.ask(work).await,
            Task::CancelOrder(t) => t.ask(work).await,
            Task::AfterSales(t) => t.ask(work).await,
            Task::Complaint(t) => t.ask(work),
            Task::LeaveMessage(t) => t.begin(work),
        }
    }
}

/// Is this input about something else than the open question of the dialog with these intents?
pub(crate) fn interrupts(work: &Work<'_>, input: &Input, own: &[&str]) -> bool {
    if let Some(payload) = &input.payload {
        let answers = ["order", "affirm", "deny", "inform", "reason", "address", "other"];
        return !answers.contains(&payload.intent.as_str()) && !own.contains(&payload.intent.as_str());
    }
    let config = &work.parts.policy;
    // "Do not cancel it" looks like the wish to cancel.
    if consent::is_stop(&input.text) {
        return true;
    }
    if own.contains(&input.intent.as_str()) {
        return false;
    }
    if input.is("stop", config.end_confidence) {
        return true;
    }
    // "The second one", "yes", "no" answer the question, whatever else they look like.
    let short = input.text.chars().count() <= 16;
    if (short && position(&input.text.to_lowercase(), work.parts.policy.orders_offered).is_some())
        || is_yes(&input.text)
        || consent::is_no(&input.text)
    {
        return false;
    }
    // "No, I meant KF…": the right order for the open wish, not a question about it.
    if pick::corrects(&input.text.to_lowercase()) && input.entity(EntityKind::OrderNumber).is_some() {
        return false;
    }
    let sure = input.confidence >= config.interrupt_confidence;
    let asks = is_question_intent(&input.intent) && input.question;
    let wants = ACTIONS.contains(&input.intent.as_str()) || input.intent == "complaint";
    let chats = matches!(input.intent.as_str(), "greet" | "thanks" | "goodbye" | "small_talk" | "ask_capabilities");
    sure && (asks || wants || (chats && input.entities.is_empty()))
}

/// The confirmation is explained once more: what is asked from `before` on gets an introduction.
pub(crate) fn explain_again(work: &mut Work<'_>, before: usize) {
    let intro = work.text("only_when_confirmed", serde_json::json!({}));
    if let Some(answer) = work.say.get_mut(before) {
        answer.text = format!("{intro}\n{}", answer.text);
    }
}

/// An action that only reads failed, or a customer who is not signed in asks about orders: both end the dialog.
pub(crate) fn reading_failed(work: &mut Work<'_>) -> Step {
    work.say("shop_unreachable", serde_json::json!({}));
    Step::Handoff(Reason::ActionFailed)
}

pub(crate) fn sign_in_first(work: &mut Work<'_>, intent: &str) -> Step {
    let human = work.human_button();
    work.ask("sign_in_first", serde_json::json!({ "wish": intent }), vec![human]);
    work.try_note(format!("{intent}: not signed in"));
    Step::Done
}
