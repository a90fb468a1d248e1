//! schema.org in JSON-LD: Product, ProductGroup, Offer, Brand and MerchantReturnPolicy. The vocabulary has no words for
//! conditions, exceptions, warehouses' routes and the like; what it cannot say is counted in the report of the export.

use serde_json::{Map, Value as Json, json};

use super::csv::minor;
use super::{Parts, Remark};
use crate::query::ruling_on;
use crate::{Edge, EdgeKind, EdgeProps, Graph, Node, NodeKind, Payer, Rule, Text, Value, Verdict};

const SCHEMA: &str = "https://schema.org/";

/// The document, and what it could not say.
pub fn to_jsonld(graph: &Graph) -> (Json, Vec<Remark>) {
    let mut all = Vec::new();
    for brand in graph.of_kind(NodeKind::Brand) {
        all.push(described(brand, "Brand"));
    }
    for policy in graph.of_kind(NodeKind::Policy) {
        all.extend(return_policy(policy));
    }
    for product in graph.of_kind(NodeKind::Product) {
        all.push(sold(graph, product));
    }
    let mut notes = Vec::new();
    let mut left = |count: usize, zh: &str, en: &str| {
        if count > 0 {
            notes.push(Remark {
                file: String::new(),
                line: 0,
                zh: format!("{count} {zh}"),
                en: format!("{count} {en}"),
            });
        }
    };
    for kind in NodeKind::ALL {
        let said = matches!(kind, NodeKind::Product | NodeKind::Variant | NodeKind::Brand);
        let count = graph.of_kind(*kind).filter(|node| !said && return_policy(node).is_none()).count();
        left(count, &format!("个 {kind} 节点"), &format!("nodes of the kind {kind}"));
    }
    let edges = &graph.document().edges;
    for kind in EdgeKind::ALL {
        let said = matches!(
            kind,
            EdgeKind::IsA
                | EdgeKind::MadeBy
                | EdgeKind::HasVariant
                | EdgeKind::ShipsFrom
                | EdgeKind::Fits
                | EdgeKind::SucceededBy
        );
        let count = edges.iter().filter(|edge| edge.kind == *kind && !said).count();
        left(
            count,
            &format!("条 {kind} 边（适用的退货政策写在商品上）"),
            &format!("edges of the kind {kind} (the return policy that applies stands on the product)"),
        );
    }
    (json!({"@context": SCHEMA.trim_end_matches('/'), "@graph": all}), notes)
}

fn iri(id: &str) -> String {
    format!("urn:kefu:{id}")
}

fn texts(text: &Text) -> Json {
    json!([{"@language": "zh", "@value": text.zh}, {"@language": "en", "@value": text.en}])
}

fn described(node: &Node, kind: &str) -> Json {
    let mut object = json!({"@type": kind, "@id": iri(&node.id), "name": texts(&node.name)});
    if !node.aliases.is_empty() {
        let of = |language: &'static str, list: &[String]| -> Vec<Json> {
            list.iter().map(|alias| json!({"@language": language, "@value": alias})).collect()
        };
        object["alternateName"] = Json::Array([of("zh", &node.aliases.zh), of("en", &node.aliases.en)].concat());
    }
    if let Some(text) = &node.text {
        object["description"] = texts(text);
    }
    object
}

fn return_policy(node: &Node) -> Option<Json> {
    let rule = node.rule.as_ref().filter(|rule| rule.topic == "return")?;
    let mut object = described(node, "MerchantReturnPolicy");
    object["applicableCountry"] = json!("CN");
    let category = match rule.verdict {
        Verdict::Yes => "MerchantReturnFiniteReturnWindow",
        Verdict::No => "MerchantReturnNotPermitted",
        Verdict::Depends => "MerchantReturnUnspecified",
    };
    object["returnPolicyCategory"] = json!(format!("{SCHEMA}{category}"));
    if let Some(days) = rule.days {
        object["merchantReturnDays"] = json!(days);
    }
    if let Some(payer) = rule.postage {
        let fees = if payer == Payer::Shop { "FreeReturn" } else { "ReturnFeesCustomerResponsibility" };
        object["returnFees"] = json!(format!("{SCHEMA}{fees}"));
    }
    Some(object)
}

