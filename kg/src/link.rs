//! Finds the things of the graph in what a customer wrote.

use serde::{Deserialize, Serialize};

/// A node named in a text. Several mentions have the same span when a name fits several nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// Id of the node.
    pub node: String,
    /// Byte offsets into the text, on character boundaries.
    pub start: usize,
    pub end: usize,
    /// The text between them.
    pub surface: String,
}
