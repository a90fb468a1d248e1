//! The shop's SQLite file; the only SQL of the shop. Every transaction's first statement writes, because SQLite refuses
//! to turn a reader into a writer when another one came first.

use super::rows::{
    CustomerRow, EventRow, OrderRow, ScanRow, corrupt, insert_event, insert_order, insert_scan, json, update_order,
};
use super::rules::{DAY, Refusal};
use super::seed::Seed;
use super::shipping::Scan;
use crate::orders::wire::{
    Bilingual, ErrorBody, Order, OrderEvent, Product, ShopCustomer, Status, Tracking, TrackingEvent,
};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, QueryBuilder, Sqlite, SqlitePool};
use std::path::Path;
use std::time::Duration;

/// Numbered from 1; a database remembers how many it has seen in `user_version`.
const MIGRATIONS: [&str; 1] = [include_str!("schema.sql")];
/// How long an idempotency key is remembered.
const KEEP_KEYS: i64 = 30 * DAY;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the shop's database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the shop's database holds something that this version does not understand: {0}")]
    Corrupt(String),
    #[error("the shop's database was written by a newer version (schema {found}, this version knows {known})")]
    Newer { found: i64, known: usize },
}

#[derive(Clone)]
pub struct Store {
    pool: SqlitePool,
}

/// A write as it came in.
pub struct Write<'a> {
    pub order: &'a str,
    /// If given, the order must be this customer's.
    pub customer: Option<&'a str>,
    pub key: &'a str,
    pub request_hash: &'a str,
    /// If given, the order must still have this version.
    pub version: Option<i64>,
    pub now: i64,
}

/// What a write does to an order; the version is raised by the store.
pub struct Change {
    pub order: Order,
    pub kind: &'static str,
    pub data: serde_json::Value,
    pub scan: Option<Scan>,
}

#[derive(Debug)]
pub enum Written {
    /// Done or refused just now, or before: then it is the answer of that time.
    Answer {
        status: u16,
        body: String,
        replayed: bool,
    },
    KeyReused,
    NotFound,
    Stale,
}

macro_rules! orders_where {
    ($condition:literal) => {
        concat!(
            "SELECT id, customer_id, status, currency, total, created_at, paid_at, shipped_at, delivered_at, promised_at, ",
            "items, address, carrier, tracking_number, warehouse, return_request, version FROM orders WHERE ",
            $condition
        )
    };
}

