//! Draft, candidate, published: what editors change reaches customers only by publishing, and nothing gets lost on the way.

use crate::harness::process::Home;
use crate::harness::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

crate::cases![
    a_candidate_serves_nobody_before_it_is_published,
    discarded_changes_come_back_as_published,
    two_editors_do_not_overwrite_each_other,
    intents_are_renamed_and_examples_move,
    a_failing_training_changes_nothing,
    the_comparison_shows_what_customers_asked,
    a_project_is_imported_with_a_report,
    bad_imports_are_refused,
    what_one_node_publishes_the_other_takes_up,
    a_killed_training_harms_nothing,
];

const BATH: [&str; 10] = [
    "给猫洗澡预约",
    "我想预约猫咪洗澡",
    "猫咪洗澡怎么约",
    "帮我的猫约一次洗澡",
    "小猫洗澡预约",
    "book a bath for my cat",
    "I want a bath appointment for my kitten",
    "my cat needs a bath, book it",
    "cat bath booking please",
    "can I book a cat bath",
];
const ASK: &str = "请帮我给小猫预约洗澡";

async fn intent_of(server: &Server, text: &str) -> String {
    let parsed = Reply::of(server.post("/model/parse", &json!({"text": text}))).await.ok();
    parsed["intent"]["name"].as_str().unwrap().to_owned()
}

async fn new_intent(editor: &Staff, name: &str) -> Value {
    editor.put(&format!("/intents/{name}"), &json!({"examples": BATH, "revision": 0})).await.ok()
}

async fn intent(editor: &Staff, name: &str) -> Option<Value> {
    let list = editor.get("/intents").await.ok();
    list["intents"].as_array().unwrap().iter().find(|i| i["name"] == name).cloned()
}

/// A draft of a few intents is trained in a moment.
async fn small_draft(editor: &Staff) {
    const KEPT: [&str; 6] = ["ask_invoice", "ask_shipping_fee", "greet", "nlu_fallback", "order_status", "thanks"];
    let list = editor.get("/intents").await.ok();
    let mut yaml = String::from("version: \"3.1\"\nnlu:\n");
    for i in list["intents"].as_array().unwrap().iter().filter(|i| KEPT.iter().any(|k| i["name"] == *k)) {
        yaml += &format!("- intent: {}\n  examples: {}\n", i["name"].as_str().unwrap(), i["examples"]);
    }
    let body = json!({"files": [file("nlu.yml", yaml)], "mode": "replace", "stamp": list["stamp"]});
    let done = editor.post("/train/import", &body).await.ok();
    assert_eq!(done["intents"].as_array().unwrap().len(), KEPT.len(), "{done}");
}

/// Trains to the end; the state then.
pub async fn train(editor: &Staff) -> Value {
    let started = editor.post("/train", &json!({})).await;
    assert_eq!(started.status, 202, "{}", started.text);
    until("the end of the training", async || {
        let state = editor.get("/train").await.ok();
        (state["state"] != "running").then_some(state)
    })
    .await
}

pub async fn publish(editor: &Staff, state: &Value) -> Value {
    editor.post("/train/publish", &json!({"candidate": state["candidate"]["id"]})).await.ok()
}

