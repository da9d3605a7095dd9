//! Webhooks out, from the log to receivers on loopback, on both engines.

#![expect(clippy::unwrap_used, reason = "all of this is tests")]

mod deliveries;
mod endpoints;
mod isolation;
mod nodes;
mod receiver;
mod world;
