//! C21: what a ticket is worth. Decimal text in, integer minor units kept.

use serde_json::json;

use super::{Ticket, record_update, save};
use crate::error::{Error, Result};
use crate::money;
use crate::work::Work;

#[derive(Debug, Clone)]
pub struct AmountChange {
    /// The number as it was written in the request.
    pub amount: String,
    /// ISO 4217 or `UF`; else the ticket's, else the organization's.
    pub currency: Option<String>,
}

pub fn set_amount(w: &mut Work<'_, '_>, ticket: &mut Ticket, change: &AmountChange) -> Result<bool> {
    let currency = match (&change.currency, &ticket.currency) {
        (Some(given), _) => given.clone(),
        (None, Some(known)) => known.clone(),
        (None, None) => w.setup.organization.currency.clone(),
    };
    let minor = money::parse_amount(&change.amount, &currency)
        .map_err(|error| Error::invalid("/amount", error.code(), error.to_string()))?;
    // One spelling: `clf` is UF.
    let currency = money::currency(&currency).map_or(currency, |known| known.code.to_owned());
    if ticket.amount == Some(minor) && ticket.currency.as_deref() == Some(currency.as_str()) {
        return Ok(false);
    }
    let before = ticket.clone();
    ticket.amount = Some(minor);
    ticket.currency = Some(currency.clone());
    save(w, ticket)?;
    let text = |ticket: &Ticket| match (ticket.amount, &ticket.currency) {
        (Some(minor), Some(currency)) => json!(money::format_amount(minor, currency)),
        _ => json!(null),
    };
    let changed = json!({"amount": text(ticket), "currency": currency});
    record_update(w, ticket, changed, json!({"amount": text(&before), "currency": before.currency}))?;
    Ok(true)
}
