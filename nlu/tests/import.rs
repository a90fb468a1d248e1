//! Training data as people have it: whole Rasa projects, old forms, JSON lines, and everything that can be wrong with them.

#![allow(clippy::unwrap_used, clippy::type_complexity)]
use std::io::Write;
use std::path::{Path, PathBuf};

use nlu::{Example, FALLBACK, FileKind, Import, ImportError, Source, TrainingData};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rasa_project")
}

/// One file that somebody named.
fn file(name: &str, content: impl AsRef<[u8]>) -> Import {
    TrainingData::import_sources(vec![Source { name: name.into(), bytes: content.as_ref().to_vec(), named: true }])
}

fn examples<'a>(import: &'a Import, intent: &str) -> &'a [Example] {
    &import.data.intent(intent).unwrap_or_else(|| panic!("no intent {intent}")).examples
}

/// Nothing is taken, and the sentence names file and line.
#[track_caller]
fn refused(import: &Import, place: &str, words: &[&str]) {
    assert_eq!(import.data.example_count(), 0, "{:?}", import.data.intents);
    let said: Vec<String> = import.problems().map(ToString::to_string).collect();
    let found = said.iter().find(|s| s.starts_with(place)).unwrap_or_else(|| panic!("{place} is not in {said:?}"));
    for word in words {
        assert!(found.contains(word), "{word:?} is not in {found:?}");
    }
    let zh = import.problems().map(|p| p.in_language(kg::Language::Zh)).find(|s| s.starts_with(place)).unwrap();
    assert!(zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{zh} has no Chinese");
}

#[test]
fn a_whole_project() {
    let import = TrainingData::import(&[project()]).unwrap();
    assert_eq!(import.problems().count(), 0, "{:?}", import.problems().collect::<Vec<_>>());
    let names: Vec<&str> = import.data.intents.iter().map(|i| i.name.as_str()).collect();
    let all = ["change_address", "ask_delivery", FALLBACK, "开发票", "faq/warranty", "thanks", "cancel_order"];
    assert!(all.iter().all(|n| names.contains(n)) && names.len() == all.len(), "{names:?}");
    assert_eq!(examples(&import, FALLBACK).len(), 3, "out_of_scope and oos are one class");
    assert_eq!(examples(&import, "ask_delivery").len(), 7);

    let kind = |name: &str| {
        let report = import.files.iter().find(|f| f.file.ends_with(name)).unwrap_or_else(|| panic!("{name}"));
        (report.kind, report.taken.examples, report.reason.is_some())
    };
    for (name, expected) in [
        ("data/nlu.yml", (FileKind::NluYaml, 11, false)),
        ("nlu2.yml", (FileKind::NluYaml, 3, true)),
        ("old.md", (FileKind::NluMarkdown, 4, false)),
        ("export.json", (FileKind::NluJson, 2, false)),
        ("more.jsonl", (FileKind::Jsonl, 3, false)),
        ("cities.txt", (FileKind::Lookup, 0, false)),
        ("stories.md", (FileKind::Stories, 0, true)),
        ("data/stories.yml", (FileKind::Stories, 0, true)),
        ("rules.yml", (FileKind::Rules, 0, true)),
        ("domain.yml", (FileKind::Domain, 0, true)),
        ("config.yml", (FileKind::Config, 0, true)),
        ("test_stories.yml", (FileKind::Tests, 0, true)),
        ("actions.py", (FileKind::Actions, 0, true)),
        ("logo.gif", (FileKind::Other, 0, true)),
    ] {
        assert_eq!(kind(name), expected, "{name}");
    }
    let report = import.files.iter().find(|f| f.file.ends_with("data/nlu.yml")).unwrap();
    assert_eq!(
        (report.taken.entities, report.taken.synonyms, report.taken.regexes, report.taken.lookups),
        (7, 2, 1, 2)
    );
    assert_eq!(report.lines, 37);

    assert_eq!(import.data.synonyms["Hangzhou"], ["杭城", "hz"]);
    assert_eq!(import.data.synonyms["West Lake"], ["西湖", "Xihu"]);
    assert_eq!(import.data.synonyms["kettle"], ["热水壶"]);
    assert_eq!(import.data.regexes["zipcode"], ["[0-9]{6}"]);
    assert_eq!(import.data.lookups["city"], ["Hangzhou", "杭州", "宁波"]);
    assert_eq!(import.data.lookups["colour"], ["红色", "blue"]);
    assert_eq!(import.languages["en"], 2);

    let said: Vec<String> = import.data.warnings.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|w| w.contains("old.md:22:") && w.contains("chapter")), "{said:?}");
    assert!(said.iter().any(|w| w.contains("export.json:10:") && w.contains("without an intent")), "{said:?}");
    assert_eq!(said.len(), 2, "{said:?}");
}

