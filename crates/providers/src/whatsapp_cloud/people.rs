//! Who a payload speaks of. `contacts[]` tells more of the people whom its messages name; it is looked up by their ids and
//! never by position, because the two lists need not run alike.

use crm::messages::Person;
use structuring::Json;
use structuring::phone::from_wa_id;

use super::reading::said;
use super::webhook::list;

/// Longest number that is taken, in digits; E.164 has 15, with WhatsApp's own forms a few more.
const MOST_DIGITS: usize = 20;

/// Whose message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    Person,
    /// The business, on its phone: the person is whom it went to.
    Phone,
}

/// The people of `contacts[]`.
pub(super) fn directory(value: &Json) -> Vec<Person> {
    list(value, "contacts").iter().map(entry).filter(Person::is_somebody).collect()
}

fn entry(contact: &Json) -> Person {
    let mut person = ids(contact, "wa_id", "user_id", "parent_user_id");
    person.name = said(contact.pointer("/profile/name"), 256);
    person.username = said(contact.pointer("/profile/username").or(contact.get("username")), 100)
        .map(|name| name.trim_start_matches('@').to_owned())
        .filter(|name| !name.is_empty());
    person
}

/// The person that an object names by these members, with what the directory knows of them besides.
pub(super) fn named(object: &Json, wa_id: &str, bsuid: &str, parent: &str, directory: &[Person]) -> Person {
    let mut person = ids(object, wa_id, bsuid, parent);
    let same = |known: &&Person| {
        (known.wa_id.is_some() && known.wa_id == person.wa_id) || (known.bsuid.is_some() && known.bsuid == person.bsuid)
    };
    // One that names somebody else by its other id is somebody else.
    let fits = |known: &&Person| {
        let other = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
        !other(&known.wa_id, &person.wa_id) && !other(&known.bsuid, &person.bsuid)
    };
    let Some(known) = directory.iter().filter(same).find(fits).cloned() else { return person };
    if person.wa_id.is_none() {
        (person.wa_id, person.phone) = (known.wa_id, known.phone);
    }
    person.bsuid = person.bsuid.or(known.bsuid);
    person.parent_bsuid = person.parent_bsuid.or(known.parent_bsuid);
    person.name = known.name;
    person.username = known.username;
    person
}

fn ids(object: &Json, wa_id: &str, user_id: &str, parent: &str) -> Person {
    let wa_id = digits(object.get(wa_id));
    Person {
        phone: wa_id.as_deref().map(from_wa_id),
        wa_id,
        bsuid: bsuid(object.get(user_id)),
        parent_bsuid: bsuid(object.get(parent)),
        ..Person::default()
    }
}

/// A number or an id of Meta's: digits, as text or as a number. Empty is as absent.
pub(super) fn digits(value: Option<&Json>) -> Option<String> {
    let value = value?;
    let number = value.as_number().map(|number| number.as_str().to_owned());
    let text = number.or_else(|| value.as_str().map(|text| text.trim().trim_start_matches('+').to_owned()))?;
    let sound = (1..=MOST_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    sound.then_some(text)
}

/// `US.1349…` or `US.ENT.1349…`
pub(super) fn bsuid(value: Option<&Json>) -> Option<String> {
    let text = value?.as_str()?.trim();
    let (country, rest) = text.split_once('.')?;
    let id = rest.strip_prefix("ENT.").unwrap_or(rest);
    let sound = country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=128).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    sound.then(|| text.to_owned())
}
