//! What patients and the clinic write to each other in the last days: through the functions that a provider's calls come to and
//! that the API's own operations run, so that the inbox has something of everything.

use crm::channels::ChannelType;
use crm::id::{ChannelId, MessageId};
use crm::leases::Lease;
use crm::messages::{self, Incoming, Item, Person, StatusUpdate, Way};
use crm::outbox::{self, Fate};
use crm::{Caller, Setup};
use serde_json::json;
use structuring::phone;

use super::inside::{Inside, WalkingClock};
use super::patients::{Language, Patient, Way as Channel};
use crate::cli::Failure;

/// Days with conversations, today's the last.
const DAYS: i64 = 7;
/// Of one day.
const A_DAY: usize = 9;

#[derive(Debug, Clone, Copy)]
enum Line {
    They(&'static str),
    We(&'static str),
}

use Line::{They, We};

/// How far the last of ours came, and whether somebody has read the last of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Queued,
    Sent,
    Delivered,
    Read,
    Failed,
    /// Theirs is the last, and somebody has read it.
    Seen,
    /// Theirs is the last, and nobody has.
    Unseen,
}

const SPANISH: &[(&[Line], End)] = &[
    (
        &[
            They("Hola! Quisiera saber cuánto cuesta una limpieza 🦷"),
            We("¡Hola! La limpieza dental vale $35.000, con Fonasa $28.000."),
            They("Perfecto, ¿tienen hora esta semana?"),
        ],
        End::Unseen,
    ),
    (
        &[
            They("Buenas tardes"),
            They("Necesito reagendar mi hora del jueves"),
            We("Buenas tardes, ningún problema. ¿Le acomoda el viernes a las 10:30?"),
            They("Sí, ese horario me sirve"),
            We("Listo, quedó agendado para el viernes a las 10:30 en Providencia."),
        ],
        End::Read,
    ),
    (&[They("¿Atienden urgencias el sábado? Me duele mucho una muela")], End::Unseen),
    (
        &[
            They("Hola, me llegó el presupuesto"),
            They("¿Se puede pagar en cuotas?"),
            We("Sí, hasta en 6 cuotas sin interés con tarjeta de crédito."),
            They("Buenísimo, lo converso en la casa y les aviso"),
            We("¡Perfecto! Quedamos atentos."),
        ],
        End::Delivered,
    ),
    (
        &[
            They("Doctora, ¿es normal que me duela todavía después de la extracción?"),
            We("Puede molestar un par de días. ¿Tiene fiebre o hinchazón?"),
            They("No, solo dolor al masticar"),
            They("Y un poquito de sangre en la mañana"),
        ],
        End::Seen,
    ),
    (
        &[
            They("¿Dónde queda la sucursal de Ñuñoa?"),
            We("Estamos en Irarrázaval, a dos cuadras del metro Ñuñoa."),
            They("Gracias!!"),
        ],
        End::Seen,
    ),
    (
        &[
            They("Hola, ¿siguen con la promoción de blanqueamiento?"),
            We("Hola, sí, hasta fin de mes: $89.000 las dos sesiones."),
        ],
        End::Failed,
    ),
    (&[They("Quería confirmar mi hora de mañana"), We("Confirmada para las 16:00 con la Dra. Paz 😊")], End::Read),
    (
        &[
            They("Buen día, ¿reciben Isapre?"),
            We("Sí, trabajamos con todas por reembolso."),
            They("Ok, ¿me pueden enviar el detalle con los códigos?"),
            We("Claro, se lo enviamos hoy al correo que tenemos registrado."),
        ],
        End::Sent,
    ),
    (&[They("Les dejé la radiografía en recepción"), They("¿La alcanzaron a ver?"), They("?")], End::Unseen),
    (
        &[
            They("No voy a poder ir hoy, me surgió un problema en el trabajo"),
            We("Gracias por avisar. ¿Le busco otra hora para la próxima semana?"),
        ],
        End::Queued,
    ),
];
const PORTUGUESE: &[(&[Line], End)] = &[
    (
        &[
            They("Oi, bom dia! Vocês atendem em português?"),
            We("Bom dia! Sim, a doutora fala português. Como podemos ajudar?"),
            They("Queria fazer um clareamento, qual é o valor?"),
        ],
        End::Unseen,
    ),
    (
        &[
            They("Boa tarde, preciso remarcar a consulta"),
            We("Boa tarde! Pode ser na terça às 17h?"),
            They("Pode sim, obrigada!"),
        ],
        End::Seen,
    ),
];
const ENGLISH: &[(&[Line], End)] = &[
    (
        &[
            They("Hi, do you have an English-speaking dentist?"),
            We("Hello! Yes, Dr. Olea speaks English. When would you like to come?"),
            They("Any weekday after 5 pm works for me"),
        ],
        End::Unseen,
    ),
    (
        &[They("Thanks for today, everything went great 🙏"), We("So glad to hear that! See you in six months.")],
        End::Read,
    ),
];

/// A patient with the id of their contact.
pub type Known<'p> = (&'p Patient, String);

