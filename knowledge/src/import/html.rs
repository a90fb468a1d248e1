//! Web pages: questions and answers marked up as schema.org FAQPage (JSON-LD or microdata); without any, the page's own
//! text as one article.

use super::{Found, Taken, said};
use dom_query::{Document, Matcher, NodeRef};
use kg::Language;
use serde_json::Value;

/// Where a page's own text stands, the most telling first.
const MAIN: [&str; 9] = [
    "article .article-body",
    ".article-body",
    "article",
    "main",
    "[role=main]",
    "#content",
    ".content",
    ".post-content",
    "body",
];
/// What stands around it.
const AROUND: &[&str] = &[
    "script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "button", "iframe", "svg",
    "img", "video", "audio", "input", "select", "dialog",
];
/// Texts shorter than this are menus.
const SHORTEST: usize = 40;

pub fn read(name: &str, text: &str) -> Taken {
    let page = Document::from(text);
    let language = first(&page, "html").and_then(|h| h.attr("lang")).and_then(|l| Language::parse(&l));
    let category = meta(&page, "article:section").unwrap_or_default();
    let mut taken = Taken::default();
    for (question, answer) in json_ld(name, &page, &mut taken).into_iter().chain(microdata(&page)) {
        let repeated = taken.found.iter().any(|f| f.title == question);
        if !repeated {
            taken.found.push(Found {
                source: name.to_owned(),
                language,
                title: question,
                body: answer,
                category: category.clone(),
                ..Found::default()
            });
        }
    }
    if taken.found.is_empty() {
        match whole(name, &page, language) {
            Some(found) => taken.found.push(Found { category, ..found }),
            None => {
                taken.reason = Some(said(
                    "页面里没有 FAQPage 标记，也没有足够的正文",
                    "the page has no FAQPage markup and not enough text of its own",
                ));
            }
        }
    }
    taken
}

/// HTML of an answer as Markdown; scripts and pictures are left out.
pub fn markdown(html: &str) -> String {
    Document::fragment(html).root().md(Some(AROUND)).trim().to_owned()
}

fn first<'a>(page: &'a Document, selector: &str) -> Option<NodeRef<'a>> {
    page.select_single(selector).nodes().first().copied()
}

fn plain(node: NodeRef<'_>) -> String {
    node.text().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn meta(page: &Document, property: &str) -> Option<String> {
    let found = first(page, &format!("meta[property=\"{property}\"]"))?;
    found.attr("content").map(|c| c.trim().to_owned()).filter(|c| !c.is_empty())
}

fn whole(name: &str, page: &Document, language: Option<Language>) -> Option<Found> {
    let heading = first(page, "h1").map(plain).filter(|h| !h.is_empty());
    // "Returns | My shop": what stands behind the bar is the site.
    let tab = first(page, "title").map(plain);
    let tab = tab.map(|t| t.split(['|', '·', '–', '—']).next().unwrap_or("").trim().to_owned());
    let title = heading.clone().or_else(|| meta(page, "og:title")).or(tab).filter(|t| !t.is_empty())?;
    let body = MAIN.iter().find_map(|selector| {
        let text = first(page, selector)?.md(Some(AROUND)).trim().to_owned();
        (text.chars().count() >= SHORTEST).then_some(text)
    })?;
    let body = match heading.and_then(|h| body.strip_prefix(&format!("# {h}")).map(str::to_owned)) {
        Some(rest) => rest.trim().to_owned(),
        None => body,
    };
    let canonical = first(page, "link[rel=canonical]").and_then(|l| l.attr("href")).map(|h| h.to_string());
    Some(Found {
        source: name.to_owned(),
        slug: last_part(canonical.as_deref().unwrap_or(name)),
        language,
        title,
        body,
        ..Found::default()
    })
}

/// `https://shop.example/help/returns.html` is called `returns`.
fn last_part(address: &str) -> Option<String> {
    let path = address.split(['?', '#']).next()?.trim_end_matches('/');
    let last = path.rsplit('/').next()?;
    let stem = last.rsplit_once('.').map_or(last, |s| s.0);
    let slug = super::join::slug_of(stem);
    (slug.len() > 2 && slug != "index" && !slug.bytes().all(|b| b.is_ascii_digit())).then_some(slug)
}

fn json_ld(name: &str, page: &Document, taken: &mut Taken) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for script in page.select("script[type=\"application/ld+json\"]").nodes() {
        match serde_json::from_str::<Value>(script.text().trim()) {
            Ok(value) => faq_pages(&value, 0, &mut found),
            Err(e) => {
                taken.note(name, 0, said(format!("JSON-LD 读不出来：{e}"), format!("its JSON-LD cannot be read: {e}")));
            }
        }
    }
    found
}

fn is_type(value: &Value, wanted: &str) -> bool {
    let named = |v: &Value| v.as_str().is_some_and(|t| t.rsplit('/').next() == Some(wanted));
    match value.get("@type") {
        Some(Value::Array(types)) => types.iter().any(named),
        Some(one) => named(one),
        None => false,
    }
}

fn each(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(all)) => all,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

fn faq_pages(value: &Value, depth: usize, found: &mut Vec<(String, String)>) {
    if depth > 6 {
        return;
    }
    if let Value::Array(all) = value {
        all.iter().for_each(|v| faq_pages(v, depth + 1, found));
        return;
    }
    faq_pages(value.get("@graph").unwrap_or(&Value::Null), depth + 1, found);
    if is_type(value, "FAQPage") || is_type(value, "QAPage") {
        for question in each(value.get("mainEntity")).iter().filter(|q| is_type(q, "Question")) {
            let text = |v: Option<&Value>| v.and_then(Value::as_str).map(str::to_owned);
            let name = text(question.get("name")).or_else(|| text(question.get("text")));
            let answers = match each(question.get("acceptedAnswer")) {
                [] => each(question.get("suggestedAnswer")),
                accepted => accepted,
            };
            if let (Some(name), Some(answer)) = (name, answers.iter().find_map(|a| text(a.get("text")))) {
                found.push((unescaped(&name), markdown(&answer)));
            }
        }
    }
}

/// Names in JSON-LD often come with entities (`&amp;`) in them.
fn unescaped(text: &str) -> String {
    plain(Document::fragment(text).root())
}

fn microdata(page: &Document) -> Vec<(String, String)> {
    let matcher = |s: &str| Matcher::new(s).ok();
    let (Some(name), Some(answer)) = (
        matcher("[itemprop=name]"),
        matcher("[itemprop=acceptedAnswer] [itemprop=text], [itemprop=suggestedAnswer] [itemprop=text]"),
    ) else {
        return Vec::new();
    };
    let questions = page.select("[itemtype$=\"schema.org/Question\"]");
    let pair = |question: &NodeRef<'_>| {
        let question = dom_query::Selection::from(*question);
        let title = question.select_single_matcher(&name).nodes().first().copied().map(plain)?;
        let answer = question.select_single_matcher(&answer).nodes().first()?.md(Some(AROUND)).trim().to_owned();
        Some((title, answer))
    };
    questions.nodes().iter().filter_map(pair).collect()
}
