//! Deletes what organizations do not want to keep: messages, files, calls of webhooks. Each piece is a transaction, and its files
//! are deleted after it; those of a piece that was cut off are found as files that nobody names.

use std::time::Duration;

use crm::id::OrganizationId;
use crm::{Caller, retention};
use providers::media_store::MediaStore;
use store::Priority;
use tokio::time::sleep;

use crate::Context;
use crate::media::forget_file;

const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Others write between two pieces.
const BREATH: Duration = Duration::from_millis(10);

pub async fn run(context: Context, media: MediaStore) {
    loop {
        if let Err(error) = all_due(&context, &media).await {
            tracing::warn!(%error, "could not delete what is old; tried again");
        }
        tokio::select! {
            () = sleep(LOOK_EVERY) => {}
            () = context.stop.asked() => return,
        }
    }
}

async fn all_due(context: &Context, media: &MediaStore) -> crm::Result<()> {
    let now = context.crm.now();
    let due = context.crm.db().read(Priority::Background, move |tx| retention::due(tx, now)).await?;
    let mut outcome = Ok(());
    for organization in due {
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
        let piece = context.crm.write_in_background(&caller, retention::piece).await?;
        for path in &piece.paths {
            forget_file(&context.crm, media, path).await;
        }
        if !piece.more {
            return Ok(());
        }
        sleep(BREATH).await;
    }
    Ok(())
}
