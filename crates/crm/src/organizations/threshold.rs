//! How sure structuring must be to write by itself.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// A confidence from 0.5 to 1, in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold(i64);

impl Threshold {
    /// What is beyond either end is that end.
    pub fn from_hundredths(hundredths: i64) -> Threshold {
        Threshold(hundredths.clamp(50, 100))
    }

    pub fn hundredths(self) -> i64 {
        self.0
    }

    pub fn confidence(self) -> f32 {
        self.0 as f32 / 100.0
    }
}

impl Default for Threshold {
    fn default() -> Threshold {
        Threshold(85)
    }
}

impl Serialize for Threshold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / 100.0)
    }
}

impl JsonSchema for Threshold {
    fn schema_name() -> Cow<'static, str> {
        "Threshold".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "number", "minimum": 0.5, "maximum": 1})
    }
}
