//! Commands and their arguments.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{init, serve};

/// A self-hosted, WhatsApp-first conversational CRM: one program, nothing else to run.
#[derive(Debug, Parser)]
#[command(name = "recado", version, disable_help_subcommand = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,

    /// What to log: error, warn, info, debug, trace, or a filter such as info,store=debug
    #[arg(long, global = true, env = "RECADO_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make an organization with its owner and a first API key
    Init(init::InitArguments),
    /// Run the server
    Serve(serve::ServeArguments),
    /// Print the OpenAPI document
    Openapi,
    /// Print the version
    Version,
}

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct DataArguments {
    /// Directory of the database, the key file and uploads; made if absent
    #[arg(long, env = "RECADO_DATA_DIR", default_value = "./data", value_name = "DIR")]
    pub data_dir: PathBuf,

    /// Use this PostgreSQL instead of the embedded database
    #[arg(long, env = "RECADO_DATABASE_URL", value_name = "postgres://…", hide_env_values = true)]
    pub database_url: Option<String>,
}

/// Why the program ends with something else than 0.
#[derive(Debug)]
pub struct Failure {
    pub message: String,
    /// 1: it failed; 2: wrong arguments (clap's own); 3: a check found something.
    pub code: u8,
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure { message: error.to_string(), code: 1 }
    }
}

pub fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Openapi => {
            println!("{:#}", api::openapi::document());
            Ok(())
        }
        Command::Version => {
            println!("recado {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
    }
}

/// The default address: nothing listens beyond this machine without being told.
pub const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
