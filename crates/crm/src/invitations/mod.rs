//! People who may become members by following a link. Only the link's hash is kept; what is void looks as if it had never
//! been there.

mod accept;
mod create;
mod list;

pub use accept::{Accepted, NewAccount, accept, look};
pub use create::{NewInvitation, create};
pub use list::{list, withdraw};

use serde::Serialize;
use store::Row;

use crate::error::Result;
use crate::id::InvitationId;
use crate::members::Role;
use crate::time::Timestamp;

/// An invitation is good for a week.
pub const VALID_SECONDS: i64 = 7 * 86_400;
/// Open invitations of one organization.
const MOST: i64 = 200;

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Invitation {
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    pub name: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

const COLUMNS: &str = "id, email, role, name, created_at, expires_at";

impl Invitation {
    fn from_row(row: &Row) -> Result<Invitation> {
        Ok(Invitation {
            id: row.get("id")?,
            email: row.get("email")?,
            role: row.get("role")?,
            name: row.get("name")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
        })
    }
}
