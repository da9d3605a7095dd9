//! HTTP. No SQL, no rules: from a request to one business function and back.

pub mod address;
mod answer;
mod apart;
mod app;
mod call;
mod compat;
mod dispatch;
mod docs_page;
mod documents;
mod form;
mod health;
mod hooks;
mod input;
pub mod key;
mod keys_used;
mod kinds;
pub mod lifecycle;
pub mod limits;
pub mod openapi;
pub mod playground;
mod problem;
mod receipts;
mod route;
mod routes;
pub use providers::seal;
pub mod serve;
mod sign_in;
pub mod stream;
mod ui;
mod v1;
mod webchat;
mod webhook_input;
mod webhook_routes;

pub use app::{ApiOptions, App};
pub use serve::{Patience, serve};
pub use sign_in::{password, token};
pub use v1::sunsets::{SunsetView, view as sunset_view};
pub use webchat::FileLimits;

/// The whole HTTP surface over one app.
pub fn router(app: std::sync::Arc<App>) -> axum::Router {
    dispatch::router(app)
}
