//! A customer asks; the bot answers and says where it knows that from. Both languages, every way in.

use crate::harness::*;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

crate::cases![
    chinese_question_by_long_poll,
    english_question_by_socket,
    graph_question_cites_the_path,
    webhook_speaks_rasa,
    model_parse_speaks_rasa,
    search_in_both_languages,
    unknown_is_said_to_be_unknown,
    long_poll_waits_and_gives_up,
    visitor_comes_back,
    bot_says_that_it_types,
];

/// The citation of the answer, followed to its article.
async fn cited(server: &Server, citation: &Value, language: &str) -> Value {
    let slug = citation["article"].as_str().unwrap();
    let url = citation["url"].as_str().unwrap();
    assert_eq!(url, format!("/help/{slug}?lang={language}"), "{citation}");
    let article = Reply::of(server.get(&format!("/api/v1/articles/{slug}?language={language}"))).await.ok();
    assert_eq!(article["title"], citation["title"], "the citation names another article: {citation}");
    assert_eq!(article["language"], language);
    assert!(article["body_html"].as_str().unwrap().contains("<p>"), "{article}");
    article
}

fn bot_message(messages: &[Value]) -> &Value {
    messages.iter().find(|m| m["sender"]["kind"] == "bot").unwrap()
}

async fn chinese_question_by_long_poll(engine: Engine) {
    let server = shared(engine).await;
    let mut customer = Customer::visitor(&server.base, "zh").await;
    let messages = customer.ask("怎么开电子发票？").await;
    let said = bot_message(&messages);
    assert!(is_chinese(said["text"].as_str().unwrap()), "{said}");
    let citation = &said["citations"][0];
    assert!(citation["article"].as_str().unwrap().contains("invoice"), "{said}");
    cited(&server, citation, "zh").await;
    assert_eq!(customer.conversation().await["holder"], "bot");
}

async fn english_question_by_socket(engine: Engine) {
    let server = shared(engine).await;
    let customer = Customer::visitor(&server.base, "en").await;
    let mut socket = Socket::of(&customer, 0).await;
    socket.say("q1", "When is shipping free?").await;
    let mut acked = None;
    let said = socket
        .find("the answer", |f| {
            if f["type"] == "ack" {
                acked = f["seq"].as_i64();
            }
            f["type"] == "message" && f["message"]["sender"]["kind"] == "bot"
        })
        .await["message"]
        .clone();
    assert_eq!(acked, Some(1));
    assert!(said["text"].as_str().unwrap().contains("99"), "{said}");
    let article = cited(&server, &said["citations"][0], "en").await;
    assert!(article["slug"].as_str().unwrap().contains("shipping"), "{said}");
}

async fn graph_question_cites_the_path(engine: Engine) {
    let server = shared(engine).await;
    for (language, question, product, days) in [
        ("zh", "M2 耳机能七天无理由退货吗？", "M2 耳机", "7 天"),
        ("en", "Can I return the M2 Headphones within 7 days?", "M2 Headphones", "7 days"),
    ] {
        let mut customer = Customer::visitor(&server.base, language).await;
        let messages = customer.ask(question).await;
        let said = bot_message(&messages);
        assert!(said["text"].as_str().unwrap().contains(days), "{said}");
        let title = said["citations"][0]["title"].as_str().unwrap_or_else(|| panic!("no citation: {said}"));
        assert!(title.contains(product) && title.contains(" → "), "the path through the graph: {title}");
    }
}

fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = object.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

async fn webhook_speaks_rasa(engine: Engine) {
    let server = shared(engine).await;
    assert_eq!(Reply::of(server.get("/webhooks/rest/")).await.ok(), json!({"status": "ok"}));
    for (language, question) in [("zh", "满多少包邮？"), ("en", "How do I get an electronic invoice?")] {
        let sender = unique("rasa");
        let answers = server.webhook(&sender, question, json!({"language": language})).await;
        let answer = &answers[0];
        let allowed = ["buttons", "custom", "recipient_id", "text"];
        assert!(keys(answer).iter().all(|k| allowed.contains(k)), "{answer}");
        assert_eq!(answer["recipient_id"], sender);
        assert!(!answer["text"].as_str().unwrap().is_empty());
        let custom = &answer["custom"];
        assert_eq!(keys(custom), ["citations", "confidence", "holder", "intent"], "without a ticket: {custom}");
        assert_eq!(custom["holder"], "bot");
        assert!(custom["intent"].as_str().unwrap().starts_with("ask_"), "{custom}");
        let confidence = custom["confidence"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&confidence), "{confidence}");
        assert_eq!(keys(&custom["citations"][0]), ["article", "title", "url"]);
        cited(&server, &custom["citations"][0], language).await;
    }
    // Without a language, the language of the message.
    let answers = server.webhook(&unique("rasa"), "怎么开电子发票？", json!({})).await;
    assert!(is_chinese(answers[0]["text"].as_str().unwrap()));
    // The same sender stays in the same conversation: what it was about is still known.
    let sender = unique("rasa");
    server.webhook(&sender, "How much are the M2 Headphones?", json!({})).await;
    let answers = server.webhook(&sender, "Are they in stock?", json!({})).await;
    assert!(answers[0]["custom"]["citations"][0]["title"].as_str().unwrap_or("").contains("M2"), "{answers:?}");
}

