//! JSON lines in the shape of `kefu index`: `{"id","title"?,"question"?,"similar_questions"?,"text"|"answer"|"answers","lang"?}`.

use super::{Found, Taken, said};
use kg::Language;
use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    id: Option<serde_json::Value>,
    #[serde(default)]
    slug: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    question: Option<String>,
    #[serde(default)]
    similar_questions: Vec<String>,
    #[serde(default)]
    questions: Vec<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    answer: Option<String>,
    #[serde(default)]
    answers: Vec<String>,
    #[serde(default)]
    category: Option<String>,
    #[serde(default, alias = "language")]
    lang: Option<String>,
}

pub fn read(name: &str, text: &str) -> Taken {
    let mut taken = Taken::default();
    for (at, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        match serde_json::from_str::<Line>(line) {
            Ok(line) => taken.found.push(found(format!("{name}:{}", at + 1), line)),
            Err(e) => {
                taken.note(name, at + 1, said(format!("不是所需的 JSON：{e}"), format!("not the JSON wanted: {e}")))
            }
        }
    }
    if taken.found.is_empty() {
        taken.reason = Some(said("没有一行可用的 JSON", "not one line of usable JSON"));
    }
    taken
}

fn found(source: String, line: Line) -> Found {
    let mut answers = line.answers;
    let body = line.body.or(line.text).or(line.answer).unwrap_or_else(|| {
        answers.retain(|a| !a.trim().is_empty());
        answers.join("\n\n")
    });
    let mut questions = line.questions;
    questions.extend(line.similar_questions);
    let title = match (line.title, line.question) {
        (Some(title), Some(question)) => {
            questions.insert(0, question);
            title
        }
        (title, question) => title.or(question).unwrap_or_default(),
    };
    let key = line.slug.clone().or(line.id.map(|id| match id {
        serde_json::Value::String(id) => id,
        other => other.to_string(),
    }));
    Found {
        source,
        key,
        slug: line.slug,
        language: line.lang.as_deref().and_then(Language::parse),
        title,
        body,
        questions,
        category: line.category.unwrap_or_default(),
    }
}
