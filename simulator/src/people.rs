//! The people on the other side: who they are to WhatsApp, and what of that a business gets to see.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::random::of_text;

/// How many people one simulator keeps.
const MOST: usize = 100_000;

/// Somebody with WhatsApp. A person is made up as soon as somebody writes to an unknown number, or from one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Person {
    /// E.164 digits without `+`. None: nobody can find out; they are reached by `user_id` only.
    pub phone: Option<String>,
    /// The number as WhatsApp writes it, which in Brazil, Mexico and Argentina is not always the number that is dialled.
    pub wa_id: Option<String>,
    /// The business-scoped user id, `CL.…`. Made from the phone and the seed where it is not given.
    pub user_id: Option<String>,
    pub parent_user_id: Option<String>,
    /// With a leading `@`.
    pub username: Option<String>,
    pub name: String,
    /// Webhooks do not carry the number, as for somebody who took a username. Sending to the number still works.
    pub hides_phone: bool,
    /// False: whatever is sent to them fails with 131026.
    pub on_whatsapp: bool,
    /// True: marketing templates fail with 131050. Set by a `stop` of theirs, taken back by a `resume`.
    pub opted_out: bool,
}

impl Default for Person {
    fn default() -> Self {
        Self {
            phone: None,
            wa_id: None,
            user_id: None,
            parent_user_id: None,
            username: None,
            name: String::new(),
            hides_phone: false,
            on_whatsapp: true,
            opted_out: false,
        }
    }
}

impl Person {
    /// Somebody with this number (digits, with or without `+`).
    #[must_use]
    pub fn with_phone(phone: &str, name: &str) -> Self {
        Self { phone: Some(digits(phone)), name: name.to_owned(), ..Self::default() }
    }

    /// Somebody of whom a business only gets to know the business-scoped user id.
    #[must_use]
    pub fn without_phone(user_id: &str, username: &str, name: &str) -> Self {
        Self {
            user_id: Some(user_id.to_owned()),
            username: Some(username.to_owned()),
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// The number that webhooks may show.
    pub(crate) fn shown_wa_id(&self) -> Option<&str> {
        if self.hides_phone { None } else { self.wa_id.as_deref() }
    }

    /// The element of `contacts[]` in webhooks.
    pub(crate) fn contact(&self) -> Value {
        let mut profile = Map::new();
        profile.insert("name".to_owned(), json!(self.name));
        if let Some(username) = &self.username {
            profile.insert("username".to_owned(), json!(username));
        }
        let mut contact = Map::new();
        contact.insert("profile".to_owned(), Value::Object(profile));
        put(&mut contact, "wa_id", self.shown_wa_id());
        put(&mut contact, "user_id", self.user_id.as_deref());
        put(&mut contact, "parent_user_id", self.parent_user_id.as_deref());
        Value::Object(contact)
    }
}

pub(crate) fn put(object: &mut Map<String, Value>, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        object.insert(key.to_owned(), json!(value));
    }
}

pub(crate) fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

/// `^[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}$`
pub(crate) fn is_user_id(text: &str) -> bool {
    let Some((country, rest)) = text.split_once('.') else { return false };
    let rest = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.bytes().all(|b| b.is_ascii_uppercase())
        && (1..=128).contains(&rest.len())
        && rest.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The number as it is dialled: two ways to write one number give the same.
fn dialled(digits: &str) -> String {
    match digits.len() {
        13 if digits.starts_with("521") => format!("52{}", &digits[3..]),
        13 if digits.starts_with("549") => format!("54{}", &digits[3..]),
        // A Brazilian mobile without its ninth digit.
        12 if digits.starts_with("55") && matches!(digits.as_bytes()[4], b'6'..=b'9') => {
            format!("{}9{}", &digits[..4], &digits[4..])
        }
        _ => digits.to_owned(),
    }
}

/// The number as WhatsApp writes it: `521…`, `549…`, and in Brazil without the ninth digit where the area code is
/// above 30, as for accounts that are older than the digit.
fn as_whatsapp(dialled: &str) -> String {
    match dialled.len() {
        12 if dialled.starts_with("52") => format!("521{}", &dialled[2..]),
        12 if dialled.starts_with("54") => format!("549{}", &dialled[2..]),
        13 if dialled.starts_with("55")
            && &dialled[2..4] > "30"
            && dialled.as_bytes()[4] == b'9'
            && matches!(dialled.as_bytes()[5], b'6'..=b'9') =>
        {
            format!("{}{}", &dialled[..4], &dialled[5..])
        }
        _ => dialled.to_owned(),
    }
}

fn country(digits: &str) -> &'static str {
    const COUNTRIES: &[(&str, &str)] = &[
        ("1", "US"),
        ("34", "ES"),
        ("44", "GB"),
        ("49", "DE"),
        ("51", "PE"),
        ("52", "MX"),
        ("54", "AR"),
        ("55", "BR"),
        ("56", "CL"),
        ("57", "CO"),
        ("91", "IN"),
        ("593", "EC"),
        ("598", "UY"),
    ];
    COUNTRIES.iter().find(|(code, _)| digits.starts_with(code)).map_or("US", |(_, country)| country)
}

/// Why somebody cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Cannot {
    #[error("a person needs a phone (digits with country code) or a user_id like CL.1349…")]
    Nameless,
    #[error("somebody else has that phone or user_id")]
    Taken,
    #[error("nobody is known by that phone or user_id")]
    Unknown,
    #[error("there are 100000 people already: reset, or use fewer")]
    TooMany,
}

