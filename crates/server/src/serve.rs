//! `recado serve`.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZero;
use std::time::Duration;

use api::playground::Playgrounds;
use api::stream::{StreamLimits, VISITORS_BESIDE};
use api::{ApiOptions, App, FileLimits, Patience, token};
use clap::Args;
use crm::channels::ChannelType;
use providers::http::HttpOptions;
use providers::media_store::MediaStore;
use providers::{Http, Networks};
use store::Engine;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};
use workers::media::Lines;
use workers::{Context, outbound};

use crate::cli::Failure;
use crate::data_dir::DataDir;
use crate::output::print_line;
use crate::settings::{ServeFlags, Settings};
use crate::{chores, database, demo, file_handles, media_place, playground, sealer, telemetry};

/// Threads for what cannot be waited for otherwise: a backup, a name to be resolved. Made when needed; so many, because a
/// name server that does not answer holds one for each name that it is asked for.
const BLOCKING_THREADS: usize = 64;
/// How long such a thread may go on once the server has ended.
const LAST_WAIT: Duration = Duration::from_millis(200);

/// Run the server
///
/// Prints one line with its address once it answers, and logs to standard error. Speaks plain
/// HTTP: TLS belongs to a reverse proxy. SIGTERM or Ctrl-C ends it within 20 seconds, a second
/// one at once.
///
/// Example:  recado serve --data-dir /var/lib/recado --public-url https://crm.example.com
///           recado serve --demo
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ServeArguments {
    #[command(flatten)]
    pub settings: ServeFlags,

    /// Fill the database with an invented clinic, unless it is there already, and print how to try it. Its API key is the
    /// same everywhere, so it listens on this machine only
    #[arg(long)]
    pub demo: bool,

    /// Go on with another key than the one that sealed the secrets in the database, because that one is lost for good. What
    /// it sealed is to be set anew: secrets of channels and webhooks, one-time passwords, a model's key
    #[arg(long)]
    pub new_secret_key: bool,
}

pub fn run(arguments: &ServeArguments) -> Result<(), Failure> {
    let settings = Settings::read(&arguments.settings.0)?;
    telemetry::start(&settings)?;
    if arguments.demo && is_public(&settings, settings.listen) {
        return Err(Failure::usage(
            "--demo: the demo's API key is the same everywhere, so it is for this machine only: listen on 127.0.0.1 and leave \
             public_url out",
        ));
    }
    file_handles::raise();
    // The thread that writes has a core of its own (docs/decisions/050).
    let cores = std::thread::available_parallelism().map_or(2, NonZero::get);
    let runtime = Builder::new_multi_thread()
        .worker_threads((cores - 1).max(1))
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .build()?;
    let ended = runtime.block_on(serve(&settings, arguments));
    runtime.shutdown_timeout(LAST_WAIT);
    ended
}

/// Whether others than this machine's users can reach it.
fn is_public(settings: &Settings, address: SocketAddr) -> bool {
    !address.ip().is_loopback() || settings.public_url.is_some()
}

