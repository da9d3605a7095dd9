//! Large work of organizations, done in the background piece by piece: each piece is a transaction, and others write between
//! two of them.

use std::future::Future;
use std::time::Duration;

use crm::Caller;
use crm::id::OrganizationId;
use tokio::time::sleep;

use crate::Stop;

/// Others write between two pieces.
const BREATH: Duration = Duration::from_millis(10);

/// Work that is done in pieces.
pub trait InPieces: Sync {
    /// Its name in the log.
    const NAME: &str;
    /// How long after it was done it is looked for again.
    const LOOK_EVERY: Duration;

    /// Who has some of it.
    fn due(&self) -> impl Future<Output = crm::Result<Vec<OrganizationId>>> + Send;

    /// Does one piece for whom it is called; whether there is more.
    fn piece(&self, caller: &Caller) -> impl Future<Output = crm::Result<bool>> + Send;
}

/// Does all of it that is due, again and again; ends when it is asked to.
pub async fn run<W: InPieces>(work: W, stop: &Stop) {
    loop {
        if let Err(error) = all_due(&work, stop).await {
            tracing::warn!(%error, work = W::NAME, "background work failed; tried again");
        }
        tokio::select! {
            () = sleep(W::LOOK_EVERY) => {}
            () = stop.asked() => return,
        }
    }
}

async fn all_due<W: InPieces>(work: &W, stop: &Stop) -> crm::Result<()> {
    let mut outcome = Ok(());
    for organization in work.due().await? {
        // One that fails does not keep the others from theirs.
        if let Err(error) = of_one(work, &Caller::system(organization), stop).await {
            outcome = Err(error);
        }
    }
    outcome
}

async fn of_one<W: InPieces>(work: &W, caller: &Caller, stop: &Stop) -> crm::Result<()> {
    while !stop.is_asked() && work.piece(caller).await? {
        sleep(BREATH).await;
    }
    Ok(())
}
