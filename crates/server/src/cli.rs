//! Commands, and how the program ends.

use clap::{Parser, Subcommand};

use crate::output::{print, print_line};
use crate::{backup, doctor, init, key, member, restore, serve, structure, sunsets, translate};

/// A self-hosted, WhatsApp-first conversational CRM: one program, nothing else to run.
///
/// To look around:   recado serve --demo
/// To begin:         recado init --organization "Mi Tienda" --country CL --owner-email ana@example.com
#[derive(Debug, Parser)]
#[command(name = "recado", version, disable_help_subcommand = true, verbatim_doc_comment)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Init(init::InitArguments),
    Serve(serve::ServeArguments),
    Backup(backup::BackupArguments),
    Restore(restore::RestoreArguments),
    Doctor(doctor::DoctorArguments),
    Member(member::MemberArguments),
    Key(key::KeyArguments),
    Structure(structure::StructureArguments),
    Sunsets(sunsets::SunsetsArguments),
    Translate(translate::TranslateArguments),
    /// Print the OpenAPI document of the HTTP API
    ///
    /// The same that the server answers at /openapi.json.
    ///
    /// Example:  recado openapi > openapi.json
    #[command(verbatim_doc_comment)]
    Openapi,
    /// Print the version
    ///
    /// Example:  recado version
    #[command(verbatim_doc_comment)]
    Version,
}

/// Why the program ends with something else than 0.
#[derive(Debug)]
pub struct Failure {
    pub message: String,
    /// 1: it failed; 2: wrong arguments or configuration; 3: a check found something.
    pub code: u8,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), code: 1 }
    }

    /// The arguments or the configuration are wrong.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), code: 2 }
    }

    /// A check found something.
    pub fn finding(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), code: 3 }
    }

    /// What the business refused, with the name of the argument that each part of the input came from.
    pub fn refused(error: crm::Error, argument: impl Fn(&str) -> String) -> Failure {
        let crm::Error::Invalid(problems) = error else { return error.into() };
        let lines = problems.iter().map(|problem| format!("{}: {}", argument(&problem.pointer), problem.message));
        Failure::usage(lines.collect::<Vec<_>>().join("\n        "))
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure::new(error.to_string())
    }
}

pub fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Restore(arguments) => restore::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Member(arguments) => member::run(&arguments),
        Command::Key(arguments) => key::run(&arguments),
        Command::Structure(arguments) => structure::run(&arguments),
        Command::Sunsets(arguments) => sunsets::run(&arguments),
        Command::Translate(arguments) => translate::run(&arguments),
        Command::Openapi => print(&format!("{:#}\n", api::openapi::document())),
        Command::Version => print_line(&format!("recado {}", env!("CARGO_PKG_VERSION"))),
    }
}
