//! The only SQL. One text for SQLite and PostgreSQL through sqlx's `Any` driver: chosen over two native pools
//! because it is half the code, at the price of three column types (see migrations/).
//!
//! Two rules keep it correct on both engines: a transaction's first statement is a write (on SQLite a
//! transaction that starts by reading fails under load), and a claim is one `UPDATE … WHERE … RETURNING`.

pub mod articles;
pub mod content;
pub mod conversations;
pub mod customers;
pub mod gaps;
pub mod graph;
pub mod messages;
pub mod replay;
pub mod reports;
pub mod staff;
pub mod tickets;
pub mod training;
pub mod turns;

use crate::clock::Clock;
use crate::error::Result;
use anyhow::Context;
use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyPool, Connection, Executor, Transaction};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

#[derive(Clone)]
pub struct Store {
    pool: AnyPool,
    /// SQLite has one writer: waiting here is fair and costs nothing, waiting inside SQLite is a sleep loop.
    writers: Arc<Semaphore>,
    pub clock: Clock,
    pub engine: Engine,
}

/// A transaction that will write. Dropped without `commit`, it never happened.
pub struct Write {
    tx: Transaction<'static, Any>,
    _permit: OwnedSemaphorePermit,
}

impl Write {
    pub(in crate::store) fn conn(&mut self) -> &mut sqlx::AnyConnection {
        &mut self.tx
    }

    pub async fn commit(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }
}

impl Store {
    /// `url`: `sqlite:PATH` or `postgres://…`.
    pub async fn open(url: &str, clock: Clock) -> anyhow::Result<Store> {
        sqlx::any::install_default_drivers();
        let (engine, url, connections) = if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.trim_start_matches("//");
            // `Any` parses URLs, so a path with blanks or other odd characters must be escaped.
            let escaped: String = path.bytes().fold(String::new(), |mut s, b| {
                if b.is_ascii_alphanumeric() || b"/-_.~".contains(&b) {
                    s.push(b as char);
                } else {
                    s.push_str(&format!("%{b:02X}"));
                }
                s
            });
            (Engine::Sqlite, format!("sqlite:{escaped}?mode=rwc"), 8)
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            (Engine::Postgres, url.to_owned(), 16)
        } else {
            anyhow::bail!(
                "store.url must start with sqlite: or postgres:, not `{}`",
                url.split(':').next().unwrap_or("")
            );
        };
        let sqlite = engine == Engine::Sqlite;
        let pool = AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(std::time::Duration::from_secs(10))
            .after_connect(move |conn, _| {
                Box::pin(async move {
                    if sqlite {
                        conn.execute(
                            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000;
                             PRAGMA foreign_keys = ON; PRAGMA cache_size = -4000;",
                        )
                        .await?;
                    }
                    Ok(())
                })
            })
            .after_release(move |conn, _| {
                Box::pin(async move {
                    // A commit that failed (full disk) leaves sqlx counting a transaction that SQLite has ended. Used again,
                    // such a connection says "committed" and keeps nothing; so it goes. The ping lets a rollback pass first.
                    if sqlite {
                        conn.ping().await?;
                    }
                    Ok(!(sqlite && conn.is_in_transaction()))
                })
            })
            .connect(&url)
            .await
            .with_context(|| match engine {
                Engine::Sqlite => {
                    "cannot open the database file; is its folder writable, the disk not full, the file not damaged?"
                        .to_owned()
                }
                Engine::Postgres => {
                    "cannot reach PostgreSQL at store.url; is it running, and are user and password right?".to_owned()
                }
            })?;
        sqlx::migrate!("./migrations")
            .run(&pool)
            .await
            .context("cannot bring the database to this version's tables")?;
        let writers = Arc::new(Semaphore::new(if sqlite { 1 } else { connections as usize }));
        Ok(Store { pool, writers, clock, engine })
    }

    pub async fn write(&self) -> Result<Write> {
        let permit = self.writers.clone().acquire_owned().await.map_err(|e| anyhow::anyhow!(e))?;
        Ok(Write { tx: self.pool.begin().await?, _permit: permit })
    }

    pub(in crate::store) fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// Is the database there?
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }

    pub async fn setting(&self, name: &str) -> Result<Option<String>> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT value FROM settings WHERE name = $1").bind(name).fetch_optional(&self.pool).await?;
        Ok(row.map(|r| r.0))
    }

    /// The stored value, or `fresh` stored now; two nodes that start at once agree.
    pub async fn setting_or(&self, name: &str, fresh: &str) -> Result<String> {
        let mut w = self.write().await?;
        sqlx::query("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(fresh)
            .execute(w.conn())
            .await?;
        let (value,): (String,) =
            sqlx::query_as("SELECT value FROM settings WHERE name = $1").bind(name).fetch_one(w.conn()).await?;
        w.commit().await?;
        Ok(value)
    }

    pub async fn set_setting(&self, name: &str, value: &str) -> Result<()> {
        let mut w = self.write().await?;
        sqlx::query("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
            .bind(name)
            .bind(value)
            .execute(w.conn())
            .await?;
        w.commit().await
    }

    pub async fn audit(&self, actor: &str, action: &str, subject: &str, detail: &serde_json::Value) -> Result<()> {
        let mut w = self.write().await?;
        self.audit_in(&mut w, actor, action, subject, detail).await?;
        w.commit().await
    }

    pub async fn audit_in(
        &self,
        w: &mut Write,
        actor: &str,
        action: &str,
        subject: &str,
        detail: &serde_json::Value,
    ) -> Result<()> {
        sqlx::query("INSERT INTO audit (id, at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(self.clock.id())
            .bind(self.clock.now())
            .bind(actor)
            .bind(action)
            .bind(subject)
            .bind(detail.to_string())
            .execute(w.conn())
            .await?;
        Ok(())
    }
}
