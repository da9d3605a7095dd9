//! One channel's messages out, for as long as this server holds its lease and there is something to send.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crm::channels::{self, ChannelProblem, ChannelState};
use crm::id::{ChannelId, OrganizationId};
use crm::leases::Lease;
use crm::outbox::{self, Claimed, Fate, Paced};
use crm::{Caller, Error, Timestamp};
use providers::media_store::MediaStore;
use providers::whatsapp_cloud::{Graph, Missing, Recipient, account_of, render};
use store::Priority;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::pace::{PER_SECOND, Pace};
use super::upload::{self, UnderWay};
use super::verdict::{Verdict, verdict};
use crate::Context;

/// Calls at once. At 80 a second each may take more than half a second.
const AT_ONCE: usize = 48;
/// With nothing to send for so long, the lease is given back.
const IDLE: Duration = Duration::from_secs(10);
/// A write that fails is tried again until it works: what the provider answered is known nowhere else.
const WRITE_AGAIN: Duration = Duration::from_millis(500);
/// Between two looks, at least.
const BREATH: Duration = Duration::from_millis(3);
const SOON: Duration = Duration::from_millis(20);

pub(super) fn lease_name(channel: ChannelId) -> String {
    format!("outbound/{channel}")
}

/// What every step of a channel's work needs.
#[derive(Clone)]
pub(super) struct Line {
    pub context: Context,
    pub media: MediaStore,
    pub caller: Caller,
    pub channel: ChannelId,
    pub lease: Lease,
    pub graph: Graph,
    pub files: Arc<UnderWay>,
    pace: Arc<Mutex<Pace>>,
}

