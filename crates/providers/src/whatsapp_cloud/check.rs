//! Asking WhatsApp how a channel does: whether its token works and may do what it must, whether number and account are what the
//! channel says, whether webhooks come here.

use serde_json::Value;

use super::{CallError, Graph, text};

/// What was found wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `token_invalid`, `token_expired`, `permission_missing`, `number_unknown`, `number_not_of_account`, `account_unknown`,
    /// `number_not_registered`, `webhook_not_subscribed`, `account_restricted`, `not_reachable`, `refused`
    pub code: &'static str,
    pub title: String,
    /// As Meta said it.
    pub details: Option<String>,
    pub advice: String,
}

/// What a check came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub problems: Vec<Finding>,
    /// As Meta shows it.
    pub display_phone_number: Option<String>,
    pub verified_name: Option<String>,
    pub quality_rating: Option<String>,
}

const NUMBER: &str = "display_phone_number,verified_name,quality_rating,name_status,status,code_verification_status,throughput,\
                      platform_type,is_on_biz_app,whatsapp_business_manager_messaging_limit";

impl Graph {
    pub async fn check(&self) -> Found {
        let mut found = Found::default();
        match self.get(&format!("{}?fields={NUMBER}", self.account.phone_number_id)).await {
            Ok(number) => {
                found.display_phone_number = text(&number, "display_phone_number");
                found.verified_name = text(&number, "verified_name");
                found.quality_rating = text(&number, "quality_rating");
                found.problems.extend(registration(&number));
            }
            Err(error) => {
                let number = format!("The number id {} is not known to this token.", self.account.phone_number_id);
                let finding =
                    finding(&error, "number_unknown", number, "Copy phone_number_id from the app's WhatsApp set-up.");
                let hopeless = matches!(finding.code, "token_invalid" | "token_expired" | "not_reachable");
                found.problems.push(finding);
                // The same would be said of everything else.
                if hopeless {
                    return found;
                }
            }
        }
        let account = format!("The WhatsApp business account {} is not known to this token.", self.account.waba_id);
        let copy = "Copy waba_id from the app's WhatsApp set-up, and give the system user access to that account.";
        match self.get(&format!("{}/phone_numbers?fields=id&limit=100", self.account.waba_id)).await {
            Ok(numbers) => {
                let known = |number: &Value| super::id(number, "id").as_deref() == Some(&self.account.phone_number_id);
                let list = numbers.get("data").and_then(Value::as_array);
                let more = numbers.pointer("/paging/next").is_some();
                if list.is_some_and(|list| !list.iter().any(known)) && !more {
                    found.problems.push(Finding {
                        code: "number_not_of_account",
                        title: "The number does not belong to the account of waba_id.".to_owned(),
                        details: None,
                        advice: "Check that phone_number_id and waba_id are of one account.".to_owned(),
                    });
                }
            }
            Err(error) => add(&mut found.problems, finding(&error, "account_unknown", account.clone(), copy)),
        }
        match self.get(&format!("{}/subscribed_apps", self.account.waba_id)).await {
            Ok(apps) => {
                if apps.get("data").and_then(Value::as_array).is_none_or(Vec::is_empty) {
                    found.problems.push(Finding {
                        code: "webhook_not_subscribed",
                        title: "No app is subscribed to this account's webhooks: nothing comes in.".to_owned(),
                        details: None,
                        advice: "Set the callback address /hooks/whatsapp/{channel id} and the verify token in the app, subscribe \
                                 to the field messages, and subscribe the app to the account."
                            .to_owned(),
                    });
                }
            }
            Err(error) => add(&mut found.problems, finding(&error, "account_unknown", account, copy)),
        }
        found
    }
}

/// The same thing is said once.
fn add(problems: &mut Vec<Finding>, finding: Finding) {
    if !problems.iter().any(|known| known.code == finding.code) {
        problems.push(finding);
    }
}

fn registration(number: &Value) -> Option<Finding> {
    let status = text(number, "status")?;
    let (code, title, advice) = match status.as_str() {
        "CONNECTED" => return None,
        "BANNED" | "RESTRICTED" | "FLAGGED" | "RATE_LIMITED" | "BLOCKED" => (
            "account_restricted",
            format!("WhatsApp has the number as {status}."),
            "Look at the number's health in WhatsApp Manager.",
        ),
        _ => (
            "number_not_registered",
            format!("The number is {status}: it is not registered for the Cloud API."),
            "Verify and register the number in WhatsApp Manager.",
        ),
    };
    Some(Finding { code, title, details: None, advice: advice.to_owned() })
}

/// What an error means for a check; `otherwise` where it is that the object is not there.
fn finding(error: &CallError, otherwise: &'static str, title: String, advice: &str) -> Finding {
    let of = |code: &'static str, title: &str, details: Option<String>, advice: &str| Finding {
        code,
        title: title.to_owned(),
        details,
        advice: advice.to_owned(),
    };
    let Some(graph) = error.graph() else {
        let help = "Check the server's way to the internet, and graph_base_url where the channel has one.";
        return of("not_reachable", "WhatsApp could not be asked.", Some(error.to_string()), help);
    };
    let rule = graph.rule();
    let details = graph.details();
    match graph.code {
        190 if graph.is_expired() => of("token_expired", "The access token has expired.", details, rule.advice),
        0 | 190 => of("token_invalid", rule.about, details, rule.advice),
        3 | 10 | 200..=299 | 131_005 => of("permission_missing", rule.about, details, rule.advice),
        368 | 131_031 => of("account_restricted", rule.about, details, rule.advice),
        _ if graph.is_unknown_object() => of(otherwise, &title, details, advice),
        _ => of("refused", rule.about, details, rule.advice),
    }
}
