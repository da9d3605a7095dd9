//! Makes what was committed durable while the next batch runs, and only then lets its callers hear of it.
//!
//! The writing connection commits without a sync of its own (`synchronous = NORMAL`): its `COMMIT` puts the batch at the
//! end of the write-ahead log, where it is safe from the end of this process. The sync makes it safe from the end of the
//! machine. Batches are answered in the order of their commits, also those that only read: they may have read what
//! is not durable yet.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle, ThreadId};

use crate::call::Call;
use crate::committed::Signal;
use crate::queue::Queue;
use crate::{Error, SqliteOptions};

/// How many committed batches may wait for the sync that runs; then the writer waits.
const WAITING: usize = 1;

/// A batch whose `COMMIT` is through.
pub(super) struct Committed {
    /// Each with its fate; `Ok`: its own answer stands.
    pub(super) calls: Vec<(Box<dyn Call>, Result<(), Error>)>,
    /// There is something to make durable.
    pub(super) wrote: bool,
    /// Others wait for what it wrote.
    pub(super) announced: bool,
}

/// The writer's side of the syncing thread.
pub(super) struct Syncer {
    /// None once it is ending.
    batches: Option<SyncSender<Committed>>,
    shared: Arc<Shared>,
    /// None once it is ending.
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    /// Batches handed over and not durable yet.
    under_way: AtomicUsize,
    /// The disk refused a sync. Nobody can say what it has: nothing more is written until the program starts anew.
    broken: OnceLock<Error>,
    queue: Arc<Queue>,
    signal: Arc<Signal>,
}

impl Syncer {
    pub(super) fn start(
        database: &Path,
        options: &SqliteOptions,
        queue: Arc<Queue>,
        signal: Arc<Signal>,
    ) -> Result<Syncer, Error> {
        let shared = Arc::new(Shared { under_way: AtomicUsize::new(0), broken: OnceLock::new(), queue, signal });
        let (batches, committed) = sync_channel(WAITING);
        let log = Log::new(database, options);
        let thread = super::spawn("store-sync", {
            let shared = shared.clone();
            move || shared.serve(log, &committed)
        })?;
        Ok(Syncer { batches: Some(batches), shared, thread: Some(thread) })
    }

    pub(super) fn thread_id(&self) -> ThreadId {
        self.thread.as_ref().map_or_else(|| thread::current().id(), |thread| thread.thread().id())
    }

    pub(super) fn is_busy(&self) -> bool {
        self.shared.under_way.load(Ordering::Acquire) > 0
    }

    /// Why nothing may be written any more.
    pub(super) fn broken(&self) -> Option<&Error> {
        self.shared.broken.get()
    }

    pub(super) fn hand_over(&self, batch: Committed) {
        self.shared.under_way.fetch_add(1, Ordering::AcqRel);
        let refused = match &self.batches {
            Some(batches) => batches.send(batch).err().map(|refused| refused.0),
            None => Some(batch),
        };
        if let Some(batch) = refused {
            // Only a panic ends the thread while there is somebody to hand over.
            let _ = self.shared.broken.set(Error::unavailable("the thread that syncs the disk has ended"));
            self.shared.finish(vec![batch]);
        }
    }
}

impl Drop for Syncer {
    /// What was handed over is synced and answered first.
    fn drop(&mut self) {
        self.batches.take();
        if let Some(thread) = self.thread.take() {
            super::join(thread);
        }
    }
}

impl Shared {
    fn serve(&self, mut log: Log, committed: &Receiver<Committed>) {
        while let Ok(first) = committed.recv() {
            let mut batches = vec![first];
            batches.extend(committed.try_iter());
            if self.broken.get().is_none()
                && batches.iter().any(|batch| batch.wrote)
                && let Err(error) = log.sync()
            {
                tracing::error!(%error, "the disk did not take what was written; nothing more is written until a restart");
                let reason = format!(
                    "the disk did not confirm what was written, so it may be lost; start the server again ({error})"
                );
                let _ = self.broken.set(Error::unavailable(reason));
            }
            self.finish(batches);
        }
    }

    fn finish(&self, batches: Vec<Committed>) {
        let broken = self.broken.get();
        self.under_way.fetch_sub(batches.len(), Ordering::AcqRel);
        // The writer may be waiting for this with the next batch.
        self.queue.nudge();
        // Also where the disk refused: what was committed can be seen.
        if batches.iter().any(|batch| batch.announced) {
            self.signal.committed();
        }
        for (call, fate) in batches.into_iter().flat_map(|batch| batch.calls) {
            call.answer(match broken {
                // It is committed: only the disk does not say so.
                Some(error) => Err(fate.err().unwrap_or_else(|| Error::unknown(error))),
                None => fate,
            });
        }
    }
}

/// The write-ahead log's file, by a handle of ours.
struct Log {
    path: PathBuf,
    file: Option<File>,
    before_sync: Option<fn() -> io::Result<()>>,
}

impl Log {
    fn new(database: &Path, options: &SqliteOptions) -> Log {
        let mut path = database.as_os_str().to_owned();
        path.push("-wal");
        Log { path: path.into(), file: None, before_sync: options.before_sync() }
    }

    fn sync(&mut self) -> io::Result<()> {
        if let Some(before) = self.before_sync {
            before()?;
        }
        if let Some(file) = &self.file
            && !is_removed(file)?
        {
            return file.sync_data();
        }
        let file = File::open(&self.path)?;
        file.sync_data()?;
        // That it is there at all is written in its directory.
        File::open(self.path.parent().unwrap_or(Path::new(".")))?.sync_all()?;
        self.file = Some(file);
        Ok(())
    }
}

/// SQLite keeps its log as long as a connection is open; whoever takes it away nevertheless must not have us sync a file that nobody finds.
fn is_removed(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.nlink() == 0)
}
