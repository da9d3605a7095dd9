//! A business number: its health, registration, profile, blocked people, username, coexistence.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Result;
use super::answer::Answer;
use super::call::Call;
use super::error::GraphError;
use crate::people::is_user_id;
use crate::webhook;
use crate::world::{NumberState, World};

/// What `GET /{phone_number_id}` answers without `fields`.
pub(super) const USUAL: &[&str] = &[
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
    "id",
];

pub(super) fn json_of(state: &NumberState) -> Value {
    let number = &state.number;
    let connected = state.status == "CONNECTED";
    json!({
        "id": number.phone_number_id,
        "display_phone_number": format!("+{}", number.display_phone_number),
        "verified_name": number.verified_name,
        "quality_rating": "GREEN",
        "name_status": if connected { "APPROVED" } else { "PENDING_REVIEW" },
        "status": state.status,
        "code_verification_status": if state.code_verified { "VERIFIED" } else { "NOT_VERIFIED" },
        "throughput": {"level": if number.coexistence { "NOT_APPLICABLE" } else { "STANDARD" }},
        "platform_type": "CLOUD_API",
        "is_on_biz_app": number.coexistence,
        "is_official_business_account": false,
        "account_mode": "LIVE",
        "health_status": {"can_send_message": if connected { "AVAILABLE" } else { "BLOCKED" }},
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
        "messaging_limit_tier": "TIER_2K",
        "webhook_configuration": {"phone_number": state.webhook_url},
        "username": state.username,
    })
}

pub(super) fn dispatch(world: &mut World, call: &Call, id: &str, rest: &[&str]) -> Result {
    let unknown = || GraphError::no_such_object(call.method.as_str(), id);
    let state = world.numbers.get_mut(id).ok_or_else(unknown)?;
    let edge = rest.first().copied().unwrap_or("");
    match (call.method.as_str(), edge) {
        ("GET", "") => Ok(Answer::json(call.chosen(json_of(state), USUAL))),
        ("POST", "") => change(state, call),
        ("POST", "request_code") => {
            if !matches!(call.text("code_method"), Some("SMS" | "VOICE")) {
                return Err(GraphError::parameter("Param code_method must be one of {SMS, VOICE}"));
            }
            Ok(Answer::success())
        }
        ("POST", "verify_code") => {
            // There is no phone that could ring: any six digits are right, except six zeros.
            match call.text("code") {
                Some(code) if is_digits(code, 6) && code != "000000" => {
                    state.code_verified = true;
                    Ok(Answer::success())
                }
                _ => Err(GraphError::parameter("Param code is not the code that was sent")),
            }
        }
        ("POST", "register") => register(state, call),
        ("POST", "deregister") => {
            state.status = "DISCONNECTED";
            Ok(Answer::success())
        }
        (_, "whatsapp_business_profile") => profile(state, call),
        (_, "block_users") => block_users(world, call, id),
        (_, "username") => username(state, call),
        ("GET", "username_suggestions") => {
            let name: String =
                state.number.verified_name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
            Ok(Answer::json(json!({"data": [{"username_suggestions": [name, format!("{name}.shop")]}]})))
        }
        ("POST", "smb_app_data") => synchronise(state, call),
        ("DELETE", "contact_book") => Ok(Answer::success()),
        _ => Err(unknown()),
    }
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|b| b.is_ascii_digit())
}

/// `{pin}` or `{webhook_configuration: {override_callback_uri, verify_token}}`
fn change(state: &mut NumberState, call: &Call) -> Result {
    if let Some(pin) = call.text("pin") {
        if !is_digits(pin, 6) {
            return Err(GraphError::parameter("Param pin must be 6 digits"));
        }
        state.pin = Some(pin.to_owned());
    }
    if let Some(configuration) = call.parameters.get("webhook_configuration") {
        let url = configuration.get("override_callback_uri").and_then(Value::as_str).filter(|url| !url.is_empty());
        if let Some(url) = url {
            webhook::target(url).map_err(|problem| GraphError::parameter(&problem))?;
        }
        state.webhook_url = url.map(str::to_owned);
    }
    Ok(Answer::success())
}

fn register(state: &mut NumberState, call: &Call) -> Result {
    if call.text("messaging_product") != Some("whatsapp") {
        return Err(GraphError::parameter("The parameter messaging_product is required."));
    }
    let pin = call.text("pin").filter(|pin| is_digits(pin, 6));
    let Some(pin) = pin else { return Err(GraphError::parameter("Param pin must be 6 digits")) };
    if !state.code_verified {
        return Err(GraphError::coded(133_006, "The number has to be verified before it is registered"));
    }
    if state.pin.as_deref().is_some_and(|known| known != pin) {
        return Err(GraphError::coded(133_005, "The PIN is not the one that was set"));
    }
    state.pin = Some(pin.to_owned());
    state.status = "CONNECTED";
    Ok(Answer::success())
}

