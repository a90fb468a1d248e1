//! Servers inside the test process, on a free port of 127.0.0.1.

use super::{Engine, Reply, Staff, files, http};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use server::app::App;
use server::clock::Clock;
use server::demo::{self, DemoFile};
use server::lifecycle::Lifecycle;
use server::orders::shop::faults::Faults;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{MutexGuard, OnceCell};

pub struct Server {
    pub app: Arc<App>,
    pub base: String,
    pub demo: DemoFile,
    /// How the demo shop's order system goes wrong.
    pub faults: Faults,
    pub data: TempDir,
    pub database: Option<String>,
    staff: tokio::sync::Mutex<HashMap<String, Staff>>,
}

static RUNNING: Mutex<Vec<Arc<Server>>> = Mutex::new(Vec::new());

/// The server that many tests use at once, each with customers of its own.
pub async fn shared(engine: Engine) -> Arc<Server> {
    static SQLITE: OnceCell<Arc<Server>> = OnceCell::const_new();
    static POSTGRES: OnceCell<Arc<Server>> = OnceCell::const_new();
    let cell = match engine {
        Engine::Sqlite => &SQLITE,
        Engine::Postgres => &POSTGRES,
    };
    cell.get_or_init(|| kept(engine)).await.clone()
}

/// A server that one test at a time has to itself: who is present and how the shop fails is up to that test.
pub async fn quiet(engine: Engine) -> MutexGuard<'static, Arc<Server>> {
    type Cell = OnceCell<tokio::sync::Mutex<Arc<Server>>>;
    static SQLITE: Cell = OnceCell::const_new();
    static POSTGRES: Cell = OnceCell::const_new();
    let cell = match engine {
        Engine::Sqlite => &SQLITE,
        Engine::Postgres => &POSTGRES,
    };
    let server = cell.get_or_init(async || tokio::sync::Mutex::new(kept(engine).await)).await.lock().await;
    server.faults.always(None);
    server
}

async fn kept(engine: Engine) -> Arc<Server> {
    let server = Arc::new(Server::start(engine).await);
    RUNNING.lock().unwrap().push(server.clone());
    server
}

pub async fn stop_all() {
    let running = std::mem::take(&mut *RUNNING.lock().unwrap());
    for server in running {
        server.stop().await.unwrap();
    }
}

impl Server {
    /// One of the caller's own.
    pub async fn start(engine: Engine) -> Server {
        let (data, database) = files::fresh(engine).await;
        Server::start_on(data, database).await
    }

    pub async fn start_on(data: TempDir, database: Option<String>) -> Server {
        let mut config = files::config(data.path(), database.as_deref());
        let (lifecycle, clock, faults) = (Lifecycle::default(), Clock::default(), Faults::new());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        demo::start_shop(&mut config, &lifecycle, &clock, Some(faults.clone())).await.unwrap();
        let app = App::start(config, lifecycle, clock, &|_| {}).await.unwrap();
        let demo = demo::prepare(&app, &base).await.unwrap();
        app.serve(listener);
        Server { app, base, demo, faults, data, database, staff: tokio::sync::Mutex::default() }
    }

    /// As after SIGTERM.
    pub async fn stop(&self) -> anyhow::Result<()> {
        self.app.lifecycle.stop();
        self.app.lifecycle.drained().await?;
        self.app.store.close().await;
        Ok(())
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        http().get(self.url(path))
    }

    pub fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        http().post(self.url(path)).json(body)
    }

    /// What the business's own login would give the customer.
    pub fn token(&self, customer: &str) -> &str {
        &self.demo.customers.iter().find(|c| c.id == customer).unwrap().token
    }

    /// The agent with this role and language, signed in (once for all tests) and present.
    pub async fn staff(&self, role: &str, language: &str) -> Staff {
        let login = self.demo.staff.iter().find(|s| s.role == role && s.language == language).unwrap();
        let mut known = self.staff.lock().await;
        let staff = match known.get(&login.email) {
            Some(staff) => staff.clone(),
            None => {
                let staff = Staff::login(&self.base, &login.email, &login.password).await;
                known.insert(login.email.clone(), staff.clone());
                staff
            }
        };
        drop(known);
        staff.patch("/me", &json!({"presence": "online"})).await.ok();
        staff
    }

    /// Two agents who are present.
    pub async fn two_agents(&self) -> (Staff, Staff) {
        (self.staff("agent", "zh").await, self.staff("agent", "en").await)
    }

    /// A message over Rasa's REST channel, and the bot's answers.
    pub async fn webhook(&self, sender: &str, message: &str, metadata: Value) -> Vec<Value> {
        let body = json!({"sender": sender, "message": message, "metadata": metadata});
        let answers = Reply::of(self.post("/webhooks/rest/webhook", &body)).await.ok();
        answers.as_array().unwrap().clone()
    }

    /// From the order system itself, not through Kefu.
    pub async fn shop(&self, path: &str) -> Value {
        shop(&self.demo, path).await
    }

    /// The customer's orders with one of these statuses, newest first.
    pub async fn orders(&self, customer: &str, status: &[&str]) -> Vec<Value> {
        let orders = self.shop(&format!("/v1/orders?customer_id={customer}&limit=100")).await["orders"].clone();
        let orders = orders.as_array().unwrap().clone();
        orders.into_iter().filter(|o| status.contains(&o["status"].as_str().unwrap())).collect()
    }

    /// How often the order's address was changed.
    pub async fn address_changes(&self, order: &str) -> usize {
        address_changes(&self.demo, order).await
    }
}

pub async fn shop(demo: &DemoFile, path: &str) -> Value {
    Reply::of(http().get(format!("{}{path}", demo.shop.url)).header("X-Api-Key", &demo.shop.api_key)).await.ok()
}

pub async fn address_changes(demo: &DemoFile, order: &str) -> usize {
    let events = shop(demo, &format!("/v1/orders/{order}/events")).await["events"].clone();
    events.as_array().unwrap().iter().filter(|e| e["kind"] == "address_changed").count()
}
