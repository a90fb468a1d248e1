//! Who may do what: every staff route for every role, customers' tokens, other people's conversations.

use crate::harness::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use server::guard::identity::{CustomerClaims, DEFAULT_INBOX, sign_customer};
use server::guard::staff::hash_password;

crate::cases![
    every_staff_route_wants_a_session,
    every_role_gets_what_it_may,
    writes_want_the_csrf_header,
    wrong_logins_are_refused_and_slowed,
    logout_ends_the_session,
    sessions_run_out,
    forged_customer_tokens,
    tokens_are_for_one_purpose,
    other_peoples_conversations,
    staff_socket_is_for_agents,
];

/// Method and path of every documented staff route, with made-up ids in the path.
async fn staff_routes(server: &Server) -> Vec<(String, String)> {
    let document = Reply::of(server.get("/openapi.json")).await.ok();
    let mut routes = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let Some(rest) = path.strip_prefix("/api/v1/staff") else { continue };
        for method in operations
            .as_object()
            .unwrap()
            .keys()
            .filter(|k| ["get", "post", "put", "patch", "delete"].contains(&k.as_str()))
        {
            let path = rest
                .replace("{id}", "nothing")
                .replace("{slug}", "no-such-article")
                .replace("{name}", "no_such_intent")
                .replace("{number}", "1");
            assert!(!path.contains('{'), "{path}");
            routes.push((method.clone(), path));
        }
    }
    assert!(routes.len() > 25, "{routes:?}");
    routes
}

/// Who may use a route; a new route must be put here.
fn allowed(method: &str, path: &str) -> &'static [&'static str] {
    const ALL: &[&str] = &["agent", "editor", "supervisor", "admin"];
    const CONSOLE: &[&str] = &["agent", "supervisor", "admin"];
    const EDIT: &[&str] = &["editor", "supervisor", "admin"];
    const SUPERVISE: &[&str] = &["supervisor", "admin"];
    match path.split('/').nth(1).unwrap() {
        "me" | "logout" | "try" => ALL,
        "articles" if method == "get" => ALL,
        "articles" | "article-import" | "article-export" | "markdown" | "replay" | "gaps" | "graph" | "intents"
        | "train" => EDIT,
        "queue" | "conversations" | "tickets" | "agents" => CONSOLE,
        "dashboard" => SUPERVISE,
        _ => panic!("who may {method} {path}? Say it in `allowed`"),
    }
}

async fn every_staff_route_wants_a_session(engine: Engine) {
    let server = shared(engine).await;
    for (method, path) in staff_routes(&server).await {
        if path == "/login" {
            continue;
        }
        for cookie in ["", "kefu_session=", "kefu_session=0000", "other=1"] {
            let request = http().request(super::harness::method(&method), server.url(&format!("/api/v1/staff{path}")));
            let reply = Reply::of(request.header("Cookie", cookie).header("X-Kefu-Csrf", "1").json(&json!({}))).await;
            assert_eq!(reply.status, 401, "{method} {path} with {cookie:?}: {}", reply.text);
            reply.refused(401, "unauthorized");
        }
    }
}

async fn every_role_gets_what_it_may(engine: Engine) {
    let server = shared(engine).await;
    let (email, password) = (format!("{}@demo.example", unique("admin")), "a long password");
    server.app.store.create_agent("Root", &email, "admin", &hash_password(password).unwrap(), "en").await.unwrap();
    let people = [
        ("agent", server.staff("agent", "zh").await),
        ("editor", server.staff("editor", "zh").await),
        ("supervisor", server.staff("supervisor", "zh").await),
        ("admin", Staff::login(&server.base, &email, password).await),
    ];
    for (method, path) in staff_routes(&server).await {
        // These would really do it; what they do is tested elsewhere.
        let does = path == "/login" || path == "/logout" || (path == "/train" && method == "post");
        for (role, staff) in &people {
            let may = path == "/login" || allowed(&method, &path).contains(role);
            if may && does {
                continue;
            }
            let reply = Reply::of(staff.request(super::harness::method(&method), &path).json(&json!({}))).await;
            if may {
                assert!(
                    ![401, 403].contains(&reply.status.as_u16()),
                    "{role} may {method} {path}: {} {}",
                    reply.status,
                    reply.text
                );
                assert!(!reply.status.is_server_error(), "{role} {method} {path}: {}", reply.text);
                if !reply.status.is_success() {
                    reply.is_error();
                }
            } else {
                reply.refused(403, "forbidden");
            }
        }
    }
}

async fn writes_want_the_csrf_header(engine: Engine) {
    let server = shared(engine).await;
    let supervisor = server.staff("supervisor", "zh").await;
    for (method, path) in staff_routes(&server).await {
        if method == "get" || path == "/login" {
            continue;
        }
        let request = http().request(super::harness::method(&method), server.url(&format!("/api/v1/staff{path}")));
        Reply::of(request.header("Cookie", &supervisor.cookie).json(&json!({}))).await.refused(403, "csrf");
    }
}

