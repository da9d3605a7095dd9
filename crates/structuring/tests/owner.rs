//! Whose number it is: to identify a person asks more than to keep a value.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its data should stop")]

use structuring::json::Mode;
use structuring::{Definition, Definitions, Explicit, FieldType, Json, Learnt, Outcome, Request, Target};

fn structured(data: &str) -> Outcome {
    structured_with(Vec::new(), data)
}

fn phone_field(key: &str, name: &str) -> Vec<Definition> {
    vec![Definition {
        key: key.to_owned(),
        name: name.to_owned(),
        field_type: FieldType::Phone,
        options: Vec::new(),
        currency: None,
        description: None,
    }]
}

fn structured_with(fields: Vec<Definition>, data: &str) -> Outcome {
    structuring::structure(&Request {
        definitions: &Definitions::compile(1, fields),
        learnt: &Learnt::default(),
        source: "test",
        country: Some("CL"),
        data: &Json::parse(data.as_bytes(), Mode::Strict).unwrap(),
        explicit: &Explicit::default(),
    })
}

/// Confidence of the phone that was placed; 0 where none was.
fn sure(data: &str) -> f32 {
    structured(data).placed(&Target::Phone).map_or(0.0, |phone| phone.confidence)
}

/// What a review found to be placed at 0.89 to 0.97.
#[test]
fn somebody_elses_number_is_never_sure() {
    for data in [
        r#"{"tipo":"denuncia","reportado por":"Luis Rojas","fono":"9 5550 1234","afectado":"Ana Pérez"}"#,
        r#"{"pasajero":"Ana Pérez","conductor":"Luis","celular conductor":"9 5550 1234"}"#,
        r#"{"nombre":"Ana Pérez","celular conductor":"9 5550 1234"}"#,
        r#"{"arrendatario":"Ana","arrendador":{"nombre":"Luis","telefono":"9 5550 1234"}}"#,
        r#"{"nombre":"Ana Pérez","arrendador":{"nombre":"Luis","telefono":"9 5550 1234"}}"#,
        r#"{"dueño":"Ana","encontrado por":"Luis","tel":"9 5550 1234"}"#,
        r#"{"mensaje":"Hola soy Ana, me pasaron el contacto de Luis 9 5550 1234, ¿es de ustedes?"}"#,
        r#"{"nombre":"Ana Pérez","mensaje":"me pasaron el contacto de Luis 9 5550 1234, ¿es de ustedes?"}"#,
        r#"{"nombre":"Ana Pérez","mensaje":"Llamé al 9 5550 1234 y nadie contesta, quiero reclamar"}"#,
        r#"{"mensaje":"Llamé al 9 5550 1234 y nadie contesta"}"#,
        r#"{"mensaje":"¿Su número es 9 5550 1234?"}"#,
        r#"{"mensaje":"Antes tenía el 9 5550 1234 pero ya no lo uso"}"#,
        r#"{"mensaje":"Reenviado: Luis Soto +56 9 5550 1234 quiere cotizar"}"#,
        r#"{"mensaje":"Cotización adjunta. Saludos, Luis Soto, Ferretería Sur, +56 9 5550 1234","nombre":"Ana"}"#,
        r#"{"full_name":"Ana","page":{"name":"Tienda","phone":"+56955501234"}}"#,
        r#"{"comprador":"Ana","regalo para":{"nombre":"Bea","telefono":"9 5550 1234"}}"#,
        r#"{"nombre":"Ana","telefono anterior":"9 5550 1234"}"#,
        r#"{"nombre":"Ana","no llamar a":"9 5550 1234"}"#,
        r#"{"nombre":"Ana","numero bloqueado":"9 5550 1234"}"#,
        r#"{"nombre":"Ana","telefono del anuncio":"9 5550 1234"}"#,
    ] {
        assert!(sure(data) < 0.85, "{data}: {}", sure(data));
    }
}

