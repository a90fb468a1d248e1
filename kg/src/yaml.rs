//! The form of the content files: a node carries the edges that leave it, because that is how editors think of it.
//!
//! ```yaml
//! nodes:
//!   - id: product:m2-headphones
//!     kind: product
//!     name: {zh: M2 耳机, en: M2 Headphones}
//!     price: 29900
//!     edges:
//!       is_a: category:headphones
//!       ships_from: {warehouse:hangzhou: {stock: 40}, warehouse:chengdu: {stock: 12}}
//!       fits: [product:x1-phone, product:x1-pro-phone]
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::GraphError;
use crate::{Aliases, Edge, EdgeKind, EdgeProps, GraphDocument, Measure, Node, NodeKind, Rule, Text, Value};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    nodes: Vec<Entry>,
    /// Edges whose start is not a node of this file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    edges: Vec<Edge>,
}

/// `Node` and its edges. The fields are repeated, because `flatten` loses the positions of errors.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    kind: NodeKind,
    #[serde(default)]
    name: Text,
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    aliases: Aliases,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    price: Option<i64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<Rule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    measure: Option<Measure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    article: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    edges: BTreeMap<EdgeKind, Targets>,
}

/// One id, a list of ids, or a map from id to properties.
#[derive(Default)]
struct Targets(Vec<(String, EdgeProps)>);

pub(crate) fn parse(path: &Path, text: &str) -> Result<GraphDocument, GraphError> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(GraphDocument::default());
    }
    let file: File = serde_yaml_ng::from_str(text)
        .map_err(|error| GraphError::Parse { path: path.to_path_buf(), message: error.to_string() })?;
    let mut document = GraphDocument::default();
    for entry in file.nodes {
        for (kind, targets) in entry.edges {
            for (to, props) in targets.0 {
                document.edges.push(Edge { from: entry.id.clone(), kind, to, props });
            }
        }
        document.nodes.push(Node {
            id: entry.id,
            kind: entry.kind,
            name: entry.name,
            aliases: entry.aliases,
            text: entry.text,
            price: entry.price,
            attributes: entry.attributes,
            rule: entry.rule,
            measure: entry.measure,
            article: entry.article,
        });
    }
    document.edges.extend(file.edges);
    Ok(document)
}

pub(crate) fn write(document: &GraphDocument) -> Result<String, GraphError> {
    let mut leaving: BTreeMap<&str, BTreeMap<EdgeKind, Targets>> = BTreeMap::new();
    for edge in &document.edges {
        let targets = leaving.entry(&edge.from).or_default().entry(edge.kind).or_default();
        targets.0.push((edge.to.clone(), edge.props.clone()));
    }
    let nodes = document.nodes.iter().map(|node| Entry {
        id: node.id.clone(),
        kind: node.kind,
        name: node.name.clone(),
        aliases: node.aliases.clone(),
        text: node.text.clone(),
        price: node.price,
        attributes: node.attributes.clone(),
        rule: node.rule.clone(),
        measure: node.measure.clone(),
        article: node.article.clone(),
        edges: leaving.remove(node.id.as_str()).unwrap_or_default(),
    });
    let nodes = nodes.collect();
    let mut edges = Vec::new();
    for (from, kinds) in leaving {
        for (kind, targets) in kinds {
            edges.extend(targets.0.into_iter().map(|(to, props)| Edge { from: from.to_owned(), kind, to, props }));
        }
    }
    serde_yaml_ng::to_string(&File { nodes, edges }).map_err(|error| GraphError::Write(error.to_string()))
}

impl Serialize for Targets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [(to, props)] if props.is_empty() => serializer.serialize_str(to),
            targets if targets.iter().all(|(_, props)| props.is_empty()) => {
                let mut seq = serializer.serialize_seq(Some(targets.len()))?;
                for (to, _) in targets {
                    seq.serialize_element(to)?;
                }
                seq.end()
            }
            targets => {
                let mut map = serializer.serialize_map(Some(targets.len()))?;
                for (to, props) in targets {
                    map.serialize_entry(to, props)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Targets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Targets, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Targets;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the id of a node, a list of ids, or a map from id to properties")
            }

            fn visit_str<E: serde::de::Error>(self, id: &str) -> Result<Targets, E> {
                Ok(Targets(vec![(id.to_owned(), EdgeProps::default())]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Targets, A::Error> {
                let mut targets = Vec::new();
                while let Some(id) = seq.next_element::<String>()? {
                    targets.push((id, EdgeProps::default()));
                }
                Ok(Targets(targets))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Targets, A::Error> {
                let mut targets = Vec::new();
                while let Some((id, props)) = map.next_entry::<String, Option<EdgeProps>>()? {
                    targets.push((id, props.unwrap_or_default()));
                }
                Ok(Targets(targets))
            }
        }
        deserializer.deserialize_any(Visit)
    }
}
