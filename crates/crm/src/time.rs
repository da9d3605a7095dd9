//! Instants: microseconds since 1970 UTC inside and in the database, RFC 3339 with `Z` and milliseconds outside.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use store::{AsParam, FromValue, Mismatch, Param, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_micros(micros: i64) -> Self {
        Timestamp(micros)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    pub fn now() -> Self {
        Timestamp(jiff::Timestamp::now().as_microsecond())
    }

    pub fn plus_seconds(self, seconds: i64) -> Self {
        Timestamp(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    pub fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(86_400))
    }

    /// RFC 3339 with any offset.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Timestamp(t.as_microsecond()))
    }

    /// RFC 3339 that ends in `Z`, as `occurredAt` must.
    pub fn parse_utc(text: &str) -> Option<Self> {
        if !text.ends_with('Z') || !text.contains('T') {
            return None;
        }
        Timestamp::parse(text)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(t) => write!(f, "{t:.3}"),
            // Outside of the years −9999…9999, which only a damaged row can hold.
            Err(_) => f.write_str("0000-01-01T00:00:00.000Z"),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date-time"})
    }
}

impl AsParam for Timestamp {
    fn as_param(&self) -> Param<'_> {
        Param::Int(self.0)
    }
}

impl FromValue for Timestamp {
    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        i64::from_value(value).map(Timestamp)
    }
}

/// Where the time comes from: the machine, or a test.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

pub fn system_clock() -> Clock {
    Arc::new(Timestamp::now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_and_z() {
        assert_eq!(Timestamp::from_micros(1_767_225_600_123_456).to_string(), "2026-01-01T00:00:00.123Z");
        assert_eq!(Timestamp::from_micros(1_767_225_600_000_000).to_string(), "2026-01-01T00:00:00.000Z");
    }

    #[test]
    fn only_utc_is_read() {
        assert_eq!(Timestamp::parse_utc("2026-01-01T00:00:00Z"), Some(Timestamp(1_767_225_600_000_000)));
        assert_eq!(Timestamp::parse_utc("2026-01-01T00:00:00+00:00"), None);
        assert_eq!(Timestamp::parse_utc("2026-13-01T00:00:00Z"), None);
        assert_eq!(Timestamp::parse_utc("2026-01-01Z"), None);
        let begin = Timestamp::parse_utc("2026-01-01T00:00:00Z");
        assert_eq!(Timestamp::parse("2025-12-31T21:00:00-03:00"), begin);
        assert_eq!(Timestamp::parse("2026-01-01T00:00:00"), None, "of no place it is no instant");
    }
}
