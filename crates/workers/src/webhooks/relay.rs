//! Follows the log.

use std::time::Duration;

use crm::webhooks::{self, Ready};
use store::Woken;
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::Context;

/// Between two looks, so that a busy log is read in pieces rather than event by event.
const GATHER: Duration = Duration::from_millis(10);
/// Where nobody wants events the cursor follows at leisure.
const AT_LEISURE: Duration = Duration::from_secs(2);
const AFTER_FAILURE: Duration = Duration::from_secs(1);

pub async fn run(context: Context, queued: mpsc::Sender<Vec<Ready>>) {
    let mut committed = context.crm.db().committed();
    while !context.stop.is_asked() {
        let pause = match webhooks::relay(&context.crm).await {
            Ok(step) => {
                let wanted = step.wanted;
                if !step.endpoints.is_empty() && queued.send(step.endpoints).await.is_err() {
                    return;
                }
                if step.more {
                    continue;
                }
                if wanted { GATHER } else { AT_LEISURE }
            }
            Err(error) => {
                tracing::warn!(%error, "could not read the event log for webhooks; tried again");
                AFTER_FAILURE
            }
        };
        let woken = async {
            sleep(pause).await;
            committed.next().await
        };
        tokio::select! {
            woken = woken => if woken == Woken::Closed { return },
            () = context.stop.asked() => return,
        }
    }
}
