//! Settings: from flags, from the environment, from a file, or by default; in this order.

mod file;
mod flags;
#[cfg(test)]
mod page;
mod read;
mod table;

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use api::lifecycle::Announcements;
use api::limits::Rate;

use providers::Networks;

use crate::cli::Failure;
pub use flags::{DataFlags, Given, ServeFlags, SunsetFlags};
pub use read::{LogFormat, PublicUrl};

#[derive(Debug, Clone)]
pub struct Settings {
    pub data_dir: PathBuf,
    pub database_url: Option<String>,
    pub database_readers: Option<usize>,
    pub database_writers: Option<usize>,
    pub listen: SocketAddr,
    pub public_url: Option<PublicUrl>,
    pub rate_limit: Option<Rate>,
    pub event_rate_limit: Option<Rate>,
    pub streams_per_key: usize,
    pub streams_per_organization: usize,
    /// Megabytes, in an hour and in a day.
    pub webchat_files_per_address: usize,
    pub webchat_files_per_channel: usize,
    pub announcements: Announcements,
    /// Opened to every call to the outside.
    pub whatsapp_calls: bool,
    pub outbound_allow: Networks,
    /// Reverse proxies that are believed where a request comes from.
    pub trusted_proxies: Networks,
    /// Besides this machine: where from people may sign in over plain HTTP.
    pub plain_sign_in_from: Networks,
    /// Opened to webhooks as well.
    pub webhooks_allow: Networks,
    /// Opened to language models as well.
    pub models_allow: Networks,
    /// How long deliveries of webhooks are kept.
    pub webhooks_keep_days: usize,
    pub backup_nightly: bool,
    /// Minutes after midnight, UTC.
    pub backup_at: i64,
    pub backup_keep: usize,
    pub backup_dir: PathBuf,
    /// Files of messages.
    pub media_dir: PathBuf,
    pub log: String,
    pub log_format: LogFormat,
}

impl Settings {
    pub fn read(given: &Given) -> Result<Settings, Failure> {
        Settings::from(given, &|name| std::env::var(name).ok())
    }

    fn from(given: &Given, environment: &dyn Fn(&str) -> Option<String>) -> Result<Settings, Failure> {
        // Set to nothing is not set: that is how a variable is switched off in a unit file.
        let environment = |name: &str| environment(name).filter(|value| !value.is_empty());
        let mut sources = Sources::default();
        for (key, value) in &given.values {
            sources.offer(key, value.clone(), Origin::Flag);
        }
        for setting in table::ALL {
            if let Some(value) = environment(setting.variable) {
                sources.offer(setting.key, value, Origin::Variable);
            }
        }
        if let Some(file) = find_file(given, &environment, &sources)? {
            for (key, value) in file.values {
                sources.offer(key, value, Origin::File(file.path.clone()));
            }
        }
        let data_dir = sources.path("data_dir").unwrap_or_default();
        Ok(Settings {
            database_url: sources.optional("database_url", read::database_url)?,
            database_readers: sources.optional("database_readers", |text| read::whole(text, 2, 256))?,
            database_writers: sources.optional("database_writers", |text| read::whole(text, 2, 256))?,
            listen: sources.required("listen", read::address)?,
            public_url: sources.optional("public_url", read::public_url)?,
            rate_limit: sources.optional("rate_limit", read::rate)?,
            event_rate_limit: sources.optional("event_rate_limit", read::rate)?,
            streams_per_key: sources.required("streams_per_key", |text| read::whole(text, 1, 10_000))?,
            streams_per_organization: sources
                .required("streams_per_organization", |text| read::whole(text, 1, 10_000))?,
            webchat_files_per_address: sources
                .required("webchat_files_per_address", |text| read::whole(text, 1, 1_000_000))?,
            webchat_files_per_channel: sources
                .required("webchat_files_per_channel", |text| read::whole(text, 1, 1_000_000))?,
            announcements: sources.optional("sunsets_announced", Announcements::read)?.unwrap_or_default(),
            whatsapp_calls: sources.required("whatsapp_calls", read::flag)?,
            outbound_allow: sources.optional("outbound_allow", Networks::parse)?.unwrap_or_default(),
            trusted_proxies: sources.required("trusted_proxies", Networks::parse)?,
            plain_sign_in_from: sources.optional("plain_sign_in_from", Networks::parse)?.unwrap_or_default(),
            webhooks_allow: sources.optional("webhooks_allow", Networks::parse)?.unwrap_or_default(),
            models_allow: sources.optional("models_allow", Networks::parse)?.unwrap_or_default(),
            webhooks_keep_days: sources.required("webhooks_keep_days", |text| read::whole(text, 1, 3650))?,
            backup_nightly: sources.required("backup_nightly", read::flag)?,
            backup_at: sources.required("backup_at", read::time_of_day)?,
            backup_keep: sources.required("backup_keep", |text| read::whole(text, 1, 1000))?,
            backup_dir: sources.path("backup_dir").unwrap_or_else(|| data_dir.join("backups")),
            media_dir: sources.path("media_dir").unwrap_or_else(|| data_dir.join("media")),
            log: sources.required("log", read::log_filter)?,
            log_format: sources.required("log_format", read::log_format)?,
            data_dir,
        })
    }
}

