//! kill -9 under load: what was acknowledged is there, nothing is there by half.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use store::testing::{fresh_postgres, fresh_sqlite};
use store::{Db, Engine, Error, PostgresOptions, Priority, SqliteOptions, params};

use crate::{batch, read};

/// Where a child process finds its database: a path, or a postgres:// url.
pub(crate) const CHILD_PATH: &str = "STORE_TEST_CHILD_PATH";
/// Where the ids of a child process begin.
const CHILD_FIRST: &str = "STORE_TEST_CHILD_FIRST";

const ROUNDS: i64 = 25;
const WRITERS: i64 = 8;

/// The database of a child process; `None` if this process is not one.
pub(crate) fn child_test() -> Option<String> {
    std::env::var(CHILD_PATH).ok()
}

pub(crate) fn open(place: &str) -> Db {
    if place.starts_with("postgres://") {
        let options = PostgresOptions { writers: 4, readers: 1, ..PostgresOptions::default() };
        Db::open_postgres(place, options).unwrap()
    } else {
        Db::open_sqlite(place.as_ref(), SqliteOptions::default()).unwrap()
    }
}

fn start(place: &str, first: i64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::writer_process", "--ignored", "--nocapture"])
        .env(CHILD_PATH, place)
        .env(CHILD_FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Not a test: the process that is killed. Each closure writes an entry, its two parts and a running total; each line
/// it prints is an acknowledgement.
#[test]
#[ignore = "run by another test, as a process of its own"]
fn writer_process() {
    let Some(place) = child_test() else { return };
    let first: i64 = std::env::var(CHILD_FIRST).unwrap().parse().unwrap();
    let db = open(&place);
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let db = db.clone();
            thread::spawn(move || {
                for n in 0.. {
                    let id = first + n * WRITERS + writer;
                    let stored = db.write_blocking(Priority::Interactive, move |tx| {
                        tx.execute("INSERT INTO entries VALUES ($1)", params![id])?;
                        tx.execute("INSERT INTO parts VALUES ($1, 1)", params![id])?;
                        tx.execute("UPDATE totals SET entries = entries + 1 WHERE writer = $1", params![writer])?;
                        tx.execute("INSERT INTO parts VALUES ($1, 2)", params![id])
                    });
                    match stored {
                        Ok(_) => writeln!(std::io::stdout().lock(), "{id}").unwrap(),
                        Err(Error::Conflict) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
}

/// A number that differs from round to round, without a generator.
fn somewhere(round: i64) -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(round)
}

fn survives(db: &Db, place: &str) {
    batch(
        db,
        "CREATE TABLE entries (id BIGINT PRIMARY KEY); \
         CREATE TABLE parts (entry BIGINT NOT NULL REFERENCES entries (id), part BIGINT NOT NULL, \
             PRIMARY KEY (entry, part)); \
         CREATE TABLE totals (writer BIGINT PRIMARY KEY, entries BIGINT NOT NULL); \
         INSERT INTO totals VALUES (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0)",
    );
    let mut acknowledged = HashSet::new();
    for round in 0..ROUNDS {
        let mut child = start(place, round * 1_000_000 + 1);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        // Not before it has begun.
        let begun: i64 = lines.by_ref().find_map(|line| line.parse().ok()).expect("the child writes");
        acknowledged.insert(begun);
        let reader = thread::spawn(move || lines.filter_map(|line| line.parse().ok()).collect::<Vec<i64>>());
        thread::sleep(Duration::from_micros(somewhere(round) % 120_000));
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(reader.join().unwrap());
    }
    // PostgreSQL may be at a commit whose client is gone.
    let others = "SELECT count(*) AS n FROM pg_stat_activity \
                  WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()";
    while db.engine() == Engine::Postgres
        && read(db, move |tx| tx.query_one(others, params![])?.get::<i64>("n")).unwrap() > 0
    {
        thread::sleep(Duration::from_millis(10));
    }

    let one = |sql: &'static str| read(db, move |tx| tx.query_one(sql, params![])?.get::<i64>("n")).unwrap();
    let stored: HashSet<i64> =
        read(db, |tx| tx.query("SELECT id FROM entries", params![])?.iter().map(|row| row.get("id")).collect())
            .unwrap();
    let lost = acknowledged.difference(&stored).count();
    eprintln!("{} acknowledged, {} stored, {lost} lost, {ROUNDS} kills", acknowledged.len(), stored.len());
    assert_eq!(lost, 0);
    let halves = "SELECT count(*) AS n FROM entries \
                  WHERE (SELECT count(*) FROM parts WHERE parts.entry = entries.id) <> 2";
    assert_eq!(one(halves), 0);
    assert_eq!(one("SELECT count(*) AS n FROM parts"), 2 * stored.len() as i64);
    assert_eq!(one("SELECT CAST(sum(entries) AS BIGINT) AS n FROM totals"), stored.len() as i64);
}

#[test]
fn sqlite_killed_under_load_loses_nothing_it_acknowledged() {
    let db = fresh_sqlite();
    survives(&db, db.path().to_str().unwrap());
    let check = read(&db, |tx| tx.query_one("PRAGMA integrity_check", params![])).unwrap();
    assert_eq!(check.text("integrity_check"), Ok("ok"));
    assert_eq!(read(&db, |tx| tx.query("PRAGMA foreign_key_check", params![])).unwrap(), []);
}

#[test]
fn a_client_of_postgresql_killed_under_load_loses_nothing_it_acknowledged() {
    let db = fresh_postgres();
    survives(&db, db.url());
}
