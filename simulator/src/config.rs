//! What a simulator starts with.

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::knobs::Knobs;

/// A business number that can be written from and to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// Digits, as in the paths of the Graph API.
    pub phone_number_id: String,
    /// The WhatsApp business account it belongs to.
    pub waba_id: String,
    /// Digits with the country code, without `+`.
    pub display_phone_number: String,
    pub verified_name: String,
    /// Is it used by the WhatsApp Business app on a phone as well?
    #[serde(default)]
    pub coexistence: bool,
}

/// What it keeps in memory at most. The defaults are a program's of its own; the oldest goes first, and of files only those that
/// are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of all media, and of one.
    pub media: usize,
    pub largest_file: usize,
    /// Messages that went either way, and their bytes.
    pub messages: usize,
    pub message_bytes: usize,
    /// Entries and bytes, of the log of calls and of that of webhooks each.
    pub logged: usize,
    pub logged_bytes: usize,
    /// Connections at once.
    pub connections: usize,
}

const MIB: usize = 1 << 20;

impl Default for Bounds {
    fn default() -> Self {
        Self {
            media: 512 * MIB,
            largest_file: crate::media::LARGEST,
            messages: 100_000,
            message_bytes: 128 * MIB,
            logged: 100_000,
            logged_bytes: 64 * MIB,
            connections: 1024,
        }
    }
}

impl Bounds {
    /// 24 MiB in all: for a simulator within a program that does other things.
    #[must_use]
    pub fn small() -> Self {
        Self {
            media: 16 * MIB,
            largest_file: 16 * MIB,
            messages: 5_000,
            message_bytes: 4 * MIB,
            logged: 1_000,
            logged_bytes: 2 * MIB,
            connections: 64,
        }
    }
}

/// The defaults give a complete simulator on a free port of the loopback interface; change what matters.
#[derive(Debug, Clone)]
pub struct Config {
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// How others reach it, where that is not the address it listens on: used in addresses of media and of next pages.
    pub public_url: Option<String>,
    /// Decides ids and shuffles.
    pub seed: u64,
    pub clock: Clock,
    /// Where webhooks go, `http://…`. None: they are kept and can be looked at, but go nowhere.
    pub webhook_url: Option<String>,
    /// The key of `X-Hub-Signature-256`.
    pub app_secret: String,
    /// What the handshake asks the receiver with.
    pub verify_token: String,
    /// The one access token that is taken.
    pub access_token: String,
    pub app_id: String,
    pub numbers: Vec<Number>,
    pub knobs: Knobs,
    pub bounds: Bounds,
    /// Whether anybody who reaches it steers it, by `/_simulator`. False: only who holds the [`Simulator`](crate::Simulator).
    pub steered_by_http: bool,
}

/// What [`Config::default`] uses, for those who write it into their own configuration.
pub mod defaults {
    pub const APP_ID: &str = "900000000000001";
    pub const APP_SECRET: &str = "simulator-app-secret";
    pub const VERIFY_TOKEN: &str = "simulator-verify-token";
    pub const ACCESS_TOKEN: &str = "simulator-access-token";
    pub const WABA_ID: &str = "100000000000001";
    pub const PHONE_NUMBER_ID: &str = "200000000000001";
    pub const DISPLAY_PHONE_NUMBER: &str = "15550001000";
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            public_url: None,
            seed: 1,
            clock: Clock::system(),
            webhook_url: None,
            app_secret: defaults::APP_SECRET.to_owned(),
            verify_token: defaults::VERIFY_TOKEN.to_owned(),
            access_token: defaults::ACCESS_TOKEN.to_owned(),
            app_id: defaults::APP_ID.to_owned(),
            numbers: vec![Number {
                phone_number_id: defaults::PHONE_NUMBER_ID.to_owned(),
                waba_id: defaults::WABA_ID.to_owned(),
                display_phone_number: defaults::DISPLAY_PHONE_NUMBER.to_owned(),
                verified_name: "Pocket Shop".to_owned(),
                coexistence: false,
            }],
            knobs: Knobs::default(),
            bounds: Bounds::default(),
            steered_by_http: true,
        }
    }
}

impl Config {
    /// # Errors
    /// What cannot work, as a sentence.
    pub fn check(&self) -> Result<(), String> {
        self.knobs.check()?;
        if self.numbers.is_empty() || self.numbers.len() > 1000 {
            return Err("there must be 1 to 1000 numbers".to_owned());
        }
        let mut ids = vec![self.app_id.as_str()];
        for number in &self.numbers {
            for (name, id) in [("phone_number_id", &number.phone_number_id), ("waba_id", &number.waba_id)] {
                if !(1..=32).contains(&id.len()) || !id.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(format!("{name} {id:?} is not 1 to 32 digits"));
                }
            }
            if !number.display_phone_number.bytes().all(|b| b.is_ascii_digit()) {
                return Err(format!("display_phone_number {:?} is not digits only", number.display_phone_number));
            }
            if ids.contains(&number.phone_number_id.as_str()) {
                return Err(format!("phone_number_id {} is there twice", number.phone_number_id));
            }
            ids.push(&number.phone_number_id);
        }
        if self.numbers.iter().any(|number| ids.contains(&number.waba_id.as_str())) {
            return Err("a waba_id is also the app_id or a phone_number_id".to_owned());
        }
        if self.access_token.is_empty() {
            return Err("the access token is empty".to_owned());
        }
        if let Some(url) = &self.webhook_url {
            crate::webhook::target(url)?;
        }
        Ok(())
    }
}
