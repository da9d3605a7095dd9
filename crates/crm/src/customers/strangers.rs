//! A number that was only found in a record, and whose owner has another name than the record's person, says nothing of
//! whose record it is (decision 064).

use store::params;
use structuring::{Method, Target};

use super::identify::{Found, Who};
use super::structured::Structured;
use crate::contacts::{self, Contact, ValueSource};
use crate::error::{Error, Result};
use crate::work::Work;

/// A name that the record is as sure of.
const SURE: f32 = 0.85;
/// Contacts of one customer whose names are asked.
const MOST: i64 = 20;

/// Refuses with 400 where the number was inferred, the record names somebody, and nobody firm of that customer's names
/// shares a word with it. What was said explicitly is never refused, nor is a name that was only read or that a channel brought.
pub(super) fn refuse(w: &mut Work<'_, '_>, found: &Found, who: &Who, structured: &Structured) -> Result<()> {
    let (Some(pointer), Some(phone)) = (who.inferred_for, &who.phone) else { return Ok(()) };
    let outcome = &structured.outcome;
    let sure = outcome.placed(&Target::Name).filter(|name| name.confidence >= SURE || name.method == Method::Explicit);
    let Some(name) = sure.and_then(|name| name.value.as_str()) else { return Ok(()) };
    let sql = format!(
        "SELECT {} FROM contacts c WHERE c.organization_id = $1 AND c.customer_id = $2 ORDER BY c.id LIMIT $3",
        contacts::COLUMNS
    );
    let rows = w.tx.query(&sql, params![w.caller.organization, found.contact.customer_id, MOST])?;
    let contacts = rows.iter().map(Contact::from_row).collect::<Result<Vec<_>>>()?;
    let firm = |contact: &Contact| contact.name_source.is_some_and(|source| !ValueSource::yields_to_inference(source));
    let names: Vec<&str> = contacts.iter().filter(|c| firm(c)).filter_map(|c| c.name.as_deref()).collect();
    if names.is_empty() || names.iter().any(|known| structuring::share_a_word(known, name)) {
        return Ok(());
    }
    let at = outcome.placed(&Target::Phone).and_then(|placed| placed.sources.first()).map(|source| &source.pointer);
    let at = at.map(|at| format!(" at {at} of the data")).unwrap_or_default();
    let message = format!(
        "The person's phone number is required: {phone}{at} belongs to somebody with another name here. Send the person's \
         number as `contact_phone_number`, or this one if it is theirs."
    );
    Err(Error::invalid(pointer, "required", message))
}
