//! `recado key`: API keys, from the command line.

use clap::{Args, Subcommand};
use crm::keys::{self, ApiKey, NewKey};
use crm::page::PageRequest;
use crm::{Caller, Crm, Work};
use serde_json::json;

use crate::cli::Failure;
use crate::organization::{self, OrganizationArgument};
use crate::output::{print, print_line, table};
use crate::settings::{DataFlags, Settings};
use crate::{database, telemetry};

/// Make, list and revoke API keys; also while the server runs
///
/// A key's secret is printed once, when it is made; the database has only its hash.
///
/// Example:  recado key create --data-dir /var/lib/recado --name "Tienda web" --scopes contacts:write,tickets:write
///           recado key revoke --data-dir /var/lib/recado rk_8bJx
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct KeyArguments {
    #[command(subcommand)]
    pub command: KeyCommand,
}

#[derive(Debug, Args)]
pub struct Place {
    #[command(flatten)]
    settings: DataFlags,
    #[command(flatten)]
    organization: OrganizationArgument,
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key
    Create {
        #[command(flatten)]
        place: Place,
        /// What it is for
        #[arg(long)]
        name: String,
        /// What it may do, such as contacts:read,contacts:write; * is everything
        #[arg(long, default_value = "*", value_delimiter = ',')]
        scopes: Vec<String>,
        /// Print JSON: {id, api_key}
        #[arg(long)]
        json: bool,
    },
    /// All keys that are in use
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Take a key out of use, for good, from its very next request on
    Revoke {
        #[command(flatten)]
        place: Place,
        /// Its id, or the first characters as `list` shows them
        #[arg(value_name = "ID|HINT")]
        key: String,
    },
}

fn open(place: &Place) -> Result<(Crm, Caller), Failure> {
    let settings = Settings::read(&place.settings.0)?;
    telemetry::start(&settings)?;
    let (crm, _) = database::open_existing(&settings)?;
    let caller = organization::caller(&crm, &place.organization)?;
    Ok((crm, caller))
}

pub fn run(arguments: &KeyArguments) -> Result<(), Failure> {
    match &arguments.command {
        KeyCommand::Create { place, name, scopes, json } => create(place, name, scopes, *json),
        KeyCommand::List { place } => list(place),
        KeyCommand::Revoke { place, key } => revoke(place, key),
    }
}

fn create(place: &Place, name: &str, scopes: &[String], as_json: bool) -> Result<(), Failure> {
    let made = api::key::new_key().map_err(|error| Failure::new(format!("no randomness from the system: {error}")))?;
    let scopes = scopes.iter().map(|scope| scope.trim().to_owned()).collect();
    let new = NewKey { name: name.to_owned(), scopes, hash: made.hash, hint: made.hint };
    let (crm, caller) = open(place)?;
    let key = crm.write_blocking(&caller, move |w| keys::create(w, &new)).map_err(|error| {
        Failure::refused(error, |pointer| format!("--{}", pointer.split('/').nth(1).unwrap_or_default()))
    })?;
    if as_json {
        return print_line(&json!({"id": key.id, "api_key": made.secret}).to_string());
    }
    print_line(&format!("API key  {}\n\nIt is shown only this once.", made.secret))
}

fn all(w: &mut Work<'_, '_>) -> crm::Result<Vec<ApiKey>> {
    let mut found = Vec::new();
    let mut page = PageRequest { limit: 200, cursor: None };
    loop {
        let next = keys::page(w, &page)?;
        found.extend(next.data);
        page.cursor = next.next_cursor;
        if page.cursor.is_none() {
            return Ok(found);
        }
    }
}

fn list(place: &Place) -> Result<(), Failure> {
    let (crm, caller) = open(place)?;
    let keys = crm.write_blocking(&caller, all)?;
    let rows: Vec<Vec<String>> = keys
        .iter()
        .map(|key| {
            let scopes = key.scopes.join(",");
            vec![key.hint.clone(), key.name.clone(), scopes, key.created_at.to_string(), key.id.to_string()]
        })
        .collect();
    print(&table(&["KEY", "NAME", "SCOPES", "MADE", "ID"], &rows))
}

fn revoke(place: &Place, wanted: &str) -> Result<(), Failure> {
    let (crm, caller) = open(place)?;
    let keys = crm.write_blocking(&caller, all)?;
    let fits = |key: &&ApiKey| key.id.to_string() == wanted || key.hint == wanted;
    let found: Vec<&ApiKey> = keys.iter().filter(fits).collect();
    let (id, name) = match found.as_slice() {
        [key] => (key.id, key.name.clone()),
        [] => {
            let begun = keys.iter().filter(|key| key.hint.starts_with(wanted)).count();
            let what = match begun {
                0 => format!("there is no key {wanted}"),
                1 => format!("{wanted} is not a whole hint"),
                many => format!("{many} keys begin with {wanted}"),
            };
            return Err(Failure::usage(format!(
                "{what}; `recado key list` shows them all, give the id or the whole hint"
            )));
        }
        _ => return Err(Failure::usage(format!("several keys begin with {wanted}; give the id"))),
    };
    crm.write_blocking(&caller, move |w| keys::revoke(w, id, None))?;
    print_line(&format!("The key “{name}” is revoked."))
}
