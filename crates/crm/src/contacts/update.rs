//! Changing a contact that is there: C3, C31, and the edits of the Recado surface.

use structuring::Json;
use structuring::json::Object;
use structuring::phone::Phone;

use super::phone::set_phone;
use super::{Contact, ValueSource, save};
use crate::conversations;
use crate::customers::{self, Applied, Structured};
use crate::error::{Error, FieldError, Problems, Result};
use crate::events::{self, Fact, Topic};
use crate::fields::{self, Entity};
use crate::work::Work;

/// C3: structures the metadata into fields and metadata of the contact.
pub fn update_metadata(w: &mut Work<'_, '_>, contact: &mut Contact, structured: &Structured) -> Result<Applied> {
    customers::apply(w, contact, structured, "/metadata", false)
}

/// What a person or an integration sets by name; none: leave it. Inner none: remove it.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    pub name: Option<Option<String>>,
    pub phone: Option<Option<Phone>>,
    pub email: Option<Option<String>>,
    pub blocked: Option<bool>,
    pub is_chat_read: Option<bool>,
    /// By field key; JSON null removes.
    pub custom_fields: Vec<(String, Json)>,
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
    let (mut data, mut previous) = (Object::new(), Object::new());
    if let Some(name) = &edit.name
        && (contact.name != *name || contact.name_source != name.as_ref().map(|_| source))
    {
        note(&mut data, &mut previous, "name", name.clone(), contact.name.clone());
        contact.name_source = name.as_ref().map(|_| source);
        contact.name = name.clone();
    }
    if let Some(phone) = &edit.phone {
        let before = contact.phone.clone();
        // First: it may join the contact to another customer, whose values the fields are then.
        if set_phone(w, &mut contact, phone.as_ref(), source)? {
            note(&mut data, &mut previous, "phone", contact.phone.clone(), before);
        }
    }
    if let Some(email) = &edit.email
        && (contact.email != *email || contact.email_source != email.as_ref().map(|_| source))
    {
        note(&mut data, &mut previous, "email", email.clone(), contact.email.clone());
        contact.email_source = email.as_ref().map(|_| source);
        contact.email = email.clone();
    }
    if let Some(blocked) = edit.blocked
        && blocked != contact.blocked
    {
        note(&mut data, &mut previous, "blocked", blocked, contact.blocked);
        contact.blocked = blocked;
        conversations::follow_block(w, &contact)?;
    }
    if let Some(read) = edit.is_chat_read
        && read != contact.is_chat_read
    {
        note(&mut data, &mut previous, "is_chat_read", read, contact.is_chat_read);
        contact.is_chat_read = read;
        conversations::follow_read(w, &contact)?;
    }
    edit_fields(w, &mut contact, edit, source, &mut data, &mut previous)?;
    if data.is_empty() {
        return Ok(contact);
    }
    save(w, &mut contact)?;
    let fact = Fact::new(Topic::ContactUpdated).contact(contact.id).data(Json::Object(data));
    events::record(w, fact.previous(Json::Object(previous)))?;
    Ok(contact)
}

fn note(data: &mut Object, previous: &mut Object, key: &str, now: impl Into<Json>, before: impl Into<Json>) {
    data.push(key, now);
    previous.push(key, before);
}

fn edit_fields(
    w: &mut Work<'_, '_>,
    contact: &mut Contact,
    edit: &Edit,
    source: ValueSource,
    data: &mut Object,
    previous: &mut Object,
) -> Result<()> {
    if edit.custom_fields.is_empty() {
        return Ok(());
    }
    let setup = w.setup.clone();
    let mut problems = Problems::default();
    let mut typed = Vec::new();
    for (key, value) in &edit.custom_fields {
        let mut pointer = "/custom_fields".to_owned();
        structuring::json::escape_pointer(&mut pointer, key);
        let Some(field) = setup.field(Entity::Customer, key) else {
            problems.add(FieldError::unknown_reference(pointer, "customer field", key));
            continue;
        };
        // Read again: the field may have another type, or other options, than when the request was read.
        match value.is_null() {
            true => typed.push((field, Json::Null)),
            false => match fields::read_value(field, value, None) {
                Ok(value) => typed.push((field, value)),
                Err(error) => problems.add(FieldError::new(pointer, error.code, error.message)),
            },
        }
    }
    problems.check()?;
    // First: it may join the contact to another customer, whose values those are then.
    for (field, value) in typed.iter().filter(|(_, value)| !value.is_null()) {
        customers::claim_identifier_field(w, contact, field, value)?;
    }
    let known = customers::values_of(w, contact.customer_id.0)?;
    let (mut now, mut before) = (Object::new(), Object::new());
    for (field, value) in &typed {
        let key = &field.key;
        let existing = known.iter().find(|v| v.field_id == field.id);
        if value.is_null() {
            if let Some(old) = customers::remove_value(w, contact.customer_id.0, field.id)? {
                customers::release_identifier_field(w, contact, field, &old)?;
                note(&mut now, &mut before, key, Json::Null, old);
            }
            continue;
        }
        if existing.is_some_and(|v| v.value == value.to_string() && v.source == source) {
            continue;
        }
        if let Some(old) = existing.map(|v| v.json()).filter(|old| old != value) {
            customers::release_identifier_field(w, contact, field, &old)?;
        }
        customers::write_value(w, contact.customer_id.0, field.id, value, source, None)?;
        note(&mut now, &mut before, key, value.clone(), existing.map(|v| v.json()));
    }
    if !now.is_empty() {
        note(data, previous, "custom_fields", now, before);
    }
    Ok(())
}
