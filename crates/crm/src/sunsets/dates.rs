//! Phases by date alone. Months are calendar months in UTC; what falls on a day that a month lacks is on its last one.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::time::Timestamp;
use crate::wire_enum;

const MONTHS_TO_WARNING: i64 = 6;
const MONTHS_TO_REMOVAL: i64 = 12;
const EPOCH: Date = Date::constant(1970, 1, 1);
const SECONDS_A_DAY: i64 = 86_400;

wire_enum! {
    pub enum Phase {
        /// The operator announces it later than the program would: nothing shows yet.
        Planned = "planned",
        /// It works, and its answers say when it ends.
        Announced = "announced",
        /// It works, and its answers carry the request to send instead.
        Warning = "warning",
        /// It answers 410.
        Removed = "removed",
    }
}

/// Everything that follows from the day of the announcement. Each phase begins at midnight UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dates {
    pub announced_on: Date,
    pub warns_from: Date,
    pub removed_on: Date,
}

impl Dates {
    pub fn from_announcement(announced_on: Date) -> Dates {
        let after = |months| announced_on.saturating_add(jiff::Span::new().months(months));
        Dates { announced_on, warns_from: after(MONTHS_TO_WARNING), removed_on: after(MONTHS_TO_REMOVAL) }
    }

    pub fn phase(&self, on: Date) -> Phase {
        if on >= self.removed_on {
            Phase::Removed
        } else if on >= self.warns_from {
            Phase::Warning
        } else if on >= self.announced_on {
            Phase::Announced
        } else {
            Phase::Planned
        }
    }

    /// Until the removal: 0 on its day, negative after it.
    pub fn days_left(&self, on: Date) -> i64 {
        day_number(self.removed_on) - day_number(on)
    }
}

/// Days since 1970, as they are stored.
pub fn day_number(date: Date) -> i64 {
    date.duration_since(EPOCH).as_secs() / SECONDS_A_DAY
}

/// The same of an instant, in UTC.
pub fn day_of(at: Timestamp) -> i64 {
    at.micros().div_euclid(SECONDS_A_DAY * 1_000_000)
}

/// The day of an instant in UTC; 1970 for one that no calendar has.
pub fn date_of(at: Timestamp) -> Date {
    let known = jiff::Timestamp::from_microsecond(at.micros());
    known.map_or(EPOCH, |at| at.to_zoned(TimeZone::UTC).date())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Year, month, day so many months on, worked out without the calendar library.
    fn months_on((year, month, day): (i16, i8, i8), months: i16) -> (i16, i8, i8) {
        let index = year * 12 + i16::from(month) - 1 + months;
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let length = match month {
            2 => 28 + i8::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        (year, month as i8, day.min(length))
    }

    #[test]
    fn every_day_of_five_years_as_announcement_and_thirteen_months_from_it() {
        let mut announced = Date::constant(2026, 12, 1);
        while announced < Date::constant(2031, 12, 31) {
            let dates = Dates::from_announcement(announced);
            let start = (announced.year(), announced.month(), announced.day());
            let parts = |date: Date| (date.year(), date.month(), date.day());
            assert_eq!(parts(dates.warns_from), months_on(start, 6), "{announced}");
            assert_eq!(parts(dates.removed_on), months_on(start, 12), "{announced}");
            let mut on = announced.yesterday().unwrap();
            for _ in 0..400 {
                let date = parts(on);
                let expected = match date {
                    _ if date >= months_on(start, 12) => Phase::Removed,
                    _ if date >= months_on(start, 6) => Phase::Warning,
                    _ if date >= start => Phase::Announced,
                    _ => Phase::Planned,
                };
                assert_eq!(dates.phase(on), expected, "announced {announced}, on {on}");
                assert_eq!(dates.days_left(on) <= 0, expected == Phase::Removed, "announced {announced}, on {on}");
                on = on.tomorrow().unwrap();
            }
            announced = announced.tomorrow().unwrap();
        }
    }

    #[test]
    fn ends_of_months_and_days_of_instants() {
        let dates = Dates::from_announcement(Date::constant(2026, 8, 31));
        assert_eq!(dates.warns_from, Date::constant(2027, 2, 28));
        assert_eq!(dates.removed_on, Date::constant(2027, 8, 31));
        assert_eq!(Dates::from_announcement(Date::constant(2028, 2, 29)).removed_on, Date::constant(2029, 2, 28));
        assert_eq!(dates.days_left(Date::constant(2027, 8, 30)), 1);
        for (text, day) in [("1970-01-01T23:59:59Z", 0), ("1970-01-02T00:00:00Z", 1), ("1969-12-31T23:59:59Z", -1)] {
            let at = Timestamp::parse_utc(text).unwrap();
            assert_eq!((day_of(at), day_number(date_of(at))), (day, day), "{text}");
        }
    }
}
