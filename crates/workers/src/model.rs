//! Asks organizations' models about what structuring left, and writes what they find. With none configured it looks every now and
//! then whether there is one, and nothing else.

use std::collections::HashMap;
use std::time::Duration;

use crm::id::OrganizationId;
use crm::structuring_model::{self, Claimed, Ended, Question, Report, Taken, Trouble, seal_place};
use crm::{Actor, Caller};
use providers::model::{Line, consult};
use store::{Engine, Priority};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::{Context, Workers};

/// Questions at once, on this server, and of one organization: one that dawdles does not hold up the others.
const AT_ONCE: usize = 16;
const OF_ONE: usize = 2;
/// Between two looks, at least: many commits are about something else.
const BREATH: Duration = Duration::from_millis(50);
/// Between two looks whether anybody has a model.
const AT_LEISURE: Duration = Duration::from_secs(2);
const AFTER_FAILURE: Duration = Duration::from_millis(500);
/// An answer is worth so many tries to write it.
const WRITES: usize = 5;

pub(crate) async fn start(workers: &mut Workers) -> crm::Result<()> {
    let crm = &workers.context.crm;
    if crm.db().engine() == Engine::Sqlite {
        let now = crm.now();
        crm.db().write(Priority::Background, move |tx| structuring_model::reclaim_all(tx, now)).await?;
    }
    workers.run(run);
    Ok(())
}

async fn run(context: Context) {
    let mut asking = Asking::default();
    let mut committed = context.crm.db().committed();
    while !context.stop.is_asked() {
        asking.collect();
        let pause = match look(&context, &mut asking).await {
            Ok(true) => BREATH,
            Ok(false) if asking.running.is_empty() => AT_LEISURE,
            Ok(false) => BREATH,
            Err(error) => {
                tracing::warn!(%error, "could not look for what models are to be asked; tried again");
                AFTER_FAILURE
            }
        };
        if pause == BREATH {
            tokio::select! {
                _ = committed.next() => {}
                Some(ended) = asking.running.join_next(), if !asking.running.is_empty() => asking.ended(ended),
                () = context.stop.asked() => {}
            }
        }
        tokio::select! {
            () = sleep(pause) => {}
            () = context.stop.asked() => {}
        }
    }
    // What is under way is finished, within the server's grace.
    while asking.running.join_next().await.is_some() {}
}

/// What is being asked.
#[derive(Default)]
struct Asking {
    running: JoinSet<OrganizationId>,
    of: HashMap<OrganizationId, usize>,
}

impl Asking {
    fn collect(&mut self) {
        while let Some(ended) = self.running.try_join_next() {
            self.ended(ended);
        }
        if self.running.is_empty() {
            // One that broke off did not say whose it was.
            self.of.clear();
        }
    }

    fn ended(&mut self, ended: Result<OrganizationId, tokio::task::JoinError>) {
        match ended {
            Ok(organization) => {
                if let Some(count) = self.of.get_mut(&organization) {
                    *count = count.saturating_sub(1);
                }
            }
            Err(error) => tracing::error!(%error, "asking a model broke off"),
        }
    }
}

/// Starts what is due; whether anybody has a model.
async fn look(context: &Context, asking: &mut Asking) -> crm::Result<bool> {
    let db = context.crm.db();
    let now = context.crm.now();
    let ready = db
        .read(Priority::Background, move |tx| {
            let any = structuring_model::any_on(tx)?;
            crm::Result::Ok(if any { Some(structuring_model::ready(tx, now)?) } else { None })
        })
        .await?;
    let Some(ready) = ready else { return Ok(false) };
    for organization in ready {
        loop {
            let running = asking.of.get(&organization).copied().unwrap_or_default();
            if running >= OF_ONE || asking.running.len() >= AT_ONCE || context.stop.is_asked() {
                break;
            }
            let now = context.crm.now();
            let claim = move |tx: &mut store::Tx<'_>| structuring_model::claim(tx, organization, running, now);
            match db.write_claim(Priority::Background, claim).await? {
                Claimed::Nothing => break,
                Claimed::Passed => {}
                Claimed::One(taken) => {
                    *asking.of.entry(organization).or_default() += 1;
                    let context = context.clone();
                    asking.running.spawn(async move {
                        ask(&context, *taken).await;
                        organization
                    });
                }
            }
        }
    }
    Ok(true)
}

