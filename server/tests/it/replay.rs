//! Replay before publishing: what a draft would do to the answers, seen without doing it.

use crate::harness::*;
use serde_json::{Value, json};

crate::cases![
    a_new_article_answers_what_nobody_could,
    a_worse_text_loses_answers,
    drafts_are_replayed_together,
    one_replay_at_a_time_and_none_for_nobody,
    bad_replays_are_refused,
];

const ASK: &str = "琉璃热气球什么时候送货？";

async fn draft(editor: &Staff, slug: &str, content: Value) -> Value {
    let published = editor.get(&format!("/articles/{slug}")).await;
    let based_on = if published.status == 200 { published.ok()["revision"].clone() } else { json!(0) };
    editor.put(&format!("/articles/{slug}/draft"), &json!({"content": content, "based_on": based_on})).await.ok()
}

fn balloon() -> Value {
    json!({"category": "service", "versions": {"zh": {
        "title": "琉璃热气球送货", "body": "琉璃热气球每周三上午起飞送货。", "questions": ["琉璃热气球什么时候送货？"]
    }}})
}

fn request(drafts: &[&Value]) -> Value {
    let versions: Vec<Value> = drafts.iter().map(|d| json!({"slug": d["slug"], "number": d["number"]})).collect();
    json!({"versions": versions})
}

/// The report, and what was told before it.
async fn replay(editor: &Staff, drafts: &[&Value]) -> (Value, Vec<Value>) {
    // Other tests replay on the same server.
    let reply = until("the end of another replay", async || {
        let reply = editor.post("/replay", &request(drafts)).await;
        (reply.body["code"] != "replaying").then_some(reply)
    })
    .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let mut events: Vec<Value> = reply
        .text
        .split("\n\n")
        .filter_map(|e| e.strip_prefix("data:"))
        .map(|data| serde_json::from_str(data.trim()).unwrap())
        .collect();
    let mut last = events.pop().unwrap();
    assert_eq!(last["type"], "report", "{last}");
    (last["report"].take(), events)
}

fn change<'a>(report: &'a Value, text: &str) -> Option<&'a Value> {
    report["changes"].as_array().unwrap().iter().find(|c| c["text"].as_str().unwrap().starts_with(text))
}

async fn best(server: &Server, query: &str) -> Value {
    let body = json!({"query": query, "language": "zh", "limit": 1});
    Reply::of(server.post("/api/v1/knowledge/search", &body)).await.ok()["hits"][0].clone()
}

async fn a_new_article_answers_what_nobody_could(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    let draft = draft(&editor, "balloon", balloon()).await;
    // Before anybody has asked anything, articles' own questions and test questions are asked.
    let (report, _) = replay(&editor, &[&draft]).await;
    assert_eq!(report["asked"], 0);
    assert!(report["article"].as_u64().unwrap() > 300 && report["test"].as_u64().unwrap() > 100, "{report}");

    for _ in 0..2 {
        Customer::visitor(&server.base, "zh").await.ask(ASK).await;
    }
    let private = "琉璃热气球送货前会打电话给13800138000吗？";
    Customer::visitor(&server.base, "zh").await.ask(private).await;
    Customer::visitor(&server.base, "zh").await.ask("满多少包邮？").await;
    let reply = editor.post("/replay", &request(&[&draft])).await;
    assert!(!reply.text.contains("13800138000"), "personal details");
    let (report, events) = replay(&editor, &[&draft]).await;
    assert_eq!(report["asked"], 3, "{report}");
    let new = change(&report, ASK).unwrap_or_else(|| panic!("{report}"));
    assert_eq!(
        (&new["verdict"], &new["times"], &new["source"]),
        (&json!("better"), &json!(2), &json!("asked")),
        "{new}"
    );
    assert_eq!(new["after"]["slug"], "balloon");
    assert!(new["after"]["passage"].as_str().unwrap().contains("每周三"));
    assert!(change(&report, "满多少包邮").is_none());
    let of = |name: &str| report[name].as_u64().unwrap();
    assert!(of("better") > of("worse") && of("right_after") >= of("right_before"), "{report}");
    let kinds = ["lost", "new", "other", "text", "unchanged"].map(of);
    assert_eq!(kinds.iter().sum::<u64>(), of("asked") + of("test") + of("article"), "{report}");
    let stages: Vec<&str> = events.iter().map(|e| e["stage"].as_str().unwrap()).collect();
    assert!(stages.first() == Some(&"building") && stages.last() == Some(&"searching"), "{stages:?}");
    // Nobody is served by it.
    assert_ne!(best(&server, ASK).await["id"], "balloon");
    server.stop().await.unwrap();
}

