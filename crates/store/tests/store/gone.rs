//! PostgreSQL goes away: between calls, during one, during its commit, for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use store::testing::{Fresh, fresh_postgres, fresh_postgres_with};
use store::{Db, Error, PostgresOptions, Priority, params};

use crate::proxy::{Proxy, Wire};
use crate::{add_thing, batch, read, thing_ids, things, write};

fn one_writer() -> Fresh {
    fresh_postgres_with(PostgresOptions { writers: 1, readers: 1, ..PostgresOptions::default() })
}

/// Another way into the same database, through a wire that can be cut.
fn behind_proxy(fresh: &Fresh) -> (Proxy, Db) {
    let (address, database) = fresh.url().rsplit_once('/').unwrap();
    let (_, upstream) = address.rsplit_once('@').unwrap();
    let proxy = Proxy::start(upstream.to_owned());
    let url = format!("postgres://postgres@127.0.0.1:{}/{database}", proxy.port);
    let options = PostgresOptions { writers: 2, readers: 1, ..PostgresOptions::default() };
    (proxy, Db::open_postgres(&url, options).unwrap())
}

const TERMINATE_OTHERS: &str = "SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity \
                                WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[test]
fn a_connection_ended_between_calls_is_made_anew_and_nobody_notices() {
    let fresh = fresh_postgres();
    things(&fresh);
    for id in 0..5 {
        write(&fresh, |tx| tx.query(TERMINATE_OTHERS, params![]).map(drop)).unwrap();
        assert_eq!(write(&fresh, move |tx| add_thing(tx, id)), Ok(id));
        read(&fresh, |tx| tx.query("SELECT 1 AS one", params![]).map(drop)).unwrap();
    }
    assert_eq!(thing_ids(&fresh), [0, 1, 2, 3, 4]);
}

#[test]
fn a_connection_that_breaks_in_a_closure_has_it_run_again_once() {
    for breaks in [1, 2] {
        let fresh = one_writer();
        things(&fresh);
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = runs.clone();
        let answer = write(&fresh, move |tx| {
            let run = counted.fetch_add(1, Ordering::Relaxed) + 1;
            add_thing(tx, 1)?;
            if run <= breaks {
                // Swallowed: the transaction is lost all the same.
                let _ = tx.execute("SELECT pg_terminate_backend(pg_backend_pid())", params![]);
            }
            Ok(())
        });
        assert_eq!(runs.load(Ordering::Relaxed), 2);
        if breaks == 1 {
            assert_eq!(answer, Ok(()));
            assert_eq!(thing_ids(&fresh), [1]);
        } else {
            assert!(matches!(answer, Err(Error::Unavailable { .. })), "{answer:?}");
            assert_eq!(thing_ids(&fresh), [0_i64; 0]);
        }
        write(&fresh, |tx| add_thing(tx, 2)).unwrap();
    }
}

#[test]
fn a_read_whose_connection_breaks_is_run_again() {
    let fresh = one_writer();
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let answer = read(&fresh, move |tx| {
        if counted.fetch_add(1, Ordering::Relaxed) == 0 {
            tx.execute("SELECT pg_terminate_backend(pg_backend_pid())", params![])?;
        }
        tx.query_one("SELECT 7 AS n", params![])?.get::<i64>("n")
    });
    assert_eq!((answer, runs.load(Ordering::Relaxed)), (Ok(7), 2));
}

/// The server ends the session while it commits: stored or not, nobody can say, so nobody says Ok or tries again.
#[test]
fn a_connection_that_breaks_in_the_commit_leaves_the_outcome_open() {
    let fresh = one_writer();
    batch(
        &fresh,
        "CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT NOT NULL); \
         CREATE FUNCTION end_session() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
            IF NEW.id = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END $$; \
         CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON things DEFERRABLE INITIALLY DEFERRED \
            FOR EACH ROW EXECUTE FUNCTION end_session()",
    );
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let answer = write(&fresh, move |tx| {
        counted.fetch_add(1, Ordering::Relaxed);
        add_thing(tx, 1)
    });
    assert!(matches!(answer, Err(Error::Unknown { .. })), "{answer:?}");
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    write(&fresh, |tx| add_thing(tx, 2)).unwrap();
}

#[test]
fn an_answer_to_commit_that_never_came_is_not_taken_for_ok() {
    let fresh = fresh_postgres();
    things(&fresh);
    let (proxy, db) = behind_proxy(&fresh);
    for (id, wire) in [(1, Wire::CutBeforeCommit), (2, Wire::CutAfterCommit)] {
        write(&db, |tx| tx.query("SELECT 1 AS one", params![]).map(drop)).unwrap();
        proxy.set(wire);
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = runs.clone();
        let answer = write(&db, move |tx| {
            counted.fetch_add(1, Ordering::Relaxed);
            add_thing(tx, id)
        });
        proxy.set(Wire::Whole);
        assert!(matches!(answer, Err(Error::Unknown { .. })), "{answer:?}");
        assert_eq!(runs.load(Ordering::Relaxed), 1);
    }
    // The server may still be at it.
    while thing_ids(&fresh).is_empty() {
        thread::yield_now();
    }
    assert_eq!(thing_ids(&fresh), [2]);
}

