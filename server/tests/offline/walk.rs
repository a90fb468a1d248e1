//! What a user does who evaluates offline, in the order of the README: train, parse, evaluate, train again.

use crate::kit::*;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

#[test]
fn a_users_walk() {
    let home = tempfile::tempdir().unwrap();
    let (nlu, out) = (write(home.path(), "nlu.jsonl", TRAINING), home.path().join("models/first"));

    let (report, told) = ok(train(&nlu, &out).args(["--languages", "zh,en", "--seed", "3"]).output().unwrap());
    assert!(report.contains("24 examples of 3 intents and 6 out of scope"), "{report}");
    for word in
        ["precision", "recall", "opening_hours", "价格", "pickup/ready", "held back: accuracy", "model written to"]
    {
        assert!(report.contains(word), "{word}: {report}");
    }
    assert!(told.contains("embedding"), "progress in lines where there is no terminal: {told}");
    let names: Vec<String> = contents(&out).into_iter().map(|f| f.0).collect();
    assert_eq!(names, ["intents.model", "model.json", "report.json"]);
    let described: Value = serde_json::from_slice(&std::fs::read(out.join("model.json")).unwrap()).unwrap();
    assert_eq!((&described["seed"], &described["mode"]), (&3.into(), &"head".into()), "{described}");
    assert_eq!(described["languages"], serde_json::json!(["zh", "en"]));
    assert_eq!(described["intents"].as_array().unwrap().len(), 3);
    assert!(described["trained_at"].as_str().unwrap().starts_with("20") && described["encoder"].is_string());

    // Parse: the shape of Rasa's answer.
    let (answers, _) = answers(&out, "周日开门吗？我电话13800138000\nhow much for a coat?\n\n谁写了红楼梦");
    assert_eq!(answers.len(), 4);
    let hours = &answers[0];
    assert_eq!(
        (&hours["text"], &hours["intent"]["name"]),
        (&"周日开门吗？我电话13800138000".into(), &"opening_hours".into())
    );
    let ranking = hours["intent_ranking"].as_array().unwrap();
    assert_eq!(ranking[0], hours["intent"]);
    assert_eq!(ranking.len(), 3, "every intent is in the ranking: {ranking:?}");
    let phone = hours["entities"].as_array().unwrap().iter().find(|e| e["entity"] == "phone").unwrap();
    assert_eq!((&phone["start"], &phone["end"]), (&9.into(), &20.into()), "{phone}");
    assert!(phone["value"].is_string() && phone["extractor"].is_string());
    assert_eq!(answers[1]["intent"]["name"], "价格");
    assert_eq!((&answers[2]["text"], &answers[2]["intent"]["name"]), (&"".into(), &"nlu_fallback".into()));
    let outside = &answers[3];
    assert_eq!(outside["intent"]["name"], "nlu_fallback", "{outside}");
    let ranking = outside["intent_ranking"].as_array().unwrap();
    assert_eq!(ranking[0], outside["intent"], "as in Rasa, it stands before the best guess");
    assert!(ranking.len() > 1 && ranking[1]["name"] != "nlu_fallback", "{ranking:?}");

    // Evaluate.
    let test = "{\"text\":\"几点关门\",\"label\":\"opening_hours\"}\n{\"text\":\"衬衫洗一次多少钱\",\"label\":\"价格\"}\n\
                {\"text\":\"call 13800138000 when my coat is ready\",\"label\":\"pickup/ready\",\"entities\":[{\"start\":5,\"end\":16,\"entity\":\"phone\"}]}\n\
                {\"text\":\"what is the tallest mountain\",\"label\":\"oos\"}\n{\"text\":\"hello\",\"label\":\"greet\"}\n";
    let test = write(home.path(), "test.jsonl", test);
    let mut eval = kefu();
    eval.args(["eval", "nlu", "--model"]).arg(&out).arg("--test").arg(&test);
    let (table, told) = ok(eval.output().unwrap());
    for word in ["accuracy", "macro-F1", "AUROC", "ECE", "entities: F1 1.000", "opening_hours"] {
        assert!(table.contains(word), "{word}: {table}");
    }
    assert!(told.contains("test.jsonl:5") && told.contains("greet"), "{told}");
    let (json, _) = ok(eval.arg("--json").output().unwrap());
    let figures: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&figures["in_scope"], &figures["out_of_scope"]), (&4.into(), &1.into()));
    for key in ["accuracy", "accuracy_in_scope", "macro_f1", "ece"] {
        assert!((0.0..=1.0).contains(&figures[key].as_f64().unwrap()), "{key}: {figures}");
    }
    assert!(figures["oos"]["auroc"].is_number() && figures["oos"]["recall"].is_number());
    assert_eq!(figures["entities"]["f1"], 1.0);

    // Train again: the same seed, the same bytes; another model takes the place of the old one.
    let first = std::fs::read(out.join("intents.model")).unwrap();
    let again = home.path().join("again");
    ok(train(&nlu, &again).args(["--languages", "zh,en", "--seed", "3"]).output().unwrap());
    assert!(first == std::fs::read(again.join("intents.model")).unwrap(), "the same seed gives the same model");
    let fewer: String = TRAINING.lines().filter(|l| !l.contains("pickup")).map(|l| format!("{l}\n")).collect();
    ok(train(&write(home.path(), "fewer.jsonl", fewer), &out).output().unwrap());
    assert!(first != std::fs::read(out.join("intents.model")).unwrap());
    assert_eq!(std::fs::read_dir(out.parent().unwrap()).unwrap().count(), 1, "nothing is left beside the model");
}

