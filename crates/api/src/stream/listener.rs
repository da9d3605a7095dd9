//! One open stream: from the log until it is at the present, then what the hub hands out.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use crm::Caller;
use crm::events::{EventFilter, list};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::feed::{Feed, Taken};
use super::frame::{Frame, heartbeat, opening, passing, remark};
use super::{Held, Hub, Seat};
use crate::problem::Problem;

/// Events of one read of the log.
const PAGE: u32 = 100;
/// A client waits from … to … milliseconds before it comes back, so that not all come at once.
const RETRY: (u64, u64) = (1000, 3000);

/// Where a stream begins.
pub(super) struct Begin {
    pub position: i64,
    /// The client came from further on than the log is.
    pub ahead: bool,
    /// Of the set-up in which the caller's right was looked up.
    pub revision: i64,
}

pub struct Listener {
    seat: Seat,
    feed: Arc<Feed>,
    moved: watch::Receiver<u64>,
    caller: Caller,
    session: Option<Held>,
    filter: EventFilter,
    /// Everything up to here was sent, or was not wanted.
    position: i64,
    /// The next frame of the feed; none while reading the log.
    next: Option<u64>,
    ready: VecDeque<Bytes>,
    /// Revision of the set-up that the caller's right was last looked up in.
    revision: i64,
    quiet_until: Instant,
    /// When the session is looked at again, however much there is to send meanwhile.
    asks_at: Instant,
    ended: bool,
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("position", &self.position).finish_non_exhaustive()
    }
}

impl Listener {
    pub(super) fn new(
        seat: Seat,
        feed: Arc<Feed>,
        caller: Caller,
        session: Option<Held>,
        filter: EventFilter,
        begin: Begin,
        turn: u64,
    ) -> Listener {
        let Begin { position, ahead, revision } = begin;
        let retry = RETRY.0 + turn.wrapping_mul(389) % (RETRY.1 - RETRY.0);
        let mut ready = VecDeque::from([opening(retry, position)]);
        if ahead {
            ready.push_back(passing("reset", &json!({"last_sequence": position})));
        }
        let moved = feed.moved();
        let now = Instant::now();
        let quiet_until = now + seat.hub.limits.heartbeat;
        Listener {
            seat,
            feed,
            moved,
            caller,
            session,
            filter,
            position,
            next: None,
            ready,
            revision,
            quiet_until,
            // At once: it may have ended between the look at the cookie and the place among those that are told.
            asks_at: now,
            ended: false,
        }
    }

    fn hub(&self) -> &Hub {
        &self.seat.hub
    }

    /// The next bytes; none at the end. Whoever drops it half way loses what it was about to give.
    pub async fn next(&mut self) -> Option<Bytes> {
        loop {
            // Before anything is looked at: whatever moves afterwards wakes.
            self.moved.borrow_and_update();
            if self.hub().is_closing() || !self.may_still_listen() || !self.session_holds().await {
                return None;
            }
            if let Some(bytes) = self.ready.pop_front() {
                self.quiet_until = Instant::now() + self.hub().limits.heartbeat;
                return Some(bytes);
            }
            if self.ended {
                return None;
            }
            match &mut self.next {
                None => match self.feed.enter(self.position) {
                    Some(next) => self.next = Some(next),
                    None => self.read_log().await,
                },
                Some(next) => match self.feed.take(next, &mut self.position, &self.filter) {
                    Taken::Frames(frames) => self.ready.extend(frames),
                    Taken::Nothing => self.wait().await,
                    Taken::TooLate => {
                        self.ready.push_back(remark("too slow: resume with Last-Event-ID"));
                        self.ended = true;
                    }
                },
            }
        }
    }

    async fn wait(&mut self) {
        let due = if self.session.is_some() { self.quiet_until.min(self.asks_at) } else { self.quiet_until };
        tokio::select! {
            _ = self.moved.changed() => {}
            () = sleep_until(due) => {
                if Instant::now() >= self.quiet_until {
                    self.ready.push_back(heartbeat(self.position));
                }
            }
        }
    }

    /// Asked of the database as often as a sign of life is due, whether one is sent or not: it may have been ended on another
    /// node or by another program, or have come to its end.
    async fn session_holds(&mut self) -> bool {
        let Some(session) = &self.session else { return true };
        if Instant::now() < self.asks_at {
            return true;
        }
        let asked = self.hub().crm.session_holds(self.caller.organization, session.id).await;
        self.asks_at = Instant::now() + self.hub().limits.heartbeat;
        // A database that is away ends nothing; it is asked again.
        asked.unwrap_or(true)
    }

    /// A page of the log. As fast as the client takes it, and no faster.
    async fn read_log(&mut self) {
        match self.page().await {
            Ok(frames) => self.ready.extend(frames),
            // A key that is gone, a database that is: the client comes back, and is told.
            Err(problem) => {
                tracing::debug!(code = problem.code, cause = problem.cause(), "a stream ended in the log");
                self.ended = true;
            }
        }
        if self.ready.is_empty() && Instant::now() >= self.quiet_until {
            self.ready.push_back(heartbeat(self.position));
        }
    }

    async fn page(&mut self) -> Result<Vec<Bytes>, Problem> {
        let (filter, after) = (self.filter.clone(), self.position);
        let listed = self.hub().crm.read(&self.caller, move |w| list(w, &filter, after, PAGE)).await?;
        let frames = listed.events.iter().map(|event| Ok(Frame::of(event)?.text)).collect::<Result<_, Problem>>()?;
        self.position = listed.last_sequence.max(after);
        Ok(frames)
    }

    /// Whether the key still has its right, by the last set-up that went by.
    fn may_still_listen(&mut self) -> bool {
        if self.session.as_ref().is_some_and(|session| session.ended.load(Ordering::Acquire)) {
            return false;
        }
        let Some(setup) = self.feed.setup().filter(|setup| setup.revision > self.revision) else { return true };
        self.revision = setup.revision;
        let scopes = setup.scopes_of(self.caller.actor);
        scopes.is_some_and(|scopes| self.caller.scope.is_none_or(|scope| scopes.contains(scope)))
    }
}
