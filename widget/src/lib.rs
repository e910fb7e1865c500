//! The patient's form as a pure state machine: what is asked, what is wrong with an answer, what
//! happens next. `main.rs` shows it with Leptos inside the sealed frame and performs its effects.
//!
//! Nothing here touches a browser, a clock, randomness or a key, so all of it is tested on the host.

pub mod answers;
pub mod control;
pub mod intake;
pub mod reader;
pub mod values;
pub mod words;
