//! What can be made difficult, and how much. All of it can be changed while the simulator runs.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How the simulator behaves. The defaults are Meta's good days: every message is delivered, nothing comes twice.
///
/// As JSON (`/_simulator/knobs`, `--set name=value`) the names are the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knobs {
    // Webhooks
    /// Keep all webhooks back until this is false again: then what has gathered goes out at once.
    pub hold: bool,
    /// Let webhooks wait for so long (milliseconds), so that there is something to put into one call, or to shuffle.
    pub gather_ms: u64,
    /// How many messages or statuses one webhook call carries at most: 1 to 100.
    pub batch: usize,
    /// The order in which webhooks go out is random (by the seed), not the one in which things happened.
    pub shuffle: bool,
    /// The share of webhook calls that come twice, byte by byte the same: 0 to 1.
    pub duplicates: f64,
    /// How many webhook calls are under way at once: 1 to 64. More than one gives up their order.
    pub concurrency: usize,
    /// Write everything beyond ASCII as `\uXXXX`, and `/` as `\/`, as Meta does.
    pub escape: bool,
    /// Sign webhooks with another secret than the app's. The receiver has to refuse them.
    pub wrong_signature: bool,
    /// The waits before a refused webhook call is tried again (milliseconds); after the last one it is given up.
    pub retry_after_ms: Vec<u64>,
    /// A receiver that has not answered by then has failed (milliseconds).
    pub webhook_timeout_ms: u64,
    // Statuses of messages that were sent
    /// `sent` comes so long after the message was accepted (milliseconds); null: never.
    pub sent_after_ms: Option<u64>,
    /// The same for `delivered`.
    pub delivered_after_ms: Option<u64>,
    /// The same for `read`; null, the default: only when told to. A voice note is `played` after that.
    pub read_after_ms: Option<u64>,
    /// Every message is accepted, then fails with this error code.
    pub fail_with: Option<i64>,
    /// The answer to a send waits until its first statuses were delivered: they overtake it.
    pub statuses_before_answer: bool,
    /// `failed` statuses carry `contacts`, too. Meta leaves them out; some parsers (pywa 4.5) cannot do without.
    pub failed_with_contacts: bool,
    /// Statuses carry `conversation`, as with webhook versions before v24.0.
    pub conversation: bool,
    // The Graph API
    /// Every answer takes so long (milliseconds).
    pub latency_ms: u64,
    /// Messages a second and number; null: any number.
    pub messages_per_second: Option<u32>,
    /// Messages to one person: one each so many milliseconds; null: no such limit.
    pub pair_interval_ms: Option<u64>,
    /// How many messages to one person may go ahead of that.
    pub pair_burst: u32,
    /// Whether the 24 hours since the person's last message count.
    pub window: Window,
    /// Whether refusals that concern the person (131026, 131047, 131050) come as a `failed` status or in the answer.
    pub refusals: Refusals,
    /// What all access tokens are worth.
    pub token: Token,
    /// What the review of a new or edited template comes to.
    pub template_review: Review,
    /// And how long it takes (milliseconds).
    pub template_review_after_ms: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Open for 24 h after each message of the person, 72 h after one that came by an advertisement.
    Kept,
    /// Shut for everybody.
    Shut,
    /// Open for everybody.
    Open,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusals {
    /// Accepted with 200, then a `failed` status.
    ByWebhook,
    /// An error in the answer.
    AtOnce,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Token {
    Valid,
    /// Error 190, subcode 463.
    Expired,
    /// Error 190, subcode 460: the password was changed, the app taken away.
    Revoked,
    /// Error 10.
    NoPermission,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Review {
    Approve,
    Reject,
    /// Templates stay PENDING until told otherwise.
    Wait,
}

const SECOND: u64 = 1000;
const HOUR: u64 = 3600 * SECOND;

impl Default for Knobs {
    fn default() -> Self {
        Self {
            hold: false,
            gather_ms: 0,
            batch: 1,
            shuffle: false,
            duplicates: 0.0,
            concurrency: 1,
            escape: true,
            wrong_signature: false,
            // Less and less often, for seven days.
            retry_after_ms: [
                SECOND,
                5 * SECOND,
                30 * SECOND,
                120 * SECOND,
                600 * SECOND,
                HOUR,
                3 * HOUR,
                8 * HOUR,
                12 * HOUR,
                24 * HOUR,
                24 * HOUR,
                24 * HOUR,
                24 * HOUR,
                24 * HOUR,
                23 * HOUR,
            ]
            .to_vec(),
            webhook_timeout_ms: 10 * SECOND,
            sent_after_ms: Some(0),
            delivered_after_ms: Some(0),
            read_after_ms: None,
            fail_with: None,
            statuses_before_answer: false,
            failed_with_contacts: false,
            conversation: false,
            latency_ms: 0,
            messages_per_second: Some(80),
            pair_interval_ms: Some(6 * SECOND),
            pair_burst: 45,
            window: Window::Kept,
            refusals: Refusals::ByWebhook,
            token: Token::Valid,
            template_review: Review::Approve,
            template_review_after_ms: 0,
        }
    }
}

impl Knobs {
    /// The knobs after a change such as `{"shuffle": true, "batch": 100}`; the others stay as they are.
    ///
    /// # Errors
    /// A name that does not exist, a value of the wrong kind or out of bounds: a sentence that names it.
    pub fn with(&self, change: &Value) -> Result<Self, String> {
        let Value::Object(change) = change else {
            return Err("knobs are changed by a JSON object such as {\"shuffle\": true}".to_owned());
        };
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        if let Value::Object(all) = &mut all {
            all.extend(change.clone());
        }
        let knobs: Self = serde_json::from_value(all).map_err(|error| error.to_string())?;
        knobs.check()?;
        Ok(knobs)
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        const DAY: u64 = 24 * HOUR;
        if !(1..=100).contains(&self.batch) {
            return Err("batch is 1 to 100".to_owned());
        }
        if !(1..=64).contains(&self.concurrency) {
            return Err("concurrency is 1 to 64".to_owned());
        }
        if !(0.0..=1.0).contains(&self.duplicates) {
            return Err("duplicates is a share from 0 to 1".to_owned());
        }
        if self.retry_after_ms.len() > 100 {
            return Err("retry_after_ms has at most 100 waits".to_owned());
        }
        if self.messages_per_second == Some(0) || self.pair_interval_ms == Some(0) || self.pair_burst == 0 {
            return Err("messages_per_second, pair_interval_ms and pair_burst are at least 1".to_owned());
        }
        let waits = [
            self.gather_ms,
            self.webhook_timeout_ms,
            self.latency_ms,
            self.template_review_after_ms,
            self.sent_after_ms.unwrap_or(0),
            self.delivered_after_ms.unwrap_or(0),
            self.read_after_ms.unwrap_or(0),
            self.pair_interval_ms.unwrap_or(0),
        ];
        if waits.iter().chain(&self.retry_after_ms).any(|ms| *ms > 30 * DAY) {
            return Err("no wait is longer than 30 days".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_changes_what_it_names() {
        let knobs = Knobs::default().with(&json!({"shuffle": true, "batch": 100, "token": "expired"})).unwrap();
        assert_eq!(knobs, Knobs { shuffle: true, batch: 100, token: Token::Expired, ..Knobs::default() });
        let knobs = knobs.with(&json!({"sent_after_ms": null})).unwrap();
        assert_eq!((knobs.sent_after_ms, knobs.batch), (None, 100));
    }

    #[test]
    fn what_is_not_possible_is_said() {
        for (change, word) in [
            (json!({"shufle": true}), "shufle"),
            (json!({"batch": 101}), "batch"),
            (json!({"batch": 0}), "batch"),
            (json!({"duplicates": 1.5}), "duplicates"),
            (json!({"duplicates": f64::NAN}), "f64"),
            (json!({"concurrency": 65}), "concurrency"),
            (json!({"pair_burst": 0}), "pair_burst"),
            (json!({"latency_ms": u64::MAX}), "30 days"),
            (json!({"token": "old"}), "old"),
            (json!([]), "object"),
        ] {
            let said = Knobs::default().with(&change).unwrap_err();
            assert!(said.contains(word), "{change}: {said}");
        }
    }

    #[test]
    fn retries_end_after_seven_days() {
        let total: u64 = Knobs::default().retry_after_ms.iter().sum();
        assert!((6 * 24 * HOUR..=7 * 24 * HOUR).contains(&total), "{total}");
    }
}
