//! What editors own: articles are live at once, training swaps, files go out and come in again.

use crate::harness::process::{kefu, run};
use crate::harness::*;
use serde_json::{Value, json};
use server::content;
use std::path::Path;

crate::cases![
    article_is_live_at_once,
    stale_revision_is_refused,
    agents_do_not_edit,
    bad_articles_are_refused,
    training_is_swapped_in,
    export_loads_again,
    trial_changes_nothing
];

fn article(slug: &str, word: &str) -> Value {
    json!({
        "slug": slug, "category": "service",
        "versions": {
            "zh": {"title": format!("{word} 热气球送货"), "body": format!("我们用**热气球**为{word}会员送货，每周三起飞。"), "questions": [format!("{word} 热气球什么时候送货？")]},
            "en": {"title": format!("{word} balloon delivery"), "body": format!("{word} members get their parcels by hot-air balloon, every Wednesday."), "questions": [format!("When does the {word} balloon deliver?")]}
        }
    })
}

async fn finds(server: &Server, query: &str, language: &str) -> Vec<String> {
    let found =
        Reply::of(server.post("/api/v1/knowledge/search", &json!({"query": query, "language": language, "limit": 10})))
            .await
            .ok();
    found["hits"].as_array().unwrap().iter().map(|h| h["id"].as_str().unwrap().to_owned()).collect()
}

async fn article_is_live_at_once(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let slug = unique("balloon");
    let created = editor.post("/articles", &article(&slug, "青羽")).await.ok();
    assert_eq!(created["revision"], 1);
    for (language, query) in [("zh", "青羽热气球什么时候送货？"), ("en", "When does the 青羽 hot-air balloon deliver?")]
    {
        assert_eq!(finds(&server, query, language).await.first(), Some(&slug), "{language}");
    }
    let mut customer = Customer::visitor(&server.base, "zh").await;
    let said = customer.ask("青羽热气球什么时候送货？").await;
    assert!(texts(&said).contains("每周三"), "{said:?}");
    assert_eq!(said[0]["citations"][0]["article"], slug);
    // A change replaces what is found.
    let mut changed = article(&slug, "青羽");
    changed["versions"]["zh"]["body"] = json!("青羽会员的热气球改为每周五起飞。");
    changed["revision"] = json!(1);
    assert_eq!(editor.put(&format!("/articles/{slug}"), &changed).await.ok()["revision"], 2);
    let said = Customer::visitor(&server.base, "zh").await.ask("青羽热气球什么时候送货？").await;
    assert!(texts(&said).contains("每周五") && !texts(&said).contains("每周三"), "{said:?}");
    let page = Reply::of(server.get(&format!("/api/v1/articles/{slug}?language=en"))).await.ok();
    assert!(page["body_html"].as_str().unwrap().contains("Wednesday"));
    assert_eq!(editor.post("/articles", &article(&slug, "青羽")).await.body["code"], "exists");
    // Deleted is gone.
    editor.delete(&format!("/articles/{slug}")).await.ok();
    assert!(!finds(&server, "青羽热气球什么时候送货？", "zh").await.contains(&slug));
    Reply::of(server.get(&format!("/api/v1/articles/{slug}"))).await.refused(404, "not_found");
    editor.delete(&format!("/articles/{slug}")).await.refused(404, "not_found");
}

async fn stale_revision_is_refused(engine: Engine) {
    let server = shared(engine).await;
    let (editor, supervisor) = (server.staff("editor", "zh").await, server.staff("supervisor", "zh").await);
    let slug = unique("stale");
    editor.post("/articles", &article(&slug, "松果")).await.ok();
    let path = format!("/articles/{slug}");
    let mut change = article(&slug, "松果");
    change["revision"] = json!(1);
    // Two at once from the same revision: one wins.
    let (one, two) = tokio::join!(editor.put(&path, &change), supervisor.put(&path, &change));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{one:?} {two:?}");
    editor.put(&path, &change).await.refused(409, "stale_revision");
    change.as_object_mut().unwrap().remove("revision");
    editor.put(&path, &change).await.refused(422, "invalid");
    assert_eq!(editor.get(&path).await.ok()["revision"], 2);
    editor.delete(&path).await.ok();
}

