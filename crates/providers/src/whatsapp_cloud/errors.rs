//! What Graph's error codes mean for a message, its channel and whoever reads about it: one table.
//!
//! Codes come in the answer of a call, and later in `errors` of a status; they mean the same. What is decided by is the code
//! alone: titles, subcodes and HTTP statuses differ for one and the same thing.

use crm::messages::Remedy;
use serde::Deserialize;
use serde_json::Value;

/// What becomes of a message that was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Tried again by itself, after a while.
    Again,
    /// Failed, for good.
    Fails,
}

/// Who has to wait before anything is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    Nobody,
    /// This message, and so its person; others go on.
    Person,
    /// All that goes out by this number.
    Channel,
}

/// What a channel is from then on; none: what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing goes out until its token or permission is mended.
    NeedsToken,
    /// Nothing goes out until Meta lifts what it put on the account.
    Restricted,
    /// Nothing goes out until the number is registered.
    NotRegistered,
    /// Said, and nothing stopped.
    Alert,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// From and to, both included.
    pub codes: (i64, i64),
    pub remedy: Remedy,
    pub fate: Fate,
    pub hold: Hold,
    pub trouble: Option<Trouble>,
    /// What it is, for people.
    pub about: &'static str,
    /// What they can do.
    pub advice: &'static str,
}

const fn rule(
    codes: (i64, i64),
    remedy: Remedy,
    (fate, hold): (Fate, Hold),
    trouble: Option<Trouble>,
    about: &'static str,
    advice: &'static str,
) -> Rule {
    Rule { codes, remedy, fate, hold, trouble, about, advice }
}

const fn one(code: i64) -> (i64, i64) {
    (code, code)
}

const FAILS: (Fate, Hold) = (Fate::Fails, Hold::Nobody);
const AGAIN: (Fate, Hold) = (Fate::Again, Hold::Person);
const ALL_WAIT: (Fate, Hold) = (Fate::Again, Hold::Channel);

use Remedy::{Account, Bug, NeedsTemplate, NeedsToken, OptedOut, Retry, Unreachable, Wait};
use Trouble::{Alert, NotRegistered, Restricted};

const TOKEN: &str = "The access token no longer works.";
const TOKEN_ADVICE: &str = "Make a new token of a system user with whatsapp_business_messaging and whatsapp_business_management, and set it as \
     access_token of the channel. What is queued goes out in order after that.";
const PERMISSION: &str = "The access token lacks a permission.";
const TEMPORARY: &str = "WhatsApp cannot take it at the moment.";
const BY_ITSELF: &str = "Nothing: it is tried again by itself.";
const PARAMETER: &str = "Check the content that `details` names; the message is not tried again as it is.";
const TEMPLATE_SYNC: &str =
    "Synchronise the templates of the channel, and send it again with what the template has now.";

