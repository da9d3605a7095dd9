//! Changing values of a contact by decision: what somebody decided is written, what was taken back gives way to what was
//! there before. One event tells of it all.

use serde_json::Value;
use structuring::json::Object;
use structuring::{Json, Target, phone};

use super::change::Changes;
use super::identifiers::{claim_identifier_field, claim_phone_or_propose, release_identifier_field};
use super::metadata::metadata_text;
use super::origin::Origin;
use super::values::{self, FieldValue};
use crate::contacts::{self, Contact, ValueSource};
use crate::error::{Error, Result};
use crate::fields::{CustomField, Entity, read_value};
use crate::id::StructuringId;
use crate::work::Work;

pub(crate) struct Correction {
    pub contact: Contact,
    changes: Changes,
    contact_changed: bool,
    /// The metadata, once it was looked at, and the keys that were put in or taken out.
    metadata: Option<Object>,
    touched: Vec<String>,
}

/// A value as it stands, whoever's it is.
#[derive(Debug, Clone)]
pub(crate) struct Current {
    pub value: Json,
    pub source: Option<ValueSource>,
    /// Of fields: where it was read.
    pub structuring_id: Option<StructuringId>,
}

impl Current {
    /// Whether a person or an integration said it.
    pub fn is_firm(&self) -> bool {
        self.source.is_some_and(|source| !source.yields_to_inference())
    }
}

/// 409 `field_gone` where the target is a field that is no more.
pub(crate) fn field_of<'s>(setup: &'s crate::setup::Setup, key: &str) -> Result<&'s CustomField> {
    setup.field(Entity::Customer, key).ok_or_else(|| {
        let message = format!("The field `{key}` has been removed; make it again, or choose another place.");
        Error::conflict("field_gone", message)
    })
}

impl Correction {
    pub fn of(contact: Contact) -> Correction {
        let changes = Changes::default();
        Correction { contact, changes, contact_changed: false, metadata: None, touched: Vec::new() }
    }

    /// What stands at a target now.
    pub fn current(&self, w: &mut Work<'_, '_>, target: &Target) -> Result<Option<Current>> {
        let contact = &self.contact;
        let of = |value: &Option<String>, source| {
            value.as_deref().map(|value| Current { value: value.into(), source, structuring_id: None })
        };
        Ok(match target {
            Target::Name => of(&contact.name, contact.name_source),
            Target::Email => of(&contact.email, contact.email_source),
            Target::Phone => of(&contact.phone, contact.phone_source),
            Target::Field(key) => {
                let setup = w.setup.clone();
                let field = field_of(&setup, key)?;
                let known = values::values_of(w, contact.customer_id.0)?;
                known.iter().find(|value| value.field_id == field.id).map(|value| Current {
                    value: FieldValue::json(value),
                    source: Some(value.source),
                    structuring_id: value.structuring_id,
                })
            }
        })
    }

    /// Writes a value that was decided, in the typed form of its target. A phone becomes one of the customer's; where it
    /// is somebody else's, a person decides about the two (semantics: a known contact's own phone is its channel's).
    pub fn put(
        &mut self,
        w: &mut Work<'_, '_>,
        target: &Target,
        value: &Json,
        source: ValueSource,
        structuring: Option<StructuringId>,
    ) -> Result<()> {
        // What was only inferred never joins.
        if let (Target::Field(key), true) = (target, source != ValueSource::Inferred) {
            // First: it may join the contact to another customer, whose values those are then.
            let setup = w.setup.clone();
            claim_identifier_field(w, &mut self.contact, field_of(&setup, key)?, value)?;
        }
        let before = self.current(w, target)?.map(|current| current.value);
        let text = value.as_str().map(str::to_owned);
        match target {
            Target::Phone => return self.put_phone(w, value, source),
            Target::Name => (self.contact.name, self.contact.name_source) = (text, Some(source)),
            Target::Email => (self.contact.email, self.contact.email_source) = (text, Some(source)),
            Target::Field(key) => {
                let setup = w.setup.clone();
                let field = field_of(&setup, key)?;
                if let Some(old) = before.as_ref().filter(|old| *old != value) {
                    release_identifier_field(w, &self.contact, field, old)?;
                }
                values::write_value(w, self.contact.customer_id.0, field.id, value, source, structuring)?;
                if before.as_ref() != Some(value) {
                    self.changes.field(key, Some(value.clone()), before);
                }
                return Ok(());
            }
        }
        self.contact_changed = true;
        if before.as_ref() != Some(value) {
            self.changes.set(target.word(), value.clone(), before);
        }
        Ok(())
    }

