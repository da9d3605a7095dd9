//! Telling people on WhatsApp that they were read: after the answer, since nobody waits for it, and never more at once than
//! there are places for. A receipt that does not get through is made good by the next one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crm::id::ChannelId;
use crm::messages::Message;
use tokio::sync::Semaphore;

use crate::call::Call;
use crate::v1::outside::graph_of;

/// Requests whose receipts are under way at the same time; those of more are left out.
const AT_ONCE: usize = 32;
/// Of one receipt. A provider that takes longer is told no more by this request.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct Receipts(Arc<Semaphore>);

impl Default for Receipts {
    fn default() -> Self {
        Receipts(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// What a write has read, for after its answer. Where the answer is a remembered one it stays empty.
#[derive(Debug, Clone, Default)]
pub(crate) struct JustRead(Arc<Mutex<Vec<(ChannelId, String)>>>);

impl JustRead {
    /// In place of what a run before this one found.
    pub fn put<'m>(&self, newest: impl IntoIterator<Item = &'m Message>) {
        let known = newest.into_iter().filter_map(|message| Some((message.channel_id, message.provider_id.clone()?)));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = known.collect();
    }

    pub fn tell(self, call: &Call) {
        let told = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if told.is_empty() {
            return;
        }
        let Ok(place) = call.app.receipts.0.clone().try_acquire_owned() else {
            tracing::debug!(count = told.len(), "read receipts were left out: too many are under way");
            return;
        };
        let call = call.clone();
        tokio::spawn(async move {
            let mut slow = None;
            for (channel, provider_id) in told {
                if slow != Some(channel) && !tell(&call, channel, &provider_id).await {
                    slow = Some(channel);
                }
            }
            drop(place);
        });
    }
}

/// False where it took too long. Whether the provider takes the receipt changes nothing here.
async fn tell(call: &Call, channel: ChannelId, provider_id: &str) -> bool {
    let receipt = async {
        match graph_of(call, channel).await {
            Ok(Some(graph)) => {
                graph.read_receipt(provider_id, false).await.map(drop).map_err(|error| error.to_string())
            }
            Ok(None) => Ok(()),
            Err(problem) => Err(problem.detail),
        }
    };
    match tokio::time::timeout(PATIENCE, receipt).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::debug!(%channel, error, "a read receipt was not taken");
            true
        }
        Err(_) => {
            tracing::debug!(%channel, "a read receipt took too long");
            false
        }
    }
}
