//! A ticket: one request for a human.

use bot::conversation::Millis;
use serde::{Deserialize, Serialize};

/// 1 is the most urgent, 4 the least, as on the agents' screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Priority(u8);

impl Priority {
    pub const URGENT: Priority = Priority(1);
    pub const HIGH: Priority = Priority(2);
    pub const NORMAL: Priority = Priority(3);
    pub const LOW: Priority = Priority(4);

    pub fn number(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Priority {
    type Error = String;
    fn try_from(n: u8) -> Result<Self, String> {
        (1..=4).contains(&n).then_some(Priority(n)).ok_or_else(|| format!("priority is 1 (urgent) to 4 (low), not {n}"))
    }
}

impl From<Priority> for u8 {
    fn from(p: Priority) -> u8 {
        p.0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketStatus {
    Waiting,
    Assigned,
    Closed,
}

impl TicketStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            TicketStatus::Waiting => "waiting",
            TicketStatus::Assigned => "assigned",
            TicketStatus::Closed => "closed",
        }
    }
}

/// What the rules decided for one escalation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routing {
    /// Name of the rule that matched, shown to agents and supervisors.
    pub rule: String,
    pub priority: Priority,
    /// When a human should have answered at the latest.
    pub deadline: Millis,
}
