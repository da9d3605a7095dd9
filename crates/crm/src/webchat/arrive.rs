//! A visitor comes, for the first time or again, and the page may say who it is.

use store::params;

use super::visitor::{Visitor, by_token};
use super::{USER, contact};
use crate::channels::Channel;
use crate::contacts::{Contact, by_identifier};
use crate::error::Result;
use crate::id::ContactId;
use crate::work::Work;

/// A visitor that nobody vouches for is known for so long after it was last here; one that is signed, for so long after its
/// last signature.
const DAYS: i64 = 180;
const SIGNED_DAYS: i64 = 30;

/// Who the page says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: String,
    /// Whether that was signed under the channel's secret.
    pub signed: bool,
    /// What was signed beside it: JSON object of `name`, `email`.
    pub profile: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Arrival {
    /// SHA-256 of the token that came.
    pub token: Option<[u8; 32]>,
    /// SHA-256 of a new one, in case it is needed.
    pub fresh: [u8; 32],
    pub user: Option<User>,
    pub language: Option<String>,
    pub page_url: Option<String>,
}

#[derive(Debug)]
pub struct Arrived {
    pub visitor: Visitor,
    /// Whether the fresh token is the visitor's now, and the one that came nobody's.
    pub fresh: bool,
}

/// None where the token that came is nobody's.
pub fn arrive(w: &mut Work<'_, '_>, channel: &Channel, arrival: &Arrival) -> Result<Option<Arrived>> {
    let known = match &arrival.token {
        None => None,
        Some(hash) => match by_token(w, channel.id, hash)? {
            Some(visitor) => Some(visitor),
            None => return Ok(None),
        },
    };
    // Somebody else sits before the same browser: nothing of the former is theirs.
    let other = |visitor: &Visitor| arrival.user.as_ref().is_some_and(|user| visitor.is_another_than(&user.id));
    let mut fresh = false;
    let mut visitor = match known.filter(|visitor| !other(visitor)) {
        Some(visitor) => visitor,
        None => {
            fresh = true;
            insert(w, channel, arrival)?
        }
    };
    if let Some(user) = &arrival.user {
        fresh |= identify(w, channel, &mut visitor, user)?;
    }
    let days = if visitor.signed { SIGNED_DAYS } else { DAYS };
    let signs = arrival.user.as_ref().is_some_and(|user| user.signed);
    if !visitor.signed || signs {
        visitor.expires_at = w.now.plus_days(days);
    }
    save(w, &mut visitor, arrival, fresh)?;
    Ok(Some(Arrived { visitor, fresh }))
}

fn insert(w: &mut Work<'_, '_>, channel: &Channel, arrival: &Arrival) -> Result<Visitor> {
    let visitor = Visitor {
        id: w.new_id(),
        channel_id: channel.id,
        contact_id: None,
        user_id: None,
        signed: false,
        profile: None,
        introduced: false,
        language: None,
        page_url: None,
        created_at: w.now,
        expires_at: w.now.plus_days(DAYS),
    };
    w.tx.execute(
        "INSERT INTO webchat_visitors (organization_id, id, channel_id, token_hash, signed, introduced, created_at, seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $5, $6, $6, $7)",
        params![
            w.caller.organization,
            visitor.id,
            channel.id,
            &arrival.fresh[..],
            false,
            visitor.created_at,
            visitor.expires_at
        ],
    )?;
    Ok(visitor)
}

/// Whether it may do more than before, so that it needs another token: the old one may be in more hands.
fn identify(w: &mut Work<'_, '_>, channel: &Channel, visitor: &mut Visitor, user: &User) -> Result<bool> {
    let news = visitor.user_id.is_none();
    visitor.user_id = Some(user.id.clone());
    if !user.signed {
        if let (true, Some(id)) = (news, visitor.contact_id) {
            let contact = Contact::get(w, id)?;
            contact::claim_user(w, channel, &contact, &user.id)?;
        }
        return Ok(false);
    }
    let raised = !visitor.signed;
    visitor.signed = true;
    if user.profile.is_some() {
        visitor.profile.clone_from(&user.profile);
    }
    let known = by_identifier(w, USER, &[(channel.id, user.id.clone())])?;
    let own: Option<ContactId> = visitor.contact_id;
    match (known, own) {
        (Some(contact), own) => {
            // What was said before signing in may have been said by somebody else at this browser: people decide.
            if let Some(own) = own {
                let before = Contact::get(w, own)?;
                contact::propose_same(w, &before, USER, &user.id, &contact)?;
            }
            visitor.contact_id = Some(contact.id);
        }
        (None, Some(own)) => match contact::vouch(w, channel, own, &user.id)? {
            Some(id) => visitor.contact_id = Some(id),
            None => {
                let before = Contact::get(w, own)?;
                visitor.contact_id = None;
                let apart = contact::contact_of(w, channel, visitor)?.contact;
                contact::propose_same(w, &before, USER, &user.id, &apart)?;
            }
        },
        (None, None) => {}
    }
    if let (Some(id), Some(profile)) = (visitor.contact_id, &visitor.profile) {
        let contact = Contact::get(w, id)?;
        contact::signed_profile(w, contact, profile)?;
    }
    Ok(raised)
}

fn save(w: &mut Work<'_, '_>, visitor: &mut Visitor, arrival: &Arrival, fresh: bool) -> Result<()> {
    visitor.language = arrival.language.clone().or(visitor.language.take());
    visitor.page_url = arrival.page_url.clone().or(visitor.page_url.take());
    w.tx.execute(
        "UPDATE webchat_visitors SET contact_id = $3, user_id = $4, signed = $5, profile = $6, language = $7, page_url = $8,
            seen_at = $9, expires_at = $10
         WHERE organization_id = $1 AND id = $2",
        params![
            w.caller.organization,
            visitor.id,
            visitor.contact_id,
            visitor.user_id,
            visitor.signed,
            visitor.profile,
            visitor.language,
            visitor.page_url,
            w.now,
            visitor.expires_at
        ],
    )?;
    if fresh {
        w.tx.execute(
            "UPDATE webchat_visitors SET token_hash = $3 WHERE organization_id = $1 AND id = $2",
            params![w.caller.organization, visitor.id, &arrival.fresh[..]],
        )?;
    }
    Ok(())
}
