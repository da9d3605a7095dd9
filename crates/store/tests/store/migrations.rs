//! Bringing schemas up to date.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use store::testing::{Fresh, each_engine, fresh_postgres, fresh_sqlite};
use store::{Db, Engine, Error, Migration, Priority, params};

use crate::kill::{CHILD_PATH, child_test, open};
use crate::{batch, read, write};

const fn migration(number: u32, name: &'static str, sql: &'static str) -> Migration {
    Migration { number, name, sqlite: sql, postgres: sql }
}

const ONE: Migration = migration(1, "tags", "CREATE TABLE tags (id BIGINT PRIMARY KEY); INSERT INTO tags VALUES (1)");
const TWO: Migration = migration(2, "tag names", "ALTER TABLE tags ADD COLUMN name TEXT; UPDATE tags SET name = 'vip'");
const BROKEN: Migration =
    migration(2, "tag names", "ALTER TABLE tags ADD COLUMN name TEXT; INSERT INTO nowhere VALUES (1)");

fn recorded(db: &Db) -> Vec<i64> {
    let sql = "SELECT number FROM schema_migrations ORDER BY number";
    read(db, move |tx| tx.query(sql, params![])?.iter().map(|row| row.get("number")).collect()).unwrap()
}

#[test]
fn each_migration_runs_once_in_order() {
    each_engine(|db| {
        let report = db.migrate(&[ONE]).unwrap();
        assert_eq!((report.applied, report.version), (vec![1], 1));
        let report = db.migrate(&[ONE, TWO]).unwrap();
        assert_eq!((report.applied, report.version), (vec![2], 2));
        let report = db.migrate(&[ONE, TWO]).unwrap();
        assert_eq!((report.applied, report.version), (vec![], 2));
        assert_eq!(recorded(db), [1, 2]);
        let row = read(db, |tx| tx.query_one("SELECT name FROM tags WHERE id = 1", params![])).unwrap();
        assert_eq!(row.text("name"), Ok("vip"));
    });
}

#[test]
fn a_migration_that_fails_leaves_nothing_and_can_be_tried_again() {
    each_engine(|db| {
        let error = db.migrate(&[ONE, BROKEN]).unwrap_err();
        assert!(matches!(&error, Error::Schema { message } if message.contains("2 (tag names)")), "{error:?}");
        assert!(error.to_string().contains("nowhere"), "{error}");
        assert_eq!(recorded(db), [1]);
        assert_eq!(db.migrate(&[ONE, TWO]).unwrap().applied, [2]);
    });
}

#[test]
fn a_database_from_a_newer_version_is_refused() {
    each_engine(|db| {
        db.migrate(&[ONE, TWO]).unwrap();
        let error = db.migrate(&[ONE]).unwrap_err();
        assert_eq!(error, Error::NewerSchema { found: 2, known: 1 });
        assert!(error.to_string().contains("start the version that wrote it"), "{error}");
        assert_eq!(db.migrate(&[]).unwrap_err(), Error::NewerSchema { found: 2, known: 0 });
    });
}

#[test]
fn a_list_that_does_not_fit_the_database_is_refused() {
    each_engine(|db| {
        db.migrate(&[ONE]).unwrap();
        let renamed = Migration { name: "labels", ..ONE };
        let error = db.migrate(&[renamed, TWO]).unwrap_err();
        assert!(matches!(&error, Error::Schema { message } if message.contains("labels")), "{error:?}");
        assert!(matches!(db.migrate(&[TWO, ONE]), Err(Error::Schema { .. })));
        assert!(matches!(db.migrate(&[ONE, ONE]), Err(Error::Schema { .. })));
        // One that was added in between was not run: the order is not ours to change.
        db.migrate(&[ONE, migration(3, "three", "SELECT 1")]).unwrap();
        assert!(matches!(db.migrate(&[ONE, TWO, migration(3, "three", "SELECT 1")]), Err(Error::Schema { .. })));
    });
}

/// SQLite changes most things about a table only by making it anew; its DROP must not take other rows with it.
#[test]
fn on_sqlite_a_table_can_be_rebuilt_under_its_references() {
    let db = fresh_sqlite();
    let first = migration(
        1,
        "first",
        "CREATE TABLE owners (id BIGINT PRIMARY KEY); \
         CREATE TABLE pets (id BIGINT PRIMARY KEY, owner BIGINT NOT NULL REFERENCES owners (id) ON DELETE CASCADE); \
         INSERT INTO owners VALUES (1); INSERT INTO pets VALUES (1, 1)",
    );
    let rebuild = migration(
        2,
        "rebuild",
        "CREATE TABLE owners_new (id BIGINT PRIMARY KEY, name TEXT NOT NULL); \
         INSERT INTO owners_new SELECT id, 'Ana' FROM owners; \
         DROP TABLE owners; ALTER TABLE owners_new RENAME TO owners",
    );
    db.migrate(&[first, rebuild]).unwrap();
    let n = read(&db, |tx| tx.query_one("SELECT count(*) AS n FROM pets", params![])?.get::<i64>("n")).unwrap();
    assert_eq!(n, 1);
    let orphans = migration(3, "orphans", "DELETE FROM owners");
    let error = db.migrate(&[first, rebuild, orphans]).unwrap_err();
    assert!(error.to_string().contains("rows of pets refer to rows of owners"), "{error}");
    // Ours is not the connection others write with: there, references are enforced.
    write(&db, |tx| tx.execute("DELETE FROM owners", params![])).unwrap();
    let n = read(&db, |tx| tx.query_one("SELECT count(*) AS n FROM pets", params![])?.get::<i64>("n")).unwrap();
    assert_eq!(n, 0);
}

