//! Which products there are: of a category or brand, within a price, from a city, with a feature; how many, and the most of them.

use super::ask::Ask;
use super::compare::{more_is_meant, rank};
use super::cues::{COUNT, LIST, MOST};
use super::filter::{Filter, Wanted};
use super::spec::value_of;
use super::{GraphAnswer, Path, say};
use crate::{EdgeKind, Node, NodeKind, Verdict};

const SHOWN: usize = 5;
const CHEAPEST: [&str; 6] = ["最便宜", "最低价", "价格最低", "cheapest", "lowestprice", "leastexpensive"];
const DEAREST: [&str; 5] = ["最贵", "价格最高", "mostexpensive", "highestprice", "priciest"];

pub(crate) fn list<'g>(ask: &Ask<'g>) -> Option<GraphAnswer> {
    let named: Vec<&Node> = ask.products.iter().chain(&ask.doubtful).copied().collect();
    let start: &Node = ask
        .categories
        .first()
        .or(named.first())
        .or(ask.brands.first())
        .copied()
        .or_else(|| everything(ask).filter(|_| Filter::is_about_stock(&ask.cues)))?;
    let mut products: Vec<&Node> = match ask.categories.first() {
        Some(category) => ask.graph.products_of(&category.id),
        None if !named.is_empty() => named,
        None if start.kind == NodeKind::Category => ask.graph.products_of(&start.id),
        None => ask.graph.incoming(&start.id, EdgeKind::MadeBy).into_iter().map(|(product, _)| product).collect(),
    };
    products.retain(|product| ask.of_brands(product) && product.price.is_some());
    let mut path = Path::from(start);
    if let (true, Some(brand)) = (products.is_empty() && start.kind != NodeKind::Brand, ask.brands.first()) {
        let (thing, name) = (say::thing(ask, start), brand.name(ask.language));
        let text = ask.say(format!("{name}没有{thing}。"), format!("There are no {thing} by {name}."));
        return Some(path.then(EdgeKind::MadeBy, brand).answer(ask, text).found([]).counted(0).decided(Verdict::No));
    }
    let filter = Filter::new(ask, &products)?;
    let all_known = filter.denied_in_all(&products);
    if let Some(attribute) = all_known {
        let (what, thing) = (attribute.name(ask.language), say::thing(ask, start));
        let text = ask.say(
            format!("没有。{}的每一款都有{what}。", start.name.zh),
            format!("None: all of our {thing} have {what}."),
        );
        return Some(path.answer(ask, text).found([]).counted(0).decided(Verdict::No));
    }
    if let Some(warehouse) = filter.warehouses.first() {
        path = path.then(EdgeKind::ShipsFrom, warehouse);
    }
    filter.keep_features(ask, &mut products);
    let all = products.clone();
    products.retain(|product| product.price.is_some_and(|price| filter.bounds.contains(price)));
    if products.is_empty() {
        let text = nothing(ask, start, &all, &filter)?;
        return Some(path.answer(ask, text).found([]).counted(0).decided(Verdict::No));
    }
    products.sort_by_key(|product| product.price);
    // "哪个音箱功率大" asks for the most of it, too.
    let most = ask.cues.has(MOST) || asks_for_one(ask);
    let by_price = if ask.has(&CHEAPEST) {
        Some((false, ask.say("最便宜的", "cheapest")))
    } else if ask.has(&DEAREST) {
        Some((true, ask.say("最贵的", "most expensive")))
    } else {
        None
    };
    if let Some((dearest, superlative)) = by_price {
        let price = if dearest { products.last()?.price } else { products.first()?.price };
        products.retain(|product| product.price == price);
        let things: Vec<String> = products.iter().map(|product| say::thing(ask, product)).collect();
        let (things, money) = (say::list(ask, things.into_iter()), say::money(price?));
        let (zh, en) = filter.words(ask, start);
        let text = ask.say(
            format!("{zh}里{superlative}是{things}，{money}。"),
            format!("The {superlative} of our {en} is {things} at {money}."),
        );
        return Some(path.answer(ask, text).found(products));
    }
    let order = filter.order(&products, most);
    if let Some((attribute, better)) = order {
        let up = if most { more_is_meant(ask, attribute, true).unwrap_or(better) } else { better };
        let sign = if up { -1.0 } else { 1.0 };
        let key = |product: &Node| value_of(product, attribute).and_then(rank).map_or(f64::MAX, |rank| rank * sign);
        products.sort_by(|a, b| key(a).total_cmp(&key(b)));
        if most {
            let best = key(products.first()?);
            products.retain(|product| key(product) <= best);
            return superlative(ask, start, path, &products, attribute, &filter);
        }
    }
    if most {
        // The most of something that has no order, or of something unknown.
        return None;
    }
    let count = products.len();
    let text = listing(ask, start, &products, &filter, order.map(|(attribute, _)| attribute));
    if let ([policy], [product]) = (filter.policies(ask, &products).as_slice(), products.as_slice()) {
        path = path.then(EdgeKind::IsA, product).then(EdgeKind::GovernedBy, policy);
    }
    let mut answer = path.answer(ask, text).found(products);
    if asks_whether(ask) {
        answer = answer.decided(Verdict::Yes);
    }
    Some(if ask.cues.has(COUNT) || ask.cues.has(LIST) { answer.counted(count) } else { answer })
}

