//! Overwrites what is left of people who were erased. Each piece is a transaction; their files leave the disk when the last one is done.

use std::time::Duration;

use crm::id::OrganizationId;
use crm::{Caller, erasure};
use providers::media_store::MediaStore;
use store::Priority;
use tokio::time::sleep;

use crate::Context;
use crate::media::forget_gone;

const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Others write between two pieces.
const BREATH: Duration = Duration::from_millis(10);

pub async fn run(context: Context, media: MediaStore) {
    loop {
        if let Err(error) = all(&context, &media).await {
            tracing::warn!(%error, "could not overwrite what is left of somebody who was erased; tried again");
        }
        tokio::select! {
            () = sleep(LOOK_EVERY) => {}
            () = context.stop.asked() => return,
        }
    }
}

async fn all(context: &Context, media: &MediaStore) -> crm::Result<()> {
    let unfinished = context.crm.db().read(Priority::Background, erasure::unfinished).await?;
    let mut outcome = Ok(());
    for organization in unfinished {
        // One that fails does not keep the others from theirs.
        if let Err(error) = of_one(context, media, organization).await {
            outcome = Err(error);
        }
    }
    outcome
}

async fn of_one(context: &Context, media: &MediaStore, organization: OrganizationId) -> crm::Result<()> {
    let caller = Caller::system(organization);
    while !context.stop.is_asked() {
        let piece = context.crm.write_in_background(&caller, erasure::piece).await?;
        if piece.finished {
            forget_gone(&context.crm, media, &context.stop).await?;
        }
        if !piece.more {
            return Ok(());
        }
        sleep(BREATH).await;
    }
    Ok(())
}
