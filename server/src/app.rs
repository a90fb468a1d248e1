//! The server's parts, put together once at start.

use crate::articles;
use crate::clock::Clock;
use crate::config::Config;
use crate::content;
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::guard::limits::Limiter;
use crate::http::demo::DemoCustomer;
use crate::http::try_bot::Trials;
use crate::hub::Hub;
use crate::lifecycle::Lifecycle;
use crate::orders::{ClientOptions, OrderClient};
use crate::presence::Presence;
use crate::replay::Replays;
use crate::store::{Engine, Store};
use crate::training::{self, Training};
use crate::worker;
use anyhow::Context;
use axum::http::StatusCode;
use bot::action::{Action, ActionError, ActionSpec, Outcome, Slots};
use bot::conversation::{Customer, Millis};
use bot::{Actions, Bot, BotParts, PolicyConfig, Responses};
use handoff::Rules;
use knowledge::Knowledge;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use models::{Embedder, EmbedderOptions};
use nlu::Nlu;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Turns that may be announced and not yet taken; more are found by the sweeper.
const HINTS: usize = 10_000;

pub struct App {
    pub config: Config,
    pub clock: Clock,
    pub lifecycle: Lifecycle,
    pub store: Store,
    pub hub: Hub,
    pub desk: Desk,
    pub presence: Presence,
    pub limits: Limits,
    pub embedder: Embedder,
    pub nlu: Arc<Nlu>,
    pub knowledge: Arc<Knowledge>,
    pub articles: articles::Serving,
    pub graph: kg::Shared,
    /// The change of the graph that is in use.
    pub graph_version: Mutex<i64>,
    /// Held while the graph is changed.
    pub graph_edits: tokio::sync::Mutex<()>,
    pub orders: Option<OrderClient>,
    pub training: Training,
    pub replays: Replays,
    /// Held by whoever looks for gaps.
    pub gaps: tokio::sync::Mutex<()>,
    pub trials: Trials,
    pub demo: OnceLock<Demo>,
    pub metrics: PrometheusHandle,
    /// Signs our own tokens.
    pub secret: String,
    bots: RwLock<Bots>,
}

#[derive(Clone)]
struct Bots {
    live: Arc<Bot>,
    /// The same, but it writes nothing into the order system.
    trial: Arc<Bot>,
}

pub struct Limits {
    pub messages: Limiter,
    /// The REST channel's callers are programs that wait for each answer.
    pub rest: Limiter,
    pub sessions: Limiter,
    pub logins: Limiter,
    /// Search and parse, which anybody may call.
    pub open: Limiter,
}

pub struct Demo {
    pub customers: Vec<DemoCustomer>,
    pub products: Vec<Value>,
}

/// Read-only stand-in for the "try the bot" page.
struct Refusing(ActionSpec);

#[async_trait::async_trait]
impl Action for Refusing {
    fn spec(&self) -> &ActionSpec {
        &self.0
    }

    async fn run(&self, _: &Customer, _: &Slots, _: &str) -> std::result::Result<Outcome, ActionError> {
        Err(ActionError::Refused { code: "trial".into(), message: "a trial changes nothing".into() })
    }
}

/// Installed once for the process; tests start several servers.
fn metrics_handle() -> anyhow::Result<PrometheusHandle> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(
            Matcher::Full("kefu_reply_seconds".into()),
            &[0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0],
        )?
        .set_buckets_for_metric(
            Matcher::Full("kefu_queue_wait_seconds".into()),
            &[5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0],
        )?
        .install_recorder();
    match handle {
        Ok(h) => Ok(HANDLE.get_or_init(|| h).clone()),
        // Another thread was faster.
        Err(_) => HANDLE.get().cloned().context("the metrics recorder could not be installed"),
    }
}

/// The encoder of the configuration: its own directory, or the packaged one from the cache.
pub fn encoder_dir(config: &Config) -> anyhow::Result<PathBuf> {
    if !config.models.encoder.as_os_str().is_empty() {
        return Ok(config.models.encoder.clone());
    }
    let dir = models::weights::prepared_dir(&config.models.cache, &config.models.languages);
    anyhow::ensure!(
        dir.is_dir(),
        "the encoder is not prepared for the languages {0}; run `KEFU_MODELS__LANGUAGES={0} kefu fetch` (or `make weights`) first",
        config.models.languages.join(",")
    );
    Ok(dir)
}

/// Embeddings that a build computed once for the built-in content.
pub fn shared_embeddings(config: &Config) -> PathBuf {
    config.models.cache.join("embeddings.bin")
}

pub fn start_embedder(config: &Config, cache: Vec<PathBuf>) -> anyhow::Result<Embedder> {
    Ok(Embedder::start(&EmbedderOptions {
        encoder: encoder_dir(config)?,
        adaptation: config.models.adapter.parse()?,
        cache,
        queue: config.models.queue,
        threads: config.models.threads,
        precision: config.models.precision,
    })?)
}

