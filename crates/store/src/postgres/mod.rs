//! PostgreSQL: a few threads write, a few read, each with a connection; they share the queues.

mod connection;
mod connector;
mod errors;
mod migrate;
mod tls;
mod values;
mod wake;
mod worker;

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

pub(crate) use connection::Connection;
use connector::Connector;
use wake::Wake;
use worker::{Duty, Worker};

use crate::committed::Signal;
use crate::metrics::Counters;
use crate::queue::Queue;
use crate::{Error, Migration, MigrationReport, PostgresOptions};

/// After how many interactive closures in a row a background one is let through.
const PATIENCE: u32 = 64;

pub(crate) struct Postgres {
    pub(crate) writes: Arc<Queue>,
    pub(crate) reads: Arc<Queue>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) signal: Arc<Signal>,
    wake: Wake,
    connector: Arc<Connector>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Postgres {
    pub(crate) fn open(url: &str, options: PostgresOptions) -> Result<Postgres, Error> {
        let connector = Arc::new(Connector::new(url, &options)?);
        // A wrong address or password is told now, not by the first caller.
        let first = apart(|| connector.connect(true).map(drop));
        first?;

        let (writers, readers) = (options.writers.max(1), options.readers.max(1));
        let writes = Arc::new(Queue::new(options.queue, writers, PATIENCE));
        let reads = Arc::new(Queue::new(options.queue, readers, PATIENCE));
        let counters = Arc::new(Counters::default());
        let signal = Signal::new(true);
        let mut threads = Vec::new();
        for (duty, queue, n) in [(Duty::Write, &writes, writers), (Duty::Read, &reads, readers)] {
            let connected = Arc::new(AtomicUsize::new(0));
            for _ in 0..n {
                let worker = Worker::new(
                    duty,
                    queue.clone(),
                    connector.clone(),
                    connected.clone(),
                    counters.clone(),
                    signal.clone(),
                    options.clone(),
                );
                let thread = thread::Builder::new().name(duty.thread_name().to_owned());
                threads.push(thread.spawn(move || worker.serve()).map_err(Error::unavailable)?);
            }
        }
        let wake = Wake::start(connector.clone(), signal.clone())?;
        Ok(Postgres { writes, reads, counters, signal, wake, connector, threads: Mutex::new(threads) })
    }

    pub(crate) fn close(&self) {
        self.writes.close();
        self.reads.close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // A closure may hold the last `Db`: its thread cannot wait for itself.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
        // Last: it tells the other nodes of the last commits.
        self.wake.close();
    }

    pub(crate) fn migrate(&self, migrations: &[Migration]) -> Result<MigrationReport, Error> {
        apart(|| migrate::migrate(&self.connector, migrations))
    }
}

/// Runs something on a thread of its own: the client brings an async runtime, which cannot start inside another.
fn apart<T: Send>(body: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, Error> {
    thread::scope(|scope| scope.spawn(body).join()).unwrap_or_else(|_| Err(Error::unavailable("a thread panicked")))
}
