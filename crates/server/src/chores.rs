//! What a server does by itself while it runs: forgets what is old, counts keys that no field knows and fills fields that were
//! made of them, writes who calls operations that go away and that they do, copies its database at night.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api::App;
use crm::{
    Crm, Timestamp, contacts, events, idempotency, members, messages, outbox, proposals, search, structuring_model,
    sunsets, webchat, webhooks,
};
use store::{Db, Priority, Tx};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::cli::Failure;
use crate::settings::Settings;
use crate::{backup, media_copy};

/// A server that has just started has better things to do.
const FIRST: Duration = Duration::from_secs(60);
/// How often the event log is looked at for new keys.
const TAIL_EVERY: Duration = Duration::from_secs(2);
/// Background work leaves room between its pieces.
const BETWEEN_PIECES: Duration = Duration::from_millis(10);
const FORGET_EVERY: Duration = Duration::from_secs(600);
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// A kill loses the counts of so long.
const COUNTS_EVERY: Duration = Duration::from_secs(3);
const LAST_COUNTS: Duration = Duration::from_secs(5);
/// How often somebody looks whether readers of events are held back.
const WATCH_EVERY: Duration = Duration::from_secs(10);
const ANNOUNCE_EVERY: Duration = Duration::from_secs(600);
/// Rows a transaction: others wait no longer than for any request.
const CHUNK: i64 = 200;
const DAY_MINUTES: i64 = 24 * 60;
const MINUTE_MICROS: i64 = 60_000_000;

/// The chores that run; they end with the process, at any point.
pub struct Chores {
    running: Vec<JoinHandle<()>>,
    app: Arc<App>,
}

pub fn start(app: &Arc<App>, settings: &Settings) -> Chores {
    let crm = &app.crm;
    let mut running = vec![
        tokio::spawn(forget(crm.clone(), settings.webhooks_keep_days)),
        tokio::spawn(learn_keys(crm.clone())),
        tokio::spawn(write_counts(app.clone())),
        tokio::spawn(finish_merges(crm.clone())),
        tokio::spawn(let_go(crm.clone())),
        tokio::spawn(announce_sunsets(app.clone())),
        tokio::spawn(watch_readers(crm.clone())),
        tokio::spawn(find_the_old(crm.clone())),
    ];
    if settings.backup_nightly && settings.database_url.is_none() {
        running.push(tokio::spawn(back_up(crm.db().clone(), settings.clone())));
    }
    Chores { running, app: app.clone() }
}

impl Chores {
    /// No request runs any more: what was counted until now is written.
    pub async fn end(self) {
        for chore in self.running {
            chore.abort();
        }
        match timeout(LAST_COUNTS, self.app.write_counts()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the last counts of calls are lost"),
            Err(_) => tracing::warn!("the database takes too long; the last counts of calls are lost"),
        }
    }
}

/// What was written before there was a search: once, and then there is nothing more of it.
async fn find_the_old(crm: Crm) {
    loop {
        match search::catch_up(&crm).await {
            Ok(true) => sleep(BETWEEN_PIECES).await,
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(%error, "could not go on putting what is old into the search; it is tried again");
                sleep(LOOK_EVERY).await;
            }
        }
    }
}

/// Who still calls operations that go away. A failure keeps the counts.
async fn write_counts(app: Arc<App>) {
    loop {
        sleep(COUNTS_EVERY).await;
        if let Err(error) = app.write_counts().await {
            tracing::warn!(%error, "could not write the counts of calls; they are kept");
        }
    }
}

/// What the log says about operations that go away. A day may begin at any time: clocks jump, servers rest.
async fn announce_sunsets(app: Arc<App>) {
    loop {
        match app.announce_sunsets().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "wrote events about operations that go away"),
            Err(error) => tracing::warn!(%error, "could not write events about operations that go away"),
        }
        sleep(ANNOUNCE_EVERY).await;
    }
}

