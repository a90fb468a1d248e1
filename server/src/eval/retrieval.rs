//! `kefu eval retrieval`: search measured on public sets. Nothing is trained or chosen here; what was chosen elsewhere
//! looked at `valid` parts only.

use super::data_sets::{DataSets, PairRow};
use super::knowledge_set::{self, Asked, Report};
use super::metrics::auroc;
use crate::config::Config;
use crate::offline::say;
use clap::Args;
use knowledge::{ArticleFile, Build, Index};
use models::{Embedder, Kind};
use serde::Serialize;
use std::fmt::Write;
use std::path::PathBuf;

#[derive(Args)]
pub struct Options {
    /// Folder with the data sets, each in a folder of its name.
    #[arg(long, default_value = "../shared/data")]
    data: PathBuf,
    /// Folder with our own questions to public FAQs that come without: NAME.jsonl.
    #[arg(long, default_value = "knowledge/eval")]
    own: PathBuf,
    /// Only these sets.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Which part of the questions, in sets that have parts.
    #[arg(long, default_value = "test")]
    split: String,
    #[arg(long)]
    json: bool,
}

/// A base, where its questions are, and which figure is to be reached.
struct Set {
    name: &'static str,
    own: bool,
    /// MRR@10 instead of hit@1.
    mrr: bool,
    target: f32,
}

const SETS: [Set; 5] = [
    Set { name: "atec", own: false, mrr: false, target: 0.68 },
    Set { name: "shop_faq_zh", own: true, mrr: false, target: 0.9 },
    Set { name: "ecommerce_faq_en", own: true, mrr: false, target: 0.9 },
    Set { name: "insuranceqa_zh", own: false, mrr: true, target: 0.40 },
    Set { name: "insuranceqa_en", own: false, mrr: true, target: 0.48 },
];
const PAIRS: [(&str, &str); 3] = [
    ("lcqmc", "lcqmc/pairs_dev.jsonl"),
    ("afqmc", "afqmc/pairs_dev.jsonl"),
    ("oppo_xiaobu", "oppo_xiaobu/pairs_dev.jsonl"),
];
/// Foreign questions asked of a base: so many of each other one.
const FOREIGN: usize = 100;

#[derive(Serialize)]
struct Measured {
    set: &'static str,
    articles: usize,
    target: f32,
    reached: f32,
    #[serde(flatten)]
    report: Report,
}

#[derive(Serialize)]
struct Pair {
    set: &'static str,
    pairs: usize,
    auroc: f32,
    /// Whether the encoder's adapter saw some of these pairs in training.
    seen_in_training: bool,
}

#[derive(Serialize)]
struct All {
    split: String,
    retrieval: Vec<Measured>,
    pairs: Vec<Pair>,
}

