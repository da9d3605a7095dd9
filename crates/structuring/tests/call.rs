//! The rules of the call: explicit wins, decisions of the organization, limits, the wire.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its data should stop")]

use structuring::json::Mode;
use structuring::{
    Definition, Definitions, Explicit, FieldType, Json, Learnt, Mapping, Method, OptionWord, Outcome, Request,
    ReviewReason, Standing, Target, ValueKind, learnt_key, structure,
};

fn field(key: &str, name: &str, field_type: FieldType, options: &[&str]) -> Definition {
    Definition {
        key: key.to_owned(),
        name: name.to_owned(),
        field_type,
        options: options.iter().map(|option| (*option).to_owned()).collect(),
        currency: None,
        description: None,
    }
}

fn dental() -> Definitions {
    Definitions::compile(
        7,
        vec![
            field("rut", "RUT", FieldType::Text, &[]),
            field("prevision", "Previsión de salud", FieldType::Select, &["Fonasa", "Isapre", "Particular"]),
            field("fecha_nacimiento", "Fecha de nacimiento", FieldType::Date, &[]),
        ],
    )
}

fn run(data: &str, learnt: &Learnt, explicit: &Explicit) -> Outcome {
    let data = Json::parse(data.as_bytes(), Mode::Strict).unwrap();
    structure(&Request { definitions: &dental(), learnt, source: "web", country: Some("CL"), data: &data, explicit })
}

fn plain(data: &str) -> Outcome {
    run(data, &Learnt::default(), &Explicit::default())
}

