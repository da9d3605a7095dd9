//! What counting costs that each call of a deprecated operation is: the lock, the look-up, the sum. Its writing goes on
//! every three seconds, whatever was called meanwhile, and is not in it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use api::lifecycle::Ledger;
use crm::Timestamp;
use crm::id::{ApiKeyId, OrganizationId};

const CALLS: u32 = 1_000_000;

/// The mean over a million calls of 64 keys and three user agents.
pub fn one_call() -> Duration {
    let ledger = Ledger::default();
    let agents =
        [&b"curl/8.14.1"[..], b"python-requests/2.32.3", b"Mozilla/5.0 (X11; Linux x86_64) n8n/1.120.4 (workflow 17)"];
    let began = Instant::now();
    for n in 0..CALLS {
        let key = ApiKeyId(uuid::Uuid::from_u128(u128::from(n % 64)));
        let agent = agents[(n % 3) as usize];
        let now = Timestamp::from_micros(1_800_000_000_000_000 + i64::from(n));
        black_box(&ledger).count(OrganizationId::default(), "ai-message", key, black_box(agent), now);
    }
    began.elapsed() / CALLS
}
