//! Sends scheduled messages whose time has come: they are queued, and their channels' workers do the rest. One server at a time,
//! so that two do not meet on each of them; where both are at it all the same, each message is still one's.

use std::time::Duration;

use crm::scheduled::{send_due, with_due};
use store::Priority;
use tokio::time::sleep;

use crate::Context;

/// A time is kept to the second.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const LEASE: &str = "scheduled_messages";

pub async fn run(context: Context) {
    loop {
        if let Err(error) = round(&context).await {
            tracing::warn!(%error, "could not send scheduled messages; tried again");
        }
        tokio::select! {
            () = sleep(LOOK_EVERY) => {}
            () = context.stop.asked() => return,
        }
    }
}

async fn round(context: &Context) -> crm::Result<()> {
    let now = context.crm.now();
    let due = context.crm.db().read(Priority::Background, move |tx| with_due(tx, now)).await?;
    if due.is_empty() {
        return Ok(());
    }
    let Some(held) = context.leases.claim(LEASE).await? else { return Ok(()) };
    let mut outcome = Ok(());
    for (organization, channel) in due {
        if context.stop.is_asked() || held.is_lost() {
            break;
        }
        match send_due(&context.crm, organization, channel).await {
            Ok(sent) if sent.failed > 0 => {
                tracing::warn!(%channel, failed = sent.failed, "scheduled messages could not be sent; each says why");
            }
            Ok(_) => {}
            // One that fails does not keep the others from theirs.
            Err(error) => outcome = Err(error),
        }
    }
    held.release().await;
    outcome
}
