//! `kefu train --out`, `kefu parse` and `kefu eval nlu` as processes of their own: what they promise to scripts.
#![allow(clippy::unwrap_used)]

mod bad_input;
mod kit;
mod walk;
