//! The simulator over real connections: as the Graph API, as a sender of webhooks, steered by code and by HTTP.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "all of this is tests, and there will be more of them"
)]

mod support;

mod statuses;
