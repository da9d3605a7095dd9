//! Durable upserts through HTTP, beside what the same machine gives without HTTP and what its disk gives at all, measured
//! in one run. Prints a table and writes it where `--results` says.

mod counting;
mod hooks;
mod http;
mod limit;
mod program;
mod record;
mod report;
mod webhooks;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::http::{Load, run};
use crate::program::{Started, memory_kib};
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
    let seconds = Duration::from_secs(arguments.seconds);
    let mut report = Report::default();

    let sync = limit::one_sync(&directory.path().join("sync"))?;
    report.row("one fdatasync of 4 KiB, median", format!("{:.2} ms", sync.as_secs_f64() * 1e3));

    let started = Started::new(&arguments.binary, &directory.path().join("data"))?;
    report.row("start on an empty directory to first answer", format!("{} ms", started.first_answer.as_millis()));
    tokio::time::sleep(Duration::from_secs(2)).await;
    report.row("memory idle (resident)", format!("{:.1} MiB", memory_kib(started.pid(), "VmRSS")? as f64 / 1024.0));

    let alone =
        run(&started, &Load { connections: 1, duration: seconds.min(Duration::from_secs(3)), first: 0 }).await?;
    let ratio = alone.p50.as_secs_f64() / sync.as_secs_f64();
    report.row("one upsert alone, p50", format!("{:.2} ms ({ratio:.1} × one sync)", alone.p50.as_secs_f64() * 1e3));

    let warm_up = Load { connections: arguments.connections, duration: Duration::from_secs(2), first: 10_000_000 };
    run(&started, &warm_up).await?;
    let load = Load { connections: arguments.connections, duration: seconds, first: 20_000_000 };
    let many = run(&started, &load).await?;
    report.row(
        &format!("durable upserts over HTTP, {} connections", arguments.connections),
        format!("{:.0}/s, p50 {:.1} ms, p99 {:.1} ms", many.per_second, ms(many.p50), ms(many.p99)),
    );
    report.row("memory at its peak", format!("{:.1} MiB", memory_kib(started.pid(), "VmHWM")? as f64 / 1024.0));
    let warm_up = Load { first: 30_000_000, ..warm_up };
    hooks::run(&started, &warm_up).await?;
    let inbound = hooks::run(&started, &Load { first: 40_000_000, ..load }).await?;
    report.row(
        &format!("durable inbound webhooks of one message, {} connections", arguments.connections),
        format!("{:.0}/s, p50 {:.1} ms, p99 {:.1} ms", inbound.per_second, ms(inbound.p50), ms(inbound.p99)),
    );
    let paced = hooks::paced(&started, &Load { first: 60_000_000, ..load }, 500).await?;
    report.row(
        "the same at 500/s",
        format!("{:.0}/s, p50 {:.1} ms, p99 {:.1} ms", paced.per_second, ms(paced.p50), ms(paced.p99)),
    );
    let reads = http::reads(&started, &load).await?;
    report.row("contact info, same connections", format!("{:.0}/s, p99 {:.1} ms", reads.per_second, ms(reads.p99)));
    let deprecated = http::deprecated(&started, &load).await?;
    let counting = counting::one_call();
    let call = 1.0 / deprecated.per_second;
    report.row(
        "counting a call, of the cheapest deprecated call (C9 without messages)",
        format!(
            "{:.2} µs of {:.1} µs: {:.2} %",
            counting.as_secs_f64() * 1e6,
            call * 1e6,
            100.0 * counting.as_secs_f64() / call
        ),
    );
    drop(started);

    webhooks::measure(&arguments.binary, directory.path(), &mut report).await?;

    let mut limit = limit::Limit::new(&directory.path().join("limit.db"))?;
    let batch = arguments.connections;
    let statements = limit.statements(&directory.path().join("statements.db"), batch)?;
    report.row(&format!("limit: the statements of upserts alone, {batch} to a commit"), format!("{statements:.0}/s"));
    let function = limit.function(batch, seconds)?;
    report.row(&format!("the function that runs them, {batch} to a commit"), format!("{function:.0}/s"));
    report.row("upserts over HTTP / limit", format!("{:.0} %", 100.0 * many.per_second / statements));
    report.print();
    if let Some(path) = &arguments.results {
        report.write(path)?;
    }
    Ok(())
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
