//! The set-up of an organization, on both engines: what is made, what is refused, and that nobody sees anybody else's.

#![expect(clippy::unwrap_used, clippy::panic, reason = "all of this is tests")]

mod channels;
mod fields;
mod keys;
mod members;
mod organizations;
mod pipelines;
mod starts;
mod tags;
mod together;
mod world;