async fn agents_do_not_edit(engine: Engine) {
    let server = shared(engine).await;
    let agent = server.staff("agent", "en").await;
    agent.post("/articles", &article("x", "x")).await.refused(403, "forbidden");
    let list = agent.get("/articles?q=invoice").await.ok();
    let slug = list["articles"][0]["slug"].as_str().unwrap();
    let path = format!("/articles/{slug}");
    let mut article = agent.get(&path).await.ok();
    article["revision"] = json!(1);
    agent.put(&path, &article).await.refused(403, "forbidden");
    agent.delete(&path).await.refused(403, "forbidden");
    agent.put("/intents/greet", &json!({"examples": ["a", "b"]})).await.refused(403, "forbidden");
    agent.post("/train", &json!({})).await.refused(403, "forbidden");
}

async fn bad_articles_are_refused(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let ok = article("fine", "x");
    let with = |change: &dyn Fn(&mut Value)| {
        let mut a = ok.clone();
        change(&mut a);
        a
    };
    for bad in [
        with(&|a| a["slug"] = json!("")),
        with(&|a| a["slug"] = json!("../../etc")),
        with(&|a| a["slug"] = json!("中文")),
        with(&|a| a["category"] = json!("A B")),
        with(&|a| a["versions"] = json!({})),
        with(&|a| a["versions"]["zh"]["title"] = json!("")),
        with(&|a| a["versions"]["zh"]["body"] = json!("x".repeat(20_001))),
        with(&|a| a["versions"]["xx"] = json!({"title": "a", "body": "b"})),
    ] {
        let reply = editor.post("/articles", &bad).await;
        reply.refused(422, "invalid");
    }
    Reply::of(server.get("/api/v1/articles/fine")).await.refused(404, "not_found");
    // What is not safe in a page is not there.
    let slug = unique("evil");
    let evil = with(&|a| {
        a["slug"] = json!(slug);
        a["versions"]["en"]["body"] =
            json!("Hi <script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) <b>bold</b>");
    });
    editor.post("/articles", &evil).await.ok();
    let html = Reply::of(server.get(&format!("/api/v1/articles/{slug}?language=en"))).await.ok()["body_html"]
        .as_str()
        .unwrap()
        .to_lowercase();
    assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("href=\"javascript"), "{html}");
    editor.delete(&format!("/articles/{slug}")).await.ok();
    for examples in [json!([]), json!(["one"]), json!(["x".repeat(501), "y"]), json!(["same", " same "])] {
        let bad = json!({"examples": examples, "revision": 1});
        editor.put("/intents/greet", &bad).await.refused(422, "invalid");
    }
}

async fn intent_of(server: &Server, text: &str) -> String {
    let parsed = Reply::of(server.post("/model/parse", &json!({"text": text}))).await.ok();
    parsed["intent"]["name"].as_str().unwrap().to_owned()
}

