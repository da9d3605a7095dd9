//! Changing a member.

use super::remove::check_unused;
use super::{
    Availability, Member, NAME_LIMIT, Role, check_email, check_last_owner, check_owners_affair, email_taken,
    find_by_email, get, save, split_name,
};
use crate::changes::{Changes, check_version};
use crate::error::{Problems, Result};
use crate::id::MemberId;
use crate::work::Work;
use crate::{checks, keys, reset_links, sessions};

/// None leaves as it is; an inner none removes.
#[derive(Debug, Clone, Default)]
pub struct MemberPatch {
    /// Splits into first and last name where those are not given.
    pub name: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<Option<String>>,
    pub role: Option<Role>,
    pub availability: Option<Availability>,
    /// False is refused while tickets or contacts are in the member's hands: `remove` can say where they go.
    pub active: Option<bool>,
    pub if_version: Option<i64>,
}

/// 409 `email_taken`, `last_owner`, `in_use`.
pub fn update(w: &mut Work<'_, '_>, id: MemberId, patch: &MemberPatch) -> Result<Member> {
    let setup = w.setup.clone();
    let current = get(&setup, id)?;
    check_version(patch.if_version, current.version)?;
    let mut problems = Problems::default();
    let name = patch.name.as_deref().map(|text| checks::line(text, "/name", NAME_LIMIT, &mut problems));
    let first = patch.first_name.as_deref().map(|text| checks::line(text, "/first_name", NAME_LIMIT, &mut problems));
    let last = patch.last_name.as_deref().map(|text| checks::line(text, "/last_name", NAME_LIMIT, &mut problems));
    let email = patch.email.as_deref().map(|text| check_email(text, "/email", &mut problems));
    let country = &setup.organization.country;
    let phone = patch
        .phone
        .as_ref()
        .map(|phone| phone.as_deref().and_then(|text| checks::phone(text, country, "/phone", &mut problems)));
    problems.check()?;

    let mut member = current.clone();
    let mut changes = Changes::default();
    let split = name.as_deref().map(split_name);
    let (split_first, split_last) = split.unzip();
    for (key, slot, value) in [
        ("name", &mut member.name, name),
        ("first_name", &mut member.first_name, first.or(split_first)),
        ("last_name", &mut member.last_name, last.or(split_last)),
        ("email", &mut member.email, email),
    ] {
        if let Some(value) = value {
            changes.set(key, slot, value);
        }
    }
    // The name that is shown follows its parts where only those were given.
    if patch.name.is_none() && (patch.first_name.is_some() || patch.last_name.is_some()) {
        let together = format!("{} {}", member.first_name, member.last_name).trim().to_owned();
        changes.set("name", &mut member.name, together);
    }
    if let Some(phone) = phone {
        changes.set("phone", &mut member.phone, phone);
    }
    if let Some(role) = patch.role {
        changes.set("role", &mut member.role, role);
    }
    if let Some(availability) = patch.availability {
        changes.set("availability", &mut member.availability, availability);
    }
    if let Some(active) = patch.active {
        changes.set("active", &mut member.active, active);
    }
    if changes.is_empty() {
        return Ok(member);
    }
    check_owners_affair(w, &[current.role, member.role])?;
    if member.role != current.role || (member.active && !current.active) {
        keys::check_handed_on(w, member.role.scopes())?;
    }
    if member.role != Role::Owner || !member.active {
        check_last_owner(&setup, current)?;
    }
    if current.active && !member.active {
        check_unused(w, id)?;
    }
    if let Some(other) = find_by_email(&setup, &member.email).filter(|other| other.id != id) {
        return Err(email_taken(other));
    }
    w.bump_revision()?;
    save(w, &mut member)?;
    changes.record(w, "member", id)?;
    if !member.active {
        reset_links::void(w, id)?;
        sessions::end_all(w, id)?;
    }
    w.reload_setup()?;
    Ok(member)
}