pub(super) async fn work(context: Context, media: MediaStore, organization: OrganizationId, channel: ChannelId) {
    let held = match context.leases.claim(&lease_name(channel)).await {
        Ok(Some(held)) => held,
        Ok(None) => return sleep(Duration::from_secs(1)).await,
        Err(error) => return tracing::warn!(%error, %channel, "could not take a channel's lease"),
    };
    let caller = Caller::system(organization);
    let lease = held.lease.clone();
    tokio::select! {
        () = held.lost() => tracing::warn!(%channel, "another server sends for this channel now"),
        done = run(&context, &media, &caller, channel, &lease) => {
            if let Err(error) = done {
                tracing::warn!(%error, %channel, "a channel's sending stopped; it is begun again");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
    held.release().await;
}

async fn run(
    context: &Context,
    media: &MediaStore,
    caller: &Caller,
    channel: ChannelId,
    lease: &Lease,
) -> crm::Result<()> {
    // First of all, whatever a predecessor left in the middle.
    loop {
        let held = lease.clone();
        if !context.crm.write_in_background(caller, move |w| outbox::recover(w, &held, channel)).await? {
            break;
        }
    }
    let (found, sealed) = context
        .crm
        .read(caller, move |w| {
            let found = channels::get(&w.setup, channel)?.clone();
            Ok((found, channels::sealed_secrets(w, channel)?))
        })
        .await?;
    if found.is_stopped() {
        sleep(Duration::from_secs(1)).await;
        return Ok(());
    }
    let account = match account_of(&found, sealed.as_deref(), &context.sealer) {
        Ok(account) => account,
        Err(missing) => return stop(context, caller, channel, missing).await,
    };
    let per_second = found.settings.get("messages_per_second").and_then(|value| value.as_u64());
    let per_second = per_second.and_then(|n| u32::try_from(n).ok()).unwrap_or(PER_SECOND);
    let pace = Arc::new(Mutex::new(Pace::new(per_second, context.crm.now())));
    let graph = Graph::new(context.http.clone(), account);
    let line = Line {
        context: context.clone(),
        media: media.clone(),
        caller: caller.clone(),
        channel,
        lease: lease.clone(),
        graph,
        files: Arc::default(),
        pace,
    };
    line.run(found.version).await
}

/// It cannot call at all: it says so, and keeps what waits.
async fn stop(context: &Context, caller: &Caller, channel: ChannelId, missing: Missing) -> crm::Result<()> {
    let (code, title) = match missing {
        Missing::Secrets => {
            ("secrets_unreadable", "The channel's secrets are missing, or do not open with this server's key.")
        }
        Missing::Members => ("member_missing", "The channel lacks its phone_number_id or waba_id."),
    };
    let problem = ChannelProblem {
        code: code.to_owned(),
        title: title.to_owned(),
        details: None,
        advice: "Set what the channel's check names; what is queued goes out in order after that.".to_owned(),
    };
    context
        .crm
        .write(caller, move |w| channels::set_state(w, channel, ChannelState::NeedsToken, Some(&problem), false))
        .await
}

impl Line {
    /// `version`: of the channel; another one has other secrets, and the work begins anew.
    async fn run(&self, version: i64) -> crm::Result<()> {
        let mut committed = self.context.crm.db().committed();
        let mut sending: JoinSet<()> = JoinSet::new();
        let mut busy_at = tokio::time::Instant::now();
        loop {
            while sending.try_join_next().is_some() {}
            if self.context.stop.is_asked() || self.changed(version).await? {
                break;
            }
            let now = self.context.crm.now();
            let free = AT_ONCE - sending.len();
            let most = self.pace().available(now).min(free);
            let mut more = false;
            if most > 0 && self.next_due().await?.is_some_and(|due| due <= now) {
                let Some(paced) = self.claim(most).await? else { break };
                more = paced.more;
                if !paced.send.is_empty() || !paced.upload.is_empty() {
                    busy_at = tokio::time::Instant::now();
                }
                for (waiting, media) in paced.upload {
                    if self.files.join(media, waiting) {
                        let line = self.clone();
                        sending.spawn(async move { upload::bring(&line, media).await });
                    }
                }
                for claimed in paced.send {
                    self.pace().take(claimed.contact, now);
                    let line = self.clone();
                    sending.spawn(async move { line.send(claimed).await });
                }
            }
            if sending.is_empty() && busy_at.elapsed() > IDLE && !self.pace().is_held(now) {
                break;
            }
            let pause = self.pause(more).await?;
            tokio::select! {
                _ = committed.next() => {}
                () = sleep(pause) => {}
                _ = sending.join_next(), if !sending.is_empty() => {}
                () = self.context.stop.asked() => {}
            }
            // Many commits are about something else.
            sleep(BREATH).await;
        }
        // What was begun is ended: each has its time limit.
        while sending.join_next().await.is_some() {}
        Ok(())
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn changed(&self, version: i64) -> crm::Result<bool> {
        let setup = self.context.crm.setup(self.caller.organization).await?;
        let channel = setup.channel(self.channel).filter(|channel| !channel.archived);
        Ok(channel.is_none_or(|channel| channel.version != version || channel.is_stopped()))
    }

    async fn claim(&self, most: usize) -> crm::Result<Option<Paced>> {
        let (lease, channel, pace) = (self.lease.clone(), self.channel, self.pace.clone());
        self.context
            .crm
            .write_in_background(&self.caller, move |w| {
                let wait =
                    |person, now: Timestamp| pace.lock().unwrap_or_else(PoisonError::into_inner).wait_for(person, now);
                outbox::claim(w, &lease, channel, most, &wait)
            })
            .await
    }

    /// Until there may be something to do.
    async fn pause(&self, more: bool) -> crm::Result<Duration> {
        let now = self.context.crm.now();
        let wait = self.pace().wait(now);
        if more {
            return Ok(micros(wait).max(Duration::from_millis(1)));
        }
        let until = self.next_due().await?.map_or(i64::MAX, |due| due.micros() - now.micros());
        Ok(micros(until.max(wait)).clamp(SOON, Duration::from_secs(1)))
    }

    async fn next_due(&self) -> crm::Result<Option<Timestamp>> {
        let (organization, channel) = (self.caller.organization, self.channel);
        let db = self.context.crm.db();
        db.read(Priority::Background, move |tx| outbox::next_due(tx, organization, channel)).await
    }

    async fn send(&self, claimed: Claimed) {
        let recipient = match (&claimed.to, &claimed.recipient) {
            (Some(number), _) => Recipient::Number(number.clone()),
            (None, Some(user)) => Recipient::User(user.clone()),
            (None, None) => return self.settle(&claimed, nobody()).await,
        };
        let files = claimed.files.iter().cloned().collect();
        let callback = claimed.message.to_string();
        let reply_to = claimed.reply_to.as_deref();
        let Some(message) = render(&claimed.content, &recipient, reply_to, &callback, &files) else {
            return self.settle(&claimed, nobody()).await;
        };
        let answer = self.graph.send(&message).await;
        let now = self.context.crm.now();
        let verdict = verdict(answer, claimed.attempts, claimed.queued_at, now);
        self.note(&verdict).await;
        self.settle(&claimed, verdict.fate).await;
    }

    /// What an answer says of all that goes out by this number.
    pub(super) async fn note(&self, verdict: &Verdict) {
        if let Some(until) = verdict.rest_until {
            self.pace().hold(until);
        }
        if let Some((state, problem)) = verdict.state.clone() {
            let channel = self.channel;
            let stopped = self
                .context
                .crm
                .write(&self.caller, move |w| channels::set_state(w, channel, state, Some(&problem), false));
            if let Err(error) = stopped.await {
                tracing::warn!(%error, %channel, "could not write down how a channel is");
            }
        }
    }

    /// Tried until it is on disk: nobody else knows it.
    async fn settle(&self, claimed: &Claimed, fate: Fate) {
        loop {
            let (lease, id, fate) = (self.lease.clone(), claimed.message, fate.clone());
            let write = self.context.crm.write(&self.caller, move |w| outbox::settle(w, &lease, id, &fate));
            match write.await {
                Ok(()) => return,
                Err(Error::Store(error)) if error.is_transient() && error != store::Error::Closed => {
                    tracing::warn!(%error, message = %claimed.message, "could not write what came of a message; tried again");
                }
                Err(error) => {
                    return tracing::error!(%error, message = %claimed.message, "what came of a message is lost; it becomes unknown");
                }
            }
            sleep(WRITE_AGAIN).await;
        }
    }
}

/// Somebody who has neither a number nor an id any more.
fn nobody() -> Fate {
    Fate::Failed(crm::messages::Failure {
        code: "no_recipient".to_owned(),
        title: None,
        details: Some("The contact has neither a phone number nor an id on this channel.".to_owned()),
        advice: Some("Wait until the person writes.".to_owned()),
    })
}

fn micros(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}
