//! Closing in the middle of work.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use store::testing::each_engine;
use store::{Db, Error, Priority, SqliteOptions, params};

use crate::{add_thing, thing_ids, things, write};

#[test]
fn closing_finishes_what_was_taken_and_refuses_the_rest() {
    for make in [store::testing::fresh_sqlite, store::testing::fresh_postgres] {
        let fresh = make();
        things(&fresh);
        let (db, acknowledged) = (fresh.db(), Arc::new(AtomicUsize::new(0)));
        let writers: Vec<_> = (0..16_i64)
            .map(|writer| {
                let (db, acknowledged) = (db.clone(), acknowledged.clone());
                thread::spawn(move || {
                    for n in 0.. {
                        match db.write_blocking(Priority::Interactive, move |tx| add_thing(tx, writer * 1_000_000 + n))
                        {
                            Ok(_) => drop(acknowledged.fetch_add(1, Ordering::Relaxed)),
                            Err(Error::Closed) => return,
                            Err(other) => panic!("{other}"),
                        }
                    }
                })
            })
            .collect();
        while acknowledged.load(Ordering::Relaxed) < 200 {
            thread::yield_now();
        }
        db.close();
        for writer in writers {
            writer.join().unwrap();
        }
        assert_eq!(write(&db, |_| Ok(())), Err(Error::Closed));
        assert_eq!(crate::read(&db, |_| Ok(())), Err(Error::Closed));
        db.close();

        let again = match db.engine() {
            store::Engine::Sqlite => {
                // The log was put back into the file, and the file is whole.
                assert!(!fresh.path().with_extension("db-wal").exists());
                Db::open_sqlite(fresh.path(), SqliteOptions::default()).unwrap()
            }
            store::Engine::Postgres => Db::open_postgres(fresh.url(), Default::default()).unwrap(),
        };
        assert_eq!(thing_ids(&again).len(), acknowledged.load(Ordering::Relaxed));
    }
}

#[test]
fn the_last_handle_dropped_closes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("dropped.db");
    let db = Db::open_sqlite(&path, SqliteOptions::default()).unwrap();
    things(&db);
    let clone = db.clone();
    drop(db);
    write(&clone, |tx| add_thing(tx, 1)).unwrap();
    drop(clone);
    assert!(!path.with_extension("db-wal").exists());
}

#[test]
fn the_last_handle_dropped_by_a_closure_waits_for_nobody() {
    each_engine(|db| {
        let own = match db.engine() {
            store::Engine::Sqlite => {
                let directory = tempfile::tempdir().unwrap();
                Db::open_sqlite(&directory.path().join("x.db"), SqliteOptions::default()).unwrap()
            }
            store::Engine::Postgres => store::testing::fresh_postgres().db(),
        };
        let inner = std::sync::Mutex::new(Some(own.clone()));
        let _ = own.write_blocking(Priority::Interactive, move |tx| {
            tx.query("SELECT 1 AS one", params![])?;
            drop(inner.lock().unwrap().take());
            Ok::<_, Error>(())
        });
    });
}

#[test]
fn a_data_directory_is_nobody_elses_to_read() {
    use std::os::unix::fs::PermissionsExt;
    let fresh = store::testing::fresh_sqlite();
    things(&fresh);
    for file in std::fs::read_dir(fresh.path().parent().unwrap()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
    }
}
