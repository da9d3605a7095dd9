//! Making two customers one, and two again: everything that is keyed by a customer moves, and what moved is told, so that an
//! undo moves exactly that back.

use serde::{Deserialize, Serialize};
use store::params;
use structuring::Json;
use structuring::json::{Mode, Object};

use super::values::value_key;
use crate::contacts::ValueSource;
use crate::error::Result;
use crate::fields::read_value;
use crate::id::{ContactId, CustomerId, FieldId, StructuringId};
use crate::time::Timestamp;
use crate::work::Work;

/// What a join moved, and what had no room.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Joined {
    /// The customer that is no more.
    pub gone: CustomerId,
    pub kept: CustomerId,
    created_at: i64,
    pub contacts: Vec<ContactId>,
    /// (kind, value)
    identifiers: Vec<(String, String)>,
    values_moved: Vec<FieldId>,
    values_left: Vec<ValueLeft>,
    /// Proposals to join somebody with the one, which are to join them with the other now: (contact, kind, value).
    #[serde(default)]
    proposals_moved: Vec<(ContactId, String, String)>,
    /// Proposals to join the two.
    #[serde(default)]
    proposals_settled: Vec<Proposed>,
}

impl Joined {
    /// Of a contact that was made as one of `kept`, because an identifier said so: what it would have had alone. `gone` was never
    /// there.
    pub(crate) fn of_new(gone: CustomerId, kept: CustomerId, at: Timestamp, contact: ContactId) -> Joined {
        Joined {
            gone,
            kept,
            created_at: at.micros(),
            contacts: vec![contact],
            identifiers: Vec::new(),
            values_moved: Vec::new(),
            values_left: Vec::new(),
            proposals_moved: Vec::new(),
            proposals_settled: Vec::new(),
        }
    }

    /// An identifier that goes with the contact.
    pub(crate) fn with(mut self, kind: &str, value: &str) -> Joined {
        self.identifiers.push((kind.to_owned(), value.to_owned()));
        self
    }

    /// Values that had no room.
    pub(crate) fn set_aside(&self) -> impl Iterator<Item = (FieldId, Json)> {
        self.values_left.iter().map(|left| (left.field_id, left.json()))
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct ValueLeft {
    field_id: FieldId,
    value: String,
    value_key: String,
    source: ValueSource,
    structuring_id: Option<StructuringId>,
    updated_at: i64,
}

impl ValueLeft {
    fn json(&self) -> Json {
        Json::parse(self.value.as_bytes(), Mode::Lenient).unwrap_or(Json::Null)
    }
}

/// A row of `merge_proposals`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Proposed {
    pub contact_id: ContactId,
    pub kind: String,
    pub value: String,
    pub customer_id: CustomerId,
    actor: String,
    created_at: i64,
    #[serde(default)]
    dismissed_at: Option<i64>,
    #[serde(default)]
    dismissed_by: Option<String>,
}

impl Proposed {
    /// Columns of [`Proposed::from_row`].
    pub(crate) const COLUMNS: &str =
        "contact_id, kind, value, customer_id, actor, created_at, dismissed_at, dismissed_by";

    pub(crate) fn from_row(row: &store::Row) -> Result<Proposed> {
        Ok(Proposed {
            contact_id: row.at(0)?,
            kind: row.at(1)?,
            value: row.at(2)?,
            customer_id: row.at(3)?,
            actor: row.at(4)?,
            created_at: row.at(5)?,
            dismissed_at: row.at(6)?,
            dismissed_by: row.at(7)?,
        })
    }

    /// Proposes it again, of this contact; whether it was not proposed already. A customer that is no more is proposed to nobody.
    pub(crate) fn propose(&self, w: &mut Work<'_, '_>, contact: ContactId) -> Result<bool> {
        let made = w.tx.execute(
            "INSERT INTO merge_proposals (organization_id, contact_id, kind, value, customer_id, actor, created_at,
                dismissed_at, dismissed_by)
             SELECT $1, $2, $3, $4, id, $6, $7, $8, $9 FROM customers WHERE organization_id = $1 AND id = $5
             ON CONFLICT (organization_id, contact_id, kind, value) DO NOTHING",
            params![
                w.caller.organization,
                contact,
                self.kind,
                self.value,
                self.customer_id,
                self.actor,
                self.created_at,
                self.dismissed_at,
                self.dismissed_by
            ],
        )?;
        Ok(made == 1)
    }
}

