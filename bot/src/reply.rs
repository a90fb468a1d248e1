//! `Bot::reply`: one turn in, one decision out, in seven steps.
//!
//! understand → resume the dialog → policy → search / graph → act → compose → judge. It never fails: an overloaded or
//! missing model, a failing order system, a broken template end in an apology and a human.

mod answers;
mod several;

use crate::conversation::{Decision, Next, Reason, Sender, Turn};
use crate::dialog::{DialogState, Step, Task, Wish};
use crate::evidence::Found;
use crate::hear::{Heard, Input, answer_to_offer, hear, language_of};
use crate::policy::{Evidence, Move, PolicyConfig, Situation, decide};
use crate::trace::PassageSeen;
use crate::work::Work;
use crate::{answer, escalate};
use nlu::MoodCourse;
use nlu::understanding::{Mood, Sentiment};
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;

pub use crate::work::Actions;

/// What a bot is made of; all of it can be swapped while it runs.
pub struct BotParts {
    pub nlu: Arc<nlu::Nlu>,
    pub knowledge: Arc<knowledge::Knowledge>,
    pub graph: kg::Shared,
    pub actions: Actions,
    pub responses: crate::answer::Responses,
    pub policy: PolicyConfig,
}

pub struct Bot {
    parts: BotParts,
}

/// How many steps are kept for the agent who may take over, and how many answers one turn may have.
const TRIED: usize = 12;
const ANSWERS: usize = 6;

impl Bot {
    pub fn new(parts: BotParts) -> Self {
        Self { parts }
    }

    pub(crate) fn parts(&self) -> &BotParts {
        &self.parts
    }

    pub async fn reply(&self, turn: Turn<'_>) -> Decision {
        let since = Instant::now();
        let state = turn.conversation.dialog.clone();
        match hear(&self.parts.nlu, &self.parts.policy, &turn).await {
            Ok(heard) => Replying::new(&self.parts, &turn, state, heard, since).run().await,
            Err(error) => {
                tracing::warn!(%error, conversation = %turn.conversation.id, "the bot could not understand: hand-off");
                self.apologise(&turn, &format!("understand: {error}"), since)
            }
        }
    }

    /// The answer when `reply` itself did not come back: an apology and a human. Changes nothing and asks nothing.
    pub fn failed(&self, turn: &Turn<'_>) -> Decision {
        self.apologise(turn, "the reply did not finish", Instant::now())
    }

    fn apologise(&self, turn: &Turn<'_>, why: &str, since: Instant) -> Decision {
        let state = &turn.conversation.dialog;
        let mut work = Work::new(&self.parts, turn, turn.conversation.language, state.asked);
        work.trace.step("understand", why, since);
        work.try_note(why);
        work.trace.rule = "bot_failed".to_owned();
        let key = if turn.agents_present { "handoff_bot_failed" } else { "handoff_bot_failed_nobody" };
        work.say(key, json!({}));
        let escalation = escalate::escalation(&work, state, None, Reason::BotFailed, Mood::Calm, None);
        Decision {
            say: work.say,
            // The numbers of confirmation questions go on, so that an old button never confirms a new question.
            dialog: DialogState { asked: state.asked, ..DialogState::default() },
            language: work.language,
            next: Next::Handoff(escalation),
            unanswered: false,
            changed: Vec::new(),
            trace: work.trace,
        }
    }
}

/// One reply while it is being made.
struct Replying<'a> {
    work: Work<'a>,
    state: DialogState,
    heard: Heard,
    next: Next,
    found: Found,
    understood: bool,
    unanswered: bool,
    /// The open dialog took what was said as its answer.
    answered: bool,
    /// Wishes of this turn that are not dealt with yet.
    todo: Vec<Input>,
    /// How many questions share this reply.
    share: usize,
    /// The customer dropped a dialog in this turn.
    dropped: bool,
    /// The mood before this turn.
    mood_before: MoodCourse,
}

