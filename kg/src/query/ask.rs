//! A question, sorted by what kinds of things it names.

use std::collections::HashSet;

use super::cues::Cues;
use super::{Choice, GraphAnswer, Path, say};
use crate::normal::Normal;
use crate::{EdgeKind, Graph, Language, Mention, Node, NodeKind};

/// More would be a catalogue, not a question.
pub(crate) const MOST_CHOICES: usize = 8;
/// Subjects of one question that are answered one by one.
const MOST_SUBJECTS: usize = 3;

pub(crate) struct Ask<'g> {
    pub graph: &'g Graph,
    pub text: &'g str,
    pub language: Language,
    /// Lower case, without blanks.
    pub normal: String,
    /// Products that are named without doubt, in the order of the text.
    pub products: Vec<&'g Node>,
    /// A name that fits several products.
    pub doubtful: Vec<&'g Node>,
    /// The word by which products are named ("sofa").
    pub product_word: Option<String>,
    pub variants: Vec<&'g Node>,
    pub categories: Vec<&'g Node>,
    pub brands: Vec<&'g Node>,
    pub places: Vec<(&'g Node, Mention)>,
    pub warehouses: Vec<&'g Node>,
    /// Policies, order states, carriers.
    pub others: Vec<&'g Node>,
    /// For each place of the text that names an attribute: what it may be.
    pub attributes: Vec<(Vec<&'g Node>, Mention)>,
    pub conditions: Vec<&'g Node>,
    /// The text without the names in it.
    pub cues: Cues,
}

impl<'g> Ask<'g> {
    pub fn new(graph: &'g Graph, text: &'g str, mentions: &[Mention], language: Language) -> Ask<'g> {
        let mut ask = Ask {
            graph,
            text,
            language,
            normal: Normal::new(text).text,
            products: Vec::new(),
            doubtful: Vec::new(),
            product_word: None,
            variants: Vec::new(),
            categories: Vec::new(),
            brands: Vec::new(),
            places: Vec::new(),
            warehouses: Vec::new(),
            others: Vec::new(),
            attributes: Vec::new(),
            conditions: Vec::new(),
            cues: Cues::new(text, mentions),
        };
        // "几台电脑" asks for an attribute and names no computer.
        let aspects = graph.link_aspects(text);
        let mentions: Vec<Mention> = mentions.iter().filter(|m| !is_within(m, &aspects)).cloned().collect();
        let mut groups: Vec<Vec<&'g Node>> = Vec::new();
        let mut at = None;
        for mention in &mentions {
            let Some(node) = graph.node(&mention.node) else {
                continue;
            };
            match node.kind {
                NodeKind::Product => {
                    // Mentions taken from earlier turns have no span and never compete.
                    let span = Some((mention.start, mention.end)).filter(|(start, end)| start < end);
                    match groups.last_mut().filter(|_| span.is_some() && span == at) {
                        Some(group) => group.push(node),
                        None => groups.push(vec![node]),
                    }
                    at = span;
                    ask.product_word.get_or_insert_with(|| mention.surface.clone());
                }
                NodeKind::Variant => {
                    add(&mut ask.variants, node);
                    groups.extend(graph.incoming(&node.id, EdgeKind::HasVariant).first().map(|(p, _)| vec![*p]));
                    at = None;
                }
                NodeKind::Category => add(&mut ask.categories, node),
                NodeKind::Brand => add(&mut ask.brands, node),
                NodeKind::City | NodeKind::Region => ask.places.push((node, mention.clone())),
                NodeKind::Warehouse => add(&mut ask.warehouses, node),
                NodeKind::Policy | NodeKind::OrderState | NodeKind::Carrier => add(&mut ask.others, node),
                NodeKind::Attribute | NodeKind::Condition | NodeKind::Step => {}
            }
        }
        for group in groups {
            let narrowed = ask.narrow(group);
            match narrowed.as_slice() {
                [one] => add(&mut ask.products, one),
                several => several.iter().for_each(|node| add(&mut ask.doubtful, node)),
            }
        }
        if ask.products.is_empty() && ask.doubtful.is_empty() && !ask.brands.is_empty() {
            ask.brand_and_category();
        }
        ask.read_aspects(&mentions, aspects);
        ask
    }

    /// Keeps what fits the named brands and categories, unless nothing does.
    fn narrow(&self, group: Vec<&'g Node>) -> Vec<&'g Node> {
        if group.len() < 2 {
            return group;
        }
        let fits = |node: &&&Node| self.of_brands(node) && self.of_categories(node);
        let narrowed: Vec<&Node> = group.iter().filter(fits).copied().collect();
        if narrowed.is_empty() { group } else { narrowed }
    }

    pub fn of_brands(&self, product: &Node) -> bool {
        let made_by = self.graph.outgoing(&product.id, EdgeKind::MadeBy);
        self.brands.is_empty() || made_by.iter().any(|(made_by, _)| self.brands.iter().any(|b| b.id == made_by.id))
    }

    fn of_categories(&self, product: &Node) -> bool {
        let above = self.graph.above(&product.id, EdgeKind::IsA);
        let ids: HashSet<&str> = above.iter().filter_map(|path| path.last()).map(|node| node.id.as_str()).collect();
        self.categories.is_empty() || self.categories.iter().any(|category| ids.contains(category.id.as_str()))
    }

    /// "The Qingyu speaker" names a product when the brand makes only one.
    fn brand_and_category(&mut self) {
        let Some(category) = self.categories.first() else {
            return;
        };
        let products = self.graph.products_of(&category.id);
        let found: Vec<&Node> = products.into_iter().filter(|product| self.of_brands(product)).collect();
        match found.as_slice() {
            [one] => self.products.push(one),
            several if several.len() <= MOST_CHOICES => self.doubtful.extend(several),
            _ => {}
        }
    }

    /// Attributes and conditions, but not those that are part of a name ("thermos").
    fn read_aspects(&mut self, mentions: &[Mention], aspects: Vec<Mention>) {
        let inside = |aspect: &Mention| {
            mentions.iter().any(|mention| {
                let here = self.text.get(mention.start..mention.end) == Some(mention.surface.as_str());
                here && aspect.start < mention.end && mention.start < aspect.end
            })
        };
        let aspects: Vec<Mention> = aspects.into_iter().filter(|a| !inside(a)).collect();
        for aspect in aspects {
            let Some(node) = self.graph.node(&aspect.node) else {
                continue;
            };
            if node.kind == NodeKind::Condition {
                add(&mut self.conditions, node);
                continue;
            }
            match self.attributes.last_mut().filter(|(_, last)| (last.start, last.end) == (aspect.start, aspect.end)) {
                Some((nodes, _)) => nodes.push(node),
                None => self.attributes.push((vec![node], aspect)),
            }
        }
        if self.attributes.is_empty() {
            self.bare_attributes();
        }
    }

    /// Attributes of one character beside a name: "W3比B2轻吗".
    fn bare_attributes(&mut self) {
        let found = self.graph.link_aspects(&self.cues.zh);
        let nodes = found.iter().filter_map(|mention| self.graph.node(&mention.node));
        for node in nodes.filter(|node| node.kind == NodeKind::Attribute) {
            let mention = Mention { node: node.id.clone(), start: 0, end: 0, surface: String::new(), exact: true };
            self.attributes.push((vec![node], mention));
        }
    }

    /// Mentions of things and of attributes together.
    pub fn named(&self, mentions: &[Mention]) -> Vec<Mention> {
        mentions.iter().chain(self.attributes.iter().map(|(_, mention)| mention)).cloned().collect()
    }

    /// It asks for the reason.
    pub fn why(&self) -> bool {
        self.cues.why
    }

    pub fn zh(&self) -> bool {
        self.language == Language::Zh
    }

    /// One of two sentences, by the language of the answer.
    pub fn say(&self, zh: impl Into<String>, en: impl Into<String>) -> String {
        if self.zh() { zh.into() } else { en.into() }
    }

    pub fn text_of<'a>(&self, node: &'a Node) -> &'a str {
        node.text.as_ref().map_or("", |text| text.get(self.language))
    }

    /// Whether the text has one of these words, written without blanks and in lower case.
    pub fn has(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.normal.contains(word))
    }

    /// Products, or else the category or brand, answered one by one; a question back when a name fits several.
    pub fn each_subject(&self, answer: impl Fn(&Ask<'g>, &'g Node) -> Option<GraphAnswer>) -> Option<GraphAnswer> {
        if self.products.is_empty() && !self.doubtful.is_empty() {
            // One policy for all of them needs no question back.
            let end = |answer: &GraphAnswer| answer.steps.last().map(|step| step.node.clone());
            let answers = self.doubtful.iter().map(|node| answer(self, node));
            let mut ends: Vec<_> = answers.map(|answer| answer.as_ref().and_then(end)).collect();
            // A question back promises an answer.
            if ends.iter().all(Option::is_none) {
                return None;
            }
            ends.dedup();
            if let [Some(same)] = ends.as_slice() {
                let wider = self.categories.iter().chain(&self.brands).filter_map(|node| answer(self, node));
                let is_policy = self.graph.node(same).is_some_and(|node| node.kind == NodeKind::Policy);
                if let Some(found) = wider.into_iter().find(|a| is_policy && end(a).as_ref() == Some(same)) {
                    return Some(found);
                }
            }
            return Some(self.which(&self.doubtful));
        }
        let subjects = if !self.products.is_empty() {
            &self.products
        } else if !self.categories.is_empty() {
            &self.categories
        } else {
            &self.brands
        };
        let answers = subjects.iter().take(MOST_SUBJECTS).map(|node| answer(self, node));
        self.join(answers.collect::<Option<Vec<_>>>()?)
    }

    /// Several answers as one.
    pub fn join(&self, answers: Vec<GraphAnswer>) -> Option<GraphAnswer> {
        let mut answers = answers.into_iter();
        let mut first = answers.next()?;
        for next in answers {
            if next.text != first.text {
                first.text = format!("{}\n{}", first.text, next.text);
                first.title = format!("{}；{}", first.title, next.title);
                first.steps.extend(next.steps);
                first.article = first.article.or(next.article);
                first.finding.nodes.extend(next.finding.nodes);
                first.finding.verdict = first.finding.verdict.filter(|verdict| next.finding.verdict == Some(*verdict));
            }
        }
        Some(first)
    }

    /// Asks back which product is meant.
    pub fn which(&self, products: &[&'g Node]) -> GraphAnswer {
        let text = self.say("请问您说的是哪一款？", "Which one do you mean?");
        let mut answer = products.first().map_or_else(Path::default, |node| Path::from(node)).answer(self, text);
        answer.title = say::list(self, products.iter().map(|node| node.name(self.language).to_owned()));
        answer.choices = products
            .iter()
            .take(MOST_CHOICES)
            .map(|node| Choice { node: node.id.clone(), title: node.name(self.language).to_owned() })
            .collect();
        answer
    }

    /// The form of a product that the text names: as a whole, or by what sets it apart ("512GB").
    pub fn variant(&self, product: &'g Node) -> Option<&'g Node> {
        let variants = self.graph.outgoing(&product.id, EdgeKind::HasVariant);
        let named = |variant: &Node| {
            self.variants.iter().any(|named| named.id == variant.id)
                || Language::ALL.iter().any(|language| {
                    let apart = variant.name(*language).strip_prefix(product.name(*language)).unwrap_or_default();
                    let apart = Normal::new(apart.trim_start_matches([' ', ',', '，'])).text;
                    apart.chars().count() > 1 && self.normal.contains(&apart)
                })
        };
        let mut found = variants.into_iter().map(|(node, _)| node).filter(|node| named(node));
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }
}

/// A name that is only a part of what an attribute is called.
pub(crate) fn is_within(mention: &Mention, aspects: &[Mention]) -> bool {
    let (start, end) = (mention.start, mention.end);
    start < end && aspects.iter().any(|a| a.start <= start && end <= a.end && a.end - a.start > end - start)
}

pub(crate) fn add<'g>(nodes: &mut Vec<&'g Node>, node: &'g Node) {
    if nodes.iter().all(|known| known.id != node.id) {
        nodes.push(node);
    }
}
