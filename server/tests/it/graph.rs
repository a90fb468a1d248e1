//! The knowledge graph while editors change it: live at once, whole or not at all, nobody overwritten.

use crate::harness::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

crate::cases![
    a_change_answers_the_next_question,
    two_editors_do_not_overwrite_each_other,
    what_would_break_the_graph_is_refused,
    edges_are_connected_and_taken_away,
    the_last_change_is_taken_back,
    agents_and_customers_do_not_edit,
    the_graph_is_asked,
    what_one_node_changes_the_other_uses,
    files_come_in_after_a_preview,
    files_go_out,
];

async fn node(editor: &Staff, id: &str) -> Value {
    editor.get(&format!("/graph/nodes/{id}")).await.ok()
}

async fn save(editor: &Staff, node: &Value, revision: &Value) -> Reply {
    let id = node["id"].as_str().unwrap();
    editor.put(&format!("/graph/nodes/{id}"), &json!({"node": node, "revision": revision})).await
}

async fn in_language(editor: &Staff, language: &str, path: &str, body: &Value) -> Reply {
    Reply::of(editor.request(method("put"), path).header("Accept-Language", language).json(body)).await
}

async fn asked(editor: &Staff, text: &str, language: &str) -> Value {
    editor.post("/graph/ask", &json!({"text": text, "language": language})).await.ok()
}

/// A product of its own for a test on a shared server.
fn product(id: &str, name: &str, price: i64) -> Value {
    json!({"id": id, "kind": "product", "name": {"zh": name, "en": name}, "price": price, "attributes": {"weight": 120}})
}

async fn a_change_answers_the_next_question(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let (slug, name) = (unique("lamp"), unique("Qlamp"));
    let id = format!("product:{slug}");
    assert!(asked(&editor, &format!("{name} 多少钱"), "zh").await["text"].is_null());
    let made = save(&editor, &product(&id, &name, 12_300), &Value::Null).await.ok();
    assert_eq!(made["node"]["price"], 12_300);
    assert_eq!(made["changed"]["action"], "save_node");
    assert_eq!(made["changed"]["who"], editor.name.as_str(), "{made}");
    let answer = asked(&editor, &format!("{name} 多少钱"), "zh").await;
    assert!(answer["text"].as_str().unwrap().contains("¥123.00"), "{answer}");
    // The bot says the same to customers.
    let said = Customer::visitor(&server.base, "en").await.ask(&format!("how much is the {name}?")).await;
    assert!(texts(&said).contains("¥123.00"), "{said:?}");
    let mut changed = made["node"].clone();
    changed["price"] = json!(9_900);
    let saved = save(&editor, &changed, &made["revision"]).await.ok();
    assert!(saved["revision"].as_i64() > made["revision"].as_i64());
    let answer = asked(&editor, &format!("{name} 多少钱"), "zh").await;
    assert!(answer["text"].as_str().unwrap().contains("¥99.00"), "{answer}");
    let list = editor.get(&format!("/graph/nodes?q={name}&kind=product")).await.ok();
    assert_eq!((list["found"].as_i64(), list["nodes"][0]["id"].as_str()), (Some(1), Some(id.as_str())), "{list}");
    let gone = editor.delete(&format!("/graph/nodes/{id}?revision={}", saved["revision"])).await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    editor.get(&format!("/graph/nodes/{id}")).await.refused(404, "not_found");
    assert!(asked(&editor, &format!("{name} 多少钱"), "zh").await["text"].is_null());
}

async fn two_editors_do_not_overwrite_each_other(engine: Engine) {
    let server = shared(engine).await;
    let (zh, en) = (server.staff("editor", "zh").await, server.staff("supervisor", "zh").await);
    let id = format!("product:{}", unique("race"));
    let first = save(&zh, &product(&id, &unique("Race"), 100), &Value::Null).await.ok();
    let mut mine = first["node"].clone();
    mine["price"] = json!(200);
    save(&zh, &mine, &first["revision"]).await.ok();
    let mut yours = first["node"].clone();
    yours["price"] = json!(300);
    let late = save(&en, &yours, &first["revision"]).await;
    late.refused(409, "stale_revision");
    assert!(late.text.contains(&zh.name) && late.text.contains(&id), "{}", late.text);
    assert_eq!(node(&en, &id).await["node"]["price"], 200);
    // Making what is there, and deleting what has changed.
    save(&en, &yours, &Value::Null).await.refused(409, "exists");
    en.delete(&format!("/graph/nodes/{id}?revision={}", first["revision"])).await.refused(409, "stale_revision");
    let now = node(&zh, &id).await["revision"].clone();
    assert_eq!(zh.delete(&format!("/graph/nodes/{id}?revision={now}")).await.status, 204);
    save(&en, &yours, &now).await.refused(409, "stale_revision");
    // Many at once: each change is made once, none is lost.
    let ids: Vec<String> = (0..6).map(|_| format!("product:{}", unique("many"))).collect();
    let saves = ids.iter().map(|id| {
        let (editor, node) = (en.clone(), product(id, &unique("Many"), 100));
        async move { save(&editor, &node, &Value::Null).await.ok() }
    });
    futures_util::future::join_all(saves).await;
    for id in &ids {
        let made = node(&en, id).await;
        assert_eq!(en.delete(&format!("/graph/nodes/{id}?revision={}", made["revision"])).await.status, 204);
    }
}

