//! Full queues, priorities, time limits, callers that went away.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use store::testing::{Fresh, each_engine, fresh_postgres_with, fresh_sqlite_with};
use store::{Db, Error, PostgresOptions, Priority, SqliteOptions, params};

use crate::{add_thing, plug, thing_ids, things, write};

/// Little time for a read.
const HASTE: Duration = Duration::from_millis(200);
/// More than any machine needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Both engines with one writing thread, one reading thread, a queue for three and so much time for reads.
fn narrow(read_time: Duration) -> [Fresh; 2] {
    [
        fresh_sqlite_with(SqliteOptions { queue: 3, readers: 1, read_time, ..SqliteOptions::default() }),
        fresh_postgres_with(PostgresOptions {
            queue: 3,
            writers: 1,
            readers: 1,
            read_time,
            ..PostgresOptions::default()
        }),
    ]
}

fn until(mut what: impl FnMut() -> bool) {
    while !what() {
        thread::yield_now();
    }
}

#[test]
fn a_full_queue_refuses_at_once() {
    for db in narrow(PATIENCE) {
        things(&db);
        let plug = plug(&db);
        let waiting: Vec<_> = (1..=3)
            .map(|id| {
                let db = db.db();
                thread::spawn(move || write(&db, move |tx| add_thing(tx, id)))
            })
            .collect();
        until(|| db.metrics().writes_waiting.interactive == 3);
        assert_eq!(write(&db, |tx| add_thing(tx, 4)), Err(Error::Overloaded));
        assert_eq!(db.metrics().refused, 1);
        // The other priority has a line of its own.
        let other = db.db();
        let background = thread::spawn(move || other.write_blocking(Priority::Background, |tx| add_thing(tx, 5)));
        until(|| db.metrics().writes_waiting.background == 1);
        drop(plug);
        for thread in waiting {
            thread.join().unwrap().unwrap();
        }
        background.join().unwrap().unwrap();
        assert_eq!(thing_ids(&db), [1, 2, 3, 5]);
    }
}

#[test]
fn interactive_work_goes_first_and_shares_no_batch_with_background() {
    for db in narrow(PATIENCE) {
        things(&db);
        let before = db.metrics();
        let order = Arc::new(Mutex::new(Vec::new()));
        let plug = plug(&db);
        let mut threads = Vec::new();
        for (n, priority) in [Priority::Background, Priority::Background, Priority::Interactive, Priority::Interactive]
            .into_iter()
            .enumerate()
        {
            let (other, order) = (db.db(), order.clone());
            threads.push(thread::spawn(move || {
                other.write_blocking(priority, move |tx| {
                    order.lock().unwrap().push(priority);
                    add_thing(tx, n as i64)
                })
            }));
            until(|| {
                let waiting = db.metrics().writes_waiting;
                waiting.interactive + waiting.background == n + 1
            });
        }
        drop(plug);
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
        let order = order.lock().unwrap().clone();
        assert_eq!(order, [Priority::Interactive, Priority::Interactive, Priority::Background, Priority::Background]);
        let after = db.metrics();
        assert!(after.batches - before.batches >= 2, "{after:?}");
    }
}

/// Interactive work without end must not starve what it caused.
#[test]
fn background_work_is_let_through_under_full_load() {
    each_engine(|db| {
        things(db);
        let stop = Arc::new(AtomicBool::new(false));
        let load: Vec<_> = (0..12)
            .map(|_| {
                let (db, stop) = (db.clone(), stop.clone());
                thread::spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        write(&db, |tx| tx.query("SELECT 1 AS one", params![]).map(drop)).unwrap();
                    }
                })
            })
            .collect();
        for id in 0..5 {
            db.write_blocking(Priority::Background, move |tx| add_thing(tx, id)).unwrap();
        }
        stop.store(true, Ordering::Relaxed);
        for thread in load {
            thread.join().unwrap();
        }
        assert_eq!(thing_ids(db), [0, 1, 2, 3, 4]);
    });
}

#[test]
fn background_closures_are_told_when_to_stop() {
    each_engine(|db| {
        let stopped = db.write_blocking(Priority::Background, |tx| {
            assert!(!tx.out_of_time() || cfg!(debug_assertions));
            until(|| tx.out_of_time());
            Ok::<_, Error>(true)
        });
        assert_eq!(stopped, Ok(true));
        let interactive = write(db, |tx| {
            thread::sleep(Duration::from_millis(10));
            Ok(tx.out_of_time())
        });
        assert_eq!(interactive, Ok(false));
    });
}

