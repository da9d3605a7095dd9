//! What the second look has to weigh in records of the evaluation format, for `tools/second-look/train.py`: a line each,
//! id, target, value as JSON, model, features, parted by tabs.
//!
//!     cargo run -p structuring --example weighed < crates/structuring/tests/data/dev.jsonl

use std::io::{BufRead, Write};
use structuring::eval::Record;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let record = Record::read(&line)?;
        for (target, value, model, features) in record.weighed() {
            let target = target.key().map_or_else(|| target.word().to_owned(), |key| format!("field:{key}"));
            let features: Vec<String> = features.iter().map(|feature| format!("{feature:.4}")).collect();
            writeln!(out, "{}\t{target}\t{value}\t{model}\t{}", record.id, features.join(" "))?;
        }
    }
    Ok(())
}