/// The file that was named must be there; the one in the data directory may be.
fn find_file(
    given: &Given,
    environment: &dyn Fn(&str) -> Option<String>,
    sources: &Sources,
) -> Result<Option<file::File>, Failure> {
    if let Some(path) = given.config.clone().or_else(|| environment("RECADO_CONFIG").map(PathBuf::from)) {
        return file::read(&path, true);
    }
    let data_dir = sources.path("data_dir").unwrap_or_default();
    if data_dir.exists() && !data_dir.is_dir() {
        return Err(Failure::usage(format!("--data-dir: {} is not a directory", data_dir.display())));
    }
    let found = file::read(&data_dir.join("recado.toml"), false)?;
    match found {
        Some(file) if file.values.iter().any(|(key, _)| *key == "data_dir") => Err(Failure::usage(format!(
            "{}: `data_dir` does nothing in a file that is found by way of the data directory; take it out, or name the \
             file with --config",
            file.path.display()
        ))),
        found => Ok(found),
    }
}

#[derive(Debug, Clone)]
enum Origin {
    Flag,
    Variable,
    File(PathBuf),
    Default,
}

/// Where a value came from, as its owner wrote it.
struct Place<'a>(&'static str, &'a Origin);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(setting) = table::find(self.0) else { return f.write_str(self.0) };
        match self.1 {
            Origin::Flag => write!(f, "--{}", setting.flag),
            Origin::Variable => f.write_str(setting.variable),
            Origin::File(path) => write!(f, "`{}` in {}", setting.key, path.display()),
            Origin::Default => write!(f, "the default of {}", setting.key),
        }
    }
}

#[derive(Debug, Default)]
struct Sources(HashMap<&'static str, (String, Origin)>);

impl Sources {
    /// The first to offer a value is the one that counts.
    fn offer(&mut self, key: &'static str, value: String, origin: Origin) {
        self.0.entry(key).or_insert((value, origin));
    }

    fn find(&self, key: &'static str) -> Option<(String, Origin)> {
        let default = || Some((table::find(key)?.default?.to_owned(), Origin::Default));
        self.0.get(key).cloned().or_else(default)
    }

    fn optional<T>(&self, key: &'static str, read: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, Failure> {
        let Some((text, origin)) = self.find(key) else { return Ok(None) };
        let value =
            read(text.trim()).map_err(|problem| Failure::usage(format!("{}: {problem}", Place(key, &origin))))?;
        Ok(Some(value))
    }

    fn required<T>(&self, key: &'static str, read: impl Fn(&str) -> Result<T, String>) -> Result<T, Failure> {
        self.optional(key, read)?.ok_or_else(|| Failure::usage(format!("{key} is not set")))
    }

    /// A relative one in a file is relative to that file.
    fn path(&self, key: &'static str) -> Option<PathBuf> {
        let (text, origin) = self.find(key)?;
        match origin {
            Origin::File(file) => Some(file.parent().unwrap_or(Path::new("")).join(text)),
            _ => Some(PathBuf::from(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn flag_before_variable_before_file_before_default() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("recado.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:1\"\nlog = \"debug\"\nrate_limit = \"5/s\"\nbackup_dir = \"b\"")
            .unwrap();
        let values = vec![("data_dir", directory.path().display().to_string()), ("listen", "127.0.0.1:3".to_owned())];
        let given = Given { values, config: None };
        let environment = |name: &str| match name {
            "RECADO_LISTEN" => Some("127.0.0.1:2".to_owned()),
            "RECADO_LOG" => Some("warn".to_owned()),
            "RECADO_BACKUP_KEEP" => Some(String::new()),
            _ => None,
        };
        let settings = Settings::from(&given, &environment).unwrap();
        assert_eq!(settings.listen.port(), 3);
        assert_eq!(settings.log, "warn");
        assert_eq!(settings.rate_limit, Some(Rate { requests: 5, seconds: 1 }));
        assert_eq!(settings.backup_dir, directory.path().join("b"));
        assert_eq!((settings.backup_keep, settings.backup_at, settings.backup_nightly), (7, 210, true));
    }

    #[test]
    fn what_is_wrong_is_named_where_it_was_written() {
        let given = Given { values: vec![("listen", "here".to_owned())], config: None };
        let failure = Settings::from(&given, &nothing).unwrap_err();
        assert!(failure.message.starts_with("--listen: "), "{}", failure.message);
        assert_eq!(failure.code, 2);
        let environment = |name: &str| (name == "RECADO_RATE_LIMIT").then(|| "often".to_owned());
        let failure = Settings::from(&Given::default(), &environment).unwrap_err();
        assert!(failure.message.starts_with("RECADO_RATE_LIMIT: "), "{}", failure.message);
        let given = Given { values: Vec::new(), config: Some("/nowhere/recado.toml".into()) };
        assert!(Settings::from(&given, &nothing).unwrap_err().message.contains("/nowhere/recado.toml"));
    }

    #[test]
    fn every_example_is_accepted() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("all.toml");
        let lines: Vec<String> = table::ALL.iter().map(|s| format!("{} = {}", s.key, s.example)).collect();
        std::fs::write(&path, lines.join("\n")).unwrap();
        let given = Given { values: Vec::new(), config: Some(path) };
        let settings = Settings::from(&given, &nothing).unwrap();
        assert_eq!(settings.data_dir, Path::new("/var/lib/recado"));
        assert_eq!(settings.public_url.unwrap().host(), "crm.example.com");
    }
}
