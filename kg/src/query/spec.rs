//! What a product is like.

use super::ask::{Ask, MOST_CHOICES};
use super::{GraphAnswer, Path, numbers, say};
use crate::normal::Normal;
use crate::{Node, NodeKind, Value, Verdict};

/// Attributes in an overview.
const OVERVIEW: usize = 6;
const GENERAL: [&str; 9] = ["参数", "规格", "配置", "介绍", "详情", "spec", "features", "tellmeabout", "detail"];

pub(crate) fn spec(ask: &Ask<'_>) -> Option<GraphAnswer> {
    ask.each_subject(|ask, node| match node.kind {
        NodeKind::Product => of_product(ask, node),
        NodeKind::Category => of_category(ask, node),
        _ => None,
    })
}

pub(crate) fn value_of<'g>(product: &'g Node, attribute: &Node) -> Option<&'g Value> {
    product.attributes.get(attribute.id.strip_prefix("attribute:")?)
}

/// The attributes that the text names and the product has, each once.
pub(crate) fn asked<'g>(ask: &Ask<'g>, product: &'g Node) -> Vec<(&'g Node, &'g Value)> {
    let mut found: Vec<(&Node, &Value)> = Vec::new();
    let measured = numbers::limits(ask.text);
    let by_unit = ask.graph.of_kind(NodeKind::Attribute).filter(|_| ask.attributes.is_empty()).filter(|attribute| {
        let about = |limit: &numbers::Limit| limit.unit == "m²" && attribute.id == "attribute:area";
        measured.iter().any(about)
    });
    let by_unit = by_unit.map(|attribute| vec![attribute]);
    let named = ask.attributes.iter().map(|(candidates, _)| candidates.clone());
    for candidates in named.chain(by_unit) {
        let known = candidates.iter().find_map(|attribute| Some((*attribute, value_of(product, attribute)?)));
        found.extend(known.filter(|(new, _)| found.iter().all(|(old, _)| old.id != new.id)));
    }
    found
}

fn of_product<'g>(ask: &Ask<'g>, product: &'g Node) -> Option<GraphAnswer> {
    let asked = asked(ask, product);
    let separator = if ask.zh() { "" } else { " " };
    let text = if !asked.is_empty() {
        let sentences = asked.iter().map(|(attribute, value)| say::attribute(ask, product, attribute, value));
        sentences.collect::<Vec<_>>().join(separator)
    } else if ask.attributes.is_empty() && general(ask) {
        overview(ask, product)?
    } else {
        return None;
    };
    let answer = Path::from(product).answer(ask, text);
    Some(match asked.first() {
        Some((_, Value::Flag(flag))) => answer.decided(if *flag { Verdict::Yes } else { Verdict::No }),
        _ => answer,
    })
}

/// The question is about the product as a whole; "how is its sound" is not.
fn general(ask: &Ask<'_>) -> bool {
    let named = ask.product_word.as_ref().map(|word| Normal::new(word).text).unwrap_or_default();
    let rest = ask.normal.replacen(&named, "", 1);
    let rest = rest.trim_matches(|c: char| !c.is_alphanumeric());
    ask.has(&GENERAL) || ["怎么样", "怎样", "好用吗", "howis", "howare"].contains(&rest)
}

fn overview(ask: &Ask<'_>, product: &Node) -> Option<String> {
    let facts: Vec<String> = product
        .attributes
        .iter()
        .filter_map(|(key, value)| {
            let attribute = ask.graph.node(&format!("attribute:{key}"))?;
            let value = match value {
                Value::Flag(flag) => say::yes(ask, *flag),
                value => say::value(ask, attribute, value)?,
            };
            let name = attribute.name(ask.language);
            Some(ask.say(format!("{name} {value}"), format!("{name}: {value}")))
        })
        .take(OVERVIEW)
        .collect();
    if facts.is_empty() {
        return None;
    }
    let thing = say::thing(ask, product);
    let price = product.price.map(|price| {
        let money = say::money(price);
        ask.say(format!("，价格 {money}"), format!(" ({money})"))
    });
    let price = price.unwrap_or_default();
    Some(ask.say(
        format!("{thing}{price}：{}。", facts.join("；")),
        format!("{}{price}: {}.", say::upper(&thing), facts.join("; ")),
    ))
}

fn of_category<'g>(ask: &Ask<'g>, category: &'g Node) -> Option<GraphAnswer> {
    let products = ask.graph.products_of(&category.id);
    if let [one] = products.as_slice() {
        return of_product(ask, one);
    }
    if products.is_empty() || products.len() > MOST_CHOICES {
        return None;
    }
    if ask.attributes.is_empty() {
        return general(ask).then(|| ask.which(&products));
    }
    let known: Vec<&&Node> = products.iter().filter(|product| !asked(ask, product).is_empty()).collect();
    if let [one] = known.as_slice() {
        return of_product(ask, one);
    }
    let name = category.name(ask.language);
    let mut sentences = Vec::new();
    for (candidates, _) in &ask.attributes {
        let mut what = None;
        let mut facts = Vec::new();
        for product in &known {
            let found = candidates.iter().find_map(|attribute| Some((*attribute, value_of(product, attribute)?)));
            let Some((attribute, value)) = found else { continue };
            let flag = || say::yes(ask, value == &Value::Flag(true));
            let value = say::value(ask, attribute, value).unwrap_or_else(flag);
            facts.push(ask.say(format!("{} {value}", product.name.zh), format!("{}: {value}", product.name.en)));
            what = what.or(Some(attribute.name(ask.language)));
        }
        if let Some(what) = what {
            let (zh, en) = (facts.join("；"), facts.join("; "));
            let sentence = ask.say(
                format!("{name}各款的{what}：{zh}。"),
                format!("{} of our {}: {en}.", say::upper(what), say::thing(ask, category)),
            );
            sentences.push(sentence);
        }
    }
    if sentences.is_empty() {
        return None;
    }
    let text = sentences.join(if ask.zh() { "" } else { " " });
    Some(Path::from(category).answer(ask, text).found(known.into_iter().copied()))
}
