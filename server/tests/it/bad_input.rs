//! Whatever comes in: a clear answer, nothing lost, nothing broken.

use crate::harness::*;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::HashSet;
use tokio_tungstenite::tungstenite::Message;

crate::cases![
    odd_texts_are_answered,
    empty_and_too_long_are_refused,
    bodies_that_are_no_json,
    errors_speak_chinese,
    errors_have_one_shape,
    html_stays_text,
    bad_frames,
    huge_frame,
    ten_thousand_in_a_row,
    odd_names,
    nul_is_no_character,
];

async fn healthy(server: &Server) {
    let health = Reply::of(server.get("/healthz")).await;
    assert_eq!(health.status, 200, "{}", health.text);
}

/// Texts that people or programs really send; each gets an answer of the bot.
fn odd() -> Vec<String> {
    [
        "🙂",
        "👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
        "？？？？？",
        "...",
        "!",
        "0",
        "مرحبا، أين طلبي؟",
        "שלום, איפה ההזמנה שלי?",
        "\u{202E}txet desrever\u{202C} 你好",
        "a\u{0}b\u{7}c\u{1b}[31m",
        "\u{FEFF}你好",
        "<script>alert(1)</script>",
        "'; DROP TABLE messages; --",
        "{{ 7*7 }} {% for x in y %}",
        "${jndi:ldap://x}",
        "../../etc/passwd",
        "Ａｎｙ　ｗｉｄｔｈ　Ｍ２",
        "Z̸̧͎a̷l̴g̵o̶",
        "e\u{301}e\u{301}",
        "ｘ\u{200B}ｙ\u{200D}",
        "NULL",
        "/",
        "/nothing{",
        "/affirm",
        "/order{\"order\":\"KF0\"}",
        "\n\n你好\n\n",
        "KF99999999999999999999999999999999",
        "99999999999999999999999999999",
        "1e400",
        "2026-02-30",
        "🇨🇳 13800138000 @@@@ a@b",
    ]
    .map(str::to_owned)
    .to_vec()
}

async fn odd_texts_are_answered(engine: Engine) {
    let server = shared(engine).await;
    // A few at a time, each in a conversation of its own.
    futures_util::stream::iter(odd())
        .for_each_concurrent(4, async |text| {
            let answers = server.webhook(&unique("odd"), &text, json!({})).await;
            assert!(
                !answers.is_empty() && answers.iter().all(|a| !a["text"].as_str().unwrap().is_empty()),
                "{text:?}: {answers:?}"
            );
            let parsed = Reply::of(server.post("/model/parse", &json!({"text": text}))).await;
            assert_eq!(parsed.status, 200, "{text:?}: {}", parsed.text);
            let found = Reply::of(server.post("/api/v1/knowledge/search", &json!({"query": text}))).await;
            assert_eq!(found.status, 200, "{text:?}: {}", found.text);
        })
        .await;
    // The longest that is allowed is answered, too.
    let mut customer = Customer::visitor(&server.base, "zh").await;
    customer.ask(&"我的订单在哪里？".repeat(500)).await;
    customer.ask(&"🙂".repeat(4000)).await;
    healthy(&server).await;
}

async fn empty_and_too_long_are_refused(engine: Engine) {
    let server = shared(engine).await;
    let customer = Customer::visitor(&server.base, "en").await;
    let mut socket = Socket::of(&customer, 0).await;
    for (text, status, code) in [
        (String::new(), 422, "empty_message"),
        ("  \n\t　 ".into(), 422, "empty_message"),
        ("\u{0}\u{1}\u{FEFF}".into(), 422, "empty_message"),
        ("好".repeat(4001), 413, "message_too_long"),
        ("x".repeat(100_000), 413, "message_too_long"),
    ] {
        customer.send(&unique("e"), &text).await.refused(status, code);
        let webhook = json!({"sender": "empty", "message": text});
        Reply::of(server.post("/webhooks/rest/webhook", &webhook)).await.refused(status, code);
        Reply::of(server.post("/model/parse", &json!({"text": text}))).await.refused(status, code);
        Reply::of(server.post("/api/v1/knowledge/search", &json!({"query": text}))).await.refused(status, code);
        socket.say("w", &text).await;
        let error = socket.find("the error", |f| f["type"] == "error").await;
        assert_eq!((&error["code"], &error["client_id"]), (&json!(code), &json!("w")), "{error}");
    }
    // A megabyte is not even read.
    let big = json!({"client_id": "big", "text": "x".repeat(1_000_000)});
    customer.post("/messages", &big).await.refused(413, "too_large");
    let sender = json!({"sender": "big", "message": "x".repeat(1_000_000)});
    Reply::of(server.post("/webhooks/rest/webhook", &sender)).await.refused(413, "too_large");
    assert_eq!(customer.messages(0).await, Vec::<Value>::new(), "nothing of it was stored");
    for limit in [0, 21, 100_000] {
        Reply::of(server.post("/api/v1/knowledge/search", &json!({"query": "x", "limit": limit})))
            .await
            .refused(422, "invalid");
    }
    healthy(&server).await;
}

