//! Closures that meet each other: run again on PostgreSQL, one after the other on SQLite, right on both.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use store::testing::{each_engine, fresh_postgres, fresh_postgres_with};
use store::{Db, Error, PostgresOptions, Priority, params};

use crate::{batch, read, thing_ids, write};

/// An error of a business crate's, which hides the store's.
#[derive(Debug, PartialEq)]
enum Business {
    NotFound,
    Store(Error),
}

impl From<Error> for Business {
    fn from(error: Error) -> Business {
        Business::Store(error)
    }
}

fn count(db: &Db, sql: &'static str) -> i64 {
    read(db, move |tx| tx.query_one(sql, params![])?.get("n")).unwrap()
}

/// Runs `body(worker, round)` on many threads at once.
fn at_once(threads: usize, rounds: usize, db: &Db, body: impl Fn(&Db, usize, usize) + Send + Sync + 'static) {
    let body = Arc::new(body);
    let threads: Vec<_> = (0..threads)
        .map(|worker| {
            let (db, body) = (db.clone(), body.clone());
            thread::spawn(move || (0..rounds).for_each(|round| body(&db, worker, round)))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

/// Two closures each read both balances, then each takes from another account what the sum allows. Under anything weaker
/// than SERIALIZABLE both succeed, and together overdraw.
#[test]
fn closures_are_serializable() {
    let db = fresh_postgres();
    batch(
        &db,
        "CREATE TABLE accounts (id BIGINT PRIMARY KEY, balance BIGINT NOT NULL); \
         INSERT INTO accounts VALUES (0, 50), (1, 50)",
    );
    let both_have_read = Arc::new(Barrier::new(2));
    let takers: Vec<_> = (0..2_i64)
        .map(|account| {
            let (db, both_have_read, runs) = (db.db(), both_have_read.clone(), AtomicUsize::new(0));
            thread::spawn(move || {
                db.write_blocking(Priority::Interactive, move |tx| {
                    let sum = tx.query_one("SELECT CAST(sum(balance) AS BIGINT) AS n FROM accounts", params![])?;
                    if runs.fetch_add(1, Ordering::Relaxed) == 0 {
                        both_have_read.wait();
                    }
                    if sum.get::<i64>("n")? < 80 {
                        return Err(Business::NotFound);
                    }
                    let take = "UPDATE accounts SET balance = balance - 80 WHERE id = $1";
                    tx.execute(take, params![account])?;
                    Ok(())
                })
            })
        })
        .collect();
    let answers: Vec<_> = takers.into_iter().map(|taker| taker.join().unwrap()).collect();
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    assert!(answers.contains(&Err(Business::NotFound)), "{answers:?}");
    assert_eq!(count(&db, "SELECT CAST(sum(balance) AS BIGINT) AS n FROM accounts"), 20);
    assert_eq!(db.metrics().re_runs, 1);
}

#[test]
fn a_closure_that_always_meets_another_ends_in_conflict() {
    let db = fresh_postgres_with(PostgresOptions { writers: 1, readers: 1, ..PostgresOptions::default() });
    for code in ["40001", "40P01"] {
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = runs.clone();
        let raise = format!("DO $$ BEGIN RAISE EXCEPTION 'met another' USING ERRCODE = '{code}'; END $$");
        let before = db.metrics().re_runs;
        let answer = db.write_blocking(Priority::Interactive, move |tx| {
            counted.fetch_add(1, Ordering::Relaxed);
            // Even when it is hidden in another error, or swallowed.
            match counted.load(Ordering::Relaxed) % 2 {
                0 => tx.execute(&raise, params![]).map(drop).map_err(|_| Business::NotFound),
                _ => {
                    let _ = tx.savepoint(|tx| tx.execute(&raise, params![]));
                    Ok(())
                }
            }
        });
        assert_eq!(answer, Err(Business::Store(Error::Conflict)));
        assert_eq!(runs.load(Ordering::Relaxed), 11);
        assert_eq!(db.metrics().re_runs - before, 10);
    }
}

/// A conflict that PostgreSQL finds only at `COMMIT` is run again too.
#[test]
fn a_conflict_at_commit_is_run_again() {
    let db = fresh_postgres();
    batch(
        &db,
        "CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT NOT NULL); CREATE SEQUENCE tries; \
         CREATE FUNCTION fail_twice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
            IF nextval('tries') <= 2 THEN RAISE EXCEPTION 'met another' USING ERRCODE = '40001'; END IF; \
            RETURN NULL; END $$; \
         CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON things DEFERRABLE INITIALLY DEFERRED \
            FOR EACH ROW EXECUTE FUNCTION fail_twice()",
    );
    let runs = Arc::new(AtomicI64::new(0));
    let counted = runs.clone();
    let answer = write(&db, move |tx| crate::add_thing(tx, counted.fetch_add(1, Ordering::Relaxed)));
    assert_eq!(answer, Ok(2));
    assert_eq!(thing_ids(&db), [2]);
}

/// Look, then insert: the loser meets the winner's key and finds the winner's row when it is run again.
#[test]
fn whoever_loses_the_race_for_an_identity_finds_the_winner() {
    each_engine(|db| {
        batch(
            db,
            "CREATE TABLE people (id BIGINT PRIMARY KEY, phone TEXT NOT NULL); \
             CREATE UNIQUE INDEX people_phone_identity_key ON people (phone)",
        );
        let next = Arc::new(AtomicI64::new(0));
        at_once(16, 10, db, move |db, _, round| {
            let phone = format!("+55 {round}");
            let next = next.clone();
            let found = db.write_blocking(Priority::Interactive, move |tx| {
                let look = "SELECT id FROM people WHERE phone = $1";
                if let Some(row) = tx.query_opt(look, params![phone])? {
                    return Ok(row.get::<i64>("id")?);
                }
                let id = next.fetch_add(1, Ordering::Relaxed);
                // The error is hidden on its way out.
                tx.execute("INSERT INTO people VALUES ($1, $2)", params![id, phone]).map_err(|error| {
                    if error == Error::Conflict { Business::Store(error) } else { Business::NotFound }
                })?;
                Ok(id)
            });
            assert!(matches!(found, Ok(_) | Err(Business::Store(Error::Conflict))), "{found:?}");
        });
        assert_eq!(count(db, "SELECT count(*) AS n FROM people"), 10);
    });
}

/// A key that is taken for good is the closure's own answer, the same on both engines.
#[test]
fn an_identity_that_stays_taken_is_answered_by_name() {
    each_engine(|db| {
        batch(
            db,
            "CREATE TABLE people (id BIGINT PRIMARY KEY, phone TEXT NOT NULL); \
             CREATE UNIQUE INDEX people_phone_identity_key ON people (phone); INSERT INTO people VALUES (1, 'x')",
        );
        let answer = write(db, |tx| tx.execute("INSERT INTO people VALUES (2, 'x')", params![]));
        assert_eq!(answer.unwrap_err().constraint(), Some("people_phone_identity_key"));
        // One that a savepoint dealt with is no reason to run again.
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = runs.clone();
        let answer = write(db, move |tx| {
            counted.fetch_add(1, Ordering::Relaxed);
            let taken = tx.savepoint(|tx| tx.execute("INSERT INTO people VALUES (2, 'x')", params![]));
            assert!(taken.is_err());
            tx.execute("INSERT INTO people VALUES (2, 'y')", params![])
        });
        assert_eq!((answer, runs.load(Ordering::Relaxed)), (Ok(1), 1));
    });
}

/// The pattern everything that knows somebody by a key is written in.
#[test]
fn writing_first_makes_no_duplicates_and_hardly_any_re_runs() {
    let postgres = PostgresOptions { writers: 16, readers: 2, ..PostgresOptions::default() };
    for db in [store::testing::fresh_sqlite(), fresh_postgres_with(postgres)] {
        batch(
            &db,
            "CREATE TABLE people (id BIGINT PRIMARY KEY, phone TEXT NOT NULL, visits BIGINT NOT NULL); \
             CREATE UNIQUE INDEX people_phone_identity_key ON people (phone)",
        );
        let next = Arc::new(AtomicI64::new(0));
        let upsert = move |db: &Db, phone: String| {
            let id = next.fetch_add(1, Ordering::Relaxed);
            db.write_blocking(Priority::Interactive, move |tx| {
                tx.query_one(
                    "INSERT INTO people (id, phone, visits) VALUES ($1, $2, 1) \
                     ON CONFLICT (phone) DO UPDATE SET visits = people.visits + 1 RETURNING id, visits",
                    params![id, phone],
                )
            })
        };
        // New people: nobody meets anybody.
        let upsert = Arc::new(upsert);
        let each = upsert.clone();
        at_once(32, 20, &db, move |db, worker, round| {
            let row = each(db, format!("+55 {worker} {round}")).unwrap();
            assert_eq!(row.get("visits"), Ok(1_i64));
        });
        assert_eq!(count(&db, "SELECT count(*) AS n FROM people"), 640);
        let re_runs = db.metrics().re_runs;
        assert!(re_runs * 50 <= 640, "{re_runs} re-runs of 640 closures");

        // A few people, all at once: everybody is counted.
        let lost = Arc::new(AtomicI64::new(0));
        let counted = lost.clone();
        at_once(32, 10, &db, move |db, _, round| match upsert(db, format!("+351 {}", round % 5)) {
            Ok(_) => {}
            Err(Error::Conflict) => drop(counted.fetch_add(1, Ordering::Relaxed)),
            Err(other) => panic!("{other}"),
        });
        assert_eq!(count(&db, "SELECT count(*) AS n FROM people WHERE phone LIKE '+351%'"), 5);
        let visits = count(&db, "SELECT CAST(sum(visits) AS BIGINT) AS n FROM people WHERE phone LIKE '+351%'");
        assert_eq!(visits + lost.load(Ordering::Relaxed), 320);
        assert!(lost.load(Ordering::Relaxed) < 160, "{lost:?} of 320 gave up");
    }
}
