//! What the clinic has set up: boards, people, fields, tags, channels.

use crm::Setup;
use serde_json::{Value, json};

use super::inside::Inside;
use crate::cli::Failure;

/// Numbers that nobody has.
pub const WHATSAPP: &str = "+56955500100";
pub const WEB_WHATSAPP: &str = "+56955500200";
pub const PLAYGROUND: &str = "+56955500300";

/// What the month's work needs to name.
#[derive(Debug)]
pub struct Clinic {
    /// Of the board of new patients: new, examined, offered, accepted (won), gone (lost).
    pub sales: Vec<String>,
    /// Of the board of check-ups, all open.
    pub checkups: Vec<String>,
    pub agents: Vec<String>,
    pub contact_tags: Vec<i64>,
    pub webchat: String,
}

pub async fn set_up(inside: &Inside, setup: &Setup) -> Result<Clinic, Failure> {
    let (sales, checkups) = boards(inside, setup).await?;
    let agents = members(inside, setup).await?;
    for (at, field) in fields().into_iter().enumerate() {
        inside.post(&format!("field {at}"), "/api/v1/custom_fields", field).await?;
    }
    let contact_tags = tags(inside).await?;
    let webchat = channels(inside).await?;
    Ok(Clinic { sales, checkups, agents, contact_tags, webchat })
}

async fn boards(inside: &Inside, setup: &Setup) -> Result<(Vec<String>, Vec<String>), Failure> {
    let first = setup.pipelines.first().ok_or_else(|| Failure::new("the demo: the first pipeline is gone"))?;
    let path = format!("/api/v1/pipelines/{}", first.id);
    let about = "De la primera consulta al tratamiento aceptado";
    inside.patch("sales", &path, json!({"name": "Pacientes nuevos", "description": about})).await?;
    let names = ["Consulta nueva", "Evaluación agendada", "Presupuesto enviado", "Tratamiento aceptado", "No siguió"];
    let mut sales = Vec::new();
    for (at, (stage, name)) in first.stages.iter().zip(names).enumerate() {
        let path = format!("{path}/stages/{}", stage.id);
        inside.patch(&format!("stage {at}"), &path, json!({"name": name})).await?;
        sales.push(stage.id.to_string());
    }
    let stages = ["Por contactar", "Contactado", "Control agendado", "Sin respuesta"];
    let second = json!({
        "name": "Controles y mantención",
        "description": "Pacientes que vuelven cada seis meses",
        "stages": stages.map(|name| json!({"name": name})),
    });
    let made = inside.post("checkups", "/api/v1/pipelines", second).await?;
    let stages = made["stages"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok((sales, stages.iter().map(|stage| text(stage, "id")).collect()))
}

async fn members(inside: &Inside, setup: &Setup) -> Result<Vec<String>, Failure> {
    let people = [
        ("Rodrigo Sepúlveda", "rodrigo.sepulveda", "admin", "+56955500411", "online"),
        ("Valentina Muñoz", "valentina.munoz", "agent", "+56955500412", "online"),
        ("Joaquín Araya", "joaquin.araya", "agent", "+56955500413", "away"),
    ];
    let mut agents: Vec<String> = setup.members.iter().map(|member| member.id.to_string()).collect();
    for (name, mail, role, phone, availability) in people {
        let member = json!({
            "name": name, "email": format!("{mail}@losaromos.example.com"), "role": role, "phone": phone,
            "availability": availability,
        });
        agents.push(text(&inside.post(&format!("member {mail}"), "/api/v1/members", member).await?, "id"));
    }
    Ok(agents)
}

fn fields() -> Vec<Value> {
    vec![
        json!({"name": "RUT", "type": "text", "identifier": true, "description": "Rol único tributario del paciente"}),
        json!({"name": "Fecha de nacimiento", "type": "date"}),
        json!({"name": "Previsión", "type": "select", "options": ["Fonasa", "Isapre", "Particular"]}),
        json!({"name": "Tratamientos", "type": "multi_select", "description": "Tratamientos de interés",
               "options": ["Ortodoncia", "Implantes", "Blanqueamiento", "Limpieza", "Endodoncia", "Carillas"]}),
        json!({"name": "Presupuesto", "type": "currency", "currency": "CLP"}),
        json!({"name": "Primera visita", "type": "boolean", "description": "Si es su primera visita a la clínica"}),
        json!({"name": "Cargas familiares", "type": "number"}),
        json!({"name": "Teléfono de emergencia", "type": "phone"}),
        json!({"name": "Correo de facturación", "type": "email"}),
        json!({"name": "Perfil", "type": "url", "description": "Página o perfil en una red social"}),
        json!({"name": "Comuna", "type": "text"}),
        json!({"name": "Fecha de la cita", "type": "date", "entity": "ticket"}),
        json!({"name": "Sucursal", "type": "select", "entity": "ticket", "options": ["Providencia", "Ñuñoa", "Maipú"]}),
        json!({"name": "Urgente", "type": "boolean", "entity": "ticket"}),
    ]
}

async fn tags(inside: &Inside) -> Result<Vec<i64>, Failure> {
    let tags = [
        ("VIP", "amber", "CONTACT"),
        ("Familia", "teal", "CONTACT"),
        ("Convenio empresa", "blue", "CONTACT"),
        ("Miedo al dentista", "purple", "CONTACT"),
        ("Niños", "pink", "CONTACT"),
        ("Recomendado", "green", "CONTACT"),
        ("Pago pendiente", "red", "CONTACT"),
        ("Urgencia", "red", "TICKET"),
        ("Segunda opinión", "indigo", "TICKET"),
        ("Financiamiento", "cyan", "TICKET"),
    ];
    let mut contact_tags = Vec::new();
    for (at, (value, variant, entity)) in tags.into_iter().enumerate() {
        let tag = json!({"value": value, "variant": variant, "entity_type": entity});
        let made = inside.post(&format!("tag {at}"), "/api/v1/tags", tag).await?;
        if entity == "CONTACT" {
            contact_tags.extend(made["id"].as_i64());
        }
    }
    Ok(contact_tags)
}

/// One of each kind; none of them reaches anybody. Answers the web chat's id.
async fn channels(inside: &Inside) -> Result<String, Failure> {
    let channels = [
        json!({
            "type": "whatsapp", "name": "WhatsApp de la clínica", "phone_number": WHATSAPP,
            "phone_number_id": "105550100200300", "waba_id": "205550100200300", "access_token": "demo-access-token",
            "app_secret": "demo-app-secret", "verify_token": "demo-verify-token",
        }),
        json!({"type": "web-whatsapp", "name": "WhatsApp de recepción", "phone_number": WEB_WHATSAPP}),
        json!({"type": "playground", "name": "Simulador", "phone_number": PLAYGROUND}),
        json!({"type": "webchat", "name": "Chat del sitio", "allowed_origins": ["https://losaromos.example.com"]}),
    ];
    let mut last = Value::Null;
    for (at, channel) in channels.into_iter().enumerate() {
        last = inside.post(&format!("channel {at}"), "/api/v1/channels", channel).await?;
    }
    Ok(text(&last, "id"))
}

pub fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}
