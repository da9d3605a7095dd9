//! When somebody is there to answer.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// On these days of the week from … to …, by the organization's clock. What goes past midnight is two of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hours {
    /// 1 is Monday, 7 is Sunday.
    pub days: Vec<i64>,
    /// `09:00`
    pub from: String,
    /// `18:30`; `24:00` is midnight.
    pub to: String,
}

impl Hours {
    /// Minutes after midnight; none where it is no such time.
    pub fn minutes(text: &str) -> Option<i16> {
        let (hours, minutes) = text.split_once(':')?;
        let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(hours) || !digits(minutes) {
            return None;
        }
        let (hours, minutes): (i16, i16) = (hours.parse().ok()?, minutes.parse().ok()?);
        ((hours < 24 && minutes < 60) || (hours == 24 && minutes == 0)).then_some(hours * 60 + minutes)
    }
}

/// Whether somebody is there; without any hours always. A zone that is none is UTC.
pub fn is_open(hours: &[Hours], time_zone: &str, now: Timestamp) -> bool {
    if hours.is_empty() {
        return true;
    }
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    let Ok(instant) = jiff::Timestamp::from_microsecond(now.micros()) else { return true };
    let there = instant.to_zoned(zone);
    let day = i64::from(there.weekday().to_monday_one_offset());
    let time: Time = there.time();
    let minute = i16::from(time.hour()) * 60 + i16::from(time.minute());
    hours.iter().any(|hours| {
        let (from, to) = (Hours::minutes(&hours.from), Hours::minutes(&hours.to));
        hours.days.contains(&day) && from.is_some_and(|from| from <= minute) && to.is_some_and(|to| minute < to)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_the_clock_of_the_organization() {
        let hours = [Hours { days: vec![1, 2, 3, 4, 5], from: "09:00".into(), to: "18:00".into() }];
        let at = |text: &str| is_open(&hours, "America/Santiago", Timestamp::parse_utc(text).unwrap());
        // 2026-12-01 is a Tuesday; Santiago is three hours behind in summer.
        assert!(!at("2026-12-01T11:59:00Z") && at("2026-12-01T12:00:00Z"));
        assert!(at("2026-12-01T20:59:59Z") && !at("2026-12-01T21:00:00Z"));
        assert!(!at("2026-12-05T15:00:00Z"), "a Saturday");
        assert!(is_open(&[], "America/Santiago", Timestamp::default()), "no hours: always");
    }

    #[test]
    fn times_of_a_day() {
        assert_eq!(Hours::minutes("00:00"), Some(0));
        assert_eq!(Hours::minutes("24:00"), Some(1440));
        for wrong in ["24:01", "9:00", "09:60", "25:00", "0900", "", "aa:bb", "+9:00"] {
            assert_eq!(Hours::minutes(wrong), None, "{wrong}");
        }
    }
}
