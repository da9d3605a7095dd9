//! How fast may be sent: to everybody from one number, and to one person.

use std::collections::HashMap;

use crate::knobs::Knobs;

/// Two leaky buckets (the "generic cell rate algorithm"): each remembers when it will be empty.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    numbers: HashMap<String, f64>,
    pairs: HashMap<(String, usize), f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TooFast {
    /// 130429
    Number,
    /// 131056
    Pair,
}

impl Limits {
    /// Takes a place for one message, or says which limit is in the way. A refused message takes no place.
    pub(crate) fn take(&mut self, knobs: &Knobs, number: &str, person: usize, now_ms: i64) -> Result<(), TooFast> {
        let now = now_ms as f64;
        let by_number = knobs.messages_per_second.map(|rate| (1000.0 / f64::from(rate), f64::from(rate)));
        let by_pair = knobs.pair_interval_ms.map(|interval| (interval as f64, f64::from(knobs.pair_burst)));
        let number_next = next(self.numbers.get(number), by_number, now).ok_or(TooFast::Number)?;
        let pair = (number.to_owned(), person);
        let pair_next = next(self.pairs.get(&pair), by_pair, now).ok_or(TooFast::Pair)?;
        self.numbers.insert(number.to_owned(), number_next);
        self.pairs.insert(pair, pair_next);
        Ok(())
    }
}

/// When the bucket will be empty after one more, or nothing where it would run over.
fn next(empty_at: Option<&f64>, limit: Option<(f64, f64)>, now: f64) -> Option<f64> {
    let empty_at = empty_at.copied().unwrap_or(now).max(now);
    let Some((interval, burst)) = limit else { return Some(now) };
    (empty_at - now <= (burst - 1.0) * interval + 0.001).then_some(empty_at + interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_five_to_one_person_then_one_each_six_seconds() {
        let knobs = Knobs { messages_per_second: None, ..Knobs::default() };
        let mut limits = Limits::default();
        for _ in 0..45 {
            assert_eq!(limits.take(&knobs, "1", 0, 0), Ok(()));
        }
        assert_eq!(limits.take(&knobs, "1", 0, 0), Err(TooFast::Pair));
        assert_eq!(limits.take(&knobs, "1", 1, 0), Ok(()), "somebody else");
        assert_eq!(limits.take(&knobs, "1", 0, 5_999), Err(TooFast::Pair));
        assert_eq!(limits.take(&knobs, "1", 0, 6_000), Ok(()));
        assert_eq!(limits.take(&knobs, "1", 0, 6_000), Err(TooFast::Pair));
    }

    #[test]
    fn eighty_a_second_from_one_number() {
        let knobs = Knobs::default();
        let mut limits = Limits::default();
        let taken = (0..200).filter(|person| limits.take(&knobs, "1", *person, 0).is_ok()).count();
        assert_eq!(taken, 80);
        assert_eq!(limits.take(&knobs, "1", 900, 0), Err(TooFast::Number));
        assert_eq!(limits.take(&knobs, "2", 900, 0), Ok(()), "another number");
        let taken = (0..200).filter(|person| limits.take(&knobs, "1", 1000 + *person, 1_000).is_ok()).count();
        assert_eq!(taken, 80);
    }
}
