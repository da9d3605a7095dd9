//! What the store counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// What [`Db::metrics`](crate::Db::metrics) answers: depths as they are now, counters since the database was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Closures that wait to write.
    pub writes_waiting: Waiting,
    /// Closures that wait to read.
    pub reads_waiting: Waiting,
    /// Transactions committed. On SQLite one holds many closures.
    pub batches: u64,
    /// Writing closures that were committed.
    pub closures: u64,
    /// Writing closures that answered an error of their own, or panicked, and were undone.
    pub undone: u64,
    /// Reading closures that were answered.
    pub reads: u64,
    /// How often a closure was run again. More than 2 % of `closures` is a defect of the closure.
    pub re_runs: u64,
    /// Calls refused because a queue was full.
    pub refused: u64,
    /// Closures skipped because nobody waited for them any more.
    pub abandoned: u64,
    /// Closures that panicked.
    pub panics: u64,
    /// Reads stopped because they took too long.
    pub timed_out: u64,
    /// Connections made to PostgreSQL, the first ones included.
    pub connects: u64,
}

/// How many closures wait, by priority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// For somebody who waits.
    pub interactive: usize,
    /// For nobody in particular.
    pub background: usize,
}

macro_rules! counters {
    ($($name:ident),+) => {
        #[derive(Default)]
        pub(crate) struct Counters { $(pub(crate) $name: Counter),+ }

        impl Counters {
            pub(crate) fn read(&self, writes_waiting: Waiting, reads_waiting: Waiting) -> Metrics {
                Metrics { writes_waiting, reads_waiting, $($name: self.$name.0.load(Ordering::Relaxed)),+ }
            }
        }
    };
}

counters!(batches, closures, undone, reads, re_runs, refused, abandoned, panics, timed_out, connects);

#[derive(Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }
}
