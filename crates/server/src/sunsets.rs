//! `recado sunsets`: which operations go away, when, and who still calls them.

use api::lifecycle::Registry;
use api::{SunsetView, sunset_view};
use clap::Args;
use crm::sunsets::{self, CallsBy, Usage, date_of};
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
    let organizations = match &arguments.organization.organization {
        Some(_) => vec![organization::caller(&crm, &arguments.organization)?],
        None => {
            let all = crm.db().read_blocking(Priority::Interactive, organizations::all_ids)?;
            all.into_iter().map(Caller::system).collect()
        }
    };
    let registry = Registry::with(&settings.announcements);
    let now = Timestamp::now();
    let mut shown = Vec::new();
    for row in registry.all() {
        let (usage, callers) = used(&crm, row.operation(), &organizations, arguments, now)?;
        shown.push(sunset_view(row, usage, callers, date_of(now)));
    }
    if arguments.json {
        print_line(&json!(shown).to_string())?;
    } else {
        print(&tables(&shown))?;
    }
    match arguments.fail_within {
        Some(days) => check(&shown, i64::from(days)),
        None => Ok(()),
    }
}

fn used(
    crm: &Crm,
    operation: &'static str,
    organizations: &[Caller],
    arguments: &SunsetsArguments,
    now: Timestamp,
) -> Result<(Usage, Vec<CallsBy>), Failure> {
    let one = arguments.organization.organization.as_ref().and(organizations.first()).map(|caller| caller.organization);
    let read = move |tx: &mut Tx<'_>| sunsets::usage(tx, one, operation, now);
    let usage = crm.db().read_blocking(Priority::Interactive, read)?;
    let mut callers = Vec::new();
    if usage.calls.last_30_days > 0 {
        for caller in organizations {
            let found = crm.write_blocking(caller, move |w| sunsets::latest_callers(w, operation, CALLERS))?;
            callers.extend(found.into_iter().filter(|by| by.calls.last_30_days > 0));
        }
    }
    Ok((usage, callers))
}

fn tables(shown: &[SunsetView]) -> String {
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
        .flat_map(|sunset| sunset.callers.iter().map(move |caller| (sunset, caller)))
        .map(|(sunset, caller)| {
            let name = caller.api_key_name.clone().unwrap_or_else(|| caller.api_key_id.to_string());
            let name = if caller.api_key_revoked { format!("{name} (revoked)") } else { name };
            vec![
                sunset.operation.to_owned(),
                name,
                caller.calls.last_30_days.to_string(),
                caller.last_call_at.to_string(),
                caller.user_agent.clone().unwrap_or_else(|| "-".to_owned()),
            ]
        })
        .collect();
    if !callers.is_empty() {
        text.push('\n');
        text.push_str(&table(&["STILL CALLED", "BY KEY", "CALLS 30 DAYS", "LAST CALL", "USER AGENT"], &callers));
    }
    text
}

/// Fails where something is still called that goes away within so many days.
fn check(shown: &[SunsetView], days: i64) -> Result<(), Failure> {
    let called = shown.iter().filter(|sunset| sunset.days_left <= days && sunset.calls.last_30_days > 0);
    let said: Vec<String> = called
        .map(|sunset| {
            let (operation, calls) = (sunset.operation, sunset.calls.last_30_days);
            format!("{operation}, removed on {}, was called {calls} times within 30 days", sunset.sunset)
        })
        .collect();
    if said.is_empty() { Ok(()) } else { Err(Failure::finding(said.join("\n        "))) }
}
