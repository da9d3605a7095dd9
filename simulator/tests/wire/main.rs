//! The simulator over real connections: as the Graph API, as a sender of webhooks, steered by code and by HTTP.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

mod statuses;
