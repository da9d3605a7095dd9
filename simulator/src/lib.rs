//! A pocket Meta: WhatsApp's Cloud API and its webhooks, in memory, on one port of the loopback interface.
//!
//! The program under test calls it instead of `https://graph.facebook.com`; it validates as Meta does, answers as Meta does,
//! and tells by signed webhooks what became of each message. What people write, and everything that can go wrong, is ordered
//! by functions here or by HTTP under `/_simulator` (`docs/simulator.md`).
//!
//! ```
//! use recado_simulator::{Config, Inbound, Simulator};
//!
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
//! let simulator = Simulator::start(Config::default()).await?;
//! // The program under test is given simulator.url() as the Graph API's address.
//! let id = simulator.inbound(Inbound::text("56955500001", "Hola").named("Ana"))?;
//! simulator.settled().await;
//! assert!(id.starts_with("wamid."));
//! assert_eq!(simulator.webhooks().len(), 1);
//! assert!(simulator.sent().is_empty());
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod bounded;
mod clock;
pub mod config;
mod control;
mod faults;
mod graph;
mod knobs;
mod limits;
mod media;
mod messages;
mod people;
mod random;
mod serve;
mod simulator;
mod webhook;
mod world;

pub use clock::Clock;
pub use config::{Bounds, Config, Number};
pub use faults::{Fault, On, Trouble};
pub use knobs::{Knobs, Refusals, Review, Token, Window};
pub use messages::Sent;
pub use people::Person;
pub use simulator::Simulator;
pub use webhook::deliver::Webhook;
pub use webhook::inbound::Inbound;
pub use world::{Refused, Request};