/// Says in the log that readers of events are held back, and when they no longer are.
async fn watch_readers(crm: Crm) {
    let mut said = false;
    loop {
        sleep(WATCH_EVERY).await;
        let now = crm.now();
        let held_back =
            match crm.db().read(Priority::Background, move |tx: &mut Tx<'_>| events::held_back(tx, now)).await {
                Ok(held_back) => held_back,
                Err(error) => {
                    tracing::debug!(%error, "could not see whether events are held back");
                    continue;
                }
            };
        match &held_back {
            Some(held_back) => tracing::warn!("{held_back}: neither the live stream nor webhooks pass them on"),
            None if said => tracing::info!("events are read again"),
            None => {}
        }
        said = held_back.is_some();
    }
}

async fn forget(crm: Crm, webhooks_keep_days: usize) {
    sleep(FIRST).await;
    loop {
        match forget_old_answers(&crm).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "forgot remembered answers that are older than a day"),
            Err(error) => tracing::warn!(%error, "could not forget remembered answers"),
        }
        match forget_old_calls(&crm).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "forgot counts of calls that are older than 400 days"),
            Err(error) => tracing::warn!(%error, "could not forget counts of calls"),
        }
        if let Err(error) = forget_what_hooks_left(&crm).await {
            tracing::warn!(%error, "could not forget what hooks left");
        }
        match forget_old_webhooks(&crm, webhooks_keep_days).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "forgot old tries of webhooks and what they sent"),
            Err(error) => tracing::warn!(%error, "could not forget old tries of webhooks"),
        }
        sleep(FORGET_EVERY).await;
    }
}

/// Updates whose message never came, what nobody could read, and what models were asked long ago.
async fn forget_what_hooks_left(crm: &Crm) -> Result<(), crm::Error> {
    let now = crm.now();
    let early = move |tx: &mut Tx<'_>| messages::sweep_early(tx, now);
    while crm.db().write(Priority::Background, early).await? {}
    let visitors = move |tx: &mut Tx<'_>| webchat::forget_expired(tx, now);
    while crm.db().write(Priority::Background, visitors).await? {}
    let questions = move |tx: &mut Tx<'_>| structuring_model::forget_old(tx, now, CHUNK);
    while crm.db().write(Priority::Background, questions).await? {}
    let leftovers = move |tx: &mut Tx<'_>| messages::forget_leftovers(tx, now);
    while crm.db().write(Priority::Background, leftovers).await? {}
    Ok(())
}

/// Moves what merges of much left to be moved.
async fn finish_merges(crm: Crm) {
    loop {
        let more = match contacts::move_on(&crm).await {
            Ok(more) => more,
            Err(error) => {
                tracing::warn!(%error, "could not move what a merge left; tried again");
                false
            }
        };
        sleep(if more { BETWEEN_PIECES } else { TAIL_EVERY }).await;
    }
}

/// What members who left had in hand, and what removed channels had to send, where it was much.
async fn let_go(crm: Crm) {
    loop {
        let done = async { Ok(members::let_go_of_the_rest(&crm).await? | outbox::abandon_the_rest(&crm).await?) };
        let more = match done.await {
            Ok(more) => more,
            Err(error) => {
                let error: crm::Error = error;
                tracing::warn!(%error, "could not let go of what a member or a channel left; tried again");
                false
            }
        };
        sleep(if more { BETWEEN_PIECES } else { LOOK_EVERY }).await;
    }
}

async fn forget_old_webhooks(crm: &Crm, keep_days: usize) -> Result<u64, crm::Error> {
    let mut count = 0;
    loop {
        let before = crm.now().plus_days(-(keep_days as i64));
        let work = move |tx: &mut Tx<'_>| webhooks::forget_old(tx, before, CHUNK);
        let forgotten = crm.db().write(Priority::Background, work).await?;
        count += forgotten;
        if forgotten == 0 {
            return Ok(count);
        }
        sleep(BETWEEN_PIECES).await;
    }
}

