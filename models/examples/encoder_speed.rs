//! How fast the encoder is: one sentence, a batch, and loading. `cargo run --release -p models --example encoder_speed`.

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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let threads: usize = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(1);
    let dir =
        std::env::args().nth(2).map_or_else(|| weights::prepared_dir(&testing::cache_dir(), &["zh", "en"]), Into::into);
    let start = Instant::now();
    let (encoder, reading) = Encoder::open(&dir)?;
    println!("load {:?} {}", start.elapsed(), rss());
    let sentence = reading.tokens("请问我昨天下的订单什么时候可以发货呢", Kind::Query)?;
    println!("{} tokens", sentence.len());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    for n in [1usize, 2, 4, 8, 16, 32] {
        let batch = vec![sentence.clone(); n];
        let rounds = 300 / (n + 2) + 2;
        pool.install(|| encoder.encode(&batch))?;
        let (start, cpu) = (Instant::now(), cpu_seconds());
        for _ in 0..rounds {
            pool.install(|| encoder.encode(&batch))?;
        }
        let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        let total = (rounds * n) as f64;
        println!(
            "batch {n}: {:.1} ms wall, {:.1} CPU-ms a batch, {:.0} sentences per CPU-second",
            wall * 1e3 / rounds as f64,
            cpu * 1e3 / rounds as f64,
            total / cpu
        );
    }
    println!("{}", rss());
    Ok(())
}
