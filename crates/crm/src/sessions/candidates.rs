//! Who might be meant by an e-mail address: one person may be a member of several organizations.

use store::{Priority, Tx, params};

use crate::error::Result;
use crate::id::{MemberId, OrganizationId};
use crate::time::Timestamp;
use crate::work::Crm;

/// Each costs the hash of a password.
const MOST: i64 = 8;

/// An active member with that address.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub organization: OrganizationId,
    pub organization_name: String,
    pub member: MemberId,
    /// Argon2id; none: no log-in before one is set.
    pub password_hash: Option<String>,
    /// Where it is asked for.
    pub totp: Option<Totp>,
}

/// A second factor that was confirmed.
#[derive(Debug, Clone)]
pub struct Totp {
    /// Sealed.
    pub secret: Vec<u8>,
    pub confirmed_at: Timestamp,
}

/// The one query that goes over all organizations: who signs in has none yet. At most eight, the oldest first.
pub fn candidates(tx: &mut Tx<'_>, email: &str, organization: Option<OrganizationId>) -> Result<Vec<Candidate>> {
    let email = email.trim().to_lowercase();
    let rows = tx.query(
        "SELECT m.organization_id, o.name, m.id, m.password_hash, t.secret, t.confirmed_at
         FROM members m
         JOIN organizations o ON o.id = m.organization_id
         LEFT JOIN member_totp t
           ON t.organization_id = m.organization_id AND t.member_id = m.id AND t.confirmed_at IS NOT NULL
         WHERE m.email = $1 AND m.active AND m.password_hash IS NOT NULL
         ORDER BY o.created_at, o.id LIMIT $2",
        params![email, if organization.is_some() { i64::from(u16::MAX) } else { MOST }],
    )?;
    let mut found = Vec::new();
    for row in &rows {
        let totp = match (row.at::<Option<Vec<u8>>>(4)?, row.at::<Option<Timestamp>>(5)?) {
            (Some(secret), Some(confirmed_at)) => Some(Totp { secret, confirmed_at }),
            _ => None,
        };
        let candidate = Candidate {
            organization: row.at(0)?,
            organization_name: row.at(1)?,
            member: row.at(2)?,
            password_hash: row.at(3)?,
            totp,
        };
        if organization.is_none_or(|wanted| wanted == candidate.organization) {
            found.push(candidate);
        }
    }
    Ok(found)
}

impl Crm {
    pub async fn candidates(&self, email: String, organization: Option<OrganizationId>) -> Result<Vec<Candidate>> {
        self.db().read(Priority::Interactive, move |tx| candidates(tx, &email, organization)).await
    }
}
