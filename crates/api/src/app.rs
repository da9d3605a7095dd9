//! What every request shares.

use std::sync::Arc;

use crm::id::OrganizationId;
use crm::{Caller, Crm, Setup, organizations, sunsets};
use providers::media_store::MediaStore;
use providers::{Http, Networks};
use store::Priority;

use crate::keys_used::KeysUsed;
use crate::lifecycle::{Announcements, Ledger, Registry};
use crate::limits::{Limiter, Rate};
use crate::playground::Playgrounds;
use crate::problem::Problem;
use crate::receipts::Receipts;
use crate::route::Route;
use crate::routes;
use crate::seal::Sealer;
use crate::serve::Patience;
use crate::sign_in::attempts::Attempts;
use crate::sign_in::password::Hasher;
use crate::stream::{Hub, StreamLimits};
use crate::webchat::FileLimits;

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
    /// Reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Networks,
    /// Besides this machine: where from people may sign in over plain HTTP.
    pub plain_sign_in_from: Networks,
    /// Files of messages; none: nothing takes or serves any.
    pub media: Option<MediaStore>,
    /// What the program found at its start that an operator should look at; `/readyz` says it.
    pub warnings: Vec<String>,
    /// What plays the playground channels of a demo.
    pub playgrounds: Option<Arc<Playgrounds>>,
    /// Whether WhatsApp is called: not by a demo, and not by a test that does not say so.
    pub calls_out: bool,
    /// Deprecated operations that the operator announces later.
    pub announcements: Announcements,
    /// Whether everything in it is invented.
    pub demo: bool,
    /// Open streams of `GET /api/v1/events/stream`.
    pub stream_limits: StreamLimits,
    /// Files that visitors of web chats send.
    pub visitor_files: FileLimits,
    pub patience: Patience,
}

/// What the documents that are pages too have in their examples.
pub const EXAMPLE_ORIGIN: &str = "http://127.0.0.1:8080";

/// 1000 per hour per organization.
pub const DEFAULT_EVENT_RATE: Rate = Rate { requests: 1000, seconds: 3600 };

pub struct App {
    pub crm: Crm,
    pub sealer: Sealer,
    /// For calls to the outside.
    pub http: Http,
    pub options: ApiOptions,
    /// By the id of a key or of a member.
    pub(crate) key_limiter: Option<Limiter<uuid::Uuid>>,
    pub(crate) event_limiter: Limiter<OrganizationId>,
    /// For operations that need no key.
    pub(crate) nobody: Arc<Setup>,
    /// `openapi.json` and the pages made from it: the same for the life of the process.
    pub(crate) documents: crate::documents::Documents,
    /// Everything that is answered: operations and pages.
    pub(crate) operations: Vec<Arc<Route>>,
    pub(crate) sunsets: Registry,
    pub(crate) ledger: Ledger,
    pub(crate) keys_used: KeysUsed,
    /// Who listens to the event log.
    pub hub: Arc<Hub>,
    pub(crate) hook_channels: crate::hooks::HookChannels,
    pub(crate) webchat: crate::webchat::Limits,
    pub(crate) sign_in: SignIn,
    pub(crate) receipts: Receipts,
}

/// What signing in keeps in memory.
#[derive(Default)]
pub(crate) struct SignIn {
    pub attempts: Attempts,
    pub hasher: Hasher,
}

impl App {
    /// 409 where this server keeps no files.
    pub(crate) fn media(&self) -> Result<&MediaStore, Problem> {
        self.options
            .media
            .as_ref()
            .ok_or_else(|| crm::Error::conflict("no_media_directory", "This server keeps no files.").into())
    }

    pub(crate) fn origin(&self) -> &str {
        self.options.origin.as_deref().unwrap_or(EXAMPLE_ORIGIN)
    }

    pub fn new(crm: Crm, sealer: Sealer, http: Http, options: ApiOptions) -> Arc<App> {
        let mut table = routes::table();
        table.extend(routes::pages());
        table.extend(routes::hooks());
        table.extend(crate::webchat::table());
        App::with_table(crm, sealer, http, options, table)
    }

    pub(crate) fn with_table(crm: Crm, sealer: Sealer, http: Http, options: ApiOptions, table: Vec<Route>) -> Arc<App> {
        let operations: Vec<Arc<Route>> = table.into_iter().map(Arc::new).collect();
        let sunsets = Registry::of_table(&operations, &options.announcements);
        let key_limiter = options.rate_limit.map(|rate| Limiter::new("key", rate));
        let event_limiter = Limiter::new("events", options.event_rate_limit.unwrap_or(DEFAULT_EVENT_RATE));
        let nobody = Arc::new(Setup::nobody());
        let hub = Hub::new(crm.clone(), options.stream_limits);
        let webchat = crate::webchat::Limits::new(options.visitor_files);
        let documents = crate::documents::Documents::default();
        Arc::new(App {
            crm,
            sealer,
            http,
            options,
            key_limiter,
            event_limiter,
            nobody,
            documents,
            operations,
            sunsets,
            ledger: Ledger::default(),
            keys_used: KeysUsed::default(),
            hub,
            hook_channels: crate::hooks::HookChannels::default(),
            webchat,
            sign_in: SignIn::default(),
            receipts: Receipts::default(),
        })
    }

    /// Writes what was counted of calls to operations that go away, and which keys were used. Goes on where whoever asked for it hangs up.
    pub async fn write_counts(self: &Arc<App>) -> crm::Result<usize> {
        let app = self.clone();
        let writing = tokio::spawn(async move {
            let used = app.keys_used.flush(&app.crm).await;
            let counted = app.ledger.flush(&app.crm).await?;
            used.map(|_| counted)
        });
        writing.await.map_err(|error| crm::Error::Internal(error.to_string()))?
    }

    /// Writes what is due in the logs of all organizations about operations that go away; answers how many events that
    /// were.
    pub async fn announce_sunsets(&self) -> crm::Result<usize> {
        let endings = Arc::new(self.sunsets.endings());
        let mut count = 0;
        let organizations = self.crm.db().read(Priority::Background, organizations::all_ids).await?;
        for organization in organizations {
            let caller = Caller::system(organization);
            let due = endings.clone();
            // Nearly always there is nothing, and a reader finds that out.
            if self.crm.read(&caller, move |w| sunsets::unwritten(w, &due)).await?.is_empty() {
                continue;
            }
            let due = endings.clone();
            count += self.crm.write_in_background(&caller, move |w| sunsets::announce(w, &due)).await?.len();
        }
        Ok(count)
    }
}
