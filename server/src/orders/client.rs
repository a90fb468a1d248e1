//! A client for the order API. Everything that it hears is bad until checked, and every failure is told apart by the
//! one question that matters to a customer: was anything changed, or not, or does nobody know?

use super::breaker::Breaker;
use super::check::{header_key, is_bilingual, is_code, is_order_id, is_sensible, is_short, printable};
use super::wire::*;
use bot::action::ActionError;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

#[derive(Clone)]
pub struct ClientOptions {
    /// `http://127.0.0.1:8081` or `https://shop.example/orders`; `/v1/…` is added to it.
    pub base_url: String,
    pub api_key: String,
    pub connect_timeout: Duration,
    /// For a reading call with all its repetitions; for each attempt of a writing one.
    pub total_timeout: Duration,
    /// The largest answer that is read.
    pub max_answer: usize,
    /// Requests at one time; the next ones wait, at most half of `total_timeout`.
    pub max_in_flight: usize,
    /// Wait before the first repetition; the second waits twice as long.
    pub backoff: Duration,
    /// After so many failures in a row the order system is left alone for `breaker_pause`.
    pub breaker_after: u32,
    pub breaker_pause: Duration,
}

impl ClientOptions {
    pub fn new(base_url: &str, api_key: &str) -> Self {
        Self {
            base_url: base_url.to_owned(),
            api_key: api_key.to_owned(),
            connect_timeout: Duration::from_secs(2),
            total_timeout: Duration::from_secs(5),
            max_answer: 1024 * 1024,
            max_in_flight: 32,
            backoff: Duration::from_millis(100),
            breaker_after: 8,
            breaker_pause: Duration::from_secs(10),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("the order system's address {0:?} is not an http or https URL")]
    Address(String),
    #[error("the order system's API key holds characters that a header cannot carry")]
    Key,
    #[error("the HTTP client could not be made: {0}")]
    Http(#[from] reqwest::Error),
}

/// Cheap to clone; all clones share connections, the limit and the breaker.
#[derive(Clone)]
pub struct OrderClient {
    shared: Arc<Shared>,
}

struct Shared {
    http: reqwest::Client,
    base: Url,
    options: ClientOptions,
    room: Semaphore,
    breaker: Breaker,
}

/// How one attempt ended when it did not end well.
enum Failure {
    /// No connection: the request never left.
    NotSent(String),
    /// Not even tried: no room, or the breaker is open.
    NotTried(String),
    /// Understood, and not done for a reason of ours or of load (wrong key, too many requests).
    NotServed(String),
    Refused {
        code: String,
        message: String,
    },
    /// Sent, but the answer was lost, late, an error of the server, or made no sense.
    Lost(String),
}

struct Request<'a> {
    method: Method,
    path: &'a [&'a str],
    query: &'a [(&'a str, &'a str)],
    body: Option<Vec<u8>>,
    key: Option<&'a str>,
}

impl<'a> Request<'a> {
    fn get(path: &'a [&'a str], query: &'a [(&'a str, &'a str)]) -> Self {
        Self { method: Method::GET, path, query, body: None, key: None }
    }
}

const REPEATS: u32 = 2;

