//! Which bounds cut best, by cross-validation on our own training examples: pairs with different intents must be cut, examples
//! with marks or "and" in them and pairs of one intent must not. The model that judges has not seen the examples.
//!
//! `cargo test --release --workspace --lib -- --ignored --nocapture clause_bounds`

#![allow(clippy::unwrap_used)]

use super::*;
use crate::training::TrainingData;
use crate::{TrainOptions, language, text};
use kg::Language;
use models::Kind;
use std::path::Path;

const FOLDS: usize = 3;
const JOINTS_ZH: &[&str] =
    &["，", "。", "，另外", "，还有", "，顺便问一下", "？", "，并且", "，同时", "，以及", "，再问一下"];
const JOINTS_EN: &[&str] =
    &[", ", ". ", " and ", " and also ", ", also ", ", by the way ", "? ", ". Another question: ", " plus ", ", and "];
/// No wishes.
const TALK: &[&str] = &[
    "greet",
    "thanks",
    "goodbye",
    "affirm",
    "deny",
    "stop",
    "small_talk",
    "ask_capabilities",
    "complaint",
    "talk_to_human",
    "nlu_fallback",
];
/// Ways of giving one thing back: together they are one wish.
const ONE: &[&str] = &["request_return", "request_refund", "request_exchange"];
/// Asking how and wanting it done may be one wish.
const KIN: &[&[&str]] = &[
    &["request_return", "request_refund", "request_exchange", "ask_exchange", "ask_return_policy"],
    &["order_status", "track_parcel"],
    &["change_address", "ask_order_change"],
];

struct Case {
    text: String,
    wants: Vec<String>,
    joint: usize,
    kin: bool,
    segments: Vec<Segment>,
    guesses: Vec<Guess>,
    whole: Guess,
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % n as u64).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "trains three models and judges some thousand texts; prints the figures that the bounds were chosen by"]
async fn clause_bounds() {
    let embedder = models::testing::embedder();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/content/intents");
    let data = TrainingData::load_dir(&folder).unwrap();
    let mut dice = Dice(7);
    let mut cases: Vec<Case> = Vec::new();
    for fold in 0..FOLDS {
        let mut used = data.clone();
        let mut held: Vec<(String, String)> = Vec::new();
        for intent in &mut used.intents {
            let all = std::mem::take(&mut intent.examples);
            for (i, example) in all.into_iter().enumerate() {
                if i % FOLDS == fold {
                    held.push((example.text, intent.name.clone()));
                } else {
                    intent.examples.push(example);
                }
            }
        }
        let (model, _) = crate::train(&embedder, &used, &TrainOptions::default(), &|_, _| {}).await.unwrap();
        let held: Vec<_> = held.into_iter().filter(|(_, intent)| !TALK.contains(&intent.as_str())).collect();
        let mut texts: Vec<(String, Vec<String>, usize, bool)> = Vec::new();
        for (text, intent) in held.iter().filter(|(t, _)| segments(t, &[]).len() > 1) {
            texts.push((text.clone(), vec![intent.clone()], usize::MAX, false));
        }
        for n in 0..260 {
            let (one, first) = &held[dice.below(held.len())];
            let chinese = language::detect(one) == Some(Language::Zh);
            let (joints, same) = (if chinese { JOINTS_ZH } else { JOINTS_EN }, n % 8 == 0);
            let fits = |(t, i): &&(String, String)| {
                let kin = KIN.iter().any(|k| k.contains(&i.as_str()) && k.contains(&first.as_str()));
                (language::detect(t) == Some(Language::Zh)) == chinese
                    && t != one
                    && if same { i == first } else { i != first && !kin }
            };
            let others: Vec<_> = held.iter().filter(fits).collect();
            let Some((two, second)) = others.get(dice.below(others.len().max(1))) else { continue };
            let joint = dice.below(joints.len());
            let text = format!("{}{}{two}", one.trim_end_matches(['?', '？', '。', '.']), joints[joint]);
            let wants = if same { vec![first.clone()] } else { vec![first.clone(), second.clone()] };
            texts.push((text, wants, joint, false));
        }
        for n in 0..40 {
            let pool: Vec<_> = held.iter().filter(|(_, i)| ONE.contains(&i.as_str())).collect();
            let (one, first) = pool[dice.below(pool.len())];
            let chinese = language::detect(one) == Some(Language::Zh);
            let fits =
                |(t, i): &&&(String, String)| (language::detect(t) == Some(Language::Zh)) == chinese && i != first;
            let others: Vec<_> = pool.iter().filter(fits).collect();
            let Some((two, _)) = others.get(dice.below(others.len().max(1))) else { continue };
            let joint = [0, 2, 6][n % 3];
            let joints = if chinese { JOINTS_ZH } else { JOINTS_EN };
            texts.push((format!("{one}{}{two}", joints[joint]), vec![first.clone()], joint, true));
        }
        for (text, wants, joint, kin) in texts {
            let segments = segments(&text, &[]);
            let mut all = vec![text.clone()];
            all.extend(segments.iter().map(|s| text[s.range.clone()].to_owned()));
            let encoded: Vec<String> = all.iter().map(|t| text::for_encoder(t).into_owned()).collect();
            let vectors = embedder.embed_all(&encoded, Kind::Query, &|_| {}).await.unwrap();
            let mut guesses: Vec<Guess> = all.iter().zip(&vectors).map(|(t, v)| model.guess(t, v)).collect();
            let whole = guesses.remove(0);
            cases.push(Case { text, wants, joint, kin, segments, guesses, whole });
        }
    }
    let mut best = Vec::new();
    for marked in [0.1, 0.2, 0.3, 0.4] {
        for unmarked in [0.2, 0.3, 0.4, 0.5, 0.6] {
            for near in [0.05, 0.1, 0.15, 0.25] {
                for whole in [0.8, 0.9, 0.95, 1.1] {
                    for kin in [0.25, 0.35, 0.45, 0.55, 0.65, 1.1] {
                        let bounds = Bounds { marked, unmarked, near, kin, whole };
                        best.push((score(&cases, &bounds), bounds));
                    }
                }
            }
        }
    }
    best.sort_by(|a, b| b.0.total().total_cmp(&a.0.total()));
    for (score, bounds) in best.iter().take(8) {
        println!("{score:?} {bounds:?}");
    }
    let now = score(&cases, &Bounds::default());
    println!("in use: {now:?} {:?}", Bounds::default());
    for case in cases.iter().filter(|c| c.wants.len() == 1 && !c.kin && !found(c, &Bounds::default()).is_empty()) {
        println!("  cut wrongly: {} → {:?}", case.text, found(case, &Bounds::default()));
    }
    for case in cases.iter().filter(|c| c.wants.len() == 2 && found(c, &Bounds::default()).is_empty()).take(40) {
        let guesses: Vec<String> = case.guesses.iter().map(|g| format!("{} {:.2}", g.intent, g.confidence)).collect();
        println!("  not cut: {} {guesses:?} whole {} {:.2}", case.text, case.whole.intent, case.whole.confidence);
    }
    assert!(now.total() >= best[0].0.total() - 0.02, "better bounds are {:?}", best[0].1);
}

