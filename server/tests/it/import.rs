//! Articles from elsewhere: preview, drafts, export, and a crawled site.

use crate::harness::*;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::Redirect;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use std::collections::HashMap;
use tokio::net::TcpListener;

crate::cases![
    files_become_drafts,
    an_article_that_exists_keeps_its_other_language,
    drafts_are_not_overwritten_silently,
    what_goes_out_comes_in_unchanged,
    bad_uploads_are_refused,
    only_editors_import,
    a_site_is_crawled_within_its_rules,
    private_sites_need_a_setting
];

fn sent(files: &[(&str, &[u8])]) -> Value {
    let files = files.iter().map(|(name, bytes)| json!({"name": name, "data": BASE64.encode(bytes)}));
    json!({"files": files.collect::<Vec<_>>()})
}

async fn files_become_drafts(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let word = unique("纸鸢");
    let csv = format!(
        "问题,答案,相似问,分类\n{word}怎么放？,\"到**{word}**广场，<script>alert(1)</script>\",{word}在哪放,退换货\n没有答案的问题,,,\n"
    );
    let view =
        editor.post("/article-import", &sent(&[("faq.csv", csv.as_bytes()), ("logo.png", b"\x89PNG\0")])).await.ok();
    let found = &view["articles"][0];
    assert_eq!((found["state"].as_str(), view["articles"].as_array().unwrap().len()), (Some("new"), 1), "{view}");
    assert_eq!((view["notes"][0]["file"].as_str(), view["notes"][0]["line"].as_i64()), (Some("faq.csv"), Some(3)));
    assert_eq!(view["files"][0]["taken"], 1, "{view}");
    assert_eq!((view["files"][1]["name"].as_str(), view["files"][1]["taken"].as_i64()), (Some("logo.png"), Some(0)));
    assert_eq!(found["category"], "returns", "a category is known by its name: {view}");
    // Nothing is stored by looking.
    let slug = found["slug"].as_str().unwrap();
    editor.get(&format!("/articles/{slug}")).await.refused(404, "not_found");
    let taken = editor.post("/article-import/drafts", &json!({"articles": [found]})).await.ok();
    assert_eq!(taken["taken"], json!([slug]), "{taken}");
    let stored = editor.get(&format!("/articles/{slug}")).await.ok();
    assert_eq!(
        (stored["revision"].as_i64(), stored["open"][0]["state"].as_str()),
        (Some(0), Some("draft")),
        "{stored}"
    );
    // Customers see nothing of a draft.
    assert_eq!(server.get(&format!("/help/{slug}")).send().await.unwrap().status(), 404);
    let again = editor.post("/article-import", &sent(&[("faq.csv", csv.as_bytes())])).await.ok();
    assert_eq!(again["articles"][0]["state"], "draft");
}

fn markdown(title: &str, text: &str) -> String {
    format!("---\ntitle: {title}\ncategory: service\n---\n\n{text}\n")
}

async fn an_article_that_exists_keeps_its_other_language(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let slug = unique("kite");
    let version = |title: &str| json!({"title": title, "body": "一段文字。", "questions": []});
    let body = json!({"slug": slug, "category": "orders", "versions": {"zh": version("风筝"), "en": version("Kites")}});
    editor.post("/articles", &body).await.ok();
    let file = format!("{slug}.zh.md");
    let view = editor.post("/article-import", &sent(&[(&file, markdown("新风筝", "新文字。").as_bytes())])).await.ok();
    assert_eq!(view["articles"][0]["state"], "changed", "{view}");
    editor.post("/article-import/drafts", &json!({"articles": view["articles"]})).await.ok();
    let open = editor.get(&format!("/articles/{slug}")).await.ok()["open"][0].clone();
    assert_eq!(open["titles"], json!({"zh": "新风筝", "en": "Kites"}), "{open}");
    assert_eq!(open["category"], "orders");
    let same = editor.post("/article-import", &sent(&[(&file, markdown("风筝", "一段文字。").as_bytes())])).await.ok();
    assert_eq!(same["articles"][0]["state"], "draft");
}

async fn drafts_are_not_overwritten_silently(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let slug = unique("sail");
    let file = format!("{slug}.en.md");
    let first = editor.post("/article-import", &sent(&[(&file, markdown("Sails", "One.").as_bytes())])).await.ok();
    editor.post("/article-import/drafts", &json!({"articles": first["articles"]})).await.ok();
    let second = editor.post("/article-import", &sent(&[(&file, markdown("Sails", "Two.").as_bytes())])).await.ok();
    let kept = editor.post("/article-import/drafts", &json!({"articles": second["articles"]})).await.ok();
    assert_eq!((&kept["taken"], kept["left_out"][0]["slug"].as_str()), (&json!([]), Some(slug.as_str())), "{kept}");
    let wanted = json!({"articles": second["articles"], "over_drafts": true});
    assert_eq!(editor.post("/article-import/drafts", &wanted).await.ok()["taken"], json!([slug]));
}

async fn what_goes_out_comes_in_unchanged(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    for format in ["markdown", "jsonl"] {
        let response =
            editor.request(reqwest::Method::GET, &format!("/article-export?format={format}")).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let name = if format == "markdown" { "articles.zip" } else { "articles.jsonl" };
        assert!(response.headers()["content-disposition"].to_str().unwrap().contains(name));
        let bytes = response.bytes().await.unwrap();
        let view = editor.post("/article-import", &sent(&[(name, &bytes)])).await.ok();
        let articles = view["articles"].as_array().unwrap();
        assert!(articles.len() > 50, "{} articles", articles.len());
        // Other tests edit articles of their own meanwhile; those of the content are as they were.
        let changed: Vec<&Value> =
            articles.iter().filter(|a| a["state"] == "changed" && a["category"] != "service").collect();
        assert!(changed.is_empty(), "{format}: {}", changed[0]);
        assert!(view["files"].as_array().unwrap().iter().all(|f| f["reason"].is_null()), "{view}");
    }
    editor.get("/article-export?format=docx").await.refused(422, "invalid");
}

