//! Markdown files with a YAML head, as Kefu writes them and as site generators (Jekyll, Hugo, Docusaurus) do.

use super::{Found, Taken, said};
use kg::Language;
use serde_yaml_ng::{Mapping, Value};

pub fn read(name: &str, text: &str) -> Taken {
    let (head, body, line) = match split(text) {
        Ok(parts) => parts,
        Err(line) => {
            let mut taken = Taken::nothing(said(
                format!("第 {line} 行：开头的 `---` 没有对应的结束行 `---`"),
                format!("line {line}: the head that starts here has no closing `---` line"),
            ));
            taken.notes.clear();
            return taken;
        }
    };
    let head: Mapping = match head.map(serde_yaml_ng::from_str::<Option<Mapping>>) {
        None | Some(Ok(None)) => Mapping::new(),
        Some(Ok(Some(head))) => head,
        Some(Err(e)) => {
            let line = e.location().map_or(1, |l| l.line() + 1);
            return Taken::nothing(said(
                format!("第 {line} 行：文件头不是正确的 YAML（{e}）"),
                format!("line {line}: the head is not proper YAML: {e}"),
            ));
        }
    };
    let mut taken = Taken::default();
    if head.get("draft").and_then(Value::as_bool) == Some(true) {
        taken.note(name, 1, said("文件标为草稿，仍作为草稿导入", "the file is marked as a draft; imported as one"));
    }
    let (slug, from_name) = slug_and_language(name);
    let text_of = |keys: &[&str]| keys.iter().find_map(|k| head.get(*k)).and_then(scalar);
    let heading = body.lines().find(|l| !l.trim().is_empty()).and_then(|l| l.trim().strip_prefix("# "));
    let title = text_of(&["title", "question", "name"]).or_else(|| heading.map(|h| h.trim().to_owned()));
    let title = title.unwrap_or_else(|| slug.replace(['-', '_'], " "));
    // The title stands above the text already.
    let body = match heading {
        Some(h) if h.trim() == title => body.trim_start().split_once('\n').map_or("", |rest| rest.1),
        _ => body,
    };
    if body.trim().is_empty() {
        taken.reason = Some(said(format!("第 {line} 行以后没有正文"), format!("there is no text below line {line}")));
        return taken;
    }
    let folder = name.rsplit_once('/').map(|(path, _)| path.rsplit('/').next().unwrap_or(path).to_owned());
    let folder = folder.filter(|f| Language::parse(f).is_none());
    let first = |keys: &[&str]| keys.iter().find_map(|k| head.get(*k)).and_then(|v| list(v).into_iter().next());
    let language = text_of(&["lang", "language", "locale"]).and_then(|l| Language::parse(&l)).or(from_name);
    let slug = text_of(&["slug", "id"]).map_or(slug, |s| s.trim_matches('/').replace('/', "-"));
    taken.found.push(Found {
        source: name.to_owned(),
        key: Some(slug.clone()),
        slug: Some(slug),
        language,
        title,
        body: body.trim().to_owned(),
        questions: ["questions", "similar_questions", "similar"]
            .iter()
            .find_map(|k| head.get(*k))
            .map(list)
            .unwrap_or_default(),
        category: first(&["category", "categories", "section"]).or(folder).unwrap_or_default(),
    });
    taken
}

/// Head, text below it, and the line where that begins; an error is the line of a head that never ends.
fn split(text: &str) -> Result<(Option<&str>, &str, usize), usize> {
    let Some(rest) = text.strip_prefix("---\n") else {
        return Ok((None, text, 1));
    };
    if let Some(body) = rest.strip_prefix("---\n") {
        return Ok((None, body, 3));
    }
    match rest.split_once("\n---\n") {
        Some((head, body)) => Ok((Some(head), body, head.lines().count() + 2)),
        None => match rest.strip_suffix("\n---") {
            Some(head) => Ok((Some(head), "", head.lines().count() + 2)),
            None => Err(1),
        },
    }
}

/// `faq/returns.zh.md`, `zh/returns.md` and `returns_zh-CN.md` are the Chinese version of `returns`.
fn slug_and_language(name: &str) -> (String, Option<Language>) {
    let mut parts = name.rsplit('/');
    let file = parts.next().unwrap_or(name);
    let stem = file.rsplit_once('.').map_or(file, |s| s.0);
    if let Some((slug, code)) = stem.rsplit_once(['.', '_'])
        && let Some(language) = tag(code)
    {
        return (slug.to_owned(), Some(language));
    }
    let language = parts.find_map(tag);
    (stem.to_owned(), language)
}

/// A language tag and not a word that begins like one.
fn tag(code: &str) -> Option<Language> {
    let plain = code.split(['-', '_']).next().is_some_and(|c| c.len() == 2);
    Language::parse(code).filter(|_| plain)
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|t| !t.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Sequence(all) => all.iter().filter_map(scalar).collect(),
        one => scalar(one).into_iter().collect(),
    }
}