/// Intents of the clauses; none when fewer than two of them want something, as the bot sees it.
fn found(case: &Case, bounds: &Bounds) -> Vec<String> {
    let groups = join(&case.text, &case.segments, &case.guesses, &case.whole, bounds);
    let intents = groups.iter().map(|g| case.guesses[g.lead].intent.clone());
    let wishes: Vec<String> = intents.filter(|i| !TALK.contains(&i.as_str())).collect();
    if wishes.len() < 2 { Vec::new() } else { wishes }
}

/// Shares of pairs cut, of pairs cut into the right intents, of those with a connective; of single wishes left whole; of pairs
/// that are one wish (return and refund) left whole.
#[derive(Debug, Clone, Copy)]
struct Score([f64; 5]);

impl Score {
    /// A wrong cut costs more than a missed one: the whole is still understood then.
    fn total(&self) -> f64 {
        self.0[1] + 3.0 * self.0[3] + 0.3 * self.0[4]
    }
}

fn score(cases: &[Case], bounds: &Bounds) -> Score {
    let share = |kind: &dyn Fn(&&Case) -> bool, right: &dyn Fn(&Case, Vec<String>) -> bool| {
        let of: Vec<&Case> = cases.iter().filter(kind).collect();
        let hits = of.iter().filter(|c| right(c, found(c, bounds))).count();
        hits as f64 / of.len().max(1) as f64
    };
    let kin = |c: &&Case| c.wants.len() == 1 && c.kin;
    Score([
        share(&|c| c.wants.len() == 2, &|_, found| !found.is_empty()),
        share(&|c| c.wants.len() == 2, &|c, found| found == c.wants),
        share(&|c| c.wants.len() == 2 && ![0, 1, 2, 5, 6, 9].contains(&c.joint), &|c, found| found == c.wants),
        share(&|c| c.wants.len() == 1 && !c.kin, &|_, found| found.is_empty()),
        share(&kin, &|_, found| found.is_empty()),
    ])
}
