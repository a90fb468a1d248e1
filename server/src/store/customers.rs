//! Customers and the inboxes whose keys vouch for them.

use super::Store;
use crate::error::Result;
use bot::conversation::{Customer, CustomerId};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: Option<String>,
    tier: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    signed_in: i64,
}

impl From<Row> for Customer {
    fn from(r: Row) -> Self {
        Customer {
            id: CustomerId(r.id),
            name: r.name,
            signed_in: r.signed_in == 1,
            tier: r.tier,
            email: r.email,
            phone: r.phone,
        }
    }
}

impl Store {
    /// Writes what the token says; what it does not say stays as it was.
    pub async fn upsert_customer(&self, c: &Customer) -> Result<()> {
        let mut w = self.write().await?;
        sqlx::query(
            "INSERT INTO customers (id, name, tier, email, phone, signed_in, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (id) DO UPDATE SET name = COALESCE(excluded.name, customers.name),
                 tier = COALESCE(excluded.tier, customers.tier), email = COALESCE(excluded.email, customers.email),
                 phone = COALESCE(excluded.phone, customers.phone), updated_at = excluded.updated_at",
        )
        .bind(&c.id.0)
        .bind(c.name.as_deref())
        .bind(c.tier.as_deref())
        .bind(c.email.as_deref())
        .bind(c.phone.as_deref())
        .bind(i64::from(c.signed_in))
        .bind(self.clock.now())
        .bind(self.clock.now())
        .execute(w.conn())
        .await?;
        w.commit().await
    }

    pub async fn customer(&self, id: &str) -> Result<Option<Customer>> {
        let row: Option<Row> =
            sqlx::query_as("SELECT id, name, tier, email, phone, signed_in FROM customers WHERE id = $1")
                .bind(id)
                .fetch_optional(self.pool())
                .await?;
        Ok(row.map(Customer::from))
    }

    pub async fn inbox_secret(&self, id: &str) -> Result<Option<String>> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT secret FROM inboxes WHERE id = $1").bind(id).fetch_optional(self.pool()).await?;
        Ok(row.map(|r| r.0))
    }

    /// Creates the inbox with this key unless it is there; returns its key.
    pub async fn ensure_inbox(&self, id: &str, name: &str, secret: &str) -> Result<String> {
        let mut w = self.write().await?;
        sqlx::query("INSERT INTO inboxes (id, name, secret) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING")
            .bind(id)
            .bind(name)
            .bind(secret)
            .execute(w.conn())
            .await?;
        let (secret,): (String,) =
            sqlx::query_as("SELECT secret FROM inboxes WHERE id = $1").bind(id).fetch_one(w.conn()).await?;
        w.commit().await?;
        Ok(secret)
    }
}
