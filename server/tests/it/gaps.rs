//! Gaps: what was asked in vain becomes an article that answers it.

use crate::harness::*;
use serde_json::{Value, json};

crate::cases![
    a_gap_becomes_an_article_that_answers_it,
    a_dismissed_gap_stays_away_until_it_grows,
    badly_rated_answers_are_gaps,
    personal_details_stay_out,
    bad_requests_about_gaps_are_refused,
];

/// About something that the shop says nothing of.
const ENGRAVING: [&str; 4] =
    ["可以在杯子上激光刻字吗？", "杯子可以定制激光刻字吗", "支持杯子激光刻字服务吗", "激光刻字能刻在杯子上吗"];

async fn gaps(editor: &Staff) -> Vec<Value> {
    editor.get("/gaps?days=7").await.ok()["gaps"].as_array().unwrap().clone()
}

/// The gap that has this question among its examples.
fn about<'a>(gaps: &'a [Value], question: &str) -> Option<&'a Value> {
    gaps.iter().find(|g| g["examples"].as_array().unwrap().iter().any(|e| e["text"] == question))
}

async fn decide(editor: &Staff, gap: &Value, step: &str) -> Reply {
    editor.post(&format!("/gaps/{}", gap["id"].as_str().unwrap()), &json!({"step": step, "days": 7})).await
}

/// Asks, gets no answer, and then a human's.
async fn answered_by_a_human(server: &Server, question: &str, answers: &[&str]) -> String {
    let agent = server.staff("agent", "zh").await;
    let mut customer = Customer::visitor(&server.base, "zh").await;
    customer.ask(question).await;
    customer.say("转人工").await;
    let ticket = until("the ticket", async || agent.waiting(&customer.id).await).await;
    agent.post(&format!("/tickets/{}/accept", ticket["id"].as_str().unwrap()), &json!({})).await.ok();
    for answer in answers {
        agent.say(&customer.id, answer, false).await.ok();
    }
    agent.say(&customer.id, "内部备注：老顾客", true).await.ok();
    agent.post(&format!("/conversations/{}/close", customer.id), &json!({})).await.ok();
    customer.id
}

async fn a_gap_becomes_an_article_that_answers_it(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    assert_eq!(gaps(&editor).await, Vec::<Value>::new());
    for question in &ENGRAVING[1..] {
        Customer::visitor(&server.base, "zh").await.ask(question).await;
    }
    let answers =
        ["您好，我是李娜。", "杯子可以激光刻字，最多八个汉字，下单时在备注里写明即可。有问题打 13800138000。", "再见"];
    let conversation = answered_by_a_human(&server, ENGRAVING[0], &answers).await;
    // Nobody needs an article about this.
    Customer::visitor(&server.base, "zh").await.ask("满多少包邮？").await;

    let found = gaps(&editor).await;
    let gap = about(&found, ENGRAVING[0]).unwrap_or_else(|| panic!("{found:?}"));
    assert_eq!((&gap["count"], &gap["conversations"], &gap["state"]), (&json!(4), &json!(4), &json!("open")), "{gap}");
    assert_eq!(gap["per_day"].as_array().unwrap().len(), 7);
    assert_eq!(gap["per_day"][6], 4);
    assert!(about(&found, "满多少包邮？").is_none());
    let said = editor.get(&format!("/gaps/conversations/{conversation}")).await.ok();
    let senders: Vec<&str> =
        said["messages"].as_array().unwrap().iter().map(|m| m["sender"].as_str().unwrap()).collect();
    assert!(senders.contains(&"customer") && senders.contains(&"bot") && senders.contains(&"agent"), "{said}");
    assert!(!said.to_string().contains("13800138000") && !said.to_string().contains("老顾客"), "{said}");

    let begun = decide(&editor, gap, "article").await.ok();
    assert_eq!(begun["conversation"], conversation.as_str());
    let (slug, number) = (begun["slug"].as_str().unwrap(), begun["number"].as_i64().unwrap());
    let path = format!("/articles/{slug}/versions/{number}");
    let draft = editor.get(&path).await.ok();
    let text = &draft["content"]["versions"]["zh"];
    let body = text["body"].as_str().unwrap();
    assert!(body.contains("最多八个汉字") && !body.contains("13800138000") && !body.contains("再见"), "{body}");
    assert_eq!(text["questions"].as_array().unwrap().len(), 4, "{text}");
    let found = gaps(&editor).await;
    let gap = about(&found, ENGRAVING[0]).unwrap();
    assert_eq!(
        (&gap["state"], gap["slug"].as_str(), &gap["answered_now"]),
        (&json!("drafted"), Some(slug), &json!(0)),
        "{gap}"
    );
    decide(&editor, gap, "article").await.refused(409, "exists");

    // A draft that is thrown away leaves the gap as it was.
    editor.delete(&format!("{path}?revision={}", draft["revision"])).await.ok();
    let found = gaps(&editor).await;
    let gap = about(&found, ENGRAVING[0]).unwrap();
    assert_eq!(gap["state"], "open");
    let begun = decide(&editor, gap, "article").await.ok();
    let path = format!("/articles/{}/versions/{}", begun["slug"].as_str().unwrap(), begun["number"]);
    let draft = editor.get(&path).await.ok();
    editor.post(&path, &json!({"step": "publish", "revision": draft["revision"]})).await.ok();
    let found = gaps(&editor).await;
    let gap = about(&found, ENGRAVING[0]).unwrap();
    assert_eq!((&gap["state"], &gap["answered_now"]), (&json!("closed"), &json!(4)), "{gap}");
    let said = Customer::visitor(&server.base, "zh").await.ask(ENGRAVING[0]).await;
    assert!(texts(&said).contains("最多八个汉字"), "{said:?}");
    server.stop().await.unwrap();
}

