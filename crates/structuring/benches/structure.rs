//! How long a record takes, and how many allocations: criterion's mean, then percentiles of single calls.
//!
//!     cargo bench -p structuring

#![expect(clippy::expect_used, reason = "a bench without its records has nothing to measure")]

use criterion::Criterion;
use rustix::time::{ClockId, clock_gettime};
use std::hint::black_box;
use std::time::{Duration, Instant};
use structuring::eval::Record;
use structuring::json::{Mode, Object};
use structuring::{Definitions, Explicit, Json, Learnt, Request, structure};

fn records() -> Vec<Record> {
    let text = include_str!("../tests/data/dev.jsonl");
    text.lines().map(|line| Record::read(line).expect("the records are read by a test")).collect()
}

/// Six leaves and nine fields: a web form.
fn small() -> (Definitions, Json) {
    let record = records().into_iter().find(|record| record.id == "dev-016").expect("it is in the file");
    (Definitions::compile(1, record.definitions), record.data)
}

/// Forty-two leaves, one of them a note, and thirty-two fields: an export of a CRM.
fn large() -> (Definitions, Json) {
    let mut fields = Vec::new();
    let mut data = Object::new();
    let (mut leaves, mut notes) = (0, 0);
    for record in records() {
        for field in record.definitions {
            if fields.len() < 32 && !fields.iter().any(|other: &structuring::Definition| other.key == field.key) {
                fields.push(field);
            }
        }
        for (key, value) in record.data.as_object().into_iter().flatten() {
            let plain = matches!(value, Json::String(_) | Json::Number(_) | Json::Bool(_));
            let note = value.as_str().is_some_and(|text| text.len() > 60);
            if leaves < 42 && plain && !data.contains_key(key) && (!note || notes == 0) {
                notes += u32::from(note);
                data.push(key.clone(), value.clone());
                leaves += 1;
            }
        }
    }
    assert_eq!((fields.len(), leaves), (32, 42));
    (Definitions::compile(1, fields), Json::Object(data))
}

/// A sentence.
fn prose() -> (Definitions, Json) {
    let record = records().into_iter().find(|record| record.id == "dev-019").expect("it is in the file");
    (Definitions::compile(1, record.definitions), record.data)
}

fn run(definitions: &Definitions, data: &Json) -> usize {
    let request = Request {
        definitions,
        learnt: &Learnt::default(),
        source: "bench",
        country: Some("BR"),
        data,
        explicit: &Explicit::default(),
    };
    structure(black_box(&request)).placements.len()
}

/// Processor time of this thread: what else runs on the machine does not count.
fn micros_of(work: impl FnOnce() -> usize) -> f64 {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        #[expect(clippy::cast_precision_loss, reason = "differences of a few milliseconds")]
        let micros = time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3;
        micros
    };
    let start = now();
    black_box(work());
    now() - start
}

/// Calls that are timed one by one: fewer where the machine is busy, but enough for a 99th part.
const MOST: usize = 5000;
const LEAST: usize = 500;
const PATIENCE: Duration = Duration::from_secs(5);

fn percentiles(name: &str, (definitions, data): &(Definitions, Json)) {
    let until = Instant::now() + PATIENCE;
    let mut micros: Vec<f64> = Vec::with_capacity(MOST);
    while micros.len() < MOST && (micros.len() < LEAST || Instant::now() < until) {
        micros.push(micros_of(|| run(definitions, data)));
    }
    micros.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let mean = micros.iter().sum::<f64>() / micros.len() as f64;
    let at = |per_mille: usize| micros[(micros.len() * per_mille / 1000).min(micros.len() - 1)];
    let cold = {
        let mut times: Vec<f64> = (0..21)
            .map(|_| {
                let fresh = Definitions::compile(2, definitions.iter().cloned().collect());
                micros_of(|| run(&fresh, data))
            })
            .collect();
        times.sort_by(f64::total_cmp);
        times[10]
    };
    let allocations = allocation_counter::measure(|| {
        run(definitions, data);
    });
    println!(
        "{name}: mean {mean:.1} µs, p50 {:.1}, p99 {:.1}, p99.9 {:.1} of {} calls; first record with unseen keys {cold:.0} µs; {} allocations, {} bytes",
        at(500),
        at(990),
        at(999),
        micros.len(),
        allocations.count_total,
        allocations.bytes_total
    );
}

fn main() {
    let sets =
        [("6 leaves × 9 fields", small()), ("42 leaves × 32 fields", large()), ("one sentence × 9 fields", prose())];
    // Seconds, not minutes, on a machine that does other things as well.
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    for (name, set) in &sets {
        criterion.bench_function(name, |bench| bench.iter(|| run(&set.0, &set.1)));
        percentiles(name, set);
    }
    let text = sets[1].1.1.to_string();
    criterion.bench_function("read 42 members of JSON", |bench| {
        bench.iter(|| Json::parse(black_box(text.as_bytes()), Mode::Strict).map(|json| json.is_null()));
    });
    criterion.final_summary();
}
