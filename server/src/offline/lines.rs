//! Lines of standard input as they arrive: what has piled up is taken as one batch, a lone line at once. A line that
//! cannot be read keeps its place.

use anyhow::Context;
use serde::Serialize;
use std::io::BufRead;
use std::thread::JoinHandle;
use tokio::sync::mpsc;

/// Lines that are read together. More would not be faster, only later for the first.
pub const BATCH: usize = 64;
/// In bytes; no utterance is longer.
const LONGEST: usize = 64 * 1024;
/// Characters of an unreadable line that are repeated in its answer.
const SHOWN: usize = 200;

pub struct Line {
    pub number: usize,
    pub text: Result<String, Unreadable>,
}

pub struct Unreadable {
    pub code: &'static str,
    pub start: String,
    pub message: String,
}

/// Stands in the answer to a line that got none.
#[derive(Serialize)]
pub struct ErrorLine {
    pub code: &'static str,
    pub line: usize,
    pub message: String,
}

pub struct Lines {
    pub lines: mpsc::Receiver<Line>,
    reader: JoinHandle<std::io::Result<()>>,
}

pub fn standard_input() -> anyhow::Result<Lines> {
    let (sender, lines) = mpsc::channel(BATCH);
    let reader = std::thread::Builder::new()
        .name("stdin".into())
        .spawn(move || read_lines(std::io::stdin().lock(), &sender))
        .context("the reading thread cannot start")?;
    Ok(Lines { lines, reader })
}

impl Lines {
    /// After the last line: whether it was the last because of an error.
    pub fn end(self) -> anyhow::Result<()> {
        match self.reader.join() {
            Ok(done) => done.context("the standard input cannot be read"),
            Err(_) => anyhow::bail!("the reading thread failed"),
        }
    }
}

fn read_lines(mut input: impl BufRead, to: &mpsc::Sender<Line>) -> std::io::Result<()> {
    let mut number = 0;
    while let Some((bytes, length)) = next_line(&mut input)? {
        number += 1;
        let bytes = if number == 1 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes) } else { &bytes };
        if to.blocking_send(Line { number, text: text(bytes, length) }).is_err() {
            break; // nobody wants answers any more
        }
    }
    Ok(())
}

fn text(bytes: &[u8], length: usize) -> Result<String, Unreadable> {
    let start = || String::from_utf8_lossy(bytes).chars().take(SHOWN).collect();
    if length > LONGEST {
        let message = format!("the line has {length} bytes, at most {LONGEST} are read; put one utterance on a line");
        return Err(Unreadable { code: "too_long", start: start(), message });
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(e) => {
            let at = e.valid_up_to() + 1;
            let message = format!("byte {at} is not UTF-8 (iconv -f GB18030 -t UTF-8 converts GBK)");
            Err(Unreadable { code: "not_utf8", start: start(), message })
        }
    }
}

/// A line without its end, of which no more than `LONGEST` bytes are kept, and its whole length; `None` at the end.
fn next_line(input: &mut impl BufRead) -> std::io::Result<Option<(Vec<u8>, usize)>> {
    let (mut line, mut length) = (Vec::new(), 0);
    loop {
        let buffer = match input.fill_buf() {
            Ok(buffer) => buffer,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        if buffer.is_empty() {
            return Ok((length > 0).then_some((line, length)));
        }
        let end = buffer.iter().position(|b| *b == b'\n');
        let part = &buffer[..end.unwrap_or(buffer.len())];
        line.extend_from_slice(&part[..part.len().min(LONGEST - line.len())]);
        length += part.len();
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            if line.len() == length && line.last() == Some(&b'\r') {
                line.pop();
                length -= 1;
            }
            return Ok(Some((line, length)));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn lines(input: &[u8]) -> Vec<(Vec<u8>, usize)> {
        let mut input = std::io::BufReader::with_capacity(7, input);
        std::iter::from_fn(|| next_line(&mut input).unwrap()).collect()
    }

    #[test]
    fn lines_are_cut_where_they_end() {
        let found = lines(b"one\r\n\n\xe4\xb8\xad\xe6\x96\x87 text\nlast");
        let texts: Vec<String> = found.iter().map(|(l, _)| String::from_utf8(l.clone()).unwrap()).collect();
        assert_eq!(texts, ["one", "", "中文 text", "last"]);
        assert!(lines(b"").is_empty());
        assert_eq!(lines(b"\n\n").len(), 2);
    }

    #[test]
    fn a_long_line_is_not_kept() {
        let mut input = vec![b'x'; 3 * LONGEST];
        input.extend(b"\nok\n");
        let found = lines(&input);
        assert_eq!((found[0].0.len(), found[0].1), (LONGEST, 3 * LONGEST));
        assert_eq!(found[1].0, b"ok");
        assert_eq!(text(&found[0].0, found[0].1).unwrap_err().code, "too_long");
        assert_eq!(text(b"\xb2\xe9", 2).unwrap_err().code, "not_utf8");
    }
}
