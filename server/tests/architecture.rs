//! The rules of ARCHITECTURE.md that a compiler does not check: who may import what (the table there is read here), and
//! that SQL, time, tasks, the environment and changes of holder each have one home.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const CRATES: [&str; 7] = ["models", "kg", "nlu", "knowledge", "bot", "handoff", "server"];
/// About 500 lines is the rule; a file that ends a thought a little later need not be cut in two.
const LINES: usize = 550;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A row of the table: which of our crates may be imported, and which outside crates are this crate's alone.
struct Rule {
    own: Vec<String>,
    alone: Vec<String>,
}

fn rules() -> BTreeMap<String, Rule> {
    let text = read(&root().join("ARCHITECTURE.md"));
    let list = |cell: &str| -> Vec<String> {
        let mut plain = String::new();
        let mut depth = 0;
        for c in cell.chars() {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ if depth == 0 => plain.push(c),
                _ => {}
            }
        }
        plain.split(',').map(|s| s.trim().to_owned()).filter(|s| !s.is_empty() && s != "–").collect()
    };
    let rows =
        text.lines().skip_while(|l| !l.starts_with("| crate | own crates")).skip(2).take_while(|l| l.starts_with('|'));
    let mut rules = BTreeMap::new();
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let own = match cells[1] {
            "all" => CRATES.map(str::to_owned).to_vec(),
            some => list(some),
        };
        rules.insert(cells[0].to_owned(), Rule { own, alone: list(cells[2]) });
    }
    assert_eq!(rules.len(), CRATES.len(), "the table of ARCHITECTURE.md has a row for each crate");
    rules
}

/// Names of everything that the crate's manifest depends on, tests and build scripts included.
fn dependencies(name: &str) -> Vec<String> {
    let manifest: toml::Table = toml::from_str(&read(&root().join(name).join("Cargo.toml"))).unwrap();
    let mut all = Vec::new();
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let Some(table) = manifest.get(section).and_then(|t| t.as_table()) else { continue };
        all.extend(
            table.iter().map(|(key, value)| value.get("package").and_then(|p| p.as_str()).unwrap_or(key).to_owned()),
        );
    }
    all
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

/// Rust files below a folder, without the parts that only tests see.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["tests", "ui", "target", "node_modules"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if name.ends_with(".rs") && name != "tests.rs" {
                let text = read(&path);
                let shipped = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                let code: String = shipped
                    .lines()
                    .filter(|l| !l.trim_start().starts_with("//"))
                    .fold(String::new(), |all, l| all + l + "\n");
                found.push((path.strip_prefix(root()).unwrap().display().to_string(), code));
            }
        }
    }
    found
}

fn all_sources() -> Vec<(String, String)> {
    CRATES.iter().flat_map(|c| sources(&root().join(c).join("src"))).collect()
}

/// `word` occurs only in these files; and it does occur there, or the rule has lost its meaning.
fn only_in(word: &str, homes: &[&str]) {
    let users: Vec<String> =
        all_sources().into_iter().filter(|(_, text)| text.contains(word)).map(|(path, _)| path).collect();
    for user in &users {
        assert!(homes.iter().any(|h| user.starts_with(h)), "`{word}` in {user}; its place is {homes:?}");
    }
    assert!(!users.is_empty(), "nobody uses `{word}` any more: this rule can go");
}

#[test]
fn crates_import_what_the_table_allows() {
    let rules = rules();
    for name in CRATES {
        for dependency in dependencies(name).iter().filter(|d| CRATES.contains(&d.as_str())) {
            assert!(
                rules[name].own.contains(dependency),
                "{name} depends on {dependency}; ARCHITECTURE.md allows {:?}",
                rules[name].own
            );
        }
        for (owner, rule) in rules.iter().filter(|(owner, _)| *owner != name) {
            for dependency in dependencies(name) {
                let taken = rule.alone.iter().find(|p| matches(p, &dependency));
                assert!(taken.is_none(), "{name} depends on {dependency}, which is {owner}'s alone");
            }
        }
    }
}

#[test]
fn the_table_is_no_wish_list() {
    for (name, rule) in rules() {
        let used = dependencies(&name);
        for pattern in &rule.alone {
            assert!(
                used.iter().any(|d| matches(pattern, d)),
                "ARCHITECTURE.md gives {name} the crate {pattern}, which it does not use"
            );
        }
    }
}

