//! What one closure does to the others it shares a batch, or a database, with.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use store::testing::{each_engine, fresh_sqlite};
use store::{ConstraintKind, Error, Priority, params};

use crate::{Closure, add_thing, batch, read, thing_ids, things, together, write};

#[test]
fn an_error_and_a_panic_undo_their_own_closure_only() {
    each_engine(|db| {
        things(db);
        let insert = |id: i64| -> Closure<i64> {
            Box::new(move |tx| {
                add_thing(tx, id)?;
                match id {
                    2 => Err(Error::Conflict),
                    4 => panic!("a closure that panics"),
                    5 => tx.execute("INSERT INTO things VALUES ($1, NULL)", params![id + 100]).map(|_| id),
                    _ => Ok(id),
                }
            })
        };
        let answers = together(db, (1..=6).map(insert).collect());
        assert_eq!(answers[0], Ok(1));
        assert_eq!(answers[1], Err(Error::Conflict));
        assert_eq!(answers[2], Ok(3));
        assert_eq!(answers[3], Err(Error::Panicked { message: "a closure that panics".into() }));
        let name = Some("things.name".to_owned());
        assert_eq!(answers[4], Err(Error::Constraint { kind: ConstraintKind::NotNull, name }));
        assert_eq!(answers[5], Ok(6));
        assert_eq!(thing_ids(db), [1, 3, 6]);
        assert_eq!(db.metrics().panics, 1);
        assert_eq!(db.metrics().undone, 3);
    });
}

#[test]
fn the_first_closure_of_a_batch_is_undone_like_any_other() {
    each_engine(|db| {
        things(db);
        let insert = |id: i64| -> Closure<i64> {
            Box::new(move |tx| {
                add_thing(tx, id)?;
                if id <= 2 { Err(Error::Conflict) } else { Ok(id) }
            })
        };
        let answers = together(db, (1..=3).map(insert).collect());
        assert_eq!(answers, [Err(Error::Conflict), Err(Error::Conflict), Ok(3)]);
        assert_eq!(thing_ids(db), [3]);
    });
}

/// A closure that fails after it wrote has its batch run again; one that wrote nothing leaves the others alone.
#[test]
fn a_batch_is_run_again_only_where_there_is_something_to_undo() {
    let db = fresh_sqlite();
    things(&db);
    let runs = Arc::new(AtomicU32::new(0));
    let insert = |id: i64, fails: bool| -> Closure<i64> {
        let runs = runs.clone();
        Box::new(move |tx| {
            runs.fetch_add(1, Ordering::Relaxed);
            if fails { Err(Error::Conflict) } else { add_thing(tx, id) }
        })
    };
    let answers = together(&db, vec![insert(1, false), insert(2, true), insert(3, false)]);
    assert_eq!(answers, [Ok(1), Err(Error::Conflict), Ok(3)]);
    assert_eq!(runs.load(Ordering::Relaxed), 3);
    let after_writing: Closure<i64> = Box::new(|tx| add_thing(tx, 5).and(Err(Error::Conflict)));
    let answers = together(&db, vec![insert(4, false), after_writing, insert(6, false)]);
    assert_eq!(answers, [Ok(4), Err(Error::Conflict), Ok(6)]);
    // The fourth ran twice, unless the batch was cut short between it and the fifth.
    assert!((5..=6).contains(&runs.load(Ordering::Relaxed)));
    assert_eq!(thing_ids(&db), [1, 3, 4, 6]);
    let tables = || -> Closure<i64> {
        Box::new(|tx| tx.execute("CREATE TABLE others (id BIGINT)", &[]).and(Err(Error::Conflict)))
    };
    assert_eq!(
        together(&db, vec![insert(7, false), tables(), tables()])[1..],
        [Err(Error::Conflict), Err(Error::Conflict)]
    );
    assert_eq!(thing_ids(&db), [1, 3, 4, 6, 7]);
}

#[test]
fn many_closures_share_a_commit_on_sqlite() {
    let db = fresh_sqlite();
    things(&db);
    let before = db.metrics();
    let insert = |id: i64| -> Closure<i64> { Box::new(move |tx| add_thing(tx, id)) };
    assert!(together(&db, (1..=100).map(insert).collect()).iter().all(Result::is_ok));
    let after = db.metrics();
    // The plug and those behind it; 5 ms may cut a batch short on a slow machine.
    assert_eq!(after.closures - before.closures, 101);
    assert!(after.batches - before.batches < 50, "{after:?}");
    assert_eq!(thing_ids(&db).len(), 100);
}

/// A reference that is checked at the end of the transaction is checked when the whole batch commits.
#[test]
fn a_deferred_reference_that_does_not_hold_fails_its_own_closure_only() {
    each_engine(|db| {
        batch(
            db,
            "CREATE TABLE parents (id BIGINT PRIMARY KEY); \
             CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT NOT NULL, \
                 parent BIGINT REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)",
        );
        let insert = |id: i64| -> Closure<i64> {
            Box::new(move |tx| {
                let parent = if id == 2 { Some(77) } else { None };
                tx.execute("INSERT INTO things VALUES ($1, 'x', $2)", params![id, parent]).map(|_| id)
            })
        };
        let answers = together(db, (1..=4).map(insert).collect());
        let kinds: Vec<_> = answers
            .iter()
            .map(|answer| match answer {
                Ok(id) => Ok(*id),
                Err(Error::Constraint { kind, .. }) => Err(*kind),
                Err(other) => panic!("{other}"),
            })
            .collect();
        assert_eq!(kinds, [Ok(1), Err(ConstraintKind::ForeignKey), Ok(3), Ok(4)]);
        assert_eq!(thing_ids(db), [1, 3, 4]);

        // Alone in its batch it gets the same answer, and what comes next is not held up.
        let alone = write(db, |tx| tx.execute("INSERT INTO things VALUES (9, 'x', 77)", params![]));
        assert!(matches!(alone, Err(Error::Constraint { kind: ConstraintKind::ForeignKey, .. })), "{alone:?}");
        write(db, |tx| tx.execute("INSERT INTO things VALUES (10, 'x', NULL)", params![])).unwrap();
        assert_eq!(thing_ids(db), [1, 3, 4, 10]);
    });
}

