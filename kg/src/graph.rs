//! The validated graph in memory.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, PoisonError, RwLock};

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::error::GraphError;
use crate::link::{Hit, Linker};
use crate::normal::Normal;
use crate::{EdgeKind, EdgeProps, GraphDocument, Mention, Node, NodeKind, validate};

pub struct Graph {
    document: GraphDocument,
    /// Node weights are positions in `document.nodes`, edge weights in `document.edges`; node indices equal positions.
    net: DiGraph<usize, usize>,
    index: HashMap<String, usize>,
    /// What customers talk about.
    things: Linker,
    /// What they ask about it: attributes and the state that the goods are in.
    aspects: Linker,
}

impl Graph {
    pub fn new(document: GraphDocument) -> Result<Graph, GraphError> {
        let problems = validate::problems(&document);
        if !problems.is_empty() {
            return Err(GraphError::Invalid(problems));
        }
        let mut net = DiGraph::with_capacity(document.nodes.len(), document.edges.len());
        let mut index = HashMap::with_capacity(document.nodes.len());
        for (at, node) in document.nodes.iter().enumerate() {
            net.add_node(at);
            index.insert(node.id.clone(), at);
        }
        for (at, edge) in document.edges.iter().enumerate() {
            if let (Some(from), Some(to)) = (index.get(&edge.from), index.get(&edge.to)) {
                net.add_edge(NodeIndex::new(*from), NodeIndex::new(*to), at);
            }
        }
        let nodes = || document.nodes.iter().enumerate();
        let things = Linker::new(nodes().filter(|(_, node)| is_thing(node.kind)));
        let aspects =
            Linker::new(nodes().filter(|(_, node)| matches!(node.kind, NodeKind::Attribute | NodeKind::Condition)));
        Ok(Graph { net, index, things, aspects, document })
    }

    pub fn document(&self) -> &GraphDocument {
        &self.document
    }

    pub fn node(&self, id: &str) -> Option<&Node> {
        self.index.get(id).and_then(|at| self.document.nodes.get(*at))
    }

    pub fn of_kind(&self, kind: NodeKind) -> impl Iterator<Item = &Node> {
        self.document.nodes.iter().filter(move |node| node.kind == kind)
    }

    /// Where the edges of a kind lead to, in the order of the document.
    pub fn outgoing(&self, id: &str, kind: EdgeKind) -> Vec<(&Node, &EdgeProps)> {
        self.neighbours(id, kind, Direction::Outgoing)
    }

    /// Where the edges of a kind come from, in the order of the document.
    pub fn incoming(&self, id: &str, kind: EdgeKind) -> Vec<(&Node, &EdgeProps)> {
        self.neighbours(id, kind, Direction::Incoming)
    }

    fn neighbours(&self, id: &str, kind: EdgeKind, direction: Direction) -> Vec<(&Node, &EdgeProps)> {
        let Some(at) = self.index.get(id) else {
            return Vec::new();
        };
        let mut found: Vec<(usize, &Node, &EdgeProps)> = self
            .net
            .edges_directed(NodeIndex::new(*at), direction)
            .filter_map(|reference| {
                let edge = self.document.edges.get(*reference.weight()).filter(|edge| edge.kind == kind)?;
                let other = match direction {
                    Direction::Outgoing => reference.target(),
                    Direction::Incoming => reference.source(),
                };
                Some((*reference.weight(), self.document.nodes.get(other.index())?, &edge.props))
            })
            .collect();
        found.sort_by_key(|(edge, ..)| *edge);
        found.into_iter().map(|(_, node, props)| (node, props)).collect()
    }

    /// A node and everything above it along a kind of edge, nearest first, each with the path that leads to it.
    pub(crate) fn above(&self, id: &str, kind: EdgeKind) -> Vec<Vec<&Node>> {
        let mut queue: VecDeque<Vec<&Node>> = self.node(id).map(|node| vec![node]).into_iter().collect();
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        while let Some(path) = queue.pop_front() {
            let Some(last) = path.last() else { continue };
            if !seen.insert(last.id.as_str()) {
                continue;
            }
            for (parent, _) in self.outgoing(&last.id, kind) {
                let mut longer = path.clone();
                longer.push(parent);
                queue.push_back(longer);
            }
            found.push(path);
        }
        found
    }

    /// The products of a category and of all below it, in the order of the document.
    pub fn products_of(&self, category: &str) -> Vec<&Node> {
        let mut inside = HashSet::new();
        let mut queue = vec![category];
        while let Some(id) = queue.pop() {
            for (node, _) in self.incoming(id, EdgeKind::IsA) {
                if inside.insert(node.id.as_str()) && node.kind == NodeKind::Category {
                    queue.push(&node.id);
                }
            }
        }
        self.of_kind(NodeKind::Product).filter(|node| inside.contains(node.id.as_str())).collect()
    }

    /// Which products, categories, brands, policies, places … a text names: the longest names, without case and width.
    pub fn link(&self, text: &str) -> Vec<Mention> {
        self.mentions(text, self.things.find(&Normal::new(text)))
    }

    /// Which attributes and conditions it names.
    pub fn link_aspects(&self, text: &str) -> Vec<Mention> {
        self.mentions(text, self.aspects.find(&Normal::new(text)))
    }

    fn mentions(&self, text: &str, hits: Vec<Hit<'_>>) -> Vec<Mention> {
        let each = hits.iter().flat_map(|hit| hit.nodes.iter().map(move |at| (hit, at)));
        let mentions = each.filter_map(|(hit, at)| {
            Some(Mention {
                node: self.document.nodes.get(*at)?.id.clone(),
                start: hit.start,
                end: hit.end,
                surface: text.get(hit.start..hit.end)?.to_owned(),
                exact: hit.exact,
            })
        });
        mentions.collect()
    }
}

/// Things that customers name. Attributes and conditions are what they say about a thing.
fn is_thing(kind: NodeKind) -> bool {
    !matches!(kind, NodeKind::Attribute | NodeKind::Condition | NodeKind::Step)
}

/// The graph that a running server uses; clones share it, and `set` replaces it for all of them.
#[derive(Clone)]
pub struct Shared(Arc<RwLock<Arc<Graph>>>);

impl Shared {
    pub fn new(graph: Graph) -> Shared {
        Shared(Arc::new(RwLock::new(Arc::new(graph))))
    }

    pub fn get(&self) -> Arc<Graph> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set(&self, graph: Graph) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(graph);
    }
}