async fn model_parse_speaks_rasa(engine: Engine) {
    let server = shared(engine).await;
    for (text, number) in
        [("我的订单KF2026110017到哪了", "KF2026110017"), ("Where is my order KF2026110017?", "KF2026110017")]
    {
        let parsed = Reply::of(server.post("/model/parse", &json!({"text": text}))).await.ok();
        assert_eq!(parsed["text"], text);
        assert!(parsed["intent"]["name"].is_string() && parsed["intent"]["confidence"].is_number(), "{parsed}");
        assert!(["track_parcel", "order_status"].contains(&parsed["intent"]["name"].as_str().unwrap()), "{parsed}");
        let ranking = parsed["intent_ranking"].as_array().unwrap();
        assert!(ranking.len() > 3);
        assert!(
            ranking.windows(2).all(|w| w[0]["confidence"].as_f64() >= w[1]["confidence"].as_f64()),
            "best first: {ranking:?}"
        );
        let entity =
            parsed["entities"].as_array().unwrap().iter().find(|e| e["value"] == number || e["value"]["id"] == number);
        let entity = entity.unwrap_or_else(|| panic!("no order number in {parsed}"));
        let (start, end) = (entity["start"].as_u64().unwrap() as usize, entity["end"].as_u64().unwrap() as usize);
        let cut: String = text.chars().skip(start).take(end - start).collect();
        assert_eq!(cut, number, "positions count characters");
    }
}

async fn search_in_both_languages(engine: Engine) {
    let server = shared(engine).await;
    for (language, query, about) in [("zh", "退款多久到账", "refund"), ("en", "how long does a refund take", "refund")]
    {
        let found = Reply::of(
            server.post("/api/v1/knowledge/search", &json!({"query": query, "language": language, "limit": 4})),
        )
        .await
        .ok();
        let hits = found["hits"].as_array().unwrap();
        assert!((1..=4).contains(&hits.len()), "{found}");
        assert!(hits[0]["citation"]["article"].as_str().unwrap().contains(about), "{found}");
        assert!(hits[0]["score"].as_f64().unwrap() >= found["floor"].as_f64().unwrap(), "{found}");
        assert!(hits.windows(2).all(|w| w[0]["score"].as_f64() >= w[1]["score"].as_f64()));
        let mut slugs: Vec<_> = hits.iter().map(|h| h["id"].as_str().unwrap()).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), hits.len(), "each article once");
        cited(&server, &hits[0]["citation"], language).await;
    }
    let list = Reply::of(server.get("/api/v1/articles?language=en&q=invoice")).await.ok();
    assert!(!list["articles"].as_array().unwrap().is_empty());
    Reply::of(server.get("/api/v1/articles/there-is-no-such-article")).await.refused(404, "not_found");
}

async fn unknown_is_said_to_be_unknown(engine: Engine) {
    let server = shared(engine).await;
    for (language, nonsense) in
        [("zh", "量子纠缠怎么用来发射火箭去火星？"), ("en", "Which quantum entanglement launches a rocket to Mars?")]
    {
        let mut customer = Customer::visitor(&server.base, language).await;
        let messages = customer.ask(nonsense).await;
        let said = bot_message(&messages);
        assert_eq!(said["citations"], json!([]), "an answer that nothing supports: {said}");
        assert!(!said["buttons"].as_array().unwrap().is_empty(), "choices, or a human: {said}");
        assert_eq!(is_chinese(said["text"].as_str().unwrap()), language == "zh", "{said}");
    }
}

async fn long_poll_waits_and_gives_up(engine: Engine) {
    let server = shared(engine).await;
    let customer = Customer::visitor(&server.base, "en").await;
    let started = Instant::now();
    let nothing = customer.poll(0, 1).await;
    assert_eq!(nothing["messages"], json!([]));
    assert!(started.elapsed() >= Duration::from_millis(900), "it waited");
    // An answer comes when there is one, long before the wait is over.
    let started = Instant::now();
    let waiting = customer.clone();
    let (poll, _) = futures_util::future::join(waiting.poll(0, 30), customer.say("hello")).await;
    assert!(!poll["messages"].as_array().unwrap().is_empty());
    assert!(started.elapsed() < Duration::from_secs(20), "it came when it was there");
}

async fn visitor_comes_back(engine: Engine) {
    let server = shared(engine).await;
    let mut customer = Customer::visitor(&server.base, "zh").await;
    customer.ask("你好").await;
    let token = customer.session["visitor_token"].clone();
    let again = Customer::session(&server.base, json!({"visitor_token": token})).await;
    assert_eq!(again.id, customer.id, "the open conversation is resumed");
    assert_eq!(again.session["messages"].as_array().unwrap().len() as i64, customer.seen);
    assert_eq!(again.session["conversation"]["language"], "zh", "and keeps its language");
    // Signed in, the customer's name is known and there is no visitor's token.
    let emma = Customer::signed_in(&server.base, server.token("C1003"), "en").await;
    assert_eq!(emma.session["customer"]["name"], "Emma Wilson");
    assert_eq!(emma.session["customer"]["signed_in"], true);
    assert!(emma.session.get("visitor_token").is_none());
    // A token that has had its day makes a new visitor, not an error.
    let other = Customer::session(&server.base, json!({"visitor_token": "x.y.z"})).await;
    assert_ne!(other.id, customer.id);
}

async fn bot_says_that_it_types(engine: Engine) {
    let server = shared(engine).await;
    let customer = Customer::visitor(&server.base, "zh").await;
    let mut socket = Socket::of(&customer, 0).await;
    socket.send(&json!({"type": "ping"})).await;
    socket.find("a pong", |f| f["type"] == "pong").await;
    socket.say("m1", "营业时间是几点？").await;
    let is_typing = |on: bool| move |f: &Value| f["type"] == "typing" && f["sender"]["kind"] == "bot" && f["on"] == on;
    socket.find("typing on", is_typing(true)).await;
    socket.find("typing off", is_typing(false)).await;
}
