//! Work grows no faster than the input, whatever the input; nothing panics.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its data should stop")]

use structuring::json::Mode;
use structuring::{Definition, Definitions, Explicit, FieldType, Json, Learnt, Request, structure_counted};

fn definitions() -> Definitions {
    let field = |key: &str, name: &str, field_type, options: &[&str]| Definition {
        key: key.to_owned(),
        name: name.to_owned(),
        field_type,
        options: options.iter().map(|option| (*option).to_owned()).collect(),
        currency: None,
        description: None,
    };
    Definitions::compile(
        1,
        vec![
            field("fecha", "Fecha de visita", FieldType::Date, &[]),
            field("monto", "Presupuesto", FieldType::Currency, &[]),
            field("personas", "Número de personas", FieldType::Number, &[]),
            field("plan", "Plan", FieldType::Select, &["Mensual", "Anual", "Otro"]),
            field("extras", "Extras", FieldType::MultiSelect, &["Flores", "Música"]),
            field("credito", "Necesita crédito", FieldType::Boolean, &[]),
            field("rut", "RUT", FieldType::Text, &[]),
        ],
    )
}

fn steps(data: &Json, definitions: &Definitions) -> usize {
    let request = Request {
        definitions,
        learnt: &Learnt::default(),
        source: "t",
        country: Some("CL"),
        data,
        explicit: &Explicit::default(),
    };
    structure_counted(&request).1
}

fn object(members: impl Iterator<Item = (String, Json)>) -> Json {
    Json::Object(members.collect())
}

/// Adversarial shapes of about `size` bytes.
fn shapes(size: usize) -> Vec<(&'static str, Json)> {
    let texts = |unit: &str| {
        let piece = unit.repeat(7000 / unit.len());
        object((0..size.div_ceil(7000)).map(|at| (format!("nota{at}"), Json::from(piece.as_str()))))
    };
    let keys = |unit: &'static str| {
        object((0..size / (unit.len() + 12)).map(move |at| (format!("{unit}{at}"), Json::from("9 5550 1234"))))
    };
    vec![
        ("at signs", texts("@")),
        ("addresses", texts("a@b.cl ")),
        ("digits", texts("9")),
        ("digit groups", texts("9 5550 1234, ")),
        ("dates", texts("01/02/2025 al ")),
        ("amounts", texts("$ 1.000 por 2 personas ")),
        ("separators", texts("1.1.1.1-")),
        ("colons", texts("a: b; ")),
        ("names", texts("soy Ana ")),
        ("options", texts("Mensual Anual Flores ")),
        ("brackets", texts("((((")),
        ("spaces", texts("a b ")),
        ("backslashes", texts("\\\"{")),
        ("phones", keys("telefono_")),
        ("names as keys", keys("nombre_")),
        ("one long key", object([("telefono_".repeat(size / 10), Json::from("9 5550 1234"))].into_iter())),
        ("a list", Json::Array((0..size / 8).map(|at| Json::from(i64::try_from(at).unwrap())).collect())),
        (
            "pairs",
            Json::Array(
                (0..size / 40)
                    .map(|at| {
                        object(
                            [
                                ("name".to_owned(), Json::from(format!("tel{at}"))),
                                ("value".to_owned(), Json::from("955501234")),
                            ]
                            .into_iter(),
                        )
                    })
                    .collect(),
            ),
        ),
    ]
}

#[test]
fn work_grows_no_faster_than_the_input() {
    let definitions = definitions();
    for ((name, small), (_, large)) in shapes(8 * 1024).into_iter().zip(shapes(64 * 1024)) {
        let (small_bytes, large_bytes) = (small.to_string().len().max(1), large.to_string().len().max(1));
        let (a, b) = (steps(&small, &definitions), steps(&large, &definitions));
        let growth = large_bytes.div_ceil(small_bytes) + 1;
        assert!(b <= a.max(200) * growth * 2, "{name}: {a} steps for {small_bytes} bytes, {b} for {large_bytes}");
    }
}

