//! The language model that improves structuring: where it is, what it may cost, how it is doing, and a try of it.

use std::sync::Arc;
use std::time::Duration;

use crm::structuring_model::{
    self, Kind, Mode, ModelEndpoint, ModelPatch, Trouble, change, reserve_trial, seal_place, tried, with_key,
};
use crm::{FieldError, Problems, Setup};
use providers::model::{Consulted, Line, consult};
use providers::{HttpError, Policy, Target};
use schemars::JsonSchema;
use serde::Serialize;
use structuring::model::{Score, Trial, trials};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::answer::Answer;
use crate::app::App;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Flag, SHORT, Text, Whole};
use crate::one_of;
use crate::problem::Problem;

/// A name server that has not answered by then is asked again when something is sent.
const RESOLVE_WITHIN: Duration = Duration::from_secs(3);
/// For all records of a test, and how many are asked about at once.
const TEST_WITHIN: Duration = Duration::from_secs(55);
const AT_ONCE: usize = 2;
/// Calls of one record at most.
const CALLS: i64 = 2;

fn answer(endpoint: &ModelEndpoint) -> Result<Answer, Problem> {
    Ok(Answer::json(200, endpoint)?.etag(endpoint.version))
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    answer(&call.read(structuring_model::get).await?)
}

#[derive(Debug)]
pub struct UpdateInput {
    patch: ModelPatch,
    /// Not sealed yet.
    key: Option<Option<String>>,
}

impl Input for UpdateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let mode = f.optional("mode", one_of!(Mode), "`off`: nothing is sent anywhere. `leftovers`: asked about what nothing took. \
                                                      `always`: also about what was placed, and a person is asked where they differ.");
        let kind = f.optional("kind", one_of!(Kind), "What the endpoint speaks.");
        let about = "Up to where the kind's own path begins: https://api.openai.com/v1, https://api.anthropic.com, \
                     http://127.0.0.1:11434. Private addresses are refused unless whoever runs the server opened them.";
        let base_url = f.optional("base_url", Text { max: 2048 }, about);
        let model = f.optional("model", SHORT, "As the endpoint calls it.");
        let key = f.nullable("api_key", Text { max: 1024 }, "Sealed, and never shown again; null forgets it.");
        let masked =
            f.optional("masked", Flag, "Whether what has its place already is left out of what is sent (true).");
        let strict = f.optional(
            "strict",
            Flag,
            "Whether the endpoint is given a JSON Schema (true); false where it takes none.",
        );
        let calls = f.optional("calls_per_day", Whole { min: 0, max: 10_000_000 }, "Calls on a day of UTC at most.");
        let tokens =
            f.optional("tokens_per_day", Whole { min: 0, max: 10_000_000_000 }, "Tokens on a day of UTC at most.");
        let timeout = f.optional("timeout_seconds", Whole { min: 1, max: 120 }, "For one call.");
        Some(UpdateInput {
            patch: ModelPatch {
                mode,
                kind,
                base_url,
                model,
                api_key: None,
                masked,
                strict,
                calls_per_day: calls,
                tokens_per_day: tokens,
                timeout_seconds: timeout,
                if_version: None,
            },
            key,
        })
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let UpdateInput { mut patch, key } = call.read_body()?;
    patch.if_version = call.if_version()?;
    let mut problems = Problems::default();
    if let Some(url) = &patch.base_url {
        check_url(&call.app, url, &mut problems).await;
    }
    if let Some(Some(key)) = &key
        && !key.bytes().all(|b| b.is_ascii_graphic())
    {
        let message = "A key is letters, digits and marks, without blanks.";
        problems.add(FieldError::new("/api_key", "invalid_value", message));
    }
    problems.check()?;
    let place = seal_place(call.caller.organization);
    patch.api_key = match key {
        None => None,
        Some(None) => Some(None),
        Some(Some(key)) => Some(Some(call.app.sealer.seal(&place, key.as_bytes()).map_err(Problem::internal)?)),
    };
    call.write(move |w| change(w, &patch), |endpoint, _: &Setup| answer(endpoint)).await
}

async fn check_url(app: &App, url: &str, problems: &mut Problems) {
    let to = match Target::parse(url) {
        Ok(to) => to,
        Err(message) => return problems.add(FieldError::new("/base_url", "invalid_url", message)),
    };
    if url.contains('?') {
        return problems.add(FieldError::new("/base_url", "invalid_url", "Leave out what comes after the `?`."));
    }
    // A name that does not resolve now may do so later; each call asks again.
    if let Err(HttpError::Refused(why)) = app.http.check(Policy::Models, &to, RESOLVE_WITHIN).await {
        let message = format!(
            "{why}. For a model on this machine or in an intranet, whoever runs this server opens its network with \
             RECADO_MODELS_ALLOW (models_allow)."
        );
        problems.add(FieldError::new("/base_url", "private_address", message));
    }
}

