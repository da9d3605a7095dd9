//! SQLite: nobody hears of a commit before the disk has it, and the writer does not wait for the disk.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use store::testing::{Fresh, fresh_sqlite, fresh_sqlite_with};
use store::{Db, Error, Priority, SqliteOptions, params};

use crate::{add_thing, thing_ids, things, write};

/// What the disk of this test does. Each test is a process of its own, so these are its own as well.
static HELD: AtomicBool = AtomicBool::new(false);
static REFUSES: AtomicBool = AtomicBool::new(false);
static SYNCS: AtomicU32 = AtomicU32::new(0);

fn disk() -> io::Result<()> {
    SYNCS.fetch_add(1, Ordering::SeqCst);
    while HELD.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_millis(1));
    }
    if REFUSES.load(Ordering::SeqCst) { Err(io::Error::other("the disk is on fire")) } else { Ok(()) }
}

fn fresh() -> Fresh {
    let db = fresh_sqlite_with(SqliteOptions { before_sync: Some(disk), ..SqliteOptions::default() });
    things(&db);
    db
}

/// Runs a closure elsewhere; its answer comes through the channel.
fn elsewhere<T: Send + 'static>(
    db: &Db,
    closure: impl Fn(&mut store::Tx<'_>) -> Result<T, Error> + Send + 'static,
) -> mpsc::Receiver<Result<T, Error>> {
    let (answered, answer) = mpsc::channel();
    let db = db.clone();
    thread::spawn(move || answered.send(db.write_blocking(Priority::Interactive, closure)));
    answer
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..30_000 {
        if done() {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("waited in vain for: {what}");
}

#[test]
fn an_answer_waits_for_the_disk_and_the_next_closure_does_not() {
    let db = fresh();
    HELD.store(true, Ordering::SeqCst);
    let before = SYNCS.load(Ordering::SeqCst);
    let first = elsewhere(&db, |tx| add_thing(tx, 1));
    until("the first sync", || SYNCS.load(Ordering::SeqCst) > before);
    // Committed, and not yet promised to anybody.
    assert_eq!(thing_ids(&db), [1]);
    let ran = Arc::new(AtomicBool::new(false));
    let second = elsewhere(&db, {
        let ran = ran.clone();
        move |tx| add_thing(tx, 2).inspect(|_| ran.store(true, Ordering::SeqCst))
    });
    until("the second closure", || ran.load(Ordering::SeqCst));
    // It wrote nothing, but what it saw is not durable yet.
    let third = elsewhere(&db, |tx| tx.query_one("SELECT count(*) AS n FROM things", params![])?.get::<i64>("n"));
    assert!(first.recv_timeout(Duration::from_millis(50)).is_err());
    assert!(second.try_recv().is_err() && third.try_recv().is_err());
    HELD.store(false, Ordering::SeqCst);
    assert_eq!(first.recv().unwrap(), Ok(1));
    assert_eq!(second.recv().unwrap(), Ok(2));
    assert_eq!(third.recv().unwrap(), Ok(2));
}

#[test]
fn what_gathers_during_a_sync_shares_the_next_one() {
    let db = fresh();
    HELD.store(true, Ordering::SeqCst);
    let before = SYNCS.load(Ordering::SeqCst);
    let first = elsewhere(&db, |tx| add_thing(tx, 0));
    until("the first sync", || SYNCS.load(Ordering::SeqCst) > before);
    let ran = Arc::new(AtomicU32::new(0));
    let others: Vec<_> = (1..=40)
        .map(|id| {
            let ran = ran.clone();
            elsewhere(&db, move |tx| {
                ran.fetch_add(1, Ordering::SeqCst);
                add_thing(tx, id)
            })
        })
        .collect();
    until("all of them to have run", || ran.load(Ordering::SeqCst) == 40);
    HELD.store(false, Ordering::SeqCst);
    assert_eq!(first.recv().unwrap(), Ok(0));
    others.iter().for_each(|answer| assert!(answer.recv().unwrap().is_ok()));
    // However their batches were cut: at most one was committed while the first sync ran, and one waited.
    assert!(SYNCS.load(Ordering::SeqCst) - before <= 4, "{}", SYNCS.load(Ordering::SeqCst) - before);
}

#[test]
fn a_disk_that_refuses_a_sync_ends_writing_until_the_next_start() {
    let db = fresh();
    write(&db, |tx| add_thing(tx, 1)).unwrap();
    REFUSES.store(true, Ordering::SeqCst);
    match write(&db, |tx| add_thing(tx, 2)) {
        Err(Error::Unknown { reason }) => assert!(reason.contains("start the server again"), "{reason}"),
        other => panic!("{other:?}"),
    }
    REFUSES.store(false, Ordering::SeqCst);
    // A disk that has once lost something may say yes to the next sync without having it.
    match write(&db, |tx| add_thing(tx, 3)) {
        Err(Error::Unavailable { reason }) => assert!(reason.contains("start the server again"), "{reason}"),
        other => panic!("{other:?}"),
    }
    assert!(!thing_ids(&db).contains(&3));
    db.close();
    let again = Db::open_sqlite(db.path(), SqliteOptions::default()).unwrap();
    assert!(thing_ids(&again).contains(&1));
    write(&again, |tx| add_thing(tx, 4)).unwrap();
}

#[test]
fn the_last_handle_dropped_by_the_syncing_thread_waits_for_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("dropped.db");
    let db = Db::open_sqlite(&path, SqliteOptions { before_sync: Some(disk), ..SqliteOptions::default() }).unwrap();
    things(&db);
    HELD.store(true, Ordering::SeqCst);
    let before = SYNCS.load(Ordering::SeqCst);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (own, closures_own) = (db.clone(), db.clone());
    let mut call = Box::pin(async move {
        own.write(Priority::Interactive, move |tx| {
            let _held = &closures_own;
            add_thing(tx, 1)
        })
        .await
    });
    // Started, and given up before its answer: the closure is all that holds the database.
    runtime.block_on(async {
        tokio::select! { biased; _ = &mut call => {}, () = tokio::task::yield_now() => {} }
    });
    until("its sync", || SYNCS.load(Ordering::SeqCst) > before);
    drop(call);
    drop(db);
    HELD.store(false, Ordering::SeqCst);
    until("the log to be put back", || !path.with_extension("db-wal").exists());
}

/// The thread that puts the log back never has the last word on a log that grows: the writer must come to its end now and then.
#[test]
fn the_log_stays_short_under_writes_without_a_pause() {
    let db = fresh_sqlite();
    things(&db);
    let log = db.path().with_extension("db-wal");
    let (page, mut longest) = (4096, 0);
    // Each closure fills some pages: 60 000 in all.
    for id in 0..3000_i64 {
        let name = "x".repeat(20 * page);
        let insert = "INSERT INTO things VALUES ($1, $2)";
        write(&db, move |tx| tx.execute(insert, params![id, name])).unwrap();
        longest = longest.max(std::fs::metadata(&log).unwrap().len());
    }
    assert!(longest < 15_000 * page as u64, "{longest} bytes");
}

/// Numbers that a reader may have seen before the disk had them are not given to others after a power cut.
#[test]
fn a_number_that_was_seen_is_not_given_again() {
    let db = fresh();
    db.write_blocking(Priority::Interactive, |tx| {
        tx.execute_batch("CREATE TABLE events (sequence INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL)")?;
        tx.execute("INSERT INTO events (name) VALUES ('synced')", params![])
    })
    .unwrap();
    let lost = tempfile::tempdir().unwrap();
    let copy = lost.path().join("copy.db");
    for suffix in ["db", "db-wal"] {
        std::fs::copy(db.path().with_extension(suffix), copy.with_extension(suffix)).unwrap();
    }
    HELD.store(true, Ordering::SeqCst);
    let before = SYNCS.load(Ordering::SeqCst);
    let unsynced = elsewhere(&db, |tx| tx.execute("INSERT INTO events (name) VALUES ('seen')", params![]));
    until("its sync", || SYNCS.load(Ordering::SeqCst) > before);
    let newest = |tx: &mut store::Tx<'_>| -> Result<i64, Error> {
        tx.query_one("SELECT max(sequence) AS newest FROM events", params![])?.at(0)
    };
    let seen = db.read_blocking(Priority::Interactive, newest).unwrap();
    HELD.store(false, Ordering::SeqCst);
    unsynced.recv().unwrap().unwrap();
    // The power was cut before the disk had it.
    let after = Db::open_sqlite(&copy, SqliteOptions::default()).unwrap();
    let next = after
        .write_blocking(Priority::Interactive, move |tx| {
            tx.dialect().raise_event_sequences(tx, "events")?;
            tx.execute("INSERT INTO events (name) VALUES ('another')", params![])?;
            newest(tx)
        })
        .unwrap();
    assert!(next > seen, "{next} after {seen}");
    let rows = after.read_blocking(Priority::Interactive, |tx| tx.query("SELECT name FROM events", params![])).unwrap();
    assert_eq!(rows.len(), 2, "the one that was seen is gone");
}
