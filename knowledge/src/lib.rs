//! Articles -> passages with citations.

use serde::{Deserialize, Serialize};

/// Where an answer comes from. `article` is the article's slug, or `graph:<node id>` for an answer from the graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    pub article: String,
    /// The article's title, or the path through the graph ("M2 耳机 → 耳机 → 七天无理由退货").
    pub title: String,
    pub url: String,
}