async fn forget_old_answers(crm: &Crm) -> Result<u64, crm::Error> {
    let mut count = 0;
    loop {
        let now = crm.now();
        let work = move |tx: &mut Tx<'_>| idempotency::forget_old(tx, now, CHUNK);
        let forgotten = crm.db().write(Priority::Background, work).await?;
        count += forgotten;
        if forgotten < CHUNK as u64 {
            return Ok(count);
        }
    }
}

async fn forget_old_calls(crm: &Crm) -> Result<u64, crm::Error> {
    let mut count = 0;
    loop {
        let today = sunsets::day_of(crm.now());
        let work = move |tx: &mut Tx<'_>| sunsets::forget_old(tx, today, CHUNK);
        let forgotten = crm.db().write(Priority::Background, work).await?;
        count += forgotten;
        if forgotten < CHUNK as u64 {
            return Ok(count);
        }
    }
}

/// Counts keys that no field knows, and fills fields that were made of them: a piece, then whoever else waits, and on.
async fn learn_keys(crm: Crm) {
    loop {
        let more = match tend_keys(&crm).await {
            Ok(more) => more,
            Err(error) => {
                tracing::warn!(%error, "could not count keys or fill a field; tried again");
                false
            }
        };
        sleep(if more { BETWEEN_PIECES } else { TAIL_EVERY }).await;
    }
}

/// Whether there is more to do at once.
async fn tend_keys(crm: &Crm) -> Result<bool, crm::Error> {
    let counted = proposals::watch(crm).await?;
    let filled = proposals::fill(crm).await?;
    Ok(counted || filled)
}

async fn back_up(db: Db, settings: Settings) {
    sleep(FIRST).await;
    loop {
        let (db, settings) = (db.clone(), settings.clone());
        let tried = tokio::task::spawn_blocking(move || nightly(&db, &settings, Timestamp::now())).await;
        let mut wait = LOOK_EVERY;
        match tried {
            Ok(Ok(None)) => {}
            Ok(Ok(Some(path))) => tracing::info!(copy = %path.display(), "backed up; the key file is not in it"),
            Ok(Err(failure)) => {
                tracing::error!(error = failure.message, "the nightly backup failed; it is tried again in ten minutes");
                wait = FORGET_EVERY;
            }
            Err(error) => tracing::error!(%error, "the nightly backup broke off"),
        }
        sleep(wait).await;
    }
}

/// Makes the copy that is due, if one is, and deletes those beyond the number that is kept. The copy has its name only once the
/// files that it tells of stand beside it: a night that failed is a night that is not there yet.
fn nightly(db: &Db, settings: &Settings, now: Timestamp) -> Result<Option<PathBuf>, Failure> {
    let directory = &settings.backup_dir;
    let due = format!("nightly-{}.db", backup::stamp(latest_time(now, settings.backup_at)));
    if copies(directory).last().is_some_and(|newest| *newest >= due) {
        return Ok(None);
    }
    backup::make_directory(directory)?;
    let path = directory.join(format!("nightly-{}.db", backup::stamp(now)));
    forget_halves(directory)?;
    // First, for the room; but never the last one before there is another.
    keep_only(directory, (settings.backup_keep - 1).max(1))?;
    let unfinished = path.with_extension("db.unfinished");
    let whole = backup::copy(db, &unfinished).and_then(|_| {
        media_copy::add(&settings.media_dir, &media_copy::beside(&path))?;
        fs::rename(&unfinished, &path)?;
        Ok(File::open(directory)?.sync_all()?)
    });
    if whole.is_err() {
        forget_halves(directory)?;
    }
    whole?;
    keep_only(directory, settings.backup_keep)?;
    Ok(Some(path))
}

fn keep_only(directory: &Path, number: usize) -> Result<(), Failure> {
    let copies = copies(directory);
    for old in &copies[..copies.len().saturating_sub(number)] {
        fs::remove_file(directory.join(old))?;
    }
    Ok(())
}

