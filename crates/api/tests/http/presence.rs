//! Who of the team is there.

use crm::members::Role;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::live::Live;
use crate::world::{World, each, text};

fn member(w: &World, id: &str) -> Value {
    w.get(&format!("/api/v1/members/{id}")).json()
}

#[test]
fn whoever_has_a_page_open_is_there_on_every_server() {
    each(|w| {
        let id = w.member(w.here.organization, "mara@example.com", Role::Agent).to_string();
        let browser = Browser::sign_in(w, "mara@example.com");
        assert_eq!(browser.session["member"]["availability"], "online", "what a new member begins with");
        assert_eq!(member(w, &id)["present"], false, "signed in, and not looking");
        let other = w.restarted();
        let (mut there, _) = Live::open(other.address, &w.here.key, "", None).unwrap();
        let (mut foreign, _) = Live::open(w.address(), &w.there.key, "", None).unwrap();
        let cookie = format!("recado_session={}", browser.cookie);
        // On PostgreSQL the line between servers is there a moment after they are; what was said before is lost, and said again.
        let mut pages = Vec::new();
        let told = std::thread::scope(|scope| {
            let heard = scope.spawn(move || {
                loop {
                    let frame = there.frame().unwrap();
                    if frame.event.as_deref() == Some("present") {
                        return frame.data.unwrap();
                    }
                }
            });
            while !heard.is_finished() {
                pages.push(Live::get(w.address(), "/api/v1/events/stream", &[("cookie", &cookie)]).unwrap());
                assert!(pages.len() < 60, "nothing was heard");
                std::thread::sleep(std::time::Duration::from_millis(50));
                assert_eq!(member(w, &id)["present"], true);
            }
            heard.join().unwrap()
        });
        assert_eq!(told["member_ids"], json!([id]));
        assert!(other.app.hub.present(w.here.organization).iter().any(|known| known.to_string() == id));
        assert!(w.server().app.hub.present(w.there.organization).is_empty());
        let listed = w.get("/api/v1/members").json();
        let present: Vec<String> = listed["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["present"] == true)
            .map(|one| text(&one["id"]))
            .collect();
        assert_eq!(present, [id], "a key that listens is nobody");
        // The other organization hears its own, and nothing of this.
        w.server().app.hub.tell_everywhere(w.there.organization, "typing", &json!({"state": "typing"}));
        assert_eq!(foreign.frame().unwrap().event.as_deref(), Some("typing"));
    });
}
