//! The live stream: one hub a process tails the log for all organizations that somebody listens to, makes each frame
//! once and hands it to all. A listener that is too slow is cut off and resumes in the log; it holds up nobody.

mod body;
mod feed;
mod frame;
mod listener;
mod passing;
mod presence;
mod tail;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crm::events::{EventFilter, head};
use crm::id::{OrganizationId, SessionId};
use crm::{Actor, Caller, Crm};
use serde_json::{Value, json};
use tokio::sync::Notify;

pub use body::{Stream, StreamBody};
use feed::Feed;
use frame::Frame;
pub(crate) use frame::{heartbeat, opening, passing};
use listener::Begin;
pub use listener::Listener;
pub use passing::run_passing;
pub use presence::run_presence;
pub use tail::run;

use crate::problem::Problem;
use crate::webchat::Rooms;

/// So many visitors' streams of an organization beside one of its team's: a shop has more visitors than people who answer them.
pub const VISITORS_BESIDE: usize = 5;

/// How many streams may be open at once, and how long one is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamLimits {
    pub per_key: usize,
    /// Of keys and members.
    pub per_organization: usize,
    /// Of visitors of its web chats.
    pub visitors_per_organization: usize,
    /// Of visitors, from one address as it is counted.
    pub per_address: usize,
    /// On this server, of all organizations: other requests need connections too. A quarter is kept for keys and members,
    /// whatever comes from the internet.
    pub in_all: usize,
    /// A sign of life comes after so long.
    pub heartbeat: Duration,
}

impl Default for StreamLimits {
    fn default() -> Self {
        StreamLimits {
            per_key: 100,
            per_organization: 1000,
            visitors_per_organization: 1000 * VISITORS_BESIDE,
            per_address: 100,
            in_all: 12_288,
            heartbeat: Duration::from_secs(15),
        }
    }
}

pub struct Hub {
    crm: Crm,
    limits: StreamLimits,
    seats: Mutex<Seats>,
    /// The tail has somebody to work for.
    wanted: Notify,
    closing: AtomicBool,
    /// Sessions that have a stream.
    sessions: Mutex<HashMap<SessionId, Weak<AtomicBool>>>,
    /// Spreads over time when listeners come back.
    joined: AtomicU64,
    /// Members who are there, by what nodes said.
    named: Mutex<presence::Named>,
    /// Where visitors of web chats wait.
    pub rooms: Arc<Rooms>,
}

#[derive(Default)]
struct Seats {
    organizations: HashMap<OrganizationId, Organization>,
    taken: usize,
    /// Of those, the visitors'; and by address.
    visitors: usize,
    addresses: HashMap<IpAddr, usize>,
}

struct Organization {
    feed: Arc<Feed>,
    taken: usize,
    /// By actor, in its stored form.
    callers: HashMap<String, usize>,
    /// Streams of web chats, which are not counted among those.
    visitors: usize,
}

impl Organization {
    fn new(id: OrganizationId, head: i64) -> Organization {
        Organization { feed: Feed::new(id, head), taken: 0, callers: HashMap::new(), visitors: 0 }
    }
}

