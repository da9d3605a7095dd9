//! Each value of a contact, with where it came from.

use std::collections::HashMap;

use structuring::{Json, Target};

use super::{COLUMNS, Placed, Run};
use crate::contacts::{Contact, ValueSource};
use crate::customers::{Origin, values_of};
use crate::error::Result;
use crate::fields::Entity;
use crate::id::{ContactId, StructuringId};
use crate::query::Query;
use crate::time::Timestamp;
use crate::work::Work;

/// How many of the contact's runs are looked through for its name, e-mail and phone.
const RECENT: i64 = 100;

#[derive(Debug)]
pub struct StructuredValue {
    pub target: Target,
    pub value: Json,
    /// Who said it; none of a phone that its channel knows the person by.
    pub source: Option<ValueSource>,
    /// None where it was not read by structuring.
    pub provenance: Option<Provenance>,
}

#[derive(Debug)]
pub struct Provenance {
    pub structuring_id: StructuringId,
    pub request_id: String,
    pub actor: String,
    /// The feed.
    pub source: String,
    pub engine: String,
    pub method: String,
    pub confidence: f64,
    pub pointers: Vec<String>,
    pub span: Option<(usize, usize)>,
    pub origins: Vec<Origin>,
    /// What it replaced, and who had said that.
    pub replaced: Option<(Json, Option<ValueSource>)>,
    pub at: Timestamp,
    /// Whether an undo would take it back: nobody has confirmed it.
    pub undoable: bool,
}

pub fn of_contact(w: &mut Work<'_, '_>, id: ContactId) -> Result<(Contact, Vec<StructuredValue>)> {
    let contact = Contact::get(w, id)?;
    let id = contact.id;
    let setup = w.setup.clone();
    let fields = values_of(w, contact.customer_id.0)?;
    let mut read: Vec<StructuringId> = fields.iter().filter_map(|value| value.structuring_id).collect();
    read.sort_unstable();
    read.dedup();
    let recent = recent(w, id)?;
    let runs: HashMap<StructuringId, Run> = by_id(w, &read)?;
    let mut values = Vec::new();
    let own = [
        (Target::Name, &contact.name, contact.name_source),
        (Target::Email, &contact.email, contact.email_source),
        (Target::Phone, &contact.phone, contact.phone_source),
    ];
    for (target, value, source) in own {
        let Some(value) = value else { continue };
        let value = Json::from(value.as_str());
        let found = recent.iter().find_map(|run| Some((run, run.standing(&target)?.1)));
        let found = found.filter(|(_, placed)| placed.value == value);
        let inferred = source.is_none_or(|source| source == ValueSource::Inferred);
        let provenance = found.map(|(run, placed)| provenance(run, placed, inferred));
        values.push(StructuredValue { target, value, source, provenance });
    }
    for field in setup.fields.iter().filter(|field| field.entity == Entity::Customer) {
        let Some(value) = fields.iter().find(|value| value.field_id == field.id) else { continue };
        let target = Target::Field(field.key.clone());
        let run = value.structuring_id.and_then(|id| runs.get(&id));
        let provenance = run.and_then(|run| {
            let placed = run.placements.iter().find(|placed| placed.target == target)?;
            Some(provenance(run, placed, value.source == ValueSource::Inferred))
        });
        values.push(StructuredValue { target, value: value.json(), source: Some(value.source), provenance });
    }
    Ok((contact, values))
}

fn provenance(run: &Run, placed: &Placed, undoable: bool) -> Provenance {
    Provenance {
        structuring_id: run.id,
        request_id: run.request_id.clone(),
        actor: run.actor.clone(),
        source: run.source.clone(),
        engine: run.engine.clone(),
        method: placed.method.clone(),
        confidence: placed.confidence,
        pointers: placed.pointers.clone(),
        span: placed.span,
        origins: placed.origins.clone(),
        replaced: placed.previous.as_ref().map(|previous| (previous.value.clone(), previous.source)),
        at: run.created_at,
        undoable,
    }
}

/// Newest first.
fn recent(w: &mut Work<'_, '_>, contact: ContactId) -> Result<Vec<Run>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM structurings s WHERE s.organization_id = $1 AND s.contact_id = $2 ORDER BY s.id DESC LIMIT $3"
    );
    w.tx.query(&sql, store::params![w.caller.organization, contact, RECENT])?.iter().map(Run::from_row).collect()
}

/// Also of the customer's other contacts: its field values are common to all.
fn by_id(w: &mut Work<'_, '_>, ids: &[StructuringId]) -> Result<HashMap<StructuringId, Run>> {
    let Some((first, others)) = ids.split_first() else { return Ok(HashMap::new()) };
    let sql = format!("SELECT {COLUMNS} FROM structurings s WHERE s.organization_id = ");
    let mut query = Query::new(sql, w.caller.organization);
    query.and("s.id IN (", *first);
    for id in others {
        query.push(", ", *id);
    }
    query.text(")");
    let rows = w.tx.query(query.sql(), &query.params())?;
    let run = |row: &store::Row| Run::from_row(row).map(|run| (run.id, run));
    rows.iter().map(run).collect()
}
