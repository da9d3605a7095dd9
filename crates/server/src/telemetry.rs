//! Logs: to standard error, structured, without personal data.

use tracing_subscriber::EnvFilter;

pub fn start(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let started = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).try_init();
    if let Err(error) = started {
        eprintln!("recado: no log: {error}");
    }
}
