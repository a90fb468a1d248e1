//! The graph in files of others: tables (CSV) and schema.org (JSON-LD). Reading never fails as a whole: what cannot be
//! taken is told with its file and line, and what was taken is validated by whoever asked for it.

mod csv;
mod jsonld;

pub use self::csv::{EDGES_CSV, NODES_CSV, edges_csv, nodes_csv, read_csv};
pub use jsonld::{read_jsonld, to_jsonld};

use std::collections::HashMap;

use crate::{Edge, GraphDocument, Trouble};

/// What was read from files.
#[derive(Debug, Default)]
pub struct Parts {
    pub document: GraphDocument,
    /// With any of these, nothing should be taken.
    pub problems: Vec<Remark>,
    /// What was left out, or taken otherwise than it stands.
    pub notes: Vec<Remark>,
    /// Where nodes and edges (`from kind to`) stand: file and line.
    places: HashMap<String, (String, usize)>,
}

/// Something to be said about a place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub file: String,
    /// Counted from 1; 0 for the whole file.
    pub line: usize,
    pub zh: String,
    pub en: String,
}

impl Parts {
    fn problem(&mut self, file: &str, line: usize, zh: impl Into<String>, en: impl Into<String>) {
        self.problems.push(Remark { file: file.to_owned(), line, zh: zh.into(), en: en.into() });
    }

    fn note(&mut self, file: &str, line: usize, zh: impl Into<String>, en: impl Into<String>) {
        self.notes.push(Remark { file: file.to_owned(), line, zh: zh.into(), en: en.into() });
    }

    fn key(edge: &Edge) -> String {
        format!("{} {} {}", edge.from, edge.kind, edge.to)
    }

    /// Takes over what another file said.
    pub fn add(&mut self, other: Parts) {
        self.document.nodes.extend(other.document.nodes);
        self.document.edges.extend(other.document.edges);
        self.problems.extend(other.problems);
        self.notes.extend(other.notes);
        self.places.extend(other.places);
    }

    /// Where a trouble of the whole graph stands in these files, if it does.
    pub fn remark(&self, trouble: &Trouble) -> Remark {
        let edge = match trouble {
            Trouble::UnknownNode { from, edge, to, .. }
            | Trouble::WrongEnds { from, edge, to, .. }
            | Trouble::DuplicateEdge { from, edge, to } => self.places.get(&format!("{from} {edge} {to}")),
            Trouble::Cycle { edge, path } => path.windows(2).find_map(|pair| match pair {
                [from, to] => self.places.get(&format!("{from} {edge} {to}")),
                _ => None,
            }),
            _ => None,
        };
        let (file, line) = edge.or_else(|| self.places.get(trouble.node())).cloned().unwrap_or_default();
        Remark { file, line, zh: trouble.say(crate::Language::Zh), en: trouble.say(crate::Language::En) }
    }
}