/// The values of `kept` stand; the other's fill what is empty. `gone` is no more afterwards. Contacts' versions count up; the
/// caller's copies of them are stale.
pub(crate) fn join(w: &mut Work<'_, '_>, gone: CustomerId, kept: CustomerId) -> Result<Joined> {
    let organization = w.caller.organization;
    let row = w.tx.query_one(
        "SELECT created_at FROM customers WHERE organization_id = $1 AND id = $2",
        params![organization, gone],
    )?;
    let mut joined = Joined {
        gone,
        kept,
        created_at: row.at(0)?,
        contacts: Vec::new(),
        identifiers: Vec::new(),
        values_moved: Vec::new(),
        values_left: Vec::new(),
        proposals_moved: Vec::new(),
        proposals_settled: Vec::new(),
    };
    for row in w.tx.query(
        "UPDATE contacts SET customer_id = $3, version = version + 1 WHERE organization_id = $1 AND customer_id = $2 RETURNING id",
        params![organization, gone, kept],
    )? {
        joined.contacts.push(row.at(0)?);
    }
    for row in w.tx.query(
        "UPDATE customer_identifiers SET customer_id = $3 WHERE organization_id = $1 AND customer_id = $2 RETURNING kind, value",
        params![organization, gone, kept],
    )? {
        joined.identifiers.push((row.at(0)?, row.at(1)?));
    }
    for row in w.tx.query(
        "DELETE FROM field_values WHERE organization_id = $1 AND entity_id = $2
           AND field_id IN (SELECT field_id FROM field_values WHERE organization_id = $1 AND entity_id = $3)
         RETURNING field_id, value, value_key, source, structuring_id, updated_at",
        params![organization, gone.0, kept.0],
    )? {
        joined.values_left.push(ValueLeft {
            field_id: row.at(0)?,
            value: row.at(1)?,
            value_key: row.at(2)?,
            source: row.at(3)?,
            structuring_id: row.at(4)?,
            updated_at: row.at(5)?,
        });
    }
    for row in w.tx.query(
        "UPDATE field_values SET entity_id = $3 WHERE organization_id = $1 AND entity_id = $2 RETURNING field_id",
        params![organization, gone.0, kept.0],
    )? {
        joined.values_moved.push(row.at(0)?);
    }
    // Whoever was to be joined with the one is to be joined with the other; with each other they are.
    for row in w.tx.query(
        &format!(
            "DELETE FROM merge_proposals WHERE organization_id = $1 AND customer_id IN ($2, $3)
               AND contact_id IN (SELECT id FROM contacts WHERE organization_id = $1 AND customer_id = $3)
             RETURNING {}",
            Proposed::COLUMNS
        ),
        params![organization, gone, kept],
    )? {
        joined.proposals_settled.push(Proposed::from_row(&row)?);
    }
    for row in w.tx.query(
        "UPDATE merge_proposals SET customer_id = $3 WHERE organization_id = $1 AND customer_id = $2
         RETURNING contact_id, kind, value",
        params![organization, gone, kept],
    )? {
        joined.proposals_moved.push((row.at(0)?, row.at(1)?, row.at(2)?));
    }
    w.tx.execute("DELETE FROM customers WHERE organization_id = $1 AND id = $2", params![organization, gone])?;
    Ok(joined)
}

/// Undoes it: what moved goes back where it still is what it was. Answers, by field, with values that had no room and that their
/// fields do not take any more, because they are of another type now, or have other options.
pub(crate) fn part(w: &mut Work<'_, '_>, joined: &Joined) -> Result<Object> {
    let organization = w.caller.organization;
    let (gone, kept) = (joined.gone, joined.kept);
    w.tx.execute(
        "INSERT INTO customers (organization_id, id, created_at) VALUES ($1, $2, $3)",
        params![organization, gone, joined.created_at],
    )?;
    for contact in &joined.contacts {
        w.tx.execute(
            "UPDATE contacts SET customer_id = $3, version = version + 1
             WHERE organization_id = $1 AND id = $2 AND customer_id = $4",
            params![organization, contact, gone, kept],
        )?;
    }
    for (kind, value) in &joined.identifiers {
        w.tx.execute(
            "UPDATE customer_identifiers SET customer_id = $4
             WHERE organization_id = $1 AND kind = $2 AND value = $3 AND customer_id = $5",
            params![organization, kind, value, gone, kept],
        )?;
    }
    for field in &joined.values_moved {
        w.tx.execute(
            "UPDATE field_values SET entity_id = $3 WHERE organization_id = $1 AND entity_id = $4 AND field_id = $2",
            params![organization, field, gone.0, kept.0],
        )?;
    }
    let (setup, mut left_out) = (w.setup.clone(), Object::new());
    let country = setup.organization.country.as_str();
    for value in &joined.values_left {
        // A field that was removed since takes its values with it.
        let Some(field) = setup.field_by_id(value.field_id) else { continue };
        let Ok(typed) = read_value(field, &value.json(), Some(country)) else {
            left_out.push(field.key.as_str(), value.json());
            continue;
        };
        w.tx.execute(
            "INSERT INTO field_values (organization_id, entity_id, field_id, value, value_key, source, structuring_id, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            params![
                organization,
                gone.0,
                value.field_id,
                typed.to_string(),
                value_key(&typed),
                value.source,
                value.structuring_id,
                value.updated_at
            ],
        )?;
    }
    for (contact, kind, value) in &joined.proposals_moved {
        w.tx.execute(
            "UPDATE merge_proposals SET customer_id = $5
             WHERE organization_id = $1 AND contact_id = $2 AND kind = $3 AND value = $4 AND customer_id = $6",
            params![organization, contact, kind, value, gone, kept],
        )?;
    }
    for proposed in &joined.proposals_settled {
        proposed.propose(w, proposed.contact_id)?;
    }
    Ok(left_out)
}