async fn a_candidate_serves_nobody_before_it_is_published(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    assert_eq!(editor.get("/train").await.ok()["published"]["is_draft"], true);
    small_draft(&editor).await;
    let made = new_intent(&editor, "book_cat_bath").await;
    assert_eq!((made["change"].as_str(), made["examples"].as_array().unwrap().len()), (Some("new"), 10));
    let state = train(&editor).await;
    assert_eq!(state["state"], "idle", "{state}");
    assert_eq!((&state["candidate"]["is_draft"], &state["published"]["is_draft"]), (&json!(true), &json!(false)));
    assert_ne!(intent_of(&server, ASK).await, "book_cat_bath");

    // Both models, side by side.
    let both = editor.post("/train/try", &json!({"text": ASK})).await.ok();
    assert_eq!(both["candidate"]["intent"]["name"], "book_cat_bath", "{both}");
    assert_ne!(both["published"]["intent"]["name"], "book_cat_bath", "{both}");
    let report = editor.get("/train/report?head=candidate").await.ok();
    assert!(report["accuracy"].as_f64().unwrap() > 0.7 && report["duplicates"].is_array(), "{report}");
    let compared = report["own"]["compared"].as_u64().unwrap();
    assert!(compared > 200, "{compared}");
    assert!(report["intents"].as_array().unwrap().iter().any(|i| i["name"] == "book_cat_bath"));

    // A colleague changes the draft: the candidate is still what was trained.
    editor.post("/intents/book_cat_bath/examples", &json!({"add": ["猫要洗澡"]})).await.ok();
    let state = editor.get("/train").await.ok();
    assert_eq!(state["candidate"]["is_draft"], false);
    let wrong = json!({"candidate": "another"});
    editor.post("/train/publish", &wrong).await.refused(409, "stale_candidate");
    let state = publish(&editor, &state).await;
    assert!(state.get("candidate").is_none() && state["published"]["by"] == editor.name.as_str(), "{state}");
    assert_eq!(intent_of(&server, ASK).await, "book_cat_bath");
    let bath = intent(&editor, "book_cat_bath").await.unwrap();
    assert_eq!((&bath["change"], &bath["added"]), (&json!("changed"), &json!(["猫要洗澡"])));

    // And it is what a restart serves with.
    server.stop().await.unwrap();
    let Server { data, database, .. } = server;
    let again = Server::start_on(data, database).await;
    assert_eq!(intent_of(&again, ASK).await, "book_cat_bath");
    again.stop().await.unwrap();
}

async fn discarded_changes_come_back_as_published(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    let before = editor.get("/intents").await.ok();
    let published = before["intents"].as_array().unwrap().len();
    small_draft(&editor).await;
    new_intent(&editor, "book_cat_bath").await;
    let invoice = intent(&editor, "ask_invoice").await.unwrap();
    let revision = invoice["revision"].as_i64().unwrap();
    editor.delete(&format!("/intents/ask_invoice?revision={revision}")).await.ok();
    editor.post("/intents/greet/examples", &json!({"add": ["hi there dear robot"]})).await.ok();
    let changed = editor.get("/intents").await.ok();
    let deleted = changed["deleted"].as_array().unwrap();
    assert!(deleted.contains(&json!("ask_invoice")) && deleted.len() == published - 5, "{deleted:?}");
    let state = train(&editor).await;
    editor.post("/train/discard", &json!({"candidate": "another"})).await.refused(409, "stale_candidate");
    editor.post("/train/discard", &json!({})).await.refused(422, "invalid");
    let state = editor.post("/train/discard", &json!({"candidate": state["candidate"]["id"]})).await.ok();
    assert!(state.get("candidate").is_none());
    editor.post("/train/discard", &json!({"draft": before["stamp"]})).await.refused(409, "stale_draft");
    let state = editor.post("/train/discard", &json!({"draft": changed["stamp"]})).await.ok();
    assert_eq!(state["published"]["is_draft"], true);
    let examples = |list: &Value| -> Vec<Value> {
        list["intents"].as_array().unwrap().iter().map(|i| json!([i["name"], i["examples"]])).collect()
    };
    let after = editor.get("/intents").await.ok();
    assert_eq!(examples(&after), examples(&before));
    assert_eq!(after["deleted"], json!([]));
    assert_eq!(intent_of(&server, "怎么开电子发票？").await, "ask_invoice");
    server.stop().await.unwrap();
}

