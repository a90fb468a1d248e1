//! Databases of their own on a PostgreSQL that is there: made for a test run, dropped after it.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

const LOCAL: &str = "postgres://postgres@127.0.0.1:5432/postgres";
const PREFIX: &str = "kefu_test_";

static MADE: Mutex<Vec<String>> = Mutex::new(Vec::new());
static FOUND: OnceLock<Result<String, String>> = OnceLock::new();

/// The server's URL, or a sentence that says why there is none.
pub fn find() -> Result<String, String> {
    FOUND.get_or_init(|| super::runtime().block_on(look())).clone()
}

async fn look() -> Result<String, String> {
    let asked = std::env::var_os("KEFU_TEST_POSTGRES").map(|v| v.to_string_lossy().into_owned());
    let url = asked.unwrap_or_else(|| LOCAL.to_owned());
    let connected = tokio::time::timeout(Duration::from_secs(5), PgConnection::connect(&url)).await;
    let shown = url.rsplit('@').next().unwrap_or(&url);
    let mut connection = match connected {
        Ok(Ok(c)) => c,
        Ok(Err(e)) => {
            return Err(format!(
                "none at {shown} ({e}); set KEFU_TEST_POSTGRES to a URL whose user may create databases"
            ));
        }
        Err(_) => {
            return Err(format!(
                "none answers at {shown}; set KEFU_TEST_POSTGRES to a URL whose user may create databases"
            ));
        }
    };
    sweep(&mut connection).await;
    Ok(url)
}

/// What an earlier run left behind because it was killed.
async fn sweep(connection: &mut PgConnection) {
    let names: Vec<(String,)> =
        sqlx::query_as("SELECT datname::text FROM pg_database WHERE datname LIKE 'kefu\\_test\\_%'")
            .fetch_all(&mut *connection)
            .await
            .unwrap();
    for (name,) in names {
        let of: Option<u32> = name.strip_prefix(PREFIX).and_then(|n| n.split('_').next()?.parse().ok());
        if of.is_some_and(|pid| !std::path::Path::new(&format!("/proc/{pid}")).exists()) {
            let _ = connection.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))).await;
        }
    }
}

async fn admin() -> PgConnection {
    PgConnection::connect(&find_again()).await.unwrap()
}

fn find_again() -> String {
    FOUND.get().cloned().unwrap().unwrap()
}

/// A new database, empty or like `template`; its URL.
pub async fn create(template: Option<&str>) -> String {
    let name = {
        let mut made = MADE.lock().unwrap();
        let name = format!("{PREFIX}{}_{}", std::process::id(), made.len());
        made.push(name.clone());
        name
    };
    let like = template.map(|url| format!(" TEMPLATE {}", url.rsplit('/').next().unwrap())).unwrap_or_default();
    admin().await.execute(AssertSqlSafe(format!("CREATE DATABASE {name}{like}"))).await.unwrap();
    let base = find_again();
    format!("{}/{name}", base.rsplit_once('/').unwrap().0)
}

pub async fn drop_all() {
    let made = std::mem::take(&mut *MADE.lock().unwrap());
    if made.is_empty() {
        return;
    }
    let mut connection = admin().await;
    for name in made {
        if let Err(e) = connection.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))).await
        {
            println!("could not drop the database {name}: {e}");
        }
    }
}
