//! Opens whichever database the settings name.

use std::path::{Path, PathBuf};

use crm::{Crm, Timestamp, channels, installation, second_factor, structuring_model, webhooks};
use store::{Db, PostgresOptions, Priority, SqliteOptions, Tx, params};

use crate::backup;
use crate::cli::Failure;
use crate::data_dir::{DataDir, DataDirError, Lock};
use crate::settings::Settings;

/// Readers of a command that does one thing: one is kept free for interactive reads.
const FEW: usize = 2;

/// The business on its database, schema up to date.
pub fn open(settings: &Settings, data_dir: &DataDir) -> Result<Crm, Failure> {
    open_with(settings, data_dir, settings.database_readers)
}

/// The same for a command beside the server. Refuses to make a database, and to bring the schema of a server up to date that
/// runs: one of an older version would go on with tables that it does not know.
pub fn open_existing(settings: &Settings) -> Result<(Crm, DataDir), Failure> {
    let data_dir = existing(settings)?;
    let _lock = beside_the_server(settings, &data_dir)?;
    let crm = open_with(settings, &data_dir, Some(FEW))?;
    Ok((crm, data_dir))
}

/// What keeps a server away while an older schema is brought up to date; none where there is nothing to do.
pub fn beside_the_server(settings: &Settings, data_dir: &DataDir) -> Result<Option<Lock>, Failure> {
    let db = open_as_is(settings, data_dir)?;
    let found = schema_of(&db)?;
    db.close();
    let known = crm::newest_schema();
    match found {
        Some(found) if found >= known => Ok(None),
        None if settings.database_url.is_none() => Ok(None),
        None => Err(Failure::usage("there are no tables of Recado in this database; `recado init` makes them")),
        // Nobody here can see whether a node runs.
        Some(found) if settings.database_url.is_some() => Err(Failure::usage(format!(
            "this database is at schema {found}, this program at {known}: restart the servers with this version first"
        ))),
        Some(found) => match data_dir.lock() {
            Ok(lock) => Ok(Some(lock)),
            Err(DataDirError::InUse(path)) => Err(Failure::usage(format!(
                "the server that runs in {} is of an older version (schema {found}, this program's is {known}): restart it with \
                 this version first",
                path.display()
            ))),
            Err(error) => Err(error.into()),
        },
    }
}

fn open_with(settings: &Settings, data_dir: &DataDir, readers: Option<usize>) -> Result<Crm, Failure> {
    let db = match &settings.database_url {
        Some(url) => open_postgres(url, readers, settings.database_writers)?,
        None => {
            let db = open_sqlite(&data_dir.database(), readers)?;
            snapshot_before(&db, &settings.backup_dir, crm::newest_schema())?;
            db
        }
    };
    Ok(Crm::open(db)?)
}

/// A new database beside what a restore left that was cut off would be an empty server, and the end of the old one's log.
pub fn refuse_beside_a_cut_off_restore(settings: &Settings, data_dir: &DataDir) -> Result<(), Failure> {
    match data_dir.cut_off().filter(|_| settings.database_url.is_none()) {
        Some(why) => Err(Failure::new(why)),
        None => Ok(()),
    }
}

/// The data directory of a command that wants a database to be there.
pub fn existing(settings: &Settings) -> Result<DataDir, Failure> {
    let data_dir = DataDir::at(&settings.data_dir);
    if settings.database_url.is_none() && !data_dir.database().exists() {
        return Err(Failure::usage(format!(
            "there is no database in {}; --data-dir names another directory, `recado init` makes one",
            settings.data_dir.display()
        )));
    }
    Ok(data_dir)
}

pub fn open_sqlite(path: &Path, readers: Option<usize>) -> Result<Db, Failure> {
    let mut options = SqliteOptions::default();
    options.readers = readers.unwrap_or(options.readers);
    Ok(Db::open_sqlite(path, options)?)
}

fn open_postgres(url: &str, readers: Option<usize>, writers: Option<usize>) -> Result<Db, Failure> {
    let mut options = PostgresOptions::default();
    options.readers = readers.unwrap_or(options.readers);
    options.writers = writers.unwrap_or(options.writers);
    Ok(Db::open_postgres(url, options)?)
}

/// The database as it is, nothing migrated.
pub fn open_as_is(settings: &Settings, data_dir: &DataDir) -> Result<Db, Failure> {
    match &settings.database_url {
        Some(url) => open_postgres(url, Some(FEW), Some(FEW)),
        None => open_sqlite(&data_dir.database(), Some(FEW)),
    }
}

