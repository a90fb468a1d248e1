//! What editors get wrong, and what they are told.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use kg::{Edge, EdgeKind, Graph, GraphDocument, GraphError, Node, NodeKind, Shared, Text, Trouble, load_dir};

/// A folder that is gone at the end of a test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Folder {
        let dir = std::env::temp_dir().join(format!("kefu-kg-{}-{name}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        for (file, text) in files {
            fs::write(dir.join(file), text).unwrap();
        }
        Folder(dir)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn message(name: &str, files: &[(&str, &str)]) -> String {
    load_dir(&Folder::new(name, files).0).unwrap_err().to_string()
}

const CATEGORIES: &str = "nodes:
  - id: category:a
    kind: category
    name: {zh: 甲, en: A}
";

#[test]
fn names_file_and_line() {
    let text = message(
        "edge",
        &[
            ("a.yml", CATEGORIES),
            (
                "b.yml",
                "# a comment\nnodes:\n  - id: category:b\n    kind: category\n    name: {zh: 乙, en: B}\n    edges:\n      is_a: category:nowhere\n",
            ),
        ],
    );
    assert!(text.contains("b.yml:3:"), "{text}");
    assert!(text.contains("`category:b` is_a `category:nowhere`, but there is no node `category:nowhere`"), "{text}");

    let text = message("twice", &[("a.yml", CATEGORIES), ("b.yml", CATEGORIES)]);
    assert!(text.contains("b.yml:2:") && text.contains("two nodes `category:a`"), "{text}");
}

#[test]
fn tells_what_is_wrong() {
    let node = |body: &str| format!("{CATEGORIES}  - {body}\n");
    for (name, file, expected) in [
        ("kind", node("{id: x:b, kind: gadget, name: {zh: 乙, en: B}}"), "unknown variant `gadget`"),
        ("zh", node("{id: category:b, kind: category, name: {en: B}}"), "`category:b` has no zh name"),
        ("en", node("{id: category:b, kind: category, name: {zh: 乙, en: ' '}}"), "`category:b` has no en name"),
        (
            "id",
            node("{id: 'product:b', kind: category, name: {zh: 乙, en: B}}"),
            "should look like `category:some-name`",
        ),
        ("field", node("{id: category:b, kind: category, nmae: {zh: 乙, en: B}}"), "unknown field `nmae`"),
        ("price", node("{id: category:b, kind: category, name: {zh: 乙, en: B}, price: 3}"), "a category has no price"),
        ("below", node("{id: product:b, kind: product, name: {zh: 乙, en: B}, price: -3}"), "below zero"),
        (
            "attr",
            node("{id: product:b, kind: product, name: {zh: 乙, en: B}, attributes: {x: 1}}"),
            "no node `attribute:x`",
        ),
        (
            "rule",
            node("{id: policy:b, kind: policy, name: {zh: 乙, en: B}, text: {zh: 乙, en: B}}"),
            "a policy has a `rule`",
        ),
        (
            "edgekind",
            node("{id: category:b, kind: category, name: {zh: 乙, en: B}, edges: {likes: category:a}}"),
            "unknown variant `likes`",
        ),
        (
            "ends",
            node("{id: city:b, kind: city, name: {zh: 乙, en: B}, edges: {is_a: category:a}}"),
            "a city cannot is_a a category",
        ),
        (
            "target",
            node("{id: category:b, kind: category, name: {zh: 乙, en: B}, edges: {is_a: 3}}"),
            "the id of a node",
        ),
        (
            "stock",
            node("{id: category:b, kind: category, name: {zh: 乙, en: B}, edges: {is_a: {category:a: {stock: 2}}}}"),
            "only ships_from",
        ),
        (
            "double",
            node("{id: category:b, kind: category, name: {zh: 乙, en: B}, edges: {is_a: [category:a, category:a]}}"),
            "is there twice",
        ),
        ("yaml", "nodes: [".to_owned(), "at line 2"),
        ("list", "- 1".to_owned(), "a.yml"),
    ] {
        let text = message(name, &[("a.yml", &file)]);
        assert!(text.contains(expected), "{name}: {text}");
        assert!(text.contains("a.yml"), "{name}: {text}");
    }
    let text = message("line", &[("a.yml", &node("{id: x:b, kind: gadget}"))]);
    assert!(text.contains("line 5"), "{text}");
}

#[test]
fn reports_all_problems_at_once() {
    let folder = Folder::new(
        "all",
        &[(
            "a.yml",
            "nodes:\n  - {id: category:a, kind: category, name: {zh: 甲}}\n  - {id: category:b, kind: category, name: {en: B}}\n",
        )],
    );
    let error = load_dir(&folder.0).unwrap_err();
    assert_eq!(error.problems().len(), 2);
}

#[test]
fn a_circle_is_shown() {
    let node = |name: &str| Node::new(format!("category:{name}"), NodeKind::Category, Text::new(name, name));
    let edge = |from: &str, to: &str| Edge::new(format!("category:{from}"), EdgeKind::IsA, format!("category:{to}"));
    let document = GraphDocument {
        nodes: ["a", "b", "c", "d"].map(node).to_vec(),
        edges: vec![edge("a", "b"), edge("b", "c"), edge("c", "a"), edge("d", "a")],
    };
    let Err(GraphError::Invalid(problems)) = Graph::new(document) else { panic!("accepted") };
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    let Trouble::Cycle { path, .. } = &problem.trouble else { panic!("{problem}") };
    assert_eq!(path.len(), 4);
    assert_eq!(path.first(), path.last());

    let alone = GraphDocument { nodes: vec![node("a")], edges: vec![edge("a", "a")] };
    assert!(Graph::new(alone).is_err());
}

#[test]
fn missing_and_empty_folders() {
    assert!(matches!(load_dir(&std::env::temp_dir().join("kefu-kg-nowhere")), Err(GraphError::Read { .. })));
    let folder = Folder::new("empty", &[("notes.txt", "no graph"), ("a.yml", "# nothing yet\n")]);
    assert_eq!(load_dir(&folder.0).unwrap(), GraphDocument::default());
}

#[test]
fn a_shared_graph_is_replaced_for_all() {
    let shared = Shared::new(Graph::new(GraphDocument::default()).unwrap());
    let other = shared.clone();
    let before = shared.get();
    let document = GraphDocument::from_yaml(CATEGORIES).unwrap();
    other.set(Graph::new(document).unwrap());
    assert!(before.node("category:a").is_none());
    assert_eq!(shared.get().node("category:a").unwrap().name.en, "A");
}

#[test]
fn edges_without_their_node_survive_yaml() {
    let document =
        GraphDocument { nodes: Vec::new(), edges: vec![Edge::new("product:a", EdgeKind::MadeBy, "brand:b")] };
    assert_eq!(GraphDocument::from_yaml(&document.to_yaml().unwrap()).unwrap(), document);
}
