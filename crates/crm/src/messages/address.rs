//! Which of somebody's numbers a message goes to. After a merge a person has several on one channel: a call that names one means
//! that one, an answer goes to where what it answers came from, and what names none goes to where they wrote from last, or to the
//! number that WhatsApp told of since. WhatsApp counts the 24 h of each number for itself.

use store::params;

use super::outgoing::SERVICE_WINDOW_HOURS;
use crate::channels::Channel;
use crate::contacts::Contact;
use crate::error::Result;
use crate::time::Timestamp;
use crate::work::Work;

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// E.164; none: the contact's own number, whichever that is when it is sent.
    pub address: Option<String>,
    /// When the person last wrote from there, as far as that opens the service window.
    pub wrote_at: Option<Timestamp>,
}

/// `named` (E.164): which of the contact's numbers is meant; none: whichever they wrote from, or WhatsApp told of, last.
pub fn destination(
    w: &mut Work<'_, '_>,
    channel: &Channel,
    contact: &Contact,
    named: Option<&str>,
) -> Result<Destination> {
    let own = Destination { address: None, wrote_at: contact.last_inbound_at };
    if !channel.channel_type.by_phone() {
        return Ok(own);
    }
    let organization = w.caller.organization;
    let numbers = w.tx.query(
        "SELECT value, told_at FROM contact_identifiers
         WHERE organization_id = $1 AND contact_id = $2 AND channel_id = $3 AND kind = 'phone'
         ORDER BY told_at DESC NULLS LAST LIMIT 2",
        params![organization, contact.id, channel.id],
    )?;
    // Nearly everybody has one.
    if numbers.len() < 2 {
        return Ok(own);
    }
    let last = w.tx.query_opt(
        "SELECT address, sent_at FROM messages
         WHERE organization_id = $1 AND contact_id = $2 AND direction = 'inbound' AND type <> 'system'
         ORDER BY sent_at DESC, created_at DESC, id DESC LIMIT 1",
        params![organization, contact.id],
    )?;
    let (last, wrote): (Option<String>, Option<Timestamp>) = match last {
        Some(row) => (row.at::<Option<String>>(0)?.or_else(|| contact.phone.clone()), Some(row.at(1)?)),
        None => (None, None),
    };
    let told: Option<(Timestamp, String)> = match numbers[0].at(1)? {
        Some(at) => Some((at, numbers[0].at(0)?)),
        None => None,
    };
    // The number before is given up: nothing reaches them there. Providers count whole seconds; within one they told of it last.
    let told = told.filter(|(at, _)| wrote.is_none_or(|wrote| *at >= wrote));
    if let Some((_, number)) = told {
        let meant = named.map_or(number, str::to_owned);
        let is_own = contact.phone.as_ref() == Some(&meant);
        let wrote_at = wrote_from(w, contact, &meant, is_own)?;
        return Ok(Destination { address: Some(meant).filter(|_| !is_own), wrote_at });
    }
    let meant = named.map(str::to_owned).or_else(|| last.clone()).or_else(|| contact.phone.clone());
    let is_own = meant == contact.phone;
    let wrote_at = match &meant {
        Some(meant) if last.as_ref() != Some(meant) => wrote_from(w, contact, meant, is_own)?,
        _ => contact.last_inbound_at,
    };
    Ok(Destination { address: meant.filter(|_| !is_own), wrote_at })
}

/// When the person last wrote from a number, within the hours that count.
fn wrote_from(w: &mut Work<'_, '_>, contact: &Contact, number: &str, is_own: bool) -> Result<Option<Timestamp>> {
    let since = w.now.plus_seconds(-SERVICE_WINDOW_HOURS * 3600);
    let row = w.tx.query_one(
        "SELECT max(sent_at) AS at FROM messages
         WHERE organization_id = $1 AND contact_id = $2 AND sent_at > $3 AND direction = 'inbound' AND type <> 'system'
           AND (address = $4 OR (address IS NULL AND $5))",
        params![w.caller.organization, contact.id, since, number, is_own],
    )?;
    let at: Option<Timestamp> = row.at(0)?;
    // Not beyond now: the provider's clock may be ahead.
    Ok(at.map(|at| at.min(w.now)))
}
