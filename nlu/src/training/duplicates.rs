//! The same text under two intents teaches nothing and hides a mistake.

use std::collections::HashMap;

use super::{Example, TrainingData, Warning, note};

/// One warning for each text that stands under several intents, with both places.
pub(super) fn warnings(data: &TrainingData) -> Vec<Warning> {
    let mut seen: HashMap<String, (&str, &Example)> = HashMap::new();
    let mut found = Vec::new();
    for intent in &data.intents {
        for example in &intent.examples {
            let key = example.text.trim().to_lowercase();
            match seen.get(&key) {
                Some((other, first)) if *other != intent.name => {
                    let shown: String = example.text.chars().take(80).collect();
                    let (here, there) = (place(example), place(first));
                    let text = note(
                        format!("“{shown}”同时是 {other}{there} 和 {}{here} 的例句", intent.name),
                        format!("\"{shown}\" is an example of both {other}{there} and {}{here}", intent.name),
                    );
                    let (file, line) = (example.origin.file.to_string(), example.origin.line);
                    found.push(Warning { file, line, text: text.en, zh: text.zh });
                }
                Some(_) => {}
                None => {
                    seen.insert(key, (&intent.name, example));
                }
            }
        }
    }
    let more = found.len().saturating_sub(super::MAX_WARNINGS);
    found.truncate(super::MAX_WARNINGS);
    if more > 0 {
        let text = note(
            format!("还有 {more} 条例句同时属于两个意图"),
            format!("{more} more examples stand under two intents"),
        );
        found.push(Warning::new("", 0, text));
    }
    found
}

fn place(example: &Example) -> String {
    if example.origin.file.is_empty() { String::new() } else { format!(" ({})", example.origin) }
}