/// Written before the engine ran over them: ten of others.
#[test]
fn numbers_of_others_in_three_languages_are_not_sure() {
    for data in [
        r#"{"mensagem":"Me passaram o telefone do Carlos, 9 5550 1234, ele ainda trabalha aí?"}"#,
        r#"{"message":"I called 9 5550 1234 three times yesterday and nobody picked up"}"#,
        r#"{"message":"They keep calling me from 9 5550 1234, please make it stop"}"#,
        r#"{"mensaje":"El gásfiter que vino fue Pedro 9 5550 1234 y dejó todo goteando"}"#,
        r#"{"mensagem":"Esse número 9 5550 1234 é de vocês?"}"#,
        r#"{"mensaje":"En la página sale el 9 5550 1234, pero no atienden"}"#,
        r#"{"message":"I used to have 9 5550 1234, that line is gone"}"#,
        r#"{"passageira":"Ana Souza","celular do motorista":"9 5550 1234"}"#,
        r#"{"nombre":"Ana Rojas","quien recibe":{"nombre":"Marta Díaz","celular":"9 5550 1234"}}"#,
        r#"{"customer_name":"Ana Bell","gift for":{"name":"Joe Hart","phone":"9 5550 1234"}}"#,
    ] {
        assert!(sure(data) < 0.85, "{data}: {}", sure(data));
    }
}

/// Written before the engine ran over them: ten of the person's own, which identify.
#[test]
fn ones_own_number_identifies() {
    for data in [
        r#"{"mensaje":"Hola, mi cel es 9 5550 1234, quisiera una cotización"}"#,
        r#"{"mensagem":"Bom dia, meu whatsapp é 9 5550 1234, queria saber o preço"}"#,
        r#"{"message":"Please call me at 9 5550 1234 about the flat"}"#,
        r#"{"mensaje":"Necesito ayuda con mi pedido, llámenme al 9 5550 1234 por favor"}"#,
        r#"{"mensagem":"Preciso remarcar, me liga no 9 5550 1234"}"#,
        r#"{"mensaje":"Quiero hora. 9 5550 1234 Ana"}"#,
        r#"{"mensaje":"Hola, soy Ana Rojas, 9 5550 1234"}"#,
        r#"{"message":"I want to see the house on Friday.\n\nThanks,\nAna Bell\n9 5550 1234"}"#,
        r#"{"nombre":"Ana Rojas","teléfono de contacto":"9 5550 1234"}"#,
        r#"{"solicitud":{"datos":{"nome":"Ana Souza","celular":"9 5550 1234"}}}"#,
    ] {
        assert!(sure(data) >= 0.85, "{data}: {}", sure(data));
    }
}

/// Kept for a person to see, where nobody says whose it is.
#[test]
fn an_unsaid_number_is_kept_but_not_sure() {
    for data in [
        r#"{"nota":"Cliente Simone quiere visitar el martes. Su celular 955501111, vive en Maipú"}"#,
        r#"{"nombre":"Ana Rojas","celular conductor":"9 5550 1234"}"#,
    ] {
        assert!((0.5..0.85).contains(&sure(data)), "{data}: {}", sure(data));
    }
}

/// What an organization keeps somebody else's number in, with whose number a record is known by: its field's key, the
/// record, the customer's number and name, the other one's.
#[test]
fn a_number_that_a_field_keeps_for_somebody_is_not_the_customers() {
    let (own, other) = ("+56955501234", "+56955509876");
    for (key, name, data) in [
        (
            "tenant_phone",
            "Tenant phone",
            r#"{"owner":"Ana Pérez","owner_mobile":"955501234","tenant":"Luis Soto","tenant_mobile":"955509876"}"#,
        ),
        (
            "tel_arrendatario",
            "Teléfono del arrendatario",
            r#"{"arrendatario":"Luis Soto","fono_arrendatario":"955509876","propietaria":"Ana Pérez","fono_propietaria":"955501234"}"#,
        ),
        (
            "driver_phone",
            "Driver phone",
            r#"{"driver":{"name":"Luis Soto","phone":"955509876"},"shipment":{"shipper":{"contact":"Ana Pérez","mobile":"955501234"}}}"#,
        ),
        (
            "tel_familiar",
            "Teléfono del familiar",
            r#"{"nombre":"Ana Pérez","fono":"955501234","hija":"Bea Soto","movil hija":"955509876"}"#,
        ),
    ] {
        let outcome = structured_with(phone_field(key, name), data);
        let placed =
            |target: Target| outcome.placed(&target).and_then(|placed| placed.value.as_str().map(str::to_owned));
        assert_eq!(placed(Target::Phone).as_deref(), Some(own), "{data}");
        assert_eq!(placed(Target::Name).as_deref(), Some("Ana Pérez"), "{data}");
        assert!(placed(Target::Field(key.to_owned())).is_none_or(|kept| kept == other), "{data}");
    }
}

