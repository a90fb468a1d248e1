//! What customers ask of the demo shop's graph, from their own words alone: `data/questions.jsonl`. Even numbers are for
//! development, odd ones only for the figure. An answer to a question without one is the worst mistake.
//!
//! `cargo test --release -p kg --test questions -- --nocapture` prints the figures; `QUESTIONS=even` also what is wrong
//! in that half.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use kg::query::ask;
use kg::{EdgeKind, Graph, GraphAnswer, Language, Node, NodeKind, Value, Verdict, load_dir};
use serde::Deserialize;

static GRAPH: LazyLock<Graph> = LazyLock::new(|| {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/content/graph");
    Graph::new(load_dir(&dir).unwrap_or_else(|error| panic!("{error}"))).unwrap()
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    number: usize,
    language: Language,
    kind: String,
    question: String,
    /// `None`: the graph cannot know.
    expect: Option<Expect>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    verdict: Option<Verdict>,
    count: Option<usize>,
    /// Exactly these nodes, in any order.
    nodes: Option<BTreeSet<String>>,
    /// At least these, and none of those.
    #[serde(default)]
    contains: Vec<String>,
    #[serde(default)]
    excludes: Vec<String>,
    /// Nodes on the path, and nodes that must not be on it.
    #[serde(default)]
    path: Vec<String>,
    #[serde(default)]
    absent: Vec<String>,
    /// Values that the text says, not as a part of a longer number or word.
    #[serde(default)]
    says: Vec<String>,
    /// How `nodes` come about, for the check of this file.
    filter: Option<Filter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    of: String,
    #[serde(default)]
    price: Option<(Option<i64>, Option<i64>)>,
    at: Option<String>,
    stock: Option<u32>,
    #[serde(default)]
    flag: BTreeMap<String, bool>,
    #[serde(default)]
    more: BTreeMap<String, f64>,
    #[serde(default)]
    most: BTreeMap<String, f64>,
    best: Option<(String, String)>,
}

fn cases() -> Vec<Case> {
    include_str!("data/questions.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn says(text: &str, value: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric();
    text.match_indices(value).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(|c| part(c) && value.starts_with(part) || c == '.');
        let rest = &text[at + value.len()..];
        let mut after = rest.chars();
        let longer = match after.next() {
            Some('.') => after.next().is_some_and(|c| c.is_ascii_digit()),
            Some(c) => part(c) && value.ends_with(part),
            None => false,
        };
        !before && !longer
    })
}

/// What is wrong with an answer.
fn faults(case: &Case, got: Option<&GraphAnswer>) -> Vec<String> {
    let (expect, got) = match (&case.expect, got) {
        (None, None) => return Vec::new(),
        (None, Some(_)) => return vec!["FABRICATED".into()],
        (Some(_), None) => return vec!["no answer".into()],
        (Some(expect), Some(got)) => (expect, got),
    };
    let mut faults = Vec::new();
    let finding = &got.finding;
    if !got.choices.is_empty() {
        faults.push("asks back".into());
    }
    if expect.verdict.is_some() && expect.verdict != finding.verdict {
        faults.push(format!("verdict {:?}", finding.verdict));
    }
    if expect.count.is_some() && expect.count != finding.count {
        faults.push(format!("count {:?}", finding.count));
    }
    let nodes: BTreeSet<String> = finding.nodes.iter().cloned().collect();
    if expect.nodes.as_ref().is_some_and(|expected| *expected != nodes) {
        faults.push(format!("nodes {nodes:?}"));
    }
    if expect.contains.iter().any(|id| !nodes.contains(id)) || expect.excludes.iter().any(|id| nodes.contains(id)) {
        faults.push(format!("nodes {nodes:?}"));
    }
    let path: BTreeSet<&str> = got.steps.iter().map(|step| step.node.as_str()).collect();
    faults.extend(expect.path.iter().filter(|id| !path.contains(id.as_str())).map(|id| format!("path without {id}")));
    faults.extend(expect.absent.iter().filter(|id| path.contains(id.as_str())).map(|id| format!("path with {id}")));
    faults.extend(
        expect.says.iter().filter(|value| !says(&got.text, value)).map(|value| format!("does not say {value}")),
    );
    faults
}

#[derive(Default, Clone, Copy)]
struct Score {
    right: usize,
    all: usize,
    fabricated: usize,
}

impl Score {
    fn share(self) -> f64 {
        self.right as f64 / self.all as f64
    }
}

