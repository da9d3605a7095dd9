//! A bounded mutation fuzzer in one process: `fuzz_webhook SECONDS [SEED]`. Mutates payloads of every shape byte by byte and
//! piece by piece; whatever comes of it is read, or said to be no JSON. A panic ends it with the input on stderr.

#[path = "../../../tools/mutation.rs"]
mod mutation;

use std::error::Error;

use mutation::Mutation;
pub use mutation::SEED;
use providers::whatsapp_cloud::is_signed;
use providers::whatsapp_cloud::webhook::{MOST_RAW, read};

/// A payload a line: every shape that Meta documents, with invented people.
pub const SHAPES: &str = include_str!("../tests/data/webhooks.jsonl");

const SPICE: &[&str] = &[
    "\\u0000",
    "\\ud800",
    "é",
    "😀",
    "null",
    "{}",
    "[]",
    "\"\"",
    "-1",
    "1e400",
    "true",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ":",
    ",",
    "99999999999999999999",
    "\"wa_id\":",
    "\"from\":",
    "\"from_user_id\":\"US.1\"",
    "\"type\":\"edit\"",
    "\"context\":",
    "\"messages\":[",
    "\"statuses\":[",
    "\"contacts\":[",
    "US.ENT.",
    "wamid.",
    "\u{202e}",
];

const MUTATION: Mutation = Mutation { spice: SPICE, borrowed: 80, repeated: 200, longest: 200_000 };

/// What holds of every reading.
pub fn check(text: &[u8]) {
    let _ = is_signed("secret", text, std::str::from_utf8(text).ok());
    let Ok(found) = read(text) else { return };
    assert!(!found.is_empty(), "a payload always says something");
    for routed in found {
        match routed.item {
            crm::messages::Item::Message(incoming) => {
                assert!(
                    incoming.person.is_somebody() && incoming.provider_id.len() <= 600 && !incoming.kind.is_empty()
                );
                assert!(incoming.payload.is_none_or(|payload| payload.len() <= MOST_RAW));
            }
            crm::messages::Item::Leftover(kept) => assert!(kept.raw.len() <= MOST_RAW),
            _ => {}
        }
    }
}

/// Runs mutated payloads as long as `more` (asked with the number of runs so far) says so; answers how many ran.
pub fn fuzz(seed: u64, more: impl FnMut(u64) -> bool) -> Result<u64, Box<dyn Error>> {
    let shapes: Vec<&[u8]> = SHAPES.lines().filter(|line| !line.is_empty()).map(str::as_bytes).collect();
    MUTATION.run(seed, &shapes, more, |_, text| check(text))
}

#[cfg_attr(test, expect(dead_code, reason = "the smoke test calls fuzz itself"))]
fn main() -> Result<(), Box<dyn Error>> {
    mutation::main(|seed, more| fuzz(seed, more))
}
