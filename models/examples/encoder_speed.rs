//! What the encoder costs: CPU seconds for 1,000 sentences in batches and one by one, on one thread, and memory; against
//! its weights as floats and against candle-transformers' `BertModel` with the same weights.
//!
//!     encoder_speed [--plain] [--sentences N] [--rounds N] [--json FILE] [FILE]
//!
//! FILE has a sentence on each line, or JSON lines with `text` (of those with a `split`, the test split is taken);
//! without it, the questions of the demo shop. The engines take turns, so that noise meets all of them. `--plain` leaves
//! candle-transformers out.

use std::path::{Path, PathBuf};
use std::process::Command;

use models::{Encoder, Kind, Precision, Tokens, testing, weights};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const BATCH: usize = 32;
/// Of how many sentences one is also encoded alone.
const ALONE: usize = 8;

/// CPU seconds of all threads of this process, from the scheduler's nanoseconds.
fn cpu_seconds() -> Result<f64> {
    let mut sum = 0.0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let times = std::fs::read_to_string(task?.path().join("schedstat"))?;
        sum += times.split(' ').next().unwrap_or("0").parse::<f64>()?;
    }
    Ok(sum / 1e9)
}

fn sentences(file: &Path, count: usize) -> Result<Vec<String>> {
    let content = std::fs::read_to_string(file).map_err(|e| format!("{} cannot be read: {e}", file.display()))?;
    let mut all = Vec::new();
    for line in content.lines().filter(|l| !l.trim().is_empty()) {
        match serde_json::from_str::<Value>(line) {
            Ok(row) if row.is_object() => {
                let test = row.get("split").is_none_or(|s| s == "test" || s == "oos_test");
                all.extend(row["text"].as_str().filter(|_| test).map(str::to_owned));
            }
            _ => all.push(line.to_owned()),
        }
    }
    if all.is_empty() {
        return Err(format!("{} has no sentences", file.display()).into());
    }
    let step = (all.len() / count).max(1);
    Ok(all.into_iter().step_by(step).take(count).collect())
}

struct Engine {
    name: &'static str,
    encoder: Encoder,
    /// CPU seconds and sentences in batches, then alone.
    batches: (f64, usize),
    alone: (f64, usize),
    /// MB after loading and a batch, and at the most.
    memory: (f64, f64),
}

impl Engine {
    fn timed(&self, texts: &[&[Tokens]]) -> Result<(f64, usize)> {
        let before = cpu_seconds()?;
        for text in texts {
            self.encoder.encode(text)?;
        }
        Ok((cpu_seconds()? - before, texts.iter().map(|t| t.len()).sum()))
    }
}

/// Loads one engine in a process of its own and reads what it holds.
fn memory(dir: &Path, precision: Precision) -> Result<(f64, f64)> {
    let out = Command::new(std::env::current_exe()?).arg("--memory").arg(dir).arg(format!("{precision:?}")).output()?;
    let line = String::from_utf8(out.stdout)?;
    let mut numbers = line.split_whitespace().filter_map(|n| n.parse().ok());
    numbers.next().zip(numbers.next()).ok_or_else(|| String::from_utf8_lossy(&out.stderr).into())
}

fn tell_memory(dir: &str, precision: Precision) -> Result<()> {
    let (encoder, reading) = Encoder::open(Path::new(dir), precision)?;
    let tokens = reading.tokens("请问我昨天下的订单什么时候发货", Kind::Query)?;
    encoder.encode(&vec![tokens; BATCH])?;
    let status = std::fs::read_to_string("/proc/self/status")?;
    let mb = |name: &str| {
        let line = status.lines().find_map(|l| l.strip_prefix(name)).unwrap_or("0");
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1024.0
    };
    println!("{} {}", mb("VmRSS:"), mb("VmHWM:"));
    Ok(())
}