async fn ask(context: &Context, taken: Taken) {
    let setup = match context.crm.fresh_setup(taken.organization).await {
        Ok(setup) => setup,
        // Nobody closes it: it lapses, and is asked then.
        Err(error) => return tracing::warn!(%error, organization = %taken.organization, "a model could not be asked"),
    };
    let Some(question) = taken.question(&setup) else {
        return end(context, &taken, Ended::Nothing, Report::default()).await;
    };
    let line = match line_of(context, &taken) {
        Ok(line) => line,
        Err(why) => {
            let report = Report { trouble: Some((Trouble::Failed, why)), ..Report::default() };
            return end(context, &taken, Ended::Troubled, report).await;
        }
    };
    let check = |answer: &str| taken.read(&setup, &question, answer).map(drop);
    let consulted = consult(&context.http, &line, &question, taken.calls, check).await;
    if let Some((trouble, why)) = &consulted.report.trouble {
        tracing::info!(organization = %taken.organization, ?trouble, why, "a model was no help");
    }
    // What it cost first: a kill between the two asks once more, and neither call is forgotten.
    let ended = if consulted.answer.is_some() { Ended::Answered } else { Ended::Troubled };
    end(context, &taken, ended, consulted.report).await;
    if let Some(answer) = consulted.answer {
        improve(context, &taken, &question, &answer).await;
    }
}

async fn end(context: &Context, taken: &Taken, ended: Ended, report: Report) {
    for _ in 0..WRITES {
        let now = context.crm.now();
        let (of, how, what) = (taken.clone(), ended.clone(), report.clone());
        let end = move |tx: &mut store::Tx<'_>| structuring_model::end(tx, &of, &how, &what, now);
        match context.crm.db().write_claim(Priority::Background, end).await {
            Ok(()) | Err(crm::Error::Store(store::Error::Closed)) => return,
            Err(error) => tracing::warn!(%error, "could not write what became of a question; tried again"),
        }
        sleep(AFTER_FAILURE).await;
    }
}

async fn improve(context: &Context, taken: &Taken, question: &Question, answer: &str) {
    // In the name of the request that brought the record, so that both are taken back by its id.
    let caller = Caller {
        organization: taken.organization,
        actor: Actor::System,
        scope: None,
        request_id: taken.request_id.clone(),
    };
    for _ in 0..WRITES {
        let (of, about, said) = (taken.clone(), question.clone(), answer.to_owned());
        let improve = move |w: &mut crm::Work<'_, '_>| structuring_model::improve(w, &of, &about, &said);
        match context.crm.write_in_background(&caller, improve).await {
            Ok(improved) => {
                let status = improved.map(|improved| improved.status);
                return tracing::debug!(organization = %taken.organization, ?status, "a model answered");
            }
            Err(crm::Error::Store(store::Error::Closed)) => return,
            // After the last one nobody closes it: it lapses, and is asked once more.
            Err(error) => tracing::warn!(%error, "what a model found could not be written; tried again"),
        }
        sleep(AFTER_FAILURE).await;
    }
}

fn line_of(context: &Context, taken: &Taken) -> Result<Line, String> {
    let endpoint = &taken.endpoint;
    let key = match &taken.sealed_key {
        None => None,
        Some(sealed) => {
            let opened = context.sealer.open(&seal_place(taken.organization), sealed);
            let key = opened.ok().and_then(|bytes| String::from_utf8(bytes).ok());
            Some(key.ok_or("The key does not open under this server's key. Set it again.")?)
        }
    };
    Ok(Line {
        kind: endpoint.kind,
        base_url: endpoint.base_url.clone().unwrap_or_default(),
        model: endpoint.model.clone().unwrap_or_default(),
        key,
        strict: endpoint.strict,
        within: Duration::from_secs(endpoint.timeout_seconds.unsigned_abs()),
    })
}
