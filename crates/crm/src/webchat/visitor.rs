//! A browser that talks.

use store::{Row, params};

use crate::error::Result;
use crate::id::{ChannelId, ContactId, VisitorId};
use crate::time::Timestamp;
use crate::work::Work;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    pub id: VisitorId,
    pub channel_id: ChannelId,
    /// None until something is said.
    pub contact_id: Option<ContactId>,
    /// Who the page says it is.
    pub user_id: Option<String>,
    /// Whether the page's server signed that.
    pub signed: bool,
    /// JSON object: `name` and `email` that were signed too.
    pub profile: Option<String>,
    /// Whether the form before the chat was filled in.
    pub introduced: bool,
    pub language: Option<String>,
    pub page_url: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

pub(super) const COLUMNS: &str = "v.id, v.channel_id, v.contact_id, v.user_id, v.signed, v.profile, v.introduced, v.language, v.page_url, \
     v.created_at, v.expires_at";

impl Visitor {
    /// Whether it is somebody, and not this user.
    pub fn is_another_than(&self, user: &str) -> bool {
        self.user_id.as_deref().is_some_and(|known| known != user)
    }

    pub(super) fn from_row(row: &Row) -> Result<Visitor> {
        Ok(Visitor {
            id: row.at(0)?,
            channel_id: row.at(1)?,
            contact_id: row.at(2)?,
            user_id: row.at(3)?,
            signed: row.at(4)?,
            profile: row.at(5)?,
            introduced: row.at(6)?,
            language: row.at(7)?,
            page_url: row.at(8)?,
            created_at: row.at(9)?,
            expires_at: row.at(10)?,
        })
    }
}

/// Whose token it is, on this channel; none where it is nobody's, or too old.
pub fn by_token(w: &mut Work<'_, '_>, channel: ChannelId, hash: &[u8; 32]) -> Result<Option<Visitor>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM webchat_visitors v
         WHERE v.organization_id = $1 AND v.token_hash = $2 AND v.channel_id = $3 AND v.expires_at > $4"
    );
    let row = w.tx.query_opt(&sql, params![w.caller.organization, &hash[..], channel, w.now])?;
    row.as_ref().map(Visitor::from_row).transpose()
}

/// Of two contacts that are two again: whoever signed in as somebody since reads that one's conversation, not the other's.
pub(crate) fn go_with_user(
    w: &mut Work<'_, '_>,
    channel: ChannelId,
    user: &str,
    from: ContactId,
    to: ContactId,
) -> Result<()> {
    w.tx.execute(
        "UPDATE webchat_visitors SET contact_id = $5 WHERE organization_id = $1 AND channel_id = $2 AND user_id = $3
           AND contact_id = $4 AND signed",
        params![w.caller.organization, channel, user, from, to],
    )?;
    Ok(())
}
