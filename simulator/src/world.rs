//! Everything the simulator remembers, behind one lock; nothing waits while holding it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use crate::bounded::Ring;
use crate::clock::Clock;
use crate::config::{Config, Number};
use crate::faults::Faults;
use crate::graph::templates::{self, Templates};
use crate::knobs::Knobs;
use crate::limits::Limits;
use crate::media::Media;
use crate::messages::Messages;
use crate::people::{Cannot, People};
use crate::random::Random;
use crate::webhook::deliver::Webhook;
use crate::webhook::queue::{Call, Queue};

/// Why the simulator does not do what it was told: a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub(crate) String);

impl From<Cannot> for Refused {
    fn from(cannot: Cannot) -> Self {
        Self(cannot.to_string())
    }
}

/// A call of the Graph API as it came in, refused ones included.
#[derive(Debug, Clone, Serialize)]
pub struct Request {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    pub method: String,
    /// With the version, without the query.
    pub path: String,
    /// What the call was about: `message`, `receipt`, `media`, `template`, …
    pub about: &'static str,
    /// The parameters of body and query; files and tokens left out.
    pub body: Value,
    /// The HTTP status; null: the connection was cut.
    pub status: Option<u16>,
    /// Meta's error code.
    pub error: Option<i64>,
}

/// A number with what can be set about it.
#[derive(Debug, Clone)]
pub(crate) struct NumberState {
    pub(crate) number: Number,
    pub(crate) status: &'static str,
    pub(crate) code_verified: bool,
    pub(crate) pin: Option<String>,
    pub(crate) profile: Map<String, Value>,
    pub(crate) username: Option<String>,
    pub(crate) blocked: Vec<String>,
    pub(crate) webhook_url: Option<String>,
    /// Of the two synchronisations of coexistence, those that were asked for.
    pub(crate) synchronised: Vec<String>,
}

impl NumberState {
    pub(crate) fn new(number: Number) -> Self {
        Self {
            number,
            status: "CONNECTED",
            code_verified: true,
            pin: None,
            profile: Map::new(),
            username: None,
            blocked: Vec::new(),
            webhook_url: None,
            synchronised: Vec::new(),
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct WabaState {
    pub(crate) subscribed: bool,
    pub(crate) webhook_url: Option<String>,
}

/// An upload that goes piece by piece.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) length: usize,
    pub(crate) received: usize,
    pub(crate) handle: String,
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) knobs: Knobs,
    pub(crate) random: Random,
    pub(crate) people: People,
    pub(crate) messages: Messages,
    pub(crate) media: Media,
    pub(crate) templates: Templates,
    /// Templates under review: when it ends (milliseconds) and the id, and what it comes to.
    pub(crate) reviews: BTreeMap<(i64, String), &'static str>,
    pub(crate) limits: Limits,
    pub(crate) faults: Faults,
    pub(crate) queue: Queue,
    pub(crate) numbers: BTreeMap<String, NumberState>,
    pub(crate) wabas: BTreeMap<String, WabaState>,
    pub(crate) uploads: HashMap<String, Upload>,
    pub(crate) requests: Ring<Request>,
    pub(crate) webhooks: Ring<Webhook>,
    pub(crate) url: String,
}

impl World {
    pub(crate) fn new(config: Config, url: String) -> Self {
        let numbers: BTreeMap<_, _> = config
            .numbers
            .iter()
            .map(|number| (number.phone_number_id.clone(), NumberState::new(number.clone())))
            .collect();
        let wabas = config
            .numbers
            .iter()
            .map(|number| (number.waba_id.clone(), WabaState { subscribed: true, webhook_url: None }))
            .collect();
        let bounds = config.bounds;
        Self {
            knobs: config.knobs.clone(),
            random: Random::new(config.seed),
            people: People::default(),
            messages: Messages::new(bounds.messages, bounds.message_bytes),
            media: Media::new(bounds.media),
            templates: Templates::default(),
            reviews: BTreeMap::new(),
            limits: Limits::default(),
            faults: Faults::default(),
            queue: Queue::default(),
            numbers,
            wabas,
            uploads: HashMap::new(),
            requests: Ring::new(bounds.logged, bounds.logged_bytes),
            webhooks: Ring::new(bounds.logged, bounds.logged_bytes),
            config,
            url,
        }
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.config.clock.now_ms()
    }

    /// The number that is meant: a known id, or the first one where nothing is said.
    pub(crate) fn number_id(&self, wanted: Option<&str>) -> Result<String, Refused> {
        match wanted {
            None => Ok(self.config.numbers[0].phone_number_id.clone()),
            Some(id) if self.numbers.contains_key(id) => Ok(id.to_owned()),
            Some(id) => Err(Refused(format!("there is no phone_number_id {id}"))),
        }
    }

    /// The account of a number, and the `metadata` of its webhooks.
    pub(crate) fn metadata(&self, number: &str) -> Option<(String, Value)> {
        let number = &self.numbers.get(number)?.number;
        let metadata = json!({
            "display_phone_number": number.display_phone_number,
            "phone_number_id": number.phone_number_id,
        });
        Some((number.waba_id.clone(), metadata))
    }

    pub(crate) fn display(&self, number: &str) -> Option<String> {
        Some(self.numbers.get(number)?.number.display_phone_number.clone())
    }

