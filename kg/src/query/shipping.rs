//! From where a thing leaves and how long it takes to a place.

use super::ask::{Ask, MOST_CHOICES};
use super::cues::Cue;
use super::offer::warehouses_in;
use super::{GraphAnswer, Path, numbers, ruling, say};
use crate::{Days, EdgeKind, Node, NodeKind, Verdict};

/// What it costs stands in articles, not in the graph.
const FEE: Cue =
    (&["运费", "邮费", "快递费", "包邮", "多少钱", "免费"], &["how much", "cost", "costs", "fee", "free", "postage"]);

pub(crate) fn shipping(ask: &Ask<'_>) -> Option<GraphAnswer> {
    // The only reason for a delay that the graph holds is the part of the map.
    if ask.cues.has(FEE) || ask.why() && ask.places.is_empty() {
        return None;
    }
    if ask.products.is_empty() && ask.doubtful.is_empty() && ask.categories.is_empty() {
        let place = ask.places.first().map(|(place, _)| *place);
        if let (Some(home), Some(place)) = (ask.warehouses.first(), place) {
            return from_warehouse(ask, home, place);
        }
        return match place {
            Some(place) => to_place(ask, place),
            None => carrier(ask),
        };
    }
    ask.each_subject(|ask, node| match node.kind {
        NodeKind::Product => of_product(ask, node),
        NodeKind::Category => of_category(ask, node),
        _ => None,
    })
}

/// How long a parcel of this warehouse takes to a place: what is said of the smallest part of the map around it.
fn days(ask: &Ask<'_>, warehouse: &Node, place: &Node) -> Option<Days> {
    let serves = ask.graph.outgoing(&warehouse.id, EdgeKind::Serves);
    ask.graph
        .above(&place.id, EdgeKind::PartOf)
        .iter()
        .filter_map(|path| path.last())
        .find_map(|around| serves.iter().find(|(served, _)| served.id == around.id).and_then(|(_, props)| props.days))
}

/// A policy for a part of the map, such as "abroad", and the way to it.
fn place_policy<'g>(ask: &Ask<'g>, place: &'g Node) -> Option<(&'g Node, Path<'g>)> {
    ask.graph.above(&place.id, EdgeKind::PartOf).into_iter().find_map(|steps| {
        let last = steps.last()?;
        let found = ask.graph.outgoing(&last.id, EdgeKind::GovernedBy);
        let (policy, _) = found.into_iter().find(|(p, _)| p.rule.as_ref().is_some_and(|r| r.topic == "shipping"))?;
        let mut path = Path::from(place);
        for node in steps.iter().skip(1) {
            path = path.then(EdgeKind::PartOf, node);
        }
        Some((policy, path.then(EdgeKind::GovernedBy, policy)))
    })
}

fn verdict(policy: &Node) -> Verdict {
    policy.rule.as_ref().map_or(Verdict::Depends, |rule| rule.verdict)
}

fn decides(policy: &Node) -> bool {
    policy.rule.as_ref().is_some_and(|rule| rule.verdict != Verdict::Yes)
}

/// "广州仓到北京几天".
fn from_warehouse<'g>(ask: &Ask<'g>, home: &'g Node, place: &'g Node) -> Option<GraphAnswer> {
    let days = days(ask, home, place)?;
    let (from, to, long) = (home.name(ask.language), place.name(ask.language), say::days(ask, days));
    let text = ask.say(
        format!("从{from}寄到{to}一般需要 {long}。"),
        format!("From the {from} to {to} a parcel usually takes {long}."),
    );
    Some(Path::from(home).then(EdgeKind::Serves, place).answer(ask, text))
}

/// Why it takes so long: the rule for that part of the map.
fn delay<'g>(ask: &Ask<'g>, place: &'g Node, long: &str) -> Option<GraphAnswer> {
    let (policy, path) = place_policy(ask, place)?;
    let (name, told) = (place.name(ask.language), ask.text_of(policy));
    let text = ask.say(
        format!("寄到{name}一般需要 {long}，因为这里适用“{}”：{told}", policy.name.zh),
        format!("Delivery to {name} usually takes {long}, because “{}” applies there: {told}", policy.name.en),
    );
    Some(path.answer(ask, text))
}

