//! The binary, a small training set of the tests' own, and one model of it for all tests.

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

pub fn kefu() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kefu"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KEFU_") && name.to_string_lossy().contains("__") {
            command.env_remove(name);
        }
    }
    command
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Ended well; what it printed.
#[track_caller]
pub fn ok(output: Output) -> (String, String) {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{}\n{err}", output.status);
    (out, err)
}

/// Ended with a failure and a sentence, without the noise of a crash; the sentences.
#[track_caller]
pub fn failed(output: &Output, words: &[&str]) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "it should fail");
    assert!(!said.contains("panicked") && said.lines().any(|l| l.starts_with("error: ")), "{said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in {said:?}");
    }
    said
}

/// Intents of a launderette, in both languages.
pub const TRAINING: &str = r#"{"text":"几点开门","label":"opening_hours","lang":"zh"}
{"text":"你们周末营业吗","label":"opening_hours","lang":"zh"}
{"text":"晚上开到几点","label":"opening_hours","lang":"zh"}
{"text":"when do you open","label":"opening_hours","lang":"en"}
{"text":"are you open on Sundays","label":"opening_hours","lang":"en"}
{"text":"what are your opening hours","label":"opening_hours","lang":"en"}
{"text":"洗一件大衣多少钱","label":"价格","lang":"zh"}
{"text":"干洗怎么收费","label":"价格","lang":"zh"}
{"text":"洗被子贵不贵","label":"价格","lang":"zh"}
{"text":"how much is a shirt","label":"价格","lang":"en"}
{"text":"what does dry cleaning cost","label":"价格","lang":"en"}
{"text":"price for a duvet please","label":"价格","lang":"en","entities":[{"start":12,"end":17,"entity":"item","value":"duvet"}]}
{"text":"我的衣服洗好了吗","label":"pickup/ready","lang":"zh"}
{"text":"什么时候可以来取衣服","label":"pickup/ready","lang":"zh"}
{"text":"取件通知还没收到","label":"pickup/ready","lang":"zh"}
{"text":"is my laundry ready","label":"pickup/ready","lang":"en"}
{"text":"when can I pick up my clothes","label":"pickup/ready","lang":"en"}
{"text":"can I collect my coat today","label":"pickup/ready","lang":"en"}
{"text":"写一首关于月亮的诗","label":"oos","lang":"zh"}
{"text":"谁赢了世界杯","label":"oos","lang":"zh"}
{"text":"给我讲讲量子力学","label":"oos","lang":"zh"}
{"text":"who is the president of Brazil","label":"oos","lang":"en"}
{"text":"tell me a joke about cats","label":"oos","lang":"en"}
{"text":"recommend a good thriller","label":"oos","lang":"en"}
"#;

pub fn write(dir: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

pub fn train(nlu: &Path, out: &Path) -> Command {
    let mut command = kefu();
    command.args(["train", "--nlu"]).arg(nlu).arg("--out").arg(out);
    command
}

/// Trained once for all tests.
pub fn model() -> &'static Path {
    static MODEL: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = MODEL.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let nlu = write(dir.path(), "nlu.jsonl", TRAINING);
        let out = dir.path().join("model");
        ok(train(&nlu, &out).output().unwrap());
        (dir, out)
    });
    path
}

pub fn parse(model: &Path) -> Command {
    let mut command = kefu();
    command.arg("parse").arg("--model").arg(model).stdin(Stdio::piped());
    command
}

/// Gives the whole input and waits for the end; the answers, and what was said about them.
#[track_caller]
pub fn answers(model: &Path, input: impl AsRef<[u8]>) -> (Vec<Value>, String) {
    let mut child = parse(model).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_ref().to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let (out, err) = ok(child.wait_with_output().unwrap());
    writer.join().unwrap().unwrap();
    (out.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect(), err)
}

/// Everything in a folder, by name.
pub fn contents(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap())
        .map(|e| (e.file_name().to_string_lossy().into_owned(), std::fs::read(e.path()).unwrap()))
        .collect();
    all.sort();
    all
}
