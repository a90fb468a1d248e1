//! One turn in, one `Decision` out. No database, no sockets.

pub mod action;
pub mod conversation;
