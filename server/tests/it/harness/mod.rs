//! Servers, customers, agents, sockets and processes for the tests.

pub mod customer;
pub mod files;
pub mod node;
pub mod postgres;
pub mod process;
pub mod socket;
pub mod staff;

pub use customer::{Customer, texts};
pub use node::{Server, quiet, shared};
pub use socket::Socket;
pub use staff::Staff;

use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Longer than anything takes on a loaded machine; only a failing test waits this long.
pub const DEADLINE: Duration = Duration::from_secs(40);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub fn name(self) -> &'static str {
        match self {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        }
    }
}

/// One for all tests, because servers are shared between them.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap())
}

pub fn prepare() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    // `KEFU_TEST_LOG=info` shows what the servers of this process say.
    if let Some(filter) = std::env::var_os("KEFU_TEST_LOG") {
        tracing_subscriber::fmt().with_env_filter(filter.to_string_lossy()).with_writer(std::io::stderr).init();
    }
}

/// After the last test: servers end, databases go.
pub fn tidy_up() {
    runtime().block_on(async {
        node::stop_all().await;
        postgres::drop_all().await;
    });
}

/// Asks again until there is an answer; fails with `what` when there is none before the deadline.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(started.elapsed() < DEADLINE, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
}

pub fn http() -> &'static reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    CLIENT.get_or_init(|| reqwest::Client::builder().no_proxy().timeout(DEADLINE).build().unwrap())
}

/// An answer over HTTP.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: StatusCode,
    pub body: Value,
    pub text: String,
}

impl Reply {
    pub async fn of(request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        Reply { status, body: serde_json::from_str(&text).unwrap_or(Value::Null), text }
    }

    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        self.body
    }

    /// Refused in the one shape of errors, with this status and code.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.is_error();
        assert_eq!(self.body["code"], code, "{}", self.text);
    }

    /// `{code, message}` and nothing else.
    #[track_caller]
    pub fn is_error(&self) {
        let object = self
            .body
            .as_object()
            .unwrap_or_else(|| panic!("an error that is no JSON object: {} {:?}", self.status, self.text));
        let mut keys: Vec<_> = object.keys().collect();
        keys.sort();
        assert_eq!(keys, ["code", "message"], "{}", self.text);
        assert!(self.body["code"].is_string() && !self.body["message"].as_str().unwrap().is_empty(), "{}", self.text);
    }
}

pub fn method(name: &str) -> Method {
    Method::from_bytes(name.to_uppercase().as_bytes()).unwrap()
}

/// Has it Chinese characters?
pub fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c))
}

pub fn unique(name: &str) -> String {
    format!("{name}-{}", uuid::Uuid::now_v7().simple())
}
