//! How the shop's things lie in its tables.

use super::shipping::Scan;
use super::store::StoreError;
use crate::orders::wire::{Bilingual, Order, OrderEvent, ShopCustomer, Status, TrackingEvent};
use sqlx::{FromRow, SqliteConnection};

#[derive(FromRow)]
pub struct OrderRow {
    pub id: String,
    pub customer_id: String,
    pub status: String,
    pub currency: String,
    pub total: i64,
    pub created_at: i64,
    pub paid_at: Option<i64>,
    pub shipped_at: Option<i64>,
    pub delivered_at: Option<i64>,
    pub promised_at: Option<i64>,
    pub items: String,
    pub address: String,
    pub carrier: Option<String>,
    pub tracking_number: Option<String>,
    pub warehouse: Option<String>,
    pub return_request: Option<String>,
    pub version: i64,
}

pub fn corrupt(id: &str) -> impl Fn(serde_json::Error) -> StoreError {
    move |e| StoreError::Corrupt(format!("{id}: {e}"))
}

impl TryFrom<OrderRow> for Order {
    type Error = StoreError;

    fn try_from(row: OrderRow) -> Result<Order, StoreError> {
        let status = Status::parse(&row.status)
            .ok_or_else(|| StoreError::Corrupt(format!("{}: status {}", row.id, row.status)))?;
        Ok(Order {
            status,
            items: serde_json::from_str(&row.items).map_err(corrupt(&row.id))?,
            address: serde_json::from_str(&row.address).map_err(corrupt(&row.id))?,
            returning: row.return_request.map(|r| serde_json::from_str(&r)).transpose().map_err(corrupt(&row.id))?,
            id: row.id,
            customer_id: row.customer_id,
            currency: row.currency,
            total: row.total,
            created_at: row.created_at,
            paid_at: row.paid_at,
            shipped_at: row.shipped_at,
            delivered_at: row.delivered_at,
            promised_at: row.promised_at,
            carrier: row.carrier,
            tracking_number: row.tracking_number,
            warehouse: row.warehouse,
            version: row.version,
        })
    }
}

pub fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Corrupt(e.to_string()))
}

pub async fn insert_order(tx: &mut SqliteConnection, order: &Order) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO orders (id, customer_id, status, currency, total, created_at, paid_at, shipped_at, delivered_at,
         promised_at, items, address, carrier, tracking_number, warehouse, return_request, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(&order.id)
    .bind(&order.customer_id)
    .bind(order.status.name())
    .bind(&order.currency)
    .bind(order.total)
    .bind(order.created_at)
    .bind(order.paid_at)
    .bind(order.shipped_at)
    .bind(order.delivered_at)
    .bind(order.promised_at)
    .bind(json(&order.items)?)
    .bind(json(&order.address)?)
    .bind(&order.carrier)
    .bind(&order.tracking_number)
    .bind(&order.warehouse)
    .bind(order.returning.as_ref().map(json).transpose()?)
    .bind(order.version)
    .execute(tx)
    .await?;
    Ok(())
}

/// Everything that a change may touch.
pub async fn update_order(tx: &mut SqliteConnection, order: &Order) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE orders SET status = $1, paid_at = $2, shipped_at = $3, delivered_at = $4, promised_at = $5,
         address = $6, carrier = $7, tracking_number = $8, warehouse = $9, return_request = $10, version = $11
         WHERE id = $12",
    )
    .bind(order.status.name())
    .bind(order.paid_at)
    .bind(order.shipped_at)
    .bind(order.delivered_at)
    .bind(order.promised_at)
    .bind(json(&order.address)?)
    .bind(&order.carrier)
    .bind(&order.tracking_number)
    .bind(&order.warehouse)
    .bind(order.returning.as_ref().map(json).transpose()?)
    .bind(order.version)
    .bind(&order.id)
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn insert_event(tx: &mut SqliteConnection, event: &OrderEvent) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO order_events (order_id, at, kind, version, idempotency_key, data) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&event.order_id)
    .bind(event.at)
    .bind(&event.kind)
    .bind(event.version)
    .bind(&event.idempotency_key)
    .bind(json(&event.data)?)
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn insert_scan(tx: &mut SqliteConnection, order: &str, scan: &Scan) -> Result<(), StoreError> {
    let event = &scan.event;
    sqlx::query(
        "INSERT INTO tracking_events (order_id, at, phase, place_zh, place_en, text_zh, text_en)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(order)
    .bind(event.at)
    .bind(scan.phase)
    .bind(&event.place.zh)
    .bind(&event.place.en)
    .bind(&event.text.zh)
    .bind(&event.text.en)
    .execute(tx)
    .await?;
    Ok(())
}

#[derive(FromRow)]
pub struct CustomerRow {
    pub id: String,
    pub name: String,
    pub tier: String,
    pub language: String,
    pub email: String,
    pub phone: String,
    pub created_at: i64,
}

impl From<CustomerRow> for ShopCustomer {
    fn from(r: CustomerRow) -> Self {
        ShopCustomer {
            id: r.id,
            name: r.name,
            tier: r.tier,
            language: r.language,
            email: r.email,
            phone: r.phone,
            created_at: r.created_at,
        }
    }
}

#[derive(FromRow)]
pub struct ScanRow {
    pub at: i64,
    pub phase: String,
    pub place_zh: String,
    pub place_en: String,
    pub text_zh: String,
    pub text_en: String,
}

impl From<ScanRow> for TrackingEvent {
    fn from(r: ScanRow) -> Self {
        TrackingEvent {
            at: r.at,
            place: Bilingual { zh: r.place_zh, en: r.place_en },
            text: Bilingual { zh: r.text_zh, en: r.text_en },
        }
    }
}

#[derive(FromRow)]
pub struct EventRow {
    pub id: i64,
    pub order_id: String,
    pub at: i64,
    pub kind: String,
    pub version: i64,
    pub idempotency_key: Option<String>,
    pub data: String,
}