impl Hub {
    pub fn new(crm: Crm, limits: StreamLimits) -> Arc<Hub> {
        Arc::new(Hub {
            crm,
            limits,
            seats: Mutex::default(),
            wanted: Notify::new(),
            closing: AtomicBool::new(false),
            sessions: Mutex::default(),
            joined: AtomicU64::new(0),
            named: Mutex::default(),
            rooms: Arc::default(),
        })
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens for the caller from behind `after` on; none: from now on. 429 with too many streams already open.
    pub async fn join(
        self: &Arc<Hub>,
        caller: &Caller,
        session: Option<SessionId>,
        filter: EventFilter,
        after: Option<i64>,
    ) -> Result<Listener, Problem> {
        let (head, revision) = self.crm.read(caller, |w| Ok((head(w.tx)?, w.setup.revision))).await?;
        let (seat, feed) = self.sit(caller, head)?;
        self.wanted.notify_one();
        if let Actor::Member(member) = caller.actor {
            self.say_present(caller.organization, &[member]);
        }
        // Further than the log: it was restored from a backup, and counts again from there.
        let ahead = after.is_some_and(|after| after > head);
        let begin = Begin { position: after.unwrap_or(head).min(head), ahead, revision };
        let turn = self.joined.fetch_add(1, Ordering::Relaxed);
        let session = session.map(|id| Held { id, ended: self.ended_flag(id) });
        Ok(Listener::new(seat, feed, caller.clone(), session, filter, begin, turn))
    }

    fn sit(self: &Arc<Hub>, caller: &Caller, head: i64) -> Result<(Seat, Arc<Feed>), Problem> {
        if self.is_closing() {
            return Err(crm::Error::from(store::Error::Closed).into());
        }
        let actor = caller.actor.to_string();
        let mut seats = self.seats();
        let Seats { organizations, taken, .. } = &mut *seats;
        if *taken >= self.limits.in_all {
            return Err(too_many("This server has as many streams open as it takes."));
        }
        if let Some(organization) = organizations.get(&caller.organization) {
            if organization.taken >= self.limits.per_organization {
                return Err(too_many("Your organization has as many streams open as it may."));
            }
            if organization.callers.get(&actor).is_some_and(|taken| *taken >= self.limits.per_key) {
                return Err(too_many("This key, or this member, has as many streams open as it may."));
            }
        }
        let organization =
            organizations.entry(caller.organization).or_insert_with(|| Organization::new(caller.organization, head));
        *taken += 1;
        organization.taken += 1;
        *organization.callers.entry(actor.clone()).or_default() += 1;
        let seat = Seat { hub: self.clone(), organization: caller.organization, actor };
        Ok((seat, organization.feed.clone()))
    }

    /// Has an organization's log tailed for a visitor of its web chat, who comes from `address`. 429 where as many are open
    /// from there, of that organization's visitors, or of all visitors, as may be.
    pub fn hold(self: &Arc<Hub>, organization: OrganizationId, address: IpAddr, head: i64) -> Result<Hold, Problem> {
        if self.is_closing() {
            return Err(crm::Error::from(store::Error::Closed).into());
        }
        let mut seats = self.seats();
        let Seats { organizations, taken, visitors, addresses } = &mut *seats;
        let most = self.limits.in_all;
        if *taken >= most || *visitors >= most - most / 4 {
            return Err(too_many("This server has as many visitors' streams open as it takes."));
        }
        if organizations.get(&organization).is_some_and(|known| known.visitors >= self.limits.visitors_per_organization)
        {
            return Err(too_many("This web chat has as many visitors' streams open as it may."));
        }
        if addresses.get(&address).is_some_and(|open| *open >= self.limits.per_address) {
            return Err(too_many("As many streams are open from this address as may be."));
        }
        *taken += 1;
        *visitors += 1;
        *addresses.entry(address).or_default() += 1;
        organizations.entry(organization).or_insert_with(|| Organization::new(organization, head)).visitors += 1;
        drop(seats);
        self.wanted.notify_one();
        Ok(Hold { hub: self.clone(), organization, address })
    }

    pub fn heartbeat(&self) -> Duration {
        self.limits.heartbeat
    }

    /// Tells everybody who listens to all of an organization's events, on this node and at this moment, something that is
    /// not in the log. Whoever has something to tell says it by [`Hub::tell_everywhere`].
    pub fn tell(&self, organization: OrganizationId, name: &str, data: &Value) {
        if name == "typing" {
            self.tell_visitor(data);
        }
        let feed = self.seats().organizations.get(&organization).map(|known| known.feed.clone());
        if let Some(feed) = feed {
            feed.push(vec![Frame::passing(name, data)], feed.cursor(), None);
        }
    }

    /// A member types to somebody whose page may be open. Who it is the page is not told.
    fn tell_visitor(&self, data: &Value) {
        let contact = data.get("contact_id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        if let (Some(contact), Some(Value::String(_)), Some(state)) =
            (contact, data.get("member_id"), data.get("state"))
        {
            self.rooms.pass(contact, passing("typing", &json!({"state": state, "name": null})));
        }
    }

    /// What says to all streams of a session that it is over.
    fn ended_flag(&self, id: SessionId) -> Arc<AtomicBool> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flag) = sessions.get(&id).and_then(Weak::upgrade) {
            return flag;
        }
        if sessions.len() >= self.limits.in_all {
            sessions.retain(|_, flag| flag.strong_count() > 0);
        }
        let flag = Arc::new(AtomicBool::new(false));
        sessions.insert(id, Arc::downgrade(&flag));
        flag
    }

    /// Ends the streams of sessions that are over, on this node at once; on others they find out at their next sign of life.
    pub fn end_sessions(&self, ids: &[SessionId]) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let ended: Vec<_> = ids.iter().filter_map(|id| sessions.remove(id)?.upgrade()).collect();
        drop(sessions);
        ended.iter().for_each(|flag| flag.store(true, Ordering::Release));
        if !ended.is_empty() {
            self.feeds().iter().for_each(|feed| feed.wake());
        }
    }

    /// Ends all streams, and takes no more.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
        self.feeds().iter().for_each(|feed| feed.wake());
        self.rooms.wake_all();
    }

    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// Open streams.
    pub fn listeners(&self) -> usize {
        self.seats().taken
    }

    fn feeds(&self) -> Vec<Arc<Feed>> {
        self.seats().organizations.values().map(|organization| organization.feed.clone()).collect()
    }
}

fn too_many(detail: &str) -> Problem {
    Problem::new(429, "too_many_streams", format!("{detail} Close one, or try again later."))
        .header("retry-after", "30")
}

/// The session that a stream belongs to.
struct Held {
    id: SessionId,
    ended: Arc<AtomicBool>,
}

/// A place in the hub, free again once it is dropped.
struct Seat {
    hub: Arc<Hub>,
    organization: OrganizationId,
    actor: String,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.hub.seats();
        let Seats { organizations, taken, .. } = &mut *seats;
        let Some(organization) = organizations.get_mut(&self.organization) else { return };
        *taken -= 1;
        organization.taken -= 1;
        if let Some(of_caller) = organization.callers.get_mut(&self.actor) {
            *of_caller -= 1;
            if *of_caller == 0 {
                organization.callers.remove(&self.actor);
            }
        }
        if organization.taken == 0 && organization.visitors == 0 {
            organizations.remove(&self.organization);
        }
    }
}

/// Keeps an organization's log tailed until it is dropped.
pub struct Hold {
    hub: Arc<Hub>,
    organization: OrganizationId,
    address: IpAddr,
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut seats = self.hub.seats();
        let Seats { organizations, taken, visitors, addresses } = &mut *seats;
        *taken -= 1;
        *visitors -= 1;
        if let Some(open) = addresses.get_mut(&self.address) {
            *open -= 1;
            if *open == 0 {
                addresses.remove(&self.address);
            }
        }
        let Some(organization) = organizations.get_mut(&self.organization) else { return };
        organization.visitors -= 1;
        if organization.taken == 0 && organization.visitors == 0 {
            organizations.remove(&self.organization);
        }
    }
}
