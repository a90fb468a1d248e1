//! Asks the demo shop's graph: one question per line on stdin, its answer and path on stdout.
use std::io::BufRead;
use std::path::Path;

use kg::{Graph, Language, load_dir, query};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/content/graph");
    let graph = Graph::new(load_dir(&dir)?)?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let language = if line.chars().any(|c| c as u32 > 0x2e80) { Language::Zh } else { Language::En };
        println!("{line}");
        match query::ask(&graph, &line, language) {
            Some(answer) => println!("    {}\n    [{}]", answer.text, answer.title),
            None => println!("    – {:?}", query::unknown(&graph, &line, &graph.link(&line))),
        }
    }
    Ok(())
}
