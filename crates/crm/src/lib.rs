//! The business of Recado: its rules and its SQL. Nothing here knows HTTP, waits on a network, or reads a clock.

pub mod access;
pub mod changes;
pub mod channels;
mod checks;
pub mod contacts;
pub mod customers;
pub mod error;
pub mod events;
pub mod fields;
pub mod id;
pub mod idempotency;
pub mod keys;
pub mod members;
pub mod messages;
mod migrations;
pub mod money;
mod order;
pub mod organizations;
pub mod page;
pub mod pipelines;
mod query;
pub mod setup;
pub mod sunsets;
pub mod tags;
pub mod text;
pub mod tickets;
pub mod time;
pub mod wire;
pub mod work;

pub use access::{Actor, Caller, Scope, Scopes};
pub use error::{Error, FieldError, Problems, Result};
pub use migrations::newest_schema;
pub use setup::Setup;
pub use time::{Clock, Timestamp};
pub use work::{Crm, Work};
