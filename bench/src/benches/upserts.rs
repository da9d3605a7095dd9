//! Durable upserts through HTTP, beside what the same machine gives without HTTP and what its disk gives at all.

use std::time::Duration;

use super::{Context, Running};
use crate::http::{self, Load, run};
use crate::program::{Started, memory_kib};
use crate::report::Report;
use crate::{Failure, counting, hooks, limit};

pub fn bench<'a>(context: &'a Context, report: &'a mut Report) -> Running<'a> {
    Box::pin(measure(context, report))
}

async fn measure(context: &Context, report: &mut Report) -> Result<(), Failure> {
    let seconds = context.duration;
    let sync = limit::one_sync(&context.directory.join("sync"))?;
    report.row("one fdatasync of 4 KiB, median", format!("{:.2} ms", sync.as_secs_f64() * 1e3));

    let started = Started::new(&context.binary, &context.directory.join("data"))?;
    report.row("start on an empty directory to first answer", format!("{} ms", started.first_answer.as_millis()));
    tokio::time::sleep(Duration::from_secs(2)).await;
    report.row("memory idle (resident)", format!("{:.1} MiB", memory_kib(started.pid(), "VmRSS")? as f64 / 1024.0));

    let alone = run(
        &started,
        &Load { connections: 1, duration: seconds.min(Duration::from_secs(3)), first: 0, most: u64::MAX },
    )
    .await?;
    let ratio = alone.p50.as_secs_f64() / sync.as_secs_f64();
    report.row("one upsert alone, p50", format!("{:.2} ms ({ratio:.1} × one sync)", alone.p50.as_secs_f64() * 1e3));

    let warm_up =
        Load { connections: context.connections, duration: Duration::from_secs(2), first: 10_000_000, most: u64::MAX };
    run(&started, &warm_up).await?;
    let load = Load { connections: context.connections, duration: seconds, first: 20_000_000, most: u64::MAX };
    let many = run(&started, &load).await?;
    report.row(
        &format!("durable upserts over HTTP, {} connections", context.connections),
        format!("{:.0}/s, p50 {:.1} ms, p99 {:.1} ms", many.per_second, ms(many.p50), ms(many.p99)),
    );
    report.row("memory at its peak", format!("{:.1} MiB", memory_kib(started.pid(), "VmHWM")? as f64 / 1024.0));
    // Their contacts, customers and tickets come to be.
    let first = Load { first: 30_000_000, most: hooks::PEOPLE, duration: Duration::from_secs(120), ..load };
    let new = hooks::run(&started, &first).await?;
    report.row(
        &format!("the first message of {} new people each, by webhook", hooks::PEOPLE),
        format!("{:.0}/s, p50 {:.1} ms, p99 {:.1} ms", new.per_second, ms(new.p50), ms(new.p99)),
    );
    let inbound = hooks::run(&started, &Load { first: 40_000_000, ..load }).await?;
    report.row(
        &format!("durable inbound webhooks of one message, {} connections", context.connections),
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

    let mut limit = limit::Limit::new(&context.directory.join("limit.db"))?;
    let batch = context.connections;
    let statements = limit.statements(&context.directory.join("statements.db"), batch)?;
    report.row(&format!("limit: the statements of upserts alone, {batch} to a commit"), format!("{statements:.0}/s"));
    let function = limit.function(batch, seconds)?;
    report.row(&format!("the function that runs them, {batch} to a commit"), format!("{function:.0}/s"));
    report.row("upserts over HTTP / limit", format!("{:.0} %", 100.0 * many.per_second / statements));
    Ok(())
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
