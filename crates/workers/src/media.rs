//! Files in: what people sent is fetched from WhatsApp, checked, and put below the media directory. And what nobody uses is
//! forgotten.

use std::collections::HashSet;
use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use crm::channels::{self, ChannelType};
use crm::id::OrganizationId;
use crm::media::{self, Called, Fetch, GoneFile, Media, most_bytes};
use crm::{Caller, Crm, organizations};
use providers::Http;
use providers::media_store::{MediaStore, StoreError};
use providers::whatsapp_cloud::errors::Fate as After;
use providers::whatsapp_cloud::{CallError, Graph, account_of};
use store::Priority;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::{Context, Stop};

/// Files at once: each is streamed, and holds a connection and a buffer.
const AT_ONCE: usize = 8;
/// Between two looks, at least.
const BREATH: Duration = Duration::from_millis(50);
const TIDY_EVERY: Duration = Duration::from_secs(600);
/// Between two looks for files without a row, and how old such a file is at least.
const DAY: Duration = Duration::from_secs(86_400);
const PIECE: i64 = 100;

/// By whom files are asked for; none where this server does not call those channels' provider.
#[derive(Clone)]
pub struct Lines {
    pub whatsapp: Option<Http>,
    /// May call this machine.
    pub playgrounds: Option<Http>,
}

impl Lines {
    fn called(&self) -> Called {
        Called { playgrounds: self.playgrounds.is_some(), whatsapp: self.whatsapp.is_some() }
    }

    fn of(&self, channel_type: ChannelType) -> Option<&Http> {
        if channel_type == ChannelType::Playground { self.playgrounds.as_ref() } else { self.whatsapp.as_ref() }
    }
}

/// Fetches whatever is pending.
pub async fn fetch(context: Context, media: MediaStore, lines: Lines) {
    let mut committed = context.crm.db().committed();
    let mut fetching: JoinSet<()> = JoinSet::new();
    while !context.stop.is_asked() {
        while fetching.try_join_next().is_some() {}
        let free = AT_ONCE - fetching.len();
        let claimed = if free > 0 { claim(&context, lines.called(), free).await } else { Ok(Vec::new()) };
        match claimed {
            Ok(claimed) => {
                for (organization, file) in claimed {
                    let (context, media, lines) = (context.clone(), media.clone(), lines.clone());
                    fetching.spawn(async move { bring(&context, &media, &lines, organization, file).await });
                }
            }
            Err(error) => tracing::warn!(%error, "could not look for files to fetch; tried again"),
        }
        tokio::select! {
            _ = committed.next() => {}
            _ = fetching.join_next(), if !fetching.is_empty() => {}
            () = context.stop.asked() => {}
        }
        // Many commits are about something else.
        sleep(BREATH).await;
    }
    // A file that was being fetched is fetched again.
    fetching.abort_all();
}

async fn claim(context: &Context, called: Called, most: usize) -> crm::Result<Vec<(OrganizationId, Media)>> {
    let now = context.crm.now();
    let any = context.crm.db().read(Priority::Background, move |tx| media::any_pending(tx, called, now)).await?;
    if !any {
        return Ok(Vec::new());
    }
    let now = context.crm.now();
    context
        .crm
        .db()
        .write_claim(Priority::Background, move |tx| media::claim_pending(tx, called, now, most as i64))
        .await
}

async fn bring(context: &Context, store: &MediaStore, lines: &Lines, organization: OrganizationId, file: Media) {
    let caller = Caller::system(organization);
    let fetch = match download(context, store, lines, &caller, &file).await {
        Ok(fetch) | Err(fetch) => fetch,
    };
    match &fetch {
        Fetch::Stored { .. } => {}
        Fetch::Again { why, .. } => tracing::info!(media = %file.id, why, "a file could not be fetched yet"),
        Fetch::Refused(why) | Fetch::Failed(why) => tracing::warn!(media = %file.id, why, "a file is not fetched"),
    }
    let id = file.id;
    if let Err(error) = context.crm.write_in_background(&caller, move |w| media::fetched(w, &file, &fetch)).await {
        tracing::warn!(%error, media = %id, "could not write down what came of a file; it is fetched again");
    }
}

fn again(why: impl ToString) -> Fetch {
    Fetch::Again { why: why.to_string(), patience: false }
}

