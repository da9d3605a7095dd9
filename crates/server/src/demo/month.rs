//! A month of work: people come in, are written down about, moved over the board, won or lost.

use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::clinic::{Clinic, PLAYGROUND, WEB_WHATSAPP, WHATSAPP, text};
use super::draw::Draw;
use super::inside::{Inside, WalkingClock};
use super::patients::{self, Patient, Way};
use super::{chats, shapes, talk};
use crate::cli::Failure;

pub const DAYS: i64 = 30;

/// How far somebody gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    JustCame,
    Examined,
    Offered,
    Accepted,
    Gone,
    CheckUp,
}

#[derive(Debug)]
struct Case {
    patient: Patient,
    fate: Fate,
    /// Counted from the first day of the month.
    comes: i64,
    metadata: Value,
    agent: Option<String>,
    note: Option<&'static str>,
    reason: &'static str,
    tags: Vec<i64>,
    checkup: usize,
    /// Known once it came.
    contact: OnceLock<String>,
}

/// Lives through the month. The people of one day come beside each other, days follow each other.
pub async fn work(inside: &Inside, clock: &WalkingClock, clinic: Clinic) -> Result<(), Failure> {
    let cases: Vec<Arc<Case>> = cases(&clinic).into_iter().map(Arc::new).collect();
    let clinic = Arc::new(clinic);
    for day in 0..DAYS {
        clock.day(DAYS - 1 - day);
        let mut running = JoinSet::new();
        for case in &cases {
            let since = day - case.comes;
            if !matches!(since, 0 | 2 | 5) {
                continue;
            }
            let (inside, clinic, case) = (inside.clone(), clinic.clone(), case.clone());
            running.spawn(async move {
                match since {
                    0 => case.come(&inside, &clinic).await,
                    2 => case.go_on(&inside, &clinic).await,
                    _ => case.end(&inside, &clinic).await,
                }
            });
        }
        while let Some(done) = running.join_next().await {
            done??;
        }
    }
    let setup = inside.crm().fresh_setup(super::organization_id()).await?;
    let known: Vec<_> = cases.iter().filter_map(|case| Some((&case.patient, case.contact.get()?.clone()))).collect();
    chats::write(inside, clock, &setup, &known).await
}

fn cases(clinic: &Clinic) -> Vec<Case> {
    let mut draw = Draw::new(555);
    let mut cases = Vec::new();
    for patient in patients::all() {
        let fate = match draw.below(100) {
            0..26 => Fate::JustCame,
            26..46 => Fate::Examined,
            46..64 => Fate::Offered,
            64..78 => Fate::Accepted,
            78..90 => Fate::Gone,
            _ => Fate::CheckUp,
        };
        let reasons = if fate == Fate::Accepted { talk::WON } else { talk::LOST };
        let tags = if draw.chance(35) {
            vec![draw.pick(&clinic.contact_tags), draw.pick(&clinic.contact_tags)]
        } else {
            vec![]
        };
        cases.push(Case {
            comes: (patient.number as i64 * DAYS / patients::COUNT as i64).min(DAYS - 1),
            metadata: shapes::metadata(&patient, &mut draw),
            agent: draw.chance(70).then(|| clinic.agents[draw.below(clinic.agents.len())].clone()),
            note: draw.chance(45).then(|| draw.pick(talk::NOTES)),
            reason: draw.pick(reasons),
            checkup: draw.below(clinic.checkups.len()),
            tags,
            fate,
            patient,
            contact: OnceLock::new(),
        });
    }
    cases
}

impl Case {
    fn name(&self, step: &str) -> String {
        format!("{step} {}", self.patient.number)
    }

