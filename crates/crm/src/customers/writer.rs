//! Writes values into a contact and its customer, under the rules that protect what people and integrations said: an explicit
//! value overwrites, an inferred one never overwrites an explicit or typed one, an unsure one only fills what is empty and
//! asks for review.

use std::borrow::Cow;

use serde_json::Value;
use store::params;
use structuring::json::Object;
use structuring::{Flag, Json, Method, Placement, Target, phone};

use super::change::Changes;
use super::identifiers::{
    claim_identifier_field, claim_phone, propose_if_somebody_else, release_identifier_field, release_phone,
};
use super::identify::record_created;
use super::identity_key::identity_key;
use super::metadata::{merge_metadata, metadata_text};
use super::origin::Origin;
use super::queue::{Doubt, Queued, queue};
use super::values::{self, FieldValue};
use crate::contacts::{self, Contact, ValueSource};
use crate::error::{Error, Result};
use crate::fields::Entity;
use crate::id::StructuringId;
use crate::reviews::Reason;
use crate::setup::Setup;
use crate::work::Work;

/// From here on up to the organization's threshold a value is written only where nothing is, and queued for review; from that
/// threshold on it is written. Below, it stays in the metadata with a suggestion.
const PLAUSIBLE: f32 = 0.50;

fn sure_from(w: &Work<'_, '_>) -> f32 {
    w.setup.organization.structuring_threshold.confidence()
}

/// What to do with a placement, given what is there.
enum Verdict {
    Write,
    /// Written, and a person should look.
    WriteAndReview,
    Stands,
    /// Not written, and a person should look.
    Review,
    Keep,
}

/// `sure`: the confidence from which on a value is written by itself.
fn judge(placement: &Placement, current: Option<(&str, Option<ValueSource>)>, new: &str, sure: f32) -> Verdict {
    let explicit = placement.method == Method::Explicit;
    match current {
        Some((value, source)) if value == new => {
            // Saying explicitly what was only inferred makes it firm.
            if explicit && source.is_none_or(ValueSource::yields_to_inference) {
                Verdict::Write
            } else {
                Verdict::Stands
            }
        }
        _ if explicit => Verdict::Write,
        None if placement.confidence >= sure => Verdict::Write,
        None if placement.confidence >= PLAUSIBLE => Verdict::WriteAndReview,
        Some((_, source)) if source.is_none_or(ValueSource::yields_to_inference) => {
            if placement.confidence >= sure {
                Verdict::Write
            } else {
                Verdict::Review
            }
        }
        Some(_) if placement.confidence >= sure => Verdict::Review,
        _ => Verdict::Keep,
    }
}

/// A placement with where it stood.
pub(super) struct Found<'a> {
    pub placement: &'a Placement,
    pub origins: &'a [Origin],
}

/// What its value took out of the metadata, by key.
fn taken(found: &Found<'_>) -> Vec<(String, Json)> {
    found.origins.iter().filter_map(|origin| Some((origin.rest_key()?, origin.taken.clone()?))).collect()
}

impl Found<'_> {
    fn explicit(&self) -> bool {
        self.placement.method == Method::Explicit
    }

    fn source(&self) -> ValueSource {
        if self.explicit() { ValueSource::Explicit } else { ValueSource::Inferred }
    }
}

/// What was there before a value was written.
#[derive(Default)]
struct Before {
    value: Option<Json>,
    source: Option<ValueSource>,
    structuring_id: Option<StructuringId>,
}

pub(super) struct Writer<'a> {
    contact: &'a mut Contact,
    changes: Changes,
    /// JSON texts.
    records: Vec<String>,
    from: From,
    /// Values that were taken out of the rest and have no place after all; or those that have one now, and leave it.
    moved: Vec<(String, Json)>,
    contact_changed: bool,
    pub reviews: usize,
    /// The contact is new, and its creation is to be told with what is written here.
    pub created: bool,
    structuring_id: StructuringId,
    source: &'a str,
    /// What the fields have, once it was looked at.
    known: Option<Vec<FieldValue>>,
}

/// Where what is written was until now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// In a record that has just come.
    Record,
    /// In the metadata, where an earlier look at the record has left it.
    Metadata,
}