/// Both arms are what comes of it; `Err` where it broke off.
async fn download(
    context: &Context,
    store: &MediaStore,
    lines: &Lines,
    caller: &Caller,
    file: &Media,
) -> Result<Fetch, Fetch> {
    let channel = file.channel_id;
    let found = context
        .crm
        .read(caller, move |w| {
            let found = channels::get(&w.setup, channel)?.clone();
            Ok((found, channels::sealed_secrets(w, channel)?))
        })
        .await;
    let (channel, sealed) = match found {
        Ok(found) => found,
        Err(crm::Error::NotFound { .. }) => return Err(Fetch::Failed("its channel is gone".to_owned())),
        Err(error) => return Err(again(error)),
    };
    let stopped = |why: &str| Fetch::Again { why: why.to_owned(), patience: true };
    let account = account_of(&channel, sealed.as_deref(), &context.sealer)
        .map_err(|_| stopped("the channel's secrets are missing"))?;
    let name = file.provider_media_id.as_deref().ok_or_else(|| Fetch::Failed("it has no id at WhatsApp".to_owned()))?;
    let http = lines.of(channel.channel_type).ok_or_else(|| stopped("this server does not call its provider"))?;
    let graph = Graph::new(http.clone(), account);
    // The address lives for five minutes, so each try asks for a new one.
    let known = graph.resolve(name).await.map_err(refused)?;
    let most = most_bytes(file.media_type);
    if known.size.is_some_and(|size| size > most) {
        return Err(Fetch::Refused(format!(
            "it is larger than the {most} bytes that a file of type {} may have",
            file.media_type
        )));
    }
    let mut answer = graph.download(&known).await.map_err(refused)?;
    let mut incoming = store.create(most).await.map_err(again)?;
    while let Some(chunk) = answer.chunk().await.map_err(again)? {
        incoming.write(&chunk).await.map_err(kept)?;
    }
    let promised = file.sha256.as_ref().or(known.sha256.as_ref());
    if promised.is_some_and(|promised| !same_hash(promised, &incoming.sha256())) {
        return Err(again("its bytes are not what WhatsApp says they are"));
    }
    if incoming.size() == 0 {
        return Err(again("it is empty"));
    }
    let stored = incoming.finish(caller.organization).await.map_err(kept)?;
    let size = i64::try_from(stored.size).unwrap_or(i64::MAX);
    let mime = file.mime.clone().or(known.mime);
    Ok(Fetch::Stored { path: stored.path, sha256: stored.sha256, size, mime })
}

fn kept(error: StoreError) -> Fetch {
    match error {
        StoreError::TooLarge(most) => Fetch::Refused(format!("it is larger than {most} bytes")),
        StoreError::Io(error) => Fetch::Again { why: error.to_string(), patience: true },
    }
}

fn refused(error: CallError) -> Fetch {
    match &error {
        CallError::Graph { error: graph, .. } if graph.is_unknown_object() => {
            Fetch::Failed("WhatsApp does not have it any more".to_owned())
        }
        CallError::Graph { error: graph, .. } => {
            let rule = graph.rule();
            let why = format!("{} {}", rule.about, graph.details().unwrap_or_default());
            // A channel that is stopped, a number that rests: no fault of the file.
            if rule.fate == After::Again { Fetch::Again { why, patience: true } } else { again(why) }
        }
        CallError::Setup(why) => Fetch::Failed(why.clone()),
        error => again(error),
    }
}

/// WhatsApp writes hashes in base64 in webhooks, and in hexadecimal elsewhere.
fn same_hash(promised: &str, hex: &str) -> bool {
    if promised.eq_ignore_ascii_case(hex) {
        return true;
    }
    let decoded = STANDARD.decode(promised).or_else(|_| STANDARD_NO_PAD.decode(promised));
    decoded.is_ok_and(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() == hex)
}

/// Unless another row names it: the same bytes are one file.
pub async fn forget_file(crm: &Crm, store: &MediaStore, path: &str) -> bool {
    let asked = path.to_owned();
    let used = crm.db().read(Priority::Background, move |tx| media::is_used(tx, &asked)).await;
    match used {
        Ok(true) => true,
        Ok(false) => match store.remove(path).await {
            Ok(gone) => gone,
            Err(error) => {
                tracing::warn!(%error, "could not delete a file that nobody uses");
                false
            }
        },
        Err(error) => {
            tracing::warn!(%error, "could not look whether a file is used; it stays");
            false
        }
    }
}

