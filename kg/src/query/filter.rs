//! What a customer wants of the products that he asks for.

use super::ask::Ask;
use super::compare::rank;
use super::cues::{Cue, Cues};
use super::numbers::{Bounds, Limit, bounds, duration, is_denied, is_origin, limits};
use super::offer::warehouses_in;
use super::spec::value_of;
use super::{ruling, say};
use crate::normal::Normal;
use crate::{Better, EdgeKind, Node, NodeKind, Value};

const SOLD_OUT: Cue = (&["缺货", "没货", "断货", "售罄", "卖完"], &["out of stock", "sold out", "unavailable"]);
const IN_STOCK: Cue = (&["有货", "现货"], &["in stock", "available"]);
const WARRANTY: Cue = (&["保修", "质保"], &["warranty", "guarantee", "guaranteed"]);

pub(crate) struct Filter<'g> {
    pub bounds: Bounds,
    place: Option<&'g Node>,
    /// Products must lie in one of them.
    pub warehouses: Vec<&'g Node>,
    pub wanted: Vec<Wanted<'g>>,
    /// `false`: sold out everywhere.
    stocked: Option<bool>,
    /// Length of a warranty in months.
    warranty: Option<u16>,
}

/// A feature that is asked for, or against.
pub(crate) struct Wanted<'g> {
    pub attribute: &'g Node,
    pub denied: bool,
    /// As it is written in the question.
    pub surface: String,
    pub limit: Option<Limit>,
}

impl Wanted<'_> {
    pub fn is_text(&self, product: &Node) -> bool {
        matches!(value_of(product, self.attribute), Some(Value::Same(_) | Value::Text(_)))
    }

    fn fits(&self, product: &Node) -> bool {
        let Some(value) = value_of(product, self.attribute) else { return false };
        if let Some(limit) = &self.limit {
            return matches!(value, Value::Number(number) if limit.contains(*number) != self.denied);
        }
        match value {
            Value::Flag(flag) => *flag != self.denied,
            Value::Number(_) | Value::Ranked { .. } => !self.denied,
            // A word such as "white" is looked up in the values; the attribute's own name ("colour") asks for nothing.
            Value::Same(text) => self.is_in(&[text]) != self.denied,
            Value::Text(text) => self.is_in(&[&text.zh, &text.en]) != self.denied,
        }
    }

    fn is_in(&self, values: &[&String]) -> bool {
        let surface = Normal::new(&self.surface).text;
        // "红色" is in 中国红.
        let surface = surface.strip_suffix('色').filter(|stem| !stem.is_empty()).unwrap_or(&surface).to_owned();
        let own = [&self.attribute.name.zh, &self.attribute.name.en]
            .iter()
            .any(|name| Normal::new(name).text == Normal::new(&self.surface).text);
        own || values.iter().any(|value| Normal::new(value).text.contains(&surface))
    }
}

impl<'g> Filter<'g> {
    pub fn is_about_stock(cues: &Cues) -> bool {
        cues.has(SOLD_OUT) || cues.has(IN_STOCK)
    }