/// `OR ROLLBACK` makes SQLite give up the whole transaction, as it may when the disk is full or cannot be read.
#[test]
fn when_sqlite_gives_up_the_transaction_nobody_in_it_hears_ok() {
    let db = fresh_sqlite();
    things(&db);
    write(&db, |tx| add_thing(tx, 1)).unwrap();
    let answers = together::<i64>(
        &db,
        vec![
            Box::new(|tx| add_thing(tx, 2)),
            Box::new(|tx| {
                assert!(tx.execute("INSERT OR ROLLBACK INTO things VALUES (1, 'x')", params![]).is_err());
                assert!(add_thing(tx, 3).is_err(), "a statement ran outside of a transaction");
                Ok(3)
            }),
            Box::new(|tx| add_thing(tx, 4)),
        ],
    );
    assert!(matches!(answers[0], Err(Error::Unavailable { .. })), "{answers:?}");
    assert!(matches!(answers[1], Err(Error::Unavailable { .. })), "{answers:?}");
    // It waited for the next batch.
    assert_eq!(answers[2], Ok(4));
    assert_eq!(thing_ids(&db), [1, 4]);
}

#[test]
fn a_closure_that_ends_the_transaction_itself_stores_nothing_afterwards() {
    let db = fresh_sqlite();
    things(&db);
    let answer = write(&db, |tx| {
        tx.execute_batch("ROLLBACK")?;
        let _ = add_thing(tx, 1);
        Ok(())
    });
    assert!(matches!(answer, Err(Error::Unavailable { .. })), "{answer:?}");
    assert_eq!(thing_ids(&db), [0_i64; 0]);
}

#[test]
fn a_closure_that_swallows_a_failed_statement_is_not_committed() {
    each_engine(|db| {
        things(db);
        let answer = write(db, |tx| {
            add_thing(tx, 1)?;
            let failed = add_thing(tx, 1).unwrap_err();
            assert_eq!(failed.constraint(), Some("things_pkey"));
            // Whatever it tries next hears the same.
            assert_eq!(tx.query("SELECT 1 AS one", params![]), Err(failed));
            Ok(())
        });
        assert_eq!(answer.unwrap_err().constraint(), Some("things_pkey"));
        assert_eq!(thing_ids(db), [0_i64; 0]);
    });
}

#[test]
fn a_savepoint_confines_a_failure() {
    each_engine(|db| {
        things(db);
        write(db, |tx| {
            add_thing(tx, 1)?;
            let failed = tx.savepoint(|tx| {
                add_thing(tx, 2)?;
                add_thing(tx, 1)
            });
            assert_eq!(failed.unwrap_err().constraint(), Some("things_pkey"));
            let nested = tx.savepoint(|tx| {
                add_thing(tx, 3)?;
                let inner = tx.savepoint(|tx| {
                    add_thing(tx, 4)?;
                    Err::<(), _>(Error::Conflict)
                });
                assert_eq!(inner, Err(Error::Conflict));
                add_thing(tx, 5)
            });
            assert_eq!(nested, Ok(5));
            // One that swallows is undone and says so.
            let swallowed = tx.savepoint(|tx| {
                add_thing(tx, 6)?;
                let _ = add_thing(tx, 1);
                Ok::<_, Error>(())
            });
            assert_eq!(swallowed.unwrap_err().constraint(), Some("things_pkey"));
            add_thing(tx, 7)
        })
        .unwrap();
        assert_eq!(thing_ids(db), [1, 3, 5, 7]);
    });
}

#[test]
fn a_panic_in_a_savepoint_undoes_the_closure() {
    each_engine(|db| {
        things(db);
        let answer = write(db, |tx| {
            add_thing(tx, 1)?;
            tx.savepoint(|tx| {
                add_thing(tx, 2)?;
                if tx.query("SELECT id FROM things", params![])?.len() == 2 {
                    panic!("inside")
                }
                Ok::<_, Error>(())
            })
        });
        assert_eq!(answer, Err(Error::Panicked { message: "inside".into() }));
        write(db, |tx| tx.savepoint(|tx| add_thing(tx, 3))).unwrap();
        assert_eq!(thing_ids(db), [3]);
    });
}

#[test]
fn a_read_sees_one_snapshot_and_cannot_write() {
    each_engine(|db| {
        things(db);
        write(db, |tx| add_thing(tx, 1)).unwrap();
        let writer = db.clone();
        let counts = read(db, move |tx| {
            let count = "SELECT count(*) AS n FROM things";
            let before: i64 = tx.query_one(count, params![])?.get("n")?;
            let other = writer.clone();
            std::thread::spawn(move || write(&other, |tx| add_thing(tx, 2))).join().unwrap()?;
            let after: i64 = tx.query_one(count, params![])?.get("n")?;
            Ok((before, after))
        });
        assert_eq!(counts, Ok((1, 1)));
        assert_eq!(thing_ids(db), [1, 2]);

        let answer = read(db, |tx| add_thing(tx, 3));
        assert!(matches!(&answer, Err(Error::Sql { message, .. }) if message.contains("may not write")), "{answer:?}");
        assert_eq!(thing_ids(db), [1, 2]);
        let background = db.read_blocking(Priority::Background, |tx| add_thing(tx, 3));
        assert!(background.is_err());
    });
}