#[derive(Debug, Default)]
pub(crate) struct People {
    list: Vec<Person>,
    by_phone: HashMap<String, usize>,
    by_user_id: HashMap<String, usize>,
}

impl People {
    pub(crate) fn all(&self) -> &[Person] {
        &self.list
    }

    pub(crate) fn get(&self, at: usize) -> &Person {
        &self.list[at]
    }

    pub(crate) fn get_mut(&mut self, at: usize) -> &mut Person {
        &mut self.list[at]
    }

    /// By a phone in any form, or a user id.
    pub(crate) fn find(&self, who: &str) -> Option<usize> {
        if is_user_id(who) {
            return self.by_user_id.get(who).copied();
        }
        self.by_phone.get(&dialled(&digits(who))).copied()
    }

    pub(crate) fn find_or_make(&mut self, who: &str, seed: u64) -> Result<usize, Cannot> {
        if let Some(at) = self.find(who) {
            return Ok(at);
        }
        let person = if is_user_id(who) {
            Person { user_id: Some(who.to_owned()), ..Person::default() }
        } else {
            Person::with_phone(who, "")
        };
        self.put(person, seed)
    }

    /// Adds a person, or replaces the one with the same user id or phone.
    pub(crate) fn put(&mut self, mut person: Person, seed: u64) -> Result<usize, Cannot> {
        person.phone = person.phone.map(|phone| dialled(&digits(&phone)));
        if person.phone.as_ref().is_some_and(|phone| !(6..=15).contains(&phone.len()))
            || person.user_id.as_deref().is_some_and(|id| !is_user_id(id))
            || (person.phone.is_none() && person.user_id.is_none())
        {
            return Err(Cannot::Nameless);
        }
        let by_phone = person.phone.as_ref().and_then(|phone| self.by_phone.get(phone)).copied();
        let by_user_id = person.user_id.as_ref().and_then(|id| self.by_user_id.get(id)).copied();
        if let (Some(a), Some(b)) = (by_phone, by_user_id)
            && a != b
        {
            return Err(Cannot::Taken);
        }
        let known = by_user_id.or(by_phone);
        if known.is_none() && self.list.len() >= MOST {
            return Err(Cannot::TooMany);
        }
        if let Some(phone) = &person.phone {
            person.wa_id.get_or_insert_with(|| as_whatsapp(phone));
            if person.user_id.is_none() {
                let old = known.and_then(|at| self.list[at].user_id.clone());
                person.user_id = Some(old.unwrap_or_else(|| user_id_of(phone, seed)));
            }
        } else {
            person.wa_id = None;
            person.hides_phone = true;
        }
        if person.name.is_empty() {
            let end = person.phone.as_ref().or(person.user_id.as_ref()).map_or("", String::as_str);
            person.name = format!("Person {}", end.get(end.len().saturating_sub(4)..).unwrap_or(end));
        }
        let at = known.unwrap_or(self.list.len());
        if let Some(at) = known {
            self.forget(at);
            self.list[at] = person;
        } else {
            self.list.push(person);
        }
        self.remember(at);
        Ok(at)
    }

