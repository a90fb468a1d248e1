//! The demo shop's graph as shipped.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use kg::{Graph, GraphDocument, NodeKind, load_dir};

fn document() -> GraphDocument {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/content/graph");
    load_dir(&dir).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn is_valid_and_large_enough() {
    let graph = Graph::new(document()).unwrap();
    let count = |kind| graph.of_kind(kind).count();
    assert!(graph.document().nodes.len() >= 320, "{}", graph.document().nodes.len());
    assert!(count(NodeKind::Product) >= 110);
    assert!(count(NodeKind::Category) >= 25);
    assert!(count(NodeKind::Policy) >= 20);
    assert_eq!(count(NodeKind::Warehouse), 5);
    assert_eq!(count(NodeKind::Carrier), 5);
}

#[test]
fn survives_yaml_and_json() {
    let document = document();
    let again = GraphDocument::from_yaml(&document.to_yaml().unwrap()).unwrap();
    assert!(again == document);
    let json = serde_json::to_string(&document).unwrap();
    assert!(serde_json::from_str::<GraphDocument>(&json).unwrap() == document);
}
