//! Who is told that something was committed: tails of an event log, workers of a queue.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use crate::passing::Passing;

/// How long a [`Committed`] waits for a word at most: another process may have written, one that could not say so.
const POLL: Duration = Duration::from_secs(1);

/// Resolves after commits that somebody may wait for; from [`Db::committed`](crate::Db::committed).
///
/// Many commits may be one wake-up, and a wake-up may be about nothing: whoever wakes looks for himself.
#[derive(Clone, Debug)]
pub struct Committed {
    heard: watch::Receiver<u64>,
}

impl Committed {
    /// Waits for the next commit with a word ([`Tx::announce`](crate::Tx::announce)) since the last call or since this
    /// was made, in this process or, on PostgreSQL, in any other; for one second at most. Wants a tokio runtime with time.
    /// Cancelling it loses nothing.
    pub async fn next(&mut self) -> Woken {
        match timeout(POLL, self.heard.changed()).await {
            Ok(Ok(())) => Woken::Commit,
            Ok(Err(_)) => Woken::Closed,
            Err(_) => Woken::Poll,
        }
    }
}

/// Why [`Committed::next`] came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// Something was committed, or may have been.
    Commit,
    /// Nothing was heard of for a second: time to look all the same.
    Poll,
    /// The database was closed: there is nothing to wait for any more.
    Closed,
}

/// The engine's side.
#[derive(Debug)]
pub(crate) struct Signal {
    /// Gone once the database is closed.
    heard: Mutex<Option<watch::Sender<u64>>>,
    receiver: watch::Receiver<u64>,
    /// For other processes: told of our own commits only.
    own: Notify,
    pub(crate) passing: Passing,
}

impl Signal {
    /// `others`: whether other processes are to be told.
    pub(crate) fn new(others: bool) -> Arc<Signal> {
        let (heard, receiver) = watch::channel(0);
        let passing = Passing::new(others);
        Arc::new(Signal { heard: Mutex::new(Some(heard)), receiver, own: Notify::new(), passing })
    }

    pub(crate) fn receiver(&self) -> Committed {
        let mut heard = self.receiver.clone();
        heard.mark_unchanged();
        Committed { heard }
    }

    /// A transaction of ours was committed, or may have been.
    pub(crate) fn committed(&self) {
        self.heard();
        self.own.notify_one();
    }

    /// Somebody else's may have been.
    pub(crate) fn heard(&self) {
        if let Some(heard) = &*self.lock() {
            heard.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    /// Resolves when there was a commit of ours since the last time.
    pub(crate) async fn own(&self) {
        self.own.notified().await;
    }

    pub(crate) fn close(&self) {
        self.lock().take();
    }

    fn lock(&self) -> MutexGuard<'_, Option<watch::Sender<u64>>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
