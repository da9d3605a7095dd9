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

/// The section, as Markdown.
pub fn examples() -> Result<String, Box<dyn std::error::Error>> {
    use std::fmt::Write;
    let text = std::fs::read_to_string(format!("{}/tests/data/fresh.jsonl", env!("CARGO_MANIFEST_DIR")))?;
    let mut out = String::new();
    for line in text.lines() {
        let record = Record::read(line)?;
        if !SHOWN.contains(&record.id.as_str()) {
            continue;
        }
        let named: Vec<String> = record
            .definitions
            .iter()
            .map(|field| format!("`{}` {} ({})", field.key, field.name, field.field_type.as_str()))
            .collect();
        writeln!(out, "### {}: a channel in {}\n", record.id, record.country.as_deref().unwrap_or("no country"))?;
        writeln!(out, "Fields: {}.\n", named.join(", "))?;
        writeln!(out, "```json\n{}\n```\n", record.data)?;
        writeln!(out, "```text\n{}```\n", explain(&record.structure()))?;
    }
    Ok(out)
}

#[cfg_attr(test, expect(dead_code, reason = "the test of the page calls examples itself"))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    print!("{}", examples()?);
    Ok(())
}
