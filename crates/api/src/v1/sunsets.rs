//! Operations that go away: what they are, who still calls them, and what to send instead.

use std::time::Duration;

use crm::Timestamp;
use crm::id::ApiKeyId;
use crm::page::Page;
use crm::sunsets::{self, Calls, CallsBy, Phase, Usage};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use structuring::Json;

use super::paging::PageQuery;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::lifecycle::{Known, Registered};
use crate::problem::Problem;

/// Callers shown with each operation; the list of callers has them all.
const CALLERS_SHOWN: u32 = 5;
/// Counts are written behind everybody who waits for an answer; a question does not wait for them.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Calendar days in UTC, today among them. Calls count within seconds; rehearsed ones (`Recado-Preview-Date`) do not.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CallsView {
    pub last_1_day: i64,
    pub last_7_days: i64,
    pub last_30_days: i64,
}

impl From<Calls> for CallsView {
    fn from(calls: Calls) -> Self {
        let Calls { last_1_day, last_7_days, last_30_days } = calls;
        CallsView { last_1_day, last_7_days, last_30_days }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct CallerView {
    pub api_key_id: ApiKeyId,
    pub api_key_name: Option<String>,
    pub api_key_revoked: bool,
    /// At most 120 characters; null where none was sent; `other` beyond 50 of a key and day.
    pub user_agent: Option<String>,
    pub calls: CallsView,
    pub last_call_at: Timestamp,
}

impl From<CallsBy> for CallerView {
    fn from(by: CallsBy) -> Self {
        CallerView {
            api_key_id: by.key,
            api_key_name: by.key_name,
            api_key_revoked: by.key_revoked,
            user_agent: Some(by.user_agent).filter(|agent| !agent.is_empty()),
            calls: by.calls.into(),
            last_call_at: by.last_call_at,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct SunsetView {
    /// Its name in paths and commands.
    pub operation: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub summary: &'static str,
    pub phase: Phase,
    #[schemars(extend("format" = "date"))]
    pub announced_on: String,
    /// From then on its answers carry the request to send instead.
    #[schemars(extend("format" = "date"))]
    pub warns_from: String,
    /// From then on it answers 410.
    #[schemars(extend("format" = "date"))]
    pub sunset: String,
    /// 0 and less: it is gone.
    pub days_left: i64,
    pub guide: String,
    pub successors: &'static [&'static str],
    pub calls: CallsView,
    /// Calls of each of the last 30 days, oldest first.
    pub daily: Vec<i64>,
    pub last_call_at: Option<Timestamp>,
    /// The five that called last.
    pub callers: Vec<CallerView>,
}

/// As the API and the command line show it.
pub fn view(row: &Registered, usage: Usage, callers: Vec<CallsBy>, on: jiff::civil::Date) -> SunsetView {
    let dates = row.dates();
    SunsetView {
        operation: row.operation(),
        method: row.method(),
        path: row.path(),
        summary: row.summary(),
        phase: dates.phase(on),
        announced_on: dates.announced_on.to_string(),
        warns_from: dates.warns_from.to_string(),
        sunset: dates.removed_on.to_string(),
        days_left: dates.days_left(on),
        guide: row.guide_path(),
        successors: row.successors(),
        calls: usage.calls.into(),
        daily: usage.daily,
        last_call_at: usage.last_call_at,
        callers: callers.into_iter().map(CallerView::from).collect(),
    }
}

/// What this server has counted so far is to be seen, if the database has time for it; that of others follows within seconds.
async fn write_counts(call: &Call) {
    if let Ok(Err(error)) = tokio::time::timeout(LONGEST_WAIT, call.app.write_counts()).await {
        tracing::warn!(%error, "could not write the counts of calls; they are kept");
    }
}

fn row(call: &Call) -> Result<&Registered, Problem> {
    let row = call.app.sunsets.find(call.param("operation"));
    row.ok_or_else(|| crm::Error::not_found("deprecated operation").into())
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let PageQuery(page) = call.read_query()?;
    write_counts(&call).await;
    let rows = {
        let known = |cursor: &str| call.app.sunsets.find(cursor).is_some();
        Page::of_sorted(call.app.sunsets.all(), &page, known, |row| row.operation().to_owned(), |row| row)?
    };
    let operations: Vec<&'static str> = rows.data.iter().map(|row| row.operation()).collect();
    let used = call
        .read(move |w| {
            let mut used = Vec::new();
            for operation in &operations {
                let usage = sunsets::usage(w.tx, Some(w.organization()), operation, w.now)?;
                used.push((usage, sunsets::latest_callers(w, operation, CALLERS_SHOWN)?));
            }
            Ok(used)
        })
        .await?;
    let data = rows.data.into_iter().zip(used).map(|(row, (usage, callers))| view(row, usage, callers, call.on));
    Answer::json(200, &Page { data: data.collect(), next_cursor: rows.next_cursor })
}

pub async fn callers(call: Call) -> Result<Answer, Problem> {
    let operation = row(&call)?.operation();
    let PageQuery(page) = call.read_query()?;
    write_counts(&call).await;
    let found = call.read(move |w| sunsets::callers(w, operation, &page)).await?;
    let data: Vec<CallerView> = found.data.into_iter().map(CallerView::from).collect();
    Answer::json(200, &Page { data, next_cursor: found.next_cursor })
}

/// Documentation of the body; what is in it the operation says.
#[derive(Debug)]
pub struct TranslateInput;

impl Input for TranslateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        f.rest();
        Some(TranslateInput)
    }
}

/// One request, ready to run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReplacementView {
    pub method: String,
    /// With its query.
    pub path: String,
    pub body: Option<Map<String, Value>>,
}

pub async fn translate(call: Call) -> Result<Answer, Problem> {
    let row = row(&call)?;
    let inputs = call.object()?;
    let replacement = call
        .prepare(|setup| {
            let inputs = Json::Object(inputs.clone());
            row.translate(inputs, &Known::channels(setup)).map_err(Problem::invalid)
        })
        .await?;
    Answer::json(200, &replacement.json())
}
