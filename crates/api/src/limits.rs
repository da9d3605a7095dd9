//! How much one caller may ask for: sizes of bodies, and requests per time as token buckets in memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use crm::Timestamp;

use crate::problem::Problem;

/// JSON bodies.
pub const JSON_BODY: usize = 1024 * 1024;
/// What comes before anybody is known.
pub const SIGN_IN_BODY: usize = 16 * 1024;
/// What providers post; WhatsApp sends up to 3 MB and repeats a refusal for a week.
pub const HOOK_BODY: usize = 4 * 1024 * 1024;
/// All of them together, as long as nobody knows whether who sends them may.
pub const HOOK_ROOM: usize = 64 * 1024 * 1024;
/// How long a client may take to send its body.
pub const BODY_SECONDS: u64 = 30;
/// The same for a file, which may have a hundred megabytes.
pub const FILE_SECONDS: u64 = 600;
/// Of a body that is refused unread, so much is taken in, for so long, before the connection closes.
pub const DRAINED: usize = 16 * 1024 * 1024;
pub const DRAIN_SECONDS: u64 = 5;
/// Buckets kept at most; beyond, those that are full again are forgotten.
const BUCKETS: usize = 100_000;

/// So many requests in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub requests: u32,
    pub seconds: u32,
}

impl Rate {
    /// `100/s`, `1000/h`, `60/m`.
    pub fn parse(text: &str) -> Option<Rate> {
        let (requests, unit) = text.split_once('/')?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => return None,
        };
        let requests: u32 = requests.parse().ok().filter(|n| (1..=10_000_000).contains(n))?;
        Some(Rate { requests, seconds })
    }
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Timestamp,
}

/// Token buckets of one rate.
#[derive(Debug)]
pub struct Limiter<K> {
    name: &'static str,
    rate: Rate,
    buckets: Mutex<HashMap<K, Bucket>>,
}

impl<K: Eq + Hash> Limiter<K> {
    pub fn new(name: &'static str, rate: Rate) -> Self {
        Limiter { name, rate, buckets: Mutex::new(HashMap::new()) }
    }

    /// Takes one token; the headers say what is left (draft-ietf-httpapi-ratelimit-headers). 429 when there is none.
    pub fn take(&self, key: K, now: Timestamp) -> Result<[(&'static str, String); 2], Problem> {
        self.take_many(key, 1, now)
    }

    /// The same with so many at once; more than a full bucket has are never there.
    pub fn take_many(&self, key: K, wanted: u32, now: Timestamp) -> Result<[(&'static str, String); 2], Problem> {
        let full = f64::from(self.rate.requests);
        let wanted = f64::from(wanted);
        let per_second = full / f64::from(self.rate.seconds);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS {
            let refilled = |b: &Bucket| b.tokens + elapsed(b.at, now) * per_second >= full;
            buckets.retain(|_, bucket| !refilled(bucket));
        }
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: full, at: now });
        bucket.tokens = (bucket.tokens + elapsed(bucket.at, now) * per_second).min(full);
        // A clock that jumps back takes nothing that was earned, and keeps nobody waiting until it has caught up.
        bucket.at = now;
        let policy = format!("\"{}\";q={};w={}", self.name, self.rate.requests, self.rate.seconds);
        if bucket.tokens < wanted {
            let wait = ((wanted - bucket.tokens) / per_second).ceil().max(1.0);
            return Err(Problem::new(429, "rate_limited", "Too many requests; wait as long as Retry-After says.")
                .header("retry-after", format!("{wait:.0}"))
                .header("ratelimit", format!("\"{}\";r={:.0};t={wait:.0}", self.name, bucket.tokens.floor()))
                .header("ratelimit-policy", policy));
        }
        bucket.tokens -= wanted;
        let refill = ((full - bucket.tokens) / per_second).ceil();
        let left = bucket.tokens.floor();
        Ok([("ratelimit", format!("\"{}\";r={left:.0};t={refill:.0}", self.name)), ("ratelimit-policy", policy)])
    }

    /// What was taken and not used.
    pub fn give_back(&self, key: &K, unused: u32) {
        let full = f64::from(self.rate.requests);
        if let Some(bucket) = self.buckets.lock().unwrap_or_else(PoisonError::into_inner).get_mut(key) {
            bucket.tokens = (bucket.tokens + f64::from(unused)).min(full);
        }
    }
}

fn elapsed(from: Timestamp, to: Timestamp) -> f64 {
    ((to.micros() - from.micros()).max(0) as f64) / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_refills() {
        let limiter = Limiter::new("test", Rate { requests: 2, seconds: 10 });
        let start = Timestamp::from_micros(1_800_000_000_000_000);
        assert_eq!(limiter.take(1, start).unwrap()[0].1, "\"test\";r=1;t=5");
        limiter.take(1, start).unwrap();
        let refused = limiter.take(1, start).unwrap_err();
        assert_eq!((refused.status, refused.headers[0].1.as_str()), (429, "5"));
        limiter.take(2, start).unwrap();
        limiter.take(1, start.plus_seconds(5)).unwrap();
        // Back in time: nothing gained, nothing lost.
        assert!(limiter.take(1, start).is_err());
        limiter.take(1, start.plus_seconds(10)).unwrap();
        // An hour back: the bucket fills as fast as ever.
        let back = start.plus_seconds(-3600);
        limiter.take(1, back).unwrap();
        assert!(limiter.take(1, back).is_err());
        limiter.take(1, back.plus_seconds(5)).unwrap();
    }

    #[test]
    fn many_at_once_and_some_of_it_back() {
        let limiter = Limiter::new("test", Rate { requests: 10, seconds: 10 });
        let start = Timestamp::from_micros(1_800_000_000_000_000);
        limiter.take_many(1, 7, start).unwrap();
        let refused = limiter.take_many(1, 5, start).unwrap_err();
        assert_eq!(refused.headers[0].1, "2");
        limiter.give_back(&1, 2);
        limiter.take_many(1, 5, start).unwrap();
        limiter.give_back(&1, 99);
        assert!(limiter.take_many(1, 11, start).is_err(), "never more than a full one");
        limiter.take_many(1, 10, start).unwrap();
    }

    #[test]
    fn rates_are_read() {
        assert_eq!(Rate::parse("100/s"), Some(Rate { requests: 100, seconds: 1 }));
        assert_eq!(Rate::parse("1000/h"), Some(Rate { requests: 1000, seconds: 3600 }));
        assert!(Rate::parse("0/s").is_none() && Rate::parse("5/d").is_none() && Rate::parse("5").is_none());
    }
}
