//! Who is at the console now: agents who chose to be online and whose console is connected (or was a moment ago).

use bot::conversation::Millis;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A console that was heard of this recently counts as connected: pages reload, scripts poll.
const GRACE: Millis = 60_000;
/// A console whose last socket closed is gone after this.
const RELOAD: Millis = 10_000;

#[derive(Default)]
pub struct Presence {
    agents: Mutex<HashMap<String, Seen>>,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    sockets: usize,
    last: Millis,
    online: bool,
    /// May answer customers (editors may not).
    answers: bool,
}

impl Presence {
    fn with<T>(&self, f: impl FnOnce(&mut HashMap<String, Seen>) -> T) -> T {
        f(&mut self.agents.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn heard(&self, agent: &str, online: bool, answers: bool, now: Millis) {
        self.with(|a| {
            let seen = a.entry(agent.to_owned()).or_default();
            *seen = Seen { last: now, online, answers, ..*seen };
        });
    }

    pub fn connected(&self, agent: &str) {
        self.with(|a| a.entry(agent.to_owned()).or_default().sockets += 1);
    }

    pub fn disconnected(&self, agent: &str, now: Millis) {
        self.with(|a| {
            let seen = a.entry(agent.to_owned()).or_default();
            seen.sockets = seen.sockets.saturating_sub(1);
            if seen.sockets == 0 {
                // Long enough for a page to reload, not longer.
                seen.last = now - GRACE + RELOAD;
            }
        });
    }

    pub fn left(&self, agent: &str) {
        self.with(|a| a.remove(agent));
    }

    fn here(seen: &Seen, now: Millis) -> bool {
        seen.sockets > 0 || now - seen.last < GRACE
    }

    /// `online`, `away` or `offline`.
    pub fn of(&self, agent: &str, now: Millis) -> &'static str {
        self.with(|a| match a.get(agent) {
            Some(s) if Self::here(s, now) => {
                if s.online {
                    "online"
                } else {
                    "away"
                }
            }
            _ => "offline",
        })
    }

    /// How many could take a chat now.
    pub fn count(&self, now: Millis) -> usize {
        self.with(|a| a.values().filter(|s| s.answers && s.online && Self::here(s, now)).count())
    }

    pub fn anyone(&self, now: Millis) -> bool {
        self.count(now) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn online_needs_a_choice_and_a_console() {
        let p = Presence::default();
        assert!(!p.anyone(0));
        p.heard("a", true, true, 1_000);
        assert!(p.anyone(2_000));
        assert!(!p.anyone(1_000 + GRACE), "a console that went silent is gone");
        p.connected("a");
        assert!(p.anyone(1_000 + 10 * GRACE), "an open socket counts");
        p.disconnected("a", 500_000);
        assert!(p.anyone(500_000 + RELOAD - 1), "a page reloads");
        assert!(!p.anyone(500_000 + RELOAD));
        p.connected("a");
        p.heard("a", false, true, 2_000);
        assert_eq!((p.of("a", 2_000), p.anyone(2_000)), ("away", false));
        p.heard("e", true, false, 2_000);
        assert!(!p.anyone(2_000), "an editor does not answer customers");
    }
}