/// Counts to a number nobody reaches.
const ENDLESS: &str = "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n) \
                       SELECT max(i) AS i FROM n";

#[test]
fn an_interactive_read_is_stopped_and_the_connection_goes_on() {
    for db in narrow(HASTE) {
        let mut stopped = 4;
        for _ in 0..2 {
            let answer = db.read_blocking(Priority::Interactive, |tx| tx.query(ENDLESS, params![]));
            assert_eq!(answer, Err(Error::TimedOut));
            let started = Instant::now();
            loop {
                match db.read_blocking(Priority::Interactive, |tx| tx.query("SELECT 1 AS one", params![])) {
                    // A machine that is very busy.
                    Err(Error::TimedOut) if started.elapsed() < PATIENCE => stopped += 1,
                    answer => break assert_eq!(answer.map(|rows: Vec<_>| rows.len()), Ok(1)),
                }
            }
        }
        // Nor does it help to swallow the error, or to ask for a little many times.
        let answer = db.read_blocking(Priority::Interactive, |tx| {
            let _ = tx.query(ENDLESS, params![]);
            Ok::<_, Error>(())
        });
        assert_eq!(answer, Err(Error::TimedOut));
        let answer = db.read_blocking(Priority::Interactive, |tx| {
            loop {
                tx.query("SELECT 1 AS one", params![])?;
            }
            #[expect(unreachable_code, reason = "the type of the closure's answer")]
            Ok::<(), Error>(())
        });
        assert_eq!(answer, Err(Error::TimedOut));
        assert_eq!(db.metrics().timed_out, stopped);
    }
}

#[test]
fn a_background_read_takes_the_time_it_needs() {
    for db in narrow(HASTE) {
        let started = Instant::now();
        let answer = db.read_blocking(Priority::Background, move |tx| {
            while started.elapsed() < Duration::from_millis(400) {
                tx.query(
                    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
                     SELECT max(i) AS i FROM n",
                    params![],
                )?;
            }
            Ok::<_, Error>(())
        });
        assert_eq!(answer, Ok(()));
    }
}

#[test]
fn a_call_dropped_before_it_started_is_not_run() {
    for db in narrow(PATIENCE) {
        things(&db);
        let plug = plug(&db);
        {
            let mut dropped = pin!(db.write(Priority::Interactive, |tx| add_thing(tx, 1)));
            assert!(dropped.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            assert_eq!(db.metrics().writes_waiting.interactive, 1);
        }
        let other = db.db();
        let kept = thread::spawn(move || write(&other, |tx| add_thing(tx, 2)));
        until(|| db.metrics().writes_waiting.interactive == 2);
        drop(plug);
        kept.join().unwrap().unwrap();
        assert_eq!(thing_ids(&db), [2]);
        assert_eq!(db.metrics().abandoned, 1);
    }
}

/// Whoever holds a runtime's thread while it waits would hold up everybody on it.
#[test]
fn a_call_waits_without_holding_its_thread() {
    each_engine(|db| {
        things(db);
        let plug = plug(db);
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = runs.clone();
        let mut call = Box::pin(db.write(Priority::Interactive, move |tx| {
            counted.fetch_add(1, Ordering::Relaxed);
            add_thing(tx, 1)
        }));
        let mut context = Context::from_waker(Waker::noop());
        assert!(call.as_mut().poll(&mut context).is_pending());
        drop(plug);
        until(|| call.as_mut().poll(&mut context).is_ready());
        assert_eq!(runs.load(Ordering::Relaxed), 1);
        assert_eq!(thing_ids(db), [1]);
    });
}

/// It would wait for its own thread for ever.
#[test]
fn a_closure_that_waits_for_another_is_refused() {
    each_engine(|db| {
        things(db);
        let inner = db.clone();
        let answer = write(db, move |tx| {
            assert!(matches!(write(&inner, |tx| add_thing(tx, 1)), Err(Error::Sql { .. })));
            add_thing(tx, 2)
        });
        assert_eq!(answer, Ok(2));
        assert_eq!(thing_ids(db), [2]);
    });
}

fn _is_send(db: &Db) -> impl Future<Output = Result<i64, Error>> + Send {
    db.write(Priority::Interactive, |tx| add_thing(tx, 1))
}
