//! Files of messages, brought to WhatsApp before the message goes: the message waits, and its person's others behind it. A file
//! that several messages want is brought once, for all of them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crm::Error;
use crm::id::{MediaId, MessageId};
use crm::messages::Failure;
use crm::outbox::{self, Fate, Waiting};
use providers::whatsapp_cloud::{CallError, UploadFile};

use super::channel::Line;
use super::verdict::of_upload;

/// Until a file that could not be looked at is looked at again.
const AGAIN_SECONDS: i64 = 30;
/// Messages that are told in one transaction.
const PIECE: usize = 50;

/// Files on their way, and the messages that wait for each.
#[derive(Default)]
pub(super) struct UnderWay(Mutex<HashMap<MediaId, HashMap<MessageId, Waiting>>>);

impl UnderWay {
    /// Whether nobody brings the file yet: whoever asks does, then.
    pub fn join(&self, media: MediaId, waiting: Waiting) -> bool {
        let mut files = self.lock();
        let first = !files.contains_key(&media);
        files.entry(media).or_default().insert(waiting.message, waiting);
        first
    }

    /// Some of those who wait for the file; none: it is not under way any more.
    fn take(&self, media: MediaId) -> Option<Vec<Waiting>> {
        let mut files = self.lock();
        let all = files.get_mut(&media)?;
        let some: Vec<MessageId> = all.keys().take(PIECE).copied().collect();
        if some.is_empty() {
            files.remove(&media);
            return None;
        }
        Some(some.iter().filter_map(|message| all.remove(message)).collect())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<MediaId, HashMap<MessageId, Waiting>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What came of it.
enum Came {
    /// It is there, and called so.
    There(String),
    Gone,
    Refused(CallError),
    /// The fault is here, and of no message.
    NotNow,
}

pub(super) async fn bring(line: &Line, media: MediaId) {
    let came = upload(line, media).await;
    let mut noted = false;
    while let Some(waiting) = line.files.take(media) {
        let now = line.context.crm.now();
        let written = match &came {
            Came::There(name) => {
                let (channel, name) = (line.channel, name.clone());
                let free = move |w: &mut crm::Work<'_, '_>| {
                    outbox::upload_done(w, media, channel, &name)?;
                    let now = w.now;
                    waiting.iter().try_for_each(|one| outbox::release(w, one.message, now))
                };
                line.context.crm.write(&line.caller, free).await
            }
            Came::NotNow => {
                let later = now.plus_seconds(AGAIN_SECONDS);
                let put_off = move |w: &mut crm::Work<'_, '_>| {
                    waiting.iter().try_for_each(|one| outbox::release(w, one.message, later))
                };
                line.context.crm.write(&line.caller, put_off).await
            }
            Came::Gone => tell(line, waiting.iter().map(|one| (one.message, gone())).collect()).await,
            Came::Refused(error) => {
                let mut fates = Vec::new();
                for one in &waiting {
                    let verdict = of_upload(error, one.attempts, one.queued_at, now);
                    if !noted {
                        noted = true;
                        tracing::info!(%media, %error, "a file could not be brought to WhatsApp");
                        line.note(&verdict).await;
                    }
                    fates.push((one.message, verdict.fate));
                }
                tell(line, fates).await
            }
        };
        if let Err(error) = written {
            tracing::warn!(%error, %media, "could not write down what came of a file; it is looked at again");
        }
    }
}

async fn tell(line: &Line, fates: Vec<(MessageId, Fate)>) -> crm::Result<()> {
    let lease = line.lease.clone();
    let tell = move |w: &mut crm::Work<'_, '_>| {
        fates.iter().try_for_each(|(message, fate)| outbox::upload_refused(w, &lease, *message, fate))
    };
    line.context.crm.write(&line.caller, tell).await
}

fn gone() -> Fate {
    Fate::Failed(Failure {
        code: "file_gone".to_owned(),
        title: None,
        details: Some("The file of this message is not there any more.".to_owned()),
        advice: Some("Upload it again, and send a new message.".to_owned()),
    })
}

async fn upload(line: &Line, media: MediaId) -> Came {
    let channel = line.channel;
    // It may have arrived between the look that missed it and this one.
    let found = line
        .context
        .crm
        .read(&line.caller, move |w| Ok((crm::media::get(w, media)?, outbox::uploaded(w, media, channel)?)));
    let media = match found.await {
        Ok((_, Some(name))) => return Came::There(name),
        Ok((media, None)) => media,
        Err(Error::NotFound { .. }) => return Came::Gone,
        Err(error) => {
            tracing::warn!(%error, %media, "could not look for a file; tried again");
            return Came::NotNow;
        }
    };
    let Some(path) = media.path.as_deref().and_then(|path| line.media.path(path)) else { return Came::Gone };
    let Ok(known) = tokio::fs::metadata(&path).await else { return Came::Gone };
    let mime = media.mime.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
    let file_name = media.file_name.clone().unwrap_or_else(|| "file".to_owned());
    match line.graph.upload(&UploadFile { path, size: known.len(), mime, file_name }).await {
        Ok(name) => Came::There(name),
        Err(error) => Came::Refused(error),
    }
}