/// "Is there …", "有…吗": the list is the answer to a question of yes or no.
fn asks_whether(ask: &Ask<'_>) -> bool {
    ask.cues.has((&["吗", "有没有", "有无", "么"], &["is there", "are there", "do you", "does", "any", "have you"]))
        && !ask.cues.has((&["哪", "几", "多少"], &["which", "what", "how many"]))
}

fn asks_for_one(ask: &Ask<'_>) -> bool {
    const ENDS: [char; 12] = ['大', '小', '重', '轻', '长', '短', '久', '高', '低', '多', '少', '静'];
    let zh = ask.cues.zh.trim_end_matches(['?', '？', '呢', '啊', '呀', '些', '一', '点', '#']);
    ask.cues.has((&["哪个", "哪款", "哪台", "哪一"], &[])) && !ask.attributes.is_empty() && zh.ends_with(ENDS)
}

/// The category that all others are in.
fn everything<'g>(ask: &Ask<'g>) -> Option<&'g Node> {
    ask.graph.of_kind(NodeKind::Category).find(|node| ask.graph.outgoing(&node.id, EdgeKind::IsA).is_empty())
}

fn superlative<'g>(
    ask: &Ask<'g>,
    start: &'g Node,
    path: Path<'g>,
    products: &[&'g Node],
    attribute: &Node,
    filter: &Filter<'g>,
) -> Option<GraphAnswer> {
    let first = products.first()?;
    let value = say::value(ask, attribute, value_of(first, attribute)?)?;
    let things: Vec<String> = products.iter().map(|product| say::thing(ask, product)).collect();
    let things = say::list(ask, things.into_iter());
    let (zh, en) = filter.words(ask, start);
    let what = attribute.name(ask.language);
    let price = products.first().and_then(|product| product.price).filter(|_| products.len() == 1).map(say::money);
    let price = price.map(|price| ask.say(format!("，{price}"), format!(", {price}"))).unwrap_or_default();
    let text = ask.say(
        format!("{zh}里，{what}排第一的是{things}：{value}{price}。"),
        format!("Of our {en}, first by {what}: {things} ({value}{price})."),
    );
    Some(path.answer(ask, text).found(products.iter().copied()))
}

fn nothing(ask: &Ask<'_>, start: &Node, all: &[&Node], filter: &Filter<'_>) -> Option<String> {
    let (zh, en) = filter.words(ask, start);
    // Features are only known for products that list them: "nothing" would be more than the graph knows.
    if !filter.wanted.is_empty() && all.is_empty() {
        return None;
    }
    let near = match (filter.bounds.high, filter.bounds.low) {
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

fn listing(ask: &Ask<'_>, start: &Node, products: &[&Node], filter: &Filter<'_>, sorted_by: Option<&Node>) -> String {
    let items = products.iter().take(SHOWN).map(|product| {
        let mut facts = vec![product.price.map(say::money).unwrap_or_default()];
        for wanted in &filter.wanted {
            let value = value_of(product, wanted.attribute).and_then(|value| say::value(ask, wanted.attribute, value));
            facts.extend(value.map(|value| format!("{} {value}", wanted.attribute.name(ask.language))));
        }
        let facts = facts.join(if ask.zh() { "，" } else { ", " });
        ask.say(format!("{}（{facts}）", product.name.zh), format!("{} ({facts})", product.name.en))
    });
    let items = items.collect::<Vec<_>>().join(if ask.zh() { "、" } else { "; " });
    let features: Vec<String> = filter.wanted.iter().map(|wanted| described(ask, products, wanted)).collect();
    let (zh, en) = filter.words(ask, start);
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

fn described(ask: &Ask<'_>, products: &[&Node], wanted: &Wanted<'_>) -> String {
    // A word such as "white" says more than the attribute that it belongs to.
    let by_word = wanted.limit.is_none() && products.iter().any(|p| wanted.is_text(p));
    let name = if by_word { wanted.surface.as_str() } else { wanted.attribute.name(ask.language) };
    match (ask.zh(), wanted.denied) {
        (true, false) => name.to_owned(),
        (true, true) => format!("无{name}"),
        (false, false) => format!("with {name}"),
        (false, true) => format!("without {name}"),
    }
}
