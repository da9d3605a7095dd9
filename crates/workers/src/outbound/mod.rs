//! Messages out, to WhatsApp's Cloud API: one worker a channel, on whichever server holds the channel's lease.

mod channel;
pub mod pace;
mod upload;
mod verdict;

use std::collections::HashMap;
use std::time::Duration;

use crm::channels::ChannelType;
use crm::id::{ChannelId, OrganizationId};
use crm::outbox;
use providers::media_store::MediaStore;
use store::Priority;
use tokio::task::JoinHandle;
use tokio::time::sleep;

pub use verdict::failure;

use crate::Context;

/// Between two looks, at least.
const BREATH: Duration = Duration::from_millis(20);

/// Looks for channels of these types that have something to send, and starts a worker for each that nobody else works for.
pub async fn run(context: Context, media: MediaStore, types: &'static [ChannelType]) {
    let mut committed = context.crm.db().committed();
    let mut working: HashMap<(OrganizationId, ChannelId), JoinHandle<()>> = HashMap::new();
    while !context.stop.is_asked() {
        working.retain(|_, worker| !worker.is_finished());
        match waiting(&context, types).await {
            Ok(channels) => {
                for (organization, channel) in channels {
                    working.entry((organization, channel)).or_insert_with(|| {
                        tokio::spawn(channel::work(context.clone(), media.clone(), organization, channel))
                    });
                }
            }
            Err(error) => tracing::warn!(%error, "could not look for messages to send; tried again"),
        }
        tokio::select! {
            _ = committed.next() => {}
            () = context.stop.asked() => {}
        }
        // Many commits are about something else.
        sleep(BREATH).await;
    }
    for (_, worker) in working {
        if let Err(error) = worker.await {
            tracing::error!(%error, "a channel's worker broke off");
        }
    }
}

async fn waiting(context: &Context, types: &'static [ChannelType]) -> crm::Result<Vec<(OrganizationId, ChannelId)>> {
    let now = context.crm.now();
    let look = move |tx: &mut store::Tx<'_>| {
        let mut found = Vec::new();
        for channel_type in types {
            found.extend(outbox::with_work(tx, *channel_type, now)?);
        }
        Ok(found)
    };
    context.crm.db().read(Priority::Background, look).await
}
