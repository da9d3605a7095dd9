//! The program `recado`.

mod cli;
mod data_dir;
mod database;
mod init;
mod password;
mod serve;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    telemetry::start(&arguments.log);
    match cli::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("recado: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}
