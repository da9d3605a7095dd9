//! Any JSON in, a customer out: phone, e-mail, name, the organization's fields, and the rest as metadata.
//!
//! [`structure`] is a pure function: no I/O, no clock, no randomness, no panic on any input, time linear in the input.
//! How it decides is written in `docs/structuring.md`.

mod definition;
mod email;
pub mod json;
mod keys;
mod learnt;
mod outcome;
pub mod phone;
#[expect(dead_code, reason = "the full engine reads more than the explicit half")]
mod readings;
mod request;
mod structure;
mod typed;

pub use definition::{Definition, Definitions, FieldType};
pub use email::read_email;
pub use json::Json;
pub use keys::snake_key;
pub use learnt::{Learnt, Mapping, OptionWord, Standing, ValueKind};
pub use outcome::{Alternative, Flag, Method, Outcome, Placement, ReviewItem, ReviewReason, Source, Target, Warning};
pub use request::{Explicit, Request};
pub use structure::{ENGINE, structure};
pub use typed::{ValueError, read_value};
