//! A bounded mutation fuzzer in one process: `fuzz SECONDS [SEED]`. Mutates the evaluation records byte by byte and member
//! by member and runs everything that reads outside data: the JSON reader (both modes), phones, the engine, explicit values.
//! Any panic ends it with the input that did it on stderr.

#[path = "../../../tools/mutation.rs"]
mod mutation;

use std::error::Error;

use mutation::Mutation;
pub use mutation::SEED;
use structuring::eval::Record;
use structuring::json::Mode;
use structuring::{Definitions, Explicit, Json, Learnt, Request, phone, read_email, read_value, structure};

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

const MUTATION: Mutation = Mutation { spice: SPICE, borrowed: 40, repeated: 60, longest: 100_000 };

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
pub fn fuzz(seed: u64, more: impl FnMut(u64) -> bool) -> Result<u64, Box<dyn Error>> {
    let mut records = Vec::new();
    for file in ["dev", "fresh", "fresh2"] {
        let text = std::fs::read_to_string(format!("{}/tests/data/{file}.jsonl", env!("CARGO_MANIFEST_DIR")))?;
        for line in text.lines() {
            let record = Record::read(line)?;
            let definitions = Definitions::compile(1, record.definitions);
            records.push((record.data.to_string().into_bytes(), definitions, record.country.unwrap_or_default()));
        }
    }
    let inputs: Vec<&[u8]> = records.iter().map(|(data, ..)| data.as_slice()).collect();
    MUTATION.run(seed, &inputs, more, |at, text| {
        let (_, definitions, country) = &records[at];
        try_all(text, definitions, country);
    })
}

#[cfg_attr(test, expect(dead_code, reason = "the smoke test calls fuzz itself"))]
fn main() -> Result<(), Box<dyn Error>> {
    mutation::main(|seed, more| fuzz(seed, more))
}