#[test]
fn a_rasa_project_trains_as_it_is() {
    let project = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../nlu/tests/rasa_project");
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("model");
    let (report, told) = ok(train(&project, &out).output().unwrap());
    assert!(report.contains("开发票") && report.contains("faq/warranty"), "{report}");
    assert!(told.contains("stories.yml: stories are not taken") && told.contains("domain.yml: the domain"), "{told}");
    let report: Value = serde_json::from_slice(&std::fs::read(out.join("report.json")).unwrap()).unwrap();
    assert!(report["files"].as_array().unwrap().iter().any(|f| f["kind"] == "nlu_markdown"), "{report}");
    let (answers, _) = answers(&out, "怎么开发票\n");
    assert_eq!(
        answers[0]["intent_ranking"].as_array().unwrap().len(),
        6 + usize::from(answers[0]["intent"]["name"] == "nlu_fallback")
    );
}

#[test]
fn every_public_project_trains() {
    let dir = std::env::var_os("KEFU_SHARED_DATA")
        .map_or_else(|| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), Into::into)
        .join("rasa_bots");
    if !dir.is_dir() {
        eprintln!("skipped: {} is absent", dir.display());
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let projects = [
        "financial-demo",
        "helpdesk-assistant",
        "NLU-training-data",
        "zh_shopping_bot",
        "zh_chatbot_rasa",
        "zh_restaurantbot",
    ];
    for project in projects {
        let (report, _) = ok(train(&dir.join(project), &home.path().join(project)).output().unwrap());
        let accuracy = report.lines().find(|l| l.starts_with("held back")).unwrap();
        eprintln!("{project}: {} {accuracy}", report.lines().next().unwrap());
    }
}

#[test]
fn a_lone_line_is_answered_at_once() {
    let mut child = parse(model()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    // The pipe stays open: each answer comes before the next question is asked.
    for (question, intent) in
        [("几点开门", "opening_hours"), ("is my laundry ready", "pickup/ready"), ("干洗怎么收费", "价格")]
    {
        writeln!(stdin, "{question}").unwrap();
        stdin.flush().unwrap();
        let answer: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
        assert_eq!((answer["text"].as_str(), answer["intent"]["name"].as_str()), (Some(question), Some(intent)));
    }
    drop(stdin);
    assert!(answers.next().is_none());
    assert!(child.wait().unwrap().success());
}

#[test]
fn many_lines_keep_their_order() {
    let lines: String = (0..1000).map(|i| format!("question {i} about {}\n", "words ".repeat(i % 7))).collect();
    let (answers, _) = answers(model(), &lines);
    assert_eq!(answers.len(), 1000);
    for (answer, line) in answers.iter().zip(lines.lines()) {
        assert_eq!(answer["text"].as_str().unwrap(), line);
    }
}

#[test]
fn memory_stays_small() {
    let mut child = parse(model()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for i in 0..300 {
        writeln!(stdin, "第{i}个问题 is my laundry ready 我的衣服洗好了吗 {}", "please 请 ".repeat(i % 40)).unwrap();
        answers.next().unwrap().unwrap();
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak: u64 =
        status.lines().find(|l| l.starts_with("VmHWM")).unwrap().split_whitespace().nth(1).unwrap().parse().unwrap();
    eprintln!("peak of kefu parse: {} MB", peak / 1024);
    drop(stdin);
    assert!(child.wait().unwrap().success());
    assert!(peak / 1024 <= 200, "{} MB", peak / 1024);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = parse(model()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "几点开门").unwrap();
    stdin.flush().unwrap();
    // The standard input stays open: the process ends because nobody reads.
    assert!(child.wait().unwrap().success());
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
    assert_eq!(said, "");
    drop(stdin);
}

#[test]
fn encoder_and_threads_can_be_chosen() {
    let cache = models::testing::cache_dir();
    let encoder = models::weights::prepared_dir(&cache, &["zh", "en"]);
    let home = tempfile::tempdir().unwrap();
    let (nlu, out) = (write(home.path(), "nlu.jsonl", TRAINING), home.path().join("model"));
    ok(train(&nlu, &out).arg("--encoder").arg(&encoder).output().unwrap());
    let mut command = parse(&out);
    command.args(["--threads", "2", "--encoder"]).arg(&encoder).stdin(Stdio::null());
    ok(command.output().unwrap());
    for bad in [vec!["--threads", "0"], vec!["--threads", "many"], vec!["--encoder", "/nowhere"]] {
        let output = parse(&out).args(&bad).stdin(Stdio::null()).output().unwrap();
        assert!(!output.status.success(), "{bad:?}");
        assert!(text(&output.stderr).contains(bad[1]), "{bad:?}: {}", text(&output.stderr));
    }
}
