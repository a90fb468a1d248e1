//! Configuration: built-in defaults (config.default.toml, which is the reference) < file < `KEFU_*`. Checked whole at start.

use anyhow::{Context, bail};
use serde::Deserialize;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

const DEFAULTS: &str = include_str!("config.default.toml");

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub store: StoreConfig,
    pub models: Models,
    pub content: Content,
    pub orders: Orders,
    pub chat: Chat,
    pub rest: Rest,
    pub staff: Staff,
    pub knowledge: Knowledge,
    pub training: Training,
    pub worker: Worker,
    pub log: Log,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub listen: String,
    pub data: PathBuf,
    pub public_url: String,
    pub secure_cookies: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    pub url: Secret,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    pub cache: PathBuf,
    pub encoder: PathBuf,
    pub adapter: String,
    pub languages: Vec<String>,
    pub threads: usize,
    pub precision: models::Precision,
    pub queue: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    pub directory: PathBuf,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Orders {
    pub url: String,
    pub api_key: Secret,
    pub timeout_ms: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chat {
    pub max_message_chars: usize,
    pub burst: u32,
    pub per_minute: u32,
    pub session_hours: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rest {
    pub token: Secret,
    pub wait_ms: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    pub session_hours: i64,
    pub login_attempts: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worker {
    pub concurrency: usize,
    pub lease_ms: i64,
    pub sweep_ms: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    pub questions: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knowledge {
    pub time_zone: String,
    pub self_approval: bool,
    pub replay_questions: usize,
    pub import_private: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub filter: String,
    pub json: bool,
}

/// Never printed.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "(not set)" } else { "(set)" })
    }
}

impl Config {
    pub fn load(file: Option<&Path>) -> anyhow::Result<Config> {
        let mut builder =
            config::Config::builder().add_source(config::File::from_str(DEFAULTS, config::FileFormat::Toml));
        if let Some(path) = file {
            anyhow::ensure!(path.is_file(), "there is no configuration file at {}", path.display());
            builder = builder.add_source(config::File::from(path).format(config::FileFormat::Toml));
        }
        let env = config::Environment::with_prefix("KEFU")
            .prefix_separator("_")
            .separator("__")
            .try_parsing(true)
            .list_separator(",")
            .with_list_parse_key("models.languages");
        let mut c: Config = builder
            .add_source(env.source(Some(own_variables())))
            .build()
            .context("the configuration cannot be read")?
            .try_deserialize()
            .context("the configuration is wrong; server/src/config.default.toml lists every setting")?;
        c.fill_in()?;
        c.check()?;
        Ok(c)
    }

    fn fill_in(&mut self) -> anyhow::Result<()> {
        if self.models.cache.as_os_str().is_empty() {
            self.models.cache = default_cache()?;
        }
        if self.store.url.0.is_empty() {
            self.store.url = Secret(format!("sqlite:{}", self.server.data.join("kefu.db").display()));
        }
        Ok(())
    }

    /// After the command line has changed `data`.
    pub fn set_data(&mut self, data: PathBuf) {
        if self.store.url.0 == format!("sqlite:{}", self.server.data.join("kefu.db").display()) {
            self.store.url = Secret(format!("sqlite:{}", data.join("kefu.db").display()));
        }
        self.server.data = data;
    }

    pub fn check(&self) -> anyhow::Result<()> {
        self.listen()?;
        if self.models.languages.is_empty() {
            bail!("models.languages is empty: name at least one, or [\"all\"]");
        }
        for (name, value, low, high) in [
            ("models.threads", self.models.threads as i64, 1, 256),
            ("models.queue", self.models.queue as i64, 1, 100_000),
            ("chat.max_message_chars", self.chat.max_message_chars as i64, 1, 20_000),
            ("chat.burst", i64::from(self.chat.burst), 1, 10_000),
            ("chat.per_minute", i64::from(self.chat.per_minute), 1, 100_000),
            ("worker.concurrency", self.worker.concurrency as i64, 1, 1024),
            ("worker.lease_ms", self.worker.lease_ms, 1_000, 600_000),
            ("worker.sweep_ms", self.worker.sweep_ms as i64, 10, 60_000),
            ("orders.timeout_ms", self.orders.timeout_ms as i64, 100, 60_000),
            ("rest.wait_ms", self.rest.wait_ms as i64, 100, 120_000),
            ("knowledge.replay_questions", self.knowledge.replay_questions as i64, 0, 5_000),
            ("training.questions", self.training.questions as i64, 0, 100_000),
            ("staff.session_hours", self.staff.session_hours, 1, 24 * 365),
            ("chat.session_hours", self.chat.session_hours, 1, 24 * 365),
        ] {
            if !(low..=high).contains(&value) {
                bail!("{name} is {value}; it must be {low} to {high}");
            }
        }
        if let Err(e) = jiff::tz::TimeZone::get(&self.knowledge.time_zone) {
            bail!(
                "knowledge.time_zone is `{}`; it must be an IANA name such as Asia/Shanghai: {e}",
                self.knowledge.time_zone
            );
        }
        Ok(())
    }

    pub fn listen(&self) -> anyhow::Result<SocketAddr> {
        self.server.listen.parse().with_context(|| {
            format!("server.listen is `{}`; it must be ADDRESS:PORT such as 127.0.0.1:8080", self.server.listen)
        })
    }

    /// The built-in defaults alone, for tests and tools.
    pub fn defaults() -> anyhow::Result<Config> {
        let mut c: Config = toml::from_str(DEFAULTS)?;
        c.fill_in()?;
        Ok(c)
    }
}

/// `KEFU_CACHE` and the like are not settings of a section; only `KEFU_X__Y` is.
fn own_variables() -> std::collections::HashMap<String, String> {
    std::env::vars().filter(|(k, _)| k.starts_with("KEFU_") && k.contains("__")).collect()
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn default_cache() -> anyhow::Result<PathBuf> {
    let var = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty()).map(PathBuf::from);
    var("KEFU_CACHE")
        .or_else(|| var("XDG_CACHE_HOME").map(|d| d.join("kefu")))
        .or_else(|| var("HOME").map(|d| d.join(".cache/kefu")))
        .context("neither KEFU_CACHE, XDG_CACHE_HOME nor HOME is set; set models.cache to a folder for the encoder")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        Config::defaults().unwrap().check().unwrap();
    }

    #[test]
    fn a_wrong_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kefu.toml");
        std::fs::write(&path, "[server]\nlissten = \"x\"\n").unwrap();
        let e = format!("{:#}", Config::load(Some(&path)).unwrap_err());
        assert!(e.contains("lissten"), "{e}");
        std::fs::write(&path, "[server]\nlisten = \"nowhere\"\n").unwrap();
        let e = format!("{:#}", Config::load(Some(&path)).unwrap_err());
        assert!(e.contains("ADDRESS:PORT"), "{e}");
        assert!(
            format!("{:#}", Config::load(Some(&dir.path().join("none"))).unwrap_err())
                .contains("no configuration file")
        );
    }

    #[test]
    fn secrets_are_not_printed() {
        let mut c = Config::defaults().unwrap();
        c.orders.api_key = Secret("hunter2".into());
        assert!(!format!("{c:?}").contains("hunter2"));
    }
}
