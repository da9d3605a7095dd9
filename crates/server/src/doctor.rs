//! `recado doctor`: whether a data directory is well.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use clap::Args;
use crm::{Timestamp, events};
use store::{Db, Priority, Tx};

use crate::cli::Failure;
use crate::data_dir::{self, DataDir};
use crate::output::{print_line, size};
use crate::settings::{DataFlags, Settings};
use crate::{backup, database, telemetry};

/// Free space below which something will soon go wrong, whatever the size of the database.
const LEAST_FREE: u64 = 256 * 1024 * 1024;

/// A night that was missed, and half a day, in seconds.
const LONGEST_WITHOUT_A_COPY: i64 = 36 * 3600;

/// Check the database, the key file and the disk; also while the server runs
///
/// Reads everything and changes nothing. Ends with 3 when it found something.
///
/// Example:  recado doctor --data-dir /var/lib/recado
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct DoctorArguments {
    #[command(flatten)]
    pub settings: DataFlags,
}

/// What each check came to.
#[derive(Debug, Default)]
struct Report {
    findings: usize,
}

impl Report {
    fn well(&mut self, what: &str, detail: impl std::fmt::Display) -> Result<(), Failure> {
        print_line(&format!("ok       {what:<12} {detail}"))
    }

    fn finding(&mut self, what: &str, detail: impl std::fmt::Display) -> Result<(), Failure> {
        self.findings += 1;
        print_line(&format!("PROBLEM  {what:<12} {detail}"))
    }
}

pub fn run(arguments: &DoctorArguments) -> Result<(), Failure> {
    let settings = Settings::read(&arguments.settings.0)?;
    telemetry::start(&settings)?;
    let data_dir = database::existing(&settings)?;
    let mut report = Report::default();
    match database::open_as_is(&settings, &data_dir) {
        Err(failure) => report.finding("database", failure.message)?,
        Ok(db) => {
            // What cannot be read is a finding, not an end.
            if let Err(failure) = check_database(&mut report, &db) {
                report.finding("database", failure.message)?;
            }
            if let Err(failure) = check_events(&mut report, &db) {
                report.finding("events", failure.message)?;
            }
            if let Err(failure) = check_key(&mut report, &data_dir, &db) {
                report.finding("key file", failure.message)?;
            }
            db.close();
        }
    }
    check_directory(&mut report, &data_dir)?;
    check_disk(&mut report, &data_dir)?;
    if settings.database_url.is_none() {
        show_backups(&mut report, &settings)?;
    }
    match report.findings {
        0 => Ok(()),
        1 => Err(Failure::finding("one problem was found")),
        many => Err(Failure::finding(format!("{many} problems were found"))),
    }
}

fn check_database(report: &mut Report, db: &Db) -> Result<(), Failure> {
    match db.engine() {
        store::Engine::Postgres => report.well("database", "PostgreSQL answers; its own tools check its files")?,
        store::Engine::Sqlite => match backup::integrity(db) {
            Ok(problems) if problems.is_empty() => {
                report.well("database", "its file is sound, every reference holds")?
            }
            Ok(problems) => {
                for problem in problems {
                    report.finding("database", problem)?;
                }
            }
            Err(failure) => report.finding("database", failure.message)?,
        },
    }
    let known = crm::newest_schema();
    match database::schema_of(db)? {
        Some(found) if found == known => report.well("schema", format!("{found}, the newest")),
        Some(found) if found < known => {
            report.finding("schema", format!("{found}; the next start of this version brings it to {known}"))
        }
        Some(found) => report.finding("schema", format!("{found}, but this program knows schemas up to {known} only")),
        None => report.finding("schema", "there are no tables of Recado in this database"),
    }
}