async fn wrong_logins_are_refused_and_slowed(engine: Engine) {
    let server = shared(engine).await;
    let try_login = async |email: &str, password: &str, language: &str| {
        let body = json!({"email": email, "password": password});
        Reply::of(server.post("/api/v1/staff/login", &body).header("Accept-Language", language)).await
    };
    // A colleague whom no other test needs.
    let email = format!("{}@demo.example", unique("slow"));
    server.app.store.create_agent("Slow", &email, "agent", &hash_password("right").unwrap(), "en").await.unwrap();
    let wrong = try_login(&email, "wrong", "zh").await;
    wrong.refused(401, "wrong_login");
    assert!(is_chinese(wrong.body["message"].as_str().unwrap()));
    let unknown = try_login("nobody@demo.example", "wrong", "zh").await;
    assert_eq!(unknown.body, wrong.body, "nobody learns which addresses exist");
    assert_eq!(try_login(&email, "right", "en").await.status, 200);
    let mut refused = 0;
    for _ in 0..15 {
        let reply = try_login(&email, "wrong", "en").await;
        match reply.status.as_u16() {
            401 => assert_eq!(refused, 0, "once slowed, slowed"),
            _ => {
                reply.refused(429, "too_many_attempts");
                refused += 1;
            }
        }
    }
    assert!(refused > 2, "guessing goes on for ever");
    try_login(&email, "right", "en").await.refused(429, "too_many_attempts");
}

async fn logout_ends_the_session(engine: Engine) {
    let server = shared(engine).await;
    let email = format!("{}@demo.example", unique("short"));
    server.app.store.create_agent("Short", &email, "editor", &hash_password("pw").unwrap(), "zh").await.unwrap();
    let staff = Staff::login(&server.base, &email, "pw").await;
    assert_eq!(staff.get("/me").await.ok()["role"], "editor");
    let changed = staff.patch("/me", &json!({"language": "en"})).await.ok();
    assert_eq!(changed["language"], "en");
    staff.patch("/me", &json!({"language": "xx"})).await.refused(422, "invalid");
    staff.patch("/me", &json!({"presence": "asleep"})).await.refused(422, "invalid");
    staff.post("/logout", &json!({})).await.ok();
    staff.get("/me").await.refused(401, "unauthorized");
}

async fn sessions_run_out(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = Customer::signed_in(&server.base, server.token("C1001"), "zh").await;
    let visitor = Customer::visitor(&server.base, "en").await;
    let agent = server.staff("agent", "zh").await;
    let config = &server.app.config;
    let hours = |h: i64| h * 3_600_000;
    server.app.clock.advance(hours(config.staff.session_hours) + 1_000);
    agent.get("/me").await.refused(401, "unauthorized");
    assert_eq!(customer.messages(0).await, Vec::<Value>::new(), "a chat goes on for longer");
    server.app.clock.advance(hours(config.chat.session_hours));
    for customer in [&customer, &visitor] {
        let reply = Reply::of(customer.request(reqwest::Method::GET, "/messages?after=0")).await;
        reply.refused(401, "bad_token");
        assert!(Socket::connect(&customer.socket_url(0), &[]).await.is_err());
    }
    server.stop().await.unwrap();
}

fn claims(sub: &str, exp: i64) -> CustomerClaims {
    CustomerClaims { sub: sub.into(), exp, name: None, email: None, phone: None, tier: None }
}

async fn forged_customer_tokens(engine: Engine) {
    let server = shared(engine).await;
    let secret = server.app.store.inbox_secret(DEFAULT_INBOX).await.unwrap().unwrap();
    let now = server.app.clock.now() / 1000;
    let part = |v: Value| URL_SAFE_NO_PAD.encode(v.to_string());
    let body = part(json!({"sub": "C1001", "exp": now + 3600}));
    let signature = server.token("C1001").rsplit('.').next().unwrap();
    let tokens = [
        ("expired", sign_customer(&claims("C1001", now - 60), DEFAULT_INBOX, &secret).unwrap()),
        ("another key", sign_customer(&claims("C1001", now + 3600), DEFAULT_INBOX, "not the key").unwrap()),
        ("an empty key", sign_customer(&claims("C1001", now + 3600), DEFAULT_INBOX, "").unwrap()),
        ("an unknown inbox", sign_customer(&claims("C1001", now + 3600), "elsewhere", &secret).unwrap()),
        ("a visitor's id", sign_customer(&claims("visitor:x", now + 3600), DEFAULT_INBOX, &secret).unwrap()),
        ("no id", sign_customer(&claims("", now + 3600), DEFAULT_INBOX, &secret).unwrap()),
        ("alg none", format!("{}.{body}.", part(json!({"alg": "none", "typ": "JWT"})))),
        ("alg none, signed", format!("{}.{body}.{signature}", part(json!({"alg": "none", "typ": "JWT"})))),
        ("another body", format!("{}.{body}.{signature}", part(json!({"alg": "HS256", "typ": "JWT", "kid": "web"})))),
        ("without an end", {
            let open = json!({"sub": "C1001"});
            jsonwebtoken::encode(
                &jsonwebtoken::Header::default(),
                &open,
                &jsonwebtoken::EncodingKey::from_secret(secret.as_bytes()),
            )
            .unwrap()
        }),
        ("no token", "hello".to_owned()),
        ("nothing", String::new()),
    ];
    for (what, token) in &tokens {
        let session = server
            .post("/api/v1/chat/session", &json!({"customer_token": token}))
            .header("Accept-Language", "zh-CN,zh;q=0.9");
        let reply = Reply::of(session).await;
        assert_eq!(reply.status, 401, "{what}: {}", reply.text);
        reply.refused(401, "bad_token");
        assert!(is_chinese(reply.body["message"].as_str().unwrap()));
        let webhook = json!({"sender": "x", "message": "hi", "metadata": {"customer_token": token}});
        let reply = Reply::of(server.post("/webhooks/rest/webhook", &webhook)).await;
        assert_eq!(reply.status, 401, "{what}: {}", reply.text);
    }
    let good = sign_customer(&claims("C1001", now + 3600), DEFAULT_INBOX, &secret).unwrap();
    assert_eq!(Customer::signed_in(&server.base, &good, "zh").await.session["customer"]["id"], "C1001");
}

