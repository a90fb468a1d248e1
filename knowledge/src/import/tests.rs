#![allow(clippy::unwrap_used)]
use super::*;
use std::io::Write as _;

fn file(name: &str, bytes: impl AsRef<[u8]>) -> File {
    File { name: name.into(), bytes: bytes.as_ref().to_vec() }
}

fn one(name: &str, bytes: impl AsRef<[u8]>) -> Import {
    read(vec![file(name, bytes)])
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn titles(import: &Import) -> Vec<(&str, &str)> {
    let versions = import.articles.iter().flat_map(|a| a.article.versions.iter());
    versions.map(|(l, v)| (l.code(), v.title.as_str())).collect()
}

fn reason(import: &Import) -> &str {
    import.files[0].reason.as_ref().map_or("", |r| r.en.as_str())
}

#[test]
fn a_folder_of_markdown_keeps_languages_together() {
    let zh = "---\ntitle: 怎么退货\ncategory: returns\nquestions: [能退吗, 怎么退]\n---\n\n在订单里点退货。\n";
    let en = "---\ntitle: How to return\ntags: [a]\n---\nOpen the order and press *Return*.\n";
    let hugo = "---\ntitle: Shipping\ndraft: true\n---\nWe ship in two days.";
    let bare = "# Gift cards\n\nThey do not expire.\n";
    let archive = zipped(&[
        ("docs/returns/how-to-return.zh.md", zh.as_bytes()),
        ("docs/returns/how-to-return.en.md", en.as_bytes()),
        ("docs/en/shipping.md", hugo.as_bytes()),
        ("docs/gift-cards.md", bare.as_bytes()),
        ("docs/broken.md", b"---\ntitle: [\n---\ntext"),
        ("docs/endless.md", b"---\ntitle: x\ntext"),
        ("docs/logo.png", b"\x89PNG\0\0"),
        ("__MACOSX/docs/._gift-cards.md", b"\0"),
    ]);
    let import = one("site.zip", archive);
    assert_eq!(
        titles(&import),
        [("zh", "怎么退货"), ("en", "How to return"), ("en", "Shipping"), ("en", "Gift cards")]
    );
    let first = &import.articles[0];
    assert_eq!((first.article.slug.as_str(), first.article.category.as_str()), ("how-to-return", "returns"));
    assert_eq!(first.sources, ["docs/returns/how-to-return.zh.md", "docs/returns/how-to-return.en.md"]);
    assert_eq!(first.article.versions[&Language::Zh].questions, ["能退吗", "怎么退"]);
    assert_eq!(import.articles[2].article.versions[&Language::En].body, "They do not expire.");
    let bad: Vec<&str> = import.files.iter().filter(|f| f.reason.is_some()).map(|f| f.file.as_str()).collect();
    assert_eq!(bad, ["docs/broken.md", "docs/endless.md", "docs/logo.png"]);
    assert!(import.notes.iter().any(|n| n.file == "docs/en/shipping.md"), "{:?}", import.notes);
    import.articles.iter().for_each(|a| a.article.validate().unwrap());
}

#[test]
fn what_is_exported_is_imported_unchanged() {
    let article = Article {
        slug: "m2-warranty".into(),
        category: "warranty".into(),
        versions: [(
            Language::Zh,
            crate::ArticleText {
                title: "M2：保修".into(),
                body: "两年。\n\n- 电池一年".into(),
                questions: vec!["保多久".into()],
            },
        )]
        .into(),
    };
    let files = article.to_files().unwrap();
    let import = read(files.into_iter().map(|(p, t)| file(&p.display().to_string(), t)).collect());
    assert_eq!(import.articles[0].article, article);
}

#[test]
fn tables_are_read_by_their_columns() {
    let csv = "分类,问题,答案,相似问,语言\n退换,怎么退货,\"点“退货”，\n再填原因\",能退吗|可以退吗,中文\n退换,,没有问题的一行,,\n配送,多久到,两天,,zh\n配送,多久到,两天,,zh\n";
    let import = one("faq.csv", csv);
    assert_eq!(titles(&import), [("zh", "怎么退货"), ("zh", "多久到")]);
    let first = &import.articles[0].article;
    assert_eq!((first.slug.as_str(), first.category.as_str()), ("zen-me-tui-huo", "tui-huan"));
    assert_eq!(first.versions[&Language::Zh].questions, ["能退吗", "可以退吗"]);
    let lines: Vec<usize> = import.notes.iter().map(|n| n.line).collect();
    assert_eq!(lines, [4, 6], "{:?}", import.notes);

    let gbk = encoding_rs::GBK.encode("问题;答案\n怎么付款;支付宝或微信\n").0.into_owned();
    assert_eq!(titles(&one("表.csv", gbk)), [("zh", "怎么付款")]);
    assert_eq!(titles(&one("two.tsv", "Where is it?\tOn its way.\nIs it safe?\tYes.\n")).len(), 2);
    assert!(reason(&one("three.csv", "1,2,3\n4,5,6\n")).contains("first row must name"));
    assert!(reason(&one("empty.csv", "\n\n")).contains("empty"));
}

const SHEET: &str = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>Question</t></is></c><c r="B1" t="inlineStr"><is><t>Answer</t></is></c></row>
<row r="2"><c r="A2" t="inlineStr"><is><t>How long is the warranty?</t></is></c><c r="B2" t="inlineStr"><is><t>Two years.</t></is></c></row>
<row r="3"><c r="A3" t="inlineStr"><is><t>How many in a box?</t></is></c><c r="B3"><v>12</v></c></row>
</sheetData></worksheet>"#;

fn workbook() -> Vec<u8> {
    zipped(&[
        ("[Content_Types].xml", br#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#),
        ("_rels/.rels", br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
        ("xl/workbook.xml", br#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="FAQ" sheetId="1" r:id="r1"/></sheets></workbook>"#),
        ("xl/_rels/workbook.xml.rels", br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#),
        ("xl/worksheets/sheet1.xml", SHEET.as_bytes()),
    ])
}

#[test]
fn workbooks_are_tables() {
    let import = one("faq.xlsx", workbook());
    assert_eq!(titles(&import), [("en", "How long is the warranty?"), ("en", "How many in a box?")]);
    assert_eq!(import.articles[1].article.versions[&Language::En].body, "12");
    assert_eq!(import.articles[1].sources, ["faq.xlsx:3"]);
    let whole = workbook();
    assert!(reason(&one("cut.xlsx", &whole[..whole.len() / 2])).contains("cannot be opened"));
}

#[test]
fn faq_pages_are_read_from_json_ld_and_microdata() {
    let page = r#"<html lang="en-US"><head><script type="application/ld+json">
      {"@context":"https://schema.org","@graph":[{"@type":"WebPage"},{"@type":["FAQPage"],"mainEntity":[
        {"@type":"Question","name":"Do you ship to Alaska &amp; Hawaii?","acceptedAnswer":{"@type":"Answer","text":"<p>Yes, in <b>five</b> days.</p><script>alert(1)<\/script>"}},
        {"@type":"Question","name":"No answer yet"}]}]}</script></head><body><h1>FAQ</h1></body></html>"#;
    let import = one("https://shop.example/faq", page);
    assert_eq!(titles(&import), [("en", "Do you ship to Alaska & Hawaii?")]);
    assert_eq!(import.articles[0].article.versions[&Language::En].body, "Yes, in **five** days.");

    let page = r#"<div itemscope itemtype="https://schema.org/FAQPage"><div itemprop="mainEntity" itemscope itemtype="https://schema.org/Question">
      <h3 itemprop="name">可以开专票吗？</h3><div itemprop="acceptedAnswer" itemscope itemtype="https://schema.org/Answer"><div itemprop="text"><ul><li>可以</li><li>三天内</li></ul></div></div></div></div>"#;
    let import = one("faq.html", page);
    assert_eq!(titles(&import), [("zh", "可以开专票吗？")]);
    assert!(import.articles[0].article.versions[&Language::Zh].body.contains("可以"));
}

#[test]
fn a_page_without_marks_is_one_article() {
    let page = r#"<html><head><title>Returns | Shop</title><link rel="canonical" href="https://shop.example/help/return-policy"></head>
      <body><nav>Home Cart Account</nav><main><h1>Return policy</h1><p>You can return most things within <a href="/x">30 days</a> of delivery.</p><script>steal()</script></main><footer>©</footer></body></html>"#;
    let import = one("https://shop.example/help/return-policy?x=1", page);
    let article = &import.articles[0].article;
    assert_eq!(article.slug, "return-policy");
    let version = &article.versions[&Language::En];
    assert_eq!(version.title, "Return policy");
    assert!(version.body.starts_with("You can return") && !version.body.contains("steal"), "{}", version.body);
    assert!(reason(&one("menu.html", "<html><body><h1>Shop</h1><nav>Home</nav></body></html>")).contains("FAQPage"));
}

#[test]
fn zendesk_and_chatwoot_keep_translations_together() {
    let sections = r#"{"sections":[{"id":7,"name":"Returns"}]}"#;
    let zh = r#"{"articles":[{"id":1,"title":"退货","body":"<p>三十天内。</p>","locale":"zh-cn","section_id":7,"html_url":"https://h.example/hc/zh-cn/articles/1-退货"}]}"#;
    let en = r#"{"articles":[{"id":1,"title":"Returns","body":"<p>Within <em>30</em> days.</p>","locale":"en-us","section_id":7,"draft":true,"html_url":"https://h.example/hc/en-us/articles/1-Returns"}]}"#;
    let import = read(vec![file("en.json", en), file("zh.json", zh), file("sections.json", sections)]);
    assert_eq!(import.articles.len(), 1);
    let article = &import.articles[0].article;
    assert_eq!((article.slug.as_str(), article.category.as_str(), article.versions.len()), ("returns", "returns", 2));
    assert!(import.notes.iter().any(|n| n.text.en.contains("not published")));

    let chatwoot = r#"{"payload":[
      {"id":5,"title":"发票","content":"在**订单**里开。","slug":"1700000000-invoice","status":"published","category":{"slug":"billing","locale":"zh"}},
      {"id":6,"title":"Invoices","content":"In the order.","slug":"1700000001-invoices","status":"draft","category":{"slug":"billing","locale":"en"},"associated_articles":[{"id":5}]}],"meta":{}}"#;
    let import = one("articles.json", chatwoot);
    assert_eq!(import.articles.len(), 1);
    assert_eq!(import.articles[0].article.slug, "invoice");
    assert!(reason(&one("x.json", "{\"articles\":[")).contains("line 1"));
    assert!(reason(&one("x.json", "{\"users\":[]}")).contains("no list of articles"));
}

#[test]
fn json_lines_are_those_of_the_index() {
    let text = "{\"id\":\"a1\",\"question\":\"怎么退\",\"answers\":[\"点退货\",\"\"]}\nnot json\n{\"id\":2,\"title\":\"T\",\"question\":\"Q\",\"text\":\"some text\",\"lang\":\"en\"}\n";
    let import = one("base.jsonl", text);
    assert_eq!(titles(&import), [("zh", "怎么退"), ("en", "T")]);
    assert_eq!(import.articles[1].article.versions[&Language::En].questions, ["Q"]);
    assert_eq!(import.notes[0].line, 2);
}

fn word(body: &str) -> Vec<u8> {
    let w = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
    let styles = format!(
        "<w:styles {w}><w:style w:styleId=\"1\"><w:name w:val=\"heading 1\"/></w:style><w:style w:styleId=\"2\"><w:name w:val=\"Heading 2\"/></w:style></w:styles>"
    );
    let document = format!("<w:document {w}><w:body>{body}</w:body></w:document>");
    zipped(&[("word/document.xml", document.as_bytes()), ("word/styles.xml", styles.as_bytes())])
}

fn paragraph(style: &str, text: &str) -> String {
    let style = if style.is_empty() { String::new() } else { format!("<w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>") };
    format!("<w:p>{style}<w:r><w:t>{text}</w:t></w:r></w:p>")
}

#[test]
fn word_documents_are_cut_at_headings_or_questions() {
    let item = "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>发票</w:t></w:r></w:p>";
    let table = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>类型</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>天数</w:t></w:r></w:p></w:tc></w:tr></w:tbl>";
    let body = [
        paragraph("1", "售后手册"),
        paragraph("2", "退货"),
        paragraph("", "三十天内可退。"),
        item.to_owned(),
        item.to_owned(),
        paragraph("2", "保修"),
        paragraph("", "两年。"),
        table.to_owned(),
    ]
    .concat();
    let import = one("手册.docx", word(&body));
    assert_eq!(titles(&import), [("zh", "退货"), ("zh", "保修")]);
    assert_eq!(import.articles[0].article.category, "shou-hou-shou-ce");
    assert!(import.articles[0].article.versions[&Language::Zh].body.contains("- 发票\n- 发票"));
    assert!(import.articles[1].article.versions[&Language::Zh].body.contains("| 类型 | 天数 |\n| --- | --- |"));

    let body = ["Q1: Can I pay later?", "A: Yes.", "Within 30 days.", "Q2: Is there a fee?", "A: No."]
        .map(|t| paragraph("", t))
        .concat();
    let import = one("faq.docx", word(&body));
    assert_eq!(titles(&import), [("en", "Can I pay later?"), ("en", "Is there a fee?")]);
    assert_eq!(import.articles[0].article.versions[&Language::En].body, "Yes.\n\nWithin 30 days.");
    assert!(reason(&one("x.docx", zipped(&[("a.txt", b"x")]))).contains("not a Word document"));
}

/// A PDF of one page with a line of text for each given one.
fn portable(lines: &[&str]) -> Vec<u8> {
    let text: String = lines.iter().map(|l| format!("({l}) Tj 0 -20 Td ")).collect();
    let stream = format!("BT /F1 12 Tf 50 700 Td {text}ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(pdf.len());
        pdf.extend(format!("{} 0 obj\n{object}\nendobj\n", at + 1).bytes());
    }
    let table = pdf.len();
    pdf.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    places.iter().for_each(|p| pdf.extend(format!("{p:010} 00000 n \n").bytes()));
    pdf.extend(format!("trailer << /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF", objects.len() + 1).bytes());
    pdf
}

#[test]
fn the_text_of_pdfs_is_joined_again() {
    let lines = ["1. Returns", "You can return it within", "thirty days.", "2. Warranty", "Two years from delivery."];
    let import = one("policy.pdf", portable(&lines));
    assert_eq!(titles(&import), [("en", "1. Returns"), ("en", "2. Warranty")], "{:?}", import.files);
    assert_eq!(import.articles[0].article.versions[&Language::En].body, "You can return it within thirty days.");
    assert!(!reason(&one("broken.pdf", b"%PDF-1.4\ngarbage")).is_empty());
    assert!(reason(&one("scan.pdf", portable(&[]))).contains("no text"));
}

#[test]
fn hostile_files_are_refused_in_words() {
    assert!(reason(&one("x.bin", [0u8, 1, 2, 3])).contains("neither text"));
    assert!(reason(&one("x.zip", b"PK\x03\x04 not really")).contains("cannot be opened"));
    assert!(reason(&one("x.md", "")).contains("empty"));
    assert!(reason(&one("x.doc", "old")).contains(".docx"));
    // A name that climbs out of a folder is a name, nothing more: nothing is written by it.
    let import = one("x.zip", zipped(&[("../../etc/passwd.md", b"# Root\n\ntext")]));
    assert_eq!(import.articles[0].article.slug, "passwd");
    let bomb = zipped(&[("big.md", &vec![b'a'; 30_000_000])]);
    let import = one("x.zip", bomb);
    assert!(import.articles.is_empty() && import.notes[0].text.en.contains("longer than"), "{:?}", import.notes);
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(!reason(&one("deep.json", deep)).is_empty());
    let many: String = (0..MAX_ARTICLES + 2).map(|n| format!("question {n},answer {n}\n")).collect();
    let import = one("many.csv", many);
    assert_eq!(import.articles.len(), MAX_ARTICLES);
    assert!(import.notes.iter().any(|n| n.text.en.contains("2 more")));
}

#[test]
fn sitemaps_name_pages_or_further_sitemaps() {
    let pages = "<?xml version=\"1.0\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><url><loc> https://a.example/x </loc></url></urlset>";
    assert_eq!(sitemap(pages).unwrap().pages, ["https://a.example/x"]);
    let index = "<sitemapindex><sitemap><loc>https://a.example/1.xml</loc></sitemap></sitemapindex>";
    assert_eq!(sitemap(index).unwrap().sitemaps, ["https://a.example/1.xml"]);
    assert!(sitemap("<html/>").is_err() && sitemap("nothing").is_err());
}