/// The number of its newest migration; none where there is no table of ours.
pub fn schema_of(db: &Db) -> Result<Option<u32>, Failure> {
    let table = match db.engine() {
        store::Engine::Sqlite => {
            "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'"
        }
        store::Engine::Postgres => {
            "SELECT count(*) AS n FROM information_schema.tables WHERE table_name = 'schema_migrations'"
        }
    };
    let read = move |tx: &mut Tx<'_>| -> Result<Option<i64>, store::Error> {
        if tx.query_one(table, params![])?.get::<i64>("n")? == 0 {
            return Ok(None);
        }
        tx.query_one("SELECT max(number) AS newest FROM schema_migrations", params![])?.get("newest")
    };
    let newest = db.read_blocking(Priority::Background, read)?;
    Ok(newest.and_then(|number| u32::try_from(number).ok()))
}

/// Copies a database that is about to be migrated, so that there is a way back.
fn snapshot_before(db: &Db, directory: &Path, known: u32) -> Result<Option<PathBuf>, Failure> {
    let Some(found) = schema_of(db)?.filter(|found| *found < known) else { return Ok(None) };
    let name = format!("before-schema-{known}-{}.db", backup::stamp(Timestamp::now()));
    backup::make_directory(directory)?;
    let path = directory.join(name);
    db.backup(&path)?;
    tracing::info!(from = found, to = known, copy = %path.display(), "the schema is brought up to date");
    Ok(Some(path))
}

/// Something sealed, with the place it is sealed to.
pub struct Sealed {
    pub place: String,
    pub bytes: Vec<u8>,
}

/// The first schema that tells which key seals.
const WITH_INSTALLATION: u32 = 24;

/// The first schema with webhooks.
const WITH_WEBHOOKS: u32 = 8;

/// The first schema with second factors.
const WITH_SIGN_IN: u32 = 9;

/// The first schema with models.
const WITH_MODELS: u32 = 21;

/// What the key must open, if there is anything: what the first start sealed, else the secrets of a channel, of a webhook, of a
/// second factor or of a model.
pub fn one_sealed(db: &Db) -> Result<Option<Sealed>, Failure> {
    let Some(schema) = schema_of(db)? else { return Ok(None) };
    let read = move |tx: &mut Tx<'_>| -> Result<Option<Sealed>, store::Error> {
        if schema >= WITH_INSTALLATION {
            let sql = "SELECT value FROM installation WHERE name = $1";
            if let Some(row) = tx.query_opt(sql, params![installation::KEY_CHECK])? {
                return Ok(Some(Sealed { place: installation::KEY_CHECK_PLACE.to_owned(), bytes: row.at(0)? }));
            }
        }
        let row = tx.query_opt("SELECT id, secrets FROM channels WHERE secrets IS NOT NULL LIMIT 1", params![])?;
        if let Some(row) = row {
            return Ok(Some(Sealed { place: channels::seal_place(row.at(0)?), bytes: row.at(1)? }));
        }
        if schema < WITH_WEBHOOKS {
            return Ok(None);
        }
        let row = tx.query_opt("SELECT id, secret FROM webhooks LIMIT 1", params![])?;
        if let Some(row) = row {
            return Ok(Some(Sealed { place: webhooks::seal_place(row.at(0)?), bytes: row.at(1)? }));
        }
        if schema < WITH_SIGN_IN {
            return Ok(None);
        }
        let row = tx.query_opt("SELECT organization_id, member_id, secret FROM member_totp LIMIT 1", params![])?;
        if let Some(row) = row {
            return Ok(Some(Sealed { place: second_factor::seal_place(row.at(0)?, row.at(1)?), bytes: row.at(2)? }));
        }
        if schema < WITH_MODELS {
            return Ok(None);
        }
        let sql = "SELECT organization_id, api_key FROM structuring_models WHERE api_key IS NOT NULL LIMIT 1";
        let row = tx.query_opt(sql, params![])?;
        row.map(|row| Ok(Sealed { place: structuring_model::seal_place(row.at(0)?), bytes: row.at(1)? })).transpose()
    };
    Ok(db.read_blocking(Priority::Interactive, read)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_schema_is_copied_before_it_is_changed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("recado.db");
        let db = open_sqlite(&path, Some(FEW)).unwrap();
        let copies = directory.path().join("backups");
        let known = crm::newest_schema();
        // Empty: nothing to lose.
        assert_eq!(schema_of(&db).unwrap(), None);
        assert_eq!(snapshot_before(&db, &copies, known).unwrap(), None);
        let crm = Crm::open(db).unwrap();
        assert_eq!(schema_of(crm.db()).unwrap(), Some(known));
        assert_eq!(snapshot_before(crm.db(), &copies, known).unwrap(), None);
        let copy = snapshot_before(crm.db(), &copies, known + 1).unwrap().unwrap();
        assert_eq!(backup::verify(&copy).unwrap(), known);
    }
}
