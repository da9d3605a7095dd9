//! An organization, its webhooks, and servers that work for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use crm::events::{self, Fact, Topic};
use crm::id::{EventId, IdSource, OrganizationId, WebhookId};
use crm::organizations::NewOrganization;
use crm::webhooks::{self, Call, CallFilter, Endpoint, NewEndpoint, seal_place};
use crm::{Caller, Crm, Timestamp, Work};
use providers::http::HttpOptions;
use providers::seal::Sealer;
use providers::webhook::Secret;
use providers::{Http, Networks};
use serde_json::json;
use store::Db;
use tokio::runtime::{Builder, Runtime};
use workers::Workers;

/// How long a test waits for what is to happen.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct World {
    pub crm: Crm,
    pub caller: Caller,
    /// Added to the machine's clock, in microseconds; every server's.
    ahead: Arc<AtomicI64>,
}

/// A server's workers.
pub struct Node {
    runtime: Option<Runtime>,
    workers: Option<Workers>,
}

pub fn sealer() -> Sealer {
    Sealer::new(&[7; 32])
}

fn clock(ahead: &Arc<AtomicI64>) -> crm::Clock {
    let ahead = ahead.clone();
    Arc::new(move || Timestamp::from_micros(Timestamp::now().micros() + ahead.load(Ordering::SeqCst)))
}

impl World {
    pub fn new(db: &Db) -> World {
        let ahead = Arc::new(AtomicI64::new(0));
        let crm = Crm::open_with_clock(db.clone(), clock(&ahead)).unwrap();
        let new = NewOrganization {
            name: "Tienda".to_owned(),
            country: "CL".to_owned(),
            time_zone: None,
            currency: None,
            language: None,
            owner_name: None,
            owner_email: "ana@example.com".to_owned(),
            owner_password_hash: None,
            key_hash: [1; 32],
            key_hint: "rk_test".to_owned(),
        };
        let made = crm.create_organization_blocking(new).unwrap();
        World { crm, caller: Caller::system(made.organization_id), ahead }
    }

    pub fn organization(&self) -> OrganizationId {
        self.caller.organization
    }

    pub fn work<T: Send + 'static>(&self, f: impl Fn(&mut Work<'_, '_>) -> crm::Result<T> + Send + 'static) -> T {
        self.crm.write_blocking(&self.caller, f).unwrap()
    }

    pub fn later(&self, seconds: i64) {
        self.ahead.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    pub fn node(&self) -> Node {
        Node::start(self.crm.clone())
    }

    /// Another server, with connections and memory of its own.
    pub fn node_over(&self, db: Db) -> Node {
        Node::start(Crm::open_with_clock(db, clock(&self.ahead)).unwrap())
    }

    pub fn endpoint(&self, url: &str, topics: &[&str]) -> WebhookId {
        let id = WebhookId(IdSource::new(Timestamp::now(), uuid::Uuid::new_v4().as_u64_pair().0).new_uuid());
        let sealed = sealer().seal(&seal_place(id), Secret::random().unwrap().bytes()).unwrap();
        let new = NewEndpoint {
            id,
            url: url.to_owned(),
            topics: Some(topics.iter().map(|topic| (*topic).to_owned()).collect())
                .filter(|named: &Vec<String>| !named.is_empty()),
            description: None,
            active: true,
            sealed_secret: sealed,
        };
        self.work(move |w| webhooks::create(w, &new)).id
    }

    pub fn get(&self, id: WebhookId) -> Endpoint {
        self.work(move |w| webhooks::get(w, id))
    }

    /// Newest first.
    pub fn calls(&self, id: WebhookId) -> Vec<Call> {
        self.work(move |w| webhooks::calls(w, &CallFilter { endpoint: Some(id), limit: 1000, ..CallFilter::default() }))
    }

    /// So many events of `event.tracked`.
    pub fn happen(&self, count: usize) -> Vec<EventId> {
        self.work(move |w| {
            (0..count).map(|n| events::record(w, Fact::new(Topic::EventTracked).data(json!({"n": n})))).collect()
        })
    }
}

impl Node {
    fn start(crm: Crm) -> Node {
        let http = Http::new(HttpOptions {
            webhooks_allow: Networks::parse("127.0.0.0/8").unwrap(),
            ..HttpOptions::default()
        });
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let workers = runtime.block_on(workers::start(crm, http, sealer())).unwrap();
        Node { runtime: Some(runtime), workers: Some(workers) }
    }

    /// As `serve` does when it is asked to end.
    pub fn end(mut self) {
        if let (Some(runtime), Some(workers)) = (&self.runtime, self.workers.take()) {
            runtime.block_on(workers.end());
        }
    }

    /// Whatever it is at stops where it is.
    pub fn kill(mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

pub fn until(what: &str, mut done: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < until, "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