fn profile(state: &mut NumberState, call: &Call) -> Result {
    const TEXTS: &[(&str, usize)] =
        &[("about", 139), ("address", 256), ("description", 512), ("email", 128), ("vertical", 40)];
    match call.method {
        Method::GET => {
            let mut profile = state.profile.clone();
            profile.entry("vertical").or_insert_with(|| json!("UNDEFINED"));
            if let Some(fields) = call.fields() {
                profile.retain(|key, _| fields.contains(key));
            }
            profile.insert("messaging_product".to_owned(), json!("whatsapp"));
            Ok(Answer::json(json!({"data": [profile]})))
        }
        Method::POST => {
            let mut changed = Map::new();
            for (key, most) in TEXTS {
                match call.parameters.get(*key) {
                    None => {}
                    Some(Value::String(text)) if text.chars().count() <= *most => {
                        changed.insert((*key).to_owned(), json!(text));
                    }
                    Some(_) => {
                        let message = format!("Param {key} must be a string of at most {most} characters");
                        return Err(GraphError::parameter(&message));
                    }
                }
            }
            if let Some(websites) = call.parameters.get("websites") {
                let good = websites.as_array().is_some_and(|list| {
                    list.len() <= 2 && list.iter().all(|url| url.as_str().is_some_and(|url| url.len() <= 256))
                });
                if !good {
                    return Err(GraphError::parameter(
                        "Param websites must be at most 2 URLs of at most 256 characters",
                    ));
                }
                changed.insert("websites".to_owned(), websites.clone());
            }
            if let Some(handle) = call.text("profile_picture_handle") {
                let url = format!("https://pps.example.com/{handle}");
                changed.insert("profile_picture_url".to_owned(), json!(url));
            }
            state.profile.extend(changed);
            state.profile.retain(|_, value| value.as_str() != Some(""));
            Ok(Answer::success())
        }
        _ => Err(GraphError::no_such_object(call.method.as_str(), &state.number.phone_number_id)),
    }
}

fn block_users(world: &mut World, call: &Call, id: &str) -> Result {
    let unknown = || GraphError::no_such_object(call.method.as_str(), id);
    let state = world.numbers.get_mut(id).ok_or_else(unknown)?;
    if call.method == Method::GET {
        let data: Vec<Value> =
            state.blocked.iter().map(|user| json!({"messaging_product": "whatsapp", "wa_id": user})).collect();
        return Ok(Answer::json(json!({"data": data, "paging": {"cursors": {"after": "", "before": ""}}})));
    }
    let users = call.parameters.get("block_users").and_then(Value::as_array).filter(|users| !users.is_empty());
    let Some(users) = users else {
        return Err(GraphError::parameter("The parameter block_users is required."));
    };
    let mut done = Vec::new();
    for user in users {
        let name = user.get("user").or_else(|| user.get("user_id")).and_then(Value::as_str);
        let Some(name) = name else { return Err(GraphError::parameter("Each of block_users needs a user")) };
        let key = if is_user_id(name) { name.to_owned() } else { crate::people::digits(name) };
        if call.method == Method::DELETE {
            state.blocked.retain(|known| *known != key);
        } else if !state.blocked.contains(&key) {
            if state.blocked.len() >= 64_000 {
                return Err(GraphError::coded(131_000, "The list of blocked people is full"));
            }
            state.blocked.push(key.clone());
        }
        done.push(json!({"input": name, "wa_id": key}));
    }
    let key = if call.method == Method::DELETE { "removed_users" } else { "added_users" };
    Ok(Answer::json(json!({"messaging_product": "whatsapp", "block_users": {key: done}})))
}

fn username(state: &mut NumberState, call: &Call) -> Result {
    match call.method {
        Method::GET => Ok(Answer::json(match &state.username {
            Some(username) => json!({"username": username, "status": "approved"}),
            None => json!({}),
        })),
        Method::POST => match call.text("username") {
            Some("taken") => Err(GraphError::coded(147_001, "Somebody else has it")),
            Some(username) if (3..=35).contains(&username.len()) => {
                state.username = Some(username.to_owned());
                Ok(Answer::json(json!({"status": "approved"})))
            }
            _ => Err(GraphError::parameter("Param username must have 3 to 35 characters")),
        },
        Method::DELETE => {
            state.username = None;
            Ok(Answer::success())
        }
        _ => Err(GraphError::no_such_object(call.method.as_str(), &state.number.phone_number_id)),
    }
}

/// Once each: contacts and history of the app on the phone.
fn synchronise(state: &mut NumberState, call: &Call) -> Result {
    let kind = call.text("sync_type").unwrap_or_default();
    if !["smb_app_state_sync", "history"].contains(&kind) {
        return Err(GraphError::parameter("Param sync_type must be one of {SMB_APP_STATE_SYNC, HISTORY}"));
    }
    if !state.number.coexistence {
        return Err(GraphError::coded(100, "The number is not used by the WhatsApp Business app"));
    }
    if state.synchronised.iter().any(|known| known == kind) {
        return Err(GraphError::coded(2_593_107, "This was asked for already"));
    }
    state.synchronised.push(kind.to_owned());
    Ok(Answer::json(json!({"messaging_product": "whatsapp", "request_id": format!("{kind}-1")})))
}
