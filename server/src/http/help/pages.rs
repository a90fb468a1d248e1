//! The pages' markup. Everything but an article's own (safe) HTML is escaped by `maud`.

use super::Names;
use crate::http::articles::ArticlePage;
use kg::Language;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Value, json};

pub struct Link {
    pub href: String,
    pub title: String,
    /// There is only a version in another language.
    pub foreign: bool,
}

pub struct Hit {
    pub link: Link,
    pub category: String,
    pub passage: String,
}

/// What stands around every page.
pub struct Frame {
    language: Language,
    brand: String,
    shop: (String, String),
    /// Path of this page, without the language.
    path: String,
    origin: String,
    languages: Vec<Language>,
}

impl Frame {
    pub fn new(names: &Names, language: Language, path: &str, origin: &str) -> Frame {
        Frame {
            language,
            brand: names.name.get(language).to_owned(),
            shop: (names.shop_url.clone(), names.shop.get(language).to_owned()),
            path: path.to_owned(),
            origin: origin.to_owned(),
            languages: Language::ALL.to_vec(),
        }
    }

    /// Only these versions exist, for those who index the page.
    pub fn in_languages(mut self, codes: &[String]) -> Frame {
        self.languages.retain(|l| codes.iter().any(|c| c == l.code()));
        self
    }

    fn say(&self, zh: &'static str, en: &'static str) -> &'static str {
        self.language.pick(zh, en)
    }

    fn at(&self, path: &str, language: Language) -> String {
        format!("{path}?lang={}", language.code())
    }

    /// `main` beside what stands at the side; `data` is schema.org for those who index it.
    fn page(&self, title: &str, about: &str, words: &str, data: Option<Value>, main: Markup, side: Markup) -> Markup {
        let other = self.language.pick(Language::En, Language::Zh);
        let canonical = if self.languages.contains(&self.language) { self.language } else { other };
        let tab = if title == self.brand { title.to_owned() } else { format!("{title} · {}", self.brand) };
        let index = !self.path.ends_with("/search");
        html! {
            (DOCTYPE)
            html lang=(tag(self.language)) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                    meta name="theme-color" content="#0f766e";
                    meta name="color-scheme" content="light dark";
                    title { (tab) }
                    @if !about.is_empty() { meta name="description" content=(about); }
                    @if index {
                        link rel="canonical" href={ (self.origin) (self.at(&self.path, canonical)) };
                        @for language in &self.languages {
                            link rel="alternate" hreflang=(tag(*language)) href={ (self.origin) (self.at(&self.path, *language)) };
                        }
                        meta property="og:title" content=(title);
                        meta property="og:type" content="article";
                        @if !about.is_empty() { meta property="og:description" content=(about); }
                    } @else {
                        meta name="robots" content="noindex";
                    }
                    link rel="icon" href="/favicon.svg" type="image/svg+xml";
                    link rel="stylesheet" href="/help.css";
                    @if let Some(data) = data { script type="application/ld+json" { (PreEscaped(script_safe(&data))) } }
                }
                body {
                    a.skip href="#main" { (self.say("跳到正文", "Skip to the text")) }
                    header.top {
                        a.brand href=(self.at("/help/", self.language)) { (self.brand) }
                        form action="/help/search" method="get" role="search" {
                            input type="hidden" name="lang" value=(self.language.code());
                            input type="search" name="q" value=(words) maxlength="300" data-testid="help-search"
                                placeholder=(self.say("搜索帮助文章", "Search help articles"))
                                aria-label=(self.say("搜索帮助文章", "Search help articles"));
                            button type="submit" { (self.say("搜索", "Search")) }
                        }
                        nav {
                            a href=(self.shop.0) { (self.shop.1) }
                            a hreflang=(tag(other)) lang=(tag(other)) data-testid="help-language" href={
                                (self.at(&self.path, other))
                                @if !words.is_empty() { "&q=" (encoded(words)) }
                            } { (self.language.pick("English", "中文")) }
                        }
                    }
                    div.cols {
                        main id="main" { (main) }
                        aside { (side) }
                    }
                    script src="/widget.js" data-language=(self.language.code()) async {}
                }
            }
        }
    }

    fn foreign(&self) -> &'static str {
        self.say("英文", "in Chinese")
    }

    fn links(&self, class: &str, links: &[Link]) -> Markup {
        html! {
            ul class=(class) {
                @for link in links {
                    li {
                        a href=(link.href) { (link.title) }
                        @if link.foreign { " " span.foreign { (self.foreign()) } }
                    }
                }
            }
        }
    }
}

/// As browsers and search engines name the language.
pub fn tag(language: Language) -> &'static str {
    language.pick("zh-CN", "en")
}

