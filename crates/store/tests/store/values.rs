//! What goes in comes out, on both engines.

use store::testing::each_engine;
use store::{Engine, Error, Param, Value, params};
use uuid::Uuid;

use crate::{batch, read, write};

fn table(db: &store::Db) {
    match db.engine() {
        Engine::Sqlite => batch(
            db,
            "CREATE TABLE kinds (yes INTEGER, big INTEGER, medium INTEGER, small INTEGER, real REAL, half REAL, \
             words TEXT, name TEXT, raw BLOB, id BLOB) STRICT",
        ),
        Engine::Postgres => batch(
            db,
            "CREATE TABLE kinds (yes BOOLEAN, big BIGINT, medium INTEGER, small SMALLINT, real DOUBLE PRECISION, \
             half REAL, words TEXT, name VARCHAR(40), raw BYTEA, id UUID)",
        ),
    }
}

const INSERT: &str = "INSERT INTO kinds VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

#[test]
fn every_kind_of_value_comes_back() {
    each_engine(|db| {
        table(db);
        let id = Uuid::from_u128(0x0192_1234_5678_7abc_8def_0123_4567_89ab);
        let words = "São Paulo · 日本 · 🙂 · it's \"quoted\" $1 ?";
        write(db, move |tx| {
            let raw: &[u8] = &[0, 1, 255];
            let name = Some("Ana".to_owned());
            tx.execute(INSERT, params![true, i64::MIN, i32::MAX, i16::MIN, 0.1_f64, 1.5_f64, words, name, raw, id])
        })
        .unwrap();
        let row = read(db, |tx| tx.query_one("SELECT * FROM kinds", params![])).unwrap();
        assert_eq!(row.get::<bool>("yes"), Ok(true));
        assert_eq!(row.get::<i64>("big"), Ok(i64::MIN));
        assert_eq!(row.get::<i32>("medium"), Ok(i32::MAX));
        assert_eq!(row.get::<i16>("small"), Ok(i16::MIN));
        assert_eq!(row.get::<f64>("real"), Ok(0.1));
        assert_eq!(row.get::<f64>("half"), Ok(1.5));
        assert_eq!(row.get::<String>("words").as_deref(), Ok(words));
        assert_eq!(row.text("words"), Ok(words));
        assert_eq!(row.get::<Option<String>>("name"), Ok(Some("Ana".to_owned())));
        assert_eq!(row.get::<Vec<u8>>("raw"), Ok(vec![0, 1, 255]));
        assert_eq!(row.get::<[u8; 3]>("raw"), Ok([0, 1, 255]));
        assert_eq!(row.get::<Uuid>("id"), Ok(id));
        assert_eq!(row.at::<Uuid>(9), Ok(id));
        let columns = ["yes", "big", "medium", "small", "real", "half", "words", "name", "raw", "id"];
        assert_eq!(row.columns().collect::<Vec<_>>(), columns);

        let found = read(db, move |tx| {
            let sql = "SELECT words FROM kinds WHERE id = $1 AND yes = $2 AND big = $3 AND raw = $4 AND words = $5";
            tx.query_opt(sql, params![id, true, i64::MIN, vec![0_u8, 1, 255], words])
        });
        assert!(found.unwrap().is_some());
    });
}

#[test]
fn null_goes_into_any_column_and_comes_out_as_none() {
    each_engine(|db| {
        table(db);
        write(db, |tx| tx.execute(INSERT, &[Param::Null; 10])).unwrap();
        let row = read(db, |tx| tx.query_one("SELECT * FROM kinds", params![])).unwrap();
        assert_eq!(row.get::<Option<bool>>("yes"), Ok(None));
        assert_eq!(row.get::<Option<i64>>("big"), Ok(None));
        assert_eq!(row.get::<Option<f64>>("real"), Ok(None));
        assert_eq!(row.get::<Option<String>>("words"), Ok(None));
        assert_eq!(row.get::<Option<Vec<u8>>>("raw"), Ok(None));
        assert_eq!(row.get::<Option<Uuid>>("id"), Ok(None));
        assert_eq!(row.get::<Value>("id"), Ok(Value::Null));
        let missing = row.get::<Uuid>("id").unwrap_err();
        assert_eq!(missing, Error::Decode { column: "id".into(), expected: "a uuid", found: "null" });
        let missing = row.get::<i64>("bigger").unwrap_err();
        assert!(missing.to_string().contains("bigger"), "{missing}");
        assert!(row.at::<i64>(10).unwrap_err().to_string().contains("#10"));
    });
}

