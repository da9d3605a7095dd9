//! What one closure does to the others it shares a batch, or a database, with.

use std::sync::mpsc;
use std::thread;

use store::testing::each_engine;
use store::{ConstraintKind, Db, Error, Priority, params};

fn setup(db: &Db) {
    write(db, |tx| tx.execute_batch("CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT NOT NULL)")).unwrap();
}

fn write<T: Send + 'static>(
    db: &Db,
    f: impl Fn(&mut store::Tx<'_>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    db.write_blocking(Priority::Interactive, f)
}

fn ids(db: &Db) -> Vec<i64> {
    db.read_blocking(Priority::Interactive, |tx| {
        tx.query("SELECT id FROM things ORDER BY id", params![])?.iter().map(|row| row.get("id")).collect()
    })
    .unwrap()
}

/// Holds the writer busy until dropped, so that what is called meanwhile ends up in one batch.
fn gather(
    db: &Db,
    calls: Vec<Box<dyn Fn(&mut store::Tx<'_>) -> Result<i64, Error> + Send>>,
) -> Vec<Result<i64, Error>> {
    let (let_go, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let plug = db.clone();
    let plug = thread::spawn(move || {
        plug.write_blocking(Priority::Interactive, move |_| {
            let _ = wait.lock().unwrap().recv();
            Ok::<_, Error>(())
        })
    });
    let threads: Vec<_> = calls
        .into_iter()
        .enumerate()
        .map(|(n, call)| {
            let other = db.clone();
            let thread = thread::spawn(move || other.write_blocking(Priority::Interactive, call));
            if db.engine() == store::Engine::Sqlite {
                while db.metrics().writes_waiting.interactive <= n {
                    thread::yield_now();
                }
            }
            thread
        })
        .collect();
    drop(let_go);
    plug.join().unwrap().unwrap();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

#[test]
fn an_error_and_a_panic_undo_their_own_closure_only() {
    each_engine(|db| {
        setup(db);
        let insert = |id: i64| -> Box<dyn Fn(&mut store::Tx<'_>) -> Result<i64, Error> + Send> {
            Box::new(move |tx| {
                tx.execute("INSERT INTO things VALUES ($1, 'x')", params![id])?;
                match id {
                    2 => Err(Error::Conflict),
                    4 => panic!("a closure that panics"),
                    5 => tx.execute("INSERT INTO things VALUES ($1, NULL)", params![id + 100]).map(|_| id),
                    _ => Ok(id),
                }
            })
        };
        let answers = gather(db, (1..=6).map(insert).collect());
        assert_eq!(answers[0], Ok(1));
        assert_eq!(answers[1], Err(Error::Conflict));
        assert_eq!(answers[2], Ok(3));
        assert_eq!(answers[3], Err(Error::Panicked { message: "a closure that panics".into() }));
        let name = Some("things.name".to_owned());
        assert_eq!(answers[4], Err(Error::Constraint { kind: ConstraintKind::NotNull, name }));
        assert_eq!(answers[5], Ok(6));
        assert_eq!(ids(db), [1, 3, 6]);
        assert_eq!(db.metrics().panics, 1);
    });
}
