//! A record on its way to the model: what it will be asked is decided outside of the transaction that writes what is found
//! at once.

use structuring::json::{Mode, Object};
use structuring::model::{Question, question};
use structuring::{Explicit, Json, Request};

use super::Asking;
use crate::setup::Setup;

/// Longest record that is kept to be asked about, in bytes of JSON: what structuring reads at most.
const LONGEST: usize = structuring::MAX_BYTES + 16 * 1024;

/// That there is something to ask, and what tells it from other questions.
#[derive(Debug, Clone)]
pub struct Asks {
    pub digest: i64,
    /// As it is kept until it was asked.
    pub(super) record: String,
}

impl Asks {
    /// None: too long to be kept.
    pub(crate) fn new(question: &Question, data: &Json, explicit: &Explicit) -> Option<Asks> {
        let mut given = Object::new();
        for (key, value) in [("phone", &explicit.phone), ("email", &explicit.email), ("name", &explicit.name)] {
            given.push(key, value.clone());
        }
        given.push("fields", explicit.fields.iter().cloned().collect::<Object>());
        let mut record = Object::new();
        record.push("data", data.clone());
        record.push("explicit", given);
        let record = Json::Object(record).to_string();
        (record.len() <= LONGEST).then(|| Asks { digest: question.digest().cast_signed(), record })
    }
}

/// A record as it came.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub data: Json,
    pub explicit: Explicit,
}

impl Record {
    /// None of what cannot be read.
    pub fn parse(stored: &str) -> Option<Record> {
        let json = Json::parse(stored.as_bytes(), Mode::Lenient).ok()?;
        let given = json.get("explicit")?;
        let text = |key: &str| given.get(key).and_then(Json::as_str).map(str::to_owned);
        let fields = given.get("fields").and_then(Json::as_object)?;
        let explicit = Explicit {
            phone: text("phone"),
            email: text("email"),
            name: text("name"),
            fields: fields.iter().map(|(key, value)| (key.to_owned(), value.clone())).collect(),
        };
        Some(Record { data: json.get("data")?.clone(), explicit })
    }

    pub fn request<'r>(&'r self, setup: &'r Setup, source: &'r str, country: Option<&'r str>) -> Request<'r> {
        Request {
            definitions: &setup.definitions,
            learnt: &setup.learnt,
            source,
            country,
            data: &self.data,
            explicit: &self.explicit,
        }
    }

    /// What is to be asked, under the set-up as it is now; none where there is nothing any more.
    pub fn question(&self, setup: &Setup, source: &str, country: Option<&str>) -> Option<Question> {
        let Asking { scope, masked } = setup.asking;
        question(&self.request(setup, source, country), scope?, masked)
    }
}
