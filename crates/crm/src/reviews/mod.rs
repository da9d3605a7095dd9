//! Values that wait for a person: not sure enough, against what is known, another phone. And what was decided of them.

mod decide;
mod doubt;
mod list;
mod many;
mod typed;

pub(crate) use decide::close_undone;
pub use decide::{Choice, Decided, Decision, decide};
pub use doubt::doubt;
pub use list::{Order, ReviewFilter, get, page};
pub use many::{MOST_AT_ONCE, Refused, decide_many};

use store::Row;
use structuring::json::Mode;
use structuring::{Json, Target};

use crate::contacts::ValueSource;
use crate::customers::Origin;
use crate::error::{Error, Result};
use crate::id::{ChannelId, ContactId, CustomerId, ReviewId, StructuringId};
use crate::rules::{Says, target_of};
use crate::time::Timestamp;
use crate::wire_enum;

wire_enum! {
    /// Why somebody should look.
    pub enum Reason {
        /// Written, since nothing was there, though not sure.
        LowConfidence = "low_confidence",
        /// Not written: something else is there that a person or an integration said, or that is surer.
        DiffersFromKnown = "differs_from_known",
        /// Not written: another phone than the contact's.
        DifferentPhone = "different_phone",
        /// Not written: the data contradicts what the same request says explicitly.
        Conflict = "conflict",
        /// Written, and somebody asked for it to be looked at.
        Doubted = "doubted",
    }
}

wire_enum! {
    pub enum Status {
        Pending = "pending",
        Accepted = "accepted",
        /// Another value or another place was right.
        Corrected = "corrected",
        Rejected = "rejected",
    }
}

/// A review as it is listed: with its contact and what stands there now.
#[derive(Debug, Clone)]
pub struct Review {
    pub id: ReviewId,
    pub structuring_id: Option<StructuringId>,
    pub target: Target,
    pub value: Json,
    /// The feed.
    pub source: String,
    pub origins: Vec<Origin>,
    /// What stood there once the request was done.
    pub known: Option<Json>,
    pub confidence: f64,
    pub method: String,
    pub reason: Reason,
    pub status: Status,
    /// What was decided, as JSON text.
    pub decision: Option<String>,
    pub created_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub decided_by: Option<String>,
    pub request_id: Option<String>,
    pub contact: Whose,
    pub current: Option<(Json, Option<ValueSource>)>,
}

/// The contact of a review, as much as is shown.
#[derive(Debug, Clone)]
pub struct Whose {
    pub id: ContactId,
    pub customer_id: CustomerId,
    pub channel_id: ChannelId,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
}

/// With contacts as `c`, the runs as `s`, the values of the field as `v`.
const COLUMNS: &str = "r.id, r.structuring_id, r.target, r.field_key, r.value, r.source, r.pointers, r.origins, r.known, \
     r.confidence, r.method, r.reason, r.status, r.decision, r.created_at, r.decided_at, r.decided_by, s.request_id, \
     c.id AS contact_id, c.customer_id, c.channel_id, c.name, c.name_source, c.phone, c.email, c.email_source, c.phone_source, \
     v.value AS field_value, v.source AS field_source";
const TABLES: &str = "reviews r \
     JOIN contacts c ON c.organization_id = r.organization_id AND c.id = r.contact_id \
     LEFT JOIN structurings s ON s.organization_id = r.organization_id AND s.id = r.structuring_id \
     LEFT JOIN custom_fields f ON f.organization_id = r.organization_id AND f.entity = 'customer' AND f.key = r.field_key \
       AND r.target = 'field' AND NOT f.archived \
     LEFT JOIN field_values v ON v.organization_id = r.organization_id AND v.entity_id = c.customer_id AND v.field_id = f.id";

impl Review {
    fn from_row(row: &Row) -> Result<Review> {
        let word = row.text("target")?;
        let key: String = row.get("field_key")?;
        let target = target_of(word, &key).ok_or_else(|| Error::Internal(format!("a review's target: {word}")))?;
        let contact = Whose {
            id: row.get("contact_id")?,
            customer_id: row.get("customer_id")?,
            channel_id: row.get("channel_id")?,
            name: row.get("name")?,
            phone: row.get("phone")?,
            email: row.get("email")?,
        };
        let of = |value: &Option<String>, source| value.as_deref().map(|value| (Json::from(value), source));
        let current = match target {
            Target::Name => of(&contact.name, row.get("name_source")?),
            Target::Email => of(&contact.email, row.get("email_source")?),
            Target::Phone => of(&contact.phone, row.get("phone_source")?),
            Target::Field(_) => {
                let value: Option<String> = row.get("field_value")?;
                let source = row.get("field_source")?;
                value.map(|value| (json(&value), source))
            }
        };
        let known: Option<String> = row.get("known")?;
        Ok(Review {
            id: row.get("id")?,
            structuring_id: row.get("structuring_id")?,
            target,
            value: json(row.text("value")?),
            source: row.get("source")?,
            origins: origins(row.text("origins")?, row.text("pointers")?),
            known: known.as_deref().map(json),
            confidence: row.get("confidence")?,
            method: row.get("method")?,
            reason: row.get("reason")?,
            status: row.get("status")?,
            decision: row.get("decision")?,
            created_at: row.get("created_at")?,
            decided_at: row.get("decided_at")?,
            decided_by: row.get("decided_by")?,
            request_id: row.get("request_id")?,
            contact,
            current,
        })
    }

    /// The mapping that `always` would make: where the value was all that stood at one path.
    pub fn rule(&self) -> Option<Says> {
        let [origin] = self.origins.as_slice() else { return None };
        let (path, kind) = origin.place.clone().filter(|_| origin.whole)?;
        let says = Says::Mapping { source: self.source.clone(), path, kind, target: self.target.clone() };
        says.refused().is_none().then_some(says)
    }
}

fn json(stored: &str) -> Json {
    Json::parse(stored.as_bytes(), Mode::Lenient).unwrap_or(Json::Null)
}

/// Rows from before origins were kept have pointers only.
fn origins(stored: &str, pointers: &str) -> Vec<Origin> {
    let origins = Origin::parse(stored);
    if !origins.is_empty() {
        return origins;
    }
    let pointers: Vec<String> = serde_json::from_str(pointers).unwrap_or_default();
    let bare = |pointer| Origin { pointer, span: None, place: None, whole: false, taken: None };
    pointers.into_iter().map(bare).collect()
}
