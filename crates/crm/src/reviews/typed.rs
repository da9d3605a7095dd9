//! A value that somebody decided on, read as its target keeps it.

use structuring::{Json, Target, phone, read_email};

use super::Review;
use crate::contacts::Contact;
use crate::customers::field_of;
use crate::error::{Error, FieldError, Result};
use crate::fields::{Entity, read_value};
use crate::work::Work;

/// What the record had there, else what was made of it.
pub(super) fn as_it_stood(review: &Review) -> Json {
    match review.origins.as_slice() {
        [origin] => origin.taken.clone().unwrap_or_else(|| review.value.clone()),
        _ => review.value.clone(),
    }
}

/// A value as its target keeps it; 400 at `/value` where it is none.
pub(super) fn typed(w: &Work<'_, '_>, contact: &Contact, target: &Target, value: &Json) -> Result<Json> {
    let setup = &w.setup;
    let country = setup.channel(contact.channel_id).map_or(setup.organization.country.as_str(), |c| c.country.as_str());
    let refuse = |code, message: String| Error::Invalid(vec![FieldError::new("/value", code, message)]);
    let number = value.as_number().map(|number| number.as_str().to_owned());
    let text = value.as_str().map(|text| text.trim().to_owned()).or(number).filter(|text| !text.is_empty());
    let text = text.filter(|text| text.chars().count() <= 255 && !text.chars().any(char::is_control));
    let wanted = || refuse("invalid_type", "Expected text of 1 to 255 characters.".to_owned());
    match target {
        Target::Name => text.map(Json::from).ok_or_else(wanted),
        Target::Email => {
            let email = read_email(&text.ok_or_else(wanted)?);
            email.map(Json::from).ok_or_else(|| refuse("invalid_email", "Expected an e-mail address.".to_owned()))
        }
        Target::Phone => match phone::read_possible(&text.ok_or_else(wanted)?, Some(country)) {
            Ok(phone) => Ok(Json::from(phone.as_str())),
            Err(error) => Err(refuse("invalid_phone", error.to_string())),
        },
        Target::Field(key) => {
            let Some(field) = setup.field(Entity::Customer, key) else {
                return Err(field_of(setup, key).err().unwrap_or_else(|| Error::not_found("custom field")));
            };
            read_value(field, value, Some(country)).map_err(|error| refuse(error.code, error.message))
        }
    }
}
