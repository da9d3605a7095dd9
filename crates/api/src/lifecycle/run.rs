//! Carrying an old operation out: as the request that its translator makes of it, at the successor.

use bytes::Bytes;
use structuring::Json;

use super::{Known, Old, Sunset};
use crate::answer::{Answer, JSON};
use crate::call::Call;
use crate::problem::Problem;
use crate::route::{Access, Method};

/// The successor's answer. `dispatch` brings it into the old shape, as it does with one that was remembered.
pub(crate) async fn run(call: Call, method: Method, sunset: &'static Sunset) -> Result<Answer, Problem> {
    let body = if method.has_body() { Some(call.object()?) } else { None };
    let replacement = call
        .prepare(|setup| {
            let old = Old { path: &call.path, query: &call.query, body: body.as_ref() };
            (sunset.translate)(&old, &Known::all(setup)).map_err(Problem::invalid)
        })
        .await?;
    let app = call.app.clone();
    let successor = app
        .operations
        .iter()
        .find(|route| route.method == replacement.method && route.path == replacement.path)
        .filter(|route| call.caller.scope.is_some_and(|scope| route.access == Access::Key(scope)))
        .ok_or_else(|| Problem::internal(format!("{} has no successor of its own scope", sunset.operation)))?;
    let body = replacement.body.map_or_else(Bytes::new, |body| Json::Object(body).to_string().into());
    let content_type = Some(JSON.to_owned());
    let successors =
        Call { path: replacement.params, query: replacement.query, body, content_type, style: successor.style, ..call };
    (successor.handler)(successors).await.map_err(|problem| named_as_of_old(problem, sunset))
}

/// Who sent the old request looks for the old names.
fn named_as_of_old(mut problem: Problem, sunset: &Sunset) -> Problem {
    let mut renamed = false;
    for error in &mut problem.errors {
        if let Some((_, old)) = sunset.names.iter().find(|(new, _)| *new == error.pointer) {
            error.pointer = (*old).to_owned();
            renamed = true;
        }
    }
    match renamed && problem.code == "invalid_request" {
        true => Problem::invalid(problem.errors),
        false => problem,
    }
}