async fn what_would_break_the_graph_is_refused(engine: Engine) {
    let server = shared(engine).await;
    let en = server.staff("editor", "zh").await;
    let id = format!("product:{}", unique("bad"));
    let good = product(&id, &unique("Bad"), 100);
    let with = |field: &str, value: Value| {
        let mut node = good.clone();
        node[field] = value;
        node
    };
    for (node, says) in [
        (with("price", json!(-3)), "[price]"),
        (with("name", json!({"zh": "好"})), "[name]"),
        (with("kind", json!("gadget")), "gadget"),
        (with("kind", json!("policy")), "[rule]"),
        (with("attributes", json!({"nonsense": 1})), "[attributes.nonsense]"),
        (with("attributes", json!({"weight": "heavy"})), "[attributes.weight]"),
        (with("colour", json!("red")), "colour"),
        (with("price", json!("much")), "invalid type"),
        (with("text", json!({"zh": "字".repeat(3000), "en": "x"})), "[text]"),
    ] {
        for language in ["zh", "en"] {
            let body = json!({"node": node, "revision": null});
            let reply = in_language(&en, language, &format!("/graph/nodes/{id}"), &body).await;
            assert_eq!(reply.status, 422, "{}", reply.text);
            assert!(reply.text.contains(says) && reply.text.contains(&id), "{says}: {}", reply.text);
            assert_eq!(is_chinese(&reply.text.replace('字', "")), language == "zh", "{}", reply.text);
        }
    }
    for bad in ["Product:Upper", "product:", "nonsense", "product:a b"] {
        let reply = save(&en, &with("id", json!(bad)), &Value::Null).await;
        assert_eq!(reply.status, 422, "{bad}: {}", reply.text);
    }
    // A circle, dangling edges, ends that do not fit, properties on the wrong edge.
    let edge =
        |from: &str, kind: &str, to: &str, props: Value| json!({"from": from, "kind": kind, "to": to, "props": props});
    for (edge, says) in [
        (edge("category:electronics", "is_a", "category:headphones", json!({})), "category:audio"),
        (edge("product:m2-headphones", "is_a", "category:nowhere", json!({})), "category:nowhere"),
        (edge("product:nowhere", "is_a", "category:headphones", json!({})), "product:nowhere"),
        (edge("product:m2-headphones", "is_a", "brand:qingyu", json!({})), "is_a"),
        (edge("product:m2-headphones", "likes", "brand:qingyu", json!({})), "likes"),
        (edge("product:m2-headphones", "fits", "category:tea", json!({"stock": 3})), "stock"),
        (edge("warehouse:wuhan", "serves", "region:hmt", json!({})), "days"),
        (edge("warehouse:wuhan", "serves", "region:hmt", json!({"days": [5, 2]})), "days"),
        (edge("warehouse:wuhan", "serves", "region:hmt", json!({"days": "soon"})), "days"),
    ] {
        for language in ["zh", "en"] {
            let reply = in_language(&en, language, "/graph/edges", &edge).await;
            assert_eq!(reply.status, 422, "{}", reply.text);
            assert!(reply.text.contains(says), "{says}: {}", reply.text);
            assert_eq!(is_chinese(&reply.text), language == "zh", "{}", reply.text);
        }
    }
    // What others still use cannot go.
    let used = node(&en, "attribute:weight").await;
    let reply = en.delete(&format!("/graph/nodes/attribute:weight?revision={}", used["revision"])).await;
    reply.refused(422, "invalid_graph");
    assert!(reply.text.contains("attributes.weight") && reply.text.contains("more"), "{}", reply.text);
    en.get(&format!("/graph/nodes/{id}")).await.refused(404, "not_found");
    for id in ["attribute:weight", "warehouse:wuhan", "product:m2-headphones", "category:electronics"] {
        assert_eq!(node(&en, id).await["revision"], 0, "{id}");
    }
}

