//! Prints the examples of `docs/structuring.md`: ten records and what becomes of each value. A test compares.
//!
//!     cargo run -p structuring --example document

use structuring::eval::{Record, explain};

const SHOWN: &[&str] = &[
    "fresh-001",
    "fresh-003",
    "fresh-006",
    "fresh-008",
    "fresh-010",
    "fresh-016",
    "fresh-022",
    "fresh-042",
    "fresh-053",
    "fresh-055",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(format!("{}/tests/data/fresh.jsonl", env!("CARGO_MANIFEST_DIR")))?;
    for line in text.lines() {
        let record = Record::read(line)?;
        if !SHOWN.contains(&record.id.as_str()) {
            continue;
        }
        let fields: Vec<String> =
            record.definitions.iter().map(|field| format!("{} ({})", field.name, field.field_type.as_str())).collect();
        println!("### {}, channel in {}\n", record.id, record.country.as_deref().unwrap_or("no country"));
        println!("Fields: {}.\n", fields.join(", "));
        println!("```json\n{}\n```\n", record.data);
        println!("```text\n{}```\n", explain(&record.structure()));
    }
    Ok(())
}
