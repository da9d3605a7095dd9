//! A bounded mutation fuzzer in one process: `fuzz_webhook SECONDS [SEED]`. Mutates payloads of every shape byte by byte and
//! piece by piece; whatever comes of it is read, or said to be no JSON. A panic ends it with the input on stderr.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use providers::whatsapp_cloud::is_signed;
use providers::whatsapp_cloud::webhook::{MOST_RAW, read};

/// Where the dice begin; not zero.
pub const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// A payload a line: every shape that Meta documents, with invented people.
pub const SHAPES: &str = include_str!("../tests/data/webhooks.jsonl");

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(most.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}

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

fn mutate(text: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    for _ in 0..=dice.below(6) {
        let at = dice.below(text.len() + 1);
        match dice.below(6) {
            0 if at < text.len() => text[at] = u8::try_from(dice.below(256)).unwrap_or(0),
            1 if at < text.len() => {
                text.remove(at);
            }
            2 => {
                let spice = SPICE[dice.below(SPICE.len())].as_bytes();
                text.splice(at..at, spice.iter().copied());
            }
            3 => {
                let from = dice.below(other.len());
                let to = (from + dice.below(80)).min(other.len());
                text.splice(at..at, other[from..to].iter().copied());
            }
            4 => {
                let to = (at + dice.below(30)).min(text.len());
                text.drain(at..to);
            }
            _ => {
                let to = (at + dice.below(200)).min(text.len());
                let piece = text[at..to].to_vec();
                text.splice(at..at, piece);
            }
        }
    }
    text.truncate(200_000);
}

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
pub fn fuzz(seed: u64, mut more: impl FnMut(u64) -> bool) -> Result<u64, Box<dyn std::error::Error>> {
    let mut dice = Dice(seed);
    let shapes: Vec<&[u8]> = SHAPES.lines().filter(|line| !line.is_empty()).map(str::as_bytes).collect();
    let mut runs = 0_u64;
    while more(runs) {
        let mut text = shapes[dice.below(shapes.len())].to_vec();
        mutate(&mut text, shapes[dice.below(shapes.len())], &mut dice);
        if catch_unwind(AssertUnwindSafe(|| check(&text))).is_err() {
            return Err(format!("a panic: run {runs}: {}", String::from_utf8_lossy(&text)).into());
        }
        runs += 1;
    }
    Ok(runs)
}

#[cfg_attr(test, expect(dead_code, reason = "the smoke test calls fuzz itself"))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds: u64 = std::env::args().nth(1).unwrap_or_default().parse().unwrap_or(10);
    let seed = std::env::args().nth(2).and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    let until = Instant::now() + Duration::from_secs(seconds);
    let runs = fuzz(seed, |_| Instant::now() < until)?;
    println!("{runs} runs in {seconds} s, no panic");
    Ok(())
}
