//! A bot never talks over a human: what it was computing when an agent took over is dropped.

use crate::harness::*;
use serde_json::{Value, json};
use server::orders::shop::faults::Fault;
use std::time::Duration;

crate::cases![reply_of_a_lost_turn_is_dropped, stop_finishes_the_turn_under_way, slow_shop_slows_nobody_else];

/// The customer asks about orders and the shop takes its time: the turn is in flight when this returns.
async fn turn_in_flight(server: &Server, customer: &Customer, delay: Duration) -> i64 {
    server.faults.always(Some(Fault::Delay(delay)));
    let before = server.faults.seen().len();
    let seq = customer
        .say(if customer.session["conversation"]["language"] == "zh" {
            "我的订单到哪了？"
        } else {
            "Where is my order?"
        })
        .await;
    until("the bot's question to the shop", async || (server.faults.seen().len() > before).then_some(())).await;
    seq
}

fn is_bot(m: &Value) -> bool {
    m["sender"]["kind"] == "bot"
}

async fn reply_of_a_lost_turn_is_dropped(engine: Engine) {
    let server = quiet(engine).await;
    for (customer, language) in [("C1001", "zh"), ("C1004", "en")] {
        let agent = server.staff("agent", language).await;
        let customer = Customer::signed_in(&server.base, server.token(customer), language).await;
        let mut socket = Socket::of(&customer, customer.seen).await;
        turn_in_flight(&server, &customer, Duration::from_millis(1500)).await;
        agent.post(&format!("/conversations/{}/take-over", customer.id), &json!({})).await.ok();
        let joined = customer.event(customer.seen, "agent_joined").await["seq"].as_i64().unwrap();
        // The turn was under way then: it ends only now, and says nothing.
        let mut said_by_bot = false;
        let mut joined_first = false;
        socket
            .find("the end of the turn", |f| {
                said_by_bot |= f["type"] == "message" && is_bot(&f["message"]);
                joined_first |= f["message"]["event"]["type"] == "agent_joined";
                f["type"] == "typing" && f["sender"]["kind"] == "bot" && f["on"] == false
            })
            .await;
        assert!(joined_first, "the turn ended before the agent came: the test proves nothing");
        assert!(!said_by_bot);
        server.faults.always(None);
        // Nor later, when the sweeper has been around and both have talked.
        customer.say("还在吗？").await;
        agent.say(&customer.id, "在的", false).await.ok();
        let seq = customer.say("好").await;
        let after = customer.messages(joined).await;
        assert!(after.iter().all(|m| !is_bot(m)), "{after:?}");
        assert!(after.iter().any(|m| m["seq"].as_i64() == Some(seq)));
        let detail = agent.conversation(&customer.id).await;
        assert_eq!(detail["packet"]["reason"], "taken_over", "{}", detail["packet"]);
        assert!(detail["packet"]["last_messages"].to_string().contains(if language == "zh" {
            "我的订单到哪了"
        } else {
            "Where is my order"
        }));
        agent.post(&format!("/conversations/{}/close", customer.id), &json!({})).await.ok();
    }
}

async fn stop_finishes_the_turn_under_way(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = Customer::signed_in(&server.base, server.token("C1004"), "en").await;
    let mut socket = Socket::of(&customer, 0).await;
    let seq = turn_in_flight(&server, &customer, Duration::from_millis(700)).await;
    server.app.lifecycle.stop();
    server.app.lifecycle.drained().await.expect("everything ends in time");
    let said = server.app.store.messages_after(&customer.id, seq, 100).await.unwrap();
    let said: Vec<_> = said.iter().filter(|m| m.sender == bot::conversation::Sender::Bot).collect();
    assert!(!said.is_empty(), "the turn under way was not stored");
    let order = server.demo.shop.url.clone();
    assert!(said.iter().any(|m| m.text.contains("KF")), "it was answered as ever ({order}): {said:?}");
    while socket.next().await.is_some() {}
    server.app.store.close().await;
}

async fn slow_shop_slows_nobody_else(engine: Engine) {
    let server = quiet(engine).await;
    let slow = Customer::signed_in(&server.base, server.token("C1004"), "en").await;
    let seq = turn_in_flight(&server, &slow, Duration::from_millis(2500)).await;
    let mut other = Customer::visitor(&server.base, "zh").await;
    let said = other.ask("满多少包邮？").await;
    assert!(texts(&said).contains("99"), "{said:?}");
    assert!(slow.messages(seq).await.iter().all(|m| !is_bot(m)), "the slow one still waits");
    server.faults.always(None);
    slow.clone().answer_to(seq).await;
}
