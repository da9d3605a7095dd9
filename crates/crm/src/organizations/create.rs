//! Making an organization that can be worked with at once: its owner, a key, a first pipeline.

use serde::Serialize;
use serde_json::json;
use store::{Priority, Tx, params};

use super::{Country, NAME_LIMIT, check_language, check_time_zone};
use crate::access::Caller;
use crate::error::{Problems, Result};
use crate::id::{ApiKeyId, IdSource, MemberId, OrganizationId};
use crate::keys::{self, NewKey};
use crate::members::{self, NewMember, Role};
use crate::pipelines::{self, NewPipeline, NewStage, Outcome};
use crate::time::Timestamp;
use crate::work::{Crm, Work};
use crate::{changes, checks};

/// An organization and its owner.
#[derive(Debug, Clone)]
pub struct Founding {
    pub name: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// None, here and below: what is usual in the country.
    pub time_zone: Option<String>,
    pub currency: Option<String>,
    pub language: Option<String>,
    /// None: what stands before the @ of the e-mail.
    pub owner_name: Option<String>,
    pub owner_email: String,
    /// Argon2id, computed by the caller. None: the owner cannot log in before a password is set.
    pub owner_password_hash: Option<String>,
}

/// The same, and a first API key.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    pub name: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// None, here and below: what is usual in the country.
    pub time_zone: Option<String>,
    pub currency: Option<String>,
    pub language: Option<String>,
    /// None: what stands before the @ of the e-mail.
    pub owner_name: Option<String>,
    pub owner_email: String,
    /// Argon2id, computed by the caller. None: the owner cannot log in before a password is set.
    pub owner_password_hash: Option<String>,
    /// SHA-256 of the first API key, which may do everything.
    pub key_hash: [u8; 32],
    /// The key's first characters, to recognise it by.
    pub key_hint: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Created {
    pub organization_id: OrganizationId,
    pub owner_id: MemberId,
    pub api_key_id: ApiKeyId,
}

/// An organization without a key of its own: whoever made it signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Founded {
    pub organization_id: OrganizationId,
    pub owner_id: MemberId,
}

/// Runs without an organization, hence on the bare transaction. Two organizations may have the same name.
pub fn create(tx: &mut Tx<'_>, now: Timestamp, ids: IdSource, new: &NewOrganization) -> Result<Created> {
    let key = NewKey {
        name: "First key".to_owned(),
        scopes: vec!["*".to_owned()],
        hash: new.key_hash,
        hint: new.key_hint.clone(),
    };
    let founding = Founding {
        name: new.name.clone(),
        country: new.country.clone(),
        time_zone: new.time_zone.clone(),
        currency: new.currency.clone(),
        language: new.language.clone(),
        owner_name: new.owner_name.clone(),
        owner_email: new.owner_email.clone(),
        owner_password_hash: new.owner_password_hash.clone(),
    };
    let (Founded { organization_id, owner_id }, key) = make(tx, now, ids, &founding, Some(&key))?;
    Ok(Created { organization_id, owner_id, api_key_id: key.unwrap_or_default() })
}

/// The same without a key.
pub(super) fn found(tx: &mut Tx<'_>, now: Timestamp, ids: IdSource, founding: &Founding) -> Result<Founded> {
    make(tx, now, ids, founding, None).map(|(founded, _)| founded)
}

fn make(
    tx: &mut Tx<'_>,
    now: Timestamp,
    mut ids: IdSource,
    new: &Founding,
    key: Option<&NewKey>,
) -> Result<(Founded, Option<ApiKeyId>)> {
    let mut problems = Problems::default();
    let name = checks::line(&new.name, "/name", NAME_LIMIT, &mut problems);
    let country = checks::country(&new.country, "/country", &mut problems);
    let usual = Country::find(&country);
    let usual = |value: fn(Country) -> &'static str| usual.map(value).unwrap_or_default().to_owned();
    let time_zone = match &new.time_zone {
        Some(name) => check_time_zone(name, "/time_zone", &mut problems),
        None => usual(|country| country.time_zone),
    };
    let currency = match &new.currency {
        Some(code) => checks::currency(code, "/currency", &mut problems),
        None => usual(|country| country.currency),
    };
    let language = match &new.language {
        Some(language) => check_language(language, "/language", &mut problems),
        None => usual(|country| country.language),
    };
    members::check_email(&new.owner_email, "/owner_email", &mut problems);
    if let Some(name) = &new.owner_name {
        checks::line(name, "/owner_name", checks::NAME_LIMIT, &mut problems);
    }
    problems.check()?;
    let organization_id = OrganizationId(ids.new_uuid());
    tx.execute(
        "INSERT INTO organizations (id, name, country, time_zone, currency, language, revision, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 1, 1, $7)",
        params![organization_id, name, country, time_zone, currency, language, now],
    )?;
    let caller = Caller::system(organization_id);
    let mut w = Work::of_new(tx, &caller, now, ids)?;
    changes::record(
        &mut w,
        "organization",
        organization_id,
        "created",
        json!({"name": name, "country": country}),
        None,
    )?;
    let owner = members::create(&mut w, &owner(new))?;
    let key = key.map(|key| keys::create(&mut w, key)).transpose()?;
    pipelines::create(&mut w, &first_pipeline(&language))?;
    Ok((Founded { organization_id, owner_id: owner.id }, key.map(|key| key.id)))
}

impl Crm {
    pub async fn create_organization(&self, new: NewOrganization) -> Result<Created> {
        self.db().write(Priority::Interactive, creation(self.now(), new)).await
    }

    /// The same from a thread that may wait: the command line, the demo.
    pub fn create_organization_blocking(&self, new: NewOrganization) -> Result<Created> {
        self.db().write_blocking(Priority::Interactive, creation(self.now(), new))
    }
}

fn creation(now: Timestamp, new: NewOrganization) -> impl Fn(&mut Tx<'_>) -> Result<Created> + Send + 'static {
    let seed = uuid::Uuid::new_v4().as_u64_pair().0;
    move |tx| create(tx, now, IdSource::new(now, seed), &new)
}

fn owner(new: &Founding) -> NewMember {
    let before_at = new.owner_email.trim().split('@').next().unwrap_or_default();
    NewMember {
        name: Some(new.owner_name.clone().unwrap_or_else(|| before_at.to_owned())),
        email: new.owner_email.clone(),
        role: Role::Owner,
        password_hash: new.owner_password_hash.clone(),
        ..NewMember::default()
    }
}

/// Sales from first word to won or lost, in the organization's language.
fn first_pipeline(language: &str) -> NewPipeline {
    let (name, stages) = match language {
        "es" => ("Ventas", ["Nuevo", "En conversación", "Propuesta", "Ganado", "Perdido"]),
        "pt" => ("Vendas", ["Novo", "Em conversa", "Proposta", "Ganho", "Perdido"]),
        _ => ("Sales", ["New", "In conversation", "Proposal", "Won", "Lost"]),
    };
    let outcomes = [Outcome::Open, Outcome::Open, Outcome::Open, Outcome::Won, Outcome::Lost];
    let stages = stages.into_iter().zip(outcomes);
    let stages = stages.map(|(name, outcome)| NewStage { name: name.to_owned(), description: None, outcome });
    NewPipeline { name: name.to_owned(), description: None, position: None, stages: stages.collect() }
}
