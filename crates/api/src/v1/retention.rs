//! What is deleted by itself once it is old.

use crm::Setup;
use crm::retention::{MOST_DAYS, Retention, RetentionPatch, Rules, preview as count, run_now, update as change};

use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Flag, Whole};
use crate::problem::Problem;

const DAYS: Whole = Whole { min: 1, max: MOST_DAYS };

fn answer(retention: &Retention) -> Result<Answer, Problem> {
    Ok(Answer::json(200, retention)?.etag(retention.version))
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let retention = call
        .read(|w| {
            let organization = w.organization();
            Retention::load(w.tx, organization)
        })
        .await?;
    answer(&retention)
}

#[derive(Debug)]
pub struct RetentionInput(RetentionPatch);

impl Input for RetentionInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let about = "Days that files of messages are kept; null: for good.";
        let files_days = f.nullable("files_days", DAYS, about);
        let about =
            "Days that messages and notes are kept, with their files and their text in the log; null: for good.";
        let messages_days = f.nullable("messages_days", DAYS, about);
        let about = "Days that calls of webhooks are kept, no longer than the server's `webhooks_keep_days`; null: as long as that.";
        let webhook_calls_days = f.nullable("webhook_calls_days", DAYS, about);
        let about = "Whether conversations with an open ticket keep their messages and files (true).";
        let spare_open = f.optional("spare_open", Flag, about);
        Some(RetentionInput(RetentionPatch {
            files_days,
            messages_days,
            webhook_calls_days,
            spare_open,
            if_version: None,
        }))
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let RetentionInput(mut patch) = call.read_body()?;
    patch.if_version = call.if_version()?;
    call.write(move |w| change(w, &patch), |retention, _: &Setup| answer(retention)).await
}

/// Of rules as they would be with these changes.
pub async fn preview(call: Call) -> Result<Answer, Problem> {
    let RetentionInput(patch) = call.read_body()?;
    let found = call
        .read(move |w| {
            let organization = w.organization();
            let now = Retention::load(w.tx, organization)?.rules;
            let rules = Rules {
                files_days: patch.files_days.unwrap_or(now.files_days),
                messages_days: patch.messages_days.unwrap_or(now.messages_days),
                webhook_calls_days: patch.webhook_calls_days.unwrap_or(now.webhook_calls_days),
                spare_open: patch.spare_open.unwrap_or(now.spare_open),
            };
            count(w, &rules)
        })
        .await?;
    Answer::json(200, &found)
}

pub async fn run(call: Call) -> Result<Answer, Problem> {
    call.write(run_now, |retention, _: &Setup| answer(retention)).await
}