    /// Ends the reviews whose time has come. Who was decided by hand in the meantime stays as they are.
    pub(crate) fn review_what_is_due(&mut self) {
        let now = self.now_ms();
        while let Some(first) = self.reviews.first_entry() {
            if first.key().0 > now {
                return;
            }
            let ((_, id), status) = first.remove_entry();
            if self.templates.get(&id).is_some_and(|template| template.status == "PENDING") {
                // The template is there and the status is one: nothing can be refused.
                let _ = templates::set_status(self, &id, status, None);
            }
        }
    }

    /// Forgets everything that happened; configuration, clock and knobs stay.
    pub(crate) fn reset(&mut self) {
        let knobs = self.knobs.clone();
        let in_flight = self.queue.in_flight;
        let config = self.config.clone();
        *self = Self::new(config, self.url.clone());
        self.knobs = knobs;
        self.queue.in_flight = in_flight;
    }
}

/// The world, and a bell that rings whenever it changed.
#[derive(Debug)]
pub(crate) struct Shared {
    world: Mutex<World>,
    clock: Clock,
    bell: watch::Sender<()>,
}

impl Shared {
    pub(crate) fn new(world: World) -> Self {
        Self { clock: world.config.clock.clone(), world: Mutex::new(world), bell: watch::channel(()).0 }
    }

    /// Looks at the world, or changes it; whoever waits for a change is told.
    pub(crate) fn with<T>(&self, f: impl FnOnce(&mut World) -> T) -> T {
        let result = f(&mut self.lock());
        self.bell.send_replace(());
        result
    }

    /// Looks only.
    pub(crate) fn look<T>(&self, f: impl FnOnce(&World) -> T) -> T {
        f(&self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn changed(&self) -> watch::Receiver<()> {
        self.bell.subscribe()
    }

    /// Waits until something is so.
    pub(crate) async fn until(&self, so: impl Fn(&World) -> bool) {
        let mut changed = self.changed();
        loop {
            changed.mark_unchanged();
            if self.look(&so) {
                return;
            }
            if changed.changed().await.is_err() {
                return;
            }
        }
    }

    /// What has to go out now, when to ask again, and how many calls may be under way at once.
    pub(crate) fn take_calls(&self) -> (Vec<Call>, Option<i64>, usize) {
        let world = &mut *self.lock();
        world.review_what_is_due();
        let now = world.now_ms();
        let World { queue, knobs, random, numbers, wabas, config, messages, reviews, .. } = world;
        let (calls, told) = queue.take(knobs, random, now, |change| {
            let of_number = change.phone_number_id().and_then(|id| numbers.get(id)).and_then(|n| n.webhook_url.clone());
            let waba = wabas.get(&change.waba);
            if waba.is_some_and(|waba| !waba.subscribed) {
                return None;
            }
            of_number.or_else(|| waba.and_then(|waba| waba.webhook_url.clone())).or_else(|| config.webhook_url.clone())
        });
        for (id, status) in told {
            if let Some(out) = messages.out_mut(&id) {
                out.sent.status = status;
            }
        }
        let next_review = reviews.first_key_value().map(|((due, _), _)| *due);
        let next_due = [queue.next_due_ms(knobs), next_review].into_iter().flatten().min();
        (calls, next_due, knobs.concurrency)
    }

    /// The secret to sign with, and how long the receiver may take.
    pub(crate) fn signing(&self) -> (String, Duration) {
        let world = self.lock();
        let secret = &world.config.app_secret;
        let secret = if world.knobs.wrong_signature { format!("not {secret}") } else { secret.clone() };
        (secret, Duration::from_millis(world.knobs.webhook_timeout_ms))
    }

    /// A call to the receiver ended. `result`: its status, none where there is no receiver.
    pub(crate) fn delivered(&self, call: Call, signature: String, result: Result<Option<u16>, String>, took_ms: u64) {
        self.with(|world| {
            let at_ms = world.now_ms();
            let (status, error) = match result {
                Ok(status) => (status, None),
                Err(error) => (None, Some(error)),
            };
            let failed = error.is_some() || status.is_some_and(|status| !(200..300).contains(&status));
            match (&error, status) {
                (Some(error), _) => tracing::warn!(attempt = call.tried + 1, %error, "a webhook failed"),
                (None, Some(status)) if failed => {
                    tracing::warn!(attempt = call.tried + 1, status, "a webhook was refused")
                }
                (None, Some(status)) => {
                    tracing::info!(attempt = call.tried + 1, status, took_ms, "a webhook was taken")
                }
                (None, None) => tracing::debug!("a webhook has no receiver"),
            }
            world.queue.in_flight = world.queue.in_flight.saturating_sub(1);
            let webhook = Webhook {
                at_ms,
                url: call.target.clone(),
                body: String::from_utf8_lossy(&call.body).into_owned(),
                signature,
                attempt: call.tried + 1,
                duplicate: call.duplicate,
                status,
                error,
                took_ms,
            };
            let weight = webhook.body.len() + 300;
            world.webhooks.push(webhook, weight);
            if failed && let Some(wait) = world.knobs.retry_after_ms.get(call.tried) {
                let due = at_ms.saturating_add(i64::try_from(*wait).unwrap_or(i64::MAX));
                world.queue.call(due, Call { tried: call.tried + 1, ..call });
            }
        });
    }
}