fn to_place<'g>(ask: &Ask<'g>, place: &'g Node) -> Option<GraphAnswer> {
    let policy = place_policy(ask, place);
    if let Some((policy, path)) = policy.as_ref().filter(|(policy, _)| decides(policy)) {
        return Some(path.clone().answer(ask, ask.text_of(policy).to_owned()).decided(verdict(policy)));
    }
    let all =
        ask.graph.of_kind(NodeKind::Warehouse).filter_map(|w| Some((w, days(ask, w, place)?))).collect::<Vec<_>>();
    let (nearest, soonest) = all.iter().copied().min_by_key(|(_, days)| (days.max, days.min))?;
    let latest = all.into_iter().max_by_key(|(_, days)| (days.max, days.min)).map_or(soonest, |(_, days)| days);
    let (name, from) = (place.name(ask.language), nearest.name(ask.language));
    let (soon, late) = (say::days(ask, soonest), say::days(ask, latest));
    if ask.why() {
        return delay(
            ask,
            place,
            &if soonest == latest { soon } else { say::days(ask, Days { min: soonest.min, max: latest.max }) },
        );
    }
    let more = policy.as_ref().map(|(policy, _)| ask.text_of(policy)).unwrap_or_default();
    let text = if soonest == latest {
        ask.say(
            format!("寄到{name}一般需要 {soon}。{more}"),
            format!("Delivery to {name} usually takes {soon}. {more}"),
        )
    } else {
        ask.say(
            format!("寄到{name}要看从哪个仓发货：{from}最快，一般 {soon}；最远的仓 {late}。{more}"),
            format!("Delivery to {name} depends on the warehouse: from the {from} it usually takes {soon}, from the farthest {late}. {more}"),
        )
    };
    Some(Path::from(nearest).then(EdgeKind::Serves, place).answer(ask, text.trim_end().to_owned()))
}

fn of_category<'g>(ask: &Ask<'g>, category: &'g Node) -> Option<GraphAnswer> {
    let ruling = ruling::rulings(ask.graph, category, "shipping").into_iter().next()?;
    if ruling.policy.rule.as_ref().is_some_and(|_| ask.graph.outgoing(&ruling.policy.id, EdgeKind::Except).is_empty()) {
        return Some(ruling.path.clone().answer(ask, ask.text_of(ruling.policy).to_owned()));
    }
    if let Some((place, _)) = ask.places.first() {
        return to_place(ask, place);
    }
    let products = ask.graph.products_of(&category.id);
    (!products.is_empty() && products.len() <= MOST_CHOICES).then(|| ask.which(&products))
}