    /// Who it is, on which channel: what every upsert says.
    fn who(&self, clinic: &Clinic) -> Value {
        let phone = &self.patient.phone;
        match self.patient.way {
            Way::Whatsapp => {
                json!({"channel": "whatsapp", "channel_phone_number": WHATSAPP, "contact_phone_number": phone})
            }
            Way::WebWhatsapp => {
                json!({"channel": "web-whatsapp", "channel_phone_number": WEB_WHATSAPP, "contact_phone_number": phone})
            }
            Way::Playground => {
                json!({"channel": "playground", "channel_phone_number": PLAYGROUND, "contact_phone_number": phone})
            }
            Way::Webchat => {
                let visitor = format!("visitante-{:04}", self.patient.number * 7);
                json!({"channel": "webchat", "channel_id": clinic.webchat, "external_user_id": visitor})
            }
        }
    }

    fn stage<'c>(&self, clinic: &'c Clinic) -> &'c str {
        match self.fate {
            Fate::CheckUp => &clinic.checkups[self.checkup],
            _ => &clinic.sales[0],
        }
    }

    async fn come(&self, inside: &Inside, clinic: &Clinic) -> Result<(), Failure> {
        let mut input = self.who(clinic);
        input["stageId"] = json!(self.stage(clinic));
        input["meta_data"] = self.metadata.clone();
        if let Some(agent) = &self.agent {
            input["agentId"] = json!(agent);
        }
        if self.fate == Fate::CheckUp {
            input["custom_field_values"] = json!([{"key": "primera_visita", "value": false}]);
            input["note"] = json!("Le toca control semestral.");
        }
        let contact = text(&inside.post(&self.name("come"), "/api/public/customer/upsert/info", input).await?, "id");
        if !self.tags.is_empty() {
            let path = format!("/api/public/contact/tags/{contact}");
            inside.patch(&self.name("tag"), &path, json!({"tagsIds": self.tags})).await?;
        }
        // Set once a run: a case comes on one day only.
        self.contact.get_or_init(|| contact);
        Ok(())
    }

    /// Two days later: a note, and one or two stages further.
    async fn go_on(&self, inside: &Inside, clinic: &Clinic) -> Result<(), Failure> {
        let Some(contact) = self.contact.get() else { return Ok(()) };
        if let Some(note) = self.note {
            let path = format!("/api/v1/contacts/{contact}/notes");
            inside.post(&self.name("note"), &path, json!({"text": note})).await?;
        }
        let at = match self.fate {
            Fate::JustCame | Fate::CheckUp => return Ok(()),
            Fate::Examined => 1,
            Fate::Offered | Fate::Accepted | Fate::Gone => 2,
        };
        let mut input = self.who(clinic);
        input["stageId"] = json!(clinic.sales[at]);
        inside.post(&self.name("move"), "/api/public/customer/upsert/info", input).await?;
        let branch = ["Providencia", "Ñuñoa", "Maipú"][self.patient.number % 3];
        let metadata = json!({"sucursal": branch, "urgente": self.patient.number.is_multiple_of(9), "derivado_de": self.patient.source});
        let input = json!({"ai_contact_id": contact, "metadata": metadata});
        inside.post(&self.name("ticket"), "/api/public/ticket/metadata", input).await?;
        if at == 2 {
            let input = json!({"ai_contact_id": contact, "amount": self.patient.budget, "currency": "CLP"});
            inside.post(&self.name("amount"), "/api/public/ticket/amount", input).await?;
        }
        Ok(())
    }

    /// Five days after they came: yes or no.
    async fn end(&self, inside: &Inside, clinic: &Clinic) -> Result<(), Failure> {
        let (Some(contact), Fate::Accepted | Fate::Gone) = (self.contact.get(), self.fate) else { return Ok(()) };
        let stage = &clinic.sales[if self.fate == Fate::Accepted { 3 } else { 4 }];
        let info = inside.get(&format!("/api/public/contact/{contact}/info")).await?;
        let Some(ticket) = info["active_ticket"]["id"].as_str() else { return Ok(()) };
        let path = format!("/api/v1/tickets/{ticket}/move");
        inside.post(&self.name("end"), &path, json!({"stage_id": stage, "reason": self.reason})).await?;
        Ok(())
    }
}
