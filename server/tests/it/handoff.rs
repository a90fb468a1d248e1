//! A human takes over: exactly one, with everything that was said, and back again.

use crate::harness::*;
use serde_json::{Value, json};

crate::cases![
    exactly_one_agent_wins,
    chat_note_and_packet,
    transfer_to_a_colleague,
    transfer_to_the_queue,
    returned_to_the_bot,
    closed_and_rated_once,
    leaves_the_queue,
    position_in_the_queue,
    nobody_present_leaves_a_message,
    note_does_not_wake_the_customer,
    webhook_names_the_ticket,
];

/// A visitor who waits for a human.
async fn waiting(server: &Server, language: &str) -> Customer {
    let mut customer = Customer::visitor(&server.base, language).await;
    let question = if language == "zh" { "转人工" } else { "I want to talk to a human agent" };
    let said = customer.ask(question).await;
    assert_eq!(customer.holder().await, "queue", "{said:?}");
    customer
}

/// A visitor who talks with this agent.
async fn with_agent(server: &Server, agent: &Staff, language: &str) -> Customer {
    let customer = waiting(server, language).await;
    let ticket = agent.waiting(&customer.id).await.unwrap();
    agent.post(&format!("/tickets/{}/accept", ticket["id"].as_str().unwrap()), &json!({})).await.ok();
    customer
}

async fn exactly_one_agent_wins(engine: Engine) {
    let server = shared(engine).await;
    let (a, b) = server.two_agents().await;
    for round in 0..12 {
        let customer = waiting(&server, if round % 2 == 0 { "zh" } else { "en" }).await;
        let ticket = a.waiting(&customer.id).await.expect("a ticket in the queue");
        let path = format!("/tickets/{}/accept", ticket["id"].as_str().unwrap());
        let take = format!("/conversations/{}/take-over", customer.id);
        let nothing = json!({});
        // By both doors, and each agent twice: a double click is nobody else's ticket.
        let (first, second, third) = tokio::join!(
            a.post(&path, &nothing),
            b.post(&path, &nothing),
            b.post(if round % 3 == 0 { &take } else { &path }, &nothing)
        );
        let replies = [&first, &second, &third];
        assert_eq!(replies.iter().filter(|r| r.status.is_success()).count(), 1, "{replies:?}");
        for loser in replies.iter().filter(|r| !r.status.is_success()) {
            loser.refused(409, "already_taken");
        }
        let winner = if first.status.is_success() { &a } else { &b };
        let view = customer.conversation().await;
        assert_eq!((&view["holder"], &view["agent"]["name"]), (&json!("agent"), &json!(winner.name)));
        let joined: Vec<Value> =
            customer.messages(0).await.into_iter().filter(|m| m["event"]["type"] == "agent_joined").collect();
        assert_eq!(joined.len(), 1, "{joined:?}");
        assert_eq!(joined[0]["event"]["agent"]["id"], winner.id);
        let loser = if first.status.is_success() { &b } else { &a };
        loser.say(&customer.id, "me too", false).await.refused(409, "not_yours");
        winner.post(&format!("/conversations/{}/close", customer.id), &json!({})).await.ok();
    }
}

