//! Filling a field that a proposal made: what contacts have under its key in their metadata becomes their customers'
//! value, and leaves the metadata, as with every later record. What does not read as the field's type stays where it is,
//! and a value that is there already is never replaced. In pieces, each a transaction that remembers how far it came: a
//! process that dies goes on there.

use serde_json::{Value, json};
use store::{Priority, params};
use structuring::json::Object;
use structuring::{Json, Target, ValueKind};
use uuid::Uuid;

use super::{COLUMNS, Proposal};
use crate::access::{Actor, Caller};
use crate::contacts::{self, Contact, ValueSource};
use crate::customers::{Correction, Origin};
use crate::error::{Error, Result};
use crate::fields::{self, CustomField};
use crate::id::{ContactId, OrganizationId, ProposalId, StructuringId};
use crate::work::{Crm, Work};

/// Contacts a transaction; it stops before where its time is over.
const CHUNK: i64 = 100;

/// Fills a piece of the next proposal that wants it; whether there is more to do.
pub async fn fill(crm: &Crm) -> Result<bool> {
    let next = crm
        .db()
        .read(Priority::Background, |tx| -> Result<Option<(OrganizationId, ProposalId, String)>> {
            let row = tx.query_opt(
                "SELECT organization_id, id, request_id FROM unknown_keys WHERE status = 'filling' ORDER BY id LIMIT 1",
                params![],
            )?;
            row.map(|row| Ok((row.at(0)?, row.at(1)?, row.get::<Option<String>>("request_id")?.unwrap_or_default())))
                .transpose()
        })
        .await?;
    let Some((organization, id, request_id)) = next else { return Ok(false) };
    let caller = Caller { organization, actor: Actor::System, scope: None, request_id: request_id.into() };
    crm.write_in_background(&caller, move |w| piece(w, id)).await?;
    Ok(true)
}

fn piece(w: &mut Work<'_, '_>, id: ProposalId) -> Result<()> {
    let sql = format!(
        "SELECT {COLUMNS}, fill_after FROM unknown_keys WHERE organization_id = $1 AND id = $2 AND status = 'filling'"
    );
    // Another node was faster.
    let Some(row) = w.tx.query_opt(&sql, params![w.caller.organization, id])? else { return Ok(()) };
    let proposal = Proposal::from_row(&row)?;
    let after: Option<ContactId> = row.get("fill_after")?;
    let setup = w.setup.clone();
    let Some(field) = proposal.field_id.and_then(|id| setup.field_by_id(id)) else { return save(w, id, None, 0) };
    let contacts = w.tx.query(
        &format!(
            "SELECT {} FROM contacts c WHERE c.organization_id = $1 AND c.id > $2 ORDER BY c.id LIMIT $3",
            contacts::COLUMNS
        ),
        params![w.caller.organization, after.unwrap_or(ContactId(Uuid::nil())), CHUNK],
    )?;
    let mut reached = None;
    let mut filled = 0;
    for row in &contacts {
        if w.tx.out_of_time() && reached.is_some() {
            return save(w, id, reached, filled);
        }
        let contact = Contact::from_row(row)?;
        reached = Some(contact.id);
        filled += i64::from(fill_one(w, contact, field)?);
    }
    let more = contacts.len() as i64 == CHUNK;
    save(w, id, reached.filter(|_| more), filled)
}

/// How far it came; none: to the end.
fn save(w: &mut Work<'_, '_>, id: ProposalId, reached: Option<ContactId>, filled: i64) -> Result<()> {
    let status = if reached.is_some() { "filling" } else { "accepted" };
    w.tx.execute(
        "UPDATE unknown_keys SET status = $3, fill_after = coalesce($4, fill_after), filled = filled + $5
         WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, status, reached, filled],
    )?;
    Ok(())
}

fn fill_one(w: &mut Work<'_, '_>, contact: Contact, field: &CustomField) -> Result<bool> {
    // Most contacts do not have the key: those are not parsed.
    if !contact.metadata.contains(&format!("\"{}\"", field.key)) {
        return Ok(false);
    }
    let Some(said) = contact.metadata()?.get(&field.key).cloned() else { return Ok(false) };
    let setup = w.setup.clone();
    let country = setup.channel(contact.channel_id).map_or(setup.organization.country.as_str(), |c| c.country.as_str());
    let Ok(value) = fields::read_value(field, &said, Some(country)) else { return Ok(false) };
    let target = Target::Field(field.key.clone());
    let mut correction = Correction::of(contact);
    if let Some(current) = correction.current(w, &target)? {
        // Said otherwise already: the metadata keeps what it has.
        if current.value == value {
            correction.take_key(&field.key, &said)?;
            correction.finish(w, Value::Null)?;
        }
        return Ok(false);
    }
    let run: StructuringId = w.new_id();
    correction.put(w, &target, &value, ValueSource::Inferred, Some(run))?;
    correction.take_key(&field.key, &said)?;
    record(w, correction.contact.id, run, field, &value, said)?;
    correction.finish(w, json!({"structuring_id": run}))?;
    Ok(true)
}

/// Its provenance, so that it is shown and can be taken back like any other.
fn record(
    w: &mut Work<'_, '_>,
    contact: ContactId,
    run: StructuringId,
    field: &CustomField,
    value: &Json,
    said: Json,
) -> Result<()> {
    let mut pointer = String::new();
    structuring::json::escape_pointer(&mut pointer, &field.key);
    let origin = Origin {
        pointer: pointer.clone(),
        span: None,
        place: Some((field.key.clone(), ValueKind::Text)),
        whole: true,
        taken: Some(said),
    };
    let mut placed = Object::new();
    placed.push("target", "field");
    placed.push("key", field.key.as_str());
    placed.push("value", value.clone());
    placed.push("source", vec![pointer]);
    placed.push("span", Json::Null);
    placed.push("confidence", Json::from(0.99));
    placed.push("method", "exact");
    placed.push("origins", Origin::to_json(&[origin]));
    placed.push("previous", Object::new());
    let placements = Json::Array(vec![Json::from(placed)]).to_string();
    let inserted = w.tx.execute(
        "INSERT INTO structurings (organization_id, id, contact_id, request_id, actor, source, engine, placements, created_at)
         VALUES ($1, $2, $3, $4, $5, 'history', $6, $7, $8)",
        params![
            w.caller.organization,
            run,
            contact,
            &*w.caller.request_id,
            w.caller.actor.to_string(),
            structuring::ENGINE,
            placements,
            w.now
        ],
    )?;
    if inserted == 1 { Ok(()) } else { Err(Error::Internal("a run of structuring was not written".to_owned())) }
}
