//! How a connection is made.

use std::str::FromStr;
use std::sync::Mutex;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};

use super::Connection;
use super::errors;
use super::tls::{Tls, Trust};
use crate::{Error, PostgresOptions};

/// A node that was stopped in the middle of a transaction must not hold up every reader of events for longer.
const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(60);

pub(super) struct Connector {
    /// Held by the one closure that is run again after it met others twice: were all of them run again at once, they
    /// would meet each other once more.
    pub(super) contended: Mutex<()>,
    config: Config,
    tls: Tls,
    pub(super) schema: Option<String>,
}

impl Connector {
    pub(super) fn new(url: &str, options: &PostgresOptions) -> Result<Connector, Error> {
        let Url { url, trust } = Url::parse(url)?;
        // The url may hold a password, and the parser's messages may repeat what they do not understand.
        let mut config = Config::from_str(&url)
            .map_err(|_| Error::schema("the address of PostgreSQL is not a valid postgres:// url"))?;
        if trust != Trust::Anything {
            config.ssl_mode(SslMode::Require);
        }
        if config.get_application_name().is_none() {
            config.application_name("recado");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(options.connect_time);
        }
        // A server that vanished without a word is noticed in half a minute instead of in two hours.
        config
            .keepalives_idle(Duration::from_secs(15))
            .keepalives_interval(Duration::from_secs(5))
            .keepalives_retries(3)
            .tcp_user_timeout(Duration::from_secs(30));
        Ok(Connector { contended: Mutex::new(()), config, tls: Tls::new(&trust)?, schema: options.schema.clone() })
    }

    /// How to reach a server that accepts writes, for whoever talks to it in its own way.
    pub(super) fn to_writer(&self) -> Config {
        let mut config = self.config.clone();
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        config
    }

    pub(super) fn tls(&self) -> Tls {
        self.tls.clone()
    }

    /// Connects; `writer` insists on a server that accepts writes, if the url names several.
    pub(super) fn connect(&self, writer: bool) -> Result<Connection, Error> {
        let config = if writer { self.to_writer() } else { self.config.clone() };
        let mut client = postgres::Config::from(config)
            .connect(self.tls.clone())
            .map_err(|error| Error::unavailable(format_args!("cannot connect: {}", errors::text(&error))))?;
        let idle = IDLE_IN_TRANSACTION.as_millis();
        client
            .batch_execute(&format!("SET idle_in_transaction_session_timeout = {idle}"))
            .map_err(|error| Error::unavailable(errors::text(&error)))?;
        Ok(Connection::new(client, !writer))
    }
}

/// A url without what only we understand.
struct Url {
    url: String,
    trust: Trust,
}

impl Url {
    /// Takes `sslmode=verify-full` and `sslrootcert=…` out of the query: the client knows `disable`, `prefer` and
    /// `require`.
    fn parse(url: &str) -> Result<Url, Error> {
        let Some((base, query)) = url.split_once('?') else {
            return Ok(Url { url: url.to_owned(), trust: Trust::Anything });
        };
        let (mut kept, mut verify, mut authorities) = (Vec::new(), false, None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", "verify-full" | "verify-ca")) => verify = true,
                Some(("sslmode", "allow")) => kept.push("sslmode=prefer"),
                Some(("sslrootcert", file)) => authorities = Some(file.to_owned()),
                _ => kept.push(pair),
            }
        }
        let trust = match (verify, authorities) {
            (true, None) => Trust::System,
            (true, Some(file)) if file == "system" => Trust::System,
            (true, Some(file)) => Trust::File(file.into()),
            (false, None) => Trust::Anything,
            (false, Some(_)) => {
                return Err(Error::schema("sslrootcert in the address of PostgreSQL needs sslmode=verify-full"));
            }
        };
        let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
        Ok(Url { url: format!("{base}{query}"), trust })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_we_understand_is_taken_out_of_the_url() {
        let parsed = |url| Url::parse(url).map(|parsed| (parsed.url, parsed.trust)).unwrap();
        assert_eq!(parsed("postgres://h/d"), ("postgres://h/d".to_owned(), Trust::Anything));
        assert_eq!(
            parsed("postgres://h/d?sslmode=require"),
            ("postgres://h/d?sslmode=require".to_owned(), Trust::Anything)
        );
        assert_eq!(
            parsed("postgres://h/d?sslmode=verify-full&application_name=x"),
            ("postgres://h/d?application_name=x".to_owned(), Trust::System)
        );
        assert_eq!(
            parsed("postgres://h/d?sslmode=verify-full&sslrootcert=/etc/ca.pem"),
            ("postgres://h/d".to_owned(), Trust::File("/etc/ca.pem".into()))
        );
        assert!(Url::parse("postgres://h/d?sslrootcert=/etc/ca.pem").is_err());
    }

    #[test]
    fn a_url_that_is_wrong_is_not_repeated() {
        let error = Connector::new("postgres://user:secret@h:notaport/d", &PostgresOptions::default()).err().unwrap();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
