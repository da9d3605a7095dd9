//! Key scores are kept between records: beside each other many threads get what one alone would get, and keys without
//! end take no memory without end.

#![expect(clippy::unwrap_used, reason = "all of this is tests")]

use structuring::{Definition, Definitions, Explicit, FieldType, Json, Learnt, Outcome, Request, structure};

fn definitions() -> Vec<Definition> {
    let field = |key: &str, name: &str, field_type| Definition {
        key: key.to_owned(),
        name: name.to_owned(),
        field_type,
        options: Vec::new(),
        currency: None,
        description: None,
    };
    vec![
        field("ciudad", "Ciudad", FieldType::Text),
        field("fecha_nacimiento", "Fecha de nacimiento", FieldType::Date),
        field("ingreso", "Ingreso mensual", FieldType::Currency),
        field("mascotas", "Cuántas mascotas", FieldType::Number),
    ]
}

fn run(definitions: &Definitions, data: &Json) -> Outcome {
    structure(&Request {
        definitions,
        learnt: &Learnt::default(),
        source: "test",
        country: Some("CL"),
        data,
        explicit: &Explicit::default(),
    })
}

/// Keys that real records repeat, and one that comes once.
fn record(n: usize) -> Json {
    Json::parse(
        format!(
            "{{\"city\":\"Osorno\",\"nacimiento\":\"14/03/1990\",\"renta_{}\":\"$ 500.000\",\"clave_{n}_unica\":{n},\
              \"ficha\":{{\"mascotas\":{},\"nota_{n}\":\"x\"}}}}",
            n % 7,
            n % 5
        )
        .as_bytes(),
        structuring::json::Mode::Strict,
    )
    .unwrap()
}

#[test]
fn many_at_once_get_what_one_alone_gets() {
    const THREADS: usize = 8;
    const RECORDS: usize = 3000;
    let shared = Definitions::compile(1, definitions());
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let shared = &shared;
            scope.spawn(move || {
                // Each starts elsewhere, so that they fill and empty the cache under each other.
                for step in 0..RECORDS {
                    let n = (step + thread * RECORDS / 2) % (RECORDS * 2);
                    let found = run(shared, &record(n));
                    if step % 50 == 0 {
                        let alone = Definitions::compile(1, definitions());
                        assert_eq!(found, run(&alone, &record(n)), "record {n}");
                    }
                }
            });
        }
    });
}

#[test]
fn keys_without_end_are_forgotten() {
    let definitions = Definitions::compile(1, definitions());
    let keep = |from: usize, to: usize| {
        let measured = allocation_counter::measure(|| {
            for n in from..to {
                run(&definitions, &record(n));
            }
        });
        measured.bytes_current
    };
    let first = keep(0, 4000);
    assert!(first > 0, "something is kept");
    assert!(first < 32 * 1024 * 1024, "{first} bytes");
    // Forty thousand more, each with two keys that were never seen, change nothing.
    let more = keep(4000, 44_000);
    assert!(more.abs() < 16 * 1024 * 1024, "{more} bytes more");
}
