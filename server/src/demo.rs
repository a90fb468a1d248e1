//! `kefu serve --demo`: a shop with its own order system, generated logins and signed-in customers, described in
//! `DIR/demo.json` for scripts.

use crate::app::{App, Demo};
use crate::clock::Clock;
use crate::config::{Config, Secret};
use crate::guard::identity::{CustomerClaims, DEFAULT_INBOX, sign_customer};
use crate::guard::staff::hash_password;
use crate::http::demo::DemoCustomer;
use crate::lifecycle::Lifecycle;
use crate::orders::shop::faults::Faults;
use crate::orders::shop::{self, Product, ShopOptions};
use crate::orders::wire::Bilingual;
use anyhow::Context;
use kg::Language;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

/// role, language, name, e-mail
const STAFF: [(&str, &str, &str, &str); 4] = [
    ("supervisor", "zh", "周明", "supervisor@demo.example"),
    ("agent", "zh", "李娜", "lina@demo.example"),
    ("agent", "en", "Sarah Miller", "sarah@demo.example"),
    ("editor", "zh", "王婷", "editor@demo.example"),
];
const TOKEN_DAYS: i64 = 365;

#[derive(Debug, Serialize, Deserialize)]
pub struct DemoFile {
    pub url: String,
    pub staff: Vec<StaffLogin>,
    pub customers: Vec<CustomerToken>,
    pub shop: ShopAccess,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StaffLogin {
    pub role: String,
    pub email: String,
    pub password: String,
    pub language: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerToken {
    pub id: String,
    pub name: String,
    pub token: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShopAccess {
    pub url: String,
    pub api_key: String,
}

/// Starts the demo shop's order system and points the configuration at it.
/// `faults`, for tests: how it goes wrong.
pub async fn start_shop(
    config: &mut Config,
    lifecycle: &Lifecycle,
    clock: &Clock,
    faults: Option<Faults>,
) -> anyhow::Result<()> {
    let data = &config.server.data;
    std::fs::create_dir_all(data).with_context(|| {
        format!("the data folder {} cannot be made; is it writable, the disk not full?", data.display())
    })?;
    let key_file = data.join("shop.key");
    let api_key = match std::fs::read_to_string(&key_file) {
        Ok(key) if key.len() == 64 => key,
        _ => {
            let key = clock.secret();
            write_private(&key_file, &key)?;
            key
        }
    };
    let graph = crate::content::load(&config.content.directory, data)?.graph;
    let products: Vec<Product> = graph
        .nodes
        .iter()
        .filter(|n| n.id.starts_with("product:"))
        .filter_map(|n| {
            let name = Bilingual::new(n.name(Language::Zh), n.name(Language::En));
            Some(Product { id: n.id.clone(), name, price: n.price? })
        })
        .collect();
    let now = clock.clone();
    let running = shop::start(ShopOptions {
        database: data.join("shop.db"),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        api_key: api_key.clone(),
        products,
        now: Arc::new(move || now.now()),
        shutdown: lifecycle.done(),
        faults,
    })
    .await?;
    config.orders.url = running.url();
    config.orders.api_key = Secret(api_key);
    // A turn that is under way when the stop comes may still be changing an order.
    lifecycle.spawn_support("demo shop", async move { Ok(running.handle.await??) });
    Ok(())
}

/// Makes logins and customer tokens, fills the app's demo page and writes `demo.json`.
pub async fn prepare(app: &App, url: &str) -> anyhow::Result<DemoFile> {
    let path = app.config.server.data.join("demo.json");
    let before: Option<DemoFile> = std::fs::read_to_string(&path).ok().and_then(|t| serde_json::from_str(&t).ok());
    let mut staff = Vec::new();
    for (role, language, name, email) in STAFF {
        let known = before.as_ref().and_then(|b| b.staff.iter().find(|s| s.email == email));
        let agent = app.store.agent_by_email(email).await?;
        let password = match (known, &agent) {
            (Some(login), Some(_)) => login.password.clone(),
            _ => app.clock.secret()[..16].to_owned(),
        };
        if known.is_none() || agent.is_none() {
            let hash = hash_password(&password)?;
            match agent {
                Some(a) => app.store.set_password(&a.id, &hash).await?,
                None => {
                    app.store.create_agent(name, email, role, &hash, language).await?;
                }
            }
        }
        staff.push(StaffLogin { role: role.into(), email: email.into(), password, language: language.into() });
    }
    let secret = app.store.ensure_inbox(DEFAULT_INBOX, "Skiff Store web", &app.clock.secret()).await?;
    let client = app.orders.as_ref().context("the demo shop is not connected")?;
    let exp = app.clock.now() / 1000 + TOKEN_DAYS * 86_400;
    let mut customers = Vec::new();
    for c in client.customers().await? {
        let text = |s: &str| (!s.is_empty()).then(|| s.to_owned());
        let claims = CustomerClaims {
            sub: c.id.clone(),
            exp,
            name: text(&c.name),
            email: text(&c.email),
            phone: text(&c.phone),
            tier: text(&c.tier),
        };
        let token = sign_customer(&claims, DEFAULT_INBOX, &secret)?;
        customers.push(DemoCustomer { id: c.id, name: c.name, tier: c.tier, language: c.language, token });
    }
    // What the shop page shows comes from the graph: it knows categories and attributes, too.
    let graph = app.graph.get();
    let products = graph
        .document()
        .nodes
        .iter()
        .filter(|n| n.id.starts_with("product:"))
        .filter_map(|n| {
            let category = graph.document().edges.iter().find(|e| e.from == n.id && e.to.starts_with("category:")).map(|e| e.to.clone());
            Some(serde_json::json!({"id": n.id, "name": n.name, "price": n.price?, "currency": "CNY", "category": category}))
        })
        .collect();
    let file = DemoFile {
        url: url.to_owned(),
        staff,
        customers: customers
            .iter()
            .map(|c| CustomerToken { id: c.id.clone(), name: c.name.clone(), token: c.token.clone() })
            .collect(),
        shop: ShopAccess { url: app.config.orders.url.clone(), api_key: app.config.orders.api_key.0.clone() },
    };
    let _ = app.demo.set(Demo { customers, products });
    write_private(&path, &serde_json::to_string_pretty(&file)?)?;
    Ok(file)
}

/// Passwords and keys are for the owner's eyes only; written whole or not at all.
fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let unfinished = path.with_extension("tmp");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)
        .with_context(|| format!("cannot write {}; is the disk full, the folder writable?", unfinished.display()))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)?;
    Ok(())
}
