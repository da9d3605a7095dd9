//! The simulator as Rust code starts and steers it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::config::Config;
use crate::faults::Fault;
use crate::graph::templates;
use crate::knobs::Knobs;
use crate::messages::Sent;
use crate::people::Person;
use crate::webhook::deliver::{self, Webhook};
use crate::webhook::inbound::{self, Inbound};
use crate::webhook::{account, status};
use crate::world::{Refused, Request, Shared, World};
use crate::{serve, webhook};

/// A running simulator. It ends when this is dropped.
#[derive(Debug)]
pub struct Simulator {
    shared: Arc<Shared>,
    tasks: Vec<JoinHandle<()>>,
    url: String,
}

impl Drop for Simulator {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Simulator {
    /// Listens, and begins to deliver webhooks.
    ///
    /// # Errors
    /// A configuration that cannot work, or an address that is not free.
    pub async fn start(config: Config) -> std::io::Result<Self> {
        config.check().map_err(std::io::Error::other)?;
        let listener = TcpListener::bind(config.listen).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (steered, most) = (config.steered_by_http, config.bounds.connections);
        let shared = Arc::new(Shared::new(World::new(config, url.clone())));
        let tasks = vec![
            tokio::spawn(serve::run(listener, serve::router(shared.clone(), steered), most)),
            tokio::spawn(deliver::run(shared.clone())),
        ];
        Ok(Self { shared, tasks, url })
    }

    /// `http://127.0.0.1:…`, to be used instead of `https://graph.facebook.com`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.shared.clock()
    }

    // What the business did

