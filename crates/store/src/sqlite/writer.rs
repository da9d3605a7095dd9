//! The one thread that writes: takes what waits, commits it together, hands it over to be synced and answered.
//!
//! A closure that fails must be undone alone. A savepoint around each would do that, and costs a copy of every page that two
//! closures of a batch change. So there is none as long as nothing fails: the first closure that fails after it has written
//! has the whole batch undone and run again, this time with savepoints, which stay for a while.

use std::cell::Cell;
use std::mem::take;
use std::time::Instant;

use super::Connection;
use super::checkpoint::Checkpointer;
use super::sync::{Committed, Syncer};
use crate::call::{Call, Ran, Work};
use crate::metrics::Counters;
use crate::queue::{Queue, Taken};
use crate::tx::Session;
use crate::{ConstraintKind, Error, Priority, SqliteOptions, Tx};

pub(super) fn serve(
    connection: &Connection,
    queue: &Queue,
    counters: &Counters,
    options: &SqliteOptions,
    syncer: Syncer,
    checkpointer: Checkpointer,
) {
    let writer = Writer { connection, queue, counters, options, syncer, checkpointer, wary: Cell::new(0) };
    while let Taken::Work(first, _turn) = queue.take(None) {
        writer.batch(first);
    }
}

/// How many closures get savepoints after one has failed.
const WARY: u32 = 1024;

struct Writer<'a> {
    connection: &'a Connection,
    queue: &'a Queue,
    counters: &'a Counters,
    options: &'a SqliteOptions,
    /// These two are dropped at the end of [`serve`], before the connection: the last one to close takes the log away.
    syncer: Syncer,
    checkpointer: Checkpointer,
    /// So many closures to come get savepoints.
    wary: Cell<u32>,
}

/// A closure that has run and waits for the batch's commit.
struct Done {
    call: Box<dyn Call>,
    /// `Ok`: its own answer stands.
    fate: Result<(), Error>,
    kept: bool,
    /// Others wait for what it wrote.
    announced: bool,
}

/// The transaction is gone, and with it everything the batch did.
struct Lost(Error);

/// Why a batch cannot go on as it is.
enum Stop {
    Lost(Error),
    /// A closure without a savepoint is to be undone, and others before it are not.
    Unguarded,
}

impl From<Lost> for Stop {
    fn from(Lost(error): Lost) -> Stop {
        Stop::Lost(error)
    }
}

