//! How fast a number may send: a token bucket for all, and one for each person.

use std::collections::HashMap;

use crm::Timestamp;
use crm::id::ContactId;

/// WhatsApp lets a number send so many a second.
pub const PER_SECOND: u32 = 80;
/// To one person one message each six seconds, of which up to 45 may be sent ahead.
const PAIR_SECONDS: i64 = 6;
const PAIR_BURST: i64 = 45;
/// Persons kept at most; beyond, those that may send a whole burst again are forgotten, which changes nothing.
const PERSONS: usize = 50_000;
const SECOND: i64 = 1_000_000;

/// Tokens that fill up with time. A clock that jumps back neither gives nor takes.
#[derive(Debug, Clone)]
struct Bucket {
    /// In microseconds of filling.
    level: i64,
    at: Timestamp,
}

impl Bucket {
    fn level(&self, full: i64, now: Timestamp) -> i64 {
        (self.level + (now.micros() - self.at.micros()).max(0)).min(full)
    }

    fn take(&mut self, full: i64, cost: i64, now: Timestamp) {
        self.level = self.level(full, now) - cost;
        self.at = self.at.max(now);
    }
}

#[derive(Debug)]
pub struct Pace {
    /// Microseconds a message.
    cost: i64,
    number: Bucket,
    persons: HashMap<ContactId, Bucket>,
    /// Nothing before this.
    held_until: Timestamp,
}

impl Pace {
    pub fn new(per_second: u32, now: Timestamp) -> Pace {
        let cost = SECOND / i64::from(per_second.max(1));
        Pace { cost, number: Bucket { level: SECOND, at: now }, persons: HashMap::new(), held_until: now }
    }

    /// How many may go now.
    pub fn available(&self, now: Timestamp) -> usize {
        if now < self.held_until {
            return 0;
        }
        usize::try_from(self.number.level(SECOND, now) / self.cost).unwrap_or(0)
    }

    /// Microseconds until one may go; 0: now.
    pub fn wait(&self, now: Timestamp) -> i64 {
        let held = (self.held_until.micros() - now.micros()).max(0);
        held.max((self.cost - self.number.level(SECOND, now)).max(0))
    }

    /// Microseconds for which this person has to be left alone; 0: not at all.
    pub fn wait_for(&self, person: ContactId, now: Timestamp) -> i64 {
        const FULL: i64 = PAIR_BURST * PAIR_SECONDS * SECOND;
        let level = self.persons.get(&person).map_or(FULL, |bucket| bucket.level(FULL, now));
        (PAIR_SECONDS * SECOND - level).max(0)
    }

    /// One goes to this person.
    pub fn take(&mut self, person: ContactId, now: Timestamp) {
        const FULL: i64 = PAIR_BURST * PAIR_SECONDS * SECOND;
        self.number.take(SECOND, self.cost, now);
        if self.persons.len() >= PERSONS {
            self.persons.retain(|_, bucket| bucket.level(FULL, now) < FULL);
        }
        let bucket = self.persons.entry(person).or_insert(Bucket { level: FULL, at: now });
        bucket.take(FULL, PAIR_SECONDS * SECOND, now);
    }

    /// The provider asked for a rest.
    pub fn hold(&mut self, until: Timestamp) {
        self.held_until = self.held_until.max(until);
    }

    pub fn is_held(&self, now: Timestamp) -> bool {
        now < self.held_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn person(n: u128) -> ContactId {
        ContactId(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn a_number_sends_eighty_a_second() {
        let mut pace = Pace::new(80, START);
        assert_eq!(pace.available(START), 80);
        for n in 0..80 {
            pace.take(person(n), START);
        }
        assert_eq!((pace.available(START), pace.wait(START)), (0, 12_500));
        assert_eq!(pace.available(START.plus_seconds(-5)), 0);
        let half = Timestamp::from_micros(START.micros() + 500_000);
        assert_eq!(pace.available(half), 40);
        assert_eq!(pace.available(START.plus_seconds(3600)), 80);
    }

    #[test]
    fn a_person_gets_a_burst_and_then_one_each_six_seconds() {
        let mut pace = Pace::new(1000, START);
        for _ in 0..45 {
            assert_eq!(pace.wait_for(person(1), START), 0);
            pace.take(person(1), START);
        }
        assert_eq!((pace.wait_for(person(1), START), pace.wait_for(person(2), START)), (6_000_000, 0));
        let later = START.plus_seconds(6);
        assert_eq!(pace.wait_for(person(1), later), 0);
        pace.take(person(1), later);
        assert_eq!(pace.wait_for(person(1), later), 6_000_000);
    }

    #[test]
    fn a_rest_is_kept() {
        let mut pace = Pace::new(80, START);
        pace.hold(START.plus_seconds(10));
        pace.hold(START.plus_seconds(5));
        assert_eq!((pace.available(START.plus_seconds(9)), pace.is_held(START.plus_seconds(9))), (0, true));
        assert_eq!(pace.wait(START.plus_seconds(9)), 1_000_000);
        assert_eq!(pace.available(START.plus_seconds(10)), 80);
    }
}