async fn edges_are_connected_and_taken_away(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let (id, name) = (format!("product:{}", unique("edge")), unique("Edgy"));
    save(&editor, &product(&id, &name, 100), &Value::Null).await.ok();
    let edge = |kind: &str, to: &str, props: Value, revision: Value| json!({"from": id, "kind": kind, "to": to, "props": props, "revision": revision});
    editor.put("/graph/edges", &edge("is_a", "category:underwear", json!({}), Value::Null)).await.ok();
    let stocked = edge("ships_from", "warehouse:wuhan", json!({"stock": 4}), Value::Null);
    let view = editor.put("/graph/edges", &stocked).await.ok();
    assert_eq!(view["edges"].as_array().unwrap().len(), 2, "{view}");
    assert_eq!(view["neighbours"].as_array().unwrap().len(), 2, "{view}");
    let answer = asked(&editor, &format!("can I return the {name}?"), "en").await;
    assert_eq!(answer["verdict"], "no", "{answer}");
    assert!(answer["steps"].as_array().unwrap().iter().any(|s| s["node"] == "policy:no-return-underwear"), "{answer}");
    let answer = asked(&editor, &format!("is the {name} in stock"), "en").await;
    assert!(answer["text"].as_str().unwrap().contains(" 4 "), "{answer}");
    editor.put("/graph/edges", &stocked).await.refused(409, "exists");
    let revision =
        view["edges"].as_array().unwrap().iter().find(|e| e["kind"] == "ships_from").unwrap()["revision"].clone();
    editor
        .put("/graph/edges", &edge("ships_from", "warehouse:wuhan", json!({"stock": 0}), revision.clone()))
        .await
        .ok();
    let again = editor.put("/graph/edges", &edge("ships_from", "warehouse:wuhan", json!({"stock": 9}), revision)).await;
    again.refused(409, "stale_revision");
    let answer = asked(&editor, &format!("is the {name} in stock"), "en").await;
    assert_eq!(answer["verdict"], "no", "{answer}");
    // A node takes its edges along.
    let view = node(&editor, &id).await;
    assert_eq!(editor.delete(&format!("/graph/nodes/{id}?revision={}", view["revision"])).await.status, 204);
    let left = node(&editor, "category:underwear").await;
    assert!(left["edges"].as_array().unwrap().iter().all(|e| e["from"] != id.as_str()), "{left}");
}

async fn the_last_change_is_taken_back(engine: Engine) {
    // Others change the shared graph, too.
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    let view = node(&editor, "category:tea").await;
    assert_eq!(editor.delete("/graph/nodes/category:tea?revision=0").await.status, 204);
    assert_eq!(asked(&editor, "你们卖哪些茶叶", "zh").await["text"], Value::Null);
    let history = editor.get("/graph/history").await.ok();
    assert_eq!(
        (&history["changes"][0]["action"], &history["changes"][0]["subject"]),
        (&json!("delete_node"), &json!("category:tea"))
    );
    let version = history["changes"][0]["version"].clone();
    let after = editor.post("/graph/undo", &json!({"version": version})).await.ok();
    assert_eq!(after["changes"][0]["action"], "undo");
    let back = node(&editor, "category:tea").await;
    assert_eq!(back["node"], view["node"]);
    assert_eq!(back["edges"].as_array().unwrap().len(), view["edges"].as_array().unwrap().len());
    assert!(asked(&editor, "你们卖哪些茶叶", "zh").await["text"].as_str().unwrap().contains("龙井"));
    editor.post("/graph/undo", &json!({"version": version})).await.refused(409, "not_the_last");
    editor.post("/graph/undo", &json!({"version": 999})).await.refused(404, "not_found");
    server.stop().await.unwrap();
}