#[test]
fn what_is_given_wins_and_a_different_value_is_for_a_person_to_see() {
    let explicit = Explicit {
        phone: Some("+56955501234".to_owned()),
        fields: vec![("rut".to_owned(), "1-9".into())],
        ..Explicit::default()
    };
    let outcome = run(r#"{"celular":"9 5550 1234","rut":"12.345.678-5"}"#, &Learnt::default(), &explicit);
    let phone = outcome.placed(&Target::Phone).unwrap();
    assert_eq!((phone.method, phone.value.as_str()), (Method::Explicit, Some("+56955501234")));
    assert_eq!(phone.sources[0].pointer, "/celular", "the same number in the data is one source more");
    assert_eq!(outcome.field("rut"), Some(&Json::from("1-9")));
    assert_eq!(outcome.rest.len(), 1, "the other id is kept");
    let outcome = run(r#"{"celular":"9 5550 9999"}"#, &Learnt::default(), &explicit);
    assert_eq!(outcome.placed(&Target::Phone).unwrap().value.as_str(), Some("+56955501234"));
    assert!(outcome.review.iter().any(|item| item.target == Target::Phone && item.reason == ReviewReason::Conflict));
    assert_eq!(outcome.rest[0].0, "celular");
}

#[test]
fn one_correction_fixes_the_key_for_every_later_record() {
    let data = r#"{"codigo_x":"isap","dato":"12.345.678-5"}"#;
    let prevision = Target::Field("prevision".to_owned());
    assert!(plain(data).placed(&prevision).is_none_or(|placed| placed.confidence < 0.85), "nobody is sure of it");
    let json = Json::parse(data.as_bytes(), Mode::Strict).unwrap();
    let (path, kind) = learnt_key(&json, "/codigo_x", Some("CL")).unwrap();
    assert_eq!((path.as_str(), kind), ("codigo_x", ValueKind::Text));
    let mut learnt = Learnt::default();
    let mapping = Mapping {
        source: "web".to_owned(),
        path,
        kind,
        target: Target::Field("prevision".to_owned()),
        standing: Standing::Confirmed,
    };
    learnt.add(mapping.clone());
    let outcome = run(data, &learnt, &Explicit::default());
    let placed = outcome.placed(&mapping.target).unwrap();
    assert_eq!((placed.value.as_str(), placed.method), (Some("Isapre"), Method::Learned));
    // Another source has decided nothing.
    learnt.add(Mapping { source: "other".to_owned(), standing: Standing::Denied, ..mapping.clone() });
    assert!(run(data, &learnt, &Explicit::default()).placed(&mapping.target).is_some());
    // A denial beats everything but what is given.
    learnt.add(Mapping { standing: Standing::Denied, ..mapping.clone() });
    assert!(run(data, &learnt, &Explicit::default()).placed(&mapping.target).is_none());
    let back: Learnt = serde_json::from_str(&serde_json::to_string(&learnt).unwrap()).unwrap();
    assert!(run(data, &back, &Explicit::default()).placed(&mapping.target).is_none());
}

#[test]
fn a_denied_key_stays_in_the_rest_and_option_words_are_learnt() {
    let mut learnt = Learnt::default();
    learnt.add(Mapping {
        source: "web".to_owned(),
        path: "celular".to_owned(),
        kind: ValueKind::Phone,
        target: Target::Phone,
        standing: Standing::Denied,
    });
    learnt.add_word(OptionWord {
        field: "prevision".to_owned(),
        word: "Cruz Blanca".to_owned(),
        option: "Isapre".to_owned(),
        standing: Standing::Confirmed,
    });
    let outcome = run(r#"{"celular":"9 5550 1234","prevision":"cruz blanca"}"#, &learnt, &Explicit::default());
    assert!(outcome.placed(&Target::Phone).is_none());
    assert_eq!(outcome.rest[0].0, "celular");
    assert_eq!(outcome.field("prevision"), Some(&Json::from("Isapre")));
}

#[test]
fn beyond_the_limits_nothing_is_lost_and_a_warning_says_so() {
    let deep = format!("{}{}{}", r#"{"a":"#.repeat(20), r#"{"telefono":"955501234"}"#, "}".repeat(20));
    let outcome = plain(&deep);
    assert!(outcome.placements.is_empty());
    assert_eq!(outcome.warnings[0].code, "structuring_limit");
    assert!(outcome.rest[0].1.to_string().contains("955501234"));
    let many: Vec<String> = (0..600).map(|at| format!(r#""k{at}":"v""#)).collect();
    let outcome = plain(&format!("{{{}}}", many.join(",")));
    assert_eq!(outcome.rest.len(), 600);
    assert_eq!(outcome.warnings[0].code, "structuring_limit");
    let outcome = plain(&format!(r#"{{"nota":"{}"}}"#, "palabra ".repeat(3000)));
    assert_eq!(outcome.warnings[0].code, "structuring_limit");
    assert_eq!(outcome.rest[0].1.as_str().unwrap().len(), 24_000);
}

#[test]
fn keys_that_fold_alike_keep_the_last_with_a_warning() {
    let outcome = plain(r#"{"Código":"a","codigo":"b"}"#);
    assert_eq!(outcome.rest, [("codigo".to_owned(), Json::from("b"))]);
    assert_eq!(outcome.warnings[0].code, "duplicate_key");
}

#[test]
fn odd_data_is_kept() {
    assert_eq!(plain(r#""hola""#).rest, [("value".to_owned(), Json::from("hola"))]);
    assert_eq!(plain("[1,2]").rest.len(), 1);
    assert_eq!(plain("null").rest.len(), 0);
    assert_eq!(plain(r#"{"":"x","¿?":"y"}"#).rest.len(), 1);
    assert_eq!(plain(r#"{"n":12345678901234567890,"f":1.10}"#).rest[0].1.to_string(), "12345678901234567890");
}

#[test]
fn it_goes_out_as_the_api_says() {
    let outcome = plain(r#"{"nota":"Hola soy Ana Pérez, mi cel es 9 5550 4321","Previsión":"Fonasa tramo B","x":1}"#);
    let wire = serde_json::to_value(&outcome).unwrap();
    let phone = &wire["placements"].as_array().unwrap().iter().find(|p| p["target"] == "phone").unwrap();
    assert_eq!(phone["value"], "+56955504321");
    assert_eq!(phone["source"], serde_json::json!(["/nota"]));
    assert_eq!(phone["span"], serde_json::json!([30, 41]));
    assert_eq!(phone["method"], "free_text");
    assert!(phone["key"].is_null());
    let field = &wire["placements"].as_array().unwrap().iter().find(|p| p["target"] == "field").unwrap();
    assert_eq!((field["key"].as_str(), field["value"].as_str()), (Some("prevision"), Some("Fonasa")));
    assert_eq!(wire["rest_keys"], serde_json::json!(["nota", "x"]));
    assert_eq!(wire["engine"], structuring::ENGINE);
    assert!(wire["review_count"].is_number());
}

#[test]
fn somebody_elses_number_is_never_the_phone() {
    for data in [
        r#"{"nombre":"Ana Pérez","telefono_conyuge":"9 5550 1234"}"#,
        r#"{"nombre":"Ana Pérez","asesor":{"telefono":"9 5550 1234"}}"#,
        r#"{"nombre":"Ana Pérez","fax":"9 5550 1234"}"#,
        r#"{"nombre":"Ana Pérez","empresa":{"telefono":"9 5550 1234"}}"#,
        r#"{"nombre":"Ana Pérez","contacto de emergencia":"Luis Pérez 9 5550 1234"}"#,
        r#"{"mensaje":"Soy Ana Pérez, el número de mi esposo es 9 5550 1234"}"#,
        r#"{"nombre":"Ana Pérez","pedido":"955501234"}"#,
        r#"{"nombre":"Ana Pérez","telefono":"999999999"}"#,
        r#"{"nombre":"Ana Pérez","id":"56955501234"}"#,
    ] {
        assert!(plain(data).placed(&Target::Phone).is_none(), "{data}");
    }
}

#[test]
fn of_two_numbers_in_one_text_that_are_as_good_nobody_is_sure() {
    for data in [
        r#"{"fonos":"9 5550 1111 / 9 5550 2222"}"#,
        r#"{"nota":"llamar al 955501111 o 955502222"}"#,
        r#"{"nota":"9 5550 1111 / 9 5550 2222"}"#,
    ] {
        let outcome = plain(data);
        let phone = outcome.placed(&Target::Phone).unwrap();
        assert_eq!(phone.value.as_str(), Some("+56955501111"), "{data}");
        assert!(phone.flags.contains(&structuring::Flag::Ambiguous), "{data}");
        let other = phone.alternatives.iter().find(|other| other.value.as_str() == Some("+56955502222"));
        assert!(other.is_some(), "{data}: {:?}", phone.alternatives);
    }
    let one = plain(r#"{"nota":"llamar al 955501111, o sea al +56 9 5550 1111"}"#);
    assert!(one.placed(&Target::Phone).unwrap().flags.is_empty(), "the same number twice is one");
}

#[test]
fn a_date_is_no_id_whatever_its_digits_prove() {
    for day in 1..=28 {
        let outcome = plain(&format!(r#"{{"zzz":"{day:02}/03/1990"}}"#));
        assert_eq!(outcome.field("rut"), None, "{day}");
    }
}

#[test]
fn a_key_that_names_the_options_asks_which_it_is() {
    let fields = vec![
        field("property_type", "Property type", FieldType::Select, &["House", "Flat", "Commercial"]),
        field("transmision", "Transmisión", FieldType::Select, &["Mecánica", "Automática"]),
        field("praga", "Praga", FieldType::Select, &["Baratas", "Escorpiões"]),
        field("horarios", "Horarios disponibles", FieldType::MultiSelect, &["Mañana", "Tarde", "Noche"]),
        field("appliances", "Appliances", FieldType::MultiSelect, &["Oven", "Hob", "Dishwasher"]),
        field("aro", "Aro do pneu", FieldType::Number, &[]),
        field("qtd_pneus", "Quantidade de pneus", FieldType::Number, &[]),
    ];
    let definitions = Definitions::compile(1, fields);
    let value = |data: &str, key: &str| {
        let data = Json::parse(data.as_bytes(), Mode::Strict).unwrap();
        let request = Request {
            definitions: &definitions,
            learnt: &Learnt::default(),
            source: "test",
            country: Some("CL"),
            data: &data,
            explicit: &Explicit::default(),
        };
        structuring::structure(&request).field(key).map(ToString::to_string).unwrap_or_default()
    };
    assert_eq!(value(r#"{"House or flat?":"flat"}"#, "property_type"), r#""Flat""#);
    assert_eq!(value(r#"{"¿Mecánico o automático?":"automático"}"#, "transmision"), r#""Automática""#);
    assert_eq!(value(r#"{"praga":"escorpião"}"#, "praga"), r#""Escorpiões""#);
    assert_eq!(value(r#"{"¿En qué horario podés?":"tarde o noche"}"#, "horarios"), r#"["Tarde","Noche"]"#);
    // "Hob" alone would be too short a word to take out of a text.
    assert_eq!(
        value(r#"{"msg":"a kitchen with oven, hob and dishwasher please"}"#, "appliances"),
        r#"["Oven","Hob","Dishwasher"]"#
    );
    let tyres = r#"{"texto":"preciso trocar 4 pneus aro 16"}"#;
    assert_eq!((value(tyres, "aro"), value(tyres, "qtd_pneus")), ("16".to_owned(), "4".to_owned()));
}
