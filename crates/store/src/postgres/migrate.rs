//! Migrations on PostgreSQL, over a connection of their own.

use super::Connection;
use super::connection::{Uncommitted, quoted};
use super::connector::Connector;
use crate::migrate::{CREATE_TABLE, INSERT, SELECT, check_list, failed, next, now_micros};
use crate::{Error, Migration, MigrationReport, params};

/// Held by whoever migrates: "recado" as a number.
const LOCK: i64 = 0x7265_6361_646f;

pub(super) fn migrate(connector: &Connector, migrations: &[Migration]) -> Result<MigrationReport, Error> {
    check_list(migrations)?;
    let mut connection = connector.connect(true)?;
    let schema = connector.schema.as_deref();
    let mut report = MigrationReport::default();
    loop {
        // READ COMMITTED: after the wait for the lock the next statement must see what the other process did.
        connection.begin("ISOLATION LEVEL READ COMMITTED", schema, None).map_err(|failure| failure.error)?;
        match step(&mut connection, schema, migrations)? {
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

/// One transaction; if it fails the connection is dropped, and with it what was begun.
fn step(connection: &mut Connection, schema: Option<&str>, migrations: &[Migration]) -> Result<Step, Error> {
    let mut setup = vec![format!("SELECT pg_advisory_xact_lock({LOCK})")];
    if let Some(schema) = schema {
        setup.push(format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(schema)));
    }
    setup.push("SET LOCAL client_min_messages = warning".to_owned());
    setup.push(CREATE_TABLE.to_owned());
    connection.execute_batch(&setup.join("; ")).map_err(|failure| failure.error)?;
    let rows = connection.query(SELECT, &[]).map_err(|failure| failure.error)?;
    let applied = rows
        .iter()
        .map(|row| Ok((row.get("number")?, row.get("name")?)))
        .collect::<Result<Vec<(u32, String)>, Error>>()?;
    let ran = next(migrations, &applied)?;
    if let Some(migration) = ran {
        connection.execute_batch(migration.postgres).map_err(|failure| failed(migration, failure.error))?;
        connection
            .execute(INSERT, params![migration.number, migration.name, now_micros()])
            .map_err(|failure| failed(migration, failure.error))?;
    }
    connection.commit().map_err(|uncommitted| match uncommitted {
        Uncommitted::Certain(failure) => failure.error,
        Uncommitted::Unknown(error) => error,
    })?;
    Ok(match ran {
        Some(migration) => Step::Ran(migration.number),
        None => Step::Done(applied.last().map_or(0, |(number, _)| *number)),
    })
}