#[test]
fn what_does_not_fit_is_an_error_and_not_another_value() {
    each_engine(|db| {
        table(db);
        write(db, |tx| tx.execute("INSERT INTO kinds (big, words) VALUES ($1, $2)", params![70_000_i64, "x"])).unwrap();
        let row = read(db, |tx| tx.query_one("SELECT big, words FROM kinds", params![])).unwrap();
        assert!(row.get::<i16>("big").is_err());
        assert!(row.get::<bool>("big").is_err());
        assert!(row.get::<String>("big").is_err());
        assert!(row.get::<i64>("words").is_err());
        // Text where a number belongs is refused by STRICT tables as it is by PostgreSQL.
        let refused = write(db, |tx| tx.execute("INSERT INTO kinds (big) VALUES ($1)", params!["many"]));
        assert!(matches!(refused, Err(Error::Sql { .. })), "{refused:?}");
        if db.engine() == Engine::Postgres {
            let refused = write(db, |tx| tx.execute("INSERT INTO kinds (small) VALUES ($1)", params![70_000_i64]));
            assert!(
                matches!(&refused, Err(Error::Sql { message, .. }) if message.contains("too large")),
                "{refused:?}"
            );
        }
        // A message never repeats what was bound.
        let refused = write(db, |tx| tx.execute("INSERT INTO kinds (big) VALUES ($1)", params!["+55 11 91234"]));
        assert!(!refused.unwrap_err().to_string().contains("91234"));
    });
}

#[test]
fn the_number_of_parameters_must_be_right() {
    each_engine(|db| {
        for (sql, given) in [
            ("SELECT CAST($1 AS TEXT) AS a", &[] as &[Param<'_>]),
            ("SELECT CAST($1 AS TEXT) AS a", &[Param::Text("x"), Param::Text("y")]),
            ("SELECT 1 AS a", &[Param::Text("x")]),
        ] {
            let answer = read(db, move |tx| tx.query(sql, given));
            assert!(matches!(&answer, Err(Error::Sql { message, .. }) if message.contains("parameters")), "{answer:?}");
        }
        let answer = read(db, |tx| tx.query("SELECT 1 AS a WHERE 1 = ?", params![1_i64]));
        assert!(matches!(answer, Err(Error::Sql { .. })), "{answer:?}");
        let answer = read(db, |tx| tx.query("SELECT 1 AS a WHERE 1 = :one", params![1_i64]));
        assert!(matches!(answer, Err(Error::Sql { .. })), "{answer:?}");
    });
}

#[test]
fn one_row_means_one_row() {
    each_engine(|db| {
        let two = "SELECT 1 AS n UNION ALL SELECT 2";
        let none = "SELECT 1 AS n WHERE 1 = 2";
        read(db, move |tx| {
            assert!(tx.query_one(two, params![]).unwrap_err().to_string().contains("found 2"));
            assert!(tx.query_opt(two, params![]).is_err());
            assert!(tx.query_one(none, params![]).unwrap_err().to_string().contains("found none"));
            assert_eq!(tx.query_opt(none, params![])?, None);
            assert_eq!(tx.query(none, params![])?, []);
            // None of this is a failed statement: the transaction goes on.
            assert_eq!(tx.query_one("SELECT 3 AS n", params![])?.get("n"), Ok(3));
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn execute_counts_rows() {
    each_engine(|db| {
        crate::things(db);
        write(db, |tx| {
            assert_eq!(tx.execute("INSERT INTO things VALUES (1, 'a'), (2, 'b'), (3, 'c')", params![])?, 3);
            assert_eq!(tx.execute("UPDATE things SET name = 'x' WHERE id > $1", params![1_i64])?, 2);
            assert_eq!(tx.execute("UPDATE things SET name = 'x' WHERE id > $1", params![9_i64])?, 0);
            assert_eq!(tx.execute("INSERT INTO things VALUES (1, 'a') ON CONFLICT DO NOTHING", params![])?, 0);
            assert_eq!(tx.execute("DELETE FROM things WHERE id = 3", params![])?, 1);
            assert_eq!(tx.execute("CREATE TABLE others (id BIGINT)", params![])?, 0);
            assert_eq!(tx.execute("INSERT INTO things VALUES (4, 'd') RETURNING id", params![])?, 1);
            Ok(())
        })
        .unwrap();
    });
}
