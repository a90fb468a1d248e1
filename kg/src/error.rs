//! What can be wrong with a graph, said so that an editor can repair it.

use std::fmt;
use std::path::PathBuf;

use crate::{EdgeKind, Language, NodeKind};

#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    #[error("cannot read {path}: {source}")]
    Read { path: PathBuf, source: std::io::Error },
    /// `message` names line and column.
    #[error("{path}: {message}")]
    Parse { path: PathBuf, message: String },
    #[error("the graph cannot be used:{}", list(.0))]
    Invalid(Vec<Problem>),
    #[error("cannot write the graph as YAML: {0}")]
    Write(String),
}

impl GraphError {
    pub fn problems(&self) -> &[Problem] {
        match self {
            GraphError::Invalid(problems) => problems,
            _ => &[],
        }
    }
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect()
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Known when the graph was read from files.
    pub place: Option<Place>,
    pub trouble: Trouble,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{}:{}: {}", place.file.display(), place.line, self.trouble),
            None => write!(f, "{}", self.trouble),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: PathBuf,
    /// Counted from 1.
    pub line: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("there are two nodes `{id}`")]
    DuplicateId { id: String },
    #[error("`{id}` is no id: it should look like `{kind}:some-name`")]
    BadId { id: String, kind: NodeKind },
    #[error("`{id}` has no {} name", .language.code())]
    MissingName { id: String, language: Language },
    #[error("`{from}` {edge} `{to}`, but there is no node `{missing}`")]
    UnknownNode { from: String, edge: EdgeKind, to: String, missing: String },
    #[error("`{from}` {edge} `{to}`: a {from_kind} cannot {edge} a {to_kind}")]
    WrongEnds { from: String, edge: EdgeKind, to: String, from_kind: NodeKind, to_kind: NodeKind },
    #[error("`{from}` {edge} `{to}` is there twice")]
    DuplicateEdge { from: String, edge: EdgeKind, to: String },
    #[error("{edge} goes in a circle: {}", .path.join(" → "))]
    Cycle { edge: EdgeKind, path: Vec<String> },
    #[error("`{id}`: {}", .en)]
    Property {
        id: String,
        /// The property that is wrong, as in files: `price`, `attributes.weight`, `edges.serves`.
        field: String,
        zh: String,
        en: String,
    },
}

impl Trouble {
    /// The node at whose definition the editor should look.
    pub fn node(&self) -> &str {
        match self {
            Trouble::DuplicateId { id }
            | Trouble::BadId { id, .. }
            | Trouble::MissingName { id, .. }
            | Trouble::Property { id, .. } => id,
            Trouble::UnknownNode { from, .. }
            | Trouble::WrongEnds { from, .. }
            | Trouble::DuplicateEdge { from, .. } => from,
            Trouble::Cycle { path, .. } => path.first().map_or("", String::as_str),
        }
    }
}

impl Trouble {
    /// The property that is wrong, as it is called in files.
    pub fn field(&self) -> &str {
        match self {
            Trouble::DuplicateId { .. } | Trouble::BadId { .. } => "id",
            Trouble::MissingName { .. } => "name",
            Trouble::Property { field, .. } => field,
            Trouble::UnknownNode { edge, .. }
            | Trouble::WrongEnds { edge, .. }
            | Trouble::DuplicateEdge { edge, .. }
            | Trouble::Cycle { edge, .. } => edge.code(),
        }
    }

    pub fn say(&self, language: Language) -> String {
        if language == Language::En {
            return self.to_string();
        }
        match self {
            Trouble::DuplicateId { id } => format!("有两个节点都叫 `{id}`"),
            Trouble::BadId { id, kind } => format!("`{id}` 不是合格的编号：应该写成 `{kind}:小写英文、数字、-` 的样子"),
            Trouble::MissingName { id, language } => {
                format!("`{id}` 缺少{}名称", language.pick("中文", "英文"))
            }
            Trouble::UnknownNode { from, edge, to, missing } => {
                format!("`{from}` {edge} `{to}`：没有 `{missing}` 这个节点")
            }
            Trouble::WrongEnds { from, edge, to, from_kind, to_kind } => {
                format!("`{from}` {edge} `{to}`：{edge} 不能从 {from_kind} 连到 {to_kind}")
            }
            Trouble::DuplicateEdge { from, edge, to } => format!("`{from}` {edge} `{to}` 重复了"),
            Trouble::Cycle { edge, path } => format!("{edge} 绕成了一圈：{}", path.join(" → ")),
            Trouble::Property { id, zh, .. } => format!("`{id}`：{zh}"),
        }
    }
}

impl Trouble {
    /// Whether the second definition is the wrong one, not the first.
    pub(crate) fn is_second(&self) -> bool {
        matches!(self, Trouble::DuplicateId { .. })
    }
}
