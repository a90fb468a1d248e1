//! Two or three products side by side.

use super::ask::Ask;
use super::cues::Cue;
use super::spec::value_of;
use super::{GraphAnswer, Path, say};
use crate::{Better, EdgeKind, Node, Value, Verdict};

const MOST: usize = 3;
/// Attributes in a comparison of everything.
const OVERALL: usize = 5;
const PRICE: [&str; 10] = ["便宜", "贵", "价格", "价钱", "多少钱", "cheap", "expensive", "price", "cost", "pricier"];
/// "Louder" asks for one thing; where that is unknown, all the others are no answer.
const AT_SOMETHING: Cue = (
    &[
        "哪个大",
        "哪个小",
        "更大",
        "更小",
        "更久",
        "更长",
        "更短",
        "更高",
        "更低",
        "更快",
        "更慢",
        "更吵",
        "更静",
        "更结实",
        "更薄",
    ],
    &[
        "bigger", "larger", "smaller", "longer", "shorter", "louder", "quieter", "higher", "lower", "faster", "slower",
        "stronger", "thinner", "thicker", "heavier", "lighter", "taller",
    ],
);
const NEWER: [&str; 7] = ["新款", "新一代", "下一代", "升级款", "newer", "newmodel", "successor"];

pub(crate) fn compare<'g>(ask: &Ask<'g>) -> Option<GraphAnswer> {
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
    let priced =
        ask.has(&PRICE) || ask.attributes.is_empty() && ask.has(&["howmuchmoreis", "howmuchmorefor", "howmuchlessis"]);
    let asked = if priced { Vec::new() } else { shared(ask, &products) };
    let mut sides: Vec<Side<'g>> = asked.iter().filter_map(|attribute| on(ask, &products, attribute)).collect();
    if priced {
        sides.extend(on_price(ask, &products));
    }
    if sides.is_empty() && ask.attributes.is_empty() {
        if ask.cues.has(AT_SOMETHING) {
            return None;
        }
        let text = overall(ask, &products)?;
        sides.push(Side { text, winners: products.clone() });
    }
    let winners = sides.first()?.winners.clone();
    let overall = ask.attributes.is_empty() && !priced;
    let text = sides.into_iter().map(|side| side.text).collect::<Vec<_>>().join(if ask.zh() { "" } else { " " });
    let mut path = Path::default();
    for product in &products {
        path = path.also(product);
    }
    // "Is the first lighter than the second?"
    let yes_or_no = !overall
        && ask.cues.has((&["是不是", "比"], &["is", "are", "does", "do"]))
        && ask.cues.has((&["比"], &["than"]))
        && !ask.cues.has((&["哪", "多少", "几", "谁"], &["which", "how much", "what", "how many"]));
    let first = products.first().copied()?;
    let yes = matches!(winners.as_slice(), [only] if only.id == first.id);
    let text = match (yes_or_no, yes) {
        (true, true) => ask.say(format!("是的，{text}"), format!("Yes. {text}")),
        (true, false) => ask.say(format!("不是，{text}"), format!("No. {text}")),
        _ => text,
    };
    let mut answer = path.answer(ask, text).found(winners);
    if yes_or_no {
        answer = answer.decided(if yes { Verdict::Yes } else { Verdict::No });
    }
    let names: Vec<&str> = products.iter().map(|product| product.name(ask.language)).collect();
    answer.title = names.join(" / ");
    Some(answer)
}

/// One attribute of all products.
struct Side<'g> {
    text: String,
    winners: Vec<&'g Node>,
}

/// Whether the words of a question ask for more of an attribute ("哪个重", "louder") or for less; `most`: of a superlative.
pub(crate) fn more_is_meant(ask: &Ask<'_>, attribute: &Node, most: bool) -> Option<bool> {
    const MORE_ZH: [&str; 8] = ["重", "大", "久", "长", "高", "吵", "多", "响"];
    const LESS_ZH: [&str; 8] = ["轻", "小", "短", "少", "低", "静", "薄", "矮"];
    const MORE: [&str; 16] = [
        "heavier", "heaviest", "bigger", "biggest", "larger", "largest", "longer", "longest", "louder", "loudest",
        "higher", "highest", "more", "most", "taller", "stronger",
    ];
    const LESS: [&str; 13] = [
        "lighter", "lightest", "smaller", "smallest", "shorter", "shortest", "quieter", "quietest", "lower", "lowest",
        "less", "least", "fewer",
    ];
    let mut zh = ask.cues.zh.clone();
    // "多少" and the like ask how much, not for more.
    for word in ["多少", "多重", "多大", "多长", "多久", "多高", "大概", "大约", "长途", "重量", "大小", "高度", "长度"]
    {
        zh = zh.replace(word, "");
    }
    let words: Vec<&str> = ask.cues.en.split(' ').collect();
    let has = |list: &[&str], latin: &[&str]| {
        let near = |word: &&str| match most {
            true => zh.contains(&format!("最{word}")),
            false => zh.contains(*word),
        };
        list.iter().any(near) || latin.iter().any(|word| words.contains(word))
    };
    let better = attribute.measure.as_ref().and_then(|measure| measure.better);
    // More of a good thing is better; "most waterproof", "最防水".
    if has(&LESS_ZH, &LESS) {
        return Some(false);
    }
    if has(&MORE_ZH, &MORE) {
        // "More energy efficient" has the lower grade.
        let vague = words.iter().any(|w| ["more", "most"].contains(w)) && !has(&MORE_ZH, &MORE[..13]);
        return if vague { better.map(|better| better == Better::Higher) } else { Some(true) };
    }
    better.map(|better| better == Better::Higher)
}