async fn chat_note_and_packet(engine: Engine) {
    let server = shared(engine).await;
    let (agent, colleague) = server.two_agents().await;
    let mut customer = Customer::visitor(&server.base, "zh").await;
    customer.ask("怎么开电子发票？").await;
    let mut console = Socket::of_staff(&agent).await;
    customer.ask("转人工").await;
    console
        .find("the ticket in the console", |f| f["type"] == "queue" && f["tickets"].to_string().contains(&customer.id))
        .await;
    let ticket = agent.waiting(&customer.id).await.unwrap();
    assert_eq!(
        (&ticket["reason"], &ticket["language"], &ticket["status"]),
        (&json!("asked"), &json!("zh"), &json!("waiting")),
        "{ticket}"
    );
    agent.post(&format!("/tickets/{}/accept", ticket["id"].as_str().unwrap()), &json!({})).await.ok();

    // What the bot knew is there.
    let detail = agent.conversation(&customer.id).await;
    let packet = &detail["packet"];
    assert!(is_chinese(packet["summary"].as_str().unwrap()), "{packet}");
    assert!(packet["last_messages"].to_string().contains("怎么开电子发票"), "{packet}");
    assert!(["calm", "happy"].contains(&packet["mood"].as_str().unwrap()), "{packet}");
    assert_eq!(detail["conversation"]["holder"], "agent");

    // Both ways.
    let mut socket = Socket::of(&customer, customer.seen).await;
    agent.say(&customer.id, "您好，我是李娜", false).await.ok();
    let heard = socket.find("the agent's message", |f| f["message"]["sender"]["kind"] == "agent").await;
    assert_eq!(
        (&heard["message"]["text"], &heard["message"]["sender"]["name"]),
        (&json!("您好，我是李娜"), &json!(agent.name))
    );
    socket.say("c1", "<b>我的发票抬头写错了</b>").await;
    socket.ack("c1").await;
    let seen = console
        .find("the customer's message", |f| f["type"] == "message" && f["message"]["text"].to_string().contains("抬头"))
        .await;
    assert_eq!(seen["message"]["text"], "<b>我的发票抬头写错了</b>", "as text, untouched");
    agent.post(&format!("/conversations/{}/typing", customer.id), &json!({})).await.ok();
    socket.find("the agent types", |f| f["type"] == "typing" && f["sender"]["kind"] == "agent").await;
    socket.send(&json!({"type": "typing", "on": true})).await;
    console.find("the customer types", |f| f["type"] == "typing" && f["conversation"] == customer.id).await;

    // A note is for colleagues.
    agent.say(&customer.id, "客户抬头错了，需要重开", true).await.ok();
    agent.say(&customer.id, "马上为您重开", false).await.ok();
    let next =
        socket.find("the next message", |f| f["type"] == "message" && f["message"]["sender"]["kind"] == "agent").await;
    assert_eq!(next["message"]["text"], "马上为您重开");
    for told in
        [
            customer.messages(0).await,
            Customer::session(&server.base, json!({"visitor_token": customer.session["visitor_token"]})).await.session
                ["messages"]
                .as_array()
                .unwrap()
                .clone(),
        ]
    {
        assert!(told.iter().all(|m| m["kind"] != "note") && !json!(told).to_string().contains("需要重开"), "{told:?}");
    }
    let staff = colleague.conversation(&customer.id).await;
    assert!(
        staff["messages"]
            .as_array()
            .unwrap()
            .iter()
            .any(|m| m["kind"] == "note" && m["text"] == "客户抬头错了，需要重开")
    );
    // While a human holds it the bot says nothing, but suggests.
    let suggestions = agent.get(&format!("/conversations/{}/suggestions", customer.id)).await.ok();
    assert!(suggestions["suggestions"].is_array());
    let bot_after: Vec<Value> = customer.messages(heard["message"]["seq"].as_i64().unwrap()).await;
    assert!(bot_after.iter().all(|m| m["sender"]["kind"] != "bot"), "{bot_after:?}");
}

async fn transfer_to_a_colleague(engine: Engine) {
    let server = shared(engine).await;
    let (agent, colleague) = server.two_agents().await;
    let customer = with_agent(&server, &agent, "en").await;
    let editor = server.staff("editor", "zh").await;
    agent
        .post(&format!("/conversations/{}/transfer", customer.id), &json!({"agent": editor.id}))
        .await
        .refused(422, "invalid");
    agent
        .post(&format!("/conversations/{}/transfer", customer.id), &json!({"agent": "nobody"}))
        .await
        .refused(404, "not_found");
    colleague
        .post(&format!("/conversations/{}/transfer", customer.id), &json!({"agent": colleague.id}))
        .await
        .refused(409, "not_yours");
    let body = json!({"agent": colleague.id, "note": "speaks English"});
    agent.post(&format!("/conversations/{}/transfer", customer.id), &body).await.ok();
    let event = customer.event(0, "transferred").await;
    assert_eq!(event["event"]["agent"]["name"], colleague.name);
    assert_eq!(customer.conversation().await["agent"]["name"], colleague.name);
    agent.say(&customer.id, "still me", false).await.refused(409, "not_yours");
    colleague.say(&customer.id, "Hello, Sarah here", false).await.ok();
    let staff = colleague.conversation(&customer.id).await;
    assert!(staff["messages"].to_string().contains("speaks English"), "the note came along");
    assert!(!json!(customer.messages(0).await).to_string().contains("speaks English"));
    let mine = colleague.get("/conversations?scope=mine").await.ok();
    assert!(mine["conversations"].as_array().unwrap().iter().any(|c| c["id"] == customer.id));
}

async fn transfer_to_the_queue(engine: Engine) {
    let server = shared(engine).await;
    let (agent, colleague) = server.two_agents().await;
    let customer = with_agent(&server, &agent, "zh").await;
    agent.post(&format!("/conversations/{}/transfer", customer.id), &json!({"note": "需要英文同事"})).await.ok();
    assert_eq!(customer.holder().await, "queue");
    let ticket = colleague.waiting(&customer.id).await.expect("in the queue again");
    colleague.post(&format!("/tickets/{}/accept", ticket["id"].as_str().unwrap()), &json!({})).await.ok();
    assert_eq!(customer.conversation().await["agent"]["name"], colleague.name);
}

