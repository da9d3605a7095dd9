//! `recado init`: an organization that can be worked with at once.

use clap::Args;
use crm::organizations::{Created, NewOrganization};
use serde_json::json;

use crate::cli::{DataArguments, Failure};
use crate::{database, password};

#[derive(Debug, Args)]
pub struct InitArguments {
    #[command(flatten)]
    pub data: DataArguments,

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
    let hash = password::hash(&arguments.owner_password)?;
    let key = api::key::new_key().map_err(|error| Failure { message: error.to_string(), code: 1 })?;
    let (crm, _) = database::open(&arguments.data)?;
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
        .map_err(explain)?;
    crm.db().close();
    if arguments.json {
        let printed =
            json!({"organization_id": created.organization_id, "owner_id": created.owner_id, "api_key": key.secret});
        println!("{printed}");
    } else {
        println!("Organization  {}", created.organization_id);
        println!("Owner         {} ({})", created.owner_id, arguments.owner_email);
        println!("API key       {}", key.secret);
        println!("\nThe key is shown only this once. Start the server with `recado serve`.");
    }
    Ok(())
}

/// What is wrong with the arguments, named as the arguments are.
fn explain(error: crm::Error) -> Failure {
    let message = match error {
        crm::Error::Invalid(problems) => problems
            .iter()
            .map(|problem| {
                let name = match problem.pointer.as_str() {
                    "/name" => "--organization".to_owned(),
                    pointer => format!("--{}", pointer.trim_start_matches('/').replace('_', "-")),
                };
                format!("{name}: {}", problem.message)
            })
            .collect::<Vec<_>>()
            .join("\n        "),
        other => other.to_string(),
    };
    Failure { message, code: 1 }
}