/// Readers of the event log wait for the oldest transaction that writes.
fn check_events(report: &mut Report, db: &Db) -> Result<(), Failure> {
    if db.engine() != store::Engine::Postgres || database::schema_of(db)?.is_none() {
        return Ok(());
    }
    let now = Timestamp::now();
    match db.read_blocking(Priority::Background, move |tx: &mut Tx<'_>| events::held_back(tx, now))? {
        None => report.well("events", "nothing holds their readers back"),
        Some(held_back) => report.finding("events", held_back),
    }
}

/// Whether the key is there, is for its owner's eyes only, and opens what it sealed.
fn check_key(report: &mut Report, data_dir: &DataDir, db: &Db) -> Result<(), Failure> {
    let sealed = database::one_sealed(db)?;
    let from_environment = data_dir::key_from_environment().is_some();
    let path = data_dir.key_file();
    if !from_environment && !path.exists() {
        return match sealed {
            None => report.well("key file", "not made yet: the server makes it when it starts"),
            Some(_) => {
                report.finding("key file", format!("{} is missing; put it back from where you keep it", path.display()))
            }
        };
    }
    let sealer = match data_dir.sealer() {
        Ok(sealer) => sealer,
        Err(error) => return report.finding("key file", error),
    };
    if let Some(sealed) = sealed
        && sealer.open(&sealed.place, &sealed.bytes).is_err()
    {
        return report.finding("key file", format!("it does not open {}: it is another key", sealed.place));
    }
    if from_environment {
        return report.well("key", "from RECADO_SECRET_KEY");
    }
    match fs::metadata(&path)?.permissions().mode() & 0o077 {
        0 => report.well("key file", path.display()),
        _ => report.finding("key file", format!("others can read {0}; run chmod 600 {0}", path.display())),
    }
}

fn check_directory(report: &mut Report, data_dir: &DataDir) -> Result<(), Failure> {
    let path = data_dir.path();
    let Ok(metadata) = fs::metadata(path) else { return Ok(()) };
    match metadata.permissions().mode() & 0o007 {
        0 => report.well("directory", path.display()),
        _ => report.finding("directory", format!("everybody can look into {0}; run chmod 700 {0}", path.display())),
    }
}

/// A backup needs as much again as the database has.
fn check_disk(report: &mut Report, data_dir: &DataDir) -> Result<(), Failure> {
    let used = fs::metadata(data_dir.database()).map(|metadata| metadata.len()).ok();
    let disk = match rustix::fs::statvfs(data_dir.path()) {
        Ok(disk) => disk,
        Err(error) => return report.finding("disk", format!("{}: {error}", data_dir.path().display())),
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let detail = match used {
        Some(used) => format!("{} free, the database has {}", size(free), size(used)),
        None => format!("{} free", size(free)),
    };
    if free < LEAST_FREE.max(used.unwrap_or(0)) { report.finding("disk", detail) } else { report.well("disk", detail) }
}

fn show_backups(report: &mut Report, settings: &Settings) -> Result<(), Failure> {
    let directory = &settings.backup_dir;
    let mut names: Vec<String> = match fs::read_dir(directory) {
        Ok(entries) => entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect(),
        Err(_) => Vec::new(),
    };
    names.retain(|name| name.ends_with(".db"));
    // Every name ends in the time it was made.
    names.sort_by(|a, b| a.rsplit('-').next().cmp(&b.rsplit('-').next()));
    let nightly = names.iter().rfind(|name| name.starts_with("nightly-"));
    let old = format!("nightly-{}.db", backup::stamp(Timestamp::now().plus_seconds(-LONGEST_WITHOUT_A_COPY)));
    if let Some(newest) = nightly.filter(|newest| settings.backup_nightly && **newest < old) {
        let detail =
            format!("the newest of the nights in {} is {newest}: see the server's log for why", directory.display());
        return report.finding("backups", detail);
    }
    match names.last() {
        Some(newest) => report.well("backups", format!("{} in {}, newest {newest}", names.len(), directory.display())),
        None => report.well("backups", format!("none in {} yet", directory.display())),
    }
}
