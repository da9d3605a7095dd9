//! The call.

use crate::json::escape_pointer;
use crate::keys::snake_key;
use crate::{Flag, Json, Method, Outcome, Placement, Request, Source, Target, Warning, phone, read_email, read_value};

/// Name and revision of the engine; changes whenever the same data could come out differently.
pub const ENGINE: &str = "embedded/1";

/// Turns any JSON into placements, a rest and what a person should look at. Pure: no I/O, no clock.
pub fn structure(request: &Request<'_>) -> Outcome {
    let mut outcome = Outcome { engine: ENGINE, ..Outcome::default() };
    let explicit = request.explicit;
    for (target, value) in
        [(Target::Phone, &explicit.phone), (Target::Email, &explicit.email), (Target::Name, &explicit.name)]
    {
        if let Some(value) = value {
            outcome.placements.push(placement(target, Json::from(value.as_str()), Vec::new(), Method::Explicit));
        }
    }
    for (key, value) in &explicit.fields {
        outcome.placements.push(placement(Target::Field(key.clone()), value.clone(), Vec::new(), Method::Explicit));
    }
    let Some(object) = request.data.as_object() else {
        if !request.data.is_null() {
            outcome.rest.push(("value".to_owned(), request.data.clone()));
        }
        return outcome;
    };
    for (key, value) in object.iter() {
        let snake = snake_key(key);
        let mut pointer = String::new();
        escape_pointer(&mut pointer, key);
        if let Some((target, read)) = simple(request, &snake, value)
            && outcome.placed(&target).is_none()
        {
            let source = Source { pointer, span: None };
            outcome.placements.push(placement(target, read, vec![source], Method::Exact));
            continue;
        }
        if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
            continue;
        }
        if let Some(at) = outcome.rest.iter().position(|(name, _)| *name == snake) {
            outcome.rest.remove(at);
            outcome.warnings.push(Warning {
                code: "duplicate_key",
                pointer,
                message: format!("{snake} was there twice; the last one stays"),
            });
        }
        outcome.rest.push((snake, value.clone()));
    }
    outcome
}

fn simple(request: &Request<'_>, snake: &str, value: &Json) -> Option<(Target, Json)> {
    let same = |text: &str| snake_key(text) == snake;
    if let Some(definition) =
        request.definitions.iter().find(|definition| same(&definition.key) || same(&definition.name))
    {
        let read = read_value(definition, value, request.country).ok()?;
        return Some((Target::Field(definition.key.clone()), read));
    }
    let text = match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    match snake {
        "phone" | "telefono" | "celular" | "movil" | "whatsapp" | "telefone" | "mobile" | "phone_number" => {
            Some((Target::Phone, Json::from(phone::read_valid(&text, request.country)?.as_str())))
        }
        "email" | "correo" | "e_mail" | "mail" | "correo_electronico" => {
            Some((Target::Email, Json::from(read_email(&text)?)))
        }
        "name" | "nombre" | "nome" | "full_name" | "nombre_completo" | "nome_completo" => {
            Some((Target::Name, Json::from(text.trim())))
        }
        _ => None,
    }
}

fn placement(target: Target, value: Json, sources: Vec<Source>, method: Method) -> Placement {
    Placement { target, value, sources, confidence: 1.0, method, alternatives: Vec::new(), flags: Vec::<Flag>::new() }
}
