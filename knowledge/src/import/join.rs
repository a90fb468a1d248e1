//! Texts found in files -> articles: versions of one article together, with a slug, a category and a language each.

use super::{Found, Imported, MAX_ARTICLES, Note, said};
use crate::article::{MAX_LINE_CHARS, MAX_QUESTIONS};
use crate::{Article, ArticleText};
use kg::Language;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What an editor's page takes; longer texts are cut into parts by the readers that know where.
pub const MAX_BODY_CHARS: usize = 20_000;
const MAX_TITLE_CHARS: usize = 200;
const NO_CATEGORY: &str = "imported";

pub fn articles(found: Vec<Found>) -> (Vec<Imported>, Vec<Note>) {
    let mut out: Vec<Imported> = Vec::new();
    let mut notes = Vec::new();
    let mut by_key: HashMap<String, usize> = HashMap::new();
    let mut slugs: HashSet<String> = HashSet::new();
    let mut texts: HashSet<(String, String)> = HashSet::new();
    let mut beyond = 0;
    for text in found {
        let (file, line) = place(&text.source);
        let mut note = |zh: String, en: String| notes.push(Note { file: file.clone(), line, text: said(zh, en) });
        let title = one_line(&text.title, MAX_TITLE_CHARS);
        let body = text.body.trim().to_owned();
        if title.is_empty() || body.is_empty() {
            note("没有标题或没有正文，未采用".into(), "has no title or no text; not taken".into());
            continue;
        }
        if body.chars().count() > MAX_BODY_CHARS {
            note(
                format!("“{title}”超过 {MAX_BODY_CHARS} 字，未采用；请先拆成几篇"),
                format!("“{title}” is longer than {MAX_BODY_CHARS} characters; not taken: cut it into several first"),
            );
            continue;
        }
        if !texts.insert((title.clone(), body.clone())) {
            note(format!("“{title}”重复出现，只采用一次"), format!("“{title}” occurs again; taken once"));
            continue;
        }
        let language = text.language.unwrap_or_else(|| written_in(&format!("{title} {body}")));
        let mut seen = HashSet::new();
        let mut questions: Vec<String> = text
            .questions
            .iter()
            .map(|q| one_line(q, MAX_LINE_CHARS))
            .filter(|q| !q.is_empty() && seen.insert(q.clone()))
            .collect();
        if questions.len() > MAX_QUESTIONS {
            note(
                format!("“{title}”只采用前 {MAX_QUESTIONS} 条相似问法"),
                format!("only the first {MAX_QUESTIONS} similar questions of “{title}” are taken"),
            );
            questions.truncate(MAX_QUESTIONS);
        }
        let version = ArticleText { title: title.clone(), body, questions };
        let key = text.key.filter(|k| !k.trim().is_empty());
        if let Some(at) = key.as_ref().and_then(|k| by_key.get(k)) {
            let known = &mut out[*at];
            match known.article.versions.entry(language) {
                Entry::Occupied(_) => note(
                    format!("“{title}”：同一篇文章的 {} 版本已有，未采用", language.code()),
                    format!("“{title}”: the article has a {} version already; not taken", language.code()),
                ),
                Entry::Vacant(free) => {
                    free.insert(version);
                    known.sources.push(text.source);
                }
            }
            continue;
        }
        if out.len() == MAX_ARTICLES {
            beyond += 1;
            continue;
        }
        // A slug that the file gives stays, so that the same file imported again meets the same article.
        let wanted = text.slug.or_else(|| key.clone()).map(|s| slug_of(&s)).filter(|s| !s.is_empty());
        let slug = free(&slugs, wanted.unwrap_or_else(|| named(&title)));
        slugs.insert(slug.clone());
        if let Some(key) = key {
            by_key.insert(key, out.len());
        }
        let category = Some(named(&text.category)).filter(|c| !text.category.trim().is_empty() && !c.is_empty());
        let category = category.unwrap_or_else(|| NO_CATEGORY.into());
        let article = Article { slug, category, versions: BTreeMap::from([(language, version)]) };
        out.push(Imported { article, sources: vec![text.source] });
    }
    if beyond > 0 {
        let text = said(
            format!("一次最多导入 {MAX_ARTICLES} 篇，另外 {beyond} 篇未采用，请分批导入"),
            format!("at most {MAX_ARTICLES} articles at once; {beyond} more were not taken: import in parts"),
        );
        notes.push(Note { file: String::new(), line: 0, text });
    }
    (out, notes)
}

fn place(source: &str) -> (String, usize) {
    match source.rsplit_once(':') {
        Some((file, line)) if !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit()) => {
            (file.to_owned(), line.parse().unwrap_or(0))
        }
        _ => (source.to_owned(), 0),
    }
}

fn one_line(text: &str, longest: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(longest).collect::<String>().trim().to_owned()
}

/// The language that most of the text is written in; a few product names do not make a Chinese text English.
pub fn written_in(text: &str) -> Language {
    let (mut han, mut latin) = (0usize, 0usize);
    for c in text.chars() {
        if crate::tokens::is_han(c) {
            han += 1;
        } else if c.is_ascii_alphabetic() {
            latin += 1;
        }
    }
    // A Chinese character says about as much as four letters.
    if han * 4 >= latin && han > 0 { Language::Zh } else { Language::En }
}

/// `a-z`, `0-9` and single hyphens, as slugs and categories are written.
pub fn slug_of(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        let c = c.to_ascii_lowercase();
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') && c != '\'' {
            slug.push('-');
        }
    }
    // Cut at a word.
    if slug.len() > 60 {
        slug.truncate(60);
        if let Some((start, _)) = slug.rsplit_once('-') {
            slug.truncate(start.len());
        }
    }
    slug.trim_matches('-').to_owned()
}

/// A slug out of a title: Chinese by its pinyin, English by its words.
pub fn named(title: &str) -> String {
    let mut spelt = String::new();
    for c in title.chars() {
        match kg::readings(c.encode_utf8(&mut [0; 4])).first().and_then(|r| r.first().copied()) {
            Some(syllable) => {
                spelt.push(' ');
                spelt.push_str(syllable);
                spelt.push(' ');
            }
            None => spelt.push(c),
        }
    }
    slug_of(&spelt)
}

fn free(taken: &HashSet<String>, wanted: String) -> String {
    let wanted = if wanted.is_empty() { "article".to_owned() } else { wanted };
    if !taken.contains(&wanted) {
        return wanted;
    }
    (2..).map(|n| format!("{wanted}-{n}")).find(|s| !taken.contains(s)).unwrap_or(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_readable_in_both_languages() {
        assert_eq!(named("怎么申请退货？"), "zen-me-shen-qing-tui-huo");
        assert_eq!(named("How do I return it? (EU)"), "how-do-i-return-it-eu");
        assert_eq!(named("M2 耳机保修"), "m2-er-ji-bao-xiu");
        assert_eq!(named("？！"), "");
        assert!(named(&"退货".repeat(50)).len() <= 60);
        assert_eq!(free(&HashSet::from(["a".into(), "a-2".into()]), "a".into()), "a-3");
    }

    #[test]
    fn a_few_letters_do_not_make_a_text_english() {
        assert_eq!(written_in("用 PayPal 或 Apple Pay 付款"), Language::Zh);
        assert_eq!(written_in("Pay with Alipay (支付宝) or a card"), Language::En);
        assert_eq!(written_in("123"), Language::En);
    }
}
