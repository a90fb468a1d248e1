//! Several wishes in one turn: questions are answered first, then one dialog after the other; none is forgotten, and two
//! questions of dialogs never stand side by side.

use super::Replying;
use crate::conversation::Next;
use crate::dialog::{Later, Step, agrees};
use crate::evidence::look;
use crate::hear::Input;
use crate::policy::{ACTIONS, Move};
use nlu::understanding::EntityKind;
use serde_json::{Value, json};
use std::time::Instant;

/// Ways of giving something back share one dialog.
const GIVING_BACK: &[&str] = &["request_return", "request_refund", "request_exchange"];
/// What is quoted of a question above its answer.
const QUOTED: usize = 40;

impl Replying<'_> {
    /// Policy → search → act for each thing that the customer wants; then back to the open question.
    pub(super) async fn wishes(&mut self, declined: bool) {
        self.todo = std::mem::take(&mut self.heard.wishes);
        self.todo.sort_by_key(|w| turn_of(&w.intent));
        self.share = self.todo.iter().filter(|w| turn_of(&w.intent) == 0).count().max(1);
        let (depth, waiting) = (self.state.stack.len(), self.state.later.len());
        let (mut asks_again, mut only_talk, mut understood) = (false, true, false);
        let mut answers: Vec<(usize, String)> = Vec::new();
        let mut first_dialog: Option<(usize, String)> = None;
        while !self.todo.is_empty() {
            let wish = self.todo.remove(0);
            let dialog = turn_of(&wish.intent) > PERSON && wish.confidence >= self.work.parts.policy.action_confidence;
            if let Some((_, open)) = first_dialog.as_ref().filter(|_| dialog) {
                self.wait(&wish, &open.clone());
                continue;
            }
            let since = Instant::now();
            self.found = look(self.work.parts, &wish, self.work.language, &self.state.topics);
            self.trace_search(since);
            let since = Instant::now();
            // A dialog that was opened just now has asked nothing yet.
            let (rule, what) = self.decide(&wish, declined || self.state.stack.len() > depth);
            self.work.trace.step("policy", format!("{rule} → {what:?}"), since);
            if matches!(what, Move::BadAnswer) && asks_again {
                continue;
            }
            self.rule(rule);
            let before = self.work.say.len();
            if let Move::Begin(intent) = &what {
                self.drop_rejected(&wish);
                first_dialog = Some((self.work.say.len(), intent.clone()));
            } else if !matches!(what, Move::Talk(_) | Move::Goodbye | Move::Escalate(_) | Move::BadAnswer) {
                answers.push((before, wish.text.clone()));
            }
            asks_again |=
                declined && matches!(what, Move::FromGraph | Move::FromArticle { .. } | Move::Talk(_) | Move::Show(_));
            only_talk &= matches!(what, Move::Talk(_));
            self.understood = true;
            self.apply(&wish, what).await;
            understood |= self.understood;
            answers.retain(|(at, _)| *at < self.work.say.len());
            if !matches!(self.next, Next::Stay) {
                break;
            }
            // A dialog that is done at once leaves room for the next.
            if self.state.stack.len() <= depth && self.work.customer().signed_in {
                first_dialog = None;
            }
        }
        self.understood = understood;
        self.head_answers(&answers);
        if let Some((at, open)) = first_dialog.filter(|_| self.state.later.len() > waiting) {
            self.announce(at, &open);
        }
        if asks_again
            && matches!(self.next, Next::Stay)
            && !self.state.stack.is_empty()
            && self.state.stack.len() == depth
        {
            // A list of orders is not read out again only because somebody said thanks.
            match self.state.current().map(|f| &f.task) {
                Some(task) if only_talk && task.lists_orders() => {
                    let wish = task.intent();
                    self.work.say("still_open", json!({ "wish": wish }));
                }
                _ => self.ask_again("back_to_question").await,
            }
        }
    }

    /// Begun when the open dialog is finished, unless it is about the same.
    fn wait(&mut self, wish: &Input, open: &str) {
        let names_another =
            wish.entity(EntityKind::OrderNumber).is_some() || wish.entity(EntityKind::Product).is_some();
        let same = |i: &str| GIVING_BACK.contains(&i) && GIVING_BACK.contains(&open);
        // Whoever has to sign in first says it again afterwards.
        if self.work.customer().signed_in && (!same(&wish.intent) || names_another) {
            self.state.postpone(wish);
        }
    }

    /// "Not cancel it, change the address": the cancellation is over.
    fn drop_rejected(&mut self, wish: &Input) {
        if self.state.current().is_some_and(|f| f.task.rejected_by(wish)) {
            self.state.stack.pop();
            self.work.say("stopped", json!({}));
        }
    }

    /// With two answers or more, each says what it is about.
    fn head_answers(&mut self, answers: &[(usize, String)]) {
        if answers.len() < 2 {
            return;
        }
        for (at, question) in answers {
            let trimmed = question.trim_matches(|c: char| !c.is_alphanumeric());
            let mut words: String = trimmed.chars().take(QUOTED).collect();
            if words.len() < trimmed.len() {
                words.push('…');
            }
            let head = self.work.text("about_question", json!({ "words": words }));
            if let Some(answer) = self.work.say.get_mut(*at) {
                answer.text = format!("{head}\n{}", answer.text);
            }
        }
    }

    /// "One thing at a time: first …, then …."
    fn announce(&mut self, at: usize, open: &str) {
        if !matches!(self.next, Next::Stay) {
            return;
        }
        let then: Vec<Value> = self.state.later.iter().map(|l| json!(self.wish_name(&l.intent))).collect();
        let intro = self.work.text("one_by_one", json!({ "first": self.wish_name(open), "then": then }));
        if let Some(answer) = self.work.say.get_mut(at) {
            answer.text = format!("{intro}\n{}", answer.text);
        }
    }

    fn wish_name(&self, intent: &str) -> String {
        let key = format!("wish_{intent}");
        let known = self.work.parts.responses.keys().any(|k| k == key);
        if known { self.work.text(&key, json!({})) } else { intent.to_owned() }
    }

    /// In an open dialog: is there something to ask beside what answers it? Then `wishes` are the asides, and `all` is the rest.
    pub(super) fn split_answer(&mut self) -> bool {
        let Some(open) = self.state.current().filter(|f| !f.task.dictating()).map(|f| f.task.intent()) else {
            return false;
        };
        let clauses = &self.heard.clauses;
        let beside =
            |c: &&Input| turn_of(&c.intent) == 0 && crate::policy::is_question_intent(&c.intent) || wants(c, open);
        let asides: Vec<Input> = clauses.iter().filter(beside).cloned().collect();
        let rest: Vec<&Input> = clauses.iter().filter(|c| !beside(c)).collect();
        let Some(first) = rest.first() else { return false };
        if asides.is_empty() {
            return false;
        }
        let mut all = (*first).clone();
        for more in rest.iter().skip(1) {
            all.text = format!("{}\n{}", all.text, more.text);
            all.meant = format!("{}\n{}", all.meant, more.meant);
            all.entities.extend(more.entities.iter().cloned());
        }
        all.rejected.clone_from(&self.heard.all.rejected);
        self.heard.all = all;
        self.heard.wishes = asides;
        true
    }

    /// The asides are answered, then the dialog hears the rest. False: it was no answer, `wishes` has still to be served.
    pub(super) async fn answer_and_ask(&mut self) -> bool {
        let rest = self.heard.all.clone();
        // "Yes, and how do I get an invoice?" is not clear enough to change anything: the question stays open.
        if agrees(&rest.text) || rest.intent == "affirm" {
            return false;
        }
        let since = Instant::now();
        let asides = std::mem::take(&mut self.heard.wishes);
        let (questions, actions): (Vec<Input>, Vec<Input>) = asides.into_iter().partition(|w| turn_of(&w.intent) == 0);
        self.share = questions.len().max(1);
        let mut answers = Vec::new();
        for wish in &questions {
            self.found = look(self.work.parts, wish, self.work.language, &self.state.topics);
            let (rule, what) = self.decide(wish, true);
            self.rule(rule);
            if matches!(what, Move::FromGraph | Move::FromArticle { .. } | Move::Choices | Move::DontKnow) {
                answers.push((self.work.say.len(), wish.text.clone()));
                self.apply(wish, what).await;
            }
        }
        answers.retain(|(at, _)| *at < self.work.say.len());
        self.head_answers(&answers);
        let step = match self.state.stack.last_mut() {
            Some(frame) => frame.task.hear(&mut self.work, &rest).await,
            None => Step::NotAnAnswer,
        };
        let heard = format!("beside {} question(s): {}", questions.len(), super::step_name(&step));
        self.work.trace.step("dialog", heard, since);
        actions.iter().for_each(|w| self.state.postpone(w));
        if step == Step::NotAnAnswer {
            if answers.is_empty() && !actions.is_empty() {
                self.state.later.clear();
                self.heard.wishes = actions;
                return false;
            }
            self.ask_again("back_to_question").await;
            return true;
        }
        if let Some(frame) = self.state.stack.last_mut() {
            frame.bad_answers = 0;
        }
        self.answered = true;
        self.follow(step).await;
        true
    }

    /// The button or the "yes" to `offer_next`; everything else drops what was offered.
    pub(super) async fn take_offer(&mut self) -> bool {
        if !self.state.stack.is_empty() || self.state.later.is_empty() {
            return false;
        }
        if self.heard.all.intent == "next_wish" && self.heard.all.payload.is_some() {
            self.rule("next_wish");
            return true;
        }
        self.state.later.clear();
        false
    }

    /// When a dialog is finished, the next wish begins; when it was dropped, the next is only offered.
    pub(super) async fn go_on(&mut self) {
        while self.state.stack.is_empty() && matches!(self.next, Next::Stay) && !self.state.later.is_empty() {
            let wish = self.wish_name(&self.state.later[0].intent);
            if self.dropped {
                self.work.yes = Some("/next_wish".to_owned());
                let buttons =
                    vec![self.work.button("button_go_on", "/next_wish"), self.work.button("button_no_thanks", "/stop")];
                self.work.ask("offer_next", json!({ "wish": wish }), buttons);
                return;
            }
            let later = self.state.later.remove(0);
            let intro = self.work.text("now_next", json!({ "wish": wish }));
            let before = self.work.say.len();
            let input = waited(&later, &self.heard.all);
            self.rule("later");
            self.begin(&later.intent, &input).await;
            if let Some(answer) = self.work.say.get_mut(before) {
                answer.text = format!("{intro}\n{}", answer.text);
            }
        }
    }

    /// What is left undone goes into the packet of the agent.
    pub(super) fn note_open_wishes(&mut self) {
        let waiting: Vec<(String, String)> = std::mem::take(&mut self.state.later)
            .into_iter()
            .map(|l| (l.intent, l.text))
            .chain(std::mem::take(&mut self.todo).into_iter().map(|w| (w.intent, w.text)))
            .collect();
        for (intent, text) in waiting {
            let text = crate::facts::clean(&text);
            self.work.try_note(format!("still to do: {intent}: {text}"));
        }
    }
}

/// The stored wish as if it was said now; it confirms nothing, a dialog that begins only asks.
fn waited(later: &Later, now: &Input) -> Input {
    Input {
        text: later.text.clone(),
        meant: later.text.clone(),
        rejected: Vec::new(),
        payload: None,
        intent: later.intent.clone(),
        confidence: 1.0,
        ranking: Vec::new(),
        entities: later.entities.clone(),
        embedding: None,
        words: true,
        foreign: false,
        question: false,
        parts: now.parts.clone(),
    }
}

const PERSON: u8 = 1;

/// Answers first; then a person, who does the rest; then what only reads orders, what changes something, and complaints.
fn turn_of(intent: &str) -> u8 {
    match intent {
        "talk_to_human" => PERSON,
        "order_status" | "track_parcel" => 2,
        "complaint" => 4,
        other if ACTIONS.contains(&other) => 3,
        _ => 0,
    }
}

/// Another action than the open dialog's.
fn wants(clause: &Input, open: &str) -> bool {
    let same = clause.intent == open || (GIVING_BACK.contains(&clause.intent.as_str()) && GIVING_BACK.contains(&open));
    ACTIONS.contains(&clause.intent.as_str()) && !same
}