async fn returned_to_the_bot(engine: Engine) {
    let server = shared(engine).await;
    for (language, question) in [("zh", "怎么开电子发票？"), ("en", "How do I get an electronic invoice?")] {
        let agent = server.staff("agent", language).await;
        let mut customer = with_agent(&server, &agent, language).await;
        // A human has it: the question waits for the human, not for the bot.
        let unanswered = customer.say(question).await;
        agent.post(&format!("/conversations/{}/return", customer.id), &json!({"note": "ok"})).await.ok();
        customer.event(0, "returned").await;
        assert_eq!(customer.holder().await, "bot");
        let said = customer.ask(question).await;
        assert!(said.iter().any(|m| m["citations"].to_string().contains("invoice")), "the bot is back: {said:?}");
        let between = customer.messages(unanswered).await;
        assert_eq!(
            between.iter().filter(|m| m["sender"]["kind"] == "bot").count(),
            1,
            "what the agent had is not answered again: {between:?}"
        );
        agent.post(&format!("/conversations/{}/return", customer.id), &json!({})).await.refused(409, "not_yours");
        agent.say(&customer.id, "hello?", false).await.refused(409, "not_yours");
    }
}

async fn closed_and_rated_once(engine: Engine) {
    let server = shared(engine).await;
    let agent = server.staff("agent", "zh").await;
    let mut customer = with_agent(&server, &agent, "zh").await;
    customer.post("/rating", &json!({"score": 5})).await.refused(409, "no_rating_wanted");
    agent.post(&format!("/conversations/{}/close", customer.id), &json!({"note": "解决了"})).await.ok();
    agent.post(&format!("/conversations/{}/close", customer.id), &json!({})).await.refused(409, "closed");
    let messages = customer.messages(0).await;
    assert!(messages.iter().any(|m| m["kind"] == "rating" && is_chinese(m["text"].as_str().unwrap())), "{messages:?}");
    let view = customer.conversation().await;
    assert_eq!((&view["holder"], &view["rating_wanted"]), (&json!("nobody"), &json!(true)));
    for bad in [json!({"score": 0}), json!({"score": 6})] {
        customer.post("/rating", &bad).await.refused(422, "invalid");
    }
    let (one, two) =
        tokio::join!(async { customer.post("/rating", &json!({"score": 4, "comment": "很好 👍"})).await }, async {
            customer.post("/rating", &json!({"score": 4})).await
        });
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409], "{one:?} {two:?}");
    customer.post("/rating", &json!({"score": 1})).await.refused(409, "no_rating_wanted");
    let view = customer.conversation().await;
    assert_eq!((&view["rating"], &view["rating_wanted"]), (&json!(4), &json!(false)));
    assert_eq!(agent.conversation(&customer.id).await["conversation"]["rating"], 4);
    // Writing again opens it again, with the bot.
    let said = customer.ask("满多少包邮？").await;
    assert!(texts(&said).contains("99"), "{said:?}");
    assert_eq!(customer.holder().await, "bot");
}

async fn leaves_the_queue(engine: Engine) {
    let server = shared(engine).await;
    let agent = server.staff("agent", "en").await;
    let mut customer = waiting(&server, "en").await;
    customer.post("/leave-queue", &json!({})).await.ok();
    assert_eq!(customer.holder().await, "bot");
    assert!(agent.waiting(&customer.id).await.is_none(), "and the ticket is gone");
    customer.post("/leave-queue", &json!({})).await.refused(409, "not_waiting");
    let said = customer.ask("When is shipping free?").await;
    assert!(texts(&said).contains("99"), "{said:?}");
}

async fn position_in_the_queue(engine: Engine) {
    let server = quiet(engine).await;
    let (agent, _) = server.two_agents().await;
    let first = waiting(&server, "zh").await;
    let second = waiting(&server, "en").await;
    assert_eq!(first.conversation().await["queue"]["position"], 1);
    assert_eq!(second.conversation().await["queue"]["position"], 2);
    let mut socket = Socket::of(&second, second.seen).await;
    socket.find("position 2", |f| f["conversation"]["queue"]["position"] == 2).await;
    let ticket = agent.waiting(&first.id).await.unwrap();
    assert_eq!(ticket["position"], 1);
    agent.post(&format!("/tickets/{}/accept", ticket["id"].as_str().unwrap()), &json!({})).await.ok();
    // Who waits is told without asking.
    socket.find("position 1", |f| f["conversation"]["queue"]["position"] == 1).await;
    for customer in [&first, &second] {
        agent.post(&format!("/conversations/{}/close", customer.id), &json!({})).await.ok();
    }
}

