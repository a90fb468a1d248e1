//! `kefu parse`: a text a line on standard input, what it means as JSON a line on standard output, in their order.
//!
//! What has arrived is read as one batch; a lone line is answered at once. A line that cannot be read gets an answer in
//! its place, with `error`, and a sentence on standard error.

use super::folder;
use super::lines::{self, BATCH, ErrorLine, Line};
use crate::clock::Clock;
use crate::config::Config;
use crate::parsed::ParseResponse;
use futures_util::future::join_all;
use serde::Serialize;
use std::path::PathBuf;

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

#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    response: ParseResponse,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorLine>,
}

pub async fn run(mut config: Config, options: &Options) -> anyhow::Result<()> {
    if let Some(threads) = options.threads {
        config.models.threads = usize::from(threads);
    }
    let (nlu, _) = folder::open(&mut config, &options.model, options.encoder.as_deref())?;
    let clock = Clock::default();
    let mut input = lines::standard_input()?;
    let mut batch = Vec::with_capacity(BATCH);
    while input.lines.recv_many(&mut batch, BATCH).await > 0 {
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
    input.end()
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
