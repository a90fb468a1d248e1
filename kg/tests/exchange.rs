//! The graph goes out into files of others and comes in again.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use kg::exchange::{edges_csv, nodes_csv, read_csv, read_jsonld, to_jsonld};
use kg::{EdgeKind, Graph, NodeKind, load_dir};

fn graph() -> Graph {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/content/graph");
    Graph::new(load_dir(&dir).unwrap()).unwrap()
}

#[test]
fn tables_come_back_as_they_went() {
    let graph = graph();
    let (nodes, edges) = (nodes_csv(graph.document()).unwrap(), edges_csv(graph.document()).unwrap());
    let mut parts = read_csv("nodes.csv", &format!("\u{feff}{nodes}"));
    parts.add(read_csv("edges.csv", &edges));
    assert!(parts.problems.is_empty(), "{:?}", parts.problems);
    assert!(parts.document == *graph.document());
}

#[test]
fn wrong_tables_name_file_and_line() {
    let nodes = "id,kind,name_zh,name_en,price,attributes\n\
        product:a,product,甲,A,12.345,\n\
        product:b,gadget,乙,B,1,\n\
        product:c,product,丙,C,1,{nonsense\n\
        product:d,product,丁,D,1,,extra\n\
        \n\
        product:e,product,戊,E,9.9,\n";
    let parts = read_csv("n.csv", nodes);
    let lines: Vec<usize> = parts.problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [2, 3, 4, 5], "{:?}", parts.problems);
    assert!(parts.problems.iter().all(|p| p.file == "n.csv" && !p.zh.is_empty() && !p.en.is_empty()));
    assert_eq!(parts.document.nodes.last().unwrap().price, Some(990));
    for (text, says) in [
        ("", "`id` is missing"),
        ("a,b\n1,2\n", "is missing"),
        ("id,kind,name_zh,name_en,colour\n", "no column `colour`"),
        ("from,kind,to,stock\na,ships_from,b,many\n", "whole number"),
        ("from,kind,to\na,likes,b\n", "it can only be is_a"),
    ] {
        let parts = read_csv("x.csv", text);
        assert!(parts.problems.iter().any(|p| p.en.contains(says)), "{text}: {:?}", parts.problems);
    }
    // Troubles of the whole graph are found again in the file.
    let mut parts = read_csv("n.csv", "id,kind,name_zh,name_en\ncategory:a,category,甲,A\ncategory:b,category,乙,B\n");
    parts.add(read_csv("e.csv", "from,kind,to\ncategory:a,is_a,category:b\ncategory:b,is_a,category:a\n"));
    let Err(error) = Graph::new(parts.document.clone()) else { panic!("a circle was taken") };
    let remark = parts.remark(&error.problems()[0].trouble);
    assert_eq!(remark.file, "e.csv");
    assert!(remark.line == 2 || remark.line == 3, "{remark:?}");
}

#[test]
fn schema_org_round_trip() {
    let graph = graph();
    let (document, notes) = to_jsonld(&graph);
    assert!(notes.iter().any(|note| note.en.contains("condition")), "{notes:?}");
    let all = document["@graph"].as_array().unwrap();
    let m2 = all.iter().find(|object| object["@id"] == "urn:kefu:product:m2-headphones").unwrap();
    assert_eq!((&m2["@type"], &m2["offers"][0]["price"]), (&"Product".into(), &"299.00".into()));
    assert_eq!(m2["offers"][0]["hasMerchantReturnPolicy"]["@id"], "urn:kefu:policy:return-electronics");
    let x1 = all.iter().find(|object| object["@id"] == "urn:kefu:product:x1-phone").unwrap();
    assert_eq!((&x1["@type"], x1["hasVariant"].as_array().unwrap().len()), (&"ProductGroup".into(), 2));
    let parts = read_jsonld("shop.jsonld", &document.to_string(), &graph);
    assert!(parts.problems.is_empty() && parts.notes.is_empty(), "{:?} {:?}", parts.problems, parts.notes);
    // What the vocabulary can say comes back as it went.
    for node in graph
        .document()
        .nodes
        .iter()
        .filter(|n| matches!(n.kind, NodeKind::Product | NodeKind::Variant | NodeKind::Brand))
    {
        let back = parts.document.nodes.iter().find(|back| back.id == node.id).unwrap();
        assert_eq!(back, node);
    }
    let said = |kind: EdgeKind| {
        matches!(
            kind,
            EdgeKind::MadeBy | EdgeKind::HasVariant | EdgeKind::ShipsFrom | EdgeKind::Fits | EdgeKind::SucceededBy
        )
    };
    for edge in graph.document().edges.iter().filter(|edge| said(edge.kind)) {
        assert!(parts.document.edges.contains(edge), "{edge:?}");
    }
    assert!(parts.document.edges.iter().all(|edge| edge.kind != EdgeKind::GovernedBy), "nothing is said twice");
}

#[test]
fn schema_org_of_others() {
    let graph = graph();
    let text = r#"{"@context": "https://schema.org", "@type": "Product", "name": "Nova Desk Fan", "sku": "NF-1", "brand": {"@type": "Brand", "name": "Dawnhome"},
        "category": "Small appliances", "additionalProperty": [{"@type": "PropertyValue", "propertyID": "noise", "value": 32}, {"@type": "PropertyValue", "name": "Blades", "value": 5}],
        "offers": {"@type": "Offer", "price": 199, "priceCurrency": "CNY"}}"#;
    let parts = read_jsonld("fan.json", text, &graph);
    assert!(parts.problems.is_empty(), "{:?}", parts.problems);
    let [fan] = parts.document.nodes.as_slice() else { panic!("{:?}", parts.document) };
    assert_eq!((fan.id.as_str(), fan.price), ("product:nf-1", Some(19_900)));
    assert!(parts.document.edges.iter().any(|edge| edge.to == "brand:zhaomu"));
    assert!(parts.document.edges.iter().any(|edge| edge.to == "category:small-appliances"));
    assert!(parts.notes.iter().any(|note| note.en.contains("Blades")), "{:?}", parts.notes);
    for (text, says) in [
        ("{", "no JSON"),
        ("[]", "no schema.org"),
        ("3", "no schema.org"),
        (r#"{"@type":"Product"}"#, "no usable name"),
    ] {
        let parts = read_jsonld("x.json", text, &graph);
        assert!(parts.problems.iter().any(|p| p.en.contains(says)), "{text}: {:?}", parts.problems);
    }
    let dollars = text.replace("CNY", "USD");
    let parts = read_jsonld("fan.json", &dollars, &graph);
    assert_eq!(parts.document.nodes[0].price, None);
    assert!(parts.notes.iter().any(|note| note.en.contains("USD")));
}
