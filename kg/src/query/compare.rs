//! Two or three products side by side.

use super::ask::Ask;
use super::spec::value_of;
use super::{GraphAnswer, Path, say};
use crate::{Better, EdgeKind, Node, Value};

const MOST: usize = 3;
/// Attributes in a comparison of everything.
const OVERALL: usize = 5;
const PRICE: [&str; 8] = ["便宜", "贵", "价格", "价钱", "多少钱", "cheap", "expensive", "price"];
const NEWER: [&str; 7] = ["新款", "新一代", "下一代", "升级款", "newer", "newmodel", "successor"];

pub(crate) fn compare(ask: &Ask<'_>) -> Option<GraphAnswer> {
    let mut products: Vec<&Node> = ask.products.iter().take(MOST).copied().collect();
    if let ([one], true) = (products.as_slice(), ask.has(&NEWER)) {
        products.extend(ask.graph.outgoing(&one.id, EdgeKind::SucceededBy).first().map(|(newer, _)| *newer));
    }
    if products.is_empty() && (2..=MOST).contains(&ask.doubtful.len()) {
        products.extend(&ask.doubtful);
    }
    if products.len() < 2 {
        return None;
    }
    let asked = shared(ask, &products);
    let mut sentences: Vec<String> = asked.iter().map(|attribute| on(ask, &products, attribute)).collect();
    if ask.has(&PRICE) {
        sentences.extend(on_price(ask, &products));
    }
    if sentences.is_empty() && ask.attributes.is_empty() {
        sentences.push(overall(ask, &products)?);
    }
    if sentences.is_empty() {
        return None;
    }
    let text = sentences.join(if ask.zh() { "" } else { " " });
    let mut path = Path::default();
    for product in &products {
        path.0.push((product, None));
    }
    let mut answer = path.answer(ask, text);
    let names: Vec<&str> = products.iter().map(|product| product.name(ask.language)).collect();
    answer.title = names.join(" / ");
    Some(answer)
}

/// The attributes that the text names and all have.
fn shared<'g>(ask: &Ask<'g>, products: &[&Node]) -> Vec<&'g Node> {
    let mut found: Vec<&Node> = Vec::new();
    for (candidates, _) in &ask.attributes {
        let all_have = |attribute: &&&Node| products.iter().all(|product| value_of(product, attribute).is_some());
        if let Some(attribute) = candidates.iter().find(all_have)
            && found.iter().all(|known| known.id != attribute.id)
        {
            found.push(attribute);
        }
    }
    found
}

/// A number for values that have an order.
pub(crate) fn rank(value: &Value) -> Option<f64> {
    match value {
        Value::Flag(flag) => Some(f64::from(u8::from(*flag))),
        Value::Number(number) => Some(*number),
        Value::Ranked { rank, .. } => Some(*rank),
        Value::Same(_) | Value::Text(_) => None,
    }
}

fn side(ask: &Ask<'_>, attribute: &Node, product: &Node) -> String {
    let Some(value) = value_of(product, attribute) else {
        return "–".into();
    };
    say::value(ask, attribute, value).unwrap_or_else(|| say::yes(ask, value == &Value::Flag(true)))
}

fn on(ask: &Ask<'_>, products: &[&Node], attribute: &Node) -> String {
    let facts = products.iter().map(|product| {
        let value = side(ask, attribute, product);
        ask.say(format!("{} {value}", product.name.zh), format!("{}: {value}", product.name.en))
    });
    let facts = facts.collect::<Vec<_>>().join(if ask.zh() { "；" } else { "; " });
    let what = attribute.name(ask.language);
    let better = attribute.measure.as_ref().and_then(|measure| measure.better);
    let ranks: Option<Vec<f64>> = products.iter().map(|p| value_of(p, attribute).and_then(rank)).collect();
    let (Some(better), Some(ranks)) = (better, ranks) else {
        return ask.say(format!("{what}对比：{facts}。"), format!("{}: {facts}.", say::upper(what)));
    };
    let sign = if better == Better::Higher { 1.0 } else { -1.0 };
    let best = ranks.iter().map(|rank| rank * sign).fold(f64::MIN, f64::max);
    let winners: Vec<&&Node> =
        products.iter().zip(&ranks).filter(|(_, rank)| *rank * sign >= best).map(|(product, _)| product).collect();
    match winners.as_slice() {
        [winner] => {
            let thing = say::thing(ask, winner);
            if matches!(value_of(winner, attribute), Some(Value::Flag(_))) {
                return ask
                    .say(format!("只有{thing}支持{what}：{facts}。"), format!("Only {thing} offers {what}. {facts}."));
            }
            ask.say(
                format!("{what}方面，{thing}更有优势：{facts}。"),
                format!("On {what}, the better choice is {thing}. {facts}."),
            )
        }
        all if all.len() == products.len() => {
            ask.say(format!("它们的{what}相同：{facts}。"), format!("They are equal on {what}. {facts}."))
        }
        _ => ask.say(format!("{what}对比：{facts}。"), format!("{}: {facts}.", say::upper(what))),
    }
}

fn on_price(ask: &Ask<'_>, products: &[&Node]) -> Option<String> {
    let prices: Option<Vec<i64>> = products.iter().map(|product| product.price).collect();
    let prices = prices?;
    let facts = products.iter().zip(&prices).map(|(product, price)| {
        let money = say::money(*price);
        ask.say(format!("{} {money}", product.name.zh), format!("{}: {money}", product.name.en))
    });
    let facts = facts.collect::<Vec<_>>().join(if ask.zh() { "；" } else { "; " });
    let low = prices.iter().min()?;
    let cheapest: Vec<_> = products.iter().zip(&prices).filter(|(_, price)| *price == low).collect();
    Some(match cheapest.as_slice() {
        [(product, _)] => {
            let thing = say::thing(ask, product);
            ask.say(format!("{thing}更便宜：{facts}。"), format!("The cheaper choice is {thing}. {facts}."))
        }
        _ => ask.say(format!("价格对比：{facts}。"), format!("Prices: {facts}.")),
    })
}

fn overall(ask: &Ask<'_>, products: &[&Node]) -> Option<String> {
    let first = products.first()?;
    let keys = first.attributes.keys().filter(|key| products.iter().all(|p| p.attributes.contains_key(*key)));
    let mut attributes: Vec<&Node> = keys.filter_map(|key| ask.graph.node(&format!("attribute:{key}"))).collect();
    if attributes.is_empty() {
        return None;
    }
    // Differences tell more than what they have in common.
    let same = |attribute: &&Node| {
        let values: Vec<_> = products.iter().map(|product| value_of(product, attribute)).collect();
        values.windows(2).all(|pair| pair.first() == pair.last())
    };
    attributes.sort_by_key(same);
    let mut facts: Vec<String> = Vec::new();
    let prices: Option<Vec<String>> = products.iter().map(|product| product.price.map(say::money)).collect();
    if let Some(prices) = prices {
        facts.push(ask.say(format!("价格 {}", prices.join(" / ")), format!("price {}", prices.join(" / "))));
    }
    for attribute in attributes.into_iter().take(OVERALL) {
        let sides: Vec<String> = products.iter().map(|product| side(ask, attribute, product)).collect();
        facts.push(format!("{} {}", attribute.name(ask.language), sides.join(" / ")));
    }
    let names: Vec<&str> = products.iter().map(|product| product.name(ask.language)).collect();
    Some(ask.say(
        format!("{}对比：{}。", names.join(" / "), facts.join("；")),
        format!("{}: {}.", names.join(" / "), facts.join("; ")),
    ))
}