async fn two_editors_do_not_overwrite_each_other(engine: Engine) {
    let server = shared(engine).await;
    let (editor, boss) = (server.staff("editor", "zh").await, server.staff("supervisor", "zh").await);
    let name = format!("conflict_{}", unique("x").replace('-', "_")).chars().take(60).collect::<String>();
    let revision = new_intent(&editor, &name).await["revision"].clone();
    let path = format!("/intents/{name}");
    let of = |examples: &[&str]| json!({"examples": examples, "revision": revision});
    boss.put(&path, &of(&["甲的一句", "乙的一句"])).await.ok();
    let late = editor.put(&path, &of(&["x", "y"])).await;
    late.refused(409, "stale_revision");
    assert!(late.text.contains(&boss.name), "it is said who: {}", late.text);
    editor.put(&path, &json!({"examples": ["x", "y"], "revision": 0})).await.refused(409, "exists");
    editor.put(&path, &json!({"examples": ["x", "y"]})).await.refused(422, "bad_json");
    editor.delete(&format!("{path}?revision={revision}")).await.refused(409, "stale_revision");
    editor
        .post(&format!("{path}/rename"), &json!({"to": "z", "revision": revision}))
        .await
        .refused(409, "stale_revision");
    // Single examples need no revision: both stay.
    let add = async |who: &Staff, text: &str| who.post(&format!("{path}/examples"), &json!({"add": [text]})).await.ok();
    tokio::join!(add(&editor, "三"), add(&boss, "四"), add(&editor, "五"), add(&boss, "六"));
    let now = intent(&editor, &name).await.unwrap();
    let examples: Vec<&str> = now["examples"].as_array().unwrap().iter().map(|e| e.as_str().unwrap()).collect();
    assert_eq!(examples.len(), 6, "{examples:?}");
    // One in another's place; what is gone cannot be taken away again.
    let change = json!({"remove": ["甲的一句"], "add": ["甲的另一句"]});
    let changed = editor.post(&format!("{path}/examples"), &change).await.ok();
    assert_eq!(changed["examples"][0], "甲的另一句");
    boss.post(&format!("{path}/examples"), &change).await.refused(409, "stale_revision");
    // Deleted and made again is another intent.
    let revision = intent(&editor, &name).await.unwrap()["revision"].clone();
    editor.delete(&format!("{path}?revision={revision}")).await.ok();
    new_intent(&editor, &name).await;
    boss.put(&path, &json!({"examples": ["x", "y"], "revision": revision})).await.refused(409, "stale_revision");
    let revision = intent(&editor, &name).await.unwrap()["revision"].clone();
    editor.delete(&format!("{path}?revision={revision}")).await.ok();
    editor.delete(&format!("{path}?revision={revision}")).await.refused(404, "not_found");
}

async fn intents_are_renamed_and_examples_move(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    let revision = new_intent(&editor, "cat_bath").await["revision"].clone();
    for bad in ["", "two words", "a\u{7}", "x?y", &"x".repeat(65)] {
        editor
            .post("/intents/cat_bath/rename", &json!({"to": bad, "revision": revision}))
            .await
            .refused(422, "invalid");
    }
    let taken = json!({"to": "greet", "revision": revision});
    editor.post("/intents/cat_bath/rename", &taken).await.refused(409, "exists");
    let renamed = editor.post("/intents/cat_bath/rename", &json!({"to": "宠物/洗澡", "revision": revision})).await.ok();
    assert_eq!((renamed["name"].as_str(), renamed["examples"].as_array().unwrap().len()), (Some("宠物/洗澡"), 10));
    assert!(intent(&editor, "cat_bath").await.is_none());
    // As many examples as an intent may have are saved in one piece.
    let mut many: Vec<String> = (0..5_000).map(|i| format!("{i} {}", "很长的例句".repeat(40))).collect();
    let full = editor.put("/intents/full", &json!({"examples": many, "revision": 0})).await.ok();
    assert_eq!(full["examples"].as_array().unwrap().len(), 5_000);
    many.push("再多一条".into());
    let beyond = json!({"examples": many, "revision": full["revision"]});
    editor.put("/intents/full", &beyond).await.refused(422, "invalid");
    let moving = json!({"from": "宠物/洗澡", "to": "greet", "examples": [BATH[0], BATH[1]]});
    editor.post("/train/move", &moving).await.ok();
    editor.post("/train/move", &moving).await.refused(409, "stale_revision");
    for bad in [
        json!({"from": "greet", "to": "greet", "examples": ["x"]}),
        json!({"from": "greet", "to": "thanks", "examples": []}),
    ] {
        editor.post("/train/move", &bad).await.refused(422, "invalid");
    }
    let nowhere = json!({"from": "greet", "to": "nowhere", "examples": [BATH[0]]});
    editor.post("/train/move", &nowhere).await.refused(404, "not_found");
    let greet = intent(&editor, "greet").await.unwrap();
    assert_eq!(greet["added"].as_array().unwrap().len(), 2);
    assert_eq!(intent(&editor, "宠物/洗澡").await.unwrap()["examples"].as_array().unwrap().len(), 8);
    for bad in [json!({"add": ["x".repeat(501)]}), json!({"add": ["a\nb"]}), json!({"add": ["  "]}), json!({})] {
        editor.post("/intents/greet/examples", &bad).await.refused(422, "invalid");
    }
    editor.post("/intents/nowhere/examples", &json!({"add": ["x"]})).await.refused(404, "not_found");
    server.stop().await.unwrap();
}

