//! Every task of the server starts here. The first signal drains, the second (or the deadline) stops; a task
//! that crashes ends the process with a failure instead of leaving half a server behind.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const DRAIN: Duration = Duration::from_secs(25);

#[derive(Clone, Default)]
pub struct Lifecycle {
    tasks: TaskTracker,
    /// What the work under way leans on; it ends after that work.
    supports: TaskTracker,
    /// Cancelled when no new work should start.
    stopping: CancellationToken,
    /// Cancelled when the work under way has ended.
    done: CancellationToken,
    crashed: Arc<AtomicBool>,
}

impl Lifecycle {
    pub fn stopping(&self) -> CancellationToken {
        self.stopping.clone()
    }

    pub fn stop(&self) {
        self.stopping.cancel();
    }

    /// For `spawn_support`: when to end.
    pub fn done(&self) -> CancellationToken {
        self.done.clone()
    }

    /// A task that the process cannot do without: its end before the stop, or its panic, stops everything.
    pub fn spawn_vital(&self, name: &'static str, work: impl Future<Output = anyhow::Result<()>> + Send + 'static) {
        self.tasks.spawn(self.clone().guard(name, work));
    }

    /// As vital, but needed until the last turn has ended: it should end with `done`, not with `stopping`.
    pub fn spawn_support(&self, name: &'static str, work: impl Future<Output = anyhow::Result<()>> + Send + 'static) {
        self.supports.spawn(self.clone().guard(name, work));
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that starts tasks")]
    async fn guard(self, name: &'static str, work: impl Future<Output = anyhow::Result<()>> + Send + 'static) {
        let ended = tokio::spawn(work).await;
        let why = match ended {
            Ok(Ok(())) if self.stopping.is_cancelled() => return,
            Ok(Ok(())) => "ended early".to_owned(),
            Ok(Err(e)) => format!("{e:#}"),
            Err(e) => e.to_string(),
        };
        tracing::error!(task = name, why, "a vital task failed; stopping");
        self.crashed.store(true, Ordering::SeqCst);
        self.stopping.cancel();
    }

    /// Work for one request or one turn: its failure is its own, but a stop waits for it.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> tokio::task::JoinHandle<()> {
        self.tasks.spawn(work)
    }

    /// Waits until everything has drained; `Err` when a vital task crashed or the drain took too long.
    pub async fn drained(&self) -> anyhow::Result<()> {
        self.stopping.cancelled().await;
        self.tasks.close();
        self.supports.close();
        let ended = async {
            self.tasks.wait().await;
            self.done.cancel();
            self.supports.wait().await;
        };
        tokio::time::timeout(DRAIN, ended)
            .await
            .map_err(|_| anyhow::anyhow!("tasks did not end within {} s and were cut off", DRAIN.as_secs()))?;
        anyhow::ensure!(!self.crashed.load(Ordering::SeqCst), "a vital task crashed; see the log above");
        Ok(())
    }

    /// First SIGINT or SIGTERM: drain. Second: stop at once.
    #[expect(clippy::disallowed_methods, reason = "the one place that starts tasks")]
    pub fn spawn_signals(self) {
        // Not tracked: nothing waits for signals that may never come.
        tokio::spawn(self.watch_signals());
    }

    async fn watch_signals(self) {
        wait_for_signal().await;
        tracing::info!("stopping: finishing what is under way (a second signal stops at once)");
        self.stopping.cancel();
        wait_for_signal().await;
        std::process::exit(130);
    }
}

async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut term), Ok(mut int)) => {
            tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
        }
        _ => std::future::pending().await,
    }
}
