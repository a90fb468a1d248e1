//! The real shop on a free port, the real client, the real actions; faults come from the shop's constructor.
#![allow(clippy::unwrap_used)]

mod actions;
mod client;
mod door;
mod shop;

use super::client::{ClientOptions, OrderClient};
use super::shop::faults::Faults;
use super::shop::{Product, RunningShop, ShopOptions, start};
use super::wire::*;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};

const KEY: &str = "test-key-0123456789abcdef";
/// 2026-11-22 12:00 in China.
const NOW: i64 = 1_795_320_000_000;

struct TestShop {
    running: RunningShop,
    faults: Faults,
    clock: Arc<AtomicI64>,
    http: reqwest::Client,
    dir: TempDir,
    _stop: DropGuard,
}

fn products() -> Vec<Product> {
    let mut products: Vec<Product> = (0..30)
        .map(|i| Product {
            id: format!("product:p{i}"),
            name: Bilingual::new(&format!("商品{i}"), &format!("Product {i}")),
            price: 1000 + 700 * i,
        })
        .collect();
    products.push(Product {
        id: "product:m2-headphones".to_owned(),
        name: Bilingual::new("M2 耳机", "M2 Headphones"),
        price: 29900,
    });
    products
}

async fn open(dir: TempDir) -> TestShop {
    let faults = Faults::new();
    let clock = Arc::new(AtomicI64::new(NOW));
    let now = Arc::clone(&clock);
    let shutdown = CancellationToken::new();
    let running = start(ShopOptions {
        database: dir.path().join("shop.db"),
        listen: "127.0.0.1:0".parse().unwrap(),
        api_key: KEY.to_owned(),
        products: products(),
        now: Arc::new(move || now.load(Ordering::Relaxed)),
        shutdown: shutdown.clone(),
        faults: Some(faults.clone()),
    })
    .await
    .unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    TestShop { running, faults, clock, http, dir, _stop: shutdown.drop_guard() }
}

async fn shop() -> TestShop {
    open(TempDir::new().unwrap()).await
}

impl TestShop {
    async fn get(&self, path: &str) -> (u16, Value) {
        let url = format!("{}{path}", self.running.url());
        answer(self.http.get(url).header("x-api-key", KEY).send().await.unwrap()).await
    }

    async fn send(&self, method: Method, path: &str, key: &str, body: &Value) -> Response {
        self.http
            .request(method, format!("{}{path}", self.running.url()))
            .header("x-api-key", KEY)
            .header("idempotency-key", key)
            .json(body)
            .send()
            .await
            .unwrap()
    }

    async fn put(&self, path: &str, key: &str, body: &Value) -> (u16, Value) {
        answer(self.send(Method::PUT, path, key, body).await).await
    }

    async fn post(&self, path: &str, key: &str, body: &Value) -> (u16, Value) {
        answer(self.send(Method::POST, path, key, body).await).await
    }

    async fn orders(&self, query: &str) -> Vec<Order> {
        let (status, body) = self.get(&format!("/v1/orders?{query}")).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_value::<OrderList>(body).unwrap().orders
    }

    async fn order_in(&self, status: Status) -> Order {
        self.orders(&format!("status={}&limit=1", status.name())).await.remove(0)
    }

    async fn order(&self, id: &str) -> Order {
        serde_json::from_value(self.get(&format!("/v1/orders/{id}")).await.1).unwrap()
    }

    async fn events(&self, id: &str) -> Vec<OrderEvent> {
        let (_, body) = self.get(&format!("/v1/orders/{id}/events")).await;
        serde_json::from_value::<OrderEventList>(body).unwrap().events
    }

    /// How often something was done to an order.
    async fn count(&self, id: &str, kind: &str) -> usize {
        self.events(id).await.iter().filter(|e| e.kind == kind).count()
    }

    /// Short times, so that a lost answer costs a test little.
    fn options(&self) -> ClientOptions {
        ClientOptions {
            connect_timeout: Duration::from_millis(500),
            total_timeout: Duration::from_millis(1500),
            backoff: Duration::from_millis(5),
            ..ClientOptions::new(&self.running.url(), KEY)
        }
    }

    fn client(&self) -> OrderClient {
        OrderClient::new(self.options()).unwrap()
    }
}

async fn answer(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_else(|_| panic!("not JSON: {body:?}")))
}

fn new_address() -> Address {
    Address {
        recipient: "林晓雨".to_owned(),
        phone: "+86 199 0000 0101".to_owned(),
        country: "CN".to_owned(),
        province: "江苏省".to_owned(),
        city: "苏州市".to_owned(),
        district: "姑苏区".to_owned(),
        street: "桂影巷7号".to_owned(),
        postcode: "215000".to_owned(),
    }
}

fn address_json() -> Value {
    json!(new_address())
}
