//! `kefu bench`: measures this binary as it ships, as a process of its own, over its sockets.
//!
//! A turn is measured by the customer: from the moment a message is sent to the moment the bot's first message
//! for it has arrived. Every utterance is made different, so that no cache of embeddings helps.

use crate::demo::DemoFile;
use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use hdrhistogram::Histogram;
use serde::Serialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio_tungstenite::tungstenite::Message as Frame;

#[derive(Debug, clap::Args)]
pub struct Options {
    /// Conversations at once.
    #[arg(long, default_value_t = 50)]
    conversations: usize,
    /// Turns of each conversation.
    #[arg(long, default_value_t = 12)]
    turns: usize,
    /// Mean pause between an answer and the next message, in ms (uniform from half to one and a half of it).
    #[arg(long, default_value_t = 2000)]
    pause: u64,
    /// Where the figures go as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

#[derive(Serialize)]
struct Figures {
    load_average_before: String,
    cpus: usize,
    first_start_s: f64,
    ready_warm_s: f64,
    rss_idle_mb: f64,
    rss_after_load_mb: f64,
    rss_peak_mb: f64,
    alone: Latency,
    talking: Latency,
    burst: Latency,
    conversations: usize,
    mean_pause_ms: u64,
}

#[derive(Serialize)]
struct Latency {
    turns: u64,
    p50_ms: f64,
    p90_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    /// The server's CPU time for one turn.
    cpu_ms_per_turn: f64,
    errors: u64,
}

const QUESTIONS: [&str; 24] = [
    "七天无理由退货怎么算",
    "运费是多少，满多少包邮",
    "M2 耳机能七天无理由退货吗",
    "我的快递到哪了",
    "怎么开发票",
    "优惠券为什么用不了",
    "会员等级有哪些好处",
    "退款多久到账",
    "可以货到付款吗",
    "家电能上门安装吗",
    "密码忘了怎么办",
    "你们几点上班",
    "how long does delivery take",
    "can I return headphones I opened",
    "what payment methods do you accept",
    "where is my order",
    "my coupon does not work",
    "how do I get an invoice",
    "is the M3 waterproof",
    "do you ship to Singapore",
    "how do I change my password",
    "the item arrived damaged",
    "what are the membership levels",
    "are you a robot",
];

struct Server {
    child: Child,
    ready: Duration,
    demo: DemoFile,
}

impl Server {
    async fn start(data: &Path) -> anyhow::Result<Server> {
        let started = Instant::now();
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("stdout")?).lines();
        let mut ready = None;
        while let Some(line) = lines.next_line().await? {
            if line.starts_with("Kefu is ready") {
                ready = Some(started.elapsed());
                break;
            }
        }
        let ready = ready.context("the server did not start; run `kefu serve --demo` to see why")?;
        let demo = serde_json::from_str(&std::fs::read_to_string(data.join("demo.json"))?)?;
        // Nobody reads on: the pipe must stay open, or the server's last words would kill it.
        std::mem::forget(lines);
        Ok(Server { child, ready, demo })
    }

    fn pid(&self) -> anyhow::Result<u32> {
        self.child.id().context("the server has ended")
    }

    /// (resident now, peak) in MB
    fn rss(&self) -> anyhow::Result<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()?))?;
        let kb = |name: &str| {
            status
                .lines()
                .find_map(|l| l.strip_prefix(name)?.trim().trim_end_matches(" kB").parse::<f64>().ok())
                .unwrap_or(0.0)
        };
        Ok((kb("VmRSS:") / 1024.0, kb("VmHWM:") / 1024.0))
    }

    /// User and system time so far, in ms (100 ticks a second on Linux).
    fn cpu_ms(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid()?))?;
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or("").split(' ').collect();
        let ticks = |n: usize| fields.get(n).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
        Ok((ticks(11) + ticks(12)) * 10.0)
    }

    async fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill").arg(self.pid()?.to_string()).status().await?;
        self.child.wait().await?;
        Ok(())
    }
}

/// One customer on a WebSocket.
struct Talker {
    socket: tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>,
    number: usize,
    sent: usize,
    random: u64,
}

impl Talker {
    async fn connect(url: &str, number: usize, token: Option<&str>) -> anyhow::Result<Talker> {
        let session: Value = reqwest::Client::new()
            .post(format!("{url}/api/v1/chat/session"))
            .json(&json!({"customer_token": token}))
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        let after = session["conversation"]["last_seq"].as_i64().unwrap_or(0);
        let ws = format!(
            "{}/api/v1/chat/ws?token={}&conversation={}&after={after}",
            url.replacen("http", "ws", 1),
            text(&session["token"]),
            text(&session["conversation"]["id"])
        );
        let (socket, _) = tokio_tungstenite::connect_async(ws).await?;
        Ok(Talker { socket, number, sent: 0, random: 0x9E37_79B9_7F4A_7C15 ^ (number as u64 + 1) })
    }

