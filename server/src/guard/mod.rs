//! What comes from outside is checked here first: who is it, may they, how much, and is the text fit to keep.

pub mod identity;
pub mod limits;
pub mod mask;
pub mod staff;
pub mod text;