#[test]
fn the_engine_chooses_its_text() {
    each_engine(|db| {
        let sqlite = "CREATE TABLE engine (name TEXT); INSERT INTO engine VALUES ('Sqlite')";
        let postgres = "CREATE TABLE engine (name TEXT); INSERT INTO engine VALUES ('Postgres')";
        db.migrate(&[Migration { number: 1, name: "engine", sqlite, postgres }]).unwrap();
        let row = read(db, |tx| tx.query_one("SELECT name FROM engine", params![])).unwrap();
        assert_eq!(row.text("name").unwrap(), format!("{:?}", db.engine()));
    });
}

/// Twenty migrations that each fail if run twice.
fn many() -> Vec<Migration> {
    const TEXTS: [&str; 20] = [
        "CREATE TABLE runs (number BIGINT PRIMARY KEY)",
        "INSERT INTO runs VALUES (2)",
        "INSERT INTO runs VALUES (3)",
        "INSERT INTO runs VALUES (4)",
        "INSERT INTO runs VALUES (5)",
        "INSERT INTO runs VALUES (6)",
        "INSERT INTO runs VALUES (7)",
        "INSERT INTO runs VALUES (8)",
        "INSERT INTO runs VALUES (9)",
        "INSERT INTO runs VALUES (10)",
        "INSERT INTO runs VALUES (11)",
        "INSERT INTO runs VALUES (12)",
        "INSERT INTO runs VALUES (13)",
        "INSERT INTO runs VALUES (14)",
        "INSERT INTO runs VALUES (15)",
        "INSERT INTO runs VALUES (16)",
        "INSERT INTO runs VALUES (17)",
        "INSERT INTO runs VALUES (18)",
        "INSERT INTO runs VALUES (19)",
        "INSERT INTO runs VALUES (20)",
    ];
    TEXTS.iter().zip(1..).map(|(sql, number)| migration(number, "many", sql)).collect()
}

/// Many rows in one transaction, so that there is time to kill it.
const SLOW: &str = "CREATE TABLE slow (id BIGINT PRIMARY KEY, name TEXT NOT NULL); \
     INSERT INTO slow WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500000) \
     SELECT i, 'a row that takes its time' FROM n";

fn start(name: &str, place: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env(CHILD_PATH, place)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "run by another test, as a process of its own"]
fn migrating_process() {
    let Some(place) = child_test() else { return };
    open(&place).migrate(&many()).unwrap();
}

#[test]
#[ignore = "run by another test, as a process of its own"]
fn slowly_migrating_process() {
    let Some(place) = child_test() else { return };
    open(&place).migrate(&[ONE, migration(2, "slow", SLOW)]).unwrap();
}

fn place(fresh: &Fresh) -> String {
    match fresh.engine() {
        Engine::Sqlite => fresh.path().to_str().unwrap().to_owned(),
        Engine::Postgres => fresh.url().to_owned(),
    }
}

#[test]
fn of_processes_that_migrate_at_once_one_waits_for_the_other() {
    for make in [fresh_sqlite, fresh_postgres] {
        let fresh = make();
        let children: Vec<_> = (0..4).map(|_| start("migrations::migrating_process", &place(&fresh))).collect();
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
        assert_eq!(recorded(&fresh), (1..=20).collect::<Vec<i64>>());
        let n = read(&fresh, |tx| tx.query_one("SELECT count(*) AS n FROM runs", params![])?.get::<i64>("n"));
        assert_eq!(n, Ok(19));
    }
}

#[test]
fn a_migration_that_was_killed_starts_again() {
    for make in [fresh_sqlite, fresh_postgres] {
        let fresh = make();
        let mut child = start("migrations::slowly_migrating_process", &place(&fresh));
        // Killed once the first migration is through and the second one runs.
        while fresh.read_blocking(Priority::Interactive, |tx| tx.query("SELECT id FROM tags", params![])).is_err() {
            assert!(child.try_wait().unwrap().is_none());
            thread::sleep(Duration::from_millis(5));
        }
        thread::sleep(Duration::from_millis(100));
        assert!(child.try_wait().unwrap().is_none(), "it was faster than we are");
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(recorded(&fresh), [1]);
        let quick = migration(2, "slow", "CREATE TABLE slow (id BIGINT PRIMARY KEY)");
        assert_eq!(fresh.migrate(&[ONE, quick]).unwrap().applied, [2]);
        batch(&fresh, "INSERT INTO slow VALUES (1)");
    }
}