async fn a_failing_training_changes_nothing(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    let list = editor.get("/intents").await.ok();
    for i in list["intents"].as_array().unwrap().iter().filter(|i| i["name"] != "greet") {
        let path = format!("/intents/{}?revision={}", i["name"].as_str().unwrap(), i["revision"]);
        editor.delete(&path).await.ok();
    }
    let state = train(&editor).await;
    assert_eq!((state["state"].as_str(), state.get("candidate")), (Some("failed"), None), "{state}");
    let error = state["error"].as_str().unwrap();
    assert!(error.contains("two intents"), "{error}");
    let zh = Reply::of(editor.request(reqwest::Method::GET, "/train").header("Accept-Language", "zh")).await.ok();
    assert!(is_chinese(zh["error"].as_str().unwrap()), "{zh}");
    assert_eq!(intent_of(&server, "怎么开电子发票？").await, "ask_invoice");
    // The draft is mended, and the next training goes through.
    let stamp = editor.get("/intents").await.ok()["stamp"].clone();
    editor.post("/train/discard", &json!({"draft": stamp})).await.ok();
    small_draft(&editor).await;
    let state = train(&editor).await;
    assert_eq!((state["state"].as_str(), state.get("error")), (Some("idle"), None), "{state}");
    server.stop().await.unwrap();
}

async fn the_comparison_shows_what_customers_asked(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    let asked = "请帮我给小猫预约洗澡，电话13800138000，邮箱 lin@example.org";
    for _ in 0..2 {
        Customer::visitor(&server.base, "zh").await.ask(asked).await;
    }
    Customer::visitor(&server.base, "zh").await.ask("满多少包邮？").await;
    small_draft(&editor).await;
    new_intent(&editor, "book_cat_bath").await;
    train(&editor).await;
    let report = editor.get("/train/report?head=candidate").await;
    assert!(!report.text.contains("13800138000") && !report.text.contains("lin@example.org"), "personal details");
    let questions = report.ok()["questions"].clone();
    assert_eq!(questions["compared"], 2, "{questions}");
    let changed = questions["changed"].as_array().unwrap();
    let bath = changed.iter().find(|c| c["after"]["intent"] == "book_cat_bath");
    let bath = bath.unwrap_or_else(|| panic!("{questions}"));
    assert_eq!(bath["times"], 2);
    assert_ne!(bath["before"]["intent"], "book_cat_bath");
    assert!(bath["text"].as_str().unwrap().starts_with("请帮我给小猫预约洗澡"), "{bath}");
    server.stop().await.unwrap();
}

fn file(name: &str, text: impl AsRef<[u8]>) -> Value {
    json!({"name": name, "data": BASE64.encode(text)})
}

