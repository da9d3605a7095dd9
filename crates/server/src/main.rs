//! The program `recado`.

mod backup;
mod chores;
mod cli;
mod data_dir;
mod database;
mod demo;
mod doctor;
#[cfg(test)]
mod documents;
mod file_handles;
mod init;
mod key;
mod media_copy;
mod media_place;
mod member;
mod organization;
mod output;
mod password;
mod playground;
mod restore;
mod sealer;
mod serve;
mod settings;
mod structure;
mod sunsets;
mod telemetry;
mod translate;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    match cli::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("recado: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}
