//! Bringing a schema up to date: what to run is decided here, the engines run it.

use crate::Error;

/// One step of a schema, for both engines. Once released it never changes.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// 1, 2, 3 …: ascending.
    pub number: u32,
    /// What it does, in a few words.
    pub name: &'static str,
    /// Statements for SQLite, separated by `;`. No `BEGIN`, no `COMMIT`.
    pub sqlite: &'static str,
    /// Statements for PostgreSQL.
    pub postgres: &'static str,
}

/// What [`Db::migrate`](crate::Db::migrate) did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrationReport {
    /// The migrations that were run, in order; empty when the schema was up to date.
    pub applied: Vec<u32>,
    /// The newest migration the database has now; 0 for none.
    pub version: u32,
}

/// Portable; `applied_at` is for people, in microseconds since 1970.
pub(crate) const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (\
     number BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)";
pub(crate) const SELECT: &str = "SELECT number, name FROM schema_migrations ORDER BY number";
pub(crate) const INSERT: &str = "INSERT INTO schema_migrations (number, name, applied_at) VALUES ($1, $2, $3)";

/// The list itself must make sense, whatever the database says.
pub(crate) fn check_list(migrations: &[Migration]) -> Result<(), Error> {
    for pair in migrations.windows(2) {
        if pair[0].number >= pair[1].number {
            let (a, b) = (pair[0].number, pair[1].number);
            return Err(Error::schema(format_args!("migration {b} follows migration {a}: numbers must ascend")));
        }
    }
    Ok(())
}

/// The next migration to run on a database that has `applied` (number and name, ascending), or `None` if it is up to
/// date. Refuses a database that is not a prefix of our list.
pub(crate) fn next<'m>(migrations: &'m [Migration], applied: &[(u32, String)]) -> Result<Option<&'m Migration>, Error> {
    let known = migrations.last().map_or(0, |migration| migration.number);
    if let Some((found, _)) = applied.last()
        && *found > known
    {
        return Err(Error::NewerSchema { found: *found, known });
    }
    for (i, (number, name)) in applied.iter().enumerate() {
        match migrations.get(i) {
            Some(ours) if ours.number == *number && ours.name == name => {}
            Some(ours) => {
                return Err(Error::schema(format_args!(
                    "the database has migration {number} ({name}) where this program has {} ({})",
                    ours.number, ours.name
                )));
            }
            None => return Err(Error::schema(format_args!("this program does not know migration {number} ({name})"))),
        }
    }
    Ok(migrations.get(applied.len()))
}

/// A migration that did not run, with what the engine said.
pub(crate) fn failed(migration: &Migration, cause: impl std::fmt::Display) -> Error {
    Error::schema(format_args!("migration {} ({}) failed and was undone: {cause}", migration.number, migration.name))
}

pub(crate) fn now_micros() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