#[test]
fn no_input_panics() {
    let definitions = definitions();
    for (_, data) in shapes(64 * 1024) {
        steps(&data, &definitions);
    }
    let mut nested = Json::from("9 5550 1234");
    for _ in 0..200 {
        nested = object([("a".to_owned(), nested)].into_iter());
    }
    steps(&nested, &definitions);
    // A JSON text in a JSON text in a JSON text …
    let mut text = r#"{"telefono":"9 5550 1234"}"#.to_owned();
    for _ in 0..10 {
        text = object([("a".to_owned(), Json::from(text))].into_iter()).to_string();
    }
    steps(&Json::parse(text.as_bytes(), Mode::Strict).unwrap(), &definitions);
    for odd in [
        "\u{301}",
        "ß",
        "İ",
        "𝟙𝟚𝟛",
        "１２３４",
        "٩٨٧٦",
        "\u{202e}abc",
        "🇨🇱",
        "a\u{300}\u{301}",
        "ﬁn",
        "½",
        "²",
        "1²3",
        "–",
        "١/٢/٢٠٢٥",
        "é@é.é",
        "\u{feff}x",
        "Ⅷ",
        "1e9",
        "0x1F",
        "-",
        "+",
        "((",
        "$",
        "€€",
        "a:\u{a0}b\nc:d",
    ] {
        let data = object(
            [
                (odd.to_owned(), Json::from(odd)),
                ("nota".to_owned(), Json::from(format!("hola soy {odd} y mi número {odd} {odd}@{odd} 1{odd}2"))),
            ]
            .into_iter(),
        );
        steps(&data, &definitions);
    }
}

/// What is beyond the limits is only carried over, so its work is not in the steps: with anything quadratic in it, half a
/// million keys would not end before the test runner's own limit.
#[test]
fn what_is_beyond_the_limits_is_kept_and_costs_little() {
    let many = 500_000;
    let data = object((0..many).map(|at| (format!("clave {at} x"), Json::from(at as u64))));
    let definitions = definitions();
    let (outcome, _) = structure_counted(&Request {
        definitions: &definitions,
        learnt: &Learnt::default(),
        source: "test",
        country: Some("CL"),
        data: &data,
        explicit: &Explicit::default(),
    });
    assert_eq!(outcome.rest.len(), many);
    assert!(outcome.warnings.iter().any(|warning| warning.code == "structuring_limit"));
}

/// Fields with lists of options, as large as they may be.
fn lists(fields: usize, options: usize) -> Definitions {
    let words = ["Plan", "Curso", "Sala", "Turno", "Color", "Sede", "Marca", "Zona"];
    let options: Vec<String> = (0..options).map(|at| format!("Opcion {} {}", words[at % 8], at / 8)).collect();
    let fields = (0..fields).map(|at| Definition {
        key: format!("f{at}"),
        name: format!("{} {at}", words[at % 8]),
        field_type: if at % 2 == 0 { FieldType::Select } else { FieldType::MultiSelect },
        options: options.clone(),
        currency: None,
        description: None,
    });
    Definitions::compile(1, fields.collect())
}

/// Answers and notes with the words of the options, as many as are read.
fn answers(leaves: usize, words: usize) -> Json {
    let all = "ana perez plan curso sala turno opcion color marca zona 5550 mañana dos tres".split(' ');
    let mut all = all.cycle();
    object((0..leaves).map(|at| {
        let text: Vec<&str> = all.by_ref().take(words).collect();
        all.next();
        (format!("{} {at}", text[0]), Json::from(text.join(" ")))
    }))
}

#[test]
fn a_long_list_costs_about_what_a_short_one_does() {
    let usual = r#"{"Nombre":"Ana Rojas","Celular":"9 5550 1234","correo":"ana@example.com","comuna":"Ñuñoa",
                    "mensaje":"Hola, quiero saber el precio de la sala 4 para el martes, gracias a todos"}"#;
    let usual = Json::parse(usual.as_bytes(), Mode::Strict).unwrap();
    let (short, long) = (steps(&usual, &lists(8, 10)), steps(&usual, &lists(8, 500)));
    assert!(long < 2 * short.max(500), "{short} steps with 10 options, {long} with 500");
}

/// The most that one record may take, with what is counted beside the options.
const BOUND: usize = 8_000_000;

#[test]
fn options_are_looked_at_within_a_budget() {
    let definitions = lists(200, 500);
    for (leaves, words) in [(6, 4), (500, 12), (8, 900)] {
        let data = answers(leaves, words);
        let run = || {
            structure_counted(&Request {
                definitions: &definitions,
                learnt: &Learnt::default(),
                source: "test",
                country: Some("CL"),
                data: &data,
                explicit: &Explicit::default(),
            })
        };
        let (outcome, steps) = run();
        println!("{leaves} leaves of {words} words: {steps} steps");
        assert!(steps < BOUND, "{leaves} leaves of {words} words: {steps} steps");
        // Nothing is lost, and it comes out the same again.
        assert!(outcome.rest.len() + outcome.placements.len() >= leaves);
        let limited = outcome.warnings.iter().any(|warning| warning.code == "structuring_limit");
        match leaves {
            6 => assert_eq!(run().0, outcome),
            500 => assert!(limited, "{:?}", outcome.warnings),
            _ => {}
        }
    }
}
