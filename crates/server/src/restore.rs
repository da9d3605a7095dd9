//! `recado restore`: a copy takes the database's place.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use crm::Timestamp;

use crate::cli::Failure;
use crate::data_dir::{DataDir, key_from_environment};
use crate::output::print_line;
use crate::settings::{DataFlags, Settings};
use crate::{backup, database, media_copy, telemetry};

/// Put a backup into a data directory
///
/// The backup is checked first. Files of messages come from the directory `media` beside it.
/// Refused while a server runs there, and where there is a database already; with --force that
/// one is kept aside under another name. The key file is not part of a backup: put the old
/// secret.key beside it.
///
/// Example:  recado restore --data-dir /var/lib/recado-new /backup/recado-2026-03-14.db
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct RestoreArguments {
    #[command(flatten)]
    pub settings: DataFlags,

    /// The backup
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Put it in the place of a database that is there; the old one is kept aside
    #[arg(long)]
    pub force: bool,
}

pub fn run(arguments: &RestoreArguments) -> Result<(), Failure> {
    let settings = Settings::read(&arguments.settings.0)?;
    telemetry::start(&settings)?;
    if settings.database_url.is_some() {
        return Err(Failure::usage(
            "a PostgreSQL database is restored with PostgreSQL's own tools: use pg_restore or psql",
        ));
    }
    if !arguments.file.is_file() {
        return Err(Failure::usage(format!("there is no file {}", arguments.file.display())));
    }
    let data_dir = DataDir::open(&settings.data_dir)?;
    let _lock = data_dir.lock()?;
    let database = data_dir.database();
    if database.exists() && !arguments.force {
        return Err(Failure::new(format!(
            "there is a database in {} already; restore into an empty directory, or keep the old one aside with --force",
            settings.data_dir.display()
        )));
    }
    let incoming = beside(&database, ".restoring");
    let placed = bring(&arguments.file, &incoming).and_then(|()| place(&incoming, &database));
    if placed.is_err() {
        let _ = fs::remove_file(&incoming);
    }
    if let Some(aside) = placed? {
        print_line(&format!("The database that was there is now {}.", aside.display()))?;
    }
    print_line(&format!("Restored {} from {}.", database.display(), arguments.file.display()))?;
    let files = media_copy::add(&media_copy::beside(&arguments.file), &settings.media_dir)?;
    if files > 0 {
        print_line(&format!("{files} files of messages came with it."))?;
    }
    if !data_dir.key_file().exists() && key_from_environment().is_none() {
        let key = data_dir.key_file();
        print_line(&format!(
            "Before the server starts, put the old key file to {}: it is not in a backup.",
            key.display()
        ))?;
    }
    Ok(())
}

/// Copies, syncs and checks.
fn bring(from: &Path, to: &Path) -> Result<(), Failure> {
    let failed =
        |error: io::Error| Failure::new(format!("cannot copy {} to {}: {error}", from.display(), to.display()));
    let mut source = File::open(from).map_err(failed)?;
    let mut target = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(to).map_err(failed)?;
    io::copy(&mut source, &mut target).and_then(|_| target.sync_all()).map_err(failed)?;
    // Not the backup itself: opening it would put a log beside it, and it may stand where nothing can be written.
    let named =
        |failure: Failure| Failure::new(failure.message.replace(&*to.to_string_lossy(), &from.to_string_lossy()));
    let schema = backup::verify(to).map_err(named)?;
    let known = crm::newest_schema();
    if schema > known {
        return Err(Failure::new(format!(
            "the backup is at schema {schema}, this program knows schemas up to {known}: restore it with the version that wrote it"
        )));
    }
    Ok(())
}

/// Gives it its name; what had that name is answered, if anything had. What a run that was cut off left is finished.
fn place(incoming: &Path, database: &Path) -> Result<Option<PathBuf>, Failure> {
    let mut aside = None;
    if database.exists() {
        empty_log(database);
        let name = beside(database, &format!(".before-restore-{}", backup::stamp(Timestamp::now())));
        fs::rename(database, &name)?;
        aside = Some(name);
    }
    // The log belongs to the file it stood beside, also under its new name: it may have what the file has not yet.
    let owner = aside.clone().or_else(|| cut_off(database));
    for end in ["-wal", "-shm"] {
        let log = beside(database, end);
        match (&owner, log.exists()) {
            (Some(owner), true) if !beside(owner, end).exists() => fs::rename(&log, beside(owner, end))?,
            (_, true) => fs::remove_file(&log)?,
            _ => {}
        }
    }
    fs::rename(incoming, database)?;
    if let Some(directory) = database.parent() {
        File::open(directory)?.sync_all()?;
    }
    Ok(owner)
}

/// Opening and closing writes the log into its file, so that nothing is lost where this is cut off between two names. Of a
/// database that does not open the log goes aside as it is.
fn empty_log(database: &Path) {
    match database::open_sqlite(database, Some(2)) {
        Ok(db) => db.close(),
        Err(failure) => tracing::warn!(error = failure.message, "the old database does not open; it is kept as it is"),
    }
}

/// The database that a run before put aside, and was cut off before the new one had its place.
fn cut_off(database: &Path) -> Option<PathBuf> {
    let start = format!("{}.before-restore-", database.file_name()?.to_str()?);
    let names = fs::read_dir(database.parent()?).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let newest = names.filter(|name| name.starts_with(&start) && name.ends_with('Z')).max()?;
    Some(database.with_file_name(newest))
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}
