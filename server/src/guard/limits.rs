//! Token buckets in memory: how much one customer, address or login may ask for.

use bot::conversation::Millis;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Beyond this many, full buckets are forgotten: an attacker's made-up names must not fill the memory.
const KEEP: usize = 50_000;

pub struct Limiter {
    burst: f64,
    per_ms: f64,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Millis,
}

impl Limiter {
    pub fn new(burst: u32, per_minute: u32) -> Self {
        Limiter { burst: f64::from(burst), per_ms: f64::from(per_minute) / 60_000.0, buckets: Mutex::default() }
    }

    /// `Err(ms)`: refused; it pays to come again after so long.
    pub fn take(&self, who: &str, now: Millis) -> Result<(), Millis> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= KEEP {
            buckets.retain(|_, b| b.tokens + (now - b.at) as f64 * self.per_ms < self.burst);
        }
        let b = buckets.entry(who.to_owned()).or_insert(Bucket { tokens: self.burst, at: now });
        b.tokens = (b.tokens + (now - b.at).max(0) as f64 * self.per_ms).min(self.burst);
        b.at = now;
        if b.tokens < 1.0 {
            return Err(((1.0 - b.tokens) / self.per_ms).ceil() as Millis);
        }
        b.tokens -= 1.0;
        Ok(())
    }
}

impl Limiter {
    /// What was taken is given back: a login that succeeded was no attempt at guessing.
    pub fn forget(&self, who: &str) {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).remove(who);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn burst_then_rate() {
        let l = Limiter::new(3, 60);
        assert!((0..3).all(|_| l.take("a", 0).is_ok()));
        assert_eq!(l.take("a", 0), Err(1_000));
        assert!(l.take("b", 0).is_ok(), "others are not affected");
        assert!(l.take("a", 1_000).is_ok());
        assert!(l.take("a", 1_000).is_err());
        l.forget("a");
        assert!(l.take("a", 1_000).is_ok());
    }
}