async fn a_dismissed_gap_stays_away_until_it_grows(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    let ask = async |question: &str| drop(Customer::visitor(&server.base, "zh").await.ask(question).await);
    ask(ENGRAVING[0]).await;
    let found = gaps(&editor).await;
    decide(&editor, about(&found, ENGRAVING[0]).unwrap(), "dismiss").await.ok();
    ask(ENGRAVING[1]).await;
    let found = gaps(&editor).await;
    let gap = about(&found, ENGRAVING[0]).unwrap();
    assert_eq!((&gap["state"], &gap["count"]), (&json!("dismissed"), &json!(2)), "{gap}");
    assert_eq!(gap["decided_by"].as_str(), Some(editor.name.as_str()));
    for question in &ENGRAVING[2..] {
        ask(question).await;
    }
    let found = gaps(&editor).await;
    let gap = about(&found, ENGRAVING[0]).unwrap();
    assert_eq!((&gap["state"], &gap["grown"], &gap["count"]), (&json!("open"), &json!(true), &json!(4)), "{gap}");
    // Put aside once more, and taken back.
    decide(&editor, gap, "dismiss").await.ok();
    let found = gaps(&editor).await;
    let gap = about(&found, ENGRAVING[0]).unwrap();
    assert_eq!(gap["state"], "dismissed");
    decide(&editor, gap, "reopen").await.ok();
    decide(&editor, gap, "reopen").await.refused(404, "not_found");
    assert_eq!(about(&gaps(&editor).await, ENGRAVING[0]).unwrap()["state"], "open");
    server.stop().await.unwrap();
}

async fn badly_rated_answers_are_gaps(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    let agent = server.staff("agent", "zh").await;
    for (question, score) in [("满多少包邮？", 1), ("怎么开电子发票？", 5)] {
        let mut customer = Customer::visitor(&server.base, "zh").await;
        customer.ask(question).await;
        agent.post(&format!("/conversations/{}/take-over", customer.id), &json!({})).await.ok();
        agent.post(&format!("/conversations/{}/close", customer.id), &json!({})).await.ok();
        customer.post("/rating", &json!({"score": score})).await.ok();
    }
    let found = gaps(&editor).await;
    let gap = about(&found, "满多少包邮？").unwrap_or_else(|| panic!("{found:?}"));
    assert_eq!((&gap["rated"], &gap["state"]), (&json!(1), &json!("open")), "{gap}");
    assert_eq!((&gap["examples"][0]["why"], &gap["examples"][0]["answered"]), (&json!("rated"), &json!(true)));
    assert!(about(&found, "怎么开电子发票？").is_none());
    server.stop().await.unwrap();
}

async fn personal_details_stay_out(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    Customer::visitor(&server.base, "zh").await.ask("杯子激光刻字好了打13900139000告诉我可以吗").await;
    let list = editor.get("/gaps").await;
    assert!(!list.text.contains("13900139000") && list.text.contains("激光刻字"), "{}", list.text);
    let found = list.ok()["gaps"].as_array().unwrap().clone();
    let begun = decide(&editor, &found[0], "article").await.ok();
    assert!(begun.get("conversation").is_none(), "nobody has answered it");
    let path = format!("/articles/{}/versions/{}", begun["slug"].as_str().unwrap(), begun["number"]);
    let draft = editor.get(&path).await;
    assert!(!draft.text.contains("13900139000"), "{}", draft.text);
    assert_eq!(draft.ok()["content"]["versions"]["zh"]["body"], "");
    server.stop().await.unwrap();
}

async fn bad_requests_about_gaps_are_refused(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    for days in ["0", "181", "-1"] {
        editor.get(&format!("/gaps?days={days}")).await.refused(422, "invalid");
    }
    for step in ["article", "dismiss", "reopen"] {
        editor.post("/gaps/nothing", &json!({"step": step})).await.refused(404, "not_found");
    }
    editor.post("/gaps/nothing", &json!({"step": "eat"})).await.refused(422, "bad_json");
    editor.get("/gaps/conversations/nothing").await.refused(404, "not_found");
    server.staff("agent", "zh").await.get("/gaps").await.refused(403, "forbidden");
}