impl OrderClient {
    pub fn new(options: ClientOptions) -> Result<Self, ClientError> {
        let base = Url::parse(&options.base_url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| ClientError::Address(options.base_url.clone()))?;
        let mut key = HeaderValue::from_str(&options.api_key).map_err(|_| ClientError::Key)?;
        key.set_sensitive(true);
        let http = reqwest::Client::builder()
            .default_headers(HeaderMap::from_iter([(reqwest::header::HeaderName::from_static("x-api-key"), key)]))
            .user_agent("kefu")
            .connect_timeout(options.connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_idle_timeout(Duration::from_secs(30))
            .build()?;
        let room = Semaphore::new(options.max_in_flight.max(1));
        let breaker = Breaker::new(options.breaker_after, options.breaker_pause);
        Ok(Self { shared: Arc::new(Shared { http, base, options, room, breaker }) })
    }

    /// A customer's orders, newest first; `statuses` empty means all.
    pub async fn customer_orders(
        &self,
        customer: &str,
        statuses: &[Status],
        limit: usize,
    ) -> Result<Vec<Order>, ActionError> {
        let limit = limit.clamp(1, 100).to_string();
        let statuses = statuses.iter().map(|s| s.name()).collect::<Vec<_>>().join(",");
        let mut query = vec![("customer_id", customer), ("limit", limit.as_str())];
        if !statuses.is_empty() {
            query.push(("status", statuses.as_str()));
        }
        let request = Request::get(&["v1", "orders"], &query);
        let list: OrderList = self.read(request, |list: &OrderList| list.orders.iter().all(is_sensible)).await?;
        // An order system that mixes customers up must not make Kefu show one customer another's orders.
        let (own, foreign): (Vec<Order>, Vec<Order>) = list.orders.into_iter().partition(|o| o.customer_id == customer);
        if !foreign.is_empty() {
            tracing::error!(count = foreign.len(), "the order system listed orders of another customer");
        }
        Ok(own)
    }

    /// `not_found` also for another customer's order.
    pub async fn order(&self, customer: &str, id: &str) -> Result<Order, ActionError> {
        // Also keeps `..` and the like out of the path.
        if !is_order_id(id) {
            return Err(not_found());
        }
        let path = ["v1", "orders", id];
        let query = [("customer_id", customer)];
        let order: Order = self.read(Request::get(&path, &query), |o: &Order| is_sensible(o) && o.id == id).await?;
        if order.customer_id == customer { Ok(order) } else { Err(not_found()) }
    }

    pub async fn tracking(&self, customer: &str, id: &str) -> Result<Tracking, ActionError> {
        self.order(customer, id).await?;
        let path = ["v1", "orders", id, "tracking"];
        let query = [("customer_id", customer)];
        self.read(Request::get(&path, &query), |t: &Tracking| {
            t.order_id == id
                && t.events.len() <= 200
                && [&t.carrier, &t.tracking_number, &t.status].into_iter().all(|text| is_short(text))
                && t.events.iter().all(|e| is_bilingual(&e.place) && is_bilingual(&e.text))
        })
        .await
    }

    pub async fn change_address(
        &self,
        customer: &str,
        id: &str,
        address: &Address,
        key: &str,
    ) -> Result<Order, ActionError> {
        self.write(customer, Method::PUT, id, "address", address, key, |o| o.address == *address).await
    }

    pub async fn cancel(
        &self,
        customer: &str,
        id: &str,
        request: &CancelRequest,
        key: &str,
    ) -> Result<Order, ActionError> {
        self.write(customer, Method::POST, id, "cancel", request, key, |o| o.status == Status::Cancelled).await
    }

    pub async fn request_return(
        &self,
        customer: &str,
        id: &str,
        request: &ReturnRequest,
        key: &str,
    ) -> Result<Order, ActionError> {
        self.write(customer, Method::POST, id, "returns", request, key, |o| {
            o.returning.as_ref().is_some_and(|r| r.kind == request.kind)
        })
        .await
    }

    pub async fn customers(&self) -> Result<Vec<ShopCustomer>, ActionError> {
        let request = Request::get(&["v1", "customers"], &[]);
        let list: CustomerList = self
            .read(request, |list: &CustomerList| {
                list.customers.iter().all(|c| {
                    [&c.id, &c.name, &c.tier, &c.language, &c.email, &c.phone].into_iter().all(|text| is_short(text))
                })
            })
            .await?;
        Ok(list.customers)
    }

    pub async fn products(&self) -> Result<Vec<Product>, ActionError> {
        let request = Request::get(&["v1", "products"], &[]);
        let list: ProductList = self
            .read(request, |list: &ProductList| {
                list.products.iter().all(|p| is_short(&p.id) && is_bilingual(&p.name) && p.price >= 0)
            })
            .await?;
        Ok(list.products)
    }

    /// Repeats what may be repeated as long as there is time; a read that fails has changed nothing.
    async fn read<T: DeserializeOwned>(
        &self,
        request: Request<'_>,
        accept: impl Fn(&T) -> bool,
    ) -> Result<T, ActionError> {
        let deadline = Instant::now() + self.shared.options.total_timeout;
        let mut attempt = 0;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let reason = match self.attempt(&request, left, &accept).await {
                Ok(answer) => return Ok(answer),
                Err(Failure::Refused { code, message }) => {
                    return Err(ActionError::Refused { code, message });
                }
                Err(Failure::NotTried(reason) | Failure::NotServed(reason)) => {
                    return Err(ActionError::Unavailable(reason));
                }
                Err(Failure::NotSent(reason) | Failure::Lost(reason)) => reason,
            };
            let wait = self.backoff(attempt);
            if attempt >= REPEATS || Instant::now() + wait >= deadline {
                return Err(ActionError::Unavailable(reason));
            }
            attempt += 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// First makes sure that the order is the customer's, then writes; repeats only with the same key, so that the
    /// change happens once however often the request arrives.
    #[allow(clippy::too_many_arguments)]
    async fn write<T: Serialize>(
        &self,
        customer: &str,
        method: Method,
        id: &str,
        what: &str,
        body: &T,
        key: &str,
        done: impl Fn(&Order) -> bool,
    ) -> Result<Order, ActionError> {
        self.order(customer, id).await?;
        let key = header_key(what, id, key);
        let body = serde_json::to_vec(body).map_err(|e| ActionError::Unavailable(e.to_string()))?;
        let request = Request {
            method,
            path: &["v1", "orders", id, what],
            query: &[("customer_id", customer)],
            body: Some(body),
            key: Some(&key),
        };
        // An answer that tells of another order, or of an order without the change, is no proof of anything.
        let accept = |o: &Order| is_sensible(o) && o.id == id && o.customer_id == customer && done(o);
        let (mut connects, mut lost) = (0, 0);
        loop {
            let unsure = lost > 0;
            let (reason, again) = match self.attempt(&request, self.shared.options.total_timeout, &accept).await {
                Ok(order) => return Ok(order),
                // Somebody used our key for something else: what that was, nobody here knows.
                Err(Failure::Refused { code, message }) if code == "idempotency_key_reused" => {
                    return Err(ActionError::Unknown(message));
                }
                Err(Failure::Refused { code, message }) => {
                    return Err(ActionError::Refused { code, message });
                }
                Err(Failure::NotTried(reason) | Failure::NotServed(reason)) => (reason, false),
                Err(Failure::NotSent(reason)) => {
                    connects += 1;
                    (reason, connects <= REPEATS)
                }
                Err(Failure::Lost(reason)) => {
                    lost += 1;
                    (reason, lost <= 1)
                }
            };
            if !again {
                return Err(if unsure || lost > 0 {
                    ActionError::Unknown(reason)
                } else {
                    ActionError::Unavailable(reason)
                });
            }
            tokio::time::sleep(self.backoff(connects + lost - 1)).await;
        }
    }

    fn backoff(&self, attempt: u32) -> Duration {
        let jitter: f64 = rand::random_range(0.5..1.5);
        self.shared.options.backoff.saturating_mul(1 << attempt.min(4)).mul_f64(jitter)
    }

    async fn attempt<T: DeserializeOwned>(
        &self,
        request: &Request<'_>,
        time: Duration,
        accept: &impl Fn(&T) -> bool,
    ) -> Result<T, Failure> {
        let shared = &*self.shared;
        // Half of the time for a place, so that there is time left for an answer.
        let begin = Instant::now();
        let Ok(Ok(_room)) = tokio::time::timeout(time / 2, shared.room.acquire()).await else {
            return Err(Failure::NotTried("too many requests to the order system at once".to_owned()));
        };
        let Some(permit) = shared.breaker.enter(Instant::now()) else {
            return Err(Failure::NotTried("the order system keeps failing and is not asked for a while".to_owned()));
        };
        let time = time.saturating_sub(begin.elapsed());
        let result = self.exchange(request, time, accept).await;
        match &result {
            Ok(_) | Err(Failure::Refused { .. }) => permit.succeeded(),
            Err(_) => permit.failed(Instant::now()),
        }
        if let Err(Failure::NotSent(reason) | Failure::NotServed(reason) | Failure::Lost(reason)) = &result {
            tracing::warn!(path = request.path.join("/"), reason, "the order system did not answer well");
        }
        result
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        request: &Request<'_>,
        time: Duration,
        accept: &impl Fn(&T) -> bool,
    ) -> Result<T, Failure> {
        let mut url = self.shared.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(request.path);
        }
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(request.query);
        }
        let mut builder = self.shared.http.request(request.method.clone(), url).timeout(time);
        if let Some(key) = request.key {
            builder = builder.header("idempotency-key", key);
        }
        if let Some(body) = &request.body {
            builder = builder.header(reqwest::header::CONTENT_TYPE, "application/json").body(body.clone());
        }
        let response = builder.send().await.map_err(|e| {
            let e = e.without_url();
            if e.is_connect() || e.is_builder() {
                Failure::NotSent(format!("no connection to the order system: {e}"))
            } else {
                Failure::Lost(format!("no answer from the order system: {e}"))
            }
        })?;
        let status = response.status().as_u16();
        let body = self.bounded(response).await?;
        match status {
            200..=299 => serde_json::from_slice(&body)
                .ok()
                .filter(|answer| accept(answer))
                .ok_or_else(|| Failure::Lost("the order system's answer makes no sense".to_owned())),
            401 | 403 | 429 => Err(Failure::NotServed(format!("the order system answered {status}"))),
            400..=499 if status != 408 => match serde_json::from_slice::<ErrorBody>(&body) {
                Ok(error) if is_code(&error.code) => {
                    Err(Failure::Refused { code: error.code, message: printable(&error.message) })
                }
                _ => Err(Failure::Lost(format!("the order system answered {status} without a reason"))),
            },
            _ => Err(Failure::Lost(format!("the order system answered {status}"))),
        }
    }

    async fn bounded(&self, mut response: reqwest::Response) -> Result<Vec<u8>, Failure> {
        let too_large = || Failure::Lost("the order system's answer is too large".to_owned());
        let limit = self.shared.options.max_answer;
        if response.content_length().is_some_and(|n| n > limit as u64) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > limit => return Err(too_large()),
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(body),
                Err(e) => {
                    return Err(Failure::Lost(format!("the order system's answer broke off: {}", e.without_url())));
                }
            }
        }
    }
}

pub fn not_found() -> ActionError {
    ActionError::Refused { code: "not_found".to_owned(), message: "There is no such order.".to_owned() }
}
