//! A thread with a connection: takes closures from the queue, one transaction each.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::Connection;
use super::connection::Uncommitted;
use super::connector::Connector;
use crate::call::{Call, Ran, Work};
use crate::committed::Signal;
use crate::metrics::Counters;
use crate::queue::{Queue, Taken};
use crate::tx::{Effect, Session};
use crate::{Error, PostgresOptions, Priority, Tx};

/// Between two attempts to connect: from … to.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// How often a closure is run again because an identity key was taken. The second run sees the row that had it: if that
/// does not help, it is the closure's answer.
const IDENTITY_RUNS: u32 = 3;

/// What a thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Duty {
    Write,
    Read,
}

impl Duty {
    pub(super) fn thread_name(self) -> &'static str {
        match self {
            Duty::Write => "store-write",
            Duty::Read => "store-read",
        }
    }
}

pub(super) struct Worker {
    duty: Duty,
    queue: Arc<Queue>,
    connector: Arc<Connector>,
    /// How many threads of this duty have a connection.
    connected: Arc<AtomicUsize>,
    counters: Arc<Counters>,
    signal: Arc<Signal>,
    options: PostgresOptions,
    connection: Option<Connection>,
    /// After a failed attempt to connect: when to try again, and how long that wait is.
    retry: Option<(Instant, Duration)>,
}

/// What became of one run of a closure.
enum Run {
    /// It is over; the call gets this in place of its answer, or its answer.
    Over(Result<(), Error>),
    /// It met another transaction and was undone; `Err` is the answer if it is not run again.
    Met(Effect, Result<(), Error>),
    /// The connection broke before the commit was sent: nothing was stored.
    Broken(Error),
}

impl Worker {
    pub(super) fn new(
        duty: Duty,
        queue: Arc<Queue>,
        connector: Arc<Connector>,
        connected: Arc<AtomicUsize>,
        counters: Arc<Counters>,
        signal: Arc<Signal>,
        options: PostgresOptions,
    ) -> Worker {
        Worker { duty, queue, connector, connected, counters, signal, options, connection: None, retry: None }
    }

    pub(super) fn serve(mut self) {
        let queue = self.queue.clone();
        loop {
            self.connect();
            let wait = match (&self.connection, self.retry) {
                (None, Some((at, _))) => {
                    let left = at.saturating_duration_since(Instant::now());
                    // A thread without a connection would answer faster than the others, and so take most of the
                    // work away from them. Only if nobody has one does it stay, to refuse what comes.
                    if self.connected.load(Ordering::Relaxed) > 0 && !queue.is_closed() {
                        thread::sleep(left.min(BACK_OFF.0));
                        continue;
                    }
                    Some(left)
                }
                _ => None,
            };
            match queue.take(wait) {
                Taken::Work(work, _turn) => self.perform(work),
                Taken::Nothing => {}
                Taken::Closed => break,
            }
        }
        self.disconnect();
    }

    /// Sees to it that there is a connection, unless it is too early for another attempt.
    fn connect(&mut self) {
        if self.connection.is_some() || self.retry.is_some_and(|(at, _)| Instant::now() < at) {
            return;
        }
        match self.connector.connect(self.duty == Duty::Write) {
            Ok(connection) => {
                self.connection = Some(connection);
                self.retry = None;
                self.connected.fetch_add(1, Ordering::Relaxed);
                self.counters.connects.add(1);
            }
            Err(error) => {
                let wait = self.retry.map_or(BACK_OFF.0, |(_, wait)| (wait * 2).min(BACK_OFF.1));
                tracing::warn!(%error, ?wait, "no connection to PostgreSQL");
                self.retry = Some((Instant::now() + wait + jitter(wait / 2), wait));
            }
        }
    }

