//! Where an operation that goes away stands on the day of a call, and what that does to the call.

use crm::Setup;
use crm::sunsets::Phase;
use jiff::civil::Date;
use structuring::Json;
use structuring::json::{Mode, Object};

use super::headers::headers;
use super::warning::add_warning;
use super::{Known, Old, Registered};
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

pub(crate) struct Course<'a> {
    row: &'a Registered,
    on: Date,
    phase: Phase,
}

impl<'a> Course<'a> {
    pub fn new(row: &'a Registered, on: Date) -> Self {
        Course { row, on, phase: row.dates().phase(on) }
    }

    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// None before the announcement.
    pub fn headers(&self, params: &[(String, String)]) -> Vec<(&'static str, String)> {
        match self.phase {
            Phase::Planned => Vec::new(),
            _ => headers(self.row.sunset, self.row.dates(), params),
        }
    }

    /// The caller's own request, translated; null where it cannot be. Knows the channels and nothing else, and says
    /// nothing of what is wrong.
    pub async fn replacement(&self, call: &Call) -> Json {
        let body = match self.row.method.has_body() {
            false => None,
            true => match Json::parse(&call.body, Mode::Strict) {
                Ok(Json::Object(object)) => Some(object),
                _ => return Json::Null,
            },
        };
        let old = Old { path: &call.path, query: &call.query, body: body.as_ref() };
        let translate =
            |setup: &Setup| (self.row.sunset.translate)(&old, &Known::channels(setup)).map_err(Problem::invalid);
        call.prepare(translate).await.map_or(Json::Null, |replacement| replacement.json())
    }

    /// The successor's answer in the old shape.
    pub fn answer(&self, answer: Answer) -> Result<Answer, Problem> {
        (self.row.sunset.answer)(answer)
    }

    /// 410.
    pub fn gone(&self, replacement: Json) -> Problem {
        let (row, dates) = (self.row, self.row.dates());
        let guide = row.guide_path();
        let instead = match replacement.is_null() {
            true => format!("This request could not be translated; {guide} says what to send instead."),
            false => format!("Send `replacement` instead; {guide} explains."),
        };
        let detail = format!("{} {} was removed on {}. {instead}", row.method(), row.path(), dates.removed_on);
        Problem::new(410, "operation_removed", detail)
            .with("sunset", Json::from(dates.removed_on.to_string()))
            .with("guide", Json::from(guide))
            .with("successors", Json::from(row.successors().to_vec()))
            .with("replacement", replacement)
    }

    /// The answer with what the caller should know by now.
    pub fn warn(&self, answer: Answer, replacement: Json) -> Answer {
        let dates = self.row.dates();
        let left = dates.days_left(self.on);
        let days = if left == 1 { "1 day".to_owned() } else { format!("{left} days") };
        let mut warning = Object::new();
        warning.push("code", "deprecated_operation");
        warning.push(
            "message",
            format!(
                "{} {} is removed on {}, in {days}. Send `replacement` instead; `guide` explains.",
                self.row.method(),
                self.row.path(),
                dates.removed_on
            ),
        );
        warning.push("sunset", dates.removed_on.to_string());
        warning.push("days_left", left);
        warning.push("guide", self.row.guide_path());
        warning.push("replacement", replacement);
        add_warning(answer, warning)
    }
}