async fn bodies_that_are_no_json(engine: Engine) {
    let server = shared(engine).await;
    let customer = Customer::visitor(&server.base, "en").await;
    let messages = server.url(&format!("/api/v1/chat/conversations/{}/messages", customer.id));
    let targets = [
        messages.as_str(),
        &server.url("/webhooks/rest/webhook"),
        &server.url("/api/v1/chat/session"),
        &server.url("/api/v1/staff/login"),
        &server.url("/model/parse"),
    ];
    let bodies: [&[u8]; 9] = [
        b"",
        b"{",
        b"null",
        b"[]",
        b"{\"client_id\":1}",
        b"\xff\xfe\x00",
        b"{\"text\":\"\xc3\x28\",\"client_id\":\"a\",\"sender\":\"b\",\"message\":\"\xc3\x28\"}",
        b"{\"text\":\"\\ud800\",\"client_id\":\"a\"}",
        &[b'['; 10_000],
    ];
    for url in targets {
        for body in bodies {
            let request = http()
                .post(url)
                .bearer_auth(&customer.token)
                .header("Content-Type", "application/json")
                .body(body.to_vec());
            let reply = Reply::of(request).await;
            // A session needs nothing of what these objects have; it is made, and what is odd in them is not looked at.
            if reply.status.is_success() {
                assert!(url.ends_with("/session") && body.len() > 1, "{url} took {body:?}");
                continue;
            }
            assert!(reply.status.is_client_error(), "{url} {body:?}: {} {}", reply.status, reply.text);
            reply.is_error();
        }
        let typed = http().post(url).bearer_auth(&customer.token).header("Content-Type", "text/plain").body("{}");
        Reply::of(typed).await.refused(415, "not_json");
        Reply::of(
            http()
                .post(url)
                .bearer_auth(&customer.token)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body("sender=x&message=y"),
        )
        .await
        .refused(415, "not_json");
    }
    assert_eq!(customer.messages(0).await, Vec::<Value>::new());
}

async fn errors_speak_chinese(engine: Engine) {
    let server = shared(engine).await;
    for (header, chinese) in
        [("zh-CN,zh;q=0.9,en;q=0.5", true), ("zh", true), ("en-GB", false), ("fr, zh;q=0.4", true), ("xx", false)]
    {
        let requests = [
            server.get("/api/v1/nothing"),
            server.get("/api/v1/articles/nothing"),
            server.get("/api/v1/staff/me"),
            server.get("/webhooks/rest/webhook"),
            server.post("/webhooks/rest/webhook", &json!({"sender": "x", "message": ""})),
            server.post("/webhooks/rest/webhook", &json!({"message": "x"})),
            server.post("/api/v1/chat/session", &json!({"customer_token": "x"})),
            server.post("/webhooks/rest/webhook", &json!({"sender": "x", "message": "x".repeat(600_000)})),
        ];
        for request in requests {
            let reply = Reply::of(request.header("Accept-Language", header)).await;
            assert!(reply.status.is_client_error());
            reply.is_error();
            assert_eq!(is_chinese(reply.body["message"].as_str().unwrap()), chinese, "{header}: {}", reply.text);
        }
    }
}

async fn errors_have_one_shape(engine: Engine) {
    let server = shared(engine).await;
    let agent = server.staff("agent", "zh").await;
    let customer = Customer::visitor(&server.base, "en").await;
    // Wrong methods, addresses, query values; upgrades that are none.
    let requests = [
        (404, server.get("/api/v1/")),
        (404, server.get("/api/")),
        (404, server.post("/nothing/at/all", &json!({}))),
        (405, http().delete(server.url("/webhooks/rest/webhook"))),
        (405, server.get("/model/parse")),
        (400, customer.request(reqwest::Method::GET, "/messages?after=yesterday")),
        (400, customer.request(reqwest::Method::GET, "/messages?after=99999999999999999999")),
        (400, customer.request(reqwest::Method::GET, "/messages?wait=-1")),
        (400, agent.request(reqwest::Method::GET, "/conversations?before=x")),
        (400, server.get("/api/v1/chat/ws")),
        (400, server.get(&format!("/api/v1/chat/ws?token={}&conversation={}", customer.token, customer.id))),
        (400, server.get("/api/v1/articles/%ff%fe")),
        (422, agent.request(reqwest::Method::GET, "/conversations?scope=everything")),
    ];
    for (status, request) in requests {
        let (_, built) = request.try_clone().unwrap().build_split();
        let built = built.unwrap();
        let reply = Reply::of(request).await;
        assert_eq!(reply.status.as_u16(), status, "{} {}: {}", built.method(), built.url(), reply.text);
        assert!(reply.body.is_object(), "{} {}: {:?}", built.method(), built.url(), reply.text);
        reply.is_error();
    }
    // A negative or absurd seq is simply before or after everything.
    assert_eq!(customer.messages(i64::MIN).await, Vec::<Value>::new());
    assert_eq!(customer.messages(i64::MAX).await, Vec::<Value>::new());
}