async fn agents_and_customers_do_not_edit(engine: Engine) {
    let server = shared(engine).await;
    let agent = server.staff("agent", "en").await;
    agent.get("/graph/nodes").await.refused(403, "forbidden");
    agent.get("/graph/nodes/category:tea").await.refused(403, "forbidden");
    save(&agent, &product("product:x", "X", 1), &Value::Null).await.refused(403, "forbidden");
    agent.delete("/graph/nodes/category:tea?revision=0").await.refused(403, "forbidden");
    agent.put("/graph/edges", &json!({"from": "a", "kind": "is_a", "to": "b"})).await.refused(403, "forbidden");
    agent.post("/graph/ask", &json!({"text": "M2"})).await.refused(403, "forbidden");
    agent.post("/graph/undo", &json!({"version": 1})).await.refused(403, "forbidden");
    agent.get("/graph/history").await.refused(403, "forbidden");
    Reply::of(server.get("/api/v1/staff/graph/nodes")).await.refused(401, "unauthorized");
}

async fn the_graph_is_asked(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let answer = asked(&editor, "which phones under ¥2000 ship from Chengdu?", "en").await;
    let nodes: Vec<&str> = answer["nodes"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(nodes.contains(&"product:x1-phone") && !nodes.contains(&"product:x1-pro-phone"), "{answer}");
    let answer = asked(&editor, "M9 耳机保修多久", "zh").await;
    assert_eq!((&answer["text"], &answer["unknown"]), (&Value::Null, &json!(["m9"])), "{answer}");
    assert_eq!(answer["named"], json!(["category:headphones"]));
    for text in ["", "  ", &"M2 ".repeat(200)] {
        editor.post("/graph/ask", &json!({"text": text})).await.refused(422, "invalid");
    }
    editor.get("/graph/nodes?kind=gadget").await.refused(422, "invalid");
    let page = editor.get("/graph/nodes?limit=3&from=2&kind=city").await.ok();
    assert_eq!(page["nodes"].as_array().unwrap().len(), 3, "{page}");
}

async fn what_one_node_changes_the_other_uses(engine: Engine) {
    if engine == Engine::Sqlite {
        return;
    }
    let one = Server::start(engine).await;
    let two = Server::start_on(tempfile::tempdir().unwrap(), one.database.clone()).await;
    let editor = Staff::login(&two.base, &two.demo.staff[3].email, &two.demo.staff[3].password).await;
    let here = Staff { base: one.base.clone(), ..editor.clone() };
    let view = node(&editor, "product:m2-headphones").await;
    let mut changed = view["node"].clone();
    changed["price"] = json!(27_700);
    save(&editor, &changed, &view["revision"]).await.ok();
    until("the other node to use it", async || {
        let answer = asked(&here, "M2 耳机多少钱", "zh").await;
        answer["text"].as_str().unwrap().contains("¥277.00").then_some(())
    })
    .await;
    two.stop().await.unwrap();
    one.stop().await.unwrap();
}

fn file(name: &str, text: &str) -> Value {
    json!({"name": name, "data": BASE64.encode(text)})
}

async fn files_come_in_after_a_preview(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    let nodes = "id,kind,name_zh,name_en,price\nproduct:fan-n1,product,新风扇,Nova Fan,199.00\n";
    let edges = "from,kind,to,stock\nproduct:fan-n1,is_a,category:small-appliances,\nproduct:fan-n1,ships_from,warehouse:wuhan,7\n";
    let good = json!([file("nodes.csv", nodes), file("edges.csv", edges)]);
    let preview = editor.post("/graph/import", &json!({"files": good, "mode": "preview"})).await.ok();
    assert_eq!(
        (&preview["applied"], &preview["nodes"]["new"], &preview["edges"]["new"]),
        (&json!(false), &json!(1), &json!(2))
    );
    assert_eq!(preview["problems"], json!([]), "{preview}");
    editor.get("/graph/nodes/product:fan-n1").await.refused(404, "not_found");
    let done = editor
        .post("/graph/import", &json!({"files": good, "mode": "merge", "version": preview["version"]}))
        .await
        .ok();
    assert_eq!(done["applied"], true, "{done}");
    let answer = asked(&editor, "is the Nova Fan in stock?", "en").await;
    assert!(answer["text"].as_str().unwrap().contains('7'), "{answer}");
    // The preview is out of date now.
    let late =
        editor.post("/graph/import", &json!({"files": good, "mode": "merge", "version": preview["version"]})).await;
    late.refused(409, "stale_revision");
    // Broken files: told by file and line, nothing is taken.
    let before = editor.get("/graph/nodes").await.ok();
    for (files, place) in [
        (
            json!([file(
                "n.csv",
                "id,kind,name_zh,name_en,price\nproduct:a,product,甲,A,1\nproduct:b,product,乙,B,much\n"
            )]),
            ("n.csv", 3),
        ),
        (json!([file("n.csv", "id,kind,name_zh,name_en\nproduct:a,product,甲,\n")]), ("n.csv", 2)),
        (json!([file("e.csv", "from,kind,to\nproduct:fan-n1,is_a,category:nowhere\n")]), ("e.csv", 2)),
        (json!([file("e.csv", "from,kind,to\ncategory:electronics,is_a,category:headphones\n")]), ("e.csv", 2)),
        (json!([file("x.jsonld", "{\n nonsense")]), ("x.jsonld", 2)),
        (json!([file("x.yml", "nodes: [")]), ("x.yml", 0)),
        (json!([file("a.csv", nodes), file("b.csv", nodes)]), ("", 0)),
    ] {
        for mode in ["preview", "merge", "replace"] {
            let view = editor
                .post("/graph/import", &json!({"files": files, "mode": mode, "version": done["version"]}))
                .await
                .ok();
            let found = view["problems"].as_array().unwrap();
            let at = |p: &&Value| p["line"] == place.1 && p["file"].as_str().unwrap_or_default() == place.0;
            assert!(
                view["applied"] == false && (mode == "replace" || found.iter().any(|p| at(&p))),
                "{place:?} {view}"
            );
        }
    }
    for files in [
        json!([]),
        json!([file("x.exe", "x")]),
        json!([{"name": "n.csv", "data": "%%"}]),
        json!([{"name": "n.csv", "data": BASE64.encode([0xff, 0xfe, 0])}]),
    ] {
        editor.post("/graph/import", &json!({"files": files, "mode": "preview"})).await.refused(422, "invalid");
    }
    let large = json!({"files": [file("n.csv", &"x".repeat(17 * 1024 * 1024))], "mode": "preview"});
    editor.post("/graph/import", &large).await.refused(413, "too_large");
    let after = editor.get("/graph/nodes").await.ok();
    assert_eq!((&before["version"], &before["found"]), (&after["version"], &after["found"]));
    let agent = server.staff("agent", "zh").await;
    agent.post("/graph/import", &json!({"files": good, "mode": "preview"})).await.refused(403, "forbidden");
    server.stop().await.unwrap();
}

async fn files_go_out(engine: Engine) {
    let server = Server::start(engine).await;
    let editor = server.staff("editor", "zh").await;
    let list = editor.get("/graph/nodes").await.ok();
    let (nodes, edges) =
        (editor.get("/graph/export?format=nodes").await, editor.get("/graph/export?format=edges").await);
    // The same files in the graph's place change nothing.
    let files = json!([file("nodes.csv", &nodes.text), file("edges.csv", &edges.text)]);
    let view = editor.post("/graph/import", &json!({"files": files, "mode": "preview_replace"})).await.ok();
    assert_eq!(
        (&view["nodes"]["same"], &view["edges"]["same"]),
        (&list["found"], &list["edges"]),
        "{}",
        view["problems"]
    );
    assert_eq!((view["changes"].as_array().unwrap().len(), &view["problems"]), (0, &json!([])));
    for format in ["yaml", "jsonld"] {
        let name = if format == "yaml" { "graph.yml" } else { "graph.jsonld" };
        let text = editor.get(&format!("/graph/export?format={format}")).await.text;
        let view = editor.post("/graph/import", &json!({"files": [file(name, &text)], "mode": "preview"})).await.ok();
        assert_eq!((view["changes"].as_array().unwrap().len(), &view["problems"]), (0, &json!([])), "{view}");
    }
    assert!(!editor.get("/graph/export/report").await.ok()["left_out"].as_array().unwrap().is_empty());
    editor.get("/graph/export?format=pdf").await.refused(422, "invalid");
    // Less in the graph's place.
    let small = json!([file("nodes.csv", "id,kind,name_zh,name_en\ncategory:all,category,全部,Everything\n")]);
    let view = editor.post("/graph/import", &json!({"files": small, "mode": "preview_replace"})).await.ok();
    let done = editor
        .post("/graph/import", &json!({"files": small, "mode": "replace", "version": view["version"]}))
        .await
        .ok();
    assert_eq!(done["applied"], true);
    assert_eq!(editor.get("/graph/nodes").await.ok()["found"], 1);
    // And back.
    editor.post("/graph/undo", &json!({"version": done["version"]})).await.ok();
    assert_eq!(editor.get("/graph/nodes").await.ok()["found"], list["found"]);
    server.stop().await.unwrap();
}
