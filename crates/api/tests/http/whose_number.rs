//! A number that a record says is somebody else's never decides whose record it is (decision 064).

use serde_json::{Value, json};

use crate::world::{PLAYGROUND, UPSERT, World, each};

fn found(w: &World, data: Value) -> crate::client::Reply {
    w.post(UPSERT, json!({"channel": "playground", "channel_phone_number": PLAYGROUND, "meta_data": data}))
}

fn luis(w: &World) -> String {
    w.upsert("+56955501234", json!({"contact_name": "Luis Soto"}));
    w.contact("+56955501234")
}

#[test]
fn ana_never_lands_in_luis() {
    each(|w| {
        let luis = luis(w);
        let (before, counts) = (w.info(&luis), w.counts());
        for data in [
            json!({"nombre": "Ana Pérez", "mensaje": "Llamé al 9 5550 1234 y nadie contesta, quiero reclamar"}),
            json!({"nombre": "Ana Pérez", "mensaje": "me pasaron el contacto de Luis 9 5550 1234, ¿es de ustedes?"}),
            json!({"nombre": "Ana Pérez", "celular conductor": "9 5550 1234"}),
            json!({"nombre": "Ana Pérez", "regalo para": {"nombre": "Bea", "telefono": "9 5550 1234"}}),
            json!({"nombre": "Ana Pérez", "no llamar a": "9 5550 1234"}),
            json!({"nombre": "Ana Pérez", "arrendador": {"nombre": "Luis", "telefono": "9 5550 1234"}}),
            // What structuring is sure of, and the name that is known is another.
            json!({"nombre": "Ana Pérez", "celular": "9 5550 1234"}),
            json!({"mensaje": "Hola, soy Ana Pérez, mi cel es 9 5550 1234"}),
        ] {
            let reply = found(w, data.clone());
            assert_eq!(reply.status, 400, "{data}: {}", reply.text());
            assert!(reply.text().contains("/contact_phone_number"), "{data}: {}", reply.text());
            assert!(!reply.text().contains("Soto"), "{data}: {}", reply.text());
        }
        assert_eq!(w.info(&luis), before);
        assert_eq!(w.counts(), counts, "nothing is written");
    });
}

#[test]
fn the_same_person_and_the_explicit_number_are_let_through() {
    each(|w| {
        let luis = luis(w);
        for data in [
            json!({"nombre": "Luis Alberto Soto", "celular": "9 5550 1234"}),
            json!({"celular": "9 5550 1234", "ciudad": "Osorno"}),
            json!({"mensaje": "Hola, soy Luis, mi cel es 9 5550 1234"}),
        ] {
            let reply = found(w, data.clone());
            assert_eq!((reply.status, &reply.json()["id"]), (200, &json!(luis)), "{data}: {}", reply.text());
        }
        // Said explicitly it is theirs, whatever the name.
        let reply = w.upsert("+56955501234", json!({"meta_data": {"nombre": "Ana Pérez", "celular": "9 5550 1234"}}));
        assert_eq!((reply.status, &reply.json()["id"]), (200, &json!(luis)), "{}", reply.text());
        // A name that was only read stands in nobody's way.
        found(w, json!({"nombre": "Berta Mella", "celular": "9 5550 4321"}));
        let reply = found(w, json!({"nombre": "Ana Pérez", "celular": "9 5550 4321"}));
        assert_eq!(reply.status, 200, "{}", reply.text());
    });
}
