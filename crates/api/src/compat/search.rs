//! C5: contacts by a part of their phone or e-mail.

use crm::contacts;

use super::views::{self, ContactObject};
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{SHORT, TextOrNumber};
use crate::problem::Problem;

/// Shorter, everything would match.
const SHORTEST: usize = 3;

#[derive(Debug)]
pub struct SearchQuery {
    /// Digits only.
    pub phone: Option<String>,
    pub email: Option<String>,
}

impl Input for SearchQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let phone = f.optional(
            "phone",
            TextOrNumber { max: 64 },
            "Part of a number, at least 3 digits; other characters are ignored.",
        );
        let email = f.optional("email", SHORT, "Part of an e-mail address, at least 3 characters, any case.");
        if f.describes() {
            return None;
        }
        let phone = phone.map(|text| text.chars().filter(char::is_ascii_digit).collect::<String>());
        if phone.is_none() && email.is_none() && f.problems.is_empty() {
            f.problem("phone", "required", "Give phone or email, or both.");
        }
        if phone.as_ref().is_some_and(|digits| digits.len() < SHORTEST) {
            f.problem("phone", "too_short", format!("At least {SHORTEST} digits."));
        }
        if email.as_ref().is_some_and(|text| text.trim().chars().count() < SHORTEST) {
            f.problem("email", "too_short", format!("At least {SHORTEST} characters."));
        }
        Some(SearchQuery { phone, email })
    }
}

pub async fn search(call: Call) -> Result<Answer, Problem> {
    let query: SearchQuery = call.read_query()?;
    let (found, setup) = call
        .read(move |w| {
            let found = contacts::search(w, query.phone.as_deref(), query.email.as_deref().map(str::trim))?;
            Ok((found, w.setup.clone()))
        })
        .await?;
    let found: Vec<ContactObject> = found.iter().map(|contact| views::contact(&setup, contact)).collect();
    Answer::json(200, &found)
}
