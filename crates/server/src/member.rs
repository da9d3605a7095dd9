//! `recado member`: the people of an organization, from the command line.

use clap::{Args, Subcommand};
use crm::changes::Users;
use crm::members::{self, Member, NewMember, Role};
use crm::{Caller, Crm, Work, second_factor};

use crate::cli::Failure;
use crate::organization::{self, OrganizationArgument};
use crate::output::{print, print_line, table};
use crate::settings::{DataFlags, Settings};
use crate::{database, password, telemetry};

/// List, add and deactivate members, reset what they lost; also while the server runs
///
/// Example:  recado member add --data-dir /var/lib/recado --name "Ana Pérez" --email ana@example.com --role agent
///           recado member reset-password --data-dir /var/lib/recado ana@example.com
///           recado member reset-totp --data-dir /var/lib/recado ana@example.com
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct MemberArguments {
    #[command(subcommand)]
    pub command: MemberCommand,
}

#[derive(Debug, Args)]
pub struct Place {
    #[command(flatten)]
    settings: DataFlags,
    #[command(flatten)]
    organization: OrganizationArgument,
}

#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// All members, also those who left
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Take somebody on; a password that is not given is made and printed once
    Add {
        #[command(flatten)]
        place: Place,
        /// First name and last name
        #[arg(long)]
        name: String,
        #[arg(long)]
        email: String,
        /// owner, admin or agent
        #[arg(long, default_value = "agent", value_parser = role)]
        role: Role,
        #[arg(long)]
        phone: Option<String>,
        #[command(flatten)]
        password: PasswordArgument,
    },
    /// Give a member another password, and end all sessions; one that is not given is made and printed once
    ResetPassword {
        #[command(flatten)]
        place: Place,
        /// E-mail of the member
        email: String,
        #[command(flatten)]
        password: PasswordArgument,
    },
    /// Remove the second factor of a member who lost it, recovery codes and all; the password is asked for as before
    ResetTotp {
        #[command(flatten)]
        place: Place,
        /// E-mail of the member
        email: String,
    },
    /// Let a member go: the history stays, the log-in does not
    Deactivate {
        #[command(flatten)]
        place: Place,
        /// E-mail of the member
        email: String,
        /// Who takes over open tickets and contacts
        #[arg(long, value_name = "EMAIL", conflicts_with = "leave")]
        hand_over_to: Option<String>,
        /// Leave tickets and contacts as they are, for somebody to take
        #[arg(long)]
        leave: bool,
    },
}

#[derive(Debug, Args)]
pub struct PasswordArgument {
    /// At least 10 characters
    #[arg(long, env = "RECADO_MEMBER_PASSWORD", hide_env_values = true)]
    password: Option<String>,
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_name(text).ok_or_else(|| "expected owner, admin or agent".to_owned())
}

fn open(place: &Place) -> Result<(Crm, Caller), Failure> {
    let settings = Settings::read(&place.settings.0)?;
    telemetry::start(&settings)?;
    let (crm, _) = database::open_existing(&settings)?;
    let caller = organization::caller(&crm, &place.organization)?;
    Ok((crm, caller))
}

pub fn run(arguments: &MemberArguments) -> Result<(), Failure> {
    match &arguments.command {
        MemberCommand::List { place } => list(place),
        MemberCommand::Add { place, name, email, role, phone, password } => {
            let new = NewMember {
                name: Some(name.clone()),
                email: email.clone(),
                phone: phone.clone(),
                role: *role,
                ..NewMember::default()
            };
            add(place, new, password)
        }
        MemberCommand::ResetPassword { place, email, password } => reset_password(place, email, password),
        MemberCommand::ResetTotp { place, email } => reset_totp(place, email),
        MemberCommand::Deactivate { place, email, hand_over_to, leave } => {
            deactivate(place, email, hand_over_to.as_deref(), *leave)
        }
    }
}

