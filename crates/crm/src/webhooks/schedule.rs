//! When something is tried again, and when an endpoint is left in peace.

use crate::time::Timestamp;

/// A try that has no answer by then has failed.
pub const CALL_SECONDS: i64 = 15;
/// A try that nobody has told the end of by then is taken for abandoned: its server was killed. Another makes it.
pub const CLAIM_SECONDS: i64 = 30;
/// An endpoint is given up when every try failed for so long.
pub(super) const FAILING_SECONDS: i64 = 5 * 86_400;
/// What waits after each failed try; after as many as there are here, and one, it is given up.
const WAITS: [i64; 9] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// A receiver may ask for so long with `Retry-After`: an event, and all of its events.
const LONGEST_ASKED: i64 = 86_400;
const LONGEST_ASKED_OF_ALL: i64 = 3600;
/// From so many failures in a row on the endpoint is paused, from the shorter time to the longer.
pub(super) const BREAKS_AT: i64 = 5;
const SHORTEST_PAUSE: i64 = 5;
const LONGEST_PAUSE: i64 = 300;

/// After so many failed tries, this one among them; none: it was the last. `chance` is 0 to 1: the wait is a tenth
/// shorter to a tenth longer, so that what failed together does not come back together.
pub(super) fn next_try(now: Timestamp, attempts: i64, chance: f64, asked: Option<i64>) -> Option<Timestamp> {
    let wait = *WAITS.get(usize::try_from(attempts - 1).ok()?)?;
    let wait = (wait as f64 * (0.9 + 0.2 * chance.clamp(0.0, 1.0)) * 1e6) as i64;
    let asked = asked.unwrap_or(0).clamp(0, LONGEST_ASKED) * 1_000_000;
    Some(Timestamp::from_micros(now.micros().saturating_add(wait.max(asked))))
}

/// Until when an endpoint is not called after so many failures in a row.
pub(super) fn pause_until(now: Timestamp, failures: i64, asked: Option<i64>) -> Timestamp {
    let asked = asked.unwrap_or(0).clamp(0, LONGEST_ASKED_OF_ALL);
    let broken = match failures - BREAKS_AT {
        over if over < 0 => 0,
        over => (SHORTEST_PAUSE << over.min(8)).min(LONGEST_PAUSE),
    };
    let pause = broken.max(asked);
    if pause == 0 { Timestamp::default() } else { now.plus_seconds(pause) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(attempts: i64, chance: f64, asked: Option<i64>) -> Option<i64> {
        next_try(Timestamp::default(), attempts, chance, asked).map(|at| at.micros() / 1_000_000)
    }

    #[test]
    fn ten_tries_within_some_three_days() {
        let waits: Vec<i64> = (1..10).map(|attempts| wait(attempts, 0.5, None).unwrap()).collect();
        assert_eq!(waits, WAITS);
        assert_eq!(wait(10, 0.5, None), None);
        assert!((3 * 86_400..=4 * 86_400).contains(&waits.iter().sum::<i64>()));
        assert_eq!((wait(2, 0.0, None), wait(2, 1.0, None)), (Some(270), Some(330)));
    }

    #[test]
    fn a_receiver_may_ask_for_more_time_but_not_for_ever() {
        assert_eq!(wait(1, 0.5, Some(60)), Some(60));
        assert_eq!(wait(2, 0.5, Some(1)), Some(300));
        assert_eq!(wait(1, 0.5, Some(i64::MAX)), Some(LONGEST_ASKED));
        assert_eq!(wait(1, 0.5, Some(-5)), Some(5));
        let pause = |failures, asked| pause_until(Timestamp::default(), failures, asked).micros() / 1_000_000;
        assert_eq!(pause(1, Some(i64::MAX)), LONGEST_ASKED_OF_ALL);
        assert_eq!([1, 4, 5, 6, 8, 11, 400].map(|failures| pause(failures, None)), [0, 0, 5, 10, 40, 300, 300]);
    }
}
