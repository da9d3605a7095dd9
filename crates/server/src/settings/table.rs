//! Every setting there is: the flags, the variables, the keys of the file and `docs/configuration.md` are made from this.

/// Which commands take it as a flag. Variables and the file may always have all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Every command that works on a database.
    Data,
    /// `recado serve`.
    Serve,
}

#[derive(Debug)]
pub struct Setting {
    /// In the file.
    pub key: &'static str,
    pub flag: &'static str,
    pub variable: &'static str,
    pub usage: Use,
    /// What the value is, in `--help`.
    pub value: &'static str,
    /// As it would be written; none: not set.
    pub default: Option<&'static str>,
    /// Where there is no default as text: what then happens.
    pub unset: &'static str,
    /// A line of the file.
    pub example: &'static str,
    pub about: &'static str,
}

pub const ALL: &[Setting] = &[
    Setting {
        key: "data_dir",
        flag: "data-dir",
        variable: "RECADO_DATA_DIR",
        usage: Use::Data,
        value: "DIR",
        default: Some("./data"),
        unset: "",
        example: "\"/var/lib/recado\"",
        about: "Directory of the database, the key file and the backups; made if absent",
    },
    Setting {
        key: "database_url",
        flag: "database-url",
        variable: "RECADO_DATABASE_URL",
        usage: Use::Data,
        value: "postgres://…",
        default: None,
        unset: "the embedded database",
        example: "\"postgres://recado:secret@127.0.0.1/recado\"",
        about: "Use this PostgreSQL instead of the embedded database",
    },
    Setting {
        key: "database_readers",
        flag: "database-readers",
        variable: "RECADO_DATABASE_READERS",
        usage: Use::Serve,
        value: "N",
        default: None,
        unset: "4 on the embedded database, 8 on PostgreSQL",
        example: "8",
        about: "Connections that read, 2 to 256",
    },
    Setting {
        key: "database_writers",
        flag: "database-writers",
        variable: "RECADO_DATABASE_WRITERS",
        usage: Use::Serve,
        value: "N",
        default: None,
        unset: "16",
        example: "32",
        about: "Connections that write, 2 to 256; PostgreSQL only, the embedded database has one",
    },
    Setting {
        key: "listen",
        flag: "listen",
        variable: "RECADO_LISTEN",
        usage: Use::Serve,
        value: "ADDRESS",
        default: Some("127.0.0.1:8080"),
        unset: "",
        example: "\"127.0.0.1:8080\"",
        about: "Address to listen on; port 0 takes a free one. On a loopback address requests with an unknown Host are refused",
    },
    Setting {
        key: "public_url",
        flag: "public-url",
        variable: "RECADO_PUBLIC_URL",
        usage: Use::Serve,
        value: "URL",
        default: None,
        unset: "only localhost, 127.0.0.1 and ::1 are known hosts on a loopback address",
        example: "\"https://crm.example.com\"",
        about: "Where a reverse proxy answers for this server: its host is a known one",
    },
    Setting {
        key: "rate_limit",
        flag: "rate-limit",
        variable: "RECADO_RATE_LIMIT",
        usage: Use::Serve,
        value: "RATE",
        default: None,
        unset: "no limit",
        example: "\"100/s\"",
        about: "Requests of one API key: so many per second (s), minute (m) or hour (h)",
    },
    Setting {
        key: "event_rate_limit",
        flag: "event-rate-limit",
        variable: "RECADO_EVENT_RATE_LIMIT",
        usage: Use::Serve,
        value: "RATE",
        default: Some("1000/h"),
        unset: "",
        example: "\"1000/h\"",
        about: "Calls of POST /api/v1/events of one organization",
    },
    Setting {
        key: "streams_per_key",
        flag: "streams-per-key",
        variable: "RECADO_STREAMS_PER_KEY",
        usage: Use::Serve,
        value: "N",
        default: Some("100"),
        unset: "",
        example: "100",
        about: "Streams of events that one API key may have open on this server, 1 to 10000",
    },
    Setting {
        key: "streams_per_organization",
        flag: "streams-per-organization",
        variable: "RECADO_STREAMS_PER_ORGANIZATION",
        usage: Use::Serve,
        value: "N",
        default: Some("1000"),
        unset: "",
        example: "1000",
        about: "Streams of events that one organization may have open on this server, 1 to 10000; visitors of its web chats may have \
                five times as many",
    },
    Setting {
        key: "webchat_files_per_address",
        flag: "webchat-files-per-address",
        variable: "RECADO_WEBCHAT_FILES_PER_ADDRESS",
        usage: Use::Serve,
        value: "MB",
        default: Some("200"),
        unset: "",
        example: "200",
        about: "Megabytes of files that visitors of web chats may send in an hour from one address, 1 to 1000000",
    },
    Setting {
        key: "webchat_files_per_channel",
        flag: "webchat-files-per-channel",
        variable: "RECADO_WEBCHAT_FILES_PER_CHANNEL",
        usage: Use::Serve,
        value: "MB",
        default: Some("2000"),
        unset: "",
        example: "2000",
        about: "Megabytes of files that visitors of one web chat may send in a day, 1 to 1000000",
    },
    Setting {
        key: "sunsets_announced",
        flag: "sunsets-announced",
        variable: "RECADO_SUNSETS_ANNOUNCED",
        usage: Use::Serve,
        value: "OPERATION=DATE,…",
        default: None,
        unset: "the days that the program has",
        example: "\"note-send=2027-01-31\"",
        about: "Announce deprecated operations later than the program does; they warn 6 and go 12 months after. The same for \
                every node",
    },
    Setting {
        key: "trusted_proxies",
        flag: "trusted-proxies",
        variable: "RECADO_TRUSTED_PROXIES",
        usage: Use::Serve,
        value: "NETWORK,…",
        default: Some("127.0.0.0/8, ::1/128"),
        unset: "",
        example: "\"127.0.0.1, 10.0.0.0/8\"",
        about: "Networks of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: limits per address count the \
                client, not the proxy",
    },
    Setting {
        key: "plain_sign_in_from",
        flag: "plain-sign-in-from",
        variable: "RECADO_PLAIN_SIGN_IN_FROM",
        usage: Use::Serve,
        value: "NETWORK,…",
        default: None,
        unset: "only this machine",
        example: "\"10.20.0.0/16\"",
        about: "Networks from which people may sign in over plain HTTP: whoever is on the way can read their passwords",
    },
    Setting {
        key: "outbound_allow",
        flag: "outbound-allow",
        variable: "RECADO_OUTBOUND_ALLOW",
        usage: Use::Serve,
        value: "NETWORK,…",
        default: None,
        unset: "only addresses on the public internet",
        example: "\"10.20.0.0/16\"",
        about: "Networks that calls to the outside may go to although they are not public: webhooks, WhatsApp, models",
    },
    Setting {
        key: "whatsapp_calls",
        flag: "whatsapp-calls",
        variable: "RECADO_WHATSAPP_CALLS",
        usage: Use::Serve,
        value: "true|false",
        default: Some("true"),
        unset: "",
        example: "true",
        about: "Call WhatsApp: to check channels, send messages, fetch files. With false messages stay queued; a demo never calls",
    },
    Setting {
        key: "webhooks_allow",
        flag: "webhooks-allow",
        variable: "RECADO_WEBHOOKS_ALLOW",
        usage: Use::Serve,
        value: "NETWORK,…",
        default: None,
        unset: "only addresses on the public internet",
        example: "\"127.0.0.0/8, fd00::/8\"",
        about: "The same for webhooks only: receivers on this machine or in an intranet",
    },
    Setting {
        key: "models_allow",
        flag: "models-allow",
        variable: "RECADO_MODELS_ALLOW",
        usage: Use::Serve,
        value: "NETWORK,…",
        default: None,
        unset: "only addresses on the public internet",
        example: "\"127.0.0.1\"",
        about: "The same for language models only, which organizations configure: Ollama on this machine or in an intranet",
    },
    Setting {
        key: "webhooks_keep_days",
        flag: "webhooks-keep-days",
        variable: "RECADO_WEBHOOKS_KEEP_DAYS",
        usage: Use::Serve,
        value: "N",
        default: Some("30"),
        unset: "",
        example: "90",
        about: "How many days the tries of webhooks and what they sent are kept, 1 to 3650; what still waits then is given up",
    },
    Setting {
        key: "backup_nightly",
        flag: "backup-nightly",
        variable: "RECADO_BACKUP_NIGHTLY",
        usage: Use::Serve,
        value: "true|false",
        default: Some("true"),
        unset: "",
        example: "true",
        about: "Copy the embedded database every night; one that was missed is made up for. The key file is not in it",
    },
    Setting {
        key: "backup_at",
        flag: "backup-at",
        variable: "RECADO_BACKUP_AT",
        usage: Use::Serve,
        value: "HH:MM",
        default: Some("03:30"),
        unset: "",
        example: "\"07:30\"",
        about: "When, in UTC",
    },
    Setting {
        key: "backup_keep",
        flag: "backup-keep",
        variable: "RECADO_BACKUP_KEEP",
        usage: Use::Serve,
        value: "N",
        default: Some("7"),
        unset: "",
        example: "14",
        about: "How many nightly copies are kept, 1 to 1000; older ones are deleted",
    },
    Setting {
        key: "backup_dir",
        flag: "backup-dir",
        variable: "RECADO_BACKUP_DIR",
        usage: Use::Data,
        value: "DIR",
        default: None,
        unset: "`backups` in the data directory",
        example: "\"/backup/recado\"",
        about: "Where copies go that are given no other place; better another disk",
    },
    Setting {
        key: "media_dir",
        flag: "media-dir",
        variable: "RECADO_MEDIA_DIR",
        usage: Use::Data,
        value: "DIR",
        default: None,
        unset: "`media` in the data directory",
        example: "\"/srv/recado-media\"",
        about: "Where files of messages are; several nodes of one database share one directory",
    },
    Setting {
        key: "log",
        flag: "log",
        variable: "RECADO_LOG",
        usage: Use::Data,
        value: "FILTER",
        default: Some("info"),
        unset: "",
        example: "\"info,store=debug\"",
        about: "What to log, to standard error: error, warn, info, debug, trace, or by part",
    },
    Setting {
        key: "log_format",
        flag: "log-format",
        variable: "RECADO_LOG_FORMAT",
        usage: Use::Data,
        value: "text|json",
        default: Some("text"),
        unset: "",
        example: "\"json\"",
        about: "How log lines look: for people, or one JSON object each",
    },
];

pub fn find(key: &str) -> Option<&'static Setting> {
    ALL.iter().find(|setting| setting.key == key)
}

/// The known key that looks most like this one.
pub fn nearest(key: &str) -> &'static str {
    ALL.iter()
        .map(|setting| setting.key)
        .min_by_key(|known| distance(&key.to_lowercase().replace('-', "_"), known))
        .unwrap_or("")
}

/// Levenshtein's distance, in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flag_and_variable_are_spelt_as_the_key() {
        for setting in ALL {
            assert_eq!(setting.flag, setting.key.replace('_', "-"));
            assert_eq!(setting.variable, format!("RECADO_{}", setting.key.to_uppercase()));
            assert_eq!(setting.default.is_none(), !setting.unset.is_empty(), "{}", setting.key);
        }
    }

    #[test]
    fn what_was_meant_is_found() {
        assert_eq!(nearest("listn"), "listen");
        assert_eq!(nearest("Rate-Limit"), "rate_limit");
        assert_eq!(nearest("databse_url"), "database_url");
        assert_eq!((distance("", "abc"), distance("kitten", "sitting")), (3, 3));
    }
}
