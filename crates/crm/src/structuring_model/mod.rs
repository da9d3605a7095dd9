//! The language model that an organization lets improve what structuring found: where it is, what it may cost, how it is doing,
//! and what it is to be asked. Asking it is a worker's; what of its answer may stand decides `structuring::model`.

mod change;
mod claim;
mod end;
mod improve;
mod line;
mod record;
mod usage;

pub use change::{ModelPatch, change};
pub use claim::{Claimed, Taken, any_on, claim, ready, reclaim_all};
pub use end::{Ended, Report, Trouble, end, forget_old};
pub use improve::{Improved, improve};
pub(crate) use line::enqueue;
pub use line::{Asked, asked, run_of};
pub use record::Asks;
pub use structuring::model::Question;
pub use usage::{Today, reserve_trial, today, tried};

use schemars::JsonSchema;
use serde::Serialize;
use store::{Row, Tx, params};
use structuring::model::Scope;

use crate::error::Result;
use crate::id::OrganizationId;
use crate::time::Timestamp;
use crate::wire_enum;
use crate::work::Work;

/// From so many failures in a row on it is left in peace for a while, from the shorter time to the longer, in seconds.
pub(crate) const BREAKS_AT: i64 = 5;
const SHORTEST_PAUSE: i64 = 10;
const LONGEST_PAUSE: i64 = 600;
/// It may ask for so long at most.
const LONGEST_ASKED: i64 = 3_600;
/// A question that has no answer by then is given up: the first engine's result stands.
const GIVEN_UP_AFTER_SECONDS: i64 = 86_400;

wire_enum! {
    /// Whether a model is asked.
    pub enum Mode {
        /// Never; nothing is sent anywhere.
        Off = "off",
        /// About what nothing took, for what nothing fills.
        Leftovers = "leftovers",
        /// Also about what was placed: where it disagrees, a person is asked.
        Always = "always",
    }
}

wire_enum! {
    /// What an endpoint speaks.
    pub enum Kind {
        /// `POST …/chat/completions`, as OpenAI has it and many others do.
        OpenAi = "openai",
        /// `POST …/v1/messages`
        Anthropic = "anthropic",
        /// `POST …/api/chat`
        Ollama = "ollama",
    }
}

wire_enum! {
    /// What became of a question.
    pub enum Status {
        Waiting = "waiting",
        /// Something was written, or put up for decision.
        Improved = "improved",
        /// It was answered, and there is nothing to write.
        Nothing = "nothing",
        /// There is no answer that can be read; the first engine's result stands.
        Failed = "failed",
    }
}

/// What of it every record needs to know: part of the set-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asking {
    /// None: nothing is asked.
    pub scope: Option<Scope>,
    pub masked: bool,
}

impl Default for Asking {
    fn default() -> Asking {
        Asking { scope: None, masked: true }
    }
}

impl Asking {
    pub fn load(tx: &mut Tx<'_>, organization: OrganizationId) -> Result<Asking> {
        let sql = "SELECT mode, masked FROM structuring_models WHERE organization_id = $1";
        let Some(row) = tx.query_opt(sql, params![organization])? else { return Ok(Asking::default()) };
        let scope = match row.at(0)? {
            Mode::Off => None,
            Mode::Leftovers => Some(Scope::Leftovers),
            Mode::Always => Some(Scope::All),
        };
        Ok(Asking { scope, masked: row.at(1)? })
    }
}

/// An organization's model, without its key.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "StructuringModel")]
pub struct ModelEndpoint {
    pub mode: Mode,
    pub kind: Kind,
    /// Up to where the kind's own path begins, such as `https://api.openai.com/v1` or `http://127.0.0.1:11434`.
    pub base_url: Option<String>,
    /// As the endpoint calls it.
    pub model: Option<String>,
    /// Whether a key is kept. It is never shown.
    pub api_key_set: bool,
    /// What has its place already is not sent, nor what was given explicitly.
    pub masked: bool,
    /// The endpoint is given a JSON Schema for its answer; without it only JSON is asked for.
    pub strict: bool,
    /// At most so many calls on a day of UTC; a question takes one, and another where its answer cannot be read.
    pub calls_per_day: i64,
    /// No call begins once the endpoint has told of so many tokens on that day.
    pub tokens_per_day: i64,
    pub timeout_seconds: i64,
    pub state: ModelState,
    #[serde(skip)]
    pub version: i64,
}

