//! The queue of values that a person should look at. The same value of the same target of a contact is asked about once:
//! what was decided is not asked again, however often a feed repeats it.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use serde_json::json;
use store::params;
use structuring::{Json, Method, Placement, ReviewItem, Target};

use super::origin::Origin;
use crate::error::Result;
use crate::id::{ContactId, ReviewId, StructuringId};
use crate::reviews::Reason;
use crate::work::Work;

/// A value that a person should look at.
pub(crate) struct Doubt<'a> {
    pub target: &'a Target,
    pub value: &'a Json,
    pub origins: &'a [Origin],
    pub confidence: f64,
    pub method: Cow<'a, str>,
    pub reason: Reason,
    /// What stands once the request is done; none: nothing.
    pub known: Option<&'a str>,
}

impl<'a> Doubt<'a> {
    pub fn of(placement: &'a Placement, origins: &'a [Origin], reason: Reason, known: Option<&'a str>) -> Self {
        Doubt {
            target: &placement.target,
            value: &placement.value,
            origins,
            confidence: f64::from(placement.confidence),
            method: word(placement.method),
            reason,
            known,
        }
    }

    pub fn conflict(item: &'a ReviewItem, origins: &'a [Origin], known: Option<&'a str>) -> Self {
        Doubt {
            target: &item.target,
            value: &item.value,
            origins,
            confidence: f64::from(item.confidence),
            method: word(item.method),
            reason: Reason::Conflict,
            known,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Queued {
    New,
    /// Asked before, and nobody decided yet.
    Waiting,
    Decided,
}

/// One statement, whatever is there: it probes by writing.
pub(crate) fn queue(
    w: &mut Work<'_, '_>,
    contact: ContactId,
    structuring: StructuringId,
    source: &str,
    doubt: &Doubt<'_>,
) -> Result<(ReviewId, Queued)> {
    let id: ReviewId = w.new_id();
    let pointers: Vec<&str> = doubt.origins.iter().map(|origin| origin.pointer.as_str()).collect();
    let value = doubt.value.to_string();
    let row = w.tx.query_one(
        "INSERT INTO reviews (organization_id, id, contact_id, structuring_id, target, field_key, value, value_key, source,
                              pointers, origins, known, confidence, method, reason, status, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'pending', $16)
         ON CONFLICT (organization_id, contact_id, target, field_key, value_key) DO UPDATE SET status = reviews.status
         RETURNING id, status",
        params![
            w.caller.organization,
            id,
            contact,
            structuring,
            doubt.target.word(),
            doubt.target.key().unwrap_or_default(),
            value,
            review_key(&value),
            source,
            serde_json::Value::from(pointers).to_string(),
            Origin::to_json(doubt.origins).to_string(),
            doubt.known,
            doubt.confidence,
            &*doubt.method,
            doubt.reason,
            w.now
        ],
    )?;
    let found: ReviewId = row.at(0)?;
    let queued = match row.text("status")? {
        _ if found == id => Queued::New,
        "pending" => Queued::Waiting,
        _ => Queued::Decided,
    };
    Ok((found, queued))
}

fn word(method: Method) -> Cow<'static, str> {
    Cow::Owned(json!(method).as_str().unwrap_or_default().to_owned())
}

/// A value as reviews are told apart by it: itself, or where it is long its beginning and a hash, because an index entry
/// has a largest size. The hash may change with the compiler; then a value is queued twice at worst.
fn review_key(value: &str) -> String {
    let Some((end, _)) = value.char_indices().nth(200) else { return value.to_owned() };
    let mut hasher = std::hash::DefaultHasher::new();
    value.hash(&mut hasher);
    format!("{}…{:016x}", &value[..end], hasher.finish())
}