impl<'a> Replying<'a> {
    fn new(parts: &'a BotParts, turn: &'a Turn<'a>, mut state: DialogState, mut heard: Heard, since: Instant) -> Self {
        answer_to_offer(&state, &mut heard);
        let mood_before = state.mood.clone();
        let unanswered = state.not_understood > 0 || state.current().is_some_and(|f| f.bad_answers > 0);
        state.mood.hear(heard.sentiment, said_before(turn, &heard.all), unanswered);
        let language = language_of(turn, &heard);
        let mut work = Work::new(parts, turn, language, state.asked);
        let all = &heard.all;
        work.trace.intent.clone_from(&all.intent);
        work.trace.confidence = all.confidence;
        work.trace.ranking = all.ranking.iter().take(5).cloned().collect();
        work.trace.entities.clone_from(&all.entities);
        work.trace.language = Some(language);
        work.trace.mood = Some(heard.sentiment.mood);
        let said = turn.said.len();
        let wishes: Vec<&str> = heard.wishes.iter().map(|w| w.intent.as_str()).collect();
        let wishes = if wishes.len() > 1 { format!(", wishes: {}", wishes.join(" + ")) } else { String::new() };
        let understood = format!("{} ({:.2}), {said} message(s){wishes}", all.intent, all.confidence);
        work.trace.step("understand", understood, since);
        Self {
            work,
            state,
            heard,
            next: Next::Stay,
            found: Found::default(),
            understood: true,
            unanswered: false,
            answered: false,
            todo: Vec::new(),
            share: 1,
            dropped: false,
            mood_before,
        }
    }

    async fn run(mut self) -> Decision {
        let mut declined = false;
        let mut settled = self.take_offer().await;
        if !self.state.stack.is_empty() && !settled {
            let since = Instant::now();
            let all = self.heard.all.clone();
            let (rule, what) = self.decide(&all, false);
            if what == Move::Resume && self.split_answer() {
                self.rule("several");
                settled = self.answer_and_ask().await;
                declined = !settled;
            } else if what == Move::Resume {
                let step = match self.state.stack.last_mut() {
                    Some(frame) => frame.task.hear(&mut self.work, &all).await,
                    None => Step::NotAnAnswer,
                };
                let dialog = self.state.current().map_or("none", |f| f.task.intent());
                self.work.trace.step("dialog", format!("{dialog}: {}", step_name(&step)), since);
                if step == Step::NotAnAnswer {
                    declined = true;
                } else {
                    self.rule(rule);
                    if let Some(frame) = self.state.stack.last_mut() {
                        frame.bad_answers = 0;
                    }
                    self.follow(step).await;
                    settled = true;
                    self.answered = true;
                }
            } else {
                self.rule(rule);
                self.apply(&all, what).await;
                settled = true;
            }
        }
        if !settled {
            self.wishes(declined).await;
        }
        self.go_on().await;
        self.judge().await
    }

    fn decide(&self, input: &Input, declined: bool) -> (&'static str, Move) {
        let open = self.state.current();
        let best = self.found.passages.first().map_or(0.0, |p| p.score);
        let agreed = self.agreed(input).map_or(0.0, |p| p.score);
        decide(&Situation {
            config: &self.work.parts.policy,
            thresholds: self.work.parts.knowledge.thresholds(),
            input,
            sentiment: self.heard.sentiment,
            tier: self.work.customer().tier.as_deref().filter(|_| self.work.customer().signed_in),
            dialog: open.is_some(),
            dictating: open.is_some_and(|f| f.task.dictating()),
            declined,
            dialog_intent: open.map(|f| f.task.intent()),
            strained: self.state.mood.strained(self.work.parts.policy.strained),
            rejects_dialog: open.is_some_and(|f| f.task.rejected_by(input)),
            annoyed: self.state.annoyed,
            not_understood: self.state.not_understood,
            evidence: Evidence { graph: self.found.graph.is_some(), graph_named: self.found.named, best, agreed },
        })
    }

    /// The best passage that is about what the intent is about.
    fn agreed(&self, input: &Input) -> Option<&knowledge::Passage> {
        let config = &self.work.parts.policy;
        self.found.passages.iter().find(|p| config.agree(&input.intent, input.confidence, &p.category))
    }

    fn rule(&mut self, name: &str) {
        let rule = &mut self.work.trace.rule;
        if !rule.is_empty() {
            rule.push('+');
        }
        rule.push_str(name);
    }

    fn trace_search(&mut self, since: Instant) {
        let passages = &self.found.passages;
        let best = passages.first().map_or(0.0, |p| p.score);
        let graph = self.found.graph.as_ref().map_or("no graph answer", |g| g.title.as_str());
        let detail = format!("{} passages, best {best:.2}; {graph}", passages.len());
        if !passages.is_empty() {
            self.work.tried.push(format!("search: {detail}"));
        }
        self.work.trace.step("search", detail, since);
        self.work.trace.passages = passages
            .iter()
            .map(|p| PassageSeen {
                slug: p.citation.article.clone(),
                title: p.citation.title.clone(),
                score: p.score,
                bm25: p.bm25,
                cosine: p.cosine,
            })
            .collect();
    }

