//! The shapes in which forms, advertisements, shops and chats tell about a person: as messy as they come.

use serde_json::{Value, json};

use super::draw::Draw;
use super::patients::{Language, Patient, dotted};

pub fn metadata(patient: &Patient, draw: &mut Draw) -> Value {
    match patient.language {
        Language::Portuguese => portuguese(patient),
        Language::English => english(patient),
        Language::Spanish => match draw.below(8) {
            0 => site_form(patient, draw),
            1 => advertisement(patient),
            2 => booking(patient, draw),
            3 => survey(patient, draw),
            4 => spreadsheet(patient),
            5 => chat(patient),
            6 => automation(patient),
            _ => reception(patient, draw),
        },
    }
}

/// As people write their number: without the country.
fn national(patient: &Patient) -> String {
    match patient.phone.strip_prefix("+56") {
        Some(rest) => format!("{} {} {}", &rest[..1], &rest[1..5], &rest[5..]),
        None => patient.phone.clone(),
    }
}

fn full_name(patient: &Patient) -> String {
    format!("{} {} {}", patient.first, patient.last, patient.second)
}

fn slashed((year, month, day): (usize, usize, usize)) -> String {
    format!("{day:02}/{month:02}/{year}")
}

fn spoken((year, month, day): (usize, usize, usize)) -> String {
    const MONTHS: [&str; 12] = [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ];
    format!("{day} de {} de {year}", MONTHS[(month + 11) % 12])
}

fn site_form(p: &Patient, draw: &mut Draw) -> Value {
    json!({
        "Nombre Completo": full_name(p),
        "Celular": national(p),
        "Correo electrónico": p.email.to_uppercase(),
        "R.U.T.": p.rut,
        "¿Qué tratamiento te interesa?": p.treatment,
        "¿Es tu primera visita?": draw.pick(&["Sí", "No", "sí, primera vez"]),
        "Comuna": p.commune,
        "Comentario": draw.pick(&[
            "Quisiera saber si atienden los sábados.",
            "¿Tienen estacionamiento?",
            "Me da un poco de miedo la anestesia…",
            "Necesito boleta para reembolso de isapre.",
        ]),
        "acepta_condiciones": "on",
        "g-recaptcha-response": "03AGdBq2",
    })
}

fn advertisement(p: &Patient) -> Value {
    json!({
        "created_time": "2026-03-04T14:22:51+0000",
        "ad_name": "Blanqueamiento_Marzo_v3",
        "platform": "ig",
        "field_data": [
            {"name": "full_name", "values": [format!("{} {}", p.first, p.last)]},
            {"name": "phone_number", "values": [p.phone]},
            {"name": "email", "values": [p.email]},
            {"name": "tratamiento_de_interés", "values": [p.treatment.to_lowercase()]},
            {"name": "¿tienes_fonasa_o_isapre?", "values": [p.insurance.to_lowercase()]},
        ],
    })
}

fn booking(p: &Patient, draw: &mut Draw) -> Value {
    json!({
        "paciente": {
            "nombres": p.first, "apellidos": format!("{} {}", p.last, p.second), "rut": p.rut.replace('.', ""),
            "fecha_nac": slashed(p.born), "prevision_salud": p.insurance.to_uppercase(),
            "contacto": {"movil": national(p), "mail": p.email, "emergencia": "+56 9 5550 9900"},
        },
        "cita": {"prestacion": p.treatment, "box": draw.below(4) + 1, "duracion_min": 45, "sucursal": "Providencia"},
        "origen": p.source,
    })
}

fn survey(p: &Patient, draw: &mut Draw) -> Value {
    json!({
        "form_id": "kX93b", "submitted": true,
        "answers": [
            {"question": "¿Cómo te llamas?", "answer": full_name(p)},
            {"question": "¿A qué número te escribimos?", "answer": national(p)},
            {"question": "Tu correo", "answer": p.email},
            {"question": "¿Cuándo naciste?", "answer": spoken(p.born)},
            {"question": "¿Cuántas cargas familiares tienes?", "answer": draw.below(5).to_string()},
            {"question": "¿Cuál es tu presupuesto?", "answer": format!("${}", dotted(p.budget))},
        ],
    })
}

fn spreadsheet(p: &Patient) -> Value {
    json!({
        "N°": p.number + 1, "NOMBRE": full_name(p).to_uppercase(), "FONO": national(p).replace(' ', ""), "MAIL": p.email,
        "RUT": p.rut, "F. NACIMIENTO": slashed(p.born), "PREV.": p.insurance, "COMUNA": p.commune.to_uppercase(),
        "PPTO": format!("$ {}.-", dotted(p.budget)), "TTO": p.treatment, "OBS": "",
    })
}

fn chat(p: &Patient) -> Value {
    json!({
        "canal": "formulario rápido",
        "mensaje": format!(
            "Hola! soy {} {}, mi rut es {}. Quiero hora para {}, vivo en {}. Mi correo es {} gracias",
            p.first, p.last, p.rut, p.treatment.to_lowercase(), p.commune, p.email
        ),
    })
}

fn automation(p: &Patient) -> Value {
    let data = json!({
        "nombre": p.first, "apellido": p.last, "telefono": p.phone.trim_start_matches('+'), "email": p.email,
        "presupuesto": p.budget, "tratamientos": [p.treatment, "Limpieza"],
    });
    json!({"source": "webhook", "payload": data.to_string(), "utm": {"source": p.source, "medium": "cpc", "campaign": "otoño"}})
}

fn reception(p: &Patient, draw: &mut Draw) -> Value {
    json!({
        "Paciente": format!("{}, {}", p.last, p.first), "cel.": national(p), "rut paciente": p.rut,
        "Seguro / previsión": p.insurance, "viene por": p.treatment, "derivado por": draw.pick(&["Dra. Paz", "Dr. Olea", "-"]),
        "instagram": format!("https://www.instagram.com/{}.{}", structuring::fold(p.first), p.number),
    })
}

fn portuguese(p: &Patient) -> Value {
    json!({
        "Nome": format!("{} {}", p.first, p.last), "WhatsApp": p.phone, "E-mail": p.email,
        "Data de nascimento": slashed(p.born), "Tratamento de interesse": "clareamento dental",
        "É a primeira consulta?": "Sim", "Observação": "Moro em Santiago há dois meses, prefiro atendimento em português.",
    })
}

fn english(p: &Patient) -> Value {
    json!({
        "contact": {"firstName": p.first, "lastName": p.last, "mobile": p.phone, "email": p.email},
        "first_visit": true, "treatment": "teeth whitening", "budget": format!("CLP {}", dotted(p.budget)),
        "message": "Do you have an English-speaking dentist? I can come any weekday after 5 pm.", "utm_source": p.source,
    })
}
