//! Words of the moment, such as that somebody types: heard by whoever listens on this database now, in this process and, on
//! PostgreSQL, in others; never kept, and lost where nobody listens.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::sync::broadcast::{self, error::RecvError};

/// A listener that is further behind misses the oldest.
const BEHIND: usize = 1024;
/// Kept for other processes while there is no connection to them.
const OUTGOING: usize = 256;
/// A NOTIFY takes fewer than 8000 bytes.
const LONGEST: usize = 4096;

#[derive(Debug)]
pub(crate) struct Passing {
    said: broadcast::Sender<Arc<str>>,
    /// For other processes; none: there are none.
    outgoing: Option<Mutex<VecDeque<Arc<str>>>>,
    more: Notify,
}

impl Passing {
    pub(crate) fn new(others: bool) -> Passing {
        let outgoing = others.then(Mutex::default);
        Passing { said: broadcast::Sender::new(BEHIND), outgoing, more: Notify::new() }
    }

    pub(crate) fn listen(&self) -> Overheard {
        Overheard(self.said.subscribe())
    }

    /// What is too long to be passed on is passed on to nobody.
    pub(crate) fn say(&self, text: &str) {
        if text.len() > LONGEST {
            tracing::debug!(bytes = text.len(), "a word of the moment is too long");
            return;
        }
        let text: Arc<str> = text.into();
        self.hear(text.clone());
        let Some(outgoing) = &self.outgoing else { return };
        let mut outgoing = outgoing.lock().unwrap_or_else(PoisonError::into_inner);
        if outgoing.len() == OUTGOING {
            outgoing.pop_front();
        }
        outgoing.push_back(text);
        self.more.notify_one();
    }

    /// Somebody said so, here or elsewhere. Nobody may listen.
    pub(crate) fn hear(&self, text: Arc<str>) {
        let _ = self.said.send(text);
    }

    /// The next for others.
    pub(crate) async fn next_outgoing(&self) -> Arc<str> {
        loop {
            let next = self
                .outgoing
                .as_ref()
                .and_then(|outgoing| outgoing.lock().unwrap_or_else(PoisonError::into_inner).pop_front());
            match next {
                Some(next) => return next,
                None => self.more.notified().await,
            }
        }
    }
}

/// A listener; from [`Db::overhear`](crate::Db::overhear).
#[derive(Debug)]
pub struct Overheard(broadcast::Receiver<Arc<str>>);

impl Overheard {
    /// The next word; none once the database is gone.
    pub async fn next(&mut self) -> Option<Arc<str>> {
        loop {
            match self.0.recv().await {
                Ok(text) => return Some(text),
                Err(RecvError::Lagged(missed)) => tracing::debug!(missed, "words of the moment were missed"),
                Err(RecvError::Closed) => return None,
            }
        }
    }
}
