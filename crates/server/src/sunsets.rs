//! `recado sunsets`: which operations go away, when, and who still calls them.

use api::lifecycle::Registry;
use api::{SunsetView, sunset_view};
use clap::Args;
use crm::id::OrganizationId;
use crm::sunsets::{self, CallsBy, date_of};
use crm::{Caller, Crm, Timestamp, organizations};
use serde_json::json;
use store::{Priority, Tx};

use crate::cli::Failure;
use crate::organization::{self, OrganizationArgument};
use crate::output::{print, print_line, table};
use crate::settings::{Settings, SunsetFlags};
use crate::{database, telemetry};

/// Callers shown of one organization and operation.
const CALLERS: u32 = 100;

/// Show the API operations that go away, when, and who still calls them
///
/// Of one organization or, without --organization, of all. Works beside a running server, whose
/// counts are a few seconds old at most. Whoever called within the last 30 days still calls.
///
/// Example:  recado sunsets --data-dir /var/lib/recado
///           recado sunsets --fail-within 60      # in a CI job: ends with 3 while there is something to do
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct SunsetsArguments {
    /// End with 3 where an operation that is gone, or is removed within so many days, is still called
    #[arg(long, value_name = "DAYS")]
    pub fail_within: Option<u32>,

    /// Print JSON: the operations as the API shows them, in a list
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    pub organization: OrganizationArgument,

    #[command(flatten)]
    pub settings: SunsetFlags,
}

pub fn run(arguments: &SunsetsArguments) -> Result<(), Failure> {
    let settings = Settings::read(&arguments.settings.0)?;
    telemetry::start(&settings)?;
    let (crm, _) = database::open_existing(&settings)?;
    let one = match &arguments.organization.organization {
        Some(_) => Some(organization::caller(&crm, &arguments.organization)?.organization),
        None => None,
    };
    let registry = Registry::with(&settings.announcements);
    let now = Timestamp::now();
    let (mut shown, mut owners) = (Vec::new(), Vec::new());
    for row in registry.all() {
        let operation = row.operation();
        let read = move |tx: &mut Tx<'_>| sunsets::usage(tx, one, operation, now);
        let usage = crm.db().read_blocking(Priority::Interactive, read)?;
        let callers = if usage.calls.last_30_days > 0 { callers(&crm, one, operation)? } else { Vec::new() };
        let (names, callers): (Vec<String>, Vec<CallsBy>) = callers.into_iter().unzip();
        shown.push(sunset_view(row, usage, callers, date_of(now)));
        owners.push(names);
    }
    if arguments.json {
        print_line(&json!(shown).to_string())?;
    } else {
        print(&tables(&shown, &owners))?;
    }
    match arguments.fail_within {
        Some(days) => check(&shown, i64::from(days)),
        None => Ok(()),
    }
}

/// Who still calls, with the name of the organization.
fn callers(crm: &Crm, one: Option<OrganizationId>, operation: &'static str) -> Result<Vec<(String, CallsBy)>, Failure> {
    let organizations = match one {
        Some(one) => vec![one],
        None => crm.db().read_blocking(Priority::Interactive, organizations::all_ids)?,
    };
    let mut callers = Vec::new();
    for organization in organizations {
        let found = crm.write_blocking(&Caller::system(organization), move |w| {
            let found = sunsets::latest_callers(w, operation, CALLERS)?;
            Ok(found.into_iter().map(|by| (w.setup.organization.name.clone(), by)).collect::<Vec<_>>())
        })?;
        callers.extend(found.into_iter().filter(|(_, by)| by.calls.last_30_days > 0));
    }
    Ok(callers)
}

/// `owners`: of each operation's callers the organizations.
fn tables(shown: &[SunsetView], owners: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = shown
        .iter()
        .map(|sunset| {
            let calls = &sunset.calls;
            vec![
                sunset.operation.to_owned(),
                sunset.phase.to_string(),
                sunset.sunset.clone(),
                sunset.days_left.to_string(),
                format!("{} / {} / {}", calls.last_1_day, calls.last_7_days, calls.last_30_days),
                sunset.last_call_at.map_or_else(|| "-".to_owned(), |at| at.to_string()),
                format!("{} {}", sunset.method, sunset.path),
            ]
        })
        .collect();
    let header = ["OPERATION", "PHASE", "REMOVED ON", "DAYS", "CALLS 1 / 7 / 30 DAYS", "LAST CALL", "PATH"];
    let mut text = table(&header, &rows);
    let callers: Vec<Vec<String>> = shown
        .iter()
        .zip(owners)
        .flat_map(|(sunset, owners)| {
            sunset.callers.iter().zip(owners).map(move |(caller, owner)| (sunset, caller, owner))
        })
        .map(|(sunset, caller, owner)| {
            let name = caller.api_key_name.clone().unwrap_or_else(|| caller.api_key_id.to_string());
            let name = if caller.api_key_revoked { format!("{name} (revoked)") } else { name };
            vec![
                sunset.operation.to_owned(),
                owner.clone(),
                name,
                caller.calls.last_30_days.to_string(),
                caller.last_call_at.to_string(),
                caller.user_agent.clone().unwrap_or_else(|| "-".to_owned()),
            ]
        })
        .collect();
    if !callers.is_empty() {
        text.push('\n');
        text.push_str(&table(&["STILL CALLED", "BY", "KEY", "CALLS 30 DAYS", "LAST CALL", "USER AGENT"], &callers));
    }
    text
}

/// Fails where something is still called that goes away within so many days.
fn check(shown: &[SunsetView], days: i64) -> Result<(), Failure> {
    let called = shown.iter().filter(|sunset| sunset.days_left <= days && sunset.calls.last_30_days > 0);
    let said: Vec<String> = called
        .map(|sunset| {
            let (operation, calls) = (sunset.operation, sunset.calls.last_30_days);
            let times = if calls == 1 { "once".to_owned() } else { format!("{calls} times") };
            format!("{operation}, removed on {}, was called {times} within 30 days", sunset.sunset)
        })
        .collect();
    if said.is_empty() { Ok(()) } else { Err(Failure::finding(said.join("\n        "))) }
}