    async fn apply(&mut self, input: &Input, what: Move) {
        if !self.found.nodes.is_empty() {
            self.state.topics = self.found.nodes.iter().take(3).cloned().collect();
        }
        match what {
            Move::Escalate(reason) => {
                self.unanswered |= reason == Reason::NotUnderstood;
                self.escalate(reason).await;
            }
            Move::Resume => {}
            Move::Stop => self.stop().await,
            Move::Begin(intent) => self.begin(&intent, input).await,
            Move::Talk(key) => {
                let name =
                    self.work.customer().name.clone().filter(|_| self.work.customer().signed_in).unwrap_or_default();
                self.work.say(key, json!({ "name": name }));
                self.understood = true;
            }
            Move::Goodbye => {
                let open = self.state.stack.iter().any(|f| f.task.writes());
                self.work.say(if open { "goodbye_open" } else { "goodbye" }, json!({}));
                self.next = Next::Done;
            }
            Move::Languages => {
                self.understood = false;
                let human = self.work.human_button();
                self.work.ask("languages", json!({}), vec![human]);
            }
            Move::Show(slug) => match self.work.parts.knowledge.lead(&slug, self.work.language) {
                Some(passage) => self.say_passage(&passage),
                None => self.dont_know(),
            },
            Move::FromGraph => self.say_graph(input),
            Move::FromArticle { agreed } => {
                let passage = if agreed { self.agreed(input) } else { self.found.passages.first() };
                match passage.cloned() {
                    Some(passage) => self.say_passage(&passage),
                    None => self.dont_know(),
                }
            }
            Move::Choices => self.choices(),
            Move::BadAnswer => self.bad_answer().await,
            Move::DontKnow => self.dont_know(),
        }
    }

    async fn begin(&mut self, intent: &str, input: &Input) {
        let Some(mut task) = Task::of(intent) else { return self.dont_know() };
        let since = Instant::now();
        let step = task.begin(&mut self.work, input).await;
        self.work.trace.step("dialog", format!("{intent}: {}", step_name(&step)), since);
        self.state.push(task);
        self.follow(step).await;
    }

    /// What a dialog's step means for the conversation.
    async fn follow(&mut self, step: Step) {
        match step {
            Step::Ask => {}
            // A dialog that begins with nothing to say has nothing to do either.
            Step::NotAnAnswer => self.bad_answer().await,
            Step::Done => {
                if let Some(done) = self.state.stack.pop() {
                    self.state.last = Some(Wish { intent: done.task.intent().to_owned(), slots: done.task.slots() });
                }
                if !self.state.stack.is_empty() {
                    self.ask_again("back_to_dialog").await;
                }
            }
            Step::Handoff(reason) => self.escalate(reason).await,
        }
    }

    async fn ask_again(&mut self, prefix: &str) {
        let Some(frame) = self.state.stack.last_mut() else { return };
        let intro = self.work.text(prefix, json!({ "wish": frame.task.intent() }));
        let before = self.work.say.len();
        let step = frame.task.ask(&mut self.work).await;
        if let Some(answer) = self.work.say.get_mut(before) {
            answer.text = format!("{intro}\n{}", answer.text);
        }
        match step {
            Step::Ask => {}
            Step::Handoff(reason) => self.hand_over(reason),
            Step::Done | Step::NotAnAnswer => {
                self.state.stack.pop();
            }
        }
    }

    async fn stop(&mut self) {
        self.dropped = true;
        self.state.stack.pop();
        self.work.say("stopped", json!({}));
        if !self.state.stack.is_empty() {
            self.ask_again("back_to_dialog").await;
        }
    }

    async fn bad_answer(&mut self) {
        self.understood = false;
        let limit = self.work.parts.policy.bad_answers;
        let Some(frame) = self.state.stack.last_mut() else { return self.dont_know() };
        frame.bad_answers += 1;
        if frame.bad_answers < limit {
            self.ask_again("not_an_answer").await;
        } else if matches!(frame.task, Task::LeaveMessage(_)) {
            self.state.stack.clear();
            self.work.say("leave_gave_up", json!({}));
        } else {
            let intent = frame.task.intent();
            self.work.try_note(format!("{intent}: {limit} answers not understood"));
            self.escalate(Reason::DialogGaveUp).await;
        }
    }

    /// A human, or a message for one when nobody is there.
    async fn escalate(&mut self, reason: Reason) {
        let message = self.state.current().and_then(|f| f.task.left_message());
        let urgent = matches!(reason, Reason::ActionUnknown | Reason::BotFailed);
        if self.work.turn.agents_present || message.is_some() || urgent {
            return self.hand_over(reason);
        }
        if matches!(self.state.current().map(|f| &f.task), Some(Task::LeaveMessage(_))) {
            return self.ask_again("not_an_answer").await;
        }
        self.note_open_wishes();
        let mut task = Task::leave_message(reason);
        self.work.say("nobody_present", json!({}));
        let input = self.heard.all.clone();
        let step = task.begin(&mut self.work, &input).await;
        self.state.stack.clear();
        self.state.push(task);
        if let Step::Handoff(reason) = step {
            self.hand_over(reason);
        }
    }

