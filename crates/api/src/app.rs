//! What every request shares.

use std::sync::Arc;

use crm::id::{ApiKeyId, OrganizationId};
use crm::{Crm, Setup};

use crate::limits::{Limiter, Rate};
use crate::seal::Sealer;

/// Settings of the HTTP side.
#[derive(Debug, Clone, Default)]
pub struct ApiOptions {
    /// Requests per key; none: no limit.
    pub rate_limit: Option<Rate>,
    /// Requests to `POST /api/v1/events` per organization.
    pub event_rate_limit: Option<Rate>,
    /// `Host` values that are answered; empty: all. Set on loopback listeners, against DNS rebinding.
    pub allowed_hosts: Vec<String>,
    /// Where the server is reached, without a slash at its end: what the examples of its pages call. None:
    /// [`EXAMPLE_ORIGIN`].
    pub origin: Option<String>,
}

/// What the documents that are pages too have in their examples.
pub const EXAMPLE_ORIGIN: &str = "http://127.0.0.1:8080";

/// 1000 per hour per organization.
pub const DEFAULT_EVENT_RATE: Rate = Rate { requests: 1000, seconds: 3600 };

pub struct App {
    pub crm: Crm,
    pub sealer: Sealer,
    pub options: ApiOptions,
    pub(crate) key_limiter: Option<Limiter<ApiKeyId>>,
    pub(crate) event_limiter: Limiter<OrganizationId>,
    /// For operations that need no key.
    pub(crate) nobody: Arc<Setup>,
    /// `openapi.json` and the pages made from it: the same for the life of the process.
    pub(crate) documents: crate::documents::Documents,
}

impl App {
    pub(crate) fn origin(&self) -> &str {
        self.options.origin.as_deref().unwrap_or(EXAMPLE_ORIGIN)
    }

    pub fn new(crm: Crm, sealer: Sealer, options: ApiOptions) -> Arc<App> {
        let key_limiter = options.rate_limit.map(|rate| Limiter::new("key", rate));
        let event_limiter = Limiter::new("events", options.event_rate_limit.unwrap_or(DEFAULT_EVENT_RATE));
        let nobody = Arc::new(Setup::nobody());
        let documents = crate::documents::Documents::default();
        Arc::new(App { crm, sealer, options, key_limiter, event_limiter, nobody, documents })
    }
}