/// What came of a try on ten invented records.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StructuringModelTest")]
pub struct Trials {
    pub records: usize,
    /// Records about which an answer came that could be read.
    pub answered: usize,
    /// Answers that could be read only at the second try.
    pub repaired: usize,
    /// Harmonic mean of precision and recall over all values, 0–1: the embedded engine alone, and both together.
    pub f1_without: f64,
    pub f1: f64,
    /// Values that both together place rightly, wrongly, and not at all.
    pub right: u32,
    pub wrong: u32,
    pub missed: u32,
    /// Of one record, in milliseconds; null where nothing was answered.
    pub latency_ms_median: Option<u64>,
    pub latency_ms_max: Option<u64>,
    pub calls: i64,
    /// In and out together, as the endpoint tells them.
    pub tokens: i64,
    /// What was wrong last, where something was.
    pub error: Option<String>,
}

/// Asked while the caller waits, whatever the mode.
pub async fn test(call: Call) -> Result<Answer, Problem> {
    if let Some(answer) = call.remembered().await? {
        return Ok(answer);
    }
    let (endpoint, sealed) = call.read(with_key).await?;
    let line = line_of(&call, &endpoint, sealed.as_deref())?;
    let trials = trials();
    let most = i64::try_from(trials.len()).unwrap_or(i64::MAX) * CALLS;
    call.app.crm.write(&call.caller, move |w| reserve_trial(w, &endpoint, most)).await?;
    let came = try_all(&call, line, trials).await;
    let (unused, tokens) = (most - came.calls, came.tokens);
    call.write(move |w| tried(w, unused, tokens), move |(), _: &Setup| Answer::json(200, &came)).await
}

fn line_of(call: &Call, endpoint: &ModelEndpoint, sealed: Option<&[u8]>) -> Result<Line, Problem> {
    let (Some(base_url), Some(model)) = (endpoint.base_url.clone(), endpoint.model.clone()) else {
        let detail = "There is no model to try: give its address and its name first.";
        return Err(crm::Error::conflict("not_configured", detail).into());
    };
    let open = |sealed: &[u8]| {
        let opened = call.app.sealer.open(&seal_place(call.caller.organization), sealed).ok();
        opened.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| {
            let detail = "The key does not open under this server's key. Set it again.";
            Problem::new(409, "secret_unreadable", detail)
        })
    };
    Ok(Line {
        kind: endpoint.kind,
        base_url,
        model,
        key: sealed.map(open).transpose()?,
        strict: endpoint.strict,
        within: Duration::from_secs(endpoint.timeout_seconds.unsigned_abs()),
    })
}

/// One record: what the embedded engine makes of it, what both do, and what was said.
struct Tried {
    without: Score,
    with: Score,
    consulted: Option<Consulted>,
}

async fn try_all(call: &Call, line: Line, trials: Vec<Trial>) -> Trials {
    let until = Instant::now() + TEST_WITHIN;
    let (line, turn) = (Arc::new(line), Arc::new(Semaphore::new(AT_ONCE)));
    let records = trials.len();
    let mut asking = JoinSet::new();
    for trial in trials {
        let (http, line, turn) = (call.app.http.clone(), line.clone(), turn.clone());
        asking.spawn(async move {
            let _turn = turn.acquire_owned().await;
            try_one(&http, &line, &trial, until).await
        });
    }
    let mut all = Vec::new();
    while let Some(tried) = asking.join_next().await {
        all.extend(tried);
    }
    sum(records, &all)
}

/// Unmasked: nothing of it is anybody's.
async fn try_one(http: &providers::Http, line: &Line, trial: &Trial, until: Instant) -> Tried {
    let without = trial.score(None);
    let Some(question) = trial.question(false) else { return Tried { without, with: without, consulted: None } };
    let asking = consult(http, line, &question, CALLS, |answer| trial.check(&question, answer));
    let consulted = timeout_at(until, asking).await.unwrap_or_else(|_| Consulted {
        answer: None,
        report: structuring_model::Report {
            // How many it came to nobody knows: all of them.
            calls: CALLS,
            tokens: 0,
            trouble: Some((Trouble::Failed, "It did not answer in time.".to_owned())),
        },
        took: TEST_WITHIN,
    });
    let with = trial.score(consulted.answer.as_deref().map(|answer| (&question, answer)));
    Tried { without, with, consulted: Some(consulted) }
}

fn sum(records: usize, all: &[Tried]) -> Trials {
    let (mut without, mut with) = (Score::default(), Score::default());
    for tried in all {
        without += tried.without;
        with += tried.with;
    }
    let said: Vec<&Consulted> = all.iter().filter_map(|tried| tried.consulted.as_ref()).collect();
    let answered: Vec<&&Consulted> = said.iter().filter(|consulted| consulted.answer.is_some()).collect();
    let mut took: Vec<u64> = answered.iter().map(|consulted| consulted.took.as_millis() as u64).collect();
    took.sort_unstable();
    Trials {
        records,
        answered: answered.len(),
        repaired: answered.iter().filter(|consulted| consulted.report.calls > 1).count(),
        f1_without: hundredths(without.f1()),
        f1: hundredths(with.f1()),
        right: with.right,
        wrong: with.wrong,
        missed: with.missed,
        latency_ms_median: took.get(took.len() / 2).copied(),
        latency_ms_max: took.last().copied(),
        calls: said.iter().map(|consulted| consulted.report.calls).sum(),
        tokens: said.iter().map(|consulted| consulted.report.tokens).sum(),
        error: said.iter().rev().find_map(|consulted| Some(consulted.report.trouble.as_ref()?.1.clone())),
    }
}

fn hundredths(share: f64) -> f64 {
    (share * 100.0).round() / 100.0
}
