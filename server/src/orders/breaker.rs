//! Stops asking an order system that fails again and again, so that customers get an answer at once instead of
//! after a time-out each; lets one request through now and then to see whether it is back.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

#[derive(Debug, Clone)]
pub struct Breaker {
    /// Opens after so many failures in a row.
    after: u32,
    /// Stays open for so long before it lets one request try.
    pause: Duration,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
    probing: bool,
}

/// A request that was let through; it must report how it ended, and dropping it counts as neither.
#[derive(Debug)]
pub struct Permit {
    state: Arc<Mutex<State>>,
    after: u32,
    pause: Duration,
    probe: bool,
}

impl Breaker {
    pub fn new(after: u32, pause: Duration) -> Self {
        Self { after: after.max(1), pause, state: Arc::default() }
    }

    /// `None` while the breaker is open.
    pub fn enter(&self, now: Instant) -> Option<Permit> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let probe = match state.open_until {
            None => false,
            Some(until) if now < until || state.probing => return None,
            Some(_) => true,
        };
        state.probing |= probe;
        Some(Permit { state: Arc::clone(&self.state), after: self.after, pause: self.pause, probe })
    }
}

impl Permit {
    /// The order system answered sensibly, even if the answer was no.
    pub fn succeeded(self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = State::default();
    }

    pub fn failed(self, now: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures = state.failures.saturating_add(1);
        if self.probe || state.failures >= self.after {
            state.open_until = Some(now + self.pause);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.probe {
            self.state.lock().unwrap_or_else(PoisonError::into_inner).probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const PAUSE: Duration = Duration::from_secs(10);

    #[test]
    fn opens_after_failures_in_a_row_and_closes_after_a_good_probe() {
        let breaker = Breaker::new(3, PAUSE);
        let start = Instant::now();
        for _ in 0..2 {
            breaker.enter(start).unwrap().failed(start);
        }
        breaker.enter(start).unwrap().succeeded();
        for _ in 0..3 {
            breaker.enter(start).unwrap().failed(start);
        }
        assert!(breaker.enter(start).is_none());
        let later = start + PAUSE;
        let probe = breaker.enter(later).unwrap();
        assert!(breaker.enter(later).is_none(), "only one probe at a time");
        probe.failed(later);
        assert!(breaker.enter(later + PAUSE / 2).is_none(), "a failed probe opens it again at once");
        breaker.enter(later + PAUSE).unwrap().succeeded();
        assert!(breaker.enter(later + PAUSE).is_some());
    }

    #[test]
    fn an_abandoned_probe_does_not_keep_it_open_for_ever() {
        let breaker = Breaker::new(1, PAUSE);
        let start = Instant::now();
        breaker.enter(start).unwrap().failed(start);
        drop(breaker.enter(start + PAUSE).unwrap());
        assert!(breaker.enter(start + PAUSE).is_some());
    }
}
