//! What C1, C18 and C19 share: finding the channel, reading the explicit values, structuring the free data.

use std::collections::HashSet;

use crm::channels::{Channel, ChannelType};
use crm::customers::{Structured, Who};
use crm::fields::{CustomField, Entity};
use crm::{FieldError, Setup};
use structuring::json::Object;
use structuring::phone::{self, Phone};
use structuring::{Explicit, Json, Target};

use crate::apart::{apart, takes_long};
use crate::input::{Fields, Input};
use crate::kinds::{Anything, SHORT};
use crate::lifecycle::OwnNumber;

/// At and above, a phone found in free data may identify a person.
const IDENTIFIES: f32 = 0.85;

/// `{key, value}` of `custom_field_values`.
#[derive(Debug, Clone)]
pub struct KeyValue {
    pub key: String,
    /// Null removes; none (absent, or an empty text) says nothing.
    pub value: Option<Json>,
}

impl Input for KeyValue {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let key = f.required("key", SHORT, "Key of a custom field of customers.");
        let value = f.nullable("value", Anything, "As the field's type wants it; null removes the value.");
        let value = value.map(|given| given.unwrap_or(Json::Null)).filter(|given| given.as_str() != Some(""));
        Some(KeyValue { key: key?, value })
    }
}

/// The organization's own number, in any spelling, or a Cloud API phone id; only of this kind of channel.
pub fn channel_by_number<'s>(setup: &'s Setup, kind: ChannelType, number: &str) -> Option<&'s Channel> {
    let mut of_kind = setup.channels.iter().filter(|c| c.channel_type == kind && !c.archived);
    of_kind.find(|channel| OwnNumber::of(channel).is(number))
}

pub fn read_phone(text: &str, country: &str, pointer: &str, problems: &mut Vec<FieldError>) -> Option<Phone> {
    match phone::read_possible(text, Some(country)) {
        Ok(phone) => Some(phone),
        Err(error) => {
            problems.push(FieldError::new(pointer, "invalid_phone", format!("{error}")));
            None
        }
    }
}

/// Explicit field values, typed. Unknown keys and values of the wrong type are named at their place.
pub struct ExplicitFields {
    pub values: Vec<(String, Json)>,
    pub removed: Vec<String>,
    /// Values of identifier fields, as they are compared.
    pub identifiers: Vec<(String, String)>,
}

pub fn explicit_fields(
    setup: &Setup,
    given: &[Option<KeyValue>],
    pointer: &str,
    country: &str,
    problems: &mut Vec<FieldError>,
) -> ExplicitFields {
    let mut fields = ExplicitFields { values: Vec::new(), removed: Vec::new(), identifiers: Vec::new() };
    for (at, pair) in given.iter().enumerate() {
        let Some(pair) = pair else { continue };
        let Some(field) = setup.field(Entity::Customer, &pair.key) else {
            let at = format!("{pointer}/{at}/key");
            problems.push(FieldError::unknown_reference(at, "customer field", format!("`{}`", pair.key)));
            continue;
        };
        let Some(given) = &pair.value else { continue };
        // Said twice: the last one counts.
        fields.removed.retain(|key| *key != field.key);
        fields.values.retain(|(key, _)| *key != field.key);
        fields.identifiers.retain(|(key, _)| *key != field.key);
        if given.is_null() {
            fields.removed.push(field.key.clone());
            continue;
        }
        let Some(value) = typed(field, given, country, &format!("{pointer}/{at}/value"), problems) else {
            continue;
        };
        if field.identifier {
            fields.identifiers.push((field.key.clone(), crm::customers::identity_key(field, &value)));
        }
        fields.values.push((field.key.clone(), value));
    }
    fields
}

pub fn typed(
    field: &CustomField,
    value: &Json,
    country: &str,
    pointer: &str,
    problems: &mut Vec<FieldError>,
) -> Option<Json> {
    match crm::fields::read_value(field, value, Some(country)) {
        Ok(value) => Some(value),
        Err(error) => {
            problems.push(FieldError::new(pointer, error.code, error.message));
            None
        }
    }
}

/// What free data says, and the keys that an explicit null removes.
pub fn removals(data: Object) -> (Object, Vec<String>) {
    let said = crm::customers::said(&data).into_iter().filter(|(.., value)| value.is_null());
    let removed: HashSet<String> = said.map(|(key, ..)| key).collect();
    // A value that a later null takes back is not said at all.
    let taken_back = |key: &str| !removed.is_empty() && removed.contains(&structuring::snake_key(key));
    let said = data.into_iter().filter(|(key, value)| !value.is_null() && !taken_back(key)).collect();
    (said, removed.into_iter().collect())
}

/// Structures, timed. `source` is the caller's feed: [`Call::source`](crate::call::Call::source).
pub fn structured(setup: &Setup, source: &str, country: &str, data: Object, explicit: Explicit) -> Structured {
    let started = std::time::Instant::now();
    let long = takes_long(&data, &setup.definitions);
    let work = || Structured::new(setup, source, Some(country), Json::Object(data), explicit);
    let mut structured = if long { apart(work) } else { work() };
    structured.outcome.micros = started.elapsed().as_micros() as u64;
    structured
}

/// Who it is on a phone channel: the explicit number, else one that structuring is sure of in the data, which is at `base`.
pub fn phone_identity(
    explicit: Option<Phone>,
    structured: &Structured,
    pointer: &str,
    base: &str,
    problems: &mut Vec<FieldError>,
) -> Option<Phone> {
    if explicit.is_some() {
        return explicit;
    }
    let outcome = &structured.outcome;
    let placed = outcome.placed(&Target::Phone);
    let sure = placed.filter(|p| p.confidence >= IDENTIFIES && !p.flags.contains(&structuring::Flag::Ambiguous));
    if let Some(phone) = sure.and_then(|p| p.value.as_str()).and_then(|text| phone::read_possible(text, None).ok()) {
        return Some(phone);
    }
    let mut candidates = Vec::new();
    if let Some(placement) = placed {
        for source in &placement.sources {
            candidates.push(format!("{} at {base}{}", placement.value.as_str().unwrap_or("?"), source.pointer));
        }
        for other in &placement.alternatives {
            candidates.push(format!("{} at {base}{}", other.value.as_str().unwrap_or("?"), other.pointer));
        }
    }
    for item in outcome.review.iter().filter(|item| item.target == Target::Phone) {
        for source in &item.sources {
            candidates.push(format!("{} at {base}{}", item.value.as_str().unwrap_or("?"), source.pointer));
        }
    }
    candidates.dedup();
    let message = if candidates.is_empty() {
        "The person's phone number is required: none was given, and none was found in the data.".to_owned()
    } else {
        format!("The person's phone number is required; none in the data is certain enough: {}.", candidates.join("; "))
    };
    problems.push(FieldError::new(pointer, "required", message));
    None
}

/// Identity by phone, or by user id on webchat.
pub fn who(phone: Option<Phone>, external_user_id: Option<String>, identifiers: Vec<(String, String)>) -> Who {
    Who { phone, external_user_id, identifiers, inferred_for: None, contact: None }
}
