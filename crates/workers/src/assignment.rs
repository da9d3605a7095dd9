//! Gives tickets that are nobody's to those whose turn it is: at once where one is opened, and every few seconds where nobody could
//! get them, because somebody may have come, or closed something. One server at a time, so that shares are even.

use std::collections::HashMap;
use std::time::Duration;

use crm::assignment::{distribute, waiting_organizations};
use crm::id::{MemberId, OrganizationId};
use store::{Priority, Woken};
use tokio::time::{Instant, sleep};

use crate::Context;

/// Between two looks.
const GATHER: Duration = Duration::from_millis(50);
/// Where nobody could get what waits, it is tried again after so long.
const PATIENCE: Duration = Duration::from_secs(5);
const AFTER_FAILURE: Duration = Duration::from_secs(1);
const LEASE: &str = "assignment";

/// `present`: who of an organization has Recado open.
pub async fn run(context: Context, present: impl Fn(OrganizationId) -> Vec<MemberId>) {
    let mut committed = context.crm.db().committed();
    // Where nobody could get anything: until when it is left alone.
    let mut stuck: HashMap<OrganizationId, Instant> = HashMap::new();
    while !context.stop.is_asked() {
        let pause = match round(&context, &present, &mut stuck).await {
            Ok(()) => GATHER,
            Err(error) => {
                tracing::warn!(%error, "could not give tickets to agents; tried again");
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

async fn round(
    context: &Context,
    present: &impl Fn(OrganizationId) -> Vec<MemberId>,
    stuck: &mut HashMap<OrganizationId, Instant>,
) -> crm::Result<()> {
    let now = Instant::now();
    stuck.retain(|_, until| *until > now);
    let waiting = context.crm.db().read(Priority::Background, waiting_organizations).await?;
    let waiting: Vec<OrganizationId> = waiting.into_iter().filter(|id| !stuck.contains_key(id)).collect();
    if waiting.is_empty() {
        return Ok(());
    }
    let Some(held) = context.leases.claim(LEASE).await? else { return Ok(()) };
    let mut outcome = Ok(());
    for organization in waiting {
        if context.stop.is_asked() || held.is_lost() {
            break;
        }
        match distribute(&context.crm, organization, present(organization)).await {
            Ok(done) if done.waiting => {
                stuck.insert(organization, Instant::now() + PATIENCE);
            }
            Ok(_) => {}
            Err(error) => outcome = Err(error),
        }
    }
    held.release().await;
    outcome
}
