//! What a translator sees: the old request, and what is known of the organization.

use crm::channels::{Channel, ChannelType};
use crm::id::StageId;
use crm::{FieldError, Setup};
use structuring::Json;
use structuring::json::Object;
use structuring::phone;

use crate::input::{Fields, Input, Style};
use crate::route::Method;

/// A request as it came. On the compatibility surface, where every operation is that goes away.
#[derive(Debug, Clone)]
pub struct Old<'a> {
    pub(crate) path: &'a [(String, String)],
    pub(crate) query: &'a [(String, String)],
    /// None for methods without one.
    pub(crate) body: Option<&'a Object>,
}

impl Old<'_> {
    /// What stands for `{name}` in the path.
    pub fn param(&self, name: &str) -> &str {
        self.path.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The body, or where there is none the query, and all that is wrong with it.
    pub(crate) fn read<T: Input>(&self) -> (Option<T>, Vec<FieldError>) {
        let mut fields = match self.body {
            Some(object) => Fields::object(object, Style::Compatible, ""),
            None => Fields::query(self.query, Style::Compatible),
        };
        let input = T::read(&mut fields);
        (input, fields.finish())
    }
}

/// The inputs of an old request by name in one object, as `translate` takes them: the body's members; for an operation
/// without a body those of its query; and, of either, what stands in its path.
pub(crate) struct Named {
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Option<Object>,
}

impl Named {
    pub fn read(method: Method, path: &str, mut members: Object) -> Result<Named, Vec<FieldError>> {
        let mut named = Named { path: Vec::new(), query: Vec::new(), body: None };
        let mut problems = Vec::new();
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            match members.remove(name).as_ref().map(text_of) {
                Some(Some(text)) if !text.is_empty() => named.path.push((name.to_owned(), text)),
                _ => problems.push(FieldError::new(
                    format!("/{name}"),
                    "required",
                    format!("`{name}`, which stands in the old path, is required."),
                )),
            }
        }
        if method.has_body() {
            named.body = Some(members);
        } else {
            for (name, value) in members {
                match text_of(&value) {
                    Some(text) => named.query.push((name, text)),
                    None => problems.push(FieldError::new(
                        format!("/{name}"),
                        "invalid_type",
                        format!("Expected text, a number, true or false, found {}.", value.kind()),
                    )),
                }
            }
        }
        if problems.is_empty() { Ok(named) } else { Err(problems) }
    }

    pub fn old(&self) -> Old<'_> {
        Old { path: &self.path, query: &self.query, body: self.body.as_ref() }
    }
}

/// A scalar as it would stand in a URL; null says nothing.
fn text_of(value: &Json) -> Option<String> {
    match value {
        Json::Null => Some(String::new()),
        Json::Bool(flag) => Some(flag.to_string()),
        Json::Number(number) => Some(number.as_str().to_owned()),
        Json::String(text) => Some(text.clone()),
        Json::Array(_) | Json::Object(_) => None,
    }
}

/// One of the organization's own numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnNumber<'a> {
    pub kind: ChannelType,
    /// E.164
    pub phone: Option<&'a str>,
    /// Cloud API
    pub phone_number_id: Option<&'a str>,
    /// ISO 3166-1 alpha-2; national numbers are read as of here.
    pub country: &'a str,
}

impl<'a> OwnNumber<'a> {
    pub fn of(channel: &'a Channel) -> Self {
        OwnNumber {
            kind: channel.channel_type,
            phone: channel.phone.as_deref(),
            phone_number_id: channel.phone_number_id.as_deref(),
            country: &channel.country,
        }
    }

    /// Whether `number` means it: its phone in any spelling, or its phone id.
    pub fn is(&self, number: &str) -> bool {
        let number = number.trim();
        let spelt_otherwise =
            |own: &str| phone::read_possible(number, Some(self.country)).is_ok_and(|given| given.as_str() == own);
        self.phone_number_id == Some(number) || self.phone.is_some_and(|own| own == number || spelt_otherwise(own))
    }
}

/// What a translator may know of an organization.
pub struct Known<'a> {
    numbers: Vec<OwnNumber<'a>>,
    country: &'a str,
    setup: Option<&'a Setup>,
}

impl<'a> Known<'a> {
    /// Channels only: for warnings, for the 410, for whoever asks.
    pub fn channels(setup: &'a Setup) -> Self {
        let open = setup.channels.iter().filter(|channel| !channel.archived);
        Known { numbers: open.map(OwnNumber::of).collect(), country: &setup.organization.country, setup: None }
    }

    /// The whole set-up: for carrying the request out, so that everything that is wrong with it is said at once.
    pub(crate) fn all(setup: &'a Setup) -> Self {
        Known { setup: Some(setup), ..Known::channels(setup) }
    }

    /// Without an organization at hand.
    pub fn numbers(numbers: Vec<OwnNumber<'a>>, country: &'a str) -> Self {
        Known { numbers, country, setup: None }
    }

    /// Of several kinds with one number the first in `kinds`.
    pub fn number(&self, kinds: &[ChannelType], number: &str) -> Option<OwnNumber<'a>> {
        kinds.iter().find_map(|kind| self.numbers.iter().find(|own| own.kind == *kind && own.is(number)).copied())
    }

    /// The organization's.
    pub fn country(&self) -> &'a str {
        self.country
    }

    /// Whether there is certainly no such stage.
    pub fn lacks_stage(&self, id: StageId) -> bool {
        self.setup.is_some_and(|setup| setup.stage(id).is_none())
    }
}
