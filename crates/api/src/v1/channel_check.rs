//! What can be said of a channel without asking anybody: whether everything is there that its work needs.

use crm::Setup;
use crm::channels::{Channel, ChannelProblem, ChannelSecrets, ChannelState, ChannelType, DefaultStage, NOT_CONNECTED};
use providers::whatsapp_cloud::Finding;
use schemars::JsonSchema;
use serde::Serialize;

/// The outcome of a check.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Check {
    /// Whether nothing was found.
    pub ok: bool,
    /// Whether the provider was asked. False: `ok` means that nothing is missing here, not that the provider accepts it.
    pub live: bool,
    pub problems: Vec<CheckProblem>,
}

#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CheckProblem {
    /// Known here: `secrets_unreadable`, `secret_missing`, `member_missing`, `not_paired`, `no_stage`. Said by WhatsApp:
    /// `token_invalid`, `token_expired`, `permission_missing`, `number_unknown`, `number_not_of_account`, `account_unknown`,
    /// `number_not_registered`, `webhook_not_subscribed`, `account_restricted`, `not_reachable`, `refused`.
    pub code: &'static str,
    /// For people: what is wrong.
    pub message: String,
    /// What helps, where that is not in the message.
    pub advice: Option<String>,
    /// As WhatsApp said it.
    pub details: Option<String>,
}

fn problem(code: &'static str, message: impl Into<String>) -> CheckProblem {
    CheckProblem { code, message: message.into(), advice: None, details: None }
}

/// What WhatsApp found, as a check says it.
pub fn found(finding: &Finding) -> CheckProblem {
    CheckProblem {
        code: finding.code,
        message: finding.title.clone(),
        advice: Some(finding.advice.clone()),
        details: finding.details.clone(),
    }
}

/// How a channel is after that, and what stops it.
pub fn state(findings: &[Finding]) -> (ChannelState, Option<ChannelProblem>) {
    let of = |code: &str| match code {
        "token_invalid" | "token_expired" | "permission_missing" | "number_unknown" | "account_unknown" => {
            ChannelState::NeedsToken
        }
        "account_restricted" => ChannelState::Restricted,
        "number_not_registered" => ChannelState::NotRegistered,
        "not_reachable" => ChannelState::Unchecked,
        _ => ChannelState::Attention,
    };
    // The worst of them.
    let rank = |finding: &&Finding| match of(finding.code) {
        ChannelState::NeedsToken => 0,
        ChannelState::Restricted => 1,
        ChannelState::NotRegistered => 2,
        _ => 3,
    };
    let Some(worst) = findings.iter().min_by_key(rank) else { return (ChannelState::Connected, None) };
    let problem = ChannelProblem {
        code: worst.code.to_owned(),
        title: worst.title.clone(),
        details: worst.details.clone(),
        advice: worst.advice.clone(),
    };
    (of(worst.code), Some(problem))
}

/// `secrets` as they opened; none where there are none, or where they did not open.
pub fn check(setup: &Setup, channel: &Channel, secrets: Option<&ChannelSecrets>) -> Check {
    let mut problems = Vec::new();
    match channel.channel_type {
        ChannelType::Whatsapp => {
            check_secrets(secrets, &mut problems);
            let members = [
                ("phone_number", channel.phone.is_some()),
                ("phone_number_id", channel.phone_number_id.is_some()),
                ("waba_id", channel.settings.contains_key("waba_id")),
            ];
            for (name, _) in members.iter().filter(|(_, there)| !there) {
                problems.push(problem("member_missing", format!("{name} is not set.")));
            }
        }
        ChannelType::WebWhatsapp if channel.never_connected() => {
            let (message, advice) = NOT_CONNECTED;
            problems.push(CheckProblem { advice: Some(advice.to_owned()), ..problem("not_paired", message) });
        }
        ChannelType::WebWhatsapp | ChannelType::Webchat | ChannelType::Playground => {}
    }
    if channel.default_stage == DefaultStage::First && setup.default_stage(channel).is_none() {
        let message =
            "There is no pipeline: who writes here gets no ticket. Make one, or set default_stage_id to null.";
        problems.push(problem("no_stage", message));
    }
    Check { ok: problems.is_empty(), live: false, problems }
}

fn check_secrets(secrets: Option<&ChannelSecrets>, problems: &mut Vec<CheckProblem>) {
    let Some(secrets) = secrets else {
        let message = "The kept secrets do not open with this server's key: it is another one than they were sealed with. \
                       Bring the key back, or set access_token, app_secret and verify_token anew.";
        return problems.push(problem("secrets_unreadable", message));
    };
    let members = [
        ("access_token", secrets.access_token.is_some()),
        ("app_secret", secrets.app_secret.is_some()),
        ("verify_token", secrets.verify_token.is_some()),
    ];
    for (name, _) in members.iter().filter(|(_, there)| !there) {
        problems.push(problem("secret_missing", format!("{name} is not set.")));
    }
}
