//! Signing somebody in.

use serde_json::json;
use store::params;

use super::{COLUMNS, LONGEST_SECONDS, MOST, Session, USER_AGENT_LIMIT, idle_before};
use crate::changes;
use crate::error::{Error, Result};
use crate::id::{MemberId, SessionId};
use crate::second_factor;
use crate::time::Timestamp;
use crate::work::Work;

/// What was checked before, and is checked again to be still so.
#[derive(Debug, Clone)]
pub struct NewSession {
    pub member: MemberId,
    /// The hash that the password was found right for; a reset in between counts.
    pub password_hash: String,
    pub second: Option<SecondFactor>,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    pub user_agent: Option<String>,
    pub address: Option<String>,
    /// SHA-256 of a token that the browser had before: that session ends.
    pub instead_of: Option<[u8; 32]>,
}

#[derive(Debug)]
pub struct Started {
    pub session: Session,
    /// Those that ended for it.
    pub ended: Vec<SessionId>,
}

/// What proves more than the password.
#[derive(Debug, Clone)]
pub enum SecondFactor {
    /// The time step whose code came, under the secret that was confirmed then.
    Code { step: i64, confirmed_at: Timestamp },
    /// SHA-256 of a recovery code.
    Recovery([u8; 32]),
}

/// The caller is the member. Every session has a token of its own: what the browser brought is never taken over.
/// `Unauthorized` where the password was changed meanwhile, `wrong_code` where the code was used already.
pub fn start(w: &mut Work<'_, '_>, new: &NewSession) -> Result<Started> {
    let organization = w.caller.organization;
    let row = w.tx.query_opt(
        "SELECT password_hash FROM members WHERE organization_id = $1 AND id = $2 AND active",
        params![organization, new.member],
    )?;
    let hash: Option<String> = row.ok_or(Error::Unauthorized)?.at(0)?;
    if hash.as_deref() != Some(&*new.password_hash) {
        return Err(Error::Unauthorized);
    }
    second_factor::spend(w, new.member, new.second.as_ref())?;
    let mut ended = Vec::new();
    if let Some(before) = new.instead_of {
        let rows = w.tx.query(
            "DELETE FROM sessions WHERE organization_id = $1 AND token_hash = $2 RETURNING id, member_id",
            params![organization, &before[..]],
        )?;
        for row in &rows {
            ended.push((row.at(0)?, row.at(1)?));
        }
    }
    for id in make_room(w, new.member)? {
        ended.push((id, new.member));
    }
    for (id, member) in &ended {
        changes::record(w, "session", id, "deleted", json!({"member_id": member}), None)?;
    }
    let id: SessionId = w.new_id();
    let user_agent = new.user_agent.as_deref().map(shortened);
    w.tx.execute(
        "INSERT INTO sessions (organization_id, id, member_id, token_hash, user_agent, address, created_at, last_used_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
        params![
            organization,
            id,
            new.member,
            &new.token_hash[..],
            user_agent,
            new.address,
            w.now,
            w.now.plus_seconds(LONGEST_SECONDS)
        ],
    )?;
    let how = match &new.second {
        None => "password",
        Some(SecondFactor::Code { .. }) => "code",
        Some(SecondFactor::Recovery(_)) => "recovery_code",
    };
    let audit = json!({"by": how, "user_agent": user_agent, "address": new.address});
    changes::record_for_audit(w, "session", id, "created", json!({"member_id": new.member}), audit)?;
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE organization_id = $1 AND id = $2");
    let session = Session::from_row(&w.tx.query_one(&sql, params![organization, id])?)?;
    Ok(Started { session, ended: ended.into_iter().map(|(id, _): (SessionId, MemberId)| id).collect() })
}

/// Forgets the member's sessions that are over, and ends the ones least used where there are too many; answers those.
fn make_room(w: &mut Work<'_, '_>, member: MemberId) -> Result<Vec<SessionId>> {
    let organization = w.caller.organization;
    w.tx.execute(
        "DELETE FROM sessions WHERE organization_id = $1 AND member_id = $2 AND (expires_at <= $3 OR last_used_at <= $4)",
        params![organization, member, w.now, idle_before(w.now)],
    )?;
    let rows = w.tx.query(
        "DELETE FROM sessions WHERE organization_id = $1 AND id IN (
           SELECT id FROM sessions WHERE organization_id = $1 AND member_id = $2 ORDER BY last_used_at DESC, id LIMIT 1000 OFFSET $3)
         RETURNING id",
        params![organization, member, MOST - 1],
    )?;
    rows.iter().map(|row| Ok(row.at(0)?)).collect()
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(USER_AGENT_LIMIT).collect()
}
