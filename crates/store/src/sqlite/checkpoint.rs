//! Puts the write-ahead log back into the database file, on a thread of its own, so that the writer does not wait for that disk
//! work. What is written meanwhile is left for the writer: only a log that is put back to its end starts anew.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::Connection;
use crate::{Error, SqliteOptions};

/// The log is put back after so many pages (of 4 KiB).
const PAGES: u32 = 2000;
/// The thread goes over the log again while the writer has left it more than this …
const REST: u32 = 256;
/// … but not more often than this: a disk slower than the writer never gets there.
const ROUNDS: u32 = 4;

const IDLE: u8 = 0;
const RUNNING: u8 = 1;
/// The writer is to put back the rest.
const NEARLY: u8 = 2;

thread_local! {
    /// How long the log was after this thread's last commit, in pages.
    static LENGTH: Cell<u32> = const { Cell::new(0) };
}

/// Has SQLite tell how long the log is, in place of its own checkpoints.
pub(super) fn watch(connection: &Connection) {
    connection.inner.wal_hook(Some(|_, pages| {
        LENGTH.set(u32::try_from(pages).unwrap_or(0));
        Ok(())
    }));
}

pub(super) struct Checkpointer {
    /// None once it is ending.
    wanted: Option<SyncSender<()>>,
    state: Arc<AtomicU8>,
    thread: Option<JoinHandle<()>>,
    /// A log that a reader's old snapshot holds grows on: it is looked at again when it has grown as much again.
    next: Cell<u32>,
    last: Cell<u32>,
}

impl Checkpointer {
    pub(super) fn start(database: &Path, options: &SqliteOptions) -> Result<Checkpointer, Error> {
        let connection = Connection::open(database, options.busy_timeout, false)?;
        let (wanted, ask) = sync_channel(1);
        let state = Arc::new(AtomicU8::new(IDLE));
        let thread = super::spawn("store-log", {
            let state = state.clone();
            move || serve(&connection, &ask, &state)
        })?;
        Ok(Checkpointer {
            wanted: Some(wanted),
            state,
            thread: Some(thread),
            next: Cell::new(PAGES),
            last: Cell::new(0),
        })
    }

    /// Called by the writer after each of its commits.
    pub(super) fn committed(&self, writer: &Connection) {
        let length = LENGTH.get();
        if length < self.last.get() {
            self.next.set(PAGES);
        }
        self.last.set(length);
        match self.state.load(Ordering::Acquire) {
            NEARLY => {
                put_back(writer);
                self.next.set(length + PAGES);
                self.state.store(IDLE, Ordering::Release);
            }
            IDLE if length >= self.next.get() => {
                self.state.store(RUNNING, Ordering::Release);
                if let Some(wanted) = &self.wanted {
                    let _ = wanted.try_send(());
                }
            }
            _ => {}
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.wanted.take();
        if let Some(thread) = self.thread.take() {
            super::join(thread);
        }
    }
}

fn serve(connection: &Connection, ask: &Receiver<()>, state: &AtomicU8) {
    while ask.recv().is_ok() {
        for _ in 0..ROUNDS {
            match put_back(connection) {
                Some(rest) if rest > REST => {}
                _ => break,
            }
        }
        state.store(NEARLY, Ordering::Release);
    }
}

/// As far as no reader needs it as it is; how many pages are left. A failure leaves the log as it is, and nothing is lost.
fn put_back(connection: &Connection) -> Option<u32> {
    let row = connection.query("PRAGMA wal_checkpoint(PASSIVE)", &[]);
    match row.map_err(|failure| failure.error) {
        Ok(rows) => {
            let row = rows.first()?;
            let (length, done): (i64, i64) = (row.at(1).ok()?, row.at(2).ok()?);
            u32::try_from(length - done).ok()
        }
        Err(error) => {
            tracing::warn!(%error, "the log could not be put back into the database file; tried again");
            None
        }
    }
}
