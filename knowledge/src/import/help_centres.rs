//! JSON of other help centres: Zendesk (`/api/v2/help_center/…/articles.json`, `sections.json`) and Chatwoot
//! (`/hc/…/articles.json`), and plain lists of articles in the shape of `lines`.

use super::{Found, Taken, html, said};
use kg::Language;
use serde_json::Value;
use std::collections::HashMap;

/// Names of Zendesk's sections, by id.
#[derive(Default)]
pub struct Names(HashMap<String, String>);

impl Names {
    pub fn learn(&mut self, bytes: &[u8]) {
        // A cheap look before parsing: most files are no list of sections.
        if !bytes.windows(10).any(|w| w == b"\"sections\"") {
            return;
        }
        let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return };
        for section in value.get("sections").and_then(Value::as_array).into_iter().flatten() {
            if let (Some(id), Some(name)) = (section.get("id").map(plain), section.get("name").and_then(Value::as_str))
            {
                self.0.insert(id, name.to_owned());
            }
        }
    }
}

/// Ids come as numbers and as texts.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub fn read(name: &str, text: &str, zendesk: &Names) -> Taken {
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(e) => {
            // One object a line is JSON lines, whatever the file is called.
            if text.lines().take(2).filter(|l| serde_json::from_str::<Value>(l).is_ok()).count() == 2 {
                return super::lines::read(name, text);
            }
            let line = e.line();
            return Taken::nothing(said(
                format!("第 {line} 行：不是正确的 JSON（{e}）"),
                format!("line {line}: not proper JSON: {e}"),
            ));
        }
    };
    let list = ["articles", "payload", "data", "items"].iter().find_map(|k| value.get(*k).and_then(Value::as_array));
    let Some(articles) = list.or(value.as_array()) else {
        let known = value.get("sections").or(value.get("categories")).is_some();
        return Taken::nothing(if known {
            said("只有分类的名字，文章在别的文件里", "only names of sections; the articles are in another file")
        } else {
            said(
                "没有文章列表（Zendesk 的 articles，Chatwoot 的 payload，或一个数组）",
                "no list of articles (Zendesk's `articles`, Chatwoot's `payload`, or an array)",
            )
        });
    };
    let mut taken = Taken::default();
    for (at, article) in articles.iter().enumerate() {
        let source = format!("{name}#{}", at + 1);
        let found = if article.get("body").is_some() && article.get("locale").is_some() {
            from_zendesk(article, zendesk)
        } else if article.get("content").is_some() {
            from_chatwoot(article, &value)
        } else {
            match super::lines::read(&source, &article.to_string()).found.pop() {
                Some(found) if !found.title.is_empty() && !found.body.is_empty() => found,
                _ => {
                    let text = said(
                        format!("第 {} 项不是文章（要有标题和正文）", at + 1),
                        format!("entry {} is no article (it needs a title and a text)", at + 1),
                    );
                    taken.note(name, 0, text);
                    continue;
                }
            }
        };
        let draft = article.get("draft").and_then(Value::as_bool) == Some(true)
            || article.get("status").and_then(Value::as_str).is_some_and(|s| s != "published");
        if draft {
            let note = said(
                format!("“{}”在原系统里没有发布", found.title),
                format!("“{}” is not published where it comes from", found.title),
            );
            taken.note(&source, 0, note);
        }
        taken.found.push(Found { source, ..found });
    }
    if taken.found.is_empty() {
        taken.reason = Some(said("列表里没有文章", "there are no articles in the list"));
    }
    taken
}

fn text(article: &Value, key: &str) -> String {
    article.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned()
}

/// Translations of one article have the same id.
fn from_zendesk(article: &Value, names: &Names) -> Found {
    let id = article.get("id").map(plain);
    let address = text(article, "html_url");
    // …/articles/360001-Returns-and-refunds
    let slug = address.rsplit('/').next().and_then(|last| last.split_once('-')).map(|(_, words)| words.to_owned());
    Found {
        key: id.map(|id| format!("zendesk {id}")),
        slug: slug.filter(|s| super::join::slug_of(s).len() > 2),
        language: Language::parse(&text(article, "locale")),
        title: text(article, "title"),
        body: html::markdown(&text(article, "body")),
        category: article.get("section_id").and_then(|id| names.0.get(&plain(id)).cloned()).unwrap_or_default(),
        ..Found::default()
    }
}

/// Translations are named in `associated_articles`, or in `associated_article_id` of the translated one.
fn from_chatwoot(article: &Value, whole: &Value) -> Found {
    let category = article.get("category").filter(|c| c.is_object());
    let locale = text(article, "locale");
    let locale = match (locale.is_empty(), category) {
        (true, Some(category)) => text(category, "locale"),
        _ => locale,
    };
    let meta = whole.get("meta").and_then(|m| m.get("locale")).and_then(Value::as_str).unwrap_or_default();
    let id = article.get("id").and_then(Value::as_i64);
    let others = article.get("associated_articles").and_then(Value::as_array).into_iter().flatten();
    let first = others.filter_map(|o| o.get("id").and_then(Value::as_i64));
    let root = article.get("associated_article_id").and_then(Value::as_i64);
    let key = first.chain(root).chain(id).min();
    let slug = text(article, "slug");
    // Chatwoot puts the time of writing before the words.
    let slug = slug.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches('-').to_owned();
    Found {
        key: key.map(|id| format!("chatwoot {id}")),
        slug: Some(slug).filter(|s| super::join::slug_of(s).len() > 2),
        language: [locale.as_str(), meta].into_iter().find_map(Language::parse),
        title: text(article, "title"),
        body: text(article, "content"),
        category: category.map(|c| text(c, "slug")).filter(|c| !c.is_empty()).unwrap_or_default(),
        ..Found::default()
    }
}