fn encoded(words: &str) -> String {
    let mut out = String::new();
    for byte in words.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// JSON that cannot end the script element it stands in.
fn script_safe(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c")
}

/// schema.org FAQPage: titles as questions, articles as answers.
fn faq(language: Language, pairs: &[(String, String)]) -> Value {
    let questions = pairs.iter().map(|(question, answer)| {
        json!({"@type": "Question", "name": question, "acceptedAnswer": {"@type": "Answer", "text": answer}})
    });
    json!({
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "inLanguage": tag(language),
        "mainEntity": questions.collect::<Vec<_>>(),
    })
}

/// The beginning of an article's text, for search engines' lists.
fn beginning(body_html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in body_html.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
        if text.len() > 900 {
            break;
        }
    }
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x27;", "'");
    let plain = plain.replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = plain.chars().take(150).collect();
    if short.len() < plain.len() { format!("{short}…") } else { short }
}

pub fn index(frame: &Frame, groups: &[(String, String, Vec<Link>)]) -> Markup {
    let main = html! {
        h1 { (frame.say("有什么可以帮您？", "How can we help?")) }
        @if groups.is_empty() { p.soft { (frame.say("还没有文章。", "There are no articles yet.")) } }
        @for (slug, name, links) in groups {
            section {
                h2 { a href=(frame.at(&format!("/help/category/{slug}"), frame.language)) { (name) } }
                (frame.links("links two", links))
            }
        }
    };
    let about = frame.say("常见问题与帮助文章", "Common questions and help articles");
    frame.page(&frame.brand.clone(), about, "", None, main, html! {})
}

pub fn category(frame: &Frame, title: &str, links: &[Link], answers: &[(String, String)]) -> Markup {
    let main = html! {
        p.crumb { a href=(frame.at("/help/", frame.language)) { (frame.say("全部文章", "All articles")) } }
        h1 { (title) }
        (frame.links("links", links))
    };
    let about = format!("{title}：{}", frame.say("常见问题", "common questions"));
    frame.page(title, &about, "", Some(faq(frame.language, answers)), main, html! {})
}

pub fn article(frame: &Frame, article: &ArticlePage, category: &(String, String), related: &[Link]) -> Markup {
    let written = Language::parse(&article.language).unwrap_or(frame.language);
    let main = html! {
        p.crumb { a href=(frame.at(&format!("/help/category/{}", category.0), frame.language)) { (category.1) } }
        article data-testid="help-article" lang=(tag(written)) {
            h1 { (article.title) }
            @if written != frame.language {
                p.hint lang=(tag(frame.language)) {
                    (frame.say("这篇文章暂无中文版，以下为英文。", "This article is not available in English yet; here it is in Chinese."))
                }
            }
            div.body { (PreEscaped(&article.body_html)) }
        }
        p.contact { (frame.say("没解决？右下角的客服随时在线。", "Still stuck? Support is in the corner, at any hour.")) }
    };
    let side = html! {
        @if !related.is_empty() {
            h2 { (frame.say("相关文章", "Related articles")) }
            (frame.links("links", related))
        }
    };
    let pair = [(article.title.clone(), article.body_html.clone())];
    let data = (written == frame.language).then(|| faq(written, &pair));
    frame.page(&article.title, &beginning(&article.body_html), "", data, main, side)
}

pub fn found(frame: &Frame, words: &str, hits: &[Hit]) -> Markup {
    let main = html! {
        p.crumb { a href=(frame.at("/help/", frame.language)) { (frame.say("全部文章", "All articles")) } }
        h1 { @if words.is_empty() { (frame.say("搜索", "Search")) } @else { (frame.say("搜索：", "Search: ")) (words) } }
        @if words.is_empty() {
            p.soft { (frame.say("请输入要找的内容。", "Type what you are looking for.")) }
        } @else if hits.is_empty() {
            p.soft { (frame.say("没有找到相关文章。换个说法，或者直接问右下角的客服。", "No articles found. Try other words, or ask support in the corner.")) }
        }
        ul.hits {
            @for hit in hits {
                li {
                    a href=(hit.link.href) { (hit.link.title) }
                    @if hit.link.foreign { " " span.foreign { (frame.foreign()) } }
                    p { (beginning(&hit.passage)) }
                    span.crumb { (hit.category) }
                }
            }
        }
    };
    let title = frame.say("搜索", "Search");
    frame.page(title, "", words, None, main, html! {})
}

pub fn missing(frame: &Frame) -> Markup {
    let title = frame.say("没有这一页", "This page does not exist");
    let main = html! {
        h1 { (title) }
        p.soft role="alert" {
            (frame.say("文章可能已被删除或改名。可以搜索，或者回到", "The article may have been removed or renamed. Search for it, or go back to "))
            a href=(frame.at("/help/", frame.language)) { (frame.say("全部文章", "all articles")) } "。"
        }
    };
    frame.page(title, "", "", None, main, html! {})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_leave_its_script_element() {
        let data = faq(Language::En, &[("</script><b>".into(), "<p>x</p>".into())]);
        assert!(!script_safe(&data).contains('<'));
    }

    #[test]
    fn descriptions_are_plain_and_short() {
        assert_eq!(beginning("<p>Tom &amp; <b>Jerry</b></p>"), "Tom & Jerry");
        assert_eq!(beginning(&format!("<p>{}</p>", "退货".repeat(200))).chars().count(), 151);
    }
}
