//! `recado serve`.

use std::net::SocketAddr;

use api::{ApiOptions, App};
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::{DEFAULT_LISTEN, DataArguments, Failure};
use crate::database;

#[derive(Debug, Args)]
pub struct ServeArguments {
    #[command(flatten)]
    pub data: DataArguments,

    /// Address to listen on; port 0 takes a free one
    #[arg(long, env = "RECADO_LISTEN", default_value_t = DEFAULT_LISTEN, value_name = "ADDRESS")]
    pub listen: SocketAddr,
}

pub fn run(arguments: &ServeArguments) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: &ServeArguments) -> Result<(), Failure> {
    let (crm, data_dir) = database::open(&arguments.data)?;
    let _lock = data_dir.lock()?;
    let sealer = data_dir.sealer()?;
    let listener = TcpListener::bind(arguments.listen)
        .await
        .map_err(|error| Failure { message: format!("cannot listen on {}: {error}", arguments.listen), code: 1 })?;
    let address = listener.local_addr()?;
    let allowed_hosts = match address.ip().is_loopback() {
        true => ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec(),
        false => Vec::new(),
    };
    let app = App::new(crm.clone(), sealer, ApiOptions { allowed_hosts, ..ApiOptions::default() });
    let mut terminate = signal(SignalKind::terminate())?;
    println!("Recado answers at http://{address}");
    let stop = async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
    };
    api::serve(app, listener, stop).await;
    crm.db().close();
    Ok(())
}
