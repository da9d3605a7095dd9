//! A violated rule is told by its name, the same on both engines.

use store::testing::each_engine;
use store::{ConstraintKind, Db, Engine, Error, params};

use crate::{batch, write};

fn violated(db: &Db, sql: &'static str) -> (ConstraintKind, Option<String>) {
    match write(db, move |tx| tx.execute(sql, params![])) {
        Err(Error::Constraint { kind, name }) => (kind, name),
        other => panic!("{sql}: {other:?}"),
    }
}

#[test]
fn constraints_are_told_by_name() {
    each_engine(|db| {
        batch(
            db,
            "CREATE TABLE owners (id BIGINT PRIMARY KEY); \
             CREATE TABLE pets (id BIGINT PRIMARY KEY, owner BIGINT NOT NULL, name TEXT NOT NULL, tag TEXT, \
                 chip TEXT UNIQUE, note TEXT, legs BIGINT NOT NULL DEFAULT 4, \
                 CONSTRAINT pets_legs_positive CHECK (legs >= 0), \
                 FOREIGN KEY (owner) REFERENCES owners (id)); \
             CREATE UNIQUE INDEX pets_owner_name_identity_key ON pets (owner, name); \
             CREATE UNIQUE INDEX pets_tag_key ON pets (tag) WHERE tag <> ''; \
             CREATE UNIQUE INDEX pets_note_key ON pets (lower(note)); \
             CREATE TABLE pairs (a BIGINT, b BIGINT, PRIMARY KEY (a, b)); \
             INSERT INTO owners VALUES (1), (2); INSERT INTO pairs VALUES (1, 2); \
             INSERT INTO pets (id, owner, name, tag, chip, note) VALUES (1, 1, 'Rex', 't', 'c', 'n')",
        );
        let unique = |name: &str| (ConstraintKind::Unique, Some(name.to_owned()));
        let insert = "INSERT INTO pets (id, owner, name) VALUES (1, 1, 'Bob')";
        assert_eq!(violated(db, insert), unique("pets_pkey"));
        assert_eq!(violated(db, "INSERT INTO pairs VALUES (1, 2)"), unique("pairs_pkey"));
        let insert = "INSERT INTO pets (id, owner, name) VALUES (2, 1, 'Rex')";
        assert_eq!(violated(db, insert), unique("pets_owner_name_identity_key"));
        let insert = "INSERT INTO pets (id, owner, name, tag) VALUES (2, 1, 'Bob', 't')";
        assert_eq!(violated(db, insert), unique("pets_tag_key"));
        let insert = "INSERT INTO pets (id, owner, name, note) VALUES (2, 2, 'Bob', 'N')";
        assert_eq!(violated(db, insert), unique("pets_note_key"));
        let insert = "INSERT INTO pets (id, owner, name, chip) VALUES (2, 2, 'Bob', 'c')";
        assert_eq!(violated(db, insert), unique("pets_chip_key"));
        assert_eq!(
            violated(db, "UPDATE pets SET legs = -1"),
            (ConstraintKind::Check, Some("pets_legs_positive".into()))
        );
        assert_eq!(violated(db, "UPDATE pets SET name = NULL"), (ConstraintKind::NotNull, Some("pets.name".into())));
        let (kind, name) = violated(db, "UPDATE pets SET owner = 9");
        assert_eq!(kind, ConstraintKind::ForeignKey);
        assert_eq!(name.is_some(), db.engine() == Engine::Postgres);
        assert_eq!(violated(db, "DELETE FROM owners WHERE id = 1").0, ConstraintKind::ForeignKey);

        // An index that came later is known too.
        batch(db, "CREATE UNIQUE INDEX pets_legs_key ON pets (legs)");
        let insert = "INSERT INTO pets (id, owner, name) VALUES (2, 2, 'Bob')";
        assert_eq!(violated(db, insert), unique("pets_legs_key"));
    });
}
