//! Logs: to standard error, structured, without personal data.

use tracing_subscriber::EnvFilter;

use crate::cli::Failure;
use crate::settings::{LogFormat, Settings};

pub fn start(settings: &Settings) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&settings.log).map_err(|error| Failure::usage(format!("log: {error}")))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let started = match settings.log_format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| Failure::new(format!("no log: {error}")))
}
