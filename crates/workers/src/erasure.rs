//! Overwrites what is left of people who were erased. Each piece is a transaction; their files leave the disk when the last one is done.

use std::time::Duration;

use crm::id::OrganizationId;
use crm::{Caller, erasure};
use providers::media_store::MediaStore;
use store::Priority;

use crate::Context;
use crate::media::forget_gone;
use crate::pieces::{self, InPieces};

struct Erasing {
    context: Context,
    media: MediaStore,
}

pub async fn run(context: Context, media: MediaStore) {
    let stop = context.stop.clone();
    pieces::run(Erasing { context, media }, &stop).await;
}

impl InPieces for Erasing {
    const NAME: &str = "erasure";
    const LOOK_EVERY: Duration = Duration::from_secs(5);

    async fn due(&self) -> crm::Result<Vec<OrganizationId>> {
        self.context.crm.db().read(Priority::Background, erasure::unfinished).await
    }

    async fn piece(&self, caller: &Caller) -> crm::Result<bool> {
        let crm = &self.context.crm;
        let piece = crm.write_in_background(caller, erasure::piece).await?;
        if piece.finished {
            forget_gone(crm, &self.media, &self.context.stop).await?;
        }
        Ok(piece.more)
    }
}
