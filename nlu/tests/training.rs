//! Rasa NLU YAML: read in all its forms and written back.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use nlu::{Example, TrainingData};

const SAMPLE: &str = r#"version: "3.1"
nlu:
- intent: book
  examples: |
    - from [Beijing](city) to [sh](city:Shanghai)
    - fly [pek]{"entity": "city", "role": "from", "value": "Beijing"} now
    - 到[北京][{"entity":"city"},{"entity":"place"}]去
    # a remark
    - plain [brackets] stay
- intent: faq/shipping
  metadata:
    owner: ops
  examples:
  - text: |
      how long does it take
    metadata:
      sentiment: neutral
  - 12
- synonym: Shanghai
  examples: |
    - sh
    - 魔都
- regex: order_number
  examples: |
    - KF\d{10}
- lookup: city
  examples: |
    - Beijing
- gazette: what
surprise: 1
stories: []
"#;

#[test]
fn all_forms() {
    let data = TrainingData::parse("a.yml", SAMPLE).unwrap();
    let book = data.intent("book").unwrap();
    let texts: Vec<&str> = book.examples.iter().map(|e| e.text.as_str()).collect();
    assert_eq!(texts, ["from Beijing to sh", "fly pek now", "到北京去", "plain [brackets] stay"]);
    let first = &book.examples[0];
    assert_eq!(&first.text[first.entities[1].start..first.entities[1].end], "sh");
    assert_eq!(first.entities[1].value.as_deref(), Some("Shanghai"));
    assert_eq!(book.examples[1].entities[0].role.as_deref(), Some("from"));
    assert_eq!(book.examples[2].entities.len(), 2);
    assert_eq!(&book.examples[2].text[3..9], "北京");
    let faq = data.intent("faq/shipping").unwrap();
    assert_eq!(faq.examples[0].text, "how long does it take");
    assert!(faq.examples[0].metadata.is_some());
    assert_eq!(faq.examples[1].text, "12");
    assert_eq!(data.synonyms["Shanghai"], ["sh", "魔都"]);
    assert_eq!(data.regexes["order_number"], [r"KF\d{10}"]);
    assert_eq!(data.lookups["city"], ["Beijing"]);
    let warnings: Vec<String> = data.warnings.iter().map(|w| w.to_string()).collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings.iter().any(|w| w.contains("a.yml:30") && w.contains("surprise")), "{warnings:?}");
    assert!(warnings.iter().any(|w| w.contains("gazette")), "{warnings:?}");
}

#[test]
fn round_trip() {
    let mut data = TrainingData::parse("a.yml", SAMPLE).unwrap();
    data.warnings.clear();
    let again = TrainingData::parse("b.yml", &data.to_yaml()).unwrap();
    assert_eq!(again, data);
    let mut odd = TrainingData::default();
    odd.set_intent("a: b", vec![Example { text: "two\nlines".into(), ..Example::default() }]);
    odd.set_intent("x", vec![Example::annotated("# not a remark: [a](b)")]);
    let again = TrainingData::parse("b.yml", &odd.to_yaml()).unwrap();
    assert_eq!(again, odd);
    assert_eq!(TrainingData::parse("c.yml", &TrainingData::default().to_yaml()).unwrap(), TrainingData::default());
}

#[test]
fn errors_say_where() {
    for (source, line, part) in [
        ("nlu:\n- intent: a\n  examples: |\n    - x\n   bad", 5, ""),
        ("nlu:\n- intent: a\n  examples:\n    k: v\n", 2, "text block or a list"),
        (
            "version: \"3.1\"\nnlu:\n- intent: a\n  examples: |\n    - ok\n    - [x]{\"role\": 1}\n",
            6,
            "entity annotation",
        ),
        ("nlu:\n- intent:\n  examples: |\n    - x\n", 2, "without a name"),
        ("nlu: hello\n", 1, "must be a list"),
        ("- just\n- a list\n", 0, "sections"),
    ] {
        let error = TrainingData::parse("f.yml", source).unwrap_err().to_string();
        assert!(error.starts_with("f.yml:"), "{error}");
        assert!(error.contains(part), "{error}");
        if line > 0 {
            let at: usize = error.split(':').nth(1).unwrap().parse().unwrap();
            assert!(at.abs_diff(line) <= 1, "{error} should be near line {line}");
        }
    }
}

#[test]
fn real_rasa_projects() {
    let dir = std::env::var_os("KEFU_SHARED_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from)
        .join("rasa_bots");
    if !dir.is_dir() {
        eprintln!("skipped: {} is absent", dir.display());
        return;
    }
    for (project, intents, examples) in
        [("financial-demo", 10, 400), ("helpdesk-assistant", 5, 200), ("NLU-training-data", 45, 1100)]
    {
        let mut data = TrainingData::load_dir(&dir.join(project)).unwrap();
        eprintln!(
            "{project}: {} intents, {} examples, {} synonyms, {} warnings",
            data.intents.len(),
            data.example_count(),
            data.synonyms.len(),
            data.warnings.len()
        );
        for warning in data.warnings.iter().take(3) {
            eprintln!("  {warning}");
        }
        assert!(data.intents.len() >= intents && data.example_count() >= examples, "{project}");
        data.warnings.clear();
        let mut again = TrainingData::parse("again.yml", &data.to_yaml()).unwrap();
        again.warnings.clear();
        assert_eq!(again, data, "{project} does not survive writing");
    }
}
