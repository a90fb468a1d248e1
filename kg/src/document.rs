//! The graph as plain data: what the store keeps and the files say.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{GraphError, Place};
use crate::{Edge, Node, validate, yaml};

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GraphDocument {
    #[serde(default)]
    pub nodes: Vec<Node>,
    #[serde(default)]
    pub edges: Vec<Edge>,
}

impl GraphDocument {
    /// Reads the form of the content files: nodes, each with the edges that leave it.
    pub fn from_yaml(text: &str) -> Result<GraphDocument, GraphError> {
        yaml::parse(Path::new("graph"), text)
    }

    pub fn to_yaml(&self) -> Result<String, GraphError> {
        yaml::write(self)
    }
}

/// Reads all `*.yml` and `*.yaml` of a folder, in the order of their names, and validates what they say together.
pub fn load_dir(dir: &Path) -> Result<GraphDocument, GraphError> {
    let mut document = GraphDocument::default();
    let mut sources = Vec::new();
    for path in files(dir)? {
        let text = std::fs::read_to_string(&path).map_err(|source| GraphError::Read { path: path.clone(), source })?;
        let part = yaml::parse(&path, &text)?;
        document.nodes.extend(part.nodes);
        document.edges.extend(part.edges);
        sources.push((path, text));
    }
    let mut problems = validate::problems(&document);
    if problems.is_empty() {
        return Ok(document);
    }
    for problem in &mut problems {
        problem.place = find(&sources, problem.trouble.node(), problem.trouble.is_second());
    }
    Err(GraphError::Invalid(problems))
}

fn files(dir: &Path) -> Result<Vec<PathBuf>, GraphError> {
    let read = |source| GraphError::Read { path: dir.to_path_buf(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if path.extension().is_some_and(|e| e == "yml" || e == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Where a node is defined. YAML values carry no positions, so its `id:` line is looked up in the text.
fn find(sources: &[(PathBuf, String)], id: &str, second: bool) -> Option<Place> {
    let mut places = sources.iter().flat_map(|(file, text)| {
        text.lines()
            .enumerate()
            .filter(move |(_, line)| defines(line, id))
            .map(move |(at, _)| Place { file: file.clone(), line: at + 1 })
    });
    if second { places.nth(1) } else { places.next() }
}

fn defines(line: &str, id: &str) -> bool {
    let line = line.trim_start().trim_start_matches("- ").trim_start().trim_start_matches('{');
    line.strip_prefix("id:").or_else(|| line.strip_prefix("from:")).is_some_and(|rest| {
        let value = rest.trim_start().split([',', ' ', '}', '#']).next().unwrap_or("");
        value.trim_matches(['"', '\'']) == id
    })
}
