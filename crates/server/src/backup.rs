//! `recado backup`: a copy of the embedded database while it is in use, checked by opening it.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use clap::Args;
use crm::Timestamp;
use store::{Db, Priority, Tx, params};

use crate::cli::Failure;
use crate::output::{print_line, size};
use crate::settings::{DataFlags, Settings};
use crate::{database, media_copy, telemetry};

pub const USE_PG_DUMP: &str =
    "a PostgreSQL database is backed up with PostgreSQL's own tools: use pg_dump, or pg_basebackup";

/// Copy the embedded database into one file, also while the server runs
///
/// Files of messages go into the directory `media` beside the copy; what is there already is
/// not copied again. The copy is opened and checked before the command ends. The key file
/// (secret.key) is not in it: without that key the sealed secrets of channels cannot be read, so
/// keep a copy of it in another place.
///
/// Example:  recado backup --data-dir /var/lib/recado --to /backup/recado-2026-03-14.db
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct BackupArguments {
    #[command(flatten)]
    pub settings: DataFlags,

    /// The file to write, which must not exist yet [default: a new one in the backup directory]
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
}

pub fn run(arguments: &BackupArguments) -> Result<(), Failure> {
    let settings = Settings::read(&arguments.settings.0)?;
    telemetry::start(&settings)?;
    if settings.database_url.is_some() {
        return Err(Failure::usage(USE_PG_DUMP));
    }
    let data_dir = database::existing(&settings)?;
    let to = match &arguments.to {
        Some(to) if to.is_dir() => {
            return Err(Failure::usage(format!("--to: {} is a directory; name a file in it", to.display())));
        }
        Some(to) if to.exists() => {
            return Err(Failure::usage(format!(
                "--to: {} exists already; a backup goes into a new file",
                to.display()
            )));
        }
        Some(to) => to.clone(),
        None => {
            make_directory(&settings.backup_dir)?;
            settings.backup_dir.join(format!("recado-{}.db", stamp(Timestamp::now())))
        }
    };
    let db = database::open_as_is(&settings, &data_dir)?;
    let bytes = copy(&db, &to)?;
    db.close();
    print_line(&format!("{} ({})", to.display(), size(bytes)))?;
    // After the database: what it names is there.
    let media = media_copy::beside(&to);
    let files = media_copy::add(&settings.media_dir, &media)?;
    if files > 0 {
        print_line(&format!("{files} files of messages, into {}", media.display()))?;
    }
    print_line(&format!("The key file is not in it; keep a copy of {} elsewhere.", data_dir.key_file().display()))
}

/// Copies and checks; answers the size. A copy that is not sound is removed.
pub fn copy(db: &Db, to: &Path) -> Result<u64, Failure> {
    db.backup(to).map_err(|error| {
        let reason = match error {
            store::Error::Unavailable { reason } => reason,
            other => other.to_string(),
        };
        Failure::new(format!("cannot write the copy {}: {reason}", to.display()))
    })?;
    if let Err(failure) = verify(to) {
        let _ = fs::remove_file(to);
        return Err(failure);
    }
    Ok(fs::metadata(to)?.len())
}

/// Opens a copy and has the engine check all of it; answers its schema.
pub fn verify(path: &Path) -> Result<u32, Failure> {
    let wrong = |what: &str| Failure::new(format!("{} is not a sound database: {what}", path.display()));
    let db = database::open_sqlite(path, Some(2)).map_err(|failure| wrong(&failure.message))?;
    let problems = integrity(&db).map_err(|failure| wrong(&failure.message))?;
    let schema = database::schema_of(&db).map_err(|failure| wrong(&failure.message))?;
    db.close();
    tidy(path);
    if let Some(problem) = problems.first() {
        return Err(wrong(problem));
    }
    schema.ok_or_else(|| wrong("it has no tables of Recado"))
}

/// Takes away the empty log that opening left beside the copy: connections that close at the same time leave it.
fn tidy(path: &Path) {
    let beside = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    if fs::metadata(beside("-wal")).is_ok_and(|log| log.len() == 0) {
        for end in ["-wal", "-shm"] {
            if let Err(error) = fs::remove_file(beside(end)) {
                tracing::debug!(%error, "the log of a copy stays");
            }
        }
    }
}

/// What SQLite finds wrong with its file, and rows that refer to nothing; at most a few of each.
pub fn integrity(db: &Db) -> Result<Vec<String>, Failure> {
    let read = |tx: &mut Tx<'_>| -> Result<Vec<String>, store::Error> {
        let mut problems = Vec::new();
        for row in tx.query("PRAGMA integrity_check(10)", params![])? {
            problems.push(row.at::<String>(0)?);
        }
        problems.retain(|line| line != "ok");
        for row in tx.query("PRAGMA foreign_key_check", params![])?.iter().take(10) {
            let (table, parent): (String, String) = (row.at(0)?, row.at(2)?);
            problems.push(format!("a row of {table} refers to a row of {parent} that is not there"));
        }
        Ok(problems)
    };
    Ok(db.read_blocking(Priority::Background, read)?)
}

pub fn make_directory(path: &Path) -> Result<(), Failure> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| Failure::new(format!("cannot make the directory {}: {error}", path.display())))
}

/// `20260314T033000Z`: sorts by time, and can be a file's name everywhere.
pub fn stamp(at: Timestamp) -> String {
    let text = at.to_string();
    let seconds = text.split('.').next().unwrap_or_default();
    format!("{}Z", seconds.replace(['-', ':'], ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_time() {
        assert_eq!(stamp(Timestamp::from_micros(1_767_225_600_123_456)), "20260101T000000Z");
    }

    #[test]
    fn what_is_no_database_is_not_sound() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.db");
        fs::write(&path, "not a database, but long enough to be taken for one at first sight ".repeat(100)).unwrap();
        assert!(verify(&path).unwrap_err().message.contains("not a sound database"));
        let empty = directory.path().join("empty.db");
        fs::write(&empty, "").unwrap();
        assert!(verify(&empty).unwrap_err().message.contains("no tables"));
    }
}
