//! `kefu parse`: a text a line on standard input, what it means as JSON a line on standard output, in their order.
//!
//! What has arrived is read as one batch; a lone line is answered at once. A line that cannot be read gets an answer in
//! its place, with `error`, and a sentence on standard error.

use super::folder;
use crate::clock::Clock;
use crate::config::Config;
use crate::parsed::ParseResponse;
use anyhow::Context;
use futures_util::future::join_all;
use serde::Serialize;
use std::io::BufRead;
use std::path::PathBuf;
use tokio::sync::mpsc;

/// Lines that are read together. More would not be faster, only later for the first.
const BATCH: usize = 64;
/// In bytes; no utterance is longer.
const LONGEST: usize = 64 * 1024;
/// Characters of an unreadable line that are repeated in its answer.
const SHOWN: usize = 200;

#[derive(clap::Args)]
pub struct Options {
    /// Folder that `kefu train --out` wrote.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Another BERT-family encoder; without it the one that the model was trained with.
    #[arg(long, value_name = "DIR")]
    encoder: Option<PathBuf>,
    /// Threads of the encoder.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

struct Line {
    number: usize,
    text: Result<String, Unreadable>,
}

struct Unreadable {
    code: &'static str,
    start: String,
    message: String,
}

#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    response: ParseResponse,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorLine>,
}

#[derive(Serialize)]
struct ErrorLine {
    code: &'static str,
    line: usize,
    message: String,
}

pub async fn run(mut config: Config, options: &Options) -> anyhow::Result<()> {
    if let Some(threads) = options.threads {
        config.models.threads = usize::from(threads);
    }
    let (nlu, _) = folder::open(&mut config, &options.model, options.encoder.as_deref())?;
    let clock = Clock::default();
    let (sender, mut lines) = mpsc::channel(BATCH);
    let reader = std::thread::Builder::new()
        .name("stdin".into())
        .spawn(move || read_lines(std::io::stdin().lock(), &sender))
        .context("the reading thread cannot start")?;
    let mut batch = Vec::with_capacity(BATCH);
    while lines.recv_many(&mut batch, BATCH).await > 0 {
        let now = clock.now();
        let answers = join_all(batch.drain(..).map(|line| answer(&nlu, line, now))).await;
        let mut out = Vec::with_capacity(1024 * answers.len());
        for answer in answers {
            if let Some(error) = &answer.error {
                eprintln!("line {}: {}", error.line, error.message);
            }
            serde_json::to_writer(&mut out, &answer)?;
            out.push(b'\n');
        }
        if !super::say(&out)? {
            return Ok(()); // the thread that reads ends with the process
        }
    }
    match reader.join() {
        Ok(done) => done.context("the standard input cannot be read"),
        Err(_) => anyhow::bail!("the reading thread failed"),
    }
}

async fn answer(nlu: &nlu::Nlu, line: Line, now: i64) -> Answer {
    let number = line.number;
    let failed = |response, code, message| Answer { response, error: Some(ErrorLine { code, line: number, message }) };
    match line.text {
        Ok(text) => match nlu.understand(&text, now).await {
            Ok(understood) => Answer { response: understood.into(), error: None },
            Err(e) => failed(ParseResponse::nothing(text), "encoder", e.to_string()),
        },
        Err(e) => failed(ParseResponse::nothing(e.start), e.code, e.message),
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
