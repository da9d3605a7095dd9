//! `recado structure`: the structuring engine over records of a file, without any database.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::path::PathBuf;

use clap::Args;
use structuring::eval::{Record, explain};

use crate::cli::Failure;

/// Run structuring over records, to see or to measure what it makes of them
///
/// Reads one JSON record a line: {id, channel_country, definitions: [{key, name, type, options,
/// …}], meta_data}. Prints one prediction a line: {id, phone, email, name, fields, rest}; or
/// with --explain, for people, where each value was found, how and how sure.
///
/// Example:  recado structure --explain records.jsonl
///           recado structure < records.jsonl > predictions.jsonl
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct StructureArguments {
    /// The records [default: standard input]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Print for people what became of each value
    #[arg(long)]
    pub explain: bool,
}

pub fn run(arguments: &StructureArguments) -> Result<(), Failure> {
    let input: Box<dyn BufRead> = match &arguments.file {
        Some(path) => {
            let file =
                File::open(path).map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?;
            Box::new(BufReader::new(file))
        }
        None => Box::new(io::stdin().lock()),
    };
    let mut out = BufWriter::new(io::stdout().lock());
    for (at, line) in input.lines().enumerate() {
        let line = line.map_err(|error| Failure::new(format!("line {}: {error}", at + 1)))?;
        if line.trim().is_empty() {
            continue;
        }
        let record = Record::read(&line).map_err(|error| Failure::new(format!("line {}: {error}", at + 1)))?;
        let written = match arguments.explain {
            true => writeln!(out, "# {}\n{}", record.id, explain(&record.structure())),
            false => writeln!(out, "{}", record.predict()),
        };
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            other => other?,
        }
    }
    match out.flush() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
