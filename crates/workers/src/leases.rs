//! Leases of this server: taken, and renewed for as long as they are wanted.
//!
//! ```ignore
//! let Some(held) = leases.claim("channel/…").await? else { return };   // somebody else does it
//! tokio::select! {
//!     () = held.lost() => {}                                           // stop at once: another has it
//!     () = send_what_waits(&held.lease) => {}                          // each write asks `crm::leases::check`
//! }
//! held.release().await;
//! ```

use std::time::Duration;

use crm::leases::{self, Lease};
use crm::{Crm, Result};
use store::{Engine, Priority};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};

/// How long a lease lasts without being renewed; longer than any call to the outside takes. Another server takes over
/// within this time and the time between two of its questions.
pub const LASTS: Duration = Duration::from_secs(20);
const RENEW_EVERY: Duration = Duration::from_secs(5);
/// It is given up so much before it lapses: what goes on then ends in time.
const MARGIN: Duration = Duration::from_secs(2);

/// Takes leases in the name of this server.
#[derive(Clone)]
pub struct Leases {
    crm: Crm,
    holder: String,
}

/// A lease that is renewed until it is dropped, released or lost.
pub struct Held {
    pub lease: Lease,
    crm: Crm,
    lost: watch::Receiver<bool>,
    renewing: JoinHandle<()>,
}

impl Leases {
    /// On the embedded database nobody else can hold anything: leases of a server that was killed are free at once.
    pub async fn of_this_server(crm: Crm) -> Result<Leases> {
        if crm.db().engine() == Engine::Sqlite {
            crm.db().write(Priority::Background, leases::release_all).await?;
        }
        Ok(Leases { crm, holder: uuid::Uuid::new_v4().to_string() })
    }

    /// None where somebody else has it.
    pub async fn claim(&self, name: &str) -> Result<Option<Held>> {
        let (name, holder) = (name.to_owned(), self.holder.clone());
        let asked = Instant::now();
        let claimed = self
            .crm
            .db()
            .write_claim(Priority::Interactive, move |tx| leases::claim(tx, &name, &holder, LASTS.as_secs() as i64))
            .await?;
        let Some(lease) = claimed else { return Ok(None) };
        let (say, lost) = watch::channel(false);
        let renewing = tokio::spawn(renew(self.crm.clone(), lease.clone(), asked, say));
        Ok(Some(Held { lease, crm: self.crm.clone(), lost, renewing }))
    }
}

/// Until it is lost: another took it, or the database did not confirm it in time.
async fn renew(crm: Crm, lease: Lease, mut confirmed: Instant, say: watch::Sender<bool>) {
    loop {
        sleep(RENEW_EVERY).await;
        let asked = Instant::now();
        let renewed = lease.clone();
        let renewal =
            crm.db().write_claim(Priority::Interactive, move |tx| leases::renew(tx, &renewed, LASTS.as_secs() as i64));
        let until = confirmed + LASTS - MARGIN;
        match timeout_at(until, renewal).await {
            Ok(Ok(true)) => confirmed = asked,
            Ok(Ok(false)) => tracing::warn!(name = lease.name, "another server has taken over a lease"),
            Ok(Err(error)) if asked + RENEW_EVERY < until => {
                tracing::warn!(%error, name = lease.name, "could not renew a lease; tried again");
                continue;
            }
            Ok(Err(error)) => tracing::warn!(%error, name = lease.name, "a lease is given up"),
            Err(_) => tracing::warn!(name = lease.name, "a lease is given up: the database does not answer"),
        }
        if confirmed != asked {
            // Nobody may be waiting for it.
            let _ = say.send(true);
            return;
        }
    }
}

impl Held {
    /// Resolves once it is no longer held.
    pub async fn lost(&self) {
        let mut lost = self.lost.clone();
        // An error: whoever renews is gone, and with it the lease.
        let _ = lost.wait_for(|lost| *lost).await;
    }

    pub fn is_lost(&self) -> bool {
        *self.lost.borrow() || self.renewing.is_finished()
    }

    /// Another server may have it at once.
    pub async fn release(self) {
        self.renewing.abort();
        let lease = self.lease.clone();
        let released = self.crm.db().write_claim(Priority::Interactive, move |tx| leases::release(tx, &lease)).await;
        if let Err(error) = released {
            tracing::warn!(%error, name = self.lease.name, "a lease could not be given back; it lapses");
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.renewing.abort();
    }
}
