//! Whoever reads events behind a cursor misses none, however the transactions cross.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use store::testing::{each_engine, fresh_postgres_with, fresh_sqlite};
use store::{Db, Engine, Error, PostgresOptions, Priority, Tx, params};

use crate::{batch, read, write};

fn tables(db: &Db) {
    match db.engine() {
        Engine::Sqlite => batch(
            db,
            "CREATE TABLE events (sequence INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL); \
             CREATE TABLE notes (name TEXT NOT NULL)",
        ),
        Engine::Postgres => batch(
            db,
            "CREATE TABLE events (sequence BIGINT PRIMARY KEY, name TEXT NOT NULL); \
             CREATE TABLE notes (name TEXT NOT NULL); \
             CREATE TABLE event_sequence_base (base BIGINT NOT NULL); INSERT INTO event_sequence_base VALUES (0)",
        ),
    }
}

fn record(tx: &mut Tx<'_>, name: &str) -> Result<i64, Error> {
    let sequence = tx.dialect().next_event_sequence(tx)?;
    let insert = "INSERT INTO events (sequence, name) VALUES ($1, $2) RETURNING sequence";
    tx.query_one(insert, params![sequence, name])?.get("sequence")
}

/// What a relay does: everything after its cursor that may be taken.
fn tail(db: &Db, cursor: &mut i64) -> Vec<String> {
    let after = *cursor;
    let rows = read(db, move |tx| {
        let bound = tx.dialect().readable_events_bound(tx)?;
        let sql = "SELECT sequence, name FROM events WHERE sequence > $1 AND sequence < $2 ORDER BY sequence";
        tx.query(sql, params![after, bound.unwrap_or(i64::MAX)])
    })
    .unwrap();
    if let Some(last) = rows.last() {
        *cursor = last.get("sequence").unwrap();
    }
    rows.iter().map(|row| row.get("name").unwrap()).collect()
}

/// The same until `n` have come: a transaction in another database of the same server holds the bound back too, for as
/// long as it is open.
fn tail_until(db: &Db, cursor: &mut i64, n: usize) -> Vec<String> {
    let mut taken = Vec::new();
    while taken.len() < n {
        taken.extend(tail(db, cursor));
    }
    taken
}

/// A transaction that is led step by step.
struct Led {
    go: Sender<()>,
    done: Receiver<()>,
    thread: thread::JoinHandle<Result<(), Error>>,
}

