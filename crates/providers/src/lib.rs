//! The outside: bytes to domain types and back, calls out. No database.

mod connect;
pub mod http;
pub mod media_store;
pub mod model;
mod networks;
pub mod seal;
mod target;
pub mod webchat;
pub mod webhook;
pub mod whatsapp_cloud;

pub use http::{Http, HttpError, Policy};
pub use networks::{Network, Networks};
pub use target::Target;