/// Files of messages that were deleted, and of people who were erased. What was put in its place just now stays on the list until it
/// can go.
pub async fn forget_gone(crm: &Crm, store: &MediaStore, stop: &Stop) -> crm::Result<()> {
    let mut after: GoneFile = (OrganizationId::default(), String::new());
    loop {
        let from = after.clone();
        let files = crm.db().read(Priority::Background, move |tx| media::list_gone(tx, &from, PIECE)).await?;
        let Some(last) = files.last().cloned() else { return Ok(()) };
        let mut struck = Vec::new();
        for file in files {
            if forget_file(crm, store, &file.1).await {
                struck.push(file);
            }
        }
        if !struck.is_empty() {
            crm.db().write(Priority::Background, move |tx| media::strike_gone(tx, &struck)).await?;
        }
        if stop.is_asked() {
            return Ok(());
        }
        after = last;
        sleep(Duration::from_millis(10)).await;
    }
}

/// Forgets uploads that no message used, files of messages that were deleted, files that no row names, and what processes that ended left half written.
pub async fn tidy(context: Context, media: MediaStore) {
    let mut next = Instant::now() + Duration::from_secs(60);
    let mut swept: Option<Instant> = None;
    let mut told = HashSet::new();
    loop {
        tokio::select! {
            () = tokio::time::sleep_until(next) => {}
            () = context.stop.asked() => return,
        }
        next = Instant::now() + TIDY_EVERY;
        if let Err(error) = tidy_once(&context.crm, &media, &context.stop).await {
            tracing::warn!(%error, "could not forget unused files; tried again");
        }
        if swept.is_none_or(|swept| swept.elapsed() >= DAY) {
            // Those of before the last look were asked about then, but for the first time.
            let most = if swept.is_some() { 7 * DAY } else { Duration::MAX };
            match sweep(&context.crm, &media, most, &context.stop).await {
                Ok(of_others) => {
                    swept = Some(Instant::now());
                    tell_once(&mut told, of_others);
                }
                Err(error) => tracing::warn!(%error, "could not look for files that nobody names; tried again"),
            }
        }
    }
}

fn tell_once(told: &mut HashSet<OrganizationId>, of_others: Vec<OrganizationId>) {
    let new: Vec<String> = of_others.into_iter().filter(|id| told.insert(*id)).map(|id| id.to_string()).collect();
    if !new.is_empty() {
        let some = new.iter().take(10).map(String::as_str).collect::<Vec<_>>().join(", ");
        tracing::warn!(
            count = new.len(),
            organizations = some,
            "the media directory has files of organizations that this database does not know; they are left alone. Is this the right database?"
        );
    }
}

/// Deletes files older than a day that no row names: of requests that were refused once their file was there, of a repetition
/// that was known already, of a transaction that failed. `most`: how old those are that are looked at. Answers with the
/// organizations that have files here and that this database does not know: those are another database's, to which this
/// directory belongs as well or alone, and are left alone.
pub async fn sweep(crm: &Crm, store: &MediaStore, most: Duration, stop: &Stop) -> io::Result<Vec<OrganizationId>> {
    let known = crm.db().read(Priority::Background, organizations::all_ids).await.map_err(io::Error::other)?;
    let folders = store.folders(known).await?;
    for folder in folders.known {
        let placed = match store.placed(folder, DAY, most).await {
            Ok(placed) => placed,
            Err(error) => {
                tracing::warn!(%error, "a directory of files cannot be read; it is looked at again tomorrow");
                continue;
            }
        };
        for path in placed {
            if stop.is_asked() {
                return Ok(Vec::new());
            }
            forget_file(crm, store, &path).await;
        }
        sleep(Duration::from_millis(10)).await;
    }
    Ok(folders.of_others)
}