async fn tokens_are_for_one_purpose(engine: Engine) {
    let server = shared(engine).await;
    let customer = Customer::visitor(&server.base, "en").await;
    let visitor_token = customer.session["visitor_token"].as_str().unwrap();
    let path = format!("/api/v1/chat/conversations/{}/messages", customer.id);
    for wrong in [visitor_token, server.token("C1001"), "", "x"] {
        assert_eq!(Reply::of(server.get(&path).bearer_auth(wrong)).await.status, 401, "{wrong}");
    }
    Reply::of(server.get(&path)).await.refused(401, "unauthorized");
    Reply::of(server.get(&path).header("Authorization", format!("Basic {}", customer.token)))
        .await
        .refused(401, "unauthorized");
    let chat_as_visitor = Customer::session(&server.base, json!({"visitor_token": customer.token})).await;
    assert_ne!(chat_as_visitor.id, customer.id, "a chat token does not make a visitor known");
    let staff = http().get(server.url("/api/v1/staff/me")).bearer_auth(&customer.token);
    Reply::of(staff).await.refused(401, "unauthorized");
}

async fn other_peoples_conversations(engine: Engine) {
    let server = shared(engine).await;
    let mut victim = Customer::signed_in(&server.base, server.token("C1006"), "zh").await;
    victim.ask("你好，我的暗号是芝麻开门").await;
    let thief = Customer::signed_in(&server.base, server.token("C1007"), "zh").await;
    let at = |token: &Customer, id: &str| Customer { id: id.to_owned(), ..token.clone() };
    for id in [victim.id.as_str(), "nothing", "../../staff/me", "%00", "' OR 1=1 --"] {
        let thief = at(&thief, &id.replace('/', "%2F").replace(' ', "%20").replace('\'', "%27"));
        let replies = [
            Reply::of(thief.request(reqwest::Method::GET, "/messages?after=0&wait=0")).await,
            thief.send("x", "hi").await,
            thief.post("/typing", &json!({})).await,
            thief.post("/rating", &json!({"score": 5})).await,
            thief.post("/leave-queue", &json!({})).await,
        ];
        for reply in replies {
            reply.refused(404, "not_found");
            assert!(!reply.text.contains("芝麻"));
        }
        assert!(Socket::connect(&thief.socket_url(0), &[]).await.is_err(), "no socket into {id}");
    }
    assert_eq!(victim.messages(0).await.iter().filter(|m| m["sender"]["kind"] == "customer").count(), 1);
    let no_token = Customer { token: "x".into(), ..victim.clone() };
    assert!(Socket::connect(&no_token.socket_url(0), &[]).await.is_err());
}

async fn staff_socket_is_for_agents(engine: Engine) {
    let server = shared(engine).await;
    let url = server.url("/api/v1/staff/ws").replacen("http", "ws", 1);
    assert!(Socket::connect(&url, &[]).await.is_err(), "without a session");
    let editor = server.staff("editor", "zh").await;
    assert!(Socket::connect(&url, &[("cookie", &editor.cookie)]).await.is_err(), "an editor does not read along");
    let agent = server.staff("agent", "zh").await;
    let mut socket = Socket::of_staff(&agent).await;
    socket.find("the queue", |f| f["type"] == "queue").await;
    let present = socket.find("who is there", |f| f["type"] == "presence").await;
    assert!(
        present["agents"].as_array().unwrap().iter().any(|a| a["id"] == agent.id && a["presence"] == "online"),
        "{present}"
    );
}