    /// A person takes another number: WhatsApp then gives another user id, too. Answers with the former self.
    pub(crate) fn change_number(&mut self, who: &str, phone: &str, seed: u64) -> Result<(usize, Person), Cannot> {
        let at = self.find(who).ok_or(Cannot::Unknown)?;
        let phone = dialled(&digits(phone));
        if !(6..=15).contains(&phone.len()) {
            return Err(Cannot::Nameless);
        }
        if self.by_phone.contains_key(&phone) {
            return Err(Cannot::Taken);
        }
        let before = self.list[at].clone();
        self.forget(at);
        let person = &mut self.list[at];
        person.wa_id = Some(as_whatsapp(&phone));
        person.user_id = Some(user_id_of(&phone, seed));
        person.phone = Some(phone);
        self.remember(at);
        Ok((at, before))
    }

    fn forget(&mut self, at: usize) {
        if let Some(phone) = &self.list[at].phone {
            self.by_phone.remove(phone);
        }
        if let Some(id) = &self.list[at].user_id {
            self.by_user_id.remove(id);
        }
    }

    fn remember(&mut self, at: usize) {
        if let Some(phone) = &self.list[at].phone {
            self.by_phone.insert(phone.clone(), at);
        }
        if let Some(id) = &self.list[at].user_id {
            self.by_user_id.insert(id.clone(), at);
        }
    }
}

fn user_id_of(phone: &str, seed: u64) -> String {
    format!("{}.{}", country(phone), 10_000_000_000_000_000 + of_text(seed, phone) % 90_000_000_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_in_two_forms_is_one_person() {
        let mut people = People::default();
        for (one, other, wa_id) in [
            ("+52 55 5501 0001", "5215555010001", "5215555010001"),
            ("541155500001", "5491155500001", "5491155500001"),
            ("5585955500001", "+55 85 95550 0001", "5585955500001"),
            ("5585999500001", "558599500001", "558599500001"),
            ("5511999500001", "5511999500001", "5511999500001"),
            ("56955500001", "+56955500001", "56955500001"),
        ] {
            let at = people.find_or_make(one, 1).unwrap();
            assert_eq!(people.find(other), Some(at), "{other}");
            assert_eq!(people.get(at).wa_id.as_deref(), Some(wa_id));
        }
    }

    #[test]
    fn user_ids_come_from_the_seed_and_change_with_the_number() {
        let mut people = People::default();
        let at = people.find_or_make("56955500001", 1).unwrap();
        let id = people.get(at).user_id.clone().unwrap();
        assert!(is_user_id(&id) && id.starts_with("CL."), "{id}");
        assert_eq!(people.find(&id), Some(at));
        let (same, before) = people.change_number("56955500001", "56955500002", 1).unwrap();
        assert_eq!((same, before.user_id.as_deref()), (at, Some(id.as_str())));
        assert_eq!(people.find("56955500001"), None);
        assert_eq!(people.find(&id), None);
        assert_eq!(people.find("56955500002"), Some(at));
        assert_eq!(people.change_number("56955500009", "1", 1), Err(Cannot::Unknown));
    }

    #[test]
    fn who_has_no_phone_shows_none() {
        let mut people = People::default();
        let at = people.put(Person::without_phone("CL.123", "@ana", "Ana"), 1).unwrap();
        let contact = people.get(at).contact();
        assert_eq!(contact, json!({"profile": {"name": "Ana", "username": "@ana"}, "user_id": "CL.123"}));
        assert_eq!(people.put(Person::default(), 1), Err(Cannot::Nameless));
    }

    #[test]
    fn user_ids_have_a_form() {
        for good in ["US.13491208655302741918", "US.ENT.118a", "CL.1"] {
            assert!(is_user_id(good), "{good}");
        }
        for bad in ["US.", "us.1", "USA.1", "56955500001", "US.ENT.", "US.a-b", "US"] {
            assert!(!is_user_id(bad), "{bad}");
        }
    }
}