fn sold(graph: &Graph, product: &Node) -> Json {
    let variants = graph.outgoing(&product.id, EdgeKind::HasVariant);
    let mut object = described(product, if variants.is_empty() { "Product" } else { "ProductGroup" });
    let to = |kind: EdgeKind| -> Vec<Json> {
        graph.outgoing(&product.id, kind).into_iter().map(|(node, _)| json!({"@id": iri(&node.id)})).collect()
    };
    if let Some(brand) = to(EdgeKind::MadeBy).into_iter().next() {
        object["brand"] = brand;
    }
    let categories: Vec<Json> =
        graph.outgoing(&product.id, EdgeKind::IsA).iter().map(|(c, _)| json!(iri(&c.id))).collect();
    if !categories.is_empty() {
        object["category"] = Json::Array(categories);
    }
    for (key, kind) in [("isAccessoryOrSparePartFor", EdgeKind::Fits), ("predecessorOf", EdgeKind::SucceededBy)] {
        let found = to(kind);
        if !found.is_empty() {
            object[key] = Json::Array(found);
        }
    }
    let properties: Vec<Json> = product.attributes.iter().map(|(key, value)| property(graph, key, value)).collect();
    if !properties.is_empty() {
        object["additionalProperty"] = Json::Array(properties);
    }
    let policy = ruling_on(graph, &product.id, "return").map(|policy| policy.id.clone());
    object["offers"] = offers(graph, product, policy.as_deref());
    if !variants.is_empty() {
        object["productGroupID"] = json!(product.id);
        let variant = |node: &Node| {
            let mut object = described(node, "Product");
            object["offers"] = offers(graph, node, policy.as_deref());
            object
        };
        object["hasVariant"] = variants.into_iter().map(|(node, _)| variant(node)).collect();
    }
    object
}

fn property(graph: &Graph, key: &str, value: &Value) -> Json {
    let attribute = graph.node(&format!("attribute:{key}"));
    let mut object = json!({"@type": "PropertyValue", "propertyID": key});
    if let Some(attribute) = attribute {
        object["name"] = texts(&attribute.name);
        if let Some(unit) = attribute.measure.as_ref().and_then(|measure| measure.unit.as_ref()) {
            object["unitText"] = json!(unit.en);
        }
    }
    object["value"] = match value {
        Value::Flag(flag) => json!(flag),
        Value::Number(number) => json!(number),
        Value::Same(text) => json!(text),
        Value::Text(text) => texts(text),
        Value::Ranked { zh, en, .. } => texts(&Text::new(zh, en)),
    };
    if let Value::Ranked { rank, .. } = value {
        object["valueReference"] = json!({"@type": "QuantitativeValue", "value": rank});
    }
    object
}

/// One offer for each warehouse, or one alone.
fn offers(graph: &Graph, node: &Node, policy: Option<&str>) -> Json {
    let offer = |stock: Option<u32>, at: Option<&Node>| {
        let mut object = json!({"@type": "Offer", "priceCurrency": "CNY"});
        if let Some(price) = node.price {
            object["price"] = json!(format!("{}.{:02}", price / 100, price % 100));
        }
        if let Some(policy) = policy {
            object["hasMerchantReturnPolicy"] = json!({"@id": iri(policy)});
        }
        if let Some(at) = at {
            object["availableAtOrFrom"] = json!({"@id": iri(&at.id)});
        }
        if let Some(stock) = stock {
            object["inventoryLevel"] = json!({"@type": "QuantitativeValue", "value": stock});
            let word = if stock > 0 { "InStock" } else { "OutOfStock" };
            object["availability"] = json!(format!("{SCHEMA}{word}"));
        }
        object
    };
    let lies = graph.outgoing(&node.id, EdgeKind::ShipsFrom);
    if lies.is_empty() {
        return Json::Array(vec![offer(None, None)]);
    }
    lies.into_iter().map(|(warehouse, props)| offer(props.stock, Some(warehouse))).collect()
}