type Step = fn(&mut Tx<'_>) -> Result<(), Error>;

impl Led {
    fn start(db: &Db, steps: Vec<Step>) -> Led {
        let (go, wait) = mpsc::channel();
        let (tell, done) = mpsc::channel();
        let (wait, db) = (Mutex::new(wait), db.clone());
        let thread = thread::spawn(move || {
            db.write_blocking(Priority::Interactive, move |tx| {
                for step in &steps {
                    let _ = wait.lock().unwrap().recv();
                    step(tx)?;
                    let _ = tell.send(());
                }
                let _ = wait.lock().unwrap().recv();
                Ok(())
            })
        });
        Led { go, done, thread }
    }

    fn step(&self) {
        self.go.send(()).unwrap();
        self.done.recv().unwrap();
    }

    fn commit(self) {
        self.go.send(()).unwrap();
        self.thread.join().unwrap().unwrap();
    }
}

fn note(tx: &mut Tx<'_>) -> Result<(), Error> {
    tx.execute("INSERT INTO notes VALUES ('n')", params![]).map(drop)
}

#[test]
fn two_open_transactions_in_both_crossed_orders() {
    each_engine(|db| {
        tables(db);
        let mut cursor = 0;
        if db.engine() == Engine::Sqlite {
            // One writer: the second transaction starts when the first has ended.
            write(db, |tx| record(tx, "a")).unwrap();
            write(db, |tx| record(tx, "b")).unwrap();
            assert_eq!(tail_until(db, &mut cursor, 2), ["a", "b"]);
            return;
        }
        // `a` takes its number first and commits last.
        let a = Led::start(db, vec![|tx| record(tx, "a").map(drop)]);
        a.step();
        let b = Led::start(db, vec![|tx| record(tx, "b").map(drop)]);
        b.step();
        b.commit();
        assert_eq!(tail(db, &mut cursor), [""; 0], "b must wait for a, which comes before it");
        a.commit();
        assert_eq!(tail_until(db, &mut cursor, 2), ["a", "b"]);

        // `c` becomes a transaction first, by writing something else, and takes its number last: the order of
        // transactions is not the order in which a sequence would hand out its numbers.
        let c = Led::start(db, vec![note, |tx| record(tx, "c").map(drop)]);
        c.step();
        let d = Led::start(db, vec![|tx| record(tx, "d").map(drop)]);
        d.step();
        d.commit();
        assert_eq!(tail(db, &mut cursor), [""; 0], "c, whose numbers are lower, has taken none yet");
        c.step();
        c.commit();
        assert_eq!(tail_until(db, &mut cursor, 2), ["c", "d"]);
        assert_eq!(tail(db, &mut cursor), [""; 0]);
    });
}

/// 32 writers, each with so many transactions of two events, and four readers behind them.
fn crossing(db: &Db, rounds: usize) {
    const WRITERS: usize = 32;
    tables(db);
    let stop = Arc::new(AtomicBool::new(false));
    let read = |db: Db, stop: Arc<AtomicBool>| {
        let (mut cursor, mut taken) = (0, Vec::new());
        loop {
            let last = stop.load(Ordering::Acquire);
            taken.extend(tail(&db, &mut cursor));
            if last {
                return taken;
            }
        }
    };
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (db, stop) = (db.clone(), stop.clone());
            thread::spawn(move || read(db, stop))
        })
        .collect();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let db = db.clone();
            thread::spawn(move || {
                for round in 0..rounds {
                    write(&db, move |tx| {
                        note(tx)?;
                        if (writer + round) % 3 == 0 {
                            thread::yield_now();
                        }
                        record(tx, &format!("{writer}.{round}.0"))?;
                        record(tx, &format!("{writer}.{round}.1"))
                    })
                    .unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
    let all = tail_until(db, &mut 0, 2 * WRITERS * rounds);
    stop.store(true, Ordering::Release);
    for reader in readers {
        assert!(reader.join().unwrap() == all, "a reader missed events, or took them in another order");
    }
    let mut once = all.clone();
    once.sort();
    once.dedup();
    assert_eq!((once.len(), all.len()), (2 * WRITERS * rounds, 2 * WRITERS * rounds));
}

fn crossing_on_each(rounds: usize) {
    crossing(&fresh_sqlite(), rounds);
    let patience = Duration::from_secs(60);
    let options = PostgresOptions {
        writers: 32,
        readers: 5,
        read_time: patience,
        connect_time: patience,
        ..PostgresOptions::default()
    };
    crossing(&fresh_postgres_with(options), rounds);
}

#[test]
fn readers_behind_many_writers_take_each_event_once() {
    crossing_on_each(5);
}

#[test]
#[ignore = "minutes; by hand"]
fn readers_behind_many_writers_for_long() {
    crossing_on_each(1000);
}

#[test]
fn a_closure_records_4096_events_and_no_more() {
    each_engine(|db| {
        tables(db);
        let answer = write(db, |tx| {
            let (first, mut last) = (tx.dialect().next_event_sequence(tx)?, None);
            for _ in 1..4096 {
                last = tx.dialect().next_event_sequence(tx)?;
            }
            assert_eq!(last, first.map(|first| first + 4095));
            assert_eq!(first.map(|first| first % 4096), first.map(|_| 0));
            let more = tx.dialect().next_event_sequence(tx);
            assert!(more.unwrap_err().to_string().contains("4096"));
            Ok(first)
        });
        assert_eq!(answer.unwrap().is_some(), db.engine() == Engine::Postgres);
    });
}

#[test]
fn the_base_moves_the_numbers() {
    each_engine(|db| {
        tables(db);
        let before = write(db, |tx| record(tx, "before")).unwrap();
        if db.engine() == Engine::Postgres {
            batch(db, "UPDATE event_sequence_base SET base = 1000000000000");
        }
        let after = write(db, |tx| record(tx, "after")).unwrap();
        assert!(after > before);
        let mut cursor = 0;
        assert_eq!(tail_until(db, &mut cursor, 2), ["before", "after"]);
    });
}
