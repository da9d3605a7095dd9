//! What an answer means for a message: the table of errors, and when it is tried again.

use crm::Timestamp;
use crm::channels::{ChannelProblem, ChannelState};
use crm::messages::Failure;
use crm::outbox::Fate;
use providers::whatsapp_cloud::errors::{Fate as After, Hold, Rule, Trouble};
use providers::whatsapp_cloud::{CallError, GraphError, Sent};

/// Seconds between the tries of a message that cannot be taken for now, growing; after the last it fails.
const AGAIN_SECONDS: &[i64] = &[2, 10, 30, 120, 600, 1800, 3600];
/// To a person who gets too much: 4ⁿ, as Meta says.
const PAIR_SECONDS: &[i64] = &[4, 16, 64, 256, 1024, 3600];
const PAIR_LIMIT: i64 = 131_056;
/// All of a number rests: as long as Meta asks for, else this.
const REST_SECONDS: i64 = 5;
/// Where somebody has to look at the account first, it is tried again all the same, after this.
const LOOK_SECONDS: i64 = 3600;
/// What waits longer than this for a number that rests is late enough to be no answer any more.
const LONGEST_WAIT_SECONDS: i64 = 24 * 3600;

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    pub fate: Fate,
    /// Nothing goes out by this number before that.
    pub rest_until: Option<Timestamp>,
    /// The channel is so from now on.
    pub state: Option<(ChannelState, ChannelProblem)>,
}

impl Verdict {
    fn of(fate: Fate) -> Verdict {
        Verdict { fate, rest_until: None, state: None }
    }
}

/// `attempts`: how often it was tried before this; `queued_at`: since when it waits.
pub fn verdict(answer: Result<Sent, CallError>, attempts: i64, queued_at: Timestamp, now: Timestamp) -> Verdict {
    match answer {
        Ok(sent) => Verdict::of(Fate::Accepted { provider_id: sent.provider_id, wa_id: sent.wa_id }),
        Err(error) if error.may_have_arrived() => Verdict::of(Fate::Unknown),
        Err(CallError::Graph { error, wait }) => refused(&error, wait, attempts, queued_at, now),
        Err(error) => unreachable(&error, queued_at, now),
    }
}

/// What it means for a message that its file was not taken. A file that arrived twice harms nobody, so nothing becomes
/// unknown by it. What may be this file's fault alone (it is more than a proxy takes, or than the time allows) holds up
/// nobody else, and its tries end.
pub fn of_upload(error: &CallError, attempts: i64, queued_at: Timestamp, now: Timestamp) -> Verdict {
    match error {
        CallError::Graph { error, wait } => refused(error, *wait, attempts, queued_at, now),
        CallError::Foreign { .. } | CallError::File(_) => untaken(error, attempts, now),
        error if error.may_have_arrived() => untaken(error, attempts, now),
        error => unreachable(error, queued_at, now),
    }
}

fn untaken(error: &CallError, attempts: i64, now: Timestamp) -> Verdict {
    let advice = "It is tried again by itself, a few times. If it fails, send a smaller file, or look at what stands between \
                  this server and WhatsApp.";
    let failure = Failure {
        code: "upload_failed".to_owned(),
        title: Some("The file could not be brought to WhatsApp.".to_owned()),
        details: Some(error.to_string()),
        advice: Some(advice.to_owned()),
    };
    Verdict::of(tried(failure, AGAIN_SECONDS, attempts, None, now))
}

fn unreachable(error: &CallError, queued_at: Timestamp, now: Timestamp) -> Verdict {
    let advice = "Nothing: it is tried again by itself. If it goes on, check the server's way to the internet.";
    let failure = Failure {
        code: "not_reachable".to_owned(),
        title: Some("WhatsApp could not be reached.".to_owned()),
        details: Some(error.to_string()),
        advice: Some(advice.to_owned()),
    };
    // Nobody else's message would arrive either.
    let rest = now.plus_seconds(REST_SECONDS);
    Verdict { rest_until: Some(rest), ..waiting(failure, rest, queued_at, now) }
}