impl App {
    /// Opens everything and starts the workers. `progress` gets a sentence for each step that may take a while.
    pub async fn start(
        config: Config,
        lifecycle: Lifecycle,
        clock: Clock,
        progress: &(dyn Fn(&str) + Sync),
    ) -> anyhow::Result<Arc<App>> {
        config.check()?;
        std::fs::create_dir_all(&config.server.data).with_context(|| {
            format!(
                "the data folder {} cannot be made; is it writable, the disk not full?",
                config.server.data.display()
            )
        })?;
        let metrics = metrics_handle()?;
        let store = Store::open(&config.store.url.0, clock.clone()).await?;
        if store.engine == Engine::Sqlite {
            store.drop_all_leases().await?;
        }
        let secret = store.setting_or("secret", &clock.secret()).await?;
        content::seed_if_new(&store, &config, progress).await?;

        progress("loading the encoder");
        let embedder =
            start_embedder(&config, vec![shared_embeddings(&config), config.server.data.join("embeddings.bin")])?;
        let stored = store.stored_graph().await?;
        let graph_version = Mutex::new(stored.version);
        let graph = kg::Shared::new(kg::Graph::new(stored.document)?);
        progress("indexing the articles");
        let (serve, articles) = articles::at_start(&store, &config).await?;
        let knowledge = Arc::new(Knowledge::build(&embedder, &serve, &|_| {}).await?);
        let model = content::load_or_train(&store, &embedder, progress).await?;
        let nlu = Arc::new(Nlu::new(embedder.clone(), model, graph.clone()));

        let orders = match config.orders.url.as_str() {
            "" => None,
            url => Some(OrderClient::new(ClientOptions {
                total_timeout: Duration::from_millis(config.orders.timeout_ms),
                ..ClientOptions::new(url, &config.orders.api_key.0)
            })?),
        };
        let hub = Hub::default();
        let (turns, hints) = mpsc::channel(HINTS);
        let rules = Rules::parse(&content::document(&store, "routing").await?)?;
        let bots = bots(&store, &nlu, &knowledge, &graph, orders.as_ref()).await?;
        let app = Arc::new(App {
            desk: Desk::new(store.clone(), hub.clone(), turns, rules),
            limits: Limits {
                messages: Limiter::new(config.chat.burst, config.chat.per_minute),
                rest: Limiter::new(200, 3_000),
                sessions: Limiter::new(60, 120),
                logins: Limiter::new(config.staff.login_attempts, (config.staff.login_attempts / 15).max(1)),
                open: Limiter::new(500, 12_000),
            },
            presence: Presence::default(),
            training: Training::default(),
            replays: Replays::default(),
            gaps: tokio::sync::Mutex::default(),
            trials: Trials::default(),
            demo: OnceLock::new(),
            bots: RwLock::new(bots),
            config,
            clock,
            lifecycle,
            store,
            hub,
            embedder,
            nlu,
            knowledge,
            articles,
            graph,
            graph_version,
            graph_edits: tokio::sync::Mutex::default(),
            orders,
            metrics,
            secret,
        });
        app.lifecycle.spawn_vital("worker", worker::run(app.clone(), hints));
        app.lifecycle.spawn_vital("content", training::watch(app.clone()));
        app.lifecycle.spawn_vital("articles", articles::watch(app.clone()));
        app.lifecycle.spawn_vital("graph", crate::graph::watch(app.clone()));
        Ok(app)
    }

    fn current(&self) -> Bots {
        self.bots.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn bot(&self) -> Arc<Bot> {
        self.current().live
    }

    pub fn try_bot(&self) -> Arc<Bot> {
        self.current().trial
    }

    /// For the customer at `position`, from how long recent chats took and who is present.
    pub async fn wait_estimate(&self, position: usize) -> Result<Option<Millis>> {
        let recent = self.store.recent_handle_ms(50).await?;
        Ok(handoff::queue::wait_estimate(position, &recent, self.presence.count(self.clock.now())))
    }

    /// A signed-in customer's orders, newest first, in the order system's shape.
    pub async fn customer_orders(&self, customer: &Customer) -> Result<Vec<Value>> {
        let (Some(client), true) = (&self.orders, customer.signed_in) else { return Ok(vec![]) };
        let orders = client.customer_orders(&customer.id.0, &[], 50).await.map_err(|e| {
            tracing::warn!(error = %e, "the order system does not list orders");
            Error::client(
                StatusCode::BAD_GATEWAY,
                "order_system",
                "订单系统暂时无法访问，请稍后再试。",
                "The order system cannot be reached right now; try again in a moment.",
            )
        })?;
        Ok(orders.into_iter().filter_map(|o| serde_json::to_value(o).ok()).collect())
    }

    /// Serves until the stop; a port of 0 was resolved by the caller's listener.
    pub fn serve(self: &Arc<Self>, listener: TcpListener) {
        let router = crate::http::router(self.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let stopping = self.lifecycle.stopping();
        self.lifecycle.spawn_vital("http", async move {
            axum::serve(listener, router)
                .with_graceful_shutdown(stopping.cancelled_owned())
                .await
                .context("the HTTP server failed")
        });
    }
}

async fn bots(
    store: &Store,
    nlu: &Arc<Nlu>,
    knowledge: &Arc<Knowledge>,
    graph: &kg::Shared,
    orders: Option<&OrderClient>,
) -> anyhow::Result<Bots> {
    let responses = Responses::parse(&content::completed(store, "responses", "responses.yml", false).await?)?;
    let policy = PolicyConfig::parse(&content::completed(store, "policy", "policy.yml", true).await?)?;
    let actions: Vec<Arc<dyn Action>> =
        orders.map(|c| crate::orders::actions(c).into_values().collect()).unwrap_or_default();
    let harmless = actions.iter().map(|a| -> Arc<dyn Action> {
        if a.spec().writes { Arc::new(Refusing(a.spec().clone())) } else { a.clone() }
    });
    let bot = |actions: Actions| {
        Arc::new(Bot::new(BotParts {
            nlu: nlu.clone(),
            knowledge: knowledge.clone(),
            graph: graph.clone(),
            actions,
            responses: responses.clone(),
            policy: policy.clone(),
        }))
    };
    Ok(Bots { trial: bot(Actions::new(harmless)), live: bot(Actions::new(actions.clone())) })
}
