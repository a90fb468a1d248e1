//! `kefu index`, `kefu search`, `kefu eval knowledge`: what they find, what they refuse, and what a killed build leaves.

use crate::kit::*;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Answers of a launderette, in both languages.
const ARTICLES: &str = r#"{"id":"hours","question":"你们几点开门","similar_questions":["周末营业吗"],"answer":"周一到周六早上八点到晚上九点营业，周日休息。","lang":"zh"}
{"id":"hours","title":"Opening hours","text":"We are open from 8 am to 9 pm, Monday to Saturday.","lang":"en"}
{"id":"price","title":"What dry cleaning costs","question":"how much is a coat","answers":["A shirt is 3 euros, a coat 9 euros.","Duvets are 15 euros."]}
{"id":"lost","question":"衣服丢了怎么赔","answer":"丢失的衣物按购买价格的一半赔偿，需要提供小票。"}
{"id":4,"text":"衣服洗好以后我们会发短信通知您来取件，取件时请出示号码牌。"}
"#;

fn index(articles: &Path, out: &Path) -> Command {
    let mut command = kefu();
    command.args(["index", "--articles"]).arg(articles).arg("--out").arg(out);
    command
}

fn built() -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("index");
    let said = ok(index(&write(home.path(), "a.jsonl", ARTICLES), &out).output().unwrap()).0;
    assert!(said.contains("4 articles"), "{said}");
    (home, out)
}

#[track_caller]
fn search(index: &Path, arguments: &[&str], input: &[u8]) -> (Vec<Value>, String) {
    let mut command = kefu();
    command.arg("search").arg("--index").arg(index).args(arguments).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let (out, err) = ok(child.wait_with_output().unwrap());
    writer.join().unwrap().unwrap();
    (out.lines().map(|l| serde_json::from_str(l).unwrap()).collect(), err)
}

/// Everything below a folder, by name.
fn tree(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(tree(&path));
        } else {
            all.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}

#[test]
fn every_mode_finds_the_article_in_the_language_of_the_question() {
    let (_home, out) = built();
    for mode in ["hybrid", "bm25", "dense"] {
        let (answers, _) = search(
            &out,
            &["--limit", "2", "--mode", mode],
            "你们几点开门\nwhen are you open\nhow much is a coat".as_bytes(),
        );
        assert_eq!(answers.len(), 3);
        assert_eq!(answers[0]["query"], "你们几点开门");
        let first = |i: usize| {
            (answers[i]["hits"][0]["id"].as_str().unwrap(), answers[i]["hits"][0]["passage"].as_str().unwrap())
        };
        assert_eq!(first(0).0, "hours", "{mode}");
        assert!(first(0).1.contains("周日休息"), "{mode}");
        assert_eq!(first(1).0, "hours", "{mode}");
        assert!(first(1).1.contains("9 pm"), "{mode}");
        assert_eq!(first(2).0, "price", "{mode}");
        for answer in &answers {
            let hits = answer["hits"].as_array().unwrap();
            assert!(hits.len() <= 2 && hits.windows(2).all(|w| w[0]["score"].as_f64() >= w[1]["score"].as_f64()));
        }
    }
    // Asked in English, answered by the only article, which is Chinese.
    let (answers, _) = search(&out, &["--limit", "1"], b"you lost my clothes, do I get compensation");
    assert_eq!(answers[0]["hits"][0]["id"], "lost");
}

#[test]
fn unreadable_lines_are_answered_in_their_place_and_a_lone_line_at_once() {
    let (_home, out) = built();
    let mut input = "\u{feff}几点开门\r\n".as_bytes().to_vec();
    input.extend(b"\xb2\xe9\n\n");
    input.extend("x".repeat(1 << 20).bytes());
    input.extend(b"\n?!\nwhat does a shirt cost");
    let (answers, told) = search(&out, &["--limit", "1"], &input);
    assert_eq!(answers.len(), 6);
    assert_eq!(answers[0]["hits"][0]["id"], "hours");
    assert_eq!(answers[1]["error"]["code"], "not_utf8");
    assert_eq!(answers[3]["error"]["code"], "too_long");
    for empty in [1, 2, 3, 4] {
        assert_eq!(answers[empty]["hits"].as_array().unwrap().len(), 0);
    }
    assert_eq!(answers[5]["hits"][0]["id"], "price");
    assert!(told.contains("line 2: ") && told.contains("line 4: "), "{told}");

    let mut command = kefu();
    command.args(["search", "--limit", "1", "--index"]).arg(&out).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for question in ["几点开门", "what does a coat cost"] {
        writeln!(stdin, "{question}").unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["query"], question);
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn broken_articles_leave_the_old_index() {
    let (home, out) = built();
    let before = tree(&out);
    let good = ARTICLES;
    for (name, content, words) in [
        ("empty.jsonl", Vec::new(), vec!["empty.jsonl:1", "no articles"]),
        ("twice.jsonl", [good, good].concat().into_bytes(), vec!["twice.jsonl:6", "line 1 already"]),
        ("utf8.jsonl", [good.as_bytes(), b"{\"id\":\"\xb2\xe9\"}"].concat(), vec!["utf8.jsonl:6", "UTF-8"]),
        ("bare.jsonl", format!("{good}{{\"id\":\"x\"}}\n").into_bytes(), vec!["bare.jsonl:6", "neither"]),
        ("cut.jsonl", format!("{good}{{\"id\":\"x\",").into_bytes(), vec!["cut.jsonl:6", "JSON"]),
        (
            "long.jsonl",
            format!("{good}{{\"id\":\"x\",\"text\":\"{}\"}}\n", "字 ".repeat(300_000)).into_bytes(),
            vec!["long.jsonl:6", "bytes"],
        ),
    ] {
        let articles = write(home.path(), name, content);
        failed(&index(&articles, &out).output().unwrap(), &words);
        assert!(tree(&out) == before, "{name} touched the old index");
    }
    failed(&index(Path::new("/nowhere/a.jsonl"), &out).output().unwrap(), &["/nowhere/a.jsonl"]);
    let good = write(home.path(), "good.jsonl", good);
    failed(&index(&good, &out).args(["--encoder", "/nowhere"]).output().unwrap(), &["/nowhere"]);
    assert!(tree(&out) == before);
    let thesis = home.path().join("thesis");
    std::fs::create_dir(&thesis).unwrap();
    write(&thesis, "chapter1.txt", "years of work");
    failed(&index(&good, &thesis).output().unwrap(), &["thesis", "would be lost"]);
    let beside: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!beside.iter().any(|n| n.to_string_lossy().starts_with('.')), "{beside:?}");
}

