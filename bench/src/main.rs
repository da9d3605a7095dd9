//! The figures that Recado claims, beside what the same machine gives at all, measured in one run. Prints a table and writes it
//! where `--results` says. Each bench is a file of `benches/`.

mod benches;
mod counting;
mod hooks;
mod http;
mod limit;
mod program;
mod record;
mod report;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::benches::Context;
use crate::report::Report;

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, Parser)]
struct Arguments {
    /// The program to measure
    #[arg(long, default_value = "target/release/recado")]
    binary: PathBuf,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Directory of the databases: the disk that is measured
    #[arg(long)]
    directory: Option<PathBuf>,
    /// Only these benches, by the names of their files
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Where to write the table
    #[arg(long)]
    results: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let directory = match &arguments.directory {
        Some(directory) => tempfile::tempdir_in(directory)?,
        None => tempfile::tempdir()?,
    };
    let context = Context {
        binary: arguments.binary,
        duration: Duration::from_secs(arguments.seconds),
        connections: arguments.connections,
        directory: directory.path().to_owned(),
    };
    let mut report = Report::default();
    for (name, bench) in benches::ALL {
        if arguments.only.is_empty() || arguments.only.iter().any(|only| only == name) {
            bench(&context, &mut report).await?;
        }
    }
    report.print();
    if let Some(path) = &arguments.results {
        report.write(path)?;
    }
    Ok(())
}
