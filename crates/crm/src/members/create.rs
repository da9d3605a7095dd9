//! Taking somebody on.

use serde_json::json;
use store::params;

use super::{
    Availability, Member, NAME_LIMIT, Role, check_email, check_owners_affair, email_taken, find_by_email, split_name,
};
use crate::error::{FieldError, Problems, Result};
use crate::id::MemberId;
use crate::setup::Setup;
use crate::work::Work;
use crate::{changes, checks, keys};

#[derive(Debug, Clone, Default)]
pub struct NewMember {
    /// None: first and last name together. One of the three is needed.
    pub name: Option<String>,
    /// None, here and below: the first word of the name, and what follows it.
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    /// Unique within the organization.
    pub email: String,
    /// National forms are read as of the organization's country.
    pub phone: Option<String>,
    pub role: Role,
    pub availability: Availability,
    /// Argon2id, computed by the caller. None: no log-in before a password is set.
    pub password_hash: Option<String>,
}

/// What was read of a [`NewMember`].
struct Checked {
    name: String,
    first_name: String,
    last_name: String,
    email: String,
    phone: Option<String>,
}

impl NewMember {
    /// Everything that can be said without the database.
    pub fn check(&self, setup: &Setup, problems: &mut Problems) {
        self.read(setup, problems);
    }

    fn read(&self, setup: &Setup, problems: &mut Problems) -> Checked {
        let mut part = |text: &Option<String>, pointer| {
            let text = text.as_deref().filter(|text| !text.trim().is_empty())?;
            Some(checks::line(text, pointer, NAME_LIMIT, problems))
        };
        let (name, first, last) =
            (part(&self.name, "/name"), part(&self.first_name, "/first_name"), part(&self.last_name, "/last_name"));
        let together = [first.as_deref(), last.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        if name.is_none() && together.is_empty() {
            problems.add(FieldError::new("/name", "required", "A member needs a name, or a first and a last name."));
        }
        let name = name.unwrap_or(together);
        let (split_first, split_last) = split_name(&name);
        let country = &setup.organization.country;
        let phone = self.phone.as_deref().and_then(|text| checks::phone(text, country, "/phone", problems));
        // Who gives only one of the two parts means the other to be empty only where the name says nothing more.
        Checked {
            first_name: first.unwrap_or(split_first),
            last_name: last.unwrap_or(split_last),
            name,
            email: check_email(&self.email, "/email", problems),
            phone,
        }
    }
}

/// 409 `email_taken`; 403 where the caller may not do what the new member's role may.
pub fn create(w: &mut Work<'_, '_>, new: &NewMember) -> Result<Member> {
    let mut problems = Problems::default();
    let checked = new.read(&w.setup, &mut problems);
    problems.check()?;
    check_owners_affair(w, &[new.role])?;
    keys::check_handed_on(w, new.role.scopes())?;
    if let Some(other) = find_by_email(&w.setup, &checked.email) {
        return Err(email_taken(other));
    }
    w.bump_revision()?;
    let id: MemberId = w.new_id();
    let member = Member {
        id,
        name: checked.name,
        first_name: checked.first_name,
        last_name: checked.last_name,
        email: checked.email,
        phone: checked.phone,
        role: new.role,
        availability: new.availability,
        active: true,
        version: 1,
        created_at: w.now,
        updated_at: w.now,
    };
    w.tx.execute(
        "INSERT INTO members (organization_id, id, name, first_name, last_name, email, phone, role, availability, password_hash,
            active, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        params![
            w.caller.organization,
            id,
            member.name,
            member.first_name,
            member.last_name,
            member.email,
            member.phone,
            member.role,
            member.availability,
            new.password_hash,
            member.active,
            member.version,
            member.created_at,
            member.updated_at
        ],
    )?;
    changes::record(w, "member", id, "created", json!({"member": member}), None)?;
    w.reload_setup()?;
    Ok(member)
}