impl Writer<'_> {
    /// Runs `first` and whatever waits behind it in one transaction.
    fn batch(&self, first: Work) {
        let started = Instant::now();
        let priority = first.priority;
        if let Err(error) = self.begin() {
            first.call.answer(Err(error));
            return;
        }
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(work) = next.take() {
            if work.call.is_abandoned() {
                self.counters.abandoned.add(1);
            } else if let Err(Lost(error)) = self.join(work, &mut batch) {
                self.connection.roll_back();
                refuse(batch, &error);
                return;
            }
            // As long as the sync of the batch before runs, a commit would only wait for it.
            let waits = || self.syncer.is_busy();
            if batch.len() < self.options.batch && (started.elapsed() < self.options.batch_time || waits()) {
                next = self.queue.take_along(priority, waits);
            }
        }
        self.commit(batch, priority);
    }

    fn begin(&self) -> Result<(), Error> {
        match self.syncer.broken() {
            Some(error) => Err(error.clone()),
            None => self.connection.control("BEGIN IMMEDIATE"),
        }
    }

    /// Runs one closure within the batch, so that only it is undone if it fails.
    fn join(&self, work: Work, batch: &mut Vec<Done>) -> Result<(), Lost> {
        let priority = work.priority;
        match self.run(work, batch) {
            Ok(()) => Ok(()),
            Err(Stop::Lost(error)) => Err(Lost(error)),
            Err(Stop::Unguarded) => self.again(batch, priority),
        }
    }

    /// Undoes the batch and runs all of it again, each closure in a savepoint. Closures are `Fn`: they can.
    fn again(&self, batch: &mut Vec<Done>, priority: Priority) -> Result<(), Lost> {
        self.wary.set(WARY);
        let mut lost =
            self.connection.control("ROLLBACK").and_then(|()| self.connection.control("BEGIN IMMEDIATE")).err();
        for Done { call, .. } in take(batch) {
            match &lost {
                Some(error) => batch.push(Done { call, fate: Err(error.clone()), kept: false, announced: false }),
                None => match self.run(Work { call, priority, claim: false }, batch) {
                    Ok(()) => {}
                    Err(Stop::Lost(error)) => lost = Some(error),
                    Err(Stop::Unguarded) => lost = Some(Error::unavailable("a closure ran without its savepoint")),
                },
            }
        }
        lost.map_or(Ok(()), |error| Err(Lost(error)))
    }

    fn run(&self, work: Work, batch: &mut Vec<Done>) -> Result<(), Stop> {
        let Work { mut call, priority, .. } = work;
        // As long as nothing else is in the transaction, undoing this closure is undoing the transaction.
        let first = !batch.iter().any(|done| done.kept);
        let wary = self.wary.get();
        self.wary.set(wary.saturating_sub(1));
        let guarded = !first && wary > 0;
        if guarded && let Err(error) = self.connection.control("SAVEPOINT closure") {
            batch.push(Done { call, fate: Err(error.clone()), kept: false, announced: false });
            return Err(Stop::Lost(error));
        }
        let writes = self.connection.writes();
        let mut tx = Tx::new(Session::Sqlite(self.connection), priority, None);
        let ran = call.run(&mut tx);
        let state = tx.into_state();
        let announced = state.announced;
        let (fate, kept) = match (ran, state.lost, state.failed) {
            (_, Some(error), _) => (Err(error), false),
            // It swallowed the error of a statement and went on.
            (Ran::Ok, None, Some(error)) => (Err(error), false),
            (Ran::Ok, None, None) => (Ok(()), true),
            (Ran::Err | Ran::Panicked, None, _) => (Ok(()), false),
        };
        batch.push(Done { call, fate, kept, announced });
        if !self.connection.in_transaction() {
            return Err(Stop::Lost(Error::unavailable("SQLite rolled the transaction back")));
        }
        let control = |sql| self.connection.control(sql).map_err(Stop::Lost);
        // What wrote nothing needs no undoing.
        let undo = !kept && self.connection.writes() != writes;
        if undo && !guarded && !first {
            return Err(Stop::Unguarded);
        }
        if ran == Ran::Panicked {
            self.counters.panics.add(1);
        }
        match (undo, guarded) {
            (false, false) => {}
            (false, true) => control("RELEASE SAVEPOINT closure")?,
            (true, true) => {
                control("ROLLBACK TO SAVEPOINT closure")?;
                control("RELEASE SAVEPOINT closure")?;
            }
            (true, false) => {
                control("ROLLBACK")?;
                control("BEGIN IMMEDIATE")?;
            }
        }
        Ok(())
    }

    /// One `COMMIT`; its sync, and everybody's answer, are the syncing thread's.
    fn commit(&self, batch: Vec<Done>, priority: Priority) {
        let kept = batch.iter().filter(|done| done.kept).count() as u64;
        let undone = batch.len() as u64 - kept;
        match self.connection.control("COMMIT") {
            Ok(()) => {
                self.counters.batches.add(u64::from(kept > 0));
                self.counters.closures.add(kept);
                self.counters.undone.add(undone);
                self.syncer.hand_over(Committed {
                    wrote: kept > 0,
                    announced: batch.iter().any(|done| done.kept && done.announced),
                    calls: batch.into_iter().map(|done| (done.call, done.fate)).collect(),
                });
                self.checkpointer.committed(self.connection);
            }
            // A reference checked at the end of the transaction does not hold, and SQLite does not say whose it is.
            Err(error @ Error::Constraint { kind: ConstraintKind::ForeignKey, .. }) if batch.len() > 1 => {
                self.connection.roll_back();
                tracing::debug!(%error, "a batch is run again, one by one");
                for Done { call, .. } in batch {
                    self.counters.re_runs.add(1);
                    self.alone(Work { call, priority, claim: false });
                }
            }
            Err(error) => {
                self.connection.roll_back();
                self.counters.undone.add(batch.len() as u64);
                refuse(batch, &error);
            }
        }
    }

    /// Runs one closure in a transaction of its own.
    fn alone(&self, work: Work) {
        if let Err(error) = self.begin() {
            work.call.answer(Err(error));
            return;
        }
        let priority = work.priority;
        let mut batch = Vec::new();
        match self.join(work, &mut batch) {
            Ok(()) => self.commit(batch, priority),
            Err(Lost(error)) => {
                self.connection.roll_back();
                refuse(batch, &error);
            }
        }
    }
}

/// Nothing of the batch is stored. Not even the closures that answered an error of their own keep it: they may have
/// read what is not there now.
fn refuse(batch: Vec<Done>, error: &Error) {
    tracing::error!(%error, closures = batch.len(), "a batch was not stored");
    for Done { call, fate, .. } in batch {
        call.answer(Err(fate.err().unwrap_or_else(|| error.clone())));
    }
}
