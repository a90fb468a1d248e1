//! The validated graph in memory.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::error::GraphError;
use crate::{GraphDocument, Mention, Node, validate};

pub struct Graph {
    document: GraphDocument,
    index: HashMap<String, usize>,
}

impl Graph {
    pub fn new(document: GraphDocument) -> Result<Graph, GraphError> {
        let problems = validate::problems(&document);
        if !problems.is_empty() {
            return Err(GraphError::Invalid(problems));
        }
        let index = document
            .nodes
            .iter()
            .enumerate()
            .map(|(at, node)| (node.id.clone(), at))
            .collect();
        Ok(Graph { document, index })
    }

    pub fn document(&self) -> &GraphDocument {
        &self.document
    }

    pub fn node(&self, id: &str) -> Option<&Node> {
        self.index
            .get(id)
            .and_then(|at| self.document.nodes.get(*at))
    }

    /// Which products, categories, brands, policies and places a text names.
    pub fn link(&self, text: &str) -> Vec<Mention> {
        let _ = text;
        Vec::new()
    }
}

/// The graph that a running server uses; clones share it, and `set` replaces it for all of them.
#[derive(Clone)]
pub struct Shared(Arc<RwLock<Arc<Graph>>>);

impl Shared {
    pub fn new(graph: Graph) -> Shared {
        Shared(Arc::new(RwLock::new(Arc::new(graph))))
    }

    pub fn get(&self) -> Arc<Graph> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub fn set(&self, graph: Graph) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(graph);
    }
}