#[test]
fn right_and_nothing_fabricated() {
    let shown = std::env::var("QUESTIONS").unwrap_or_default();
    let mut halves = [Score::default(); 2];
    let mut kinds: BTreeMap<(usize, String, Language), Score> = BTreeMap::new();
    for case in cases() {
        let got = ask(&GRAPH, &case.question, case.language);
        let faults = faults(&case, got.as_ref());
        let half = case.number % 2;
        for score in [&mut halves[half], kinds.entry((half, case.kind.clone(), case.language)).or_default()] {
            score.all += 1;
            score.right += usize::from(faults.is_empty());
            score.fabricated += usize::from(case.expect.is_none() && got.is_some());
        }
        let show = shown == "all" || shown == ["even", "odd"][half];
        if show && !faults.is_empty() {
            let (text, title) = got.as_ref().map_or(("", ""), |got| (&got.text, &got.title));
            println!("{} {}\n    {}\n    {text}\n    [{title}]", case.number, case.question, faults.join("; "));
        }
    }
    for (half, score) in ["even", "odd"].iter().zip(halves) {
        println!(
            "{half}: {}/{} right ({:.1} %), {} fabricated",
            score.right,
            score.all,
            100.0 * score.share(),
            score.fabricated
        );
    }
    for ((half, kind, language), score) in &kinds {
        println!("  {} {kind} {}: {}/{}", ["even", "odd"][*half], language.code(), score.right, score.all);
    }
    for score in halves {
        assert!(score.share() >= 0.95, "{}/{}", score.right, score.all);
        assert_eq!(score.fabricated, 0);
    }
}

/// The expected sets are computed here from the document itself, with no help of the code that answers.
#[test]
fn the_questions_fit_the_graph() {
    let cases = cases();
    let zh = cases.iter().filter(|case| case.language == Language::Zh).count();
    let unknown = cases.iter().filter(|case| case.expect.is_none()).count();
    assert!(cases.len() >= 210 && zh * 2 == cases.len() && unknown * 4 >= cases.len());
    for case in &cases {
        let Some(expect) = &case.expect else { continue };
        let named = expect.nodes.iter().flatten().chain(&expect.path).chain(&expect.absent).chain(&expect.contains);
        for id in named {
            assert!(GRAPH.node(id).is_some(), "{}: {id}", case.question);
        }
        let Some(filter) = &expect.filter else { continue };
        let found: BTreeSet<String> = chosen(filter).into_iter().map(|node| node.id.clone()).collect();
        assert_eq!(Some(&found), expect.nodes.as_ref(), "{}", case.question);
        assert!(expect.count.is_none_or(|count| count == found.len()), "{}", case.question);
    }
}

fn number(node: &Node, key: &str) -> Option<f64> {
    if key == "price" {
        return node.price.map(|price| price as f64);
    }
    match node.attributes.get(key)? {
        Value::Number(number) => Some(*number),
        Value::Ranked { rank, .. } => Some(*rank),
        _ => None,
    }
}

fn chosen(filter: &Filter) -> Vec<&'static Node> {
    let document = GRAPH.document();
    let edges = |kind: EdgeKind| document.edges.iter().filter(move |edge| edge.kind == kind);
    let mut inside: BTreeSet<&str> = BTreeSet::from([filter.of.as_str()]);
    loop {
        let before = inside.len();
        inside.extend(
            edges(EdgeKind::IsA)
                .filter(|e| inside.contains(e.to.as_str()))
                .map(|e| e.from.as_str())
                .collect::<Vec<_>>(),
        );
        if inside.len() == before {
            break;
        }
    }
    let stock = |id: &str, at: Option<&str>| -> Option<u32> {
        let lies: Vec<u32> = edges(EdgeKind::ShipsFrom)
            .filter(|e| e.from == id && at.is_none_or(|at| e.to == at))
            .filter_map(|e| e.props.stock)
            .collect();
        (!lies.is_empty()).then(|| lies.iter().sum())
    };
    let mut found: Vec<&Node> = document.nodes.iter().filter(|node| node.kind == NodeKind::Product).collect();
    found.retain(|node| {
        let id = node.id.as_str();
        let made = edges(EdgeKind::MadeBy).any(|e| e.from == id && e.to == filter.of);
        let price = node.price.unwrap();
        (filter.of == "all" || inside.contains(id) || made)
            && filter.price.is_none_or(|(low, high)| low.is_none_or(|l| price >= l) && high.is_none_or(|h| price <= h))
            && filter.at.as_deref().is_none_or(|at| stock(id, Some(at)).is_some_and(|s| s > 0))
            && filter.stock.is_none_or(|wanted| stock(id, None) == Some(wanted))
            && filter.flag.iter().all(|(key, flag)| node.attributes.get(key) == Some(&Value::Flag(*flag)))
            && filter.more.iter().all(|(key, least)| number(node, key).is_some_and(|value| value > *least))
            && filter.most.iter().all(|(key, most)| number(node, key).is_some_and(|value| value <= *most))
    });
    if let Some((key, end)) = &filter.best {
        let values = found.iter().filter_map(|node| number(node, key));
        let best = if end == "max" { values.fold(f64::MIN, f64::max) } else { values.fold(f64::MAX, f64::min) };
        found.retain(|node| number(node, key) == Some(best));
    }
    found
}
