//! `recado init`: an organization that can be worked with at once.

use clap::Args;
use crm::organizations::{Created, NewOrganization};
use serde_json::json;

use crate::cli::Failure;
use crate::data_dir::DataDir;
use crate::output::{print, print_line};
use crate::settings::{DataFlags, Settings};
use crate::{database, password, telemetry};

/// Make an organization with its owner and a first API key
///
/// The key is printed once and has all scopes. Run again, it makes a second organization beside
/// the first. Currency, time zone and language are those usual in the country; the API changes
/// them.
///
/// Example:  recado init --data-dir /var/lib/recado --organization "Mi Tienda" --country CL \
///             --owner-email ana@example.com --owner-password 'at least ten characters'
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct InitArguments {
    #[command(flatten)]
    pub settings: DataFlags,

    /// Name of the organization
    #[arg(long, value_name = "NAME")]
    pub organization: String,

    /// Its country (ISO 3166, two letters): how national phone numbers, dates and amounts are read
    #[arg(long, value_name = "CC")]
    pub country: String,

    /// E-mail of the owner
    #[arg(long, value_name = "EMAIL")]
    pub owner_email: String,

    /// Password of the owner, at least 10 characters
    #[arg(long, env = "RECADO_OWNER_PASSWORD", hide_env_values = true, value_name = "PASSWORD")]
    pub owner_password: String,

    /// Name of the owner [default: what stands before the @]
    #[arg(long, value_name = "NAME")]
    pub owner_name: Option<String>,

    /// Print JSON: {organization_id, owner_id, api_key}
    #[arg(long)]
    pub json: bool,
}

pub fn run(arguments: &InitArguments) -> Result<(), Failure> {
    let settings = Settings::read(&arguments.settings.0)?;
    telemetry::start(&settings)?;
    let hash = password::hash(&arguments.owner_password)?;
    let key = api::key::new_key().map_err(|error| Failure::new(format!("no randomness from the system: {error}")))?;
    let data_dir = DataDir::open(&settings.data_dir)?;
    database::refuse_beside_a_cut_off_restore(&settings, &data_dir)?;
    let there = settings.database_url.is_none() && data_dir.database().exists();
    let _lock = if there { database::beside_the_server(&settings, &data_dir)? } else { None };
    let crm = database::open(&settings, &data_dir)?;
    let created: Created = crm
        .create_organization_blocking(NewOrganization {
            name: arguments.organization.clone(),
            country: arguments.country.to_uppercase(),
            time_zone: None,
            currency: None,
            language: None,
            owner_name: arguments.owner_name.clone(),
            owner_email: arguments.owner_email.clone(),
            owner_password_hash: Some(hash),
            key_hash: key.hash,
            key_hint: key.hint.clone(),
        })
        .map_err(|error| Failure::refused(error, argument))?;
    crm.db().close();
    if arguments.json {
        let printed =
            json!({"organization_id": created.organization_id, "owner_id": created.owner_id, "api_key": key.secret});
        return print_line(&printed.to_string());
    }
    print(&format!(
        "Organization  {}\nOwner         {} ({})\nAPI key       {}\n\n\
         The key is shown only this once. Start the server with `recado serve --data-dir {}`.\n",
        created.organization_id,
        created.owner_id,
        arguments.owner_email,
        key.secret,
        settings.data_dir.display()
    ))
}

/// The argument that a part of the input came from.
fn argument(pointer: &str) -> String {
    match pointer {
        "/name" => "--organization".to_owned(),
        pointer => format!("--{}", pointer.trim_start_matches('/').replace('_', "-")),
    }
}
