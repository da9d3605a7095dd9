//! Writes what structuring found into a contact and its customer, under the rules that protect what people and
//! integrations said: an explicit value overwrites, an inferred one never overwrites an explicit or typed one, an
//! unsure one only fills what is empty and asks for review.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use serde::Serialize;
use serde_json::json;
use store::params;
use structuring::json::Object;
use structuring::{Json, Method, Outcome, Placement, ReviewReason, Source, Target, phone};

use super::identifiers::{claim_identifier_field, claim_phone, propose_if_somebody_else};
use super::metadata::{merge_metadata, metadata_text};
use super::structured::Structured;
use super::values::{self, FieldValue};
use crate::contacts::{self, Contact, ValueSource};
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::fields::Entity;
use crate::id::{ReviewId, StructuringId};
use crate::setup::Setup;
use crate::work::Work;

/// At and above, a value is written; below it is written only where nothing is, and queued for review.
const SURE: f32 = 0.85;
/// Below, it stays in the metadata with a suggestion.
const PLAUSIBLE: f32 = 0.50;

#[derive(Debug, Default)]
pub struct Applied {
    /// Per placement of the outcome: whether the value stands now (written, or there already).
    pub applied: Vec<bool>,
    pub review_count: usize,
    pub outcome: Option<Outcome>,
}

/// What a change did, for its event.
#[derive(Default)]
struct Changes {
    data: Object,
    previous: Object,
    /// Members of `custom_fields` and of `metadata`, of which there may be many.
    fields: (Object, Object),
    metadata: (Object, Object),
}

impl Changes {
    fn set(&mut self, key: &str, now: &str, before: Option<String>) {
        self.data.push(key, now);
        self.previous.push(key, before);
    }

    fn field(&mut self, key: &str, now: Option<Json>, before: Option<Json>) {
        self.fields.0.push(key, now);
        self.fields.1.push(key, before);
    }

    fn metadata(&mut self, key: &str, now: Option<Json>, before: Option<Json>) {
        self.metadata.0.push(key, now);
        self.metadata.1.push(key, before);
    }

    /// What is now and what was; none where nothing changed.
    fn into_parts(mut self) -> Option<(Json, Json)> {
        for (name, (now, before)) in [("custom_fields", self.fields), ("metadata", self.metadata)] {
            if !now.is_empty() {
                self.data.push(name, now);
                self.previous.push(name, before);
            }
        }
        if self.data.is_empty() { None } else { Some((self.data.into(), self.previous.into())) }
    }
}

/// A placement as its row of provenance has it.
#[derive(Serialize)]
struct Record<'a> {
    #[serde(flatten)]
    placement: &'a Placement,
    previous: Json,
}

/// `metadata_pointer` names the member of the request that the rest came from.
pub fn apply(
    w: &mut Work<'_, '_>,
    contact: &mut Contact,
    structured: &Structured,
    metadata_pointer: &str,
) -> Result<Applied> {
    let setup = w.setup.clone();
    let outcome = structured.under(&setup)?;
    let structuring_id: StructuringId = w.new_id();
    let mut writer = Writer {
        contact,
        changes: Changes::default(),
        records: Vec::new(),
        contact_changed: false,
        reviews: 0,
        structuring_id,
        source: structured.source,
    };
    let mut applied = Applied::default();
    let mut known: Option<Vec<FieldValue>> = None;
    for placement in &outcome.placements {
        let stands = match &placement.target {
            Target::Name => writer.name(w, placement)?,
            Target::Email => writer.email(w, placement)?,
            Target::Phone => writer.phone(w, placement)?,
            Target::Field(key) => {
                let known = match &mut known {
                    Some(known) => known,
                    none => none.insert(values::values_of(w, writer.contact.customer_id.0)?),
                };
                writer.field(w, &setup, key, placement, known)?
            }
        };
        applied.applied.push(stands);
    }
    // What was placed but unsure is queued as it is written; a mere suggestion stays in the metadata.
    for item in outcome.review.iter().filter(|item| item.reason == ReviewReason::Conflict) {
        let doubt = Doubt::new(&item.target, &item.value, &item.sources, item.confidence, item.method);
        writer.queue_review(w, &doubt, "conflict")?;
    }
    for key in &structured.removed {
        writer.remove_field(w, &setup, key)?;
    }
    writer.metadata(&outcome.rest, &structured.removed, metadata_pointer)?;
    applied.review_count = writer.reviews;
    let Writer { changes, records, contact_changed, .. } = writer;
    if contact_changed {
        contacts::save(w, contact)?;
    }
    if !records.is_empty() {
        w.tx.execute(
            "INSERT INTO structurings (organization_id, id, contact_id, request_id, actor, source, engine, placements, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            params![
                w.caller.organization,
                structuring_id,
                contact.id,
                &*w.caller.request_id,
                w.caller.actor.to_string(),
                structured.source,
                outcome.engine,
                format!("[{}]", records.join(",")),
                w.now
            ],
        )?;
    }
    if let Some((data, previous)) = changes.into_parts() {
        events::record(w, Fact::new(Topic::ContactUpdated).contact(contact.id).data(data).previous(previous))?;
    }
    if let Cow::Owned(outcome) = outcome {
        applied.outcome = Some(outcome);
    }
    Ok(applied)
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

