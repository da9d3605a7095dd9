//! The one reader of the log behind all streams of a process.

use std::sync::Arc;
use std::time::Duration;

use crm::events::{EventRow, Topic, tail};
use crm::id::{ContactId, OrganizationId};
use serde_json::{Value, json};
use store::{Priority, Woken};
use tokio::time::{Instant, sleep, sleep_until};

use super::Hub;
use super::feed::Feed;
use super::frame::Frame;
use crate::problem::Problem;

/// Events a round.
const ROUND: usize = 128;
/// Between the beginnings of two rounds, so that under load many commits are one round; one that comes alone waits for
/// nothing.
const PACE: Duration = Duration::from_millis(10);
/// Where events are held back by an open transaction: from … to.
const HELD: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(100));
/// After a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

enum Round {
    More,
    Held,
    Done,
}

/// Hands out events until the database is closed.
pub async fn run(hub: Arc<Hub>) {
    let mut committed = hub.crm.db().committed();
    let mut held = HELD.0;
    loop {
        let feeds = hub.feeds();
        if feeds.is_empty() {
            hub.wanted.notified().await;
            continue;
        }
        let next = Instant::now() + PACE;
        match round(&hub, &feeds).await {
            Ok(Round::More) => continue,
            Ok(Round::Held) => {
                sleep(held).await;
                held = (held * 2).min(HELD.1);
                continue;
            }
            Ok(Round::Done) => held = HELD.0,
            Err(problem) => {
                tracing::warn!(code = problem.code, cause = problem.cause(), "the live stream cannot read the log");
                sleep(AFTER_FAILURE).await;
                continue;
            }
        }
        tokio::select! {
            woken = committed.next() => if woken == Woken::Closed { return },
            () = hub.wanted.notified() => {}
        }
        sleep_until(next).await;
    }
}

/// Somebody came or went: for those who look at nothing but who is there.
fn presence(event: &EventRow) -> Option<Frame> {
    if event.topic != Topic::SetupChanged.name() || !event.data.contains("\"availability\"") {
        return None;
    }
    let data: Value = serde_json::from_str(&event.data).ok()?;
    let availability = data["changed"]["availability"].as_str().filter(|_| data["noun"] == "member")?;
    Some(Frame::passing("presence", &json!({"member_id": data["id"], "availability": availability})))
}

/// Who goes by another id from now on, or by their own again.
fn merged(event: &EventRow) -> Option<ContactId> {
    if event.topic != Topic::ContactMerged.name() {
        return None;
    }
    let subject: Value = serde_json::from_str(&event.subject).ok()?;
    subject["merged_contact_id"].as_str()?.parse().ok()
}

async fn round(hub: &Hub, feeds: &[Arc<Feed>]) -> Result<Round, Problem> {
    let organizations: Vec<OrganizationId> = feeds.iter().map(|feed| feed.organization).collect();
    let after = feeds.iter().map(|feed| feed.cursor()).min().unwrap_or(0);
    let read = move |tx: &mut store::Tx<'_>| tail(tx, &organizations, after, ROUND);
    let found = hub.crm.db().read(Priority::Interactive, read).await?;
    for feed in feeds {
        let (cursor, organization) = (feed.cursor(), feed.organization);
        let new = found.events.iter().filter(|(of, event)| *of == organization && event.sequence > cursor);
        let (mut frames, mut setup_changed) = (Vec::new(), false);
        for (_, event) in new {
            setup_changed |= event.topic == Topic::SetupChanged.name();
            if let Some(contact) = event.contact {
                hub.rooms.wake(contact.0);
            }
            if let Some(merged) = merged(event) {
                hub.rooms.wake(merged.0);
            }
            match Frame::of(event) {
                Ok(frame) => {
                    frames.push(frame);
                    frames.extend(presence(event));
                }
                // Everybody else's events go on.
                Err(problem) => {
                    tracing::error!(sequence = event.sequence, cause = problem.cause(), "an event is unreadable")
                }
            }
        }
        // Before its frames: a key that was revoked hears nothing of what came after.
        let setup = if setup_changed { Some(hub.crm.fresh_setup(organization).await?) } else { None };
        feed.push(frames, found.reached, setup);
    }
    Ok(match (found.more, found.held) {
        (true, _) => Round::More,
        (false, true) => Round::Held,
        (false, false) => Round::Done,
    })
}