    /// The messages that were accepted, oldest first. Empty: nobody was written to.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.shared.look(|world| world.messages.sent().cloned().collect())
    }

    /// One of them, as it stands now.
    #[must_use]
    pub fn message(&self, id: &str) -> Option<Sent> {
        self.shared.look(|world| world.messages.sent().find(|sent| sent.id == id).cloned())
    }

    /// All calls of the Graph API, refused ones included, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.shared.look(|world| world.requests.iter().cloned().collect())
    }

    /// Those that tried to send a message, whatever came of it.
    #[must_use]
    pub fn attempts(&self) -> Vec<Request> {
        self.shared.look(|world| world.requests.iter().filter(|request| request.about == "message").cloned().collect())
    }

    /// The messages of people that the business marked as read.
    #[must_use]
    pub fn is_read(&self, message_id: &str) -> bool {
        self.shared.look(|world| {
            use crate::messages::Way;
            world.messages.get(message_id).is_some_and(|known| matches!(known.way, Way::In { read: true }))
        })
    }

    /// Waits until so many messages were accepted in all; answers with all of them.
    ///
    /// # Errors
    /// They have not come within the time.
    pub async fn wait_for_sent(&self, count: usize, within: Duration) -> Result<Vec<Sent>, Refused> {
        let come = self.shared.until(|world| world.messages.sent_count() >= count);
        if tokio::time::timeout(within, come).await.is_err() {
            let got = self.shared.look(|world| world.messages.sent_count());
            return Err(Refused(format!("{got} messages were sent within {within:?}, not {count}")));
        }
        Ok(self.sent())
    }

    // What people do

    /// Adds somebody, or replaces the one with the same phone or user id; answers with who they are now.
    ///
    /// # Errors
    /// Neither phone nor user id, or those of two people.
    pub fn person(&self, person: Person) -> Result<Person, Refused> {
        self.shared.with(|world| {
            let at = world.people.put(person, world.config.seed)?;
            Ok(world.people.get(at).clone())
        })
    }

    #[must_use]
    pub fn people(&self) -> Vec<Person> {
        self.shared.look(|world| world.people.all().to_vec())
    }

    /// A person writes. Answers with the id of the message.
    ///
    /// # Errors
    /// A message without a type, or to a number that is not there.
    pub fn inbound(&self, message: Inbound) -> Result<String, Refused> {
        self.shared.with(|world| inbound::receive(world, message))
    }

    /// The business writes to a person from the phone; `from` is the person. Answers with the id of the message.
    ///
    /// # Errors
    /// As with [`inbound`](Self::inbound).
    pub fn echo(&self, message: Inbound) -> Result<String, Refused> {
        self.shared.with(|world| inbound::echo(world, message))
    }

    /// The person presses a button or chooses a row of a message: by its id, payload, title or place.
    ///
    /// # Errors
    /// There is no such message, or nothing such to be pressed.
    pub fn press(&self, message_id: &str, what: &str) -> Result<String, Refused> {
        self.shared.with(|world| inbound::press(world, message_id, what))
    }

    /// The person takes another number, and so another user id.
    ///
    /// # Errors
    /// Nobody is known by that name, or the number is taken.
    pub fn change_number(&self, who: &str, phone: &str) -> Result<String, Refused> {
        self.shared.with(|world| inbound::change_number(world, who, phone, None))
    }

    /// The person stops (`stop`) or resumes (`resume`) marketing messages.
    ///
    /// # Errors
    /// Another word than those, or nobody that can be.
    pub fn preference(&self, who: &str, value: &str) -> Result<(), Refused> {
        self.shared.with(|world| account::preference(world, who, value, None))
    }

    /// A status of a sent message: `sent`, `delivered`, `read`, `played`, `failed` (with a code).
    ///
    /// # Errors
    /// No such message or status.
    pub fn status(&self, message_id: &str, status: &str, code: Option<i64>) -> Result<(), Refused> {
        self.shared.with(|world| status::by_hand(world, message_id, status, code))
    }

    // What Meta does

    /// Any event: a field and its value, from the first account or this one.
    ///
    /// # Errors
    /// There is no such account.
    pub fn event(&self, waba_id: Option<&str>, field: &str, value: Value) -> Result<(), Refused> {
        self.shared.with(|world| account::event(world, waba_id, field, value))
    }

    /// Any body, signed as it is.
    pub fn raw_webhook(&self, body: impl Into<bytes::Bytes>) {
        let body = body.into();
        self.shared.with(|world| {
            let target = world.config.webhook_url.clone();
            let now = world.now_ms();
            world.queue.call(now, webhook::queue::Call { body, target, tried: 0, duplicate: false });
        });
    }

    /// APPROVED, REJECTED, PAUSED, DISABLED, …: the template is that from now on, and a webhook says so.
    ///
    /// # Errors
    /// No such template or status.
    pub fn template_status(&self, id: &str, status: &str, reason: Option<&str>) -> Result<(), Refused> {
        self.shared.with(|world| templates::set_status(world, id, status, reason))
    }

    /// GREEN, YELLOW, RED or UNKNOWN.
    ///
    /// # Errors
    /// No such template or quality.
    pub fn template_quality(&self, id: &str, quality: &str) -> Result<(), Refused> {
        self.shared.with(|world| templates::set_quality(world, id, quality))
    }

    /// MARKETING, UTILITY or AUTHENTICATION.
    ///
    /// # Errors
    /// No such template or category.
    pub fn template_category(&self, id: &str, category: &str) -> Result<(), Refused> {
        self.shared.with(|world| templates::set_category(world, id, category))
    }

    // Steering

    /// What the knobs are now.
    #[must_use]
    pub fn knobs(&self) -> Knobs {
        self.shared.look(|world| world.knobs.clone())
    }

    /// Turns knobs: `simulator.turn(|knobs| knobs.shuffle = true)`.
    ///
    /// # Errors
    /// A value out of its bounds; then nothing is changed.
    pub fn turn(&self, how: impl FnOnce(&mut Knobs)) -> Result<(), Refused> {
        self.shared.with(|world| {
            let mut knobs = world.knobs.clone();
            how(&mut knobs);
            knobs.check().map_err(Refused)?;
            world.knobs = knobs;
            Ok(())
        })
    }

    /// Something goes wrong from now on.
    ///
    /// # Errors
    /// Trouble that cannot be.
    pub fn fault(&self, fault: Fault) -> Result<(), Refused> {
        self.shared.with(|world| world.faults.add(fault)).map_err(Refused)
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.shared.with(|world| world.faults.clear());
    }

    /// Webhooks go there from now on.
    ///
    /// # Errors
    /// Not an `http://` address.
    pub fn set_webhook_url(&self, url: Option<&str>) -> Result<(), Refused> {
        if let Some(url) = url {
            webhook::target(url).map_err(Refused)?;
        }
        self.shared.with(|world| world.config.webhook_url = url.map(str::to_owned));
        Ok(())
    }

    /// The handshake (`hub.challenge`) with the receiver.
    ///
    /// # Errors
    /// What the receiver did instead.
    pub async fn verify_webhook(&self) -> Result<(), Refused> {
        verify(&self.shared).await
    }

    /// All attempts to deliver webhooks, oldest first.
    #[must_use]
    pub fn webhooks(&self) -> Vec<Webhook> {
        self.shared.look(|world| world.webhooks.iter().cloned().collect())
    }

    /// Waits until no webhook is due or under way. What is held back, or due later, is not waited for.
    pub async fn settled(&self) {
        self.shared.until(|world| world.queue.is_settled(&world.knobs, world.now_ms())).await;
    }

    /// Forgets people, messages, media, templates, faults, logs. Knobs, clock and configuration stay.
    pub fn reset(&self) {
        self.shared.with(World::reset);
    }
}

pub(crate) async fn verify(shared: &Shared) -> Result<(), Refused> {
    let (url, token, challenge) = shared.with(|world| {
        let challenge = (world.random.next() % 1_000_000_000).to_string();
        (world.config.webhook_url.clone(), world.config.verify_token.clone(), challenge)
    });
    let url = url.ok_or_else(|| Refused("there is no webhook URL".to_owned()))?;
    deliver::handshake(&url, &token, &challenge).await.map_err(Refused)
}