fn of_product<'g>(ask: &Ask<'g>, product: &'g Node) -> Option<GraphAnswer> {
    let ruling = ruling::rulings(ask.graph, product, "shipping").into_iter().next();
    let policy = ruling.as_ref().map(|ruling| ruling.policy);
    let told = policy.map(|policy| ask.text_of(policy)).unwrap_or_default();
    let thing = say::thing(ask, product);
    let lies = ask.graph.outgoing(&product.id, EdgeKind::ShipsFrom);
    let ready: Vec<&Node> =
        lies.iter().filter(|(_, props)| props.stock.is_some_and(|stock| stock > 0)).map(|(node, _)| *node).collect();
    if lies.is_empty() {
        // Nothing is sent, as with gift cards: only a policy can say what happens instead.
        return ruling.filter(|ruling| !is_standard(ask, ruling.policy)).map(|r| r.path.answer(ask, told.to_owned()));
    }
    if ready.is_empty() {
        let text = ask.say(
            format!("{thing}目前缺货，暂时不能发货。"),
            format!("Sorry, {thing} cannot be sent at the moment: out of stock."),
        );
        return Some(Path::from(product).answer(ask, text));
    }
    let from =
        say::list(ask, ready.iter().map(|w| ask.say(w.name(ask.language), format!("the {}", w.name(ask.language)))));
    let origin = ask.places.iter().find(|(_, mention)| numbers::is_origin(ask.text, mention));
    if let Some((place, _)) = origin {
        return from_place(ask, product, place, &ready, &from);
    }
    let Some((place, _)) = ask.places.first() else {
        let first = ready.first().copied()?;
        let tell = match policy.is_some_and(decides) {
            true => String::new(),
            false => ask.say(
                "告诉我收货城市，可以帮您查大概几天送到。",
                " Tell me your city and I can look up how long it takes.",
            ),
        };
        let text = ask.say(
            format!("{thing}目前从{from}发货。{told}{tell}"),
            format!("We currently send {thing} from {from}. {told}{tell}"),
        );
        return Some(Path::from(product).then(EdgeKind::ShipsFrom, first).answer(ask, text));
    };
    let local = place_policy(ask, place);
    if let Some((policy, path)) = local.as_ref().filter(|(policy, _)| decides(policy)) {
        return Some(path.clone().answer(ask, ask.text_of(policy).to_owned()).decided(verdict(policy)));
    }
    if let Some(ruling) = ruling.as_ref().filter(|ruling| decides(ruling.policy)) {
        let text = ask.say(format!("{thing}从{from}发货。{told}"), format!("We send {thing} from {from}. {told}"));
        return Some(ruling.path.clone().answer(ask, text));
    }
    let reach = ready.iter().filter_map(|warehouse| Some((*warehouse, days(ask, warehouse, place)?)));
    let (warehouse, days) = reach.min_by_key(|(_, days)| (days.max, days.min))?;
    let (home, name, long) = (warehouse.name(ask.language), place.name(ask.language), say::days(ask, days));
    if ask.why() {
        return delay(ask, place, &long);
    }
    let special = policy.filter(|policy| !is_standard(ask, policy)).map(|policy| ask.text_of(policy));
    let more: Vec<&str> = special.into_iter().chain(local.as_ref().map(|(policy, _)| ask.text_of(policy))).collect();
    let more = more.join(if ask.zh() { "" } else { " " });
    let text = ask.say(
        format!("{thing}从{home}发货，寄到{name}一般需要 {long}。{more}"),
        format!("We send {thing} from the {home}; delivery to {name} usually takes {long}. {more}"),
    );
    let path = Path::from(product).then(EdgeKind::ShipsFrom, warehouse).then(EdgeKind::Serves, place);
    let mut answer = path.answer(ask, text.trim_end().to_owned());
    answer.article = policy.and_then(|policy| policy.article.clone());
    Some(answer)
}

/// The policy that others are exceptions of adds nothing to "how long to this city".
fn is_standard(ask: &Ask<'_>, policy: &Node) -> bool {
    !ask.graph.outgoing(&policy.id, EdgeKind::Except).is_empty()
}

fn from_place<'g>(
    ask: &Ask<'g>,
    product: &'g Node,
    place: &Node,
    ready: &[&'g Node],
    from: &str,
) -> Option<GraphAnswer> {
    let thing = say::thing(ask, product);
    let there = warehouses_in(ask, place).into_iter().find(|w| ready.iter().any(|known| known.id == w.id));
    let name = place.name(ask.language);
    let (warehouse, text) = match there {
        Some(warehouse) => (
            warehouse,
            ask.say(format!("是的，{thing}可以从{name}发货。"), format!("Yes, {thing} can be sent from {name}.")),
        ),
        None => (
            ready.first().copied()?,
            ask.say(
                format!("{thing}目前不从{name}发货，发货仓是{from}。"),
                format!("No, at the moment we do not send {thing} from {name}, but from {from}."),
            ),
        ),
    };
    let verdict = if there.is_some() { Verdict::Yes } else { Verdict::No };
    Some(Path::from(product).then(EdgeKind::ShipsFrom, warehouse).answer(ask, text).decided(verdict))
}

fn carrier(ask: &Ask<'_>) -> Option<GraphAnswer> {
    let carrier = ask.others.iter().find(|node| node.kind == NodeKind::Carrier)?;
    Some(Path::from(carrier).answer(ask, carrier.text.as_ref()?.get(ask.language).to_owned()))
}