/// A new intent, first trained over the API and then by another process, both without a restart.
async fn training_is_swapped_in(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    let text = "请帮我给小猫预约洗澡";
    assert_ne!(intent_of(&server, text).await, "book_cat_bath");
    let examples = [
        "给猫洗澡预约",
        "我想预约猫咪洗澡",
        "猫咪洗澡怎么约",
        "帮我的猫约一次洗澡",
        "小猫洗澡预约",
        "预约给小猫洗澡",
        "book a bath for my cat",
        "I want a bath appointment for my kitten",
        "my cat needs a bath, book it",
        "cat bath booking please",
    ];
    editor.put("/intents/book_cat_bath", &json!({"examples": examples, "revision": 0})).await.ok();
    let started = editor.post("/train", &json!({})).await;
    assert_eq!(started.status, 202, "{}", started.text);
    editor.post("/train", &json!({})).await.refused(409, "training");
    // It goes on answering.
    let mut customer = Customer::visitor(&server.base, "zh").await;
    customer.ask("满多少包邮？").await;
    let state = until("the end of the training", async || {
        let state = editor.get("/train").await.ok();
        (state["state"] != "running").then_some(state)
    })
    .await;
    assert_eq!(state["state"], "idle", "{state}");
    assert!(state["candidate"]["accuracy"].as_f64().unwrap() > 0.7, "{state}");
    let published = crate::training::publish(&editor, &state).await;
    assert!(published["published"]["trained_at"].as_i64().unwrap() > 0);
    assert_eq!(intent_of(&server, text).await, "book_cat_bath");
    let intents = editor.get("/intents").await.ok();
    assert!(
        intents["intents"]
            .as_array()
            .unwrap()
            .iter()
            .any(|i| i["name"] == "book_cat_bath" && i["examples"].as_array().unwrap().len() == 10)
    );

    // `kefu train --nlu` on the same store, in another process: the intent is not among the files, so it goes again.
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/content/intents");
    let mut command = kefu();
    command.arg("train").arg("--data").arg(server.data.path()).arg("--nlu").arg(files);
    if let Some(url) = &server.database {
        command.env("KEFU_STORE__URL", url);
    }
    let output = run(&mut command).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("accuracy"),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    until("the running server to take the new head up", async || {
        (intent_of(&server, text).await != "book_cat_bath").then_some(())
    })
    .await;
    assert_eq!(intent_of(&server, "怎么开电子发票？").await, "ask_invoice");
    server.stop().await.unwrap();
}

async fn export_loads_again(engine: Engine) {
    let server = shared(engine).await;
    let out = tempfile::tempdir().unwrap();
    let mut command = kefu();
    command.arg("export").arg("--data").arg(server.data.path()).arg("--out").arg(out.path());
    if let Some(url) = &server.database {
        command.env("KEFU_STORE__URL", url);
    }
    let output = run(&mut command).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let scratch = tempfile::tempdir().unwrap();
    let exported = content::load(out.path(), scratch.path()).unwrap();
    let original = content::load(Path::new(""), scratch.path()).unwrap();
    // Other tests may have an article of their own in between.
    for article in &original.articles {
        let same = exported
            .articles
            .iter()
            .find(|a| a.slug == article.slug)
            .unwrap_or_else(|| panic!("{} is lost", article.slug));
        assert_eq!(json!(same), json!(article), "{} came back changed", article.slug);
    }
    let examples = |c: &content::Content| {
        let mut e = content::examples(&c.intents);
        e.sort();
        e
    };
    assert_eq!(examples(&exported), examples(&original));
    assert_eq!(exported.graph.nodes.len(), original.graph.nodes.len());
    assert_eq!(exported.graph.edges.len(), original.graph.edges.len());
    kg::Graph::new(exported.graph).unwrap();
    let mut documents = [exported.documents, original.documents];
    documents.iter_mut().for_each(|d| d.sort());
    assert_eq!(documents[0], documents[1]);
}

async fn trial_changes_nothing(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let customer = crate::orders::someone_with_a_paid_order(&server).await;
    let order = server.orders(&customer, &["pending", "paid"]).await.remove(0);
    let id = order["id"].as_str().unwrap();
    let say = async |text: String, session: Value| {
        editor
            .post("/try", &json!({"text": text, "session": session, "customer": customer, "language": "zh"}))
            .await
            .ok()
    };
    let first = say("怎么开电子发票？".into(), Value::Null).await;
    let trace = &first["trace"];
    assert!(
        trace["ranking"].as_array().unwrap().len() > 1 && !trace["passages"].as_array().unwrap().is_empty(),
        "{trace}"
    );
    assert!(trace["rule"].is_string() && trace["steps"].as_array().unwrap().len() > 1, "{trace}");
    let session = first["session"].clone();
    say(format!("修改订单{id}的收货地址"), session.clone()).await;
    say("江苏省南京市鼓楼区中山路1号".into(), session.clone()).await;
    let end = say("确认".into(), session).await;
    assert!(!end["answers"].to_string().contains("已修改完成"), "{end}");
    assert_eq!(server.shop(&format!("/v1/orders/{id}")).await["address"], order["address"]);
    editor.post("/try", &json!({"text": ""})).await.refused(422, "empty_message");
}
