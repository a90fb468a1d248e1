//! Without a server or a store: `kefu train --out`, `kefu parse`, and the model folder between them; `kefu index`,
//! `kefu search`, and the index folder between them.

pub mod folder;
pub mod index;
mod lines;
pub mod parse;
mod place;
pub mod progress;
pub mod search;
pub mod train;
pub mod tuning;

use std::io::{ErrorKind, Write};

/// Writes to standard output; `false` when nobody reads it any more (`… | head`), which is no error.
pub fn say(text: &[u8]) -> anyhow::Result<bool> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(e) => Err(anyhow::Error::new(e).context("cannot write to the standard output")),
    }
}

/// Filled up with blanks to a width on the screen, where Chinese characters take two columns.
pub fn column(text: &str, width: usize) -> String {
    let taken: usize = text.chars().map(|c| if c >= '\u{1100}' { 2 } else { 1 }).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(taken)))
}

/// The first characters of a text, for a line of a report.
pub fn short(text: &str, chars: usize) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(chars) {
        Some((at, _)) => format!("{}…", &one_line[..at]),
        None => one_line,
    }
}
