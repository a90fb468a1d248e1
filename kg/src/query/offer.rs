//! Price and stock.

use super::ask::{Ask, MOST_CHOICES};
use super::{GraphAnswer, Path, say};
use crate::{EdgeKind, Node, NodeKind, Verdict};

pub(crate) fn price(ask: &Ask<'_>) -> Option<GraphAnswer> {
    ask.each_subject(|ask, node| match node.kind {
        NodeKind::Product => price_of(ask, node),
        NodeKind::Category => price_range(ask, node),
        _ => None,
    })
}

fn price_of<'g>(ask: &Ask<'g>, product: &'g Node) -> Option<GraphAnswer> {
    if let Some(variant) = ask.variant(product) {
        let text = price_text(ask, variant)?;
        return Some(Path::from(product).then(EdgeKind::HasVariant, variant).answer(ask, text).found([variant]));
    }
    let variants = ask.graph.outgoing(&product.id, EdgeKind::HasVariant);
    let prices: Vec<String> = variants
        .iter()
        .filter_map(|(variant, _)| Some(format!("{} {}", variant.name(ask.language), say::money(variant.price?))))
        .collect();
    let text = if prices.len() > 1 {
        let thing = say::thing(ask, product);
        ask.say(
            format!("{thing}有 {} 个版本：{}。", prices.len(), prices.join("；")),
            format!("There are {} versions of {thing}: {}.", prices.len(), prices.join("; ")),
        )
    } else {
        price_text(ask, product)?
    };
    Some(Path::from(product).answer(ask, text))
}

fn price_text(ask: &Ask<'_>, node: &Node) -> Option<String> {
    let (thing, money) = (say::thing(ask, node), say::money(node.price?));
    Some(ask.say(format!("{thing}的价格是 {money}。"), format!("The price of {thing} is {money}.")))
}

fn price_range<'g>(ask: &Ask<'g>, category: &'g Node) -> Option<GraphAnswer> {
    let products = ask.graph.products_of(&category.id);
    let priced = products.iter().filter_map(|product| product.price);
    let (low, high) = (say::money(priced.clone().min()?), say::money(priced.clone().max()?));
    let (name, count) = (category.name(ask.language), priced.count());
    let text = match count {
        1 => return price_of(ask, products.first()?),
        _ => ask.say(
            format!("{name}共有 {count} 款，价格从 {low} 到 {high}。"),
            format!("In {name} we have {count} products, from {low} to {high}."),
        ),
    };
    let mut answer = Path::from(category).answer(ask, text);
    if products.len() <= MOST_CHOICES {
        answer.text += &ask.say("您想了解哪一款？", " Which one would you like to know more about?");
        answer.choices = ask.which(&products).choices;
    }
    Some(answer)
}

pub(crate) fn stock(ask: &Ask<'_>) -> Option<GraphAnswer> {
    ask.each_subject(|ask, node| match node.kind {
        NodeKind::Product => stock_of(ask, node),
        NodeKind::Category => {
            let products = ask.graph.products_of(&node.id);
            match products.as_slice() {
                [one] => stock_of(ask, one),
                several if !several.is_empty() && several.len() <= MOST_CHOICES => Some(ask.which(several)),
                _ => None,
            }
        }
        _ => None,
    })
}

pub(crate) fn stock_of<'g>(ask: &Ask<'g>, product: &'g Node) -> Option<GraphAnswer> {
    let variant = ask.variant(product);
    let node = variant.unwrap_or(product);
    let start = Path::from(product);
    let start = if let Some(variant) = variant { start.then(EdgeKind::HasVariant, variant) } else { start };
    let lies: Vec<(&Node, u32)> = ask
        .graph
        .outgoing(&node.id, EdgeKind::ShipsFrom)
        .into_iter()
        .filter_map(|(warehouse, props)| Some((warehouse, props.stock?)))
        .collect();
    if lies.is_empty() {
        return None;
    }
    let thing = say::thing(ask, node);
    let total: u32 = lies.iter().map(|(_, stock)| *stock).fold(0, u32::saturating_add);
    if total == 0 {
        let text = ask.say(
            format!("抱歉，{thing}目前缺货。"),
            format!("Sorry, {thing} cannot be delivered at the moment: out of stock."),
        );
        return Some(start.answer(ask, text).found([node]).decided(Verdict::No));
    }
    let full: Vec<&(&Node, u32)> = lies.iter().filter(|(_, stock)| *stock > 0).collect();
    let where_to_find = full.iter().map(|(warehouse, stock)| {
        let name = warehouse.name(ask.language);
        ask.say(format!("{name} {stock} 件"), format!("{stock} at the {name}"))
    });
    let where_to_find = say::list(ask, where_to_find);
    let asked = asked_warehouses(ask);
    if asked.is_empty() && !ask.places.is_empty() {
        return None;
    }
    if let Some(warehouse) = asked.first() {
        let stock = lies.iter().find(|(known, _)| known.id == warehouse.id).map_or(0, |(_, stock)| *stock);
        let name = warehouse.name(ask.language);
        let text = if stock > 0 {
            ask.say(
                format!("{name}有货：{thing}现有 {stock} 件。"),
                format!("Yes, the {name} has {stock} of {thing} in stock."),
            )
        } else {
            ask.say(
                format!("{name}暂时没有{thing}，其他仓库有货：{where_to_find}。"),
                format!("The {name} has none of {thing} at the moment, but others have: {where_to_find}."),
            )
        };
        let verdict = if stock > 0 { Verdict::Yes } else { Verdict::No };
        return Some(start.then(EdgeKind::ShipsFrom, warehouse).answer(ask, text).found([node]).decided(verdict));
    }
    let text = ask.say(
        format!("{thing}有货，共 {total} 件：{where_to_find}。"),
        format!("Yes, we have {total} of {thing} in stock: {where_to_find}."),
    );
    let path = full.iter().max_by_key(|(_, stock)| *stock).map(|(warehouse, _)| *warehouse);
    let answer = match path {
        Some(warehouse) => start.then(EdgeKind::ShipsFrom, warehouse).answer(ask, text),
        None => start.answer(ask, text),
    };
    Some(answer.found([node]).decided(Verdict::Yes))
}

/// The warehouses that a question names, directly or by their city.
pub(crate) fn asked_warehouses<'g>(ask: &Ask<'g>) -> Vec<&'g Node> {
    let mut asked = ask.warehouses.clone();
    for (place, _) in &ask.places {
        asked.extend(warehouses_in(ask, place));
    }
    asked
}

/// Warehouses of a city, or of the cities of a region.
pub(crate) fn warehouses_in<'g>(ask: &Ask<'g>, place: &Node) -> Vec<&'g Node> {
    let inside = |warehouse: &&Node| {
        ask.graph.outgoing(&warehouse.id, EdgeKind::LocatedIn).iter().any(|(city, _)| {
            let above = ask.graph.above(&city.id, EdgeKind::PartOf);
            above.iter().any(|path| path.last().is_some_and(|node| node.id == place.id))
        })
    };
    ask.graph.of_kind(NodeKind::Warehouse).filter(inside).collect()
}
