//! The order in which tickets wait, and how long that will take.

use bot::conversation::Millis;

/// What decides a ticket's place, in this order: somebody who waits live comes before a message that was left, then
/// priority (1 is the most urgent), age, and the id so that two nodes agree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub message_left: bool,
    pub priority: i64,
    pub created_at: Millis,
    pub id: String,
}

pub fn order<T>(tickets: &mut [T], key: impl Fn(&T) -> Key) {
    tickets.sort_by_cached_key(key);
}

/// The fewest finished chats that an estimate may rest on; below that the honest answer is "not known yet".
pub const MIN_SAMPLES: usize = 3;

/// How long the customer at `position` (1 = next) will wait, from how long recent chats took.
///
/// `agents` present humans finish one chat every `mean / agents`; the customer at position p waits for p of
/// those. `None` when nobody is present or too little was measured: then no number is shown.
pub fn wait_estimate(position: usize, recent_handle_ms: &[Millis], agents: usize) -> Option<Millis> {
    if agents == 0 || position == 0 || recent_handle_ms.len() < MIN_SAMPLES {
        return None;
    }
    // The median: one chat left open over lunch must not tell everybody to come back tomorrow.
    let mut sorted: Vec<Millis> = recent_handle_ms.iter().map(|&ms| ms.max(0)).collect();
    sorted.sort_unstable();
    let median = sorted[sorted.len() / 2];
    Some(median.saturating_mul(position as i64) / agents as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_first_then_urgent_then_oldest() {
        let mut t = vec![(false, 3, 5, "a"), (true, 1, 1, "left"), (false, 1, 9, "b"), (false, 3, 3, "c")];
        order(&mut t, |t| Key { message_left: t.0, priority: t.1, created_at: t.2, id: t.3.to_owned() });
        assert_eq!(t.iter().map(|t| t.3).collect::<Vec<_>>(), ["b", "c", "a", "left"]);
    }

    #[test]
    fn estimates_only_what_was_measured() {
        assert_eq!(wait_estimate(1, &[60_000, 60_000], 1), None, "two samples are too few");
        assert_eq!(wait_estimate(1, &[60_000; 3], 0), None, "nobody there");
        assert_eq!(wait_estimate(2, &[60_000; 3], 1), Some(120_000));
        assert_eq!(wait_estimate(2, &[60_000; 3], 4), Some(30_000));
        assert_eq!(wait_estimate(1, &[1_000, 60_000, 9_000_000], 1), Some(60_000), "the median, not the mean");
    }
}
