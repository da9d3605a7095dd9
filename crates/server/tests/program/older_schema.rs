//! Commands beside a server of an older version look, and change nothing beneath it.

use std::fs::OpenOptions;
use std::path::Path;

use store::{Db, Error, Priority, SqliteOptions, Tx, params};

use crate::world::{fails, init, ok, text};

/// The newest schema, which the test takes away.
const NEWEST: &str = "DELETE FROM schema_migrations WHERE number = (SELECT max(number) FROM schema_migrations)";

/// What the newest made, but for indexes that go with their tables.
const UNDONE: &[&str] =
    &["ALTER TABLE contact_identifiers DROP COLUMN told_at", "ALTER TABLE contacts DROP COLUMN moved_at"];

fn schema(path: &Path, change: &[&'static str]) -> i64 {
    let change = change.to_vec();
    let db = Db::open_sqlite(path, SqliteOptions::default()).unwrap();
    let work = move |tx: &mut Tx<'_>| -> Result<i64, Error> {
        for sql in &change {
            tx.execute(sql, params![])?;
        }
        tx.query_one("SELECT max(number) AS n FROM schema_migrations", params![])?.at(0)
    };
    let found = db.write_blocking(Priority::Interactive, work).unwrap();
    db.close();
    found
}

#[test]
fn looking_does_not_migrate_beneath_a_server_that_runs() {
    let directory = tempfile::tempdir().unwrap();
    init(directory.path());
    let (data_dir, path) = (text(directory.path()), directory.path().join("recado.db"));
    let newest = schema(&path, &[]);
    let before = schema(&path, &[&[NEWEST], UNDONE].concat());
    assert!(before < newest);
    // As a server of an older version holds it.
    let lock = directory.path().join("serve.lock");
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(lock).unwrap();
    lock.try_lock().unwrap();
    let again =
        ["init", "--data-dir", data_dir, "--organization", "Otra", "--country", "CL", "--owner-email", "b@example.com"];
    let again: Vec<&str> = again.into_iter().chain(["--owner-password", "correct horse"]).collect();
    for command in [
        &["key", "list", "--data-dir", data_dir][..],
        &["key", "revoke", "--data-dir", data_dir, "rk_xxxx"],
        &["member", "list", "--data-dir", data_dir],
        &["sunsets", "--data-dir", data_dir],
        &again,
    ] {
        let said = fails(2, command);
        assert!(said.contains("older version") && said.contains("restart"), "{said}");
        assert_eq!(schema(&path, &[]), before, "{command:?}");
    }
    lock.unlock().unwrap();
    assert!(ok(&["key", "list", "--data-dir", data_dir]).contains("rk_"));
    assert_eq!(schema(&path, &[]), newest);
    let said = fails(2, &["key", "revoke", "--data-dir", data_dir, "rk_"]);
    assert!(said.contains("whole hint"), "{said}");
}
