//! `recado serve --demo`: an invented dental clinic with a month of work behind it. Everything in it comes in through the
//! API's own operations, called within the process, with a clock that walks through that month.

mod chats;
mod clinic;
mod draw;
mod inside;
mod month;
mod patients;
mod shapes;
mod talk;

use std::net::SocketAddr;
use std::path::Path;

use api::seal::Sealer;
use crm::channels::ChannelType;
use crm::id::{IdSource, OrganizationId};
use crm::members;
use crm::organizations::{self, NewOrganization};
use crm::{Crm, Setup, Timestamp};
use serde_json::json;
use store::{Db, Priority, Tx};

use crate::cli::Failure;
use crate::password;
use inside::{Inside, WalkingClock};

const NAME: &str = "Clínica Dental Los Aromos";
/// What it is called until it is complete, so that one whose making was cut off is known and gone on with.
const UNFINISHED: &str = "Clínica Dental Los Aromos (incompleta)";
const OWNER: &str = "carolina.fuentes@losaromos.example.com";
const PASSWORD: &str = "demo-los-aromos";
/// The same in every demo, and therefore known to everybody: a demo is never served beyond this machine.
const KEY_BITS: [u8; 32] = *b"recado demo: everybody knows it!";
/// What the ids of the organization, its owner, its key and its first pipeline are made from.
const SEED: u64 = 0x0005_EEDA_4044_0500;
const FIRST_DAY: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

pub fn key() -> api::key::NewKey {
    api::key::from_bits(&KEY_BITS)
}

pub fn organization_id() -> OrganizationId {
    IdSource::new(FIRST_DAY, SEED).new_uuid().into()
}

/// Finds the demo's organization, or makes it; one that is complete is left as it is, whatever was done to it since.
pub async fn prepare(db: &Db, crm: &Crm, sealer: &Sealer) -> Result<(), Failure> {
    let id = organization_id();
    let clock = WalkingClock::default();
    clock.day(month::DAYS);
    let setup = match crm.fresh_setup(id).await {
        Ok(setup) => setup,
        Err(crm::Error::NotFound { .. }) => {
            create(db, clock.as_clock()()).await?;
            crm.fresh_setup(id).await?
        }
        Err(error) => return Err(error.into()),
    };
    if setup.key(&key().hash).is_none() {
        return Err(Failure::new(
            "the demo's API key was revoked in this database; use another --data-dir for a new demo",
        ));
    }
    if setup.organization.name != UNFINISHED {
        return Ok(());
    }
    let inside = Inside::new(Crm::open_with_clock(db.clone(), clock.as_clock())?, sealer.clone(), key().secret);
    let clinic = clinic::set_up(&inside, &setup).await?;
    month::work(&inside, &clock, clinic).await?;
    let_them_in(crm).await?;
    inside.patch("name", "/api/v1/organization", json!({"name": NAME})).await?;
    Ok(())
}

async fn create(db: &Db, now: Timestamp) -> Result<(), Failure> {
    let key = key();
    let new = NewOrganization {
        name: UNFINISHED.to_owned(),
        country: "CL".to_owned(),
        time_zone: None,
        currency: None,
        language: None,
        owner_name: Some("Carolina Fuentes".to_owned()),
        owner_email: OWNER.to_owned(),
        owner_password_hash: Some(password::hash(PASSWORD)?),
        key_hash: key.hash,
        key_hint: key.hint,
    };
    let work = move |tx: &mut Tx<'_>| organizations::create(tx, now, IdSource::new(FIRST_DAY, SEED), &new);
    db.write(Priority::Interactive, work).await?;
    Ok(())
}

/// Where this database has a demo that its key or its password still opens: the command that shuts it.
pub async fn open_to_everybody(crm: &Crm, data_dir: &Path) -> Result<Option<String>, Failure> {
    let place = format!("--data-dir {} --organization {}", data_dir.display(), organization_id());
    match crm.authenticate(key().hash).await {
        Ok(_) => return Ok(Some(format!("recado key revoke {place} {}", key().hint))),
        Err(crm::Error::Unauthorized) => {}
        Err(error) => return Err(error.into()),
    }
    let setup = match crm.fresh_setup(organization_id()).await {
        Ok(setup) => setup,
        Err(crm::Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    for member in setup.members.iter().filter(|member| member.active) {
        for found in crm.candidates(member.email.clone(), Some(organization_id())).await? {
            if found.password_hash.is_some_and(|hash| api::password::verify(PASSWORD, &hash)) {
                return Ok(Some(format!("recado member reset-password {place} {}", member.email)));
            }
        }
    }
    Ok(None)
}

/// Everybody in it signs in with the same password.
async fn let_them_in(crm: &Crm) -> Result<(), Failure> {
    let hash = password::hash(PASSWORD)?;
    let work = move |w: &mut crm::Work<'_, '_>| {
        let members: Vec<_> = w.setup.members.iter().filter(|member| member.active).map(|member| member.id).collect();
        for member in members {
            members::set_password(w, member, &hash, None)?;
        }
        Ok(())
    };
    Ok(crm.write(&crm::Caller::system(organization_id()), work).await?)
}

/// What somebody who sees it for the first time needs, for the terminal.
pub async fn introduction(crm: &Crm, address: SocketAddr) -> Result<String, Failure> {
    let setup = crm.fresh_setup(organization_id()).await?;
    let key = key().secret;
    let agents = setup.members.iter().filter(|member| member.active && member.email != OWNER);
    let others =
        agents.map(|member| format!("             or as the {} {}\n", member.role, member.email)).collect::<String>();
    let mut text = format!(
        "\n  Demo       {name}, with invented patients\n  \
         Reference  http://{address}/docs\n  \
         API key    {key}   (the same in every demo: not a secret)\n  \
         Sign in    http://{address}/login   with {OWNER} and the password {PASSWORD}\n{others}",
        name = setup.organization.name,
    );
    if let Some(call) = first_call(&setup, address, &key) {
        text.push_str("\nPush a customer in, any shape of data:\n\n");
        text.push_str(&call);
    }
    Ok(text)
}

/// An upsert to be pasted into a shell. None where the channel or all stages are gone.
fn first_call(setup: &Setup, address: SocketAddr, key: &str) -> Option<String> {
    let channel = setup.channels.iter().find(|c| c.channel_type == ChannelType::Whatsapp && !c.archived)?;
    let number = channel.phone.as_deref()?;
    let stage = setup.pipelines.first()?.stages.first()?.id;
    Some(format!(
        r#"curl -sS -X POST http://{address}/api/public/customer/upsert/info \
  -H 'x-api-key: {key}' -H 'content-type: application/json' \
  -d '{{
    "channel": "whatsapp", "channel_phone_number": "{number}", "stageId": "{stage}",
    "meta_data": {{
      "Nombre Completo": "Martina Rojas Vidal", "Celular": "9 5550 7788", "correo electrónico": "martina.rojas@example.com",
      "datos": {{"RUT": "20.347.850-K", "Fecha de nacimiento": "3 de mayo de 1999", "previsión": "fonasa"}},
      "presupuesto": "$ 450.000", "le interesa": "blanqueamiento y limpieza", "utm_source": "instagram"
    }}
  }}'
"#
    ))
}
