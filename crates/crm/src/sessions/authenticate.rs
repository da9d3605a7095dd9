//! Whose session a cookie is.

use std::sync::Arc;

use store::{Priority, params};

use super::{TOUCH_SECONDS, idle_before};
use crate::error::{Error, Result};
use crate::id::{MemberId, OrganizationId, SessionId};
use crate::setup::Setup;
use crate::time::Timestamp;
use crate::work::Crm;

/// A session that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    pub id: SessionId,
    pub organization: OrganizationId,
    pub member: MemberId,
    pub last_used_at: Timestamp,
    pub expires_at: Timestamp,
}

impl Known {
    /// Whether `last_used_at` is behind by more than it may be.
    pub fn wants_touch(&self, now: Timestamp) -> bool {
        now >= self.last_used_at.plus_seconds(TOUCH_SECONDS)
    }
}

impl Crm {
    /// Read anew for each request: a session that was ended, a member who was let go or given another role counts at once,
    /// on every node. The set-up is never older than what the member's row says.
    pub async fn authenticate_session(&self, token_hash: [u8; 32]) -> Result<(Known, Arc<Setup>)> {
        let now = self.now();
        let found = self
            .db()
            .read(Priority::Interactive, move |tx| -> Result<Option<(Known, i64)>> {
                let row = tx.query_opt(
                    "SELECT s.id, s.organization_id, s.member_id, s.last_used_at, s.expires_at, o.revision
                     FROM sessions s
                     JOIN organizations o ON o.id = s.organization_id
                     JOIN members m ON m.organization_id = s.organization_id AND m.id = s.member_id
                     WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_used_at > $3 AND m.active",
                    params![&token_hash[..], now, idle_before(now)],
                )?;
                row.map(|row| {
                    let known = Known {
                        id: row.at(0)?,
                        organization: row.at(1)?,
                        member: row.at(2)?,
                        last_used_at: row.at(3)?,
                        expires_at: row.at(4)?,
                    };
                    Ok((known, row.at(5)?))
                })
                .transpose()
            })
            .await?;
        let (known, revision) = found.ok_or(Error::Unauthorized)?;
        let mut setup = self.setup(known.organization).await?;
        if setup.revision < revision {
            setup = self.fresh_setup(known.organization).await?;
        }
        Ok((known, setup))
    }

    /// Whether it still holds, for what goes on for long.
    pub async fn session_holds(&self, organization: OrganizationId, session: SessionId) -> Result<bool> {
        let now = self.now();
        let row = self
            .db()
            .read(Priority::Interactive, move |tx| {
                tx.query_opt(
                    "SELECT 1 AS one FROM sessions WHERE organization_id = $1 AND id = $2 AND expires_at > $3",
                    params![organization, session, now],
                )
            })
            .await?;
        Ok(row.is_some())
    }

    /// Notes that it is in use. Not worth an answer's time.
    pub async fn touch_session(&self, known: Known) -> Result<()> {
        let now = self.now();
        let Known { id, organization, .. } = known;
        self.db()
            .write(Priority::Background, move |tx| -> Result<()> {
                tx.execute(
                    "UPDATE sessions SET last_used_at = $3 WHERE organization_id = $1 AND id = $2 AND last_used_at < $3",
                    params![organization, id, now],
                )?;
                Ok(())
            })
            .await
    }
}
