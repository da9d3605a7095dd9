//! Disk full, disk broken, copies.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use store::testing::{fresh_postgres, fresh_sqlite, fresh_sqlite_with};
use store::{Db, Error, Priority, SqliteOptions, params};

use crate::kill::{CHILD_PATH, child_test};
use crate::{add_thing, batch, read, thing_ids, things, write};

fn fill(db: &Db, from: i64) -> (i64, Error) {
    for id in from.. {
        let name = "x".repeat(2000);
        let insert = "INSERT INTO things VALUES ($1, $2)";
        if let Err(error) = write(db, move |tx| tx.execute(insert, params![id, name])) {
            return (id, error);
        }
    }
    unreachable!()
}

#[test]
fn a_full_disk_is_told_and_when_there_is_space_again_all_is_well() {
    let db = fresh_sqlite_with(SqliteOptions { max_pages: 60, ..SqliteOptions::default() });
    things(&db);
    let (stored, error) = fill(&db, 0);
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    assert!(error.is_transient());
    assert_eq!(thing_ids(&db).len() as i64, stored);
    // Reading goes on.
    read(&db, |tx| tx.query_one("SELECT name FROM things WHERE id = 0", params![])).unwrap();
    write(&db, |tx| tx.execute("DELETE FROM things WHERE id < 20", params![])).unwrap();
    write(&db, |tx| add_thing(tx, 0)).unwrap();
    assert_eq!(thing_ids(&db).len() as i64, stored - 19);
    intact(&db);
}

fn intact(db: &Db) {
    let check = read(db, |tx| tx.query_one("PRAGMA integrity_check", params![])).unwrap();
    assert_eq!(check.text("integrity_check"), Ok("ok"));
}

/// The operating system refuses to make files larger: a real error of a real disk. Lifted, the same process goes on.
#[test]
fn a_disk_that_refuses_is_told_and_when_it_takes_again_all_is_well() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("child.db");
    let program = std::env::current_exe().unwrap();
    // The signal that says so is ignored, so that the write answers an error.
    let script = "trap '' XFSZ; ulimit -S -f 600; exec \"$0\" --exact disk::writer_process --ignored --nocapture";
    let mut child = Command::new("sh")
        .args(["-c", script])
        .arg(program)
        .env(CHILD_PATH, &path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stored = Vec::new();
    let (mut refused, mut lifted) = (0, false);
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        match line.split_once(' ') {
            Some(("stored", id)) => {
                stored.push(id.parse::<i64>().unwrap());
                if lifted && stored.len() > 50 {
                    break;
                }
            }
            Some(("refused", reason)) => {
                assert!(reason.starts_with("Unavailable"), "{reason}");
                refused += 1;
                if refused == 5 {
                    stored.clear();
                    let lift = Command::new("prlimit")
                        .args(["--fsize=unlimited:unlimited", "--pid", &child.id().to_string()])
                        .status();
                    assert!(lift.unwrap().success());
                    lifted = true;
                }
            }
            _ => {}
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(refused >= 5 && stored.len() > 50, "{refused} refused, {} stored", stored.len());
    let db = Db::open_sqlite(&path, SqliteOptions::default()).unwrap();
    let there = thing_ids(&db);
    assert!(stored.iter().all(|id| there.binary_search(id).is_ok()));
    intact(&db);
}

/// Not a test: what the one above runs in a process of its own.
#[test]
#[ignore = "run by another test, as a process of its own"]
fn writer_process() {
    let Some(path) = child_test() else { return };
    let db = Db::open_sqlite(path.as_ref(), SqliteOptions::default()).unwrap();
    while db.write_blocking(Priority::Interactive, |tx| {
        tx.execute_batch("CREATE TABLE IF NOT EXISTS things (id BIGINT PRIMARY KEY, name TEXT NOT NULL)")
    }) != Ok::<_, Error>(())
    {}
    for id in 0_i64.. {
        let name = "x".repeat(3000);
        let stored = write(&db, move |tx| tx.execute("INSERT INTO things VALUES ($1, $2)", params![id, name]));
        match stored {
            Ok(_) => println!("stored {id}"),
            Err(error) => println!("refused {error:?}"),
        }
    }
}

#[test]
fn a_file_that_is_no_database_is_told_when_opening() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("letter.txt");
    std::fs::write(&path, "Dear database, ".repeat(100)).unwrap();
    let error = Db::open_sqlite(&path, SqliteOptions::default()).err().unwrap();
    assert!(matches!(&error, Error::Unavailable { reason } if reason.contains("letter.txt")), "{error:?}");
    let missing = directory.path().join("no/such/directory.db");
    assert!(matches!(Db::open_sqlite(&missing, SqliteOptions::default()), Err(Error::Unavailable { .. })));
}

#[test]
fn a_backup_is_a_whole_database_taken_while_others_write() {
    let db = fresh_sqlite();
    things(&db);
    batch(&db, "CREATE TABLE pairs (id BIGINT PRIMARY KEY)");
    let writer = db.db();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let writing = std::thread::spawn(move || {
        for id in 0.. {
            write(&writer, move |tx| {
                add_thing(tx, id)?;
                tx.execute("INSERT INTO pairs VALUES ($1)", params![id])
            })
            .unwrap();
            if stopped.try_recv().is_err_and(|error| error == std::sync::mpsc::TryRecvError::Disconnected) {
                return;
            }
        }
    });
    while thing_ids(&db).len() < 50 {}
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join("copy.db");
    db.backup(&to).unwrap();
    drop(stop);
    writing.join().unwrap();

    let again = db.backup(&to).unwrap_err();
    assert!(again.to_string().contains("fresh file"), "{again}");
    let left: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["copy.db"]);

    let copy = Db::open_sqlite(&to, SqliteOptions::default()).unwrap();
    let pairs = "SELECT count(*) AS n FROM things FULL JOIN pairs ON pairs.id = things.id \
                 WHERE things.id IS NULL OR pairs.id IS NULL";
    let halves: i64 = read(&copy, move |tx| tx.query_one(pairs, params![])?.get("n")).unwrap();
    assert_eq!(halves, 0);
    assert!(thing_ids(&copy).len() >= 50);
    intact(&copy);
    write(&copy, |tx| add_thing(tx, -1)).unwrap();
}

#[test]
fn on_postgresql_a_backup_names_the_tool() {
    let db = fresh_postgres();
    let error = db.backup("copy.db".as_ref()).unwrap_err();
    assert!(error.to_string().contains("pg_dump"), "{error}");
}