impl Store {
    pub async fn open(path: &Path) -> Result<Store, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let pool = SqlitePoolOptions::new()
            .max_connections(4)
            .after_release(|connection, _| {
                Box::pin(async move {
                    // A commit that failed (full disk) leaves the connection in a state in which later ones keep nothing.
                    connection.ping().await?;
                    Ok(!connection.is_in_transaction())
                })
            })
            .connect_with(options)
            .await?;
        let store = Store { pool };
        store.migrate().await?;
        Ok(store)
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await?;
        let (found,): (i64,) = sqlx::query_as("PRAGMA user_version").fetch_one(&mut *connection).await?;
        let done = usize::try_from(found)
            .ok()
            .filter(|n| *n <= MIGRATIONS.len())
            .ok_or(StoreError::Newer { found, known: MIGRATIONS.len() })?;
        for (i, sql) in MIGRATIONS.iter().enumerate().skip(done) {
            let script = format!("BEGIN IMMEDIATE; {sql} PRAGMA user_version = {}; COMMIT;", i + 1);
            sqlx::raw_sql(sqlx::AssertSqlSafe(script)).execute(&mut *connection).await?;
        }
        Ok(())
    }

    /// Products are content and follow it at every start.
    pub async fn set_products(&self, products: &[Product]) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("DELETE FROM products").execute(&mut *tx).await?;
        for (i, p) in products.iter().enumerate() {
            sqlx::query("INSERT INTO products (id, position, name_zh, name_en, price) VALUES ($1, $2, $3, $4, $5)")
                .bind(&p.id)
                .bind(i64::try_from(i).unwrap_or(i64::MAX))
                .bind(&p.name.zh)
                .bind(&p.name.en)
                .bind(p.price)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    pub async fn forget_old_keys(&self, now: i64) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM idempotency_keys WHERE created_at < $1")
            .bind(now - KEEP_KEYS)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        let (n,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM customers").fetch_one(&self.pool).await?;
        Ok(n == 0)
    }

    pub async fn plant(&self, seed: &Seed) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        for (i, c) in seed.customers.iter().enumerate() {
            sqlx::query(
                "INSERT INTO customers (id, position, name, tier, language, email, phone, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(&c.id)
            .bind(i64::try_from(i).unwrap_or(i64::MAX))
            .bind(&c.name)
            .bind(&c.tier)
            .bind(&c.language)
            .bind(&c.email)
            .bind(&c.phone)
            .bind(c.created_at)
            .execute(&mut *tx)
            .await?;
        }
        for seeded in &seed.orders {
            insert_order(&mut tx, &seeded.order).await?;
            for event in &seeded.events {
                insert_event(&mut tx, event).await?;
            }
            for scan in &seeded.scans {
                insert_scan(&mut tx, &seeded.order.id, scan).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    pub async fn customers(&self) -> Result<Vec<ShopCustomer>, StoreError> {
        let rows: Vec<CustomerRow> = sqlx::query_as(
            "SELECT id, name, tier, language, email, phone, created_at FROM customers ORDER BY position",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(ShopCustomer::from).collect())
    }

    pub async fn customer(&self, id: &str) -> Result<Option<ShopCustomer>, StoreError> {
        let row: Option<CustomerRow> =
            sqlx::query_as("SELECT id, name, tier, language, email, phone, created_at FROM customers WHERE id = $1")
                .bind(id)
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(ShopCustomer::from))
    }

    pub async fn products(&self) -> Result<Vec<Product>, StoreError> {
        let rows: Vec<(String, String, String, i64)> =
            sqlx::query_as("SELECT id, name_zh, name_en, price FROM products ORDER BY position")
                .fetch_all(&self.pool)
                .await?;
        Ok(rows.into_iter().map(|(id, zh, en, price)| Product { id, name: Bilingual { zh, en }, price }).collect())
    }

    /// Newest first.
    pub async fn orders(
        &self,
        customer: Option<&str>,
        statuses: &[Status],
        limit: i64,
    ) -> Result<Vec<Order>, StoreError> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(orders_where!("1 = 1"));
        if let Some(customer) = customer {
            query.push(" AND customer_id = ").push_bind(customer);
        }
        if !statuses.is_empty() {
            query.push(" AND status IN (");
            let mut list = query.separated(", ");
            for status in statuses {
                list.push_bind(status.name());
            }
            query.push(")");
        }
        query.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(limit);
        let rows: Vec<OrderRow> = query.build_query_as().fetch_all(&self.pool).await?;
        rows.into_iter().map(Order::try_from).collect()
    }

    pub async fn order(&self, id: &str) -> Result<Option<Order>, StoreError> {
        let row: Option<OrderRow> =
            sqlx::query_as(orders_where!("id = $1")).bind(id).fetch_optional(&self.pool).await?;
        row.map(Order::try_from).transpose()
    }

    /// `None` for a parcel that has not been sent.
    pub async fn tracking(&self, order: &Order, now: i64) -> Result<Option<Tracking>, StoreError> {
        let (Some(carrier), Some(tracking_number)) = (&order.carrier, &order.tracking_number) else {
            return Ok(None);
        };
        let rows: Vec<ScanRow> = sqlx::query_as(
            "SELECT at, phase, place_zh, place_en, text_zh, text_en FROM tracking_events
             WHERE order_id = $1 ORDER BY at DESC, rowid DESC",
        )
        .bind(&order.id)
        .fetch_all(&self.pool)
        .await?;
        let status = match rows.first().map(|r| r.phase.as_str()) {
            Some("delivered") => "delivered",
            Some("out_for_delivery") => "out_for_delivery",
            _ => "in_transit",
        };
        Ok(Some(Tracking {
            order_id: order.id.clone(),
            carrier: carrier.clone(),
            tracking_number: tracking_number.clone(),
            status: status.to_owned(),
            events: rows.into_iter().map(TrackingEvent::from).collect(),
            estimated_delivery: order.promised_at.filter(|p| *p > now && order.delivered_at.is_none()),
        }))
    }

    /// Oldest first.
    pub async fn events(&self, order: &str) -> Result<Vec<OrderEvent>, StoreError> {
        let rows: Vec<EventRow> = sqlx::query_as(
            "SELECT id, order_id, at, kind, version, idempotency_key, data FROM order_events
             WHERE order_id = $1 ORDER BY version",
        )
        .bind(order)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|r| {
                Ok(OrderEvent {
                    data: serde_json::from_str(&r.data).map_err(corrupt(&r.order_id))?,
                    id: r.id,
                    order_id: r.order_id,
                    at: r.at,
                    kind: r.kind,
                    version: r.version,
                    idempotency_key: r.idempotency_key,
                })
            })
            .collect()
    }

    /// Key, change, audit entry and answer become durable together or not at all. The same key waits here for the
    /// one that came first, and then gets its answer.
    pub async fn write(
        &self,
        write: Write<'_>,
        change: impl FnOnce(&Order) -> Result<Change, Refusal>,
    ) -> Result<Written, StoreError> {
        let mut tx = self.pool.begin().await?;
        let claimed = sqlx::query(
            "INSERT INTO idempotency_keys (idempotency_key, request_hash, created_at, status, body)
             VALUES ($1, $2, $3, 0, '') ON CONFLICT (idempotency_key) DO NOTHING",
        )
        .bind(write.key)
        .bind(write.request_hash)
        .bind(write.now)
        .execute(&mut *tx)
        .await?;
        if claimed.rows_affected() == 0 {
            let (hash, status, body): (String, i64, String) =
                sqlx::query_as("SELECT request_hash, status, body FROM idempotency_keys WHERE idempotency_key = $1")
                    .bind(write.key)
                    .fetch_one(&mut *tx)
                    .await?;
            tx.rollback().await?;
            if hash != write.request_hash {
                return Ok(Written::KeyReused);
            }
            let status = u16::try_from(status).map_err(|_| StoreError::Corrupt(format!("status {status}")))?;
            return Ok(Written::Answer { status, body, replayed: true });
        }
        let row: Option<OrderRow> =
            sqlx::query_as(orders_where!("id = $1")).bind(write.order).fetch_optional(&mut *tx).await?;
        let order = row.map(Order::try_from).transpose()?;
        let Some(old) = order.filter(|o| write.customer.is_none_or(|c| c == o.customer_id)) else {
            tx.rollback().await?;
            return Ok(Written::NotFound);
        };
        if write.version.is_some_and(|v| v != old.version) {
            tx.rollback().await?;
            return Ok(Written::Stale);
        }
        let (status, body) = match change(&old) {
            Err(refusal) => {
                let body = ErrorBody {
                    code: refusal.code.to_owned(),
                    message: refusal.message.to_owned(),
                    fields: Vec::new(),
                };
                (409_u16, json(&body)?)
            }
            Ok(mut change) => {
                change.order.version = old.version + 1;
                update_order(&mut tx, &change.order).await?;
                let event = OrderEvent {
                    id: 0,
                    order_id: old.id.clone(),
                    at: write.now,
                    kind: change.kind.to_owned(),
                    version: change.order.version,
                    idempotency_key: Some(write.key.to_owned()),
                    data: change.data,
                };
                insert_event(&mut tx, &event).await?;
                if let Some(scan) = &change.scan {
                    insert_scan(&mut tx, &old.id, scan).await?;
                }
                (200, json(&change.order)?)
            }
        };
        sqlx::query("UPDATE idempotency_keys SET status = $1, body = $2 WHERE idempotency_key = $3")
            .bind(i64::from(status))
            .bind(&body)
            .bind(write.key)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Written::Answer { status, body, replayed: false })
    }
}