fn judge(placement: &Placement, current: Option<(&str, Option<ValueSource>)>, new: &str) -> Verdict {
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
        None if placement.confidence >= SURE => Verdict::Write,
        None if placement.confidence >= PLAUSIBLE => Verdict::WriteAndReview,
        Some((_, source)) if source.is_none_or(ValueSource::yields_to_inference) => {
            if placement.confidence >= SURE {
                Verdict::Write
            } else {
                Verdict::Review
            }
        }
        Some(_) if placement.confidence >= SURE => Verdict::Review,
        _ => Verdict::Keep,
    }
}

/// A value that a person should look at.
struct Doubt<'a> {
    target: &'a Target,
    value: &'a Json,
    sources: &'a [Source],
    confidence: f32,
    method: Method,
}

impl<'a> Doubt<'a> {
    fn new(target: &'a Target, value: &'a Json, sources: &'a [Source], confidence: f32, method: Method) -> Self {
        Doubt { target, value, sources, confidence, method }
    }

    fn of(placement: &'a Placement) -> Self {
        Doubt::new(&placement.target, &placement.value, &placement.sources, placement.confidence, placement.method)
    }
}

struct Writer<'a> {
    contact: &'a mut Contact,
    changes: Changes,
    /// JSON texts.
    records: Vec<String>,
    contact_changed: bool,
    reviews: usize,
    structuring_id: StructuringId,
    source: &'static str,
}