    fn disconnect(&mut self) {
        if self.connection.take().is_some() {
            self.connected.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Runs one closure until it is committed, has failed for good, or has been run often enough.
    fn perform(&mut self, work: Work) {
        let Work { mut call, priority, claim } = work;
        if call.is_abandoned() {
            self.counters.abandoned.add(1);
            return;
        }
        // One attempt that failed may have met a server in the middle of a restart: nobody is refused for that. After a
        // second one in a row callers are, at once.
        if self.connection.is_none() && self.retry.is_some_and(|(_, wait)| wait == BACK_OFF.0) {
            self.retry = self.retry.map(|(_, wait)| (Instant::now(), wait));
            self.connect();
        }
        let (mut met, mut broken) = (0, 0);
        let connector = self.connector.clone();
        let mut turn = None;
        let fate = loop {
            let run = match &mut self.connection {
                None => break Err(Error::unavailable("no connection to PostgreSQL")),
                Some(_) if self.duty == Duty::Read => self.read(&mut *call, priority),
                Some(_) => self.write(&mut *call, priority, claim),
            };
            match run {
                Run::Over(fate) => break fate,
                Run::Met(effect, otherwise) => {
                    let runs = if effect == Effect::MetIdentity {
                        self.options.re_runs.min(IDENTITY_RUNS)
                    } else {
                        self.options.re_runs
                    };
                    if met >= runs {
                        break otherwise;
                    }
                    met += 1;
                    self.counters.re_runs.add(1);
                    if met > 1 {
                        turn.get_or_insert_with(|| connector.contended.lock().unwrap_or_else(PoisonError::into_inner));
                        thread::sleep(jitter(Duration::from_millis(1 << met.min(4))));
                    }
                }
                Run::Broken(error) => {
                    self.disconnect();
                    if broken >= 1 {
                        break Err(error);
                    }
                    broken += 1;
                    self.counters.re_runs.add(1);
                    self.connect();
                }
            }
        };
        drop(turn);
        call.answer(fate);
    }

    fn write(&mut self, call: &mut dyn Call, priority: Priority, claim: bool) -> Run {
        let Some(connection) = &mut self.connection else { return Run::Broken(Error::unavailable("no connection")) };
        let mode = if claim { "ISOLATION LEVEL READ COMMITTED" } else { "ISOLATION LEVEL SERIALIZABLE" };
        let limit = Some(self.options.write_time);
        if let Err(failure) = connection.begin(mode, self.connector.schema.as_deref(), limit) {
            return Run::Broken(failure.error);
        }
        let mut tx = Tx::new(Session::Postgres(connection), priority, None);
        let ran = call.run(&mut tx);
        let state = tx.into_state();
        if let Some(error) = state.lost {
            return Run::Broken(error);
        }
        // A closure may swallow, or wrap in an error of its own, what a statement said; this remembers it.
        let undone = if state.met_another {
            Run::Met(Effect::MetAnother, Err(Error::Conflict))
        } else if ran == Ran::Ok && state.failed.is_none() {
            return self.commit(state.announced);
        } else if state.met_identity && ran != Ran::Panicked {
            Run::Met(Effect::MetIdentity, if ran == Ran::Ok { state.failed.map_or(Ok(()), Err) } else { Ok(()) })
        } else {
            self.counters.undone.add(1);
            self.counters.panics.add(u64::from(ran == Ran::Panicked));
            Run::Over(if ran == Ran::Ok { state.failed.map_or(Ok(()), Err) } else { Ok(()) })
        };
        if !connection.roll_back() {
            self.disconnect();
        }
        undone
    }

    fn commit(&mut self, announced: bool) -> Run {
        let Some(connection) = &mut self.connection else { return Run::Broken(Error::unavailable("no connection")) };
        match connection.commit() {
            Ok(()) => {
                self.counters.batches.add(1);
                self.counters.closures.add(1);
                if announced {
                    self.signal.committed();
                }
                Run::Over(Ok(()))
            }
            Err(Uncommitted::Certain(failure)) => match failure.effect {
                effect @ (Effect::MetAnother | Effect::MetIdentity) => Run::Met(effect, Err(failure.error)),
                _ => {
                    self.counters.undone.add(1);
                    Run::Over(Err(failure.error))
                }
            },
            Err(Uncommitted::Unknown(error)) => {
                self.disconnect();
                if announced {
                    self.signal.committed();
                }
                Run::Over(Err(error))
            }
        }
    }

    fn read(&mut self, call: &mut dyn Call, priority: Priority) -> Run {
        let Some(connection) = &mut self.connection else { return Run::Broken(Error::unavailable("no connection")) };
        let time = (priority == Priority::Interactive).then_some(self.options.read_time);
        let mode = "ISOLATION LEVEL REPEATABLE READ READ ONLY";
        if let Err(failure) = connection.begin(mode, self.connector.schema.as_deref(), time) {
            return Run::Broken(failure.error);
        }
        let mut tx = Tx::new(Session::Postgres(connection), priority, time.map(|time| Instant::now() + time));
        let ran = call.run(&mut tx);
        let state = tx.into_state();
        if let Some(error) = state.lost {
            return Run::Broken(error);
        }
        if !connection.roll_back() {
            self.disconnect();
        }
        if state.met_another {
            return Run::Met(Effect::MetAnother, Err(Error::Conflict));
        }
        self.counters.reads.add(1);
        self.counters.panics.add(u64::from(ran == Ran::Panicked));
        self.counters.timed_out.add(u64::from(state.failed == Some(Error::TimedOut)));
        Run::Over(match state.failed {
            Some(error) if ran == Ran::Ok => Err(error),
            _ => Ok(()),
        })
    }
}

/// Somewhere between nothing and `most`.
fn jitter(most: Duration) -> Duration {
    let random = RandomState::new().hash_one(0_u8);
    most.mul_f64((random >> 11) as f64 / (1_u64 << 53) as f64)
}
