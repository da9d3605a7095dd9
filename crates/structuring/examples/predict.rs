//! Reads records of the evaluation format on stdin, prints predictions; `--explain` prints what became of each value,
//! `--confidences` one line a placement: id, target, confidence, method, value.
//!
//!     cargo run --release -p structuring --example predict < crates/structuring/tests/data/dev.jsonl

use std::io::{BufRead, Write};
use structuring::eval::{Record, explain, prediction};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let record = Record::read(&line)?;
        let outcome = record.structure();
        match mode.as_str() {
            "--explain" => writeln!(out, "# {}\n{}", record.id, explain(&outcome))?,
            "--confidences" => {
                for placement in &outcome.placements {
                    let target = placement.target.key().unwrap_or(placement.target.word());
                    writeln!(
                        out,
                        "{}\t{target}\t{}\t{:?}\t{}",
                        record.id, placement.confidence, placement.method, placement.value
                    )?;
                }
            }
            _ => writeln!(out, "{}", prediction(&record.id, &outcome))?,
        }
    }
    Ok(())
}