/// Reads products, offers, brands and return policies; `graph` is what there is already, for names and rules.
pub fn read_jsonld(file: &str, text: &str, graph: &Graph) -> Parts {
    let mut parts = Parts::default();
    let whole: Json = match serde_json::from_str(text) {
        Ok(whole) => whole,
        Err(e) => {
            parts.problem(file, e.line(), format!("不是 JSON：{e}"), format!("this is no JSON: {e}"));
            return parts;
        }
    };
    let mut reader = Reader { file, graph, parts, seen: 0 };
    let all = match &whole {
        Json::Array(all) => all.clone(),
        Json::Object(object) => match object.get("@graph") {
            Some(Json::Array(all)) => all.clone(),
            _ => vec![whole.clone()],
        },
        _ => Vec::new(),
    };
    for object in all.iter().filter_map(Json::as_object) {
        reader.object(object);
    }
    if reader.seen == 0 {
        reader.parts.problem(
            file,
            0,
            "没有 schema.org 的 Product、ProductGroup、Brand 或 MerchantReturnPolicy",
            "there is no schema.org Product, ProductGroup, Brand or MerchantReturnPolicy in it",
        );
    }
    reader.parts
}

struct Reader<'r> {
    file: &'r str,
    graph: &'r Graph,
    parts: Parts,
    seen: usize,
}

fn list(value: Option<&Json>) -> Vec<&Json> {
    match value {
        Some(Json::Array(all)) => all.iter().collect(),
        Some(Json::Null) | None => Vec::new(),
        Some(one) => vec![one],
    }
}

fn plain(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.trim().to_owned()),
        Json::Object(object) => object.get("@value").or(object.get("name")).and_then(Json::as_str).map(str::to_owned),
        _ => None,
    }
}

fn is(object: &Map<String, Json>, kind: &str) -> bool {
    list(object.get("@type"))
        .iter()
        .any(|t| t.as_str().is_some_and(|t| t.trim_start_matches(SCHEMA).trim_start_matches("schema:") == kind))
}

fn number(value: &Json) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