const PROJECT: &str = "version: \"3.1\"\nnlu:\n- intent: order pizza\n  examples: |\n    - I want a [big](size) pizza\n    - 来一个[大](size)披萨\n    - pizza please\n- intent: greet\n  examples: |\n    - ahoy captain\n    - 你好\n- synonym: big\n  examples: |\n    - large\n    - huge\n";

async fn a_project_is_imported_with_a_report(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    let before = editor.get("/intents").await.ok();
    let files = json!([file("data/nlu.yml", PROJECT), file("data/broken.yml", "nlu:\n- intent: [")]);
    let seen = editor.post("/train/import", &json!({"files": files, "mode": "preview"})).await.ok();
    assert_eq!(
        (&seen["applied"], &seen["examples"], &seen["synonyms"]),
        (&json!(false), &json!(5), &json!(1)),
        "{seen}"
    );
    let of = |name: &str| seen["intents"].as_array().unwrap().iter().find(|i| i["name"] == name).unwrap().clone();
    assert_eq!(of("order_pizza")["exists"], false);
    assert_eq!((&of("greet")["exists"], of("greet")["examples"].as_u64()), (&json!(true), Some(2)));
    let left: Vec<&Value> = seen["files"].as_array().unwrap().iter().filter(|f| f["taken"] == false).collect();
    assert!(left.len() == 1 && left[0]["name"] == "data/broken.yml" && !left[0]["text"].as_str().unwrap().is_empty());
    assert_eq!(editor.get("/intents").await.ok()["stamp"], before["stamp"], "a preview changes nothing");

    // Somebody was faster.
    editor.post("/intents/thanks/examples", &json!({"add": ["merci bien"]})).await.ok();
    let late = json!({"files": files, "mode": "merge", "stamp": seen["stamp"]});
    editor.post("/train/import", &late).await.refused(409, "stale_draft");
    let seen = editor.post("/train/import", &json!({"files": files, "mode": "preview"})).await.ok();
    let done =
        editor.post("/train/import", &json!({"files": files, "mode": "merge", "stamp": seen["stamp"]})).await.ok();
    assert_eq!(done["applied"], true);
    let pizza = intent(&editor, "order_pizza").await.unwrap();
    assert_eq!(pizza["examples"][0], "I want a [big](size) pizza");
    let greet = intent(&editor, "greet").await.unwrap();
    assert!(greet["added"].as_array().unwrap().contains(&json!("ahoy captain")) && greet["removed"] == json!([]));
    assert!(intent(&editor, "thanks").await.unwrap()["examples"].to_string().contains("merci bien"));

    // Out again, and in as the whole draft.
    let exported = editor.get("/train/export").await;
    assert!(exported.text.contains("- intent: order_pizza") && exported.text.contains("synonym: big"));
    let stamp = editor.get("/intents").await.ok()["stamp"].clone();
    let files = json!([file("nlu.yml", PROJECT)]);
    editor.post("/train/import", &json!({"files": files, "mode": "replace", "stamp": stamp})).await.ok();
    assert_eq!(editor.get("/intents").await.ok()["intents"].as_array().unwrap().len(), 2);
    let stamp = editor.get("/intents").await.ok()["stamp"].clone();
    let files = json!([file("nlu.yml", &exported.text)]);
    editor.post("/train/import", &json!({"files": files, "mode": "replace", "stamp": stamp})).await.ok();
    let count = |list: &Value| list["intents"].as_array().unwrap().len();
    assert_eq!(count(&editor.get("/intents").await.ok()), count(&before) + 1);
    // What was imported trains.
    small_draft(&editor).await;
    let seen =
        editor.post("/train/import", &json!({"files": [file("nlu.yml", PROJECT)], "mode": "preview"})).await.ok();
    let body = json!({"files": [file("nlu.yml", PROJECT)], "mode": "merge", "stamp": seen["stamp"]});
    editor.post("/train/import", &body).await.ok();
    let state = train(&editor).await;
    assert_eq!(state["candidate"]["is_draft"], true, "{state}");
    server.stop().await.unwrap();
}