async fn nobody_present_leaves_a_message(engine: Engine) {
    let server = quiet(engine).await;
    let (a, b) = server.two_agents().await;
    let supervisor = server.staff("supervisor", "zh").await;
    for staff in [&a, &b, &supervisor] {
        staff.patch("/me", &json!({"presence": "away"})).await.ok();
    }
    for (language, ask, nobody, wish, contact, done) in [
        ("zh", "转人工", "没有人工客服在线", "我买的沙发少了一条腿，请补发", "13800138000", "留言已收到"),
        (
            "en",
            "I want to talk to a human",
            "online right now",
            "My sofa came with three legs, please send the fourth",
            "ann@example.com",
            "has been received",
        ),
    ] {
        let mut customer = Customer::visitor(&server.base, language).await;
        let said = texts(&customer.ask(ask).await);
        assert!(said.contains(nobody), "{said}");
        customer.ask(wish).await;
        let said = customer.ask(contact).await;
        assert!(texts(&said).contains(done), "{said:?}");
        assert!(said.iter().any(|m| m["event"]["type"] == "message_left"), "{said:?}");
        assert_eq!(customer.holder().await, "bot", "nobody is kept waiting");
        let ticket = a.waiting(&customer.id).await.expect("a ticket");
        assert!(ticket["message_left"]["contact"].as_str().unwrap().contains(contact), "{ticket}");
        assert!(ticket["message_left"]["text"].as_str().unwrap().contains(wish), "{ticket}");
        // Later an agent takes it up.
        a.post(&format!("/tickets/{}/accept", ticket["id"].as_str().unwrap()), &json!({})).await.ok();
        assert_eq!(customer.holder().await, "agent");
    }
    server.two_agents().await;
}

async fn note_does_not_wake_the_customer(engine: Engine) {
    let server = shared(engine).await;
    let agent = server.staff("agent", "zh").await;
    let customer = with_agent(&server, &agent, "zh").await;
    let last = customer.messages(0).await.last().unwrap()["seq"].as_i64().unwrap();
    agent.say(&customer.id, "内部备注", true).await.ok();
    // The note is newer than anything the customer has seen, but not for the customer: a poll waits on.
    let started = std::time::Instant::now();
    let polled = customer.poll(last, 1).await;
    assert_eq!(polled["messages"], json!([]));
    assert!(started.elapsed().as_millis() >= 900, "the poll came back at once, for nothing");
}

async fn webhook_names_the_ticket(engine: Engine) {
    let server = shared(engine).await;
    let (agent, _) = server.two_agents().await;
    for (language, ask, noted, reached) in
        [("zh", "转人工", "已记录", "已送达"), ("en", "I want to talk to a human agent", "was noted", "has reached")]
    {
        let sender = unique("rest");
        let say = async |text: &str| server.webhook(&sender, text, json!({"language": language})).await.remove(0);
        let answer = say(ask).await;
        assert_eq!(answer["custom"]["holder"], "queue", "{answer}");
        let ticket = answer["custom"]["ticket"].as_str().unwrap().to_owned();
        let queue = agent.get("/queue").await.ok();
        let waiting = queue["tickets"].as_array().unwrap().iter().find(|t| t["id"] == ticket.as_str()).unwrap().clone();
        // What is said meanwhile is kept for the human, and the caller hears so.
        let meanwhile = say("hello?").await;
        assert!(meanwhile["text"].as_str().unwrap().contains(noted), "{meanwhile}");
        agent.post(&format!("/tickets/{ticket}/accept"), &json!({})).await.ok();
        let meanwhile = say("hello??").await;
        assert!(meanwhile["text"].as_str().unwrap().contains(reached), "{meanwhile}");
        assert_eq!((&meanwhile["custom"]["holder"], &meanwhile["custom"]["ticket"]), (&json!("agent"), &json!(ticket)));
        let detail = agent.conversation(waiting["conversation"].as_str().unwrap()).await;
        assert!(detail["messages"].to_string().contains("hello??"));
        agent
            .post(&format!("/conversations/{}/close", waiting["conversation"].as_str().unwrap()), &json!({}))
            .await
            .ok();
        // Closed is not the end: the next message is the bot's again.
        let after = say(if language == "zh" { "满多少包邮？" } else { "When is shipping free?" }).await;
        assert!(after["text"].as_str().unwrap().contains("99"), "{after}");
        assert_eq!(after["custom"]["holder"], "bot");
    }
}
