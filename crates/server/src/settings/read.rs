//! The values of settings: how each is read, and what is said of one that cannot be.

use std::fmt;
use std::net::SocketAddr;

use api::limits::Rate;
use axum::http::Uri;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// Scheme, host and port; no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    host: String,
}

impl PublicUrl {
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

pub fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| format!("expected an address and a port such as 127.0.0.1:8080 or [::1]:8080, found `{text}`"))
}

/// Never repeats the address: it has a password in it.
pub fn database_url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
    match rest {
        Some(rest) if !rest.is_empty() => Ok(text.to_owned()),
        _ => Err("expected an address such as postgres://user:password@host/database".to_owned()),
    }
}

pub fn public_url(text: &str) -> Result<PublicUrl, String> {
    let wrong = || format!("expected an address such as https://crm.example.com, without a path, found `{text}`");
    let uri: Uri = text.parse().map_err(|_| wrong())?;
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https")).ok_or_else(wrong)?;
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or_else(wrong)?;
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Err(wrong());
    }
    let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
    Ok(PublicUrl { text: format!("{scheme}://{authority}"), host })
}

pub fn rate(text: &str) -> Result<Rate, String> {
    Rate::parse(text).ok_or_else(|| {
        format!("expected so many per second, minute or hour, such as 100/s, 60/m or 1000/h, found `{text}`")
    })
}

pub fn whole(text: &str, least: usize, most: usize) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("expected a whole number from {least} to {most}, found `{text}`"))
}

pub fn flag(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("expected true or false, found `{text}`")),
    }
}

/// Minutes after midnight.
pub fn time_of_day(text: &str) -> Result<i64, String> {
    let wrong = || format!("expected a time of day such as 03:30, found `{text}`");
    let (hours, minutes) = text.split_once(':').ok_or_else(wrong)?;
    let number = |digits: &str, end: i64| {
        let sound = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse::<i64>().ok().filter(|number| sound && *number < end)
    };
    Ok(number(hours, 24).ok_or_else(wrong)? * 60 + number(minutes, 60).ok_or_else(wrong)?)
}

pub fn log_filter(text: &str) -> Result<String, String> {
    let expected = "expected off, error, warn, info, debug, trace, or a filter such as info,store=debug";
    // A lone word that is no level would be taken for a target, and silence everything else.
    let lone =
        text.split(',').map(str::trim).find(|part| !part.contains(['=', '[']) && part.parse::<LevelFilter>().is_err());
    match (lone, EnvFilter::try_new(text)) {
        (Some(word), _) => Err(format!("{expected}, found `{word}`")),
        (None, Err(error)) => Err(format!("{expected}: {error}")),
        (None, Ok(_)) => Ok(text.to_owned()),
    }
}

pub fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("expected text or json, found `{text}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_have_a_host_and_nothing_behind_it() {
        assert_eq!(public_url("https://crm.example.com/").unwrap().to_string(), "https://crm.example.com");
        assert_eq!(public_url("http://[::1]:8080").unwrap().host(), "::1");
        for wrong in ["crm.example.com", "ftp://x", "https://x/path", "https://a@b", "https://"] {
            assert!(public_url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_of_day() {
        assert_eq!(time_of_day("00:00"), Ok(0));
        assert_eq!(time_of_day("23:59"), Ok(1439));
        for wrong in ["24:00", "3:30", "03:60", "03", "+3:30", "0330"] {
            assert!(time_of_day(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_not_repeated() {
        assert!(!database_url("mysql://me:hunter2@db/x").unwrap_err().contains("hunter2"));
    }

    #[test]
    fn a_word_that_is_no_level_is_refused() {
        for sound in ["off", "info", "debug,store=trace", "info,store=debug", "store=debug"] {
            assert_eq!(log_filter(sound).as_deref(), Ok(sound));
        }
        for wrong in ["verbose", "info,verbose", "store=loud"] {
            assert!(log_filter(wrong).is_err(), "{wrong}");
        }
    }
}
