//! The account, the app, tokens, and uploads in pieces.

use axum::http::Method;
use serde_json::{Value, json};

use super::Result;
use super::answer::Answer;
use super::call::Call;
use super::error::GraphError;
use super::number;
use crate::config::Number;
use crate::knobs::Token;
use crate::people::digits;
use crate::webhook;
use crate::world::{NumberState, Upload, World};

pub(super) fn waba(world: &mut World, call: &Call, id: &str, rest: &[&str]) -> Result {
    let unknown = || GraphError::no_such_object(call.method.as_str(), id);
    let edge = rest.first().copied().unwrap_or("");
    match (call.method.as_str(), edge) {
        ("GET", "") => {
            let name = world
                .numbers
                .values()
                .find(|state| state.number.waba_id == id)
                .map(|state| &state.number.verified_name);
            let account = json!({
                "id": id,
                "name": name,
                "currency": "USD",
                "timezone_id": "1",
                "message_template_namespace": format!("{id}_namespace"),
                "account_review_status": "APPROVED",
                "business_verification_status": "verified",
                "country": "CL",
                "ownership_type": "SELF",
                "health_status": {"can_send_message": "AVAILABLE"},
            });
            Ok(Answer::json(
                call.chosen(account, &["id", "name", "currency", "timezone_id", "message_template_namespace"]),
            ))
        }
        ("GET", "phone_numbers") => {
            let data: Vec<Value> = world
                .numbers
                .values()
                .filter(|state| state.number.waba_id == id)
                .map(|state| call.chosen(number::json_of(state), number::USUAL))
                .collect();
            Ok(Answer::json(json!({"data": data, "paging": {"cursors": {"before": "MAZDZD", "after": "MjQZD"}}})))
        }
        ("POST", "phone_numbers") => new_number(world, call, id),
        (_, "subscribed_apps") => subscribed_apps(world, call, id),
        _ => Err(unknown()),
    }
}

fn new_number(world: &mut World, call: &Call, waba: &str) -> Result {
    let cc = call.text("cc").unwrap_or_default();
    let phone = digits(&format!("{cc}{}", call.text("phone_number").unwrap_or_default()));
    if !(7..=15).contains(&phone.len()) {
        return Err(GraphError::parameter("Param phone_number must be a phone number"));
    }
    if world.numbers.len() >= 1000 || world.numbers.values().any(|state| state.number.display_phone_number == phone) {
        return Err(GraphError::coded(100, "The number is there already, or there are too many"));
    }
    let Some(verified_name) = call.text("verified_name") else {
        return Err(GraphError::parameter("The parameter verified_name is required."));
    };
    let id = world.random.object_id();
    let number = Number {
        phone_number_id: id.clone(),
        waba_id: waba.to_owned(),
        display_phone_number: phone,
        verified_name: verified_name.to_owned(),
        coexistence: false,
    };
    let state = NumberState { status: "PENDING", code_verified: false, ..NumberState::new(number) };
    world.numbers.insert(id.clone(), state);
    Ok(Answer::json(json!({"id": id})))
}

fn subscribed_apps(world: &mut World, call: &Call, id: &str) -> Result {
    let app = world.config.app_id.clone();
    let unknown = || GraphError::no_such_object(call.method.as_str(), id);
    let waba = world.wabas.get_mut(id).ok_or_else(unknown)?;
    match call.method {
        Method::GET => {
            let mut entry = json!({
                "whatsapp_business_api_data": {"id": app, "name": "Recado simulator", "link": "http://127.0.0.1/"},
            });
            if let Some(url) = &waba.webhook_url {
                entry["override_callback_uri"] = json!(url);
            }
            let data = if waba.subscribed { vec![entry] } else { Vec::new() };
            Ok(Answer::json(json!({"data": data})))
        }
        Method::POST => {
            let url = call.text("override_callback_uri");
            if let Some(url) = url {
                webhook::target(url).map_err(|problem| GraphError::parameter(&problem))?;
            }
            waba.subscribed = true;
            waba.webhook_url = url.map(str::to_owned);
            Ok(Answer::success())
        }
        Method::DELETE => {
            waba.subscribed = false;
            waba.webhook_url = None;
            Ok(Answer::success())
        }
        _ => Err(unknown()),
    }
}

