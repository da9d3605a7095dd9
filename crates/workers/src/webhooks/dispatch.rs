//! Sends what is due.

use std::time::Duration;

use bytes::Bytes;
use crm::id::WebhookCallId;
use crm::webhooks::{self, CALL_SECONDS, Claimed, Due, Ready, Tried, Verdict, Wanted, seal_place};
use providers::webhook::{Delivery, Outcome, Secret, deliver};
use store::Priority;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use super::lanes::Lanes;
use super::{Done, Ended};
use crate::Context;

/// How often what is due again is looked for, and what other servers queued or left.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const AFTER_FAILURE: Duration = Duration::from_millis(500);

pub async fn run(context: Context, mut fresh: Receiver<Vec<Ready>>, tried: Sender<Done>, mut ended: Receiver<Ended>) {
    let mut lanes = Lanes::default();
    let mut look = interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !context.stop.is_asked() {
        let now = Instant::now();
        let wanted = lanes.next(now);
        if !wanted.is_empty() {
            start(&context, &mut lanes, &wanted, &tried).await;
        }
        // Nothing to do but for one that rests.
        let rested = lanes.rests_until(now).filter(|_| wanted.is_empty());
        let rested = async {
            match rested {
                Some(until) => sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        // With work in line it only takes up what has come meanwhile.
        let idle = async {
            match wanted.is_empty() {
                true => std::future::pending().await,
                false => tokio::task::yield_now().await,
            }
        };
        tokio::select! {
            biased;
            () = context.stop.asked() => break,
            Some(one) = ended.recv() => {
                lanes.ended(&one, Instant::now());
                while let Ok(one) = ended.try_recv() {
                    lanes.ended(&one, Instant::now());
                }
            }
            Some(endpoints) = fresh.recv() => endpoints.into_iter().for_each(|endpoint| lanes.wake(endpoint)),
            _ = look.tick() => match ready(&context).await {
                Ok(endpoints) => endpoints.into_iter().for_each(|endpoint| lanes.wake(endpoint)),
                Err(error) => tracing::warn!(%error, "could not look for webhooks that are due; tried again"),
            },
            () = rested => {}
            () = idle => {}
        }
    }
    // What runs is finished, within the server's grace; the recorder ends once nobody holds `tried`.
    drop(tried);
    while !lanes.is_idle()
        && let Some(one) = ended.recv().await
    {
        lanes.ended(&one, Instant::now());
    }
}

async fn ready(context: &Context) -> crm::Result<Vec<Ready>> {
    let now = context.crm.now();
    context.crm.db().read(Priority::Background, move |tx| webhooks::ready(tx, now)).await
}

async fn start(context: &Context, lanes: &mut Lanes, wanted: &[Wanted], tried: &Sender<Done>) {
    let (now, wished) = (context.crm.now(), wanted.to_vec());
    let claim = context.crm.db().write_claim(Priority::Background, move |tx| webhooks::claim(tx, &wished, now)).await;
    let (claimed, looked) = match claim {
        Ok(claimed) => claimed,
        Err(error) => {
            tracing::warn!(%error, "could not take webhooks that are due; tried again");
            wanted.iter().for_each(|wanted| lanes.wake(wanted.endpoint));
            sleep(AFTER_FAILURE).await;
            return;
        }
    };
    wanted[looked..].iter().for_each(|wanted| lanes.wake(wanted.endpoint));
    for claimed in claimed {
        let endpoint = (claimed.organization, claimed.endpoint);
        if let Some(wanted) = wanted.iter().find(|wanted| wanted.endpoint == endpoint) {
            lanes.started(wanted, claimed.due.len());
        }
        send(context, claimed, tried);
    }
}

fn send(context: &Context, claimed: Claimed, tried: &Sender<Done>) {
    let secrets = open(context, &claimed);
    for due in claimed.due {
        let (context, tried, secrets, url) = (context.clone(), tried.clone(), secrets.clone(), claimed.url.clone());
        let (organization, endpoint) = (claimed.organization, claimed.endpoint);
        tokio::spawn(async move {
            let started_at = context.crm.now();
            let outcome = match secrets {
                Some(secrets) => one(&context, &due, url, secrets).await,
                None => Outcome { error: Some(SEALED.to_owned()), ..Outcome::default() },
            };
            let verdict = match outcome.status {
                Some(410) => Verdict::Gone,
                _ if outcome.is_delivered() => Verdict::Delivered,
                _ => Verdict::Failed { retry_after: outcome.retry_after },
            };
            let duration_ms = outcome.took.as_millis() as i64;
            tracing::debug!(%endpoint, event = %due.event, attempt = due.attempt, ?verdict, duration_ms, "tried a webhook");
            let random = uuid::Uuid::new_v4().as_u64_pair();
            let written = Tried {
                organization,
                endpoint,
                event: due.event,
                topic: due.topic,
                attempt: due.attempt,
                claim: due.claim,
                verdict,
                status: outcome.status,
                error: outcome.error,
                answer: outcome.answer,
                started_at,
                duration_ms,
                call: WebhookCallId(crm::id::IdSource::new(started_at, random.0).new_uuid()),
                chance: random.1 as f64 / u64::MAX as f64,
            };
            // The recorder is gone only when the server is; then another tries it again.
            let _ = tried.send(Done { tried: written, floods: outcome.floods }).await;
        });
    }
}

const SEALED: &str = "The secret does not open under this server's key. Rotate it.";

async fn one(context: &Context, due: &Due, url: String, secrets: Vec<Secret>) -> Outcome {
    let delivery = Delivery {
        url,
        id: due.event.to_string(),
        body: Bytes::copy_from_slice(due.body.as_bytes()),
        secrets,
        within: Duration::from_secs(CALL_SECONDS as u64),
    };
    deliver(&context.http, &delivery).await
}

/// None where they do not open: sealed under another key, or damaged.
fn open(context: &Context, claimed: &Claimed) -> Option<Vec<Secret>> {
    let place = seal_place(claimed.endpoint);
    let open = |sealed: &Vec<u8>| context.sealer.open(&place, sealed).map(Secret::from_bytes).ok();
    claimed.secrets.iter().map(open).collect()
}