    fn next(&mut self) -> u64 {
        // xorshift64: the same run each time
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    /// Says something new and waits for the bot's first message; `None` when the server refused.
    async fn turn(&mut self) -> anyhow::Result<Option<Duration>> {
        self.sent += 1;
        let question = QUESTIONS[(self.next() % QUESTIONS.len() as u64) as usize];
        let text = format!("{question}? ({}-{})", self.number, self.sent);
        let client_id = format!("{}-{}", self.number, self.sent);
        let started = Instant::now();
        self.socket
            .send(Frame::Text(json!({"type": "send", "client_id": client_id, "text": text}).to_string().into()))
            .await?;
        let mut asked = i64::MAX;
        loop {
            let frame = tokio::time::timeout(Duration::from_secs(30), self.socket.next())
                .await
                .context("no answer within 30 s")?;
            let Some(frame) = frame else { bail!("the socket closed") };
            let Frame::Text(text) = frame? else { continue };
            let v: Value = serde_json::from_str(&text)?;
            match v["type"].as_str() {
                Some("message") if v["message"]["client_id"] == client_id.as_str() => {
                    asked = v["message"]["seq"].as_i64().unwrap_or(i64::MAX)
                }
                Some("message")
                    if v["message"]["sender"]["kind"] == "bot" && v["message"]["seq"].as_i64() > Some(asked) =>
                {
                    return Ok(Some(started.elapsed()));
                }
                Some("error") => return Ok(None),
                _ => {}
            }
        }
    }
}

async fn measure(server: &Server, talkers: &mut Vec<Talker>, turns: usize, pause: u64) -> anyhow::Result<Latency> {
    let before = server.cpu_ms()?;
    let mut running = tokio::task::JoinSet::new();
    for mut talker in talkers.drain(..) {
        running.spawn(async move {
            let mut times = Vec::new();
            let mut errors = 0;
            for _ in 0..turns {
                if pause > 0 {
                    let wait = pause / 2 + talker.next() % pause;
                    tokio::time::sleep(Duration::from_millis(wait)).await;
                }
                match talker.turn().await {
                    Ok(Some(t)) => times.push(t),
                    Ok(None) | Err(_) => errors += 1,
                }
            }
            (talker, times, errors)
        });
    }
    let mut histogram = Histogram::<u64>::new_with_max(60_000_000, 3)?;
    let mut errors = 0;
    while let Some(done) = running.join_next().await {
        let (talker, times, e) = done?;
        talkers.push(talker);
        errors += e;
        for t in times {
            histogram.record(t.as_micros() as u64)?;
        }
    }
    let ms = |q: f64| histogram.value_at_quantile(q) as f64 / 1000.0;
    Ok(Latency {
        turns: histogram.len(),
        p50_ms: ms(0.5),
        p90_ms: ms(0.9),
        p99_ms: ms(0.99),
        max_ms: histogram.max() as f64 / 1000.0,
        cpu_ms_per_turn: (server.cpu_ms()? - before) / histogram.len().max(1) as f64,
        errors,
    })
}

pub async fn run(o: Options) -> anyhow::Result<()> {
    let load_average_before = std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned();
    let dir = tempfile::tempdir()?;
    let first = Server::start(dir.path()).await?;
    let first_start_s = first.ready.as_secs_f64();
    first.stop().await?;
    let server = Server::start(dir.path()).await?;
    let (rss_idle_mb, _) = server.rss()?;
    let url = &server.demo.url;

    let mut one = vec![Talker::connect(url, 0, server.demo.customers.first().map(|c| c.token.as_str())).await?];
    measure(&server, &mut one, 3, 0).await?;
    let alone = measure(&server, &mut one, 40, 300).await?;

    let mut many = Vec::new();
    for n in 1..=o.conversations {
        many.push(Talker::connect(url, n, None).await?);
    }
    let talking = measure(&server, &mut many, o.turns, o.pause).await?;
    let burst = measure(&server, &mut many, 1, 0).await?;
    let (rss_after_load_mb, rss_peak_mb) = server.rss()?;
    let figures = Figures {
        load_average_before,
        cpus: std::thread::available_parallelism().map_or(1, |n| n.get()),
        first_start_s,
        ready_warm_s: server.ready.as_secs_f64(),
        rss_idle_mb,
        rss_after_load_mb,
        rss_peak_mb,
        alone,
        talking,
        burst,
        conversations: o.conversations,
        mean_pause_ms: o.pause,
    };
    server.stop().await?;
    print(&figures);
    let json = serde_json::to_string_pretty(&figures)?;
    match o.json {
        Some(path) => std::fs::write(&path, json).with_context(|| format!("cannot write {}", path.display()))?,
        None => println!("{json}"),
    }
    Ok(())
}

fn print(f: &Figures) {
    println!("{} CPUs, load average before: {}", f.cpus, f.load_average_before);
    println!("first start {:.1} s, ready warm {:.1} s", f.first_start_s, f.ready_warm_s);
    println!(
        "RSS idle {:.0} MB, after load {:.0} MB, peak {:.0} MB",
        f.rss_idle_mb, f.rss_after_load_mb, f.rss_peak_mb
    );
    println!(
        "{:<44} {:>6} {:>8} {:>8} {:>8} {:>8} {:>9} {:>7}",
        "one turn, as the customer sees it", "turns", "p50 ms", "p90 ms", "p99 ms", "max ms", "CPU ms", "errors"
    );
    for (name, l) in [
        ("alone".to_owned(), &f.alone),
        (format!("{} talking (pause {} ms)", f.conversations, f.mean_pause_ms), &f.talking),
        (format!("{} in the same instant", f.conversations), &f.burst),
    ] {
        println!(
            "{name:<44} {:>6} {:>8.1} {:>8.1} {:>8.1} {:>8.1} {:>9.1} {:>7}",
            l.turns, l.p50_ms, l.p90_ms, l.p99_ms, l.max_ms, l.cpu_ms_per_turn, l.errors
        );
    }
}