#[test]
fn while_the_server_is_gone_callers_are_refused_and_afterwards_all_is_well() {
    let fresh = fresh_postgres();
    things(&fresh);
    let (proxy, db) = behind_proxy(&fresh);
    write(&db, |tx| add_thing(tx, 1)).unwrap();
    for round in 1..=2 {
        proxy.set(Wire::Cut);
        for _ in 0..20 {
            let answer = write(&db, |tx| add_thing(tx, 100));
            assert!(matches!(answer, Err(Error::Unavailable { .. })), "{answer:?}");
            let answer = read(&db, |tx| tx.query("SELECT 1 AS one", params![]));
            assert!(matches!(answer, Err(Error::Unavailable { .. })), "{answer:?}");
        }
        proxy.set(Wire::Whole);
        // By itself, without anybody doing anything about it.
        while write(&db, move |tx| add_thing(tx, 1 + round)).is_err() {
            thread::sleep(Duration::from_millis(20));
        }
        while read(&db, |tx| tx.query("SELECT 1 AS one", params![])).is_err() {
            thread::sleep(Duration::from_millis(20));
        }
    }
    assert_eq!(thing_ids(&fresh), [1, 2, 3]);
}

/// A wire cut again and again under load: what was acknowledged is there, once.
#[test]
fn what_was_acknowledged_over_a_bad_wire_is_stored() {
    let fresh = fresh_postgres();
    things(&fresh);
    let (proxy, db) = behind_proxy(&fresh);
    let writers: Vec<_> = (0..6)
        .map(|writer| {
            let db = db.clone();
            thread::spawn(move || {
                (0..150)
                    .map(|n| writer * 1000 + n)
                    .filter(|id| {
                        let id = *id;
                        let stored = db.write_blocking(Priority::Interactive, move |tx| add_thing(tx, id));
                        if stored.is_err() {
                            thread::sleep(Duration::from_millis(5));
                        }
                        stored.is_ok()
                    })
                    .collect::<Vec<i64>>()
            })
        })
        .collect();
    for n in 0..10 {
        thread::sleep(Duration::from_millis(20));
        proxy.set(if n % 3 == 0 { Wire::CutAfterCommit } else { Wire::Cut });
        thread::sleep(Duration::from_millis(10));
        proxy.set(Wire::Whole);
    }
    let acknowledged: Vec<i64> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
    assert!(!acknowledged.is_empty());
    let stored = thing_ids(&fresh);
    assert!(acknowledged.iter().all(|id| stored.binary_search(id).is_ok()));
}

#[test]
fn a_server_that_is_not_there_is_told_when_opening() {
    let answer = Db::open_postgres("postgres://nobody:secret@127.0.0.1:1/none", PostgresOptions::default());
    let error = answer.err().unwrap();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    assert!(!error.to_string().contains("secret"));
}

/// The client brings an async runtime of its own; callers inside another one must not notice.
#[test]
fn inside_an_async_runtime_everything_works() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(store::testing::each_engine_async(async |db| {
        db.migrate(&[]).unwrap();
        let n = db.write(Priority::Interactive, |tx| tx.query_one("SELECT 5 AS n", params![])?.get::<i64>("n")).await;
        assert_eq!(n, Ok::<_, Error>(5));
        let n = db.read(Priority::Background, |tx| tx.query_one("SELECT 5 AS n", params![])?.get::<i64>("n")).await;
        assert_eq!(n, Ok::<_, Error>(5));
        db.close();
    }));
}

#[test]
fn a_schema_of_its_own_keeps_its_tables_there() {
    let fresh = fresh_postgres();
    let schema = Some("re\"cado".to_owned());
    let options = PostgresOptions { writers: 1, readers: 1, schema, ..PostgresOptions::default() };
    let db = Db::open_postgres(fresh.url(), options).unwrap();
    db.migrate(&[store::Migration { number: 1, name: "one", sqlite: "", postgres: "CREATE TABLE mine (id BIGINT)" }])
        .unwrap();
    write(&db, |tx| tx.execute("INSERT INTO mine VALUES (1)", params![])).unwrap();
    read(&db, |tx| tx.query_one("SELECT id FROM mine", params![])).unwrap();
    let where_is = "SELECT table_schema AS s FROM information_schema.tables WHERE table_name = 'mine'";
    let row = read(&fresh, move |tx| tx.query_one(where_is, params![])).unwrap();
    assert_eq!(row.text("s"), Ok("re\"cado"));
}
