//! WhatsApp's Cloud API: what Meta's servers say to us.

mod message;
mod people;
mod reading;
mod signature;
mod status;
pub mod webhook;

pub use signature::{is_signed, same_secret, sign};
