//! What happens behind the requests: events to webhooks, messages to channels. Each worker is a task that ends when the
//! server does; whatever it was at is taken up again by its successor, here or on another server.

pub mod assignment;
pub mod erasure;
pub mod leases;
pub mod media;
mod model;
pub mod outbound;
mod pieces;
pub mod retention;
mod scheduled;
mod webhooks;

use std::future::Future;
use std::time::Duration;

use crm::Crm;
use leases::Leases;
use providers::Http;
use providers::seal::Sealer;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long workers may take for what they have begun, once the end was asked for.
const GRACE: Duration = Duration::from_secs(10);

/// What every worker is given.
#[derive(Clone)]
pub struct Context {
    pub crm: Crm,
    pub http: Http,
    pub sealer: Sealer,
    pub leases: Leases,
    pub stop: Stop,
}

/// Tells a worker that the server ends: it begins nothing new, and finishes or leaves what it is at.
#[derive(Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Resolves once the end was asked for; at once where it was before.
    pub async fn asked(&self) {
        let mut asked = self.0.clone();
        // An error: whoever would ask is gone.
        let _ = asked.wait_for(|asked| *asked).await;
    }

    pub fn is_asked(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }
}

/// The workers that run.
pub struct Workers {
    stop: watch::Sender<bool>,
    context: Context,
    running: Vec<JoinHandle<()>>,
}

/// Starts all workers of this server.
pub async fn start(crm: Crm, http: Http, sealer: Sealer) -> crm::Result<Workers> {
    let (stop, asked) = watch::channel(false);
    let leases = Leases::of_this_server(crm.clone()).await?;
    let context = Context { crm, http, sealer, leases, stop: Stop(asked) };
    let mut workers = Workers { stop, context, running: Vec::new() };
    webhooks::start(&mut workers).await?;
    model::start(&mut workers).await?;
    workers.run(scheduled::run);
    Ok(workers)
}

impl Workers {
    /// Lets a worker run until the end; it is to look at `Context::stop`.
    pub fn run<F: Future<Output = ()> + Send + 'static>(&mut self, worker: impl FnOnce(Context) -> F) {
        self.running.push(tokio::spawn(worker(self.context.clone())));
    }

    /// Ends them. What does not end by itself in time is cut off, as a kill would.
    pub async fn end(self) {
        // None of them may be left.
        let _ = self.stop.send(true);
        let mut running = self.running;
        let all = async {
            for worker in &mut running {
                if let Err(error) = worker.await {
                    tracing::error!(%error, "a worker broke off");
                }
            }
        };
        if timeout(GRACE, all).await.is_err() {
            tracing::warn!("some workers did not end in time; what they were at is taken up again");
        }
        for worker in &running {
            worker.abort();
        }
    }
}