    /// `None` when a feature is asked for that none of the products has a value for.
    pub fn new(ask: &Ask<'g>, products: &[&'g Node]) -> Option<Filter<'g>> {
        let mut filter = Filter {
            bounds: bounds(ask.text),
            place: None,
            warehouses: ask.warehouses.clone(),
            wanted: Vec::new(),
            stocked: None,
            warranty: None,
        };
        if let Some((place, _)) = ask.places.iter().find(|(_, m)| is_origin(ask.text, m)).or(ask.places.first()) {
            filter.warehouses.extend(warehouses_in(ask, place));
            filter.place = Some(place);
        } else {
            filter.place = ask.warehouses.first().copied();
        }
        let cues = &ask.cues;
        if cues.has(SOLD_OUT) {
            filter.stocked = Some(false);
        } else if cues.has(IN_STOCK) {
            filter.stocked = Some(true);
        }
        if cues.has(WARRANTY) {
            filter.warranty = duration(ask.text).map(|days| (days / 30.4).round() as u16);
        }
        let usual = |attribute: &&&'g Node| products.iter().any(|product| value_of(product, attribute).is_some());
        let mut limits = limits(ask.text);
        for (candidates, mention) in &ask.attributes {
            let attribute = *candidates.iter().find(usual)?;
            let unit = attribute.measure.as_ref().and_then(|m| m.unit.as_ref()).map(|unit| unit.en.as_str());
            let at = limits.iter().position(|limit| unit.is_some_and(|unit| limit.is_in(unit)));
            let limit = at.map(|at| limits.remove(at));
            let denied = is_denied(ask.text, mention);
            if filter.wanted.iter().all(|known| known.attribute.id != attribute.id) {
                filter.wanted.push(Wanted { attribute, denied, surface: mention.surface.clone(), limit });
            }
        }
        // "200克以下的手机" names the attribute by its unit.
        for limit in limits {
            let has_unit = |node: &&Node| {
                let unit = node.measure.as_ref().and_then(|measure| measure.unit.as_ref());
                unit.is_some_and(|unit| unit.en == limit.unit)
            };
            let attribute = ask.graph.of_kind(NodeKind::Attribute).filter(has_unit).find(|a| usual(&a))?;
            filter.wanted.push(Wanted { attribute, denied: false, surface: String::new(), limit: Some(limit) });
        }
        Some(filter)
    }

    /// The feature that a question is against and that every product is known to have.
    pub fn denied_in_all(&self, products: &[&Node]) -> Option<&'g Node> {
        let measured = |product: &&Node, attribute: &Node| {
            matches!(value_of(product, attribute), Some(Value::Number(_) | Value::Ranked { .. } | Value::Flag(true)))
        };
        let wanted = self.wanted.iter().find(|wanted| wanted.denied && wanted.limit.is_none())?;
        products.iter().all(|product| measured(product, wanted.attribute)).then_some(wanted.attribute)
    }

    /// Leaves the products that have what is wanted, whatever they cost.
    pub fn keep_features(&self, ask: &Ask<'_>, products: &mut Vec<&'g Node>) {
        let lies = |product: &Node| ask.graph.outgoing(&product.id, EdgeKind::ShipsFrom);
        if self.place.is_some() || !self.warehouses.is_empty() {
            products.retain(|product| {
                lies(product).iter().any(|(at, props)| {
                    props.stock.is_some_and(|stock| stock > 0) && self.warehouses.iter().any(|known| known.id == at.id)
                })
            });
        }
        if let Some(stocked) = self.stocked {
            products.retain(|product| {
                let lies = lies(product);
                let any = lies.iter().any(|(_, props)| props.stock.is_some_and(|stock| stock > 0));
                !lies.is_empty() && any == stocked
            });
        }
        products.retain(|product| self.wanted.iter().all(|wanted| wanted.fits(product)));
        if let Some(months) = self.warranty {
            products.retain(|product| {
                let first = ruling::rulings(ask.graph, product, "warranty").into_iter().next();
                first.and_then(|ruling| ruling.policy.rule.as_ref()?.months) == Some(months)
            });
        }
    }

    /// The warranty policies of what is left, when a warranty was asked for.
    pub fn policies(&self, ask: &Ask<'g>, products: &[&'g Node]) -> Vec<&'g Node> {
        let of = |product: &&'g Node| Some(ruling::rulings(ask.graph, product, "warranty").into_iter().next()?.policy);
        if self.warranty.is_some() { products.iter().filter_map(of).collect() } else { Vec::new() }
    }

    /// By which attribute the products are put in order, and whether more of it is better.
    /// `most` asks for the most of it: then it needs no better end of its own.
    pub fn order(&self, products: &[&Node], most: bool) -> Option<(&'g Node, bool)> {
        self.wanted.iter().filter(|wanted| !wanted.denied).find_map(|wanted| {
            let ordered = products.iter().any(|p| {
                value_of(p, wanted.attribute).is_some_and(|v| rank(v).is_some() && !matches!(v, Value::Flag(_)))
            });
            let better = wanted.attribute.measure.as_ref().and_then(|measure| measure.better);
            let better = better.or((most || wanted.limit.is_some()).then_some(Better::Higher));
            better.filter(|_| ordered).map(|better| (wanted.attribute, better == Better::Higher))
        })
    }

    /// What is wanted, to be repeated in the answer.
    pub fn words(&self, ask: &Ask<'_>, start: &Node) -> (String, String) {
        let brand = ask.brands.first().filter(|brand| brand.id != start.id);
        let (mut zh, mut en) = (String::new(), String::new());
        if let Some(place) = self.place {
            zh += &format!("从{}发货的", place.name.zh);
            en += &format!(" shipping from {}", place.name.en);
        }
        match self.stocked {
            Some(true) => (zh += "有货的", en += " in stock"),
            Some(false) => (zh += "缺货的", en += " out of stock"),
            None => ((), ()),
        };
        if let Some(months) = self.warranty {
            let long = say::months(ask, months);
            zh += &format!("保修 {long}的");
            en += &format!(" with a warranty of {long}");
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
