//! Where structured values came from, and taking them back.

mod undo;
mod values;

pub use undo::{Left, Undid, Undo, Undone, Which, undo};
pub(crate) use undo::{deny, take_back};
pub use values::{Provenance, StructuredValue, of_contact};

use store::Row;
use structuring::json::Mode;
use structuring::{Json, Target};

use crate::contacts::ValueSource;
use crate::customers::{Current, Origin, span};
use crate::error::Result;
use crate::id::{ContactId, StructuringId};
use crate::rules::target_of;
use crate::time::Timestamp;

/// One run of structuring that wrote something.
#[derive(Debug, Clone)]
pub struct Run {
    pub id: StructuringId,
    pub contact_id: ContactId,
    pub request_id: String,
    /// Stored form of [`crate::Actor`].
    pub actor: String,
    /// The feed.
    pub source: String,
    /// Name and revision of the engine.
    pub engine: String,
    pub placements: Vec<Placed>,
    pub(crate) undone: Vec<Mark>,
    pub created_at: Timestamp,
}

/// One value that it wrote.
#[derive(Debug, Clone)]
pub struct Placed {
    pub target: Target,
    pub value: Json,
    pub confidence: f64,
    pub method: String,
    pub pointers: Vec<String>,
    pub span: Option<(usize, usize)>,
    pub(crate) previous: Option<Current>,
    pub origins: Vec<Origin>,
}

/// A placement that was taken back.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Mark {
    /// Its place among the placements.
    at: usize,
    when: i64,
    by: String,
}

pub(crate) const COLUMNS: &str =
    "s.id, s.contact_id, s.request_id, s.actor, s.source, s.engine, s.placements, s.undone, s.created_at";

impl Run {
    pub(crate) fn from_row(row: &Row) -> Result<Run> {
        let placements = row.text("placements")?;
        let placements = Json::parse(placements.as_bytes(), Mode::Lenient).unwrap_or(Json::Null);
        Ok(Run {
            id: row.get("id")?,
            contact_id: row.get("contact_id")?,
            request_id: row.get("request_id")?,
            actor: row.get("actor")?,
            source: row.get("source")?,
            engine: row.get("engine")?,
            placements: placements.as_array().unwrap_or_default().iter().filter_map(Placed::from_json).collect(),
            undone: serde_json::from_str(row.text("undone")?).unwrap_or_default(),
            created_at: row.get("created_at")?,
        })
    }

    /// The placement of a target that was not taken back.
    pub(crate) fn standing(&self, target: &Target) -> Option<(usize, &Placed)> {
        let mut placed = self.placements.iter().enumerate();
        placed.find(|(at, placed)| placed.target == *target && !self.undone.iter().any(|mark| mark.at == *at))
    }
}

impl Placed {
    fn from_json(json: &Json) -> Option<Placed> {
        let text = |key: &str| json.get(key).and_then(Json::as_str);
        let pointers = json.get("source").and_then(Json::as_array).unwrap_or_default();
        Some(Placed {
            target: target_of(text("target")?, text("key").unwrap_or_default())?,
            value: json.get("value")?.clone(),
            confidence: json.get("confidence").and_then(Json::as_f64).unwrap_or_default(),
            method: text("method").unwrap_or_default().to_owned(),
            pointers: pointers.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            span: json.get("span").and_then(span),
            previous: json.get("previous").and_then(previous),
            origins: json.get("origins").map(Origin::from_json).unwrap_or_default(),
        })
    }
}

fn previous(json: &Json) -> Option<Current> {
    let text = |key: &str| json.get(key).and_then(Json::as_str);
    Some(Current {
        value: json.get("value").filter(|value| !value.is_null())?.clone(),
        source: text("source").and_then(ValueSource::from_name),
        structuring_id: text("structuring_id").and_then(|id| id.parse().ok()),
    })
}
