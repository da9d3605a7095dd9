//! The chore that counts: it tails the event log, with its cursor in the same transaction, so that no change of a contact
//! writes to a row that others write to as well.

use std::collections::BTreeMap;

use store::{Priority, Tx, params};
use structuring::Json;
use structuring::json::{Mode, Object};
use uuid::Uuid;

use super::CONTACTS;
use super::guess::guess;
use crate::contacts::Contact;
use crate::error::Result;
use crate::id::{ContactId, IdSource, OrganizationId, ProposalId};
use crate::time::Timestamp;
use crate::work::Crm;

/// Events a transaction.
const CHUNK: i64 = 100;
/// Longest key that could be a field's, in characters.
const LONGEST_KEY: usize = 64;
/// Keys of one contact's change that are counted: who sends more has keys that are data.
const MOST_KEYS_AT_ONCE: usize = 100;
/// Keys that an organization counts at once, below the number that makes a proposal. Beyond, the one that was not seen
/// for the longest time gives way.
const MOST_COUNTED: i64 = 2000;

/// Counts the events that came since, a piece of them; whether there may be more.
pub async fn watch(crm: &Crm) -> Result<bool> {
    let now = crm.now();
    let seed = Uuid::new_v4().as_u64_pair().0;
    // Read committed: each row here is the chore's own, and two nodes meet on the cursor's row.
    crm.db().write_claim(Priority::Background, move |tx| read_on(tx, now, &mut IdSource::new(now, seed))).await
}

fn read_on(tx: &mut Tx<'_>, now: Timestamp, ids: &mut IdSource) -> Result<bool> {
    let row = tx.query_one(
        "UPDATE event_cursors SET sequence = sequence WHERE name = 'unknown_keys' RETURNING sequence",
        params![],
    )?;
    let after: i64 = row.at(0)?;
    let bound = tx.dialect().readable_events_bound(tx)?.unwrap_or(i64::MAX);
    let events = tx.query(
        "SELECT sequence, organization_id, contact_id, CASE WHEN topic = 'contact.updated' THEN data END AS data,
                CASE WHEN topic = 'contact.updated' THEN previous END AS previous
         FROM events WHERE sequence > $1 AND sequence < $2 ORDER BY sequence LIMIT $3",
        params![after, bound, CHUNK],
    )?;
    let mut reached = after;
    let mut more = events.len() as i64 == CHUNK;
    for event in &events {
        if tx.out_of_time() && reached > after {
            more = true;
            break;
        }
        let contact: Option<ContactId> = event.get("contact_id")?;
        let (data, previous): (Option<String>, Option<String>) = (event.get("data")?, event.get("previous")?);
        if let (Some(contact), Some(data)) = (contact, data) {
            let organization: OrganizationId = event.get("organization_id")?;
            for key in new_keys(&data, previous.as_deref().unwrap_or("{}")) {
                count(tx, organization, &key, contact, now, ids)?;
            }
        }
        reached = event.get("sequence")?;
    }
    if reached > after {
        tx.execute("UPDATE event_cursors SET sequence = $1 WHERE name = 'unknown_keys'", params![reached])?;
    }
    Ok(more)
}

/// Keys of metadata that have a value now and had none before.
fn new_keys(data: &str, previous: &str) -> Vec<String> {
    // Most changes are not of metadata: those are not parsed.
    if !data.contains("\"metadata\"") {
        return Vec::new();
    }
    let metadata = |text: &str| -> Object {
        let json = Json::parse(text.as_bytes(), Mode::Lenient).unwrap_or(Json::Null);
        json.get("metadata").and_then(Json::as_object).cloned().unwrap_or_default()
    };
    let before: BTreeMap<String, bool> =
        metadata(previous).iter().map(|(key, value)| (key.to_owned(), !value.is_null())).collect();
    let now = metadata(data);
    let new = now.iter().filter(|(key, value)| !value.is_null() && before.get(*key) != Some(&true));
    let names = new.map(|(key, _)| key.to_owned());
    let could_be =
        |key: &String| !key.is_empty() && key.chars().count() <= LONGEST_KEY && key.chars().any(char::is_alphabetic);
    names.filter(could_be).take(MOST_KEYS_AT_ONCE).collect()
}

