//! People who work here.

mod create;
mod let_go;
mod password;
mod preferences;
mod remove;
mod update;

pub use create::{NewMember, create};
pub use let_go::let_go_of_the_rest;
pub use password::set_password;
pub use preferences::{Locale, Notifications, Preferences, PreferencesPatch, Theme, prefer};
pub use remove::remove;
pub use update::{MemberPatch, update};

use serde::Serialize;
use store::{Tx, params};

use crate::access::{Scope, Scopes};
use crate::error::{Error, FieldError, Problems, Result};
use crate::id::{MemberId, OrganizationId};
use crate::setup::Setup;
use crate::time::Timestamp;
use crate::wire_enum;
use crate::work::Work;

/// Longest name, first name and last name, in characters.
pub(crate) const NAME_LIMIT: usize = 100;
/// Longest e-mail address, in bytes (RFC 5321, path without its brackets).
const EMAIL_LIMIT: usize = 254;

wire_enum! {
    /// What a member may do: an owner everything, an admin everything but the owners' affairs, an agent the daily work.
    #[derive(Default)]
    pub enum Role { Owner = "owner", Admin = "admin", #[default] Agent = "agent" }
}

wire_enum! {
    #[derive(Default)]
    pub enum Availability { #[default] Online = "online", Away = "away", Offline = "offline" }
}

impl Role {
    pub fn scopes(self) -> Scopes {
        match self {
            Role::Owner => Scopes::EVERYTHING,
            Role::Admin => Scopes::of(Scope::ALL.into_iter().filter(|scope| *scope != Scope::Owner)),
            Role::Agent => Scopes::of([
                Scope::ContactsRead,
                Scope::ContactsWrite,
                Scope::TicketsRead,
                Scope::TicketsWrite,
                Scope::MessagesRead,
                Scope::MessagesWrite,
                Scope::EventsRead,
                Scope::SetupRead,
            ]),
        }
    }
}

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Member {
    pub id: MemberId,
    pub name: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    /// E.164
    pub phone: Option<String>,
    pub role: Role,
    /// What the member has chosen; whether they are there at all is another question.
    pub availability: Availability,
    pub active: bool,
    #[serde(skip)]
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

pub(crate) const COLUMNS: &str =
    "id, name, first_name, last_name, email, phone, role, availability, active, version, created_at, updated_at";

impl Member {
    pub(crate) fn from_row(row: &store::Row) -> Result<Member> {
        Ok(Member {
            id: row.get("id")?,
            name: row.get("name")?,
            first_name: row.get("first_name")?,
            last_name: row.get("last_name")?,
            email: row.get("email")?,
            phone: row.get("phone")?,
            role: row.get("role")?,
            availability: row.get("availability")?,
            active: row.get("active")?,
            version: row.get("version")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }

    /// All of them, also those who left: old assignments name them.
    pub fn load_all(tx: &mut Tx<'_>, organization: OrganizationId) -> Result<Vec<Member>> {
        let sql = format!("SELECT {COLUMNS} FROM members WHERE organization_id = $1 ORDER BY created_at, id");
        tx.query(&sql, params![organization])?.iter().map(Member::from_row).collect()
    }
}

/// By id, also one who left; or 404.
pub fn get(setup: &Setup, id: MemberId) -> Result<&Member> {
    setup.member(id).ok_or_else(|| Error::not_found("member"))
}

/// By e-mail address, in either case.
pub fn find_by_email<'s>(setup: &'s Setup, email: &str) -> Option<&'s Member> {
    let email = email.trim().to_lowercase();
    setup.members.iter().find(|member| member.email == email)
}

/// The address as it is kept and compared: lower case.
pub(crate) fn check_email(email: &str, pointer: &str, problems: &mut Problems) -> String {
    let wanted = email.trim().to_lowercase();
    // The reader also understands `ana arroba example punto com`; an account needs the address itself.
    let sound = structuring::read_email(&wanted).is_some_and(|read| read == wanted) && wanted.len() <= EMAIL_LIMIT;
    if !sound {
        let message =
            format!("This must be an e-mail address such as ana@example.com, at most {EMAIL_LIMIT} bytes long.");
        problems.add(FieldError::new(pointer, "invalid_email", message));
    }
    wanted
}

pub(crate) fn email_taken(other: &Member) -> Error {
    let message = if other.active {
        "Another member has this e-mail address."
    } else {
        "A member who left has this e-mail address; make that one active again, or give it another address first."
    };
    Error::conflict("email_taken", message)
}

/// An admin does everything but the owners' affairs: neither makes an owner nor touches one, nor does a key without that
/// scope.
pub(crate) fn check_owners_affair(w: &Work<'_, '_>, roles: &[Role]) -> Result<()> {
    let may = w.setup.scopes_of(w.caller.actor).is_some_and(|scopes| scopes.contains(Scope::Owner));
    if roles.contains(&Role::Owner) && !may {
        let message = "Only an owner, or a key with the scope `owner`, may make, change or remove an owner.";
        return Err(Error::conflict("owners_only", message));
    }
    Ok(())
}

/// 409 `last_owner` where no other active owner would remain.
fn check_last_owner(setup: &Setup, leaving: &Member) -> Result<()> {
    let others = setup.members.iter().filter(|m| m.id != leaving.id && m.active && m.role == Role::Owner).count();
    if leaving.active && leaving.role == Role::Owner && others == 0 {
        let message = "This is the last owner; make another active member an owner first.";
        return Err(Error::conflict("last_owner", message));
    }
    Ok(())
}

/// First word and the rest.
fn split_name(name: &str) -> (String, String) {
    let (first, last) = name.split_once(' ').unwrap_or((name, ""));
    (first.to_owned(), last.to_owned())
}

/// Writes what may change, and counts the version up.
fn save(w: &mut Work<'_, '_>, member: &mut Member) -> Result<()> {
    member.version += 1;
    member.updated_at = w.now;
    let written = w.tx.execute(
        "UPDATE members SET name = $3, first_name = $4, last_name = $5, email = $6, phone = $7, role = $8, availability = $9,
            active = $10, version = $11, updated_at = $12
         WHERE organization_id = $1 AND id = $2",
        params![
            w.caller.organization,
            member.id,
            member.name,
            member.first_name,
            member.last_name,
            member.email,
            member.phone,
            member.role,
            member.availability,
            member.active,
            member.version,
            member.updated_at
        ],
    )?;
    if written == 1 { Ok(()) } else { Err(Error::Internal("a member vanished within its own transaction".into())) }
}
