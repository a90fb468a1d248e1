//! What leads from one thing to another: maker, successor, what an accessory fits, who carries for a warehouse.

use super::ask::{Ask, add};
use super::cues::{BRAND, COUNT, FITS, NEWER, OLDER, SENT_BY, WAREHOUSE};
use super::offer::warehouses_in;
use super::{GraphAnswer, Path, say};
use crate::{EdgeKind, Node, NodeKind};

pub(crate) fn relation<'g>(ask: &Ask<'g>) -> Option<GraphAnswer> {
    let product = ask.products.first().copied();
    if let Some(product) = product {
        if ask.cues.has(NEWER) {
            return succession(ask, product, true);
        }
        if ask.cues.has(OLDER) {
            return succession(ask, product, false);
        }
        if ask.cues.has(BRAND) {
            return maker(ask, product);
        }
        if ask.cues.has(SENT_BY) {
            return carried_by(ask, product);
        }
        if ask.cues.has(WAREHOUSE) {
            return lying_in(ask, product);
        }
        return if ask.cues.has(FITS) { fits(ask, product) } else { None };
    }
    if let Some(category) = ask.categories.first().filter(|_| ask.cues.has(BRAND)) {
        return makers(ask, category);
    }
    if ask.brands.is_empty() && ask.warehouses.is_empty() && ask.others.is_empty() && !ask.cues.has(WAREHOUSE) {
        return if ask.cues.has(BRAND) { all(ask, NodeKind::Brand) } else { all(ask, NodeKind::Carrier) };
    }
    warehouses(ask)
}

/// Every brand, every carrier.
fn all<'g>(ask: &Ask<'g>, kind: NodeKind) -> Option<GraphAnswer> {
    const SHOWN: usize = 8;
    let found: Vec<&Node> = ask.graph.of_kind(kind).collect();
    let first = found.first()?;
    let (list, count) = (names(ask, found.get(..SHOWN).unwrap_or(&found)), found.len());
    let more = if count > SHOWN { ask.say("等", " and more") } else { String::new() };
    let text = match kind {
        NodeKind::Brand => ask
            .say(format!("我们共有 {count} 个品牌：{list}{more}。"), format!("We carry {count} brands: {list}{more}.")),
        _ => ask.say(
            format!("我们与 {count} 家快递合作：{list}{more}。"),
            format!("We work with {count} carriers: {list}{more}."),
        ),
    };
    Some(Path::from(first).answer(ask, text).found(found).counted(count))
}

fn names(ask: &Ask<'_>, nodes: &[&Node]) -> String {
    say::list(ask, nodes.iter().map(|node| node.name(ask.language).to_owned()))
}

fn maker<'g>(ask: &Ask<'g>, product: &'g Node) -> Option<GraphAnswer> {
    let brand = ask.graph.outgoing(&product.id, EdgeKind::MadeBy).first().map(|(brand, _)| *brand)?;
    let thing = say::thing(ask, product);
    let name = brand.name(ask.language);
    let text = ask.say(
        format!("{thing}的品牌是{name}。{}", ask.text_of(brand)),
        format!("{} {} by {name}. {}", say::upper(&thing), verb(&thing, "is made", "are made"), ask.text_of(brand)),
    );
    Some(Path::from(product).then(EdgeKind::MadeBy, brand).answer(ask, text.trim_end().to_owned()).found([brand]))
}

/// English names stand in the singular and in the plural.
fn verb<'a>(thing: &str, one: &'a str, many: &'a str) -> &'a str {
    if thing.ends_with('s') && !thing.ends_with("ss") { many } else { one }
}

fn makers<'g>(ask: &Ask<'g>, category: &'g Node) -> Option<GraphAnswer> {
    let mut brands: Vec<&Node> = Vec::new();
    let products = ask.graph.products_of(&category.id);
    for product in &products {
        for (brand, _) in ask.graph.outgoing(&product.id, EdgeKind::MadeBy) {
            add(&mut brands, brand);
        }
    }
    if brands.is_empty() {
        return None;
    }
    let (thing, list, count) = (say::thing(ask, category), names(ask, &brands), brands.len());
    let text = ask.say(
        format!("{thing}共有 {count} 个品牌：{list}。"),
        format!("Our {thing} come from {count} {}: {list}.", if count == 1 { "brand" } else { "brands" }),
    );
    let mut path = Path::from(category);
    for brand in &brands {
        path = path.then(EdgeKind::MadeBy, brand);
    }
    Some(path.answer(ask, text).found(brands).counted(count))
}

fn succession<'g>(ask: &Ask<'g>, product: &'g Node, newer: bool) -> Option<GraphAnswer> {
    let found = match newer {
        true => ask.graph.outgoing(&product.id, EdgeKind::SucceededBy),
        false => ask.graph.incoming(&product.id, EdgeKind::SucceededBy),
    };
    let other = found.first().map(|(other, _)| *other)?;
    let (thing, name) = (say::thing(ask, product), say::thing(ask, other));
    let price = other.price.map(say::money).unwrap_or_default();
    let text = match newer {
        true => ask.say(
            format!("{thing}的新款是{name}，{price}。"),
            format!("The newer model of {thing} is {name} at {price}."),
        ),
        false => ask.say(
            format!("{thing}的上一代是{name}，{price}。"),
            format!("The model before {thing} is {name} at {price}."),
        ),
    };
    Some(Path::from(product).then(EdgeKind::SucceededBy, other).answer(ask, text).found([other]))
}

