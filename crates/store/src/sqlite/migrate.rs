//! Migrations on SQLite, over a connection of their own.

use std::path::Path;
use std::time::Duration;

use super::Connection;
use crate::migrate::{CREATE_TABLE, INSERT, SELECT, check_list, failed, next, now_micros};
use crate::{Error, Migration, MigrationReport, SqliteOptions, params};

/// How long to wait for another process that is migrating.
const PATIENCE: Duration = Duration::from_secs(3600);

pub(super) fn migrate(
    path: &Path,
    options: &SqliteOptions,
    migrations: &[Migration],
) -> Result<MigrationReport, Error> {
    check_list(migrations)?;
    let connection = Connection::open(path, PATIENCE.max(options.busy_timeout), false)?;
    // Off, so that a table can be rebuilt (its DROP would delete what refers to it); checked before each commit.
    connection.settings("PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY")?;
    let mut report = MigrationReport::default();
    loop {
        // The lock comes before the look: another process may be at it.
        connection.control("BEGIN IMMEDIATE")?;
        let step = step(&connection, migrations);
        let committed = step.and_then(|step| connection.control("COMMIT").map(|()| step));
        connection.roll_back();
        match committed? {
            Step::Ran(number) => report.applied.push(number),
            Step::Done(version) => {
                report.version = version;
                return Ok(report);
            }
        }
    }
}

enum Step {
    Ran(u32),
    /// Up to date, at this version.
    Done(u32),
}

fn step(connection: &Connection, migrations: &[Migration]) -> Result<Step, Error> {
    connection.control(CREATE_TABLE)?;
    let rows = connection.query(SELECT, &[]).map_err(|failure| failure.error)?;
    let applied = rows
        .iter()
        .map(|row| Ok((row.get("number")?, row.get("name")?)))
        .collect::<Result<Vec<(u32, String)>, Error>>()?;
    let Some(migration) = next(migrations, &applied)? else {
        return Ok(Step::Done(applied.last().map_or(0, |(number, _)| *number)));
    };
    connection.execute_batch(migration.sqlite).map_err(|failure| failed(migration, failure.error))?;
    if !connection.in_transaction() {
        return Err(failed(migration, "it ended the transaction it runs in"));
    }
    let orphans = connection.query("PRAGMA foreign_key_check", &[]).map_err(|failure| failure.error)?;
    if let Some(orphan) = orphans.first() {
        let (table, parent): (String, String) = (orphan.at(0)?, orphan.at(2)?);
        return Err(failed(migration, format_args!("rows of {table} refer to rows of {parent} that are not there")));
    }
    connection
        .execute(INSERT, params![migration.number, migration.name, now_micros()])
        .map_err(|failure| failure.error)?;
    Ok(Step::Ran(migration.number))
}
