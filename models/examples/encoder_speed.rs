//! How fast the encoder is, and how large: `cargo run --release -p models --example encoder_speed -- [THREADS] [compare]`.
//! With `compare`, the same weights also run through candle-transformers.

use std::path::Path;
use std::time::Instant;

use models::{Encoder, Kind, testing, weights};

fn cpu_seconds() -> f64 {
    // utime and stime of this process, in ticks of 10 ms.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> = stat.rsplit(')').next().unwrap_or("").split(' ').filter_map(|f| f.parse().ok()).collect();
    fields.get(10).zip(fields.get(11)).map_or(0.0, |(u, s)| (u + s) / 100.0)
}

fn rss() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = |name: &str| status.lines().find(|l| l.starts_with(name)).unwrap_or("").to_owned();
    format!("{} {}", line("VmRSS"), line("VmHWM"))
}

fn measure(dir: &Path, threads: usize, sizes: &[usize]) -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let (encoder, reading) = Encoder::open(dir)?;
    println!("load {:?} {}", start.elapsed(), rss());
    let sentence = reading.tokens("请问我昨天下的订单什么时候发货", Kind::Query)?;
    println!("{} tokens, {threads} threads", sentence.len());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    for &n in sizes {
        let batch = vec![sentence.clone(); n];
        let rounds = 300 / (n + 2) + 2;
        pool.install(|| encoder.encode(&batch))?;
        let (start, cpu) = (Instant::now(), cpu_seconds());
        for _ in 0..rounds {
            pool.install(|| encoder.encode(&batch))?;
        }
        let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        println!(
            "batch {n}: {:.1} ms wall, {:.1} CPU-ms a batch, {:.0} sentences per CPU-second",
            wall * 1e3 / rounds as f64,
            cpu * 1e3 / rounds as f64,
            (rounds * n) as f64 / cpu
        );
    }
    println!("{}", rss());
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let compare = std::env::args().any(|a| a == "compare");
    let threads: usize = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(1);
    let prepared = weights::prepared_dir(&testing::cache_dir(), &["zh", "en"]);
    measure(&prepared, threads, &[1, 2, 4, 8, 16, 32])?;
    if compare {
        println!("\nthe same weights in the usual form, through candle-transformers:");
        let usual = std::env::temp_dir().join(format!("kefu-usual-e5-{}", std::process::id()));
        std::fs::create_dir_all(&usual)?;
        let measured =
            testing::write_usual_form(&prepared, &usual).and_then(|()| measure(&usual, threads, &[1, 8, 32]));
        std::fs::remove_dir_all(&usual)?;
        measured?;
    }
    Ok(())
}
