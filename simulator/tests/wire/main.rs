//! The simulator over real connections: as the Graph API, as a sender of webhooks, steered by code and by HTTP.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "all of this is tests")]

mod people;
mod program;
mod sending;
mod statuses;
mod steering;
mod support;
mod templates;
mod trouble;
