//! The real binary as a process of its own: what a signal does, and what it says when it cannot start.

use super::{DEADLINE, files, http, until};
use server::demo::DemoFile;
use std::path::Path;
use std::process::{Output, Stdio};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub fn kefu() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kefu"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KEFU_") && name.to_string_lossy().contains("__") {
            command.env_remove(name);
        }
    }
    // Where another node may be alive (PostgreSQL), a dead one's turns are taken up when its lease has run out.
    command.env("KEFU_WORKER__SWEEP_MS", "200").env("KEFU_WORKER__LEASE_MS", "2000");
    command
}

/// Runs to its end, which must come.
pub async fn run(command: &mut Command) -> Output {
    tokio::time::timeout(DEADLINE, command.output()).await.expect("the command ends in time").unwrap()
}

pub struct Process {
    child: Child,
    pub base: String,
    pub demo: DemoFile,
    stdout: tokio::task::JoinHandle<String>,
}

pub struct Home {
    pub data: TempDir,
    pub database: Option<String>,
}

impl Home {
    pub async fn new(engine: super::Engine) -> Home {
        let (data, database) = files::fresh(engine).await;
        Home { data, database }
    }

    pub fn serve(&self) -> Command {
        let mut command = kefu();
        command.args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data"]).arg(self.data.path());
        self.point(&mut command);
        command
    }

    pub fn point(&self, command: &mut Command) {
        if let Some(url) = &self.database {
            command.env("KEFU_STORE__URL", url);
        }
    }

    pub fn demo(&self) -> DemoFile {
        read_demo(self.data.path())
    }

    pub async fn start(&self) -> Process {
        self.start_as(self.serve()).await
    }

    /// With a command that serves on this home in another way.
    pub async fn start_as(&self, mut command: Command) -> Process {
        // What it says goes to a file: nobody has to read along, and a failed start can be explained.
        let log = self.data.path().join("test.log");
        let mut child = command.stderr(std::fs::File::create(&log).unwrap()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let base = tokio::time::timeout(DEADLINE, async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some(url) = line.trim().strip_prefix("staff app") {
                    return url.trim().trim_end_matches("/staff").to_owned();
                }
            }
            panic!("the server ended before it was ready:\n{}", std::fs::read_to_string(&log).unwrap());
        })
        .await
        .expect("the server is ready in time");
        let stdout = super::runtime().spawn(async move {
            let mut rest = String::new();
            while let Ok(Some(line)) = lines.next_line().await {
                rest.push_str(&line);
                rest.push('\n');
            }
            rest
        });
        let process = Process { child, base: base.clone(), demo: self.demo(), stdout };
        until("the server's health", async || {
            http().get(format!("{base}/healthz")).send().await.ok().filter(|r| r.status() == 200).map(|_| ())
        })
        .await;
        process
    }
}

fn read_demo(data: &Path) -> DemoFile {
    serde_json::from_str(&std::fs::read_to_string(data.join("demo.json")).unwrap()).unwrap()
}

impl Process {
    pub fn token(&self, customer: &str) -> &str {
        &self.demo.customers.iter().find(|c| c.id == customer).unwrap().token
    }

    /// SIGKILL: nothing can be saved any more.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM, then what it printed last and how it ended.
    pub async fn terminate(mut self) -> (std::process::ExitStatus, String) {
        let pid = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().await.unwrap();
        assert!(sent.success());
        let status = tokio::time::timeout(DEADLINE, self.child.wait()).await.expect("it ends in time").unwrap();
        (status, self.stdout.await.unwrap())
    }
}
