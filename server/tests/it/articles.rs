//! Articles on their way from a draft to what serves: review, versions, two people at once, dates, other nodes.

use crate::harness::process::Home;
use crate::harness::*;
use serde_json::{Value, json};

crate::cases![
    a_draft_is_seen_by_nobody_before_it_is_published,
    a_review_is_asked_for_given_and_refused,
    two_editors_merge,
    one_draft_in_two_windows,
    versions_differ_and_come_back,
    a_language_that_did_not_follow_is_out_of_date,
    dates_begin_and_end_without_a_restart,
    bad_drafts_are_refused,
    what_one_node_publishes_the_other_finds,
    a_killed_process_keeps_drafts_and_what_serves,
    where_it_is_so_configured_nobody_approves_his_own,
];

const ASK: &str = "琉璃热气球什么时候送货？";

/// About something that no article of the shop mentions, so that only this one can be found.
fn content(word: &str, zh: &str, en: &str) -> Value {
    json!({
        "category": "service",
        "versions": {
            "zh": {"title": format!("{word}热气球送货"), "body": zh, "questions": [format!("{word}热气球什么时候送货？")]},
            "en": {"title": format!("{word} balloon delivery"), "body": en, "questions": [format!("When does the {word} balloon deliver?")]},
        }
    })
}

fn balloon() -> Value {
    content(
        "琉璃",
        "琉璃热气球每天九点起飞送货。\n\n请提前半小时到场。\n\n雨天停飞。",
        "The balloon starts at nine.\n\nIt stays down in rain.",
    )
}

async fn found(server: &Server, slug: &str) -> Option<String> {
    let body = json!({"query": ASK, "language": "zh", "limit": 3});
    let hits = Reply::of(server.post("/api/v1/knowledge/search", &body)).await.ok()["hits"].clone();
    let hit = hits.as_array().unwrap().iter().find(|h| h["id"] == slug)?;
    Some(hit["passage"].as_str().unwrap().to_owned())
}

async fn begin(editor: &Staff, slug: &str, content: &Value) -> Value {
    let article = editor.get(&format!("/articles/{slug}")).await;
    let based_on = if article.status == 200 { article.ok()["revision"].clone() } else { json!(0) };
    let draft = json!({"content": content, "based_on": based_on, "note": "说明"});
    editor.put(&format!("/articles/{slug}/draft"), &draft).await.ok()
}

/// The draft with other content.
async fn save(editor: &Staff, draft: &Value, content: &Value) -> Reply {
    let body = json!({"content": content, "number": draft["number"], "revision": draft["revision"], "based_on": draft["based_on"]});
    editor.put(&format!("/articles/{}/draft", draft["slug"].as_str().unwrap()), &body).await
}

async fn step(staff: &Staff, version: &Value, step: &str, note: &str) -> Reply {
    let (slug, number) = (version["slug"].as_str().unwrap(), version["number"].as_i64().unwrap());
    let body = json!({"step": step, "revision": version["revision"], "note": note});
    staff.post(&format!("/articles/{slug}/versions/{number}"), &body).await
}

async fn publish(staff: &Staff, version: &Value) -> Value {
    step(staff, version, "publish", "").await.ok()
}

fn with(content: &Value, change: impl Fn(&mut Value)) -> Value {
    let mut c = content.clone();
    change(&mut c);
    c
}

