//! The threads that read.

use std::time::Duration;

use super::Connection;
use crate::call::{Ran, Work};
use crate::metrics::Counters;
use crate::queue::{Queue, Taken};
use crate::tx::Session;
use crate::{Error, Priority, Tx};

pub(super) fn serve(connection: &Connection, queue: &Queue, counters: &Counters, time: Duration) {
    while let Taken::Work(work, _turn) = queue.take(None) {
        if work.call.is_abandoned() {
            counters.abandoned.add(1);
            continue;
        }
        read(connection, work, counters, time);
    }
}

/// Runs one closure on one snapshot: SQLite takes it at the first statement.
fn read(connection: &Connection, work: Work, counters: &Counters, time: Duration) {
    let Work { mut call, priority, .. } = work;
    if let Err(error) = connection.control("BEGIN DEFERRED") {
        call.answer(Err(error));
        return;
    }
    let deadline = connection.limit((priority == Priority::Interactive).then_some(time));
    let mut tx = Tx::new(Session::Sqlite(connection), priority, deadline);
    let ran = call.run(&mut tx);
    let state = tx.into_state();
    connection.limit(None);
    connection.roll_back();

    counters.reads.add(1);
    counters.panics.add(u64::from(ran == Ran::Panicked));
    let stopped = state.lost.or(state.failed);
    counters.timed_out.add(u64::from(stopped == Some(Error::TimedOut)));
    call.answer(match stopped {
        // It swallowed the error of a statement and went on.
        Some(error) if ran == Ran::Ok => Err(error),
        _ => Ok(()),
    });
}