fn refused(error: &GraphError, wait: Option<u64>, attempts: i64, queued_at: Timestamp, now: Timestamp) -> Verdict {
    let rule = error.rule();
    let failure = failure(error, rule);
    let state = rule.trouble.map(|trouble| {
        let state = match trouble {
            Trouble::NeedsToken => ChannelState::NeedsToken,
            Trouble::Restricted => ChannelState::Restricted,
            Trouble::NotRegistered => ChannelState::NotRegistered,
            Trouble::Alert => ChannelState::Attention,
        };
        let problem = ChannelProblem {
            code: error.code.to_string(),
            title: rule.about.to_owned(),
            details: error.details(),
            advice: rule.advice.to_owned(),
        };
        (state, problem)
    });
    let mut verdict = match (rule.fate, rule.hold) {
        (After::Fails, _) => Verdict::of(Fate::Failed(failure)),
        // The channel is stopped: its messages keep their places, however long that takes.
        (After::Again, Hold::Channel) if rule.trouble.is_some_and(|trouble| trouble != Trouble::Alert) => {
            Verdict::of(Fate::Again { at: now, failure, counts: false })
        }
        (After::Again, Hold::Channel) => {
            let usual = if rule.trouble.is_some() { LOOK_SECONDS } else { REST_SECONDS };
            let seconds = wait.map_or(usual, |seconds| i64::try_from(seconds).unwrap_or(usual).max(1));
            let rest = now.plus_seconds(seconds);
            Verdict { rest_until: Some(rest), ..waiting(failure, rest, queued_at, now) }
        }
        (After::Again, _) => {
            let steps = if error.code == PAIR_LIMIT { PAIR_SECONDS } else { AGAIN_SECONDS };
            Verdict::of(tried(failure, steps, attempts, wait, now))
        }
    };
    verdict.state = state;
    verdict
}

/// Once more after the next step, or what was asked for; after the last it failed.
fn tried(failure: Failure, steps: &[i64], attempts: i64, wait: Option<u64>, now: Timestamp) -> Fate {
    match usize::try_from(attempts).ok().and_then(|attempt| steps.get(attempt)) {
        Some(seconds) => {
            let asked = wait.and_then(|seconds| i64::try_from(seconds).ok()).unwrap_or(0);
            Fate::Again { at: now.plus_seconds((*seconds).max(asked)), failure, counts: true }
        }
        None => Fate::Failed(failure),
    }
}

/// Waits without using up its tries, but not for ever.
fn waiting(failure: Failure, at: Timestamp, queued_at: Timestamp, now: Timestamp) -> Verdict {
    if now >= queued_at.plus_seconds(LONGEST_WAIT_SECONDS) {
        return Verdict::of(Fate::Failed(failure));
    }
    Verdict::of(Fate::Again { at, failure, counts: false })
}

