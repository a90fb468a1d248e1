//! Runs the scripted conversations of `bot/dialogs/*.md` with the real models, content and rules.
#![allow(clippy::unwrap_used)]

#[path = "dialogs/copilot.rs"]
mod copilot;
#[path = "dialogs/kit.rs"]
mod kit;
#[path = "dialogs/questions.rs"]
mod questions;
#[path = "dialogs/responses.rs"]
mod responses;
#[path = "dialogs/safety.rs"]
mod safety;
#[path = "dialogs/script.rs"]
mod script;
#[path = "dialogs/shop.rs"]
mod shop;

use bot::conversation::{Decision, Language, Next};
use kit::{Chat, Person, brain};
use script::{Script, load_all};
use shop::{Behaviour, Shop};
use std::fmt::Write;
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn scripted_conversations() {
    let brain = brain().await;
    let scripts = load_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("dialogs"));
    #[expect(clippy::disallowed_methods, reason = "a test has no configuration file")]
    let only = std::env::var("DIALOG").unwrap_or_default();
    let mut failures = Vec::new();
    let mut run = 0;
    for script in scripts.iter().filter(|s| format!("{} {} {}", s.file, s.language, s.title).contains(&only)) {
        run += 1;
        if let Err(failure) = play(brain, script).await {
            failures.push(failure);
        }
    }
    let count = |language: &str| scripts.iter().filter(|s| s.language == language).count();
    println!("{run} conversations run ({} zh, {} en in all), {} failed", count("zh"), count("en"), failures.len());
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    assert!(count("zh") >= 22 && count("en") >= 22, "too few conversations");
}

async fn play(brain: &kit::Brain, script: &Script) -> Result<(), String> {
    let setting = &script.setting;
    let shop = Shop::new(&setting.orders, Behaviour::parse(&setting.shop));
    let language = if script.language == "zh" { Language::Zh } else { Language::En };
    let person = Person {
        signed_in: setting.signed_in,
        name: setting.name.clone(),
        tier: setting.tier.clone(),
        phone: setting.phone.clone(),
    };
    let mut chat = Chat::new(brain, shop, person, language, setting.agents_present);
    let mut protocol = format!("{} — {} ({})\n", script.file, script.title, script.language);
    let mut wrong = Vec::new();
    for turn in &script.turns {
        let decision = chat.say(&turn.said).await;
        record(&mut protocol, turn, &decision);
        let mut next_expected = false;
        for (line, what, value) in &turn.expects {
            next_expected |= what == "next";
            if !holds(&chat, &decision, what, value) {
                wrong.push(format!("  {}:{line}: expected {what}: {value}", script.file));
            }
        }
        if !next_expected && !matches!(decision.next, Next::Stay) {
            wrong.push(format!("  {}:{}: unexpected next: {}", script.file, turn.line, next_name(&decision)));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("{protocol}{}\n", wrong.join("\n"))) }
}

fn record(protocol: &mut String, turn: &script::TurnScript, decision: &Decision) {
    for (text, payload) in &turn.said {
        let text: String = text.chars().take(80).collect();
        let _ = writeln!(protocol, "  > {text} {}", payload.clone().unwrap_or_default());
    }
    let trace = &decision.trace;
    let _ = writeln!(
        protocol,
        "    [{} {:.2} {:?} → {}] {}",
        trace.intent,
        trace.confidence,
        trace.mood,
        trace.rule,
        next_name(decision)
    );
    let ranking: Vec<String> = trace.ranking.iter().take(3).map(|(n, c)| format!("{n} {c:.2}")).collect();
    let passages: Vec<String> = trace.passages.iter().take(3).map(|p| format!("{} {:.2}", p.slug, p.score)).collect();
    let _ = writeln!(
        protocol,
        "    {} | {} | {:?}",
        ranking.join(", "),
        passages.join(", "),
        trace.actions.iter().map(|a| format!("{}={}", a.name, a.result)).collect::<Vec<_>>()
    );
    for answer in &decision.say {
        let buttons: Vec<&str> = answer.buttons.iter().map(|b| b.title.as_str()).collect();
        let cites: Vec<&str> = answer.citations.iter().map(|c| c.article.as_str()).collect();
        let _ = writeln!(protocol, "    < {} {buttons:?} {cites:?}", answer.text.replace('\n', " / "));
    }
}

fn next_name(decision: &Decision) -> String {
    match &decision.next {
        Next::Stay => "stay".into(),
        Next::Done => "done".into(),
        Next::Handoff(e) => format!("handoff({})", serde_json::to_value(e.reason).unwrap().as_str().unwrap()),
    }
}

fn holds(chat: &Chat, decision: &Decision, what: &str, value: &str) -> bool {
    let any = |text: &str| value.split('|').any(|v| text.to_lowercase().contains(&v.trim().to_lowercase()));
    let says: String = decision.say.iter().map(|a| a.text.as_str()).collect::<Vec<_>>().join("\n");
    let escalation = match &decision.next {
        Next::Handoff(e) => Some(e),
        _ => None,
    };
    let times = |word: &str| match word {
        "never" => 0,
        "once" => 1,
        "twice" => 2,
        n => n.parse().unwrap(),
    };
    match what {
        "says" => any(&says),
        "not" => !any(&says),
        "cites" => decision.say.iter().flat_map(|a| &a.citations).any(|c| any(&c.article) || any(&c.title)),
        "cites nothing" => decision.say.iter().all(|a| a.citations.is_empty()),
        "button" => decision.say.iter().flat_map(|a| &a.buttons).any(|b| any(&b.title)),
        "next" => next_name(decision) == value,
        "rule" => any(&decision.trace.rule),
        "language" => decision.language.code() == value,
        "calls" => value.split_once(' ').is_some_and(|(action, n)| chat.shop.calls(action) == times(n)),
        "shop calls" => chat.shop.all_calls() == times(value),
        "writes" => chat.shop.writes() == times(value),
        "changed" => decision.changed.iter().any(|c| any(&c.action)),
        "summary" => escalation.is_some_and(|e| any(&e.summary)),
        "tried" => escalation.is_some_and(|e| any(&e.tried.join("\n"))),
        "slots" => escalation.is_some_and(|e| any(&serde_json::to_string(&e.slots).unwrap())),
        "message left" => {
            escalation.and_then(|e| e.message_left.as_ref()).is_some_and(|m| any(&format!("{} {}", m.contact, m.text)))
        }
        // `KF2026110017 address.city = 南京市`
        "order" => value.split_once(" = ").is_some_and(|(path, wanted)| {
            let (id, path) = path.split_once(' ').unwrap();
            let order = chat.shop.order(id);
            path.split('.').fold(&order, |v, key| &v[key]).as_str().is_some_and(|v| v.contains(wanted))
        }),
        other => panic!("unknown expectation: {other}"),
    }
}
