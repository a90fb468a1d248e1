//! Turns: takes the lease of one conversation, lets the bot decide, stores the decision. And the sweeper that
//! finds the turns nobody took: a hint that was lost, a worker that died.

use crate::app::App;
use crate::desk::Answered;
use crate::hub::{Event, Typist};
use anyhow::Context;
use bot::conversation::{self, Conversation, Sender, Turn};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, mpsc};

/// How much of the conversation the bot sees before what it answers.
const HISTORY: i64 = 30;
/// Messages answered together at most; the rest is the next turn's.
const TOGETHER: usize = 20;

/// Receives hints and keeps `concurrency` turns under way. After the stop it takes no new ones; those under way end.
pub async fn run(app: Arc<App>, mut hints: mpsc::Receiver<String>) -> anyhow::Result<()> {
    let stopping = app.lifecycle.stopping();
    let slots = Arc::new(Semaphore::new(app.config.worker.concurrency));
    let mut sweep = tokio::time::interval(Duration::from_millis(app.config.worker.sweep_ms));
    loop {
        let ids = tokio::select! {
            () = stopping.cancelled() => return Ok(()),
            id = hints.recv() => vec![id.context("the hints' channel closed")?],
            _ = sweep.tick() => app.store.unanswered(100).await.unwrap_or_else(|e| {
                // The database may be away for a moment; the next sweep sees.
                tracing::error!(error = %e, "the sweeper cannot read the store");
                vec![]
            }),
        };
        for id in ids {
            let permit = slots.clone().acquire_owned().await?;
            let app = app.clone();
            app.clone().lifecycle.spawn(async move {
                let _permit = permit;
                if let Err(e) = turns(&app, &id).await {
                    tracing::error!(
                        conversation = id,
                        error = format!("{e:#}"),
                        "a turn failed; the sweeper will try again"
                    );
                }
            });
        }
    }
}

/// Answers the conversation until nothing is unanswered: what the customer says meanwhile is the next turn.
async fn turns(app: &Arc<App>, id: &str) -> anyhow::Result<()> {
    let worker = app.clock.id();
    loop {
        let until = app.clock.now() + app.config.worker.lease_ms;
        let Some(row) = app.store.take_turn(id, &worker, until).await? else { return Ok(()) };
        app.hub.publish(typing(id, true));
        let result = one_turn(app, &row, &worker).await;
        app.hub.publish(typing(id, false));
        if let Err(e) = result {
            app.store.drop_lease(id, &worker).await?;
            return Err(e);
        }
    }
}

fn typing(id: &str, on: bool) -> Event {
    Event::Typing { conversation: id.to_owned(), who: Typist::Bot, name: None, on }
}

async fn one_turn(app: &Arc<App>, row: &crate::store::conversations::Conversation, worker: &str) -> anyhow::Result<()> {
    let started = Instant::now();
    let mut said: Vec<_> = app
        .store
        .messages_after(&row.id, row.answered_seq, 200)
        .await?
        .into_iter()
        .filter(|m| m.sender == Sender::Customer)
        .collect();
    said.truncate(TOGETHER);
    let (Some(first), Some(last)) = (said.first(), said.last()) else {
        anyhow::bail!("the conversation says that it is unanswered, but nothing was said");
    };
    let (first_seq, seq, first_at) = (first.seq, last.seq, first.at);
    let mut history = app.store.last_messages(&row.id, HISTORY + said.len() as i64).await?;
    history.retain(|m| m.seq < first_seq && m.kind == crate::store::messages::MessageKind::Text);
    let customer = app.store.customer(&row.customer_id).await?.context("the conversation's customer is missing")?;
    let conversation = Conversation {
        id: conversation::ConversationId(row.id.clone()),
        channel: row.channel.clone(),
        customer: customer.clone(),
        language: row.language(),
        holder: row.holder(),
        epoch: row.epoch,
        dialog: row.dialog(),
    };
    let history: Vec<_> = history.iter().map(|m| m.spoken()).collect();
    let spoken: Vec<_> = said.iter().map(|m| m.spoken()).collect();
    let turn = Turn {
        conversation: &conversation,
        history: &history,
        said: &spoken,
        now: app.clock.now(),
        agents_present: app.presence.anyone(app.clock.now()),
    };
    let bot = app.bot();
    // A bug in the bot must not leave the customer without an answer, nor make the sweeper try it for ever.
    let decision = match AssertUnwindSafe(bot.reply(turn)).catch_unwind().await {
        Ok(decision) => decision,
        Err(_) => {
            tracing::error!(conversation = row.id, "the bot panicked; a human gets the conversation");
            bot.failed(&turn)
        }
    };
    let text = said.iter().map(|m| m.text.as_str()).collect::<Vec<_>>().join("\n");
    let answered = Answered {
        conversation: row,
        customer: &customer,
        worker,
        seq,
        said: &text,
        decision: &decision,
        reply_ms: app.clock.now() - first_at,
    };
    for a in &decision.trace.actions {
        metrics::counter!("kefu_action_calls_total", "action" => a.name.clone(), "result" => a.result.split(':').next().unwrap_or("").to_owned()).increment(1);
    }
    let kept = app.desk.bot_answers(answered).await?;
    if !kept {
        tracing::info!(conversation = row.id, "a reply was dropped: somebody else holds the conversation now");
    } else {
        metrics::counter!("kefu_messages_total", "channel" => row.channel.clone(), "direction" => "out", "actor" => "bot").increment(decision.say.len() as u64);
        metrics::histogram!("kefu_reply_seconds").record(started.elapsed().as_secs_f64());
    }
    Ok(())
}
