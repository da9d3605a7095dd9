//! Writes what tries came to, as many as have come, in one transaction.

use std::sync::Arc;
use std::time::Duration;

use crm::Caller;
use crm::webhooks::{self, Finished, Tried, Verdict};
use store::Priority;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::sleep;

use super::{Done, Ended};
use crate::Context;

const MOST_AT_ONCE: usize = 128;
const AFTER_FAILURE: Duration = Duration::from_millis(500);
/// Until then nobody else has taken up a try; later the record of it matters less than the ones that wait.
const ATTEMPTS: usize = 40;

/// Ends when nobody can try any more.
pub async fn run(context: Context, mut tries: Receiver<Done>, end: Sender<Ended>) {
    let mut batch = Vec::with_capacity(MOST_AT_ONCE);
    while tries.recv_many(&mut batch, MOST_AT_ONCE).await > 0 {
        let (written, floods): (Vec<Tried>, Vec<bool>) =
            batch.drain(..).map(|done: Done| (done.tried, done.floods)).unzip();
        let written: Arc<[Tried]> = written.into();
        record(&context, written.clone()).await;
        for (tried, floods) in written.iter().zip(floods) {
            let ended = Ended {
                endpoint: (tried.organization, tried.endpoint),
                delivered: tried.verdict == Verdict::Delivered,
                floods,
                took: Duration::from_millis(tried.duration_ms.max(0) as u64),
            };
            // The dispatcher has gone where the server ends.
            let _ = end.send(ended).await;
        }
    }
}

async fn record(context: &Context, tries: Arc<[Tried]>) {
    for _ in 0..ATTEMPTS {
        let (now, written) = (context.crm.now(), tries.clone());
        let finish = context.crm.db().write_claim(Priority::Background, move |tx| webhooks::finish(tx, &written, now));
        match finish.await {
            Ok(finished) => return disable(context, finished).await,
            Err(crm::Error::Store(store::Error::Closed)) => return,
            Err(error) => {
                tracing::warn!(%error, "could not write what became of webhooks; tried again");
                sleep(AFTER_FAILURE).await;
            }
        }
    }
    tracing::error!(count = tries.len(), "what became of webhooks is not written; they are sent again");
}

/// A failure leaves the endpoint as it is: the next failed try finds the same.
async fn disable(context: &Context, finished: Finished) {
    for (organization, endpoint, reason) in finished.disable {
        let caller = Caller::system(organization);
        let disabled = context.crm.write_in_background(&caller, move |w| webhooks::disable(w, endpoint, reason)).await;
        match disabled {
            Ok(()) => tracing::warn!(%endpoint, %reason, "a webhook is disabled"),
            Err(error) => tracing::warn!(%error, %endpoint, "a webhook could not be disabled; tried again"),
        }
    }
}