    fn hand_over(&mut self, reason: Reason) {
        self.note_open_wishes();
        let message = self.state.current().and_then(|f| f.task.left_message()).map(|(_, m)| m);
        if message.is_none() {
            let key = if self.work.turn.agents_present {
                format!("handoff_{}", escalate::code(reason))
            } else {
                "handoff_nobody".to_owned()
            };
            self.work.say(&key, json!({}));
        }
        // How to reach a human is no news to the human.
        let asks_for_a_person = self.heard.all.intent == "talk_to_human";
        let floor = self.work.parts.knowledge.thresholds().floor;
        let best = self.found.passages.first().filter(|p| !asks_for_a_person && p.score >= floor);
        let idea = best.map(|p| answer::fit(&p.text, self.work.parts.policy.answer_length));
        let strained = f32::from(self.state.mood.level) >= self.work.parts.policy.strained * 100.0;
        let least = if strained { Mood::Annoyed } else { Mood::Happy };
        let mood = self.heard.sentiment.mood.max(least);
        let mut escalation = escalate::escalation(&self.work, &self.state, Some(&self.heard.all), reason, mood, idea);
        escalation.message_left = message;
        self.next = Next::Handoff(escalation);
        self.state.stack.clear();
    }

    /// Step seven: is this fit to be sent, and what must be remembered of it?
    async fn judge(mut self) -> Decision {
        let since = Instant::now();
        let mood = self.heard.sentiment.mood;
        self.work.say.retain(|a| !a.text.trim().is_empty());
        if self.work.say.is_empty() && matches!(self.next, Next::Stay) {
            self.dont_know();
        }
        self.state.failures = self.state.failures.saturating_add(self.work.failures);
        let config = &self.work.parts.policy;
        let customer = self.work.customer();
        let served_badly = self.work.failures > 0 && self.state.failures >= config.vip_failures;
        if matches!(self.next, Next::Stay)
            && served_badly
            && customer.signed_in
            && config.is_vip(customer.tier.as_deref())
        {
            self.rule("vip_served_badly");
            self.escalate(Reason::Vip).await;
        }
        if self.answered && mood >= Mood::Annoyed {
            // "Too slow" was the reason that a dialog asked for.
            self.state.mood = std::mem::take(&mut self.mood_before);
            self.state.mood.hear(Sentiment { mood: Mood::Calm, score: 0.1 }, false, false);
        }
        let annoyed = mood >= Mood::Annoyed && !self.answered;
        self.state.annoyed = if annoyed { self.state.annoyed.saturating_add(1) } else { 0 };
        self.state.not_understood = if self.understood || !self.state.stack.is_empty() {
            0
        } else {
            self.state.not_understood.saturating_add(1)
        };
        self.state.asked = self.work.asked;
        self.state.tried.append(&mut self.work.tried);
        let old = self.state.tried.len().saturating_sub(TRIED);
        self.state.tried.drain(..old);
        let open = !self.state.stack.is_empty();
        self.state.offered =
            if open { Vec::new() } else { self.work.say.last().map(|a| a.buttons.clone()).unwrap_or_default() };
        self.state.yes = if open { None } else { self.work.yes.take() };
        if !matches!(self.next, Next::Stay) {
            // A human sees all of it; when the bot has the conversation again, it starts afresh.
            self.state = DialogState { asked: self.state.asked, ..DialogState::default() };
        }
        let dropped = self.work.say.len().saturating_sub(ANSWERS);
        self.work.say.drain(..dropped);
        self.work.trace.step("judge", format!("{} answer(s)", self.work.say.len()), since);
        Decision {
            say: self.work.say,
            dialog: self.state,
            language: self.work.language,
            next: self.next,
            unanswered: self.unanswered,
            changed: self.work.changed,
            trace: self.work.trace,
        }
    }
}

/// How many of the customer's last messages are looked at for the same said again.
const BACK: usize = 3;

fn said_before(turn: &Turn<'_>, input: &Input) -> bool {
    let customer = turn.history.iter().rev().filter(|m| m.sender == Sender::Customer && m.payload.is_none());
    input.payload.is_none() && nlu::repeats(&input.text, customer.take(BACK).map(|m| m.text.as_str()))
}

fn step_name(step: &Step) -> &'static str {
    match step {
        Step::Ask => "asks",
        Step::Done => "done",
        Step::Handoff(_) => "hands over",
        Step::NotAnAnswer => "not an answer",
    }
}
