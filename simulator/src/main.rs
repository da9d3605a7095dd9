//! The program `recado-simulator`.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use recado_simulator::config::defaults;
use recado_simulator::{Clock, Config, Knobs, Number, Simulator};
use serde_json::{Map, Value};

/// A pocket Meta: WhatsApp's Cloud API and its webhooks on one port of this machine, in memory.
///
/// Give the program under test the printed address instead of https://graph.facebook.com, and the token, ids and secret that
/// are printed with it. What people write to it, and what goes wrong, is ordered by HTTP under /_simulator;
/// `curl http://…/_simulator` lists everything.
#[derive(Debug, Parser)]
#[command(
    name = "recado-simulator",
    version,
    after_help = "Example:\n  recado-simulator --listen 127.0.0.1:9090 --webhook-url http://127.0.0.1:8080/hook \
                  --set read_after_ms=500\n  curl -X POST 127.0.0.1:9090/_simulator/inbound \
                  -d '{\"from\": \"56955500001\", \"type\": \"text\", \"text\": {\"body\": \"Hola\"}}'"
)]
struct Arguments {
    /// Where to listen; port 0 takes a free one. Anybody who reaches it can steer it: keep it on the loopback interface
    #[arg(long, default_value = "127.0.0.1:9090", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// How others reach it, where that is another address (in addresses of media and next pages)
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Where webhooks go (http:// only); without it they are kept for GET /_simulator/webhooks
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// Make the handshake (hub.challenge) with the receiver at the start, and end if it fails
    #[arg(long, requires = "webhook_url")]
    verify: bool,
    /// The key of X-Hub-Signature-256
    #[arg(long, default_value = defaults::APP_SECRET, env = "RECADO_SIMULATOR_APP_SECRET", hide_env_values = true)]
    app_secret: String,
    /// What the handshake asks with
    #[arg(long, default_value = defaults::VERIFY_TOKEN)]
    verify_token: String,
    /// The one access token that is taken
    #[arg(long, default_value = defaults::ACCESS_TOKEN, env = "RECADO_SIMULATOR_ACCESS_TOKEN", hide_env_values = true)]
    access_token: String,
    #[arg(long, default_value = defaults::APP_ID, value_name = "DIGITS")]
    app_id: String,
    /// A business number: phone_number_id,waba_id,number[,name]; may be given several times
    #[arg(long = "number", value_name = "ID,WABA,NUMBER,NAME", value_parser = number)]
    numbers: Vec<Number>,
    /// The numbers are used by the WhatsApp Business app as well
    #[arg(long)]
    coexistence: bool,
    /// Decides ids and shuffles: the same calls give the same ids
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A clock that stands at this time (seconds since 1970) until POST /_simulator/clock
    #[arg(long, value_name = "SECONDS")]
    frozen_clock: Option<i64>,
    /// Turn a knob, e.g. shuffle=true, batch=100, duplicates=0.5, window=shut, token=expired; may be given several times.
    /// GET /_simulator/knobs shows all of them
    #[arg(long = "set", value_name = "KNOB=VALUE", value_parser = knob)]
    knobs: Vec<(String, Value)>,
    /// Say nothing about single calls
    #[arg(long)]
    quiet: bool,
}

fn number(text: &str) -> Result<Number, String> {
    let mut parts = text.splitn(4, ',').map(str::trim);
    let (Some(id), Some(waba), Some(phone)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("a number is written phone_number_id,waba_id,number[,name]".to_owned());
    };
    Ok(Number {
        phone_number_id: id.to_owned(),
        waba_id: waba.to_owned(),
        display_phone_number: phone.trim_start_matches('+').to_owned(),
        verified_name: parts.next().unwrap_or("Pocket Shop").to_owned(),
        coexistence: false,
    })
}

fn knob(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("a knob is turned by name=value")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok((name.to_owned(), value))
}

impl Arguments {
    fn config(self) -> Result<Config, String> {
        let knobs = Knobs::default().with(&Value::Object(self.knobs.into_iter().collect::<Map<_, _>>()))?;
        let mut numbers = if self.numbers.is_empty() { Config::default().numbers } else { self.numbers };
        for number in &mut numbers {
            number.coexistence = self.coexistence;
        }
        let config = Config {
            listen: self.listen,
            public_url: self.public_url,
            seed: self.seed,
            clock: self.frozen_clock.map_or_else(Clock::system, Clock::frozen),
            webhook_url: self.webhook_url,
            app_secret: self.app_secret,
            verify_token: self.verify_token,
            access_token: self.access_token,
            app_id: self.app_id,
            numbers,
            knobs,
            ..Config::default()
        };
        config.check()?;
        Ok(config)
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let level = if arguments.quiet { tracing::Level::WARN } else { tracing::Level::INFO };
    tracing_subscriber::fmt().with_max_level(level).with_target(false).with_writer(std::io::stderr).init();
    let result = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())
        .and_then(|runtime| runtime.block_on(run(arguments)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("recado-simulator: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    let verify = arguments.verify;
    let config = arguments.config()?;
    let simulator = Simulator::start(config.clone()).await.map_err(|error| format!("{}: {error}", config.listen))?;
    println!("Graph API        {}", simulator.url());
    for number in &config.numbers {
        println!(
            "phone_number_id  {}  (+{}, waba_id {})",
            number.phone_number_id, number.display_phone_number, number.waba_id
        );
    }
    println!("access token     {}", config.access_token);
    println!("app secret       {}", config.app_secret);
    println!("webhooks         {}", config.webhook_url.as_deref().unwrap_or("go nowhere; POST /_simulator/webhook"));
    println!("steering         curl {}/_simulator", simulator.url());
    if verify {
        simulator.verify_webhook().await.map_err(|refused| format!("the handshake failed: {refused}"))?;
        println!("handshake        done");
    }
    ended().await.map_err(|error| error.to_string())
}

/// Ctrl-C, or the signal by which others end a program.
async fn ended() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}
