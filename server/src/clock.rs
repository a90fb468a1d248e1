//! Time and randomness, so that tests can set them and nothing else asks the system.

use bot::conversation::Millis;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

#[derive(Clone, Default)]
pub struct Clock {
    /// Added to the system's time; only tests move it.
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> Millis {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX) + self.offset_ms.load(Ordering::Relaxed)
    }

    pub fn advance(&self, by: Millis) {
        self.offset_ms.fetch_add(by, Ordering::Relaxed);
    }

    /// Sortable by time, so that tables grow at their end.
    pub fn id(&self) -> String {
        uuid::Uuid::now_v7().simple().to_string()
    }

    /// 256 random bits in hex: session cookies, keys.
    pub fn secret(&self) -> String {
        use std::fmt::Write;
        let bytes: [u8; 32] = rand::random();
        bytes.iter().fold(String::with_capacity(64), |mut hex, b| {
            let _ = write!(hex, "{b:02x}");
            hex
        })
    }
}
