//! What the service adapter is tuned on: intents and paraphrases of customers and of users of assistants, in Chinese
//! and English, and the bot's own examples. Only training parts are read; of sets without parts, every second pair.

use crate::eval::data_sets::{DataSets, Dialogue, PairRow, Question, Row, Turn};
use models::Kind;
use models::tune::{Material, Source};
use nlu::TrainingData;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Characters of a text that count.
const LONGEST: usize = 300;

#[derive(Default)]
struct Builder {
    material: Material,
    known: HashMap<String, usize>,
}

impl Builder {
    fn text(&mut self, text: &str) -> usize {
        let text: String = text.trim().chars().take(LONGEST).collect();
        if let Some(at) = self.known.get(&text) {
            return *at;
        }
        let at = self.material.add(&text, Kind::Query);
        self.known.insert(text, at);
        at
    }

    fn classes<'a>(&mut self, weight: f32, rows: impl Iterator<Item = (&'a str, &'a str)>) {
        let mut classes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (text, label) in rows {
            let text = self.text(text);
            classes.entry(label).or_default().push(text);
        }
        let classes = classes.into_values().map(|mut texts| {
            texts.sort_unstable();
            texts.dedup();
            texts
        });
        let classes: Vec<Vec<usize>> = classes.filter(|c| c.len() > 1).collect();
        if classes.len() > 1 {
            self.material.sources.push((Source::Classes(classes), weight));
        }
    }

    fn pairs<'a>(&mut self, weight: f32, rows: impl Iterator<Item = (&'a str, &'a str, bool)>) {
        let mut pairs: Vec<(usize, usize, bool)> = Vec::new();
        for (a, b, same) in rows {
            let pair = (self.text(a), self.text(b), same);
            if pair.0 != pair.1 {
                pairs.push(pair);
            }
        }
        if pairs.iter().any(|p| p.2) {
            self.material.sources.push((Source::Pairs(pairs), weight));
        }
    }
}

fn labelled(rows: &[Row]) -> impl Iterator<Item = (&str, &str)> {
    rows.iter().map(|row| (row.text.as_str(), row.label.as_str()))
}

fn paraphrases(rows: &[PairRow]) -> impl Iterator<Item = (&str, &str, bool)> {
    rows.iter().map(|row| (row.a.as_str(), row.b.as_str(), row.label == 1))
}

/// Turns of multidogo that say nothing of an intent.
const EMPTY_TURNS: [&str; 7] =
    ["contentonly", "outofdomain", "openinggreeting", "closinggreeting", "confirmation", "rejection", "thankyou"];