fn list(place: &Place) -> Result<(), Failure> {
    let (crm, caller) = open(place)?;
    let members = crm.write_blocking(&caller, |w| Ok(w.setup.members.clone()))?;
    let rows: Vec<Vec<String>> = members
        .iter()
        .map(|member| {
            let state = if member.active { member.availability.to_string() } else { "left".to_owned() };
            vec![member.email.clone(), member.name.clone(), member.role.to_string(), state, member.id.to_string()]
        })
        .collect();
    print(&table(&["E-MAIL", "NAME", "ROLE", "STATE", "ID"], &rows))
}

/// The password, and whether it was made here and has to be shown.
fn choose(argument: &PasswordArgument) -> Result<(String, bool), Failure> {
    match &argument.password {
        Some(password) => Ok((password.clone(), false)),
        None => Ok((password::make()?, true)),
    }
}

fn tell(password: &str, made: bool) -> Result<(), Failure> {
    if made { print_line(&format!("Password  {password}   (shown only this once)")) } else { Ok(()) }
}

fn add(place: &Place, mut new: NewMember, argument: &PasswordArgument) -> Result<(), Failure> {
    let (password, made) = choose(argument)?;
    new.password_hash = Some(password::hash(&password)?);
    let (crm, caller) = open(place)?;
    let member = crm
        .write_blocking(&caller, move |w| members::create(w, &new))
        .map_err(|error| Failure::refused(error, |pointer| format!("--{}", pointer.trim_start_matches('/'))))?;
    print_line(&format!("Member    {} ({}, {})", member.id, member.email, member.role))?;
    tell(&password, made)
}

fn find(w: &Work<'_, '_>, email: &str) -> crm::Result<Member> {
    let found = members::find_by_email(&w.setup, email).cloned();
    found.ok_or_else(|| crm::Error::not_found(&format!("member {email}; `recado member list` shows them all")))
}

fn reset_password(place: &Place, email: &str, argument: &PasswordArgument) -> Result<(), Failure> {
    let (password, made) = choose(argument)?;
    let hash = password::hash(&password)?;
    let (crm, caller) = open(place)?;
    let wanted = email.to_owned();
    let member = crm.write_blocking(&caller, move |w| {
        let member = find(w, &wanted)?;
        members::set_password(w, member.id, &hash, None)?;
        Ok(member)
    })?;
    print_line(&format!("Member    {} ({})", member.id, member.email))?;
    tell(&password, made)
}

fn reset_totp(place: &Place, email: &str) -> Result<(), Failure> {
    let (crm, caller) = open(place)?;
    let wanted = email.to_owned();
    let done = crm.write_blocking(&caller, move |w| {
        let member = find(w, &wanted)?;
        second_factor::remove(w, member.id, None)?;
        Ok(member)
    });
    match done {
        Ok(member) => print_line(&format!(
            "{} signs in with the password alone; a second factor can be set up again.",
            member.email
        )),
        Err(error) => Err(error.into()),
    }
}

fn deactivate(place: &Place, email: &str, successor: Option<&str>, leave: bool) -> Result<(), Failure> {
    let (crm, caller) = open(place)?;
    let (wanted, to) = (email.to_owned(), successor.map(str::to_owned));
    let done = crm.write_blocking(&caller, move |w| {
        let member = find(w, &wanted)?;
        let users = match &to {
            Some(email) => Users::Move(find(w, email)?.id),
            None if leave => Users::Archive,
            None => Users::Refuse,
        };
        members::remove(w, member.id, None, users)
    });
    match done {
        Ok(removed) if removed.moved > 0 => {
            print_line(&format!("{email} is deactivated; {} contacts and tickets were handed over.", removed.moved))
        }
        Ok(_) => print_line(&format!("{email} is deactivated.")),
        Err(error) if error.code() == "in_use" => Err(Failure::new(format!(
            "{email} has tickets or contacts in hand; give them away with --hand-over-to EMAIL, or leave them with --leave"
        ))),
        Err(error) => Err(Failure::refused(error, |_| "--hand-over-to".to_owned())),
    }
}
