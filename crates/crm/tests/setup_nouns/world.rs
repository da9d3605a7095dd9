//! Two organizations on one database, and the shortest ways to do something in one of them.

use crm::access::Caller;
use crm::channels::{self, Channel, ChannelDetails, ChannelType, DefaultStage, NewChannel};
use crm::contacts::{Contact, ValueSource};
use crm::customers::{self, Who};
use crm::id::{ChannelId, FieldId, MemberId, OrganizationId, StageId};
use crm::organizations::{Created, NewOrganization};
use crm::tickets::{self, Ticket};
use crm::{Crm, Error, Result, Setup, Work};
use store::params;
use store::testing::each_engine;
use structuring::json::Mode;
use structuring::{Json, phone};

pub struct World {
    pub crm: Crm,
    pub here: Created,
    pub elsewhere: Created,
}

/// Runs on each engine, with a fresh world.
pub fn each(body: impl Fn(&World)) {
    each_engine(|db| {
        let crm = Crm::open(db.clone()).unwrap();
        let here = crm.create_organization_blocking(organization("Aquí", "CL", 1)).unwrap();
        let elsewhere = crm.create_organization_blocking(organization("Allá", "BR", 2)).unwrap();
        body(&World { crm, here, elsewhere });
    });
}

pub fn organization(name: &str, country: &str, key: u8) -> NewOrganization {
    NewOrganization {
        name: name.to_owned(),
        country: country.to_owned(),
        time_zone: None,
        currency: None,
        language: None,
        owner_name: None,
        owner_email: "Dueña@Example.com".replace('ñ', "n"),
        owner_password_hash: Some("hash".to_owned()),
        key_hash: [key; 32],
        key_hint: "rk_abcde".to_owned(),
    }
}

impl World {
    /// In the first organization.
    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Work<'_, '_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.crm.write_blocking(&Caller::system(self.here.organization_id), f)
    }

    /// In the second.
    pub fn write_elsewhere<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Work<'_, '_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.crm.write_blocking(&Caller::system(self.elsewhere.organization_id), f)
    }

    /// What is true of the set-up of the first one now.
    pub fn setup<T: Send + 'static>(&self, f: impl Fn(&Setup) -> T + Send + 'static) -> T {
        self.write(move |w| Ok(f(&w.setup))).unwrap()
    }

    pub fn stages(&self) -> Vec<StageId> {
        self.setup(|setup| setup.pipelines[0].stages.iter().map(|stage| stage.id).collect())
    }

    /// A playground channel of its own number.
    pub fn channel(&self) -> ChannelId {
        let id = self.write(|w| Ok(w.new_id())).unwrap();
        self.write(move |w| channels::create(w, &playground(id, "+56 2 2345 6789"))).unwrap();
        id
    }

    /// A person on a channel.
    pub fn contact(&self, channel: ChannelId, number: &str) -> Contact {
        let number = number.to_owned();
        self.write(move |w| {
            let channel: Channel = channels::get(&w.setup, channel)?.clone();
            let phone = phone::read_possible(&number, Some("CL")).unwrap();
            let who = Who { phone: Some(phone), ..Who::default() };
            Ok(customers::find_or_create(w, &channel, &who)?.contact)
        })
        .unwrap()
    }

    /// The contact's ticket in a stage, in an agent's hands.
    pub fn ticket(&self, contact: &Contact, stage: StageId, agent: Option<MemberId>) -> Ticket {
        let contact = contact.clone();
        self.write(move |w| {
            let mut contact = Contact::get(w, contact.id)?;
            let ticket = tickets::place(w, &mut contact, stage, None, false)?.ticket;
            match agent {
                None => Ok(ticket),
                Some(agent) => {
                    Ok(crm::contacts::assign(w, &contact, Some(ticket), agent, crm::contacts::Leaving::Nobody)?
                        .ticket
                        .unwrap())
                }
            }
        })
        .unwrap()
    }

    /// Gives the contact's customer a value.
    pub fn value(&self, contact: &Contact, field: FieldId, value: &str) {
        let (customer, value) = (contact.customer_id.0, Json::parse(value.as_bytes(), Mode::Strict).unwrap());
        self.write(move |w| customers::write_value(w, customer, field, &value, ValueSource::Explicit, None)).unwrap();
    }

    pub fn values(&self, contact: &Contact) -> Vec<String> {
        let customer = contact.customer_id.0;
        let values = self.write(move |w| customers::values_of(w, customer)).unwrap();
        values.into_iter().map(|value| value.value).collect()
    }

    /// Changes of the set-up that were recorded: `noun change`, in order.
    pub fn recorded(&self) -> Vec<String> {
        let rows = self.write(|w| {
            let organization = w.organization();
            Ok(w.tx.query(
                "SELECT data FROM events WHERE organization_id = $1 AND topic = 'setup.changed' ORDER BY sequence",
                params![organization],
            )?)
        });
        let read = |row: &store::Row| {
            let data: serde_json::Value = serde_json::from_str(row.text("data").unwrap()).unwrap();
            format!("{} {}", data["noun"].as_str().unwrap(), data["change"].as_str().unwrap())
        };
        rows.unwrap().iter().map(read).collect()
    }

    pub fn revision(&self, organization: OrganizationId) -> i64 {
        self.crm.write_blocking(&Caller::system(organization), |w| Ok(w.setup.revision)).unwrap()
    }
}

pub fn playground(id: ChannelId, number: &str) -> NewChannel {
    NewChannel {
        id,
        channel_type: ChannelType::Playground,
        name: "Pruebas".to_owned(),
        country: None,
        details: ChannelDetails { phone_number: Some(Some(number.to_owned())), ..ChannelDetails::default() },
        secrets: None,
        default_stage: DefaultStage::First,
        reopen_within_hours: 0,
    }
}

/// What is wrong: the code, and `pointer code` of each bad part.
pub fn wrong<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Ok(value) => panic!("accepted: {value:?}"),
        Err(Error::Invalid(errors)) => {
            errors.iter().map(|e| format!("{} {}", e.pointer, e.code)).collect::<Vec<_>>().join(", ")
        }
        Err(error) => error.code().to_owned(),
    }
}

/// What people are told.
pub fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(Error::Conflict { message, .. }) => message,
        other => panic!("no conflict: {other:?}"),
    }
}