/// `without` names sets that must not be seen: a figure for few examples counts only for labels that the adapter has
/// never met.
pub fn material(sets: &DataSets, own: &TrainingData, without: &[String]) -> anyhow::Result<Material> {
    let mut builder = Builder::default();
    let wanted = |name: &str| sets.has(name) && !without.iter().any(|w| w == name);
    if wanted("clinc150") {
        let rows = sets.split("clinc150/all.jsonl", "train")?;
        builder.classes(6.0, labelled(&rows).filter(|(_, label)| *label != "oos"));
    }
    if wanted("hwu64") {
        builder.classes(4.0, labelled(&sets.split("hwu64/all.jsonl", "train")?));
    }
    if wanted("bitext_cs") {
        let mut rows = sets.split("bitext_cs/all.jsonl", "train")?;
        rows.iter_mut().for_each(|row| row.text = short_numbers(&row.text));
        builder.classes(2.0, labelled(&rows));
    }
    if wanted("multidogo") {
        let rows = sets.split("multidogo/turns.jsonl", "train")?;
        let domains: HashSet<&str> = rows.iter().map(|row| row.domain.as_str()).collect();
        let mut domains: Vec<&str> = domains.into_iter().collect();
        domains.sort_unstable();
        for domain in domains {
            let of = rows.iter().filter(|row| row.domain == domain && row.text.len() > 8);
            let of = of.filter(|row| !row.label.contains("<div>") && !EMPTY_TURNS.contains(&row.label.as_str()));
            let of: Vec<Row> = of.cloned().collect();
            builder.classes(0.4, labelled(&of));
        }
    }
    if wanted("dialogflow_prebuilt") {
        // An intent has the same name in both languages: what is said in one lies beside what is said in the other.
        let mut rows = sets.rows("dialogflow_prebuilt/small_talk.jsonl")?;
        rows.extend(sets.rows("dialogflow_prebuilt/support.jsonl")?);
        builder.classes(3.0, labelled(&rows));
    }
    if wanted("proslu") {
        builder.classes(1.0, labelled(&sets.split("proslu/all.jsonl", "dev")?));
    }
    if wanted("crosswoz") {
        let dialogues: Vec<Dialogue> = sets.read("crosswoz/dialogues_test.jsonl")?;
        let turns = dialogues.iter().flat_map(|d| &d.turns).filter(|t| t.role == "user");
        let labelled: Vec<(String, String)> = turns.filter_map(|t| Some((t.text.clone(), acts(t)?))).collect();
        builder.classes(1.5, labelled.iter().map(|(text, label)| (text.as_str(), label.as_str())));
    }
    if wanted("zh_reviews") {
        let rows = reviews(sets)?.0;
        builder.classes(0.7, labelled(&rows));
    }
    // Questions that retrieval is measured with stay unseen.
    let mut held: HashSet<String> = HashSet::new();
    if sets.has("atec") {
        for row in sets.read::<Question>("atec/docs.jsonl")?.into_iter().chain(sets.read("atec/queries.jsonl")?) {
            held.insert(row.question);
            held.extend(row.similar_questions);
        }
    }
    let unseen = |rows: Vec<PairRow>| -> Vec<PairRow> {
        rows.into_iter().filter(|r| !held.contains(&r.a) && !held.contains(&r.b)).collect()
    };
    for (name, file) in
        [("atec", "atec/pairs.jsonl"), ("afqmc", "afqmc/pairs_train.jsonl"), ("lcqmc", "lcqmc/pairs_dev.jsonl")]
    {
        if wanted(name) {
            builder.pairs(1.5, paraphrases(&unseen(sets.read(file)?)));
        }
    }
    if wanted("oppo_xiaobu") {
        let rows: Vec<PairRow> = sets.read("oppo_xiaobu/pairs_dev.jsonl")?;
        let half: Vec<PairRow> = rows.into_iter().step_by(2).collect();
        builder.pairs(1.5, paraphrases(&half));
    }
    if wanted("stc3_helpdesk") {
        let chinese: HashMap<String, Dialogue> = sets
            .read::<Dialogue>("stc3_helpdesk/zh_train.jsonl")?
            .into_iter()
            .map(|dialogue| (dialogue.id.clone(), dialogue))
            .collect();
        let english: Vec<Dialogue> = sets.read("stc3_helpdesk/en_train.jsonl")?;
        let mut translated: Vec<(&str, &str, bool)> = Vec::new();
        for dialogue in &english {
            let Some(other) = chinese.get(&dialogue.id).filter(|o| o.turns.len() == dialogue.turns.len()) else {
                continue;
            };
            for (en, zh) in dialogue.turns.iter().zip(&other.turns).filter(|(en, _)| en.role == "user") {
                if (7..60).contains(&zh.text.chars().count()) && en.text.len() < 200 {
                    translated.push((&en.text, &zh.text, true));
                }
            }
        }
        builder.pairs(2.0, translated.into_iter());
    }
    let own = own.intents.iter().filter(|i| i.name != nlu::FALLBACK);
    builder.classes(2.0, own.flat_map(|i| i.examples.iter().map(|e| (e.text.as_str(), i.name.as_str()))));
    Ok(builder.material)
}

/// What a turn does, as one label: its dialogue acts without their values. None for more than three.
fn acts(turn: &Turn) -> Option<String> {
    let mut acts: Vec<String> =
        turn.acts.iter().map(|act| act.iter().take(3).cloned().collect::<Vec<_>>().join("-")).collect();
    acts.sort();
    acts.dedup();
    (1..=3).contains(&acts.len()).then(|| acts.join("+"))
}

/// The reviews, four fifths to train on and a fifth to test on: every fifth of a category and polarity.
pub fn reviews(sets: &DataSets) -> anyhow::Result<(Vec<Row>, Vec<Row>)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for row in sets.rows("zh_reviews/online_shopping.jsonl")? {
        let count = seen.entry(format!("{} {}", row.category, row.label)).or_default();
        *count += 1;
        if count.is_multiple_of(5) { test.push(row) } else { train.push(row) }
    }
    Ok((train, test))
}

/// Long numbers are made one short number: an order number must not be what texts are told apart by.
fn short_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = String::new();
    for c in text.chars().chain(std::iter::once(' ')) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        out.push_str(if digits.len() >= 5 { "2026" } else { &digits });
        digits.clear();
        out.push(c);
    }
    out.truncate(out.len() - 1);
    out
}