/// Copies that a stop or a failure cut off: nobody would ever finish or delete them.
fn forget_halves(directory: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("nightly-") && name.contains(".db.") {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// The last time that it was so many minutes after midnight, UTC.
fn latest_time(now: Timestamp, minutes: i64) -> Timestamp {
    let since = now.micros() / MINUTE_MICROS - minutes;
    Timestamp::from_micros((since.div_euclid(DAY_MINUTES) * DAY_MINUTES + minutes) * MINUTE_MICROS)
}

/// Names of nightly copies, oldest first.
fn copies(directory: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("nightly-") && name.ends_with(".db")).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::open_sqlite;
    use crate::settings::Given;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_utc(text).unwrap()
    }

    #[test]
    fn the_latest_time_is_today_or_yesterday() {
        assert_eq!(latest_time(at("2026-03-14T12:00:00Z"), 210), at("2026-03-14T03:30:00Z"));
        assert_eq!(latest_time(at("2026-03-14T03:30:00Z"), 210), at("2026-03-14T03:30:00Z"));
        assert_eq!(latest_time(at("2026-03-14T03:29:59Z"), 210), at("2026-03-13T03:30:00Z"));
    }

    #[test]
    fn one_copy_a_night_and_no_more_than_are_kept() {
        let directory = tempfile::tempdir().unwrap();
        let crm = Crm::open(open_sqlite(&directory.path().join("recado.db"), Some(2)).unwrap()).unwrap();
        let values = vec![("data_dir", directory.path().display().to_string()), ("backup_keep", "2".to_owned())];
        let settings = Settings::read(&Given { values, config: None }).unwrap();
        let try_at = |time: &str| nightly(crm.db(), &settings, at(time)).unwrap().is_some();
        assert!(try_at("2026-03-14T12:00:00Z"), "the first one is made up for");
        assert!(!try_at("2026-03-15T03:29:00Z"));
        assert!(try_at("2026-03-15T03:30:00Z"));
        assert!(!try_at("2026-03-15T03:31:00Z"));
        assert!(try_at("2026-03-17T05:00:00Z"), "a night that was missed");
        assert_eq!(copies(&settings.backup_dir), ["nightly-20260315T033000Z.db", "nightly-20260317T050000Z.db"]);
    }
    #[test]
    fn a_night_without_its_files_is_tried_again() {
        let directory = tempfile::tempdir().unwrap();
        let crm = Crm::open(open_sqlite(&directory.path().join("recado.db"), Some(2)).unwrap()).unwrap();
        let values = vec![("data_dir", directory.path().display().to_string()), ("backup_keep", "3".to_owned())];
        let settings = Settings::read(&Given { values, config: None }).unwrap();
        let backups = &settings.backup_dir;
        fs::create_dir_all(settings.media_dir.join("o")).unwrap();
        fs::write(settings.media_dir.join("o/1"), "1").unwrap();
        fs::create_dir_all(backups).unwrap();
        for day in 10..16 {
            fs::write(backups.join(format!("nightly-202603{day}T033000Z.db")), "old").unwrap();
        }
        // A file where their directory is to be.
        fs::write(backups.join("media"), "").unwrap();
        for time in ["2026-03-17T03:30:00Z", "2026-03-17T03:40:00Z"] {
            nightly(crm.db(), &settings, at(time)).unwrap_err();
            assert_eq!(copies(backups), ["nightly-20260314T033000Z.db", "nightly-20260315T033000Z.db"]);
            let left = fs::read_dir(backups).unwrap().count();
            assert_eq!(left, 3, "nothing half done");
        }
        fs::remove_file(backups.join("media")).unwrap();
        assert!(nightly(crm.db(), &settings, at("2026-03-17T03:50:00Z")).unwrap().is_some());
        assert_eq!(copies(backups).last().unwrap(), "nightly-20260317T035000Z.db");
        assert_eq!((copies(backups).len(), fs::read(backups.join("media/o/1")).unwrap()), (3, b"1".to_vec()));
        assert!(nightly(crm.db(), &settings, at("2026-03-17T04:00:00Z")).unwrap().is_none());
    }
}
