//! Things that go wrong on purpose, for so many calls.

use serde::{Deserialize, Serialize};

use crate::graph::error::is_known;

/// At most so many at once.
const MOST: usize = 1000;

/// One kind of trouble. Of several that fit a call the oldest strikes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which calls.
    #[serde(default)]
    pub on: On,
    /// Only messages to this number or user id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// For so many calls; null: until it is taken away.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// What happens.
    pub then: Trouble,
}

#[expect(clippy::unnecessary_wraps, reason = "it is the default of an optional field")]
fn once() -> Option<u32> {
    Some(1)
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// Sending a message. Not: read receipts and typing.
    #[default]
    Messages,
    /// Read receipts and typing indicators.
    Receipts,
    MediaUpload,
    /// Asking for the address of a medium.
    MediaInfo,
    MediaDownload,
    /// Listing, making, editing and deleting templates.
    Templates,
    Anything,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The call is refused with this code of Meta's, e.g. 130429; throttling codes bring `Retry-After`.
    Error(i64),
    /// An answer with this HTTP status that is not Meta's JSON, as from a proxy: e.g. 502.
    Http(u16),
    /// The message is accepted, then fails with this code in a status webhook.
    FailLater(i64),
    /// The connection is cut before anything was done.
    CutBefore,
    /// Everything is done, then the connection is cut without an answer: the caller cannot know.
    CutAfter,
    /// The answer takes so many milliseconds longer.
    Delay(u64),
}

#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) -> Result<(), String> {
        if self.0.len() >= MOST {
            return Err(format!("there are {MOST} faults already"));
        }
        match &fault.then {
            Trouble::Error(code) | Trouble::FailLater(code) if !is_known(*code) => {
                return Err(format!("{code} is not an error code of the Cloud API that this simulator knows"));
            }
            Trouble::Http(status) if !(400..=599).contains(status) => {
                return Err("an HTTP status for trouble is 400 to 599".to_owned());
            }
            Trouble::Delay(ms) if *ms > 3_600_000 => return Err("a delay is at most an hour".to_owned()),
            Trouble::FailLater(_) if fault.on != On::Messages => {
                return Err("fail_later is for messages".to_owned());
            }
            _ => {}
        }
        if fault.times != Some(0) {
            self.0.push(fault);
        }
        Ok(())
    }

    pub(crate) fn all(&self) -> &[Fault] {
        &self.0
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The trouble of this call, counted. `same` says whether two names are one person's.
    pub(crate) fn strike(&mut self, on: On, to: Option<&str>, same: impl Fn(&str, &str) -> bool) -> Option<Trouble> {
        let at = self.0.iter().position(|fault| {
            (fault.on == on || fault.on == On::Anything)
                && fault.to.as_deref().is_none_or(|wanted| to.is_some_and(|to| same(wanted, to)))
        })?;
        let fault = &mut self.0[at];
        let trouble = fault.then.clone();
        if let Some(times) = &mut fault.times {
            *times -= 1;
            if *times == 0 {
                self.0.remove(at);
            }
        }
        Some(trouble)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fault(value: serde_json::Value) -> Fault {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_fault_strikes_as_often_as_it_says() {
        let mut faults = Faults::default();
        faults.add(fault(json!({"then": {"error": 130429}, "times": 2}))).unwrap();
        faults.add(fault(json!({"then": "cut_after", "to": "56955500001"}))).unwrap();
        let same = |a: &str, b: &str| a == b;
        assert_eq!(faults.strike(On::MediaUpload, None, same), None);
        assert_eq!(faults.strike(On::Messages, Some("56955500001"), same), Some(Trouble::Error(130_429)));
        assert_eq!(faults.strike(On::Messages, Some("56955500002"), same), Some(Trouble::Error(130_429)));
        assert_eq!(faults.strike(On::Messages, Some("56955500002"), same), None);
        assert_eq!(faults.strike(On::Messages, Some("56955500001"), same), Some(Trouble::CutAfter));
        assert_eq!(faults.strike(On::Messages, Some("56955500001"), same), None);
    }

    #[test]
    fn null_is_for_ever_and_nonsense_is_refused() {
        let mut faults = Faults::default();
        faults.add(fault(json!({"on": "anything", "times": null, "then": {"http": 502}}))).unwrap();
        for _ in 0..10 {
            assert_eq!(faults.strike(On::Templates, None, |_, _| false), Some(Trouble::Http(502)));
        }
        assert!(faults.add(fault(json!({"then": {"error": 99}}))).is_err());
        assert!(faults.add(fault(json!({"then": {"http": 200}}))).is_err());
        assert!(faults.add(fault(json!({"on": "templates", "then": {"fail_later": 131026}}))).is_err());
        assert!(serde_json::from_value::<Fault>(json!({"then": "explode"})).is_err());
    }
}