async fn a_draft_is_seen_by_nobody_before_it_is_published(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    let unfinished = json!({"category": "service", "versions": {"zh": {"title": "琉璃热气球", "body": ""}}});
    let draft = begin(&editor, "balloon", &unfinished).await;
    assert_eq!(
        (&draft["number"], &draft["state"], &draft["mine"]),
        (&json!(1), &json!("draft"), &json!(true)),
        "{draft}"
    );
    // Half a text is kept, but goes nowhere.
    for to in ["submit", "publish"] {
        step(&editor, &draft, to, "").await.refused(422, "invalid");
    }
    let draft = save(&editor, &draft, &balloon()).await.ok();
    assert_eq!(draft["number"], 1);
    assert_eq!(found(&server, "balloon").await, None);
    Reply::of(server.get("/api/v1/articles/balloon")).await.refused(404, "not_found");
    let list = editor.get("/articles?state=draft").await.ok();
    let row = list["articles"].as_array().unwrap().iter().find(|a| a["slug"] == "balloon").unwrap().clone();
    assert_eq!(
        (&row["revision"], &row["live"], &row["states"]),
        (&json!(0), &json!(false), &json!(["unpublished", "draft"]))
    );
    assert_eq!(list["counts"]["draft"], 1);

    let version = publish(&editor, &draft).await;
    assert_eq!(
        (version["state"].as_str(), version["reviewer"].as_str()),
        (Some("published"), Some(editor.name.as_str()))
    );
    assert!(found(&server, "balloon").await.unwrap().contains("九点"));
    let said = Customer::visitor(&server.base, "zh").await.ask(ASK).await;
    assert!(texts(&said).contains("九点") && said[0]["citations"][0]["article"] == "balloon", "{said:?}");
    // A draft of what is published changes nothing, and can be thrown away.
    let draft =
        begin(&editor, "balloon", &with(&balloon(), |c| c["versions"]["zh"]["body"] = json!("每天十点起飞。"))).await;
    assert_eq!((&draft["number"], &draft["based_on"]), (&json!(2), &json!(1)));
    assert!(found(&server, "balloon").await.unwrap().contains("九点"));
    let path = format!("/articles/balloon/versions/2?revision={}", draft["revision"]);
    editor.delete("/articles/balloon/versions/2?revision=1").await.refused(409, "stale_revision");
    editor.delete(&path).await.ok();
    editor.delete(&path).await.refused(409, "stale_revision");
    assert_eq!(editor.get("/articles/balloon").await.ok()["open"], json!([]));
    // What serves cannot be thrown away like a draft, nor changed in place.
    let published = format!("/articles/balloon/versions/1?revision={}", version["revision"]);
    editor.delete(&published).await.refused(409, "stale_revision");
    save(&editor, &version, &unfinished).await.refused(409, "stale_revision");
    let log = editor.get("/articles/balloon/versions").await.ok()["log"].clone();
    let actions: Vec<&str> = log.as_array().unwrap().iter().map(|l| l["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["discard_article_draft", "begin_article_draft", "publish_article", "begin_article_draft"]);
    assert_eq!((&log[2]["own"], log[2]["who"].as_str()), (&json!(true), Some(editor.name.as_str())));
    server.stop().await.unwrap();
}

async fn a_review_is_asked_for_given_and_refused(engine: Engine) {
    let server = Server::start(engine).await;
    let (editor, boss) = (server.staff("editor", "zh").await, server.staff("supervisor", "zh").await);
    let agent = server.staff("agent", "zh").await;
    let draft = begin(&editor, "balloon", &balloon()).await;
    step(&boss, &draft, "reject", "太短").await.refused(409, "wrong_state");
    let review = step(&editor, &draft, "submit", "新航线").await.ok();
    assert_eq!((review["state"].as_str(), review["note"].as_str()), (Some("review"), Some("新航线")));
    step(&agent, &review, "publish", "").await.refused(403, "forbidden");
    let waiting = boss.get("/articles?state=review").await.ok()["articles"][0]["open"][0].clone();
    assert_eq!((waiting["author"].as_str(), &waiting["mine"]), (Some(editor.name.as_str()), &json!(false)));
    step(&boss, &review, "reject", " ").await.refused(422, "invalid");
    let rejected = step(&boss, &review, "reject", "请写集合地点").await.ok();
    assert_eq!((rejected["state"].as_str(), rejected["answer"].as_str()), (Some("rejected"), Some("请写集合地点")));
    assert_eq!(rejected["reviewer"].as_str(), Some(boss.name.as_str()));
    // A second look at the same page comes too late.
    step(&boss, &review, "publish", "").await.refused(409, "stale_revision");
    let better = with(&balloon(), |c| c["versions"]["zh"]["body"] = json!("每天九点在北门集合起飞。"));
    let draft = save(&editor, &rejected, &better).await.ok();
    assert_eq!(draft["state"], "draft");
    let review = step(&editor, &draft, "submit", "").await.ok();
    assert_eq!(step(&editor, &review, "withdraw", "").await.ok()["state"], "draft");
    let review = editor.get("/articles/balloon/versions/1").await.ok();
    let review = step(&editor, &review, "submit", "").await.ok();
    let done = publish(&boss, &review).await;
    assert_eq!(
        (done["author"].as_str(), done["reviewer"].as_str()),
        (Some(editor.name.as_str()), Some(boss.name.as_str()))
    );
    assert!(found(&server, "balloon").await.unwrap().contains("北门"));
    let log = editor.get("/articles/balloon/versions").await.ok()["log"].clone();
    assert_eq!((&log[0]["action"], &log[0]["own"]), (&json!("publish_article"), &json!(false)));
    server.stop().await.unwrap();
}

async fn two_editors_merge(engine: Engine) {
    let server = Server::start(engine).await;
    let (one, two) = (server.staff("editor", "zh").await, server.staff("supervisor", "zh").await);
    let first = begin(&one, "balloon", &balloon()).await;
    publish(&one, &first).await;
    let body = |text: &str| with(&balloon(), |c| c["versions"]["zh"]["body"] = json!(text));
    let theirs =
        with(&body("琉璃热气球每天八点起飞。\n\n请提前半小时到场。\n\n雨天停飞。"), |c| {
            c["versions"]["zh"]["questions"] = json!(["琉璃热气球什么时候送货？", "几点集合？"]);
        });
    let mine = body("琉璃热气球每天九点起飞送货。\n\n请提前半小时到场。\n\n雨天和大风天停飞。");
    let (a, b) = (begin(&one, "balloon", &theirs).await, begin(&two, "balloon", &mine).await);
    publish(&one, &a).await;
    step(&two, &b, "publish", "").await.refused(409, "needs_merge");
    assert!(found(&server, "balloon").await.unwrap().contains("八点"), "what was published first serves");
    let b = two.get("/articles/balloon/versions/3").await.ok();
    assert_eq!((&b["behind"], &b["state"], &b["based_on"]), (&json!(true), &json!("draft"), &json!(1)));
    // What does not overlap is joined.
    let ask = json!({"mine": b["content"], "base_number": b["based_on"], "theirs": a["number"]});
    let merged = two.post("/articles/balloon/merge", &ask).await.ok();
    assert_eq!(
        (&merged["conflicts"], merged["theirs"]["author"].as_str()),
        (&json!(0), Some(one.name.as_str())),
        "{merged}"
    );
    let joined = "琉璃热气球每天八点起飞。\n\n请提前半小时到场。\n\n雨天和大风天停飞。";
    assert_eq!(merged["content"]["versions"]["zh"]["body"], joined);
    assert_eq!(merged["content"]["versions"]["zh"]["questions"], json!(["琉璃热气球什么时候送货？", "几点集合？"]));
    let b = save(&two, &with(&b, |b| b["based_on"] = a["number"].clone()), &merged["content"]).await.ok();
    publish(&two, &b).await;
    let serves = one.get("/articles/balloon").await.ok();
    assert_eq!((&serves["versions"]["zh"]["body"], &serves["revision"]), (&json!(joined), &b["number"]));

    // What overlaps is shown with all three sides.
    let (a, b) = (body("每天七点起飞。"), body("每天十点起飞。"));
    let (a, b) = (begin(&one, "balloon", &a).await, begin(&two, "balloon", &b).await);
    publish(&one, &a).await;
    let ask = json!({"mine": b["content"], "base_number": b["based_on"], "theirs": a["number"]});
    let merged = two.post("/articles/balloon/merge", &ask).await.ok();
    assert_eq!(merged["conflicts"], 1, "{merged}");
    let field = merged["fields"].as_array().unwrap().iter().find(|f| f["field"] == "zh.body").unwrap();
    let conflict = &field["parts"][0];
    assert_eq!(conflict["mine"], "每天十点起飞。\n");
    assert_eq!(conflict["theirs"], "每天七点起飞。\n");
    assert!(conflict["base"].as_str().unwrap().contains("八点"), "{conflict}");
    server.stop().await.unwrap();
}

async fn one_draft_in_two_windows(engine: Engine) {
    let server = shared(engine).await;
    let (one, two) = (server.staff("editor", "zh").await, server.staff("supervisor", "zh").await);
    let slug = unique("windows");
    let draft = begin(&one, &slug, &content("窗", "甲。\n\n乙。", "A.")).await;
    let theirs = content("窗", "甲甲。\n\n乙。", "A.");
    let saved = save(&two, &draft, &theirs).await.ok();
    assert_eq!(
        (saved["author"].as_str(), saved["edited_by"].as_str()),
        (Some(one.name.as_str()), Some(two.name.as_str()))
    );
    let mine = content("窗", "甲。\n\n乙乙。", "A.");
    save(&one, &draft, &mine).await.refused(409, "stale_revision");
    let ask = json!({"mine": mine, "base": draft["content"], "theirs": draft["number"]});
    let merged = one.post(&format!("/articles/{slug}/merge"), &ask).await.ok();
    assert_eq!(merged["content"]["versions"]["zh"]["body"], "甲甲。\n\n乙乙。");
    let over = with(&draft, |d| d["revision"] = merged["theirs"]["revision"].clone());
    let last = save(&one, &over, &merged["content"]).await.ok();
    assert_eq!(last["number"], draft["number"]);
    // Two at once over the same state: one wins.
    let (a, b) = tokio::join!(save(&one, &last, &mine), save(&two, &last, &theirs));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{a:?} {b:?}");
}

async fn versions_differ_and_come_back(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    let first = begin(&editor, "balloon", &balloon()).await;
    publish(&editor, &first).await;
    let changed = with(&balloon(), |c| {
        c["versions"]["zh"]["body"] = json!("琉璃热气球每天十点起飞送货。\n\n请提前半小时到场。\n\n雨天停飞。");
        c["category"] = json!("orders");
    });
    let second = begin(&editor, "balloon", &changed).await;
    publish(&editor, &second).await;
    let diff = editor.get("/articles/balloon/diff?from=1&to=2").await.ok();
    let fields: Vec<&str> = diff["fields"].as_array().unwrap().iter().map(|f| f["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["category", "zh.body"]);
    let pieces = diff["fields"][1]["pieces"].as_array().unwrap();
    let of =
        |op: &str| pieces.iter().filter(|p| p["op"] == op).map(|p| p["text"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!((of("removed"), of("added")), (vec!["九"], vec!["十"]));
    assert_eq!(editor.get("/articles/balloon/diff?from=2&to=2").await.ok()["fields"], json!([]));
    assert!(editor.get("/articles/balloon/diff?from=0&to=1").await.ok()["fields"].as_array().unwrap().len() > 4);
    editor.get("/articles/balloon/diff?from=1&to=9").await.refused(404, "not_found");

    let list = editor.get("/articles/balloon/versions").await.ok()["versions"].clone();
    let states: Vec<&str> = list.as_array().unwrap().iter().map(|v| v["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["published", "archived"]);
    // Back to the first: a version of its own.
    let old = editor.get("/articles/balloon/versions/1").await.ok();
    let back = begin(&editor, "balloon", &old["content"]).await;
    assert_eq!(publish(&editor, &back).await["number"], 3);
    assert!(found(&server, "balloon").await.unwrap().contains("九点"));
    assert_eq!(editor.get("/articles/balloon/diff?from=1&to=3").await.ok()["fields"], json!([]));

    // Withdrawn: nobody finds it, its versions stay, and it can come back.
    editor.delete("/articles/balloon").await.ok();
    assert_eq!(found(&server, "balloon").await, None);
    let gone = editor.get("/articles?state=deleted").await.ok()["articles"][0].clone();
    assert_eq!((gone["slug"].as_str(), &gone["states"]), (Some("balloon"), &json!(["deleted"])));
    assert_eq!(editor.get("/articles/balloon/versions").await.ok()["versions"].as_array().unwrap().len(), 3);
    let again = begin(&editor, "balloon", &old["content"]).await;
    assert_eq!((&again["number"], &again["based_on"]), (&json!(4), &json!(0)));
    publish(&editor, &again).await;
    assert!(found(&server, "balloon").await.is_some());

    // And all of it is there after a restart.
    server.stop().await.unwrap();
    let Server { data, database, .. } = server;
    let server = Server::start_on(data, database).await;
    assert!(found(&server, "balloon").await.unwrap().contains("九点"));
    server.stop().await.unwrap();
}

async fn a_language_that_did_not_follow_is_out_of_date(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let slug = unique("follow");
    let text = content("跟", "每天九点。", "At nine.");
    let first = begin(&editor, &slug, &text).await;
    assert_eq!(first["content"]["out_of_date"], json!([]));
    publish(&editor, &first).await;
    let ten = with(&text, |c| c["versions"]["zh"]["body"] = json!("每天十点。"));
    let draft = begin(&editor, &slug, &ten).await;
    assert_eq!(draft["content"]["out_of_date"], json!(["en"]));
    publish(&editor, &draft).await;
    let list = editor.get(&format!("/articles?state=out_of_date&q={slug}")).await.ok();
    assert_eq!(list["articles"][0]["out_of_date"], json!(["en"]));
    // It follows, or somebody says that it need not.
    let followed = with(&ten, |c| c["versions"]["en"]["body"] = json!("At ten."));
    let draft = begin(&editor, &slug, &followed).await;
    assert_eq!(draft["content"]["out_of_date"], json!([]));
    let right = with(&ten, |c| c["still_right"] = json!(["en"]));
    let draft = save(&editor, &draft, &right).await.ok();
    assert_eq!((&draft["content"]["out_of_date"], &draft["content"]["still_right"]), (&json!([]), &json!(["en"])));
    publish(&editor, &draft).await;
    assert_eq!(editor.get(&format!("/articles/{slug}")).await.ok()["out_of_date"], json!([]));
    editor.delete(&format!("/articles/{slug}")).await.ok();
}

async fn dates_begin_and_end_without_a_restart(engine: Engine) {
    const DAY: i64 = 86_400_000;
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    // In the shop's time zone, not in that of the machine.
    let date = |days: i64| {
        let at = jiff::Timestamp::from_millisecond(server.app.clock.now() + days * DAY).unwrap();
        at.in_tz("Asia/Shanghai").unwrap().date().to_string()
    };
    let dated = with(&balloon(), |c| {
        c["valid_from"] = json!(date(1));
        c["valid_until"] = json!(date(1));
    });
    let draft = begin(&editor, "balloon", &dated).await;
    publish(&editor, &draft).await;
    assert_eq!(found(&server, "balloon").await, None);
    Reply::of(server.get("/api/v1/articles/balloon")).await.refused(404, "not_found");
    assert_eq!(editor.get("/articles?state=scheduled").await.ok()["articles"][0]["slug"], "balloon");
    server.app.clock.advance(DAY);
    let editor = Staff::login(&server.base, &server.demo.staff[3].email, &server.demo.staff[3].password).await;
    until("its first day", async || found(&server, "balloon").await).await;
    assert_eq!(editor.get("/articles/balloon").await.ok()["live"], true);
    Reply::of(server.get("/api/v1/articles/balloon")).await.ok();
    server.app.clock.advance(DAY);
    let editor = Staff::login(&server.base, &server.demo.staff[3].email, &server.demo.staff[3].password).await;
    until("the day after its last", async || found(&server, "balloon").await.is_none().then_some(())).await;
    assert_eq!(editor.get("/articles?state=expired").await.ok()["articles"][0]["live"], false);
    server.stop().await.unwrap();
}

async fn bad_drafts_are_refused(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let ok = content("坏", "好。", "Fine.");
    let slug = unique("bad");
    let path = format!("/articles/{slug}/draft");
    for bad in [
        with(&ok, |c| c["category"] = json!("A B")),
        with(&ok, |c| c["versions"] = json!({})),
        with(&ok, |c| c["versions"]["xx"] = json!({"title": "a", "body": "b"})),
        with(&ok, |c| c["versions"]["zh"]["body"] = json!("x".repeat(20_001))),
        with(&ok, |c| c["versions"]["zh"]["title"] = json!("x".repeat(201))),
        with(&ok, |c| c["versions"]["zh"]["questions"] = json!(vec!["x"; 101])),
        with(&ok, |c| c["versions"]["zh"]["body"] = json!("a\u{0}b")),
        with(&ok, |c| c["valid_from"] = json!("22.11.2026")),
        with(&ok, |c| c["valid_from"] = json!("2026-02-30")),
        with(&ok, |c| {
            c["valid_from"] = json!("2026-12-02");
            c["valid_until"] = json!("2026-12-01");
        }),
        with(&ok, |c| c["still_right"] = json!(["fr"])),
    ] {
        let request = editor.request(reqwest::Method::PUT, &path).header("Accept-Language", "zh");
        let reply = Reply::of(request.json(&json!({"content": bad, "based_on": 0}))).await;
        reply.refused(422, "invalid");
        assert!(is_chinese(reply.body["message"].as_str().unwrap()), "{}", reply.text);
    }
    editor.put("/articles/..%2Fetc/draft", &json!({"content": ok, "based_on": 0})).await.refused(422, "invalid");
    editor.put(&path, &json!({"content": ok, "based_on": 7})).await.refused(404, "not_found");
    editor.put(&path, &json!({"content": ok, "number": 1, "based_on": 0})).await.refused(422, "invalid");
    let ghost = json!({"content": ok, "number": 1, "revision": 1, "based_on": 0});
    editor.put(&path, &ghost).await.refused(409, "stale_revision");
    editor.get(&format!("/articles/{slug}")).await.refused(404, "not_found");
    // An article that is there cannot be begun as a new one.
    editor.put("/articles/gift-wrapping/draft", &json!({"content": ok, "based_on": 0})).await.refused(409, "exists");
    // The preview runs nothing.
    let evil = "Hi <script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) **b**";
    let html =
        editor.post("/markdown", &json!({"body": evil})).await.ok()["body_html"].as_str().unwrap().to_lowercase();
    assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("href=\"javascript"), "{html}");
    assert!(html.contains("<strong>b</strong>"));
}

/// Two servers on one PostgreSQL; on SQLite there is only ever one.
async fn what_one_node_publishes_the_other_finds(engine: Engine) {
    if engine == Engine::Sqlite {
        return;
    }
    let one = Server::start(engine).await;
    let two = Server::start_on(tempfile::tempdir().unwrap(), one.database.clone()).await;
    let editor = Staff::login(&two.base, &two.demo.staff[3].email, &two.demo.staff[3].password).await;
    let draft = begin(&editor, "balloon", &balloon()).await;
    publish(&editor, &draft).await;
    until("the other node to find it", async || found(&one, "balloon").await).await;
    editor.delete("/articles/balloon").await.ok();
    until("the other node to forget it", async || found(&one, "balloon").await.is_none().then_some(())).await;
    two.stop().await.unwrap();
    one.stop().await.unwrap();
}

async fn a_killed_process_keeps_drafts_and_what_serves(engine: Engine) {
    let home = Home::new(engine).await;
    let server = home.start().await;
    let login = async |process: &crate::harness::process::Process| {
        let editor = &process.demo.staff[3];
        Staff::login(&process.base, &editor.email, &editor.password).await
    };
    let editor = login(&server).await;
    let draft = begin(&editor, "balloon", &balloon()).await;
    publish(&editor, &draft).await;
    begin(&editor, "balloon", &with(&balloon(), |c| c["versions"]["zh"]["body"] = json!("每天十点起飞。"))).await;
    server.kill().await;

    let server = home.start().await;
    let editor = login(&server).await;
    let article = editor.get("/articles/balloon").await.ok();
    assert_eq!((&article["revision"], article["open"].as_array().unwrap().len()), (&json!(1), 1), "{article}");
    let body = json!({"query": ASK, "language": "zh", "limit": 1});
    let hits = Reply::of(http().post(format!("{}/api/v1/knowledge/search", server.base)).json(&body)).await.ok();
    assert_eq!(hits["hits"][0]["id"], "balloon");
    assert!(hits["hits"][0]["passage"].as_str().unwrap().contains("九点"));
    server.terminate().await;
}

async fn where_it_is_so_configured_nobody_approves_his_own(engine: Engine) {
    let home = Home::new(engine).await;
    let mut command = home.serve();
    command.env("KEFU_KNOWLEDGE__SELF_APPROVAL", "false");
    let server = home.start_as(command).await;
    let login =
        async |n: usize| Staff::login(&server.base, &server.demo.staff[n].email, &server.demo.staff[n].password).await;
    let (boss, editor) = (login(0).await, login(3).await);
    let mut whole = balloon();
    whole["slug"] = json!("balloon");
    editor.post("/articles", &whole).await.refused(403, "needs_review");
    let draft = begin(&editor, "balloon", &balloon()).await;
    step(&editor, &draft, "publish", "").await.refused(403, "needs_review");
    let review = step(&editor, &draft, "submit", "").await.ok();
    // Nor whoever has written in it last.
    let mended = save(&boss, &review, &balloon()).await.ok();
    step(&boss, &mended, "publish", "").await.refused(403, "needs_review");
    let review = step(&editor, &save(&editor, &mended, &balloon()).await.ok(), "submit", "").await.ok();
    assert_eq!(publish(&boss, &review).await["state"], "published");
    server.terminate().await;
}