fn count(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    key: &str,
    contact: ContactId,
    now: Timestamp,
    ids: &mut IdSource,
) -> Result<()> {
    let row = tx.query_opt(
        "SELECT status FROM unknown_keys WHERE organization_id = $1 AND key = $2",
        params![organization, key],
    )?;
    match row.as_ref().map(|row| row.text("status")).transpose()? {
        None => {
            if is_field(tx, organization, key)? {
                return Ok(());
            }
            make_room(tx, organization)?;
            let id = ProposalId(ids.new_uuid());
            tx.execute(
                "INSERT INTO unknown_keys (organization_id, key, id, status, contacts, options, first_seen_at, last_seen_at, filled)
                 VALUES ($1, $2, $3, 'counting', 0, '[]', $4, $4, 0)",
                params![organization, key, id, now],
            )?;
        }
        Some("counting") => {}
        // Proposed, or decided: only the number goes on.
        Some(_) => {
            tx.execute(
                "UPDATE unknown_keys SET contacts = contacts + 1, last_seen_at = $3 WHERE organization_id = $1 AND key = $2",
                params![organization, key, now],
            )?;
            return Ok(());
        }
    }
    let new = tx.execute(
        "INSERT INTO unknown_key_contacts (organization_id, key, contact_id) VALUES ($1, $2, $3)
         ON CONFLICT (organization_id, key, contact_id) DO NOTHING",
        params![organization, key, contact],
    )?;
    let row = tx.query_one(
        "UPDATE unknown_keys SET contacts = contacts + $3, last_seen_at = $4 WHERE organization_id = $1 AND key = $2
         RETURNING contacts",
        params![organization, key, new as i64, now],
    )?;
    if row.at::<i64>(0)? >= CONTACTS { propose(tx, organization, key) } else { Ok(()) }
}

fn is_field(tx: &mut Tx<'_>, organization: OrganizationId, key: &str) -> Result<bool> {
    let row = tx.query_opt(
        "SELECT id FROM custom_fields WHERE organization_id = $1 AND entity = 'customer' AND key = $2 AND NOT archived",
        params![organization, key],
    )?;
    Ok(row.is_some())
}

fn make_room(tx: &mut Tx<'_>, organization: OrganizationId) -> Result<()> {
    let row = tx.query_one(
        "SELECT count(*) AS n FROM unknown_keys WHERE organization_id = $1 AND status = 'counting'",
        params![organization],
    )?;
    if row.at::<i64>(0)? < MOST_COUNTED {
        return Ok(());
    }
    let gone = tx.query(
        "DELETE FROM unknown_keys WHERE organization_id = $1 AND key IN (
           SELECT key FROM unknown_keys WHERE organization_id = $1 AND status = 'counting'
           ORDER BY last_seen_at, contacts, key LIMIT 100) RETURNING key",
        params![organization],
    )?;
    for row in &gone {
        forget_contacts(tx, organization, row.text("key")?)?;
    }
    Ok(())
}

/// Looks at what the contacts have under the key now, and proposes a field; where it fits none, or there is one by now, the
/// count starts over.
fn propose(tx: &mut Tx<'_>, organization: OrganizationId, key: &str) -> Result<()> {
    let mut values = Vec::new();
    for row in tx.query(
        "SELECT contact_id FROM unknown_key_contacts WHERE organization_id = $1 AND key = $2",
        params![organization, key],
    )? {
        let contact = Contact::find(tx, organization, row.at(0)?)?;
        values.extend(contact.and_then(|contact| contact.metadata().ok()?.get(key).cloned()));
    }
    let row = tx.query_one("SELECT country FROM organizations WHERE id = $1", params![organization])?;
    let country: String = row.at(0)?;
    // Most have it no more: then it is not what they are about.
    let still = values.len() as i64 * 2 >= CONTACTS;
    let known = is_field(tx, organization, key)?;
    match guess(&values, &country).filter(|_| still && !known) {
        Some((field_type, options)) => tx.execute(
            "UPDATE unknown_keys SET status = 'proposed', type = $3, options = $4 WHERE organization_id = $1 AND key = $2",
            params![organization, key, field_type.as_str(), serde_json::json!(options).to_string()],
        )?,
        None => tx.execute(
            "UPDATE unknown_keys SET contacts = 0 WHERE organization_id = $1 AND key = $2",
            params![organization, key],
        )?,
    };
    forget_contacts(tx, organization, key)
}

fn forget_contacts(tx: &mut Tx<'_>, organization: OrganizationId, key: &str) -> Result<()> {
    tx.execute("DELETE FROM unknown_key_contacts WHERE organization_id = $1 AND key = $2", params![organization, key])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_had_no_value_before_is_new() {
        let data = r#"{"name":"Ana","metadata":{"a":1,"b":2,"c":null,"d":4,"12":1}}"#;
        let previous = r#"{"name":null,"metadata":{"a":null,"b":1,"c":3}}"#;
        assert_eq!(new_keys(data, previous), ["a", "d"]);
        assert_eq!(new_keys(r#"{"name":"\"metadata\""}"#, "{}"), [""; 0]);
        assert_eq!(new_keys(r#"{"erased":true,"metadata":7}"#, "null"), [""; 0]);
    }
}