async fn serve(settings: &Settings, arguments: &ServeArguments) -> Result<(), Failure> {
    let with_demo = arguments.demo;
    let data_dir = DataDir::open(&settings.data_dir)?;
    let _lock = data_dir.lock()?;
    database::refuse_beside_a_cut_off_restore(settings, &data_dir)?;
    let listener = listen(settings.listen).await?;
    let address = listener.local_addr()?;
    let crm = database::open(settings, &data_dir)?;
    let sealer = sealer::settle(&data_dir, crm.db(), arguments.new_secret_key)?;
    let mut introduction = String::new();
    if with_demo {
        demo::prepare(crm.db(), &crm, &sealer).await?;
        introduction = demo::introduction(&crm, address).await?;
    } else if is_public(settings, address)
        && let Some(remedy) = demo::open_to_everybody(&crm, &settings.data_dir).await?
    {
        return Err(Failure::usage(format!(
            "this database has the demo's organization, whose key and passwords are the same everywhere; first: {remedy}"
        )));
    }
    let media = MediaStore::open(&settings.media_dir)?;
    let warnings: Vec<String> = media_place::look(crm.db(), &settings.media_dir)?.into_iter().collect();
    for warning in &warnings {
        tracing::warn!("{warning}");
    }
    let http = Http::new(HttpOptions {
        outbound_allow: settings.outbound_allow.clone(),
        webhooks_allow: settings.webhooks_allow.clone(),
        models_allow: settings.models_allow.clone(),
        resolver: None,
    });
    // Several nodes share a PostgreSQL database, and each would play the same channels: there only the demo does.
    let plays = with_demo || crm.db().engine() == Engine::Sqlite;
    let playgrounds = plays.then(|| Playgrounds::new(to_this_machine()));
    let options = ApiOptions {
        rate_limit: settings.rate_limit,
        event_rate_limit: settings.event_rate_limit,
        allowed_hosts: allowed_hosts(settings, address),
        origin: Some(origin(settings, address)),
        trusted_proxies: settings.trusted_proxies.clone(),
        plain_sign_in_from: settings.plain_sign_in_from.clone(),
        media: Some(media.clone()),
        warnings,
        playgrounds: playgrounds.clone(),
        calls_out: settings.whatsapp_calls && !with_demo,
        announcements: settings.announcements.clone(),
        demo: with_demo,
        stream_limits: StreamLimits {
            per_key: settings.streams_per_key,
            per_organization: settings.streams_per_organization,
            visitors_per_organization: settings.streams_per_organization * VISITORS_BESIDE,
            ..StreamLimits::default()
        },
        visitor_files: FileLimits {
            per_address: u32::try_from(settings.webchat_files_per_address).unwrap_or(u32::MAX),
            per_channel: u32::try_from(settings.webchat_files_per_channel).unwrap_or(u32::MAX),
        },
        patience: Patience::default(),
    };
    let app = App::new(crm.clone(), sealer.clone(), http.clone(), options);
    let mut stopping = Signals::new()?;
    let mut workers = workers::start(crm.clone(), http, sealer).await?;
    // The demo's numbers and tokens are invented: it calls nobody, and what it queues stays queued. Playgrounds are called.
    let calls = settings.whatsapp_calls && !with_demo;
    let lines = Lines {
        whatsapp: calls.then(|| app.http.clone()),
        playgrounds: playgrounds.as_ref().map(|playgrounds| playgrounds.http.clone()),
    };
    if calls {
        let files = media.clone();
        workers.run(|context| outbound::run(context, files, &[ChannelType::Whatsapp]));
    }
    if calls || plays {
        let fetched = media.clone();
        workers.run(|context| workers::media::fetch(context, fetched, lines));
    }
    if let Some(playgrounds) = playgrounds {
        let (files, called) = (media.clone(), playgrounds.http.clone());
        workers.run(|context| outbound::run(Context { http: called, ..context }, files, &[ChannelType::Playground]));
        let (crm, sealer) = (crm.clone(), app.sealer.clone());
        workers.run(move |context| async move {
            tokio::select! {
                () = playground::run(crm, sealer, address, playgrounds) => {}
                () = context.stop.asked() => {}
            }
        });
    }
    let (kept, theirs) = (media.clone(), media.clone());
    workers.run(|context| workers::media::tidy(context, media));
    workers.run(|context| workers::erasure::run(context, theirs));
    workers.run(|context| workers::retention::run(context, kept));
    let hub = app.hub.clone();
    workers.run(|context| workers::assignment::run(context, move |organization| hub.present(organization)));
    let chores = chores::start(&app, settings);
    print_line(&format!("Recado answers at http://{address}"))?;
    if let Some(url) = &settings.public_url {
        tracing::info!(%url, "and by way of its proxy");
    }
    let token = token::make().map_err(|error| Failure::new(format!("no randomness from the system: {error}")))?;
    if crm.offer_set_up(token::hash(&token)).await? {
        // What comes after # stays in the browser. On standard output, beside the log, and kept only as a hash.
        print_line(&format!(
            "Set it up at {}/setup#token={token}   (good once, for a week)",
            origin(settings, address)
        ))?;
        tracing::info!(
            "there is no organization yet: the page above makes one, or `recado init` with the same --data-dir or \
             --database-url; this server need not stop for it"
        );
    }
    if !introduction.is_empty() {
        print_line(&introduction)?;
    }
    let stop = async move {
        stopping.next().await;
        tracing::info!("stopping; once more stops at once");
        tokio::spawn(async move {
            stopping.next().await;
            tracing::warn!("stopped at once");
            // What was acknowledged is on disk; everything else was never promised.
            std::process::exit(1);
        });
    };
    api::serve(app, listener, stop).await;
    workers.end().await;
    chores.end().await;
    crm.db().close();
    tracing::info!("stopped");
    Ok(())
}

/// For simulators within this process, and nobody else.
fn to_this_machine() -> Http {
    let outbound_allow = Networks::parse("127.0.0.0/8, ::1").unwrap_or_default();
    Http::new(HttpOptions { outbound_allow, ..HttpOptions::default() })
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Signals, Failure> {
        Ok(Signals { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

async fn listen(wanted: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(wanted).await.map_err(|error| {
        let why = match error.kind() {
            ErrorKind::AddrInUse => {
                "another program listens there; --listen names another address, port 0 takes a free one".to_owned()
            }
            ErrorKind::PermissionDenied => {
                "only root may listen on a port below 1024; take a higher one, and a reverse proxy before it".to_owned()
            }
            ErrorKind::AddrNotAvailable => "this machine does not have that address".to_owned(),
            _ => error.to_string(),
        };
        Failure::new(format!("cannot listen on {wanted}: {why}"))
    })
}

/// Where a reader of the server's pages reaches it.
fn origin(settings: &Settings, mut address: SocketAddr) -> String {
    match &settings.public_url {
        Some(url) => url.to_string(),
        None => {
            if address.ip().is_unspecified() {
                address.set_ip(Ipv4Addr::LOCALHOST.into());
            }
            format!("http://{address}")
        }
    }
}

/// On a loopback address only known names are answered, because a page from elsewhere could have its own name resolve to it.
fn allowed_hosts(settings: &Settings, address: SocketAddr) -> Vec<String> {
    if !address.ip().is_loopback() {
        return Vec::new();
    }
    let mut hosts: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    hosts.push(address.ip().to_string());
    hosts.extend(settings.public_url.as_ref().map(|url| url.host().to_owned()));
    hosts
}