async fn bad_uploads_are_refused(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    editor.post("/article-import", &json!({"files": []})).await.refused(422, "invalid");
    let broken = json!({"files": [{"name": "a.md", "data": "%%%"}]});
    editor.post("/article-import", &broken).await.refused(422, "invalid");
    let large = vec![b'a'; 33 * 1024 * 1024];
    let refused = editor.post("/article-import", &sent(&[("big.csv", &large)])).await;
    refused.refused(413, "too_large");
    let view = editor.post("/article-import", &sent(&[("x.zip", b"PK\x03\x04 no archive")])).await.ok();
    assert!(view["files"][0]["reason"].as_str().unwrap().contains("cannot be opened"), "{view}");
    // What a client makes up is checked like an editor's form, and the rest is taken.
    let slug = unique("good");
    let version = json!({"zh": {"title": "好", "body": "文字。"}});
    let articles = json!([
        {"slug": "../etc", "category": "service", "versions": version},
        {"slug": slug, "category": "service", "versions": version},
    ]);
    let taken = editor.post("/article-import/drafts", &json!({"articles": articles})).await.ok();
    assert_eq!(taken["taken"], json!([slug]), "{taken}");
    assert_eq!(taken["left_out"][0]["slug"], "../etc");
}

async fn only_editors_import(engine: Engine) {
    let server = shared(engine).await;
    let agent = server.staff("agent", "zh").await;
    agent.post("/article-import", &sent(&[("a.md", b"# A\n\ntext")])).await.refused(403, "forbidden");
    agent.post("/article-import/drafts", &json!({"articles": []})).await.refused(403, "forbidden");
    agent.get("/article-export").await.refused(403, "forbidden");
}

const HTML: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];

/// A shop's help pages, as somebody else would serve them.
async fn site(server: &Server) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let page = |name: &str, text: &str| {
        format!(
            "<html lang=en><head><title>{name} | Shop</title></head><body><nav>Menu</nav><main><h1>{name}</h1><p>{text}</p></main></body></html>"
        )
    };
    let map = format!(
        "<urlset>{}</urlset>",
        ["/help/returns", "/help/secret", "/help/gone", "/help/away", "/help/logo", "/cart"]
            .map(|p| format!("<url><loc>{base}{p}</loc></url>"))
            .concat()
    );
    let robots = format!("User-agent: *\nDisallow: /help/secret\nSitemap: {base}/maps.xml\n");
    let index = format!("<sitemapindex><sitemap><loc>{base}/pages.xml</loc></sitemap></sitemapindex>");
    let returns = page("Returns", "Send it back within thirty days and we pay for the parcel.");
    let secret = page("Secret", "Nobody may read this, but anybody could if they only tried.");
    let cart = page("Cart", "Here stands what you are about to buy, in a long sentence.");
    let routes = Router::new()
        .route("/robots.txt", get(move || async { robots }))
        .route("/maps.xml", get(move || async { index }))
        .route("/pages.xml", get(move || async { map }))
        .route("/help/returns", get(move || async { (HTML, returns) }))
        .route("/help/secret", get(move || async { (HTML, secret) }))
        .route("/help/gone", get(|| async { StatusCode::GONE }))
        .route("/help/away", get(|| async { Redirect::temporary("http://169.254.169.254/latest/meta-data") }))
        .route("/help/logo", get(|| async { ([(header::CONTENT_TYPE, "image/png")], "png") }))
        .route("/cart", get(move || async { (HTML, cart) }));
    let stopping = server.app.lifecycle.stopping();
    let serving = axum::serve(listener, routes).with_graceful_shutdown(async move { stopping.cancelled().await });
    server.app.lifecycle.spawn(async move { serving.await.unwrap() });
    base
}

async fn a_site_is_crawled_within_its_rules(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let base = site(&server).await;
    let view = editor.post("/article-import", &json!({"url": format!("{base}/help/")})).await.ok();
    let titles: Vec<&str> =
        view["articles"].as_array().unwrap().iter().map(|a| a["versions"]["en"]["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Returns"], "{view}");
    let notes: HashMap<&str, &str> = view["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| (n["file"].as_str().unwrap().trim_start_matches(&base), n["text"].as_str().unwrap()))
        .collect();
    assert!(notes["/help/gone"].contains("410"), "{notes:?}");
    assert!(notes["/help/away"].contains("307"), "{notes:?}");
    assert!(notes["/help/logo"].contains("image/png"), "{notes:?}");
    assert!(notes["/help/"].contains("does not allow 1"), "{notes:?}");
    for bad in ["", "file:///etc/passwd", "http://127.0.0.1:1/", "http://no-such-host.invalid/"] {
        editor.post("/article-import", &json!({"url": bad})).await.refused(422, "invalid");
    }
}

async fn private_sites_need_a_setting(_: Engine) {
    let refused = server::crawl::crawl("http://127.0.0.1:1/", false).await;
    assert!(refused.is_err_and(|e| e.to_string().contains("import_private")));
}