fn fits<'g>(ask: &Ask<'g>, product: &'g Node) -> Option<GraphAnswer> {
    let fitting: Vec<&Node> =
        ask.graph.outgoing(&product.id, EdgeKind::Fits).into_iter().map(|(node, _)| node).collect();
    let first = fitting.first()?;
    let (thing, list) = (say::thing(ask, product), names(ask, &fitting));
    let text = ask.say(format!("{thing}适用于{list}。"), format!("{} fits {list}.", say::upper(&thing)));
    Some(Path::from(product).then(EdgeKind::Fits, first).answer(ask, text).found(fitting))
}

/// Product → warehouses with stock → their carriers.
fn carried_by<'g>(ask: &Ask<'g>, product: &'g Node) -> Option<GraphAnswer> {
    let homes = stocked(ask, product);
    let mut carriers: Vec<&Node> = Vec::new();
    let mut path = Path::from(product);
    for home in &homes {
        path = path.then(EdgeKind::ShipsFrom, home);
        for (carrier, _) in ask.graph.outgoing(&home.id, EdgeKind::Uses) {
            add(&mut carriers, carrier);
        }
    }
    let last = carriers.first()?;
    let (thing, list, from) = (say::thing(ask, product), names(ask, &carriers), names(ask, &homes));
    let text = ask
        .say(format!("{thing}从{from}发货，由{list}承运。"), format!("We send {thing} from the {from}, with {list}."));
    Some(path.then(EdgeKind::Uses, last).answer(ask, text).found(carriers))
}

fn stocked<'g>(ask: &Ask<'g>, product: &Node) -> Vec<&'g Node> {
    let lies = ask.graph.outgoing(&product.id, EdgeKind::ShipsFrom);
    lies.into_iter().filter(|(_, props)| props.stock.is_some_and(|stock| stock > 0)).map(|(node, _)| node).collect()
}

fn lying_in<'g>(ask: &Ask<'g>, product: &'g Node) -> Option<GraphAnswer> {
    if !ask.warehouses.is_empty() || !ask.places.is_empty() {
        return None;
    }
    let node = ask.variant(product).unwrap_or(product);
    let homes = stocked(ask, node);
    let first = homes.first()?;
    let (thing, list, count) = (say::thing(ask, node), names(ask, &homes), homes.len());
    let text = ask.say(
        format!("{thing}在 {count} 个仓库有货：{list}。"),
        format!("{} {} in stock at {count}: {list}.", say::upper(&thing), verb(&thing, "is", "are")),
    );
    Some(Path::from(product).then(EdgeKind::ShipsFrom, first).answer(ask, text).found(homes).counted(count))
}

/// Warehouses by themselves, by carrier or by place, and the carriers of a warehouse.
fn warehouses<'g>(ask: &Ask<'g>) -> Option<GraphAnswer> {
    if !ask.categories.is_empty() || !ask.brands.is_empty() {
        return None;
    }
    if let Some(carrier) = ask.others.iter().find(|node| node.kind == NodeKind::Carrier) {
        let homes: Vec<&Node> =
            ask.graph.incoming(&carrier.id, EdgeKind::Uses).into_iter().map(|(home, _)| home).collect();
        let first = homes.first()?;
        let (name, list, count) = (carrier.name(ask.language), names(ask, &homes), homes.len());
        let text = ask.say(
            format!("{count} 个仓库使用{name}：{list}。"),
            format!("{name} carries for {count} of our warehouses: {list}."),
        );
        return Some(Path::from(first).then(EdgeKind::Uses, carrier).answer(ask, text).found(homes).counted(count));
    }
    if let Some(home) = ask.warehouses.first() {
        if !ask.cues.has(SENT_BY) {
            return None;
        }
        let carriers: Vec<&Node> =
            ask.graph.outgoing(&home.id, EdgeKind::Uses).into_iter().map(|(carrier, _)| carrier).collect();
        let first = carriers.first()?;
        let (name, list) = (home.name(ask.language), names(ask, &carriers));
        let text = ask.say(format!("{name}使用{list}。"), format!("The {name} works with {list}."));
        return Some(Path::from(home).then(EdgeKind::Uses, first).answer(ask, text).found(carriers));
    }
    if !ask.cues.has(WAREHOUSE) || !(ask.cues.has(COUNT) || ask.has(&["哪", "which", "where", "what"])) {
        return None;
    }
    let homes: Vec<&Node> = match ask.places.first() {
        Some((place, _)) => warehouses_in(ask, place),
        None => ask.graph.of_kind(NodeKind::Warehouse).collect(),
    };
    let (list, count) = (names(ask, &homes), homes.len());
    let first = homes.first()?;
    let text = ask.say(format!("我们有 {count} 个仓库：{list}。"), format!("We have {count} warehouses: {list}."));
    Some(Path::from(first).answer(ask, text).found(homes).counted(count))
}