pub async fn write(inside: &Inside, clock: &WalkingClock, setup: &Setup, known: &[Known<'_>]) -> Result<(), Failure> {
    let channel = |way: Channel| {
        let kind = match way {
            Channel::Whatsapp => ChannelType::Whatsapp,
            Channel::WebWhatsapp => ChannelType::WebWhatsapp,
            Channel::Playground => ChannelType::Playground,
            Channel::Webchat => return None,
        };
        setup.channels.iter().find(|channel| channel.channel_type == kind).map(|channel| channel.id)
    };
    // Those that came last write last.
    let writing: Vec<_> =
        known.iter().filter_map(|(patient, id)| Some((*patient, id, channel(patient.way)?))).collect();
    let writing = &writing[writing.len().saturating_sub(DAYS as usize * A_DAY)..];
    for (day, people) in writing.chunks(A_DAY).enumerate() {
        clock.day(DAYS - 1 - day as i64);
        for (patient, contact, channel) in people {
            let of = match patient.language {
                Language::Spanish => SPANISH,
                Language::Portuguese => PORTUGUESE,
                Language::English => ENGLISH,
            };
            let (lines, end) = of[patient.number % of.len()];
            let chat = Chat { inside, caller: Caller::system(setup.id()), patient, contact, channel: *channel };
            chat.write(lines, end).await?;
        }
    }
    Ok(())
}

struct Chat<'c> {
    inside: &'c Inside,
    caller: Caller,
    patient: &'c Patient,
    contact: &'c str,
    channel: ChannelId,
}

impl Chat<'_> {
    async fn write(&self, lines: &[Line], end: End) -> Result<(), Failure> {
        for (at, line) in lines.iter().enumerate() {
            let last = at + 1 == lines.len();
            match line {
                They(text) => self.hear(at, text).await?,
                We(text) => {
                    self.read(at).await?;
                    self.say(at, text, if last { end } else { End::Read }).await?;
                }
            }
        }
        if end == End::Seen {
            self.read(lines.len()).await?;
        }
        Ok(())
    }

    fn name(&self, what: &str, at: usize) -> String {
        format!("{what} {} {at}", self.patient.number)
    }

    async fn hear(&self, at: usize, text: &str) -> Result<(), Failure> {
        let number = phone::read_possible(&self.patient.phone, None)
            .map_err(|error| Failure::new(format!("the demo: a phone: {error}")))?;
        let incoming = Incoming {
            provider_id: format!("demo.in.{}.{at}", self.patient.number),
            person: Person { phone: Some(number), ..Person::default() },
            kind: "text".to_owned(),
            body: text.to_owned(),
            payload: None,
            files: Vec::new(),
            reply_to: None,
            at: None,
            way: Way::Received,
        };
        let items = [(self.channel, Item::Message(Box::new(incoming)))];
        self.inside.crm().write(&self.caller, move |w| messages::receive(w, &items)).await?;
        Ok(())
    }

    async fn read(&self, at: usize) -> Result<(), Failure> {
        let path = format!("/api/v1/conversations/{}/read", self.contact);
        self.inside.post(&self.name("read", at), &path, json!({})).await?;
        Ok(())
    }

    async fn say(&self, at: usize, text: &str, end: End) -> Result<(), Failure> {
        let body = json!({"contact_id": self.contact, "text": text});
        let sent = self.inside.post(&self.name("say", at), "/api/v1/messages", body).await?;
        let id: MessageId = sent["id"].as_str().unwrap_or_default().parse().unwrap_or_default();
        if end == End::Queued {
            return Ok(());
        }
        let provider_id = format!("demo.out.{}.{at}", self.patient.number);
        let fate = match end {
            End::Failed => Fate::Failed(messages::Failure {
                code: "131026".to_owned(),
                title: Some("Message undeliverable".to_owned()),
                details: Some("An invented failure: this is a demo.".to_owned()),
                advice: Some("Check that the number is on WhatsApp, then send it again.".to_owned()),
            }),
            _ => Fate::Accepted { provider_id: provider_id.clone(), wa_id: None },
        };
        let words: &[messages::MessageStatus] = match end {
            End::Delivered => &[messages::MessageStatus::Delivered],
            End::Read => &[messages::MessageStatus::Delivered, messages::MessageStatus::Read],
            _ => &[],
        };
        let channel = self.channel;
        self.inside
            .crm()
            .write(&self.caller, move |w| {
                // Nobody else sends anything while the demo is made.
                let lease = Lease { name: "demo".to_owned(), holder: "demo".to_owned(), fence: 0 };
                outbox::settle(w, &lease, id, &fate)?;
                let items = words.iter().map(|status| {
                    let update = StatusUpdate {
                        provider_id: provider_id.clone(),
                        message_id: Some(id),
                        status: *status,
                        at: w.now,
                        failure: None,
                        pricing: None,
                    };
                    (channel, Item::Status(Box::new(update), Person::default()))
                });
                let items: Vec<_> = items.collect();
                messages::receive(w, &items)
            })
            .await?;
        Ok(())
    }
}