/// In the order of the codes. Source: Meta's page of error codes, and what its changelog added until September 2026.
pub const RULES: &[Rule] = &[
    rule(one(0), NeedsToken, ALL_WAIT, Some(Trouble::NeedsToken), TOKEN, TOKEN_ADVICE),
    rule((1, 2), Retry, AGAIN, None, TEMPORARY, BY_ITSELF),
    rule(one(3), NeedsToken, ALL_WAIT, Some(Trouble::NeedsToken), PERMISSION, TOKEN_ADVICE),
    rule(one(4), Wait, ALL_WAIT, None, "The Meta app makes too many calls.", BY_ITSELF),
    rule(one(10), NeedsToken, ALL_WAIT, Some(Trouble::NeedsToken), PERMISSION, TOKEN_ADVICE),
    rule(
        one(33),
        Bug,
        FAILS,
        None,
        "The number is not known to WhatsApp, or not to this token.",
        "Check phone_number_id of the channel.",
    ),
    rule(one(100), Bug, FAILS, None, "A parameter is wrong.", PARAMETER),
    rule(one(190), NeedsToken, ALL_WAIT, Some(Trouble::NeedsToken), TOKEN, TOKEN_ADVICE),
    rule((200, 299), NeedsToken, ALL_WAIT, Some(Trouble::NeedsToken), PERMISSION, TOKEN_ADVICE),
    rule(
        one(368),
        Account,
        ALL_WAIT,
        Some(Restricted),
        "Meta has blocked the account for breaking its rules, for a while.",
        "Look at the account's health in WhatsApp Manager. Once the block is lifted, check the channel: the queue goes on.",
    ),
    rule(one(80007), Wait, ALL_WAIT, None, "The WhatsApp business account makes too many calls.", BY_ITSELF),
    rule(one(130_429), Wait, ALL_WAIT, None, "More messages a second than this number may send.", BY_ITSELF),
    rule(
        one(130_403),
        Unreachable,
        FAILS,
        None,
        "This business has blocked the person.",
        "Unblock the person at WhatsApp before writing.",
    ),
    rule(
        one(130_472),
        Unreachable,
        FAILS,
        None,
        "The person is part of an experiment of Meta's and gets no marketing.",
        "Nothing: write once they have written.",
    ),
    rule(
        one(130_497),
        Account,
        FAILS,
        None,
        "This business may not write to people in that country.",
        "Write from an account that may, or reach the person otherwise.",
    ),
    rule(one(131_000), Retry, AGAIN, None, TEMPORARY, BY_ITSELF),
    rule(one(131_005), NeedsToken, ALL_WAIT, Some(Trouble::NeedsToken), PERMISSION, TOKEN_ADVICE),
    rule((131_008, 131_009), Bug, FAILS, None, "A parameter is missing or wrong.", PARAMETER),
    rule(one(131_016), Retry, AGAIN, None, TEMPORARY, BY_ITSELF),
    rule(one(131_021), Bug, FAILS, None, "The person's number is the channel's own.", "Write to another number."),
    rule(
        one(131_026),
        Unreachable,
        FAILS,
        None,
        "It cannot be delivered: the number is not on WhatsApp, or its app is too old, or its terms are not accepted.",
        "Check the number, or reach the person otherwise.",
    ),
    rule(
        one(131_030),
        Account,
        FAILS,
        Some(Alert),
        "A test number may write only to the recipients on its list.",
        "Add the recipient in the app's WhatsApp settings, or use a real number.",
    ),
    rule(
        one(131_031),
        Account,
        ALL_WAIT,
        Some(Restricted),
        "The account is locked or disabled, or its PIN is wrong.",
        "Look at the account's health in WhatsApp Manager. Once it is open again, check the channel: the queue goes on.",
    ),
    rule(
        one(131_037),
        Account,
        FAILS,
        Some(Alert),
        "The display name of the number is not approved.",
        "Have the display name approved in WhatsApp Manager.",
    ),
    rule(
        one(131_042),
        Account,
        FAILS,
        Some(Alert),
        "There is a problem with how the account pays.",
        "Put the payment method in order in WhatsApp Manager, then send it again.",
    ),
    rule(
        one(131_044),
        Account,
        FAILS,
        Some(Alert),
        "The account has no way to pay.",
        "Put the payment method in order in WhatsApp Manager, then send it again.",
    ),
    rule(
        one(131_045),
        Account,
        ALL_WAIT,
        Some(NotRegistered),
        "The number is not registered for the Cloud API.",
        "Register the number in WhatsApp Manager, then check the channel: the queue goes on.",
    ),
    rule(
        one(131_047),
        NeedsTemplate,
        FAILS,
        None,
        "The person has not written within 24 hours.",
        "Send an approved template, or wait until they write.",
    ),
    rule(
        one(131_048),
        Wait,
        ALL_WAIT,
        Some(Alert),
        "Too many people blocked or reported this number: WhatsApp limits it.",
        "Send less that was not asked for, and look at the number's quality in WhatsApp Manager.",
    ),
    rule(
        one(131_049),
        Wait,
        FAILS,
        None,
        "WhatsApp withholds marketing from this person for now.",
        "Not again within 24 hours; a template of another category, or an answer once they write, is not withheld.",
    ),
    rule(
        one(131_050),
        OptedOut,
        FAILS,
        None,
        "The person does not want marketing from this business.",
        "Send no marketing. They can allow it again in WhatsApp.",
    ),
    rule((131_051, 131_052), Bug, FAILS, None, "WhatsApp does not take messages of this type.", PARAMETER),
    rule(
        one(131_053),
        Bug,
        FAILS,
        None,
        "The attachment could not be taken.",
        "Check its type and size; a link has to be reachable from the internet.",
    ),
    rule(one(131_056), Wait, AGAIN, None, "Too many messages to this person in a short time.", BY_ITSELF),
    rule(one(131_057), Retry, ALL_WAIT, None, "The account is being maintained.", BY_ITSELF),
    rule(one(131_060), Bug, FAILS, None, "The message is not available.", "Ask the person to send it again."),
    rule(
        one(131_062),
        Unreachable,
        FAILS,
        None,
        "Messages of this kind need the person's phone number, which is not known.",
        "Ask for the number, with a message that requests it.",
    ),
    rule(
        one(131_063),
        Account,
        FAILS,
        Some(Alert),
        "Marketing templates are switched off for this number on the Cloud API.",
        "Allow them in the settings of the WhatsApp business account.",
    ),
    rule(
        one(131_064),
        Wait,
        ALL_WAIT,
        Some(Alert),
        "The account is limited because templates are in the wrong category.",
        "Correct the category of the templates in WhatsApp Manager.",
    ),
    rule(one(132_000), Bug, FAILS, None, "The template has another number of variables.", TEMPLATE_SYNC),
    rule(one(132_001), Bug, FAILS, None, "There is no approved template of that name in that language.", TEMPLATE_SYNC),
    rule(one(132_005), Bug, FAILS, None, "With its values the template is too long.", "Shorten the values."),
    rule(
        one(132_007),
        Bug,
        FAILS,
        None,
        "The template breaks WhatsApp's rules.",
        "Look at the template in WhatsApp Manager.",
    ),
    rule((132_008, 132_012), Bug, FAILS, None, "A value does not fit its variable.", TEMPLATE_SYNC),
    rule(
        one(132_015),
        Bug,
        FAILS,
        None,
        "The template is paused, because too many people did not want it.",
        "Use another template, or change this one; WhatsApp takes it up again after a while.",
    ),
    rule(
        one(132_016),
        Bug,
        FAILS,
        None,
        "The template is disabled for good, because too many people did not want it.",
        "Use another template.",
    ),
    rule(one(132_068), Bug, FAILS, None, "The flow is blocked.", "Look at the flow in WhatsApp Manager."),
    rule(one(132_069), Wait, AGAIN, None, "The flow is sent too often.", BY_ITSELF),
    rule(one(133_004), Retry, AGAIN, None, TEMPORARY, BY_ITSELF),
    rule(
        (133_005, 133_009),
        Account,
        FAILS,
        Some(Alert),
        "The PIN of the number is wrong or not verified, or was tried too often.",
        "Set the PIN anew in WhatsApp Manager.",
    ),
    rule(
        one(133_010),
        Account,
        ALL_WAIT,
        Some(NotRegistered),
        "The number is not registered for the Cloud API.",
        "Register the number in WhatsApp Manager, then check the channel: the queue goes on.",
    ),
    rule(
        one(133_016),
        Account,
        FAILS,
        Some(Alert),
        "The number was registered and deregistered too often.",
        "Wait: ten times within 72 hours are allowed.",
    ),
    rule(one(135_000), Bug, FAILS, None, "A parameter is wrong.", PARAMETER),
    rule(
        (147_001, 147_004),
        Account,
        FAILS,
        None,
        "The business username cannot be had.",
        "Choose another username, or link the pages that it needs.",
    ),
    rule(
        (2_388_000, 2_388_999),
        Bug,
        FAILS,
        None,
        "The template cannot be made or changed so.",
        "Change what `details` names.",
    ),
    rule(
        (2_593_107, 2_593_109),
        Account,
        FAILS,
        None,
        "The history of the phone cannot be fetched any more.",
        "It can be asked for once, within 24 hours of connecting the number, if its owner agrees.",
    ),
];

