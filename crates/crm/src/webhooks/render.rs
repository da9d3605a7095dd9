//! What is sent of an event: one body that carries both shapes which integrations read, whatever the endpoint. Numbers in
//! it stay as they were written.

use store::{Tx, params};
use structuring::Json;
use structuring::json::{Mode, Object};

use crate::error::Result;
use crate::events::EventRow;
use crate::id::{ContactId, EventId, OrganizationId, WebhookId};
use crate::time::Timestamp;

/// The body of an event, as text.
pub(super) fn render(tx: &mut Tx<'_>, organization: OrganizationId, event: &EventRow) -> Result<String> {
    let subject = object(&event.subject);
    let recorded = object(&event.data);
    let previous = event.previous.as_deref().map(object);
    let mut entity = None;
    let mut data = Object::new();
    let contact = subject.get("contact_id").cloned().unwrap_or(Json::Null);
    match event.topic.split_once('.') {
        Some(("contact", what)) => {
            let whole = contact_entity(tx, organization, &contact, &recorded, what == "created")?;
            data.push("contact_id", contact.clone());
            data.push("contact", whole.clone());
            if what != "created" {
                data.push("changed", recorded);
            }
            entity = Some(("contact", what, whole));
        }
        Some(("ticket", what)) => {
            data = with_subject(recorded, &subject);
            entity = data.get("ticket").and_then(Json::as_object).cloned().map(|ticket| ("ticket", what, ticket));
        }
        Some(("stage", _)) => {
            data = with_subject(recorded, &subject);
            let name = data.get("contact_name").cloned().unwrap_or(Json::Null);
            data.insert("name", name);
            entity =
                data.get("ticket").and_then(Json::as_object).cloned().map(|ticket| ("ticket", "stage_changed", ticket));
        }
        _ => data = with_subject(recorded, &subject),
    }
    if let Some(previous) = &previous
        && !data.contains_key("previous")
    {
        data.push("previous", previous.clone());
    }
    let mut body = head(&event.id.to_string(), &event.topic, event.sequence, event.occurred_at, contact, organization);
    if let Some((name, what, now)) = entity {
        let before = previous.map(|previous| overlaid(&now, &previous)).map_or(Json::Null, Json::Object);
        for shape in [&mut body, &mut data] {
            shape.push("event_type", what);
            shape.push("entity_name", name);
            shape.push("entity_data", now.clone());
            shape.push("previous_entity_data", before.clone());
        }
    }
    body.push("data", data);
    Ok(Json::Object(body).to_string())
}

/// What a test sends: of no event, so it has no place in the log's order.
pub fn test_body(organization: OrganizationId, endpoint: WebhookId, id: EventId, now: Timestamp) -> String {
    let mut body = head(&id.to_string(), "webhook.test", 0, now, Json::Null, organization);
    let mut data = Object::new();
    data.push("webhook_id", endpoint.to_string());
    data.push("message", "This is a test. Nothing happened.");
    body.push("data", data);
    Json::Object(body).to_string()
}

fn head(
    id: &str,
    topic: &str,
    sequence: i64,
    occurred_at: Timestamp,
    contact: Json,
    organization: OrganizationId,
) -> Object {
    let mut body = Object::new();
    body.push("id", id);
    for name in ["type", "event", "topic"] {
        body.push(name, topic);
    }
    body.push("sequence", sequence);
    body.push("timestamp", occurred_at.to_string());
    body.push("aiContactId", contact);
    body.push("client_id", organization.to_string());
    body
}

fn object(text: &str) -> Object {
    // The log has nothing but objects, ours and those of erased people.
    Json::parse(text.as_bytes(), Mode::Lenient).ok().and_then(Json::into_object).unwrap_or_default()
}

/// The ids of what it is about stand in the data, too.
fn with_subject(mut data: Object, subject: &Object) -> Object {
    for (name, id) in subject.iter() {
        if !data.contains_key(name) {
            data.push(name, id.clone());
        }
    }
    data
}

/// As it was: what changed by its former value.
fn overlaid(entity: &Object, previous: &Object) -> Object {
    let mut before = entity.clone();
    for (name, value) in previous.iter() {
        before.insert(name, value.clone());
    }
    before
}

/// The contact as the event has it: its creation carries all of it; of another change what is stored now, under what the
/// event says.
fn contact_entity(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    contact: &Json,
    recorded: &Object,
    created: bool,
) -> Result<Object> {
    let id: Option<ContactId> = contact.as_str().and_then(|id| id.parse().ok());
    let Some(id) = id.filter(|_| !created) else { return Ok(recorded.clone()) };
    let row = tx.query_opt(
        "SELECT c.customer_id, c.channel_id, h.type, c.name, c.phone, c.email, c.external_user_id
         FROM contacts c JOIN channels h ON h.organization_id = c.organization_id AND h.id = c.channel_id
         WHERE c.organization_id = $1 AND c.id = $2",
        params![organization, id],
    )?;
    let mut entity = Object::new();
    entity.push("id", id.to_string());
    if let Some(row) = row {
        for (at, name) in ["customer_id", "channel_id"].into_iter().enumerate() {
            entity.push(name, row.at::<uuid::Uuid>(at)?.to_string());
        }
        for (at, name) in ["platform", "name", "phone", "email", "external_user_id"].into_iter().enumerate() {
            entity.push(name, row.at::<Option<String>>(at + 2)?);
        }
    }
    Ok(overlaid(&entity, recorded))
}
