//! From the words of a question to what is asked: the topic, and whether the graph knows everything that is named.

use super::ask::{Ask, is_within};
use super::cues::{
    BRAND, COMPARE, COUNT, Cues, FITS, HOW_FAR, LIST, MEANS, MOST, NEWER, OLDER, POSTAGE, PRICE, PRICE_PROTECTION,
    RETURN, SENT_BY, SHIPPING, SOLD_OUT, STOCK, WAREHOUSE, WARRANTY,
};
use super::vocabulary::{self, beyond};
use super::{Topic, numbers};
use crate::normal;
use crate::sound::is_han;
use crate::typo::{distance, only_the_end};
use crate::{Graph, Language, Mention, NodeKind, words};

/// A question as the graph reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The text in simplified characters, with slips in the words of the question corrected; mentions point into it.
    pub text: String,
    pub mentions: Vec<Mention>,
    /// What it may be about, the likeliest first.
    pub topics: Vec<Topic>,
    /// It asks for the reason.
    pub why: bool,
}

/// Longer texts are stories, not questions.
const LONGEST: usize = 300;
/// Shorter words have too many neighbours.
const SHORTEST_SLIP: usize = 5;
/// From here on two slips are allowed.
const LONG_SLIP: usize = 10;

/// `None` when the text names something that the graph does not know, or asks for nothing that it can answer.
pub fn understand(graph: &Graph, text: &str, language: Language) -> Option<Question> {
    if text.chars().count() > LONGEST {
        return None;
    }
    let text: String = text.chars().map(normal::fold).collect();
    let mentions = graph.link(&text);
    let text = corrected(graph, &text, &mentions);
    let aspects = graph.link_aspects(&text);
    let mut mentions = graph.link(&text);
    mentions.retain(|mention| !is_within(mention, &aspects));
    // "Can it be shipped to Macau" asks for no order state.
    let kind = |mention: &Mention| graph.node(&mention.node).map(|node| node.kind);
    let thing = |mention: &Mention| !matches!(kind(mention), Some(NodeKind::OrderState | NodeKind::Policy) | None);
    if mentions.iter().any(thing) {
        mentions.retain(|mention| kind(mention) != Some(NodeKind::OrderState));
    }
    if !unknown(graph, &text, &mentions).is_empty()
        || ANOTHER_TIME.iter().any(|word| text.to_lowercase().contains(word))
    {
        return None;
    }
    let ask = Ask::new(graph, &text, &mentions, language);
    let (topics, why) = (topics(&ask, &mentions), ask.why());
    (!topics.is_empty()).then_some(Question { text, mentions, topics, why })
}

/// The graph holds what is now, not what will be or what holds at a sale.
const ANOTHER_TIME: [&str; 32] = [
    "去年",
    "上个月",
    "上周",
    "以前卖",
    "原来卖",
    "last year",
    "last month",
    "last week",
    "used to",
    "in the past",
    "下个月",
    "下月",
    "下周",
    "明天",
    "后天",
    "明年",
    "以后会",
    "将来",
    "双十一",
    "双11",
    "双十二",
    "双12",
    "618",
    "过年",
    "春节",
    "next month",
    "next week",
    "next year",
    "tomorrow",
    "in the future",
    "black friday",
    "singles day",
];

/// Words of a text that are neither names nor the words of a question.
pub fn unknown(graph: &Graph, text: &str, mentions: &[Mention]) -> Vec<String> {
    let mut bare: Vec<u8> = text.as_bytes().to_vec();
    let aspects = graph.link_aspects(text);
    let measured = numbers::measured(text);
    let spans = mentions.iter().chain(&aspects).map(|mention| (mention.start, mention.end)).chain(measured);
    for (start, end) in spans {
        if let Some(span) = bare.get_mut(start..end) {
            span.fill(b' ');
        }
    }
    let Ok(bare) = String::from_utf8(bare) else { return Vec::new() };
    let bare = bare.to_lowercase().replace(['\'', '’'], "");
    // "护眼台灯": what is in the whole name of a thing that is named in short.
    let named = |word: &str| {
        let nodes = mentions.iter().filter_map(|mention| graph.node(&mention.node));
        nodes.flat_map(|node| [&node.name.zh, &node.name.en]).any(|name| {
            let name = name.to_lowercase();
            if word.is_ascii() {
                name.split(|c: char| !c.is_alphanumeric()).any(|w| w == word)
            } else {
                name.contains(word)
            }
        })
    };
    let mut left = Vec::new();
    for run in bare.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty()) {
        for part in scripts(run) {
            if part.chars().any(is_han) {
                left.extend(Some(beyond(part)).filter(|rest| !rest.is_empty() && !named(rest)));
            } else if !known_latin(part) && !named(part) {
                left.push(part.to_owned());
            }
        }
    }
    left
}

fn known_latin(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit()) || vocabulary::is_frame(word)
}

