//! Webhooks out: the relay queues what happened, the dispatcher sends what is due, the recorder writes what came of it.

mod dispatch;
mod lanes;
mod record;
mod relay;

use std::time::Duration;

use crm::webhooks::{self, Ready, Tried};
use store::{Engine, Priority};
use tokio::sync::mpsc;

use crate::{Context, Workers};

/// Tries that run at once, on this server.
const MOST_RUNNING: usize = 512;

/// One that ended, for the recorder.
struct Done {
    tried: Tried,
    floods: bool,
}

/// One that is written down, for the dispatcher.
struct Ended {
    endpoint: Ready,
    delivered: bool,
    /// Its answer had no end that anybody would wait for.
    floods: bool,
    took: Duration,
}

pub(crate) async fn start(workers: &mut Workers) -> crm::Result<()> {
    let crm = &workers.context.crm;
    if crm.db().engine() == Engine::Sqlite {
        let now = crm.now();
        crm.db().write(Priority::Background, move |tx| webhooks::reclaim_all(tx, now)).await?;
    }
    let (queued, fresh) = mpsc::channel(64);
    let (tried, tries) = mpsc::channel(MOST_RUNNING);
    // As many as can run, so that whoever tells of one never waits for whoever starts the next.
    let (end, ended) = mpsc::channel(MOST_RUNNING);
    workers.run(move |context: Context| relay::run(context, queued));
    workers.run(move |context: Context| dispatch::run(context, fresh, tried, ended));
    workers.run(move |context: Context| record::run(context, tries, end));
    Ok(())
}
