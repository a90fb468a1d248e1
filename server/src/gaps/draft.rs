//! A gap's article: begun with what customers asked and with what a human agent answered.

use super::{Found, language};
use crate::app::App;
use crate::guard::mask::mask;
use crate::store::articles::Content;
use kg::Language;
use knowledge::{Article, ArticleText, Query};
use models::Kind;
use std::collections::{BTreeMap, HashSet};

/// Conversations that are looked at for an answer, the newest.
const CONVERSATIONS: usize = 30;
const QUESTIONS: usize = 12;
const TITLE: usize = 80;
/// Greetings and thanks are shorter than this.
const SUBSTANCE: usize = 10;
/// What belongs to the answer is at least this far on the way from what is least near to the question to what is most.
const NEAR: f32 = 0.5;

pub struct Begun {
    pub content: Content,
    /// Whose answer it has been filled with.
    pub conversation: Option<String>,
}

pub async fn begin(app: &App, gap: &Found) -> anyhow::Result<Begun> {
    let mut asked: BTreeMap<Language, Vec<String>> = BTreeMap::new();
    let mut seen = HashSet::new();
    for m in &gap.members {
        let text = one_line(&m.text);
        if seen.insert(text.to_lowercase()) {
            asked.entry(language(m)).or_default().push(text);
        }
    }
    let answer = answer(app, gap).await?;
    let typical = Language::parse(&gap.language).unwrap_or(Language::Zh);
    let mut versions: BTreeMap<Language, ArticleText> = BTreeMap::new();
    for (language, mut questions) in asked {
        let title = if language == typical { gap.question.clone() } else { questions[0].clone() };
        questions.truncate(QUESTIONS);
        let body = answer.as_ref().filter(|a| a.language == language).map(|a| a.body.clone()).unwrap_or_default();
        versions.insert(language, ArticleText { title: title.chars().take(TITLE).collect(), body, questions });
    }
    let slug = free_slug(app, versions.get(&Language::En)).await?;
    let article = Article { slug, category: category(app, gap).await?, versions };
    Ok(Begun { content: Content::of(article), conversation: answer.map(|a| a.conversation) })
}

fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    mask(&line.chars().take(300).collect::<String>())
}

struct Answer {
    body: String,
    language: Language,
    conversation: String,
}

/// What human agents said that is nearest to the question, in the conversation where it is nearest.
async fn answer(app: &App, gap: &Found) -> anyhow::Result<Option<Answer>> {
    let mut said: Vec<(usize, String)> = Vec::new();
    let mut seen = HashSet::new();
    let members: Vec<_> = gap.members.iter().filter(|m| seen.insert(&m.conversation)).take(CONVERSATIONS).collect();
    for (n, m) in members.iter().enumerate() {
        let answers = app.store.agents_answers(&m.conversation, m.seq).await?;
        let answers = answers.into_iter().map(|(_, text)| (n, text));
        said.extend(answers.filter(|(_, text)| text.chars().count() >= SUBSTANCE));
    }
    if said.is_empty() {
        return Ok(None);
    }
    let question = app.embedder.embed(&gap.question, Kind::Query).await?;
    let texts: Vec<String> = said.iter().map(|(_, text)| text.clone()).collect();
    let vectors = app.embedder.embed_all(&texts, Kind::Passage, &|_| {}).await?;
    let nearness: Vec<f32> = vectors.iter().map(|v| v.iter().zip(question.iter()).map(|(a, b)| a * b).sum()).collect();
    let lowest = nearness.iter().copied().fold(f32::INFINITY, f32::min);
    let Some(best) = (0..said.len()).max_by(|a, b| nearness[*a].total_cmp(&nearness[*b])) else { return Ok(None) };
    let line = lowest + (nearness[best] - lowest) * NEAR;
    let conversation = said[best].0;
    let parts: Vec<String> = said
        .iter()
        .zip(&nearness)
        .filter(|((n, _), near)| *n == conversation && **near >= line)
        .map(|((_, text), _)| mask(text.trim()))
        .collect();
    let m = members[conversation];
    Ok(Some(Answer { body: parts.join("\n\n"), language: language(m), conversation: m.conversation.clone() }))
}

/// Of the article that comes nearest.
async fn category(app: &App, gap: &Found) -> anyhow::Result<String> {
    let embedding = app.embedder.embed(&gap.question, Kind::Query).await?;
    let language = Language::parse(&gap.language).unwrap_or(Language::Zh);
    let found = app.knowledge.search(&Query { text: &gap.question, embedding: &embedding, language, limit: 1 });
    Ok(found.into_iter().next().map_or_else(|| "service".to_owned(), |p| p.category))
}

/// From the English title where there is one, else numbered; one that no article has.
async fn free_slug(app: &App, english: Option<&ArticleText>) -> anyhow::Result<String> {
    let lower = english.map(|t| t.title.to_lowercase()).unwrap_or_default();
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let wanted: String = words.join("-").chars().take(60).collect();
    let wanted = if words.len() > 1 {
        wanted.trim_end_matches('-').to_owned()
    } else {
        format!("faq-{}", crate::articles::today(&app.config, app.clock.now())?)
    };
    let mut slug = wanted.clone();
    for n in 2..1_000 {
        if app.store.versions(&slug).await?.is_empty() {
            break;
        }
        slug = format!("{wanted}-{n}");
    }
    Ok(slug)
}
