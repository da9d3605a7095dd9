//! Settings as arguments of a command.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use super::table::{ALL, Setting, Use};

/// What was said on the command line.
#[derive(Debug, Clone, Default)]
pub struct Given {
    pub values: Vec<(&'static str, String)>,
    pub config: Option<PathBuf>,
}

/// Flags of every command that works on a database.
#[derive(Debug, Clone, Default)]
pub struct DataFlags(pub Given);

/// Those of `recado sunsets`: its dates are those of the server.
#[derive(Debug, Clone, Default)]
pub struct SunsetFlags(pub Given);

/// All of them: `recado serve`.
#[derive(Debug, Clone, Default)]
pub struct ServeFlags(pub Given);

const HEADING: &str = "Settings (also as environment variable, or in the configuration file)";

fn argument(setting: &'static Setting) -> Arg {
    let default = match setting.default {
        Some(default) => default.to_owned(),
        None => setting.unset.replace('`', ""),
    };
    Arg::new(setting.key)
        .long(setting.flag)
        .value_name(setting.value)
        .help_heading(HEADING)
        .help(format!("{} [{}] [default: {default}]", setting.about, setting.variable))
}

fn augment(command: Command, wanted: fn(&Setting) -> bool) -> Command {
    let config = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .help_heading(HEADING)
        .help("Read settings from this TOML file [RECADO_CONFIG] [default: recado.toml in the data directory, if it is there]");
    command.args(ALL.iter().filter(|setting| wanted(setting)).map(argument)).arg(config)
}

fn given(matches: &ArgMatches) -> Given {
    let value = |setting: &'static Setting| {
        let given = matches.try_get_one::<String>(setting.key).ok().flatten()?;
        Some((setting.key, given.clone()))
    };
    Given { values: ALL.iter().filter_map(value).collect(), config: matches.get_one::<PathBuf>("config").cloned() }
}

macro_rules! flags {
    ($name:ident, $wanted:expr) => {
        impl Args for $name {
            fn augment_args(command: Command) -> Command {
                augment(command, $wanted)
            }

            fn augment_args_for_update(command: Command) -> Command {
                augment(command, $wanted)
            }
        }

        impl FromArgMatches for $name {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
                Ok($name(given(matches)))
            }

            fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
                self.0 = given(matches);
                Ok(())
            }
        }
    };
}

flags!(DataFlags, |setting| setting.usage == Use::Data);
flags!(SunsetFlags, |setting| setting.usage == Use::Data || setting.key == "sunsets_announced");
flags!(ServeFlags, |_| true);
