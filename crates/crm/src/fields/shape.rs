//! What a field's type asks of the rest of its definition.

use structuring::FieldType;

use super::{CustomField, Entity};
use crate::checks;
use crate::error::{FieldError, Problems};
use crate::setup::Setup;
use crate::text::fold;

/// Most options of a select, and the longest one in characters.
const MOST_OPTIONS: usize = 500;
const OPTION_LIMIT: usize = 200;

pub(super) fn has_options(field_type: FieldType) -> bool {
    matches!(field_type, FieldType::Select | FieldType::MultiSelect)
}

/// Puts options onto a field; none: as they are, gone where its type has none.
pub(super) fn put_options(field: &mut CustomField, options: Option<&[String]>, problems: &mut Problems) {
    if !has_options(field.field_type) {
        field.options.clear();
        if options.is_some_and(|options| !options.is_empty()) {
            let message =
                format!("A field of type {} has no options; select and multi_select have.", field.field_type.as_str());
            problems.add(FieldError::new("/options", "not_of_this_type", message));
        }
        return;
    }
    if let Some(options) = options {
        field.options = read_options(options, problems);
    }
    if field.options.is_empty() {
        let message = format!("A field of type {} needs its options.", field.field_type.as_str());
        problems.add(FieldError::new("/options", "required", message));
    }
}

fn read_options(options: &[String], problems: &mut Problems) -> Vec<String> {
    if options.len() > MOST_OPTIONS {
        let message = format!("At most {MOST_OPTIONS} options; these are {}.", options.len());
        problems.add(FieldError::new("/options", "too_many", message));
    }
    let mut read: Vec<String> = Vec::new();
    let mut folded = std::collections::HashSet::new();
    for (at, option) in options.iter().take(MOST_OPTIONS).enumerate() {
        let pointer = format!("/options/{at}");
        let option = checks::line(option, &pointer, OPTION_LIMIT, problems);
        if !option.is_empty() && !folded.insert(fold(&option)) {
            let message = "This option is there already; case, accents and blanks make no other one.";
            problems.add(FieldError::new(pointer, "duplicate", message));
        }
        read.push(option);
    }
    read
}

/// Puts the currency onto a field; none: as it is, or the organization's where a currency field has none yet.
pub(super) fn put_currency(field: &mut CustomField, currency: Option<&str>, setup: &Setup, problems: &mut Problems) {
    if field.field_type != FieldType::Currency {
        field.currency = None;
        if currency.is_some() {
            let message = format!("A field of type {} has no currency.", field.field_type.as_str());
            problems.add(FieldError::new("/currency", "not_of_this_type", message));
        }
        return;
    }
    match currency {
        Some(code) => field.currency = Some(checks::currency(code, "/currency", problems)),
        None => _ = field.currency.get_or_insert_with(|| setup.organization.currency.clone()),
    }
}

/// Only what names one person may identify: a text, a number, a phone, an e-mail, a web address, of customers.
pub(super) fn check_identifier(field: &CustomField, problems: &mut Problems) {
    use FieldType::{Email, Number, Phone, Text, Url};
    if !field.identifier {
        return;
    }
    let problem = if field.entity != Entity::Customer {
        "Only a field of customers may be an identifier."
    } else if !matches!(field.field_type, Text | Number | Phone | Email | Url) {
        "Only a field of type text, number, phone, email or url may be an identifier."
    } else {
        return;
    };
    problems.add(FieldError::new("/identifier", "invalid_value", problem));
}
