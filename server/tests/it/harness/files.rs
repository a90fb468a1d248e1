//! Folders: what a first start left is copied for every server, so that each of them starts quickly.

use super::{Engine, postgres};
use server::app::App;
use server::clock::Clock;
use server::config::{Config, Secret};
use server::demo;
use server::lifecycle::Lifecycle;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// The defaults, on this folder and (PostgreSQL) this database.
pub fn config(data: &Path, database: Option<&str>) -> Config {
    let mut config = Config::defaults().unwrap();
    let encoder = models::weights::prepared_dir(&config.models.cache, &config.models.languages);
    assert!(
        encoder.is_dir(),
        "\n\nThe whole-server tests need the encoder, and {} is not there: run `make weights` first.\n",
        encoder.display()
    );
    config.set_data(data.to_owned());
    if let Some(url) = database {
        config.store.url = Secret(url.to_owned());
    }
    // A sweep is the safety net; tests should not wait a second for it.
    config.worker.sweep_ms = 200;
    // The site that is imported is one of the test's own.
    config.knowledge.import_private = true;
    config
}

struct Template {
    dir: TempDir,
    database: Option<String>,
}

/// A seeded, trained and prepared data folder (and database) of this test's own.
pub async fn fresh(engine: Engine) -> (TempDir, Option<String>) {
    static SQLITE: OnceCell<Template> = OnceCell::const_new();
    static POSTGRES: OnceCell<Template> = OnceCell::const_new();
    let template = match engine {
        Engine::Sqlite => SQLITE.get_or_init(|| first_start(engine)).await,
        Engine::Postgres => POSTGRES.get_or_init(|| first_start(engine)).await,
    };
    let dir = tempfile::tempdir().unwrap();
    copy(template.dir.path(), dir.path());
    let database = match &template.database {
        Some(url) => Some(postgres::create(Some(url)).await),
        None => None,
    };
    (dir, database)
}

async fn first_start(engine: Engine) -> Template {
    let dir = tempfile::tempdir().unwrap();
    let database = match engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some(postgres::create(None).await),
    };
    let mut config = config(dir.path(), database.as_deref());
    let (lifecycle, clock) = (Lifecycle::default(), Clock::default());
    demo::start_shop(&mut config, &lifecycle, &clock, None).await.unwrap();
    let app = App::start(config, lifecycle.clone(), clock, &|_| {}).await.unwrap();
    demo::prepare(&app, "http://nowhere.invalid").await.unwrap();
    lifecycle.stop();
    lifecycle.drained().await.unwrap();
    app.store.close().await;
    Template { dir, database }
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
