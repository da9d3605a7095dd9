//! SQLite: one thread writes, in group commits; a few threads read.
//!
//! While the disk syncs one batch the next one runs, so that many callers share a sync and a lone one pays exactly one.

mod backup;
mod checkpoint;
mod connection;
mod constraints;
mod errors;
mod migrate;
mod readers;
mod sync;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};

use checkpoint::Checkpointer;
pub(crate) use connection::Connection;
use sync::Syncer;

use crate::committed::Signal;
use crate::metrics::Counters;
use crate::queue::Queue;
use crate::{Error, Migration, MigrationReport, SqliteOptions};

/// After how many interactive batches in a row a background one gets its 5 ms.
const PATIENCE: u32 = 16;

pub(crate) struct Sqlite {
    pub(crate) writes: Arc<Queue>,
    pub(crate) reads: Arc<Queue>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) signal: Arc<Signal>,
    path: PathBuf,
    options: SqliteOptions,
    /// Readers first, so that the writing connection is the last to close and leaves no WAL behind.
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// The writing thread waits for this one.
    syncing: ThreadId,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, options: SqliteOptions) -> Result<Sqlite, Error> {
        let writer = Connection::writer(path, &options)?;
        let readers: Vec<_> =
            (0..options.readers.max(1)).map(|_| Connection::reader(path, &options)).collect::<Result<_, _>>()?;

        let writes = Arc::new(Queue::new(options.queue, 1, PATIENCE));
        let reads = Arc::new(Queue::new(options.queue, readers.len(), PATIENCE * 4));
        let counters = Arc::new(Counters::default());
        let signal = Signal::new(false);

        // The writer's comes last: `close` counts on it.
        let mut threads = Vec::new();
        for connection in readers {
            let (queue, counters, time) = (reads.clone(), counters.clone(), options.read_time);
            threads.push(spawn("store-read", move || readers::serve(&connection, &queue, &counters, time))?);
        }
        let syncer = Syncer::start(path, &options, writes.clone(), signal.clone())?;
        let syncing = syncer.thread_id();
        let checkpointer = Checkpointer::start(path, &options)?;
        let (queue, counted, limits) = (writes.clone(), counters.clone(), options.clone());
        let serve = move || writer::serve(&writer, &queue, &counted, &limits, syncer, checkpointer);
        threads.push(spawn("store-write", serve)?);

        let path = path.to_owned();
        Ok(Sqlite { writes, reads, counters, signal, path, options, threads: Mutex::new(threads), syncing })
    }

    /// The readers end first: only the last connection to close can check-point and remove the log, and that must be
    /// the writer's.
    pub(crate) fn close(&self) {
        let mut threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let writer = threads.pop();
        self.reads.close();
        threads.into_iter().for_each(join);
        self.writes.close();
        // A closure may hold the last `Db`, and the syncing thread drops closures.
        if thread::current().id() != self.syncing {
            writer.into_iter().for_each(join);
        }
    }

    pub(crate) fn migrate(&self, migrations: &[Migration]) -> Result<MigrationReport, Error> {
        migrate::migrate(&self.path, &self.options, migrations)
    }

    pub(crate) fn backup(&self, to: &Path) -> Result<(), Error> {
        backup::backup(&self.path, &self.options, to)
    }
}

/// A closure may hold the last `Db`: its thread cannot wait for itself.
fn join(thread: JoinHandle<()>) {
    if thread.thread().id() != thread::current().id() {
        let _ = thread.join();
    }
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    thread::Builder::new().name(name.to_owned()).spawn(body).map_err(Error::unavailable)
}