/// Chinese and Latin parts of a word.
fn scripts(run: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut before: Option<bool> = None;
    for (at, c) in run.char_indices() {
        let han = is_han(c);
        if before.is_some_and(|before| before != han) {
            parts.push(&run[start..at]);
            start = at;
        }
        before = Some(han);
    }
    parts.push(&run[start..]);
    parts
}

/// Slips in English words of the question ("warrenty"); names have their own tolerance.
fn corrected(graph: &Graph, text: &str, mentions: &[Mention]) -> String {
    let aspects = graph.link_aspects(text);
    let inside = |start: usize, end: usize| {
        mentions.iter().chain(&aspects).any(|mention| start < mention.end && mention.start < end)
    };
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (start, word) in latin_words(text) {
        let lower = word.to_ascii_lowercase();
        let slip = word.len() >= SHORTEST_SLIP
            && word.bytes().all(|b| b.is_ascii_alphabetic())
            && !inside(start, start + word.len())
            && !vocabulary::is_frame(&lower)
            && !words::is_common(&lower);
        if let Some(meant) = slip.then(|| nearest(graph, &lower)).flatten() {
            out.push_str(&text[copied..start]);
            out.push_str(&meant);
            copied = start + word.len();
        }
    }
    out.push_str(&text[copied..]);
    out
}

