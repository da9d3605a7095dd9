//! The set-up over HTTP, on both engines.

#![expect(clippy::unwrap_used, reason = "all of this is tests")]

mod channels;
mod http;
mod keys;
mod nouns;
mod removal;
