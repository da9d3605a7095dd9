//! Events that are sent once more, because a receiver lost them or was not there.

use store::params;

use super::relay::{keep_body, queue, touch_body};
use super::{Endpoint, get_live};
use crate::error::{Error, FieldError, Problems, Result};
use crate::events::{COLUMNS, EventRow};
use crate::id::{EventId, WebhookId};
use crate::time::Timestamp;
use crate::work::Work;

/// Events that are looked at in one go.
const CHUNK: i64 = 1000;
/// How far the times of the log may be out of order.
const ASKEW_SECONDS: i64 = 60;

#[derive(Debug, Clone)]
pub enum Replay {
    /// Those of the endpoint's topics that happened from the one time up to the other, after a place in the log.
    Between { from: Timestamp, to: Timestamp, after: i64 },
    /// These, whatever their topic.
    Events(Vec<EventId>),
}

#[derive(Debug, Clone, Default, serde::Serialize, schemars::JsonSchema)]
pub struct Replayed {
    /// How many events wait now; one that waited before is not counted.
    pub queued: i64,
    /// Not null: there may be more; ask again with this as `after`.
    pub next_after: Option<i64>,
}

/// They get the body that was made then, as far as it is kept, and the same `webhook-id`.
pub fn replay(w: &mut Work<'_, '_>, id: WebhookId, wanted: &Replay) -> Result<Replayed> {
    let endpoint = get_live(w, id)?;
    if !endpoint.active {
        let message = "This webhook is not active: nothing would be sent. Make it active first.";
        return Err(Error::conflict("webhook_inactive", message));
    }
    match wanted {
        Replay::Events(events) => replay_events(w, id, events),
        Replay::Between { from, to, after } => replay_between(w, &endpoint, *from, *to, *after),
    }
}

fn replay_events(w: &mut Work<'_, '_>, endpoint: WebhookId, wanted: &[EventId]) -> Result<Replayed> {
    let (organization, now) = (w.caller.organization, w.now);
    let mut replayed = Replayed::default();
    let mut problems = Problems::default();
    for (n, id) in wanted.iter().enumerate() {
        let known = touch_body(w.tx, organization, *id, now)? || {
            let event = find(w, *id)?;
            if let Some(event) = &event {
                keep_body(w.tx, organization, event, now)?;
            }
            event.is_some()
        };
        if known {
            replayed.queued += i64::from(queue(w.tx, organization, endpoint, *id, now)?);
        } else {
            problems.add(FieldError::unknown_reference(format!("/event_ids/{n}"), "event", id));
        }
    }
    problems.check()?;
    Ok(replayed)
}

fn replay_between(
    w: &mut Work<'_, '_>,
    endpoint: &Endpoint,
    from: Timestamp,
    to: Timestamp,
    after: i64,
) -> Result<Replayed> {
    let (organization, now) = (w.caller.organization, w.now);
    let after = after.max(first_since(w, from.plus_seconds(-ASKEW_SECONDS))?.saturating_sub(1));
    let bound = w.tx.dialect().readable_events_bound(w.tx)?.unwrap_or(i64::MAX);
    let sql = format!(
        "SELECT {COLUMNS} FROM events e WHERE e.organization_id = $1 AND e.sequence > $2 AND e.sequence < $3
         ORDER BY e.sequence LIMIT $4"
    );
    let rows = w.tx.query(&sql, params![organization, after, bound, CHUNK])?;
    let mut replayed = Replayed::default();
    let beyond = to.plus_seconds(ASKEW_SECONDS);
    for row in &rows {
        let event = EventRow::from_row(row)?;
        if event.occurred_at > beyond {
            return Ok(replayed);
        }
        let wanted = endpoint.topics.iter().any(|topic| topic == "*" || *topic == event.topic);
        if wanted && (from..=to).contains(&event.occurred_at) {
            keep_body(w.tx, organization, &event, now)?;
            replayed.queued += i64::from(queue(w.tx, organization, endpoint.id, event.id, now)?);
        }
        replayed.next_after = Some(event.sequence);
    }
    if (rows.len() as i64) < CHUNK {
        replayed.next_after = None;
    }
    Ok(replayed)
}

/// An event by its id. The log is in order of sequence alone; but an id begins with its time.
fn find(w: &mut Work<'_, '_>, id: EventId) -> Result<Option<EventRow>> {
    let Some((seconds, nanos)) = id.0.get_timestamp().map(|at| at.to_unix()) else { return Ok(None) };
    let Ok(seconds) = i64::try_from(seconds) else { return Ok(None) };
    let at = Timestamp::from_micros(seconds.saturating_mul(1_000_000).saturating_add(i64::from(nanos / 1000)));
    let from = first_since(w, at.plus_seconds(-ASKEW_SECONDS))?;
    let to = first_since(w, at.plus_seconds(ASKEW_SECONDS))?;
    let sql = format!(
        "SELECT {COLUMNS} FROM events e WHERE e.organization_id = $1 AND e.sequence >= $2 AND e.sequence <= $3 AND e.id = $4"
    );
    let row = w.tx.query_opt(&sql, params![w.caller.organization, from, to, id])?;
    row.as_ref().map(EventRow::from_row).transpose()
}

/// The sequence of the first event from a time on, by halving: times grow with the sequence, but for small disorder. Where
/// there is none, one past the last.
fn first_since(w: &mut Work<'_, '_>, time: Timestamp) -> Result<i64> {
    let organization = w.caller.organization;
    let row = w.tx.query_one(
        "SELECT coalesce(min(sequence), 0), coalesce(max(sequence), 0) FROM events WHERE organization_id = $1",
        params![organization],
    )?;
    let (mut low, mut high) = (row.at::<i64>(0)?, row.at::<i64>(1)?.saturating_add(1));
    while low < high {
        let middle = low + (high - low) / 2;
        let row = w.tx.query_opt(
            "SELECT sequence, occurred_at FROM events WHERE organization_id = $1 AND sequence >= $2
             ORDER BY sequence LIMIT 1",
            params![organization, middle],
        )?;
        match row {
            Some(row) if row.at::<Timestamp>(1)? < time => low = row.at::<i64>(0)? + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}