async fn html_stays_text(engine: Engine) {
    let server = shared(engine).await;
    let agent = server.staff("agent", "en").await;
    let text = "<img src=x onerror=alert(1)><script>fetch('/api/v1/staff/me')</script> & \"quotes\" 'too' &lt;b&gt;";
    let mut customer = Customer::visitor(&server.base, "en").await;
    let said = customer.ask(text).await;
    assert!(!texts(&said).contains("<script"), "the bot repeats it: {said:?}");
    assert_eq!(customer.messages(0).await[0]["text"], text);
    assert_eq!(agent.conversation(&customer.id).await["messages"][0]["text"], text);
    let reply = Reply::of(customer.request(reqwest::Method::GET, "/messages?after=0")).await;
    assert_eq!(reply.body["messages"][0]["text"], text);
    // Served as JSON that no browser takes for a page; pages run scripts only from here.
    let response = http()
        .get(server.url(&format!("/api/v1/chat/conversations/{}/messages", customer.id)))
        .bearer_auth(&customer.token)
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    for page in ["/", "/staff", "/help/anything", "/docs"] {
        let response = server.get(page).send().await.unwrap();
        if response.status() == 200 {
            let policy = response.headers()["content-security-policy"].to_str().unwrap();
            assert!(
                policy.contains("script-src 'self'") && !policy.contains("script-src 'self' 'unsafe-inline'"),
                "{page}: {policy}"
            );
        }
    }
}

async fn bad_frames(engine: Engine) {
    let server = shared(engine).await;
    let customer = Customer::visitor(&server.base, "zh").await;
    let mut socket = Socket::of(&customer, 0).await;
    for frame in [
        "",
        "{",
        "null",
        "[]",
        "7",
        "{\"type\":\"nothing\"}",
        "{\"type\":\"send\"}",
        "{\"type\":\"send\",\"client_id\":7,\"text\":\"x\"}",
        "你好",
    ] {
        socket.stream.send(Message::text(frame)).await.unwrap();
        let error = socket.find("the error", |f| f["type"] == "error").await;
        assert_eq!(error["code"], "bad_json", "{frame}: {error}");
        assert!(is_chinese(error["message"].as_str().unwrap()), "{error}");
    }
    for id in ["", &"x".repeat(101), "a\u{0}b"] {
        socket.say(id, "hi").await;
        assert_eq!(socket.find("the error", |f| f["type"] == "error").await["code"], "invalid");
    }
    socket.stream.send(Message::binary(vec![0u8, 159, 146, 150])).await.unwrap();
    assert_eq!(socket.find("the error", |f| f["type"] == "error").await["code"], "invalid");
    // And it still works.
    socket.say("good", "满多少包邮？").await;
    socket.bot_says().await;
}

async fn huge_frame(engine: Engine) {
    let server = shared(engine).await;
    let customer = Customer::visitor(&server.base, "en").await;
    let mut socket = Socket::of(&customer, 0).await;
    let frame = json!({"type": "send", "client_id": "huge", "text": "x".repeat(5_000_000)}).to_string();
    // The server hangs up while it is still being sent, or after.
    let _ = socket.stream.send(Message::text(frame)).await;
    while socket.next().await.is_some() {}
    assert_eq!(customer.messages(0).await, Vec::<Value>::new());
    let mut socket = Socket::of(&customer, 0).await;
    socket.say("small", "hello").await;
    socket.bot_says().await;
    healthy(&server).await;
}