#[test]
fn a_number_of_nobody_in_particular_fills_no_field_of_somebody() {
    let data = r#"{"name":"Ana Pérez","mobile":"955501234","home_phone":"22 555 0144"}"#;
    let outcome = structured_with(phone_field("tenant_phone", "Tenant phone"), data);
    assert!(outcome.placed(&Target::Field("tenant_phone".to_owned())).is_none());
    let outcome = structured_with(phone_field("home_phone", "Home phone"), data);
    assert!(outcome.placed(&Target::Field("home_phone".to_owned())).is_some());
}

/// The field asks for the customer's own number by another word: nothing is taken away.
#[test]
fn the_only_number_is_the_customers_whatever_a_field_calls_it() {
    let outcome = structured_with(
        phone_field("tenant_phone", "Tenant phone"),
        r#"{"tenant":"Luis Soto","tenant_mobile":"955509876"}"#,
    );
    let phone = outcome.placed(&Target::Phone).and_then(|placed| placed.value.as_str());
    assert_eq!(phone, Some("+56955509876"));
}

/// As address books write them in spreadsheets: what line it is stands in a column of its own.
#[test]
fn the_kind_of_a_line_stands_beside_it() {
    let definitions = vec![Definition {
        key: "property_type".to_owned(),
        name: "Property type".to_owned(),
        field_type: FieldType::Select,
        options: ["Condo", "Townhouse", "Land"].map(str::to_owned).to_vec(),
        currency: None,
        description: None,
    }];
    let outcome = structured_with(
        definitions,
        r#"{"Name":"Ana Pérez","Phone 1 - Type":"Home","Phone 1 - Value":"22 555 0144","Phone 2 - Type":"* Mobile","Phone 2 - Value":"9 5550 1234","Phone 3 - Type":"Work Fax","Phone 3 - Value":"22 555 0145"}"#,
    );
    assert_eq!(outcome.placed(&Target::Phone).and_then(|phone| phone.value.as_str()), Some("+56955501234"));
    assert!(outcome.placed(&Target::Field("property_type".to_owned())).is_none(), "{:?}", outcome.placements);
    let kept: Vec<&str> = outcome.rest.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(kept, ["phone_1_type", "phone_1_value", "phone_2_type", "phone_3_type", "phone_3_value"]);
}

/// "Cédula del representante" asks for the papers of who answers for the pupil, not for who that is.
#[test]
fn whose_papers_a_field_asks_for_is_still_the_contact() {
    let text = |key: &str, name: &str| Definition {
        key: key.to_owned(),
        name: name.to_owned(),
        field_type: FieldType::Text,
        options: Vec::new(),
        currency: None,
        description: None,
    };
    let fields = vec![text("nombre_alumno", "Nombre del alumno"), text("cedula_rep", "Cédula del representante")];
    let outcome = structured_with(
        fields,
        r#"{"Representante":"Mercedes Chiluisa","Celular representante":"9 5550 1234","Nombre del alumno":"Matías Tipán"}"#,
    );
    let placed = |target: Target| outcome.placed(&target).and_then(|placed| placed.value.as_str());
    assert_eq!(placed(Target::Phone), Some("+56955501234"));
    assert_eq!(placed(Target::Name), Some("Mercedes Chiluisa"));
    assert_eq!(placed(Target::Field("nombre_alumno".to_owned())), Some("Matías Tipán"));
    assert_eq!(placed(Target::Field("cedula_rep".to_owned())), None);
}

/// A call that is asked for is no call that was made.
#[test]
fn a_call_to_be_returned_is_the_callers() {
    let phone = |data: &str| structured(data).placed(&Target::Phone).map(|phone| phone.value.clone());
    let own = Some(Json::from("+56955501234"));
    assert_eq!(phone(r#"{"nota":"Llama Hernán Bustos. Devolver llamado al 9 5550 1234."}"#), own);
    assert_eq!(phone(r#"{"nota":"Hernán Bustos reclama: llamado al 9 5550 1234 sin respuesta"}"#), None);
}