async fn a_worse_text_loses_answers(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let before = best(&server, "礼品包装多少钱").await;
    assert_eq!(before["id"], "gift-wrapping");
    let empty =
        json!({"category": "service", "versions": {"zh": {"title": "关于海豚", "body": "海豚是哺乳动物，用肺呼吸。"}}});
    let draft = draft(&editor, "gift-wrapping", empty).await;
    let (report, _) = replay(&editor, &[&draft]).await;
    // What it answered is answered by nobody now, or by another article.
    assert!(report["worse"].as_u64().unwrap() > 0, "{report}");
    assert!(report["right_after"].as_u64().unwrap() < report["right_before"].as_u64().unwrap(), "{report}");
    let first = &report["changes"][0];
    assert_eq!((&first["verdict"], &first["expected"]), (&json!("worse"), &json!("gift-wrapping")), "{first}");
    assert_eq!(best(&server, "礼品包装多少钱").await, before, "what serves is as it was");
    let path = format!("/articles/gift-wrapping/versions/{}?revision={}", draft["number"], draft["revision"]);
    editor.delete(&path).await.ok();
}

async fn drafts_are_replayed_together(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let (one, two) = (unique("together"), unique("together"));
    let mut other = balloon();
    other["versions"]["zh"] =
        json!({"title": "玳瑁潜水艇取件", "body": "玳瑁潜水艇在码头取件。", "questions": ["玳瑁潜水艇在哪里取件？"]});
    let (one, two) = (draft(&editor, &one, balloon()).await, draft(&editor, &two, other).await);
    let (report, _) = replay(&editor, &[&one, &two]).await;
    for (draft, question) in [(&one, "琉璃热气球什么时候"), (&two, "玳瑁潜水艇在哪里")] {
        let new = change(&report, question).unwrap_or_else(|| panic!("{report}"));
        assert_eq!(
            (&new["after"]["slug"], &new["source"], &new["verdict"]),
            (&draft["slug"], &json!("article"), &json!("better"))
        );
    }
}

async fn one_replay_at_a_time_and_none_for_nobody(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    let draft = draft(&editor, "balloon", balloon()).await;
    let running = server.app.replays.begin().unwrap();
    editor.post("/replay", &request(&[&draft])).await.refused(409, "replaying");
    drop(running);
    // A page that is closed while it runs.
    let mut left = editor.request(reqwest::Method::POST, "/replay").json(&request(&[&draft])).send().await.unwrap();
    assert!(left.chunk().await.unwrap().is_some());
    drop(left);
    until("the end of what nobody waits for", async || server.app.replays.begin().map(drop)).await;
    replay(&editor, &[&draft]).await;
    server.stop().await.unwrap();
}

async fn bad_replays_are_refused(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let slug = unique("replayed");
    let whole = draft(&editor, &slug, balloon()).await;
    editor.post("/replay", &json!({"versions": []})).await.refused(422, "invalid");
    editor.post("/replay", &request(&[&whole, &whole])).await.refused(422, "invalid");
    editor
        .post("/replay", &json!({"versions": vec![json!({"slug": slug, "number": 1}); 101]}))
        .await
        .refused(422, "invalid");
    editor.post("/replay", &json!({"versions": [{"slug": slug, "number": 9}]})).await.refused(404, "not_found");
    let mut many = request(&[&whole]);
    many["questions"] = json!(5001);
    editor.post("/replay", &many).await.refused(422, "invalid");
    let half =
        draft(&editor, &slug, json!({"category": "service", "versions": {"zh": {"title": "半篇", "body": ""}}})).await;
    editor.post("/replay", &request(&[&half])).await.refused(422, "invalid");
    server.staff("agent", "en").await.post("/replay", &request(&[&whole])).await.refused(403, "forbidden");
}