impl<'a> Writer<'a> {
    /// `source`: the feed.
    pub fn new(w: &mut Work<'_, '_>, contact: &'a mut Contact, source: &'a str, from: From) -> Self {
        Writer {
            contact,
            changes: Changes::default(),
            records: Vec::new(),
            from,
            moved: Vec::new(),
            contact_changed: false,
            reviews: 0,
            created: false,
            structuring_id: w.new_id(),
            source,
            known: None,
        }
    }

    /// Whether the value stands now: written, or there already.
    pub fn place(&mut self, w: &mut Work<'_, '_>, setup: &Setup, found: &Found<'_>) -> Result<bool> {
        match &found.placement.target {
            Target::Name | Target::Email => self.slot(w, found),
            Target::Phone => self.phone(w, found),
            Target::Field(key) => {
                let known = match self.known.take() {
                    Some(known) => known,
                    None => values::values_of(w, self.contact.customer_id.0)?,
                };
                let stands = self.field(w, setup, key, found, &known);
                self.known = Some(known);
                stands
            }
        }
    }

    /// Saves the contact, where it came from, and the event. Answers with the run, where anything was written.
    pub fn finish(self, w: &mut Work<'_, '_>, engine: &str) -> Result<Option<StructuringId>> {
        let Writer { contact, mut changes, records, contact_changed, structuring_id, source, created, .. } = self;
        // Whoever read the contact with its fields has read something else.
        if contact_changed || !changes.is_empty() {
            contacts::save(w, contact)?;
        }
        let wrote = !records.is_empty();
        if wrote {
            w.tx.execute(
                "INSERT INTO structurings (organization_id, id, contact_id, request_id, actor, source, engine, placements, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                params![
                    w.caller.organization,
                    structuring_id,
                    contact.id,
                    &*w.caller.request_id,
                    w.caller.actor.to_string(),
                    source,
                    engine,
                    format!("[{}]", records.join(",")),
                    w.now
                ],
            )?;
        }
        if created {
            record_created(w, contact)?;
            changes.leave_snapshot();
        }
        changes.record(w, contact, Value::Null)?;
        Ok(wrote.then_some(structuring_id))
    }

    /// Explicit phones and identifiers are claimed, and may join the contact to the customer that they name.
    pub fn identify<'p>(
        &mut self,
        w: &mut Work<'_, '_>,
        setup: &Setup,
        explicit: impl Iterator<Item = &'p Placement>,
    ) -> Result<()> {
        let by_phone = setup.channel(self.contact.channel_id).is_none_or(|c| c.channel_type.by_phone());
        for placement in explicit {
            match &placement.target {
                Target::Field(key) => {
                    if let Some(field) = setup.field(Entity::Customer, key) {
                        claim_identifier_field(w, self.contact, field, &placement.value)?;
                    }
                }
                Target::Phone
                    if !by_phone
                        && (placement.value.as_str() != self.contact.phone.as_deref() || !self.phone_is_firm()) =>
                {
                    let phone = placement.value.as_str().and_then(|text| phone::read_possible(text, None).ok());
                    if let Some(phone) = phone {
                        claim_phone(w, self.contact, &phone)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn phone_is_firm(&self) -> bool {
        self.contact.phone_source.is_some_and(|source| !source.yields_to_inference())
    }

    /// The provenance of what was just written.
    fn record(&mut self, found: &Found<'_>, before: Before) -> Result<()> {
        if found.explicit() {
            return Ok(());
        }
        let mut previous = Object::new();
        previous.push("value", before.value);
        previous.push("source", before.source.map(ValueSource::name));
        if let Some(id) = before.structuring_id {
            previous.push("structuring_id", id.to_string());
        }
        let placement = serde_json::to_string(found.placement);
        let placement = placement.map_err(|error| Error::Internal(format!("a placement: {error}")))?;
        let placement = placement.strip_suffix('}').unwrap_or(&placement);
        let origins = Origin::to_json(found.origins);
        self.records.push(format!("{placement},\"origins\":{origins},\"previous\":{}}}", Json::from(previous)));
        if self.from == From::Metadata {
            self.moved.extend(taken(found));
        }
        Ok(())
    }

    /// Whether to go on and write, having asked a person where that is due; `known` stands already.
    fn may_write(
        &mut self,
        w: &mut Work<'_, '_>,
        found: &Found<'_>,
        verdict: &Verdict,
        known: Option<&str>,
    ) -> Result<bool> {
        Ok(match verdict {
            Verdict::Write => true,
            Verdict::Stands => false,
            Verdict::WriteAndReview => {
                let value = found.placement.value.to_string();
                let doubt = Doubt::of(found.placement, found.origins, Reason::LowConfidence, Some(&value));
                // Asked before and yet not there: somebody took it away.
                let new = self.ask(w, &doubt)? == Queued::New;
                if !new {
                    self.keep(found);
                }
                new
            }
            Verdict::Review => {
                let doubt = Doubt::of(found.placement, found.origins, Reason::DiffersFromKnown, known);
                if self.ask(w, &doubt)? == Queued::Decided {
                    self.keep(found);
                }
                false
            }
            Verdict::Keep => {
                self.keep(found);
                false
            }
        })
    }

    pub fn ask(&mut self, w: &mut Work<'_, '_>, doubt: &Doubt<'_>) -> Result<Queued> {
        let (_, queued) = queue(w, self.contact.id, self.structuring_id, self.source, doubt)?;
        self.reviews += usize::from(queued != Queued::Decided);
        Ok(queued)
    }

    /// Nothing is dropped: what has no place stays in the metadata.
    fn keep(&mut self, found: &Found<'_>) {
        if self.from == From::Record {
            self.moved.extend(taken(found));
        }
    }

    /// Takes out of the metadata what has a place now, if it still is what was read.
    pub fn leave_metadata(&mut self) -> Result<()> {
        let moved = std::mem::take(&mut self.moved);
        if moved.is_empty() {
            return Ok(());
        }
        let mut metadata = self.contact.metadata()?;
        let gone: Vec<String> =
            moved.into_iter().filter(|(key, value)| metadata.get(key) == Some(value)).map(|(key, _)| key).collect();
        let changes = &mut self.changes;
        let changed = merge_metadata(&mut metadata, &[], &gone, |key, now, before| {
            changes.metadata(key, now.cloned(), before.cloned());
        });
        if changed {
            self.contact.metadata = metadata_text(metadata, "")?;
            self.contact_changed = true;
        }
        Ok(())
    }

    /// Name or e-mail.
    fn slot(&mut self, w: &mut Work<'_, '_>, found: &Found<'_>) -> Result<bool> {
        let Some(new) = found.placement.value.as_str() else { return Ok(false) };
        let contact = &self.contact;
        let (key, value, source) = match found.placement.target {
            Target::Name => ("name", contact.name.clone(), contact.name_source),
            _ => ("email", contact.email.clone(), contact.email_source),
        };
        let verdict = judge(found.placement, value.as_deref().map(|value| (value, source)), new, sure_from(w));
        let known = value.as_deref().map(|value| Json::from(value).to_string());
        if self.may_write(w, found, &verdict, known.as_deref())? {
            let (slot, slot_source) = if key == "name" {
                (&mut self.contact.name, &mut self.contact.name_source)
            } else {
                (&mut self.contact.email, &mut self.contact.email_source)
            };
            *slot = Some(new.to_owned());
            *slot_source = Some(found.source());
            self.contact_changed = true;
            if value.as_deref() != Some(new) {
                self.changes.set(key, new, value.clone());
            }
            self.record(found, Before { value: value.map(Json::from), source, structuring_id: None })?;
            return Ok(true);
        }
        Ok(matches!(verdict, Verdict::Stands))
    }

    /// The phone of a contact that its channel knows by it never changes here; a webchat contact's may.
    fn phone(&mut self, w: &mut Work<'_, '_>, found: &Found<'_>) -> Result<bool> {
        let Some(new) = found.placement.value.as_str() else { return Ok(false) };
        let by_phone = w.setup.channel(self.contact.channel_id).is_none_or(|c| c.channel_type.by_phone());
        if self.contact.phone.as_deref() == Some(new) {
            // Saying explicitly what was only inferred makes it firm.
            if found.explicit() && !by_phone && !self.phone_is_firm() {
                self.contact.phone_source = Some(found.source());
                self.contact_changed = true;
            }
            return Ok(true);
        }
        let sure = found.placement.confidence >= sure_from(w) && !found.placement.flags.contains(&Flag::Ambiguous);
        let fills = self.contact.phone.is_none() && sure;
        if by_phone || !(found.explicit() || fills) {
            let known = self.contact.phone.as_deref().map(|phone| Json::from(phone).to_string());
            let doubt = Doubt::of(found.placement, found.origins, Reason::DifferentPhone, known.as_deref());
            if self.ask(w, &doubt)? == Queued::Decided {
                self.keep(found);
            }
            return Ok(false);
        }
        if !found.explicit() {
            propose_if_somebody_else(w, self.contact, "phone", new)?;
        }
        let before = self.contact.phone.replace(new.to_owned());
        let before_source = self.contact.phone_source.replace(found.source());
        if let Some(before) = &before {
            release_phone(w, self.contact, before)?;
        }
        self.contact_changed = true;
        self.changes.set("phone", new, before.clone());
        self.record(found, Before { value: before.map(Json::from), source: before_source, structuring_id: None })?;
        Ok(true)
    }

    fn field(
        &mut self,
        w: &mut Work<'_, '_>,
        setup: &Setup,
        key: &str,
        found: &Found<'_>,
        known: &[FieldValue],
    ) -> Result<bool> {
        let Some(field) = setup.field(Entity::Customer, key) else { return Ok(false) };
        let existing = known.iter().find(|value| value.field_id == field.id);
        let value = &found.placement.value;
        let new = value.to_string();
        let current = existing.map(|value| value.value.as_str());
        let verdict = judge(
            found.placement,
            existing.map(|value| (value.value.as_str(), Some(value.source))),
            &new,
            sure_from(w),
        );
        if !self.may_write(w, found, &verdict, current)? {
            return Ok(matches!(verdict, Verdict::Stands));
        }
        if field.identifier && !found.explicit() {
            propose_if_somebody_else(w, self.contact, &field.identifier_kind(), &identity_key(field, value))?;
        }
        if let Some(old) = existing.map(FieldValue::json).filter(|old| old != value) {
            release_identifier_field(w, self.contact, field, &old)?;
        }
        let origin = (!found.explicit()).then_some(self.structuring_id);
        values::write_value(w, self.contact.customer_id.0, field.id, value, found.source(), origin)?;
        let before = Before {
            value: existing.map(FieldValue::json),
            source: existing.map(|value| value.source),
            structuring_id: existing.and_then(|value| value.structuring_id),
        };
        if current != Some(new.as_str()) {
            self.changes.field(key, Some(value.clone()), before.value.clone());
        }
        self.record(found, before)?;
        Ok(true)
    }

    pub fn remove_field(&mut self, w: &mut Work<'_, '_>, setup: &Setup, key: &str) -> Result<()> {
        let Some(field) = setup.field(Entity::Customer, key) else { return Ok(()) };
        if let Some(before) = values::remove_value(w, self.contact.customer_id.0, field.id)? {
            release_identifier_field(w, self.contact, field, &before)?;
            self.changes.field(key, None, Some(before));
        }
        Ok(())
    }

    pub fn metadata(&mut self, rest: &[(String, Json)], removed: &[String], pointer: &str) -> Result<()> {
        let mut rest = Cow::Borrowed(rest);
        if !self.moved.is_empty() {
            let kept = std::mem::take(&mut self.moved);
            let new = kept.into_iter().filter(|(key, _)| !rest.iter().any(|(other, _)| other == key));
            rest = Cow::Owned(new.chain(rest.iter().cloned()).collect());
        }
        if rest.is_empty() && (removed.is_empty() || self.contact.metadata == "{}") {
            return Ok(());
        }
        let mut metadata = self.contact.metadata()?;
        let changes = &mut self.changes;
        let changed = merge_metadata(&mut metadata, &rest, removed, |key, now, before| {
            changes.metadata(key, now.cloned(), before.cloned());
        });
        if changed {
            self.contact.metadata = metadata_text(metadata, pointer)?;
            self.contact_changed = true;
        }
        Ok(())
    }
}