fn latin_words(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_ascii_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push((from, &text[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// The one word of questions or attributes that a typed word nearly is.
fn nearest(graph: &Graph, typed: &str) -> Option<String> {
    let allowed = if typed.len() >= LONG_SLIP { 2 } else { 1 };
    let mut known: Vec<&str> = vocabulary::english().collect();
    for node in graph.of_kind(NodeKind::Attribute).chain(graph.of_kind(NodeKind::Condition)) {
        known.extend(node.name.en.split_whitespace());
        known.extend(node.aliases.en.iter().flat_map(|alias| alias.split_whitespace()));
    }
    let mut best: Option<(usize, &str)> = None;
    let mut tied = false;
    for word in known {
        let (a, b) = (word.as_bytes(), typed.as_bytes());
        let near = a.first() == b.first() && a.len().abs_diff(b.len()) <= allowed && word.len() >= SHORTEST_SLIP;
        if !near || word.bytes().any(|b| !b.is_ascii_lowercase()) || only_the_end(a, b) {
            continue;
        }
        let Some(steps) = distance(a, b, allowed).filter(|steps| *steps > 0) else { continue };
        match best {
            Some((known, _)) if known < steps => {}
            Some((known, other)) if known == steps => tied |= other != word,
            _ => (best, tied) = (Some((steps, word)), false),
        }
    }
    best.filter(|_| !tied).map(|(_, word)| word.to_owned())
}

/// "保十年", "只保3个月".
fn covers_a_time(zh: &str) -> bool {
    zh.split('保').skip(1).any(|rest| {
        let unit = rest.trim_start_matches(|c: char| c.is_ascii_digit() || "一二两三四五六七八九十半多".contains(c));
        unit.len() < rest.len() && ["年", "个月"].iter().any(|word| unit.starts_with(word))
    })
}

/// The goods are described: "有GPS的手表", "watches without NFC", and not "手表有GPS吗".
fn described(ask: &Ask<'_>, cues: &Cues) -> bool {
    let Some((_, attribute)) = ask.attributes.first() else { return false };
    let group = ask
        .categories
        .iter()
        .flat_map(|node| [&node.name.zh, &node.name.en].into_iter().map(String::as_str).chain(node.aliases.iter()));
    let lower = ask.text.to_lowercase();
    let at = group.filter_map(|name| lower.rfind(&name.to_lowercase())).max();
    let before = at.is_some_and(|at| attribute.start < at) && cues.zh.contains('的');
    before || cues.has((&[], &["with", "without", "that", "which", "having"]))
}

fn topics(ask: &Ask<'_>, mentions: &[Mention]) -> Vec<Topic> {
    let (graph, text, cues) = (ask.graph, ask.text, &ask.cues);
    let kinds: Vec<NodeKind> = mentions.iter().filter_map(|m| graph.node(&m.node)).map(|node| node.kind).collect();
    let names = |kind: NodeKind| kinds.contains(&kind);
    let goods = !ask.products.is_empty();
    let group = names(NodeKind::Category) || names(NodeKind::Brand) || !goods && !ask.doubtful.is_empty();
    let place = names(NodeKind::City) || names(NodeKind::Region);
    let policy =
        mentions.iter().filter_map(|m| graph.node(&m.node)?.rule.as_ref()).map(|rule| rule.topic.as_str()).next();
    let several = ask.products.len() > 1
        || ask.categories.is_empty() && ask.doubtful.len() > 1 && cues.has(COMPARE) && !cues.has(MOST);
    let asking = Cues::new(text, &ask.named(mentions));
    let limited = numbers::bounds(text) != numbers::Bounds::default() || !numbers::limits(text).is_empty();

    if names(NodeKind::OrderState) {
        return vec![Topic::Explain];
    }
    if policy == Some("price_protection") || cues.has(PRICE_PROTECTION) {
        return vec![Topic::PriceProtection];
    }
    let returned = policy == Some("return") || cues.has(RETURN);
    if returned && !goods && !group {
        // What may be returned, and who pays; of a policy that is named, what it says.
        let which = cues.has(LIST) || cues.has((&["什么", "哪"], &["what", "cant", "cannot"])) || cues.has(POSTAGE);
        return if which && policy.is_none() { vec![Topic::Rules] } else { vec![Topic::Explain] };
    }
    if returned {
        return vec![Topic::Return];
    }
    if policy == Some("warranty") || cues.has(WARRANTY) || covers_a_time(&cues.zh) {
        let listed = names(NodeKind::Category) && !goods && cues.has(LIST) && numbers::duration(text).is_some();
        return vec![if listed { Topic::List } else { Topic::Warranty }];
    }
    if policy.is_some() || names(NodeKind::Carrier) && !cues.has(WAREHOUSE) {
        return vec![Topic::Explain];
    }
    let mut topics = Vec::new();
    let related = cues.has(BRAND) || cues.has(NEWER) || cues.has(OLDER) || cues.has(FITS) && goods;
    let of_warehouses = cues.has(SENT_BY) && (names(NodeKind::Warehouse) || goods)
        || names(NodeKind::Carrier)
        || cues.has(WAREHOUSE) && (cues.has(COUNT) || cues.has(LIST) || cues.has((&["哪"], &[])));
    let carriers = cues.has(SENT_BY) && cues.has(LIST) && !goods && !group && !place
        || cues.has((&["几家快递", "哪家快递", "哪些快递"], &[])) && !goods && !group && !place;
    if related || carriers || of_warehouses && (goods || !group) {
        topics.push(Topic::Relation);
    }
    if several && (cues.has(COMPARE) || cues.has(MOST)) {
        return vec![Topic::Compare];
    }
    if cues.has(COMPARE) && goods && cues.has((&["比"], &["than", "vs", "versus", "difference"])) {
        return vec![Topic::Compare];
    }
    let sold_out = cues.has(SOLD_OUT);
    let sells = cues.has((&["有", "卖", "做"], &["sell", "sells", "any", "make", "makes", "have", "has", "carry"]));
    let exists = cues.zh.contains('有') && cues.zh.contains(['吗', '没', '么']) && !cues.has(STOCK);
    let narrowed = exists
        || limited
        || cues.has(MOST)
        || asking.has(COUNT)
        || asking.has(LIST)
        || sold_out
        || described(ask, cues);
    if names(NodeKind::Warehouse) && place && !goods && !group {
        return vec![Topic::Shipping];
    }
    // "Clothes to Germany" asks for the way, "phones from Chengdu" for the phones.
    let destination = place && ask.places.iter().all(|(_, mention)| !numbers::is_origin(text, mention));
    let brand = names(NodeKind::Brand);
    let listed = if goods {
        brand && ask.attributes.is_empty() && sells
    } else {
        group && (narrowed || place || names(NodeKind::Warehouse)) || sold_out && !group || brand
    };
    if group && !goods && destination && (cues.has(SHIPPING) || cues.has(HOW_FAR)) {
        topics.push(Topic::Shipping);
    } else if listed {
        topics.push(Topic::List);
    }
    let lies = names(NodeKind::Warehouse) || place;
    let is_there = cues.has((&["有"], &["have", "has", "is there", "any", "is", "are"]));
    let stocked = cues.has(STOCK) || goods && lies && !cues.has(SHIPPING) && is_there;
    if (goods || group) && stocked {
        topics.push(Topic::Stock);
    }
    if cues.has(SHIPPING) || cues.has(HOW_FAR) && place {
        topics.push(Topic::Shipping);
    }
    if !lies {
        if cues.has(PRICE) && (goods || group) {
            topics.push(Topic::Price);
        }
        // What the values of all are is no answer to which of them is the best.
        if !ask.attributes.is_empty() && (goods || group && !cues.has(MOST) && !limited) {
            topics.push(Topic::Spec);
            if group && !goods {
                topics.push(Topic::List);
            }
        }
        if !numbers::limits(text).is_empty() && goods {
            topics.push(Topic::Spec);
        }
        if cues.has(MEANS) && (goods || names(NodeKind::Brand) || names(NodeKind::Carrier)) {
            topics.extend([Topic::Spec, Topic::Explain]);
        }
    }
    let offered =
        cues.has((&["有没有", "卖", "有"], &["do you sell", "do you have", "any", "have you got", "do you carry"]));
    if topics.is_empty() && ask.products.len() == 1 && ask.attributes.is_empty() && offered && !asking.has(COUNT) {
        topics.push(Topic::Stock);
    }
    let mut seen = Vec::new();
    topics.retain(|topic| {
        !seen.contains(topic) && {
            seen.push(*topic);
            true
        }
    });
    topics
}