/// The customer wants to know by how much.
fn wants_difference(ask: &Ask<'_>) -> bool {
    let by = ["多少", "差多少", "差几", "多几"];
    ask.has(&by) && ask.has(&["比", "差"])
        || ask.has(&["howmuch", "difference", "howmany"]) && ask.has(&["than", "difference"])
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

fn on<'g>(ask: &Ask<'g>, products: &[&'g Node], attribute: &'g Node) -> Option<Side<'g>> {
    let facts = products.iter().map(|product| {
        let value = side(ask, attribute, product);
        ask.say(format!("{} {value}", product.name.zh), format!("{}: {value}", product.name.en))
    });
    let facts = facts.collect::<Vec<_>>().join(if ask.zh() { "；" } else { "; " });
    let what = attribute.name(ask.language);
    let better = attribute.measure.as_ref().and_then(|measure| measure.better).map(|better| better == Better::Higher);
    let more = more_is_meant(ask, attribute, false).or(better);
    let ranks: Option<Vec<f64>> = products.iter().map(|p| value_of(p, attribute).and_then(rank)).collect();
    let plain = |winners: Vec<&'g Node>| Side {
        text: ask.say(format!("{what}对比：{facts}。"), format!("{}: {facts}.", say::upper(what))),
        winners,
    };
    let (Some(more), Some(ranks)) = (more, ranks) else {
        return Some(plain(products.to_vec()));
    };
    let sign = if more { 1.0 } else { -1.0 };
    let best = ranks.iter().map(|rank| rank * sign).fold(f64::MIN, f64::max);
    let winners: Vec<&Node> =
        products.iter().zip(&ranks).filter(|(_, rank)| *rank * sign >= best).map(|(product, _)| *product).collect();
    let [winner] = winners.as_slice() else {
        if winners.len() < products.len() {
            return Some(plain(winners));
        }
        let text = ask.say(format!("它们的{what}相同：{facts}。"), format!("They are equal on {what}. {facts}."));
        return Some(Side { text, winners });
    };
    let thing = say::thing(ask, winner);
    let text = if matches!(value_of(winner, attribute), Some(Value::Flag(_))) {
        ask.say(format!("只有{thing}支持{what}：{facts}。"), format!("Only {thing} offers {what}. {facts}."))
    } else if let (true, [a, b]) = (wants_difference(ask), ranks.as_slice()) {
        let apart = say::value(ask, attribute, &Value::Number((a - b).abs()))?;
        let (zh, en) = if more { ("多", "more") } else { ("少", "less") };
        ask.say(
            format!("{what}：{thing}{zh} {apart}（{facts}）。"),
            format!("{}: {thing} has {apart} {en} ({facts}).", say::upper(what)),
        )
    } else if better == Some(more) {
        ask.say(
            format!("{what}方面，{thing}更有优势：{facts}。"),
            format!("On {what}, the better choice is {thing}. {facts}."),
        )
    } else {
        let (zh, en) = if more { ("更大", "highest") } else { ("更小", "lowest") };
        ask.say(format!("{what}{zh}的是{thing}：{facts}。"), format!("The {en} {what} has {thing}. {facts}."))
    };
    Some(Side { text, winners })
}

fn on_price<'g>(ask: &Ask<'g>, products: &[&'g Node]) -> Option<Side<'g>> {
    let prices: Option<Vec<i64>> = products.iter().map(|product| product.price).collect();
    let prices = prices?;
    let facts = products.iter().zip(&prices).map(|(product, price)| {
        let money = say::money(*price);
        ask.say(format!("{} {money}", product.name.zh), format!("{}: {money}", product.name.en))
    });
    let facts = facts.collect::<Vec<_>>().join(if ask.zh() { "；" } else { "; " });
    let dearer = ask.has(&["贵", "expensive", "dearer", "pricier", "costmore", "costsmore", "howmuchmore"])
        && !ask.has(&["less"]);
    let best = if dearer { prices.iter().max()? } else { prices.iter().min()? };
    let winners: Vec<&Node> =
        products.iter().zip(&prices).filter(|(_, price)| *price == best).map(|(product, _)| *product).collect();
    let [winner] = winners.as_slice() else {
        let text = ask.say(format!("价格对比：{facts}。"), format!("Prices: {facts}."));
        return Some(Side { text, winners });
    };
    let thing = say::thing(ask, winner);
    let apart = match (wants_difference(ask), prices.as_slice()) {
        (true, [a, b]) => Some(say::money((a - b).abs())),
        _ => None,
    };
    let text = match (apart, dearer) {
        (Some(apart), true) => ask.say(
            format!("{thing}贵 {apart}：{facts}。"),
            format!("{} is {apart} more expensive. {facts}.", say::upper(&thing)),
        ),
        (Some(apart), false) => ask.say(
            format!("{thing}便宜 {apart}：{facts}。"),
            format!("The difference is {apart}; the cheaper choice is {thing}. {facts}."),
        ),
        (None, true) => {
            ask.say(format!("{thing}更贵：{facts}。"), format!("The more expensive one is {thing}. {facts}."))
        }
        (None, false) => {
            ask.say(format!("{thing}更便宜：{facts}。"), format!("The cheaper choice is {thing}. {facts}."))
        }
    };
    Some(Side { text, winners })
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
