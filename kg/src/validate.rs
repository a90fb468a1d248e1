//! What must hold before a graph may answer anybody.

use crate::GraphDocument;
use crate::error::Problem;

pub(crate) fn problems(document: &GraphDocument) -> Vec<Problem> {
    let _ = document;
    Vec::new()
}
