//! What is wrong with an input is said with file and line; nothing is half trained, and the old model stays.

use crate::kit::*;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// An old model that must survive, and a way to see that it did.
struct Old {
    home: tempfile::TempDir,
    before: Vec<(String, Vec<u8>)>,
}

impl Old {
    fn new() -> Old {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("model");
        std::fs::create_dir(&out).unwrap();
        for (name, bytes) in contents(model()) {
            std::fs::write(out.join(name), bytes).unwrap();
        }
        Old { before: contents(&out), home }
    }

    fn out(&self) -> std::path::PathBuf {
        self.home.path().join("model")
    }

    #[track_caller]
    fn untouched(&self) {
        assert!(contents(&self.out()) == self.before, "the old model was touched");
        let beside: Vec<_> = std::fs::read_dir(self.home.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(!beside.iter().any(|n| n.to_string_lossy().starts_with(".kefu")), "{beside:?}");
    }

    #[track_caller]
    fn refuses(&self, name: &str, content: impl AsRef<[u8]>, words: &[&str]) {
        let nlu = write(self.home.path(), name, content);
        failed(&train(&nlu, &self.out()).output().unwrap(), words);
        self.untouched();
    }
}

#[test]
fn broken_training_data_leaves_the_old_model() {
    let old = Old::new();
    let good = TRAINING;
    old.refuses("binary.yml", b"\x7fELF\0\0\x01\x02", &["binary.yml:1", "binary"]);
    old.refuses("binary", b"\x00\x01\x02", &["binary:1"]);
    old.refuses(
        "utf8.jsonl",
        [good.as_bytes(), b"{\"text\":\"\xb2\xe9\",\"label\":\"a\"}\n"].concat(),
        &["utf8.jsonl:25", "UTF-8"],
    );
    old.refuses(
        "long.jsonl",
        format!("{good}{{\"text\":\"{}\",\"label\":\"a\"}}\n", "x".repeat(1 << 20)),
        &["long.jsonl:25", "bytes"],
    );
    old.refuses("missing.jsonl", format!("{good}{{\"text\":\"x\"}}\n"), &["missing.jsonl:25", "`label` is missing"]);
    old.refuses(
        "offsets.jsonl",
        format!("{good}{{\"text\":\"去杭州\",\"label\":\"a\",\"entities\":[{{\"start\":3,\"end\":9,\"entity\":\"city\"}}]}}\n"),
        &["offsets.jsonl:25", "characters"],
    );
    old.refuses("broken.yml", "nlu:\n- intent: a\n  examples: |\n    - x\n   bad", &["broken.yml:"]);
    old.refuses(
        "long.yml",
        format!("nlu:\n- intent: a\n  examples: |\n    - {}\n", "好".repeat(400_000)),
        &["long.yml:4"],
    );
    old.refuses("empty.jsonl", "", &["empty.jsonl", "no examples"]);
    old.refuses("domain.yml", "intents:\n- a\n", &["domain.yml", "no training data"]);
    old.refuses("one.jsonl", "{\"text\":\"hello\",\"label\":\"greet\"}\n", &["at least two intents", "found 1"]);
    old.refuses("none.yml", "nlu:\n- intent: a\n- intent: b\n", &["none.yml:2", "intent a has no examples", "found 0"]);
    let ids: String = (0..4000).map(|i| format!("{{\"text\":\"t{i}\",\"label\":\"l{i}\"}}\n")).collect();
    old.refuses("ids.jsonl", ids, &["4000 different labels"]);
    failed(&train(Path::new("/nowhere/nlu.yml"), &old.out()).output().unwrap(), &["/nowhere/nlu.yml"]);
    failed(
        &train(&write(old.home.path(), "x.jsonl", good), &old.out()).args(["--languages", "xx"]).output().unwrap(),
        &["xx"],
    );
    failed(
        &train(&write(old.home.path(), "x.jsonl", good), &old.out()).args(["--encoder", "/nowhere"]).output().unwrap(),
        &["/nowhere"],
    );
    old.untouched();
}

#[test]
fn odd_training_data_trains_with_warnings() {
    let home = tempfile::tempdir().unwrap();
    let more = "{\"text\":\"几点开门\",\"label\":\"价格\"}\n{\"text\":\"the only one of its kind\",\"label\":\"lonely\",\"colour\":\"red\"}\n\
                {\"text\":\"wo ist der Bahnhof\",\"label\":\"lonely_too\",\"lang\":\"de\"}\n";
    let nlu = write(home.path(), "nlu.jsonl", format!("{TRAINING}{more}"));
    let (report, told) = ok(train(&nlu, &home.path().join("model")).output().unwrap());
    assert!(told.contains("nlu.jsonl:25: \"几点开门\"") && told.contains("nlu.jsonl:1)"), "{told}");
    assert!(told.contains("nlu.jsonl:26: unknown key `colour`"), "{told}");
    assert!(told.contains("\"de\""), "{told}");
    assert!(report.contains("lonely"), "{report}");
    let doubts = report.split("nearly the same under two intents").nth(1).unwrap_or_else(|| panic!("{report}"));
    assert!(doubts.contains("\"几点开门\" (opening_hours)") && doubts.contains("(价格)"), "{report}");
    // One that says plainly something else than its label.
    let wrong = "{\"text\":\"how much does it cost to dry clean a shirt\",\"label\":\"opening_hours\"}\n";
    let more: String = ["coat", "shirt", "skirt", "duvet", "suit", "tie"]
        .map(|item| format!("{{\"text\":\"how much does it cost to clean a {item}\",\"label\":\"价格\"}}\n"))
        .concat();
    let nlu = write(home.path(), "wrong.jsonl", format!("{TRAINING}{more}{wrong}"));
    let (report, _) = ok(train(&nlu, &home.path().join("model")).output().unwrap());
    let doubts = report.split("suspicious labels").nth(1).unwrap_or_else(|| panic!("{report}"));
    assert!(doubts.contains("wrong.jsonl:31 ") && doubts.contains("is opening_hours, reads like 价格"), "{report}");
}

#[test]
fn a_place_that_cannot_be_is_told_before_training() {
    let home = tempfile::tempdir().unwrap();
    let nlu = write(home.path(), "nlu.jsonl", TRAINING);
    let precious = home.path().join("thesis");
    std::fs::create_dir(&precious).unwrap();
    write(&precious, "chapter1.txt", "years of work");
    failed(&train(&nlu, &precious).output().unwrap(), &["thesis", "would be lost"]);
    assert_eq!(contents(&precious).len(), 1);
    failed(&train(&nlu, &nlu).output().unwrap(), &["is no folder"]);
    failed(&train(&nlu, Path::new("/proc/model")).output().unwrap(), &["not writable"]);
    let modes = train(&nlu, &home.path().join("m")).args(["--mode", "half"]).output().unwrap();
    assert!(!modes.status.success() && text(&modes.stderr).contains("head"), "{}", text(&modes.stderr));
    for wrong in [
        vec!["train", "--out", "x"],
        vec!["train", "--seed", "1"],
        vec!["train", "--nlu", "a", "--out", "b", "--data", "c"],
    ] {
        assert!(!kefu().args(&wrong).output().unwrap().status.success(), "{wrong:?}");
    }
}

#[test]
fn killed_in_the_middle_the_old_model_is_usable() {
    let old = Old::new();
    // New texts, so that there is something to compute when the signal comes.
    let token = uuid::Uuid::now_v7();
    let many: String =
        (0..400).map(|i| format!("{{\"text\":\"{token} number {i}\",\"label\":\"l{}\"}}\n", i % 4)).collect();
    let nlu = write(old.home.path(), "many.jsonl", many);
    let mut child = train(&nlu, &old.out()).spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    let working = told.any(|l| l.unwrap().contains("embedding"));
    assert!(working, "it says how far it is");
    child.kill().unwrap();
    child.wait().unwrap();
    old.untouched();
    let (answers, _) = answers(&old.out(), "几点开门\n");
    assert_eq!(answers[0]["intent"]["name"], "opening_hours");
}

#[test]
fn unreadable_lines_are_answered_in_their_place() {
    let mut input = "\u{feff}几点开门\r\n".as_bytes().to_vec();
    input.extend(b"\xb2\xe9\xd1\xaf\n\n");
    input.extend("x".repeat(1 << 20).bytes());
    input.extend("\n\u{0}\u{1}\n  \nis my laundry ready".bytes());
    let (answers, told) = answers(model(), input);
    let intents: Vec<&str> = answers.iter().map(|a| a["intent"]["name"].as_str().unwrap()).collect();
    let none = "nlu_fallback";
    assert_eq!(intents, ["opening_hours", none, none, none, none, none, "pickup/ready"]);
    assert_eq!(answers[0]["text"], "几点开门", "neither the mark before nor the blank after it is text");
    assert_eq!((&answers[1]["error"]["code"], &answers[1]["error"]["line"]), (&"not_utf8".into(), &2.into()));
    assert_eq!((&answers[3]["error"]["code"], &answers[3]["error"]["line"]), (&"too_long".into(), &4.into()));
    assert!(answers[2].get("error").is_none());
    assert!(told.contains("line 2: ") && told.contains("line 4: the line has 1048576 bytes"), "{told}");
}

#[test]
fn a_model_that_is_none_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let refused =
        |words: &[&str]| failed(&parse(home.path()).stdin(std::process::Stdio::null()).output().unwrap(), words);
    refused(&["there is no model in", "kefu train"]);
    for (name, bytes) in contents(model()) {
        std::fs::write(home.path().join(name), bytes).unwrap();
    }
    let whole = std::fs::read(home.path().join("intents.model")).unwrap();
    write(home.path(), "intents.model", &whole[..whole.len() / 2]);
    refused(&["intents.model", "damaged"]);
    write(home.path(), "intents.model", "something else");
    refused(&["not an intent model"]);
    write(home.path(), "model.json", "{");
    refused(&["model.json", "damaged"]);
    let mut eval = kefu();
    eval.args(["eval", "nlu", "--model"]).arg(model()).arg("--test").arg(write(
        home.path(),
        "t.jsonl",
        "{\"text\":1}\n",
    ));
    failed(&eval.output().unwrap(), &["t.jsonl:1"]);
}