#[test]
fn every_form_of_annotation() {
    let import = TrainingData::import(&[project()]).unwrap();
    let delivery = examples(&import, "ask_delivery");
    let marked = |text: &str| -> Vec<(String, String, Option<String>, Option<String>, Option<String>)> {
        let example = delivery.iter().find(|e| e.text == text).unwrap_or_else(|| panic!("{text}"));
        let surface = |a: &nlu::Annotation| example.text[a.start..a.end].to_owned();
        let fields =
            |a: &nlu::Annotation| (surface(a), a.entity.clone(), a.value.clone(), a.role.clone(), a.group.clone());
        example.entities.iter().map(fields).collect()
    };
    let s = |text: &str| Some(text.to_owned());
    assert_eq!(marked("寄到杭州要几天"), [("杭州".into(), "city".into(), s("Hangzhou"), None, None)]);
    assert_eq!(
        marked("from Ningbo to hz"),
        [
            ("Ningbo".into(), "city".into(), None, s("from"), None),
            ("hz".into(), "city".into(), s("Hangzhou"), s("to"), None)
        ]
    );
    assert_eq!(
        marked("send two kettles"),
        [("two".into(), "count".into(), None, None, None), ("two".into(), "number".into(), None, None, s("1"))]
    );
    assert_eq!(marked("🚚 is 水壶 on the way"), [("水壶".into(), "product".into(), s("kettle"), None, None)]);
    let address = &examples(&import, "change_address")[0];
    assert_eq!(&address.text[address.entities[0].start..address.entities[0].end], "杭州");
    let cancel = examples(&import, "cancel_order");
    assert_eq!(cancel[2].text, "不想要水壶了");
    assert_eq!(cancel[0].text, "cancel my order");
    assert!(cancel[2].origin.to_string().ends_with("old.md:6"), "{}", cancel[2].origin);
    assert!(delivery.iter().any(|e| e.origin.to_string().ends_with("data/nlu.yml:6")));
}

#[test]
fn an_archive_is_a_project_too() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for name in ["data/nlu.yml", "data/old.md", "data/lookups/cities.txt", "domain.yml", "actions/actions.py"] {
        zip.start_file(format!("我的项目/{name}"), options).unwrap();
        zip.write_all(&std::fs::read(project().join(name)).unwrap()).unwrap();
    }
    zip.start_file("__MACOSX/data/nlu.yml", options).unwrap();
    zip.write_all(b"nlu: broken").unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    let import = TrainingData::import_zip(&bytes).unwrap();
    assert_eq!(import.problems().count(), 0);
    assert_eq!(import.data.example_count(), 15);
    assert_eq!(import.data.lookups["city"].len(), 3);
    assert_eq!(import.files.len(), 5);
    assert!(matches!(TrainingData::import_zip(b"PK no archive"), Err(ImportError::Archive(_))));
    assert!(matches!(TrainingData::import_zip(&bytes[..bytes.len() / 2]), Err(ImportError::Archive(_))));
    // A gigabyte of blanks packs well.
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = options.compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("nlu.yml", options).unwrap();
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..200 {
        zip.write_all(&blanks).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    assert!(matches!(TrainingData::import_zip(&bytes), Err(ImportError::Bomb)));
}

