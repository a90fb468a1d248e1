//! Every sentence of `responses.yml` exists and renders in both languages, and the code asks for no other.

use crate::kit::content;
use bot::Responses;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

fn responses() -> Responses {
    Responses::parse(&std::fs::read_to_string(content().join("responses.yml")).unwrap()).unwrap()
}

#[test]
fn every_response_renders_in_both_languages() {
    let order = json!({"id":"KF1","state":"shipped","status":"shipped","items":"Lamp","total":"¥1.00","created":"d","shipped":"d","delivered":"d",
        "promised":"d","address":"a","carrier":"c","tracking_number":"t","after_sales":""});
    let sample = json!({"name":"Ann","order":order,"orders":[order],"new":"a","number":"KF2","wish":"change_address","contact":"c","code":"x","kind":"return",
        "reason":"r","was":"paid","events":[{"at":"d","place":"p","text":"t"}],"estimated":"d","titles":["t"],"so_far":"a","signed_in":true,"tier":"vip",
        "why":"w","words":"w","days":7,"part":"p","small":"s","large":"l","first":"f","then":["t"]});
    // `summary` alone has its order as a number.
    responses().check(&sample).unwrap();
}

#[test]
fn the_code_and_the_file_name_the_same_responses() {
    fn scan(dir: &Path, found: &mut String) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                scan(&path, found);
            } else {
                found.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut code = String::new();
    scan(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut code);
    let responses = responses();
    let keys: BTreeSet<&str> = responses.keys().collect();
    let composed = ["status_", "reason_", "wish_", "why_", "handoff_"];
    for key in &keys {
        let used = code.contains(&format!("\"{key}\"")) || composed.iter().any(|p| key.starts_with(p));
        assert!(used, "{key} is used nowhere");
    }
    for call in ["say(\"", "ask(\"", "text(\"", "button(\"", "ask_again(\""] {
        for rest in code.split(call).skip(1) {
            let key = rest.split('"').next().unwrap();
            let plausible = !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            assert!(!plausible || keys.contains(key), "{call}{key}: not in responses.yml");
        }
    }
    for reason in [
        "asked",
        "not_understood",
        "dialog_gave_up",
        "action_failed",
        "action_unknown",
        "angry",
        "complaint",
        "vip",
        "bot_failed",
        "taken_over",
    ] {
        assert!(
            keys.contains(format!("handoff_{reason}").as_str()) && keys.contains(format!("why_{reason}").as_str()),
            "{reason}"
        );
    }
}
