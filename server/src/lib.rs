//! Everything that touches the outside. `main` is the command line; `app` puts the parts together; `desk`, `worker`
//! and `hub` are the path of a message; `http` and `channels` are the ways in.

pub mod app;
pub mod articles;
pub mod bench;
pub mod channels;
pub mod clock;
pub mod config;
pub mod content;
pub mod crawl;
pub mod demo;
pub mod desk;
pub mod error;
pub mod eval;
pub mod gaps;
pub mod graph;
pub mod guard;
pub mod http;
pub mod hub;
pub mod lifecycle;
pub mod offline;
pub mod orders;
pub mod parsed;
pub mod presence;
pub mod replay;
pub mod store;
pub mod training;
pub mod tune;
pub mod worker;
