//! A bounded mutation fuzzer in one process: `fuzz SECONDS [SEED]`. Mutates the evaluation records byte by byte and member
//! by member and runs everything that reads outside data: the JSON reader (both modes), phones, the engine, explicit values.
//! Any panic ends it with the input that did it on stderr.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use structuring::eval::Record;
use structuring::json::Mode;
use structuring::{Definitions, Explicit, Json, Learnt, Request, phone, read_email, read_value, structure};

/// Where the dice begin; not zero.
pub const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

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
    "🇨🇱",
    "\u{301}",
    "+",
    "00",
    "@",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ":",
    ",",
    "null",
    "1e400",
    "-",
    ".",
    "\n",
    "15",
    "521",
    "549",
    "9",
    " al ",
    "mil",
    "millones",
    "R$",
    "%",
    "<",
    "BEGIN:VCARD\\n",
    "TEL:",
    "soy ",
    "a: b; c: d",
    "99999999999999999999",
    "30/02/2025",
    "\u{202e}",
    "İ",
    "ß",
    "½",
    "١٢٣",
    "１２３",
    "wa.me/",
    "http://",
    "arroba x punto ",
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
                let to = (from + dice.below(40)).min(other.len());
                text.splice(at..at, other[from..to].iter().copied());
            }
            4 => {
                let to = (at + dice.below(30)).min(text.len());
                text.drain(at..to);
            }
            _ => {
                let to = (at + dice.below(60)).min(text.len());
                let piece = text[at..to].to_vec();
                text.splice(at..at, piece);
            }
        }
    }
    text.truncate(100_000);
}

fn try_all(text: &[u8], definitions: &Definitions, country: &str) {
    let _ = Json::parse(text, Mode::Strict);
    let written = String::from_utf8_lossy(text);
    let slice: String = written.chars().take(60).collect();
    let _ = phone::read_possible(&slice, Some(country));
    let _ = phone::from_wa_id(&slice);
    let _ = read_email(&slice);
    for definition in definitions.iter() {
        let _ = read_value(definition, &Json::from(slice.as_str()), Some(country));
    }
    // What is not JSON is a text in one.
    let data = Json::parse(text, Mode::Lenient).unwrap_or_else(|_| Json::Array(vec![Json::from(written.as_ref())]));
    let outcome = structure(&Request {
        definitions,
        learnt: &Learnt::default(),
        source: "fuzz",
        country: Some(country),
        data: &data,
        explicit: &Explicit::default(),
    });
    let wire = serde_json::to_string(&outcome);
    assert!(wire.is_ok(), "the outcome serialises");
    let again = Json::parse(data.to_string().as_bytes(), Mode::Strict);
    // Only a tree made by hand can hold U+0000, which the strict reader refuses.
    assert!(text.contains(&0) || again.is_ok_and(|again| again == data), "what is written reads back");
}

/// Runs mutated records as long as `more` (asked with the number of runs so far) says so; answers how many ran.
pub fn fuzz(seed: u64, mut more: impl FnMut(u64) -> bool) -> Result<u64, Box<dyn std::error::Error>> {
    let mut dice = Dice(seed);
    let mut records = Vec::new();
    for file in ["dev", "fresh", "fresh2"] {
        let text = std::fs::read_to_string(format!("{}/tests/data/{file}.jsonl", env!("CARGO_MANIFEST_DIR")))?;
        for line in text.lines() {
            let record = Record::read(line)?;
            let definitions = Definitions::compile(1, record.definitions);
            records.push((record.data.to_string().into_bytes(), definitions, record.country.unwrap_or_default()));
        }
    }
    let mut runs = 0_u64;
    while more(runs) {
        let at = dice.below(records.len());
        let other = dice.below(records.len());
        let mut text = records[at].0.clone();
        mutate(&mut text, &records[other].0, &mut dice);
        let (_, definitions, country) = &records[at];
        if catch_unwind(AssertUnwindSafe(|| try_all(&text, definitions, country))).is_err() {
            return Err(format!("a panic: run {runs}, {country}: {}", String::from_utf8_lossy(&text)).into());
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
