use serde_json::{Value, json};

use crate::http::{World, each};

/// A person with a ticket in the first stage of the first pipeline, in a member's hands. Answers the ticket's id.
fn person(world: &World, number: &str, stage: &Value, agent: Option<&str>) -> Value {
    let mut body = json!({"channel": "playground", "channel_phone_number": "+56955500000", "contact_phone_number": number,
                          "stageId": stage});
    if let Some(agent) = agent {
        body["agentId"] = json!(agent);
    }
    let reply = world.post("/api/public/customer/upsert/info", body);
    assert_eq!(reply.status, 201, "{}", reply.body);
    let tickets = world.get(&format!("/api/v1/tickets?contact_id={}", reply.id()));
    tickets.body["data"][0]["id"].clone()
}

fn stages(world: &World) -> (String, Vec<Value>) {
    let pipeline = world.get("/api/v1/pipelines").body["data"][0].clone();
    let ids = pipeline["stages"].as_array().unwrap().iter().map(|stage| stage["id"].clone()).collect();
    (pipeline["id"].as_str().unwrap().to_owned(), ids)
}

fn playground(world: &World) -> String {
    world.made("/api/v1/channels", json!({"type": "playground", "name": "Prueba", "phone_number": "+56955500000"}))
}

#[test]
fn what_is_in_use_says_by_how_many_and_moves_when_told_where() {
    each(|world| {
        let channel = playground(world);
        let (pipeline, ids) = stages(world);
        let ticket = person(world, "+56955500001", &ids[0], None);
        let path = format!("/api/v1/pipelines/{pipeline}/stages/{}", ids[0].as_str().unwrap());
        let refused = world.delete(&path);
        assert_eq!(refused.problem(), (409, "in_use"));
        assert!(refused.body["detail"].as_str().unwrap().contains("1 open ticket"), "{}", refused.body);
        let both = world.delete(&format!("{path}?archive=true&move_to={}", ids[1].as_str().unwrap()));
        assert_eq!(both.wrong(), ["?archive invalid_value"]);
        assert_eq!(world.delete(&format!("{path}?move_to=x")).wrong(), ["?move_to invalid_uuid"]);
        let nowhere = world.delete(&format!("{path}?move_to=00000000-0000-0000-0000-000000000000"));
        assert_eq!(nowhere.wrong(), ["?move_to unknown_reference"]);
        let moved = world.delete(&format!("{path}?move_to={}", ids[1].as_str().unwrap()));
        assert_eq!((moved.status, moved.body), (200, json!({"archived": false, "moved": 1})));
        let now = world.get(&format!("/api/v1/tickets/{}", ticket.as_str().unwrap()));
        assert_eq!(now.body["stage_id"], ids[1]);

        assert_eq!(world.delete(&channel).problem(), (409, "in_use"));
        assert_eq!(world.delete(&format!("{channel}?archive=true")).body, json!({"archived": true, "moved": 0}));
        assert_eq!(world.delete(&format!("{channel}?move_to={pipeline}")).wrong(), ["?move_to unknown_key"]);
    });
}

#[test]
fn a_member_hands_over() {
    each(|world| {
        playground(world);
        let (_, ids) = stages(world);
        let luis = world.made("/api/v1/members", json!({"name": "Luis", "email": "luis@example.com"}));
        let luis_id = luis.rsplit('/').next().unwrap();
        let ticket = person(world, "+56955500001", &ids[0], Some(luis_id));
        assert_eq!(world.delete(&luis).problem(), (409, "in_use"));
        assert_eq!(world.patch(&luis, json!({"active": false})).problem(), (409, "in_use"));
        let members = world.get("/api/v1/members?active=true").body["data"].as_array().unwrap().clone();
        assert_eq!(members.len(), 2);
        let ana = members[0]["id"].as_str().unwrap();
        assert_eq!(world.delete(&format!("{luis}?move_to={ana}")).body, json!({"archived": true, "moved": 1}));
        let now = world.get(&format!("/api/v1/tickets/{}", ticket.as_str().unwrap()));
        assert_eq!(now.body["agent_id"], ana);
        assert_eq!(world.get("/api/v1/members?active=false").body["data"][0]["name"], "Luis");
        assert_eq!(world.delete(&format!("/api/v1/members/{ana}")).problem(), (409, "last_owner"));
    });
}

#[test]
fn a_field_and_a_tag_in_use_stay() {
    each(|world| {
        playground(world);
        let field = world.made("/api/v1/custom_fields", json!({"name": "Edad", "type": "text"}));
        let tag = world.made("/api/v1/tags", json!({"value": "VIP"}));
        let body = json!({"channel": "playground", "channel_phone_number": "+56955500000",
                          "contact_phone_number": "+56955500001", "custom_field_values": [{"key": "edad", "value": "muchos"}]});
        let contact = world.post("/api/public/customer/upsert/info", body).id();
        world.patch(&format!("/api/public/contact/tags/{contact}"), json!({"tagsIds": [1]}));

        assert_eq!(world.patch(&field, json!({"type": "number"})).problem(), (409, "type_change"));
        assert_eq!(world.delete(&field).problem(), (409, "in_use"));
        assert_eq!(world.delete(&format!("{field}?archive=true")).body, json!({"archived": true, "moved": 0}));
        assert_eq!(world.delete(&tag).problem(), (409, "in_use"));
        assert_eq!(world.delete(&format!("{tag}?force=true")).body, json!({"contacts": 1, "tickets": 0}));
    });
}

#[test]
fn what_was_archived_in_use_is_listed_until_it_is_empty() {
    each(|world| {
        playground(world);
        let (pipeline, ids) = stages(world);
        let ticket = person(world, "+56955500001", &ids[0], None);
        let archived = || world.get("/api/v1/archived_stages").body["data"].clone();
        assert_eq!(archived(), json!([]));
        let path = format!("/api/v1/pipelines/{pipeline}/stages/{}?archive=true", ids[0].as_str().unwrap());
        assert_eq!(world.delete(&path).body, json!({"archived": true, "moved": 0}));
        let listed = archived();
        assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
        let one = &listed[0];
        assert_eq!((&one["id"], &one["pipeline_id"], &one["open_tickets"]), (&ids[0], &json!(pipeline), &json!(1)));
        assert_eq!(one["pipeline_archived"], json!(false));
        // Its tickets are found, moved out, and not moved in again.
        let there = world.get(&format!("/api/v1/tickets?stage_id={}&status=open", ids[0].as_str().unwrap()));
        assert_eq!(there.body["data"][0]["id"], ticket, "{}", there.body);
        let to = |stage: &Value| {
            world.post(&format!("/api/v1/tickets/{}/move", ticket.as_str().unwrap()), json!({"stage_id": stage}))
        };
        assert_eq!(to(&ids[1]).status, 200);
        assert_eq!(archived(), json!([]));
        assert_eq!(to(&ids[0]).wrong(), ["/stage_id unknown_reference"]);
        let nobody = world.get("/api/v1/tickets?stage_id=00000000-0000-0000-0000-000000000000");
        assert_eq!(nobody.wrong(), ["?stage_id unknown_reference"]);
    });
}
