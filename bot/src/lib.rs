//! One turn in, one `Decision` out. No database, no sockets.
//!
//! `reply` is the path of a turn; `policy` decides, `dialog` holds wishes that take several turns, `evidence` looks things
//! up, `work` runs the order system's actions and reads back what they wrote.

pub mod action;
pub mod answer;
pub mod conversation;
pub mod copilot;
pub mod dialog;
mod escalate;
mod evidence;
pub mod facts;
mod hear;
pub mod policy;
mod reply;
mod subject;
pub mod trace;
mod work;

pub use answer::Responses;
pub use dialog::DialogState;
pub use policy::PolicyConfig;
pub use reply::{Actions, Bot, BotParts};
pub use trace::Trace;
