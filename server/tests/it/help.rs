//! The public help centre: pages that work without scripts, in both languages, and what search engines read.

use crate::harness::*;
use serde_json::json;

crate::cases![
    the_index_lists_categories_and_articles,
    an_article_is_a_whole_page,
    search_finds_by_meaning,
    what_is_written_in_articles_is_not_run,
    search_engines_are_told_what_there_is
];

async fn page(server: &Server, path: &str) -> (u16, String) {
    let response = server.get(path).send().await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("script-src 'self'") && !policy.contains("script-src 'self' 'unsafe"), "{policy}");
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn the_index_lists_categories_and_articles(engine: Engine) {
    let server = shared(engine).await;
    let (status, zh) = page(&server, "/help/?lang=zh").await;
    assert_eq!(status, 200);
    assert!(
        zh.contains("<html lang=\"zh-CN\">") && zh.contains("退换货") && zh.contains("/help/category/returns?lang=zh")
    );
    let (_, en) = page(&server, "/help?lang=en").await;
    assert!(en.contains("<html lang=\"en\">") && en.contains(">Returns<"), "{en}");
    // Without a choice the browser's language decides.
    let response = server.get("/help/").header("Accept-Language", "en-GB,en").send().await.unwrap();
    assert_eq!(response.headers()["content-language"], "en");
    let (status, category) = page(&server, "/help/category/returns?lang=en").await;
    assert!(status == 200 && category.contains("FAQPage") && category.contains("<h1>Returns</h1>"), "{category}");
    for gone in ["/help/category/none", "/help/no-such-article", "/help/%3Cscript%3E"] {
        let (status, text) = page(&server, gone).await;
        assert!(status == 404 && text.contains("role=\"alert\"") && !text.contains("<script>"), "{gone}: {text}");
    }
}

async fn an_article_is_a_whole_page(engine: Engine) {
    let server = shared(engine).await;
    let (status, zh) = page(&server, "/help/account-address-book?lang=zh").await;
    assert_eq!(status, 200);
    for part in [
        "<title>管理收货地址簿 · 青舟商城 帮助中心</title>",
        "data-testid=\"help-article\"",
        "hreflang=\"en\"",
        "rel=\"canonical\"",
        "name=\"description\"",
        "\"@type\":\"FAQPage\"",
        "src=\"/widget.js\" data-language=\"zh\"",
    ] {
        assert!(zh.contains(part), "{part} is missing:\n{zh}");
    }
    // What the graph knows has a page too: citations lead there.
    let (status, sheet) = page(&server, "/help/graph:product:m2-headphones?lang=en").await;
    assert!(status == 200 && sheet.contains("M2"), "{sheet}");
}

async fn search_finds_by_meaning(engine: Engine) {
    let server = shared(engine).await;
    let (_, found) =
        page(&server, "/help/search?lang=en&q=the%20text%20message%20with%20the%20code%20never%20came").await;
    assert!(found.contains("/help/account-code-not-received?lang=en"), "{found}");
    assert!(found.contains("noindex"));
    let (status, empty) = page(&server, "/help/search?lang=zh").await;
    assert!(status == 200 && empty.contains("请输入"), "{empty}");
    let (_, hostile) = page(&server, "/help/search?lang=zh&q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!hostile.contains("<script>alert"), "{hostile}");
    // An article cannot take the page's own address.
    let version = json!({"zh": {"title": "搜索", "body": "文字。"}});
    let taken = json!({"slug": "search", "category": "service", "versions": version});
    server.staff("editor", "zh").await.post("/articles", &taken).await.refused(422, "invalid");
    let long = "退".repeat(5_000);
    assert_eq!(page(&server, &format!("/help/search?q={long}")).await.0, 200);
}

async fn what_is_written_in_articles_is_not_run(engine: Engine) {
    let server = shared(engine).await;
    let editor = server.staff("editor", "zh").await;
    let slug = unique("hostile");
    let version = json!({"title": "</title></script><script>alert(1)</script>", "body": "<script>alert(2)</script>[x](javascript:alert(3)) ![](x\" onerror=\"alert(4))", "questions": []});
    editor.post("/articles", &json!({"slug": slug, "category": "service", "versions": {"zh": version}})).await.ok();
    for path in
        [format!("/help/{slug}?lang=zh"), format!("/help/{slug}?lang=en"), "/help/category/service?lang=zh".into()]
    {
        let (status, text) = page(&server, &path).await;
        assert_eq!(status, 200);
        for bad in ["<script>alert", "href=\"javascript:", "<img"] {
            assert!(!text.contains(bad), "{path} has {bad}:\n{text}");
        }
    }
    let (_, other) = page(&server, &format!("/help/{slug}?lang=en")).await;
    assert!(other.contains("not available in English"), "{other}");
    editor.delete(&format!("/articles/{slug}")).await.ok();
    assert_eq!(page(&server, &format!("/help/{slug}?lang=zh")).await.0, 404);
}

async fn search_engines_are_told_what_there_is(engine: Engine) {
    let server = shared(engine).await;
    let robots = server.get("/robots.txt").send().await.unwrap().text().await.unwrap();
    assert!(
        robots.contains("Disallow: /staff") && robots.contains(&format!("Sitemap: {}/sitemap.xml", server.base)),
        "{robots}"
    );
    let response = server.get("/sitemap.xml").send().await.unwrap();
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("application/xml"));
    let text = response.text().await.unwrap();
    // Read by our own importer, as another site would be.
    let pages = knowledge::import::sitemap(&text).unwrap().pages;
    assert!(pages.contains(&format!("{}/help/account-address-book?lang=zh", server.base)), "{pages:?}");
    assert!(pages.contains(&format!("{}/help/account-address-book?lang=en", server.base)));
    assert!(text.contains("hreflang=\"zh-CN\""));
}