    fn put_phone(&mut self, w: &mut Work<'_, '_>, value: &Json, source: ValueSource) -> Result<()> {
        let new = value.as_str().unwrap_or_default();
        let phone = phone::read_possible(new, None).map_err(|error| Error::Internal(format!("a phone: {error}")))?;
        let claimed = claim_phone_or_propose(w, &self.contact, &phone)?;
        let by_phone = w.setup.channel(self.contact.channel_id).is_none_or(|c| c.channel_type.by_phone());
        if by_phone {
            if self.contact.phone.as_deref() != Some(new) {
                let mut identifier = Object::new();
                identifier.push("kind", "phone");
                identifier.push("value", new);
                identifier.push("outcome", if claimed { "claimed" } else { "merge_proposed" });
                self.changes.set("identifier", identifier, Json::Null);
            }
            return Ok(());
        }
        let before = self.contact.phone.replace(new.to_owned());
        self.contact_changed |= self.contact.phone_source.replace(source) != Some(source);
        if before.as_deref() != Some(new) {
            self.changes.set("phone", new, before);
            self.contact_changed = true;
        }
        Ok(())
    }

    /// Puts back what was there before an inferred value; none: nothing was. What its field does not take any more stays away.
    pub fn restore(&mut self, w: &mut Work<'_, '_>, target: &Target, previous: Option<&Current>) -> Result<()> {
        let now = self.current(w, target)?.map(|current| current.value);
        let mut value = previous.map(|previous| previous.value.clone());
        let text = value.as_ref().and_then(Json::as_str).map(str::to_owned);
        let source = previous.and_then(|previous| previous.source);
        match target {
            Target::Name => (self.contact.name, self.contact.name_source) = (text, source),
            Target::Email => (self.contact.email, self.contact.email_source) = (text, source),
            Target::Phone => (self.contact.phone, self.contact.phone_source) = (text, source),
            Target::Field(key) => {
                let setup = w.setup.clone();
                let field = field_of(&setup, key)?;
                let customer = self.contact.customer_id.0;
                // Its type may be another by now.
                let country = setup.organization.country.as_str();
                value = value.and_then(|value| read_value(field, &value, Some(country)).ok());
                match (previous, &value) {
                    (Some(previous), Some(value)) => {
                        let source = previous.source.unwrap_or(ValueSource::Inferred);
                        let origin = previous.structuring_id;
                        values::write_value(w, customer, field.id, value, source, origin)?;
                    }
                    _ => _ = values::remove_value(w, customer, field.id)?,
                }
                if now != value {
                    if let Some(old) = &now {
                        release_identifier_field(w, &self.contact, field, old)?;
                    }
                    self.changes.field(key, value, now);
                }
                return Ok(());
            }
        }
        self.contact_changed = true;
        if now != value {
            self.changes.set(target.word(), value, now);
        }
        Ok(())
    }

    fn metadata(&mut self) -> Result<&mut Object> {
        Ok(match &mut self.metadata {
            Some(metadata) => metadata,
            none => none.insert(self.contact.metadata()?),
        })
    }

    /// Puts into the metadata what a value had taken out of it, unless something is there under its key.
    pub fn keep(&mut self, origins: &[Origin]) -> Result<()> {
        for origin in origins {
            let (Some(key), Some(taken)) = (origin.rest_key(), &origin.taken) else { continue };
            let metadata = self.metadata()?;
            if !metadata.contains_key(&key) {
                metadata.push(key.clone(), taken.clone());
                self.touched.push(key);
            }
        }
        Ok(())
    }

    /// Takes out of the metadata what has a place now, if it still is what was read.
    pub fn take(&mut self, origins: &[Origin]) -> Result<()> {
        for origin in origins {
            let (Some(key), Some(taken)) = (origin.rest_key(), &origin.taken) else { continue };
            self.take_key(&key, taken)?;
        }
        Ok(())
    }

    /// The same of one key; whether it was there.
    pub fn take_key(&mut self, key: &str, value: &Json) -> Result<bool> {
        let metadata = self.metadata()?;
        let there = metadata.get(key) == Some(value);
        if there {
            metadata.remove(key);
            self.touched.push(key.to_owned());
        }
        Ok(there)
    }

    /// Saves the contact and writes the event, with ids of what else it is about.
    pub fn finish(mut self, w: &mut Work<'_, '_>, subject: Value) -> Result<Contact> {
        if let Some(metadata) = self.metadata.take().filter(|_| !self.touched.is_empty()) {
            let before = self.contact.metadata()?;
            self.touched.sort_unstable();
            self.touched.dedup();
            for key in self.touched.iter().filter(|key| metadata.get(key) != before.get(key)) {
                self.changes.metadata(key, metadata.get(key).cloned(), before.get(key).cloned());
                self.contact_changed = true;
            }
            self.contact.metadata = metadata_text(metadata, "")?;
        }
        if self.contact_changed || !self.changes.is_empty() {
            contacts::save(w, &mut self.contact)?;
        }
        self.changes.record(w, &self.contact, subject)?;
        Ok(self.contact)
    }
}
