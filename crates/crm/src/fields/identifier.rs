//! When a field with values becomes an identifier, or is none any more.

use store::params;
use structuring::Json;
use structuring::json::Mode;
use uuid::Uuid;

use super::{CONVERT_LIMIT, CustomField};
use crate::customers::identity_key;
use crate::error::{Error, Result};
use crate::work::Work;

const RULE: &str = "same_identifier_field";

/// Registers the values that were said explicitly, the oldest first. Where two customers have the same one, nobody is
/// merged: it becomes a proposal, as with any two people who have a past. 409 `too_many_values` beyond 5000.
pub(super) fn register(w: &mut Work<'_, '_>, field: &CustomField) -> Result<()> {
    let rows = w.tx.query(
        "SELECT entity_id, value FROM field_values
         WHERE organization_id = $1 AND field_id = $2 AND source IN ('explicit', 'member')
         ORDER BY updated_at, entity_id LIMIT $3",
        params![w.caller.organization, field.id, CONVERT_LIMIT + 1],
    )?;
    if rows.len() as i64 > CONVERT_LIMIT {
        let message = format!(
            "This field has more than {CONVERT_LIMIT} values; make another one as an identifier and fill that."
        );
        return Err(Error::conflict("too_many_values", message));
    }
    let kind = field.identifier_kind();
    for row in &rows {
        let (customer, stored): (Uuid, String) = (row.at(0)?, row.at(1)?);
        let stored = Json::parse(stored.as_bytes(), Mode::Lenient)
            .map_err(|error| Error::Internal(format!("a field's value: {error}")))?;
        let value = identity_key(field, &stored);
        let registered = w.tx.execute(
            "INSERT INTO customer_identifiers (organization_id, kind, value, customer_id, actor, rule, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organization_id, kind, value) DO NOTHING",
            params![w.caller.organization, kind, value, customer, w.caller.actor.to_string(), RULE, w.now],
        )?;
        if registered == 0 {
            propose(w, &kind, &value, customer)?;
        }
    }
    Ok(())
}

/// Proposes the customer's oldest contact to whoever has the identifier.
fn propose(w: &mut Work<'_, '_>, kind: &str, value: &str, customer: Uuid) -> Result<()> {
    w.tx.execute(
        "INSERT INTO merge_proposals (organization_id, contact_id, kind, value, customer_id, actor, created_at)
         SELECT i.organization_id, c.id, i.kind, i.value, i.customer_id, $5, $6
         FROM customer_identifiers i
         JOIN contacts c ON c.organization_id = i.organization_id AND c.customer_id = $4
         WHERE i.organization_id = $1 AND i.kind = $2 AND i.value = $3 AND i.customer_id <> $4
         ORDER BY c.id LIMIT 1
         ON CONFLICT (organization_id, contact_id, kind, value) DO NOTHING",
        params![w.caller.organization, kind, value, customer, w.caller.actor.to_string(), w.now],
    )?;
    Ok(())
}

/// Forgets them, and the proposals that nobody decided. 409 `too_many_values` beyond 5000.
pub(super) fn forget(w: &mut Work<'_, '_>, field: &CustomField) -> Result<()> {
    let rows = w.tx.query(
        "SELECT 1 AS one FROM customer_identifiers WHERE organization_id = $1 AND kind = $2 LIMIT $3",
        params![w.caller.organization, field.identifier_kind(), CONVERT_LIMIT + 1],
    )?;
    if rows.len() as i64 > CONVERT_LIMIT {
        let message = format!(
            "More than {CONVERT_LIMIT} customers are known by this field: it stays an identifier. Make another field and fill that."
        );
        return Err(Error::conflict("too_many_values", message));
    }
    for table in ["customer_identifiers", "merge_proposals"] {
        let sql = format!("DELETE FROM {table} WHERE organization_id = $1 AND kind = $2");
        w.tx.execute(&sql, params![w.caller.organization, field.identifier_kind()])?;
    }
    Ok(())
}
