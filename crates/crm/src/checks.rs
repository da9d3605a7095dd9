//! What is asked of a text that people give to a thing of the set-up. Each check notes what is wrong and goes on.

use crate::error::{FieldError, Problems};

/// Longest name of anything, in characters.
pub(crate) const NAME_LIMIT: usize = 100;
/// Longest description, in characters.
const DESCRIPTION_LIMIT: usize = 2000;

/// A name: one line, white space folded to single blanks, 1–100 characters.
pub(crate) fn name(text: &str, pointer: &str, problems: &mut Problems) -> String {
    line(text, pointer, NAME_LIMIT, problems)
}

/// One line of 1–`limit` characters, white space folded to single blanks.
pub(crate) fn line(text: &str, pointer: &str, limit: usize, problems: &mut Problems) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = text.chars().count();
    if length == 0 {
        problems.add(FieldError::new(pointer, "required", "This must not be empty."));
    } else if length > limit {
        problems.add(too_long(pointer, limit, length));
    } else if text.chars().any(char::is_control) {
        problems.add(FieldError::new(pointer, "invalid", "Control characters are not allowed here."));
    }
    text
}

/// Some lines, at most 2000 characters; blank is none.
pub(crate) fn description(text: Option<&str>, pointer: &str, problems: &mut Problems) -> Option<String> {
    let text = text?.trim();
    let length = text.chars().count();
    if length > DESCRIPTION_LIMIT {
        problems.add(too_long(pointer, DESCRIPTION_LIMIT, length));
    } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        problems.add(FieldError::new(pointer, "invalid", "Control characters are not allowed here."));
    }
    (length > 0).then(|| text.to_owned())
}

fn too_long(pointer: &str, limit: usize, length: usize) -> FieldError {
    FieldError::new(pointer, "too_long", format!("At most {limit} characters; this has {length}."))
}

/// The country's code as ISO 3166-1 writes it, or what was given where there is no such country.
pub fn country(code: &str, pointer: &str, problems: &mut Problems) -> String {
    let code = code.trim().to_ascii_uppercase();
    if crate::organizations::Country::find(&code).is_none() {
        let message = "This must be the code of a country of two letters (ISO 3166-1 alpha-2), such as CL, BR or MX.";
        problems.add(FieldError::new(pointer, "unknown_country", message));
    }
    code
}

/// The currency's code as it is kept, or what was given where there is no such currency.
pub fn currency(code: &str, pointer: &str, problems: &mut Problems) -> String {
    match crate::money::currency(code) {
        Some(currency) => currency.code.to_owned(),
        None => {
            let message =
                "This must be the code of a currency of three letters (ISO 4217), such as CLP, BRL or USD, or UF.";
            problems.add(FieldError::new(pointer, "unknown_currency", message));
            code.to_owned()
        }
    }
}

/// E.164 of what was given, national forms read as of `country`; none where it is not even a possible number.
pub(crate) fn phone(text: &str, country: &str, pointer: &str, problems: &mut Problems) -> Option<String> {
    match structuring::phone::read_possible(text, Some(country)) {
        Ok(phone) => Some(phone.as_str().to_owned()),
        Err(error) => {
            problems.add(FieldError::new(pointer, "invalid_phone", error.to_string()));
            None
        }
    }
}
