//! A call that names a contact and a number.

use structuring::phone::Phone;

use super::{Contact, by_identifier, by_number};
use crate::customers;
use crate::error::{Error, Result};
use crate::work::Work;

/// 409 `two_people` unless the number is known to be this person's: nobody but a person merges two by naming them in one call, and
/// a number that nobody is known by may be anybody's. `named`: what the request calls the contact.
pub fn check_is_theirs(w: &mut Work<'_, '_>, contact: &Contact, named: &str, phone: &Phone) -> Result<()> {
    let number = phone.as_str();
    if contact.phone.as_deref() == Some(number) {
        return Ok(());
    }
    // Their channel's word comes first: it is what they are reached by there.
    let other = match by_identifier(w, "phone", &[(contact.channel_id, number.to_owned())])? {
        Some(owner) if owner.id == contact.id => return Ok(()),
        Some(other) => Some(other),
        None if customers::is_identified_by(w, contact, "phone", number)? => return Ok(()),
        None => by_number(w, phone)?,
    };
    let message = match other {
        Some(other) => format!(
            "{named} is {}, and the phone is that of {}. Name one of them, or merge the two first.",
            contact.id, other.id
        ),
        None => format!(
            "{named} is {}, and {number} is not known to be theirs, nor anybody's. Name one of them, or write down first that it is \
             this contact's number.",
            contact.id
        ),
    };
    Err(Error::conflict("two_people", message))
}