pub(super) fn app(world: &mut World, call: &Call, id: &str, rest: &[&str]) -> Result {
    match (call.method.as_str(), rest) {
        ("GET", []) => Ok(Answer::json(json!({"id": id, "name": "Recado simulator"}))),
        ("GET", ["subscriptions"]) => {
            let data: Vec<Value> = world
                .config
                .webhook_url
                .iter()
                .map(|url| json!({"object": "whatsapp_business_account", "callback_url": url, "active": true, "fields": []}))
                .collect();
            Ok(Answer::json(json!({"data": data})))
        }
        ("POST", ["subscriptions"]) => {
            let Some(url) = call.text("callback_url") else {
                return Err(GraphError::parameter("The parameter callback_url is required."));
            };
            webhook::target(url).map_err(|problem| GraphError::parameter(&problem))?;
            world.config.webhook_url = Some(url.to_owned());
            if let Some(token) = call.text("verify_token") {
                world.config.verify_token = token.to_owned();
            }
            Ok(Answer::success())
        }
        ("DELETE", ["subscriptions"]) => {
            world.config.webhook_url = None;
            Ok(Answer::success())
        }
        ("POST", ["uploads"]) => {
            let length = call.parameters.get("file_length").and_then(webhook::inbound::index_of);
            let (Some(length), Some(kind)) = (length, call.text("file_type")) else {
                return Err(GraphError::parameter("The parameters file_length and file_type are required."));
            };
            if length == 0 || length > world.config.bounds.largest_file || world.uploads.len() >= 10_000 {
                return Err(GraphError::parameter("Param file_length is too large, or there are too many uploads"));
            }
            use base64::Engine as _;
            let kind = base64::engine::general_purpose::STANDARD.encode(kind);
            let handle = format!("4::{kind}:{}", world.random.token());
            let id = format!("upload:{}", world.random.token());
            world.uploads.insert(id.clone(), Upload { length, received: 0, handle });
            Ok(Answer::json(json!({"id": id})))
        }
        _ => Err(GraphError::no_such_object(call.method.as_str(), id)),
    }
}

/// Pieces have to come in order; only their lengths are kept.
pub(super) fn upload(world: &mut World, call: &Call, id: &str) -> Result {
    let unknown = || GraphError::no_such_object(call.method.as_str(), id);
    let upload = world.uploads.get_mut(id).ok_or_else(unknown)?;
    if call.method == Method::GET {
        return Ok(Answer::json(json!({"id": id, "file_offset": upload.received})));
    }
    if call.method != Method::POST {
        return Err(unknown());
    }
    if call.file_offset.unwrap_or(0) != upload.received {
        return Err(GraphError::parameter(&format!("The upload goes on at file_offset {}", upload.received)));
    }
    if upload.received + call.raw.len() > upload.length {
        return Err(GraphError::parameter("The upload is longer than file_length"));
    }
    upload.received += call.raw.len();
    if upload.received < upload.length {
        return Ok(Answer::json(json!({"id": id, "file_offset": upload.received})));
    }
    Ok(Answer::json(json!({"h": upload.handle})))
}

/// Whether a token is good, and for what: the question of a live check.
pub(super) fn debug_token(world: &World, call: &Call) -> Result {
    let Some(token) = call.text("input_token") else {
        return Err(GraphError::parameter("The parameter input_token is required."));
    };
    if token != world.config.access_token {
        return Ok(Answer::json(json!({"data": {
            "is_valid": false,
            "error": {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"},
            "scopes": [],
        }})));
    }
    let scopes = match world.knobs.token {
        Token::NoPermission => vec!["public_profile"],
        _ => vec!["whatsapp_business_management", "whatsapp_business_messaging", "public_profile"],
    };
    let wabas: Vec<&String> = world.wabas.keys().collect();
    let granular: Vec<Value> = scopes
        .iter()
        .filter(|scope| scope.starts_with("whatsapp"))
        .map(|scope| json!({"scope": scope, "target_ids": wabas}))
        .collect();
    Ok(Answer::json(json!({"data": {
        "app_id": world.config.app_id,
        "type": "SYSTEM_USER",
        "application": "Recado simulator",
        "expires_at": 0,
        "is_valid": matches!(world.knobs.token, Token::Valid | Token::NoPermission),
        "issued_at": world.now_ms().div_euclid(1000),
        "scopes": scopes,
        "granular_scopes": granular,
    }})))
}

/// App id and secret, or a code of Embedded Signup, for a token.
pub(super) fn access_token(world: &World, call: &Call) -> Result {
    if call.text("client_id") != Some(&world.config.app_id)
        || call.text("client_secret") != Some(&world.config.app_secret)
    {
        return Err(GraphError::parameter("Error validating client secret."));
    }
    let token = match call.text("code") {
        Some(_) => world.config.access_token.clone(),
        None => format!("{}|{}", world.config.app_id, world.config.app_secret),
    };
    Ok(Answer::json(json!({"access_token": token, "token_type": "bearer"})))
}