fn add(sum: &mut (f64, usize), more: (f64, usize)) {
    *sum = (sum.0 + more.0, sum.1 + more.1);
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (mut plain, mut count, mut rounds, mut json_file) = (false, 1000, 3, None);
    let mut file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/content/eval/intents.jsonl");
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--memory" => {
                let (dir, precision) = (value()?, value()?);
                return tell_memory(&dir, if precision == "F32" { Precision::F32 } else { Precision::Auto });
            }
            "--plain" => plain = true,
            "--sentences" => count = value()?.parse()?,
            "--rounds" => rounds = value()?.parse()?,
            "--json" => json_file = Some(PathBuf::from(value()?)),
            _ => file = argument.into(),
        }
    }
    let prepared = weights::prepared_dir(&testing::cache_dir(), &["zh", "en"]);
    let usual = std::env::temp_dir().join(format!("kefu-usual-e5-{}", std::process::id()));
    let found = (|| {
        if !plain {
            std::fs::create_dir_all(&usual)?;
            testing::write_usual_form(&prepared, &usual)?;
        }
        let kinds: &[_] = &[
            ("Kefu", &prepared, Precision::Auto),
            ("Kefu, floats", &prepared, Precision::F32),
            ("candle-transformers", &usual, Precision::F32),
        ];
        run(&kinds[..if plain { 2 } else { 3 }], &sentences(&file, count)?, rounds, &file)
    })();
    let _ = std::fs::remove_dir_all(&usual);
    let found = found?;
    if let Some(path) = json_file {
        std::fs::write(path, serde_json::to_string_pretty(&found)?)?;
    }
    Ok(())
}

fn run(kinds: &[(&'static str, &PathBuf, Precision)], texts: &[String], rounds: usize, file: &Path) -> Result<Value> {
    let mut engines = Vec::new();
    let mut tokens = Vec::new();
    for (i, (name, dir, precision)) in kinds.iter().enumerate() {
        let (encoder, reading) = Encoder::open(dir, *precision)?;
        if i == 0 {
            tokens =
                texts.iter().map(|t| reading.tokens(t, Kind::Query)).collect::<std::result::Result<Vec<_>, _>>()?;
        }
        let memory = memory(dir, *precision)?;
        engines.push(Engine { name, encoder, batches: (0.0, 0), alone: (0.0, 0), memory });
    }
    // Sorted, so that the engine that pads to the longest of a batch has little to pad.
    let alone: Vec<&[Tokens]> = tokens.chunks(1).step_by(ALONE).collect();
    let mut sorted = tokens.clone();
    sorted.sort_by_key(Tokens::len);
    let batches: Vec<&[Tokens]> = sorted.chunks(BATCH).collect();

    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    for engine in &engines {
        pool.install(|| engine.encoder.encode(batches[0]))?;
    }
    for round in 0..rounds {
        for engine in &mut engines {
            let part = |every: &[&[Tokens]]| -> Result<(f64, usize)> {
                let part: Vec<&[Tokens]> = every.iter().skip(round).step_by(rounds).copied().collect();
                pool.install(|| engine.timed(&part).map_err(|e| e.to_string())).map_err(Into::into)
            };
            let (more, one) = (part(&batches)?, part(&alone)?);
            add(&mut engine.batches, more);
            add(&mut engine.alone, one);
        }
    }

    let length = tokens.iter().map(Tokens::len).sum::<usize>() as f64 / tokens.len() as f64;
    println!("{} sentences of {}, {length:.1} tokens each; one thread; CPU time", texts.len(), file.display());
    println!(
        "{:<22} {:>15} {:>7} {:>14} {:>7} {:>8} {:>8}",
        "", "s for 1000 in", "times", "ms for one", "times", "memory", "at most"
    );
    println!(
        "{:<22} {:>15} {:>7} {:>14} {:>7} {:>8} {:>8}",
        "", "batches of 32", "faster", "alone", "faster", "MB", "MB"
    );
    let each = |(seconds, count): (f64, usize)| seconds / count.max(1) as f64;
    let Some(last) = engines.last().map(|e| (each(e.batches), each(e.alone))) else { return Ok(Value::Null) };
    let mut rows = Vec::new();
    for e in &engines {
        let (batch, one) = (each(e.batches), each(e.alone));
        println!(
            "{:<22} {:>15.2} {:>7.2} {:>14.2} {:>7.2} {:>8.0} {:>8.0}",
            e.name,
            batch * 1e3,
            last.0 / batch,
            one * 1e3,
            last.1 / one,
            e.memory.0,
            e.memory.1
        );
        rows.push(json!({
            "engine": e.name, "cpu_s_per_1000_in_batches": batch * 1e3, "cpu_ms_alone": one * 1e3,
            "times_faster_in_batches": last.0 / batch, "times_faster_alone": last.1 / one,
            "rss_mb": e.memory.0, "rss_peak_mb": e.memory.1,
        }));
    }
    Ok(json!({"sentences": texts.len(), "tokens_each": length, "batch": BATCH, "threads": 1, "engines": rows}))
}