/// How it is doing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "StructuringModelState")]
pub struct ModelState {
    /// Calls that failed in a row.
    pub failures: i64,
    /// Until when it is left in peace, because too many calls in a row failed or it asked for it.
    pub paused_until: Option<Timestamp>,
    /// What was wrong with the last call that failed. Never what was sent, nor what came.
    pub last_error: Option<String>,
    pub last_error_at: Option<Timestamp>,
    pub last_answer_at: Option<Timestamp>,
    /// Today in UTC.
    pub today: Today,
    /// Records that are to be asked about; 1000 stands for that many or more.
    pub waiting: i64,
}

const COLUMNS: &str = "mode, kind, base_url, model, api_key, masked, strict, calls_per_day, tokens_per_day, timeout_seconds, failures, \
     paused_until, last_error, last_error_at, last_answer_at, version";

/// How many that wait are counted.
const MOST_COUNTED: i64 = 1_000;

impl Default for ModelEndpoint {
    fn default() -> ModelEndpoint {
        ModelEndpoint {
            mode: Mode::Off,
            kind: Kind::OpenAi,
            base_url: None,
            model: None,
            api_key_set: false,
            masked: true,
            strict: true,
            calls_per_day: 500,
            tokens_per_day: 1_000_000,
            timeout_seconds: 30,
            state: ModelState::default(),
            version: 0,
        }
    }
}

impl ModelEndpoint {
    fn from_row(row: &Row, now: Timestamp) -> Result<(ModelEndpoint, Option<Vec<u8>>)> {
        let key: Option<Vec<u8>> = row.get("api_key")?;
        let paused_until: Timestamp = row.get("paused_until")?;
        let endpoint = ModelEndpoint {
            mode: row.get("mode")?,
            kind: row.get("kind")?,
            base_url: row.get("base_url")?,
            model: row.get("model")?,
            api_key_set: key.is_some(),
            masked: row.get("masked")?,
            strict: row.get("strict")?,
            calls_per_day: row.get("calls_per_day")?,
            tokens_per_day: row.get("tokens_per_day")?,
            timeout_seconds: row.get("timeout_seconds")?,
            state: ModelState {
                failures: row.get("failures")?,
                paused_until: Some(paused_until).filter(|until| *until > now),
                last_error: row.get("last_error")?,
                last_error_at: row.get("last_error_at")?,
                last_answer_at: row.get("last_answer_at")?,
                today: Today::default(),
                waiting: 0,
            },
            version: row.get("version")?,
        };
        Ok((endpoint, key))
    }
}

/// As it is kept, with its key sealed; none where none was ever configured.
fn find(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    now: Timestamp,
) -> Result<Option<(ModelEndpoint, Option<Vec<u8>>)>> {
    let sql = format!("SELECT {COLUMNS} FROM structuring_models WHERE organization_id = $1");
    let row = tx.query_opt(&sql, params![organization])?;
    row.map(|row| ModelEndpoint::from_row(&row, now)).transpose()
}

/// The organization's, with how it is doing.
pub fn get(w: &mut Work<'_, '_>) -> Result<ModelEndpoint> {
    with_key(w).map(|(endpoint, _)| endpoint)
}

/// The same with its key, sealed at [`seal_place`].
pub fn with_key(w: &mut Work<'_, '_>) -> Result<(ModelEndpoint, Option<Vec<u8>>)> {
    let (organization, now) = (w.caller.organization, w.now);
    let (mut endpoint, key) = find(w.tx, organization, now)?.unwrap_or_default();
    endpoint.state.today = today(w.tx, organization, now)?;
    let row = w.tx.query_one(
        "SELECT count(*) AS n FROM (SELECT 1 AS one FROM structuring_questions
                                    WHERE organization_id = $1 AND due_at IS NOT NULL LIMIT $2) AS found",
        params![organization, MOST_COUNTED],
    )?;
    endpoint.state.waiting = row.at(0)?;
    Ok((endpoint, key))
}

/// Where its key is sealed.
pub fn seal_place(organization: OrganizationId) -> String {
    format!("structuring_models/{organization}/api_key")
}
