//! Changing a contact that is there: C3, C31, and the edits of the Recado surface.

use serde_json::{Map, json};

use super::{Contact, ValueSource, save};
use crate::customers::{self, Applied, Structured};
use crate::error::{Error, FieldError, Problems, Result};
use crate::events::{self, Fact, Topic};
use crate::fields::Entity;
use crate::work::Work;

/// C3: structures the metadata into fields and metadata of the contact.
pub fn update_metadata(w: &mut Work<'_, '_>, contact: &mut Contact, structured: &Structured) -> Result<Applied> {
    customers::apply(w, contact, structured, "/metadata")
}

/// What a person or an integration sets by name; none: leave it. Inner none: remove it.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    pub name: Option<Option<String>>,
    pub email: Option<Option<String>>,
    pub blocked: Option<bool>,
    pub is_chat_read: Option<bool>,
    /// By field key; JSON null removes.
    pub custom_fields: Vec<(String, structuring::Json)>,
    pub if_version: Option<i64>,
}

pub fn edit(w: &mut Work<'_, '_>, mut contact: Contact, edit: &Edit) -> Result<Contact> {
    if edit.if_version.is_some_and(|version| version != contact.version) {
        return Err(Error::Stale { current: contact.version });
    }
    let source = match w.caller.actor {
        crate::Actor::Member(_) => ValueSource::Member,
        _ => ValueSource::Explicit,
    };
    let (mut data, mut previous) = (Map::new(), Map::new());
    if let Some(name) = &edit.name
        && (contact.name != *name || contact.name_source != name.as_ref().map(|_| source))
    {
        note(&mut data, &mut previous, "name", json!(name), json!(contact.name));
        contact.name_source = name.as_ref().map(|_| source);
        contact.name = name.clone();
    }
    if let Some(email) = &edit.email
        && (contact.email != *email || contact.email_source != email.as_ref().map(|_| source))
    {
        note(&mut data, &mut previous, "email", json!(email), json!(contact.email));
        contact.email_source = email.as_ref().map(|_| source);
        contact.email = email.clone();
    }
    if let Some(blocked) = edit.blocked
        && blocked != contact.blocked
    {
        note(&mut data, &mut previous, "blocked", json!(blocked), json!(contact.blocked));
        contact.blocked = blocked;
    }
    if let Some(read) = edit.is_chat_read
        && read != contact.is_chat_read
    {
        note(&mut data, &mut previous, "is_chat_read", json!(read), json!(contact.is_chat_read));
        contact.is_chat_read = read;
    }
    edit_fields(w, &mut contact, edit, source, &mut data, &mut previous)?;
    if data.is_empty() {
        return Ok(contact);
    }
    save(w, &mut contact)?;
    let fact = Fact::new(Topic::ContactUpdated).contact(contact.id).data(data.into());
    events::record(w, fact.previous(previous.into()))?;
    Ok(contact)
}

fn note(
    data: &mut Map<String, serde_json::Value>,
    previous: &mut Map<String, serde_json::Value>,
    key: &str,
    now: serde_json::Value,
    before: serde_json::Value,
) {
    data.insert(key.to_owned(), now);
    previous.insert(key.to_owned(), before);
}

fn edit_fields(
    w: &mut Work<'_, '_>,
    contact: &mut Contact,
    edit: &Edit,
    source: ValueSource,
    data: &mut Map<String, serde_json::Value>,
    previous: &mut Map<String, serde_json::Value>,
) -> Result<()> {
    if edit.custom_fields.is_empty() {
        return Ok(());
    }
    let setup = w.setup.clone();
    let mut problems = Problems::default();
    for (key, _) in &edit.custom_fields {
        if setup.field(Entity::Customer, key).is_none() {
            let mut pointer = "/custom_fields".to_owned();
            structuring::json::escape_pointer(&mut pointer, key);
            problems.add(FieldError::unknown_reference(pointer, "customer field", key));
        }
    }
    problems.check()?;
    let known = customers::values_of(w, contact.customer_id.0)?;
    let (mut now, mut before) = (Map::new(), Map::new());
    for (key, value) in &edit.custom_fields {
        let Some(field) = setup.field(Entity::Customer, key) else { continue };
        let existing = known.iter().find(|v| v.field_id == field.id);
        if value.is_null() {
            if let Some(old) = customers::remove_value(w, contact.customer_id.0, field.id)? {
                now.insert(key.clone(), json!(null));
                before.insert(key.clone(), json!(old));
            }
            continue;
        }
        if existing.is_some_and(|v| v.value == value.to_string() && v.source == source) {
            continue;
        }
        if field.identifier {
            customers::claim_identifier_field(w, contact, key, &customers::value_key(value))?;
        }
        customers::write_value(w, contact.customer_id.0, field.id, value, source, None)?;
        now.insert(key.clone(), json!(value));
        before.insert(key.clone(), json!(existing.map(|v| v.json())));
    }
    if !now.is_empty() {
        data.insert("custom_fields".to_owned(), now.into());
        previous.insert("custom_fields".to_owned(), before.into());
    }
    Ok(())
}
