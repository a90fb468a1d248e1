//! `kefu train --out`, `kefu parse`, `kefu index`, `kefu search` and their evaluations as processes of their own: what they
//! promise to scripts.
#![allow(clippy::unwrap_used)]

mod bad_input;
mod full;
mod index;
mod kit;
mod walk;
