//! The store against the real engines. Needs PostgreSQL: `make test`, or `scripts/postgres.sh start` and its URL in
//! `RECADO_TEST_POSTGRES`.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "all of this is tests")]

mod batch;
mod close;
mod committed;
mod conflicts;
mod constraints;
mod disk;
mod events;
mod gone;
mod kill;
mod limits;
mod migrations;
mod portable;
mod proxy;
mod sync;
mod values;
mod words;

use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use store::{Db, Error, Priority, Tx, params};

/// A closure of any test.
type Closure<T> = Box<dyn Fn(&mut Tx<'_>) -> Result<T, Error> + Send>;

fn write<T: Send + 'static>(db: &Db, f: impl Fn(&mut Tx<'_>) -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    db.write_blocking(Priority::Interactive, f)
}

fn read<T: Send + 'static>(db: &Db, f: impl Fn(&mut Tx<'_>) -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    db.read_blocking(Priority::Interactive, f)
}

/// Runs statements separated by `;`.
fn batch(db: &Db, sql: &'static str) {
    write(db, move |tx| tx.execute_batch(sql)).unwrap();
}

fn things(db: &Db) {
    batch(db, "CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT NOT NULL)");
}

fn add_thing(tx: &mut Tx<'_>, id: i64) -> Result<i64, Error> {
    tx.execute("INSERT INTO things (id, name) VALUES ($1, $2)", params![id, format!("thing {id}")]).map(|_| id)
}

fn thing_ids(db: &Db) -> Vec<i64> {
    let select = "SELECT id FROM things ORDER BY id";
    read(db, move |tx| tx.query(select, params![])?.iter().map(|row| row.get("id")).collect()).unwrap()
}

/// Occupies one writing thread until it is dropped.
struct Plug {
    _let_go: mpsc::Sender<()>,
}

fn plug(db: &Db) -> Plug {
    let (let_go, wait) = mpsc::channel::<()>();
    let (running, started) = mpsc::channel::<()>();
    let wait = Arc::new(Mutex::new(wait));
    let db = db.clone();
    thread::spawn(move || {
        db.write_blocking(Priority::Interactive, move |_| {
            // Nobody listens any more where the batch of this one runs again.
            let _ = running.send(());
            let _ = wait.lock().unwrap().recv();
            Ok::<_, Error>(())
        })
    });
    started.recv().unwrap();
    Plug { _let_go: let_go }
}

/// Runs closures so that, on SQLite, all of them share one batch, in this order. Answers in the same order.
fn together<T: Send + 'static>(db: &Db, closures: Vec<Closure<T>>) -> Vec<Result<T, Error>> {
    let plug = plug(db);
    let mut threads = Vec::new();
    for (n, closure) in closures.into_iter().enumerate() {
        let other = db.clone();
        threads.push(thread::spawn(move || other.write_blocking(Priority::Interactive, closure)));
        if db.engine() == store::Engine::Sqlite {
            while db.metrics().writes_waiting.interactive <= n {
                thread::yield_now();
            }
        }
    }
    drop(plug);
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}
