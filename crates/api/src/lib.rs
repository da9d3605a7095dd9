//! HTTP. No SQL, no rules: from a request to one business function and back.

mod answer;
mod app;
mod call;
mod compat;
mod dispatch;
mod docs_page;
mod documents;
mod health;
mod input;
pub mod key;
mod kinds;
mod lifecycle;
pub mod limits;
pub mod openapi;
mod problem;
mod route;
mod routes;
pub mod seal;
pub mod serve;
mod v1;

pub use app::{ApiOptions, App};
pub use serve::serve;

/// The whole HTTP surface over one app.
pub fn router(app: std::sync::Arc<App>) -> axum::Router {
    let mut table = routes::table();
    table.extend(routes::pages());
    dispatch::router(app, table)
}
