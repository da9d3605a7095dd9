//! Stages and pipelines that went out of sight, or mean something else now: nobody who writes is lost to them.

use serde_json::{Value, json};

use crate::meta::{Line, contact_of, messages_of, seconds};
use crate::visitor::{Visitor, contacts};
use crate::world::{World, each, text};

const ANA: &str = "56955501234";

/// A pipeline of an open and a won stage: (pipeline, open, won).
fn season(w: &World) -> (String, String, String) {
    let stages = json!([{"name": "Abierto", "outcome": "open"}, {"name": "Ganado", "outcome": "won"}]);
    let made = w.post("/api/v1/pipelines", json!({"name": "Temporada", "stages": stages}));
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    (text(&made["id"]), text(&made["stages"][0]["id"]), text(&made["stages"][1]["id"]))
}

fn begins_in(w: &World, channel: &str, stage: &str) {
    let change = json!({"default_stage_id": stage, "reopen_within_hours": 48});
    let changed = w.patch(&format!("/api/v1/channels/{channel}"), change);
    assert_eq!(changed.status, 200, "{}", changed.text());
}

fn close(w: &World, ticket: &str) {
    let closed = w.post(&format!("/api/v1/tickets/{ticket}/close"), json!({"outcome": "won"}));
    assert_eq!(closed.status, 200, "{}", closed.text());
}

fn archive(w: &World, pipeline: &str) {
    let gone = w.call("DELETE", &format!("/api/v1/pipelines/{pipeline}?archive=true"), &[], None);
    assert_eq!((gone.status, &gone.json()["archived"]), (200, &json!(true)), "{}", gone.text());
}

fn bodies(w: &World, contact: &str) -> Vec<String> {
    messages_of(w, contact).iter().map(|message| text(&message["body"])).collect()
}

#[test]
fn who_writes_after_their_pipeline_went_gets_a_ticket_where_the_channel_begins() {
    each(|w| {
        let line = Line::open(w, 1);
        let (pipeline, stage, _) = season(w);
        begins_in(w, &line.channel, &stage);
        begins_in(w, &w.here.webchat, &stage);
        let at = seconds(w);
        line.deliver(w, &line.text(ANA, "1", at, "hola"));
        let ana = contact_of(w, ANA);
        let visitor = Visitor::new(w, json!({}));
        assert_eq!(visitor.says("m-1", "Hola").status, 201);
        let ben = contacts(w).into_iter().find(|id| *id != ana).unwrap();
        for contact in [&ana, &ben] {
            close(w, &text(&w.info(contact)["active_ticket"]["id"]));
        }
        archive(w, &pipeline);
        line.deliver(w, &line.text(ANA, "2", at + 1, "sigo aquí"));
        assert_eq!(bodies(w, &ana), ["hola", "sigo aquí"]);
        let said = visitor.says("m-2", "¿Hay alguien?");
        assert_eq!(said.status, 201, "{}", said.text());
        for contact in [&ana, &ben] {
            let ticket = &w.info(contact)["active_ticket"];
            assert_eq!(ticket["current_stage_id"], json!(w.here.stages[0]), "{ticket}");
        }
    });
}

#[test]
fn a_stage_that_channels_begin_in_stays_open() {
    each(|w| {
        let line = Line::open(w, 1);
        let (pipeline, stage, won) = season(w);
        begins_in(w, &line.channel, &stage);
        let turned = w.patch(&format!("/api/v1/pipelines/{pipeline}/stages/{stage}"), json!({"outcome": "won"}));
        assert_eq!((turned.status, &turned.json()["code"]), (409, &json!("in_use")), "{}", turned.text());
        assert!(turned.text().contains("1 channel."), "{}", turned.text());
        let channel = format!("/api/v1/channels/{}", line.channel);
        let refused = w.patch(&channel, json!({"default_stage_id": won}));
        assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (400, &json!("/default_stage_id")));
        // What an older version let through: the stage is won, and the channel begins where any begins.
        let id = stage.parse::<crm::id::StageId>().unwrap();
        w.work(move |w| {
            w.bump_revision()?;
            let organization = w.organization();
            let sql = "UPDATE stages SET outcome = 'won' WHERE organization_id = $1 AND id = $2";
            w.tx.execute(sql, store::params![organization, id])?;
            w.reload_setup()
        });
        assert_eq!(w.get(&channel).json()["default_stage_id"], json!(w.here.stages[0]));
        // Nor does a won stage that is dragged to the front take in anybody.
        let path = format!("/api/v1/pipelines/{}/stages/{}", w.here.pipeline, w.here.stages[3]);
        assert_eq!(w.patch(&path, json!({"position": 0})).status, 200);
        line.deliver(w, &line.text(ANA, "1", seconds(w), "hola"));
        let ticket = w.info(&contact_of(w, ANA))["active_ticket"].clone();
        assert_eq!(ticket["current_stage_id"], json!(w.here.stages[0]), "{ticket}");
    });
}

#[test]
fn a_closed_ticket_is_opened_again_elsewhere() {
    each(|w| {
        let (pipeline, stage, _) = season(w);
        let made = w.upsert("+56955501234", json!({"stageId": stage})).json();
        let contact = text(&made["id"]);
        let ticket = text(&w.info(&contact)["active_ticket"]["id"]);
        close(w, &ticket);
        archive(w, &pipeline);
        let path = format!("/api/v1/tickets/{ticket}/reopen");
        let nowhere = w.call("POST", &path, &[], None);
        assert_eq!((nowhere.status, &nowhere.json()["code"]), (409, &json!("no_open_stage")));
        assert!(nowhere.text().contains("stage_id"), "the remedy is one that works: {}", nowhere.text());
        for (bad, code) in [(&w.here.stages[3], "invalid_value"), (&w.here.owner, "unknown_reference")] {
            let refused = w.post(&path, json!({"stage_id": bad}));
            assert_eq!((refused.status, &refused.json()["errors"][0]["code"]), (400, &json!(code)));
        }
        let from = w.last_sequence();
        let opened = w.post(&path, json!({"stage_id": w.here.stages[1]}));
        let shown = opened.json();
        let stands = (opened.status, &shown["status"], &shown["stage_id"], &shown["pipeline_id"]);
        let expected = (json!("open"), json!(w.here.stages[1]), json!(w.here.pipeline));
        assert_eq!(stands, (200, &expected.0, &expected.1, &expected.2), "{}", opened.text());
        assert_eq!(w.topics(from), ["ticket.updated", "stage.changed"]);
        assert_eq!(w.info(&contact)["active_ticket"]["id"], Value::String(ticket));
    });
}
