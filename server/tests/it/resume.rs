//! Nothing is missing and nothing comes twice, whatever the network does.

use crate::harness::*;
use serde_json::json;
use std::collections::BTreeMap;

crate::cases![
    socket_resumes_where_it_broke,
    resend_is_one_message,
    two_resends_at_once,
    resend_over_the_socket,
    socket_and_poll_agree
];

/// Different ones: who asks the same again and again is given to a human.
const ASKED: [&str; 10] = [
    "When is shipping free?",
    "What are the payment methods?",
    "How long is the warranty?",
    "Can I use two coupons?",
    "Do you ship to the US?",
    "How do I get an electronic invoice?",
    "How do I return something?",
    "How do I reset my password?",
    "What are your service hours?",
    "How do I earn points?",
];

async fn socket_resumes_where_it_broke(engine: Engine) {
    let server = shared(engine).await;
    let customer = Customer::visitor(&server.base, "en").await;
    let mut seen: BTreeMap<i64, String> = BTreeMap::new();
    let mut after = 0;
    for round in 0..5 {
        let mut socket = Socket::of(&customer, after).await;
        // Said on the socket, and while there is none.
        socket.say(&format!("s{round}"), ASKED[round]).await;
        let mut told = 0;
        while told < 1 + round % 2 {
            let frame = socket.next().await.expect("an open socket");
            if frame["type"] == "message" {
                let m = &frame["message"];
                let seq = m["seq"].as_i64().unwrap();
                assert_eq!(seq, after + 1, "in order, without a gap");
                assert!(seen.insert(seq, m["id"].to_string()).is_none(), "{seq} came twice");
                after = seq;
                told += 1;
            }
        }
        socket.cut();
        // Whether the first one got through nobody knows: it is sent again, as the widget does.
        customer.send(&format!("s{round}"), ASKED[round]).await.ok();
        customer.send(&format!("h{round}"), ASKED[round + 5]).await.ok();
    }
    let quiet = until("all answers", async || {
        let messages = customer.messages(0).await;
        let last = messages.last()?.clone();
        (last["sender"]["kind"] == "bot").then_some(messages)
    })
    .await;
    let mut socket = Socket::of(&customer, after).await;
    let last = quiet.last().unwrap()["seq"].as_i64().unwrap();
    while after < last {
        let frame = socket.next().await.expect("an open socket");
        if frame["type"] == "message" {
            let seq = frame["message"]["seq"].as_i64().unwrap();
            assert_eq!(seq, after + 1);
            seen.insert(seq, frame["message"]["id"].to_string());
            after = seq;
        }
    }
    let stored: BTreeMap<i64, String> =
        quiet.iter().map(|m| (m["seq"].as_i64().unwrap(), m["id"].to_string())).collect();
    assert_eq!(seen, stored, "what the sockets told is what is stored");
    assert_eq!(quiet.iter().filter(|m| m["sender"]["kind"] == "customer").count(), 10);
}

async fn resend_is_one_message(engine: Engine) {
    let server = shared(engine).await;
    let mut customer = Customer::visitor(&server.base, "zh").await;
    let first = customer.send("one", "怎么开电子发票？").await;
    assert_eq!(first.status, 201);
    let again = customer.send("one", "怎么开电子发票？").await;
    assert_eq!(again.status, 200);
    assert_eq!(again.body, first.body);
    customer.answer_to(1).await;
    // Late, with another text even: the first one counts.
    let late = customer.send("one", "别的").await;
    assert_eq!((late.status.as_u16(), &late.body["text"]), (200, &first.body["text"]));
    let messages = customer.messages(0).await;
    assert_eq!(messages.iter().filter(|m| m["sender"]["kind"] == "customer").count(), 1);
    assert_eq!(messages[0]["client_id"], "one");
    // Another customer's id of the same name is another message.
    let other = Customer::visitor(&server.base, "zh").await;
    assert_eq!(other.send("one", "你好").await.status, 201);
}

async fn two_resends_at_once(engine: Engine) {
    let server = shared(engine).await;
    let mut customer = Customer::visitor(&server.base, "en").await;
    for round in 0..8 {
        let id = format!("r{round}");
        let sends = (0..4).map(|_| customer.send(&id, "hello"));
        let replies = futures_util::future::join_all(sends).await;
        let mut statuses: Vec<_> = replies.iter().map(|r| r.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 200, 201], "{replies:?}");
        assert!(replies.iter().all(|r| r.body["seq"] == replies[0].body["seq"]));
        customer.answer_to(replies[0].body["seq"].as_i64().unwrap()).await;
        // Stays below what one customer may send in a row.
        customer = if round % 3 == 2 { Customer::visitor(&server.base, "en").await } else { customer };
    }
    let messages = customer.messages(0).await;
    let seqs: Vec<_> = messages.iter().map(|m| m["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>(), "no number was lost to a resend");
}

async fn resend_over_the_socket(engine: Engine) {
    let server = shared(engine).await;
    let customer = Customer::visitor(&server.base, "en").await;
    let mut socket = Socket::of(&customer, 0).await;
    socket.say("x", "hello").await;
    socket.say("x", "hello").await;
    let (first, second) = (socket.ack("x").await, socket.ack("x").await);
    assert_eq!(first, second);
    socket.cut();
    let mut socket = Socket::of(&customer, 0).await;
    socket.say("x", "hello").await;
    assert_eq!(socket.ack("x").await, first, "also after a new connection");
    assert_eq!(customer.send("x", "hello").await.status, 200, "and over the other way in");
    let said = customer.messages(0).await;
    assert_eq!(said.iter().filter(|m| m["sender"]["kind"] == "customer").count(), 1);
}

async fn socket_and_poll_agree(engine: Engine) {
    let server = shared(engine).await;
    let mut customer = Customer::visitor(&server.base, "zh").await;
    customer.ask("满多少包邮？").await;
    let mut polled = customer.messages(0).await;
    let mut socket = Socket::of(&customer, 0).await;
    let mut told = Vec::new();
    while told.len() < polled.len() {
        let frame = socket.next().await.unwrap();
        if frame["type"] == "message" {
            told.push(frame["message"].clone());
        }
    }
    assert_eq!(told, polled);
    // From the middle on.
    let mut socket = Socket::of(&customer, 1).await;
    let first = socket.find("the second message", |f| f["type"] == "message").await;
    assert_eq!(first["message"], polled.remove(1));
    let view = socket.find("the conversation", |f| f["type"] == "conversation").await;
    assert_eq!(view["conversation"]["holder"], json!("bot"));
}
