//! What comes out: placements with their reasons, the rest, what a person should look at.

use crate::Json;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

/// Where a value goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "target", content = "key")]
pub enum Target {
    Phone,
    Email,
    Name,
    /// A field of the organization, by its key.
    Field(String),
}

impl Target {
    /// `phone`, `email`, `name` or `field`.
    pub fn word(&self) -> &'static str {
        match self {
            Target::Phone => "phone",
            Target::Email => "email",
            Target::Name => "name",
            Target::Field(_) => "field",
        }
    }

    pub fn key(&self) -> Option<&str> {
        if let Target::Field(key) = self { Some(key) } else { None }
    }
}

/// What decided a placement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Explicit,
    Learned,
    Exact,
    Lexicon,
    Ngram,
    Vector,
    Pattern,
    FreeText,
    Model,
}

/// What a reader of a placement should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Another value or another target was about as good.
    Ambiguous,
    /// Sources disagree.
    Conflict,
}

/// Where in the data a value came from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Source {
    /// RFC 6901, into the data as it was given (a JSON text inside a string: as if it were the object).
    pub pointer: String,
    /// Characters (not bytes) from–to where only a part of a text was used.
    pub span: Option<(usize, usize)>,
}

/// A candidate that was not taken.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alternative {
    pub target: Target,
    pub value: Json,
    pub pointer: String,
    pub confidence: f32,
}

/// One value that found its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    pub target: Target,
    /// Canonical: phone `+…`, date `YYYY-MM-DD`, number as JSON number, an option of a select, an array of options.
    pub value: Json,
    pub sources: Vec<Source>,
    /// 0–1; from 0.85 it is written, from 0.50 into empty fields only.
    pub confidence: f32,
    pub method: Method,
    /// At most three, best first.
    pub alternatives: Vec<Alternative>,
    pub flags: Vec<Flag>,
}

/// Why somebody should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewReason {
    /// Placed, but below 0.85.
    Unsure,
    /// Not placed: the value stays in the rest, this is where it might belong.
    Suggestion,
    /// Placed, though sources disagree.
    Conflict,
}

/// Something a person should look at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReviewItem {
    #[serde(flatten)]
    pub target: Target,
    pub value: Json,
    pub sources: Vec<Source>,
    pub confidence: f32,
    pub method: Method,
    pub reason: ReviewReason,
}

/// Something about the input that the caller may want to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// `structuring_limit`, `duplicate_key` or `invalid_value`.
    pub code: &'static str,
    pub pointer: String,
    pub message: String,
}

/// The result of [`crate::structure`]. Serialises as the `structuring` object of the API.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    pub placements: Vec<Placement>,
    /// What no placement used up, by snake_case key, in the order of the data.
    pub rest: Vec<(String, Json)>,
    pub review: Vec<ReviewItem>,
    pub warnings: Vec<Warning>,
    /// Name and revision of the engine.
    pub engine: &'static str,
    /// Filled in by the caller, who has a clock.
    pub micros: u64,
}

impl Outcome {
    /// The placement of a target.
    pub fn placed(&self, target: &Target) -> Option<&Placement> {
        self.placements.iter().find(|placement| placement.target == *target)
    }

    /// A value by the key of its field.
    pub fn field(&self, key: &str) -> Option<&Json> {
        self.placements.iter().find(|placement| placement.target.key() == Some(key)).map(|placement| &placement.value)
    }
}

impl Serialize for Placement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut wire = serializer.serialize_struct("Placement", 9)?;
        wire.serialize_field("target", self.target.word())?;
        wire.serialize_field("key", &self.target.key())?;
        wire.serialize_field("value", &self.value)?;
        wire.serialize_field("source", &self.sources.iter().map(|source| &source.pointer).collect::<Vec<_>>())?;
        wire.serialize_field("span", &self.sources.iter().find_map(|source| source.span))?;
        wire.serialize_field("confidence", &hundredths(self.confidence))?;
        wire.serialize_field("method", &self.method)?;
        if self.flags.is_empty() {
            wire.skip_field("flags")?;
        } else {
            wire.serialize_field("flags", &self.flags)?;
        }
        if self.alternatives.is_empty() {
            wire.skip_field("alternatives")?;
        } else {
            wire.serialize_field("alternatives", &self.alternatives)?;
        }
        wire.end()
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut wire = serializer.serialize_struct("Outcome", 5)?;
        wire.serialize_field("placements", &self.placements)?;
        wire.serialize_field("rest_keys", &self.rest.iter().map(|(key, _)| key).collect::<Vec<_>>())?;
        wire.serialize_field("review_count", &self.review.len())?;
        wire.serialize_field("engine", self.engine)?;
        if self.warnings.is_empty() {
            wire.skip_field("warnings")?;
        } else {
            wire.serialize_field("warnings", &self.warnings)?;
        }
        wire.end()
    }
}

/// Two decimals: more would promise what no calibration holds.
fn hundredths(confidence: f32) -> f64 {
    (f64::from(confidence) * 100.0).round() / 100.0
}
