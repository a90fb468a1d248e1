//! Which products there are: of a category or brand, within a price, from a city, with a feature.

use super::ask::Ask;
use super::compare::rank;
use super::numbers::{Bounds, bounds, is_denied, is_origin};
use super::offer::warehouses_in;
use super::spec::value_of;
use super::{GraphAnswer, Path, say};
use crate::{Better, EdgeKind, Node, NodeKind, Value};

const SHOWN: usize = 5;
const CHEAPEST: [&str; 6] = ["最便宜", "最低价", "价格最低", "cheapest", "lowestprice", "leastexpensive"];
const DEAREST: [&str; 5] = ["最贵", "价格最高", "mostexpensive", "highestprice", "priciest"];

pub(crate) fn list(ask: &Ask<'_>) -> Option<GraphAnswer> {
    let named: Vec<&Node> = ask.products.iter().chain(&ask.doubtful).copied().collect();
    let start: &Node = ask.categories.first().or(named.first()).or(ask.brands.first()).copied()?;
    let mut products: Vec<&Node> = match ask.categories.first() {
        Some(category) => ask.graph.products_of(&category.id),
        None if !named.is_empty() => named,
        None => ask.graph.incoming(&start.id, EdgeKind::MadeBy).into_iter().map(|(product, _)| product).collect(),
    };
    products.retain(|product| ask.of_brands(product) && product.price.is_some());
    let bounds = bounds(ask.text);
    let mut path = Path::from(start);
    let mut described = Described { bounds, place: None, features: Vec::new() };
    if let Some((place, _)) = ask.places.iter().find(|(_, m)| is_origin(ask.text, m)).or(ask.places.first()) {
        let warehouses = warehouses_in(ask, place);
        products.retain(|product| {
            let lies = ask.graph.outgoing(&product.id, EdgeKind::ShipsFrom);
            lies.iter().any(|(at, p)| p.stock.is_some_and(|s| s > 0) && warehouses.iter().any(|w| w.id == at.id))
        });
        if let Some(warehouse) = warehouses.first() {
            path = path.then(EdgeKind::ShipsFrom, warehouse);
        }
        described.place = Some(place);
    }
    let mut order = None;
    for (candidates, mention) in &ask.attributes {
        let usual = |a: &&&Node| products.iter().any(|product| value_of(product, a).is_some());
        let attribute = *candidates.iter().find(usual)?;
        let denied = is_denied(ask.text, mention);
        let surface = mention.surface.to_lowercase();
        products.retain(|product| has(product, attribute, &surface, denied));
        let measure = attribute.measure.as_ref();
        if !denied && products.iter().any(|p| value_of(p, attribute).and_then(rank).is_some()) {
            order = order.or(measure.and_then(|measure| measure.better).map(|better| (attribute, better)));
        }
        described.features.push((attribute, denied, &mention.surface));
    }
    let all = products.clone();
    products.retain(|product| product.price.is_some_and(|price| bounds.contains(price)));
    if products.is_empty() {
        return nothing(ask, start, &all, &described).map(|text| path.answer(ask, text));
    }
    products.sort_by_key(|product| product.price);
    if let Some((attribute, better)) = order {
        let sign = if better == Better::Higher { -1.0 } else { 1.0 };
        let key = |product: &Node| value_of(product, attribute).and_then(rank).map_or(f64::MAX, |rank| rank * sign);
        products.sort_by(|a, b| key(a).total_cmp(&key(b)));
    }
    let one = if ask.has(&CHEAPEST) {
        Some(ask.say("最便宜的", "cheapest"))
    } else if ask.has(&DEAREST) {
        products.reverse();
        Some(ask.say("最贵的", "most expensive"))
    } else {
        None
    };
    let text = match one {
        Some(superlative) => {
            let first = products.first()?;
            let (thing, money) = (say::thing(ask, first), say::money(first.price?));
            let (zh, en) = described.words(ask, start);
            ask.say(
                format!("{zh}里{superlative}是{thing}，{money}。"),
                format!("The {superlative} of our {en} is {thing} at {money}."),
            )
        }
        None => listing(ask, start, &products, &described, order.map(|(attribute, _)| attribute)),
    };
    Some(path.answer(ask, text))
}

/// What the customer wants, to be repeated in the answer.
struct Described<'a, 'g> {
    bounds: Bounds,
    place: Option<&'g Node>,
    features: Vec<(&'g Node, bool, &'a str)>,
}