impl Writer<'_> {
    fn record(&mut self, placement: &Placement, value: Option<Json>, source: Option<ValueSource>) -> Result<()> {
        if placement.method == Method::Explicit {
            return Ok(());
        }
        let mut previous = Object::new();
        previous.push("value", value);
        previous.push("source", source.map(ValueSource::name));
        let record = Record { placement, previous: previous.into() };
        let text = serde_json::to_string(&record).map_err(|e| Error::Internal(format!("a placement: {e}")))?;
        self.records.push(text);
        Ok(())
    }

    fn source_of(placement: &Placement) -> ValueSource {
        if placement.method == Method::Explicit { ValueSource::Explicit } else { ValueSource::Inferred }
    }

    fn name(&mut self, w: &mut Work<'_, '_>, placement: &Placement) -> Result<bool> {
        let Some(new) = placement.value.as_str() else { return Ok(false) };
        let current = self.contact.name.as_deref().map(|name| (name, self.contact.name_source));
        let verdict = judge(placement, current, new);
        if matches!(verdict, Verdict::Write | Verdict::WriteAndReview) {
            let before = self.contact.name.replace(new.to_owned());
            let before_source = self.contact.name_source.replace(Self::source_of(placement));
            self.contact_changed = true;
            if before.as_deref() != Some(new) {
                self.changes.set("name", new, before.clone());
            }
            self.record(placement, before.map(Json::from), before_source)?;
        }
        self.finish(w, placement, verdict)
    }

    fn email(&mut self, w: &mut Work<'_, '_>, placement: &Placement) -> Result<bool> {
        let Some(new) = placement.value.as_str() else { return Ok(false) };
        let current = self.contact.email.as_deref().map(|email| (email, self.contact.email_source));
        let verdict = judge(placement, current, new);
        if matches!(verdict, Verdict::Write | Verdict::WriteAndReview) {
            let before = self.contact.email.replace(new.to_owned());
            let before_source = self.contact.email_source.replace(Self::source_of(placement));
            self.contact_changed = true;
            if before.as_deref() != Some(new) {
                self.changes.set("email", new, before.clone());
            }
            self.record(placement, before.map(Json::from), before_source)?;
        }
        self.finish(w, placement, verdict)
    }

    /// The phone of a contact that its channel knows by it never changes here; a webchat contact's may.
    fn phone(&mut self, w: &mut Work<'_, '_>, placement: &Placement) -> Result<bool> {
        let Some(new) = placement.value.as_str() else { return Ok(false) };
        if self.contact.phone.as_deref() == Some(new) {
            return Ok(true);
        }
        let explicit = placement.method == Method::Explicit;
        let by_phone = w.setup.channel(self.contact.channel_id).is_none_or(|c| c.channel_type.by_phone());
        let fills = self.contact.phone.is_none() && placement.confidence >= SURE;
        if by_phone || !(explicit || fills) {
            self.queue_review(w, &Doubt::of(placement), "different_phone")?;
            return Ok(false);
        }
        if explicit {
            if let Ok(phone) = phone::read_possible(new, None) {
                claim_phone(w, self.contact, &phone)?;
            }
        } else {
            propose_if_somebody_else(w, self.contact, "phone", new)?;
        }
        let before = self.contact.phone.replace(new.to_owned());
        self.contact_changed = true;
        self.changes.set("phone", new, before.clone());
        self.record(placement, before.map(Json::from), None)?;
        Ok(true)
    }

    fn field(
        &mut self,
        w: &mut Work<'_, '_>,
        setup: &Setup,
        key: &str,
        placement: &Placement,
        known: &mut [FieldValue],
    ) -> Result<bool> {
        let Some(field) = setup.field(Entity::Customer, key) else { return Ok(false) };
        let existing = known.iter_mut().find(|value| value.field_id == field.id);
        let new = placement.value.to_string();
        let current = existing.as_ref().map(|value| (value.value.as_str(), Some(value.source)));
        let verdict = judge(placement, current, &new);
        if matches!(verdict, Verdict::Write | Verdict::WriteAndReview) {
            let explicit = placement.method == Method::Explicit;
            let compared = values::value_key(&placement.value);
            if field.identifier {
                if explicit {
                    claim_identifier_field(w, self.contact, key, &compared)?;
                } else {
                    propose_if_somebody_else(w, self.contact, &format!("field:{key}"), &compared)?;
                }
            }
            let origin = (!explicit).then_some(self.structuring_id);
            let source = Self::source_of(placement);
            values::write_value(w, self.contact.customer_id.0, field.id, &placement.value, source, origin)?;
            let before = existing.as_ref().map(|value| (value.json(), value.source));
            let (before, before_source) = before.unzip();
            if current_differs(existing.as_deref(), &new) {
                self.changes.field(key, Some(placement.value.clone()), before.clone());
            }
            self.record(placement, before, before_source)?;
        }
        self.finish(w, placement, verdict)
    }

    fn finish(&mut self, w: &mut Work<'_, '_>, placement: &Placement, verdict: Verdict) -> Result<bool> {
        match verdict {
            Verdict::Write | Verdict::Stands => Ok(true),
            Verdict::WriteAndReview => {
                self.queue_review(w, &Doubt::of(placement), "low_confidence")?;
                Ok(true)
            }
            Verdict::Review => {
                self.queue_review(w, &Doubt::of(placement), "differs_from_known")?;
                Ok(false)
            }
            Verdict::Keep => Ok(false),
        }
    }

    fn queue_review(&mut self, w: &mut Work<'_, '_>, doubt: &Doubt<'_>, reason: &str) -> Result<()> {
        let id: ReviewId = w.new_id();
        let pointers: Vec<&str> = doubt.sources.iter().map(|source| source.pointer.as_str()).collect();
        let value = doubt.value.to_string();
        self.reviews += 1;
        w.tx.execute(
            "INSERT INTO reviews (organization_id, id, contact_id, structuring_id, target, field_key, value, value_key, source,
                                  pointers, confidence, method, reason, status, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'pending', $14)
             ON CONFLICT (organization_id, contact_id, target, field_key, value_key) WHERE status = 'pending' DO NOTHING",
            params![
                w.caller.organization,
                id,
                self.contact.id,
                self.structuring_id,
                doubt.target.word(),
                doubt.target.key().unwrap_or_default(),
                value,
                review_key(&value),
                self.source,
                serde_json::Value::from(pointers).to_string(),
                f64::from(doubt.confidence),
                json!(doubt.method).as_str().unwrap_or_default(),
                reason,
                w.now
            ],
        )?;
        Ok(())
    }

    fn remove_field(&mut self, w: &mut Work<'_, '_>, setup: &Setup, key: &str) -> Result<()> {
        let Some(field) = setup.field(Entity::Customer, key) else { return Ok(()) };
        if let Some(before) = values::remove_value(w, self.contact.customer_id.0, field.id)? {
            self.changes.field(key, None, Some(before));
        }
        Ok(())
    }

    fn metadata(&mut self, rest: &[(String, Json)], removed: &[String], pointer: &str) -> Result<()> {
        if rest.is_empty() && (removed.is_empty() || self.contact.metadata == "{}") {
            return Ok(());
        }
        let mut metadata = self.contact.metadata()?;
        let changes = &mut self.changes;
        let changed = merge_metadata(&mut metadata, rest, removed, |key, now, before| {
            changes.metadata(key, now.cloned(), before.cloned());
        });
        if changed {
            self.contact.metadata = metadata_text(metadata, pointer)?;
            self.contact_changed = true;
        }
        Ok(())
    }
}

/// A value as pending reviews are told apart by it: itself, or where it is long its beginning and a hash, because an
/// index entry has a largest size. The hash may change with the compiler; then a value is queued twice at worst.
fn review_key(value: &str) -> String {
    let Some((end, _)) = value.char_indices().nth(200) else { return value.to_owned() };
    let mut hasher = std::hash::DefaultHasher::new();
    value.hash(&mut hasher);
    format!("{}…{:016x}", &value[..end], hasher.finish())
}

fn current_differs(existing: Option<&FieldValue>, new: &str) -> bool {
    existing.is_none_or(|value| value.value != new)
}