/// What is not in the table: refused for certain, for a reason that is new. Repeating it blindly helps nobody.
pub const UNLISTED: Rule = rule(
    (i64::MIN, i64::MAX),
    Bug,
    FAILS,
    None,
    "WhatsApp refused it with a code that is not known here.",
    "Look the code up in Meta's list of error codes.",
);

/// The rule of a code.
pub fn rule_of(code: i64) -> &'static Rule {
    RULES.iter().find(|rule| (rule.codes.0..=rule.codes.1).contains(&code)).unwrap_or(&UNLISTED)
}

/// An error as Graph answers it, `{"error": …}`, and as statuses carry it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct GraphError {
    pub code: i64,
    pub error_subcode: Option<i64>,
    pub title: Option<String>,
    pub message: Option<String>,
    pub error_data: Option<ErrorData>,
    pub error_user_msg: Option<String>,
    pub fbtrace_id: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ErrorData {
    pub details: Option<String>,
}

/// Longest text of Meta's that is kept, in characters.
const LONGEST: usize = 500;

impl GraphError {
    /// From the body of an answer; none where it is not Graph that speaks.
    pub fn read(body: &[u8]) -> Option<GraphError> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let error = body.get("error").filter(|error| error.get("code").is_some_and(Value::is_number))?;
        serde_json::from_value(error.clone()).ok()
    }

    pub fn rule(&self) -> &'static Rule {
        rule_of(self.code)
    }

    /// What Meta says about it in particular, for people.
    pub fn details(&self) -> Option<String> {
        let said = self.error_data.as_ref().and_then(|data| data.details.as_ref());
        let said = said.or(self.error_user_msg.as_ref()).or(self.message.as_ref()).or(self.title.as_ref())?;
        Some(said.chars().take(LONGEST).collect())
    }

    /// Whether it says that an object is not there, or not to this token.
    pub fn is_unknown_object(&self) -> bool {
        self.code == 33 || (self.code == 100 && self.error_subcode == Some(33))
    }

    /// Whether the token is dead because its time was up.
    pub fn is_expired(&self) -> bool {
        self.code == 190 && self.error_subcode == Some(463)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes, and what the table must make of them, and of the channel.
    type Row = (&'static [i64], Remedy, Fate, Hold, Option<Trouble>);

    /// Every code of the reference.
    const REFERENCE: &[Row] = &[
        (&[0, 190, 200, 250, 299, 3, 10, 131_005], NeedsToken, Fate::Again, Hold::Channel, Some(Trouble::NeedsToken)),
        (&[1, 2, 131_000, 131_016, 133_004], Retry, Fate::Again, Hold::Person, None),
        (&[4, 80007, 130_429], Wait, Fate::Again, Hold::Channel, None),
        (&[33, 100], Bug, Fate::Fails, Hold::Nobody, None),
        (&[131_056], Wait, Fate::Again, Hold::Person, None),
        (&[131_048, 131_064], Wait, Fate::Again, Hold::Channel, Some(Alert)),
        (&[133_016], Account, Fate::Fails, Hold::Nobody, Some(Alert)),
        (&[368, 131_031], Account, Fate::Again, Hold::Channel, Some(Restricted)),
        (&[130_497], Account, Fate::Fails, Hold::Nobody, None),
        (&[130_403, 130_472, 131_026, 131_062], Unreachable, Fate::Fails, Hold::Nobody, None),
        (&[131_008, 131_009, 131_021, 135_000], Bug, Fate::Fails, Hold::Nobody, None),
        (&[131_030, 131_037, 131_042, 131_044, 131_063], Account, Fate::Fails, Hold::Nobody, Some(Alert)),
        (&[131_045, 133_010], Account, Fate::Again, Hold::Channel, Some(NotRegistered)),
        (&[131_047], NeedsTemplate, Fate::Fails, Hold::Nobody, None),
        (&[131_049], Wait, Fate::Fails, Hold::Nobody, None),
        (&[131_050], OptedOut, Fate::Fails, Hold::Nobody, None),
        (&[131_051, 131_052, 131_053, 131_060], Bug, Fate::Fails, Hold::Nobody, None),
        (&[131_057], Retry, Fate::Again, Hold::Channel, None),
        (
            &[132_000, 132_001, 132_005, 132_007, 132_008, 132_012, 132_015, 132_016],
            Bug,
            Fate::Fails,
            Hold::Nobody,
            None,
        ),
        (&[132_068], Bug, Fate::Fails, Hold::Nobody, None),
        (&[132_069], Wait, Fate::Again, Hold::Person, None),
        (&[133_005, 133_006, 133_008, 133_009], Account, Fate::Fails, Hold::Nobody, Some(Alert)),
        (&[147_001, 147_002, 147_003, 147_004], Account, Fate::Fails, Hold::Nobody, None),
        (
            &[2_388_039, 2_388_040, 2_388_047, 2_388_072, 2_388_073, 2_388_293, 2_388_299, 2_388_019],
            Bug,
            Fate::Fails,
            Hold::Nobody,
            None,
        ),
        (&[2_593_107, 2_593_108, 2_593_109], Account, Fate::Fails, Hold::Nobody, None),
    ];

    #[test]
    fn every_code_of_the_reference_has_its_remedy_and_its_advice() {
        for (codes, remedy, fate, hold, trouble) in REFERENCE {
            for code in *codes {
                let rule = rule_of(*code);
                assert_ne!(rule, &UNLISTED, "{code}");
                assert_eq!((&rule.remedy, &rule.fate, &rule.hold), (remedy, fate, hold), "{code}");
                assert_eq!(&rule.trouble, trouble, "{code}");
                assert!(!rule.about.is_empty() && !rule.advice.is_empty(), "{code}");
            }
        }
        assert_eq!(rule_of(999_999), &UNLISTED);
    }

    #[test]
    fn no_code_has_two_rules() {
        for (at, rule) in RULES.iter().enumerate() {
            for other in &RULES[at + 1..] {
                assert!(rule.codes.1 < other.codes.0 || other.codes.1 < rule.codes.0, "{rule:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_stopped_channel_keeps_its_messages() {
        for rule in RULES {
            if rule.trouble.is_some_and(|trouble| trouble != Alert) {
                assert_eq!((rule.fate, rule.hold), ALL_WAIT, "{rule:?}");
            }
        }
    }

    #[test]
    fn an_error_is_read_from_an_answer() {
        let body = br#"{"error":{"message":"(#130429) Rate limit hit","type":"OAuthException","code":130429,
            "error_data":{"messaging_product":"whatsapp","details":"Too many"},"error_subcode":2494055,"fbtrace_id":"A"}}"#;
        let error = GraphError::read(body).unwrap();
        assert_eq!((error.code, error.details().as_deref(), error.rule().remedy), (130_429, Some("Too many"), Wait));
        for other in [&b"<html>"[..], b"{}", br#"{"error":"no"}"#, br#"{"error":{"code":"x"}}"#, b""] {
            assert_eq!(GraphError::read(other), None);
        }
        assert!(GraphError::read(br#"{"error":{"code":100,"error_subcode":33}}"#).unwrap().is_unknown_object());
        assert!(GraphError::read(br#"{"error":{"code":190,"error_subcode":463}}"#).unwrap().is_expired());
    }
}