async fn ten_thousand_in_a_row(engine: Engine) {
    const MANY: usize = 10_000;
    let server = shared(engine).await;
    let customer = Customer::visitor(&server.base, "en").await;
    let socket = Socket::of(&customer, 0).await;
    let (mut sink, mut stream) = socket.stream.split();
    let write = async {
        for n in 0..MANY {
            let frame = json!({"type": "send", "client_id": n.to_string(), "text": format!("message {n}: when is shipping free?")});
            sink.feed(Message::text(frame.to_string())).await.unwrap();
        }
        sink.flush().await.unwrap();
    };
    let read = async {
        let (mut acked, mut refused) = (HashSet::new(), HashSet::new());
        while acked.len() + refused.len() < MANY {
            let frame = tokio::time::timeout(DEADLINE, stream.next())
                .await
                .expect("an answer to every frame")
                .unwrap()
                .unwrap();
            let Message::Text(text) = frame else { continue };
            let frame: Value = serde_json::from_str(text.as_str()).unwrap();
            let id = frame["client_id"].as_str().unwrap_or("").to_owned();
            match frame["type"].as_str().unwrap() {
                "ack" => assert!(acked.insert(id)),
                "error" => {
                    assert_eq!(frame["code"], "rate_limited", "{frame}");
                    assert!(!frame["message"].as_str().unwrap().is_empty());
                    assert!(refused.insert(id));
                }
                _ => {}
            }
        }
        (acked, refused)
    };
    // Meanwhile another customer is served.
    let other = async {
        let mut other = Customer::visitor(&server.base, "zh").await;
        other.ask("满多少包邮？").await
    };
    let ((), (acked, refused), said) = tokio::join!(write, read, other);
    assert!(texts(&said).contains("99"), "{said:?}");
    assert!(acked.len() >= 20, "{}", acked.len());
    assert!(refused.len() > MANY / 2, "{} of {MANY} were taken", acked.len());
    healthy(&server).await;
    // Everything that was accepted is stored, once, and answered: by the bot until it gives up on who asks the same
    // again and again, and then it says that a human will.
    let messages = until("the answer to the last one", async || {
        let messages = customer.messages(0).await;
        let answered = messages.iter().any(|m| m["sender"]["kind"] == "bot");
        let stored = messages.iter().filter(|m| m["sender"]["kind"] == "customer").count();
        (answered && stored == acked.len()).then_some(messages)
    })
    .await;
    let stored: Vec<_> = messages
        .iter()
        .filter(|m| m["sender"]["kind"] == "customer")
        .map(|m| m["client_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(stored.len(), acked.len());
    assert_eq!(stored.into_iter().collect::<HashSet<_>>(), acked);
    assert!(messages.len() < 500, "the page of messages that this test reads is whole");
}

async fn odd_names(engine: Engine) {
    let server = shared(engine).await;
    for sender in ["", "a\u{0}b", "a\nb", &"x".repeat(201)] {
        Reply::of(server.post("/webhooks/rest/webhook", &json!({"sender": sender, "message": "hi"})))
            .await
            .refused(422, "invalid");
    }
    for sender in ["用户 一 🙂", "C1001", "visitor:x", "'; --", "../x"] {
        let name = format!("{sender}{}", unique("n"));
        let answers = server.webhook(&name, "我的订单到哪了？", json!({"language": "zh"})).await;
        assert_eq!(answers[0]["recipient_id"], name);
        assert!(!texts(&answers).contains("KF"), "a name is no proof: {answers:?}");
    }
    let payload = json!({"client_id": "p", "text": "x", "payload": "y".repeat(2001)});
    Customer::visitor(&server.base, "en").await.post("/messages", &payload).await.refused(422, "invalid");
}

/// PostgreSQL keeps no NUL; whoever sends one gets an answer all the same, on both engines.
async fn nul_is_no_character(engine: Engine) {
    let server = shared(engine).await;
    let agent = server.staff("agent", "zh").await;
    let editor = server.staff("editor", "zh").await;
    let customer = Customer::visitor(&server.base, "en").await;
    let nul = "a\u{0}b";
    let replies = [
        Reply::of(server.post("/api/v1/staff/login", &json!({"email": nul, "password": nul}))).await,
        Reply::of(server.get("/api/v1/articles/a%00b")).await,
        agent.get("/conversations/a%00b").await,
        agent.post(&format!("/conversations/{}/transfer", customer.id), &json!({"agent": nul})).await,
        agent.post("/tickets/a%00b/accept", &json!({})).await,
        editor.get("/articles/a%00b").await,
        customer.post("/messages", &json!({"client_id": nul, "text": "x"})).await,
        customer.post("/messages", &json!({"client_id": "n", "text": "x", "payload": nul})).await,
        customer.post("/rating", &json!({"score": 5, "comment": nul})).await,
        Reply::of(server.post("/webhooks/rest/webhook", &json!({"sender": nul, "message": "x"}))).await,
    ];
    for reply in replies {
        assert!(reply.status.is_client_error(), "{} {}", reply.status, reply.text);
        reply.is_error();
    }
    editor.post("/try", &json!({"text": "你好", "customer": nul})).await;
    healthy(&server).await;
}