impl Reader<'_> {
    fn note(&mut self, zh: String, en: String) {
        self.parts.note(self.file, 0, zh, en);
    }

    /// A text in both languages; one that has no language stands for both.
    fn text(&self, value: Option<&Json>) -> Option<Text> {
        let mut text = Text::default();
        for one in list(value) {
            let said = plain(one)?;
            match one.get("@language").and_then(Json::as_str).and_then(crate::Language::parse) {
                Some(crate::Language::Zh) => text.zh = said,
                Some(crate::Language::En) => text.en = said,
                None => text = Text::new(&said, &said),
            }
        }
        if text.zh.is_empty() {
            text.zh = text.en.clone();
        }
        if text.en.is_empty() {
            text.en = text.zh.clone();
        }
        (!text.zh.is_empty()).then_some(text)
    }

    /// `urn:kefu:product:m2` as it was exported, else of the sku or the English name.
    fn id(&self, object: &Map<String, Json>, kind: NodeKind, name: &Text) -> String {
        let given = object.get("@id").and_then(Json::as_str).unwrap_or_default();
        if let Some(id) = given.strip_prefix("urn:kefu:").filter(|id| id.starts_with(kind.code())) {
            return id.to_owned();
        }
        let word = object.get("sku").and_then(Json::as_str).unwrap_or(&name.en);
        let mut slug = String::new();
        for c in word.chars().flat_map(char::to_lowercase) {
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !slug.ends_with('-') {
                slug.push('-');
            }
        }
        let slug = slug.trim_matches('-');
        if slug.is_empty() { String::new() } else { format!("{kind}:{slug}") }
    }

    /// A node that the object points to: by id, or by its name.
    fn target(&self, value: &Json, kind: NodeKind) -> Option<String> {
        let given = value.get("@id").and_then(Json::as_str).or(value.as_str()).unwrap_or_default();
        if let Some(id) = given.strip_prefix("urn:kefu:") {
            return Some(id.to_owned());
        }
        let name = plain(value)?.to_lowercase();
        let named = |node: &&Node| {
            [&node.name.zh, &node.name.en]
                .into_iter()
                .map(String::as_str)
                .chain(node.aliases.iter())
                .any(|n| n.to_lowercase() == name)
        };
        self.graph.of_kind(kind).find(named).map(|node| node.id.clone())
    }

    fn base(&mut self, object: &Map<String, Json>, kind: NodeKind) -> Option<Node> {
        self.seen += 1;
        let name = self.text(object.get("name"));
        let id = name.as_ref().map(|name| self.id(object, kind, name)).unwrap_or_default();
        let (Some(name), false) = (name, id.is_empty()) else {
            let given = object.get("@id").and_then(Json::as_str).unwrap_or("?").to_owned();
            self.parts.problem(
                self.file,
                0,
                format!("第 {} 个 {kind}（{given}）没有可用的 name 或 sku", self.seen),
                format!("{kind} number {} ({given}) has no usable name or sku", self.seen),
            );
            return None;
        };
        // What the vocabulary does not say stays as it is.
        let mut node = self.graph.node(&id).cloned().unwrap_or_else(|| Node::new(&id, kind, name.clone()));
        node.name = name;
        let aliases = list(object.get("alternateName"));
        if !aliases.is_empty() {
            let of = |language: &str| -> Vec<String> {
                let fits = |alias: &&&Json| alias.get("@language").and_then(Json::as_str).unwrap_or("zh") == language;
                aliases.iter().filter(fits).filter_map(|alias| plain(alias)).collect()
            };
            (node.aliases.zh, node.aliases.en) = (of("zh"), of("en"));
        }
        if let Some(text) = self.text(object.get("description")) {
            node.text = Some(text);
        }
        Some(node)
    }

    fn object(&mut self, object: &Map<String, Json>) {
        if is(object, "Product") || is(object, "ProductGroup") {
            self.product(object);
        } else if is(object, "Brand") {
            if let Some(node) = self.base(object, NodeKind::Brand) {
                self.push(node);
            }
        } else if is(object, "MerchantReturnPolicy") {
            self.policy(object);
        } else {
            let kind = list(object.get("@type")).first().and_then(|t| t.as_str()).unwrap_or("?").to_owned();
            self.note(format!("没有取用 {kind}"), format!("{kind} was not taken"));
        }
    }

    fn push(&mut self, node: Node) {
        self.parts.places.insert(node.id.clone(), (self.file.to_owned(), 0));
        self.parts.document.nodes.push(node);
    }

    fn edge(&mut self, edge: Edge) {
        self.parts.places.insert(Parts::key(&edge), (self.file.to_owned(), 0));
        let known = |known: &Edge| (&known.from, known.kind, &known.to) == (&edge.from, edge.kind, &edge.to);
        if !self.parts.document.edges.iter().any(known) {
            self.parts.document.edges.push(edge);
        }
    }

    fn policy(&mut self, object: &Map<String, Json>) {
        let Some(mut node) = self.base(object, NodeKind::Policy) else { return };
        let word = |key: &str| {
            object.get(key).and_then(Json::as_str).unwrap_or_default().trim_start_matches(SCHEMA).to_owned()
        };
        let verdict = match word("returnPolicyCategory").as_str() {
            "MerchantReturnNotPermitted" => Verdict::No,
            "MerchantReturnFiniteReturnWindow" | "MerchantReturnUnlimitedWindow" => Verdict::Yes,
            _ => Verdict::Depends,
        };
        let postage = match word("returnFees").as_str() {
            "FreeReturn" => Some(Payer::Shop),
            "" => None,
            _ => Some(Payer::Customer),
        };
        let days = object.get("merchantReturnDays").and_then(number).map(|days| days.clamp(0.0, 3650.0) as u16);
        node.rule = Some(Rule { topic: "return".into(), verdict, days, months: None, postage });
        if node.text.is_none() {
            node.text = Some(node.name.clone());
        }
        self.push(node);
    }

    fn product(&mut self, object: &Map<String, Json>) {
        let Some(mut node) = self.base(object, NodeKind::Product) else { return };
        let id = node.id.clone();
        for property in list(object.get("additionalProperty")) {
            self.property(&mut node, property);
        }
        for (key, edge, kind) in [
            ("category", EdgeKind::IsA, NodeKind::Category),
            ("brand", EdgeKind::MadeBy, NodeKind::Brand),
            ("isAccessoryOrSparePartFor", EdgeKind::Fits, NodeKind::Product),
            ("predecessorOf", EdgeKind::SucceededBy, NodeKind::Product),
        ] {
            for value in list(object.get(key)) {
                match self.target(value, kind) {
                    Some(target) => self.edge(Edge::new(&id, edge, target)),
                    None => {
                        let name = plain(value).unwrap_or_default();
                        self.note(
                            format!("{id}：没有找到 {key}“{name}”"),
                            format!("{id}: the {key} “{name}” was not found"),
                        );
                    }
                }
            }
        }
        self.offers(&mut node, object);
        self.push(node);
        for variant in list(object.get("hasVariant")).into_iter().filter_map(Json::as_object) {
            let Some(mut node) = self.base(variant, NodeKind::Variant) else { continue };
            self.offers(&mut node, variant);
            self.edge(Edge::new(&id, EdgeKind::HasVariant, &node.id));
            self.push(node);
        }
    }

    fn property(&mut self, node: &mut Node, property: &Json) {
        let key = property.get("propertyID").and_then(Json::as_str).map(str::to_owned);
        let key = key.or_else(|| {
            self.target(property.get("name")?, NodeKind::Attribute)?.strip_prefix("attribute:").map(str::to_owned)
        });
        let Some(key) = key.filter(|key| self.graph.node(&format!("attribute:{key}")).is_some()) else {
            let name = property.get("name").and_then(plain).unwrap_or_default();
            let id = &node.id;
            let (zh, en) = (format!("{id}：没有属性“{name}”"), format!("{id}: there is no attribute “{name}”"));
            return self.note(zh, en);
        };
        let rank = property.get("valueReference").and_then(|r| r.get("value")).and_then(number);
        let value = match property.get("value") {
            Some(Json::Bool(flag)) => Some(Value::Flag(*flag)),
            Some(Json::Number(n)) => n.as_f64().map(Value::Number),
            Some(Json::String(text)) => Some(Value::Same(text.clone())),
            several => self.text(several).map(|text| match rank {
                Some(rank) => Value::Ranked { rank, zh: text.zh, en: text.en },
                None => Value::Text(text),
            }),
        };
        if let Some(value) = value {
            node.attributes.insert(key, value);
        }
    }

    fn offers(&mut self, node: &mut Node, object: &Map<String, Json>) {
        let id = node.id.clone();
        for offer in list(object.get("offers")) {
            let currency = offer.get("priceCurrency").and_then(Json::as_str).unwrap_or("CNY");
            let price = offer.get("price").or(offer.get("lowPrice"));
            let price = price.map(|p| p.as_str().map_or_else(|| p.to_string(), str::to_owned));
            match price.as_deref().map(minor) {
                Some(Some(minor)) if currency == "CNY" => node.price = Some(minor),
                Some(_) => {
                    let price = price.unwrap_or_default();
                    self.note(
                        format!("{id}：没有取用价格 {price} {currency}"),
                        format!("{id}: the price {price} {currency} was not taken"),
                    );
                }
                None => {}
            }
            if let Some(at) = offer.get("availableAtOrFrom").and_then(|at| self.target(at, NodeKind::Warehouse)) {
                let stock = offer.get("inventoryLevel").and_then(|level| number(level.get("value").unwrap_or(level)));
                let mut edge = Edge::new(&id, EdgeKind::ShipsFrom, at);
                edge.props = EdgeProps { stock: stock.map(|s| s.clamp(0.0, 1e9) as u32), days: None };
                self.edge(edge);
            }
            let policy = offer.get("hasMerchantReturnPolicy").and_then(|p| self.target(p, NodeKind::Policy));
            // What the category says already need not be said of the product.
            let holds = |policy: &String| ruling_on(self.graph, &id, "return").is_some_and(|known| known.id == *policy);
            if let Some(policy) = policy.filter(|policy| node.kind == NodeKind::Product && !holds(policy)) {
                self.edge(Edge::new(&id, EdgeKind::GovernedBy, policy));
            }
        }
    }
}
