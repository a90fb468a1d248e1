//! Scripted conversations: Markdown that people read and tests run. `bot/dialogs/README.md` describes the form.

use serde::Deserialize;
use std::path::Path;

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Setting {
    pub title: String,
    pub signed_in: bool,
    pub name: Option<String>,
    pub tier: Option<String>,
    pub phone: Option<String>,
    pub orders: Vec<String>,
    pub shop: String,
    pub agents_present: bool,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            title: String::new(),
            signed_in: true,
            name: None,
            tier: None,
            phone: None,
            orders: Vec::new(),
            shop: "works".into(),
            agents_present: true,
        }
    }
}

#[derive(Debug, Clone)]
pub struct Script {
    pub file: String,
    pub title: String,
    pub language: &'static str,
    pub setting: Setting,
    pub turns: Vec<TurnScript>,
}

#[derive(Debug, Clone, Default)]
pub struct TurnScript {
    pub line: usize,
    /// Text and payload of each unanswered message.
    pub said: Vec<(String, Option<String>)>,
    pub expects: Vec<(usize, String, String)>,
}

pub fn load_all(dir: &Path) -> Vec<Script> {
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|f| f.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "md"))
        .collect();
    files.sort();
    let scripts = files.iter().filter(|p| p.file_name().is_some_and(|n| n != "README.md"));
    scripts
        .flat_map(|p| parse(&p.file_name().unwrap().to_string_lossy(), &std::fs::read_to_string(p).unwrap()))
        .collect()
}

pub fn parse(file: &str, text: &str) -> Vec<Script> {
    let body = text.strip_prefix("---\n").unwrap_or_else(|| panic!("{file}: front matter is missing"));
    let (front, body) = body.split_once("\n---\n").unwrap_or_else(|| panic!("{file}: front matter has no end"));
    let setting: Setting = serde_yaml_ng::from_str(front).unwrap_or_else(|e| panic!("{file}: {e}"));
    let first_line = front.lines().count() + 3;
    let mut scripts: Vec<Script> = Vec::new();
    let mut said_last = false;
    for (i, line) in body.lines().enumerate() {
        let at = first_line + i;
        if let Some(title) = line.strip_prefix("## ") {
            let (language, title) =
                title.split_once(": ").unwrap_or_else(|| panic!("{file}:{at}: `## zh: title` or `## en: title`"));
            let language = if language == "zh" { "zh" } else { "en" };
            scripts.push(Script {
                file: file.into(),
                title: title.into(),
                language,
                setting: setting.clone(),
                turns: Vec::new(),
            });
            said_last = false;
        } else if let Some(words) = line.strip_prefix("> ") {
            let script =
                scripts.last_mut().unwrap_or_else(|| panic!("{file}:{at}: a message before the first heading"));
            if !said_last {
                script.turns.push(TurnScript { line: at, ..TurnScript::default() });
            }
            script.turns.last_mut().unwrap().said.push(message(words));
            said_last = true;
        } else if let Some(expectation) = line.strip_prefix("- ") {
            let (what, value) = expectation.split_once(": ").unwrap_or_else(|| panic!("{file}:{at}: `- what: value`"));
            let turn = scripts
                .last_mut()
                .and_then(|s| s.turns.last_mut())
                .unwrap_or_else(|| panic!("{file}:{at}: nobody said anything"));
            turn.expects.push((at, what.trim().into(), value.trim().into()));
            said_last = false;
        } else if let Some(key) = line.strip_prefix("* ") {
            // A conversation of its own setting: `* shop: down`.
            let script =
                scripts.last_mut().unwrap_or_else(|| panic!("{file}:{at}: a setting before the first heading"));
            assert!(script.turns.is_empty(), "{file}:{at}: settings come before the first message");
            let mut whole =
                serde_yaml_ng::to_value(serde_yaml_ng::from_str::<serde_yaml_ng::Value>(front).unwrap()).unwrap();
            if let Some(map) = whole.as_mapping_mut() {
                let own: serde_yaml_ng::Mapping =
                    serde_yaml_ng::from_str(key).unwrap_or_else(|e| panic!("{file}:{at}: {e}"));
                map.extend(own);
            }
            let before = script.setting.clone();
            let mut new: Setting = serde_yaml_ng::from_value(whole).unwrap_or_else(|e| panic!("{file}:{at}: {e}"));
            let named = key.split(':').next().unwrap_or_default();
            // Earlier settings of this conversation stand.
            if named != "signed_in" {
                new.signed_in = before.signed_in;
            }
            if named != "tier" {
                new.tier = before.tier;
            }
            if named != "orders" {
                new.orders = before.orders;
            }
            if named != "shop" {
                new.shop = before.shop;
            }
            if named != "agents_present" {
                new.agents_present = before.agents_present;
            }
            if named != "phone" {
                new.phone = before.phone;
            }
            script.setting = new;
        } else {
            said_last = false;
        }
    }
    scripts
}

/// `[title](/payload)`, `{repeat 10000 啊}` or plain text.
fn message(words: &str) -> (String, Option<String>) {
    if let Some(rest) = words.strip_prefix('[')
        && let Some((title, payload)) = rest.split_once("](")
        && let Some(payload) = payload.strip_suffix(')')
    {
        return (title.into(), Some(payload.into()));
    }
    if let Some(rest) = words.strip_prefix("{repeat ").and_then(|r| r.strip_suffix('}')) {
        let (count, unit) = rest.split_once(' ').unwrap();
        return (unit.repeat(count.parse().unwrap()), None);
    }
    (words.into(), None)
}