impl Described<'_, '_> {
    fn words(&self, ask: &Ask<'_>, start: &Node) -> (String, String) {
        let brand = ask.brands.first().filter(|brand| brand.id != start.id);
        let (mut zh, mut en) = (String::new(), String::new());
        if let Some(place) = self.place {
            zh += &format!("从{}发货的", place.name.zh);
            en += &format!(" shipping from {}", place.name.en);
        }
        let (low, high) = (self.bounds.low.map(say::money), self.bounds.high.map(say::money));
        match (low, high) {
            (Some(low), Some(high)) => {
                zh += &format!("{low} 到 {high} 的");
                en += &format!(" between {low} and {high}");
            }
            (Some(low), None) => {
                zh += &format!("{low} 以上的");
                en += &format!(" from {low}");
            }
            (None, Some(high)) => {
                zh += &format!("{high} 以内的");
                en += &format!(" up to {high}");
            }
            (None, None) => {}
        }
        zh += &brand.map(|brand| brand.name.zh.clone()).unwrap_or_default();
        let word = ask.product_word.as_ref().filter(|_| start.kind == NodeKind::Product);
        zh += word.unwrap_or(&start.name.zh);
        let brand = brand.map(|brand| format!("{} ", brand.name.en)).unwrap_or_default();
        (zh, format!("{brand}{}{en}", word.cloned().unwrap_or_else(|| say::thing(ask, start))))
    }
}

fn has(product: &Node, attribute: &Node, surface: &str, denied: bool) -> bool {
    match value_of(product, attribute) {
        None => false,
        Some(Value::Flag(flag)) => *flag != denied,
        Some(Value::Number(_) | Value::Ranked { .. }) => !denied,
        // A word such as "white" is looked up in the values; the attribute's own name ("colour") asks for nothing.
        Some(Value::Same(text)) => wanted(attribute, surface, &[text]) != denied,
        Some(Value::Text(text)) => wanted(attribute, surface, &[&text.zh, &text.en]) != denied,
    }
}

fn wanted(attribute: &Node, surface: &str, values: &[&String]) -> bool {
    let own_name = attribute.name.zh == surface || attribute.name.en.to_lowercase() == surface;
    own_name || values.iter().any(|value| value.to_lowercase().contains(surface))
}

fn nothing(ask: &Ask<'_>, start: &Node, all: &[&Node], described: &Described<'_, '_>) -> Option<String> {
    let (zh, en) = described.words(ask, start);
    // Features are only known for products that list them: "nothing" would be more than the graph knows.
    if !described.features.is_empty() && all.is_empty() {
        return None;
    }
    let near = match (described.bounds.high, described.bounds.low) {
        (Some(_), _) => all.iter().min_by_key(|product| product.price),
        (None, Some(_)) => all.iter().max_by_key(|product| product.price),
        (None, None) => None,
    };
    let near = near.and_then(|product| Some((say::thing(ask, product), say::money(product.price?))));
    Some(match near {
        Some((thing, money)) => ask.say(
            format!("目前没有{zh}。最接近的是{thing}，{money}。"),
            format!("We have no {en} at the moment. The nearest is {thing} at {money}."),
        ),
        None => ask.say(format!("目前没有{zh}。"), format!("We have no {en} at the moment.")),
    })
}

fn listing(
    ask: &Ask<'_>,
    start: &Node,
    products: &[&Node],
    described: &Described<'_, '_>,
    sorted_by: Option<&Node>,
) -> String {
    let items = products.iter().take(SHOWN).map(|product| {
        let mut facts = vec![product.price.map(say::money).unwrap_or_default()];
        for (attribute, ..) in &described.features {
            let value = value_of(product, attribute).and_then(|value| say::value(ask, attribute, value));
            facts.extend(value.map(|value| format!("{} {value}", attribute.name(ask.language))));
        }
        let facts = facts.join(if ask.zh() { "，" } else { ", " });
        ask.say(format!("{}（{facts}）", product.name.zh), format!("{} ({facts})", product.name.en))
    });
    let items = items.collect::<Vec<_>>().join(if ask.zh() { "、" } else { "; " });
    let features: Vec<String> = described
        .features
        .iter()
        .map(|(attribute, denied, surface)| {
            // A word such as "white" says more than the attribute that it belongs to.
            let by_word =
                products.iter().any(|p| matches!(value_of(p, attribute), Some(Value::Same(_) | Value::Text(_))));
            let name = if by_word { surface } else { attribute.name(ask.language) };
            match (ask.zh(), denied) {
                (true, false) => name.to_owned(),
                (true, true) => format!("无{name}"),
                (false, false) => format!("with {name}"),
                (false, true) => format!("without {name}"),
            }
        })
        .collect();
    let (zh, en) = described.words(ask, start);
    let count = products.len();
    let features = if features.is_empty() {
        String::new()
    } else if sorted_by.is_some() {
        let by = sorted_by.map(|attribute| attribute.name(ask.language)).unwrap_or_default();
        ask.say(format!("（按{by}排列）"), format!(" (best {by} first)"))
    } else {
        ask.say(format!("（{}）", features.join("、")), format!(" {}", features.join(" and ")))
    };
    let more = if count > SHOWN { ask.say("等", " and more") } else { String::new() };
    let found = if count == 1 { "is 1 match".to_owned() } else { format!("are {count} matches") };
    ask.say(
        format!("{zh}{features}共有 {count} 款：{items}{more}。"),
        format!("There {found} for {en}{features}: {items}{more}."),
    )
}
