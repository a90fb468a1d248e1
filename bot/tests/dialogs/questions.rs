//! How the whole bot answers questions it has never seen: right article, wrong article, asked back, honest "don't know".

use crate::kit::{Chat, Person, brain, content};
use crate::shop::{Behaviour, Shop};
use bot::conversation::{Decision, Language};
use serde_json::Value;
use std::collections::BTreeMap;

fn lines(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(content().join(name)).unwrap();
    text.lines().filter(|l| !l.trim().is_empty()).map(|l| serde_json::from_str(l).unwrap()).collect()
}

async fn ask(text: &str, language: &str) -> Decision {
    let person = Person { signed_in: false, name: None, tier: None, phone: None };
    let language = if language == "zh" { Language::Zh } else { Language::En };
    let mut chat = Chat::new(brain().await, Shop::new(&[], Behaviour::Works), person, language, true);
    chat.say(&[(text.to_owned(), None)]).await
}

fn outcome(decision: &Decision, right: Option<&str>) -> &'static str {
    let cited: Vec<&str> = decision.say.iter().flat_map(|a| &a.citations).map(|c| c.article.as_str()).collect();
    let offered = decision
        .say
        .iter()
        .flat_map(|a| &a.buttons)
        .any(|b| right.is_some_and(|r| b.payload.contains(&format!("\"{r}\""))));
    match (decision.trace.rule.as_str(), right) {
        ("graph", _) => "graph",
        ("article", Some(right)) if cited.contains(&right) => "right",
        ("article", Some(_)) => "wrong",
        ("article", None) => "made up",
        ("choices", _) if offered => "offered",
        ("choices" | "unknown", Some(_)) => "not found",
        ("choices" | "unknown", None) => "rightly unknown",
        ("action" | "complaint", _) => "dialog",
        _ => "other",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_never_seen_before() {
    let mut table: BTreeMap<(String, &'static str), Vec<String>> = BTreeMap::new();
    let questions = lines("eval/retrieval.jsonl");
    for q in &questions {
        let (text, lang, slug) = (q["query"].as_str().unwrap(), q["lang"].as_str().unwrap(), q["slug"].as_str());
        let decision = ask(text, lang).await;
        let of: Vec<&str> = decision.trace.passages.iter().take(2).map(|p| p.slug.as_str()).collect();
        let score = decision.trace.passages.first().map_or(0.0, |p| p.score);
        let note =
            format!("{text} [{} {:.2}] {slug:?} {of:?} {score:.2}", decision.trace.intent, decision.trace.confidence);
        table.entry((lang.to_owned(), outcome(&decision, slug))).or_default().push(note);
    }
    for ((lang, what), notes) in &table {
        println!("{lang} {what}: {}", notes.len());
        if matches!(*what, "wrong" | "made up" | "other" | "not found") {
            notes.iter().for_each(|n| println!("    {n}"));
        }
    }
    let count = |what: &str| table.iter().filter(|((_, w), _)| *w == what).map(|(_, n)| n.len()).sum::<usize>();
    let (right, offered, wrong) = (count("right"), count("offered"), count("wrong"));
    let left = right + offered + wrong + count("not found");
    println!("of {left} left to articles: {right} right, {offered} offered as a choice, {wrong} wrong");
    assert!(wrong * 100 <= left * 12, "too many wrong articles: {wrong} of {left}");
    assert!((right + offered) * 100 >= left * 70, "too few right answers: {right} + {offered} of {left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_shop_knows_nothing_about_is_not_answered() {
    let out: Vec<Value> = lines("eval/intents.jsonl")
        .into_iter()
        .filter(|l| matches!(l["label"].as_str(), Some("nlu_fallback" | "out_of_scope" | "unknown")))
        .collect();
    let mut answered = Vec::new();
    for q in &out {
        let decision = ask(q["text"].as_str().unwrap(), q["lang"].as_str().unwrap()).await;
        if decision.say.iter().any(|a| !a.citations.is_empty()) {
            answered.push(format!(
                "{} [{} {:.2}] {} {:?}",
                q["text"],
                decision.trace.intent,
                decision.trace.confidence,
                decision.trace.rule,
                decision.trace.passages.first().map(|p| (&p.slug, p.score))
            ));
        }
    }
    println!("{} questions from outside, {} answered from articles or the graph", out.len(), answered.len());
    answered.iter().for_each(|a| println!("    {a}"));
    assert!(!out.is_empty(), "no questions from outside the shop");
    assert!(answered.len() * 100 <= out.len() * 15, "made-up answers: {}", answered.len());
}
