//! Deletes what organizations do not want to keep: messages, files, calls of webhooks. Each piece is a transaction, and its files
//! are deleted after it; those of a piece that was cut off are found as files that nobody names.

use std::time::Duration;

use crm::id::OrganizationId;
use crm::{Caller, retention};
use providers::media_store::MediaStore;
use store::Priority;

use crate::Context;
use crate::media::forget_file;
use crate::pieces::{self, InPieces};

struct Retaining {
    context: Context,
    media: MediaStore,
}

pub async fn run(context: Context, media: MediaStore) {
    let stop = context.stop.clone();
    pieces::run(Retaining { context, media }, &stop).await;
}

impl InPieces for Retaining {
    const NAME: &str = "retention";
    const LOOK_EVERY: Duration = Duration::from_secs(30);

    async fn due(&self) -> crm::Result<Vec<OrganizationId>> {
        let crm = &self.context.crm;
        let now = crm.now();
        crm.db().read(Priority::Background, move |tx| retention::due(tx, now)).await
    }

    async fn piece(&self, caller: &Caller) -> crm::Result<bool> {
        let crm = &self.context.crm;
        let piece = crm.write_in_background(caller, retention::piece).await?;
        for path in &piece.paths {
            forget_file(crm, &self.media, path).await;
        }
        Ok(piece.more)
    }
}
