//! Article files: what is read, what is refused and where, what is written back; Markdown made safe.
#![allow(clippy::unwrap_used)]

use kg::Language::{En, Zh};
use knowledge::{Article, KnowledgeError, body_html};
use std::fs;
use std::path::Path;

const GOOD: &str = "---\ntitle: \"退款: 多久到账\"\ncategory: returns\nquestions:\n  - 退款几天到\n  - 'It''s late'\n---\n\n**三天**内到账。\n\n- 一\n- 二\n";

fn error_of(text: &str) -> (usize, String) {
    match Article::parse_file("refund-time", Zh, text) {
        Err(KnowledgeError::Article { file, line, message }) => {
            assert_eq!(file, "refund-time.zh.md");
            (line, message)
        }
        other => panic!("expected an article error, got {other:?}"),
    }
}

#[test]
fn reads_a_file() {
    let article = Article::parse_file("refund-time", Zh, GOOD).unwrap();
    let text = &article.versions[&Zh];
    assert_eq!((article.slug.as_str(), article.category.as_str()), ("refund-time", "returns"));
    assert_eq!(text.title, "退款: 多久到账");
    assert_eq!(text.questions, ["退款几天到", "It's late"]);
    assert_eq!(text.body, "**三天**内到账。\n\n- 一\n- 二");
    let windows = GOOD.replace('\n', "\r\n");
    assert_eq!(Article::parse_file("refund-time", Zh, &format!("\u{feff}{windows}")).unwrap(), article);
}

#[test]
fn says_where_a_file_is_wrong() {
    let cases = [
        ("", 1, "first line"),
        ("# Title\n", 1, "first line"),
        ("---\ntitle: x\n", 1, "no closing"),
        ("---\ntitle: x\ncategory: y\nauthor: me\n---\nbody\n", 4, "author"),
        ("---\ncategory: y\n---\nbody\n", 2, "title"),
        ("---\ntitle: ''\ncategory: y\n---\nbody\n", 2, "`title` is empty"),
        ("---\ntitle: x\ncategory: Not/A/Name\n---\nbody\n", 3, "category"),
        ("---\ntitle: x\ncategory: y\nquestions:\n  - ''\n---\nbody\n", 4, "question 1 is empty"),
        ("---\ntitle: x\ncategory: y\nquestions: [a\n---\nbody\n", 4, ""),
        ("---\ntitle: x\ncategory: y\n---\n\n  \n", 4, "below the second"),
    ];
    for (text, line, part) in cases {
        let (at, message) = error_of(text);
        assert!(message.contains(part), "{text:?}: {message}");
        assert!(
            at.abs_diff(line) <= usize::from(part.is_empty() || part == "author"),
            "{text:?}: line {at}: {message}"
        );
    }
    assert!(Article::parse_file("../etc/passwd", Zh, GOOD).is_err());
    let long = format!("---\ntitle: x\ncategory: y\n---\n{}", "长".repeat(50_000));
    assert!(error_of(&long).1.contains("bytes"));
}

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn a_folder_goes_out_and_comes_back_the_same() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "INDEX.md", "not an article");
    write(dir.path(), "returns/refund-time.zh.md", GOOD);
    let english =
        "---\ntitle: '- Refunds: \"when\"? #1'\ncategory: returns\n---\nThree days.\n\n---\n\nAfter a rule.\n";
    write(dir.path(), "returns/refund-time.en.md", english);
    write(dir.path(), "delivery/a.en.md", "---\ntitle: A\ncategory: delivery\nquestions: []\n---\nText");
    let articles = Article::load_dir(dir.path()).unwrap();
    assert_eq!(articles.iter().map(|a| a.slug.as_str()).collect::<Vec<_>>(), ["a", "refund-time"]);
    assert_eq!(articles[1].versions.len(), 2);
    assert!(articles[1].versions[&En].body.contains("After a rule."));

    let out = tempfile::tempdir().unwrap();
    for article in &articles {
        for (path, text) in article.to_files().unwrap() {
            write(out.path(), path.to_str().unwrap(), &text);
        }
    }
    assert_eq!(Article::load_dir(out.path()).unwrap(), articles);

    let json = serde_json::to_string(&articles[1]).unwrap();
    assert!(json.contains("\"zh\":{"), "{json}");
    assert_eq!(serde_json::from_str::<Article>(&json).unwrap(), articles[1]);
}

#[test]
fn a_folder_that_contradicts_itself_is_refused() {
    let bad = [
        ("returns/refund-time.md", GOOD, "must be called"),
        ("returns/refund-time.fr.md", GOOD, "must be called"),
        ("delivery/refund-time.zh.md", GOOD, "does not agree with the folder"),
        ("refund-time.zh.md", GOOD, "folder of its category"),
    ];
    for (name, text, part) in bad {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), name, text);
        let error = Article::load_dir(dir.path()).unwrap_err().to_string();
        assert!(error.contains(part) && error.contains("refund-time"), "{error}");
    }
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "returns/x.zh.md", GOOD);
    write(dir.path(), "delivery/x.en.md", "---\ntitle: A\ncategory: delivery\n---\nText");
    assert!(Article::load_dir(dir.path()).unwrap_err().to_string().contains("also used in category"));
    assert!(Article::load_dir(&dir.path().join("missing")).unwrap_err().to_string().contains("missing"));
    fs::write(dir.path().join("returns/x.zh.md"), [0xff, 0xfe, 0x00]).unwrap();
    fs::remove_file(dir.path().join("delivery/x.en.md")).unwrap();
    assert!(Article::load_dir(dir.path()).is_err());
}

#[test]
fn nothing_in_a_body_runs_in_a_browser() {
    let bodies = [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "<div onclick=\"x()\">\n\nhi\n\n</div>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](<java\tscript:alert(1)>)",
        "[x](vbscript:x) [y](data:text/html,<script>1</script>) ![z](data:image/svg+xml,<svg>)",
        "<javascript:alert(1)>",
        "[x][ref]\n\n[ref]: javascript:alert(1)",
        "`<script>`\n\n```\n<script>\n```",
        "| <b onload=x> |\n|---|\n| <script> |",
    ];
    for body in bodies {
        let html = body_html(body);
        let lower = html.to_lowercase();
        for bad in
            ["<script", "<img src=x", "<div", "<b ", "href=\"java", "href=\"vb", "href=\"data", "src=\"data", "<svg"]
        {
            assert!(!lower.contains(bad), "{body:?} became {html}");
        }
    }
    assert!(body_html("a <b>c</b>").contains("&lt;b&gt;"));
}

#[test]
fn ordinary_markdown_stays() {
    let html = body_html(
        "# A\n\n**b** [c](https://shop.example/x?a=1&b=2) [d](/help/e#f) [g](../h)\n\n| 1 | 2 |\n|---|---|\n| 三 | 四 |",
    );
    for part in [
        "<h1>A</h1>",
        "<strong>b</strong>",
        "href=\"https://shop.example/x?a=1&amp;b=2\"",
        "href=\"/help/e#f\"",
        "href=\"../h\"",
        "<td>三</td>",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    // The words of a link that is not let through stay.
    assert_eq!(body_html("[words](javascript:x) [inner](http://a.example)").matches("<a ").count(), 1);
    assert!(body_html("[words](javascript:x)").contains("words"));
}