async fn bad_imports_are_refused(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let stamp = editor.get("/intents").await.ok()["stamp"].clone();
    let zeros = [0u8; 300];
    for files in [
        json!([]),
        json!([{"name": "x.yml", "data": "not base64!"}]),
        json!([file("x.yml", "nlu: [")]),
        json!([file("x.yml", zeros)]),
        json!([file("x.yml", [0xff, 0xfe, 0x41, 0x80])]),
        json!([file("project.zip", b"PK\x03\x04 and then nothing")]),
        json!([file("empty.yml", "")]),
        json!([file("domain.yml", "version: \"3.1\"\nresponses:\n  utter_x:\n  - text: hi\n")]),
    ] {
        for mode in ["preview", "replace"] {
            let body = json!({"files": files, "mode": mode, "stamp": stamp});
            let request =
                editor.request(reqwest::Method::POST, "/train/import").header("Accept-Language", "zh").json(&body);
            let reply = Reply::of(request).await;
            reply.refused(422, "invalid");
            assert!(is_chinese(reply.body["message"].as_str().unwrap()), "{}", reply.text);
        }
    }
    let files = json!([file("x.yml", PROJECT)]);
    editor.post("/train/import", &json!({"files": files, "mode": "merge"})).await.refused(409, "stale_draft");
    editor.post("/train/import", &json!({"files": files, "mode": "eat"})).await.refused(422, "bad_json");
    let large = json!({"files": [file("x.yml", vec![b'x'; 17 * 1024 * 1024])], "mode": "preview"});
    editor.post("/train/import", &large).await.refused(413, "too_large");
    let agent = server.staff("agent", "en").await;
    agent.post("/train/import", &json!({"files": files, "mode": "preview"})).await.refused(403, "forbidden");
    assert_eq!(editor.get("/intents").await.ok()["stamp"], stamp);
}

/// Two servers on one PostgreSQL; on SQLite there is only ever one.
async fn what_one_node_publishes_the_other_takes_up(engine: Engine) {
    if engine == Engine::Sqlite {
        return;
    }
    let one = Server::start(engine).await;
    let two = Server::start_on(tempfile::tempdir().unwrap(), one.database.clone()).await;
    let editor = Staff::login(&two.base, &two.demo.staff[3].email, &two.demo.staff[3].password).await;
    assert_ne!(intent_of(&one, ASK).await, "book_cat_bath");
    small_draft(&editor).await;
    new_intent(&editor, "book_cat_bath").await;
    let state = train(&editor).await;
    // The candidate of the other node can be tried here, too.
    let here = Staff { base: one.base.clone(), ..editor.clone() };
    let both = here.post("/train/try", &json!({"text": ASK})).await.ok();
    assert_eq!(both["candidate"]["intent"]["name"], "book_cat_bath", "{both}");
    publish(&editor, &state).await;
    until("the other node to take it up", async || (intent_of(&one, ASK).await == "book_cat_bath").then_some(())).await;
    two.stop().await.unwrap();
    one.stop().await.unwrap();
}

async fn a_killed_training_harms_nothing(engine: Engine) {
    let home = Home::new(engine).await;
    let server = home.start().await;
    let login = async |process: &crate::harness::process::Process| {
        let editor = &process.demo.staff[3];
        Staff::login(&process.base, &editor.email, &editor.password).await
    };
    let editor = login(&server).await;
    small_draft(&editor).await;
    new_intent(&editor, "book_cat_bath").await;
    assert_eq!(editor.post("/train", &json!({})).await.status, 202);
    server.kill().await;

    let server = home.start().await;
    let editor = login(&server).await;
    assert_eq!(intent(&editor, "book_cat_bath").await.unwrap()["change"], "new");
    let parse = json!({"text": "怎么开电子发票？"});
    let parsed = Reply::of(http().post(format!("{}/model/parse", server.base)).json(&parse)).await.ok();
    assert_eq!(parsed["intent"]["name"], "ask_invoice");
    let state = train(&editor).await;
    assert_eq!(publish(&editor, &state).await["published"]["is_draft"], true);
    server.terminate().await;
}