pub async fn run(config: Config, options: &Options) -> anyhow::Result<()> {
    let sets = DataSets::open(&options.data)?;
    let wanted = |name: &str| sets.has(name) && (options.only.is_empty() || options.only.iter().any(|n| n == name));
    let cache = config.models.cache.join("eval-embeddings.bin");
    let embedder = crate::app::start_embedder(&config, vec![cache])?;
    let mut questions: Vec<(&Set, Vec<Asked>)> = Vec::new();
    for set in SETS.iter().filter(|s| sets.has(s.name)) {
        let path = match set.own {
            true => options.own.join(format!("{}.jsonl", set.name)),
            false => sets.path(&format!("{}/queries.jsonl", set.name)),
        };
        let mut asked = knowledge_set::read(&path)?;
        asked.retain(|a| a.split.is_empty() || a.split == options.split);
        questions.push((set, asked));
    }
    let mut all = All { split: options.split.clone(), retrieval: Vec::new(), pairs: Vec::new() };
    for (set, asked) in questions.iter().filter(|(s, _)| wanted(s.name)) {
        let scratch = tempfile::tempdir()?;
        let articles = ArticleFile::check(&sets.path(&format!("{}/docs.jsonl", set.name)))?;
        let build = Build {
            embedder: &embedder,
            articles: &articles,
            encoder_folder: None,
            languages: config.models.languages.clone(),
            built_at: String::new(),
        };
        let progress = crate::offline::progress::Progress::new(set.name);
        build.write(scratch.path(), &|done| progress.at(done, articles.texts)).await?;
        progress.finish();
        let index = Index::open(scratch.path())?;
        let mut asked = asked.clone();
        for (other, foreign) in &questions {
            // The insurance answers are the same in both languages: neither is foreign to the other.
            let related = |name: &str| name.split('_').next().unwrap_or_default().to_owned();
            if related(other.name) != related(set.name) {
                let step = (foreign.len() / FOREIGN).max(1);
                let foreign = foreign.iter().step_by(step).take(FOREIGN);
                asked.extend(foreign.map(|a| Asked { right: Vec::new(), ..a.clone() }));
            }
        }
        let embeddings = knowledge_set::embed(&embedder, &asked).await?;
        let report = knowledge_set::report(&index, &asked, &embeddings);
        let reached = if set.mrr { report.hybrid.mrr_10 } else { report.hybrid.hit_1 };
        all.retrieval.push(Measured {
            set: set.name,
            articles: articles.articles,
            target: set.target,
            reached,
            report,
        });
    }
    for (name, file) in PAIRS.into_iter().filter(|(name, _)| wanted(name)) {
        let rows: Vec<PairRow> = sets.read(file)?;
        all.pairs.push(Pair {
            set: name,
            pairs: rows.len(),
            auroc: pairs(&embedder, &rows).await?,
            seen_in_training: name != "afqmc",
        });
    }
    let text = if options.json { serde_json::to_string_pretty(&all)? + "\n" } else { shown(&all)? };
    say(text.as_bytes())?;
    Ok(())
}

/// How well the cosine tells two questions of one meaning from two others.
async fn pairs(embedder: &Embedder, rows: &[PairRow]) -> anyhow::Result<f32> {
    let texts: Vec<String> = rows.iter().flat_map(|r| [r.a.clone(), r.b.clone()]).collect();
    let vectors = embedder.embed_all(&texts, Kind::Query, &|_| {}).await?;
    let (mut same, mut other) = (Vec::new(), Vec::new());
    for (row, pair) in rows.iter().zip(vectors.chunks_exact(2)) {
        let cosine: f32 = pair[0].iter().zip(pair[1].iter()).map(|(a, b)| a * b).sum();
        if row.label == 1 { same.push(cosine) } else { other.push(cosine) }
    }
    Ok(auroc(&same, &other) as f32)
}

fn shown(all: &All) -> anyhow::Result<String> {
    let mut text = String::new();
    writeln!(
        text,
        "retrieval ({})     hit@1  hit@5 MRR@10   bm25: hit@1 MRR@10   dense: hit@1 MRR@10   refused: answerable foreign",
        all.split
    )?;
    for m in &all.retrieval {
        let r = &m.report;
        let (kept, foreign) = (
            r.refused_answerable as f64 / r.answerable.max(1) as f64,
            r.refused_unanswerable as f64 / r.unanswerable.max(1) as f64,
        );
        let reached = if m.reached >= m.target { "" } else { ": missed" };
        writeln!(
            text,
            "{:<20} {:>6.3} {:>6.3} {:>6.3} {:>13.3} {:>6.3} {:>15.3} {:>6.3} {:>20.3} {:>7.3}  (to reach {:.2}{reached})",
            m.set,
            r.hybrid.hit_1,
            r.hybrid.hit_5,
            r.hybrid.mrr_10,
            r.bm25.hit_1,
            r.bm25.mrr_10,
            r.dense.hit_1,
            r.dense.mrr_10,
            kept,
            foreign,
            m.target
        )?;
    }
    for p in &all.pairs {
        let seen = if p.seen_in_training { " (the adapter saw some of them)" } else { "" };
        writeln!(text, "{:<20} {} pairs, AUROC {:.3}{seen}", p.set, p.pairs, p.auroc)?;
    }
    Ok(text)
}
