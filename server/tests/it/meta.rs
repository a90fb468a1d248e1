//! Health, metrics, the API's description, pages.

use crate::harness::*;
use serde_json::Value;
use std::path::Path;

crate::cases![
    health,
    metrics_have_their_names,
    openapi_is_the_committed_one,
    every_documented_route_is_there,
    pages,
    dashboard_counts
];

async fn health(engine: Engine) {
    let server = shared(engine).await;
    let health = Reply::of(server.get("/healthz")).await.ok();
    assert_eq!(
        (health["status"].as_str(), health["store"].as_str(), health["encoder"].as_str()),
        (Some("ok"), Some("ok"), Some("ok"))
    );
    assert!(health["articles"].as_u64().unwrap() >= 80, "{health}");
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
}

async fn metrics_have_their_names(engine: Engine) {
    let server = shared(engine).await;
    let mut customer = Customer::signed_in(&server.base, server.token("C1004"), "en").await;
    let _socket = Socket::of(&customer, 0).await;
    customer.ask("Where is my order?").await;
    let (agent, _) = server.two_agents().await;
    let mut waiting = Customer::visitor(&server.base, "zh").await;
    waiting.ask("转人工").await;
    agent.post(&format!("/conversations/{}/take-over", waiting.id), &serde_json::json!({})).await.ok();
    let text = Reply::of(server.get("/metrics")).await.text;
    for name in [
        "kefu_messages_total{",
        "kefu_reply_seconds_bucket{",
        "kefu_reply_seconds_count",
        "kefu_http_requests_total{",
        "kefu_sockets{",
        "kefu_queue_waiting",
        "kefu_agents_present",
        "kefu_handoffs_total{",
        "kefu_action_calls_total{",
        "kefu_queue_wait_seconds_count",
    ] {
        assert!(text.contains(name), "{name} is missing in\n{text}");
    }
    for line in text.lines().filter(|l| !l.starts_with('#') && !l.is_empty()) {
        assert!(line.starts_with("kefu_"), "not ours: {line}");
        assert!(line.rsplit(' ').next().unwrap().parse::<f64>().is_ok(), "no number: {line}");
        assert!(
            !line.contains(&customer.id) && !line.contains("C1004"),
            "a label for each customer grows without end: {line}"
        );
    }
}

async fn openapi_is_the_committed_one(engine: Engine) {
    let server = shared(engine).await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let served = Reply::of(server.get("/openapi.json")).await.ok();
    let committed: Value =
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap_or_default()).unwrap_or_default();
    assert!(
        served == committed,
        "server/openapi.json is not what the server serves; refresh it (and the UI's types) with `make openapi`, \
         or alone with `kefu openapi > server/openapi.json`, and commit it"
    );
}

/// No document without its route, no 404 for a route of the document.
async fn every_documented_route_is_there(engine: Engine) {
    let server = shared(engine).await;
    let document = Reply::of(server.get("/openapi.json")).await.ok();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let wrong = http().request(method("TRACE"), server.url(&path.replace(['{', '}'], "")));
        let reply = Reply::of(wrong).await;
        reply.refused(405, "method_not_allowed");
        for (name, operation) in operations.as_object().unwrap() {
            assert!(
                operation["summary"].as_str().or(operation["description"].as_str()).is_some_and(|s| !s.is_empty()),
                "{name} {path} is not described"
            );
            assert!(operation["tags"][0].is_string(), "{name} {path} has no tag");
            assert!(operation["responses"].as_object().is_some_and(|r| !r.is_empty()), "{name} {path}");
        }
    }
}

async fn pages(engine: Engine) {
    let server = shared(engine).await;
    if server.get("/").send().await.unwrap().status() == 404 {
        println!("the pages are not built (`make ui`): this build has none to test");
        return;
    }
    for path in ["/", "/staff", "/staff/knowledge", "/help/?lang=zh", "/docs"] {
        let response = server.get(path).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    }
    let widget = server.get("/widget.js").header("Accept-Encoding", "gzip").send().await.unwrap();
    assert_eq!(widget.status(), 200);
    assert_eq!(widget.headers()["content-encoding"], "gzip");
    assert_eq!(widget.headers()["access-control-allow-origin"], "*");
    let tag = widget.headers()["etag"].clone();
    let again = server.get("/widget.js").header("If-None-Match", tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    Reply::of(server.get("/assets/none.js")).await.refused(404, "not_found");
    Reply::of(server.get("/../Cargo.toml")).await.refused(404, "not_found");
    Reply::of(server.get("/..%2f..%2fetc%2fpasswd")).await.refused(404, "not_found");
}

async fn dashboard_counts(engine: Engine) {
    let server = quiet(engine).await;
    let supervisor = server.staff("supervisor", "zh").await;
    let before = supervisor.get("/dashboard").await.ok();
    let mut customer = Customer::visitor(&server.base, "zh").await;
    customer.ask("怎么开电子发票？").await;
    let question = format!("量子纠缠怎么用来发射第{}枚火箭？", before["open"]);
    customer.ask(&question).await;
    let after = supervisor.get("/dashboard").await.ok();
    assert_eq!(after["open"].as_i64().unwrap(), before["open"].as_i64().unwrap() + 1, "{after}");
    assert!(after["median_reply_ms"].as_i64().unwrap() >= 0);
    let intents = after["intents"].as_array().unwrap();
    assert!(intents.iter().any(|i| i["name"] == "ask_invoice"), "{after}");
    assert_eq!(after["unanswered"][0]["text"], question.as_str(), "{after}");
    assert_eq!(after["unanswered"][0]["conversation"], customer.id.as_str());
    assert!(!after["per_hour"].as_array().unwrap().is_empty());
}
