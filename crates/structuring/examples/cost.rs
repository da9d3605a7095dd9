//! What one record costs, for a counter of instructions: `cost KIND TIMES` structures it so often, the caches warm.
//!
//!     cargo build --release -p structuring --example cost
//!     valgrind --tool=callgrind --toggle-collect='cost::measured*' target/release/examples/cost form 200
//!
//! KIND is one of `form` (what the bench of the server sends), `small`, `large`,
//! `sentence` (what `cargo bench -p structuring` times), `dev` (the development file, each record once).

use std::hint::black_box;
use structuring::eval::Record;
use structuring::json::{Mode, Object};
use structuring::{Definition, Definitions, Explicit, FieldType, Json, Learnt, Request, structure_with_places};

type Failure = Box<dyn std::error::Error>;

struct Case {
    definitions: Definitions,
    country: Option<String>,
    records: Vec<Json>,
    phone: Option<String>,
}

fn records() -> Result<Vec<Record>, Failure> {
    let text = include_str!("../tests/data/dev.jsonl");
    Ok(text.lines().map(Record::read).collect::<Result<_, _>>()?)
}

/// Six leaves and four fields, as the load generator sends them: each record another person.
fn form() -> Result<Case, Failure> {
    let field = |key: &str, field_type| Definition {
        key: key.to_owned(),
        name: key.to_owned(),
        field_type,
        options: Vec::new(),
        currency: None,
        description: None,
    };
    let definitions = vec![
        field("rut", FieldType::Text),
        field("fecha_nacimiento", FieldType::Date),
        field("presupuesto", FieldType::Number),
        field("comuna", FieldType::Text),
    ];
    let body = |number: u64| {
        format!(
            "{{\"nombre\":\"Ana Pérez {number}\",\"correo\":\"ana{number}@example.com\",\"RUT\":\"12.345.678-5\",\
             \"comuna\":\"Ñuñoa\",\"presupuesto\":\"$ 350.000\",\"motivo\":\"quiere una hora\"}}"
        )
    };
    let records = (20_000_000..20_000_100)
        .map(|number| Json::parse(body(number).as_bytes(), Mode::Strict))
        .collect::<Result<_, _>>()?;
    Ok(Case {
        definitions: Definitions::compile(1, definitions),
        country: Some("CL".to_owned()),
        records,
        phone: Some("+56920000000".to_owned()),
    })
}

fn of(id: &str) -> Result<Case, Failure> {
    let record = records()?.into_iter().find(|record| record.id == id).ok_or("no such record")?;
    Ok(Case {
        definitions: Definitions::compile(1, record.definitions),
        country: Some("BR".to_owned()),
        records: vec![record.data],
        phone: None,
    })
}

/// Forty-two leaves, one of them a note, and thirty-two fields: an export of a CRM.
fn large() -> Result<Case, Failure> {
    let mut fields: Vec<Definition> = Vec::new();
    let mut data = Object::new();
    let (mut leaves, mut notes) = (0, 0);
    for record in records()? {
        for field in record.definitions {
            if fields.len() < 32 && !fields.iter().any(|other| other.key == field.key) {
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
    Ok(Case {
        definitions: Definitions::compile(1, fields),
        country: Some("BR".to_owned()),
        records: vec![Json::Object(data)],
        phone: None,
    })
}

fn cases(kind: &str) -> Result<Vec<Case>, Failure> {
    Ok(match kind {
        "form" => vec![form()?],
        "small" => vec![of("dev-016")?],
        "sentence" => vec![of("dev-019")?],
        "large" => vec![large()?],
        "dev" => records()?
            .into_iter()
            .map(|record| Case {
                definitions: Definitions::compile(1, record.definitions),
                country: record.country,
                records: vec![record.data],
                phone: None,
            })
            .collect(),
        _ => return Err("form, small, sentence, large or dev".into()),
    })
}

fn one(case: &Case, at: usize) -> usize {
    let request = Request {
        definitions: &case.definitions,
        learnt: &Learnt::default(),
        source: "bench",
        country: case.country.as_deref(),
        data: &case.records[at % case.records.len()],
        explicit: &Explicit { phone: case.phone.clone(), ..Explicit::default() },
    };
    let (outcome, places) = structure_with_places(black_box(&request));
    outcome.placements.len() + places.len()
}

#[inline(never)]
fn measured(cases: &[Case], times: usize) -> usize {
    (0..times).map(|at| cases.iter().map(|case| one(case, at)).sum::<usize>()).sum()
}

fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1);
    let kind = words.next().unwrap_or_else(|| "form".to_owned());
    let times: usize = words.next().unwrap_or_default().parse().unwrap_or(1000);
    let cases = cases(&kind)?;
    // Tables loaded, keys scored.
    cases.iter().for_each(|case| (0..case.records.len()).for_each(|at| _ = one(case, at)));
    black_box(measured(&cases, times));
    println!("{kind}: {times} × {} records", cases.len());
    Ok(())
}
