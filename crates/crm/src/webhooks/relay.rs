//! From the log to what waits: reads on after its cursor, and moves it in the transaction that queues. So a kill queues
//! nothing twice and loses nothing, and of several nodes one reads on at a time: they meet on the cursor's row.

use std::collections::HashMap;

use store::{Priority, Tx, params};

use super::{render, topics_of};
use crate::error::Result;
use crate::events::{COLUMNS, EventRow};
use crate::id::{EventId, OrganizationId, WebhookId};
use crate::time::Timestamp;
use crate::work::{Crm, Work};

/// Events a transaction.
const CHUNK: i64 = 256;

/// What one step of the relay came to.
#[derive(Debug, Clone, Default)]
pub struct Queued {
    /// Endpoints for which something waits now.
    pub endpoints: Vec<(OrganizationId, WebhookId)>,
    /// Whether there may be more to read.
    pub more: bool,
    /// Whether anybody wants events at all.
    pub wanted: bool,
}

/// Queues the events that came since, a piece of them.
pub async fn relay(crm: &Crm) -> Result<Queued> {
    let now = crm.now();
    // Nearly always nothing happened since, and a reader finds that out.
    let news = crm.db().read(Priority::Background, has_news).await?;
    if !news {
        return Ok(Queued { wanted: true, ..Queued::default() });
    }
    // Read committed: each row here is the relay's own.
    crm.db().write_claim(Priority::Background, move |tx| read_on(tx, now)).await
}

fn has_news(tx: &mut Tx<'_>) -> Result<bool> {
    let row = tx.query_opt(
        "SELECT sequence FROM events WHERE sequence > (SELECT sequence FROM event_cursors WHERE name = 'webhooks')
         ORDER BY sequence LIMIT 1",
        params![],
    )?;
    Ok(row.is_some())
}

fn read_on(tx: &mut Tx<'_>, now: Timestamp) -> Result<Queued> {
    // Where nobody does, the cursor only follows. One statement: an endpoint that is made meanwhile misses nothing after it.
    let bound = tx.dialect().readable_events_bound(tx)?.unwrap_or(i64::MAX);
    let unwanted = tx.execute(
        "UPDATE event_cursors SET sequence = coalesce((SELECT max(sequence) FROM events WHERE sequence < $1), sequence)
         WHERE name = 'webhooks' AND NOT EXISTS (SELECT 1 FROM webhooks WHERE active AND deleted_at IS NULL)",
        params![bound],
    )?;
    if unwanted == 1 {
        return Ok(Queued::default());
    }
    let row = tx.query_one(
        "UPDATE event_cursors SET sequence = sequence WHERE name = 'webhooks' RETURNING sequence",
        params![],
    )?;
    let after: i64 = row.at(0)?;
    let bound = tx.dialect().readable_events_bound(tx)?.unwrap_or(i64::MAX);
    let sql = format!(
        "SELECT {COLUMNS}, e.organization_id FROM events e WHERE e.sequence > $1 AND e.sequence < $2
         ORDER BY e.sequence LIMIT $3"
    );
    let rows = tx.query(&sql, params![after, bound, CHUNK])?;
    let mut queued = Queued { endpoints: Vec::new(), more: rows.len() as i64 == CHUNK, wanted: true };
    let mut endpoints: HashMap<OrganizationId, Vec<Wanting>> = HashMap::new();
    let mut reached = after;
    for row in &rows {
        if tx.out_of_time() && reached > after {
            queued.more = true;
            break;
        }
        let event = EventRow::from_row(row)?;
        let organization: OrganizationId = row.get("organization_id")?;
        let wanting = match endpoints.entry(organization) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(new) => new.insert(active(tx, organization)?),
        };
        let wanting: Vec<WebhookId> = wanting.iter().filter(|w| w.wants(&event.topic)).map(|w| w.id).collect();
        if !wanting.is_empty() {
            make_body(tx, organization, &event, now)?;
        }
        for endpoint in wanting {
            queue(tx, organization, endpoint, event.id, now)?;
            if !queued.endpoints.contains(&(organization, endpoint)) {
                queued.endpoints.push((organization, endpoint));
            }
        }
        reached = event.sequence;
    }
    if reached > after {
        tx.execute("UPDATE event_cursors SET sequence = $1 WHERE name = 'webhooks'", params![reached])?;
    }
    Ok(queued)
}

/// Until this transaction ends no event is read on for webhooks.
pub(crate) fn hold_relay(w: &mut Work<'_, '_>) -> Result<()> {
    w.tx.execute("UPDATE event_cursors SET sequence = sequence WHERE name = 'webhooks'", params![])?;
    Ok(())
}

struct Wanting {
    id: WebhookId,
    topics: Vec<String>,
}

impl Wanting {
    fn wants(&self, topic: &str) -> bool {
        self.topics.is_empty() || self.topics.iter().any(|wanted| wanted == topic)
    }
}

fn active(tx: &mut Tx<'_>, organization: OrganizationId) -> Result<Vec<Wanting>> {
    let rows = tx.query(
        "SELECT id, topics FROM webhooks WHERE organization_id = $1 AND active AND deleted_at IS NULL ORDER BY id",
        params![organization],
    )?;
    rows.iter().map(|row| Ok(Wanting { id: row.at(0)?, topics: topics_of(row.text("topics")?)? })).collect()
}

/// Made where there is none; one that is there stays as it is, whatever happened since, and is kept on.
pub(super) fn keep_body(tx: &mut Tx<'_>, organization: OrganizationId, event: &EventRow, now: Timestamp) -> Result<()> {
    if touch_body(tx, organization, event.id, now)? { Ok(()) } else { make_body(tx, organization, event, now) }
}

fn make_body(tx: &mut Tx<'_>, organization: OrganizationId, event: &EventRow, now: Timestamp) -> Result<()> {
    let body = render::render(tx, organization, event)?;
    tx.execute(
        "INSERT INTO webhook_bodies (organization_id, event_id, topic, body, queued_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (organization_id, event_id) DO UPDATE SET queued_at = excluded.queued_at",
        params![organization, event.id, event.topic, body, now],
    )?;
    Ok(())
}

/// Whether there is one; it is kept on then.
pub(super) fn touch_body(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    event: EventId,
    now: Timestamp,
) -> Result<bool> {
    let kept = tx.execute(
        "UPDATE webhook_bodies SET queued_at = $3 WHERE organization_id = $1 AND event_id = $2",
        params![organization, event, now],
    )?;
    Ok(kept == 1)
}

/// False where it waits already.
pub(super) fn queue(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    endpoint: WebhookId,
    event: EventId,
    now: Timestamp,
) -> Result<bool> {
    let inserted = tx.execute(
        "INSERT INTO webhook_deliveries (organization_id, endpoint_id, event_id, attempts, due_at, claimed, claims, created_at)
         VALUES ($1, $2, $3, 0, $4, $5, 0, $4)
         ON CONFLICT (organization_id, endpoint_id, event_id) DO NOTHING",
        params![organization, endpoint, event, now, false],
    )?;
    Ok(inserted == 1)
}
