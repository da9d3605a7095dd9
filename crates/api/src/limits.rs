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

/// What goes back further than this was set, not corrected.
const JUMP_SECONDS: f64 = 60.0;

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
        let full = f64::from(self.rate.requests);
        let per_second = full / f64::from(self.rate.seconds);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS {
            let refilled = |b: &Bucket| b.tokens + elapsed(b.at, now) * per_second >= full;
            buckets.retain(|_, bucket| !refilled(bucket));
        }
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: full, at: now });
        bucket.tokens = (bucket.tokens + elapsed(bucket.at, now) * per_second).min(full);
        // A clock that goes back a little gives nothing; one that was set back must not hold everybody up until it is there again.
        let set_back = elapsed(now, bucket.at) > JUMP_SECONDS;
        bucket.at = if set_back { now } else { bucket.at.max(now) };
        let policy = format!("\"{}\";q={};w={}", self.name, self.rate.requests, self.rate.seconds);
        if bucket.tokens < 1.0 {
            let wait = ((1.0 - bucket.tokens) / per_second).ceil().max(1.0);
            return Err(Problem::new(429, "rate_limited", "Too many requests; wait as long as Retry-After says.")
                .header("retry-after", format!("{wait:.0}"))
                .header("ratelimit", format!("\"{}\";r=0;t={wait:.0}", self.name))
                .header("ratelimit-policy", policy));
        }
        bucket.tokens -= 1.0;
        let refill = ((full - bucket.tokens) / per_second).ceil();
        let left = bucket.tokens.floor();
        Ok([("ratelimit", format!("\"{}\";r={left:.0};t={refill:.0}", self.name)), ("ratelimit-policy", policy)])
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
        // Set back by a day: it refills from there.
        let yesterday = start.plus_days(-1);
        while limiter.take(1, yesterday).is_ok() {}
        limiter.take(1, yesterday.plus_seconds(5)).unwrap();
    }

    #[test]
    fn rates_are_read() {
        assert_eq!(Rate::parse("100/s"), Some(Rate { requests: 100, seconds: 1 }));
        assert_eq!(Rate::parse("1000/h"), Some(Rate { requests: 1000, seconds: 3600 }));
        assert!(Rate::parse("0/s").is_none() && Rate::parse("5/d").is_none() && Rate::parse("5").is_none());
    }
}