#[test]
fn messages_flow_one_way() {
    let rules = rules();
    // Nobody reaches somebody who reaches him.
    fn reaches(rules: &BTreeMap<String, Rule>, from: &str, to: &str) -> bool {
        rules[from].own.iter().filter(|o| *o != from).any(|o| o == to || reaches(rules, o, to))
    }
    for name in CRATES.iter().filter(|c| **c != "server") {
        assert!(!reaches(&rules, name, name), "{name} depends on itself");
        assert!(!rules[*name].own.contains(&"server".to_owned()), "{name} knows the server");
    }
}

#[test]
fn libraries_have_errors_of_their_own() {
    for name in CRATES.iter().filter(|c| **c != "server") {
        assert!(
            !dependencies(name).contains(&"anyhow".to_owned()),
            "{name} is a library: an enum of its own, no anyhow"
        );
    }
}

#[test]
fn the_bot_knows_no_outside() {
    for name in ["models", "kg", "nlu", "knowledge", "bot", "handoff"] {
        for dependency in dependencies(name) {
            for outside in
                ["hyper", "tower", "axum", "reqwest", "sqlx", "rusqlite", "redis", "tokio-tungstenite", "utoipa"]
            {
                assert!(
                    !dependency.starts_with(outside),
                    "{name} depends on {dependency}: only `server` knows the outside"
                );
            }
        }
    }
}

#[test]
fn sql_is_in_the_store() {
    // The demo shop is a server of its own with a database of its own.
    let homes = ["server/src/store/", "server/src/orders/shop/"];
    only_in("sqlx::query", &homes);
    only_in("AssertSqlSafe", &homes);
    only_in("INSERT INTO", &homes);
    only_in("DELETE FROM", &homes);
    only_in("sqlx::", &["server/src/store/", "server/src/orders/shop/", "server/src/error.rs"]);
    // One text for both engines.
    for (path, text) in sources(&root().join("server/src/store")) {
        for dialect in [
            "AUTOINCREMENT",
            "SERIAL",
            "JSONB",
            "ILIKE",
            "datetime(",
            "NOW()",
            "INSERT OR ",
            "::text",
            "::bigint",
            "SKIP LOCKED",
        ] {
            assert!(!text.contains(dialect), "{dialect} in {path} is not understood by both SQLite and PostgreSQL");
        }
    }
}

#[test]
fn time_tasks_and_environment_have_one_home() {
    only_in("SystemTime::now", &["server/src/clock.rs"]);
    only_in("Uuid::now", &["server/src/clock.rs"]);
    only_in("tokio::spawn", &["server/src/lifecycle.rs", "server/src/orders/shop/mod.rs"]);
    // `models::testing` serves only tests, which have no configuration.
    only_in("env::var", &["server/src/config.rs", "models/src/testing.rs"]);
    only_in("process::exit", &["server/src/lifecycle.rs"]);
}

#[test]
fn only_the_desk_changes_a_conversation() {
    only_in(".change_holder(", &["server/src/desk.rs"]);
    only_in("store.append(", &["server/src/desk.rs"]);
    only_in(".claim_ticket(", &["server/src/desk.rs"]);
    only_in(".finish_turn(", &["server/src/desk.rs"]);
    only_in("UPDATE conversations", &["server/src/store/conversations.rs", "server/src/store/messages.rs"]);
    let conversations = read(&root().join("server/src/store/conversations.rs"));
    assert_eq!(conversations.matches("SET holder_kind").count(), 1, "one statement changes who holds a conversation");
}

#[test]
fn folders_tell_their_story() {
    for name in std::fs::read_dir(root()).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()) {
        assert!(
            !["common", "utils", "util", "types", "helpers", "misc"].contains(&name.as_str()),
            "{name}/ says nothing"
        );
    }
    for (path, _) in all_sources() {
        let file = path.rsplit('/').next().unwrap();
        assert!(
            !["common.rs", "utils.rs", "util.rs", "types.rs", "helpers.rs", "misc.rs"].contains(&file),
            "{path} says nothing"
        );
        let lines = read(&root().join(&path)).lines().count();
        assert!(lines <= LINES, "{path} has {lines} lines; files stay under about 500");
    }
}
