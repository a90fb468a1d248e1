//! Orders: the demo shop's order system, a client for its HTTP API, and the bot's actions over that client.
//!
//! `shop` is a server of its own and knows nothing of Kefu; `client` and `actions` reach it only over HTTP.

pub mod actions;
mod breaker;
mod check;
pub mod client;
pub mod shop;
#[cfg(test)]
mod tests;
pub mod wire;

pub use actions::actions;
pub use client::{ClientOptions, OrderClient};
