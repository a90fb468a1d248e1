//! Who should help, and by when: pure functions over plain data. No clock, no database, no sockets.

pub mod packet;
pub mod queue;
pub mod rules;
pub mod ticket;

pub use packet::Packet;
pub use rules::{Rules, RulesError, route};
pub use ticket::{Priority, Routing, TicketStatus};