/// As it is kept with the message.
pub fn failure(error: &GraphError, rule: &Rule) -> Failure {
    Failure {
        code: error.code.to_string(),
        title: Some(rule.about.to_owned()),
        details: error.details(),
        advice: Some(rule.advice.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use providers::HttpError;
    use providers::whatsapp_cloud::errors::RULES;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn graph(code: i64) -> Result<Sent, CallError> {
        Err(CallError::Graph { error: Box::new(GraphError { code, ..GraphError::default() }), wait: None })
    }

    fn of(code: i64, attempts: i64) -> Verdict {
        verdict(graph(code), attempts, NOW, NOW)
    }

    fn again(verdict: &Verdict) -> Option<(i64, bool)> {
        match &verdict.fate {
            Fate::Again { at, counts, .. } => Some(((at.micros() - NOW.micros()) / 1_000_000, *counts)),
            _ => None,
        }
    }

    #[test]
    fn every_rule_leads_where_it_says() {
        for rule in RULES {
            let verdict = of(rule.codes.0, 0);
            match rule.fate {
                After::Fails => {
                    let Fate::Failed(failure) = &verdict.fate else { panic!("{rule:?} {verdict:?}") };
                    assert_eq!(failure.advice.as_deref(), Some(rule.advice));
                }
                After::Again => assert!(again(&verdict).is_some(), "{rule:?} {verdict:?}"),
            }
            let state = rule.trouble.map(|trouble| match trouble {
                Trouble::NeedsToken => ChannelState::NeedsToken,
                Trouble::Restricted => ChannelState::Restricted,
                Trouble::NotRegistered => ChannelState::NotRegistered,
                Trouble::Alert => ChannelState::Attention,
            });
            assert_eq!(verdict.state.as_ref().map(|(state, _)| *state), state, "{rule:?}");
            let problem = verdict.state.map(|(_, problem)| (problem.code, problem.advice));
            let said = rule.trouble.map(|_| (rule.codes.0.to_string(), rule.advice.to_owned()));
            assert_eq!(problem, said, "{rule:?}");
        }
    }

    #[test]
    fn what_a_channel_is_by_a_code() {
        let state = |code| of(code, 0).state.map(|(state, _)| state);
        assert_eq!(state(190), Some(ChannelState::NeedsToken));
        assert_eq!((state(368), state(131_031)), (Some(ChannelState::Restricted), Some(ChannelState::Restricted)));
        assert_eq!(state(133_010), Some(ChannelState::NotRegistered));
        assert_eq!(state(131_042), Some(ChannelState::Attention));
        assert_eq!(state(131_026), None);
    }

    /// Like a message's, but that a file may be brought twice.
    #[test]
    fn a_file_that_is_not_taken_is_tried_a_few_times_and_no_more() {
        let upload = |error: CallError, attempts| of_upload(&error, attempts, NOW, NOW);
        let code =
            |code| CallError::Graph { error: Box::new(GraphError { code, ..GraphError::default() }), wait: None };
        for rule in RULES {
            assert_eq!(upload(code(rule.codes.0), 0), of(rule.codes.0, 0), "{rule:?}");
        }
        // What may have arrived, and what a proxy refuses, is this file's affair alone.
        for error in [
            || CallError::Http(HttpError::TimedOut),
            || CallError::Http(HttpError::Broken(String::new())),
            || CallError::Foreign { status: 413 },
            || CallError::Foreign { status: 502 },
            || CallError::File(String::new()),
        ] {
            let first = upload(error(), 0);
            assert_eq!((again(&first), first.rest_until, first.state), (Some((2, true)), None, None));
            let Fate::Failed(failure) = upload(error(), 7).fate else { panic!("it goes on") };
            assert_eq!(failure.code, "upload_failed");
            assert!(failure.advice.is_some());
        }
        // A provider that cannot be reached takes nobody's.
        let unreachable = || CallError::Http(HttpError::Unreachable(String::new()));
        let waits = upload(unreachable(), 40);
        assert_eq!((again(&waits), waits.rest_until), (Some((5, false)), Some(NOW.plus_seconds(5))));
        let late = of_upload(&unreachable(), 0, NOW.plus_seconds(-24 * 3600), NOW);
        assert!(matches!(late.fate, Fate::Failed(_)));
    }

    #[test]
    fn tries_grow_apart_and_end() {
        assert_eq!(again(&of(131_000, 0)), Some((2, true)));
        assert_eq!(again(&of(131_000, 6)), Some((3600, true)));
        assert!(matches!(of(131_000, 7).fate, Fate::Failed(_)));
        assert_eq!((again(&of(131_056, 0)), again(&of(131_056, 2))), (Some((4, true)), Some((64, true))));
        let limited = of(130_429, 40);
        assert_eq!((again(&limited), limited.rest_until), (Some((5, false)), Some(NOW.plus_seconds(5))));
        let wait =
            CallError::Graph { error: Box::new(GraphError { code: 80007, ..GraphError::default() }), wait: Some(180) };
        assert_eq!(verdict(Err(wait), 0, NOW, NOW).rest_until, Some(NOW.plus_seconds(180)));
        let late = verdict(graph(130_429), 0, NOW.plus_seconds(-24 * 3600), NOW);
        assert!(matches!(late.fate, Fate::Failed(_)));
    }

    #[test]
    fn a_dead_token_stops_the_channel_and_loses_nothing() {
        let verdict = verdict(graph(190), 99, NOW.plus_seconds(-7 * 24 * 3600), NOW);
        assert_eq!(again(&verdict), Some((0, false)));
        assert_eq!(verdict.state.unwrap().0, ChannelState::NeedsToken);
    }

    #[test]
    fn what_nobody_can_say_is_unknown_and_what_was_not_sent_is_tried_again() {
        let of = |error| verdict(Err(error), 0, NOW, NOW).fate;
        assert_eq!(of(CallError::Http(HttpError::TimedOut)), Fate::Unknown);
        assert_eq!(of(CallError::Http(HttpError::Broken(String::new()))), Fate::Unknown);
        assert_eq!(of(CallError::Foreign { status: 502 }), Fate::Unknown);
        assert!(matches!(of(CallError::Http(HttpError::Unreachable(String::new()))), Fate::Again { .. }));
        assert!(matches!(of(CallError::Http(HttpError::Refused(String::new()))), Fate::Again { .. }));
    }
}
