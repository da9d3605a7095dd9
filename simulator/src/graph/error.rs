//! Errors in Meta's shape. Codes and their meaning: developers.facebook.com, "Cloud API error codes" (2026-05).

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

/// Code, HTTP status, title.
const CODES: &[(i64, u16, &str)] = &[
    (0, 401, "AuthException"),
    (1, 400, "API Unknown"),
    (2, 503, "API Service"),
    (3, 403, "API Method"),
    (4, 429, "Application request limit reached"),
    (10, 403, "Application does not have permission for this action"),
    (33, 400, "Parameter value is not valid"),
    (100, 400, "Invalid parameter"),
    (190, 401, "Error validating access token"),
    (200, 403, "Permissions error"),
    (368, 403, "Temporarily blocked for policies violations"),
    (80007, 429, "Rate limit issues"),
    (130_403, 403, "Business has blocked the user"),
    (130_429, 429, "Rate limit hit"),
    (130_472, 400, "User's number is part of an experiment"),
    (130_497, 403, "Business account is restricted from messaging users in this country."),
    (131_000, 500, "Something went wrong"),
    (131_005, 403, "Access denied"),
    (131_008, 400, "Required parameter is missing"),
    (131_009, 400, "Parameter value is not valid"),
    (131_016, 503, "Service unavailable"),
    (131_021, 400, "Recipient cannot be sender"),
    (131_026, 400, "Message undeliverable"),
    (131_030, 400, "Recipient phone number not in allowed list"),
    (131_031, 403, "Account has been locked"),
    (131_037, 400, "Display name needs to be approved before a message can be sent"),
    (131_042, 402, "Business eligibility payment issue"),
    (131_044, 402, "Business eligibility payment issue"),
    (131_045, 400, "Incorrect certificate"),
    (131_047, 400, "Re-engagement message"),
    (131_048, 429, "Spam rate limit hit"),
    (131_049, 400, "This message was not delivered to maintain healthy ecosystem engagement."),
    (131_050, 400, "User's marketing messages preference is stop"),
    (131_051, 400, "Unsupported message type"),
    (131_052, 400, "Media download error"),
    (131_053, 400, "Media upload error"),
    (131_056, 400, "(Business Account, Consumer Account) pair rate limit hit"),
    (131_057, 503, "Account in maintenance mode"),
    (131_060, 400, "This message is currently unavailable"),
    (131_062, 400, "Business-scoped user id is not allowed for this message"),
    (131_063, 400, "Marketing templates are disabled for Cloud API"),
    (131_064, 429, "Message failed to reach because of a messaging limit"),
    (132_000, 400, "Number of parameters does not match the expected number of params"),
    (132_001, 404, "Template name does not exist in the translation"),
    (132_005, 400, "Translated text too long"),
    (132_007, 400, "Template format character policy violated"),
    (132_008, 400, "Template parameter value is not valid"),
    (132_012, 400, "Parameter format does not match format in the created template"),
    (132_015, 400, "Template is paused"),
    (132_016, 400, "Template is disabled"),
    (132_068, 400, "Flow is in blocked state"),
    (132_069, 400, "Flow is in throttled state"),
    (133_004, 503, "Server temporarily unavailable"),
    (133_005, 400, "Two step verification PIN mismatch"),
    (133_006, 400, "Phone number re-verification needed"),
    (133_008, 400, "Too many two step verification PIN guesses"),
    (133_009, 400, "Two step verification PIN guessed too fast"),
    (133_010, 400, "Phone number not registered"),
    (133_016, 400, "Account register deregister rate limit exceeded"),
    (135_000, 400, "Generic user error"),
    (147_001, 400, "Business username is not available"),
    (2_593_107, 400, "Synchronization request limit exceeded"),
    (2_593_108, 400, "Synchronization request made outside of allowed time window"),
    (2_593_109, 400, "The business has not agreed to share its history"),
];

/// The title of a code, as it stands in `errors[].title` of webhooks.
pub(crate) fn title(code: i64) -> &'static str {
    CODES.iter().find(|(known, ..)| *known == code).map_or("Something went wrong", |(_, _, title)| title)
}