#[test]
fn a_killed_build_leaves_the_old_index_and_the_next_goes_on() {
    let (home, out) = built();
    let before = tree(&out);
    let token = uuid::Uuid::now_v7();
    let many: String = (0..600)
        .map(|i| format!("{{\"id\":\"{i}\",\"text\":\"{token} article number {i} about the washing of item {i}\"}}\n"))
        .collect();
    let many = write(home.path(), "many.jsonl", many);
    let mut child = index(&many, &out).spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    // The third line: some texts are embedded, and many are not.
    assert!(told.by_ref().map(|l| l.unwrap()).filter(|l| l.contains("embedding")).nth(2).is_some());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(tree(&out) == before, "the old index was touched");
    assert_eq!(search(&out, &["--limit", "1"], "几点开门".as_bytes()).0[0]["hits"][0]["id"], "hours");
    let (said, told) = ok(index(&many, &out).output().unwrap());
    assert!(said.contains("600 articles"), "{said}");
    let first = told.lines().find(|l| l.contains("embedding")).unwrap();
    let done: usize = first.split_whitespace().last().unwrap().split('/').next().unwrap().parse().unwrap();
    assert!(done > 0, "it began anew: {told}");
    let beside: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!beside.iter().any(|n| n.to_string_lossy().starts_with('.')), "{beside:?}");
    // Changed articles are computed, the others known.
    let (_, told) = ok(index(&many, &out).output().unwrap());
    assert!(told.contains("embedding 600/600") && !told.contains("embedding 0/600"), "{told}");
}

#[test]
fn an_index_that_is_none_is_refused() {
    let (home, out) = built();
    let refused = |words: &[&str]| {
        let mut command = kefu();
        command.args(["search", "--limit", "1", "--index"]).arg(&out);
        failed(&command.output().unwrap(), words)
    };
    for name in ["vectors.bin", "versions.bin", "articles.jsonl", "centres.bin"] {
        let path = out.join(name);
        let whole = std::fs::read(&path).unwrap();
        write(&out, name, &whole[..whole.len() / 2]);
        refused(&[name, "damaged", "kefu index"]);
        let mut bent = whole.clone();
        bent[whole.len() / 3] ^= 1;
        write(&out, name, &bent);
        refused(&[name, "damaged"]);
        std::fs::remove_file(&path).unwrap();
        refused(&[name, "missing"]);
        write(&out, name, &whole);
    }
    let description = std::fs::read_to_string(out.join("index.json")).unwrap();
    write(&out, "index.json", description.replace("\"encoder\": \"", "\"encoder\": \"another "));
    refused(&["another ", "--encoder"]);
    write(&out, "index.json", description.replace("\"kefu_index\": 1", "\"kefu_index\": 9"));
    refused(&["format 9"]);
    write(&out, "index.json", "{");
    refused(&["index.json", "no description"]);
    std::fs::remove_file(out.join("index.json")).unwrap();
    refused(&["there is no index in", "kefu index"]);
    drop(home);
}

#[test]
fn figures_and_refusals() {
    let (home, out) = built();
    let queries = write(
        home.path(),
        "q.jsonl",
        "{\"query\":\"几点开门\",\"doc_id\":\"hours\"}\n{\"query\":\"how much does it cost to clean a coat\",\"doc_ids\":[\"price\",\"x\"],\"lang\":\"en\"}\n\
         {\"query\":\"衣服洗好了怎么通知我取件\",\"doc_id\":4}\n{\"query\":\"写一首关于月亮的诗\"}\n",
    );
    let eval = |queries: &Path, more: &[&str]| {
        let mut command = kefu();
        command.args(["eval", "knowledge", "--index"]).arg(&out).arg("--queries").arg(queries).args(more);
        command.output().unwrap()
    };
    let report: Value = serde_json::from_str(&ok(eval(&queries, &["--json"])).0).unwrap();
    assert_eq!((&report["queries"], &report["answerable"], &report["unanswerable"]), (&4.into(), &3.into(), &1.into()));
    assert_eq!((&report["hit@1"], &report["hit@10"], &report["mrr@10"]), (&1.0.into(), &1.0.into(), &1.0.into()));
    assert_eq!((&report["refused_answerable"], &report["refused_unanswerable"]), (&0.into(), &1.into()));
    let (table, _) = ok(eval(&queries, &[]));
    assert!(table.contains("hybrid") && table.contains("without an answer, and refused: 1 of 1"), "{table}");
    failed(&eval(&write(home.path(), "bad.jsonl", "{\"query\":1}\n"), &[]), &["bad.jsonl:1"]);
    failed(&eval(&write(home.path(), "none.jsonl", ""), &[]), &["no questions"]);
}
