//! Whether an assistant may answer a person by itself.

use serde_json::json;

use super::{Contact, save};
use crate::changes::check_version;
use crate::error::Result;
use crate::events::{self, Fact, Topic};
use crate::id::ContactId;
use crate::work::Work;

/// Twice is as once.
pub fn pause_assistant(w: &mut Work<'_, '_>, id: ContactId, paused: bool, if_version: Option<i64>) -> Result<Contact> {
    let mut contact = Contact::get(w, id)?;
    check_version(if_version, contact.version)?;
    if contact.assistant_paused == paused {
        return Ok(contact);
    }
    contact.assistant_paused = paused;
    save(w, &mut contact)?;
    turned(w, contact.id, paused)?;
    Ok(contact)
}

/// Tells that it is another now; the contact's row is written.
pub(crate) fn turned(w: &mut Work<'_, '_>, contact: ContactId, paused: bool) -> Result<()> {
    let fact = Fact::new(Topic::ContactUpdated).contact(contact).data(json!({"assistant_paused": paused}));
    events::record(w, fact.previous(json!({"assistant_paused": !paused})))?;
    Ok(())
}
