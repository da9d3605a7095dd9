//! Chance that a seed decides: the same calls in the same order get the same ids and the same shuffles.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// SplitMix64 (Steele, Lea, Flood 2014): small, and good enough for ids and shuffles. Nothing here is a secret.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `n`; 0 where `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let n = n.max(1) as u64;
        usize::try_from(self.next() % n).unwrap_or(0)
    }

    /// True in a share `p` of the cases: 0 is never, 1 always.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        unit < p
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// Meta's ids of objects: digits only, below 2^53, because webhooks carry some of them as JSON numbers.
    pub(crate) fn object_id(&mut self) -> String {
        (1_000_000_000_000_000 + self.next() % 1_000_000_000_000_000).to_string()
    }

    /// `wamid.` and base64 that holds the other side's number, as real ones do; callers must not look inside.
    pub(crate) fn message_id(&mut self, who: &str) -> String {
        let mut inside = vec![0x1d, 0x18];
        inside.push(u8::try_from(who.len()).unwrap_or(0));
        inside.extend_from_slice(who.as_bytes());
        inside.extend_from_slice(&[0x15, 0x02, 0x00, 0x11, 0x18, 0x14]);
        inside.extend_from_slice(format!("{:016X}{:04X}", self.next(), self.next() & 0xffff).as_bytes());
        inside.push(0);
        format!("wamid.{}", STANDARD.encode(inside))
    }

    pub(crate) fn token(&mut self) -> String {
        let mut bytes = Vec::with_capacity(16);
        bytes.extend_from_slice(&self.next().to_be_bytes());
        bytes.extend_from_slice(&self.next().to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

const fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The same text gives the same number under the same seed: ids that must not depend on the order of calls.
pub(crate) fn of_text(seed: u64, text: &str) -> u64 {
    text.bytes().fold(mix(seed ^ 0xa076_1d64_78bd_642f), |sum, byte| mix(sum ^ u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_everything() {
        let draw = |seed| {
            let mut random = Random::new(seed);
            let mut items: Vec<u32> = (0..50).collect();
            random.shuffle(&mut items);
            (items, random.message_id("15550001111"), random.object_id(), random.token())
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let mut sorted = draw(7).0;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn chance_knows_never_and_always() {
        let mut random = Random::new(1);
        assert!((0..1000).all(|_| !random.chance(0.0)));
        assert!((0..1000).all(|_| random.chance(1.0)));
        let half = (0..10_000).filter(|_| random.chance(0.5)).count();
        assert!((4_000..6_000).contains(&half), "{half}");
    }

    #[test]
    fn object_ids_fit_a_javascript_number() {
        let mut random = Random::new(3);
        assert!((0..1000).all(|_| random.object_id().parse::<u64>().unwrap() < 1 << 53));
    }
}