#[test]
fn broken_lines_are_named_and_nothing_is_taken() {
    let good = r#"{"text":"where is it","label":"track"}"#;
    for (line, word) in [
        (r#"{"label":"track"}"#, "`text` is missing"),
        (r#"{"text":"where"}"#, "`label` is missing"),
        (r#"{"text":"  ","label":"track"}"#, "text is empty"),
        (r#"{"text":"where","label":" "}"#, "name of the intent is empty"),
        (r#"{"text":3,"label":"track"}"#, "`text` must be a text"),
        (r#"{"text":"where","label":"track","lang":3}"#, "`lang` must be a text"),
        (r#"{"text":"where""#, "not valid JSON"),
        ("[1,2]", "must be an object"),
        ("plain words", "not valid JSON"),
        (
            r#"{"text":"去杭州","label":"t","entities":[{"start":3,"end":9,"entity":"city"}]}"#,
            "positions count characters",
        ),
        (r#"{"text":"去杭州","label":"t","entities":[{"start":2,"end":2,"entity":"city"}]}"#, "not inside"),
        (r#"{"text":"去杭州","label":"t","entities":[{"start":-1,"end":2,"entity":"city"}]}"#, "from 0"),
        (r#"{"text":"去杭州","label":"t","entities":[{"start":1,"end":3}]}"#, "its name"),
        (r#"{"text":"去杭州","label":"t","entities":"city"}"#, "must be a list"),
        (r#"{"text":"去杭州","label":"t","entities":[1]}"#, "each of entities"),
    ] {
        refused(&file("a.jsonl", format!("{good}\n\n{line}\n{good}\n")), "a.jsonl:3: ", &[word]);
    }
    let mut bytes = format!("{good}\n").into_bytes();
    bytes.extend(b"{\"text\":\"\xb2\xe9\xd1\xaf\",\"label\":\"track\"}\n");
    refused(&file("gbk.jsonl", bytes), "gbk.jsonl:2: ", &["not UTF-8", "GB18030"]);
    let long = format!("{good}\n{{\"text\":\"{}\",\"label\":\"track\"}}\n", "x".repeat(1 << 20));
    refused(&file("long.jsonl", long), "long.jsonl:2: ", &["bytes", "at most"]);
    let many = "nonsense\n".repeat(1000);
    assert!(file("many.jsonl", many).problems().count() < 30, "a wrong file is not a thousand messages");
}

#[test]
fn broken_files_are_named() {
    refused(&file("a.bin", b"\x7fELF\0\0\x01"), "a.bin:1: ", &["binary"]);
    refused(&file("utf16.yml", b"\xff\xfen\0l\0u\0:\0"), "utf16.yml:1: ", &["UTF-16"]);
    refused(&file("gbk.yml", b"nlu:\n- intent: a\n  examples: |\n    - \xb2\xe9\n"), "gbk.yml:4: ", &["UTF-8"]);
    refused(&file("gbk.md", b"## intent:a\n- ok\n- \xb2\xe9\n"), "gbk.md:3: ", &["byte 3", "UTF-8"]);
    refused(&file("a.yml", "nlu:\n- intent: a\n  examples: |\n    - x\n   bad"), "a.yml:", &["YAML"]);
    let long = format!("nlu:\n- intent: a\n  examples: |\n    - ok\n    - {}\n", "x".repeat(1 << 20));
    refused(&file("long.yml", long), "long.yml:5: ", &["1048576 characters"]);
    refused(&file("long.md", format!("## intent:a\n- {}\n", "好".repeat(400_000))), "long.md:2: ", &["400000"]);
    refused(&file("a.md", "## intent:\n- x\n"), "a.md:1: ", &["empty"]);
    refused(&file("a.md", "## intent:a\n- [x]{\"role\":1}\n"), "a.md:2: ", &["annotation"]);
    refused(&file("a.json", "{\"rasa_nlu_data\": {\n,}}"), "a.json:2: ", &["JSON"]);
    refused(
        &file(
            "b.json",
            r#"{"rasa_nlu_data":{"common_examples":[{"text":"hi","intent":"a","entities":[{"start":0,"end":9,"entity":"x"}]}]}}"#,
        ),
        "b.json:1: ",
        &["not inside"],
    );
    for (name, content) in [
        ("empty.yml", ""),
        ("domain.yml", "intents:\n- a\n"),
        ("x.md", "# Hello\n"),
        ("x.jsonl", "\n"),
        ("x.json", "{}"),
    ] {
        refused(&file(name, content), name, &["no"]);
    }
    // In a folder only what should hold examples can stand in the way.
    let unnamed = |name: &str, bytes: &[u8]| Source { name: name.into(), bytes: bytes.into(), named: false };
    let import = TrainingData::import_sources(vec![
        unnamed("README.md", b"\xb2\xe9"),
        unnamed("list.yml", b"- a\n- b\n"),
        unnamed("compose.yml", b"services: !merge x\n"),
        unnamed("package.json", b"{ // no json"),
        unnamed("nlu.yml", b"nlu:\n- intent: a\n  examples: |\n    - \xb2\n"),
    ]);
    assert_eq!(import.problems().map(|p| p.file.as_str()).collect::<Vec<_>>(), ["nlu.yml"]);
}

#[test]
fn what_is_odd_is_told_with_its_place() {
    let import = file(
        "a.jsonl",
        "{\"text\":\"退款\",\"label\":\"退款\",\"source\":\"web\"}\n{\"text\":\"退款\",\"label\":\"refund\",\"source\":\"web\"}\n",
    );
    let said: Vec<String> = import.data.warnings.iter().map(ToString::to_string).collect();
    assert!(
        said.iter().any(|w| w.starts_with("a.jsonl:1:") && w.contains("`source`") && w.contains("2 lines")),
        "{said:?}"
    );
    assert!(
        said.iter()
            .any(|w| w.starts_with("a.jsonl:2:") && w.contains("退款 (a.jsonl:1)") && w.contains("refund (a.jsonl:2)")),
        "{said:?}"
    );
    let zh = import.data.warnings.last().map(|w| w.in_language(kg::Language::Zh)).unwrap_or_default();
    assert!(zh.contains("同时是"), "{zh}");

    let twice = "nlu:\n- intent: a\n  examples: |\n    - hello there\n- intent: b\n  examples: |\n    - hello there\n- intent: c\n";
    let said: Vec<String> = file("t.yml", twice).data.warnings.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|w| w.contains("a (t.yml:4) and b (t.yml:7)")), "{said:?}");
    assert!(said.iter().any(|w| w.starts_with("t.yml:8:") && w.contains("intent c has no examples")), "{said:?}");

    let lost = file("l.md", "## lookup:city\ncities.txt\n## intent:a\n- x\n");
    let said: Vec<String> = lost.data.warnings.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|w| w.starts_with("l.md:2:") && w.contains("cities.txt")), "{said:?}");
}

#[test]
fn two_hundred_thousand_lines() {
    let mut lines = String::new();
    for i in 0..200_000 {
        lines.push_str(&format!("{{\"text\":\"例句 {i} of many\",\"label\":\"意图_{}\",\"id\":{i}}}\n", i % 150));
    }
    let import = file("big.jsonl", &lines);
    assert_eq!((import.data.example_count(), import.data.intents.len()), (200_000, 150));
    assert_eq!(import.data.warnings.len(), 1, "one key, one warning");
    let yaml = import.data.to_yaml();
    let again = file("big.yml", &yaml);
    assert_eq!(again.data.example_count(), 200_000);
    assert_eq!(examples(&again, "意图_149").last().unwrap().origin.line, yaml.lines().count());
    let mut markdown = String::new();
    for intent in &import.data.intents {
        markdown.push_str(&format!("## intent:{}\n", intent.name));
        intent.examples.iter().for_each(|e| markdown.push_str(&format!("- {}\n", e.text)));
    }
    assert_eq!(file("big.md", &markdown).data.example_count(), 200_000);
    // As many intents as examples, each text under two of them, and not one line as it should be.
    let odd: String = (0..200_000).map(|i| format!("{{\"text\":\"t{}\",\"label\":\"l{i}\"}}\n", i / 2)).collect();
    let import = file("odd.jsonl", odd);
    assert_eq!(import.data.intents.len(), 200_000);
    assert!(import.data.warnings.len() < 300);
    let bad: String = "nlu:\n- intent: a\n  examples: |\n".to_owned() + &"    no dash\n".repeat(200_000);
    assert!(file("bad.yml", bad).data.warnings.len() < 300);
}

#[test]
fn public_projects() {
    let dir = std::env::var_os("KEFU_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from)
        .join("rasa_bots");
    if !dir.is_dir() {
        eprintln!("skipped: {} is absent", dir.display());
        return;
    }
    for (project, intents, count) in [
        ("financial-demo", 10, 400),
        ("helpdesk-assistant", 5, 200),
        ("NLU-training-data", 45, 1100),
        ("zh_shopping_bot", 10, 80),
        ("zh_chatbot_rasa", 4, 100),
        ("zh_restaurantbot", 6, 700),
    ] {
        let import = TrainingData::import(&[dir.join(project)]).unwrap();
        eprintln!("{project}: {} intents, {} examples", import.data.intents.len(), import.data.example_count());
        for file in &import.files {
            eprintln!("  {} {:?} {:?}", file.file, file.kind, file.taken);
        }
        import.data.warnings.iter().take(8).for_each(|w| eprintln!("  {w}"));
        assert_eq!(import.problems().count(), 0, "{project}: {:?}", import.problems().collect::<Vec<_>>());
        assert!(import.data.intents.len() >= intents && import.data.example_count() >= count, "{project}");
        assert!(import.data.intents.iter().flat_map(|i| &i.examples).all(|e| e.origin.line > 0), "{project}");
    }
}