/// Which codes may be asked for.
pub(crate) fn is_known(code: i64) -> bool {
    CODES.iter().any(|(known, ..)| *known == code)
}

/// The element of `errors[]` in webhooks.
pub(crate) fn in_webhook(code: i64, details: &str) -> Value {
    json!({
        "code": code,
        "title": title(code),
        "message": title(code),
        "error_data": {"details": details},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    })
}

#[derive(Debug, Clone)]
pub(crate) struct GraphError {
    pub(crate) status: StatusCode,
    pub(crate) code: i64,
    pub(crate) subcode: Option<i64>,
    message: String,
    details: Option<String>,
    for_user: Option<Box<(String, String)>>,
    /// Seconds for `Retry-After`; also makes the `X-Business-Use-Case-Usage` header.
    pub(crate) wait: Option<u64>,
}

impl GraphError {
    /// One of the codes of the table, with what was wrong this time.
    pub(crate) fn coded(code: i64, details: impl Into<String>) -> Self {
        let status = CODES.iter().find(|(known, ..)| *known == code).map_or(400, |(_, status, _)| *status);
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
            code,
            subcode: None,
            message: format!("(#{code}) {}", title(code)),
            details: Some(details.into()),
            for_user: None,
            wait: None,
        }
    }

    /// 100: something about the call itself.
    pub(crate) fn parameter(message: &str) -> Self {
        Self { message: format!("(#100) {message}"), details: None, ..Self::coded(100, "") }
    }

    /// 100/33: an id that is not there, or not ours. Meta answers 400, not 404.
    pub(crate) fn no_such_object(method: &str, id: &str) -> Self {
        Self {
            subcode: Some(33),
            message: format!(
                "Unsupported {} request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
                 permissions, or does not support this operation",
                method.to_lowercase()
            ),
            details: None,
            ..Self::coded(100, "")
        }
    }

    /// 190: the access token.
    pub(crate) fn token(subcode: Option<i64>, message: &str) -> Self {
        Self { subcode, message: message.to_owned(), details: None, ..Self::coded(190, "") }
    }

    /// The errors of the template editor: 100 with a subcode of 2388xxx and a text for people.
    pub(crate) fn template(subcode: i64, title: &str, text: impl Into<String>) -> Self {
        Self {
            subcode: Some(subcode),
            message: "Invalid parameter".to_owned(),
            details: None,
            for_user: Some(Box::new((title.to_owned(), text.into()))),
            ..Self::coded(100, "")
        }
    }

    pub(crate) fn waiting(mut self, seconds: u64) -> Self {
        self.wait = Some(seconds);
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = StatusCode::from_u16(status).unwrap_or(self.status);
        self
    }

    pub(crate) fn body(&self, trace: &str) -> Value {
        let mut error = Map::new();
        error.insert("message".to_owned(), json!(self.message));
        error.insert("type".to_owned(), json!("OAuthException"));
        error.insert("code".to_owned(), json!(self.code));
        if let Some(subcode) = self.subcode {
            error.insert("error_subcode".to_owned(), json!(subcode));
        }
        if let Some(details) = &self.details {
            error.insert("error_data".to_owned(), json!({"messaging_product": "whatsapp", "details": details}));
        }
        if let Some((title, text)) = self.for_user.as_deref() {
            error.insert("is_transient".to_owned(), json!(false));
            error.insert("error_user_title".to_owned(), json!(title));
            error.insert("error_user_msg".to_owned(), json!(text));
        }
        error.insert("fbtrace_id".to_owned(), json!(trace));
        json!({"error": error})
    }
}

/// 131008: something that has to be there is not.
pub(crate) fn missing(what: &str) -> GraphError {
    GraphError::coded(131_008, format!("Required parameter is missing: {what}"))
}

/// 131009: something has a value that cannot be.
pub(crate) fn invalid(what: &str, why: &str) -> GraphError {
    GraphError::coded(131_009, format!("{what} {why}"))
}
