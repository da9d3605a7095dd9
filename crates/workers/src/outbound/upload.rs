//! Files of messages, brought to WhatsApp before the message goes: the message waits, and its person's others behind it.

use crm::id::{MediaId, MessageId};
use crm::messages::Failure;
use crm::outbox::{self, Fate};
use providers::whatsapp_cloud::{CallError, UploadFile};

use super::channel::Line;
use super::verdict::failure;
use providers::whatsapp_cloud::errors::Fate as After;

/// Until an upload that failed for now is tried again.
const AGAIN_SECONDS: i64 = 30;

pub(super) async fn bring(line: &Line, message: MessageId, media: MediaId) {
    let tried = upload(line, media).await;
    let channel = line.channel;
    let crm = &line.context.crm;
    let written = match tried {
        Ok(name) => crm.write(&line.caller, move |w| outbox::upload_done(w, message, media, channel, &name)).await,
        Err(Problem::Again(why)) => {
            tracing::info!(%media, why, "a file could not be brought to WhatsApp; tried again");
            let until = crm.now().plus_seconds(AGAIN_SECONDS);
            crm.write(&line.caller, move |w| outbox::upload_started(w, message, until)).await
        }
        Err(Problem::Never(failure)) => {
            let lease = line.lease.clone();
            crm.write(&line.caller, move |w| outbox::settle(w, &lease, message, &Fate::Failed(failure.clone()))).await
        }
    };
    if let Err(error) = written {
        tracing::warn!(%error, %media, "could not write down what came of an upload; it is done again");
    }
}

enum Problem {
    Again(String),
    Never(Failure),
}

async fn upload(line: &Line, media: MediaId) -> Result<String, Problem> {
    let found = line.context.crm.read(&line.caller, move |w| crm::media::get(w, media)).await;
    let media = found.map_err(|error| Problem::Again(error.to_string()))?;
    let gone = || {
        Problem::Never(Failure {
            code: "file_gone".to_owned(),
            title: None,
            details: Some("The file of this message is not there any more.".to_owned()),
            advice: Some("Upload it again, and send a new message.".to_owned()),
        })
    };
    let path = media.path.as_deref().and_then(|path| line.media.path(path)).ok_or_else(gone)?;
    let size = tokio::fs::metadata(&path).await.map_err(|_| gone())?.len();
    let mime = media.mime.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
    let file_name = media.file_name.clone().unwrap_or_else(|| "file".to_owned());
    match line.graph.upload(&UploadFile { path, size, mime, file_name }).await {
        Ok(name) => Ok(name),
        Err(CallError::Graph { error, .. }) => {
            let rule = error.rule();
            match rule.fate {
                After::Fails => Err(Problem::Never(failure(&error, rule))),
                // What stops the channel shows with the next message, too.
                After::Again => Err(Problem::Again(rule.about.to_owned())),
            }
        }
        // An upload that arrived twice harms nobody.
        Err(error) => Err(Problem::Again(error.to_string())),
    }
}
