//! `kefu eval calibration`: from evidence to probability. Bases of different kinds are asked questions that they answer
//! and questions that they do not; one calibration is fitted on all of them. None of the questions and foreign questions is
//! part of a test set: validation parts, sets that are no retrieval test, and our own questions to the demo shop.

use super::data_sets::{DataSets, PairRow, Row};
use super::knowledge_set::{self, Asked};
use crate::config::Config;
use crate::offline::say;
use anyhow::Context;
use clap::Args;
use kg::Language;
use knowledge::{Article, ArticleFile, Build, Calibration, Index, Query, Sample};
use models::Embedder;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Options {
    /// Folder with the data sets, each in a folder of its name.
    #[arg(long, default_value = "../shared/data")]
    data: PathBuf,
    /// The demo shop's content.
    #[arg(long, default_value = "knowledge/content")]
    content: PathBuf,
    /// Writes the calibration into this file (knowledge/src/calibration.json is compiled in).
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Questions of one base, and of each other base as foreign ones.
const QUESTIONS: usize = 300;
const FOREIGN: usize = 40;

struct Base {
    name: &'static str,
    articles: Vec<Value>,
    asked: Vec<Asked>,
    /// Bases of one domain are not foreign to each other.
    domain: &'static str,
}

fn every<T: Clone>(rows: &[T], count: usize) -> Vec<T> {
    rows.iter().step_by(rows.len().div_ceil(count).max(1)).cloned().collect()
}

fn asked(query: &str, right: &str) -> Asked {
    Asked { query: query.to_owned(), right: vec![right.to_owned()], split: String::new() }
}

fn shop(content: &Path) -> anyhow::Result<Base> {
    let mut articles = Vec::new();
    for article in Article::load_dir(&content.join("articles"))? {
        for (language, text) in &article.versions {
            articles.push(json!({"id": article.slug, "lang": language.code(), "title": text.title, "text": text.body,
                "similar_questions": text.questions}));
        }
    }
    let path = content.join("calibration/questions.jsonl");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines = knowledge::eval::parse(&path.display().to_string(), &text)?;
    let asked = lines.iter().filter_map(|l| Some(asked(&l.query, l.slug.as_deref()?))).collect();
    Ok(Base { name: "shop", articles, asked, domain: "shop" })
}

/// Long answers, and the validation part of their questions.
fn insurance(sets: &DataSets, name: &'static str) -> anyhow::Result<Base> {
    let articles = sets.read(&format!("{name}/docs.jsonl"))?;
    let mut asked = knowledge_set::read(&sets.path(&format!("{name}/queries.jsonl")))?;
    asked.retain(|a| a.split == "valid");
    Ok(Base { name, articles, asked: every(&asked, QUESTIONS), domain: "insurance" })
}

/// Answers without their questions, which are asked.
fn bank(sets: &DataSets) -> anyhow::Result<Base> {
    let rows: Vec<Value> = sets.read("bank_faq_en/docs.jsonl")?;
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let articles = rows.iter().map(|r| json!({"id": r["doc_id"], "text": r["answer"], "lang": "en"})).collect();
    let questions = every(&rows, QUESTIONS);
    let asked = questions.iter().map(|r| asked(&text(r, "question"), &text(r, "doc_id"))).collect();
    Ok(Base { name: "bank_faq_en", articles, asked, domain: "bank" })
}

/// Questions alone: one side of each paraphrase is the article, the other is asked.
fn pairs(sets: &DataSets, name: &'static str, file: &str, domain: &'static str) -> anyhow::Result<Base> {
    let rows: Vec<PairRow> = sets.read(file)?;
    // The adapter has seen the other half of oppo_xiaobu.
    let rows: Vec<PairRow> = rows.into_iter().skip(1).step_by(2).filter(|r| r.label == 1 && r.a != r.b).collect();
    let mut seen = HashSet::new();
    let rows: Vec<PairRow> = rows.into_iter().filter(|r| seen.insert(r.a.clone())).take(800).collect();
    let articles = rows.iter().enumerate().map(|(i, r)| json!({"id": i.to_string(), "question": r.a})).collect();
    let numbered: Vec<(usize, &PairRow)> = rows.iter().enumerate().collect();
    let asked = every(&numbered, QUESTIONS).iter().map(|(i, r)| asked(&r.b, &i.to_string())).collect();
    Ok(Base { name, articles, asked, domain })
}

/// Some ways to ask for each intent; others are asked.
fn intents(sets: &DataSets) -> anyhow::Result<Base> {
    let mut classes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let rows: Vec<Row> = sets.split("clinc150/all.jsonl", "test")?;
    for row in rows.into_iter().filter(|r| r.label != "oos") {
        classes.entry(row.label).or_default().push(row.text);
    }
    let articles = classes.iter().map(|(id, t)| json!({"id": id, "question": t[0], "similar_questions": &t[1..4]}));
    let asked = classes.iter().flat_map(|(id, t)| t[4..6].iter().map(|t| asked(t, id))).collect();
    Ok(Base { name: "clinc150", articles: articles.collect(), asked, domain: "assistant" })
}

async fn samples(embedder: &Embedder, base: &Base, foreign: &[Asked]) -> anyhow::Result<Vec<Sample>> {
    let scratch = tempfile::tempdir()?;
    let file = scratch.path().join("articles.jsonl");
    let lines: Vec<String> = base.articles.iter().map(ToString::to_string).collect();
    std::fs::write(&file, lines.join("\n"))?;
    let articles = ArticleFile::check(&file)?;
    let folder = scratch.path().join("index");
    std::fs::create_dir(&folder)?;
    let build =
        Build { embedder, articles: &articles, encoder_folder: None, languages: Vec::new(), built_at: String::new() };
    build.write(&folder, &|_| {}).await?;
    let index = Index::open(&folder)?;
    let all: Vec<Asked> = base.asked.iter().chain(foreign).cloned().collect();
    let embeddings = knowledge_set::embed(embedder, &all).await?;
    let mut samples = Vec::new();
    for (asked, embedding) in all.iter().zip(&embeddings) {
        let language = if asked.query.is_ascii() { Language::En } else { Language::Zh };
        let query = Query { text: &asked.query, embedding, language, limit: 3 };
        samples.extend(index.samples(&query, &asked.right));
    }
    Ok(samples)
}

pub async fn run(config: Config, options: &Options) -> anyhow::Result<()> {
    let sets = DataSets::open(&options.data)?;
    let cache = config.models.cache.join("eval-embeddings.bin");
    let embedder = crate::app::start_embedder(&config, vec![cache])?;
    let bases = [
        shop(&options.content)?,
        insurance(&sets, "insuranceqa_zh")?,
        insurance(&sets, "insuranceqa_en")?,
        bank(&sets)?,
        pairs(&sets, "afqmc", "afqmc/pairs_dev.jsonl", "bank")?,
        pairs(&sets, "oppo_xiaobu", "oppo_xiaobu/pairs_dev.jsonl", "assistant")?,
        intents(&sets)?,
    ];
    let mut of: Vec<(&str, Vec<Sample>)> = Vec::new();
    for base in &bases {
        let others = bases.iter().filter(|b| b.domain != base.domain);
        let foreign: Vec<Asked> =
            others.flat_map(|b| every(&b.asked, FOREIGN)).map(|a| Asked { right: Vec::new(), ..a }).collect();
        of.push((base.name, samples(&embedder, base, &foreign).await?));
    }
    let fitted = Calibration::fit(&of.iter().map(|(_, s)| s.clone()).collect::<Vec<_>>())
        .context("the samples cannot be told apart")?;
    let mut text = String::new();
    for (name, samples) in &of {
        let answerable = samples.iter().filter(|s| s.first && s.answerable).count();
        let foreign = samples.iter().filter(|s| s.first && !s.answerable).count();
        writeln!(text, "{name:<16} {answerable} answerable, {foreign} foreign questions")?;
    }
    let json = serde_json::to_string_pretty(&fitted)? + "\n";
    match &options.out {
        Some(path) => std::fs::write(path, &json).with_context(|| format!("cannot write {}", path.display()))?,
        None => text.push_str(&json),
    }
    say(text.as_bytes())?;
    Ok(())
}
