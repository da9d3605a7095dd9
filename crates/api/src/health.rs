//! Whether the server lives, and whether it can write.

use crm::{Error, events};
use schemars::JsonSchema;
use serde::Serialize;
use store::{Priority, Tx};

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Debug, Serialize, JsonSchema)]
pub struct Alive {
    pub status: &'static str,
    pub version: &'static str,
}

pub async fn alive(_: Call) -> Result<Answer, Problem> {
    Answer::json(200, &Alive { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Ready {
    pub status: &'static str,
    /// `sqlite` or `postgres`
    pub database: &'static str,
    /// What an operator should look at, though the server answers.
    pub warnings: Vec<String>,
}

/// An empty write: it goes through the queue, the transaction and the commit like any other.
pub async fn ready(call: Call) -> Result<Answer, Problem> {
    let db = call.app.crm.db();
    db.write(Priority::Interactive, |_: &mut Tx<'_>| Ok::<(), Error>(())).await?;
    let database = match db.engine() {
        store::Engine::Sqlite => "sqlite",
        store::Engine::Postgres => "postgres",
    };
    let now = call.app.crm.now();
    let held_back = db.read(Priority::Interactive, move |tx: &mut Tx<'_>| events::held_back(tx, now)).await?;
    let found = call.app.options.warnings.iter().cloned();
    let warnings = found.chain(held_back.iter().map(ToString::to_string)).collect();
    Answer::json(200, &Ready { status: "ok", database, warnings })
}