async fn tidy_once(crm: &Crm, store: &MediaStore, stop: &Stop) -> crm::Result<()> {
    loop {
        let now = crm.now();
        let forgotten = crm.db().write(Priority::Background, move |tx| media::forget_unused(tx, now, PIECE)).await?;
        for path in &forgotten {
            forget_file(crm, store, path).await;
        }
        if (forgotten.len() as i64) < PIECE || stop.is_asked() {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    forget_gone(crm, store, stop).await?;
    match store.sweep_aside().await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "deleted files that were half written when a server ended"),
        Err(error) => tracing::warn!(%error, "could not look for half written files"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use crm::channels::{self, ChannelDetails, ChannelType, DefaultStage, NewChannel};
    use crm::id::{MediaId, OrganizationId};
    use crm::organizations::NewOrganization;
    use crm::{Caller, Crm};
    use providers::media_store::MediaStore;
    use store::testing::each_engine_async;
    use store::{Priority, params};
    use tokio::sync::watch;

    use super::{DAY, same_hash, sweep, tidy_once};
    use crate::Stop;

    #[tokio::test]
    async fn a_file_that_no_row_names_goes_after_a_day() {
        each_engine_async(async |db| {
            let crm = Crm::open(db.clone()).unwrap();
            let organization = found(&crm);
            let directory = std::env::temp_dir().join(uuid::Uuid::new_v4().simple().to_string());
            let store = MediaStore::open(&directory).unwrap();
            let mut paths = Vec::new();
            for bytes in [&b"named"[..], b"of nobody", b"of nobody, and young", b"of nobody, looked at before"] {
                paths.push(put(&store, organization, bytes).await);
            }
            for (at, days) in [(0, 2), (1, 2), (3, 9)] {
                age(&store, &paths[at], days);
            }
            name(&crm, organization, paths[0].clone());
            let (_asked, stop) = watch::channel(false);
            let stop = Stop(stop);
            let left = |paths: &[String]| -> Vec<bool> {
                paths.iter().map(|path| store.path(path).unwrap().exists()).collect()
            };
            assert_eq!(sweep(&crm, &store, 7 * DAY, &stop).await.unwrap(), []);
            assert_eq!(left(&paths), [true, false, true, true]);
            sweep(&crm, &store, Duration::MAX, &stop).await.unwrap();
            assert_eq!(left(&paths), [true, false, true, false]);
            std::fs::remove_dir_all(directory).unwrap();
        })
        .await;
    }

    /// A server that is started on an empty or another database, over the files of the right one.
    #[tokio::test]
    async fn files_of_another_database_stay() {
        each_engine_async(async |db| {
            let crm = Crm::open(db.clone()).unwrap();
            let directory = std::env::temp_dir().join(uuid::Uuid::new_v4().simple().to_string());
            let store = MediaStore::open(&directory).unwrap();
            let other = OrganizationId::default();
            let theirs = put(&store, other, b"years of photos").await;
            age(&store, &theirs, 400);
            let (_asked, stop) = watch::channel(false);
            let stop = Stop(stop);
            assert_eq!(sweep(&crm, &store, Duration::MAX, &stop).await.unwrap(), [other]);
            // The same once somebody has set it up, and beside a directory that is no organization's.
            let ours = put(&store, found(&crm), b"of nobody").await;
            age(&store, &ours, 2);
            let elsewhere = directory.join("lost+found/aa/bb");
            std::fs::create_dir_all(elsewhere.parent().unwrap()).unwrap();
            std::fs::write(&elsewhere, b"what a check of the disk found").unwrap();
            std::fs::File::options()
                .write(true)
                .open(&elsewhere)
                .unwrap()
                .set_modified(SystemTime::now() - 2 * DAY)
                .unwrap();
            assert_eq!(sweep(&crm, &store, Duration::MAX, &stop).await.unwrap(), [other]);
            assert!(store.path(&theirs).unwrap().exists() && elsewhere.exists());
            assert!(!store.path(&ours).unwrap().exists());
            std::fs::remove_dir_all(directory).unwrap();
        })
        .await;
    }

    /// However old they are; what another message has the same of stays, and what is too young goes later.
    #[tokio::test]
    async fn files_of_deleted_messages_go_with_the_next_tidying() {
        each_engine_async(async |db| {
            let crm = Crm::open(db.clone()).unwrap();
            let organization = found(&crm);
            let directory = std::env::temp_dir().join(uuid::Uuid::new_v4().simple().to_string());
            let store = MediaStore::open(&directory).unwrap();
            let (deleted, shared) = (put(&store, organization, b"a").await, put(&store, organization, b"b").await);
            let young = put(&store, organization, b"c").await;
            age(&store, &deleted, 90);
            name(&crm, organization, shared.clone());
            for path in [deleted.clone(), shared.clone(), young.clone()] {
                let write = move |w: &mut crm::Work<'_, '_>| {
                    let sql = "INSERT INTO gone_files (organization_id, path, created_at) VALUES ($1, $2, $3)";
                    w.tx.execute(sql, params![organization, path, w.now])?;
                    Ok(())
                };
                crm.write_blocking(&Caller::system(organization), write).unwrap();
            }
            let (_asked, stop) = watch::channel(false);
            tidy_once(&crm, &store, &Stop(stop)).await.unwrap();
            assert!(!store.path(&deleted).unwrap().exists() && store.path(&shared).unwrap().exists());
            let nothing = || (OrganizationId::default(), String::new());
            let left = || {
                let left = move |tx: &mut store::Tx<'_>| crm::media::list_gone(tx, &nothing(), 10);
                db.read_blocking(Priority::Background, left).unwrap()
            };
            assert_eq!(left(), [(organization, young.clone())]);
            age(&store, &young, 1);
            let (_asked, stop) = watch::channel(false);
            tidy_once(&crm, &store, &Stop(stop)).await.unwrap();
            assert!(left().is_empty() && !store.path(&young).unwrap().exists());
            std::fs::remove_dir_all(directory).unwrap();
        })
        .await;
    }

    fn found(crm: &Crm) -> OrganizationId {
        let founded = crm.create_organization_blocking(NewOrganization {
            name: "Tienda".to_owned(),
            country: "CL".to_owned(),
            time_zone: None,
            currency: None,
            language: None,
            owner_name: None,
            owner_email: "olga@example.com".to_owned(),
            owner_password_hash: None,
            key_hash: [1; 32],
            key_hint: "rk_1".to_owned(),
        });
        founded.unwrap().organization_id
    }

    async fn put(store: &MediaStore, organization: OrganizationId, bytes: &[u8]) -> String {
        let mut incoming = store.create(100).await.unwrap();
        incoming.write(bytes).await.unwrap();
        incoming.finish(organization).await.unwrap().path
    }

    fn age(store: &MediaStore, path: &str, days: u32) {
        let file = std::fs::File::options().write(true).open(store.path(path).unwrap()).unwrap();
        file.set_modified(SystemTime::now() - days * DAY).unwrap();
    }

    /// Writes the row of a file.
    fn name(crm: &Crm, organization: OrganizationId, path: String) {
        let write = move |w: &mut crm::Work<'_, '_>| {
            let new = NewChannel {
                id: w.new_id(),
                channel_type: ChannelType::Webchat,
                name: "Web".to_owned(),
                country: None,
                details: ChannelDetails {
                    allowed_origins: Some(Some(vec!["https://shop.example.com".to_owned()])),
                    ..ChannelDetails::default()
                },
                secrets: None,
                default_stage: DefaultStage::First,
                reopen_within_hours: 0,
            };
            let channel = channels::create(w, &new)?.id;
            let (id, now): (MediaId, _) = (w.new_id(), w.now);
            w.tx.execute(
                "INSERT INTO media (organization_id, id, channel_id, type, state, path, attempts, due_at, created_at, updated_at)
                 VALUES ($1, $2, $3, 'image', 'stored', $4, 0, $5, $5, $5)",
                params![organization, id, channel, path, now],
            )?;
            Ok(())
        };
        crm.write_blocking(&Caller::system(organization), write).unwrap();
    }

    #[test]
    fn hashes_in_both_spellings() {
        let hex = "b221d9dbb083a7f33428d7c2a3c3198ae925614d70210e28716ccaa7cd4ddb79";
        assert!(same_hash(hex, hex) && same_hash(&hex.to_uppercase(), hex));
        assert!(same_hash("siHZ27CDp/M0KNfCo8MZiuklYU1wIQ4ocWzKp81N23k=", hex));
        assert!(!same_hash("siHZ27CDp/M0KNfCo8MZiuklYU1wIQ4ocWzKp81N23g=", hex) && !same_hash("", hex));
    }
}
