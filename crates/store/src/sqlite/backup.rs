//! A copy of the database while it is in use.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};

use super::Connection;
use super::connection::create_private;
use crate::{Error, SqliteOptions};

/// Copies page by page (not `VACUUM INTO`, which may renumber rows that full text indexes point to) from one snapshot,
/// beside the writer, into `<to>.partial`, which gets its name once it is synced.
pub(super) fn backup(path: &Path, options: &SqliteOptions, to: &Path) -> Result<(), Error> {
    if to.exists() {
        return Err(Error::schema(format_args!("{} exists already: a backup goes into a fresh file", to.display())));
    }
    let mut partial = to.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let copied = copy(path, options, &partial).and_then(|()| settle(&partial, to).map_err(Error::unavailable));
    if copied.is_err() {
        let _ = fs::remove_file(&partial);
    }
    copied
}

fn copy(path: &Path, options: &SqliteOptions, to: &Path) -> Result<(), Error> {
    // One left behind by a backup that was killed.
    let _ = fs::remove_file(to);
    create_private(to)?;
    let from = Connection::open(path, options.busy_timeout, true)?;
    let mut target = rusqlite::Connection::open(to).map_err(Error::unavailable)?;
    // If it is interrupted the copy is thrown away: it needs no journal.
    target.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF").map_err(Error::unavailable)?;
    let backup = Backup::new(&from.inner, &mut target).map_err(Error::unavailable)?;
    loop {
        // All at once: between two steps a writer would make the copy start over. The writer is not held up.
        match backup.step(-1).map_err(Error::unavailable)? {
            StepResult::Done => return Ok(()),
            _ => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

fn settle(partial: &Path, to: &Path) -> std::io::Result<()> {
    File::open(partial)?.sync_all()?;
    fs::rename(partial, to)?;
    match to.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(directory) => File::open(directory)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}
