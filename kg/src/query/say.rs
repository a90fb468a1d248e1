//! How things are put into words.

use super::ask::Ask;
use crate::{Days, Language, Node, NodeKind, Value};

pub(crate) fn money(minor: i64) -> String {
    format!("¥{}.{:02}", minor / 100, minor % 100)
}

/// A thing inside a sentence: `M2 耳机`, `the M2 Headphones`, `items in Phones`.
pub(crate) fn thing(ask: &Ask<'_>, node: &Node) -> String {
    let name = node.name(ask.language);
    if ask.zh() {
        return if node.kind == NodeKind::Brand { format!("{name}的商品") } else { name.to_owned() };
    }
    match node.kind {
        NodeKind::Category => lower(name),
        NodeKind::Brand => format!("{name} products"),
        // Titles of books, and names that bring their article along.
        _ if node.attributes.contains_key("author") || name.starts_with("The ") => name.to_owned(),
        _ => format!("the {name}"),
    }
}

/// The first letter small, unless the word is an abbreviation ("TVs").
fn lower(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            format!("{}{}", first.to_lowercase(), &name[first.len_utf8()..])
        }
        _ => name.to_owned(),
    }
}

pub(crate) fn upper(text: &str) -> String {
    match text.chars().next() {
        Some(first) => format!("{}{}", first.to_uppercase(), &text[first.len_utf8()..]),
        None => String::new(),
    }
}

/// `甲、乙、丙` or `a, b and c`.
pub(crate) fn list(ask: &Ask<'_>, items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    match items.as_slice() {
        _ if ask.zh() => items.join("、"),
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => items.join(", "),
    }
}

pub(crate) fn days(ask: &Ask<'_>, days: Days) -> String {
    let Days { min, max } = days;
    match (ask.zh(), min == max) {
        (true, true) => format!("{min} 天"),
        (true, false) => format!("{min}–{max} 天"),
        (false, true) if min == 1 => "1 day".into(),
        (false, true) => format!("{min} days"),
        (false, false) => format!("{min} to {max} days"),
    }
}

pub(crate) fn months(ask: &Ask<'_>, months: u16) -> String {
    let (number, years) = if months.is_multiple_of(12) { (months / 12, true) } else { (months, false) };
    match (ask.zh(), years) {
        (true, true) => format!("{number} 年"),
        (true, false) => format!("{number} 个月"),
        (false, true) => format!("{number} {}", if number == 1 { "year" } else { "years" }),
        (false, false) => format!("{number} {}", if number == 1 { "month" } else { "months" }),
    }
}

/// The value of an attribute with its unit; `None` for a flag, which needs a sentence.
pub(crate) fn value(ask: &Ask<'_>, attribute: &Node, value: &Value) -> Option<String> {
    let unit = attribute.measure.as_ref().and_then(|measure| measure.unit.as_ref());
    Some(match value {
        Value::Flag(_) => return None,
        Value::Number(number) => {
            let (number, unit) = match unit {
                Some(unit) if *number >= 1000.0 && unit.en == "g" => (number / 1000.0, ask.say("公斤", "kg")),
                Some(unit) if *number >= 1000.0 && unit.en == "ml" => (number / 1000.0, ask.say("升", "L")),
                Some(unit) => (*number, unit.get(ask.language).to_owned()),
                None => (*number, String::new()),
            };
            let unit = if number == 1.0 && ask.language == Language::En { singular(&unit) } else { unit };
            format!("{} {unit}", round(number)).trim_end().to_owned()
        }
        Value::Same(text) => text.clone(),
        Value::Text(text) => text.get(ask.language).to_owned(),
        Value::Ranked { zh, en, .. } => ask.say(zh, en),
    })
}

/// Units that are words have a plural ("hours"), abbreviations ("kg") have not.
fn singular(unit: &str) -> String {
    unit.strip_suffix('s').filter(|stem| stem.len() > 2).unwrap_or(unit).to_owned()
}

fn round(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// A whole sentence about one attribute of a product.
pub(crate) fn attribute(ask: &Ask<'_>, product: &Node, attribute: &Node, known: &Value) -> String {
    let measure = attribute.measure.as_ref();
    let said = match known {
        Value::Flag(false) => measure.and_then(|measure| measure.say_no.as_ref()),
        _ => measure.and_then(|measure| measure.say.as_ref()),
    };
    let name = thing(ask, product);
    let value = value(ask, attribute, known).unwrap_or_else(|| yes(ask, known == &Value::Flag(true)));
    let what = attribute.name(ask.language);
    let sentence = match said {
        Some(said) => said.get(ask.language).replace("{product}", &name).replace("{value}", &value),
        None => ask.say(format!("{name}的{what}是{value}。"), format!("The {what} of {name} is {value}.")),
    };
    upper(&sentence)
}

/// Yes or no in a table.
pub(crate) fn yes(ask: &Ask<'_>, yes: bool) -> String {
    if yes { ask.say("支持", "yes") } else { ask.say("不支持", "no") }
}

/// Chinese and Latin words side by side get a blank between them.
pub(crate) fn spaced(text: &str) -> String {
    let han = |c: char| matches!(c as u32, 0x3400..=0x9fff);
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    for c in text.chars() {
        if (han(before) && (c.is_ascii_alphanumeric() || c == '¥')) || (before.is_ascii_alphanumeric() && han(c)) {
            out.push(' ');
        }
        out.push(c);
        before = c;
    }
    out
}
